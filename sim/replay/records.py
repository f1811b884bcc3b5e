"""Records as a page tells them: those of units, then those of tasks alone, then those of neither, each with its cause."""

from __future__ import annotations

import numpy as np

from sim.measures.day import Ints
from sim.replay.packing import Packer
from sim.replay.view import TICK, View
from sim.trace import CODE

COUNTS = (
    "handled", "escalated", "lapsed", "scene_held", "package_complete", "relieved", "on_duty", "phase_started", "arrived",
    "closed", "entered", "action_blocked", "ladder_step", "granted", "held", "alert_changed", "rally_started", "rally_ended",
    "venue_cleared", "doors_opened", "reported", "operators_changed", "checkpoint_opened", "checkpoint_closed",
    "rumour_corrected", "decision", "effect_ended",
)  # fmt: skip
"""Kinds whose value is a number of things or a code."""
TIMES = (
    "processed", "dispatched", "handed_over", "leg_reached", "handed_to_force", "redialled", "entry_requested", "call_abandoned",
    "escalated_to_main", "reinforcement_sent",
)  # fmt: skip
"""Kinds whose value is a number of seconds; of kinds that are in neither list the page has no value."""
ALONE = (
    "phase_started", "alert_changed", "doors_opened", "rally_started", "rally_ended", "venue_cleared", "hall_swept",
    "hall_unswept", "rumour_started", "rumour_corrected", "checkpoint_opened", "checkpoint_closed", "vehicle_held", "decision",
    "operators_changed", "reinforcement_sent", "reinforcement_refused", "voting_extended", "extension_requested",
    "extension_refused", "post_position",
)  # fmt: skip
"""Records of no task and no unit that the page tells."""
MOVES = ("dispatched", "diverted", "returning", "conveying", "leg_started", "loop_started", "on_duty", "off_duty")
"""Kinds that begin a movement of their unit (``sim.replay.tracks``); what they say of a drive stands with the movement."""
ENDS = ("arrived", "leg_reached", "handed_over")
"""Kinds that tell the end of a drive."""
NONE, BEFORE, TASK_BEFORE, ELSEWHERE = range(4)
"""Where the cause of a record stands: nowhere, just before it in its own list, at the task's record before it, or as said."""


def pack(view: View, packer: Packer) -> Ints:
    """Pack all records of what is shown, in the order of three lists: by unit, by task, of neither. Returns those by unit."""
    day = view.day
    unit, task = (place[known] if len(place) > 1 else np.full(len(day.kind), -1) for place, known in _known(view))
    alone = np.isin(day.kind, [CODE[name] for name in ALONE]) & (unit < 0) & (task < 0)
    alone &= np.asarray(day.columns["task"]).astype(np.int64) < 0
    area = _areas(view)
    alone &= (area < 0) | np.append(view.shown, False)[area]
    lists = [np.flatnonzero(unit >= 0), np.flatnonzero((unit < 0) & (task >= 0)), np.flatnonzero(alone)]
    lists[0] = lists[0][np.argsort(unit[lists[0]], kind="stable")]
    lists[1] = lists[1][np.argsort(task[lists[1]], kind="stable")]
    rows = np.concatenate(lists)
    packer.column("record.lists", [len(part) for part in lists])
    packer.column("record.time", view.ticks(day.time[rows]), delta=True)
    packer.column("record.kind", day.kind[rows])
    packer.column("record.unit", unit[lists[0]], delta=True)
    of = task[np.concatenate(lists[:2])]
    packer.column("record.about", of >= 0)
    packer.column("record.task", _filled(of), delta=True)
    packer.column("record.area", area[lists[2]])
    packer.column("record.value", _values(view, rows))
    _causes(view, packer, rows, task)
    return lists[0]


def _filled(task: Ints) -> Ints:
    """Tasks, with that of the record before where there is none: units go home and are sent again, and differences stay small."""
    known = np.maximum.accumulate(np.where(task >= 0, np.arange(len(task)), 0))
    return task[known] if len(task) else task


def _known(view: View) -> list[tuple[Ints, Ints]]:
    """For units and tasks: the place of each among the shown ones, and whom each record is about (-1: nobody, at place -1)."""
    day = view.day
    out = []
    for shown, size, known in ((view.units, len(day.scenario.units), day.unit), (view.tasks, len(day.tape.incidents), day.task)):
        place = np.full(size + 1, -1, dtype=np.int64)
        place[shown] = np.arange(len(shown))
        out.append((place, known))
    return out


def _areas(view: View) -> Ints:
    """Area of each record (-1: none): its own, or that of its site."""
    day, sites = view.day, view.run.scenario.territory.sites
    area, site = (np.asarray(day.columns[name]).astype(np.int64) for name in ("area", "site"))
    own = np.where(area >= 0, area // view.run.scenario.chains, -1)
    return np.where((own < 0) & (site >= 0), sites.area[site], own)


def _values(view: View, rows: Ints) -> Ints:
    """Value of each record as a whole number: counts and codes as they are, times in ticks, a loop's start after its record."""
    day = view.day
    value, kind = day.value[rows], day.kind[rows]
    out = np.zeros(len(rows))
    counted, timed = (np.isin(kind, [CODE[name] for name in names]) for names in (COUNTS, TIMES))
    out[counted], out[timed] = value[counted], value[timed] / TICK
    return np.rint(np.nan_to_num(out)).clip(-(2**30), 2**30).astype(np.int64)


def _causes(view: View, packer: Packer, rows: Ints, task: Ints) -> None:
    """How to find each record's cause, and the places of those that cannot be found by rule."""
    day = view.day
    place = np.full(len(day.kind) + 1, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    cause = place[np.asarray(day.columns["cause"]).astype(np.int64)[rows]]
    latest = place[_latest_of_task(task)[rows]]
    rule = np.full(len(rows), ELSEWHERE)
    rule[cause == latest] = TASK_BEFORE
    rule[cause == np.arange(len(rows)) - 1] = BEFORE
    rule[cause < 0] = NONE
    packer.column("record.rule", rule)
    packer.column("record.cause", cause[rule == ELSEWHERE], delta=True)


def _latest_of_task(task: Ints) -> Ints:
    """For each record, the one before it about the same task (-1: none)."""
    order = np.argsort(task, kind="stable")
    before = np.full(len(task), -1, dtype=np.int64)
    same = (task[order][1:] == task[order][:-1]) & (task[order][1:] >= 0)
    before[order[1:][same]] = order[:-1][same]
    return before
