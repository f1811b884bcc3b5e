"""Reinforcement: units that stand by set out when the plan decides or somebody asks, and come on duty after their delay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from sim.processes.duty import go_off, take_up
from sim.processes.kernel import PLAN
from sim.processes.story import Story, Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.actors import Unit


def start_reinforcement(world: World) -> None:
    """Tell the planned departures (the shifts of these units are in the plan) and note who waits to be asked for."""
    standby = world.scenario.standby
    planned: dict[tuple[int, float], list[tuple[Unit, float]]] = defaultdict(list)
    columns = (standby.unit.tolist(), standby.decided_at.tolist(), standby.delay_time.tolist(), standby.duty_time.tolist())
    for row, at, delay, duty_time in zip(*columns, strict=True):
        unit = world.units[row]
        if at == at:
            planned[unit.area.index, at].append((unit, delay))
        else:
            world.standby[unit.area.index].append((delay, unit.id, duty_time))
    for waiting in world.standby.values():
        waiting.sort()
    for (area, at), group in planned.items():
        world.clock.begin(area, departures(world, at, group))


def departures(world: World, at: float, group: Sequence[tuple[Unit, float]]) -> Tale:
    """Units that the plan has decided on set out together."""
    yield at, PLAN + group[0][0].id
    for unit, delay in group:
        world.record(K["reinforcement_sent"], None, unit, unit.base, unit.area.index, -1, delay)


def request(world: World, area: int, count: int, cause: int = -1) -> int:
    """Ask for ``count`` units for a dispatch area: those who are there soonest set out. Returns how many do."""
    waiting = world.standby[area]
    called, world.standby[area] = waiting[:count], waiting[count:]
    if len(called) < count:
        world.record(K["reinforcement_refused"], None, None, -1, area, cause, count - len(called))
    for delay, id, duty_time in called:
        Story(world.clock, come(world, world.any_unit(id), delay, duty_time, cause))
    return len(called)


def come(world: World, unit: Unit, delay: float, duty_time: float, cause: int) -> Tale:
    """One unit that was asked for: under way, on duty at its base here, off duty when its time is over."""
    now = world.clock._now
    world.record(K["reinforcement_sent"], None, unit, unit.base, unit.area.index, cause, delay)
    yield now + delay, PLAN + unit.id
    take_up(world, unit, int(world.scenario.units.heads[unit.index]))
    until = now + delay + duty_time
    if until < inf:
        yield until, PLAN + unit.id
        go_off(world, unit)


def request_reinforcement(world: World, order: Inject) -> None:
    """Dispatch area ``target`` asks for ``value`` units of its reinforcement."""
    request(world, order.target, int(order.value), len(world.trace) - 1)
