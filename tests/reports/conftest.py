"""Reports that several files look at: one town, and its page in each language, made once for all processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from sim.cli import main
from tests.conftest import MadeOnce
from tests.reports.browser import launched
from tests.reports.studies import study_of

DAYS, LARGE = 10, 40.0  # figures as long as those of a nation
PageOf = Callable[[str], Path]


@pytest.fixture(scope="session")
def page_of(made_once: MadeOnce) -> PageOf:
    """``page_of(language)``: the report of a town of ten days, in a folder with its tables and its study."""

    def page(language: str) -> Path:
        study = made_once("study", lambda folder: study_of(folder / "town", days=DAYS, size=LARGE)) / "town"

        def make(folder: Path) -> None:
            copytree(study, folder / "town")
            assert main(["report", str(folder / "town"), f"language={language}"]) == 0

        return made_once(f"page-{language}", make) / "town" / f"report-{language}.html"

    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of a file, since to start one takes longer than most of them."""
    with launched() as started:
        yield started
