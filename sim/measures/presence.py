"""Presence: patrol visits and gaps per centre, from loops and the moments they were started and suspended.

No visit is ever a record: loops are arithmetic, and so are eight thousand patrols.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.day import Day, Floats, Ints, cells, per_day
from sim.measures.entry import Cell, Table, entries
from sim.measures.positions import LOOP_ENDS
from sim.trace import CODE, PURPOSES

SMALL_AREA = 5
"""Areas with fewer centres than this are left out of what is shown."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Stretches of loops that were really patrolled; arrays (segments,): unit row, loop row, loop start, begin, end."""

    unit: Ints
    loop: Ints
    ref: Floats
    begin: Floats
    end: Floats


@dataclass(frozen=True, eq=False)
class Presence:
    """Visits and gaps of each centre in the voting phase of its area; arrays (centres,), times in seconds.

    ``since_last``: from the last visit to closing (NaN: never visited); ``visited_time``: with a patrol present.
    """

    centres: Ints
    visits: Ints
    mean_gap: Floats
    max_gap: Floats
    since_last: Floats
    visited_time: Floats


def loop_segments(day: Day) -> Segments:
    """Read from the records when each unit was on its loop; the drive to the loop does not count."""
    record = day.records("loop_started", *LOOP_ENDS)
    record = record[day.unit[record] >= 0]
    record = record[np.argsort(day.unit[record], kind="stable")]
    unit, begin = day.unit[record], day.time[record]
    end = np.full(len(record), day.end)
    same = unit[1:] == unit[:-1]
    end[:-1][same] = begin[1:][same]
    loop = day.scenario.units.loop[unit]
    begin = np.maximum(begin, joined_at(day, unit, begin))
    kept = (day.kind[record] == CODE["loop_started"]) & (loop >= 0) & (begin < end)
    return Segments(unit[kept], loop[kept], day.value[record][kept], begin[kept], end[kept])


def joined_at(day: Day, unit: Ints, at: Floats) -> Floats:
    """End of the drive to the loop that each unit began at ``at`` (``at`` itself without such a drive)."""
    legs = np.flatnonzero(day.leg_columns["purpose"] == PURPOSES.index("to_loop"))
    if len(legs) == 0:
        return at
    key = day.leg_unit[legs] + 1j * day.leg("depart_at")[legs]  # complex numbers sort by unit, then by moment
    order = np.argsort(key, kind="stable")
    wanted = unit + 1j * at
    place = np.minimum(np.searchsorted(key[order], wanted), len(legs) - 1)
    found = key[order][place] == wanted
    return np.where(found, day.leg("arrive_at")[legs[order[place]]], at)


@dataclass(frozen=True, eq=False)
class Visits:
    """Every patrol visit of a day, at whatever site; arrays (visits,)."""

    site: Ints
    arrive: Floats
    depart: Floats


@per_day
def visits_of(day: Day) -> Visits:
    """Visits of all loops as they were really walked."""
    segments = loop_segments(day)
    _, site, arrive, depart = day.scenario.loops.visits(segments.loop, segments.ref, segments.begin, segments.end)
    return Visits(site, arrive, depart)


@per_day
def presence(day: Day) -> Presence:
    """Visits and gaps of every centre over the voting phase of its area."""
    scenario, found = day.scenario, visits_of(day)
    sites, calendar = scenario.territory.sites, scenario.calendar
    centres = sites.of_kind("centre")
    begin = calendar.opening[sites.area[centres]].astype(np.float64)
    end = np.maximum(np.minimum(calendar.closing[sites.area[centres]], day.end), begin)
    number = np.full(len(sites), -1, dtype=np.int64)
    number[centres] = np.arange(len(centres))
    centre = number[found.site]
    kept = centre >= 0
    return Presence(centres, *gaps(centre[kept], found.arrive[kept], found.depart[kept], begin, end))


def gaps(
    centre: Ints, arrive: Floats, depart: Floats, begin: Floats, end: Floats
) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Visits, mean gap, maximum gap, time since the last visit, and time visited of each place.

    Visit i is at place ``centre[i]`` from ``arrive[i]`` to ``depart[i]``; visits may overlap. Place j is looked at from
    ``begin[j]`` to ``end[j]``; the first gap starts at ``begin``, the last one ends at ``end``.
    """
    arrive, depart = np.maximum(arrive, begin[centre]), np.minimum(depart, end[centre])
    kept = depart > arrive
    order = np.lexsort((arrive[kept], centre[kept]))
    place, arrive = centre[kept][order], arrive[kept][order]
    reach = running_max(place, depart[kept][order])
    visits = np.bincount(place, minlength=len(begin))
    total, longest, count = end - begin, end - begin, np.ones(len(begin))
    since = np.full(len(begin), np.nan)
    if len(place):
        first = np.flatnonzero(np.append(True, place[1:] != place[:-1]))
        seen, last = place[first], np.append(first[1:], len(place)) - 1
        before = np.empty(len(place))
        before[1:] = reach[:-1]
        before[first] = begin[seen]
        gap = np.maximum(arrive - before, 0.0)
        since[seen] = end[seen] - reach[last]
        total, longest, count = total.copy(), longest.copy(), count.copy()
        total[seen] = np.add.reduceat(gap, first) + since[seen]
        longest[seen] = np.maximum(np.maximum.reduceat(gap, first), since[seen])
        count[seen] = np.add.reduceat((gap > 0).astype(np.float64), first) + (since[seen] > 0)
    mean = np.divide(total, count, out=np.zeros(len(begin)), where=count > 0)
    return visits, mean, longest, since, (end - begin) - total


def running_max(group: Ints, values: Floats) -> Floats:
    """Largest value so far inside each group; exact, and one look where values already increase."""
    out = values.copy()
    while True:
        behind = np.flatnonzero((group[1:] == group[:-1]) & (out[1:] < out[:-1])) + 1
        if len(behind) == 0:
            return out
        out[behind] = out[behind - 1]


def presence_by_centre(day: Day, seen: Presence) -> Table:
    """One row per centre (internal: gaps of single places)."""
    sites = day.scenario.territory.sites
    return {
        "site": cells(sites.id[seen.centres]),
        "area": [day.scenario.territory.area_codes[a] for a in sites.area[seen.centres].tolist()],
        "visits": cells(seen.visits),
        "mean_gap": cells(seen.mean_gap),
        "max_gap": cells(seen.max_gap),
        "since_last_visit": cells(seen.since_last),
        "visited_time": cells(seen.visited_time),
    }


def presence_by_area(day: Day, seen: Presence) -> Table:
    """Visits and gaps by area, longest gap first."""
    codes = day.scenario.territory.area_codes
    area = day.scenario.territory.sites.area[seen.centres]
    rows: list[dict[str, Cell]] = []
    for a in np.unique(area).tolist():
        here = area == a
        rows.append({"area": codes[a], "centres": int(here.sum()), **presence_figures(seen, here)})
    rows.sort(key=lambda row: -float(row["presence_gap_max"] or 0.0))
    names = ("area", "centres", *presence_figures(seen, area < 0))
    return {name: [row[name] for row in rows] for name in names}


def worst_area_gap(areas: Table) -> float | None:
    """Largest mean gap of any area of at least five centres in the table by area, or None without such an area."""
    rows = zip(areas["centres"], areas["presence_gap_mean"], strict=True)
    return max((float(gap) for count, gap in rows if int(count or 0) >= SMALL_AREA and gap is not None), default=None)


def presence_figures(seen: Presence, here: np.ndarray | slice = slice(None)) -> dict[str, Cell]:
    """Visits per centre, mean and maximum gap and the share never visited, over some centres."""
    visits = seen.visits[here]
    if len(visits) == 0:
        return dict.fromkeys(("visits_per_centre", "presence_gap_mean", "presence_gap_max", "never_visited"))
    return {
        "visits_per_centre": float(visits.mean()),
        "presence_gap_mean": float(seen.mean_gap[here].mean()),
        "presence_gap_max": float(seen.max_gap[here].max()),
        "never_visited": float((visits == 0).mean()),
    }


ENTRIES = entries(
    "presence_by_centre",
    ("visits", "count", "Patrol visits at a centre in the voting phase (stops of patrol loops)"),
    (
        "mean_gap",
        "s",
        "Mean time between patrol visits in the voting phase: first gap from opening, last gap to closing",
        "time without a patrol / number of gaps",
    ),
    ("max_gap", "s", "Longest time without a patrol visit in the voting phase"),
    ("since_last_visit", "s", "Time from the end of the last patrol visit to closing"),
    ("visited_time", "s", "Time with at least one patrol present"),
) + entries(
    "presence_by_area",
    ("visits_per_centre", "count", "Mean number of patrol visits per centre"),
    ("presence_gap_mean", "s", "Mean over centres of mean_gap"),
    ("presence_gap_max", "s", "Longest max_gap of any centre"),
    ("never_visited", "share", "Share of centres without any patrol visit in the voting phase"),
)
