"""Halls in the order in which gatherings use them: the same for the tape that draws gatherings and for the plan of rings,
so that a plan meets gatherings without seeing the tape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.territory.sites import Territory

Ints = NDArray[np.int64]


def venues_in_order(territory: Territory, area: int) -> Ints:
    """Positions of the venues of one area, largest first.

    A venue's size is the voters that it stands for: those of its commune over its rank by id among the commune's venues
    (assumed: the first hall of a town is its largest, and a large town has several large ones). Ties to the lower id.
    """
    sites = territory.sites
    here = sites.area == area
    venues = sites.of_kind("venue")
    venues = venues[here[venues]]
    communes, index = np.unique(sites.commune[venues], return_inverse=True)
    held = [sites.voters[here & (sites.commune == commune)].sum() for commune in communes.tolist()]
    rank = np.zeros(len(venues), dtype=np.int64)
    for number in range(len(communes)):
        own = np.flatnonzero(index == number)
        rank[own] = np.arange(1, len(own) + 1)
    size = np.array(held, dtype=np.float64)[index] / np.maximum(rank, 1)
    return venues[np.lexsort((sites.id[venues], -size))]
