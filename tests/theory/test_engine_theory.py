"""The engine against formulas of queueing theory and geometry, each comparison powered to 2 % of the truth.

Quick versions run by default; the long ones, which pin mean waits, are marked ``slow``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.arrays import make_sites, make_territory
from sim.demand.classes import IncidentClass
from sim.demand.tape import CHANNELS
from sim.movement import build_loops
from sim.settings.command import CommandSettings
from sim.settings.response import RoomSettings
from tests.oracles.chains import package_queue
from tests.oracles.compare import Agreement, agree, batch_means, longer_p
from tests.oracles.geometry import mean_gap, nearest_cdf, nearest_mean, pass_probability
from tests.oracles.hypercube import hypercube, three_unit_city
from tests.oracles.queueing import cobham, cutoff_priority, erlang_b, mmc
from tests.worlds import day, marked, moments, needs, point_town, rules, story, values, world

Floats = NDArray[np.float64]
RUN = 100_000
"""Customers in one of the runs of a long experiment."""


def poisson(seed: int, rate: float, count: int) -> tuple[Floats, np.random.Generator]:
    """Moments of a Poisson process and the generator that made them."""
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.exponential(1 / rate, count)), rng


def assert_agrees(*verdicts: Agreement) -> None:
    for verdict in verdicts:
        assert verdict.powered, f"not powered: {verdict}"
        assert verdict.ok, f"differs: {verdict}"


def services(law: str, rng: np.random.Generator, count: int) -> Floats:
    """Service times of mean 1."""
    if law == "constant":
        return np.ones(count)
    return rng.exponential(1.0, count) if law == "exponential" else rng.lognormal(-0.32, 0.8, count)


# --- loss ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "law", ["lognormal", *(pytest.param(law, marks=pytest.mark.slow) for law in ("constant", "exponential"))]
)
def test_a_desk_with_as_many_lines_as_operators_loses_as_erlang_says(law: str) -> None:
    count, operators, load = 120_000, 5, 4.0
    at, rng = poisson(1, load, count)
    scenario = world(
        point_town(), [], classes=[IncidentClass("question", 4, ())], operators=[operators], room=RoomSettings(lines=1.0)
    )
    channel = np.full(count, CHANNELS.index("phone"))
    trace = day(scenario, at, 0, np.ones(count), channel=channel, talk_time=services(law, rng, count))
    refused = np.zeros(count)
    refused[moments(trace, "call_refused")[0]] = 1.0
    assert_agrees(agree(batch_means(refused), erlang_b(operators, load)))


def test_tasks_without_patience_are_lost_as_erlang_says() -> None:
    count, units, load = 60_000, 3, 3.0
    at, rng = poisson(2, load, count)
    trace = day(world(point_town(), [0] * units), at, 0, services("lognormal", rng, count), patience=np.zeros(count))
    lost = np.zeros(count)
    lost[moments(trace, "lapsed")[0]] = 1.0
    assert_agrees(agree(batch_means(lost), erlang_b(units, load)))


# --- waiting ------------------------------------------------------------------------------------------------------


def test_the_share_that_waits_in_m_m_2() -> None:
    count = 100_000
    at, rng = poisson(3, 1.2, count)
    got = marked(day(world(point_town(), [0] * 2), at, 0, rng.exponential(1.0, count)), count)
    waits = (got.dispatched_at > at + 1e-9).astype(float)
    assert_agrees(agree(batch_means(waits), mmc(1.2, 1.0, 2).p_wait))


def pooled(runs: int, series_of: Callable[[int], Sequence[Floats]]) -> list[Floats]:
    """Batch means of each figure over several runs (one long run would not fit into memory): shape (10 runs,) each."""
    by_run = [[batch_means(series, 10) for series in series_of(seed)] for seed in range(runs)]
    return [np.concatenate(batches) for batches in zip(*by_run)]


def waited(wait: Floats) -> Floats:
    """1 where somebody waited, else 0."""
    return (wait > 1e-9).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize(("units", "load", "runs"), [(1, 0.3, 3), (1, 0.6, 6), (3, 1.8, 9)])
def test_mean_wait_in_m_m_c(units: int, load: float, runs: int) -> None:
    def one(seed: int) -> list[Floats]:
        at, rng = poisson(400 + seed, load, RUN)
        wait = marked(day(world(point_town(), [0] * units), at, 0, rng.exponential(1.0, RUN)), RUN).dispatched_at - at
        return [wait, waited(wait)]

    truth = mmc(load, 1.0, units)
    wait, share = pooled(runs, one)
    assert_agrees(agree(wait, truth.mean_wait, 2), agree(share, truth.p_wait, 2))


@pytest.mark.slow
def test_mean_waits_of_three_priorities_are_cobhams() -> None:
    rates = [0.3, 0.4, 0.4]

    def one(seed: int) -> list[Floats]:
        at, rng = poisson(500 + seed, sum(rates), RUN)
        priority = rng.choice([1, 2, 3], RUN, p=np.array(rates) / sum(rates))
        got = marked(day(world(point_town(), [0] * 2), at, 0, rng.exponential(1.0, RUN), priority=priority), RUN)
        return [(got.dispatched_at - at)[priority == k] for k in (1, 2, 3)]

    truth = cobham(rates, 1.0, 2)
    assert_agrees(*(agree(waits, truth[k], 3) for k, waits in enumerate(pooled(10, one))))


@pytest.mark.slow
def test_a_reserve_makes_the_waits_of_taylor_and_templeton() -> None:
    urgent, ordinary, units, reserve = 0.9, 1.1, 4, 1
    scenario = world(point_town(), [0] * units, dispatch=rules(reserve=(0, reserve, reserve, reserve)))

    def one(seed: int) -> list[Floats]:
        at, rng = poisson(600 + seed, urgent + ordinary, RUN)
        priority = np.where(rng.random(RUN) < urgent / (urgent + ordinary), 1, 3)
        wait = marked(day(scenario, at, 0, rng.exponential(1.0, RUN), priority=priority), RUN).dispatched_at - at
        return [wait[priority == 1], wait[priority == 3], waited(wait[priority == 1]), waited(wait[priority == 3])]

    truth = cutoff_priority(urgent, ordinary, 1.0, units, reserve)
    figures = zip(pooled(18, one), (*truth.mean_wait, *truth.p_wait))
    assert_agrees(*(agree(batches, value, 4) for batches, value in figures))


@pytest.mark.slow
@pytest.mark.parametrize(("release", "runs"), [("each", 10), ("together", 14)])
def test_incidents_that_need_two_units_wait_as_green_says(release: str, runs: int) -> None:
    rate, units, sizes = 1.2, 4, [0.6, 0.4]
    scenario = world(point_town(), [0] * units, classes=[needs(1), needs(2, "together", release)])

    def one(seed: int) -> list[Floats]:
        at, rng = poisson(700 + seed, rate, RUN)
        size = rng.choice([1, 2], RUN, p=sizes)
        scene = rng.exponential(1.0, (RUN, 2))
        if release == "together":
            scene[:, 1] = scene[:, 0]  # one exponential time frees both (Brill & Green 1984)
        wait = marked(day(scenario, at, 0, scene, cls=size - 1), RUN).dispatched_at - at
        return [wait, waited(wait)]

    truth = package_queue(rate, 1.0, units, sizes, release)  # type: ignore[arg-type]
    wait, share = pooled(runs, one)
    assert_agrees(agree(wait, truth.mean_wait, 2), agree(share, truth.p_wait, 2))


# --- the city of three units --------------------------------------------------------------------------------------


UNUSED = CommandSettings(
    border_distance=1.0, border_share=1.0, main_room=True, escalate_time=864_000.0, picture_age=60.0, ladder=True,
    ladder_time=864_000.0, retry_time=86_400.0, hold_reserve=True,
)  # fmt: skip
"""Every mechanism above and between rooms, switched on in a city of one area and one force where nobody waits for ten days."""
UNHURRIED = RoomSettings(lines=0.0, reported={"phone": 0.5}, report_factor=2.0)
"""A room that hears of less from citizens, where everything is reported by officers."""


def city(seed: int, count: int, **command: Any) -> tuple[Floats, Floats]:
    """Waits and busy shares by batch (40, 3) of the three-unit city of Larson & Odoni, section 5.4.3."""
    rates, lists = three_unit_city()
    at, rng = poisson(seed, sum(rates), count)
    atom = rng.choice(len(rates), count, p=np.array(rates) / sum(rates))
    territory = make_territory(make_sites(np.zeros(5), np.zeros(5)))
    extras = {"aid": "when_none_free", "picture": "district", "rapid_first": True} if command else {}
    dispatch = rules(policy="preference", **extras)
    scenario = world(territory, [0, 0, 0], dispatch=dispatch, preferences=lists, **command)
    scene = rng.exponential(1.0, count)
    got = marked(day(scenario, at, atom, scene), count)
    edges = np.linspace(at[count // 50], at[-1], 41)
    busy = np.empty((40, 3))
    for unit in range(3):
        mine = got.unit == unit
        begin, end = got.arrived_at[mine], got.cleared_at[mine]
        worked = [np.clip(np.minimum(end, b) - np.maximum(begin, a), 0, None).sum() for a, b in pairwise(edges)]
        busy[:, unit] = np.array(worked) / np.diff(edges)
    return got.dispatched_at - at, busy


def test_workloads_of_the_three_unit_city() -> None:
    _, busy = city(8, 80_000)
    rates, lists = three_unit_city()
    model = hypercube(rates, lists, [1.0] * 3)
    np.testing.assert_allclose(model.workloads, [0.5574, 0.4734, 0.4693], atol=5e-5)
    assert_agrees(*(agree(busy[:, unit], float(model.workloads[unit]), 3) for unit in range(3)))


def test_the_three_unit_city_with_every_mechanism_of_command_on_but_unused_is_the_same_to_the_bit() -> None:
    (waits, busy), (same_waits, same_busy) = city(8, 20_000), city(8, 20_000, command=UNUSED, room=UNHURRIED)
    np.testing.assert_array_equal(waits, same_waits)
    np.testing.assert_array_equal(busy, same_busy)


@pytest.mark.slow
def test_delay_in_the_three_unit_city() -> None:
    runs = [city(900 + seed, RUN) for seed in range(4)]
    delayed = np.concatenate([batch_means(waited(waits), 10) for waits, _ in runs])
    busy = np.concatenate([shares for _, shares in runs])
    assert_agrees(agree(delayed, 0.23684, 4))
    assert_agrees(*(agree(busy[:, unit], share, 4) for unit, share in enumerate((0.5574, 0.4734, 0.4693))))


# --- space --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["euclid", pytest.param("right_angle", marks=pytest.mark.slow)])
def test_the_distance_to_the_nearest_unit_on_a_torus(metric: str) -> None:
    units, side, incidents, towns = 30, 1000.0, 100, 120
    distance = np.empty((towns, incidents))
    for town in range(towns):
        rng = np.random.default_rng([10, town])
        homes, places = rng.uniform(0, side, (2, units)), rng.uniform(0, side, (2, incidents))
        territory = make_territory(make_sites(*homes), metric=metric, wrap=(side, side))
        at = np.arange(incidents) * 10_000.0  # everybody is at home again
        got = marked(day(world(territory, range(units)), at, 0, np.ones(incidents), x=places[0], y=places[1]), incidents)
        distance[town] = (got.arrived_at - got.dispatched_at) * 10.0
    truth = nearest_mean(units, side, metric)  # type: ignore[arg-type]
    near = nearest_cdf(120.0, units, side, metric)  # type: ignore[arg-type]
    assert_agrees(agree(distance.mean(axis=1), truth, 2), agree((distance < 120.0).mean(axis=1), near, 2))


def test_loops_with_random_phase_pass_as_often_as_theory_says() -> None:
    groups, periods, horizon, stop = 400, [1800.0, 2400.0, 3000.0], 40_000.0, 60.0
    rng = np.random.default_rng(11)
    territory = make_territory(make_sites([0.0, 9000.0], [0.0, 0.0]))
    sites = territory.sites
    legs = [np.array([(p - stop) / 2, (p - stop) / 2]) for p in periods] * groups
    loops = build_loops([np.array([0, 1])] * len(legs), sites.x, sites.y, legs, [np.array([stop, 0.0])] * len(legs))
    phase = rng.uniform(0, loops.period)
    scenario = world(territory, np.zeros(len(legs), int), loops=loops, unit={"loop": np.arange(len(legs)), "loop_phase": phase})
    trace = day(scenario, [0.0], 1, 1.0, candidate=[0.9], bound=[2.0])  # a candidate that does not happen
    assert len(story(trace, "loop_started", "loop_suspended", "dispatched")) == len(legs)
    order = np.argsort(moments(trace, "loop_started", "unit")[0])
    ref = np.array(values(trace, "loop_started"))[order]
    rows = np.arange(len(legs))
    segment, site, arrive, depart = loops.visits(rows, ref, np.zeros(len(legs)), np.full(len(legs), horizon))
    shares, gaps = {120.0: np.empty(groups), 600.0: np.empty(groups)}, np.empty(groups)
    moment = rng.uniform(0, horizon - 3000.0, 200)
    here, group = site == 0, segment // 3
    for g in range(groups):
        mine = here & (group == g)
        begin, end = np.sort(arrive[mine]), np.sort(depart[mine])
        for time in shares:
            last = np.searchsorted(begin, moment + time, side="right") - 1
            shares[time][g] = ((last >= 0) & (end[np.maximum(last, 0)] > moment)).mean()
        gaps[g] = horizon / mine.sum()
    verdicts = [agree(share, pass_probability(periods, time, stop=stop), 3) for time, share in shares.items()]
    assert_agrees(*verdicts, agree(gaps, mean_gap(periods), 3))


# --- more units ---------------------------------------------------------------------------------------------------


def test_over_200_paired_days_one_more_unit_does_not_lengthen_the_mean_response() -> None:
    # The mean may not get worse; a single day may (Graham's anomalies).
    mean = np.empty((2, 200))
    for number in range(200):
        at, rng = poisson(1200 + number, 0.008, 80)
        places, bases = rng.uniform(0, 2000, (2, 80)), rng.uniform(0, 2000, (2, 5))
        territory = make_territory(make_sites(*bases))
        scene = rng.exponential(150.0, 80)
        for row, units in enumerate((4, 5)):
            got = marked(day(world(territory, range(units)), at, 0, scene, x=places[0], y=places[1]), 80)
            mean[row, number] = (got.arrived_at - at).mean()
    assert longer_p(mean[0], mean[1]) > 0.01
    assert mean[1].mean() < mean[0].mean()
