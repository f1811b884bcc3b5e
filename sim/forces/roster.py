"""The roster: when teams change, and the shifts that follow from a plan of heads by period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY, HOUR
from sim.settings.forces import ShiftSettings
from sim.territory.calendar import Calendar

PERIODS = ("before", "before_night", "day", "night")
"""Parts of the roster that are manned differently; positions are codes in ``Roster.kind`` and columns of a plan's
heads."""
BEFORE, BEFORE_NIGHT, POLLING, NIGHT = range(len(PERIODS))

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Roster:
    """Periods between two changes of teams; arrays have shape (areas, periods), empty periods end where they begin."""

    begin: Floats
    end: Floats
    kind: Ints


def build_roster(calendar: Calendar, shifts: ShiftSettings) -> Roster:
    """Periods of every area from the begin of the calendar to its end.

    Polling day's periods end at closing and begin ``polling_time`` before (in equal parts, from the opening, where the
    polls are open for longer); periods after closing follow in steps of ``polling_time``, the days before in steps of
    ``before_time``. The first period after closing is the night after the vote; what follows it is manned by the clock like
    the days and nights before the vote.
    """
    closing = calendar.closing
    first = np.minimum(calendar.opening, closing - shifts.polling_time)
    parts = max(int(np.ceil(((closing - first) / shifts.polling_time).max() - 1e-9)), 1)
    back = max(int(np.ceil((first.max() - calendar.begin) / shifts.before_time)), 0)
    after = max(int(np.ceil((calendar.end - closing.min()) / shifts.polling_time)), 1)
    edges = [first[:, None] - shifts.before_time * np.arange(back, 0, -1)]
    edges += [first[:, None] + (closing - first)[:, None] * np.arange(parts + 1) / parts]
    edges += [closing[:, None] + shifts.polling_time * np.arange(1, after + 1)]
    edge = np.clip(np.concatenate(edges, axis=1), calendar.begin, calendar.end)
    kind = _is_night((edge[:, :-1] + edge[:, 1:]) / 2).astype(np.int64)
    kind[:, back : back + parts] = POLLING
    kind[:, back + parts] = NIGHT
    return Roster(edge[:, :-1], edge[:, 1:], kind)


def _is_night(t: Floats) -> NDArray[np.bool_]:
    """Whether a moment lies between 22:00 and 06:00 of any day."""
    clock = t % DAY
    return (clock >= 22 * HOUR) | (clock < 6 * HOUR)


@dataclass(frozen=True, eq=False)
class ShiftTable:
    """Shifts in order of (unit row, start); arrays (shifts,). ``period`` is the roster's column, ``heads`` those
    planned."""

    unit: Ints
    start: Floats
    end: Floats
    heads: Ints
    period: Ints


def shifts_by_period(
    roster: Roster, area: Ints, heads: Ints, windows: tuple[Floats, Floats], votes_from: Floats
) -> ShiftTable:
    """Cut the roster's periods to each unit's window and man them.

    ``area`` (units,); ``heads`` (units, 4) by kind of period; ``windows`` (units,) each; ``votes_from`` (units,) is the
    moment from which the unit's place already votes: days before polling day that reach past it are manned as polling
    day.
    """
    start = np.maximum(roster.begin[area], windows[0][:, None])
    end = np.minimum(roster.end[area], windows[1][:, None])
    kind = roster.kind[area]
    early = (kind == BEFORE) & (end > votes_from[:, None])
    planned = np.take_along_axis(heads, np.where(early, POLLING, kind), axis=1)
    unit, period = np.nonzero((end > start) & (planned > 0))
    at = (unit, period)
    return ShiftTable(unit, start[at], end[at], planned[at], period)


def shifts_in_hours(rows: Ints, heads: Ints, hours: tuple[tuple[float, float], ...], calendar: Calendar) -> ShiftTable:
    """The same given hours for all ``rows``, inside the calendar; ``heads`` (rows,)."""
    inside = [(max(a, calendar.begin), min(b, calendar.end)) for a, b in hours]
    inside = [(a, b) for a, b in inside if b > a]
    unit = np.repeat(rows, len(inside))
    start, end = (np.tile([pair[side] for pair in inside], len(rows)).astype(float) for side in (0, 1))
    period = np.tile(np.arange(len(inside)), len(rows))
    return ShiftTable(unit, start, end, np.repeat(heads, len(inside)), period)
