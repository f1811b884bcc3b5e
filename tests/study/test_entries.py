"""What a study adds to the outputs has entries, on the page and for ``pollday explain``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from sim.measures.dictionary import DICTIONARY
from sim.measures.estimators import RATIOS
from sim.study.entries import ENTRIES
from sim.study.result import Comparison, table_rows
from sim.study.statistics import Estimate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "studies.md"
NAMES = {entry.name for entry in ENTRIES}


def test_every_column_of_the_table_has_an_entry() -> None:
    assert set(table_rows([Comparison("a", "b", Estimate(1.0, None, 1), None, None)])[0]) <= NAMES | set(DICTIONARY)
    assert {"heads_on_duty", "heads_mobile", "heads_at_centres", "heads_mobilised", "same_days"} <= NAMES


def test_every_numerator_and_denominator_has_an_entry() -> None:
    assert {name for parts in RATIOS.values() for name in parts} <= NAMES | set(DICTIONARY)


def test_no_name_means_two_things() -> None:
    assert len(NAMES) == len(ENTRIES) and not NAMES & set(DICTIONARY)


def test_entries_are_complete_and_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for entry in ENTRIES:
        assert all(getattr(entry, f.name) for f in fields(entry) if f.name != "formula"), entry.name
        assert f"`{entry.name}`" in page
