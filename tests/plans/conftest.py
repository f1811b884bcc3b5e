"""A city's plan as a workbook, and ways to spoil it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from sim.cli import main
from tests.cli.conftest import pollday

__all__ = ["pollday"]

HEADS, MOBILISED = "Heads", "Mobilised"
Edit = Callable[[openpyxl.Workbook], None]


@pytest.fixture(scope="session")
def city_book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The plan of the demonstration city, in English."""
    target = tmp_path_factory.mktemp("city") / "city.xlsx"
    assert main(["plan", "export", str(target), "preset=demo-city"]) == 0
    return target.read_bytes()


@pytest.fixture
def edited(city_book: bytes, tmp_path: Path) -> Callable[..., Path]:
    """``edited(change)``: the city's workbook with a change made by openpyxl, which takes every saved value from formulas."""

    def edit(change: Edit, name: str = "plan.xlsx") -> Path:
        book = openpyxl.load_workbook(BytesIO(city_book))
        change(book)
        book.save(tmp_path / name)
        return tmp_path / name

    return edit


@pytest.fixture
def packed(city_book: bytes, tmp_path: Path) -> Callable[..., Path]:
    """``packed(parts)``: the city's workbook with parts of its package replaced or added (None: taken away)."""

    def pack(parts: dict[str, bytes | None], name: str = "plan.xlsx") -> Path:
        target = tmp_path / name
        with zipfile.ZipFile(BytesIO(city_book)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                if part not in parts:
                    new.writestr(part, old.read(part))
            for part, content in parts.items():
                if content is not None:
                    new.writestr(part, content)
        return target

    return pack
