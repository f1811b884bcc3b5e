"""The alert: hours at each level, what they cost in officer-hours, how fast units set out, and why levels changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import HOUR
from sim.measures.day import Day, Floats, Ints, cell
from sim.measures.entry import Cell, Table, entries
from sim.settings.alert import LEVELS
from sim.trace import CODE

CAUSES = ("timetable", "incidents", "warning", "order", "stand_down")
"""Why a level changed; read from the record that caused the change."""
COLUMNS = (
    "area", "level", "level_hours", "extra_officer_hours", "called_in_hours", "dispatches", "mobilisation_at_level",
    *(f"by_{cause}" for cause in CAUSES),
)  # fmt: skip
Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Steps:
    """Levels of one area over time: ``record``, ``at`` and ``level`` (steps,) in order, the first one before the day."""

    record: Ints
    at: Floats
    level: Ints

    def level_at(self, t: Floats) -> Ints:
        """Level at each moment (from the moment of a change on)."""
        return np.asarray(self.level[np.searchsorted(self.at, t, side="right") - 1])

    def level_before(self, record: Ints) -> Ints:
        """Level that ruled when each record was written."""
        return np.asarray(self.level[np.searchsorted(self.record, record, side="right") - 1])

    def spans(self, end: float) -> list[tuple[float, float, int]]:
        """Begin, end and level of each stretch of the day."""
        edges = [*self.at.tolist(), end]
        return [(a, b, level) for a, b, level in zip(edges, edges[1:], self.level.tolist()) if b > a]


def level_steps(day: Day, areas: Ints | None = None) -> list[Steps]:
    """Levels of some areas (all areas of the territory, if not given); every area begins the day at the lowest level."""
    change = day.records("alert_changed")
    area = np.asarray(day.columns["area"])[change]
    steps = []
    for a in np.arange(len(day.scenario.territory.area_codes)) if areas is None else areas:
        mine = change[area == a]
        level = day.value[mine].astype(np.int64)
        begin = day.scenario.calendar.begin
        steps.append(Steps(np.r_[-1, mine], np.r_[begin, day.time[mine]], np.r_[0, level]))
    return steps


def turnout_factors(day: Day, rows: Ints, times: Floats) -> Floats | None:
    """What multiplies the mobilisation time of units ``rows`` at ``times``, (times, rows); None where no level ever
    changes."""
    if len(day.records("alert_changed")) == 0:
        return None
    factor = np.array(day.scenario.alert.rules.turnout_factors)
    areas, column = np.unique(day.scenario.units.area[rows], return_inverse=True)
    steps = level_steps(day, areas)
    by_area = np.stack([factor[one.level_at(times)] for one in steps], axis=1)
    return np.asarray(by_area[:, column])


def alert_table(day: Day) -> Table:
    """One row per area and level that ruled there."""
    steps = level_steps(day)
    extra, called = _extra_hours(day, steps)
    sent, mobilised = _dispatches(day, steps)
    causes = _causes(day)
    rows: list[dict[str, Cell]] = []
    for area, code in enumerate(day.scenario.territory.area_codes):
        hours = np.zeros(len(LEVELS))
        for begin, end, level in steps[area].spans(day.end):
            hours[level] += (end - begin) / HOUR
        for level in np.flatnonzero((hours > 0) | causes[area].any(axis=1)).tolist():
            count = int(sent[area, level])
            row: dict[str, Cell] = {"area": code, "level": LEVELS[level], "level_hours": float(hours[level])}
            row |= {"extra_officer_hours": float(extra[area, level]), "called_in_hours": float(called[area, level])}
            row |= {"dispatches": count, "mobilisation_at_level": cell(mobilised[area, level] / count) if count else None}
            rows.append(row | {f"by_{cause}": int(causes[area, level, i]) for i, cause in enumerate(CAUSES)})
    return {name: [row[name] for row in rows] for name in COLUMNS}


def _extra_hours(day: Day, steps: list[Steps]) -> tuple[Floats, Floats]:
    """Officer-hours (areas, levels) of reserve units in turns that the lowest level would have left at home, and those of
    them that were not planned."""
    turns, units = day.scenario.alert.turns, day.scenario.units
    extra, called = np.zeros((2, len(steps), len(LEVELS)))
    on_duty = _duty_spans(day, set(turns.unit.tolist()))
    columns = (turns.unit, turns.begin, turns.end, turns.heads)
    for unit, begin, end, heads in zip(*(column.tolist() for column in columns), strict=True):
        area = int(units.area[unit])
        planned = [(a, b) for a, b, _ in units.shifts(unit)]
        for a, b, level in steps[area].spans(day.end):
            window = (max(a, begin), min(b, end))
            cut = [(max(c, window[0]), min(d, window[1])) for c, d in on_duty[unit]]
            here = [(c, d) for c, d in cut if d > c]
            hours = heads * sum(d - c for c, d in here) / HOUR
            extra[area, level] += hours
            called[area, level] += hours - heads * sum(_overlap(span, planned) for span in here) / HOUR
    return extra, called


def _overlap(span: Span, others: list[Span]) -> float:
    return sum(max(min(span[1], b) - max(span[0], a), 0.0) for a, b in others)


def _duty_spans(day: Day, units: set[int]) -> dict[int, list[Span]]:
    """Stretches on duty of some units."""
    spans: dict[int, list[Span]] = {unit: [] for unit in units}
    since: dict[int, float] = {}
    record = day.records("on_duty", "off_duty")
    record = record[np.isin(day.unit[record], np.array(sorted(units), dtype=np.int64))]
    for unit, kind, at in zip(day.unit[record].tolist(), day.kind[record].tolist(), day.time[record].tolist(), strict=True):
        if kind == CODE["on_duty"]:
            since.setdefault(unit, at)
        elif unit in since:
            spans[unit].append((since.pop(unit), at))
    for unit, at in since.items():
        spans[unit].append((at, day.end))
    return spans


def _dispatches(day: Day, steps: list[Steps]) -> tuple[Floats, Floats]:
    """Dispatches and their mobilisation seconds by area of the unit and level, (areas, levels) each."""
    sent = day.records("dispatched")
    area = day.scenario.units.area[day.unit[sent]]
    count, seconds = np.zeros((2, len(steps), len(LEVELS)))
    for a in np.unique(area).tolist():
        mine = sent[area == a]
        level = steps[a].level_before(mine)
        count[a] = np.bincount(level, minlength=len(LEVELS))
        seconds[a] = np.bincount(level, day.value[mine], minlength=len(LEVELS))
    return count, seconds


def _causes(day: Day) -> Ints:
    """Changes by area, new level and cause, (areas, levels, causes)."""
    counts = np.zeros((len(day.scenario.territory.area_codes), len(LEVELS), len(CAUSES)), dtype=np.int64)
    changes = day.records("alert_changed")
    area, cause = (np.asarray(day.columns[name])[changes].astype(np.int64) for name in ("area", "cause"))
    for a, level, why in zip(area.tolist(), day.value[changes].astype(np.int64).tolist(), cause.tolist(), strict=True):
        counts[a, level, CAUSES.index(_cause(day, why))] += 1
    return counts


def _cause(day: Day, record: int) -> str:
    """In words what a change was caused by: the plan, or the record ``record``."""
    if record < 0:
        return "timetable"
    kind = int(day.kind[record])
    if kind in (CODE["decision"], CODE["alert_changed"]):
        return "order" if kind == CODE["decision"] else "stand_down"
    return "warning" if day.columns["task"][record] in day.tape.warnings.presence else "incidents"


ENTRIES = entries(
    "alert",
    ("level", "name", "Alert level: normal, raised or maximum"),
    ("level_hours", "h", "Hours of the day in which the level ruled in the area"),
    (
        "extra_officer_hours",
        "officer h",
        "Officer-hours of reserve units that the normal level would have left on call: the price of the level",
        "sum(heads x time on duty in turns beyond alert.levels.normal.on_duty_share)",
    ),
    (
        "called_in_hours",
        "officer h",
        "Of the extra officer-hours, those outside the planned shifts: units called in by a trigger or an order",
    ),
    ("dispatches", "count", "Dispatches of units of the area while the level ruled"),
    ("mobilisation_at_level", "s", "Mean mobilisation time of these dispatches", "sum(mobilisation_time) / dispatches"),
    ("by_timetable", "count", "Changes to the level by the timetable"),
    ("by_incidents", "count", "Changes to the level because too many urgent incidents were open"),
    ("by_warning", "count", "Changes to the level because a warning was acted on"),
    ("by_order", "count", "Changes to the level by order"),
    ("by_stand_down", "count", "Changes to the level because the reason of an earlier change was long gone"),
)
