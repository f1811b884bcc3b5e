"""Delivery of the voting material (S01, S10): escorted trips from the communes' stores to the centres, before the opening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.build import build_ledger, build_place, build_plan, build_scenario, build_tape
from sim.cli import compose
from sim.clock import HOUR
from sim.demand.classes import GROUPS
from sim.demand.planned_classes import DELIVERY
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.forces.ledger import check_ledger, ledger_hours, trace_ledger
from sim.measures.collect import Measures
from sim.measures.day import Day, Ints
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings import Settings
from sim.settings.demand import DemandSettings
from tests.systems.gatherings import paired, rises, total, town

PACKAGE = "patrol_car|normal_car"
OPENING = 8 * HOUR


def supplied(staffing: dict[str, Any] | None = None, delivery: dict[str, Any] | None = None, **groups: Any) -> Settings:
    """The small town of 24 centres, whose material is delivered by trips to four of them."""
    base = DemandSettings()
    changes = {"package": PACKAGE, "stops": 4} | (delivery or {})
    return town(replace(base, delivery=replace(base.delivery, **changes)), staffing, **groups)


def trips(scenario: Scenario, tape: Tape) -> Ints:
    """Rows of the tape that are deliveries."""
    return np.flatnonzero(np.array([c.name == DELIVERY for c in scenario.classes])[tape.incidents.cls])


def a_day(settings: Settings) -> tuple[Day, Ints, Ints]:
    """A day, the rows of its deliveries, and the records at which they reach a centre."""
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    day, rows = Day.of(scenario, tape, trace), trips(scenario, tape)
    reached = day.records("leg_reached")
    return day, rows, reached[np.isin(day.task[reached], rows)]


def the_material_is_there_in_time(day: Day, rows: Ints, reached: Ints) -> None:
    """Every centre but mobile offices is supplied once, from the store of its commune, two hours before it opens or sooner."""
    sites = day.scenario.territory.sites
    centre = sites.of_kind("centre")
    site = day.columns["site"][reached].astype(np.int64)
    assert np.array_equal(np.sort(site), centre[~sites.mobile[centre]])
    assert (sites.commune[site] == sites.commune[day.tape.incidents.site[day.task[reached]]]).all()
    assert (day.time[reached] + day.value[reached] <= day.scenario.calendar.site_opening[site] - 2 * HOUR).all()
    phases = {day.scenario.calendar.phase_at(at, int(sites.area[s])) for at, s in zip(day.time[reached], site, strict=True)}
    assert phases == {"delivery"}


def test_every_centre_has_its_material_two_hours_before_the_opening_and_each_trip_is_escorted() -> None:
    day, rows, reached = a_day(supplied(calendar={"delivery_time": 24 * HOUR}))
    the_material_is_there_in_time(day, rows, reached)
    communes = day.scenario.territory.sites.commune
    held = np.bincount(communes[day.scenario.territory.sites.of_kind("centre")])
    assert len(rows) == np.ceil(held / 4).sum()
    arrived = day.records("arrived")
    assert set(rows.tolist()) <= set(day.task[arrived].tolist())
    kinds = {day.scenario.units.kinds[k] for k in day.scenario.units.kind[day.unit[arrived[np.isin(day.task[arrived], rows)]]]}
    assert kinds <= {"patrol_car", "normal_car"}


def test_the_trips_move_with_the_opening() -> None:
    usual, later = supplied(), supplied(calendar={"opening": "09:00", "closing": "20:00"})
    first, second = (trips(build_scenario(s), build_tape(s)) for s in (usual, later))
    at = [build_tape(s).incidents.at[rows] for s, rows in ((usual, first), (later, second))]
    assert at[1] == pytest.approx(at[0] + HOUR)
    rule = usual.demand.delivery
    assert ((at[0] >= OPENING - rule.from_time) & (at[0] <= OPENING - rule.until_time)).all()


def test_fewer_cars_let_the_material_wait_and_deliveries_take_cars_from_patrol() -> None:
    waits = total("planned", "wait_mean", **{"class": DELIVERY})
    hours = total("planned", "unit_hours")
    few = {"patrol_cars_factor": 0.3, "normal_factor": 0.3}
    (longer,) = paired(6, supplied(), supplied(few), waits)
    assert rises(longer)
    (busy,) = paired(4, supplied(delivery={"package": "none"}), supplied(), hours, same_tape=False)
    assert rises(busy)


def test_without_anybody_who_could_escort_them_the_trips_set_out_uncovered() -> None:
    settings = supplied(delivery={"package": "escort"})  # the town has none
    (uncovered,) = paired(3, supplied(), settings, total("planned", "uncovered", **{"class": DELIVERY}), same_tape=False)
    assert uncovered.mean >= 6.0
    _, rows, reached = a_day(settings)
    assert len(reached) == 0 and len(rows) > 0


def test_a_package_of_none_brings_no_trips() -> None:
    settings = supplied(delivery={"package": "none"})
    scenario, tape = build_scenario(settings), build_tape(settings)
    assert len(trips(scenario, tape)) == 0
    assert DELIVERY not in {c.name for c in scenario.classes}


def test_the_far_south_and_the_ledger_bear_the_deliveries_of_the_national_plan() -> None:
    settings = compose(["preset=dz-2017-national", 'territory.wilayas=["01","31","33"]'])
    place = build_place(settings)
    scenario, forces = build_plan(settings, place)
    tape = build_tape(settings, place)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    day, rows = Day.of(scenario, tape, trace), trips(scenario, tape)
    reached = day.records("leg_reached")
    the_material_is_there_in_time(day, rows, reached[np.isin(day.task[reached], rows)])
    given = (forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time, forces.standby)
    check_ledger(build_ledger(scenario, forces), trace_ledger(trace.columns(), scenario.units, *given))


def test_deliveries_that_cannot_be_are_one_clear_line() -> None:
    for words, hint in (
        (["demand.delivery.until_time=90000"], "until_time: must not be above from_time"),
        (["demand.delivery.package=patrol_kar"], "demand.delivery.package: unknown unit kind 'patrol_kar'"),
        (["demand.delivery.stops=0"], "demand.delivery.stops"),
    ):
        with pytest.raises(InputError) as caught:
            build_scenario(compose(words))
        assert hint in str(caught.value) and "\n" not in str(caught.value)
    settings = supplied()
    place = build_place(settings)
    bare = replace(place.territory.sites, kind=np.where(place.territory.sites.kind == 6, 5, place.territory.sites.kind))
    with pytest.raises(InputError, match="without a collection point"):
        build_tape(settings, replace(place, territory=replace(place.territory, sites=bare)))


def response_before(measures: Measures) -> float:
    """Mean response on the day before the vote to what is no planned task, seconds."""
    rows = measures.incidents
    mine = (rows.group != GROUPS.index("planned")) & np.isfinite(rows.response_time) & (rows.occurred_at < 0.0)
    return float(rows.response_time[mine].mean())


def test_deliveries_cost_the_normal_service_of_the_day_before_some_of_its_response() -> None:
    scarce = {"patrol_cars_factor": 0.4, "normal_factor": 0.4}
    quick, slow = supplied(scarce, {"package": "none"}), supplied(scarce, {"unload_time": 3600.0})
    (worse,) = paired(14, quick, slow, response_before, same_tape=False)
    assert rises(worse)
