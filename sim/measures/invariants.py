"""What must hold on every trace, whatever the scenario: checked by the tests on every trace they make.

Each check raises ``AssertionError`` with the first offending unit, task or moment. Numbers I1 … I12 are those of the
project's validation plan; I9, custody of ballot boxes, is checked with its measures, and I3 and I5 by the exactness
tests.
"""

from __future__ import annotations

import numpy as np

from sim.demand.tape import THINNINGS, Tape
from sim.measures.activity import status_times
from sim.measures.alert import level_steps
from sim.measures.ballots import check_custody
from sim.measures.checks import check_coverage, check_heads, check_rules
from sim.measures.command import without_asking
from sim.measures.day import IS_BUSY, TASK_STATUS, UNIT_STATUS, Bools, Day, Ints, Recorded
from sim.measures.injects import told_later
from sim.measures.moves import check_legs
from sim.measures.phases import check_phases
from sim.measures.prevented import chances
from sim.measures.replay_legs import check_planned
from sim.measures.replay_queue import check_queue
from sim.measures.response import PARTS, STATUSES, after_hours, incident_table
from sim.scenario import Scenario
from sim.trace import CODE, KINDS

CLOSE = 1e-9
COARSE = 7200.0
"""Seconds between the moments at which coverage is checked."""
_REST = ("on_duty", "at_base", "returning", "loop_started", "loop_suspended", "cleared", "diverted")
UNIT_STEPS: dict[str, tuple[str, ...]] = {
    "on_duty": ("none", "off_duty"),
    "off_duty": _REST,
    "dispatched": _REST,
    "diverted": ("dispatched",),
    "arrived": ("dispatched",),
    "conveying": ("arrived",),
    "handed_over": ("conveying",),
    "leg_started": ("arrived", "leg_reached"),
    "leg_reached": ("leg_started",),
    "cleared": ("arrived", "handed_over", "leg_reached"),
    "returning": ("on_duty", "at_base", "loop_suspended", "cleared", "diverted"),
    "at_base": ("returning", "loop_started"),
    "loop_started": ("on_duty", "at_base", "returning", "cleared", "diverted"),
    "loop_suspended": ("loop_started", "at_base"),
}
"""For each record that changes a unit's status, the records that may come before it."""
_OPEN = ("reported", "processed", "dispatched", "diverted", "arrived")
TASK_STEPS: dict[str, tuple[str, ...]] = {
    "occurred": ("none",),
    "prevented": ("none", "occurred"),
    "reported": ("occurred",),
    "call_refused": ("reported",),
    "call_abandoned": ("reported",),
    "processed": ("reported",),
    "handled": ("reported", "processed", "diverted"),
    "dispatched": ("processed", "dispatched", "diverted", "arrived"),
    "diverted": ("dispatched", "diverted", "arrived"),
    "arrived": ("dispatched", "diverted", "arrived"),
    "closed": ("handled", "arrived", "processed"),
    "lapsed": ("occurred", *_OPEN),
}
"""For each record that changes a task's status, the records that may come before it."""


def check_invariants(scenario: Scenario, tape: Tape, trace: Recorded, until: float | None = None) -> None:
    """Assert every identity that must hold on a trace. ``until``: where the run was stopped, if before its end.

    Raises ``AssertionError`` naming the invariant and the first record, unit or task that breaks it.
    """
    day = Day.of(scenario, tape, trace, until, COARSE)
    check_clock(day)
    check_phases(day)
    check_custody(day)
    check_unit_steps(day)
    check_task_steps(day)
    check_accounting(day)
    check_candidates(day)
    check_parts(day)
    check_status_times(day)
    check_legs(day)
    check_queue(day)
    check_planned(day)
    check_alert(day)
    check_coverage(day)
    check_rules(day)
    check_heads(day)


def check_clock(day: Day) -> None:
    """I8: the clock never goes back, nothing happens after the end, causes come before their effects."""
    late = np.flatnonzero(np.diff(day.time) < 0)
    assert len(late) == 0, (
        f"I8: the clock goes back at record {late[0] + 1}: {day.time[late[:1]]} -> {day.time[late[:1] + 1]}"
    )
    if len(day.time):
        assert day.time[-1] <= day.end, f"I8: a record at {day.time[-1]} s comes after the end, {day.end} s"
    early = np.flatnonzero(day.columns["cause"].astype(np.int64) >= np.arange(len(day.time)))
    assert len(early) == 0, f"I8: record {early[:1]} names a cause that comes later"


def _steps(kind: Ints, owner: Ints, table: dict[str, tuple[str, ...]], mine: Bools) -> tuple[Ints, Ints]:
    """Records of each owner in order, and those among them that may not follow the one before."""
    allowed = np.zeros((len(KINDS), len(KINDS) + 1), dtype=bool)
    for name, earlier in table.items():
        allowed[CODE[name], [CODE[b] if b != "none" else len(KINDS) for b in earlier]] = True
    record = np.flatnonzero(mine)
    record = record[np.argsort(owner[record], kind="stable")]
    before = np.full(len(record), len(KINDS))
    same = owner[record[1:]] == owner[record[:-1]]
    before[1:][same] = kind[record[:-1]][same]
    return record, np.flatnonzero(~allowed[kind[record], before])


def check_unit_steps(day: Day) -> None:
    """I2: legal changes only; a unit that is busy, off duty or a post is never sent, and a post never leaves its place."""
    mobile = day.scenario.units.mobile
    is_mobile = np.zeros(len(day.unit), dtype=bool)
    is_mobile[day.unit >= 0] = mobile[day.unit[day.unit >= 0]]
    record, wrong = _steps(day.kind, day.unit, UNIT_STEPS, (UNIT_STATUS[day.kind] >= 0) & is_mobile)
    assert len(wrong) == 0, f"I2: {_pair(day, record, wrong, 'unit')}"
    sent = day.records("dispatched")
    fixed = sent[~is_mobile[sent]]
    assert len(fixed) == 0, (
        f"I2: unit {day.columns['unit'][fixed[0]]} may not be dispatched, but was (record {fixed[0]})"
    )
    driven = np.flatnonzero((day.leg_unit >= 0) & ~mobile[day.leg_unit])
    assert len(driven) == 0, f"I2: unit {day.leg_columns['unit'][driven[0]]} is a post, but drives (leg {driven[0]})"


def check_task_steps(day: Day) -> None:
    """I2: a task changes its status only as the story of an incident allows, and never after its end."""
    record, wrong = _steps(day.kind, day.task, TASK_STEPS, (TASK_STATUS[day.kind] >= 0) & (day.task >= 0))
    assert len(wrong) == 0, f"I2: {_pair(day, record, wrong, 'task')}"


def _pair(day: Day, record: Ints, wrong: Ints, who: str) -> str:
    now = int(record[wrong[0]])
    owner = day.columns[who][now]
    first = wrong[0] == 0 or day.columns[who][record[wrong[0] - 1]] != owner
    before = "nothing" if first else f"'{KINDS[day.kind[record[wrong[0] - 1]]].name}'"
    return f"{who} {owner}: '{KINDS[day.kind[now]].name}' after {before} at {day.time[now]:.3f} s (record {now})"


def check_accounting(day: Day) -> None:
    """I1: incidents in = closed + handled + open + lapsed + prevented, and everything due by the end has come."""
    table = incident_table(day)
    counts = np.bincount(table.status, minlength=len(STATUSES))
    assert counts.sum() == len(table), f"I1: {len(table)} incidents came but {counts.sum()} are accounted for"
    unknown = np.flatnonzero((TASK_STATUS[day.kind] >= 0) & (day.task < 0))
    assert len(unknown) == 0, f"I1: record {unknown[:1]} is about a task that is not on the tape"
    if len(day.tape.vehicles.id) == 0:
        tape, calendar = day.tape.incidents, day.scenario.calendar
        latest = tape.at + np.where(tape.thinning & THINNINGS["count"], calendar.latest_extension, 0.0)
        waits = (tape.thinning & THINNINGS["inject"]) > 0
        due = np.flatnonzero((latest < day.end) & (tape.at >= calendar.begin) & ~waits)
        missing = np.setdiff1d(due[~after_hours(day)[due]], table.row)
        assert len(missing) == 0, f"I1: incident {day.tape.incidents.id[missing[:1]]} never occurred"
    closed = table.take(table.status == STATUSES.index("closed"))
    with_slots = np.array([len(c.slots) > 0 for c in day.scenario.classes])[closed.cls]
    absent = np.flatnonzero(np.isnan(closed.first_arrival_at) & with_slots)
    assert len(absent) == 0, f"I1: incident {closed.id[absent[:1]]} was closed but nobody arrived"


def check_candidates(day: Day) -> None:
    """I13: a candidate happens exactly where its u is at most the chance that its records tell, which is none above 1."""
    chance, tape = chances(day), day.tape.incidents
    high = np.flatnonzero(chance > 1.0)
    assert len(high) == 0, f"I13: the chance of candidate {tape.id[high[:1]]} is above 1"
    prevented = np.zeros(len(tape), dtype=np.bool_)
    prevented[day.task[day.records("prevented")]] = True
    wrong = np.flatnonzero(np.isfinite(chance) & (prevented == (tape.candidate <= chance)))
    assert len(wrong) == 0, f"I13: candidate {tape.id[wrong[:1]]} has u {tape.candidate[wrong[:1]]}, chance {chance[wrong[:1]]}"


def check_parts(day: Day) -> None:
    """I7: the parts of every response are there, none is negative, and they add up to it."""
    table = incident_table(day)
    answered = table.take(np.isfinite(table.response_time))
    parts = np.stack([getattr(answered, part) for part in PARTS])
    lost = np.flatnonzero(~np.isfinite(parts).all(axis=0))
    assert len(lost) == 0, f"I7: incident {answered.id[lost[:1]]} has an arrival without a dispatch"
    negative = np.flatnonzero((parts < -CLOSE).any(axis=0))
    assert len(negative) == 0, f"I7: a part of the response of incident {answered.id[negative[:1]]} is negative"
    off = np.flatnonzero(np.abs(parts.sum(axis=0) - answered.response_time) > CLOSE)
    assert len(off) == 0, f"I7: the parts of the response of incident {answered.id[off[:1]]} do not add up"


def check_status_times(day: Day) -> None:
    """I2: times in states add up to the time since each unit's first record, and busy time to that on tasks."""
    intervals, times = day.intervals, status_times(day)
    first = np.full(len(times), day.end)
    np.minimum.at(first, intervals.unit, intervals.begin)
    off = np.flatnonzero(np.abs(times.sum(axis=1) - (day.end - first)) > 1e-6)
    assert len(off) == 0, f"I2: status times of unit {day.scenario.units.id[off[:1]]} do not add up"
    cleared = day.records("cleared")
    busy = np.bincount(intervals.unit, (intervals.end - intervals.begin) * IS_BUSY[intervals.status], len(times))
    on_tasks = np.bincount(day.unit[cleared], day.value[cleared], len(times))
    short = np.flatnonzero(busy < on_tasks - 1e-6)
    assert len(short) == 0, f"I2: unit {day.scenario.units.id[short[:1]]} was busy for less time than its tasks took"


def check_alert(day: Day) -> None:
    """I13: a level only changes to another one, and units mobilise in their own times at the level that rules."""
    steps, units = level_steps(day), day.scenario.units
    for area, mine in enumerate(steps):
        same = np.flatnonzero(np.diff(mine.level) == 0)
        assert len(same) == 0, f"I13: area {area} changes to the level it has (record {mine.record[same[:1] + 1]})"
    sent = day.records("dispatched")
    unit, factor = day.unit[sent], np.ones(len(sent))
    for area in np.unique(units.area[unit]).tolist():
        here = units.area[unit] == area
        factor[here] = np.array(day.scenario.alert.rules.turnout_factors)[steps[area].level_before(sent[here])]
    later = day.scenario.later
    aid = np.where(day.time[sent] < later.at, day.scenario.dispatch.aid_time, later.dispatch.aid_time)
    own = np.stack([getattr(units, name)[unit] * factor for name in ("moving_time", "parked_time", "base_time")])
    told = day.value[sent] - told_later(day, sent)
    spare = without_asking(day.scenario, np.stack([told - own, told - own - aid]))
    off = np.abs(spare).min(axis=(0, 1), initial=np.inf)
    late = np.flatnonzero(off > 1e-6)
    assert len(late) == 0, f"I13: unit {units.id[unit[late[:1]]]} does not mobilise as the level of its area says"
