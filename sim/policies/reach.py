"""How far from a place a unit can be and still be as near as the best that is known: who is farther need not be looked at."""

from __future__ import annotations

from math import cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.territory.travel import EARTH_RADIUS

METRICS = ("euclid", "right_angle")
"""Metrics of planes."""
SLACK = 1.0 + 1e-9
MARGIN = 1e-6
"""What the box is larger by, in parts and in metres, so that no rounding puts a place outside that has the score of its edge."""


def reach(metric: str, score: float) -> float:
    """Half the side of a box round a place outside which every score is higher, in metres on a plane.

    ``score`` is that of ``sim.territory.travel`` under ``metric``.
    """
    return (sqrt(score) if metric == "euclid" else score) * SLACK + MARGIN


def metres_at_least(metric: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float] | None:
    """Metres that a step of one in x, and one in y, takes at least between places inside the bounds of some; None where they are
    too far apart to say.

    Of two points on the globe the haversine is at least sin²(dlat / 2) and c² sin²(dlon / 2), where c is the cosine of the
    highest latitude; and sin(u) / u is least for the largest u.
    """
    if metric in METRICS:
        return 1.0, 1.0
    highest, widest = float(np.abs(y).max()), max(float(np.ptp(x)), float(np.ptp(y)))
    if metric != "great_circle" or highest > 89.0 or widest >= 180.0:
        return None
    half = max(radians(widest) / 2.0, 1e-9)
    degree = radians(1.0) * EARTH_RADIUS * sin(half) / half / SLACK
    return degree * cos(radians(highest)), degree
