"""The engine equals independent short recursions path by path: the same customers, the same moments, to 1e-9."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.arrays import make_sites, make_territory, uniform_travel
from sim.demand.tape import CHANNELS
from tests.oracles.recursions import kiefer_wolfowitz, lindley, packages, priority_queue
from tests.oracles.spatial import Dispatches, Matrix, Plane, Point, nearest_unit
from tests.worlds import KMH, day, marked, moments, needs, point_town, rules, values, world

CUSTOMERS = 2000
SPEED = KMH / 3.6
EXACT = {"rtol": 1e-12, "atol": 1e-9}
Floats = NDArray[np.float64]


def customers(seed: int, load: float, count: int = CUSTOMERS, ties: bool = False) -> tuple[Floats, Floats, Floats]:
    """Ready times, service times (mean 100 s) and priorities 1 … 4; with ``ties`` many things happen at one instant."""
    rng = np.random.default_rng(seed)
    ready = np.cumsum(rng.exponential(100.0 / load, count))
    service = rng.gamma(2.0, 50.0, count)
    if ties:
        ready, service = np.round(ready, -2), np.round(service, -2)
    return ready, service, rng.integers(1, 5, count).astype(float)


# --- queues without travel ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ties", [False, True])
def test_one_unit_is_lindleys_recursion(ties: bool) -> None:
    ready, service, _ = customers(1, 0.85, ties=ties)
    got = marked(day(world(point_town(), [0]), ready, 0, service), CUSTOMERS)
    expected = lindley(ready, service)
    np.testing.assert_allclose(got.dispatched_at, expected, **EXACT)
    np.testing.assert_allclose(got.closed_at, expected + service, **EXACT)


@pytest.mark.parametrize("units", [2, 3, 7])
@pytest.mark.parametrize("ties", [False, True])
def test_several_units_are_kiefer_and_wolfowitz(units: int, ties: bool) -> None:
    ready, service, _ = customers(units, 0.9 * units, ties=ties)
    got = marked(day(world(point_town(), [0] * units), ready, 0, service), CUSTOMERS)
    np.testing.assert_allclose(got.arrived_at, kiefer_wolfowitz(ready, service, units), **EXACT)


@pytest.mark.parametrize("taskable", ["while_returning", "at_scene", "at_base"])
@pytest.mark.parametrize("ties", [False, True])
def test_four_priorities_are_the_priority_heap(taskable: str, ties: bool) -> None:
    ready, service, priority = customers(4, 0.95 * 3, ties=ties)
    scenario = world(point_town(), [0] * 3, dispatch=rules(taskable=taskable))
    got = marked(day(scenario, ready, 0, service, priority=priority), CUSTOMERS)
    expected = priority_queue(ready, service, priority - 1, 3)
    np.testing.assert_allclose(got.dispatched_at, expected.start, **EXACT)
    assert (got.unit == expected.unit).all()


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("reserve", [(0, 0, 1, 2), (0, 2, 2, 3), (0, 3, 1, 0)])
def test_the_reserve_is_cut_off_priority(blocking: bool, reserve: tuple[int, ...]) -> None:
    ready, service, priority = customers(5, 0.6 * 5)
    scenario = world(point_town(), [0] * 5, dispatch=rules(reserve=reserve, blocking=blocking))
    got = marked(day(scenario, ready, 0, service, priority=priority), CUSTOMERS)
    expected = priority_queue(ready, service, priority - 1, 5, reserve, blocked_blocks=blocking)
    np.testing.assert_allclose(got.dispatched_at, expected.start, **EXACT)


def test_a_reserve_given_as_a_share_is_that_number_of_units() -> None:
    ready, service, priority = customers(6, 0.6 * 5)
    scenario = world(point_town(), [0] * 5, dispatch=rules(reserve=(0, 0, 0.2, 0.4), reserve_as="share"))
    got = marked(day(scenario, ready, 0, service, priority=priority), CUSTOMERS)
    expected = priority_queue(ready, service, priority - 1, 5, [0, 0, 1, 2], blocked_blocks=False)
    np.testing.assert_allclose(got.dispatched_at, expected.start, **EXACT)


@pytest.mark.parametrize("start", ["together", "as_free"])
@pytest.mark.parametrize("release", ["together", "each"])
@pytest.mark.parametrize("ties", [False, True])
def test_packages_of_one_to_three_units(start: str, release: str, ties: bool) -> None:
    ready, _, _ = customers(7, 4 * 0.4, ties=ties)
    rng = np.random.default_rng(8)
    size = rng.integers(1, 4, CUSTOMERS)
    scene = rng.gamma(2.0, 50.0, (CUSTOMERS, 3))
    if ties:
        scene = np.round(scene, -2)
    classes = [needs(count, start, release) for count in (1, 2, 3)]
    scenario = world(point_town(), [0] * 4, classes=classes)
    got = marked(day(scenario, ready, 0, scene, cls=size - 1), CUSTOMERS)
    service = [row[:count].tolist() for row, count in zip(scene, size)]
    expected = packages(ready, service, 4, start, release)
    first = got.dispatched_at if start == "together" else got.arrived_at
    np.testing.assert_allclose(first, expected.first_start, **EXACT)
    np.testing.assert_allclose(got.full_at, expected.full_start, **EXACT)
    np.testing.assert_allclose(got.closed_at, expected.released, **EXACT)


def test_the_phone_desk_is_kiefer_and_wolfowitz_and_units_follow() -> None:
    ready, talk, _ = customers(9, 0.9 * 2)
    service = np.random.default_rng(10).gamma(2.0, 50.0, CUSTOMERS)
    channel = np.full(CUSTOMERS, CHANNELS.index("phone"))
    scenario = world(point_town(), [0] * 3, operators=[2])
    trace = day(scenario, ready, 0, service, channel=channel, talk_time=talk, dispatch_time=np.full(CUSTOMERS, 7.0))
    answered = kiefer_wolfowitz(ready, talk, 2)
    task, processed = moments(trace, "processed")
    np.testing.assert_allclose(processed[np.argsort(task)], answered + talk + 7.0, **EXACT)
    np.testing.assert_allclose(np.array(values(trace, "processed"))[np.argsort(task)], answered - ready, **EXACT)
    start = kiefer_wolfowitz(answered + talk + 7.0, service, 3)
    np.testing.assert_allclose(marked(trace, CUSTOMERS).dispatched_at, start, **EXACT)


# --- space --------------------------------------------------------------------------------------------------------


def assert_same(got: object, expected: Dispatches) -> None:
    np.testing.assert_array_equal(got.unit, expected.unit)  # type: ignore[attr-defined]
    for name in ("dispatched_at", "arrived_at", "cleared_at"):
        np.testing.assert_allclose(getattr(got, name), getattr(expected, name), rtol=1e-12, atol=1e-8)


def town(seed: int, units: int, side: float, load: float) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Homes, ready times, places, scene times and priorities in a square town."""
    rng = np.random.default_rng(seed)
    ready, scene, priority = customers(seed, load)
    return rng.uniform(0, side, (units, 2)), ready, rng.uniform(0, side, (CUSTOMERS, 2)), scene, priority


GROUNDS = [("euclid", None), ("right_angle", None), ("euclid", 2000.0), ("right_angle", 2000.0)]


@pytest.mark.parametrize("taskable", ["while_returning", "at_base"])
@pytest.mark.parametrize(("metric", "side"), GROUNDS)
def test_the_nearest_free_unit_of_a_town_that_drives_home(metric: str, side: float | None, taskable: str) -> None:
    homes, ready, places, scene, priority = town(11, 6, 2000.0, 2.2)
    sites = make_sites(homes[:, 0], homes[:, 1])
    territory = make_territory(sites, metric=metric, wrap=None if side is None else (side, side))
    scenario = world(territory, range(6), dispatch=rules(taskable=taskable), unit={"home_factor": 0.7})
    got = marked(day(scenario, ready, 0, scene, x=places[:, 0], y=places[:, 1], priority=priority), CUSTOMERS)
    ground = Plane(SPEED, metric, side)  # type: ignore[arg-type]
    same = {"home_speed_factor": 0.7, "priority": priority, "taskable": taskable}
    assert_same(got, nearest_unit(homes, ready, places, scene, ground, **same))  # type: ignore[arg-type]


def test_units_that_stay_where_they_cleared_are_units_with_a_slow_way_home() -> None:
    homes, ready, places, scene, _ = town(12, 4, 2000.0, 1.6)
    sites = make_sites(homes[:, 0], homes[:, 1])
    scenario = world(make_territory(sites), range(4), unit={"home_factor": 1e-12})
    got = marked(day(scenario, ready, 0, scene, x=places[:, 0], y=places[:, 1]), CUSTOMERS)
    expected = nearest_unit(homes, ready, places, scene, Plane(SPEED), taskable="never_leaves")
    np.testing.assert_array_equal(got.unit, expected.unit)
    np.testing.assert_allclose(got.arrived_at, expected.arrived_at, atol=1e-4)


@dataclass(frozen=True)
class Globe:
    """The globe by vectors: another formula than the program's."""

    speed: float

    def rank(self, origin: Point, target: Point) -> float:
        a, b = _vector(origin), _vector(target)
        return math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b))

    def seconds(self, origin: Point, target: Point) -> float:
        return 6_371_008.8 * self.rank(origin, target) / self.speed

    def along(self, origin: Point, target: Point, share: float) -> Point:
        return origin[0] + share * (target[0] - origin[0]), origin[1] + share * (target[1] - origin[1])


def _vector(point: Point) -> Floats:
    longitude, latitude = math.radians(point[0]), math.radians(point[1])
    level = math.cos(latitude)
    return np.array([level * math.cos(longitude), level * math.sin(longitude), math.sin(latitude)])


def test_the_nearest_free_unit_on_the_globe_with_detour() -> None:
    rng = np.random.default_rng(13)
    homes, places = (np.column_stack([rng.uniform(2.9, 3.1, n), rng.uniform(36.6, 36.8, n)]) for n in (5, 1500))
    ready, scene, priority = customers(14, 0.4, 1500)
    territory = make_territory(make_sites(homes[:, 0], homes[:, 1]), metric="great_circle")
    scenario = world(territory, range(5), travel=uniform_travel(KMH, detour=1.25))
    got = marked(day(scenario, ready, 0, scene, x=places[:, 0], y=places[:, 1], priority=priority), 1500)
    expected = nearest_unit(homes, ready, places, scene, Globe(SPEED / 1.25), priority=priority)
    np.testing.assert_array_equal(got.unit, expected.unit)
    np.testing.assert_allclose(got.arrived_at, expected.arrived_at, rtol=1e-9, atol=1e-5)


@pytest.mark.parametrize("taskable", ["while_returning", "at_base"])
def test_a_given_matrix_with_units_snapped_to_the_nearest_node(taskable: str) -> None:
    rng = np.random.default_rng(15)
    nodes = rng.uniform(0, 1000, (12, 2))
    table = np.hypot(*(nodes[:, None] - nodes).transpose(2, 0, 1)) / SPEED * rng.uniform(1.0, 1.6, (12, 12))
    ready, scene, priority = customers(16, 2.0)
    base, place = [0, 3, 3, 7, 9], rng.integers(0, 12, CUSTOMERS)
    territory = make_territory(make_sites(nodes[:, 0], nodes[:, 1]), matrix=table)
    scenario = world(territory, base, dispatch=rules(taskable=taskable), unit={"home_factor": 0.6})
    got = marked(day(scenario, ready, place, scene, priority=priority), CUSTOMERS)
    ground = Matrix(tuple(map(tuple, nodes)), tuple(map(tuple, table)))  # type: ignore[arg-type]
    same = {"home_speed_factor": 0.6, "priority": priority, "taskable": taskable}
    assert_same(got, nearest_unit(nodes[base], ready, nodes[place], scene, ground, **same))  # type: ignore[arg-type]


def test_least_time_is_nearest_where_all_units_are_alike() -> None:
    homes, ready, places, scene, _ = town(17, 5, 2000.0, 1.8)
    territory = make_territory(make_sites(homes[:, 0], homes[:, 1]))
    sent = {}
    for policy in ("nearest", "least_time"):
        trace = day(world(territory, range(5), dispatch=rules(policy=policy)), ready, 0, scene, x=places[:, 0], y=places[:, 1])
        sent[policy] = marked(trace, CUSTOMERS).unit
    np.testing.assert_array_equal(sent["nearest"], sent["least_time"])


def test_scene_times_are_multiplied_by_the_units_factor() -> None:
    ready, service, _ = customers(18, 0.8 * 3)
    got = marked(day(world(point_town(), [0] * 3, unit={"scene_factor": 1.1}), ready, 0, service), CUSTOMERS)
    np.testing.assert_allclose(got.dispatched_at, kiefer_wolfowitz(ready, service * 1.1, 3), **EXACT)


# --- given lists --------------------------------------------------------------------------------------------------


def by_lists(ready: Floats, place: NDArray[np.int64], service: Floats, lists: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
    """Start and unit of each task when each place names its units in order; a freed unit takes the first task it may.

    Source: the textbook loop on one heap (Law & Kelton, chapter 1).
    """
    free = {unit for row in lists for unit in row}
    agenda = [(float(t), 1, task) for task, t in enumerate(ready)]
    heapq.heapify(agenda)
    waiting: list[int] = []
    start, taken = np.full(len(ready), np.nan), np.full(len(ready), -1.0)
    while agenda:
        now, kind, who = heapq.heappop(agenda)
        if kind:
            waiting.append(who)
        else:
            free.add(who)
        for task in list(waiting):
            unit = next((u for u in lists[place[task]] if u in free), None)
            if unit is not None:
                waiting.remove(task)
                free.remove(unit)
                start[task], taken[task] = now, unit
                heapq.heappush(agenda, (now + float(service[task]), 0, unit))
    return start, taken


@pytest.mark.parametrize("lists", [[[0, 1, 2, 3], [1, 3, 2, 0], [3, 2, 1, 0]], [[0, 1], [1, 3], [3, 2]]])
def test_given_lists_full_or_partial(lists: list[list[int]]) -> None:
    ready, service, _ = customers(19, 0.8 * 4)
    place = np.random.default_rng(20).integers(0, 3, CUSTOMERS)
    territory = make_territory(make_sites([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
    width = max(map(len, lists))
    preferences = [row + [-1] * (width - len(row)) for row in lists]
    scenario = world(territory, [0] * 4, dispatch=rules(policy="preference"), preferences=preferences)
    got = marked(day(scenario, ready, place, service), CUSTOMERS)
    start, unit = by_lists(ready, place, service, lists)
    np.testing.assert_allclose(got.dispatched_at, start, **EXACT)
    np.testing.assert_array_equal(got.unit, unit)
