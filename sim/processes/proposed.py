"""What the tape proposes as tasks: in order of time, by part of the world, made a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise, repeat
from typing import Any

import numpy as np

from sim.demand.classes import Slot
from sim.demand.tape import THINNINGS
from sim.policies.presence import plan_presences
from sim.processes.actors import MARKS, Task
from sim.processes.brought import Columns, hold_back
from sim.processes.callers import ASTRAY, odd_marks, report_factors
from sim.processes.meet import ask_about_tasks
from sim.processes.world import World

BLOCK = 64
"""Incidents of the tape that are turned into tasks at a time: few, so that they are still in the cache when they occur."""


def tasks_of_tape(world: World, numbers: dict[Slot, int]) -> list[tuple[int, Iterator[Task]]]:
    """The tape's incidents as tasks, in order: streams for each part of the world, with one of its dispatch areas (-1: told on
    the common clock, since the call reaches a room of another part, or since there is one part only).

    Scene times and noise are widened to the longest package. Without triage every task has priority 3.
    """
    incidents, scenario = world.tape.incidents, world.scenario
    sites = scenario.territory.sites
    width = max((len(cls.slots) for cls in scenario.classes), default=1)
    area = scenario.dispatch_area(sites.area, sites.force)[incidents.site]
    report_time = incidents.report_time * report_factors(scenario, incidents)
    made = {
        "area": area,
        "slots": incidents.cls,
        "open_slots": incidents.cls,
        "report_time": report_time,
        "odd": odd_marks(scenario, incidents, np.array(world.room_across)),
        "priority": incidents.priority if scenario.room.triage else np.full_like(incidents.priority, 3),
        "fabric": sites.fabric[incidents.site],
        "patience_at": incidents.at + report_time + incidents.patience,
        "scene_time": _widen(incidents.scene_time, width),
        "noise": _widen(incidents.noise, width),
    }
    time_presences(world, made)
    columns = {mark: made[mark] if mark in made else getattr(incidents, mark) for mark in MARKS}
    slots = [tuple(numbers[slot] for slot in cls.slots) for cls in scenario.classes]
    places = [tuple(enumerate(package)) for package in slots]
    objects = {"cls": scenario.classes, "area": world.areas, "slots": slots, "open_slots": places}
    make = partial(_tasks, objects=objects, legs=world.tape.legs.by_task())
    told_in = _told_in(world, columns)
    waits = (incidents.thinning & THINNINGS["inject"]) > 0
    if waits.any():
        planned = {inject.id: inject.at for inject in world.tape.injects}
        world.held = hold_back(_some(columns, waits), told_in[waits], incidents.parent[waits], make, planned)
        columns, told_in = _some(columns, ~waits), told_in[~waits]
    if world.clock.parts:
        ask_about_tasks(world, columns)
    for_nobody = np.array([not package for package in slots], dtype=np.bool_)[columns["slots"]]
    return [(area, make(own)) for area, own in _streams(columns, told_in, for_nobody)]


def _streams(columns: Columns, told_in: np.ndarray, for_nobody: np.ndarray) -> Iterator[tuple[int, Columns]]:
    """Incidents that are told in the same part, in order; calls that need nobody by themselves, since most of their marks are the
    same for all."""
    key = 2 * told_in + for_nobody
    order = np.argsort(key, kind="stable")
    columns = _some(columns, order)
    keys, first = np.unique(key[order], return_index=True)
    for number, (begin, end) in zip(keys.tolist(), pairwise((*first.tolist(), len(order))), strict=True):
        yield number // 2, {mark: column[begin:end] for mark, column in columns.items()}


def _told_in(world: World, columns: Columns) -> np.ndarray:
    """The first dispatch area of the part of the world that tells each incident, (incidents,); -1: the common clock."""
    if not world.clock.parts:
        return np.full(len(columns["at"]), -1)
    size = world.scenario.dispatch_areas // world.clock.parts
    first, part = np.array(world.room_across)[columns["site"]] // size, columns["area"] // size
    return np.where((columns["odd"] == ASTRAY) & (first != part), -1, part * size)


def _some(columns: Columns, rows: np.ndarray) -> Columns:
    return {mark: column[rows] for mark, column in columns.items()}


def _tasks(
    columns: Columns, objects: Mapping[str, Sequence[Any]], legs: Mapping[int, tuple[tuple[int, float], ...]]
) -> Iterator[Task]:
    """Tasks from columns, a block of rows at a time; ``objects`` are what the codes of some columns stand for."""
    fixed = {mark: column[0].tolist() for mark, column in columns.items() if _is_constant(column)}
    count = len(columns["at"])
    planned = bool(legs) or any(cls.fixed_end for cls in objects["cls"])
    for begin in range(0, count, BLOCK):
        marks: list[Iterable[Any]] = []
        for mark, column in columns.items():
            values = repeat(fixed[mark], min(BLOCK, count - begin)) if mark in fixed else column[begin : begin + BLOCK].tolist()
            marks.append(map(objects[mark].__getitem__, values) if mark in objects else values)
        tasks = map(Task, zip(*marks))
        yield from tasks if not planned else (_as_planned(task, legs) for task in tasks)


def _as_planned(task: Task, legs: Mapping[int, tuple[tuple[int, float], ...]]) -> Task:
    task.legs = legs.get(task.id, ())
    task.ends_at = task.at + task.scene_time[0] if task.cls.fixed_end else None
    return task


def _is_constant(column: np.ndarray) -> bool:
    """Whether all rows are the same, as where a hand-written tape leaves a mark out (all NaN is the same too)."""
    if not len(column) or (column.ndim == 1 and column[0] != column[-1] and column[0] == column[0]):
        return False
    return bool(((column == column[0]) | ((column != column) & (column[0] != column[0]))).all())


def time_presences(world: World, made: dict[str, np.ndarray]) -> None:
    """Give the presences at places of warnings the hours that the plan wants; they lapse if nobody is sent until the end."""
    warnings, incidents = world.tape.warnings, world.tape.incidents
    if not len(warnings):
        return
    plan = plan_presences(warnings, world.scenario.warnings)
    order = np.argsort(incidents.id)
    rows = order[np.searchsorted(incidents.id, warnings.presence, sorter=order).clip(0, len(order) - 1)]
    known = incidents.id[rows] == warnings.presence
    rows, begin, until = rows[known], plan.begin[known], plan.until[known]
    for mark in ("report_time", "patience_at", "scene_time"):
        made[mark] = made[mark].copy()
    made["report_time"][rows] = np.maximum(begin - incidents.at[rows], 0.0)
    made["patience_at"][rows] = until
    made["scene_time"][rows] = (until - begin)[:, None]


def _widen(columns: np.ndarray, width: int) -> np.ndarray:
    """Repeat the last column until there are ``width`` of them."""
    missing = width - columns.shape[1]
    return np.pad(columns, ((0, 0), (0, missing)), mode="edge") if missing > 0 else columns


