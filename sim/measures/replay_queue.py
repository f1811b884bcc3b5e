"""Replay the record stream and check what a fair dispatcher never does.

I4: after all records of one instant no task waits while a unit of its dispatch area that could take it is free and the
reserve rule lets it. I6: a unit is never sent past a more urgent, or equally urgent and older, task that it could take.
I10: a unit is sent only while more eligible units are free than the reserve for that priority.

Where a rule of the scenario makes waiting beside a free unit legal (a package that starts together, blocking, a reserve
as a share, orders of people), the check is narrowed to what still must hold.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.forces.units import skill_bits
from sim.measures.day import Day
from sim.settings.response import DispatchSettings
from sim.trace import CODE, LADDER

_ON, _AT_BASE, _CLEARED, _DIVERTED = (CODE[k] for k in ("on_duty", "at_base", "cleared", "diverted"))
_OFF, _SENT, _READY = (CODE[k] for k in ("off_duty", "dispatched", "processed"))
_RAISED, _CLOSED, _LAPSED, _HANDLED = (CODE[k] for k in ("escalated", "closed", "lapsed", "handled"))
_STEP = CODE["ladder_step"]

Key = tuple[int, float, int, int]
"""Priority, moment it was ready, id, row on the tape: the order in which tasks are served."""


@dataclass
class Waiting:
    """A task that asks for units: its key in the queue and how many places are open."""

    key: Key
    missing: int


@dataclass
class Area:
    """Free units of one dispatch area, also counted by type, and its waiting tasks in order and by need."""

    units: set[int] = field(default_factory=set)
    free: Counter[int] = field(default_factory=Counter)
    queue: list[Key] = field(default_factory=list)
    needs: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    packages: int = 0


class Needs:
    """Which types of unit (kind and skills) each class can use, and which classes the queue rules are simple for."""

    def __init__(self, day: Day) -> None:
        scenario = day.scenario
        units = scenario.units
        types, type_of = np.unique(np.stack((units.kind, units.skills), axis=1), axis=0, return_inverse=True)
        self.type_of: list[int] = type_of.ravel().tolist()
        self.types: list[list[int]] = types.tolist()
        self.kinds = units.kinds
        by_slot = [[self._fitting(slot.kinds, slot.skills) for slot in c.slots] for c in scenario.classes]
        self.of_class = [frozenset().union(*needs) for needs in by_slot]
        self.slots = [len(needs) for needs in by_slot]
        self.plain = [len(set(needs)) <= 1 and c.start != "together" for c, needs in zip(scenario.classes, by_slot)]
        lists = scenario.preferences if scenario.dispatch.policy == "preference" else None
        self.preferred = None if lists is None else [frozenset(wanted) for wanted in lists.tolist()]

    def _fitting(self, kinds: tuple[str, ...], skills: tuple[str, ...]) -> frozenset[int]:
        bits = skill_bits(skills)
        return frozenset(
            i
            for i, (kind, held) in enumerate(self.types)
            if (not kinds or self.kinds[kind] in kinds) and held & bits == bits
        )

    def takes(self, cls: int, site: int, unit: int) -> bool:
        """Whether a unit can take a place in a task of a (plain) class at a site."""
        fits = self.type_of[unit] in self.of_class[cls]
        return fits and (self.preferred is None or unit in self.preferred[site])

    def free(self, area: Area, cls: int, site: int) -> int:
        """Free units that could take a place in a task of a (plain) class at a site."""
        if self.preferred is not None:
            return sum(self.takes(cls, site, unit) for unit in area.units)
        return sum(area.free[type_] for type_ in self.of_class[cls])


class Replay:
    """The dispatcher's picture, rebuilt from the records alone."""

    def __init__(self, day: Day) -> None:
        scenario, tape = day.scenario, day.tape.incidents
        self.day, self.needs = day, Needs(day)
        self.unit_area = day.unit_area.tolist()
        self.mobile = scenario.units.mobile.tolist()
        self.task_area = day.site_area[tape.site].tolist()
        self.cls, self.site, self.id = tape.cls.tolist(), tape.site.tolist(), tape.id.tolist()
        self.priority = tape.priority.tolist() if scenario.room.triage else [3] * len(tape)
        self.areas = [Area() for _ in range(scenario.dispatch_areas)]
        self.tasks: dict[int, Waiting] = {}
        self.touched: set[int] = set()
        self.changed = any(inject.effect == "reserve" for inject in day.tape.injects)
        self.orders = len(day.tape.injects) + len(day.records("decision"))
        self.follow(scenario.dispatch)
        self.diverted: set[int] = set()
        self.exempt: set[int] = set()

    def follow(self, rules: DispatchSettings) -> None:
        """Rooms work by these rules from now on."""
        self.rules, reserve = rules, rules.reserve
        self.by_number = not self.changed and (rules.reserve_as == "number" or not any(reserve))
        self.all_free = rules.taskable == "while_returning"
        self.fair = self.orders == 0 and self.by_number and all(a <= b for a, b in pairwise(reserve))

    def run(self) -> None:
        """Go through the records, and look at every area that changed at the end of each instant."""
        day = self.day
        kinds = np.isin(day.kind, list(_STEPS))
        record = np.flatnonzero(kinds & ((day.unit >= 0) | (day.task >= 0)))
        columns = (day.time, day.kind, day.task, day.unit, day.value)
        now, later = -np.inf, day.scenario.later
        for time, kind, task, unit, value in zip(*(c[record].tolist() for c in columns), strict=True):
            if time != now:
                self.look(now)
                if now < later.at <= time:
                    self.follow(later.dispatch)
                now = time
            _STEPS[kind](self, time, task, unit, value)
        self.look(now)

    # --- what each record does ----------------------------------------------------------------------------------------

    def free_unit(self, time: float, task: int, unit: int, value: float) -> None:
        """A unit comes free."""
        if not self.mobile[unit]:
            return
        area = self.areas[self.unit_area[unit]]
        if unit not in area.units:
            area.units.add(unit)
            area.free[self.needs.type_of[unit]] += 1
        self.touched.add(self.unit_area[unit])

    def cleared(self, time: float, task: int, unit: int, value: float) -> None:
        """A unit is free at the scene, if units can be sent from there."""
        if self.all_free:
            self.free_unit(time, task, unit, value)

    def lose_unit(self, time: float, task: int, unit: int, value: float) -> None:
        """A unit is no longer free."""
        area = self.areas[self.unit_area[unit]]
        if unit in area.units:
            area.units.remove(unit)
            area.free[self.needs.type_of[unit]] -= 1

    def ready(self, time: float, task: int, unit: int, value: float) -> None:
        """A task asks for its units."""
        waiting = Waiting((self.priority[task], time, self.id[task], task), self.needs.slots[self.cls[task]])
        self.tasks[task] = waiting
        self._enqueue(waiting)

    def raised(self, time: float, task: int, unit: int, value: float) -> None:
        """A task becomes more urgent."""
        waiting = self.tasks.get(task)
        if waiting is not None:
            queued = self._dequeue(waiting)
            waiting.key = (int(value), *waiting.key[1:])
            if queued:
                self._enqueue(waiting)

    def climbed(self, time: float, task: int, unit: int, value: float) -> None:
        """A step of the ladder: the reserve is let go for this task, or it asks for no more units."""
        waiting = self.tasks.get(task)
        if value == LADDER.index("reserve"):
            self.exempt.add(task)
        elif value == LADDER.index("fewer units") and waiting is not None:
            self._dequeue(waiting)
            waiting.missing = 0

    def ended(self, time: float, task: int, unit: int, value: float) -> None:
        """A task asks for no more units."""
        waiting = self.tasks.pop(task, None)
        if waiting is not None:
            self._dequeue(waiting)

    def sent(self, time: float, task: int, unit: int, value: float) -> None:
        """A unit is sent: is that fair, and does it keep the reserve?"""
        waiting = self.tasks[task]
        if self.unit_area[unit] == self.task_area[task] and unit not in self.diverted and task not in self.exempt:
            self._check_fair(time, task, unit, waiting)
        self.diverted.discard(unit)
        self.lose_unit(time, task, unit, value)
        self._dequeue(waiting)
        waiting.missing -= 1
        if waiting.missing > 0:
            self._enqueue(waiting)

    def came_back(self, time: float, task: int, unit: int, value: float) -> None:
        """A unit under way is taken off its task, which waits again."""
        waiting = self.tasks[task]
        self._dequeue(waiting)
        waiting.missing += 1
        self._enqueue(waiting)
        self.diverted.add(unit)
        self.free_unit(time, task, unit, value)

    # --- the queue ----------------------------------------------------------------------------------------------------

    def _need(self, task: int) -> tuple[int, int, int]:
        return self.cls[task], self.tasks[task].key[0], self.site[task] if self.needs.preferred is not None else -1

    def _enqueue(self, waiting: Waiting) -> None:
        task = waiting.key[3]
        if waiting.missing <= 0:
            return
        area = self.areas[self.task_area[task]]
        insort(area.queue, waiting.key)
        area.needs[self._need(task)] += 1
        area.packages += not self.needs.plain[self.cls[task]]
        self.touched.add(self.task_area[task])

    def _dequeue(self, waiting: Waiting) -> bool:
        task = waiting.key[3]
        area = self.areas[self.task_area[task]]
        place = bisect_left(area.queue, waiting.key)
        if place == len(area.queue) or area.queue[place] != waiting.key:
            return False
        del area.queue[place]
        need = (self.cls[task], waiting.key[0], self.site[task] if self.needs.preferred is not None else -1)
        area.needs[need] -= 1
        if not area.needs[need]:
            del area.needs[need]
        area.packages -= not self.needs.plain[self.cls[task]]
        return True

    # --- the checks ---------------------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """I4, for every area that changed at this instant."""
        for index in self.touched:
            area = self.areas[index]
            if area.queue and area.units and self.by_number:
                self._check_waiting(now, index, area)
        self.touched.clear()
        self.diverted.clear()
        self.exempt.clear()

    def _check_waiting(self, now: float, index: int, area: Area) -> None:
        needs = list(area.needs)
        if area.packages or self.rules.blocking:
            task = area.queue[0][3]
            needs = [self._need(task)] if self.needs.plain[self.cls[task]] else []
        for cls, priority, site in needs:
            free = self.needs.free(area, cls, site)
            assert free <= self.rules.reserve[priority - 1], (
                f"I4: at {now:.3f} s a task of class '{self.day.scenario.classes[cls].name}' and priority {priority} "
                f"waits in dispatch area {index} while {free} units that can take it are free"
            )

    def _check_fair(self, time: float, task: int, unit: int, waiting: Waiting) -> None:
        area = self.areas[self.task_area[task]]
        if self.all_free and self.by_number and self.needs.plain[self.cls[task]]:
            free, reserve = (
                self.needs.free(area, self.cls[task], self.site[task]),
                self.rules.reserve[waiting.key[0] - 1],
            )
            assert free > reserve or not self.fair, (
                f"I10: at {time:.3f} s task {self.id[task]} gets a unit although only {free} are free "
                f"(reserve {reserve})"
            )
        if not self.fair or area.packages or self.rules.blocking:
            return
        for key in area.queue[: bisect_left(area.queue, waiting.key)]:
            other = key[3]
            assert not self.needs.takes(self.cls[other], self.site[other], unit), (
                f"I6: at {time:.3f} s unit {self.day.scenario.units.id[unit]} is sent to task {self.id[task]} "
                f"although task {self.id[other]}, more urgent or older, waits for such a unit"
            )


_STEPS = {
    _ON: Replay.free_unit,
    _AT_BASE: Replay.free_unit,
    _CLEARED: Replay.cleared,
    _DIVERTED: Replay.came_back,
    _OFF: Replay.lose_unit,
    _SENT: Replay.sent,
    _READY: Replay.ready,
    _RAISED: Replay.raised,
    _CLOSED: Replay.ended,
    _LAPSED: Replay.ended,
    _HANDLED: Replay.ended,
    _STEP: Replay.climbed,
}


def check_queue(day: Day) -> None:
    """Assert I4, I6 and I10 on a day. Raises ``AssertionError`` with the moment, the task and the unit."""
    Replay(day).run()
