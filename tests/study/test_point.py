"""One option on one day: pure, and the same day for every option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.cli import compose
from sim.errors import InputError
from sim.measures.day import Day
from sim.measures.entry import Table
from sim.measures.estimators import RATIOS
from sim.measures.registry import TABLES
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.study.figures import PLACES
from sim.study.point import EXCEEDANCE_MINUTES, options_share_days, run_point
from sim.study.result import Outcome, StudyResult, compare, table_rows

TOWN = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")


@pytest.fixture(scope="module")
def town() -> Settings:
    return compose(TOWN)


@pytest.fixture(scope="module")
def outcome(town: Settings) -> Outcome:
    return run_point(town, 0)


def test_the_same_point_gives_the_same_digests(town: Settings, outcome: Outcome) -> None:
    assert run_point(town, 0).digests == outcome.digests


def test_a_point_computes_the_tables_it_needs_and_each_once(town: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def noted(name: str, make: Callable[[Day], Table]) -> Callable[[Day], Table]:
        return lambda day: made.append(name) or make(day)  # type: ignore[func-returns-value]

    for name, make in TABLES.items():
        monkeypatch.setitem(TABLES, name, noted(name, make))
    run_point(town, 0)
    of_places = {f"{table}_by_{by}" for table in ("outcome", "burden") for by in PLACES} | {"officer_hours"}
    of_headline = {"coverage_by_area", "presence_by_area", "overload", "burden", "rallies", "planned", "warnings", "rumours"}
    assert sorted(made) == sorted(of_places | of_headline | {"roll_call"})


def test_another_replication_is_another_day(town: Settings, outcome: Outcome) -> None:
    other = run_point(town, 1).digests
    assert other["tape"] != outcome.digests["tape"]
    assert other["scenario"] != outcome.digests["scenario"]  # who is absent, where patrols begin


def test_changing_staff_leaves_the_day_alone(outcome: Outcome) -> None:
    fewer = run_point(compose([*TOWN, "staffing.patrol_cars_factor=0.5"]), 0).digests
    assert fewer["tape"] == outcome.digests["tape"] and fewer["trace"] != outcome.digests["trace"]


def test_exceedance_starts_at_one_and_never_rises(outcome: Outcome) -> None:
    curve = outcome.curves["exceedance"]
    assert curve[0] == 1.0 and np.all(np.diff(curve) <= 0) and len(curve) == len(EXCEEDANCE_MINUTES)


def test_heads_are_counted_beside_the_measures(outcome: Outcome) -> None:
    heads = outcome.scalars
    on_duty, mobile, posted = heads["heads_on_duty"], heads["heads_mobile"], heads["heads_at_centres"]
    assert on_duty is not None and mobile is not None and posted is not None and 0 < mobile + posted <= on_duty


def test_every_ratio_of_a_run_is_its_numerator_over_its_denominator(town: Settings, outcome: Outcome) -> None:
    for day in (outcome, run_point(compose([*TOWN, "demand.rate_factor=20"]), 1)):
        for measure, (above, below) in RATIOS.items():
            parts = day.scalars[above], day.scalars[below]
            assert parts[0] is not None and parts[1] is not None and parts[0] == round(parts[0]) <= parts[1]
            assert day.scalars[measure] == (pytest.approx(parts[0] / parts[1], abs=1e-9) if parts[1] else None), measure
    assert 0 < day.scalars["compliance_p1_judged"] < day.scalars["compliance_p1_p2_judged"]  # type: ignore[operator]


def _study(town: Settings, replications: int = 2) -> Study:
    more = compose([*TOWN, "staffing.patrol_cars_factor=2"])
    return Study("s", "?", (Option("as is", (), town), Option("more", (), more)), replications, "as is")


def test_replications_come_before_options(town: Settings) -> None:
    assert _study(town).tasks() == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_a_study_names_what_is_wrong_with_it(town: Settings) -> None:
    study = _study(town)
    with pytest.raises(InputError, match="did you mean 'more'"):
        replace(study, baseline="mroe")
    with pytest.raises(InputError, match="twice"):
        replace(study, options=study.options[:1] * 2)
    with pytest.raises(InputError, match="1 or more"):
        replace(study, replications=0)
    with pytest.raises(InputError, match="no options"):
        replace(study, options=())


def _busier(town: Settings, word: str) -> Study:
    other = compose([*TOWN, word])
    return Study("s", "?", (Option("as is", (), town), Option("other", (word,), other)), 2, "as is")


@pytest.mark.parametrize("word", ["checkpoints.inspect_rate=0.3", "staffing.absence=0.1"])
def test_a_plan_never_changes_the_day(town: Settings, word: str) -> None:
    assert options_share_days(option.settings for option in _busier(town, word).options)


@pytest.mark.parametrize("word", ["demand.rate_factor=2", "calendar.closing=72000", "territory.city.zones=3"])
def test_what_changes_the_day_is_noticed_before_anything_runs(town: Settings, word: str) -> None:
    assert not options_share_days(option.settings for option in _busier(town, word).options)


def test_seed_and_replication_are_no_options(town: Settings) -> None:
    with pytest.raises(InputError, match="face the same days"):
        _busier(town, "seed=5")
    with pytest.raises(InputError, match="counts its days itself"):
        _busier(town, "replication=5")


def _outcome(value: float, tape: str) -> Outcome:
    return Outcome({"response_mean": value}, {}, {"tape": tape})


def test_days_that_differ_are_compared_as_unrelated_samples(town: Settings) -> None:
    study = _study(town)
    days = {(0, 0): _outcome(1.0, "a"), (1, 0): _outcome(3.0, "a"), (0, 1): _outcome(2.0, "b"), (1, 1): _outcome(4.0, "b")}
    paired = StudyResult(study, days)
    unpaired = StudyResult(study, {**days, (1, 1): _outcome(4.0, "c")})
    assert paired.same_days and not unpaired.same_days
    (_, same), (_, other) = compare(paired, ["response_mean"]), compare(unpaired, ["response_mean"])
    assert same.difference is not None and same.difference.half_width == 0.0 and not same.is_nil
    assert other.difference is not None and other.difference.half_width is not None and other.difference.half_width > 1
    assert other.difference.mean == 2.0 and not other.paired


def test_the_baseline_has_no_difference_to_itself(town: Settings, outcome: Outcome) -> None:
    study = _study(town, 1)
    result = StudyResult(study, {(0, 0): outcome, (1, 0): outcome})
    base, other = compare(result, ["response_mean"])
    assert base.difference is None and other.difference is not None
    assert other.difference.mean == 0.0 and other.difference.half_width is None and other.is_real is None and other.is_nil


def test_a_run_that_is_missing_is_no_data(town: Settings) -> None:
    empty = StudyResult(_study(town))
    assert [row["mean"] for row in table_rows(compare(empty, ["response_mean"]))] == [None, None]
