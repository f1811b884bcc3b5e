"""The shifts of all planned units, who comes to them, and what that means for the posts. It never sees a tape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from sim.clock import format_time
from sim.errors import InputError
from sim.forces.draws import uniforms
from sim.forces.kinds import KIND, MOBILE
from sim.forces.ledger import Absences
from sim.forces.posting import Posting, relief_delays
from sim.forces.roster import (
    BEFORE,
    BEFORE_NIGHT,
    NIGHT,
    POLLING,
    Roster,
    ShiftTable,
    build_roster,
    shifts_by_period,
    shifts_in_hours,
)
from sim.settings.forces import StaffingSettings
from sim.settings.planned import MatchSchedule
from sim.settings.posts import PostSettings
from sim.streams import Streams
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Planned:
    """All planned units in order of id; arrays (units,), ``heads`` (units, 4) by kind of period; ``loop`` counts over all
    beats; ``cell``: area x forces + force; ``arrival``: entry of the reinforcement that a unit belongs to (-1: none)."""

    id: Ints
    kind: Ints
    base: Ints
    cell: Ints
    heads: Ints
    loop: Ints
    arrival: Ints

    def is_kind(self, name: str) -> Bools:
        """Which units are of one kind, shape (units,)."""
        return np.asarray(self.kind == KIND[name])


@dataclass(frozen=True, eq=False)
class Attendance:
    """Who comes to each planned shift; arrays (shifts,): heads ``absent`` from it, and ``begin``, when the team is there
    (the shift's end: never)."""

    absent: Ints
    begin: Floats


def plan_shifts(
    territory: Territory, calendar: Calendar, settings: StaffingSettings, table: Planned, matches: MatchSchedule | None = None
) -> ShiftTable:
    """Shifts of all units in order of (unit, start), planned heads. Raises ``InputError`` for posts left empty."""
    area = table.cell // len(territory.forces)
    begin, end = np.full(len(area), calendar.begin), np.full(len(area), calendar.end)
    votes = np.full(len(area), np.inf)
    fixed, posts, ring, ground = (
        table.is_kind(name) for name in ("fixed_team", "checkpoint_crew", "rally_ring", "match_force")
    )
    votes[fixed] = calendar.site_opening[table.base[fixed]]
    begin[fixed], end[fixed] = post_spans(territory, calendar, table.base[fixed])
    begin[posts] = calendar.opening[area[posts]] - settings.shifts.checkpoint_lead
    heads = np.where((ring | ground | (table.arrival >= 0))[:, None], 0, table.heads)
    roster = build_roster(calendar, settings.shifts)
    _check_no_hole(territory, settings, roster, (area[fixed], begin[fixed], end[fixed]))
    regular = shifts_by_period(roster, area, heads, (begin, end), votes)
    rings = shifts_in_hours(np.flatnonzero(ring), table.heads[ring, POLLING], settings.ring_hours, calendar)
    if matches is None or not ground.any():
        return join_shifts(regular, rings)
    hours = ((matches.start - matches.before_time, matches.start + matches.after_time),)
    grounds = shifts_in_hours(np.flatnonzero(ground), table.heads[ground, POLLING], hours, calendar)
    return join_shifts(regular, rings, grounds)


def join_shifts(*parts: ShiftTable) -> ShiftTable:
    """Several tables as one, in order of (unit, start)."""
    columns = [np.concatenate(group) for group in zip(*(vars(part).values() for part in parts), strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return ShiftTable(*(column[order] for column in columns))


def post_spans(territory: Territory, calendar: Calendar, site: Ints) -> tuple[Floats, Floats]:
    """From when until when each centre has a fixed team: from posting (earlier where a centre votes earlier) until the
    stand-down; inside the calendar."""
    area = territory.sites.area[site]
    early = calendar.opening[area] - calendar.site_opening[site]
    begin = _phase(calendar, "posted", calendar.begin)[area] - early
    return np.maximum(begin, calendar.begin), np.minimum(_phase(calendar, "stand_down", calendar.end)[area], calendar.end)


def _phase(calendar: Calendar, name: str, default: float) -> Floats:
    """Start of a phase in each area; ``default`` in a calendar without it."""
    if name not in calendar.phases:
        return np.full(len(calendar.opening), default)
    return np.asarray(calendar.starts[:, calendar.phases.index(name)])


def _check_no_hole(territory: Territory, settings: StaffingSettings, roster: Roster, spans: tuple[Ints, Floats, Floats]) -> None:
    """Raise ``InputError`` for a relief by nobody: a kind of period without officers in a force that has some in another."""
    area, begin, end = spans
    if not len(area):
        return
    inside = np.minimum(roster.end[area], end[:, None]) > np.maximum(roster.begin[area], begin[:, None])
    names = {BEFORE: "before", BEFORE_NIGHT: "night", POLLING: "day", NIGHT: "night"}
    for force in territory.forces:
        team = settings.fixed[force]
        if not team.day + team.night + team.before:
            continue
        for period, name in names.items():
            row, column = np.nonzero(inside & (roster.kind[area] == period))
            if getattr(team, name) == 0 and len(row):
                at, until = (times[area[row[0]], column[0]] for times in (roster.begin, roster.end))
                raise InputError(
                    f"staffing.fixed.{force}.{name}: 0 officers, a relief that leaves a hole from {format_time(at)} to "
                    f"{format_time(until)}; allowed: 1 or more, or 0 in day, night and before alike"
                )


def attend(shifts: ShiftTable, table: Planned, share: Floats, posts: PostSettings, streams: Streams) -> Attendance:
    """Draw who is absent (a ``share`` of each shift on average, (shifts,)) and which relief comes late, by unit id.

    Mobile crews are made up from those who came, so whole crews are missing; of fixed teams single officers are, or, where a
    relief does not come, all.
    """
    u = np.empty(len(shifts.unit))
    for period in np.unique(shifts.period):
        rows = np.flatnonzero(shifts.period == period)
        u[rows] = uniforms(streams, "absence", table.id[shifts.unit[rows]], int(period))
    crew = MOBILE[table.kind[shifts.unit]]
    absent = np.where(crew, np.where(u < share, shifts.heads, 0), binomial(u, shifts.heads, share))
    delay = relief_delays(shifts, table.id, table.is_kind("fixed_team"), posts, streams)
    return Attendance(absent, np.minimum(shifts.start + delay, shifts.end))


def binomial(u: Floats, trials: Ints, share: Floats) -> Ints:
    """Least number of successes whose probability or that of fewer is at least ``u`` (< 1), all of shape (n,).

    The same as ``scipy.stats.binom.ppf``, without the package that takes as long to load as the rest of a plan to be made.
    """
    found, rows, fewer = np.zeros(len(u), dtype=np.int64), np.arange(len(u)), 0
    while len(rows := rows[bdtr(fewer, trials[rows], share[rows]) < u[rows]]):
        fewer += 1
        found[rows] = fewer
    return found


def absences(shifts: ShiftTable, came: Attendance, cell: Ints, forces: int) -> Absences:
    """Heads that are missing from their shift, and those of late teams until they come."""
    away, late = np.flatnonzero(came.absent), np.flatnonzero(came.begin > shifts.start)
    rows = np.concatenate((away, late))
    end = np.concatenate((shifts.end[away], came.begin[late]))
    heads = np.concatenate((came.absent[away], (shifts.heads - came.absent)[late]))
    unit = shifts.unit[rows]
    return Absences(cell[unit] // forces, cell[unit] % forces, shifts.start[rows], end, heads)


def planned_posting(
    territory: Territory, calendar: Calendar, settings: StaffingSettings, table: Planned, shifts: ShiftTable
) -> Posting:
    """What the plan wants at the centres of every force that has fixed teams."""
    sites = territory.sites
    has_teams = np.array([sum(vars(settings.fixed[force]).values()) > 0 for force in territory.forces], dtype=np.bool_)
    has_teams[table.cell[table.is_kind("fixed_team")] % len(territory.forces)] = True
    site = np.sort(sites.of_kind("centre"))
    site = site[has_teams[sites.force[site]]]
    own = np.flatnonzero(table.is_kind("fixed_team")[shifts.unit])
    columns = (getattr(shifts, name)[own] for name in ("start", "end", "heads"))
    return Posting(site, *post_spans(territory, calendar, site), table.base[shifts.unit[own]], *columns)
