"""Replay planned tasks with legs: every package goes where the tape says, in order and as one, to the last place."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from sim.measures.day import Day
from sim.measures.response import STATUSES, incident_table

CLOSE = 1e-6


def check_planned(day: Day) -> None:
    """I13: units of a package start and end each leg together, at the places and for as long as the tape says; a closed
    task has none left. Raises ``AssertionError`` with the task.
    """
    wanted = day.tape.legs.by_task()
    if not wanted:
        return
    done = _steps(day)
    table = incident_table(day)
    closed = dict(zip(table.id.tolist(), (table.status == STATUSES.index("closed")).tolist(), strict=True))
    for task, legs in wanted.items():
        units = done.get(task, {})
        own = list(units.values())
        assert all(steps == own[0] for steps in own), f"I13: the units of task {task} do not keep together"
        assert not closed.get(task) or own, f"I13: task {task} was closed without its legs"
        for steps in own[:1]:
            places = [(site, hold) for _, site, hold in steps[1::2]]
            assert places == list(legs)[: len(places)], f"I13: task {task} goes to other places than planned"
            assert not closed.get(task) or len(places) == len(legs), f"I13: task {task} was closed before its last leg"
            _check_times(task, steps)


def _steps(day: Day) -> dict[int, dict[int, list[tuple[float, int, float]]]]:
    """(time, site, value) of the starts and ends of legs, by task and unit."""
    found: dict[int, dict[int, list[tuple[float, int, float]]]] = defaultdict(lambda: defaultdict(list))
    rows = day.records("leg_started", "leg_reached")
    columns = (day.columns[name][rows].tolist() for name in ("task", "unit", "time", "site", "value"))
    for task, unit, time, site, value in zip(*columns, strict=True):
        found[task][unit].append((time, site, value))
    return found


def _check_times(task: int, steps: list[tuple[float, int, float]]) -> None:
    """A drive takes as long as its start says, and the next one starts when the stay is over."""
    for (begin, _, length), (end, _, _) in pairwise(steps):
        assert abs(end - begin - length) < CLOSE, f"I13: a leg of task {task} that begins at {begin:.3f} s is cut short"
