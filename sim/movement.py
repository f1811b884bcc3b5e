"""Movement is data: straight legs, patrol loops, and the one place that says where a unit is at time t.

Coordinates are those of the territory; between the ends of a leg a unit moves in a straight line of those
coordinates, in proportion to the time driven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    round; ``stops``: (loops,) number of stops. A loop with start ``ref`` is at stop 0 from ``ref`` on.
    """

    site: Ints
    x: Floats
    y: Floats
    arrive: Floats
    depart: Floats
    period: Floats
    stops: Ints

    def __len__(self) -> int:
        return len(self.period)

    def leg_at(self, rows: Ints, ref: Floats, t: float | Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """The stop or leg each loop is on at ``t``: x0, y0, x1, y1, begin and end, each of shape (rows,).

        A stop is a leg from a place to itself. ``ref`` are the loops' starts; ``t`` must not be before them.
        """
        elapsed = t - ref
        rounds = np.floor(elapsed / self.period[rows])
        phase = elapsed - rounds * self.period[rows]
        stop = np.maximum((self.arrive[rows] <= phase[:, None]).sum(axis=1) - 1, 0)
        follower = (stop + 1) % self.stops[rows]
        origin = ref + rounds * self.period[rows]
        parked = phase < self.depart[rows, stop]
        begin = origin + np.where(parked, self.arrive[rows, stop], self.depart[rows, stop])
        next_arrival = np.where(follower == 0, self.period[rows], self.arrive[rows, follower])
        end = origin + np.where(parked, self.depart[rows, stop], next_arrival)
        x0, y0 = self.x[rows, stop], self.y[rows, stop]
        x1 = np.where(parked, x0, self.x[rows, follower])
        y1 = np.where(parked, y0, self.y[rows, follower])
        return x0, y0, x1, y1, begin, end

    def positions(self, rows: Ints, ref: Floats, t: float | Floats) -> tuple[Floats, Floats]:
        """Coordinates at ``t`` of the given loops, each of shape (rows,)."""
        x0, y0, x1, y1, begin, end = self.leg_at(rows, ref, t)
        at = np.broadcast_to(np.asarray(t, dtype=np.float64), x0.shape)
        return along(x0, x1, begin, end, at), along(y0, y1, begin, end, at)

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
        seen = depart > arrive
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
