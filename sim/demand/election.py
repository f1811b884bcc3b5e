"""Incidents of the vote: independent ones at single centres, and clusters of neighbouring centres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY
from sim.demand.places import Pick, apart
from sim.demand.tape import THINNINGS
from sim.demand.world import Group, World, entity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def election_groups(world: World) -> Iterator[Group]:
    """One group for each class and area that has incidents on this day."""
    for name, spec in world.settings.classes.items():
        deterred = THINNINGS["deterrence"] if spec.deterred else 0
        bound = world.deterrence.bound_of(name) if deterred else 1.0
        centres = world.opportunities if deterred and not spec.ordered else world.centres
        for area, code in world.areas:
            mean = world.expected(name, area) * bound
            if mean > 0.0:
                key = entity(code, name)
                draw = _clusters if spec.clustered else _singles
                at, site = draw(world, area, centres[area], key, mean, spec.times)
                sites = world.territory.sites
                yield Group(world.code[name], area, key, at, site, sites.x[site], sites.y[site], None, deterred, bound)


def _singles(world: World, area: int, pick: Pick, key: int, mean: float, times: Mapping[Any, float]) -> tuple[Floats, Ints]:
    count = world.streams("incident_counts", key).poisson(mean)
    u = world.streams("incident_times", key).random((2, count))
    site = pick.choose(world.streams("incident_places", key).random(count))
    return _moments(world, area, times, u, site), site


def _moments(world: World, area: int, times: Mapping[Any, float], u: Floats, site: Ints) -> Floats:
    """Moments by inversion; a mobile office that votes on several days has an even share of them on each."""
    calendar = world.calendar
    at = world.curves.curve(area, times).times(u[0])
    days = np.floor((calendar.opening[area] - calendar.site_opening[site]) / DAY) + 1.0
    early = np.floor(u[1] * days) * DAY
    return np.asarray(np.where(at <= calendar.closing[area], at - early, at))


def _clusters(
    world: World, area: int, pick: Pick, key: int, mean: float, times: Mapping[Any, float]
) -> tuple[Floats, Ints]:
    """Clusters of neighbouring centres; their mean number is the mean of incidents over the mean size."""
    rule = world.settings.clusters
    least, most = (min(size, len(pick.sites)) for size in rule.size)
    streams = world.streams("clusters", key)
    count = int(world.streams("incident_counts", key).poisson(mean * 2.0 / (least + most)))
    u = streams.random((5, count))
    start = world.curves.curve(area, times).times(u[0])
    seeds = _seeds(pick, u[1], u[2], rule.recurring, rule.anchors)
    sizes = least + np.floor(u[3] * (most - least + 1)).astype(np.int64)
    windows = rule.window[0] + u[4] * (rule.window[1] - rule.window[0])
    site = np.concatenate([_neighbours(world, pick, s, n) for s, n in zip(seeds.tolist(), sizes)] or [seeds])
    delay = world.streams("incident_times", key).random(len(site)) * np.repeat(windows, sizes)
    first = np.cumsum(sizes) - sizes
    delay[first] = 0.0
    return np.repeat(start, sizes) + delay, site


def _seeds(pick: Pick, u_recurs: Floats, u_place: Floats, recurring: float, anchors: int) -> Ints:
    """Where clusters start: at the same few centres of highest weight, or anywhere by weight."""
    known = pick.sites[np.argsort(-pick.weights, kind="stable")[:anchors]]
    again = known[(u_place * len(known)).astype(np.int64)]
    return np.where(u_recurs < recurring, again, pick.choose(u_place))


def _neighbours(world: World, pick: Pick, seed: int, count: int) -> Ints:
    """The seed and its nearest centres in the area."""
    distance = apart(world.territory, seed, pick.sites)
    return pick.sites[np.argsort(np.where(pick.sites == seed, -1.0, distance), kind="stable")[:count]]
