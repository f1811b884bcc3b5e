"""What every test shares: repeatable examples, pictures without a screen, and the test data beside the checkout.

Tests marked ``slow`` are left out by ``addopts`` in ``pyproject.toml``; ``make test-slow`` runs them.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.doctest import DoctestModule
from filelock import FileLock
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for work keep the cores from the other tests

# Derandomised: a seeded model has no right to be flaky. No deadline: the machine may be busy.
settings.register_profile("pollday", derandomize=True, deadline=None, max_examples=50)
settings.register_profile(
    "thorough", derandomize=True, deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "pollday"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Collect without the garbage collector, which would go through thousands of tests again and again, now and in every test;
    let it look more rarely than for a program that runs for days."""
    from sim.cli import OBJECTS_BETWEEN_LOOKS

    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*OBJECTS_BETWEEN_LOOKS)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Iterator[Any]:
    """Look for examples in docstrings of the program only: there are none in tests, and looking takes seconds."""
    return [found for found in (yield) if not isinstance(found, DoctestModule)]


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Leave all tests of a file to one process, unless ``--dist`` says otherwise: what they share is then made once."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # files with the most tests are not the longest; in their order they end evenly
    return LoadFileScheduling(config, log)


MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """``made_once(name, make)``: a folder that ``make`` fills in one process and that the tests of all processes only read."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        folder, draft = shared / name, shared / f"{name}.draft"
        shared.mkdir(exist_ok=True)
        with FileLock(shared / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir()
                make(draft)
                draft.rename(folder)
        return folder

    return folder_of


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
