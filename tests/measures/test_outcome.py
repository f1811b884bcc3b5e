"""What became of the vote, against days worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.build import build_scenario, build_tape
from sim.cli import compose
from sim.demand.classes import IncidentClass
from sim.measures.collect import Measures, measure
from sim.measures.day import Day
from sim.measures.entry import Cell
from sim.measures.outcome import Outcome, outcome, outcome_by_area, outcome_by_force, outcome_figures, union_time
from sim.processes.simulation import run
from sim.scenario import Scenario
from tests.measures.nation import nation
from tests.measures.worlds import Story, town

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CLASSES = (
    IncidentClass("threat", 1, harm=10.0),
    IncidentClass("dispute", 2, harm=4.0),
    IncidentClass("power_cut", 3, harm=1.0),
    IncidentClass("medical", 1, group="medical", harm=10.0),
)
THREAT, DISPUTE, POWER_CUT, MEDICAL = range(4)
Row = tuple[float, int, int, float]
"""Moment in hours, position of the site, class, minutes of voting stopped."""


def district(**hours: float) -> Scenario:
    """A base, then centres of 4, 3, 2 and 1 offices, two in each of two areas, two forces by turns; 8 to 19 h."""
    sites = make_sites(
        1000.0 * np.arange(5), 0.0, kind=["base"] + ["centre"] * 4,
        area=[0, 0, 0, 1, 1], force=[0, 0, 1, 0, 1], offices=[0, 4, 3, 2, 1], voters=400,
    )  # fmt: skip
    territory = make_territory(sites, areas=("east", "west"), forces=("police", "gendarmerie"))
    span = {"begin": 6 * HOUR, "opening": 8 * HOUR, "closing": 19 * HOUR, "end": 22 * HOUR} | hours
    calendar = make_calendar(territory, **span)
    return make_scenario(territory, make_units([0], territory), classes=CLASSES, calendar=calendar)


def told(scenario: Scenario, rows: list[Row], answers: dict[int, float | str] | None = None, **marks: object) -> Day:
    """A day in which a unit comes ``answers`` minutes after the report (0 unless said) or that ends as the word says."""
    at, site, cls, stop = (np.array(column) for column in zip(*rows)) if rows else (np.zeros(0),) * 4
    cls = cls.astype(np.int64)
    priority = np.array([c.priority for c in CLASSES])[cls]
    marks |= {"cls": cls, "priority": priority, "voting_stop_time": stop * MINUTE}
    tape = make_tape(scenario.territory, at * HOUR, site.astype(np.int64), np.full(len(rows), MINUTE), **marks)
    story, records = Story(), []
    for task, moment in enumerate((at * HOUR).tolist()):
        answer = (answers or {}).get(task, 0.0)
        if answer == "prevented":
            records.append((moment, "prevented", task))
            continue
        records += [(moment, kind, task) for kind in ("occurred", "reported", "processed")]
        if answer == "handled":
            records.append((moment, "handled", task))
        elif isinstance(answer, float):
            records.append((moment + answer * MINUTE, "arrived", task))
    for moment, kind, task in sorted(records, key=lambda record: record[0]):
        story.told(moment, kind, task, 0 if kind == "arrived" else -1)
    return Day.of(scenario, tape, story.trace)


def result(day: Day) -> Outcome:
    return outcome(day)


def figures(*args: object, **marks: object) -> dict[str, Cell]:
    return outcome_figures(result(told(*args, **marks)))  # type: ignore[arg-type]


def test_a_quiet_day_loses_nothing() -> None:
    found = figures(district(), [])
    assert found == {
        "voting_offices": 10, "voting_stops": 0, "office_minutes_lost": 0.0, "office_minutes_unattended": 0.0,
        "voting_lost": 0.0, "harm": 0.0, "harm_late": 0.0, "calm_index": 1.0, "voters": None, "voters_delayed": None,
        "waiting_hours": None, "voters_at_closing": None, "voters_lost": None,
    }  # fmt: skip


def test_a_grave_stop_empties_the_centre_and_a_lesser_one_stops_one_office() -> None:
    assert figures(district(), [(10, 1, THREAT, 30)])["office_minutes_lost"] == 4 * 30
    assert figures(district(), [(10, 1, DISPUTE, 30)])["office_minutes_lost"] == 30
    both = figures(district(), [(10, 1, DISPUTE, 30), (10, 2, THREAT, 20), (12, 4, THREAT, 5)])
    assert both["office_minutes_lost"] == 30 + 3 * 20 + 5
    assert both["voting_lost"] == pytest.approx(95 / (10 * 11 * 60))
    assert both["voting_stops"] == 3


def test_stops_that_overlap_at_a_centre_count_once() -> None:
    # One office from 10:00 to 11:10 (three stops), the other three from 10:20 to 10:40: 70 + 3 x 20.
    rows = [(10.0, 1, DISPUTE, 30), (10.25, 1, POWER_CUT, 55), (10 + 1 / 3, 1, THREAT, 20)]
    assert figures(district(), rows)["office_minutes_lost"] == pytest.approx(70 + 3 * 20)
    apart = [(10.0, 1, DISPUTE, 30), (10.0, 2, DISPUTE, 30), (11.0, 1, DISPUTE, 30)]
    assert figures(district(), apart)["office_minutes_lost"] == 90


def test_the_union_of_intervals_agrees_with_a_count_minute_by_minute() -> None:
    rng = np.random.default_rng(1)
    place, begin = rng.integers(0, 6, 200), rng.integers(0, 500, 200).astype(np.float64)
    end = begin + rng.integers(0, 30, 200)
    minutes = np.arange(600) + 0.5
    for size in (0, 200):
        inside = [
            sum(np.any((begin[:size][own] < m) & (m < end[:size][own])) for m in minutes)
            for own in (place[:size] == p for p in range(7))
        ]
        assert union_time(place[:size], begin[:size], end[:size], 7).tolist() == inside


def test_stops_end_at_closing_and_begin_at_opening() -> None:
    rows = [(18.75, 1, THREAT, 60), (7.5, 2, THREAT, 20), (19.5, 3, THREAT, 60)]
    found = figures(district(), rows)
    assert found["office_minutes_lost"] == 4 * 15 + 3 * 20
    assert found["voting_stops"] == 2


def test_a_run_that_was_stopped_counts_up_to_that_moment() -> None:
    found = figures(district(end=10.25 * HOUR), [(10, 1, THREAT, 60)])
    assert found["office_minutes_lost"] == 4 * 15
    assert found["voting_lost"] == pytest.approx(60 / (10 * 2.25 * 60))


def test_prevented_medical_and_normal_incidents_do_not_count() -> None:
    found = figures(district(), [(10, 1, THREAT, 30), (10, 2, MEDICAL, 30)], {0: "prevented"})
    assert (found["office_minutes_lost"], found["harm"], found["calm_index"], found["voting_stops"]) == (0, 0, 1, 0)


def test_an_urgent_stop_lasts_until_a_unit_is_there() -> None:
    late = figures(district(), [(10, 1, THREAT, 30)], {0: 50.0})
    assert (late["office_minutes_lost"], late["office_minutes_unattended"]) == (4 * 50, 4 * 20)
    soon = figures(district(), [(10, 1, THREAT, 30)], {0: 29.0})
    assert (soon["office_minutes_lost"], soon["office_minutes_unattended"]) == (4 * 30, 0)
    lesser = figures(district(), [(10, 1, POWER_CUT, 30)], {0: 50.0})
    assert (lesser["office_minutes_lost"], lesser["office_minutes_unattended"]) == (30, 0)


def test_a_stop_nobody_attends_lasts_as_long_as_the_incident_or_to_closing() -> None:
    lapsing = {"patience": 3000.0, "report_time": 600.0}
    assert figures(district(), [(10, 1, DISPUTE, 30)], {0: "never"}, **lapsing)["office_minutes_lost"] == 60
    assert figures(district(), [(10, 1, DISPUTE, 30)], {0: 90.0}, **lapsing)["office_minutes_lost"] == 60
    assert figures(district(), [(18, 1, THREAT, 30)], {0: "never"})["office_minutes_lost"] == 4 * 60
    assert figures(district(), [(18, 1, DISPUTE, 30)], {0: "handled"})["office_minutes_lost"] == 30


def test_harm_is_weighted_by_class_and_late_harm_is_that_beyond_target() -> None:
    rows = [(9, 1, THREAT, 0), (10, 1, DISPUTE, 0), (11, 1, DISPUTE, 0), (12, 1, POWER_CUT, 0), (13, 0, DISPUTE, 0)]
    found = figures(district(), rows, {0: 600.0, 1: 1.0, 2: "never", 3: "handled"})
    assert (found["harm"], found["harm_late"]) == (10 + 3 * 4 + 1, 10 + 4)


def test_the_calm_index_weighs_centres_by_offices() -> None:
    assert figures(district(), [(10, 1, DISPUTE, 0), (11, 1, THREAT, 0)])["calm_index"] == pytest.approx(6 / 10)
    peaceful = [(10, 1, POWER_CUT, 30), (10, 2, MEDICAL, 0), (7, 3, DISPUTE, 0), (19, 4, DISPUTE, 0), (10, 0, THREAT, 0)]
    assert figures(district(), peaceful)["calm_index"] == 1.0
    assert figures(district(), [(7.5, 3, DISPUTE, 20)])["calm_index"] == pytest.approx(8 / 10)
    assert figures(district(), [(10, 3, DISPUTE, 0)], parent=5)["calm_index"] == 1.0


def test_mobile_offices_lose_time_on_their_early_days() -> None:
    scenario = district(begin=-30 * HOUR)
    own = scenario.calendar
    early = own.site_opening.copy()
    early[4] -= DAY
    scenario = replace(scenario, calendar=replace(own, site_opening=early))
    found = figures(scenario, [(10 - 24, 4, THREAT, 30), (18.5 - 24, 4, THREAT, 60)])
    assert found["office_minutes_lost"] == 60
    assert found["voting_lost"] == pytest.approx(60 / ((10 * 11 + 11) * 60))
    assert found["calm_index"] == pytest.approx(9 / 10)


def test_before_voting_and_without_a_centre_there_is_no_data() -> None:
    early = figures(district(opening=12 * HOUR, end=11 * HOUR), [(7, 1, THREAT, 30)])
    votes = ("office_minutes_lost", "office_minutes_unattended", "voting_lost", "calm_index")
    assert [early[name] for name in votes] == [None] * 4 and early["harm"] == 10
    bases = make_territory(make_sites([0.0, 1000.0], 0.0, kind="base"))
    day = told(make_scenario(bases, make_units([0], bases), classes=CLASSES), [])
    assert [outcome_figures(result(day))[name] for name in votes] == [None] * 4
    assert outcome_figures(result(day).take(slice(0, 0)))["harm"] is None


def test_areas_and_forces_add_up_to_the_whole() -> None:
    rows = [(10, 1, THREAT, 30), (11, 2, DISPUTE, 20), (12, 3, THREAT, 10), (12, 4, POWER_CUT, 10)]
    day = told(district(), rows)
    found, areas, forces = result(day), outcome_by_area(day, result(day)), outcome_by_force(day, result(day))
    assert areas["area"] == ["east", "west"] and forces["force"] == ["police", "gendarmerie"]
    assert areas["office_minutes_lost"] == [4 * 30 + 20, 2 * 10 + 10]
    assert forces["office_minutes_lost"] == [4 * 30 + 2 * 10, 20 + 10]
    assert areas["calm_index"] == [0.0, pytest.approx(1 / 3)]
    for table in (areas, forces):
        for name in ("voting_offices", "voting_stops", "office_minutes_lost", "harm", "harm_late"):
            assert sum(table[name]) == pytest.approx(outcome_figures(found)[name])  # type: ignore[arg-type]


def test_the_headline_is_the_total_of_a_day_run_by_the_engine() -> None:
    scenario, tape = town()
    tape.incidents.voting_stop_time[::3] = 1200.0
    measures = measure(scenario, tape, run(scenario, tape))
    areas = measures.tables["outcome_by_area"]
    for name in ("office_minutes_lost", "harm"):
        assert measures[name] == pytest.approx(sum(areas[name]))  # type: ignore[arg-type]
        assert measures[name] > 0  # type: ignore[operator]
    assert 0.0 < measures["calm_index"] < 1.0  # type: ignore[operator]


def test_the_demo_city_loses_little_on_a_calm_day_and_more_on_a_grave_one() -> None:
    calm, high = (demo_city(regime) for regime in ("calm", "high"))
    assert 0.0 < calm["office_minutes_lost"] < high["office_minutes_lost"]  # type: ignore[operator]
    assert 1.0 > calm["calm_index"] > high["calm_index"] > 0.2  # type: ignore[operator]
    # The calm rates times their harm weights make about 70 points per 1,000 offices without medical cases.
    offices = sum(calm.tables["outcome_by_force"]["voting_offices"])  # type: ignore[arg-type, misc]
    assert 0.3 * 70 < 1000.0 * calm["harm"] / offices < 3 * 70  # type: ignore[operator]
    assert calm["harm"] < high["harm"]  # type: ignore[operator]


def demo_city(regime: str) -> Measures:
    settings = compose(["preset=demo-city", f"demand.regime={regime}"])
    scenario, tape = build_scenario(settings), build_tape(settings)
    return measure(scenario, tape, run(scenario, tape))


def test_a_national_day_of_stops_is_summed_by_area_and_force_alike() -> None:
    scenario, tape = nation()
    tape.incidents.voting_stop_time[::4] = 1200.0
    story = Story()
    for task, at in enumerate(tape.incidents.at.tolist()):
        story.told(at, "occurred", task)
    day = Day.of(scenario, tape, story.trace)
    found = outcome(day)
    by_area, by_force = (t["office_minutes_lost"] for t in (outcome_by_area(day, found), outcome_by_force(day, found)))
    total = sum(v for v in by_area if isinstance(v, float))
    assert total > 0 and total == pytest.approx(sum(v for v in by_force if isinstance(v, float)))
