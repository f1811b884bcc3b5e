"""Replay pages for tests: runs of the small city, saved once, and the page opened as by double click."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.cli import main
from tests.replay.days import CITY
from tests.reports.browser import Opened, visited

_folders = TemporaryDirectory()
FEWER_CARS = ("staffing.patrol_cars_factor=0.4",)


@cache
def saved(*words: str) -> Path:
    """The folder of a saved run of the small city under ``words``."""
    folder = Path(_folders.name) / f"run{abs(hash(words))}"
    assert main(["run", *CITY, *words, "--out", str(folder)]) == 0
    return folder


@cache
def written(*words: str) -> Path:
    """A page of the small city, by the words of ``pollday replay``."""
    page = Path(_folders.name) / f"page{abs(hash(words))}.html"
    assert main(["replay", str(saved()), *words, "--out", str(page)]) == 0
    return page


class Player:
    """One browser for all pages of a module, since starting one takes longer than most tests."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    @contextmanager
    def __call__(self, page: Path, fragment: str = "", width: int = 1300, height: int = 850) -> Iterator[Opened]:
        """A page that has read its bytes."""
        with visited(self.browser, page, width, height, fragment) as seen:
            seen.page.wait_for_selector("body[data-ready=yes], #failed:not([hidden])", timeout=60_000)
            assert not seen.page.is_visible("#failed"), seen.page.inner_text("#failed")
            yield seen


def until(page: Any, condition: str) -> None:
    """Wait until a condition holds; Playwright's own way would need a policy that lets texts run."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")
