"""The force ledger: in every area, force and hour the heads of all tasks, at rest and absent add up to those
mobilised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import HOUR, format_time
from sim.errors import InputError
from sim.forces.units import Units
from sim.territory.calendar import Calendar, area_label
from sim.territory.sites import Territory
from sim.trace import CODE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMPUTED = ("overtime", "rest", "absent")
"""Lines after the tasks: heads still busy after their shift, at rest, and missing from a planned shift."""

_STARTS = (CODE["on_duty"], CODE["relieved"])
_STOPS = (CODE["off_duty"],)


@dataclass(frozen=True, eq=False)
class Absences:
    """Planned heads that do not come: area, force, begin and end of the shift, heads; arrays (shifts with somebody
    missing,)."""

    area: Ints
    force: Ints
    begin: Floats
    end: Floats
    heads: Ints


@dataclass(frozen=True, eq=False)
class Ledger:
    """Heads by area, force, moment and line, (areas, forces, moments, lines); ``resting`` (areas, forces, moments) of
    the line ``rest`` are in the rest they are owed after a shift; ``mobilised`` (areas, forces)."""

    moments: Floats
    lines: tuple[str, ...]
    heads: Ints
    resting: Ints
    mobilised: Ints

    def line(self, name: str) -> Ints:
        """Heads of one line, (areas, forces, moments)."""
        return np.asarray(self.heads[..., self.lines.index(name)])


@dataclass(frozen=True, eq=False)
class Spans:
    """Heads of a unit (row) in a line from ``begin`` until ``end``."""

    row: Ints
    begin: Floats
    end: Floats
    heads: Ints


def ledger_hours(calendar: Calendar) -> Floats:
    """The whole hours of the calendar's span."""
    return HOUR * np.arange(math.ceil(calendar.begin / HOUR), math.ceil(calendar.end / HOUR), dtype=np.float64)


def plan_ledger(
    units: Units,
    territory: Territory,
    mobilised: Ints,
    moments: Floats,
    absences: Absences | None = None,
    rest_time: float = 0.0,
) -> Ledger:
    """The ledger of the shifts in ``units``.

    Raises ``InputError`` naming area, force and moment where heads are missing: more on duty, absent and in their rest
    (``rest_time`` after a shift) than are mobilised.
    """
    spans = _planned(units)
    ledger = _close(units, _tasks(units, spans, moments), mobilised, moments, absences, rest_time)
    _raise_if_short(ledger, territory)
    return ledger


def trace_ledger(
    records: Mapping[str, NDArray[np.generic]],
    units: Units,
    mobilised: Ints,
    moments: Floats,
    absences: Absences | None = None,
    rest_time: float = 0.0,
) -> Ledger:
    """The same ledger from a trace's records (columns ``time``, ``kind``, ``unit``, ``value``).

    Heads on duty beyond the shift that the plan gives their unit are on the line ``overtime``.
    """
    done = _tasks(units, recorded_spans(records, units), moments)
    planned = _tasks(units, _planned(units), moments)
    return _close(units, done, mobilised, moments, absences, rest_time, planned)


def check_ledger(plan: Ledger, actual: Ledger | None = None) -> None:
    """Raise ``AssertionError`` where a ledger does not close or what was done differs from the plan (overtime
    apart)."""
    for ledger in (plan,) if actual is None else (plan, actual):
        total = ledger.heads.sum(axis=-1)
        assert (total == ledger.mobilised[..., None]).all(), "the ledger does not close"
        assert ledger.heads.min(initial=0) >= 0, f"negative heads: {_where(ledger, ledger.heads.min(axis=-1))}"
    if actual is not None:
        tasks = len(plan.lines) - len(COMPUTED)
        wrong = (plan.heads != actual.heads)[..., :tasks].any(axis=-1)
        assert not wrong.any(), f"the trace's heads differ from the plan: {_where(actual, -wrong.astype(np.int64))}"


def summarise(ledger: Ledger, forces: tuple[str, ...]) -> list[dict[str, str | float | int]]:
    """One row per force and line: officer-hours, their share of the force's mobilised hours, and peak heads with its
    moment."""
    step = np.diff(ledger.moments, append=ledger.moments[-1:] + HOUR) / HOUR
    rows: list[dict[str, str | float | int]] = []
    for f, force in enumerate(forces):
        whole = float(ledger.mobilised[:, f].sum() * step.sum())
        for k, line in enumerate(ledger.lines):
            heads = ledger.heads[:, f, :, k].sum(axis=0)
            hours, peak = float(heads @ step), int(heads.argmax())
            rows.append(
                {
                    "force": force,
                    "task": line,
                    "officer_hours": hours,
                    "share": hours / whole if whole else 0.0,
                    "peak_heads": int(heads[peak]),
                    "peak_at": float(ledger.moments[peak]),
                }
            )
    return rows


def _planned(units: Units) -> Spans:
    return Spans(
        np.repeat(np.arange(len(units)), np.diff(units.shift_from)),
        units.shift_start,
        units.shift_end,
        units.shift_heads,
    )


def recorded_spans(records: Mapping[str, NDArray[np.generic]], units: Units) -> Spans:
    """Spans between the records that change a unit's heads; several at one moment leave the last one."""
    kind = np.asarray(records["kind"])
    some = np.flatnonzero(np.isin(kind, _STARTS + _STOPS))
    row = np.searchsorted(units.id, np.asarray(records["unit"])[some])
    order = np.argsort(row, kind="stable")
    some, row = some[order], row[order]
    begin = np.asarray(records["time"], dtype=np.float64)[some]
    heads = np.where(np.isin(kind[some], _STARTS), np.asarray(records["value"])[some], 0).astype(np.int64)
    end = np.full(len(row), np.inf)
    same = row[1:] == row[:-1]
    end[:-1][same] = begin[1:][same]
    return Spans(row, begin, end, heads)


def _count(spans: Spans, group: Ints, groups: int, moments: Floats) -> Ints:
    """Heads of each group at each moment, (groups, moments): spans hold from their begin to just before their end."""
    width = len(moments) + 1
    change = np.zeros(groups * width, dtype=np.int64)
    for edge, sign in ((spans.begin, 1), (spans.end, -1)):
        slot = group * width + np.searchsorted(moments, edge, side="left")
        change += sign * np.bincount(slot, weights=spans.heads, minlength=groups * width).astype(np.int64)
    return np.cumsum(change.reshape(groups, width), axis=1)[:, :-1]


def _tasks(units: Units, spans: Spans, moments: Floats) -> tuple[Spans, Ints]:
    """The spans, and heads by unit and moment (units, moments)."""
    return spans, _count(spans, spans.row, len(units), moments)


def _close(
    units: Units,
    done: tuple[Spans, Ints],
    mobilised: Ints,
    moments: Floats,
    absences: Absences | None,
    rest_time: float,
    planned: tuple[Spans, Ints] | None = None,
) -> Ledger:
    """Sum units up by area, force and task, and compute overtime, absence, and rest as what is left of the
    mobilised."""
    areas, forces = mobilised.shape
    cell, tasks = units.area * forces + units.force, len(units.tasks)
    regular = done[1] if planned is None else np.minimum(done[1], planned[1])
    lines = np.zeros((areas * forces * tasks, len(moments)), dtype=np.int64)
    np.add.at(lines, cell * tasks + units.task, regular)
    late = np.zeros((areas * forces, len(moments)), dtype=np.int64)
    np.add.at(late, cell, done[1] - regular)
    missing = np.zeros_like(late)
    if absences is not None:
        gone = Spans(absences.area, absences.begin, absences.end, absences.heads)
        missing = _count(gone, absences.area * forces + absences.force, areas * forces, moments)
    by_task = lines.reshape(areas * forces, tasks, -1)
    rest = mobilised.reshape(-1, 1) - by_task.sum(axis=1) - late - missing
    heads = np.concatenate([by_task, late[:, None], rest[:, None], missing[:, None]], axis=1)
    shape = (areas, forces, len(moments))
    spans = done[0]
    owed = Spans(spans.row, spans.end, spans.end + rest_time, spans.heads)
    resting = _count(owed, cell[spans.row], areas * forces, moments).reshape(shape)
    return Ledger(moments, units.tasks + COMPUTED, np.moveaxis(heads, 1, 2).reshape(*shape, -1), resting, mobilised)


def _raise_if_short(ledger: Ledger, territory: Territory) -> None:
    spare = ledger.line("rest") - ledger.resting
    if spare.min(initial=0) >= 0:
        return
    area, force, moment = np.unravel_index(int(spare.argmin()), spare.shape)
    raise InputError(
        f"ledger: {-spare[area, force, moment]} heads are missing in {area_label(territory, int(area))}, "
        f"{territory.forces[force]}, at {format_time(float(ledger.moments[moment]))}: "
        f"{ledger.mobilised[area, force]} are mobilised; on duty, absent and in their rest are more"
    )


def _where(ledger: Ledger, values: Ints) -> str:
    """Words for the cell and moment with the lowest value."""
    area, force, moment = np.unravel_index(int(values.argmin()), values.shape)
    lines = dict(zip(ledger.lines, ledger.heads[area, force, moment].tolist()))
    return f"area {area}, force {force}, {format_time(float(ledger.moments[moment]))}: {lines}"
