"""Hot-spots: the few places that hold much of what is done on an opportunity. The same in every replication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.territory.apportion import apportion
from sim.territory.sites import Territory


def hot_spots(territory: Territory, share: float) -> NDArray[np.bool_] | None:
    """Which sites are hot-spots, (sites,): a ``share`` of the centres, spread over the areas by their centres (0: None).

    In each area those of the highest risk tier, among equals those with most voters, then the lowest id.
    """
    if share <= 0.0:
        return None
    sites = territory.sites
    centres = sites.of_kind("centre")
    held = np.bincount(sites.area[centres], minlength=len(territory.area_codes))
    wanted = apportion(round(share * len(centres)), held.astype(float))
    order = np.lexsort((sites.id[centres], -sites.voters[centres], -sites.tier[centres], sites.area[centres]))
    rank = np.arange(len(centres)) - np.repeat(np.cumsum(held) - held, held)
    ordered = centres[order]
    hot = np.zeros(len(sites), dtype=np.bool_)
    hot[ordered[rank < wanted[sites.area[ordered]]]] = True
    return hot
