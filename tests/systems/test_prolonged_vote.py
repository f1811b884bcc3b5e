"""A vote that is prolonged (S01): everybody whose hours are tied to the closing follows it as it is decided, mobile units too."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.clock import HOUR
from sim.demand.tape import Inject
from sim.forces.ledger import check_ledger, ledger_hours, plan_ledger, trace_ledger
from sim.forces.prolonged import follow_closing, tied_to_closing
from sim.measures.day import Day, as_it_was
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.trace import CODE

LATER = HOUR
WORDS = ("calendar.latest_extension=3600", "demand.rate_factor=4")


@cache
def prolonged(*words: str) -> tuple[Any, Any, Any, Any, int]:
    """A day on which the first area votes an hour longer: scenario, forces, tape, trace, and that area."""
    settings = compose([*words, *WORDS])
    where = build_place(settings)
    scenario, forces = build_plan(settings, where)
    closing = float(scenario.calendar.closing[0])
    order = Inject(closing - 2 * HOUR, "extend_voting", 0, closing + LATER)
    tape = replace(build_tape(settings, where), injects=(order,))
    return scenario, forces, tape, run(scenario, tape), 0


def changes(scenario: Any, trace: Any, kind: str, area: int, mobile: bool = True) -> set[float]:
    """Moments of the changes of units of one kind in an area, in the three hours from the planned closing on."""
    columns, units = trace.columns(), scenario.units
    row = np.searchsorted(units.id, columns["unit"]).clip(0, len(units) - 1)
    mine = (units.area[row] == area) & (units.kind[row] == units.kinds.index(kind)) & (columns["unit"] >= 0)
    told = np.isin(columns["kind"], [CODE["on_duty"], CODE["relieved"]])
    closing = float(scenario.calendar.closing[area])
    window = (columns["time"] >= closing) & (columns["time"] < closing + 3 * HOUR)
    return {float(at) - closing for at in columns["time"][mine & told & window]}


CITY = "preset=demo-city"
WILAYAS = ("preset=dz-2017-national", 'territory.wilayas=["05","31"]')


@pytest.mark.parametrize("kind", ["patrol_car", "motorcycle_pair", "rrv", "normal_car", "escort"])
def test_mobile_units_change_at_the_closing_as_it_is_decided_and_only_where_it_is(kind: str) -> None:
    scenario, _, _, trace, area = prolonged(CITY)
    assert changes(scenario, trace, kind, area) == {LATER}
    assert changes(scenario, trace, kind, area + 1) == {0.0}


def test_without_a_decision_they_change_as_planned() -> None:
    scenario, _, tape, _, area = prolonged(CITY)
    assert changes(scenario, run(scenario, replace(tape, injects=())), "patrol_car", area) == {0.0}


def test_posts_at_centres_follow_and_those_elsewhere_keep_their_hours() -> None:
    scenario, _, _, trace, area = prolonged(CITY)
    assert LATER in changes(scenario, trace, "fixed_team", area) and 0.0 not in changes(scenario, trace, "fixed_team", area)
    assert changes(scenario, trace, "normal_service", area) == {0.0}


@pytest.mark.parametrize("words", [(CITY,), WILAYAS], ids=["city", "wilayas"])
def test_the_ledger_of_the_hours_that_were_held_closes_and_every_invariant_holds(words: tuple[str, ...]) -> None:
    scenario, forces, tape, trace, area = prolonged(*words)
    check_invariants(scenario, tape, trace)
    held = as_it_was(scenario, trace.columns())
    given = (forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time, forces.standby)
    planned, done = plan_ledger(held.units, held.territory, *given), trace_ledger(trace.columns(), held.units, *given)
    check_ledger(planned, done)
    extra = np.searchsorted(given[1], float(scenario.calendar.closing[area]))
    before = plan_ledger(scenario.units, scenario.territory, *given)
    patrol = planned.line("patrol")[area, :, extra].sum(), before.line("patrol")[area, :, extra].sum()
    assert patrol[0] > patrol[1]  # the crews of the day stay for the extra hour
    assert planned.line("escorts")[area, :, extra].sum() == 0


def test_nobody_goes_into_a_centre_in_the_extra_hour_against_the_rules_of_the_hours_that_are_held() -> None:
    scenario, _, tape, trace, area = prolonged(*WILAYAS)
    day = Day.of(scenario, tape, trace)
    asked = day.records("entry_requested", "entered", "action_blocked")
    sites, closing = scenario.territory.sites, float(scenario.calendar.closing[area])
    extra = asked[(day.time[asked] >= closing + 900.0) & (day.time[asked] < closing + LATER)]
    extra = extra[sites.area[day.columns["site"][extra].astype(int)] == area]
    assert len(extra) > 0  # by the plan the count has begun, in which nobody may enter; but people still vote
    assert (day.kind[extra] != CODE["action_blocked"]).any()


def test_shifts_that_are_given_follow_the_closing_and_reinforcement_and_other_posts_do_not() -> None:
    territory = make_territory(make_sites([0.0, 1.0], [0.0, 0.0], kind=["centre", "base"], offices=[1, 0]))
    hours = [(0.0, 100.0), (100.0, 200.0)]
    units = make_units([1, 0, 1], territory, mobile=[True, False, False], shifts=[hours] * 3)
    calendar = make_calendar(territory, opening=10.0, closing=100.0, begin=0.0)
    scenario = make_scenario(territory, units, calendar=calendar)
    tied = tied_to_closing(units, territory, scenario.standby)
    assert tied.tolist() == [True, True, False]
    moved = follow_closing(units, tied, np.array([100.0]), np.array([130.0]))
    assert [moved.shifts(row) for row in range(3)] == [[(0.0, 130.0, 1), (130.0, 230.0, 1)]] * 2 + [[(*h, 1) for h in hours]]
    assert follow_closing(units, tied, np.array([100.0]), np.array([90.0])).shifts(0) == units.shifts(0)
    standing_by = replace(scenario.standby, unit=np.array([0]))
    assert tied_to_closing(units, territory, standing_by).tolist() == [False, True, False]


def test_a_unit_of_a_hand_worked_day_stays_until_the_later_closing() -> None:
    territory = make_territory(make_sites([0.0, 1000.0], [0.0, 0.0], kind=["base", "centre"], offices=[0, 1]))
    units = make_units([0], territory, shifts=[[(-1000.0, 1000.0)]])
    calendar = replace(make_calendar(territory, opening=0.0, closing=1000.0, begin=-1000.0, end=5000.0), latest_extension=600.0)
    scenario = make_scenario(territory, units, calendar=calendar)
    tape = make_tape(territory, [1200.0], [1], 60.0)
    late = replace(tape, injects=(Inject(500.0, "extend_voting", 0, 1600.0),))
    arrived = [(run(scenario, each).columns()["kind"] == CODE["arrived"]).sum() for each in (tape, late)]
    assert arrived == [0, 1]
