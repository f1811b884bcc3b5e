"""Conditions: what an inject may wait for, as the rooms of the day know it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

from sim.demand.injects import CHECK_TIME, STAGES, Condition, condition_of
from sim.errors import InputError
from sim.processes.brought import has_reached
from sim.processes.story import Tale
from sim.processes.world import World
from sim.territory.calendar import area_positions

if TYPE_CHECKING:
    from sim.demand.tape import Inject

_OPEN = ("waiting", "assigned", "attended", "handled", "reported")
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


def read_condition(world: World, order: Inject) -> tuple[Condition, int]:
    """The condition of an inject and the position of its area (-1: all).

    Raises ``InputError`` for an unknown area, and in a day without an end, which would be waited for for ever.
    """
    condition = condition_of(order.when)
    if world.scenario.calendar.end == inf:
        raise InputError(f"{order.effect}: {order.when!r}: the day has no end; give the calendar one")
    if not condition.area:
        return condition, -1
    return condition, area_positions(world.territory, [condition.area], f"{order.effect}, when").get(condition.area, -1)


def wait_for(world: World, order: Inject, rank: int) -> Tale:
    """Look every minute whether the condition of an inject holds; the day may end before it does."""
    condition, area = read_condition(world, order)
    at = order.at
    while not holds(world, condition, area):
        at += CHECK_TIME
        yield (at if at <= world.scenario.calendar.end else inf), rank


def holds(world: World, condition: Condition, area: int) -> bool:
    """Whether a condition holds now."""
    if condition.state in STAGES:
        return has_reached(world, condition.state, int(condition.number))
    return _SIGNS[condition.sign](_MEASURED[condition.state](world, area), condition.number)


def open_incidents(world: World, area: int) -> float:
    """Incidents that are reported and not over."""
    mine = (task for task in world.tasks.values() if _is_in(world, task.area.index, area) and task.cls.group != "planned")
    return sum(task.status in _OPEN for task in mine)


def waiting_tasks(world: World, area: int) -> float:
    """Tasks that wait for a unit."""
    return sum(task.queued is not None and _is_in(world, task.area.index, area) for task in world.tasks.values())


def free_units(world: World, area: int) -> float:
    """Mobile units on duty that could be sent."""
    return sum(u.is_free for room in world.areas if _is_in(world, room.index, area) for u in room.fleet.units)


def alert_level(world: World, area: int) -> float:
    """The alert level of an area; of all areas the highest."""
    return max(world.alert.level) if area < 0 else world.alert.level[area]


def _is_in(world: World, room: int, area: int) -> bool:
    return area < 0 or room // world.scenario.chains == area


_MEASURED: dict[str, Callable[[World, int], float]] = {
    "open_incidents": open_incidents,
    "waiting_tasks": waiting_tasks,
    "free_units": free_units,
    "alert_level": alert_level,
}
