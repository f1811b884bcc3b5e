"""The path-wise recursions against each other, against hand-worked cases and against the formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles.chains import package_queue
from tests.oracles.compare import agree, batch_means
from tests.oracles.geometry import nearest_mean
from tests.oracles.queueing import cobham, cutoff_priority, mg1_wait
from tests.oracles.recursions import kiefer_wolfowitz, lindley, packages, priority_queue
from tests.oracles.spatial import Matrix, Plane, nearest_unit

# Few distinct values, so that things often happen at one instant.
TASKS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=25)


def columns(tasks: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ready, service, priority = np.asarray(tasks, float).T
    return ready, service, priority.astype(int)


# --- one recursion against another --------------------------------------------------------------------------------


@given(TASKS)
def test_one_server_forms_are_equal(tasks: list[tuple[int, int, int]]) -> None:
    ready, service, _ = columns(tasks)
    expected = lindley(ready, service)
    assert (kiefer_wolfowitz(ready, service, 1) == expected).all()
    assert (priority_queue(ready, service, np.zeros(len(ready)), 1).start == expected).all()


@given(TASKS, st.integers(1, 4))
def test_one_class_forms_are_equal(tasks: list[tuple[int, int, int]], units: int) -> None:
    ready, service, _ = columns(tasks)
    expected = kiefer_wolfowitz(ready, service, units)
    assert (priority_queue(ready, service, np.zeros(len(ready)), units).start == expected).all()
    for starts in ("together", "as_free"):
        for release in ("each", "together"):
            assert (packages(ready, service[:, None].tolist(), units, starts, release).full_start == expected).all()


@given(TASKS, st.integers(1, 4))
def test_a_point_town_is_a_priority_queue(tasks: list[tuple[int, int, int]], units: int) -> None:
    ready, service, priority = columns(tasks)
    queue = priority_queue(ready, service, priority, units)
    nowhere = np.zeros((len(ready), 2))
    for taskable in ("while_returning", "never_leaves", "at_base"):
        sent = nearest_unit(
            np.zeros((units, 2)), ready, nowhere, service, Plane(1.0), priority=priority, taskable=taskable
        )
        assert (sent.arrived_at == queue.start).all()
        assert (sent.unit == queue.unit).all()


@given(TASKS, st.integers(2, 4), st.integers(0, 1), st.booleans())
def test_the_reserve_is_kept_and_nothing_else_waits(
    tasks: list[tuple[int, int, int]], units: int, reserve: int, blocked_blocks: bool
) -> None:
    ready, service, priority = columns(tasks)
    service = service + 1
    start = priority_queue(ready, service, priority, units, [0, reserve, reserve], blocked_blocks).start
    for task, begin in enumerate(start):
        others = np.arange(len(start)) != task
        running = int(((start <= begin) & (start + service > begin) & others).sum())
        assert running < units
        if priority[task] and reserve:
            before = others & (start < begin) & (start + service > begin)
            assert units - int(before.sum()) > reserve
    same = [(k, ready[i], i, start[i]) for i, k in enumerate(priority)]
    for k in (0, 1, 2):
        assert (np.diff([row[3] for row in sorted(same) if row[0] == k]) >= 0).all()


@given(TASKS, st.integers(2, 4))
def test_units_that_start_as_they_are_free_are_single_tasks(tasks: list[tuple[int, int, int]], units: int) -> None:
    ready, service, extra = columns(tasks)
    rows = [[float(w), float(w + 1)][: 1 + k % 2] for w, k in zip(service, extra, strict=True)]
    owner = [i for i in np.lexsort((np.arange(len(ready)), ready)) for _ in rows[i]]
    flat = [w for i in np.lexsort((np.arange(len(ready)), ready)) for w in rows[i]]
    single = kiefer_wolfowitz(ready[owner], flat, units)
    whole = packages(ready, rows, units, "as_free", "each")
    for task in range(len(ready)):
        mine = single[[k for k, i in enumerate(owner) if i == task]]
        assert (whole.first_start[task], whole.full_start[task]) == (mine.min(), mine.max())


# --- by hand ------------------------------------------------------------------------------------------------------


def test_a_unit_is_free_before_the_task_of_the_same_instant_is_ready() -> None:
    # One unit until 5; an ordinary task waits since 1; the urgent one comes at 5, one instant too late.
    queue = priority_queue([0, 1, 5], [5, 2, 1], [0, 1, 0], 1)
    assert queue.start.tolist() == [0, 5, 7]


def test_the_reserve_by_hand() -> None:
    # Two units, one kept for class 0. Task 1 (class 1) waits though a unit is free; task 2 (class 0) takes it.
    queue = priority_queue([0, 1, 2], [10, 1, 3], [0, 1, 0], 2, [0, 1])
    assert queue.start.tolist() == [0, 10, 2]


def test_a_blocked_class_blocks_the_lower_ones_or_not() -> None:
    tasks = ([0, 1, 2], [10, 1, 1], [0, 1, 2])
    assert priority_queue(*tasks, 2, [0, 1, 0], blocked_blocks=True).start.tolist() == [0, 10, 10]
    assert priority_queue(*tasks, 2, [0, 1, 0], blocked_blocks=False).start.tolist() == [0, 10, 2]


def test_packages_by_hand() -> None:
    ready, work = [0, 1, 2], [[4, 6], [3, 5], [1]]
    together = packages(ready, work, 2)
    assert (together.full_start.tolist(), together.released.tolist()) == ([0, 6, 9], [6, 11, 10])
    held = packages(ready, work, 2, "together", "together")
    assert (held.full_start.tolist(), held.released.tolist()) == ([0, 6, 11], [6, 11, 12])
    free = packages(ready, work, 2, "as_free", "each")
    assert (free.first_start.tolist(), free.full_start.tolist()) == ([0, 4, 7], [0, 6, 7])


def test_a_unit_on_its_way_home_is_taken_where_it_is() -> None:
    # Unit 0 (home 0) works at 100 until 20, drives home at 5 m/s: at 30 it stands at 50, 20 m from the second task.
    homes, places = [(0, 0), (99, 30)], [(100, 0), (50, 20), (100, 0)]
    sent = nearest_unit(homes, [0, 30, 30], places, [10, 100, 0], Plane(10.0), home_speed_factor=0.5)
    assert sent.unit.tolist() == [1, 1, 0]
    sent = nearest_unit([(0, 0)], [0, 30], places[:2], [10, 1], Plane(10.0), home_speed_factor=0.5)
    assert sent.arrived_at.tolist() == pytest.approx([10, 32])
    sent = nearest_unit([(0, 0)], [0, 30], places[:2], [10, 1], Plane(10.0), home_speed_factor=0.5, taskable="at_base")
    assert sent.dispatched_at.tolist() == pytest.approx([0, 40])


def test_a_torus_goes_the_short_way_round() -> None:
    plane = Plane(1.0, "right_angle", side=100.0)
    sent = nearest_unit([(5, 5), (60, 50)], [0, 40], [(95, 95), (5, 95)], [0, 0], plane)
    assert sent.unit.tolist() == [0, 0]
    assert sent.arrived_at.tolist() == [20, 50]


def test_a_unit_under_way_counts_from_the_node_nearest_to_it() -> None:
    # Nodes at 0, 40, 100; the drive home from 100 to 0 takes 60. After 30 of them the unit is at 50, so at node 40.
    ground = Matrix(((0, 0), (40, 0), (100, 0)), ((0, 7, 50), (8, 0, 30), (60, 20, 0)))
    sent = nearest_unit([(0, 0)], [0, 90], [(100, 0), (100, 0)], [10, 1], ground)
    assert sent.arrived_at.tolist() == [50, 120]
    # Half-way between two nodes the first counts: at 70 (after 18 of 60) it is still node 40.
    sent = nearest_unit([(0, 0)], [0, 78], [(100, 0), (100, 0)], [10, 1], ground)
    assert sent.arrived_at.tolist() == [50, 108]


@given(st.lists(st.tuples(*[st.floats(0, 100)] * 4), min_size=1, max_size=20), st.integers(1, 4))
def test_a_matrix_of_straight_ways_is_the_plane_when_units_leave_from_nodes(
    tasks: list[tuple[float, float, float, float]], units: int
) -> None:
    ready, scene, x, y = np.asarray(tasks).T
    places = np.stack([x.round(), y.round()], axis=1)
    homes = np.asarray([(7.0, 3.0), (55.0, 71.0), (90.0, 15.0), (31.0, 99.0)][:units])
    nodes = tuple(dict.fromkeys((float(a), float(b)) for a, b in np.concatenate([homes, places])))
    table = tuple(tuple(Plane(2.0).seconds(a, b) for b in nodes) for a in nodes)
    for taskable in ("never_leaves", "at_base"):
        flat = nearest_unit(homes, ready, places, scene, Plane(2.0), taskable=taskable)
        noded = nearest_unit(homes, ready, places, scene, Matrix(nodes, table), taskable=taskable)
        assert (flat.arrived_at == noded.arrived_at).all()
        assert (flat.unit == noded.unit).all()


# --- against the formulas -----------------------------------------------------------------------------------------


def test_priorities_meet_cobham() -> None:
    random, number = np.random.default_rng(11), 150_000
    ready, service = np.cumsum(random.exponential(1 / 1.8, number)), random.exponential(1, number)
    priority = random.integers(0, 2, number)
    wait = priority_queue(ready, service, priority, 3).start - ready
    for k, truth in enumerate(cobham([0.9, 0.9], 1, 3)):
        assert wait[priority == k].mean() == pytest.approx(truth, rel=0.04)
    assert (wait > 0).mean() == pytest.approx(0.3547, abs=0.01)


def test_the_reserve_meets_its_formula() -> None:
    random, number = np.random.default_rng(12), 150_000
    ready, service = np.cumsum(random.exponential(1 / 2.4, number)), random.exponential(1, number)
    priority = random.integers(0, 2, number)
    wait = priority_queue(ready, service, priority, 5, [0, 1]).start - ready
    truth = cutoff_priority(1.2, 1.2, 1, 5, 1)
    for k in (0, 1):
        assert wait[priority == k].mean() == pytest.approx(truth.mean_wait[k], rel=0.06)
        assert (wait[priority == k] > 0).mean() == pytest.approx(truth.p_wait[k], rel=0.04)


@pytest.mark.parametrize("release", ["each", "together"])
def test_two_unit_incidents_meet_green_and_brill(release: str) -> None:
    random, number = np.random.default_rng(13), 150_000
    ready, size = np.cumsum(random.exponential(1, number)), random.integers(1, 3, number)
    drawn = random.exponential(1, (number, 2)).tolist()
    work = [row[:1] * k if release == "together" else row[:k] for row, k in zip(drawn, size)]
    wait = packages(ready, work, 4, "together", release).full_start - ready
    truth = package_queue(1, 1, 4, [0.5, 0.5], release)
    assert wait.mean() == pytest.approx(truth.mean_wait, rel=0.05)
    assert (wait > 1e-12).mean() == pytest.approx(truth.p_wait, rel=0.03)


def test_general_service_meets_pollaczek_and_khinchine() -> None:
    random, number = np.random.default_rng(14), 200_000
    ready, service = np.cumsum(random.exponential(2, number)), random.gamma(2, 0.5, number)
    assert agree(batch_means(lindley(ready, service) - ready), mg1_wait(0.5, 1, 1.5)).ok


def test_idle_units_on_a_torus_meet_the_nearest_distance() -> None:
    # Every day has new homes: on one map of homes the mean distance is that map's own.
    random, calls, side = np.random.default_rng(15), 60, 1000.0
    ready, plane = np.arange(calls) * 1e4, Plane(1.0, side=side)
    days = []
    for _ in range(300):
        homes, places = random.random((20, 2)) * side, random.random((calls, 2)) * side
        sent = nearest_unit(homes, ready, places, np.zeros(calls), plane)
        days.append((sent.arrived_at - sent.dispatched_at).mean())
    assert agree(days, nearest_mean(20, side)).ok
