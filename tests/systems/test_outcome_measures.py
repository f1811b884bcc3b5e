"""S36: what became of the vote is reported by area and force with intervals, and it answers to the forces at hand."""

from __future__ import annotations

from functools import cache

import pytest

from sim.cli import compose
from sim.clock import HOUR
from sim.measures.estimators import PLACE_RATIOS
from sim.study.design import Option, Study
from sim.study.export import KNOWN
from sim.study.files import save_results
from sim.study.places import place_rows
from sim.study.point import run_point
from sim.study.result import StudyResult, compare

DAYS = 7
SMALL = [
    "preset=demo-city", "demand.regime=high", "territory.city.centres=60", "territory.city.offices=300",
    "command=default", "deterrence=default", "alert=default", "territory.city.voters=117000", "territory.city.population=200000",
    "demand.rate_factor=12", "demand.background_factor=0",
]  # fmt: skip
FEWER = [f"staffing.{kind}_factor=0.1" for kind in ("patrol_cars", "motorcycles", "foot", "rrv", "reserve", "normal")]


@cache
def study() -> StudyResult:
    options = tuple(Option(name, tuple(words), compose([*SMALL, *words])) for name, words in (("full", []), ("few", FEWER)))
    result = StudyResult(Study("outcome", "What do mobile units buy?", options, DAYS, "full"))
    for number, option in enumerate(options):
        for day in range(DAYS):
            result.outcomes[number, day] = run_point(option.settings, day)
    return result


def test_fewer_mobile_units_lose_more_voting_time_and_delay_more_voters() -> None:
    assert study().same_days
    figures = ["office_minutes_lost", "voters_delayed", "voters_lost"]
    for row in compare(study(), figures):
        if row.option == "few":
            assert row.difference is not None and row.difference.low is not None
            assert row.difference.low > 0, row


@pytest.mark.parametrize("by", ["area", "force"])
def test_the_outcome_stands_by_area_and_force_with_intervals(by: str) -> None:
    rows = place_rows(study(), by)
    found = {(row["option"], row[by], row["measure"]): row for row in rows}
    places = {str(row[by]) for row in rows}
    assert len(places) > 1 if by == "area" else places <= {"police", "gendarmerie"}
    wanted = {"calm_index", "office_minutes_lost", "harm", "voters_delayed", "minutes_lost", "officer_hours posts"}
    for place in places:
        mine = {str(measure): row for (option, where, measure), row in found.items() if (option, where) == ("few", place)}
        assert wanted <= set(mine)
        daily = {name: row for name, row in mine.items() if name not in PLACE_RATIOS}  # a ratio leaves days without any case out
        assert all(row["replications"] == DAYS and row["half_width"] is not None for row in daily.values() if row["mean"])
        assert {name.split(" ")[0] for name in mine} <= set(KNOWN)
        delayed, whole = (found[option, place, "voters_delayed"] for option in ("few", "full"))
        assert whole["difference"] is None and delayed["difference"] > -1e-6  # type: ignore[operator]
        low = delayed["difference"] - delayed["difference_half_width"]  # type: ignore[operator]
        assert low > 0 or place != "police"


def test_places_add_up_to_the_headline() -> None:
    for day in range(DAYS):
        outcome = study().outcomes[0, day]
        for by in ("area", "force"):
            for name in ("office_minutes_lost", "voters_delayed", "voters_lost", "harm", "minutes_lost"):
                total = sum(value or 0.0 for (_, measure), value in outcome.places[by].items() if measure == name)
                assert total == pytest.approx(outcome.scalars[name]), name
            hours = [value for (_, name), value in outcome.places[by].items() if name.startswith("officer_hours")]
            # Officers stand from 48 h before the opening: their hours are those of many times the heads at noon.
            assert sum(v or 0.0 for v in hours) > 11 * HOUR / 3600 * (outcome.scalars["heads_on_duty"] or 0.0)


def test_a_study_folder_holds_the_outcome_by_place(tmp_path) -> None:  # type: ignore[no-untyped-def]
    save_results(study(), [], tmp_path)
    lines = (tmp_path / "by_force.csv").read_text(encoding="utf-8").splitlines()
    estimates = "mean,half_width,replications,difference,difference_half_width,p_value,p_holm"
    assert lines[0] == f"option,force,measure,{estimates}"
    assert sum(",calm_index," in line for line in lines) == 2 * len({row["force"] for row in place_rows(study(), "force")})
    assert (tmp_path / "by_area.csv").exists()
