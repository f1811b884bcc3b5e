"""Call the command line inside this process, in an empty folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as its one JSON object."""
        found: dict[str, Any] = json.loads(self.out, parse_constant=pytest.fail)
        return found


Call = Callable[..., Said]


@pytest.fixture
def pollday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """``pollday(*words)`` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Said:
        code = main(words)
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def market_day(tmp_path: Path) -> Path:
    """The example of docs/folder.md as a folder."""
    folder = tmp_path / "market-day"
    folder.mkdir()
    page = (DOCS / "folder.md").read_text(encoding="utf-8")
    for name, body in re.findall(r"```\w+ (\S+\.\w+)\n(.*?)```", page, re.DOTALL):
        (folder / name).write_text(body, encoding="utf-8")
    return folder
