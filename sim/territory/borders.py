"""Border zones: sites so near to another force's or another area's that a caller may reach the wrong room."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.territory.sites import Territory
from sim.territory.travel import EARTH_RADIUS

Ints = NDArray[np.int64]


def nearest_across(territory: Territory, metres: float) -> Ints:
    """For each site the nearest site of another force or area within ``metres``, shape (sites,); -1 outside border zones.

    Distances are straight lines on the plane or on the globe (a torus and a travel matrix play no part); ties to the lower
    position.
    """
    across = np.full(len(territory.sites), -1, dtype=np.int64)
    if metres <= 0.0 or len(across) < 2:
        return across
    sites, points = territory.sites, _points(territory)
    cell = sites.area * len(territory.forces) + sites.force
    pairs = scipy.spatial.cKDTree(points).query_pairs(metres, output_type="ndarray").astype(np.int64)
    pairs = pairs[cell[pairs[:, 0]] != cell[pairs[:, 1]]]
    both = np.concatenate((pairs, pairs[:, ::-1]))
    apart = np.linalg.norm(points[both[:, 0]] - points[both[:, 1]], axis=1)
    order = np.lexsort((both[:, 1], apart, both[:, 0]))
    site, first = np.unique(both[order, 0], return_index=True)
    across[site] = both[order[first], 1]
    return across


def _points(territory: Territory) -> NDArray[np.float64]:
    """Places of the sites in metres: on the plane, or in space on the globe (chords are as short as arcs here)."""
    x, y = territory.sites.x, territory.sites.y
    if territory.metric != "great_circle":
        return np.column_stack((x, y))
    east, north = np.radians(x), np.radians(y)
    place = np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))
    return np.asarray(EARTH_RADIUS * place)
