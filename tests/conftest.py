"""What every test shares: repeatable examples, pictures without a screen, and the test data beside the checkout.

Tests marked ``slow`` are left out by ``addopts`` in ``pyproject.toml``; ``make test-slow`` runs them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

os.environ.setdefault("MPLBACKEND", "Agg")

# Derandomised: a seeded model has no right to be flaky. No deadline: the machine may be busy.
settings.register_profile("pollday", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "thorough", derandomize=True, deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "pollday"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of test data that lies beside the checkout; a test that needs it is skipped where there is none."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no test data: ../shared/data is not there")
    return folder
