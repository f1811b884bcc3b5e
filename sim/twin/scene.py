"""Who is first on scene: unit by unit where an area has few of them, by the square-root law where it has many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import DAY
from sim.measures.coverage import LIMIT
from sim.measures.response import targets
from sim.twin.days import Bools, Days, Floats, Ints, fits
from sim.twin.forces import Needs, Pools, setting_out
from sim.twin.geometry import Nearest, first_on_scene
from sim.twin.located import Spots, drives, expected_drives, first_of, spots_of, workloads
from sim.twin.places import Room, density, pace

FEW = 1000
"""Most units of a dispatch area that are looked at one by one; more are taken to be strewn at random."""
RARELY = 1e-3
"""Where nobody is free more rarely than this, tasks that wait are left out of the mean drive."""
HOURS_OF_VOTE = 4
"""Hours of the vote at which the square-root law is evaluated; between them the share of busy units changes little."""


@dataclass(frozen=True, eq=False)
class State:
    """What all estimates are made from; ``busy`` and ``load`` as in :mod:`sim.twin.forces`, ``busy_time`` (needs,) seconds."""

    days: Days
    pools: Pools
    needs: Needs
    draws: Floats
    busy: Floats
    busy_time: Floats
    room: Room


def voting_weight(days: Days) -> Floats:
    """Weight of each hour in the mean over the vote, (hours,); even where nobody votes."""
    calendar = days.scenario.calendar
    begin, end = float(calendar.opening.min()), min(float(calendar.closing.max()), float(days.edges[-1]))
    inside = np.clip(np.minimum(days.edges[1:], end) - np.maximum(days.edges[:-1], begin), 0.0, None)
    return inside / inside.sum() if inside.sum() > 0 else np.full(days.hours, 1.0 / days.hours)


def is_few(days: Days) -> Bools:
    """Dispatch areas whose units are looked at one by one, (areas,); none under a table of travel times."""
    few = np.array([0 < len(rows) <= FEW for rows in days.members])
    return np.asarray(few & (days.scenario.territory.matrix is None))


def first_at(state: State, rows: Ints) -> tuple[Floats, Floats]:
    """Mobilisation and drive of the unit that reaches each row first, in seconds (NaN: none ever does)."""
    days = state.days
    start, drive = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if days.scenario.territory.matrix is not None:
        return start, drive
    few, area = is_few(days), days.area[rows]
    for here in np.unique(area).tolist():
        mine = np.flatnonzero(area == here)
        first = _one_by_one(state, rows[mine], here) if few[here] else _strewn(state, rows[mine], here)
        start[mine], drive[mine] = first.mobilisation, first.travel
    return start, drive


def over_the_vote(state: State, centres: Ints) -> tuple[Floats, Floats]:
    """Mean potential response (seconds, at most ``LIMIT``) and chance to be covered of each centre, (centres,)."""
    scenario, few = state.days.scenario, is_few(state.days)
    sites = scenario.territory.sites
    area = scenario.dispatch_area(sites.area, sites.force)[centres]
    potential, within = np.full(len(centres), LIMIT), np.zeros(len(centres))
    for here in np.unique(area).tolist():
        mine = np.flatnonzero(area == here)
        limit = targets(scenario, np.ones(len(mine), dtype=np.int64), sites.fabric[centres[mine]])
        look = _posts_one_by_one if few[here] else _posts_strewn
        found = look(state, centres[mine], here, np.nan_to_num(limit, nan=np.inf))
        potential[mine], within[mine] = found.capped, found.within
    return potential, within


def _urgent(state: State) -> list[int]:
    """Classes whose units coverage looks at: the most urgent election incidents."""
    return [c for c, cls in enumerate(state.days.scenario.classes) if cls.priority == 1 and cls.group == "election"]


def _may_serve(days: Days, rows: Ints, classes: list[int]) -> Bools:
    """Which of some units may take a place in a package of some classes (all, where there is no class), (units,)."""
    slots = {slot for c in classes for slot in days.scenario.classes[c].slots}
    everybody = np.full(len(rows), not slots)
    return np.logical_or.reduce([everybody, *(fits(days.scenario, slot)[rows] for slot in slots)])


# One by one -------------------------------------------------------------------------------------------------------


def _free(state: State, spots: Spots, weight: Floats, here: int, drive: Floats, site: Ints) -> tuple[Floats, float]:
    """Chance that each unit of an area is on duty and free, over hours by weight, (units,), and that none of them is."""
    days, units = state.days, state.days.scenario.units
    rows = spots.units
    pool = _pool_of(state, rows, here)
    duty = (state.pools.on_duty[pool] @ weight) / state.pools.units[pool]
    own = np.unique(pool)
    load = float(((state.busy * state.pools.on_duty)[own] @ weight).sum())
    count = np.bincount(days.rows.site, days.wants, len(days.scenario.territory.sites))[site].astype(np.float64)
    expected = expected_drives(drive, spots) + units.base_time[rows]
    at_work = np.flatnonzero(duty > 0.5)
    busy = (state.busy[pool] @ weight).astype(np.float64)
    all_busy = 1.0
    if len(at_work):
        busy[at_work], all_busy = workloads(load, count, expected[:, at_work])
    return np.asarray(duty * (1.0 - busy)), all_busy


def _pool_of(state: State, rows: Ints, here: int) -> Ints:
    """Pool of each unit of one area."""
    kinds = np.array([state.days.scenario.units.kind[rows]]).ravel()
    own = np.flatnonzero(state.pools.area == here)
    return own[np.searchsorted(state.pools.kind[own], kinds)]


def _one_by_one(state: State, rows: Ints, here: int) -> Nearest:
    """The first unit at each row: site by site, in the vote and outside it."""
    days = state.days
    units = days.members[here]
    spots = spots_of(days, units)
    sites, place = np.unique(days.rows.site[rows], return_inverse=True)
    drive, start = drives(days, spots, sites), setting_out(days, units)
    vote, hour = voting_weight(days), days.hour_of(days.reported_at[rows])
    inside = vote[hour] > 0.0
    outside = np.bincount(hour[~inside], days.wants[rows][~inside], days.hours)
    out = np.full((2, len(rows)), np.nan)
    for mine, weight in ((inside, vote), (~inside, outside / max(outside.sum(), 1e-300))):
        if not mine.any():
            continue
        free, all_busy = _free(state, spots, weight, here, drive, sites)
        for cls in np.unique(days.rows.cls[rows[mine]]).tolist():
            which = np.flatnonzero(mine & (days.rows.cls[rows] == cls))
            wanted, back = np.unique(place[which], return_inverse=True)
            serves = _may_serve(days, units, [cls])
            found = first_of(drive[wanted], start, spots, free, serves)
            waits = max(float(np.prod(1.0 - free[serves])), all_busy)
            drives_on = _from_work(days, units[serves], sites[wanted]) if waits > RARELY else 0.0
            out[:, which] = found.mobilisation[back], ((1.0 - waits) * found.travel + waits * drives_on)[back]
    out[1] *= _peak(days, hour)
    return Nearest(out[0], out[1], out[0], out[1])


def _from_work(days: Days, units: Ints, site: Ints) -> Floats:
    """Mean drive to each site of a unit that comes from its last task, (sites,): the unit for which a task has waited."""
    sites = days.scenario.territory.sites
    work = np.bincount(days.rows.site, days.wants, len(sites))[site].astype(np.float64)
    spots = Spots(units[:1], np.zeros(len(site), dtype=np.int64), sites.x[site], sites.y[site], work)
    return np.asarray(np.average(drives(days, spots, site), axis=1, weights=work))


def _peak(days: Days, hour: Ints) -> Floats:
    """Factor of drives in each hour."""
    travel, at = days.scenario.travel, (days.edges[hour] + np.diff(days.edges)[0] / 2) % DAY
    return np.where((at >= travel.peak_from % DAY) & (at < travel.peak_to % DAY), travel.peak_factor, 1.0)


def _posts_one_by_one(state: State, centres: Ints, here: int, target: Floats) -> Nearest:
    """Potential response at centres of one area, drives being as slow as in the mean hour of the vote."""
    days = state.days
    units = days.members[here]
    spots, vote = spots_of(days, units), voting_weight(days)
    drive = drives(days, spots, centres) * float(_peak(days, np.arange(days.hours)) @ vote)
    free, _ = _free(state, spots, vote, here, drive, centres)
    serves, start = _may_serve(days, units, _urgent(state)), setting_out(days, units)
    return first_of(drive, start, spots, free, serves, limit=LIMIT, target=target)


# Strewn at random -------------------------------------------------------------------------------------------------


def _strewn(state: State, rows: Ints, here: int) -> Nearest:
    """The first unit at each row by the square-root law."""
    days, pools, scenario = state.days, state.pools, state.days.scenario
    own, site, hour = np.flatnonzero(pools.area == here), days.rows.site[rows], days.hour_of(days.reported_at[rows])
    fit = fit_by_class(state)[days.rows.cls[rows]][:, own]
    dense = density(pools, pools.places(state.busy), state.room, site, hour, own, here, scenario.territory.metric) * fit
    paces = pace(days, pools.mode[own], scenario.territory.sites.fabric[site], hour)
    return first_on_scene(dense, paces, pools.start[own], by_time=scenario.dispatch.policy != "nearest")


def _posts_strewn(state: State, centres: Ints, here: int, target: Floats) -> Nearest:
    """Potential response at centres of one area by the square-root law, at some hours of the vote."""
    days, pools, scenario = state.days, state.pools, state.days.scenario
    own = np.flatnonzero(pools.area == here)
    if not len(own):
        return Nearest(*(np.full(len(centres), value) for value in (np.nan, np.nan, LIMIT, 0.0)))
    hours = _hours_of_vote(days)
    site, hour = np.repeat(centres, len(hours)), np.tile(hours, len(centres))
    urgent = _urgent(state)
    fit = fit_by_class(state)[urgent].max(axis=0) if urgent else np.ones(len(pools.area))
    dense = density(pools, pools.places(state.busy), state.room, site, hour, own, here, scenario.territory.metric) * fit[own]
    paces = pace(days, pools.mode[own], scenario.territory.sites.fabric[site], hour)
    found = first_on_scene(dense, paces, pools.start[own], limit=LIMIT, target=np.repeat(target, len(hours)))
    capped, within = (values.reshape(len(centres), -1).mean(axis=1) for values in (found.capped, found.within))
    return Nearest(capped, capped, capped, within)


def _hours_of_vote(days: Days) -> Ints:
    """Some hours of the vote, evenly spread."""
    voting = np.flatnonzero(voting_weight(days) > 0.0)
    return voting[np.unique(np.linspace(0, len(voting) - 1, HOURS_OF_VOTE + 2).round().astype(np.int64)[1:-1])]


def fit_by_class(state: State) -> Floats:
    """Share of each pool that may take any place of the package of a class, (classes, pools)."""
    number = {slot: code for code, slot in enumerate(state.pools.slots)}
    out = np.zeros((len(state.days.scenario.classes), len(state.pools.area)))
    for code, cls in enumerate(state.days.scenario.classes):
        for slot in cls.slots:
            out[code] = np.maximum(out[code], state.pools.fitting[number[slot]])
    return out
