"""Leaving out who cannot be first gives the unit that the search over all of them gives, patrols and drives and ties included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrays import make_scenario, make_tape, make_units
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.demand.tape import Tape
from sim.movement import Loops, build_loops
from sim.policies.dispatch import least_time, nearest
from sim.policies.reach import metres_at_least
from sim.processes import boxes, simulation
from sim.processes.actors import Task, Unit
from sim.processes.boxes import Boxes
from sim.processes.fleet import Fleet
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.response import TravelSettings
from sim.territory.sites import Territory
from sim.territory.travel import build_travel, metres_array
from tests.engine.test_nearby import METRICS, PLANES, grid, task_at
from tests.worlds import play, rules

MODES, FABRIC = 3, 1
PEAK = {"peak_from": 40.0, "peak_to": 80.0, "peak_factor": 1.5}


def loops_on(territory: Territory) -> Loops:
    """Three rounds on a grid of nine: one with stops, one without, and one place."""
    sites = territory.sites
    stops = [np.array([0, 1, 4, 3]), np.array([2, 8]), np.array([6])]
    legs = [np.array([30.0, 20.0, 30.0, 40.0]), np.array([50.0, 50.0]), np.array([10.0])]
    return build_loops(stops, sites.x, sites.y, legs, [np.full(4, 15.0), np.zeros(2), np.array([5.0])])


def fleet_of(territory: Territory, bases: list[int], by_time: bool) -> Fleet:
    """Units at their bases, busy so far: every other one has a loop, and they differ in how fast they are and turn out."""
    sites = territory.sites
    units = [Unit(i, i, base, float(sites.x[base]), float(sites.y[base]), 0, i % MODES) for i, base in enumerate(bases)]
    for row, unit in enumerate(units):
        unit.row, unit.slot_types = row, [0] if row % 4 else [0, 1]
        unit.moving_time, unit.parked_time, unit.base_time = 5.0, 10.0, 20.0 + row % 2
        unit.loop = row % 3 if row % 2 else -1
    fleet = Fleet(units, 2, loops_on(territory), build_travel(territory, TravelSettings(**PEAK)))
    for unit in units:
        unit.fleet = fleet
    scale = metres_at_least(territory.metric, sites.x, sites.y)
    assert scale is not None
    fleet.nearby = Boxes(fleet, scale, by_time)
    return fleet


def search(fleet: Fleet, task: Task, s: int, now: float, by_time: bool) -> int:
    """Row of the best unit by the arrays, as a room without the shortcut finds it."""
    x, y = fleet.positions(now, False)
    scores = fleet.scores(now, x, y, task)
    if not by_time:
        return nearest(scores, fleet.open(s))
    drives = metres_array(fleet.travel.metric, scores) * fleet.slowness(task.fabric) * fleet.travel.hour_factor(now)
    return least_time(drives, fleet.mobilisation(now), fleet.open(s))


def tell(fleet: Fleet, unit: Unit, what: str, site: int, seconds: float, now: float) -> None:
    """Do to a unit what a day does: work at a site and be free there, drive home or to its loop, walk it, go on a task."""
    sites, (x, y) = fleet.travel, fleet.locate(unit, now)
    x1, y1 = float(sites.node_x[site]), float(sites.node_y[site])
    fleet.leave_loop(unit)
    if unit.is_free:
        fleet.set_busy(unit)
    if what == "walk" and unit.loop >= 0:
        fleet.stand_at_base(unit)
        fleet.join_loop(unit, now - seconds)
    fleet.drive(unit, *((x1, y1, x1, y1) if what == "stand" else (x, y, x1, y1)), now, now + seconds, site)
    unit.rest_time = unit.parked_time
    if what != "go":
        fleet.set_free(unit)
    if what == "home":
        fleet.drive(unit, x1, y1, unit.home_x, unit.home_y, now, now + seconds, unit.base)
    if what == "resume" and unit.loop >= 0:
        fleet.join_loop(unit, now + seconds)


ACT = st.tuples(
    st.integers(0, 9),
    st.sampled_from(["home", "stand", "go", "walk", "resume"]),
    st.integers(0, 8),
    st.sampled_from([0.0, 60.0, 90.0]),
)


@settings(max_examples=100)
@given(
    metric=st.sampled_from(METRICS),
    by_time=st.booleans(),
    bases=st.lists(st.integers(0, 8), min_size=10, max_size=10),
    acts=st.lists(st.tuples(ACT, st.sampled_from([0.0, 17.0, 45.0]), st.integers(0, 8)), max_size=25),
)
def test_the_unit_found_is_the_one_that_the_search_finds(metric: str, by_time: bool, bases: list[int], acts: list[Any]) -> None:
    territory = grid(metric, 9)
    fleet, now = fleet_of(territory, bases, by_time), 0.0
    for (row, *act), later, site in acts:
        tell(fleet, fleet.units[row], *act, now)
        now += later
        for s in range(2):
            task = task_at(territory, site)
            task.fabric = FABRIC
            task.x += 0.1 * (territory.sites.x[1] - territory.sites.x[0])
            unit = fleet.nearby.find(task, s, now)  # type: ignore[union-attr]
            if unit is not None:
                assert unit.row == search(fleet, task, s, now, by_time)
                assert (unit.seen_at, unit.seen_for) == (now, task)
                assert unit.seen == (*fleet.locate(unit, now), fleet.travel.score_one(*unit.seen[:2], task.x, task.y))


def crowd(metric: str, by_time: bool, count: int) -> tuple[Territory, Fleet]:
    """Many free units at one place."""
    territory = grid(metric, 9)
    fleet = fleet_of(territory, [4] * count, by_time)
    for unit in fleet.units:
        unit.loop = -1
        fleet.set_free(unit)
    return territory, fleet


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("by_time", [False, True])
def test_of_equal_units_at_one_place_the_lowest_is_found_and_a_crowd_is_left_to_the_search(metric: str, by_time: bool) -> None:
    for count, found in ((9, True), (boxes.MANY + 2, False)):
        territory, fleet = crowd(metric, by_time, count)
        for unit in fleet.units:
            unit.mode, unit.rest_time = 0, 20.0
        fleet.mode[:] = 0
        task = task_at(territory, 0)
        task.fabric = FABRIC
        assert (fleet.nearby.find(task, 0, 0.0) is fleet.units[0]) is found  # type: ignore[union-attr]
        assert search(fleet, task, 0, 0.0, by_time) == 0


def test_two_that_are_as_good_but_for_rounding_are_left_to_the_search() -> None:
    territory = grid("euclid", 9)
    fleet = fleet_of(territory, [3, 5], by_time=False)
    for unit in fleet.units:
        fleet.set_free(unit)
    task = task_at(territory, 4)
    assert fleet.nearby is not None and fleet.nearby.find(task, 0, 0.0) is None
    task.x += 1e-3
    assert fleet.nearby.find(task, 0, 0.0) is fleet.units[1]


def test_where_nobody_is_free_nobody_is_found() -> None:
    territory = grid("euclid", 9)
    fleet = fleet_of(territory, [3, 5], by_time=False)
    assert fleet.nearby is not None and fleet.nearby.find(task_at(territory, 4), 0, 0.0) is None


@given(
    metric=st.sampled_from(METRICS), x=st.floats(-80, 80), y=st.floats(-80, 80), dx=st.floats(-170, 170), dy=st.floats(-160, 160),
    more=st.lists(st.tuples(st.floats(-80, 80), st.floats(-80, 80)), max_size=3),
)  # fmt: skip
def test_no_two_places_are_nearer_than_the_scale_says(
    metric: str, x: float, y: float, dx: float, dy: float, more: list[tuple[float, float]]
) -> None:
    travel = build_travel(grid(metric, 1), TravelSettings())
    other_x, other_y = float(np.clip(x + dx, -89, 89)), float(np.clip(y + dy, -88, 88))
    xs, ys = np.array([x, other_x, *(place[0] for place in more)]), np.array([y, other_y, *(place[1] for place in more)])
    scale = metres_at_least(metric, xs, ys)
    assert scale is not None
    metres = travel.metres(travel.score_one(x, y, other_x, other_y))
    assert metres >= max(scale[0] * abs(x - other_x), scale[1] * abs(y - other_y)) * (1.0 - 1e-12) - 1e-7


def test_near_the_poles_and_across_half_the_globe_there_is_no_scale() -> None:
    assert metres_at_least("great_circle", np.array([0.0, 1.0]), np.array([0.0, 89.5])) is None
    assert metres_at_least("great_circle", np.array([-100.0, 90.0]), np.zeros(2)) is None
    assert metres_at_least("matrix", np.zeros(2), np.zeros(2)) is None


@pytest.mark.parametrize("metric", METRICS)
def test_one_place_on_a_loop_is_that_of_the_arrays_to_the_last_bit_and_lies_in_its_box(metric: str) -> None:
    loops, rng = loops_on(grid(metric, 9)), np.random.default_rng(3)
    t = rng.uniform(0.0, 1e5, 300)
    ref = t - rng.uniform(-100.0, 1e4, 300)
    rows = rng.integers(0, 3, 300)
    x, y = loops.positions(rows, ref, t)
    for k, row in enumerate(rows.tolist()):
        assert loops.position(row, float(ref[k]), float(t[k])) == (x[k], y[k])
        left, right, low, high = loops.boxes[row]
        assert left - 1e-6 <= x[k] <= right + 1e-6 and low - 1e-6 <= y[k] <= high + 1e-6


def patrols(metric: str, policy: str, **options: str) -> tuple[Scenario, Tape]:
    """A day on a grid with patrols, cars at bases, more work than they can do at times, and shifts."""
    rng = np.random.default_rng(5)
    territory, count = grid(metric, 9), 120
    shifts = [[(0.0, 9000.0 if unit % 3 else 30_000.0), (12_000.0, 40_000.0)][: 1 + unit % 2] for unit in range(14)]
    units = make_units(rng.integers(0, 9, 14), territory, shifts=shifts, loop=np.arange(14) % 4 - 1)
    units = replace(units, mode=np.arange(14) % 2, moving_time=np.full(14, 10.0), base_time=np.full(14, 60.0))
    scenario = replace(make_scenario(territory, units, loops=loops_on(territory)), dispatch=rules(policy=policy, **options))
    at, site = np.sort(rng.uniform(0.0, 20_000.0, count)), rng.integers(0, 9, count)
    x, y = rng.uniform(0, 400.0 if metric in PLANES else 0.1, (2, count))
    tape = make_tape(territory, at, site, rng.uniform(300.0, 1500.0, count), priority=rng.integers(1, 4, count))
    moved = replace(tape.incidents, x=tape.incidents.x + x, y=tape.incidents.y + y)
    return scenario, replace(tape, incidents=moved)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("policy", ["nearest", "least_time"])
@pytest.mark.parametrize("options", [{}, {"taskable": "at_base"}, {"redirect": "when_none_free"}])
def test_a_day_with_the_boxes_is_the_day_without_them(
    metric: str, policy: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, tape = patrols(metric, policy, **options)
    assert isinstance(Simulation(scenario, tape).world.areas[0].fleet.nearby, Boxes)
    quick = play(scenario, tape)
    monkeypatch.setattr(simulation, "look_in_boxes", lambda world: None)
    assert Simulation(scenario, tape).world.areas[0].fleet.nearby is None
    assert play(scenario, tape).digest() == quick.digest()


def test_the_day_of_a_city_is_the_same_without_the_boxes_and_hardly_any_choice_is_left_to_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preset = compose(["preset=demo-city"])
    place = build_place(preset)
    scenario, tape = build_plan(preset, place)[0], build_tape(preset, place)
    found, find = [], Boxes.find

    def noted(self: Boxes, *args: Any) -> Unit | None:
        found.append(find(self, *args))
        return found[-1]

    monkeypatch.setattr(Boxes, "find", noted)
    quick = play(scenario, tape)
    assert sum(unit is None for unit in found) < 0.05 * len(found)
    monkeypatch.setattr(simulation, "look_in_boxes", lambda world: None)
    assert play(scenario, tape).digest() == quick.digest()
