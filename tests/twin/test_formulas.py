"""The twin's formulas against independent oracles and closed forms."""

from __future__ import annotations

from itertools import product
from math import inf, pi, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.twin.geometry import first_on_scene, nearest_distance, room_per_point
from sim.twin.hypercube import corrections, larson
from sim.twin.located import Spots, first_of
from sim.twin.patrol import mean_gap, pass_probability, passings, returns
from sim.twin.queues import desk, erlang_b, erlang_c, wait_in_line, with_redials
from tests.oracles import geometry as space
from tests.oracles import queueing as queues
from tests.oracles.hypercube import hypercube, three_unit_city

Floats = NDArray[np.float64]


# --- queues -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("servers", "load"), [(1, 0.3), (3, 1.8), (10, 8.0), (110, 100.0)])
def test_erlangs_formulas_are_those_of_the_oracle(servers: int, load: float) -> None:
    assert float(erlang_b(servers, load)) == pytest.approx(queues.erlang_b(servers, load), rel=1e-9)
    assert float(erlang_c(servers, load)) == pytest.approx(queues.erlang_c(servers, load), rel=1e-9)
    assert float(wait_in_line(servers, load, 60.0)) == pytest.approx(60.0 * queues.mmc(load, 1.0, servers).mean_wait, rel=1e-9)


def test_more_work_than_servers_can_do_waits_for_ever() -> None:
    assert erlang_c([2, 2], [2.0, 2.5]).tolist() == [1.0, 1.0]
    assert wait_in_line(2, 2.5, 60.0) == inf
    with pytest.raises(ValueError, match="only grows"):
        desk(2.5, 1.0, 2)


@pytest.mark.parametrize(("load", "operators", "patience"), [(5.0, 4, 2.0), (2.0, 4, 0.5), (9.0, 6, 0.2), (3.0, 4, 60.0)])
def test_callers_who_lose_patience_are_erlang_a(load: float, operators: int, patience: float) -> None:
    truth = queues.erlang_a(load, 1.0, operators, 1.0 / patience)
    found = desk(load, 1.0, operators, patience=patience, target=1e9)
    assert found.waits == pytest.approx(truth.p_wait, rel=1e-9)
    assert found.abandoned == pytest.approx(truth.p_abandon, rel=1e-7)
    assert found.in_time == pytest.approx(1.0 - truth.p_abandon, rel=1e-9)


def test_a_desk_with_as_many_lines_as_operators_refuses_as_erlang_b_says() -> None:
    found = desk(4.0, 1.0, 5, lines=5)
    assert found.refused == pytest.approx(queues.erlang_b(5, 4.0), rel=1e-9)
    assert found.wait_mean == 0.0 and found.abandoned == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("target", [0.0, 0.2, 1.0, 5.0])
def test_calls_taken_in_time_without_patience_follow_the_tail_of_m_m_c(target: float) -> None:
    found = desk(1.8, 1.0, 3, target=target)
    assert found.in_time == pytest.approx(1.0 - queues.mmc_wait_tail(1.8, 1.0, 3, target), rel=1e-9)
    assert found.wait_mean == pytest.approx(queues.mmc(1.8, 1.0, 3).mean_wait, rel=1e-9)


def test_calls_taken_in_time_with_patience_and_lines_are_those_of_many_drawn_calls() -> None:
    rate, operators, lines, patience, target, count = 5.0, 4, 7, 0.6, 0.15, 200_000
    rng = np.random.default_rng(1)
    at, talk = np.cumsum(rng.exponential(1 / rate, count)), rng.exponential(1.0, count)
    stays, free = rng.exponential(patience, count), np.zeros(operators)
    held: list[float] = []
    outcome = np.zeros((3, count))
    for i in range(count):
        held = [until for until in held if until > at[i]]
        if len(held) >= lines:
            outcome[0, i] = 1.0
            continue
        first = int(free.argmin())
        begin = max(at[i], free[first])
        taken = begin - at[i] <= stays[i]
        outcome[1, i], outcome[2, i] = not taken, taken and begin - at[i] <= target
        free[first] = begin + talk[i] if taken else free[first]
        held.append(begin + talk[i] if taken else at[i] + stays[i])
    found = desk(rate, 1.0, operators, lines=lines, patience=patience, target=target)
    assert (found.refused, found.abandoned, found.in_time) == pytest.approx(outcome.mean(axis=1), abs=0.006)


def test_callers_who_try_again_are_answered_more_often_and_load_the_desk_more() -> None:
    once = with_redials(5.0, 1.0, 4, 0.0, lines=inf, patience=0.5, target=0.1)
    again = with_redials(5.0, 1.0, 4, 0.7, lines=inf, patience=0.5, target=0.1)
    alone = desk(5.0, 1.0, 4, patience=0.5, target=0.1)
    assert (once.in_time, once.lost) == pytest.approx((alone.in_time, alone.unanswered))
    assert again.lost < once.lost and again.wait_mean > once.wait_mean


def test_a_desk_nobody_calls_answers_at_once_and_one_without_operators_never() -> None:
    assert desk(0.0, 60.0, 2).in_time == 1.0
    assert desk(1.0, 60.0, 0).unanswered == 1.0


# --- hypercube ----------------------------------------------------------------------------------------------------


def cities() -> list[tuple[Floats, NDArray[np.int64]]]:
    """The three-unit city of the textbook, and larger ones with drawn rates and preferences."""
    rates, orders = three_unit_city()
    found = [(np.array(rates), np.array(orders))]
    for units, load in ((4, 1.0), (5, 3.0), (6, 1.5), (6, 4.2)):
        rng = np.random.default_rng(units)
        drawn = rng.uniform(0.5, 1.5, 12)
        found.append((drawn / drawn.sum() * load, np.array([rng.permutation(units) for _ in drawn])))
    return found


@pytest.mark.parametrize(("rates", "orders"), cities())
def test_larsons_approximation_is_near_the_exact_hypercube(rates: Floats, orders: NDArray[np.int64]) -> None:
    units = orders.shape[1]
    truth, found = hypercube(rates.tolist(), orders.tolist(), [1.0] * units), larson(rates, orders, 1.0)
    assert found.workloads == pytest.approx(truth.workloads, rel=0.02)
    assert found.workloads.sum() == pytest.approx(rates.sum(), rel=1e-9)
    assert found.all_busy == pytest.approx(truth.p_all_busy, rel=1e-9)
    assert np.abs(found.sent - truth.immediate).max() < 0.006
    assert found.sent.sum() == pytest.approx(1.0 - found.all_busy)


def test_one_unit_is_busy_as_m_m_1_and_corrections_of_independent_units_are_one() -> None:
    found = larson(np.array([0.2, 0.3]), np.array([[0], [0]]), 1.0)
    assert found.workloads == pytest.approx([0.5]) and found.all_busy == pytest.approx(0.5)
    assert corrections(200, 100.0)[:4] == pytest.approx(1.0, abs=0.03)
    assert corrections(3, 1.5)[0] == pytest.approx(1.0)


def test_work_beyond_what_units_can_do_has_no_hypercube() -> None:
    with pytest.raises(ValueError, match="more work than they can do"):
        larson(np.array([2.5]), np.array([[0, 1]]), 1.0)


# --- geometry -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["euclid", "right_angle"])
def test_the_square_root_law_is_the_mean_of_the_nearest_on_a_torus(metric: str) -> None:
    truth = space.nearest_mean(400, 2000.0, metric)  # type: ignore[arg-type]
    assert float(nearest_distance(2000.0**2, 400, metric=metric)) == pytest.approx(truth, rel=0.005)
    assert nearest_distance(2000.0**2, 400, 0.36, metric) == pytest.approx(nearest_distance(2000.0**2, 256, metric=metric))
    assert nearest_distance(1.0, 5, busy=1.0) == inf


@pytest.mark.parametrize("rank", [1, 3, 10])
@pytest.mark.parametrize("metric", ["euclid", "right_angle"])
def test_room_measured_by_neighbours_gives_the_distance_of_the_law_without_bias(metric: str, rank: int) -> None:
    side, points = 1000.0, 900
    distance = space.nearest_mean(points - 1, side, metric, rank)  # type: ignore[arg-type]
    room = room_per_point(np.array([distance]), rank, metric)
    assert sqrt(float(room[0])) == pytest.approx(side / sqrt(points), rel=0.01)


def test_the_first_of_one_group_is_the_square_root_law() -> None:
    density, pace = np.array([[pi * 1e-6], [pi * 4e-6], [0.0]]), np.full((3, 1), 0.1)
    found = first_on_scene(density, pace, np.array([30.0]), target=80.0, limit=1000.0)
    assert found.mobilisation[:2] == pytest.approx(30.0)
    assert found.travel[:2] == pytest.approx([50.0, 25.0], rel=1e-6)
    assert found.within[0] == pytest.approx(1 - np.exp(-pi / 4), rel=1e-9)
    assert np.isnan(found.travel[2]) and found.capped[2] == 1000.0 and found.within[2] == 0.0


@pytest.mark.parametrize("by_time", [True, False])
def test_of_two_groups_the_first_is_as_in_drawn_worlds(by_time: bool) -> None:
    rng = np.random.default_rng(3)
    gamma, pace, start = np.array([4e-6, 1e-6]), np.array([0.3, 0.08]), np.array([15.0, 80.0])
    best = np.empty((3, 20_000))
    for i in range(best.shape[1]):
        near = [np.sqrt(rng.exponential(1.0, 1)[0] / (pi * g)) for g in gamma]
        times = start + np.array(near) * pace
        who = int(np.argmin(times if by_time else near))
        best[:, i] = start[who], times[who] - start[who], times[who] <= 150.0
    found = first_on_scene(pi * gamma[None], pace[None], start, by_time=by_time, target=150.0)
    assert (found.mobilisation[0], found.travel[0], found.within[0]) == pytest.approx(best.mean(axis=1), rel=0.02)


def spots(share: Floats) -> Spots:
    """Spots of units with their shares, (units, spots); where they lie does not matter."""
    unit = np.repeat(np.arange(len(share)), share.shape[1])
    return Spots(np.arange(len(share)), unit, np.zeros(share.size), np.zeros(share.size), share.ravel())


def test_looking_at_the_nearest_of_many_spots_changes_nothing_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    drive, share = rng.uniform(10, 5000, (20, 60 * 8)), rng.dirichlet(np.ones(8), 60)
    asked = drive, np.full(60, 15.0), spots(share), rng.uniform(0.6, 1.0, 60), np.ones(60, dtype=np.bool_)
    few = first_of(*asked, limit=4000.0, target=300.0)
    monkeypatch.setattr("sim.twin.located.NEAREST", 10_000)
    all_of_them = first_of(*asked, limit=4000.0, target=300.0)
    for name in ("mobilisation", "travel", "capped", "within"):
        assert getattr(few, name) == pytest.approx(getattr(all_of_them, name), rel=1e-9)


def test_the_first_of_few_units_is_the_mean_over_all_their_states() -> None:
    rng = np.random.default_rng(4)
    drive, share = rng.uniform(10, 500, (6, 3, 2)), np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])
    start, free = np.array([15.0, 80.0, 40.0]), np.array([0.9, 0.5, 0.7])
    found = first_of(drive.reshape(6, 6), start, spots(share), free, np.ones(3, dtype=np.bool_), limit=300.0, target=200.0)
    for site in range(6):
        total = np.zeros(5)
        for states in product([None, 0, 1], repeat=3):
            chance, times = 1.0, []
            for unit, spot in enumerate(states):
                chance *= 1 - free[unit] if spot is None else free[unit] * share[unit, spot]
                times += [] if spot is None else [(start[unit] + drive[site, unit, spot], start[unit])]
            if times:
                first, setting = min(times)
                total += chance * np.array([1.0, setting, first, min(first, 300.0), first <= 200.0])
            else:
                total += chance * np.array([0.0, 0.0, 0.0, 300.0, 0.0])
        some, setting, first, capped, within = total
        assert found.mobilisation[site] == pytest.approx(setting / some)
        assert found.travel[site] == pytest.approx((first - setting) / some)
        assert (found.capped[site], found.within[site]) == pytest.approx((capped, within))


def test_units_that_do_not_fit_never_come() -> None:
    drive, alone = np.array([[10.0, 50.0]]), spots(np.ones((2, 1)))
    found = first_of(drive, np.zeros(2), alone, np.ones(2), np.array([False, True]))
    assert found.travel.tolist() == [50.0]
    nobody = first_of(drive, np.zeros(2), alone, np.ones(2), np.array([False, False]), limit=99.0)
    assert np.isnan(nobody.travel[0]) and nobody.capped.tolist() == [99.0]


# --- patrols ------------------------------------------------------------------------------------------------------


def test_independent_patrols_return_as_often_as_the_oracle_says() -> None:
    periods = [1800.0, 2400.0, 3000.0]
    back = sum(float(returns(1 / period, 0.0)) for period in periods)
    assert mean_gap(back, 1e9) == pytest.approx(space.mean_gap(periods), rel=1e-5)
    assert pass_probability(1 / 1800.0, 600.0) == pytest.approx(space.pass_probability_random(1 / 1800.0, 600.0))


def test_a_patrol_that_is_called_away_passes_less_and_one_that_stays_is_gone_less_long() -> None:
    assert float(passings(1 / 1800.0, 0.25)) == pytest.approx(0.75 / 1800.0)
    assert float(mean_gap(returns(1 / 1800.0, 600.0), 1e9)) == pytest.approx(1200.0, rel=1e-5)


def test_a_place_that_nobody_visits_has_one_gap_as_long_as_the_vote() -> None:
    assert mean_gap(0.0, 39_600.0) == 39_600.0
