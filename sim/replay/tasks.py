"""Incidents and planned tasks at any moment: how far each is, how urgent, and where convoys are on their legs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.day import TASK_STATUS, TASK_STATUSES, Bools, Day, Floats, Ints, first_of
from sim.movement import along
from sim.replay.latest import Latest

NONE = TASK_STATUSES.index("none")
ATTENDED = TASK_STATUSES.index("attended")
OPEN = np.isin(TASK_STATUSES, ("occurred", "reported", "waiting", "assigned", "attended", "handled"))
"""Statuses of a task that is not over; ``handled``: the fixed team is settling it, or escorts its boxes."""
NOBODY_YET = np.isin(TASK_STATUSES, ("waiting", "assigned"))


@dataclass(frozen=True, eq=False)
class Tasks:
    """Statuses of all tasks of a tape over the day: which of them a record brings, and the last one up to any moment."""

    status: Ints
    latest: Latest
    priority: Ints
    raised: Ints
    raised_at: Floats
    raised_to: Ints

    @classmethod
    def of(cls, day: Day) -> Tasks:
        """Read them from the records. A task stays attended once a unit has come, also while it wants more units."""
        record = np.flatnonzero((TASK_STATUS[day.kind] >= 0) & (day.task >= 0))
        task, status = day.task[record], TASK_STATUS[day.kind[record]]
        arrived = day.records("arrived")
        first = first_of(day.task[arrived], arrived.astype(np.float64), len(day.tape.incidents))[task]
        status = np.where(NOBODY_YET[status] & (first < record), ATTENDED, status)
        raised = day.records("escalated")
        raised = raised[day.task[raised] >= 0]
        return cls(
            status=status,
            latest=Latest(len(day.tape.incidents), task, day.time[record]),
            priority=day.tape.incidents.priority,
            raised=day.task[raised],
            raised_at=day.time[raised],
            raised_to=day.value[raised].astype(np.int64),
        )

    def status_at(self, t: float) -> Ints:
        """Status of each task at ``t``, (incidents,), codes into ``TASK_STATUSES`` (0: it has not come)."""
        entry = self.latest.at(t)
        if not len(self.status):
            return np.full(len(entry), NONE, dtype=np.int64)
        return np.where(entry >= 0, self.status[entry], NONE)

    def priority_at(self, t: float) -> Ints:
        """Priority of each task at ``t``, (incidents,)."""
        priority = self.priority.copy()
        upto = int(np.searchsorted(self.raised_at, t, side="right"))
        priority[self.raised[:upto]] = self.raised_to[:upto]
        return priority


@dataclass(frozen=True, eq=False)
class Convoys:
    """Packages on the legs of planned tasks at one moment; arrays (convoys,).

    ``task``: row of the tape; ``x``, ``y``; ``to``: the site to which it drives or at which it stays; ``moving``; ``by_post``:
    whether the fixed team of a centre escorts it, which is no unit of the map.
    """

    task: Ints
    x: Floats
    y: Floats
    to: Ints
    moving: Bools
    by_post: Bools


@dataclass(frozen=True, eq=False)
class ConvoyLegs:
    """Every leg that packages drove, in order of task and time; arrays (legs,), tasks as rows of the tape.

    ``over_at``: when the task ended, or the day.
    """

    task: Ints
    to: Ints
    by_post: Bools
    depart_at: Floats
    arrive_at: Floats
    over_at: Floats
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    latest: Latest

    @classmethod
    def of(cls, day: Day) -> ConvoyLegs:
        """Read them from the records: a package keeps together, so that the legs of one unit tell those of all."""
        record = day.records("leg_started")
        record = record[day.task[record] >= 0]
        record = record[np.argsort(day.task[record], kind="stable")]
        task, unit = day.task[record], day.columns["unit"][record].astype(np.int64)
        head = np.flatnonzero(np.diff(task, prepend=-1))
        leader = np.repeat(unit[head], np.diff(np.append(head, len(task))))
        record, task, unit = (column[unit == leader] for column in (record, task, unit))
        to = day.columns["site"][record].astype(np.int64)
        (x0, x1), (y0, y1) = _ways(day, task, to)
        over = _ends(day)[task]
        tasks, among = np.unique(task, return_inverse=True)
        depart = day.time[record]
        latest = Latest(len(tasks), among, depart)
        return cls(task, to, unit < 0, depart, depart + day.value[record], over, x0, y0, x1, y1, latest)

    def at(self, t: float) -> Convoys:
        """Packages that have set out on their legs by ``t`` and whose task is not over."""
        row = self.latest.at(t)
        row = row[row >= 0]
        row = row[t < self.over_at[row]]
        depart, arrive = self.depart_at[row], self.arrive_at[row]
        x = along(self.x0[row], self.x1[row], depart, arrive, t)
        y = along(self.y0[row], self.y1[row], depart, arrive, t)
        return Convoys(self.task[row], x, y, self.to[row], t < arrive, self.by_post[row])


def _ways(day: Day, task: Ints, to: Ints) -> list[tuple[Floats, Floats]]:
    """Begin and end of each leg, by axis: from the task's own place, then from stop to stop."""
    sites, tape = day.scenario.territory.sites, day.tape.incidents
    wrap = day.scenario.territory.wrap or (np.inf, np.inf)
    first = np.diff(task, prepend=-1) != 0
    ways = []
    for places, own, size in ((sites.x, tape.x, wrap[0]), (sites.y, tape.y, wrap[1])):
        end = places[to]
        begin = np.where(first, own[task], np.roll(end, 1))
        turns = np.round((begin - end) / size) * size if np.isfinite(size) else 0.0
        ways.append((begin - turns, end))
    return ways


def _ends(day: Day) -> Floats:
    """When each task of the tape was over, (incidents,); the end of the day where it was not."""
    record = day.records("closed", "lapsed")
    ends = first_of(day.task[record], day.time[record], len(day.tape.incidents))
    return np.where(np.isnan(ends), day.end, ends)


def tasks_of_units(day: Day, record: Ints, busy: Bools) -> Ints:
    """Row of the tape of the task on which each unit is, by the record of its status; -1 where it is on none."""
    if not len(day.kind):
        return np.full(len(record), -1, dtype=np.int64)
    return np.where(busy, day.task[record], -1)
