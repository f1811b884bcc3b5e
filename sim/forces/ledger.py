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
from sim.forces.standby import Standby, no_standby
from sim.forces.units import Units
from sim.territory.calendar import Calendar, area_label
from sim.territory.sites import Territory
from sim.trace import CODE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMPUTED = ("overtime", "released", "rest", "absent")
"""Lines after the tasks: heads still busy after their shift, let go before its end, at rest, and missing from a planned
shift."""

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
    the line ``rest`` are in the rest they are owed after a shift; ``mobilised`` (areas, forces); ``moved`` (areas, forces,
    moments) heads that came as reinforcement from elsewhere less those that left."""

    moments: Floats
    lines: tuple[str, ...]
    heads: Ints
    resting: Ints
    mobilised: Ints
    moved: Ints

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
    standby: Standby | None = None,
) -> Ledger:
    """The ledger of the shifts in ``units``.

    Raises ``InputError`` naming area, force and moment where heads are missing: more on duty, absent and in their rest
    (``rest_time`` after a shift) than are mobilised.
    """
    more = standby or no_standby()
    times = more.decided_at, more.decided_at + more.delay_time
    moved = _moved(units, more, times, mobilised.shape, moments)
    tasks = _tasks(units, _planned(units), moments)
    ledger = _close(units, tasks, (mobilised, moved), moments, absences, rest_time)
    _raise_if_short(ledger, territory)
    return ledger


def trace_ledger(
    records: Mapping[str, NDArray[np.generic]],
    units: Units,
    mobilised: Ints,
    moments: Floats,
    absences: Absences | None = None,
    rest_time: float = 0.0,
    standby: Standby | None = None,
    ordered_off: Mapping[int, float] | None = None,
) -> Ledger:
    """The same ledger from a trace's records (columns ``time``, ``kind``, ``unit``, ``value``).

    Heads on duty beyond the shift that the plan gives their unit are on the line ``overtime``; those of reinforcement, which may
    come on request, on its own line. ``ordered_off``: ids of units that an order took out of service, and when first; what is
    missing of their shifts from then on was let go.
    """
    more = standby or no_standby()
    done = _tasks(units, recorded_spans(records, units), moments)
    planned = _tasks(units, _planned(units), moments)[1]
    planned[more.unit] = done[1][more.unit]
    moved = _moved(units, more, _called(records, units, more), mobilised.shape, moments)
    let_go = _left_early(units, done[0], moments)
    for id, since in (ordered_off or {}).items():
        let_go[np.searchsorted(units.id, id)] |= moments >= since
    return _close(units, done, (mobilised, moved), moments, absences, rest_time, planned, let_go)


def check_ledger(plan: Ledger, actual: Ledger | None = None) -> None:
    """Raise ``AssertionError`` where a ledger does not close or what was done differs from the plan (overtime
    and heads let go early apart)."""
    for ledger in (plan,) if actual is None else (plan, actual):
        total = ledger.heads.sum(axis=-1)
        assert (total == ledger.mobilised[..., None] + ledger.moved).all(), "the ledger does not close"
        assert ledger.heads.min(initial=0) >= 0, f"negative heads: {_where(ledger, ledger.heads.min(axis=-1))}"
    if actual is not None:
        tasks = [k for k, line in enumerate(plan.lines) if line not in (*COMPUTED, "reinforcement")]
        less = (plan.heads - actual.heads)[..., tasks]
        wrong = (less < 0).any(axis=-1) | (less.sum(axis=-1) != actual.line("released"))
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


def _moved(
    units: Units, standby: Standby, times: tuple[Floats, Floats], shape: tuple[int, ...], moments: Floats
) -> Ints:
    """Heads that came to each area as reinforcement from another one less those that left it, (areas, forces, moments).

    ``times``: when each unit that stands by leaves its giver and is there (NaN: never).
    """
    left_at, came_at = times
    away = np.flatnonzero((standby.giver != units.area[standby.unit]) & np.isfinite(left_at))
    row, force, giver = standby.unit[away], units.force[standby.unit[away]], standby.giver[away]
    heads, ever = units.heads[row], np.full(len(away), np.inf)
    groups = shape[0] * shape[1]
    came = _count(Spans(row, came_at[away], ever, heads), units.area[row] * shape[1] + force, groups, moments)
    left = _count(Spans(row, left_at[away], ever, heads), giver * shape[1] + force, groups, moments)
    return (came - left).reshape(*shape, -1)


def _called(records: Mapping[str, NDArray[np.generic]], units: Units, standby: Standby) -> tuple[Floats, Floats]:
    """When each unit that stands by set out and came (NaN: never), from the records."""
    sent = np.flatnonzero(np.asarray(records["kind"]) == CODE["reinforcement_sent"])
    left = np.full(len(units), np.nan)
    came = left.copy()
    row = np.searchsorted(units.id, np.asarray(records["unit"])[sent])
    left[row] = np.asarray(records["time"], dtype=np.float64)[sent]
    came[row] = left[row] + np.asarray(records["value"], dtype=np.float64)[sent]
    return left[standby.unit], came[standby.unit]


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
    slots = [group * width + np.searchsorted(moments, edge, side="left") for edge in (spans.begin, spans.end)]
    heads = np.concatenate((spans.heads, -spans.heads))
    change = np.bincount(np.concatenate(slots), weights=heads, minlength=groups * width).reshape(groups, width)
    return np.cumsum(change, axis=1, out=change)[:, :-1].astype(np.int64)


def _tasks(units: Units, spans: Spans, moments: Floats) -> tuple[Spans, Ints]:
    """The spans, and heads by unit and moment (units, moments)."""
    return spans, _count(spans, spans.row, len(units), moments)


def _close(
    units: Units,
    done: tuple[Spans, Ints],
    pool: tuple[Ints, Ints],
    moments: Floats,
    absences: Absences | None,
    rest_time: float,
    planned: Ints | None = None,
    let_go: NDArray[np.bool_] | None = None,
) -> Ledger:
    """Sum units up by area, force and task, and compute overtime, absence, and rest as what is left of the ``pool``: the
    mobilised and those who moved."""
    mobilised, moved = pool
    areas, forces = mobilised.shape
    cell, tasks = units.area * forces + units.force, len(units.tasks)
    regular = done[1] if planned is None else np.minimum(done[1], planned)
    lines = np.zeros((areas * forces * tasks, len(moments)), dtype=np.int64)
    np.add.at(lines, cell * tasks + units.task, regular)
    late = np.zeros((areas * forces, len(moments)), dtype=np.int64)
    np.add.at(late, cell, done[1] - regular)
    missing = np.zeros_like(late)
    if absences is not None:
        gone = Spans(absences.area, absences.begin, absences.end, absences.heads)
        missing = _count(gone, absences.area * forces + absences.force, areas * forces, moments)
    gone_home = np.zeros_like(late)
    if planned is not None and let_go is not None:
        np.add.at(gone_home, cell, np.where(let_go, planned - regular, 0))
    by_task = lines.reshape(areas * forces, tasks, -1)
    rest = (mobilised[..., None] + moved).reshape(areas * forces, -1) - by_task.sum(axis=1) - late - gone_home - missing
    heads = np.concatenate([by_task, late[:, None], gone_home[:, None], rest[:, None], missing[:, None]], axis=1)
    shape = (areas, forces, len(moments))
    spans = done[0]
    owed = Spans(spans.row, spans.end, spans.end + rest_time, spans.heads)
    resting = _count(owed, cell[spans.row], areas * forces, moments).reshape(shape)
    closed = np.moveaxis(heads, 1, 2).reshape(*shape, -1)
    return Ledger(moments, units.tasks + COMPUTED, closed, resting, mobilised, moved)


def _left_early(units: Units, done: Spans, moments: Floats) -> NDArray[np.bool_]:
    """Moments after the last record of each unit that can be sent nowhere, if that let it go; (units, moments)."""
    last = np.full(len(units), np.inf)
    final = np.flatnonzero(np.isinf(done.end) & (done.heads == 0))
    last[done.row[final]] = done.begin[final]
    last[units.mobile] = np.inf
    return np.asarray(moments >= last[:, None])


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
