"""The second opinion: formula beside simulation, with the stored figures, and a warning where they part."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.language import language_of
from sim.reports.data import Report, read_report
from sim.reports.page import environment, section
from sim.reports.sections import twin
from sim.reports.terms import TERMS
from sim.twin.reasons import MODELS, REASONS
from tests.reports.studies import OPTIONS, study_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("twin")


@pytest.fixture(scope="module")
def town(folder: Path) -> Path:
    return study_of(folder / "town", dict(list(OPTIONS.items())[:2]), (1.0, 0.8), days=4)


@cache
def report(study: Path, code: str = "en") -> Report:
    return read_report(study, language=language_of(code))


@cache
def built(study: Path) -> dict[str, Any]:
    shown = twin.build(report(study))
    assert shown is not None
    return shown


def test_the_baseline_and_the_recommended_option_have_a_table_each(town: Path) -> None:
    tables = built(town)["tables"]
    assert report(town).recommended == 1
    assert [table["title"] for table in tables] == [
        "“as planned”: formula beside simulation", "“more cars”: formula beside simulation",
    ]  # fmt: skip
    measures = [row["measure"] for row in tables[0]["rows"]]
    assert len(measures) == len(set(measures)) == 11


def test_simulated_figures_are_those_of_the_stored_table(town: Path) -> None:
    found = report(town)
    for option, table in enumerate(built(town)["tables"]):
        rows = {row["measure"]: row for row in table["rows"]}
        for name in ("response_mean", "potential_response", "calls_in_time"):
            stored = found.comparison(option, name).estimate.mean
            assert rows[TERMS[name].heading(found.words)]["simulated"] == TERMS[name].number(found.words, stored)


def test_a_simulated_figure_that_theory_contradicts_is_marked(folder: Path) -> None:
    study = study_of(folder / "wrong", {"as planned": ()}, (6.0,), days=4)
    rows = {row["measure"]: row for row in built(study)["tables"][0]["rows"]}
    assert rows["potential response (min)"]["parts"] and rows["potential response (min)"]["verdict"] == "they part"
    assert not rows["calls taken in time (%)"]["parts"]
    made = section(report(study), "twin", environment(report(study).words))
    assert made is not None and 'class="parted"' in made.body and "⚠" in made.body


def test_the_rule_is_stated_with_its_numbers(town: Path) -> None:
    text = built(town)["rule"].replace("\u00a0", " ")
    assert "25 %" in text and "15 s" in text and "3 points" in text


def test_areas_are_counted_and_reasons_named(town: Path) -> None:
    shown = built(town)
    lines = shown["tables"][0]["areas"]
    assert lines and all("of 4 areas" in line for line in lines)
    assert len(shown["explained"]) == len(set(shown["explained"])) >= 4


def test_every_formula_and_reason_has_words() -> None:
    assert set(twin.MODELS) == set(MODELS) and set(twin.REASONS) == set(REASONS)


def test_a_study_without_a_single_day_has_no_second_opinion(folder: Path) -> None:
    study = study_of(folder / "empty", days=0, asked=3)
    assert twin.build(report(study)) is None


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_the_section_is_in_the_readers_language(town: Path, code: str) -> None:
    found = report(town, code)
    made = section(found, "twin", environment(found.words))
    assert made is not None and "they agree" not in made.body and "Formulas of queueing" not in made.body
