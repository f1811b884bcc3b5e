"""The same day is the same day: in steps or at once, in any order of rows, under any hash seed, with other labels."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.arrays import make_calendar, make_sites, make_tape, make_territory, uniform_travel
from sim.demand.tape import Inject, Tape
from sim.processes.actors import Task, Unit
from sim.processes.fleet import Fleet
from sim.processes.queue import DispatchArea
from sim.processes.simulation import Simulation, run
from sim.processes.story import Story
from sim.processes.world import World
from sim.scenario import Scenario
from sim.trace import CODE, Trace
from tests.worlds import KMH, marked, needs, play, rules, values, world

COUNT = 400


def busy_town(seed: int = 1, end: float = np.inf, speed: float = KMH, scene: float = 1.0) -> tuple[Scenario, Tape]:
    """Three areas, 9 units with shifts, packages, reserve, redirection, aid, escalation and patience: everything at once."""
    rng = np.random.default_rng(seed)
    sites = make_sites(rng.uniform(0, 3000, 12), rng.uniform(0, 3000, 12), area=np.arange(12) % 3)
    territory = make_territory(sites, neighbours=[(1, 2), (2, 0), (0, 1)])
    dispatch = rules(
        policy="least_time", reserve=(0, 0, 1, 1), redirect="when_none_free", aid="when_none_free", aid_keep=0, aid_time=60.0
    )
    shifts = [[(0.0, 6000.0 + 500 * i), (9000.0, 1e6)] for i in range(9)]
    classes = [needs(1), needs(2), needs(2, "together", "together")]
    scenario = world(
        territory, np.arange(9), dispatch=dispatch, classes=classes, unit={"shifts": shifts, "mobilisation_time": 20.0},
        calendar=make_calendar(territory, end=end), travel=uniform_travel(speed), operators=[1, 1, 1],
    )  # fmt: skip
    at = np.round(np.cumsum(rng.exponential(50.0, COUNT)))
    tape = make_tape(
        territory, at, rng.integers(0, 12, COUNT), rng.exponential(200.0, (COUNT, 2)) * scene, priority=rng.integers(1, 5, COUNT),
        cls=rng.integers(0, 3, COUNT), channel=np.zeros(COUNT), talk_time=rng.exponential(100.0, COUNT),
        caller_patience=rng.exponential(300.0, COUNT), patience=rng.exponential(4000.0, COUNT),
        escalate_time=rng.exponential(800.0, COUNT), noise=rng.lognormal(0, 0.2, (COUNT, 2)),
    )  # fmt: skip
    return scenario, tape


ORDERS = (
    Inject(3000.0, "unit_out_of_service", 2),
    Inject(3000.0, "desk_operators", 0, 1.0),
    Inject(6000.0, "unit_back_in_service", 2),
    Inject(6000.0, "recall", 1),
    Inject(6500.0, "desk_operators", 0, 3.0),
)


def test_a_day_in_steps_is_the_day_at_once() -> None:
    scenario, tape = busy_town()
    whole = play(scenario, tape).digest()
    simulation = Simulation(scenario, tape)
    for t in [0.0, 0.0, 50.0, *np.linspace(100, 20_000, 137), *tape.incidents.at[:50] + 20_000]:
        simulation.advance(float(t))
    assert simulation.advance().digest() == whole


def test_decisions_given_as_the_day_goes_are_those_of_the_tape() -> None:
    scenario, tape = busy_town()
    at_once = play(scenario, replace(tape, injects=ORDERS)).digest()
    early = Simulation(scenario, tape)
    assert early.advance(decisions=ORDERS).digest() == at_once
    late = Simulation(scenario, tape)
    for order in ORDERS:
        late.advance(order.at)
        late.advance(order.at, [order])
    assert late.advance().digest() == at_once


def test_the_clock_stands_where_the_day_was_stopped() -> None:
    scenario, tape = busy_town(end=5000.0)
    simulation = Simulation(scenario, tape)
    simulation.advance(100.0)
    assert simulation.now == 100.0
    simulation.advance()
    assert simulation.now == 5000.0


_SCRIPT = "from tests.engine.test_repeatability import busy_town, play; print(play(*busy_town()).digest())"


@pytest.mark.parametrize("hash_seed", [pytest.param("0", marks=pytest.mark.slow), "4242"])
def test_any_hash_seed_gives_the_same_digest(root: Path, hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == play(*busy_town()).digest()


def test_rows_of_the_tape_in_another_order_give_the_same_digests() -> None:
    scenario, tape = busy_town()
    rows = np.random.default_rng(3).permutation(COUNT)
    columns = {name: column[rows] for name, column in vars(tape.incidents).items()}
    at, site, scene = columns.pop("at"), columns.pop("site"), columns.pop("scene_time")
    shuffled = make_tape(scenario.territory, at, site, scene, **columns)
    assert shuffled.digest() == tape.digest()
    assert play(scenario, shuffled).digest() == play(scenario, tape).digest()


def test_a_longer_day_leaves_what_came_before_as_it_was() -> None:
    short, long = (play(*busy_town(end=end)) for end in (8000.0, 30_000.0))
    before = long.columns()["time"] <= 8000.0
    for name, column in short.columns().items():
        np.testing.assert_array_equal(column, long.columns()[name][before])
    legs = short.legs()
    assert all((long.legs()[name][: len(column)] == column).all() for name, column in legs.items())


def test_other_unit_labels_change_only_the_labels() -> None:
    rng = np.random.default_rng(5)
    territory = make_territory(make_sites(rng.uniform(0, 2000, 6), rng.uniform(0, 2000, 6)))
    at, site = np.cumsum(rng.exponential(60.0, 300)), rng.integers(0, 6, 300)
    tape = make_tape(territory, at, site, rng.exponential(150.0, 300), x=rng.uniform(0, 2000, 300), y=rng.uniform(0, 2000, 300))
    plain = marked(play(world(territory, np.arange(5)), tape), 300)
    order = np.array([3, 0, 4, 2, 1])
    other = marked(play(world(territory, order, unit={"id": [10, 20, 30, 40, 50]}), tape), 300)
    np.testing.assert_array_equal(order[other.unit // 10 - 1], plain.unit)
    np.testing.assert_array_equal(other.closed_at, plain.closed_at)


def test_twice_the_speed_halves_every_drive() -> None:
    rng = np.random.default_rng(6)
    territory = make_territory(make_sites(rng.uniform(0, 2000, 6), rng.uniform(0, 2000, 6)))
    tape = make_tape(territory, np.arange(200) * 5000.0, rng.integers(0, 6, 200), np.full(200, 10.0))
    drives = []
    for speed in (KMH, 2 * KMH):
        got = marked(play(world(territory, np.arange(5), travel=uniform_travel(speed)), tape), 200)
        drives.append((got.unit, got.arrived_at - got.dispatched_at))
    np.testing.assert_array_equal(drives[0][0], drives[1][0])
    np.testing.assert_allclose(drives[0][1], 2 * drives[1][1], atol=1e-9)


def test_seconds_or_minutes_and_another_origin_give_the_same_day() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.uniform(0, 2000, (2, 6))
    at, site, scene = np.cumsum(rng.exponential(60.0, 300)), rng.integers(0, 6, 300), rng.exponential(150.0, 300)
    runs = []
    for scale, origin in ((1.0, 0.0), (1 / 64, 4096.0)):  # powers of two: the very same digits
        territory = make_territory(make_sites(x + origin, y - origin))
        tape = make_tape(territory, at * scale, site, scene * scale)
        runs.append(marked(play(world(territory, np.arange(5), travel=uniform_travel(4.0 / scale)), tape), 300))
    np.testing.assert_array_equal(runs[0].unit, runs[1].unit)
    np.testing.assert_allclose(runs[0].closed_at, runs[1].closed_at * 64, rtol=1e-9)


def test_more_reserve_helps_the_urgent_and_delays_the_others() -> None:
    rng = np.random.default_rng(8)
    territory = make_territory(make_sites([0.0], [0.0]))
    at, priority = np.cumsum(rng.exponential(30.0, 3000)), rng.choice([1, 3], 3000)
    tape = make_tape(territory, at, np.zeros(3000, int), rng.exponential(100.0, 3000), priority=priority)
    waits = []
    for kept in (0, 1, 2):
        got = marked(play(world(territory, [0] * 5, dispatch=rules(reserve=(0, 0, kept, kept))), tape), 3000)
        waits.append([(got.dispatched_at - at)[priority == p].mean() for p in (1, 3)])
    urgent, ordinary = np.array(waits).T
    assert (np.diff(urgent) <= 0).all()
    assert (np.diff(ordinary) >= 0).all()


def test_the_busy_town_does_everything_it_is_meant_to() -> None:
    trace = play(*busy_town())
    for kind in ("diverted", "escalated", "lapsed", "call_abandoned", "off_duty", "package_complete", "closed"):
        assert len(values(trace, kind)) > 3, kind


def test_a_run_frees_its_world_without_the_collector_and_keeps_its_trace() -> None:
    scenario, tape = busy_town()
    gc.collect()
    gc.disable()
    try:
        trace = run(scenario, tape)
        left = [thing for thing in gc.get_objects() if isinstance(thing, Unit | Task | Story | World | DispatchArea | Fleet)]
    finally:
        gc.enable()
    assert not left
    assert trace.digest() == play(scenario, tape).digest()


def test_a_trace_that_is_read_while_it_grows_is_put_in_order_anew_each_time():
    trace = Trace()
    trace.sort = True

    def written(*times):
        for time in times:
            row = trace.append(time, CODE["arrived"], 1, 2, 0, 0, len(trace) - 1, 0.0)
            trace.append_leg(2, time, time + 1.0, 0.0, 0.0, 1.0, 1.0, 0, row)
        return trace.columns(), trace.legs()

    records, legs = written(30.0, 10.0)
    assert (records["time"].tolist(), records["cause"].tolist()) == ([10.0, 30.0], [1, -1])
    assert (legs["depart_at"].tolist(), legs["task"].tolist()) == ([10.0, 30.0], [1, 0])
    records, legs = written(20.0)
    assert (records["time"].tolist(), records["cause"].tolist()) == ([10.0, 20.0, 30.0], [2, 0, -1])
    assert (legs["depart_at"].tolist(), legs["task"].tolist()) == ([10.0, 20.0, 30.0], [1, 2, 0])
