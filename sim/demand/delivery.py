"""Delivery of the voting material before the opening: escorted trips from a commune's store to its centres, as planned tasks.

The store is the commune's collection point, to which boxes and minutes come back. Electoral staff carry, the package escorts.
Mobile offices take their material along.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.demand.ballots import collection_points
from sim.demand.planned import Errand
from sim.demand.planned_classes import DELIVERY
from sim.demand.world import World
from sim.forces.draws import uniforms
from sim.forces.spread import centres_in_order, number_within

Ints = NDArray[np.int64]


def delivery_errands(world: World) -> Iterator[Errand]:
    """The trips of every commune, each over up to ``stops`` centres that lie near each other.

    Raises ``InputError`` for an area with centres but no collection point.
    """
    if DELIVERY not in world.code:
        return
    rule, sites, opening = world.settings.delivery, world.territory.sites, world.calendar.opening
    centre, store = delivery_rounds(world)
    first = np.flatnonzero(number_within(store) % rule.stops == 0)
    u = uniforms(world.streams, "delivery", sites.id[centre[first]])
    for begin, end, share in zip(first.tolist(), [*first[1:].tolist(), len(centre)], u.tolist(), strict=True):
        area = int(sites.area[centre[begin]])
        at = float(opening[area]) - rule.from_time + share * (rule.from_time - rule.until_time)
        legs = tuple((site, rule.unload_time) for site in centre[begin:end].tolist())
        yield Errand(DELIVERY, area, at, int(store[begin]), rule.load_time, rule.wait_time, legs=legs)


def delivery_rounds(world: World) -> tuple[Ints, Ints]:
    """Every centre that is supplied and its store, by store, and along a curve on which neighbours are near."""
    sites = world.territory.sites
    centre = centres_in_order(world.territory).site
    centre = centre[~sites.mobile[centre]]
    store = collection_points(world, centre)
    order = np.argsort(store, kind="stable")
    return centre[order], store[order]
