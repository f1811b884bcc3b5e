"""Incidents of the vote: independent ones at single centres, and clusters of neighbouring centres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY
from sim.demand.places import Pick, apart
from sim.demand.tape import THINNINGS
from sim.demand.warnings import warn_of
from sim.demand.world import Group, World, entity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def election_groups(world: World) -> Iterator[Group]:
    """One group for each class and area that has incidents on this day."""
    rumours = world.settings.rumours
    for name, spec in world.settings.classes.items():
        if rumours.drawn and name == rumours.incident_class:
            continue
        deterred = THINNINGS["deterrence"] if spec.deterred else 0
        bound = world.deterrence.bound_of(name) if deterred else 1.0
        centres = world.opportunities if deterred and not spec.ordered else world.centres
        for area, code in world.areas:
            mean = world.expected(name, area) * bound
            if mean > 0.0:
                key = entity(code, name)
                draw = _clusters if spec.clustered else _singles
                at, site, event = draw(world, area, centres[area], key, mean, spec.times)
                x, y = world.territory.sites.x[site], world.territory.sites.y[site]
                group = Group(world.code[name], area, key, at, site, x, y, None, deterred, bound)
                yield _warned(world, name, group, event, mean) if spec.ordered else group
        if world.calendar.latest_extension > 0.0 and spec.times.get("voters", 0.0) > 0.0:
            for area, code in world.areas:
                yield _extra_time(world, area, entity(code, name, "extra time"), name, centres[area], (deterred, bound))


EXTRA_FROM = 500_000
"""Number of the first candidate of extra time among the incidents of its class and area."""
_LAST_BLOCK = 1800.0


def _extra_time(world: World, area: int, key: int, name: str, pick: Pick, marks: tuple[int, float]) -> Group:
    """What happens only if the vote is prolonged, up to the latest closing: as dense as in the last half hour before."""
    calendar, sites, times = world.calendar, world.territory.sites, world.settings.classes[name].times
    closing = float(calendar.closing[area])
    last = 1.0 - float(world.curves.curve(area, {"voters": 1.0}).share_until(closing - _LAST_BLOCK))
    mean = world.expected(name, area) * marks[1] * times["voters"] * last * calendar.latest_extension / _LAST_BLOCK
    count = world.streams("incident_counts", key).poisson(mean)
    at = closing + world.streams("incident_times", key).random(count) * calendar.latest_extension
    site = pick.choose(world.streams("incident_places", key).random(count))
    thinning, place = marks[0] | THINNINGS["open"], (sites.x[site], sites.y[site])
    return Group(world.code[name], area, key, at, site, *place, thinning=thinning, bound=marks[1], first=EXTRA_FROM)


def _warned(world: World, name: str, group: Group, event: Ints, mean: float) -> Group:
    """A group of ordered disturbances with the warnings of some of them."""
    size = float(np.mean(_sizes(world, group.area))) if world.settings.classes[name].clustered else 1.0
    return warn_of(world, name, group, event, mean / size / group.bound)


def _sizes(world: World, area: int) -> tuple[int, int]:
    """Least and most centres of a cluster in an area."""
    least, most = (min(size, len(world.centres[area].sites)) for size in world.settings.clusters.size)
    return least, most


def _singles(
    world: World, area: int, pick: Pick, key: int, mean: float, times: Mapping[Any, float]
) -> tuple[Floats, Ints, Ints]:
    """Moments and sites of incidents that have nothing to do with each other, and the number of each."""
    count = world.streams("incident_counts", key).poisson(mean)
    u = world.streams("incident_times", key).random((2, count))
    site = pick.choose(world.streams("incident_places", key).random(count))
    return _moments(world, area, times, u, site), site, np.arange(count)


def _moments(world: World, area: int, times: Mapping[Any, float], u: Floats, site: Ints) -> Floats:
    """Moments by inversion; a mobile office that votes on several days has an even share of them on each."""
    calendar = world.calendar
    at = world.curves.curve(area, times).times(u[0])
    days = np.floor((calendar.opening[area] - calendar.site_opening[site]) / DAY) + 1.0
    early = np.floor(u[1] * days) * DAY
    return np.asarray(np.where(at <= calendar.closing[area], at - early, at))


def _clusters(
    world: World, area: int, pick: Pick, key: int, mean: float, times: Mapping[Any, float]
) -> tuple[Floats, Ints, Ints]:
    """Clusters of neighbouring centres, and the number of each incident's cluster; their mean number is the mean of incidents
    over the mean size."""
    rule = world.settings.clusters
    least, most = _sizes(world, area)
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
    return np.repeat(start, sizes) + delay, site, np.repeat(np.arange(count), sizes)


def _seeds(pick: Pick, u_recurs: Floats, u_place: Floats, recurring: float, anchors: int) -> Ints:
    """Where clusters start: at the same few centres of highest weight, or anywhere by weight."""
    known = pick.sites[np.argsort(-pick.weights, kind="stable")[:anchors]]
    again = known[(u_place * len(known)).astype(np.int64)]
    return np.where(u_recurs < recurring, again, pick.choose(u_place))


def _neighbours(world: World, pick: Pick, seed: int, count: int) -> Ints:
    """The seed and its nearest centres in the area."""
    distance = apart(world.territory, seed, pick.sites)
    return pick.sites[np.argsort(np.where(pick.sites == seed, -1.0, distance), kind="stable")[:count]]
