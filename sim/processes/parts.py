"""Parts of the world: which dispatch areas depend on each other, and until when the others can do without a common clock.

Whatever lets one dispatch area read or change what belongs to another one has a row in ``_links``. The parts are the smallest
that no link crosses: dispatch areas, areas of the territory with all their forces, or the world as a whole. Some things
may cross the borders of parts because they are told on the common clock: calls that reach a neighbouring area's room, posts that
keep the street clear across a border, vehicles that belong to an incident elsewhere, and the main room (see
``sim.processes.command``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import THINNINGS
from sim.forces.access import near_centres
from sim.processes.meet import ahead_time, asks

if TYPE_CHECKING:
    from sim.demand.tape import Tape
    from sim.forces.access import NearCentres
    from sim.scenario import Scenario

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]
"""Dispatch areas that depend on each other."""


def part_size(scenario: Scenario, tape: Tape, room_across: Ints, near: NearCentres | None) -> int:
    """Number of dispatch areas that make one part of the world (0: all of them).

    ``room_across`` is the room that a call from each site may reach first (-1: none), ``near`` what keeps streets clear.
    Where another plan is followed later on, who depends on whom may change: all are told together.
    """
    if scenario.later or scenario.dispatch.aid != "never" or (asks(scenario) and ahead_time(scenario.command) <= 0.0):
        return 0
    pairs = list(_links(scenario, tape, room_across, near))
    for size in sorted({1, scenario.chains}):
        if scenario.dispatch_areas > size and all((one // size == other // size).all() for one, other in pairs):
            return size
    return 0


def _links(scenario: Scenario, tape: Tape, room_across: Ints, near: NearCentres | None) -> Iterator[Pairs]:
    """Everything by which dispatch areas depend on each other."""
    sites, units = scenario.territory.sites, scenario.units
    ruling = scenario.dispatch_area(sites.area, sites.force)
    of_unit = scenario.dispatch_area(units.area, units.force)
    yield ruling[units.base], of_unit
    if scenario.alert.rules.triggers:
        first = np.arange(scenario.dispatch_areas)
        yield first - first % scenario.chains, first
    if scenario.deterrence.is_on:
        walked = np.flatnonzero(units.loop >= 0)
        real = np.isfinite(scenario.loops.arrive[units.loop[walked]])
        of_stop = ruling[scenario.loops.site[units.loop[walked]]]
        yield np.where(real, of_stop, of_unit[walked][:, None]).ravel(), np.repeat(of_unit[walked], real.shape[1])
    border = np.flatnonzero(room_across >= 0)
    yield _inside(scenario, ruling[border], room_across[border])
    if near is not None:
        site, post = _cleared(near)
        yield _inside(scenario, ruling[site], of_unit[post])
    yield from _of_tape(tape, ruling)


def _inside(scenario: Scenario, one: Ints, other: Ints) -> Pairs:
    """Links between forces of one area; those that cross the border of an area are told on the common clock."""
    same = one // scenario.chains == other // scenario.chains
    return one[same], other[same]


def _cleared(near: NearCentres) -> Pairs:
    """Sites near a centre, and the posts that keep the street before it clear (rows of units)."""
    found = [(site, post) for site, centre in enumerate(near.centre.tolist()) for post in near.posts.get(centre, ())]
    site, post = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return site, post


def _of_tape(tape: Tape, ruling: Ints) -> Iterator[Pairs]:
    """What hangs together on the tape: incidents and what they hang on, presences and their warnings, halls and their sweeps."""
    incidents = tape.incidents
    own = ruling[incidents.site]
    child = np.flatnonzero((incidents.parent >= 0) & ((incidents.thinning & THINNINGS["inject"]) == 0))
    gatherings = np.array([(rally.id, rally.sweep, rally.site) for rally in tape.rallies], dtype=np.int64).reshape(-1, 3)
    named = (
        (incidents.parent[child], incidents.site[child]),
        (tape.warnings.presence, tape.warnings.site),
        (gatherings[:, 1], gatherings[:, 2]),
    )
    for ids, place in named:
        known, row = _rows(tape, ids)
        yield own[row], ruling[place[known]]
    for ids, place in ((gatherings[:, 0], gatherings[:, 2]), (tape.warnings.id, tape.warnings.site)):
        areas = dict(zip(ids.tolist(), ruling[place].tolist(), strict=True))
        children = zip(own[child].tolist(), incidents.parent[child].tolist(), strict=True)
        hung = [(mine, areas[parent]) for mine, parent in children if parent in areas]
        one, other = np.array(hung, dtype=np.int64).reshape(-1, 2).T
        yield one, other


def _rows(tape: Tape, ids: Ints) -> Pairs:
    """Positions of the ids that are those of incidents, and the rows of these incidents."""
    incidents = tape.incidents
    if not len(incidents.id):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.argsort(incidents.id, kind="stable")
    row = order[np.searchsorted(incidents.id, ids, sorter=order).clip(0, len(order) - 1)]
    known = np.flatnonzero(incidents.id[row] == ids)
    return known, row[known]


def far_checkpoints(scenario: Scenario, tape: Tape, size: int) -> frozenset[int]:
    """Checkpoints (sites) where a vehicle may be held that belongs to an incident of another part."""
    sites, vehicles = scenario.territory.sites, tape.vehicles
    part = scenario.dispatch_area(sites.area, sites.force) // size
    known, row = _rows(tape, vehicles.incident)
    site = vehicles.site[known]
    return frozenset(site[part[site] != part[tape.incidents.site[row]]].tolist())


def far_posts(scenario: Scenario, near: NearCentres | None, size: int) -> frozenset[int]:
    """Posts (rows of units) that keep the street clear for drives to sites of another part."""
    if near is None:
        return frozenset()
    sites, units = scenario.territory.sites, scenario.units
    site, post = _cleared(near)
    mine = scenario.dispatch_area(sites.area[site], sites.force[site]) // size
    theirs = scenario.dispatch_area(units.area[post], units.force[post]) // size
    return frozenset(post[mine != theirs].tolist())


def streets(scenario: Scenario) -> NearCentres | None:
    """What keeps the streets near centres clear, in a world in which that matters."""
    return near_centres(scenario.territory, scenario.units, scenario.traffic) if scenario.traffic.access_factor > 1.0 else None
