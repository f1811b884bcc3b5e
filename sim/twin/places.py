"""Places: how much room there is for each of the sites round them, and how fast units of each pool get there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from sim.clock import DAY, HOUR
from sim.territory.travel import MODES
from sim.twin.days import Days, Floats, Ints, detours, speeds
from sim.twin.forces import Pools
from sim.twin.geometry import BALL, room_per_point

_EARTH = 6_371_008.8


@dataclass(frozen=True, eq=False)
class Room:
    """``room`` (sites,): square metres for each centre round a site, within its dispatch area; ``centres`` (areas,): how many."""

    room: Floats
    centres: Floats


def room_of(days: Days, places: Floats) -> Room:
    """Room round every site, on the scale of the distance between free units.

    ``places`` (areas,): places of free units in each dispatch area. The square-root law wants evenly strewn units; so it is
    applied locally: units are taken to stand as dense as centres do, and density is measured over as many centres as there are
    for each free unit.
    """
    scenario = days.scenario
    sites = scenario.territory.sites
    area = scenario.dispatch_area(sites.area, sites.force)
    room, count, where = np.full(len(sites), np.inf), np.zeros(scenario.dispatch_areas), _coordinates(days)
    if scenario.territory.matrix is not None:
        return Room(room, count)
    centre = np.zeros(len(sites), dtype=np.bool_)
    centre[sites.of_kind("centre")] = True
    for here in range(scenario.dispatch_areas):
        mine = np.flatnonzero(area == here)
        points = mine[centre[mine]] if centre[mine].any() else mine
        count[here] = len(points)
        if len(mine):
            rank = int(np.clip(round(len(points) / max(places[here], 1e-9)), 1, max(len(points) - 1, 1)))
            room[mine] = _local(where, scenario.territory.metric, mine, points, rank)
    return Room(room, count)


def _local(coordinates: tuple[Floats, Floats | None], metric: str, mine: Ints, points: Ints, rank: int) -> Floats:
    """Square metres for each point round each site; 0 where there is a single place."""
    where, box = coordinates
    if len(points) < 2:
        return np.zeros(len(mine))
    tree = KDTree(where[points], boxsize=box)
    neighbours = min(rank + 1, len(points))  # one more: a centre is no neighbour of its own
    distance, who = tree.query(where[mine], k=neighbours, p=1 if metric == "right_angle" else 2)
    own = who[:, 0] == mine_in(points, mine)
    far = np.where(own, distance[:, -1], distance[:, max(neighbours - 2, 0)])
    return room_per_point(far, neighbours - 1, metric)


def mine_in(points: Ints, mine: Ints) -> Ints:
    """Position of each site among some points (-1: it is none of them); ``points`` rise."""
    place = np.minimum(np.searchsorted(points, mine), len(points) - 1)
    return np.where(points[place] == mine, place, -1)


def _coordinates(days: Days) -> tuple[Floats, Floats | None]:
    """Places in metres, on the globe in space (chords are as good as arcs where neighbours are meant)."""
    territory = days.scenario.territory
    x, y = territory.sites.x, territory.sites.y
    if territory.metric == "great_circle":
        lon, lat = np.radians(x), np.radians(y)
        return _EARTH * np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1), None
    if territory.wrap is None:
        return np.stack((x, y), axis=1), None
    box = np.array(territory.wrap)
    return np.stack((x, y), axis=1) % box, box


def pace(days: Days, modes: Ints, fabric: Ints, hour: Ints) -> Floats:
    """Seconds for a metre of straight line to each place, (places, modes), at the speed of an emergency drive at that hour."""
    table = np.stack([detours(days.scenario) / speeds(days.scenario, MODES[mode]) for mode in modes.tolist()], axis=1)
    travel = days.scenario.travel
    at = (days.edges[hour] + HOUR / 2) % DAY
    slow = (at >= travel.peak_from % DAY) & (at < travel.peak_to % DAY)
    return np.asarray(table[fabric] * np.where(slow, travel.peak_factor, 1.0)[:, None])


def density(pools: Pools, free: Floats, room: Room, site: Ints, hour: Ints, here: Ints, area: int, metric: str) -> Floats:
    """Free units of some pools (``here``) for each ball of a metre round places of one area, (places, pools)."""
    each = np.maximum(room.room[site] * max(room.centres[area], 1.0), 1e-6)
    return np.asarray(BALL[metric] * free[np.ix_(here, hour)].T / each[:, None])
