"""A saved run of the small city: made once, and a copy of it for each test to do with as it likes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.cli import main
from tests.cli.conftest import market_day, pollday  # noqa: F401  (fixtures)
from tests.replay.days import CITY


@pytest.fixture(scope="session")
def city_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run, which nobody changes."""
    folder = tmp_path_factory.mktemp("runs") / "city"
    assert main(["run", *CITY, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def saved(city_run: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(city_run, tmp_path / "runs" / "city"))
