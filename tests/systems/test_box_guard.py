"""The guard leaves with the box (S10): where no escort comes in time the team outside a centre escorts its boxes itself, so that
every box comes in; worked by hand and on paired days (an ordinary day of every preset: tests/presets)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose, groups
from sim.clock import HOUR
from sim.demand.classes import IncidentClass, Slot
from sim.demand.counts import Counts
from sim.demand.legs import legs
from sim.demand.tape import Inject, Tape
from sim.errors import InputError
from sim.forces.ledger import check_ledger, ledger_hours, plan_ledger, trace_ledger
from sim.measures.ballots import custody
from sim.measures.collect import Measures, measure
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.posts import PostSettings
from sim.settings.response import DispatchSettings
from sim.trace import CODE
from tests.days import paired_difference
from tests.presets.test_presets import OFFICES
from tests.systems.boxes import unbroken
from tests.systems.test_ballots import DAYS, day, total, town

# Worked by hand: two centres at 0 and 2 km on a street, the collection point at 5 km, the escort's base further out; 10 m/s.
SPEED, DUE, AFTER = 10.0, 100.0, 600.0
LOAD, SECOND, HANDOVER = 30.0, 40.0, 90.0


def street(base: float = 60_000.0, shift: tuple[float, float] = (-1000.0, 1e5), end: float = np.inf) -> tuple[Scenario, Tape]:
    """One trip over both centres, due at 100 s; four officers stand at the first centre and three at the second."""
    kinds = ["centre", "centre", "collection", "base"]
    sites = make_sites([0.0, 2000.0, 5000.0, base], [0.0] * 4, kind=kinds, offices=[3, 2, 0, 0])
    territory = make_territory(sites)
    units = make_units(
        [0, 1, 3], territory, kind=["fixed_team", "fixed_team", "escort"], heads=[4, 3, 4], mobile=[False, False, True],
        shifts=[[(-1000.0, 50_000.0)], [(-1000.0, 50_000.0)], [shift]],
    )  # fmt: skip
    convoy = IncidentClass("ballot_escort", 2, (Slot(("escort",)),), "together", group="planned", convoy=True, harm=0.0)
    calendar = make_calendar(territory, opening=-1000.0, closing=0.0, begin=-2000.0, end=end)
    scenario = make_scenario(
        territory, units, classes=[convoy], calendar=calendar, travel=uniform_travel(SPEED * 3.6),
        dispatch=DispatchSettings(policy="nearest", command="joint"),
    )  # fmt: skip
    scenario = replace(scenario, posts=PostSettings(escort_after=AFTER))
    tape = make_tape(territory, [DUE], [0], LOAD)
    chain = legs(np.array([0, 0]), np.array([1, 2]), np.array([1, 2]), np.array([SECOND, HANDOVER]))
    count = Counts(np.array([0, 1]), np.array([10, 10]), np.full(2, 20.0), np.full(2, 60.0))
    return scenario, replace(tape, legs=chain, counts=count)


def boxes_of(scenario: Scenario, tape: Tape) -> tuple[Any, Any, dict[str, Any]]:
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    table = measure(scenario, tape, trace).tables["custody"]
    return custody(Day.of(scenario, tape, trace)), trace.columns(), {name: column[0] for name, column in table.items()}


def moments(columns: Any, kind: str, unit: int) -> list[float]:
    return columns["time"][(columns["kind"] == CODE[kind]) & (columns["unit"] == unit)].tolist()


def way(leaves: float) -> tuple[float, float, float]:
    """When a trip that loads at ``leaves`` is away from each centre, and its boxes handed over."""
    first = leaves + LOAD
    second = first + 2000.0 / SPEED + SECOND
    return first, second, second + 3000.0 / SPEED + HANDOVER


def test_an_escort_that_cannot_be_there_in_time_is_called_back_at_once_and_the_guard_goes_with_the_box() -> None:
    boxes, columns, table = boxes_of(*street(base=60_000.0))  # 6,000 s away, not 600
    first, second, last = way(DUE)
    assert boxes.collected_at.tolist() == pytest.approx([first, second])
    assert boxes.delivered_at.tolist() == pytest.approx([last, last])
    assert moments(columns, "diverted", 2) == [DUE]
    assert moments(columns, "off_duty", 0) == pytest.approx([last])  # home when the boxes are in
    assert moments(columns, "off_duty", 1) == [80.0]  # the second centre's own count is over
    assert (table["trips"], table["trips_with_guard"], table["escort_wait_mean"]) == (1, 1, 0.0)
    assert (table["boxes_delivered"], table["boxes_police_custody"]) == (5, 0)


def test_without_any_escort_the_guard_waits_as_long_as_the_rule_says() -> None:
    boxes, columns, table = boxes_of(*street(shift=(5000.0, 6000.0)))  # its escort comes on duty far too late
    first, second, last = way(DUE + AFTER)
    assert boxes.collected_at.tolist() == pytest.approx([first, second])
    assert boxes.delivered_at.tolist() == pytest.approx([last, last])
    assert table["escort_wait_mean"] == pytest.approx(AFTER)
    assert moments(columns, "dispatched", 2) == []
    assert moments(columns, "off_duty", 0) == pytest.approx([last])


def test_a_guard_goes_home_when_the_escort_is_there() -> None:
    boxes, columns, table = boxes_of(*street(base=4000.0))
    there = DUE + 4000.0 / SPEED
    assert boxes.collected_at[0] == pytest.approx(there + LOAD)
    assert moments(columns, "off_duty", 0) == pytest.approx([there])
    assert table["trips_with_guard"] == 0


def test_an_escort_that_is_called_back_by_an_order_on_its_way_is_waited_for_no_longer_than_the_rule_says() -> None:
    scenario, tape = street(base=4000.0)
    orders = (Inject(DUE + 50.0, "unit_out_of_service", 2),)
    boxes, columns, _ = boxes_of(scenario, replace(tape, injects=orders))
    assert moments(columns, "diverted", 2) == [DUE + 50.0]
    assert boxes.collected_at[0] == pytest.approx(DUE + AFTER + LOAD)


def test_a_centre_that_nobody_guards_has_nobody_to_go_with_its_boxes() -> None:
    scenario, tape = street(shift=(5000.0, 9000.0))
    units = replace(scenario.units, shift_heads=np.where(scenario.units.kind == 0, 0, scenario.units.shift_heads))
    boxes, _, table = boxes_of(replace(scenario, units=units), tape)
    assert table["trips_with_guard"] == 0
    assert boxes.collected_at[0] > 5000.0  # the late escort's


def test_a_box_that_is_still_on_the_road_at_the_end_of_the_run_is_told_as_such() -> None:
    _, _, last = way(DUE)
    scenario, tape = street(base=60_000.0, end=last - 100.0)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    table = measure(scenario, tape, trace, per_place=True).tables
    figures = {name: column[0] for name, column in table["custody"].items()}
    assert (figures["boxes_collected"], figures["boxes_delivered"], figures["boxes_on_the_road"]) == (5, 0, 5)
    assert figures["boxes_waiting"] == 0
    assert table["custody_log"]["holder"][-1] == "carriers"
    assert table["custody_log"]["held_until"][-1] == last - 100.0
    early = street(base=60_000.0, end=DUE + 10.0)
    figures = {name: column[0] for name, column in measure(*early, run(*early)).tables["custody"].items()}
    assert (figures["boxes_collected"], figures["boxes_on_the_road"], figures["boxes_waiting"]) == (0, 0, 5)


def test_with_few_escorts_the_guard_shortens_the_wait_brings_every_box_in_and_the_ledger_closes() -> None:
    few = {"staffing": {"escorts_factor": 0.2}, "calendar": {"queue_time": 900.0, "count_time": 7 * HOUR}}
    without, with_guard = town(**few), town(**few, posts={"escort_after": HOUR})
    where = build_place(without)
    waits, shares = [], []
    for number in range(DAYS):
        both = [day(settings, number, where) for settings in (with_guard, without)]
        waits.append([total(m, "custody", "escort_wait_mean", "trips") for *_, m in both])
        shares.append([total(m, "custody", "boxes_by_midnight", "boxes") for *_, m in both])
        assert total(both[0][3], "custody", "boxes_delivered") == 200
        assert total(both[0][3], "custody", "trips_with_guard") == total(both[0][3], "planned", "by_guard") > 0
        assert max(both[0][3].tables["custody"]["escort_wait_p90"]) <= HOUR  # type: ignore[type-var]
    assert paired_difference(*np.array(waits).T.tolist()).high < 0.0
    assert paired_difference(*np.array(shares).T.tolist()).low > 0.0
    the_ledger_closes(with_guard, where)


def the_ledger_closes(settings: Any, where: Any) -> None:
    scenario, forces = build_plan(settings, where)
    columns = run(scenario, build_tape(settings, where)).columns()
    given = (forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time, forces.standby)
    check_ledger(
        plan_ledger(scenario.units, scenario.territory, *given), trace_ledger(columns, scenario.units, *given)
    )


def ordinary(preset: str, *words: str) -> int:
    settings = compose([f"preset={preset}", *words])
    where = build_place(settings)
    scenario, _ = build_plan(settings, where)
    tape = build_tape(settings, where)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    return unbroken(scenario, tape, trace)


SOUTH = 'territory.wilayas=["01","11","33"]'


def test_the_boxes_of_the_far_south_come_in_and_each_mobile_office_makes_its_own_trip() -> None:
    assert ordinary("dz-2017-national", SOUTH) == ordinary("dz-2017-national", SOUTH, "seed=2") > 1000
    settings = compose(["preset=dz-2017-national", SOUTH])
    scenario, tape = build_plan(settings)[0], build_tape(settings)
    boxes = custody(Day.of(scenario, tape, run(scenario, tape)))
    mobile = scenario.territory.sites.mobile[boxes.site]
    assert mobile.sum() == 65  # of 156 in the nation
    assert (np.bincount(boxes.trip)[boxes.trip[mobile]] == 1).all()
    assert np.bincount(boxes.trip)[boxes.trip[~mobile]].max() == 3


@pytest.mark.slow
@pytest.mark.parametrize("word", ["replication=1", "replication=2", "seed=7"])
@pytest.mark.parametrize("preset", groups()["preset"])
def test_every_box_of_a_preset_comes_in_on_other_days_too(preset: str, word: str) -> None:
    assert ordinary(preset, word) == OFFICES[preset]


def test_a_time_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"posts\.escort_after") as caught:
        compose(["posts.escort_after=-5"])
    assert "\n" not in str(caught.value)


def test_nothing_changes_where_the_rule_is_off() -> None:
    assert compose([]).posts.escort_after is None
    measures: Measures = day(town(staffing={"escorts_factor": 0.2}))[3]
    assert total(measures, "custody", "trips_with_guard") == 0
