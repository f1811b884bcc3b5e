"""Areas that depend on nobody are told one after another: nobody can see it but the clock on the wall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from simpy import Event

from sim.arrays import make_calendar, make_sites, make_tape, make_territory
from sim.demand.tape import Inject, Rally, Tape, Vehicles
from sim.forces.alert import AlertPlan
from sim.measures.invariants import check_invariants
from sim.processes import builder
from sim.processes.command import seek_help
from sim.processes.kernel import TASK, Clock
from sim.processes.meet import ahead_time
from sim.processes.simulation import Simulation
from sim.processes.story import Tale
from sim.scenario import Scenario
from sim.settings.alert import AlertSettings, AlertTrigger
from sim.settings.command import CommandSettings
from sim.trace import Trace
from tests.engine.audit import Audit
from tests.engine.test_repeatability import ORDERS, busy_town
from tests.worlds import NAMES, needs, play, rules, with_units, world

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


def parts(scenario: Scenario, tape: Tape) -> int:
    """Number of parts in which a day is told (0: on one clock)."""
    return Simulation(scenario, tape).world.clock.parts


def told_alike(scenario: Scenario, tape: Tape, monkeypatch: pytest.MonkeyPatch) -> Trace:
    """Tell a day in parts and on one clock, find the same happenings and legs, and return the trace of the parts."""
    parted = play(scenario, tape)
    with monkeypatch.context() as patch:
        patch.setattr(builder, "part_size", lambda *_: 0)
        assert parts(scenario, tape) == 0
        together = play(scenario, tape)
    assert by_unit_and_task(parted) == by_unit_and_task(together)
    legs, others = parted.legs(), together.legs()
    mine, yours = (np.argsort(columns["unit"], kind="stable") for columns in (legs, others))
    assert all((legs[name][mine] == others[name][yours]).all() for name in legs)
    return parted


@pytest.mark.parametrize("seed", range(4))
def test_areas_told_one_after_another_do_what_they_do_on_one_clock(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, tape = apart(seed)
    assert parts(scenario, tape) == 3
    told_alike(scenario, tape, monkeypatch)


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
    scenario, tape = busy_town()
    assert parts(scenario, tape) == 0
    scenario, tape = apart()
    base = scenario.units.base.copy()
    base[0] = 1
    assert parts(with_units(scenario, base=base), tape) == 0


# --- areas that meet now and then ----------------------------------------------------------------------------------------


AREAS, FORCES = 4, 2
MAIN_ROOM = CommandSettings(main_room=True, main_operators=1, escalate_time=120.0, keep_share=0.0)
LADDER = CommandSettings(ladder=True, ladder_time=60.0, keep_share=0.2)
EVERYTHING = CommandSettings(
    main_room=True, main_operators=1, ladder=True, ladder_time=90.0, keep_share=0.0, escalate_priority=2, hold_reserve=True,
    border_distance=400.0, border_share=0.7, retry_time=300.0, picture_age=60.0,
)  # fmt: skip


def under_one_roof(seed: int, command: CommandSettings, busy: float = 1.0, **dispatch: Any) -> tuple[Scenario, Tape]:
    """Four areas with two forces each; now and then a task waits, and units go from one area to another.

    Units of two kinds, packages that come or leave together, escalation, patience, reserve units called in by triggers, all
    within reach of each other's borders.
    """
    rng = np.random.default_rng(seed)
    count, per_area = int(160 * busy), 12
    where = np.repeat(np.arange(AREAS), per_area)
    sites = make_sites(
        rng.uniform(0, 3000, len(where)) + 3000 * where, rng.uniform(0, 3000, len(where)), area=where,
        force=rng.integers(0, FORCES, len(where)),
    )  # fmt: skip
    territory = make_territory(sites, neighbours=[(1,), (0, 2), (1, 3), (2,)], forces=("police", "gendarmerie"))
    base = rng.permutation(len(where))[: 8 * AREAS]
    classes = [needs(1), needs(2), needs(2, "together", "together"), needs(2, release="together"), needs(3)]
    classes = [replace(cls, name=f"{cls.name} {k}") for k, cls in enumerate(classes)]
    scenario = world(
        territory, base, dispatch=rules(**{"policy": "least_time", "command": "parallel", "aid": "never", **dispatch}),
        classes=classes, command=command, unit={"mobilisation_time": 20.0},
        calendar=make_calendar(territory, end=60_000.0), operators=[1] * AREAS,
    )  # fmt: skip
    trigger = AlertTrigger(when="open_incidents", level="raised", threshold=2, hold_time=900.0)
    scenario = replace(scenario, alert=AlertPlan(AlertSettings(triggers=(trigger,))))
    at = np.sort(rng.uniform(0.0, 40_000.0, count))
    place = rng.choice(len(where), count, p=np.where(where == 0, 3.0, 1.0) / np.where(where == 0, 3.0, 1.0).sum())
    tape = make_tape(
        territory, at, place, rng.exponential(900.0, (count, 3)), priority=rng.choice([1, 2, 3], count, p=[0.5, 0.3, 0.2]),
        cls=rng.integers(0, len(classes), count), channel=np.zeros(count), talk_time=rng.exponential(60.0, count),
        report_time=rng.exponential(100.0, count), patience=rng.exponential(9000.0, count), route=rng.random(count),
        escalate_time=rng.exponential(900.0, count), noise=rng.lognormal(0, 0.2, (count, 3)),
    )  # fmt: skip
    return scenario, tape


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("command", [MAIN_ROOM, LADDER, EVERYTHING], ids=["main room", "ladder", "everything"])
def test_areas_that_lend_units_meet_when_they_do_as_on_one_clock(
    seed: int, command: CommandSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, tape = under_one_roof(seed, command)
    assert parts(scenario, tape) == AREAS
    trace = told_alike(scenario, tape, monkeypatch)
    lent = lent_units(scenario, trace)
    assert lent > 3
    check_invariants(scenario, tape, trace)


def lent_units(scenario: Scenario, trace: Trace) -> int:
    """Units that were sent to a task of another area."""
    columns = trace.columns()
    sent = columns["kind"] == NAMES.index("dispatched")
    area = dict(zip(scenario.units.id.tolist(), scenario.units.area.tolist()))
    own = [area[unit] for unit in columns["unit"][sent].tolist()]
    return int((columns["area"][sent] // FORCES != own).sum())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("busy", [0.3, 4.0], ids=["quiet", "overrun"])
@pytest.mark.parametrize("redirect", ["never", "when_none_free"])
def test_so_they_do_on_quiet_days_and_on_days_on_which_they_can_hardly_be_told_apart(
    seed: int, busy: float, redirect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_alike(*under_one_roof(seed, EVERYTHING, busy, redirect=redirect), monkeypatch)


@pytest.mark.parametrize("seed", range(3))
def test_orders_that_call_units_off_or_send_them_across_borders_find_all_areas_at_their_moment(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, tape = under_one_roof(seed, MAIN_ROOM)
    rng = np.random.default_rng(seed)
    orders = []
    for at in np.sort(rng.uniform(1000.0, 40_000.0, 150)).tolist():
        unit = int(rng.choice(scenario.units.id))
        effect = str(rng.choice(["recall", "unit_out_of_service", "unit_back_in_service", "assign"]))
        task = int(tape.incidents.id[min(np.searchsorted(tape.incidents.at, at), len(tape.incidents)) - 1])
        orders.append(Inject(at, effect, unit, float(task if effect == "assign" else 0)))
    trace = told_alike(scenario, replace(tape, injects=tuple(orders)), monkeypatch)
    assert lent_units(scenario, trace) > 3


@pytest.mark.parametrize("seed", range(2))
def test_areas_that_meet_can_be_told_in_steps(seed: int) -> None:
    scenario, tape = under_one_roof(seed, EVERYTHING)
    whole = play(scenario, tape)
    simulation = Simulation(scenario, tape)
    for t in np.linspace(-100.0, 50_000.0, 97):
        simulation.advance(float(t))
        assert (simulation.trace.columns()["time"] < t).all()
    assert simulation.advance().digest() == whole.digest()


def test_they_are_told_apart_for_most_of_a_quiet_day() -> None:
    scenario, tape = under_one_roof(1, MAIN_ROOM, busy=0.3)
    simulation = Simulation(scenario, tape)
    clock = simulation.world.clock
    hours = np.arange(0.0, 60_000.0, 600.0)
    told_apart = []
    for t in hours:
        simulation.advance(float(t))
        told_apart.append(clock.is_apart)
    assert 0.3 < np.mean(told_apart) < 1.0


def test_a_tale_that_waited_for_an_event_goes_on_in_its_own_part_whoever_fired_it() -> None:
    clock = Clock()
    clock.divide(2, 1)
    event, told = Event(clock), []

    def waiting() -> Tale:
        yield event
        told.append(clock.now)
        yield 50.0, TASK

    def firing() -> Tale:
        yield 10.0, TASK
        clock.fire(event, TASK)
        yield 20.0, TASK

    for area, tale in enumerate((waiting(), firing())):
        clock.begin(area, tale)
    clock.meet()
    clock.run_through(15.0)
    assert told == [10.0]
    assert [[entry[0] for entry in queue] for queue in (*clock._parts, clock._common)] == [[50.0], [20.0], []]


def test_forces_of_an_area_are_one_part_only_where_something_links_them() -> None:
    scenario, tape = under_one_roof(0, CommandSettings())
    assert parts(scenario, tape) == AREAS
    quiet = replace(scenario, alert=replace(scenario.alert, rules=AlertSettings()))
    assert parts(quiet, tape) == AREAS * FORCES
    near = replace(quiet, command=CommandSettings(border_distance=400.0, border_share=0.5))
    assert parts(near, tape) == AREAS


@pytest.mark.parametrize("command", [MAIN_ROOM, LADDER, EVERYTHING, CommandSettings(picture_age=60.0)])
def test_the_clock_asks_about_a_task_just_before_other_rooms_can_hear_of_it(command: CommandSettings) -> None:
    scenario, tape = under_one_roof(0, command)
    steps = Simulation(scenario, tape).world.command.steps
    waits = [wait for wait, _ in steps][: [step for _, step in steps].index(seek_help) + 1]
    assert ahead_time(command) <= sum(waits) <= ahead_time(command) + 0.0011


def test_help_that_is_asked_for_at_once_leaves_one_clock() -> None:
    scenario, tape = under_one_roof(0, replace(MAIN_ROOM, escalate_time=0.0))
    assert parts(scenario, tape) == 0
    for link in ("parent", "sweep"):
        scenario, tape = under_one_roof(0, MAIN_ROOM)
        assert parts(scenario, linked(scenario, tape, link)) == 0


def linked(scenario: Scenario, tape: Tape, link: str) -> Tape:
    """The tape with something that hangs together across the border of two areas."""
    area = scenario.territory.sites.area
    first = int(np.flatnonzero(area[tape.incidents.site] == 0)[0])
    if link == "sweep":
        return replace(tape, rallies=(Rally(7, int(np.flatnonzero(area == 1)[0]), 3000.0, 6000.0, 500, sweep=first),))
    parent = tape.incidents.parent.copy()
    parent[np.flatnonzero(area[tape.incidents.site] == 1)[-1]] = first
    return replace(tape, incidents=replace(tape.incidents, parent=parent))
