"""Areas of responsibility: which rapid response unit answers first for each site."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.forces.spread import metres_between
from sim.forces.units import Units
from sim.territory.sites import Territory

Ints = NDArray[np.int64]
RAPID = "rrv"


def areas_of_responsibility(territory: Territory, units: Units, chains: int, without: Ints | None = None) -> Ints:
    """Row of the rapid response unit in whose area each site lies, shape (sites,); -1 where its room has none.

    Every site belongs to the nearest base with such units of its own room (``chains``: rooms in each area); the sites of a base
    are shared among its units by the direction in which they lie, so that each has a sector with as many of them. Units (rows)
    ``without`` have none.
    """
    sites = territory.sites
    mine = np.full(len(sites), -1, dtype=np.int64)
    if RAPID not in units.kinds:
        return mine
    rapid = np.flatnonzero(units.mobile & (units.kind == units.kinds.index(RAPID)))
    rapid = rapid if without is None else np.setdiff1d(rapid, without)
    of_site = sites.area * chains + (sites.force if chains > 1 else 0)
    of_unit = units.area[rapid] * chains + (units.force[rapid] if chains > 1 else 0)
    for room in np.unique(of_unit):
        here, members = np.flatnonzero(of_site == room), rapid[of_unit == room]
        bases = np.unique(units.base[members])
        far = np.stack([metres_between(territory, np.full(len(here), base), here) for base in bases])
        nearest = bases[far.argmin(axis=0)] if len(here) else bases[:0]
        for base in bases.tolist():
            _share(territory, base, here[nearest == base], members[units.base[members] == base], mine)
    return mine


def _share(territory: Territory, base: int, around: Ints, members: Ints, mine: Ints) -> None:
    """Cut the sites round a base into sectors of equal numbers, one for each of its units."""
    sites = territory.sites
    angle = np.arctan2(sites.y[around] - sites.y[base], sites.x[around] - sites.x[base])
    order = around[np.lexsort((sites.id[around], angle))]
    mine[order] = members[np.arange(len(order)) * len(members) // max(len(order), 1)]
