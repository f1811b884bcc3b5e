"""Every number on the page is a stored one: the HTML is parsed and held against the tables beside it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest

from sim.reports.decision import ENOUGH_DAYS, GOAL
from sim.reports.terms import term_of
from tests.reports.conftest import DAYS, PageOf

NUMBER = re.compile(r"[+-]?\d[\d\u202f]*(?:[.,]\d+)?")
Rows = dict[tuple[str, str], dict[str, float]]


@cache
def table_by(page: Path) -> Rows:
    """The stored table beside a page, by option and measure."""
    with (page.parent / "report-tables" / "table.csv").open(encoding="utf-8", newline="") as file:
        return {(row["option"], row["measure"]): figures(row) for row in csv.DictReader(file)}


def figures(row: dict[str, str]) -> dict[str, float]:
    found = {}
    for name, text in row.items():
        try:
            found[name] = float(text)
        except ValueError:
            continue
    return found


class Cells(HTMLParser):
    """Texts of the cells of the tables of options, and of the brief."""

    def __init__(self) -> None:
        super().__init__()
        self.option = self.measure = self.part = ""
        self.cells: dict[tuple[str, str, str], str] = {}
        self.brief: list[str] = []
        self._in_brief = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self._in_brief |= tag == "section" and own.get("id") == "brief"
        self.option = (own.get("data-option") or "") if tag == "tr" else self.option
        self.measure = (own.get("data-measure") or "") if tag == "td" else self.measure
        if tag == "span" and self.measure:
            self.part = str(own.get("class", "")).split()[0]

    def handle_endtag(self, tag: str) -> None:
        self._in_brief &= tag != "section"
        self.measure = "" if tag == "td" else self.measure
        self.part = "" if tag in ("span", "td") else self.part

    def handle_data(self, data: str) -> None:
        if self._in_brief:
            self.brief.append(data)
        if self.measure and self.part:
            key = (self.option, self.measure, self.part)
            self.cells[key] = self.cells.get(key, "") + data


@cache
def parsed(page: Path) -> Cells:
    cells = Cells()
    cells.feed(page.read_text(encoding="utf-8"))
    return cells


def numbers(text: str) -> Iterator[tuple[float, int]]:
    """Numbers of a text with their decimals."""
    plain = re.sub("[\u2066-\u2069\u200e\u200f]", "", text)
    for found in NUMBER.findall(plain):
        clean = found.replace("\u202f", "").replace(",", ".")
        yield float(clean), len(clean.partition(".")[2])


def same(shown: float, digits: int, stored: float) -> bool:
    return abs(shown - stored) <= 0.5000001 * 10**-digits


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.slow), "ar"])
def test_every_figure_of_every_option_is_the_stored_one_with_both_ends_of_its_interval(page_of: PageOf, language: str) -> None:
    page, checked = page_of(language), 0
    rows = table_by(page)
    for (option, measure, part), text in parsed(page).cells.items():
        found = list(numbers(text))
        if (option, measure) not in rows or not found:
            continue
        row, scale = rows[option, measure], term_of(measure).unit.scale
        mean, half = (row["mean"], row.get("half_width")) if part == "level" else (row["difference"], row["joint_half_width"])
        ends = [] if half is None or measure.startswith("heads") else [mean - half, mean + half]
        if part == "level":
            ends = [min(max(end, 0.0), 1.0 if scale == 0.01 else end) for end in ends]
        assert len(found) == 1 + len(ends), (option, measure, part, text, row)
        for (shown, digits), stored in zip(found, [mean, *ends]):
            assert same(shown, digits, stored / scale), (option, measure, part, text)
            checked += 1
    assert checked > 150


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_no_number_of_page_one_comes_from_nowhere(page_of: PageOf, language: str) -> None:
    page = page_of(language)
    rows = table_by(page)
    known = {0.0, 95.0, 100 * GOAL, float(ENOUGH_DAYS), 1.0, 2.0, float(DAYS)}  # interval, goal, days and counts of things
    for (_, measure), row in rows.items():
        scale = term_of(measure).unit.scale
        pairs = (("mean", "half_width"), ("difference", "joint_half_width"), ("difference", "difference_half_width"))
        for middle, half in pairs:
            mean, width = row.get(middle), row.get(half) or 0.0
            if mean is not None:
                known |= {(mean + sign * width) / scale for sign in (-1, 0, 1)}
        known |= {row["smallest_detectable"] / scale} if "smallest_detectable" in row else set()
    known |= set(worst_places(page)) | {100.0}
    known |= {-value for value in known}
    text = " ".join(parsed(page).brief)
    found = [(shown, digits) for shown, digits in numbers(re.sub(r"P\d|zone \d+|منطقة \d+", "", text, flags=re.I))]
    assert len(found) > 30
    strange = [shown for shown, digits in found if not any(same(shown, digits, value) for value in known)]
    assert strange == []


def worst_places(page: Path) -> Iterator[float]:
    """Potential response of single areas and its difference, in minutes: a tenth of the town's areas is one of them."""
    with (page.parent / "report-tables" / "by_area.csv").open(encoding="utf-8", newline="") as file:
        for row in map(figures, (r for r in csv.DictReader(file) if r["measure"] == "potential_response")):
            for (middle, half), sign in product((("mean", "half_width"), ("difference", "difference_half_width")), (-1, 0, 1)):
                if middle in row:
                    yield (row[middle] + sign * row.get(half, 0.0)) / 60.0


def test_all_languages_show_the_same_numbers_in_every_cell(page_of: PageOf) -> None:
    pages = [parsed(page_of(language)) for language in ("en", "fr", "ar")]
    tables = [{key: list(numbers(text)) for key, text in page.cells.items()} for page in pages]
    assert tables[0] == tables[1] == tables[2]
