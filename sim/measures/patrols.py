"""What patrols do: revisit targets by tier and area, presence by phase, road axes, and who is first on scene.

Visits are those of the loops as they were really walked (:func:`sim.measures.presence.visits`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import HOUR
from sim.measures.day import Bools, Day, Floats, Ints, cell, per_day
from sim.measures.entry import Cell, Table, entries
from sim.measures.presence import Presence, Visits, gaps, presence, running_max, visits_of
from sim.measures.response import IncidentTable
from sim.territory.sites import FABRICS
from sim.territory.travel import MODES

REVISIT_TIERS = ("hot_spot", "urban", "rural")


@dataclass(frozen=True, eq=False)
class Revisits:
    """Revisit targets of centres in the voting phase of their area; arrays (centres,), times in seconds.

    ``tier``: position in :data:`REVISIT_TIERS`; ``voting``: length of the voting phase as far as it has run; ``late``: the
    part of it in which the last visit was longer ago than ``target``.
    """

    centres: Ints
    tier: Ints
    target: Floats
    voting: Floats
    late: Floats


@per_day
def revisits(day: Day) -> Revisits:
    """How long each centre waited beyond its target. A centre counts as visited when the simulated span begins."""
    seen, centres = visits_of(day), presence(day).centres
    territory, calendar, targets = day.scenario.territory, day.scenario.calendar, day.scenario.targets.revisit
    sites = territory.sites
    hot = np.zeros(len(sites), dtype=np.bool_) if territory.hot is None else territory.hot
    rural = sites.fabric[centres] == FABRICS.index("rural")
    tier = np.select([hot[centres], ~rural], [0, 1], 2)
    target = np.array([targets.get(name, np.inf) for name in REVISIT_TIERS])[tier]  # type: ignore[call-overload]
    begin = calendar.opening[sites.area[centres]].astype(np.float64)
    end = np.maximum(np.minimum(calendar.closing[sites.area[centres]], day.end), begin)
    number = np.full(len(sites), -1, dtype=np.int64)
    number[centres] = np.arange(len(centres))
    place = number[seen.site]
    kept = place >= 0
    late = late_times((place[kept], seen.arrive[kept], seen.depart[kept]), target, begin, end, calendar.begin)
    return Revisits(centres, tier, target, end - begin, late)


def late_times(visits: tuple[Ints, Floats, Floats], target: Floats, begin: Floats, end: Floats, start: float) -> Floats:
    """Time between ``begin`` and ``end`` in which the last visit was longer ago than ``target``, for each place.

    ``visits``: place, arrival and departure; a place nobody has visited yet counts as visited at ``start``.
    """
    place, arrive, depart = visits
    known = np.full(len(begin), start)  # the end of the last visit that came before ``begin``
    early = arrive < begin[place]
    np.maximum.at(known, place[early], depart[early])
    kept = np.flatnonzero(~early & (arrive < end[place]))
    kept = kept[np.lexsort((arrive[kept], place[kept]))]
    place, arrive = place[kept], arrive[kept]
    reach = running_max(place, np.maximum(depart[kept], known[place]))
    first = np.append(True, place[1:] != place[:-1])[: len(place)]
    last = np.flatnonzero(np.append(first[1:], True)[: len(place)])
    before = np.where(first, known[place], np.roll(reach, 1))
    known[place[last]] = reach[last]
    where = np.concatenate((place, np.arange(len(begin))))
    since, until = np.concatenate((before, known)), np.concatenate((arrive, np.full(len(begin), np.inf)))
    late = np.minimum(until, end[where]) - np.maximum(since + target[where], begin[where])
    return np.bincount(where, np.maximum(late, 0.0), len(begin)).astype(np.float64)


def revisit_share(found: Revisits, here: Bools | slice = slice(None)) -> float | None:
    """Share of centre-hours of voting within the target (None: none yet)."""
    voting = float(found.voting[here].sum())
    return 1.0 - float(found.late[here].sum()) / voting if voting > 0 else None


def revisit_table(day: Day, found: Revisits, seen: Presence) -> Table:
    """One row for each tier of each area, and for all areas together."""
    codes = day.scenario.territory.area_codes
    area = day.scenario.territory.sites.area[found.centres]
    rows: list[dict[str, Cell]] = []
    for a in [-1, *np.unique(area).tolist()]:
        for t, name in enumerate(REVISIT_TIERS):
            here = (found.tier == t) & ((area == a) | (a < 0))
            if here.any():
                rows.append({
                    "area": "all" if a < 0 else codes[a],
                    "tier": name,
                    "centres": int(here.sum()),
                    "revisit_target": cell(found.target[here][0]),
                    "revisit_within": revisit_share(found, here),
                    "revisit_interval": cell(seen.mean_gap[here].mean()),
                })  # fmt: skip
    names = ("area", "tier", "centres", "revisit_target", "revisit_within", "revisit_interval")
    return {name: [row[name] for row in rows] for name in names}


def patrols_by_phase(day: Day, seen: Visits) -> Table:
    """Units on patrol duty and visits per centre, by phase; phases that have not begun have no row."""
    scenario, units = day.scenario, day.scenario.units
    calendar, sites = scenario.calendar, scenario.territory.sites
    patrols = (units.loop >= 0)[day.intervals.unit] & (day.intervals.status != 0)
    duty = (units.area[day.intervals.unit[patrols]], day.intervals.begin[patrols], day.intervals.end[patrols])
    is_centre = np.zeros(len(sites), dtype=np.bool_)
    is_centre[sites.of_kind("centre")] = True
    at_centre = is_centre[seen.site]
    visits = (sites.area[seen.site[at_centre]], seen.arrive[at_centre])
    centres = np.bincount(sites.area[is_centre], minlength=len(calendar.opening))
    ends = np.minimum(np.column_stack((calendar.starts[:, 1:], np.full(len(calendar.opening), calendar.end))), day.end)
    rows: list[dict[str, Cell]] = []
    for p, phase in enumerate(calendar.phases):
        begin, end = calendar.starts[:, p], np.maximum(ends[:, p], calendar.starts[:, p])
        span = end - begin
        if not np.isfinite(span).all() or span.sum() <= 0:
            continue
        held = np.maximum(np.minimum(duty[2], end[duty[0]]) - np.maximum(duty[1], begin[duty[0]]), 0.0)
        on_duty = np.bincount(duty[0], held, len(span))
        inside = (visits[1] >= begin[visits[0]]) & (visits[1] < end[visits[0]])
        hours = float((centres * span).sum()) / HOUR
        rows.append({
            "phase": phase,
            "phase_hours": float(span.mean()) / HOUR,
            "patrols_on_duty": float(np.divide(on_duty, span, out=np.zeros(len(span)), where=span > 0).sum()),
            "visits_per_hour": float(inside.sum()) / hours if hours > 0 else None,
        })  # fmt: skip
    names = ("phase", "phase_hours", "patrols_on_duty", "visits_per_hour")
    return {name: [row[name] for row in rows] for name in names}


def axis_table(day: Day, seen: Visits) -> Table:
    """Visits and intervals of the road axes of each area in its voting phase, and of all; no row where none is patrolled."""
    scenario = day.scenario
    sites, calendar, codes = scenario.territory.sites, scenario.calendar, scenario.territory.area_codes
    axes = sites.of_kind("checkpoint")
    number = np.full(len(sites), -1, dtype=np.int64)
    number[axes] = np.arange(len(axes))
    place = number[seen.site]
    kept = place >= 0
    names = ("area", "axes", "axis_visits", "axis_interval", "axis_unvisited")
    if not kept.any():
        return {name: [] for name in names}
    area = sites.area[axes]
    begin = calendar.opening[area].astype(np.float64)
    end = np.maximum(np.minimum(calendar.closing[area], day.end), begin)
    visits, mean_gap, *_ = gaps(place[kept], seen.arrive[kept], seen.depart[kept], begin, end)
    rows: list[dict[str, Cell]] = []
    for a in [-1, *np.unique(area).tolist()]:
        here = (area == a) | (a < 0)
        rows.append({
            "area": "all" if a < 0 else codes[a],
            "axes": int(here.sum()),
            "axis_visits": float(visits[here].mean()),
            "axis_interval": cell(mean_gap[here].mean()),
            "axis_unvisited": float((visits[here] == 0).mean()),
        })  # fmt: skip
    return {name: [row[name] for row in rows] for name in names}


def first_on_scene(day: Day, table: IncidentTable) -> Table:
    """Who reaches election incidents first: by fabric and mode, patrols and others; shares add up to 1 in a fabric."""
    units = day.scenario.units
    answered = table.take(table.headline & np.isfinite(table.response_time))
    row = np.searchsorted(units.id, answered.unit)
    mode, patrol = units.mode[row], units.loop[row] >= 0
    rows: list[dict[str, Cell]] = []
    for f in np.unique(answered.fabric).tolist():
        there = answered.fabric == f
        for m in np.unique(mode[there]).tolist():
            for on_loop, name in ((True, "patrol"), (False, "other")):
                here = there & (mode == m) & (patrol == on_loop)
                if here.any():
                    rows.append({
                        "fabric": FABRICS[f],
                        "mode": MODES[m],
                        "duty": name,
                        "first_arrivals": int(here.sum()),
                        "first_share": float(here.sum() / there.sum()),
                        "first_response": float(answered.response_time[here].mean()),
                    })  # fmt: skip
    names = ("fabric", "mode", "duty", "first_arrivals", "first_share", "first_response")
    return {name: [row[name] for row in rows] for name in names}


def patrol_figures(day: Day, table: IncidentTable, found: Revisits) -> dict[str, float | None]:
    """The headline figures of patrols (None: no data)."""
    units = day.scenario.units
    answered = table.take(table.headline & np.isfinite(table.response_time))
    first = units.loop[np.searchsorted(units.id, answered.unit)] >= 0
    return {
        "revisit_compliance": revisit_share(found),
        "patrol_first": float(first.mean()) if len(answered) else None,
    }


ENTRIES = (
    entries(
        "revisit",
        ("tier", "name", "hot_spot; else urban (old city, urban, suburban) or rural, by the fabric of the centre"),
        ("revisit_target", "s", "Longest time between two patrol visits that is aimed at"),
        (
            "revisit_within",
            "share",
            "Share of centre-hours of voting in which the last patrol visit was no longer ago than the target",
            "1 - time beyond the target / voting time",
        ),
        ("revisit_interval", "s", "Mean over centres of mean_gap"),
    )
    + entries(
        "patrols_by_phase",
        ("phase", "name", "Phase of the area (the phase of a record is that of its area at its moment)"),
        ("phase_hours", "h", "Mean length of the phase over the areas, as far as it has run"),
        ("patrols_on_duty", "count", "Mean number of units with a patrol loop on duty in the phase, all areas together"),
        ("visits_per_hour", "1/h", "Patrol visits per centre and hour of the phase"),
    )
    + entries(
        "axes",
        ("axes", "count", "Road axes: a town and one of its entrances"),
        ("axis_visits", "count", "Mean number of patrol visits at the entrance of an axis in the voting phase"),
        ("axis_interval", "s", "Mean over axes of the mean time between patrol visits in the voting phase"),
        ("axis_unvisited", "share", "Share of axes without any patrol visit in the voting phase"),
    )
    + entries(
        "first_on_scene",
        ("mode", "name", "How the first unit moves: car, motorcycle, foot, van"),
        ("duty", "name", "patrol: a unit with a patrol loop; other: any other mobile unit"),
        ("first_arrivals", "count", "Election incidents that need a unit at which such a unit was the first to arrive"),
        ("first_share", "share", "Share of the first arrivals of its fabric", "first_arrivals / those of the fabric"),
        ("first_response", "s", "Mean response time of these incidents"),
    )
    + entries(
        "headline",
        ("revisit_compliance", "share", "revisit_within over all centres"),
        ("patrol_first", "share", "Share of answered election incidents at which a patrol was first on scene"),
    )
)
