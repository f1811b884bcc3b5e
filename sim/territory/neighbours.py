"""Which areas may help which, nearest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEAREST = 5


def nearest_areas(
    x: NDArray[np.float64], y: NDArray[np.float64], touching: set[tuple[int, int]]
) -> tuple[tuple[int, ...], ...]:
    """For each area those that touch it, by distance between area middles (degrees (areas,)); ties to the lower area.

    With no borders given at all (``touching`` empty) the five nearest areas stand in for them.
    """
    east = (x[:, None] - x) * np.cos(np.radians((y[:, None] + y) / 2))
    distance = np.hypot(east, y[:, None] - y)
    order = np.argsort(distance, axis=1, kind="stable")
    ranked = [[int(j) for j in row if j != i] for i, row in enumerate(order)]
    if not touching:
        return tuple(tuple(row[:NEAREST]) for row in ranked)
    return tuple(tuple(j for j in row if (i, j) in touching) for i, row in enumerate(ranked))
