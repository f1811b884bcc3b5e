"""The public-order reserve: kept near by until the crowds of its area have gone home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event

from sim.processes.response import go_home
from sim.processes.story import Story, Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.demand.classes import IncidentClass
    from sim.processes.actors import Task, Unit

SECTION = "section"
KNOWN = frozenset({"waiting", "assigned", "attended"})


def is_crowd(cls: IncidentClass) -> bool:
    """Whether incidents of a class are crowd incidents: their package names the reserve, and they are not planned."""
    return cls.group != "planned" and any(SECTION in slot.kinds for slot in cls.slots)


def keep(world: World, unit: Unit) -> bool:
    """Keep a section that has done its part where it is, if a crowd incident of its room is open; it is free to be sent."""
    crowds = _open_crowds(world, unit)
    if not crowds:
        return False
    row = world.record(K["held"], None, unit, -1, unit.area.index, unit.last, len(crowds))
    Story(world.clock, wait_for_calm(world, unit, row))
    return True


def wait_for_calm(world: World, unit: Unit, held: int) -> Tale:
    """Let a section go when the last crowd incident has ended, unless somebody has sent it elsewhere since."""
    while crowds := _open_crowds(world, unit):
        event = world.awaited.setdefault(crowds[0].id, Event(world.clock))
        yield event
        if unit.last != held:
            return
    row = world.record(K["let_go"], None, unit, -1, unit.area.index, held, world.now - unit.sent_at)
    go_home(world, unit, row)


def _open_crowds(world: World, unit: Unit) -> list[Task]:
    """Crowd incidents of a unit's room that ask for units or have them, lowest id first."""
    mine = (task for task in world.tasks.values() if task.area is unit.area and task.status in KNOWN and is_crowd(task.cls))
    return sorted(mine, key=lambda task: task.id)
