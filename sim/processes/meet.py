"""When parts of the world meet: from the moment at which a task may be heard of in other rooms, and while units are lent.

Parts that are told one after another (see ``sim.processes.kernel``) must not pass the moment at which one of them reaches into
another one. That is a task that climbs for want of units until other rooms are asked. It cannot be known when that happens,
but before which moment it cannot: the clock asks then, by which time nearly every task has its units.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.processes.closing import late

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.settings.command import CommandSettings


def asks(scenario: Scenario) -> bool:
    """Whether help of other rooms is asked for."""
    rules = scenario.command
    return rules.main_room or rules.ladder or (rules.picture_age > 0.0 and scenario.dispatch.aid != "never")


def ahead_time(rules: CommandSettings) -> float:
    """Seconds that pass at least between the moment at which a task begins to climb and the first that other rooms hear of it.

    A millisecond less, since sums of the same numbers in another order differ in their last digit.
    """
    wait = 3.0 * rules.ladder_time if rules.ladder else rules.escalate_time if rules.main_room else 0.0
    return max(wait - 0.001, 0.0)


def ask_about_tasks(world: World, columns: dict[str, NDArray[Any]]) -> None:
    """Have the clock ask about every task of the tape that may climb, no later than at the first moment at which other rooms may
    hear of it: it has to be reported, to become urgent enough and to climb."""
    command = world.command
    if not command.asks:
        return
    able = np.array([bool(cls.slots) and cls.group != "planned" for cls in world.scenario.classes])[columns["cls"]]
    urgent = columns["priority"] <= command.priority
    becomes = (columns["priority"] == command.priority + 1) & (columns["escalate_time"] < inf)
    rows = np.flatnonzero(able & (urgent | becomes))
    handled = columns["talk_time"][rows] + columns["dispatch_time"][rows]
    wait = columns["report_time"][rows] + np.where(urgent[rows], handled, np.maximum(handled, columns["escalate_time"][rows]))
    at = columns["at"][rows] + wait + ahead_time(command.rules)
    for first, area, id in zip(at.tolist(), columns["area"][rows].tolist(), columns["id"][rows].tolist(), strict=True):
        ask_about(world, first, area, id)


def ask_about(world: World, at: float, area: int, id: int) -> None:
    """Have the clock ask about a task of a dispatch area at ``at``, or as much later as the closing is moved."""
    place = area // world.scenario.chains
    world.clock.ask_at(at, area, lambda now: next_question(world, id, at + late(world, place), now))


def next_question(world: World, id: int, begin: float, now: float) -> float:
    """When to ask again about a task, which is not heard of before ``begin``: now if other rooms may hear of it any moment, never
    if they cannot any more. A task that is not there is over, or waits with the count for a later closing."""
    command, task = world.command, world.tasks.get(id)
    later = now + ahead_time(command.rules)
    if task is None:
        return begin if begin > now else inf
    if id in world.climbing:
        return now
    if task.priority > command.priority or task.status == "handled":
        return inf if task.arrived or task.status == "handled" else later
    settled = not task.open_slots and (task.arrived == task.needed or not may_be_diverted(world))
    return inf if settled else later


def may_be_diverted(world: World) -> bool:
    """Whether units on their way to a task that climbs may be sent to a more urgent one."""
    return world.scenario.dispatch.redirect != "never" or world.command.priority > 1


def may_part(world: World) -> bool:
    """Whether no task climbs and no unit works for another part."""
    command = world.command
    command.lent = [(unit, task) for unit, task in command.lent if unit.mission is task]
    waits = may_be_diverted(world) or any(unit.story.moment[0] <= world.now for unit, _ in command.lent)
    return not world.climbing and not (command.lent and waits)


def lend_out(world: World, task: Task, unit: Unit) -> None:
    """What a unit does for another part of the world is told on the common clock. All parts are on that clock while it may be
    called off, and from the end of its work on where the units of its package wait for each other."""
    clock, command = world.clock, world.command
    if clock.part_of(unit.area.index) == clock.part_of(task.area.index):
        return
    clock.share(unit.story)
    if may_be_diverted(world):
        command.lent.append((unit, task))
        clock.meet()
    elif "together" in (task.cls.start, task.cls.release):
        command.lent.append((unit, task))
        clock.ask_at(unit.arrives_at, -1, lambda now: max(now, unit.story.moment[0]) if unit.mission is task else inf)
