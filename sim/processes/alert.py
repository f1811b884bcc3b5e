"""The alert: its level in every area, what changes it, and the reserve that is called in when it rises."""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.forces.alert import planned_parts
from sim.processes.duty import go_off, take_up
from sim.processes.kernel import FREE, PLAN
from sim.processes.story import Story, Tale
from sim.processes.world import K, World
from sim.settings.alert import LEVELS

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.scenario import Scenario
    from sim.settings.alert import AlertTrigger

BY_PLAN = -1
"""Value of an order that takes an earlier order back."""
_OPEN = ("waiting", "assigned", "attended")
URGENT = 2


class Turn:
    """Hours in which a reserve unit is on call: on duty only while the level is at least ``level``."""

    __slots__ = ("begin", "called", "end", "followed", "heads", "in_service", "level", "unit")

    def __init__(self, unit: Unit, begin: float, end: float, heads: int, level: int, followed: bool) -> None:
        self.unit, self.begin, self.end, self.heads, self.level, self.followed = unit, begin, end, heads, level, followed
        self.called = self.in_service = False


class Alert:
    """State of the alert: the level of each area, and the reasons for it: timetable, triggers, orders."""

    def __init__(self, scenario: Scenario) -> None:
        self.rules = scenario.alert.rules
        areas = len(scenario.territory.area_codes)
        self.level = [0] * areas
        self.planned = [0] * areas
        self.ordered: list[int | None] = [None] * areas
        self.until: list[list[float]] = [[-inf] * areas for _ in self.rules.triggers]
        """By trigger and area: the moment until which it holds its level."""
        self.raised_by = [-1] * areas
        """The record that raised each area last, the cause of standing down."""
        self.turnout = self.rules.turnout_factors
        self.turns: list[list[Turn]] = [[] for _ in range(areas)]
        self.forces = scenario.chains
        self.open: list[dict[int, Task]] = [{} for _ in range(areas)]
        """Election incidents of each area that are under way, by id."""
        few = [trigger.threshold for trigger in self.rules.triggers if trigger.when == "open_incidents"]
        self.few = min(few, default=inf)
        """With so many of them nobody need look at the triggers."""
        self.looking = [False] * areas
        self.watches = bool(self.rules.triggers)
        """Whether anybody looks at incidents; else they are not noted."""
        self.moments = _moments(scenario) if self.watches else []

    def wanted(self, area: int) -> int:
        """The level that timetable, triggers and orders ask for: an order wins, else the highest."""
        given = self.ordered[area]
        if given is not None:
            return given
        held = (LEVELS.index(trigger.level) for trigger, until in zip(self.rules.triggers, self.until) if until[area] > -inf)
        return max((self.planned[area], *held))

    def forget(self, task: Task) -> None:
        """An election incident is over."""
        self.open[task.area.index // self.forces].pop(task.id, None)


def _moments(scenario: Scenario) -> list[float]:
    """When the triggers may be looked at. Raises ``InputError`` in a day without an end."""
    at, end, moments = scenario.calendar.begin, scenario.calendar.end, []
    if end == inf:
        raise InputError("alert.triggers: the day has no end; give the calendar one")
    while at <= end:
        moments.append(at)
        at += scenario.alert.rules.check_time
    return moments


def notice(world: World, task: Task) -> None:
    """An election incident has occurred; when there are more than a few, the triggers of the area are looked at."""
    alert = world.alert
    area = task.area.index // alert.forces
    alert.open[area][task.id] = task
    if len(alert.open[area]) > alert.few:
        _look_out_from_now(world, area)


def _look_out_from_now(world: World, area: int) -> None:
    if not world.alert.looking[area]:
        world.alert.looking[area] = True
        world.clock.begin(area * world.alert.forces, look_out(world, area))


def assign_turns(world: World) -> None:
    """Give every area the turns in which its reserve units are on call by the plan."""
    scenario, alert = world.scenario, world.alert
    turns, units = scenario.alert.turns, scenario.units
    for row, begin, end, level in planned_parts(scenario.alert, units, scenario.calendar.end, on_duty=False):
        unit = world.units[int(turns.unit[row])]
        followed = any(start == end for start, _, _ in units.shifts(unit.index))
        turn = Turn(unit, begin, end, int(turns.heads[row]), level, followed)
        alert.turns[int(units.area[unit.index])].append(turn)


def settle(world: World, area: int, cause: int) -> None:
    """Take the level that the reasons ask for; a change is a record and reaches units, reserve and checkpoints."""
    alert = world.alert
    level = alert.wanted(area)
    if level == alert.level[area]:
        return
    rises = level > alert.level[area]
    alert.level[area] = level
    row = world.record(K["alert_changed"], None, None, -1, area, cause, level)
    if rises:
        alert.raised_by[area] = row
    for dispatch_area in world.areas[_dispatch_areas(world, area)]:
        dispatch_area.fleet.readiness = alert.turnout[level]
    for turn in alert.turns[area]:
        _call_or_dismiss(world, turn, level, area)


def _dispatch_areas(world: World, area: int) -> slice:
    """Positions of the dispatch areas of one area of the territory."""
    forces = world.alert.forces
    return slice(area * forces, (area + 1) * forces)


def _call_or_dismiss(world: World, turn: Turn, level: int, area: int) -> None:
    """Call a unit in, or send it home again, as the level asks."""
    if level >= turn.level and not turn.called and turn.end > world.now:
        turn.called = True
        world.clock.begin(turn.unit.area.index, on_call(world, turn, area))
    elif level < turn.level and turn.in_service:
        turn.in_service = turn.called = False
        go_off(world, turn.unit)


def on_call(world: World, turn: Turn, area: int) -> Tale:
    """A unit comes on duty after the call-in time, and stays until its turn ends or the level falls."""
    unit = turn.unit
    yield max(world.now + world.alert.rules.call_in_time, turn.begin), FREE + unit.id
    if world.alert.level[area] < turn.level or turn.end <= world.now:
        turn.called = False
        return
    if turn.in_service:
        return
    turn.in_service = True
    take_up(world, unit, turn.heads)
    yield turn.end, PLAN + unit.id
    if turn.in_service and not turn.followed:
        go_off(world, unit)
    turn.in_service = False


def timetable(world: World) -> Tale:
    """Follow the planned levels."""
    plan = world.scenario.alert
    for at, area, level in zip(plan.at.tolist(), plan.area.tolist(), plan.level.tolist(), strict=True):
        yield at, PLAN
        world.alert.planned[area] = level
        settle(world, area, -1)


def look_out(world: World, area: int) -> Tale:
    """Look at the triggers of an area every so often: count what is open, raise the area, and stand down when the reason is long
    gone; until little is open and no reason holds its level."""
    alert = world.alert
    for at in alert.moments[bisect_right(alert.moments, world.now) :]:
        yield at, PLAN
        count, last = _open_urgent(world, area)
        for trigger, until in zip(alert.rules.triggers, alert.until, strict=True):
            _look_at(world, trigger, until, area, count, last)
        if len(alert.open[area]) <= alert.few and all(until[area] == -inf for until in alert.until):
            break
    alert.looking[area] = False


def _look_at(world: World, trigger: AlertTrigger, until: list[float], area: int, count: int, last: int) -> None:
    """Apply one trigger to an area."""
    now = world.now
    if trigger.when == "open_incidents" and count > trigger.threshold:
        until[area] = now + trigger.hold_time
        settle(world, area, last)
    elif -inf < until[area] <= now:
        until[area] = -inf
        settle(world, area, world.alert.raised_by[area])


def _open_urgent(world: World, area: int) -> tuple[int, int]:
    """Open election incidents of priority 1 and 2 of an area that the room knows of, and the latest record about them."""
    rows = [task.last for task in world.alert.open[area].values() if task.priority <= URGENT and task.status in _OPEN]
    return len(rows), max(rows, default=-1)


def warned(world: World, area: int, cause: int) -> None:
    """A warning is acted on in ``area``: raise it where a trigger says so. ``cause``: the record of the warning."""
    for trigger, until in zip(world.alert.rules.triggers, world.alert.until, strict=True):
        if trigger.when == "warning":
            until[area] = world.now + trigger.hold_time
            _look_out_from_now(world, area)
    settle(world, area, cause)


def order_level(world: World, area: int, level: int, cause: int) -> None:
    """An order sets the level of an area, or takes the earlier order back (:data:`BY_PLAN`)."""
    world.alert.ordered[area] = None if level == BY_PLAN else level
    settle(world, area, cause)


def start_alert(world: World) -> None:
    """Start what the alert needs."""
    plan = world.scenario.alert
    assign_turns(world)
    if len(plan.at):
        Story(world.clock, timetable(world))
