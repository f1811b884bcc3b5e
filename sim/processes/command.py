"""Above the rooms: the main room, help that is asked for, and the ladder that a task climbs while nobody can be sent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from sim.policies.dispatch import may_lend
from sim.processes.fleet import Fleet
from sim.processes.kernel import TASK
from sim.processes.meet import ahead_time, ask_about, asks, lend_out
from sim.processes.response import end_if_done
from sim.processes.room import Desk
from sim.processes.story import Story, Tale
from sim.processes.world import K, World
from sim.trace import LADDER

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.processes.queue import DispatchArea
    from sim.settings.command import CommandSettings

TRIAGE, RESERVE, NEIGHBOURS, FEWER = range(len(LADDER))
Step = Callable[[World, "Task"], Tale]


class RememberedFleet(Fleet):
    """A fleet that can say how many of its units were free some time ago."""

    __slots__ = ("clock", "log")

    def start_log(self, clock: object) -> None:
        """Begin to remember, with nobody free."""
        self.clock = clock
        self.log: list[tuple[list[float], list[int]]] = [([-inf], [0]) for _ in self.able]

    def set_free(self, unit: Unit) -> None:
        """Make a unit available, and remember when."""
        super().set_free(unit)
        self._note(unit)

    def set_busy(self, unit: Unit) -> None:
        """Take a unit out of the search, and remember when."""
        super().set_busy(unit)
        self._note(unit)

    def free_at(self, s: int, t: float) -> int:
        """Units of slot type ``s`` that were free at ``t``, after all that happened then."""
        moments, counts = self.log[s]
        return counts[bisect_right(moments, t) - 1]

    def _note(self, unit: Unit) -> None:
        for s in unit.slot_types:
            moments, counts = self.log[s]
            moments.append(self.clock.now)  # type: ignore[attr-defined]
            counts.append(self.free(s))


class Command:
    """What stands above the rooms: the desk of the main room (None: there is none), who lends to whom, and the ladder."""

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self.rules = rules = scenario.command
        self.main = Desk(rules.main_operators) if rules.main_room else None
        self.asks = asks(scenario)
        self.priority = max(rules.escalate_priority, scenario.dispatch.aid_priority if rules.picture_age > 0.0 else 0)
        self.lenders: dict[int, list[DispatchArea]] = {}
        self.steps = _steps(rules)
        self.lent: list[tuple[Unit, Task]] = []
        """Units on their way to, or at work for, another part of the world."""

    def climbs(self, task: Task) -> bool:
        """Whether a task that waits is taken further up."""
        return self.asks and task.priority <= self.priority and task.cls.group != "planned"


def _steps(rules: CommandSettings) -> list[tuple[float, Step]]:
    """The steps that are switched on, each with the seconds before it; help is asked for again and again."""
    help_after = rules.escalate_time if rules.main_room else 0.0
    if not rules.ladder:
        return [(help_after, seek_help)]
    wait = rules.ladder_time
    return [(wait, triage), (wait, use_reserve), (wait, seek_help), (wait, fewer_units)]


def climb(world: World, task: Task) -> Tale:
    """A task for which its room has nobody goes up, step by step, until it is served or ends."""
    clock, command = world.clock, world.command
    for wait, step in command.steps:
        yield clock._now + wait, TASK + task.id
        if task.queued is None:
            break
        yield from step(world, task)
    while task.queued is not None:
        yield clock._now + command.rules.retry_time, TASK + task.id
        if task.queued is not None:
            yield from seek_help(world, task)
    world.climbing.discard(task.id)


def go_up(world: World, task: Task) -> None:
    """Start a task's climb, if it waits, such tasks climb and it is not climbing already."""
    if task.queued is not None and world.command.climbs(task) and task.id not in world.climbing:
        world.climbing.add(task.id)
        ask_about(world, world.clock._now + ahead_time(world.command.rules), task.area.index, task.id)
        Story(world.clock, climb(world, task))


# --- the steps --------------------------------------------------------------------------------------------------------


def triage(world: World, task: Task) -> Tale:
    """Units on their way to less urgent tasks are diverted."""
    _step(world, task, TRIAGE)
    task.area.redirect(task, world.clock._now, task.last)
    yield from ()


def use_reserve(world: World, task: Task) -> Tale:
    """The units that the room holds in reserve may go."""
    row = _step(world, task, RESERVE)
    lend(world, task.area, task, task.area.fleet.has_free, row)
    yield from ()


def seek_help(world: World, task: Task) -> Tale:
    """Ask the main room, or where there is none the neighbours, for units of other rooms."""
    command, clock = world.command, world.clock
    if command.rules.ladder:
        _step(world, task, NEIGHBOURS)
    if command.main is not None:
        call = command.main.take(clock._now, command.rules.main_time, inf)
        world.record(K["escalated_to_main"], task, None, task.site, task.area.index, task.last, call.waited)
        yield call.at, TASK + task.id
    if task.queued is not None:
        yield from ask_rooms(world, task)


def ask_rooms(world: World, task: Task) -> Tale:
    """Ask the rooms that are believed to have units to spare, nearest first; each request costs its time.

    What is known of them is as old as the picture: a room whose units have become busy since has to refuse.
    """
    clock, rules, asked = world.clock, world.command.rules, 0
    for lender in lenders_of(world, task.area):
        if asked == rules.ask_most or not any(believed(world, lender, s) for _, s in task.open_slots):
            continue
        asked += 1
        yield clock._now + rules.ask_time, TASK + task.id
        if task.queued is None:
            return
        row = task.last
        lent = lend(world, lender, task, lambda s, lender=lender: to_spare(world, lender, s), row)  # type: ignore[misc]
        kind = "granted" if lent else "refused"
        world.record(K[kind], task, None, task.site, lender.index, row, lent or rules.picture_age)
        if task.queued is None:
            return
    if not asked and world.command.main is not None:
        world.record(K["refused"], task, None, task.site, task.area.index, task.last, rules.picture_age)


def fewer_units(world: World, task: Task) -> Tale:
    """Make do with the units that are there or on their way, if there are any."""
    if task.sent and not task.legs:
        task.area.remove(task)
        task.needed -= len(task.open_slots)
        task.open_slots = ()
        _step(world, task, FEWER)
        end_if_done(world, task)
        task.area.serve(world.clock._now, task.last)
    yield from ()


def _step(world: World, task: Task, step: int) -> int:
    return world.record(K["ladder_step"], task, None, task.site, task.area.index, task.last, step)


# --- who lends what -----------------------------------------------------------------------------------------------------


def lenders_of(world: World, area: DispatchArea) -> list[DispatchArea]:
    """Rooms that may be asked: under a main room all of them, by the distance of their units' bases, else those that help."""
    known = world.command.lenders.get(area.index)
    if known is None:
        known = _by_distance(world, area) if world.command.main is not None else list(area.allies)
        world.command.lenders[area.index] = known
    return known


def _by_distance(world: World, area: DispatchArea) -> list[DispatchArea]:
    """All other rooms with units, the one whose middle is nearest first, ties to the lower index."""
    sites, scenario = world.territory.sites, world.scenario
    mine = scenario.dispatch_area(sites.area, sites.force) == area.index
    x, y = float(sites.x[mine].mean()), float(sites.y[mine].mean())
    others = [other for other in world.areas if other is not area and other.fleet.enlisted]
    middles = np.array([o.fleet.middle() for o in others]).reshape(-1, 2)
    scores = world.travel.score(middles[:, 0], middles[:, 1], x, y)
    return [others[i] for i in np.argsort(scores, kind="stable")]


def believed(world: World, lender: DispatchArea, s: int) -> bool:
    """Whether others believe that a room has a unit of slot type ``s`` to spare, by their picture of it."""
    age, fleet = world.command.rules.picture_age, lender.fleet
    free = fleet.free_at(s, world.clock._now - age) if isinstance(fleet, RememberedFleet) else fleet.free(s)
    return may_lend(free, fleet.on_duty(s), world.command.rules.keep_share)


def to_spare(world: World, lender: DispatchArea, s: int) -> bool:
    """Whether a room really has one."""
    return may_lend(lender.fleet.free(s), lender.fleet.on_duty(s), world.command.rules.keep_share)


def lend(world: World, lender: DispatchArea, task: Task, spare: Callable[[int], bool], cause: int) -> int:
    """Send a room's units to the open places of another's task as far as it can spare them; return how many.

    A package that starts together is lent as a whole or not at all.
    """
    now, chosen = world.clock._now, []
    for place, s in task.open_slots:
        unit = lender.choose(task, s, now) if spare(s) else None
        if unit is not None:
            unit.fleet.set_busy(unit)
            chosen.append((place, s, unit))
    for _, _, unit in chosen:
        unit.fleet.set_free(unit)
    if not chosen or (task.cls.start == "together" and len(chosen) < len(task.open_slots)):
        return 0
    task.area.remove(task)
    for place, _, unit in chosen:
        task.open_slots = tuple(slot for slot in task.open_slots if slot[0] != place)
        task.area.send(task, place, unit, cause)
        lend_out(world, task, unit)
    if task.open_slots:
        task.area.enqueue(task)
    else:  # those it held back may be served
        task.area.serve(now, task.last)
    return len(chosen)
