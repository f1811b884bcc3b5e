"""From settings to units: the plan counted out, shifts, absence, loops and the mobilised heads. It never sees a
tape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.forces import plan
from sim.forces.alert import leave_shares
from sim.forces.beats import Beats, pack_loops
from sim.forces.draws import uniforms
from sim.forces.heads import Given, given_heads
from sim.forces.intensity import Patrols, patrols_by_phase
from sim.forces.kinds import KIND, KIND_BLOCK, LARGEST_SITE_ID, MOBILE, SITE_BLOCK, TASK, kind_columns
from sim.forces.ledger import Absences
from sim.forces.plan import Rows
from sim.forces.pool import heads_needed, share_heads
from sim.forces.posting import Posting
from sim.forces.roster import POLLING, ShiftTable
from sim.forces.rounds import PATROLS, patrol_rows
from sim.forces.shifts import Attendance, Planned, absences, attend, join_shifts, plan_shifts, planned_posting
from sim.forces.spread import Centres, centres_in_order, number_within
from sim.forces.standby import (
    Standby,
    build_standby,
    check_pool,
    need_cells,
    reserved,
    standby_rows,
    standby_shifts,
)
from sim.forces.swap import Moved, swap
from sim.forces.units import Units
from sim.movement import Loops
from sim.settings.alert import AlertSettings
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.forces import PatrolSettings, StaffingSettings
from sim.settings.planned import MatchSchedule
from sim.settings.posts import PostSettings
from sim.settings.reinforcement import ReinforcementSettings
from sim.settings.response import RallySettings, TravelSettings
from sim.streams import Streams
from sim.territory.calendar import Calendar, area_label
from sim.territory.sites import Territory
from sim.territory.travel import build_travel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WAITING = ("rrv", "section", "search_team", "traffic_unit", "normal_car", "escort")


@dataclass(frozen=True, eq=False)
class Forces:
    """The forces of one day.

    ``mobilised``: (areas, forces) heads; ``absences``: planned heads that do not come, or not yet; ``rest_time``: seconds
    nobody works after a shift; ``moved``: the account of an equal-heads swap, by force; ``posting``: what is planned at the
    centres; ``standby``: who comes as reinforcement; ``planned`` units and their ``shifts``, whoever then comes;
    ``needed`` (areas, forces): fewest heads that can work them.
    """

    units: Units
    loops: Loops
    mobilised: Ints
    absences: Absences
    rest_time: float
    moved: Moved
    posting: Posting
    standby: Standby
    planned: Planned
    shifts: ShiftTable
    needed: Ints


def build_forces(
    territory: Territory,
    calendar: Calendar,
    settings: StaffingSettings,
    patrol: PatrolSettings,
    travel: TravelSettings,
    checkpoints: CheckpointSettings,
    rallies: RallySettings,
    seed: int,
    replication: int = 0,
    alert: AlertSettings | None = None,
    posts: PostSettings | None = None,
    matches: MatchSchedule | None = None,
    reinforcement: ReinforcementSettings | None = None,
) -> Forces:
    """Turn a staffing plan into units with shifts, loops and a share of the mobilised heads.

    Absence, reliefs that come late and the place of each patrol on its loop are drawn from streams of ``seed`` and
    ``replication`` keyed by unit id: every day has its own. ``matches`` have officers of their own round the ground. Raises
    ``InputError`` for a force without numbers, an area with centres but no mobile unit, posts left empty between two shifts,
    more heads than are mobilised.
    """
    mobilised_of = plan.per_force("mobilised", settings.mobilised, territory)
    centres, given = centres_in_order(territory), given_heads(territory, settings)
    parts, beats, moved = _plan(territory, centres, settings, patrol, given)
    parts.append(plan.checkpoint_rows(territory, settings, checkpoints, given))
    parts.append(plan.as_given(plan.ring_rows(territory, settings, rallies), given))
    parts.append(plan.as_given(plan.match_rows(territory, settings, matches), given))
    more = reinforcement or ReinforcementSettings()
    parts += standby_rows(territory, centres, settings, more)
    table = _join(parts, territory, len(more.arrivals))
    standby, crews = build_standby(territory, centres, more, table.arrival, table.cell), table.heads.max(axis=1)
    _check_areas(territory, table)
    _check_reserve(territory, settings, mobilised_of, given, table)
    check_pool(territory, settings, mobilised_of, standby, crews, table.cell)
    regular = plan_shifts(territory, calendar, settings, table, matches)
    if patrol.by_phase:
        regular = _intensified(regular, table, beats, territory, calendar, settings, patrol, given)
    taken = join_shifts(regular, reserved(standby, crews, calendar))
    shifts = join_shifts(regular, standby_shifts(standby, crews, calendar))
    rest = settings.shifts.rest_time
    need = heads_needed(taken, need_cells(standby, table.cell, len(territory.forces)), centres.cells, rest)
    mobilised = share_heads(territory, settings, mobilised_of, need, given.mobilised)
    streams = Streams(seed, replication)
    area = table.cell[shifts.unit] // len(territory.forces)
    share = np.minimum(settings.absence + leave_shares(alert or AlertSettings(), territory, calendar, area, shifts.start), 1.0)
    share[table.arrival[shifts.unit] >= 0] = 0.0
    came = attend(shifts, table, share, posts or PostSettings(), streams)
    loops = pack_loops(beats, territory, build_travel(territory, travel), patrol.stop_time)
    units = _units(territory, table, shifts, came, (loops, streams), settings)
    missing = absences(shifts, came, table.cell, len(territory.forces))
    posting = planned_posting(territory, calendar, settings, table, shifts)
    needed = need[0].reshape(mobilised.shape)
    return Forces(units, loops, mobilised, missing, rest, moved, posting, standby, table, regular, needed)


def _plan(
    territory: Territory, centres: Centres, settings: StaffingSettings, patrol: PatrolSettings, given: Given
) -> tuple[list[Rows], list[Beats], Moved]:
    """Rows of everything that follows from the centres, and the beats of the patrols, after the swap and with the heads given."""
    none = np.zeros(centres.cells, dtype=np.int64)
    planned = {
        "posts": plan.fixed_teams(territory, centres, settings),
        "traffic": plan.spread_rows("traffic_post", territory, centres, settings, none),
        "normal_service": plan.desk_rows(territory, centres, settings),
    }
    crew = plan.crew_of(settings.move_to, settings)
    source, new, moved = swap(
        planned[settings.move_from], settings.move_share, crew, len(territory.forces), centres.cells
    )
    planned[settings.move_from] = source
    extra = {kind: new if kind == settings.move_to else none for kind in (*PATROLS, *WAITING)}
    rounds, beats = patrol_rows(territory, centres, settings, patrol, extra, given)
    waiting = [plan.spread_rows(kind, territory, centres, settings, extra[kind], given) for kind in WAITING]
    return [*(plan.as_given(rows, given) for rows in planned.values()), *rounds, *waiting], beats, moved


def _intensified(
    shifts: ShiftTable,
    table: Planned,
    beats: list[Beats],
    territory: Territory,
    calendar: Calendar,
    settings: StaffingSettings,
    patrol: PatrolSettings,
    given: Given,
) -> ShiftTable:
    """The shifts with as many patrols on duty in each phase as ``patrol.by_phase`` says, and at most the heads given."""
    rows = np.flatnonzero(table.loop >= 0)
    early = np.concatenate([made.passing(territory.sites.mobile) for made in beats])[table.loop[rows]]
    patrols = Patrols(rows, table.cell[rows], table.heads[rows].max(axis=1), early, table.kind[rows])
    crews = {KIND[kind]: given.crews(kind, plan.crew_of(kind, settings)) for kind in PATROLS}
    most = {kind: units for kind, units in crews.items() if units is not None}
    return patrols_by_phase(shifts, patrols, calendar, settings, patrol.by_phase, len(territory.forces), most)


def _join(parts: list[Rows], territory: Territory, arrivals: int) -> Planned:
    """One table of all rows with stable ids, sorted by id; the last ``arrivals`` parts are reinforcement."""
    beats = np.cumsum([0] + [len(p.base) if p.kind in PATROLS else 0 for p in parts])
    kind = np.repeat([KIND[p.kind] for p in parts], [len(p.base) for p in parts])
    base, cell, heads = (np.concatenate([getattr(p, name) for p in parts]) for name in ("base", "cell", "heads"))
    loop = np.concatenate([np.where(p.loop >= 0, p.loop + first, -1) for p, first in zip(parts, beats)])
    site, number = territory.sites.id[base], number_within(kind, base)
    if len(site) and not (site.min() >= 0 and site.max() <= LARGEST_SITE_ID and number.max() < SITE_BLOCK):
        raise InputError(
            f"sites: ids must lie in 0 … {LARGEST_SITE_ID}, with fewer than {SITE_BLOCK} units of a kind at one"
        )
    ids = kind * KIND_BLOCK + site * SITE_BLOCK + number
    order = np.argsort(ids)
    order = order[heads[order].max(axis=1) > 0]
    part = np.repeat(np.arange(len(parts)) - (len(parts) - arrivals), [len(p.base) for p in parts])
    return Planned(ids[order], kind[order], base[order], cell[order], heads[order], loop[order], np.maximum(part[order], -1))


def _check_areas(territory: Territory, table: Planned) -> None:
    forces = len(territory.forces)
    served = np.unique(table.cell[MOBILE[table.kind] & (table.heads[:, POLLING] > 0) & (table.arrival < 0)] // forces)
    bare = np.setdiff1d(np.unique(territory.sites.area[territory.sites.of_kind("centre")]), served)
    if len(bare):
        raise InputError(
            f"staffing: {area_label(territory, int(bare[0]))} has polling centres but no mobile unit"
            f"{f' ({len(bare)} such areas)' if len(bare) > 1 else ''}: raise patrol_cars_factor or another mobile count"
        )


def _check_reserve(
    territory: Territory, settings: StaffingSettings, mobilised: list[object], given: Given, table: Planned
) -> None:
    sections = (table.kind == KIND["section"]) & (table.arrival < 0)
    force = table.cell[sections] % len(territory.forces)
    reserve = np.bincount(force, weights=table.heads[sections, POLLING], minlength=len(territory.forces))
    by_area = given.mobilised.max(axis=0, initial=-1) >= 0
    for f, (name, heads, total) in enumerate(zip(territory.forces, reserve.astype(int).tolist(), mobilised)):
        if total is not None and not by_area[f] and heads > float(total) * settings.staffing_factor:  # type: ignore[arg-type]
            raise InputError(f"staffing: the reserve of {name} has {heads} heads, more than the {total} mobilised")


def _units(
    territory: Territory,
    table: Planned,
    shifts: ShiftTable,
    came: Attendance,
    patrols: tuple[Loops, Streams],
    settings: StaffingSettings,
) -> Units:
    """The table of units, with the shifts that somebody works."""
    loops, streams = patrols
    forces, turnout, ones = len(territory.forces), settings.turnout, np.ones(len(table.id))
    on_loop = np.flatnonzero(table.loop >= 0)
    phase = np.zeros(len(table.id))
    phase[on_loop] = uniforms(streams, "patrol_phase", table.id[on_loop]) * loops.period[table.loop[on_loop]]
    section = table.kind == KIND["section"]
    worked = np.flatnonzero((shifts.heads > came.absent) & (came.begin < shifts.end))
    columns = kind_columns(table.kind)
    return Units(
        id=table.id,
        base=table.base,
        area=table.cell // forces,
        force=table.cell % forces,
        **(columns | {"task": np.where(table.arrival >= 0, TASK["reinforcement"], columns["task"])}),
        heads=table.heads.max(axis=1),
        loop=table.loop,
        loop_phase=phase,
        moving_time=ones * turnout.moving_time,
        parked_time=np.where(section, turnout.section_time, turnout.parked_time),
        base_time=np.where(section, turnout.section_time, turnout.base_time),
        home_factor=ones,
        scene_factor=ones.copy(),
        shift_from=np.r_[0, np.cumsum(np.bincount(shifts.unit[worked], minlength=len(table.id)))],
        shift_start=came.begin[worked],
        shift_end=shifts.end[worked],
        shift_heads=(shifts.heads - came.absent)[worked],
    )
