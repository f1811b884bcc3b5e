"""Alert levels: what they buy, what they cost, and how they change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrays import make_calendar, make_tape
from sim.build import build_ledger, build_place, build_plan, build_scenario, build_tape
from sim.cli import compose
from sim.demand.tape import Inject
from sim.errors import InputError
from sim.forces.alert import AlertPlan, Turns, planned_parts
from sim.forces.ledger import check_ledger, ledger_hours, trace_ledger
from sim.measures.alert import alert_table
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.positions import unit_states
from sim.processes.simulation import Simulation, run
from sim.scenario import Scenario
from sim.settings.alert import AlertSettings, AlertTrigger, LevelEffects, LevelTable
from sim.trace import CODE, Trace
from tests.days import paired_difference
from tests.worlds import needs, of_unit, play, story, street, world

SMALL = (
    "preset=demo-city", "territory.city.centres=40", "territory.city.offices=200", "territory.city.zones=2",
    "territory.city.entrances=2", "territory.city.population=400000", "staffing.people_per_section.police=40000",
)  # fmt: skip


def total(table: dict[str, Any], column: str, weight: str | None = None) -> float:
    """Sum of a column, or its mean weighted by another."""
    pairs = [(v, w) for v, w in zip(table[column], table[weight or column], strict=True) if v is not None]
    return sum(v * w for v, w in pairs) / sum(w for _, w in pairs) if weight else sum(v for v, _ in pairs)


def test_raising_the_level_shortens_turn_out_and_costs_officer_hours() -> None:
    turnout: dict[str, list[float]] = {}
    cost: dict[str, list[float]] = {}
    levels = ("normal", "raised", "maximum")
    plans = {level: compose([*SMALL, f"alert={level}"]) for level in levels}
    place = build_place(plans["normal"])
    for replication in range(5):
        tape = build_tape(plans["normal"], place, replication)
        for level in levels:
            scenario, _ = build_plan(plans[level], place, replication)
            table = alert_table(Day.of(scenario, tape, run(scenario, tape)))
            turnout.setdefault(level, []).append(total(table, "mobilisation_at_level", "dispatches"))
            cost.setdefault(level, []).append(total(table, "extra_officer_hours"))
    for low, high in (("normal", "raised"), ("raised", "maximum")):
        faster, dearer = paired_difference(turnout[high], turnout[low]), paired_difference(cost[high], cost[low])
        assert faster.high is not None and faster.high < 0.0
        assert dearer.low is not None and dearer.low > 0.0


def test_leave_is_cancelled_at_the_maximum() -> None:
    heads = []
    for level in ("normal", "raised", "maximum"):
        _, forces = build_plan(compose([*SMALL, f"alert={level}"]))
        heads.append(int(forces.absences.heads.sum()))
    assert heads[0] > heads[1] > heads[2] > 0


# --- worked by hand -----------------------------------------------------------------------------------------------


def guarded(rules: AlertSettings, units: int = 2, end: float = 20_000.0, on_call: bool = True) -> Scenario:
    """A street of 10 m/s with the base at 0 and sites at 1000 m; unit 0 on duty, unit 1 on call from the raised level on;
    both mobilise in 40 s."""
    territory = street([0.0, 1000.0])
    shifts = [[(0.0, end)], [] if on_call else [(0.0, end)]][:units]
    unit = {"mobilisation_time": 40.0, "shifts": shifts, "heads": 5}
    calendar = make_calendar(territory, end=end, closing=end)
    scenario = world(territory, [0, 0][:units], unit=unit, classes=[needs(1)], calendar=calendar)
    turns = Turns(*(np.array(column) for column in ([1], [0.0], [end], [5], [1]))) if on_call else Turns()
    return replace(scenario, alert=AlertPlan(rules, turns=turns))


LEVELS = LevelTable(raised=LevelEffects(turnout_factor=0.8), maximum=LevelEffects(turnout_factor=0.5))
LOOK_OUT = AlertSettings(
    levels=LEVELS, triggers=(AlertTrigger(when="open_incidents", threshold=1, hold_time=1000.0),), call_in_time=600.0
)


def busy(scenario: Scenario, orders: tuple[Inject, ...] = (), at: tuple[float, ...] = (10.0, 20.0, 30.0)) -> Trace:
    tape = make_tape(scenario.territory, at, [1] * len(at), [2000.0, 100.0, 100.0][: len(at)])
    trace = play(scenario, replace(tape, injects=orders))
    check_invariants(scenario, replace(tape, injects=orders), trace)
    return trace


def changes(trace: Trace) -> list[tuple[float, float]]:
    columns = trace.columns()
    rows = np.flatnonzero(columns["kind"] == CODE["alert_changed"])
    return list(zip(columns["time"][rows].tolist(), columns["value"][rows].tolist()))


def test_too_many_open_incidents_raise_the_level_call_the_reserve_in_and_let_it_go_again() -> None:
    scenario = guarded(LOOK_OUT)
    trace = busy(scenario)
    # Unit 0 sets out at 10, arrives at 150, works until 2150. At 300 three incidents are open: more than one, so the area
    # is raised; unit 1 is on duty 600 s later, mobilises in 0.8 x 40 s, drives 100 s and works 100 s: task 1 is closed at
    # 1132. It is then on the road, takes task 2 at once (32 s) and works from 1164 to 1264.
    assert of_unit(trace, 1)[:3] == [(900.0, "on_duty", -1), (900.0, "dispatched", 1), (1032.0, "arrived", 1)]
    assert [(time, task) for time, kind, task in of_unit(trace, 1) if kind == "arrived"] == [(1032.0, 1), (1164.0, 2)]
    # More than one is open for the last time at 1200 (tasks 0 and 2); 1000 s later, at the look of 2400, it stands down
    # and unit 1 goes off duty on its way home.
    assert changes(trace) == [(300.0, 1.0), (2400.0, 0.0)]
    assert of_unit(trace, 1)[-1] == (2400.0, "off_duty", -1)
    day = Day.of(scenario, make_tape(scenario.territory, [10.0, 20.0, 30.0], [1] * 3, [2000.0, 100.0, 100.0]), trace)
    table = alert_table(day)
    assert table["level"] == ["normal", "raised"]
    assert table["level_hours"] == pytest.approx([17_900 / 3600, 2100 / 3600])
    assert table["extra_officer_hours"] == pytest.approx([0.0, 5 * 1500 / 3600])
    assert table["called_in_hours"] == table["extra_officer_hours"]
    assert table["mobilisation_at_level"] == pytest.approx([40.0, 32.0])
    assert (table["by_incidents"], table["by_stand_down"]) == ([0, 1], [1, 0])


def test_an_order_sets_the_level_and_another_takes_it_back() -> None:
    scenario = guarded(AlertSettings(levels=LEVELS, call_in_time=100.0))
    orders = (Inject(500.0, "alert_level", 0, 2.0), Inject(900.0, "alert_level", 0, -1.0))
    trace = busy(scenario, orders, (5.0, 700.0))
    assert changes(trace) == [(500.0, 2.0), (900.0, 0.0)]
    # Unit 1 is called in at 500, on duty at 600, sent at 700 in 0.5 x 40 s, on scene at 820 for 100 s, and then leaves.
    assert of_unit(trace, 1) == [
        (600.0, "on_duty", -1), (700.0, "dispatched", 1), (820.0, "arrived", 1), (920.0, "cleared", 1), (920.0, "off_duty", -1),
    ]  # fmt: skip
    table = alert_table(Day.of(scenario, make_tape(scenario.territory, [5.0], [1], [1.0]), trace))
    assert (table["level"], table["by_order"]) == (["normal", "maximum"], [1, 1])


def test_a_level_that_falls_before_the_reserve_comes_leaves_it_at_home() -> None:
    scenario = guarded(AlertSettings(levels=LEVELS, call_in_time=600.0))
    orders = (Inject(500.0, "alert_level", 0, 1.0), Inject(900.0, "alert_level", 0, 0.0))
    assert of_unit(busy(scenario, orders, (5.0,)), 1) == []
    again = (*orders, Inject(2000.0, "alert_level", 0, 1.0))
    assert of_unit(busy(scenario, again, (5.0,)), 1)[0] == (2600.0, "on_duty", -1)


def test_the_lower_level_of_an_order_sends_nobody_home_who_is_planned() -> None:
    scenario = guarded(AlertSettings(levels=LEVELS), on_call=False)
    plan = AlertPlan(scenario.alert.rules, np.array([0.0]), np.array([0]), np.array([2]))
    trace = busy(replace(scenario, alert=plan), (Inject(100.0, "alert_level", 0, 0.0),), (5.0, 6.0))
    assert changes(trace) == [(0.0, 2.0), (100.0, 0.0)]
    assert story(trace, "off_duty") == [(20_000.0, "off_duty", -1, 0), (20_000.0, "off_duty", -1, 1)]


def test_the_reach_of_idle_units_follows_the_level() -> None:
    scenario = guarded(AlertSettings(levels=LEVELS), on_call=False)
    trace = busy(scenario, (Inject(500.0, "alert_level", 0, 2.0),), (19_000.0,))
    day = Day.of(scenario, make_tape(scenario.territory, [19_000.0], [1], [2000.0]), trace)
    assert unit_states(day, np.array([400.0, 600.0])).mobilisation[:, 1].tolist() == [40.0, 20.0]


# --- timetable and ledger -----------------------------------------------------------------------------------------


def spells(*lines: str) -> str:
    return "alert.timetable=[" + ",".join("{" + line + "}" for line in lines) + "]"


TIMES = spells(
    "level: raised, begin: 'D-1 12:00', end: '10:00'", "level: maximum, begin: '06:00', end: '20:00', areas: ['Zone 1']"
)


def test_the_timetable_rules_area_by_area_and_the_highest_line_wins() -> None:
    scenario = build_scenario(compose([*SMALL, "alert=normal", TIMES]))
    plan = scenario.alert
    rows = list(zip((plan.at / 3600).tolist(), plan.area.tolist(), plan.level.tolist()))
    assert rows == [(-12.0, 0, 1), (-12.0, 1, 1), (6.0, 0, 2), (10.0, 1, 0), (20.0, 0, 0)]


def test_the_ledger_closes_whatever_calls_the_reserve_in() -> None:
    trigger = "alert.triggers=[{when: open_incidents, level: maximum, threshold: 1, hold_time: 3600}]"
    chosen = compose([*SMALL, "alert=normal", TIMES, trigger, "demand.rate_factor=3"])
    scenario, forces = build_plan(chosen)
    tape = build_tape(chosen)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    hours = ledger_hours(scenario.calendar)
    actual = trace_ledger(trace.columns(), scenario.units, forces.mobilised, hours, forces.absences, forces.rest_time)
    check_ledger(build_ledger(scenario, forces), actual)
    table = alert_table(Day.of(scenario, tape, trace))
    assert total(table, "called_in_hours") > 0.0
    assert sum(table["by_incidents"]) > 0
    reserve = build_ledger(scenario, forces).line("reserve")[0].sum(axis=0)
    normal, raised, maximum = (reserve[int(np.searchsorted(hours, hour * 3600.0))] for hour in (-30, -2, 12))
    assert normal < raised < maximum


def test_without_a_timetable_nothing_of_the_day_changes() -> None:
    chosen = compose([*SMALL, "alert=default"])
    scenario = build_scenario(chosen)
    tape = build_tape(chosen)
    plain = replace(scenario, alert=AlertPlan())
    assert run(scenario, tape).digest() == run(plain, tape).digest()
    assert len(scenario.alert.at) == len(scenario.alert.turns.unit) == 0


LINES = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30), st.integers(0, 2)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(LINES, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.integers(1, 3)), min_size=1, max_size=4))
def test_a_turn_is_cut_into_duty_and_call_without_gap_or_overlap(
    lines: list[tuple[int, int, int]], given_turns: list[tuple[int, int, int]]
) -> None:
    scenario = guarded(AlertSettings(), end=100.0)
    moments = sorted({begin for begin, _, _ in lines})
    levels = [next(level for begin, _, level in lines if begin == moment) for moment in moments]
    columns = np.array(given_turns)
    count = len(columns)
    turns = Turns(np.zeros(count, int), columns[:, 0] * 1.0, columns[:, :2].sum(axis=1) * 1.0, np.ones(count, int), columns[:, 2])
    plan = AlertPlan(AlertSettings(), np.array(moments, float), np.zeros(len(moments), int), np.array(levels, int), turns)
    parts = [planned_parts(plan, scenario.units, 100.0, on_duty=side) for side in (True, False)]
    for turn in range(count):
        pieces = sorted((begin, end) for side in parts for row, begin, end, _ in side if row == turn)
        assert pieces[0][0] == turns.begin[turn] and pieces[-1][1] == turns.end[turn]
        assert all(a[1] == b[0] for a, b in pairwise(pieces))


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("alert.level=maximal", "did you mean 'maximum'"),
        ("alert.levels.rased.leave=0.1", "did you mean 'alert.levels.raised'"),
        ("alert.levels.maximum.on_duty_share=0.1", "on_duty_share falls"),
        ("alert.levels.maximum.leave=0.2", "leave rises"),
        ("alert.levels.raised.turnout_factor=0", "greater than 0"),
        (spells("level: raised, begin: '10:00', end: '09:00'"), "not after it begins"),
        ("alert.triggers=[{when: open_incidents, level: normal}]", "'raised' or 'maximum'"),
        ("alert.triggers=[{when: rumour}]", "'open_incidents' or 'warning'"),
        ("alert.call_in_time=-1", "greater than or equal to 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(word: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compose([*SMALL, "alert=normal", word])


def test_an_unknown_area_in_the_timetable_is_refused() -> None:
    line = spells("level: raised, begin: '09:00', end: '10:00', areas: ['Zone 9']")
    with pytest.raises(InputError, match=r"alert.timetable.0.areas: unknown area 'Zone 9'"):
        build_scenario(compose([*SMALL, line]))


@pytest.mark.parametrize(
    ("target", "value", "said"), [(7, 1.0, "no area 7"), (0, 3.0, "3 is no level"), (0, 0.5, "0.5 is no level")]
)
def test_an_order_for_no_area_or_no_level_is_refused(target: int, value: float, said: str) -> None:
    scenario = guarded(AlertSettings())
    tape = make_tape(scenario.territory, [1.0], [1], [1.0])
    with pytest.raises(InputError, match=said):
        Simulation(scenario, replace(tape, injects=(Inject(5.0, "alert_level", target, value),)))


def test_triggers_need_a_day_with_an_end() -> None:
    scenario = guarded(LOOK_OUT)
    endless = replace(scenario, calendar=make_calendar(scenario.territory))
    with pytest.raises(InputError, match="the day has no end"):
        Simulation(endless, make_tape(scenario.territory, [1.0], [1], [1.0]))
