"""How far from a place a unit can be and still be as near as the best that is known: who is farther need not be looked at."""

from __future__ import annotations

from math import asin, cos, degrees, inf, radians, sin, sqrt

SLACK = 1.0 + 1e-9
MARGIN = 1e-6
"""What the box is larger by, in parts and in metres, so that no rounding puts a place outside that has the score of its edge."""
MARGIN_DEGREES = 1e-11


def reach(metric: str, score: float, x: float, y: float) -> tuple[float, float]:
    """Half the width and height of a box round a place outside which every score is higher; infinity where none is known.

    ``score`` is that of ``sim.territory.travel`` under ``metric``; ``x`` and ``y`` are metres, or degrees under great circles.
    """
    if metric == "euclid":
        side = sqrt(score) * SLACK + MARGIN
        return side, side
    if metric == "right_angle":
        side = score * SLACK + MARGIN
        return side, side
    if metric == "great_circle" and score < 0.5:
        return _reach_on_globe(2.0 * asin(sqrt(score)) * SLACK, x, y)
    return inf, inf


def _reach_on_globe(angle: float, x: float, y: float) -> tuple[float, float]:
    """The same for a central angle in radians: nowhere near the poles or the date line, where a box would not do."""
    height = degrees(angle) + MARGIN_DEGREES
    if abs(y) + height >= 89.0:
        return inf, inf
    width = degrees(asin(sin(angle) / cos(radians(y)))) + MARGIN_DEGREES
    return (width, height) if abs(x) + width < 180.0 else (inf, inf)
