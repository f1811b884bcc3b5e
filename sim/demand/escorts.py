"""Itineraries: protected persons and the electoral commission's tours, as planned tasks with legs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.demand.marks import lognormal
from sim.demand.places import apart
from sim.demand.planned import Errand
from sim.demand.planned_classes import COMMISSION, ROUTE, VIP
from sim.demand.world import World, entity
from sim.settings.planned import Itinerary
from sim.territory.apportion import apportion
from sim.territory.venues import venues_in_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def escort_errands(world: World) -> Iterator[Errand]:
    """Every itinerary of the day, and the cover of the VIPs' routes."""
    rule = world.settings.escorts
    for area, code in world.areas:
        pick = world.centres[area]
        if not len(pick.sites):
            continue
        stream = world.streams("vips", entity(code))
        count = int(rule.vips.per_area) + int(stream.random() < rule.vips.per_area % 1.0)
        seats = np.full(count, seat(world, area))
        for errand in _tours(world, VIP, area, rule.vips, stream, seats):
            yield errand
            yield Errand(ROUTE, area, errand.at, errand.site, errand.scene_time, rule.vips.route_wait_time, legs=errand.legs)
    for (area, code), count in zip(world.areas, teams(world).tolist(), strict=True):
        if count:
            stream = world.streams("commission", entity(code))
            first = world.centres[area].choose(stream.random(count))
            yield from _tours(world, COMMISSION, area, rule.commission, stream, first)


def seat(world: World, area: int) -> int:
    """Where the authorities of an area are: its largest hall, or its centre of highest weight (assumed)."""
    halls, pick = venues_in_order(world.territory, area), world.centres[area]
    return int(halls[0]) if len(halls) else int(pick.sites[np.argmax(pick.weights)])


def teams(world: World) -> Ints:
    """Teams of the commission in each area, in proportion to its offices, (areas,)."""
    rule = world.settings.escorts.commission
    offices = np.array([pick.total for pick in world.centres])
    wanted = round(rule.members / (sum(rule.team) / 2.0))
    if wanted <= 0 or offices.sum() <= 0:
        return np.zeros(len(offices), dtype=np.int64)
    return apportion(wanted, offices)


def _tours(world: World, cls: str, area: int, rule: Itinerary, stream: np.random.Generator, first: Ints) -> Iterator[Errand]:
    """One tour from each first place, over places near it, always on to the nearest that is left."""
    count, (least, most) = len(first), rule.stops
    u, z = stream.random((2 + most, count)), stream.standard_normal((most, count))
    hold = lognormal(z, *rule.hold_time)
    for i, origin in enumerate(first.tolist()):
        at = rule.start_from + u[0, i] * (rule.start_to - rule.start_from)
        stops = least + int(u[1, i] * (most - least + 1))
        places = _chain(world, area, origin, u[2 : 2 + stops, i], rule.within)
        legs = tuple(zip(places, hold[:, i].tolist(), strict=False))
        yield Errand(cls, area, at, origin, rule.scene_time, rule.wait_time, legs=legs)


def _chain(world: World, area: int, origin: int, u: Floats, within: int) -> list[int]:
    """Centres out of the ``within`` nearest to a place, one for each uniform, in the order of a walk to the nearest left."""
    centres = world.centres[area].sites
    near = centres[np.argsort(apart(world.territory, origin, centres), kind="stable")]
    left = near[near != origin][:within].tolist()
    chosen = [left.pop(int(value * len(left))) for value in u.tolist() if left]
    walk, here = [], origin
    while chosen:
        here = chosen.pop(int(np.argmin(apart(world.territory, here, np.array(chosen)))))
        walk.append(here)
    return walk
