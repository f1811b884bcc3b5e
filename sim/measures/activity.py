"""What each unit does with its time: status intervals, with the drives back told apart from what follows them."""

from __future__ import annotations

import numpy as np

from sim.measures.day import UNIT_STATUSES, Day, Floats, Intervals, per_day
from sim.measures.presence import joined_at
from sim.trace import CODE

FREE, RETURNING, ON_LOOP = (UNIT_STATUSES.index(name) for name in ("free", "returning", "on_loop"))
STATUS_TEXTS = {
    "free": "free: waiting at base or where the last task ended",
    "returning": "driving back to base or to the loop, able to be sent or not",
    "on_loop": "on a patrol loop, the drive to it left out",
}
"""What statuses mean here, where that is not their name."""


@per_day
def activities(day: Day) -> Intervals:
    """The status intervals, cut where a drive back ends, which no record tells: the drive home or to the loop is
    ``returning``; from then on the unit is free at its base, or on its loop."""
    whole = day.intervals
    kind = day.kind[whole.record]
    home, loop = kind == CODE["returning"], kind == CODE["loop_started"]
    back_at = np.where(home, whole.begin + day.value[whole.record], whole.begin)
    back_at[loop] = joined_at(day, whole.unit[loop], whole.begin[loop])
    back_at = np.minimum(back_at, whole.end)
    rest = np.select([home, loop], [FREE, ON_LOOP], whole.status)
    follows = (whole.unit[1:] == whole.unit[:-1]) & loop[:-1] & (kind[1:] == CODE["at_base"])
    rest[1:][follows] = ON_LOOP  # taskable again, and back on the loop
    drive = np.flatnonzero(back_at > whole.begin)
    place = np.insert(np.arange(len(rest)), drive, drive)
    first = np.zeros(len(place), dtype=bool)
    first[drive + np.arange(len(drive))] = True
    begin, end = np.where(first, whole.begin[place], back_at[place]), np.where(first, back_at[place], whole.end[place])
    return Intervals(whole.unit[place], np.where(first, RETURNING, rest[place]), begin, end, whole.record[place])


@per_day
def status_times(day: Day) -> Floats:
    """Seconds each unit spent in each status, (units, statuses); rows add up to the time since its first record."""
    intervals = activities(day)
    cell_of = intervals.unit * len(UNIT_STATUSES) + intervals.status
    size = len(day.scenario.units) * len(UNIT_STATUSES)
    times = np.bincount(cell_of, intervals.end - intervals.begin, size).astype(np.float64)
    return times.reshape(-1, len(UNIT_STATUSES))
