"""The honesty page: every assumed input with its range, which conclusions turn, and the checklist filled by the study itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import compose
from sim.evidence import evidence_of, numeric_leaves, patterns
from sim.language import language_of
from sim.reports.data import Report, read_report
from sim.reports.findings.assumed import grades_of, inputs_of
from sim.reports.findings.flips import flips_of, one_at_a_time, verdict
from sim.reports.findings.stress import ITEMS
from sim.reports.left_out import LEFT_OUT
from sim.reports.page import environment, section
from sim.reports.sections import annex, honesty
from sim.settings import dump
from sim.study.design import Option, Study
from sim.study.outcome import Outcome
from sim.study.precision import Precision
from sim.study.result import StudyResult
from sim.study.statistics import Estimate
from sim.study.uncertainty import Uncertain
from tests.reports.studies import study_of

EN = language_of("en")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_of(tmp_path_factory.mktemp("honesty") / "town", days=4)


@cache
def report(study: Path, code: str = "en") -> Report:
    return read_report(study, language=language_of(code))


@cache
def built(study: Path, code: str = "en") -> Mapping[str, Any]:
    return honesty.build(report(study, code))


# --- inputs -------------------------------------------------------------------------------------------------------


def test_every_assumed_input_that_is_not_switched_off_has_one_row(town: Path) -> None:
    plain, wanted = dump(report(town).settings(0)), set()
    for key in numeric_leaves(plain):
        entry = evidence_of(key)
        if entry is not None and entry["tag"] == "assumed":
            wanted.add(next(p for p, e in patterns().items() if e is entry))
    shown = [row["key"] for group in built(town)["groups"] for row in group["rows"]]
    off = wanted - set(shown)
    assert len(shown) == len(set(shown)) > 100 and set(shown) <= wanted
    rows = {row.pattern for row in inputs_of(report(town).settings(0)) if row.grade in ("assumed", "plan")}
    assert off.isdisjoint(rows) and all(not any(values_of(plain, pattern)) for pattern in off)


def values_of(plain: Mapping[str, Any], pattern: str) -> list[float]:
    """Numbers whose first pattern is this one, found by walking the settings without the code under test."""
    found: list[float] = []

    def walk(value: Any, key: str) -> None:
        if isinstance(value, Mapping):
            for name, part in value.items():
                walk(part, f"{key}.{name}" if key else str(name))
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part, key)
        elif isinstance(value, int | float) and not isinstance(value, bool) and evidence_of(key) is patterns()[pattern]:
            found.append(float(value))

    walk(plain, "")
    return found


def test_a_row_has_the_value_range_unit_and_grade_of_the_evidence(town: Path) -> None:
    rows = {row["key"]: row for group in built(town)["groups"] for row in group["rows"]}
    assert rows["travel.peak_factor"] == {
        "key": "travel.peak_factor", "value": "1.3", "range": "1 to 2", "unit": "times", "grade": "assumed",
    }  # fmt: skip
    assert rows["travel.speeds.*"]["value"] == "6 to 60 (20 settings)" and rows["travel.speeds.*"]["range"] == "± 25\u00a0%"
    assert rows["travel.*"]["value"] == "17:00 to 19:00 (2 settings)"
    assert rows["checkpoints.officers_per_lane"]["grade"] == "assumed, plan decides"


def test_what_the_study_sets_is_no_assumption_of_the_evidence() -> None:
    settings = compose(["preset=demo-city", "room.operators=5"])
    rows = {row.pattern: row for row in inputs_of(settings, ("room.operators",))}
    assert rows["room.operators"].grade == "given" and rows["room.operators"].values == (5.0,)
    assert grades_of(rows.values())["given"] == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([2, 10], "2 to 10"),
        ([0.08, 0.40], "0.08 to 0.4"),
        ("x0.3 to x3", "0.3 to 3 times"),
        ("plus or minus 25 %", "± 25\u00a0%"),
        ("plus or minus 10 points", "± 10 points of a hundred"),
        ("plus or minus 0.3", "± 0.3"),
        (["19:00", "20:00"], "19:00 to 20:00"),
        ("correction after 900 to 10800 s", "correction after 900 to 10800 s"),
        (None, "no range known"),
    ],
)
def test_ranges_are_said_in_words(written: Any, said: str) -> None:
    assert honesty.range_text(EN, written) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (3.0, "3"), (0.35, "0.35"), (150000.0, "150\u202f000"), (1e-7, "0.0000001000")]
)
def test_settings_are_written_with_the_decimals_that_they_have(value: float, said: str) -> None:
    assert honesty.exact(EN, value) == said


# --- conclusions --------------------------------------------------------------------------------------------------


MORE: Sequence[tuple[str, ...]] = ((), ("staffing.patrol_cars_factor=1.5",))


def result_of(figures: Sequence[Sequence[float]], options: Sequence[tuple[str, ...]] = MORE) -> StudyResult:
    """A study whose options have the given potential responses, day by day."""
    made = tuple(Option(f"option {n}", own, compose(["preset=demo-city", *own])) for n, own in enumerate(options))
    study = Study("drawn", "?", made, len(figures[0]), made[0].name)
    found = StudyResult(study)
    for option, values in enumerate(figures):
        for day, value in enumerate(values):
            found.outcomes[option, day] = Outcome({"potential_response": value}, {}, {"tape": str(day)})
    return found


def worlds(gain: float, spread: float, count: int = 40) -> StudyResult:
    rng = np.random.default_rng(1)
    base = 200.0 + 20.0 * rng.normal(size=count)
    return result_of([base.tolist(), (base - gain + spread * rng.normal(size=count)).tolist()])


@pytest.mark.parametrize(("gain", "spread", "state"), [(30.0, 5.0, "holds"), (10.0, 20.0, "open"), (-30.0, 10.0, "turns")])
def test_a_conclusion_holds_is_open_or_turns_by_the_share_of_worlds(gain: float, spread: float, state: str) -> None:
    both = Uncertain(worlds(30.0, 5.0), worlds(gain, spread))
    (flip,) = flips_of(both, ("potential_response",))
    assert flip.better and flip.state == state and flip.low <= flip.share <= flip.high


def test_what_is_worse_with_inputs_as_assumed_is_followed_too() -> None:
    (flip,) = flips_of(Uncertain(worlds(-30.0, 5.0), worlds(-30.0, 5.0)), ("potential_response",))
    assert not flip.better and flip.state == "holds" and flip.share > 0.9


def test_without_a_conclusion_nothing_can_turn() -> None:
    same = result_of([[100.0, 120.0, 90.0], [101.0, 119.0, 90.5]])
    assert flips_of(Uncertain(same, same), ("potential_response",)) == []
    assert verdict("potential_response", Estimate(-5.0, 10.0, 9)) is None
    assert verdict("potential_response", Estimate(-15.0, 10.0, 9)) is True
    assert verdict("coverage", Estimate(-0.15, 0.1, 9)) is False


def test_one_assumed_input_alone_is_told_but_what_the_plan_decides_is_not() -> None:
    jam = "travel.peak_factor=2.0"
    options = [(), (jam,), ("staffing.patrol_cars_factor=1.5",), (jam, "demand.noise_sigma=0.5")]
    found = one_at_a_time(result_of([[100.0, 110.0]] + [[120.0, 131.0]] * 3, options), "potential_response")
    assert [(one.option, one.key, one.value) for one in found] == [(1, "travel.peak_factor", 2.0)]
    assert found[0].difference.mean == pytest.approx(20.5)


def test_a_study_that_tested_nothing_says_so_with_the_command_that_would(town: Path) -> None:
    shown = built(town)["flips"]
    assert shown["lines"][0].startswith("Not tested") and shown["rows"] == []
    assert shown["command"] == "pollday sweep study=town inputs=drawn"


def test_the_command_leaves_out_what_belongs_to_one_machine(town: Path) -> None:
    typed = ["python -m sim sweep study=a.yaml --workers 2 --out somewhere/x replications=5 inputs=fixed engine.workers=2"]
    asked = replace(report(town), about={"command": typed})
    assert honesty.test_command(asked) == "pollday sweep study=a.yaml replications=5 inputs=drawn"
    assert honesty.test_command(replace(asked, about={})) == ""


def test_a_command_is_shown_as_it_was_typed_quotes_and_all(town: Path) -> None:
    typed = ["pollday sweep study=a.yaml --out 'my studies/x' 'study.question=Who waits?' replications=5"]
    asked = replace(report(town), about={"command": typed})
    assert honesty.test_command(asked) == "pollday sweep study=a.yaml 'study.question=Who waits?' replications=5 inputs=drawn"
    assert annex.origin(asked)[-1][1] == typed[0]


def test_a_study_of_plausible_worlds_shows_every_conclusion(town: Path) -> None:
    asked = replace(report(town), uncertain=Uncertain(worlds(30.0, 5.0), worlds(10.0, 20.0)), result=worlds(10.0, 20.0))
    shown = honesty.flips(asked)
    assert [row["claim"] for row in shown["rows"]] == ["better in potential response"]
    assert shown["rows"][0]["state"] == "not sure" and "of 40 worlds" in shown["rows"][0]["share"]
    assert "90 %" in shown["lines"][0].replace("\u00a0", " ") and shown["command"] == ""


# --- days ---------------------------------------------------------------------------------------------------------


def test_the_number_of_days_and_the_rule_behind_it_are_told(town: Path) -> None:
    lines = honesty.days(report(town))
    assert lines[0] == "4 days for each option, a number fixed before the study began."
    assert any("95 % interval" in line and "over 4 days" in line for line in lines[1:])


def test_a_rule_of_precision_is_told_with_its_numbers(town: Path) -> None:
    found = report(town)
    rule = Precision(measure=("response_mean",), half_width=(20.0,), cap=60)
    study = replace(found.result.study, precision=rule)
    line = honesty.days(replace(found, result=replace(found.result, study=study)))[0]
    assert "mean response ± 20" in line and "at most 60" in line and "first after 10 days" in line


def test_missing_runs_are_told(tmp_path: Path) -> None:
    study = study_of(tmp_path / "half", days=2, asked=5)
    assert any(line == "9 runs are still missing." for line in honesty.days(report(study)))


# --- checklist ----------------------------------------------------------------------------------------------------


def test_all_twenty_items_of_stress_des_stand_in_order_and_seventeen_or_more_are_filled(town: Path) -> None:
    items = built(town)["items"]
    assert [item.number for item in items] == [number for number, _ in ITEMS] and len(items) == 20
    assert sum(item.is_filled for item in items) >= 17
    assert not next(item for item in items if item.number == "2.1").is_filled
    assert all(not re.search(r"%\(|None|nan", item.text) for item in items)


def test_items_say_what_this_study_is(town: Path) -> None:
    text = {item.number: item.text for item in built(town)["items"]}
    assert "Town: how many patrol cars does it need?" in text["1.1"]
    assert "more cars" in text["1.3"] and "4 days" in text["1.3"]
    assert "staffing.patrol_cars_factor" in text["2.3"]
    assert "dispatch.policy=least_time" in text["2.4"]
    assert "60" in text["3.2"] and "2017" in text["5.2"] and "numpy" in text["5.1"]


def test_what_cannot_be_filled_says_so_on_the_page(town: Path) -> None:
    found = report(town)
    made = section(found, "honesty", environment(found.words))
    assert made is not None and "not filled: to be added by the analyst" in made.body
    assert all(text in made.body for text in LEFT_OUT)


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_the_page_is_in_the_readers_language(town: Path, code: str) -> None:
    found = report(town, code)
    made = section(found, "honesty", environment(found.words))
    assert made is not None and "no range known" not in made.body and "Not tested" not in made.body
