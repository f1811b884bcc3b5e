"""Areas that depend on nobody are told one after another: nobody can see it but the clock on the wall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.demand.tape import Inject, Rally, Tape, Vehicles
from sim.processes import builder
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.trace import Trace
from tests.engine.audit import Audit
from tests.engine.test_repeatability import ORDERS, busy_town
from tests.worlds import play, with_units

SITES = 12


def apart(seed: int = 1) -> tuple[Scenario, Tape]:
    """The busy town without mutual aid: its three areas have nothing to do with one another but orders and phases."""
    scenario, tape = busy_town(seed)
    scenario = replace(scenario, dispatch=replace(scenario.dispatch, aid="never"))
    rng = np.random.default_rng(seed)
    count = 60
    vehicles = Vehicles(
        np.arange(count), np.sort(rng.uniform(0, 15_000, count)), rng.integers(0, SITES, count), rng.random(count),
        rng.random(count), rng.choice(tape.incidents.id, count),
    )  # fmt: skip
    return scenario, replace(tape, vehicles=vehicles, rallies=(Rally(7, 4, 3000.0, 6000.0, 500),), injects=ORDERS)


def by_unit_and_task(trace: Trace) -> list[tuple[object, ...]]:
    """What happened, without the positions of records, in an order that does not depend on how areas were told."""
    columns = trace.columns()
    names = ("time", "kind", "task", "unit", "site", "area", "value")
    cause = np.where(columns["cause"] >= 0, columns["kind"][columns["cause"]], -1)
    return sorted(zip(*(columns[name].tolist() for name in names), cause.tolist()))


@pytest.mark.parametrize("seed", range(4))
def test_areas_told_one_after_another_do_what_they_do_on_one_clock(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, tape = apart(seed)
    assert builder.count_parts(scenario) == 3
    parted = play(scenario, tape)
    monkeypatch.setattr(builder, "count_parts", lambda scenario: 0)
    together = play(scenario, tape)
    assert by_unit_and_task(parted) == by_unit_and_task(together)
    legs, others = parted.legs(), together.legs()
    mine, yours = (np.argsort(columns["unit"], kind="stable") for columns in (legs, others))
    assert all((legs[name][mine] == others[name][yours]).all() for name in legs)


def test_records_are_read_in_the_order_of_time_and_causes_lie_before_their_effects() -> None:
    scenario, tape = apart()
    columns = play(scenario, tape).columns()
    assert (np.diff(columns["time"]) >= 0.0).all()
    caused = columns["cause"] >= 0
    assert caused.sum() > 1000
    assert (columns["cause"][caused] < np.flatnonzero(caused)).all()
    tasks = columns["task"]
    own = caused & (tasks >= 0) & (tasks[columns["cause"]] >= 0) & (columns["unit"] < 0)
    assert (tasks[columns["cause"][own]] == tasks[own]).mean() > 0.9


def test_in_steps_and_with_decisions_on_the_way_areas_stay_in_step() -> None:
    scenario, tape = apart()
    whole = play(scenario, tape)
    simulation = Simulation(scenario, replace(tape, injects=()))
    for order in ORDERS:
        for t in (order.at - 500.0, order.at):
            simulation.advance(t)
        trace = simulation.advance(order.at, [order])
        assert simulation.now == order.at
        assert (trace.columns()["time"] < order.at).all()
    assert simulation.advance().digest() == whole.digest()
    Audit(scenario, tape, whole).run()


@pytest.mark.parametrize("seed", range(3))
def test_orders_to_different_areas_at_one_moment_come_before_anything_else_of_it(seed: int) -> None:
    scenario, tape = apart(seed)
    at = float(tape.incidents.at[50])
    orders = tuple(Inject(at, "unit_out_of_service", unit) for unit in (5, 3, 4))
    columns = play(scenario, replace(tape, injects=orders)).columns()
    moment = np.flatnonzero(columns["time"] == at)
    kinds = columns["kind"][moment]
    decisions = np.flatnonzero(kinds == kinds[0])
    assert columns["value"][moment][decisions].tolist() == [0.0, 1.0, 2.0]
    assert (kinds == kinds[0]).sum() == 3 and decisions[-1] <= 2 * 3


def test_areas_that_help_each_other_or_share_sites_share_one_clock() -> None:
    scenario, _ = busy_town()
    assert builder.count_parts(scenario) == 0
    scenario, _ = apart()
    base = scenario.units.base.copy()
    base[0] = 1
    assert builder.count_parts(with_units(scenario, base=base)) == 0
