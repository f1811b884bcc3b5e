"""Which places lie near a polling centre, and which traffic posts keep its streets clear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.forces.spread import metres_between, plane
from sim.forces.units import Units
from sim.settings.traffic import TrafficSettings
from sim.territory.sites import Territory

Ints = NDArray[np.int64]

POST = "traffic_post"
_DEGREE = 110_000.0
"""A little less than the metres of a degree, so that a search in degrees finds all, before exact distances decide."""


@dataclass(frozen=True, eq=False)
class NearCentres:
    """``centre`` (sites,): the nearest centre within the radius (-1: none); ``posts`` by centre: rows of the traffic posts
    that keep it clear."""

    centre: Ints
    posts: dict[int, tuple[int, ...]]


def _few(centres: Ints) -> list[int]:
    """Ranks of the few centres that the plane calls nearest, which it may put in a wrong order when they are about as far."""
    return list(range(1, min(4, len(centres)) + 1))


def near_centres(territory: Territory, units: Units, rules: TrafficSettings) -> NearCentres:
    """Find the nearest centre of every site and the posts within reach of every centre.

    Under a travel matrix, which has no metres, only the centres themselves are near.
    """
    sites, centres = territory.sites, territory.sites.of_kind("centre")
    posts = np.flatnonzero(units.kind == units.kinds.index(POST)) if POST in units.kinds else np.zeros(0, dtype=np.int64)
    centre = np.full(len(sites), -1, dtype=np.int64)
    if territory.matrix is not None or not len(centres):
        centre[centres] = centres
        by_base = {int(site): tuple(posts[units.base[posts] == site].tolist()) for site in np.unique(units.base[posts])}
        return NearCentres(centre, {site: rows for site, rows in by_base.items() if centre[site] == site})
    every = np.arange(len(sites))
    tree = scipy.spatial.cKDTree(np.column_stack(plane(territory, centres)))
    few = np.stack([centres[row] for row in tree.query(np.column_stack(plane(territory, every)), _few(centres))[1].T])
    away = np.stack([metres_between(territory, every, row) for row in few])
    nearest = few[away.argmin(axis=0), every]
    centre = np.where(metres_between(territory, every, nearest) <= rules.radius, nearest, -1)
    reach = rules.post_reach / (_DEGREE if territory.metric == "great_circle" else 1.0)
    found: dict[int, list[int]] = {}
    around = tree.query_ball_point(np.column_stack(plane(territory, units.base[posts])), reach) if len(posts) else []
    for post, rows in zip(posts.tolist(), around, strict=True):
        close = centres[np.array(sorted(rows), dtype=np.int64)]
        base = np.full(len(close), units.base[post])
        for site in close[metres_between(territory, base, close) <= rules.post_reach].tolist():
            found.setdefault(site, []).append(post)
    return NearCentres(centre, {site: tuple(rows) for site, rows in found.items()})
