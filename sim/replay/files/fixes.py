"""Where every unit was, as fixes: the least number of places and moments between which units drive in straight lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.activity import activities
from sim.measures.day import Bools, Day, Floats, Ints
from sim.replay.tracks import Tracks, build_tracks
from sim.trace import CODE


@dataclass(frozen=True, eq=False)
class Fixes:
    """Fixes in order of unit and time; arrays (fixes,). Times are whole seconds, each of a unit later than the one before.

    ``unit``: row of ``Scenario.units``; ``duty``: number of the stretch of duty of that unit, from 1 on; ``status``: code into
    ``UNIT_STATUSES`` from then on.
    """

    unit: Ints
    duty: Ints
    time: Ints
    x: Floats
    y: Floats
    status: Ints

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, rows: Ints | Bools) -> Fixes:
        """Some of them."""
        return Fixes(*(getattr(self, name)[rows] for name in ("unit", "duty", "time", "x", "y", "status")))


def fixes(day: Day, units: Ints, begin: float, end: float) -> Fixes:
    """Fixes of ``units`` (rows) while they are on duty, from ``begin`` to ``end``."""
    tracks = build_tracks(day)
    rows, times = _moments(day, tracks, np.flatnonzero(_on_duty(day, tracks) & np.isin(tracks.unit, units)), begin, end)
    order = np.lexsort((rows, times, tracks.unit[rows]))
    rows, times = rows[order], times[order]
    x, y = tracks.places(rows, times, day.scenario.loops)
    if (wrap := day.scenario.territory.wrap) is not None:
        x, y = x % wrap[0], y % wrap[1]
    unit = tracks.unit[rows]
    found = Fixes(unit, _duties(day, tracks)[rows], np.rint(times).astype(np.int64), x, y, _statuses(day, unit, times))
    last = np.append(np.diff(found.unit * 2**40 + found.time) != 0, True)  # of several at one second the last one
    return found.take(last)


def without_rests(found: Fixes) -> Fixes:
    """The same movements with fewer fixes: those between two others at the same place are left out."""
    same = (np.diff(found.unit) == 0) & (np.diff(found.duty) == 0) & (np.diff(found.x) == 0.0) & (np.diff(found.y) == 0.0)
    inside = np.concatenate(([False], same)) & np.concatenate((same, [False]))
    return found.take(~inside[: len(found)])


def _moments(day: Day, tracks: Tracks, rows: Ints, begin: float, end: float) -> tuple[Ints, Floats]:
    """Rows of ``tracks`` with the moments at which their units begin, end or turn; the ends of the window among them."""
    since, until = np.maximum(tracks.since[rows], begin), np.minimum(tracks.until[rows], end)
    some = since < until
    rows, since, until = rows[some], since[some], until[some]
    found = [(rows, since), (rows, until)]
    for moment in (tracks.depart_at[rows], tracks.arrive_at[rows]):
        inside = (since < moment) & (moment < until)
        found.append((rows[inside], moment[inside]))
    patrols = np.flatnonzero((tracks.loop[rows] >= 0) & (tracks.arrive_at[rows] < until))
    if len(patrols):
        walked = rows[patrols]
        start: Floats = np.maximum(tracks.arrive_at[walked], since[patrols])
        visits = day.scenario.loops.visits(tracks.loop[walked], tracks.ref[walked], start, until[patrols])
        found += [(walked[visits[0]], visits[2]), (walked[visits[0]], visits[3])]
    return np.concatenate([part for part, _ in found]), np.concatenate([moments for _, moments in found])


def _on_duty(day: Day, tracks: Tracks) -> Bools:
    return np.asarray(day.kind[tracks.record] != CODE["off_duty"])


def _duties(day: Day, tracks: Tracks) -> Ints:
    """Number of the stretch of duty in which each row lies."""
    starts = day.kind[tracks.record] == CODE["on_duty"]
    total = np.cumsum(starts)
    first = np.searchsorted(tracks.unit, tracks.unit)
    return np.asarray(total - total[first] + starts[first], dtype=np.int64)


def _statuses(day: Day, unit: Ints, times: Floats) -> Ints:
    """Status of each unit from each moment on."""
    spans = activities(day)
    key = spans.unit + 1j * spans.begin  # complex numbers sort by unit, then by moment
    return np.asarray(spans.status[np.searchsorted(key, unit + 1j * times, side="right") - 1])
