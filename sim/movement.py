"""Movement is data: straight legs, patrol loops, and the one place that says where a unit is at time t.

Coordinates are those of the territory; between the ends of a leg a unit moves in a straight line of those
coordinates, in proportion to the time driven.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def along(x0: Floats, x1: Floats, depart_at: Floats, arrive_at: Floats, t: Floats | float) -> Floats:
    """One coordinate at time ``t`` on a leg, held at its ends before departure and after arrival."""
    span = np.where(arrive_at > depart_at, arrive_at - depart_at, 1.0)
    remaining = np.clip((arrive_at - t) / span, 0.0, 1.0)
    return np.asarray(x1 + (x0 - x1) * np.where(arrive_at > depart_at, remaining, np.where(t < depart_at, 1.0, 0.0)))


@dataclass(frozen=True, eq=False)
class Loops:
    """Patrol loops at planned speeds, one row per loop, stops padded to the longest loop.

    ``site``, ``x``, ``y``: (loops, stops) places of the stops; ``arrive`` and ``depart``: (loops, stops) seconds after
    the loop's start at which each stop is reached and left (padding: infinity); ``period``: (loops,) seconds of one
    round; ``stops``: (loops,) number of stops. A loop with start ``ref`` is at stop 0 from ``ref`` on. Of the loops of two
    plans one after the other, ``first`` are those of the first one (-1: of one plan only), whose places must not differ in the
    last bit from what they are without the others.
    """

    site: Ints
    x: Floats
    y: Floats
    arrive: Floats
    depart: Floats
    period: Floats
    stops: Ints
    first: int = -1

    def __len__(self) -> int:
        return len(self.period)

    @cached_property
    def _begin(self) -> Floats:
        """The key of each loop's start, (loops,): loops of one plan lie as far apart as its longest one is long."""
        count = len(self) if self.first < 0 else self.first
        rows = np.arange(len(self))
        begin = np.asarray(rows * (float(self.period[:count].max(initial=0.0)) + 1.0), dtype=np.float64)
        if count < len(self):
            span = float(self.period[count:].max(initial=0.0)) + 1.0
            last = float(begin[count - 1] + self.period[:count].max(initial=0.0)) + 1.0 if count else 0.0
            begin[count:] = last + (rows[count:] - count) * span
        return begin

    @cached_property
    def _knots(self) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """All loops as one broken line: the key at which each loop begins, keys, places and speeds (degrees or metres a second).

        A loop's knot at phase p has the key of its begin + p, so that one search finds the knots of many loops.
        """
        begin = self._begin
        real = np.isfinite(self.arrive)
        follower = (np.arange(self.arrive.shape[1]) + 1) % self.stops[:, None]
        rows = np.arange(len(self))[:, None]
        next_at = np.where(follower == 0, self.period[:, None], self.arrive[rows, follower])
        drive = np.where(real, next_at - self.depart, 1.0)
        key = begin[:, None, None] + np.stack([self.arrive, self.depart], axis=2)
        lines = []
        for place in (self.x, self.y):
            speed = np.where(drive > 0, (place[rows, follower] - place) / np.where(drive > 0, drive, 1.0), 0.0)
            lines += [np.stack([place, place], axis=2), np.stack([np.zeros_like(speed), speed], axis=2)]
        flat = np.repeat(real[:, :, None], 2, axis=2)
        return begin, key[flat], lines[0][flat], lines[1][flat], lines[2][flat], lines[3][flat]

    def positions(self, rows: Ints, ref: Floats, t: float | Floats) -> tuple[Floats, Floats]:
        """Coordinates at ``t`` of the given loops with starts ``ref``, each of shape (rows,); ``t`` not before ``ref``."""
        begin, key, x, x_speed, y, y_speed = self._knots
        wanted = (t - ref) % self.period[rows] + begin[rows]
        knot = key.searchsorted(wanted, side="right") - 1
        since = wanted - key[knot]
        return x[knot] + x_speed[knot] * since, y[knot] + y_speed[knot] * since

    @cached_property
    def _knot_lists(self) -> tuple[list[int], list[float], list[list[float]]]:
        """The knots as plain numbers: where those of each loop begin, the period of each loop, and the columns of ``_knots``."""
        begin = np.concatenate(([0], np.cumsum(2 * self.stops)))
        return begin.tolist(), self.period.tolist(), [column.tolist() for column in self._knots]

    def position(self, row: int, ref: float, t: float) -> tuple[float, float]:
        """Coordinates at ``t`` of one loop with start ``ref``: those of ``positions``, bit by bit, for a tenth of the price."""
        begin, period, (keys, key, x, x_speed, y, y_speed) = self._knot_lists
        wanted = (t - ref) % period[row] + keys[row]
        knot = bisect_right(key, wanted, begin[row], begin[row + 1]) - 1
        since = wanted - key[knot]
        return x[knot] + x_speed[knot] * since, y[knot] + y_speed[knot] * since

    @cached_property
    def places(self) -> list[list[tuple[float, float]]]:
        """Coordinates of the stops of each loop."""
        columns = zip(self.x.tolist(), self.y.tolist(), self.stops.tolist(), strict=True)
        return [list(zip(x[:count], y[:count], strict=True)) for x, y, count in columns]

    @cached_property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Least and greatest x, least and greatest y of each loop, which it never leaves."""
        sides = self.x.min(axis=1), self.x.max(axis=1), self.y.min(axis=1), self.y.max(axis=1)
        return list(zip(*(side.tolist() for side in sides), strict=True))

    def visits(self, rows: Ints, ref: Floats, begin: Floats, end: Floats) -> tuple[Ints, Ints, Floats, Floats]:
        """Visits of loop segments: segment, site, arrival and departure, one row per visit.

        Segment i is loop ``rows[i]`` with start ``ref[i]`` patrolled from ``begin[i]`` to ``end[i]``; visits are cut at
        the segment's ends. No process runs for a visit: 8,000 patrols are one expression.
        """
        first = np.maximum(np.floor((begin - ref) / self.period[rows]), 0).astype(np.int64)
        last = np.floor((end - ref) / self.period[rows]).astype(np.int64)
        rounds = np.maximum(last - first + 1, 0)
        per_segment = rounds * self.stops[rows]
        segment = np.repeat(np.arange(len(rows)), per_segment)
        index = np.arange(per_segment.sum()) - np.repeat(np.cumsum(per_segment) - per_segment, per_segment)
        row = rows[segment]
        turn, stop = first[segment] + index // self.stops[row], index % self.stops[row]
        origin = ref[segment] + turn * self.period[row]
        arrive = np.maximum(origin + self.arrive[row, stop], begin[segment])
        depart = np.minimum(origin + self.depart[row, stop], end[segment])
        drive_past = (self.depart == self.arrive)[row, stop] & (arrive == depart)
        seen = (depart > arrive) | drive_past
        return segment[seen], self.site[row, stop][seen], arrive[seen], depart[seen]


def build_loops(
    stops: Sequence[Ints], x: Floats, y: Floats, leg_times: Sequence[Floats], stop_times: Sequence[Floats]
) -> Loops:
    """Pack loops given as lists of sites, with the seconds of each leg to the next stop and of each stop.

    ``x`` and ``y`` are coordinates of all sites. The last leg leads back to the first stop. A loop of one stop with no
    leg is a unit that waits there.
    """
    width = max((len(s) for s in stops), default=1)
    site = np.zeros((len(stops), width), dtype=np.int64)
    arrive = np.full((len(stops), width), np.inf)
    depart = np.full((len(stops), width), np.inf)
    period = np.empty(len(stops))
    for row, (places, legs, waits) in enumerate(zip(stops, leg_times, stop_times, strict=True)):
        count = len(places)
        site[row, :count] = places
        site[row, count:] = places[0]
        steps = np.asarray(waits) + np.asarray(legs)
        arrive[row, :count] = np.concatenate(([0.0], np.cumsum(steps)[:-1]))
        depart[row, :count] = arrive[row, :count] + waits
        period[row] = max(steps.sum(), 1.0)
    counts = np.array([len(s) for s in stops], dtype=np.int64)
    return Loops(site, x[site], y[site], arrive, depart, period, counts)


def no_loops() -> Loops:
    """An empty set of loops."""
    empty = np.zeros((0, 1))
    return Loops(empty.astype(np.int64), empty, empty, empty, empty, np.zeros(0), np.zeros(0, dtype=np.int64))
