"""Posting: when every centre should have its fixed team, and which reliefs come late or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.forces.draws import uniforms
from sim.forces.roster import ShiftTable
from sim.settings.posts import PostSettings
from sim.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Posting:
    """What the plan wants at the centres, whoever then comes.

    ``site``, ``begin``, ``end``: centres that should have a team, and the span in which they should, arrays (posts,).
    ``shift_site``, ``shift_start``, ``shift_end``, ``shift_heads``: planned shifts, arrays (planned shifts,).
    """

    site: Ints
    begin: Floats
    end: Floats
    shift_site: Ints
    shift_start: Floats
    shift_end: Floats
    shift_heads: Ints

    def heads_at(self, moment: Floats) -> Ints:
        """Planned heads of each post at a moment of its own, both of shape (posts,)."""
        row = np.searchsorted(self.site, self.shift_site)
        on = (self.shift_start <= moment[row]) & (moment[row] < self.shift_end)
        return np.bincount(row[on], weights=self.shift_heads[on], minlength=len(self.site)).astype(np.int64)


def no_posting() -> Posting:
    """The posting of a plan without fixed teams."""
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Posting(none_i, none_f, none_f, none_i, none_f, none_f, none_i)


def relief_delays(shifts: ShiftTable, ids: Ints, fixed: Bools, posts: PostSettings, streams: Streams) -> Floats:
    """Seconds by which the team of each shift comes late (0: on time, infinity: never), shape (shifts,).

    Only fixed teams (``fixed``, by unit row) that relieve another one can be late; nothing is drawn where every relief comes
    on time.
    """
    delay = np.zeros(len(shifts.unit))
    if posts.relief_share >= 1.0 and posts.relief_late_share <= 0.0:
        return delay
    relief = fixed[shifts.unit]
    relief[1:] &= (shifts.unit[1:] == shifts.unit[:-1]) & (shifts.start[1:] == shifts.end[:-1])
    relief[:1] = False
    for period in np.unique(shifts.period[relief]).tolist():
        rows = np.flatnonzero(relief & (shifts.period == period))
        unit = ids[shifts.unit[rows]]
        comes, late, long = (uniforms(streams, "relief", unit, 3 * period + which) for which in range(3))
        delay[rows] = np.where(late < posts.relief_late_share, -np.log1p(-long) * posts.relief_late_time, 0.0)
        delay[rows[comes >= posts.relief_share]] = np.inf
    return delay
