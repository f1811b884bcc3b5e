"""How many patrols are on duty in each phase of the vote: shifts cut where an area passes from one phase to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.forces.roster import BEFORE, BEFORE_NIGHT, NIGHT, Roster, ShiftTable, build_roster
from sim.forces.shifts import join_shifts
from sim.forces.spread import number_within
from sim.settings.forces import Manning, StaffingSettings
from sim.territory.calendar import Calendar

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, eq=False)
class Patrols:
    """The patrols of a plan; arrays (patrols,): ``unit`` row of the plan, ``cell``, ``heads`` of the full crew, whether a
    mobile office, which votes ``early``, lies on the beat, and code of the ``kind`` of unit."""

    unit: Ints
    cell: Ints
    heads: Ints
    early: Bools
    kind: Ints


def patrols_by_phase(
    shifts: ShiftTable,
    patrols: Patrols,
    calendar: Calendar,
    staffing: StaffingSettings,
    by_phase: Mapping[str, float],
    forces: int,
    most: Mapping[int, Ints] | None = None,
) -> ShiftTable:
    """The shifts with those of the patrols as ``by_phase`` says; a phase left out is manned like the one before it.

    Phases before the first one named keep the manning of their period. A unit on duty in one phase is on duty in every busier
    one, so that crews stay together; those with early offices are the last to leave. ``most`` (cells, 4) by code of kind: units
    on duty at most in each kind of period (below 0: as they are); its other phases follow in proportion. Raises
    ``InputError`` for a phase that the calendar does not have.
    """
    cell = patrols.cell
    for name in by_phase:
        if name not in calendar.phases:
            known = ", ".join(calendar.phases)
            raise InputError(f"patrol.by_phase: no such phase '{name}'{nearest(name, calendar.phases)}; allowed: {known}")
    roster = build_roster(calendar, staffing.shifts)
    place, shares = _places(cell, patrols.early), _filled(calendar.phases, by_phase)
    parts = [_keep(shifts, ~np.isin(shifts.unit, patrols.unit))]
    for area in np.unique(cell // forces).tolist():
        here = np.flatnonzero(cell // forces == area)
        edges, period, share = _pieces(roster, calendar, area, staffing.manning.patrol, shares)
        works = place[here][:, None] < share
        for own, units in _given(patrols, here, most or {}):
            works[own] = _as_given(works[own], place[here[own]], units, roster.kind[area][period])
        works &= np.diff(edges) > 0
        parts.append(_joined(patrols.unit[here], patrols.heads[here], edges, period, works))
    return join_shifts(*parts)


def _filled(phases: Sequence[str], by_phase: Mapping[str, float]) -> dict[str, float]:
    """The share of every phase from the first one named on."""
    out: dict[str, float] = {}
    last: float | None = None
    for name in phases:
        last = by_phase.get(name, last)
        if last is not None:
            out[name] = last
    return out


def _places(cell: Ints, early: Bools) -> Floats:
    """Place of each patrol among those of its cell, in (0, 1): early ones first, then spread evenly along the cell."""
    spread = (number_within(cell) + 1) * _GOLDEN % 1.0
    order = np.lexsort((spread, ~early, cell))
    place = np.empty(len(cell))
    place[order] = number_within(cell[order]) + 0.5
    return place / np.bincount(cell)[cell] if len(cell) else place


def _pieces(
    roster: Roster, calendar: Calendar, area: int, manning: Manning, by_phase: Mapping[str, float]
) -> tuple[Floats, Ints, Floats]:
    """Stretches of one area between any two changes of teams or phase: edges, roster period and share on duty."""
    within = np.clip(calendar.starts[area], calendar.begin, calendar.end)
    edges = np.unique(np.concatenate((roster.begin[area], roster.end[area], within)))
    middle = (edges[1:] + edges[:-1]) / 2
    period = np.minimum(np.searchsorted(roster.end[area], middle, side="right"), roster.end.shape[1] - 1)
    shares = {BEFORE: manning.before, BEFORE_NIGHT: manning.before_night, NIGHT: manning.night}
    usual = [shares.get(kind, 1.0) for kind in roster.kind[area][period].tolist()]
    phase = [calendar.phase_at(t, area) for t in middle.tolist()]
    share = [by_phase.get(name, own) for name, own in zip(phase, usual, strict=True)]
    return edges, period, np.array(share)


def _given(patrols: Patrols, here: Ints, most: Mapping[int, Ints]) -> Iterator[tuple[Ints, Ints]]:
    """Rows within ``here`` of each cell and kind for which units are given, and these (4,)."""
    for kind, units in most.items():
        for cell in np.unique(patrols.cell[here]).tolist():
            own = np.flatnonzero((patrols.kind[here] == kind) & (patrols.cell[here] == cell))
            if len(own) and (units[cell] >= 0).any():
                yield own, units[cell]


def _as_given(works: Bools, place: Floats, units: Ints, period: Ints) -> Bools:
    """Who of one kind works in each stretch, (units, stretches), where the busiest stretch of each kind of ``period``
    (stretches,) has the ``units`` (4,) given: the others in proportion, and the same units go first."""
    count, peak = works.sum(axis=0), np.zeros(len(units), dtype=np.int64)
    np.maximum.at(peak, period, count)
    usual, most = peak[period], units[period]
    scaled = np.floor(np.divide(count * most, usual, out=most.astype(float), where=usual > 0) + 0.5)
    rank = np.empty(len(place), dtype=np.int64)
    rank[np.argsort(place, kind="stable")] = np.arange(len(place))
    return np.asarray(rank[:, None] < np.where(most >= 0, scaled, count))


def _joined(unit: Ints, heads: Ints, edges: Floats, period: Ints, works: Bools) -> ShiftTable:
    """Shifts from the stretches in which each unit works: those of one roster period that follow each other are one."""
    row, piece = np.nonzero(works)
    follows = np.zeros(len(row), dtype=bool)
    follows[1:] = (row[1:] == row[:-1]) & (piece[1:] == piece[:-1] + 1) & (period[piece[1:]] == period[piece[:-1]])
    first = np.flatnonzero(~follows)
    last = np.r_[first[1:], len(row)] - 1 if len(first) else first
    owner = row[first]
    return ShiftTable(unit[owner], edges[piece[first]], edges[piece[last] + 1], heads[owner], period[piece[first]])


def _keep(shifts: ShiftTable, rows: Bools) -> ShiftTable:
    return ShiftTable(*(column[rows] for column in vars(shifts).values()))
