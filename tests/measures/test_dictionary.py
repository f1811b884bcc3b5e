"""The output dictionary holds every column, and its page is the one in docs/. Run this file to renew the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sim.demand.tape import Rally
from sim.errors import InputError
from sim.measures.collect import measure
from sim.measures.dictionary import DICTIONARY, as_markdown, explain
from sim.processes.simulation import run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "output.md"


def test_every_column_and_figure_has_an_entry_that_names_its_table() -> None:
    from tests.measures.worlds import town

    scenario, tape = town()
    measures = measure(
        scenario, replace(tape, rallies=(Rally(1, 20, 9_000.0, 12_000.0, 500),)), run(scenario, tape), per_place=True
    )
    columns = {(table, name) for table, columns in measures.tables.items() for name in columns}
    assert {name for _, name in columns | {("", name) for name in measures}} <= set(DICTIONARY)
    used = {name for _, name in columns} | set(measures)
    beside = {"minutes_lost", "officers_near_doors"}
    assert set(DICTIONARY) - used - beside == set()


def test_entries_are_complete_sentences_of_fact() -> None:
    for entry in DICTIONARY.values():
        assert entry.name.isidentifier() and entry.unit and len(entry.definition) > 10
        assert "|" not in entry.definition + entry.formula


def test_explain_finds_an_entry_or_the_nearest_name() -> None:
    assert "mobilisation_time" in explain("response_time").formula
    with pytest.raises(InputError, match="did you mean 'coverage'"):
        explain("covrage")


def test_the_page_is_made_from_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "renew it: python tests/measures/test_dictionary.py"


if __name__ == "__main__":
    PAGE.write_text(as_markdown(), encoding="utf-8")
