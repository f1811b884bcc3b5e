"""The shortcut to the nearest unit chooses as the search over all units does, to the last bit, ties included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.demand.tape import Tape
from sim.movement import no_loops
from sim.policies.dispatch import nearest
from sim.policies.reach import reach
from sim.processes import simulation
from sim.processes.actors import MARKS, Task, Unit
from sim.processes.boxes import Boxes
from sim.processes.fleet import Fleet
from sim.processes.nearby import MOST_AWAY, Nearby
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.response import TravelSettings
from sim.territory.sites import Territory
from sim.territory.travel import build_travel
from tests.worlds import play, rules

PLANES = ("euclid", "right_angle")
METRICS = (*PLANES, "great_circle")
SLOT_TYPES = 2


def grid(metric: str, count: int, side: int = 3) -> Territory:
    """Sites on the corners of a small grid, so that many are equally far."""
    step = 1000.0 if metric in PLANES else 0.25
    places = np.arange(count)
    return make_territory(make_sites(places % side * step, places // side % side * step), metric=metric)


def fleet_of(territory: Territory, bases: list[int], known: Sequence[int] = range(5)) -> Fleet:
    """Units at their bases, busy so far; every third one fills the second slot type only. Incidents come at ``known``."""
    sites = territory.sites
    units = [Unit(i, i, base, float(sites.x[base]), float(sites.y[base]), 0, 0) for i, base in enumerate(bases)]
    for row, unit in enumerate(units):
        unit.slot_types = [1] if row % 3 == 2 else [0, 1]
        unit.row = row
    fleet = Fleet(units, SLOT_TYPES, no_loops(), build_travel(territory, uniform_travel(36.0)))
    for unit in units:
        unit.fleet = fleet
    places = np.array(known, dtype=np.int64)
    fleet.nearby = Nearby(fleet, places, sites.x[places], sites.y[places])
    return fleet


def task_at(territory: Territory, site: int) -> Task:
    marks: dict[str, Any] = dict.fromkeys(MARKS) | {"slots": (0,), "site": site}
    marks |= {"x": float(territory.sites.x[site]), "y": float(territory.sites.y[site])}
    return Task(tuple(marks[mark] for mark in MARKS))


def search(fleet: Fleet, task: Task, s: int, now: float) -> tuple[int, tuple[float, float, float]] | None:
    """Row, place and score of the nearest unit by the arrays."""
    x, y = fleet.positions(now, False)
    scores = fleet.scores(now, x, y, task)
    row = nearest(scores, fleet.open(s))
    return None if row < 0 else (row, (x.item(row), y.item(row), scores.item(row)))


def tell(territory: Territory, fleet: Fleet, unit: Unit, what: str, site: int, seconds: float, now: float) -> None:
    """Do to a unit what a day does: come home, work at a site and be free there, drive home, go on a task."""
    sites, (x, y) = territory.sites, fleet.locate(unit, now)
    x1, y1 = float(sites.x[site]), float(sites.y[site])
    if what == "home":
        fleet.drive(unit, x, y, unit.home_x, unit.home_y, now, now + seconds, unit.base)
    elif unit.is_free:
        fleet.set_busy(unit)
    if what == "stand":
        fleet.drive(unit, x1, y1, x1, y1, now, now, site)
    if what != "go" and not unit.is_free:
        fleet.set_free(unit)


ACTS = st.tuples(
    st.integers(0, 9), st.sampled_from(["home", "stand", "go", "base"]), st.integers(0, 8), st.sampled_from([0.0, 60.0, 90.0])
)


@settings(max_examples=150)
@given(
    metric=st.sampled_from(PLANES),
    bases=st.lists(st.integers(0, 8), min_size=10, max_size=10),
    acts=st.lists(st.tuples(ACTS, st.sampled_from([0.0, 30.0, 45.0]), st.integers(0, 8)), max_size=25),
)
@example(metric="euclid", bases=[0] * 10, acts=[((4, "base", 0, 0.0), 0.0, 0), ((1, "stand", 0, 0.0), 0.0, 0)])
@example(metric="euclid", bases=[0, 2] * 5, acts=[((1, "home", 0, 60.0), 0.0, 1), ((0, "home", 0, 60.0), 60.0, 1)])
def test_the_shortcut_finds_the_unit_that_the_search_finds(metric: str, bases: list[int], acts: list[Any]) -> None:
    territory = grid(metric, 9)
    fleet, now = fleet_of(territory, bases), 0.0
    for (row, *act), later, site in acts:
        tell(territory, fleet, fleet.units[row], *act, now)
        now += later
        for s in range(SLOT_TYPES):
            task = task_at(territory, site)
            wanted = search(fleet, task, s, now)
            unit = fleet.nearby.find(task, s, now)  # type: ignore[union-attr]
            if unit is not None:
                assert wanted == (unit.row, unit.seen)
                assert (unit.seen_at, unit.seen_for) == (now, task)
            else:
                assert wanted is None


def test_a_unit_on_its_way_home_is_found_where_it_is() -> None:
    for metric in PLANES:
        territory = grid(metric, 9)
        fleet = fleet_of(territory, [0, 8])
        for unit in fleet.units:
            fleet.set_free(unit)
        away = fleet.units[1]
        fleet.drive(away, float(territory.sites.x[7]), float(territory.sites.y[7]), away.home_x, away.home_y, 0.0, 60.0, 8)
        near, far = (fleet.nearby.find(task_at(territory, site), 0, 30.0) for site in (8, 0))  # type: ignore[union-attr]
        assert near is away
        assert far is fleet.units[0]


def test_a_fleet_that_is_mostly_away_is_left_to_the_search_until_it_has_come_home() -> None:
    territory = grid("euclid", 9)
    fleet = fleet_of(territory, [4] * (MOST_AWAY + 1))
    task, nearby = task_at(territory, 0), fleet.nearby
    assert nearby is not None
    for unit in fleet.units:
        tell(territory, fleet, unit, "stand", 0, 0.0, 0.0)
        tell(territory, fleet, unit, "home", 0, 60.0, 0.0)
    assert nearby.find(task, 0, 30.0) is None
    assert any(nearby.find(task, 0, 90.0) is fleet.units[0] for _ in range(20))


def many_calls(metric: str, seed: int, **options: Any) -> tuple[Scenario, Tape]:
    """A day on a grid with more work than its units can do at times, and shifts that end and begin."""
    rng = np.random.default_rng(seed)
    territory, count = grid(metric, 36, 6), 150
    shifts = [[(0.0, 9000.0 if unit % 3 else 30_000.0), (12_000.0, 40_000.0)][: 1 + unit % 2] for unit in range(18)]
    units = make_units(rng.integers(0, 36, 18), territory, shifts=shifts)
    scenario = make_scenario(territory, units, travel=uniform_travel(36.0), operators=[4])
    scenario = replace(scenario, dispatch=rules(**options))
    at = np.sort(rng.integers(0, 300, count) * 60.0)
    marks = {"priority": rng.integers(1, 4, count), "talk_time": rng.integers(1, 4, count) * 30.0}
    return scenario, make_tape(territory, at, rng.integers(0, 36, count), rng.integers(5, 25, count) * 60.0, **marks)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("options", [{}, {"taskable": "at_base"}, {"taskable": "at_scene"}, {"redirect": "when_none_free"}])
def test_a_day_with_the_shortcut_is_the_day_without_it(
    metric: str, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, tape = many_calls(metric, 1, policy="nearest", **options)
    assert isinstance(Simulation(scenario, tape).world.areas[0].fleet.nearby, Nearby if metric in PLANES else Boxes)
    quick = play(scenario, tape)
    monkeypatch.setattr(simulation, "look_nearby", lambda world: None)
    monkeypatch.setattr(simulation, "look_in_boxes", lambda world: None)
    assert Simulation(scenario, tape).world.areas[0].fleet.nearby is None
    assert play(scenario, tape).digest() == quick.digest()


def test_rooms_that_send_by_time_have_the_other_shortcut_and_maps_that_wrap_none() -> None:
    scenario, tape = many_calls("euclid", 1, policy="least_time")
    wrapped = replace(scenario, territory=replace(scenario.territory, wrap=(9000.0, 9000.0)), dispatch=rules(policy="nearest"))
    assert isinstance(Simulation(scenario, tape).world.areas[0].fleet.nearby, Boxes)
    assert Simulation(wrapped, tape).world.areas[0].fleet.nearby is None


@given(
    metric=st.sampled_from(PLANES), x=st.floats(-170, 170), y=st.floats(-80, 80),
    dx=st.floats(-60, 60), dy=st.floats(-60, 60), slow=st.floats(0.0, 1.0),
)  # fmt: skip
def test_whoever_scores_no_worse_than_the_edge_lies_in_the_box(
    metric: str, x: float, y: float, dx: float, dy: float, slow: float
) -> None:
    travel = build_travel(grid(metric, 1), TravelSettings())
    other_x, other_y = x + slow * dx, y + slow * dy
    side = reach(metric, travel.score_one(other_x, other_y, x, y))
    assert abs(other_x - x) <= side and abs(other_y - y) <= side
