"""Travel: how far and how long, by metric, mode, fabric and hour.

A *score* orders places by distance cheaply (squared metres on a plane, the haversine on the globe, seconds in a
matrix); ``metres`` turns a score into a length. One fixed order of operations, so that other programs can reproduce it:
``detour * metres / speed``, then the hour's factor, then the noise of the incident's arrival slot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY
from sim.settings.response import TravelSettings
from sim.territory.sites import FABRICS, Territory

MODES = ("car", "motorcycle", "foot", "van", "convoy", "none")
EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth in metres (IUGG)."""
_DEGREE, _HALF_DEGREE = pi / 180.0, pi / 360.0

Floats = NDArray[np.float64]
_add, _multiply, _subtract = np.add, np.multiply, np.subtract
# Looked up once: a search calls a dozen of them.


def _euclid(x: Floats, y: Floats, px: float, py: float) -> Floats:
    dx, dy = _subtract(x, px), _subtract(y, py)
    _multiply(dx, dx, dx)
    _multiply(dy, dy, dy)
    return _add(dx, dy, dx)


def _right_angle(x: Floats, y: Floats, px: float, py: float) -> Floats:
    dx, dy = x - px, y - py
    np.abs(dx, out=dx)
    np.abs(dy, out=dy)
    dx += dy
    return dx


def _great_circle(x: Floats, y: Floats, px: float, py: float) -> Floats:
    """Haversine of the central angle; degrees in."""
    a = np.sin((y - py) * _HALF_DEGREE)
    b = np.sin((x - px) * _HALF_DEGREE)
    return np.asarray(a * a + np.cos(y * _DEGREE) * cos(py * _DEGREE) * (b * b))


def _wrapped(score: Callable[..., Floats], width: float, height: float) -> Callable[..., Floats]:
    """The same metric on a torus: the shorter way round in each direction."""

    def wrapped(x: Floats, y: Floats, px: float, py: float) -> Floats:
        dx, dy = np.abs(x - px) % width, np.abs(y - py) % height
        return score(np.minimum(dx, width - dx), np.minimum(dy, height - dy), 0.0, 0.0)

    return wrapped


def _euclid_one(x0: float, y0: float, x1: float, y1: float) -> float:
    dx, dy = x0 - x1, y0 - y1
    return dx * dx + dy * dy


def _right_angle_one(x0: float, y0: float, x1: float, y1: float) -> float:
    return abs(x0 - x1) + abs(y0 - y1)


def _great_circle_one(x0: float, y0: float, x1: float, y1: float) -> float:
    a, b = sin((y0 - y1) * _HALF_DEGREE), sin((x0 - x1) * _HALF_DEGREE)
    return a * a + cos(y0 * _DEGREE) * cos(y1 * _DEGREE) * (b * b)


def _wrapped_one(score: Callable[..., float], width: float, height: float) -> Callable[..., float]:
    def wrapped(x0: float, y0: float, x1: float, y1: float) -> float:
        dx, dy = abs(x0 - x1) % width, abs(y0 - y1) % height
        return score(min(dx, width - dx), min(dy, height - dy), 0.0, 0.0)

    return wrapped


_SCORES = {"euclid": _euclid, "right_angle": _right_angle, "great_circle": _great_circle}


def _metres_great_circle(score: float) -> float:
    return 2.0 * EARTH_RADIUS * asin(min(1.0, sqrt(score)))


_SCORES_ONE = {"euclid": _euclid_one, "right_angle": _right_angle_one, "great_circle": _great_circle_one}
"""The same scores for two points in plain numbers: an array of one costs five times as much."""

_METRES: dict[str, Callable[[float], float]] = {
    "euclid": sqrt,
    "right_angle": float,
    "great_circle": _metres_great_circle,
    "matrix": float,
}


def metres_array(metric: str, score: Floats) -> Floats:
    """Scores to metres (seconds under ``matrix``), for arrays of any shape."""
    if metric == "euclid":
        return np.asarray(np.sqrt(score))
    if metric == "great_circle":
        return np.asarray(2.0 * EARTH_RADIUS * np.arcsin(np.minimum(1.0, np.sqrt(score))))
    return score


def great_circle_metres(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """Great-circle distance in metres between points in degrees (arrays broadcast)."""
    a = np.sin((np.asarray(lat1) - lat0) * _HALF_DEGREE) ** 2
    b = np.sin((np.asarray(lon1) - lon0) * _HALF_DEGREE) ** 2
    haversine = a + np.cos(np.asarray(lat0) * _DEGREE) * np.cos(np.asarray(lat1) * _DEGREE) * b
    return metres_array("great_circle", haversine)


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel times in one territory.

    ``score(x, y, px, py)`` orders points (arrays) by distance to one point, ``score_one`` does so for two points;
    ``emergency`` and ``normal`` are speeds in m/s as nested tuples ``[mode][fabric]``; ``detour`` is indexed by fabric.
    Under a matrix every site is a node. Functions among the attributes are fetched before they are called, which is twice as
    fast: in a call on ``self`` a method is looked for first.
    """

    metric: str
    score: Callable[[Floats, Floats, float, float], Floats]
    score_one: Callable[[float, float, float, float], float]
    metres: Callable[[float], float]
    emergency: tuple[tuple[float, ...], ...]
    normal: tuple[tuple[float, ...], ...]
    detour: tuple[float, ...]
    peak: tuple[float, float, float]
    matrix: Floats | None
    node_x: Floats
    node_y: Floats

    def hour_factor(self, t: float) -> float:
        """Multiplier of drives that start at ``t`` (1 outside the peak; a given matrix has none)."""
        begin, end, factor = self.peak
        return factor if factor != 1.0 and begin <= t % DAY < end else 1.0

    def seconds(self, score: float, mode: int, fabric: int, t: float) -> float:
        """Expected drive in seconds to a task, from its score, for a start at ``t``."""
        if self.matrix is not None:
            return score
        metres = self.metres
        drive = self.detour[fabric] * metres(score) / self.emergency[mode][fabric]
        return drive if self.peak[2] == 1.0 else drive * self.hour_factor(t)

    def seconds_back(self, score: float, mode: int, fabric: int, t: float, factor: float) -> float:
        """Expected drive in seconds at normal speed times ``factor`` (home, to a loop, conveyance)."""
        if self.matrix is not None:
            return score / factor
        metres = self.metres
        drive = self.detour[fabric] * metres(score) / (self.normal[mode][fabric] * factor)
        return drive if self.peak[2] == 1.0 else drive * self.hour_factor(t)

    def score_between(self, x0: float, y0: float, node0: int, x1: float, y1: float, node1: int) -> float:
        """Score from one place to another; nodes matter under a matrix only."""
        if self.matrix is not None:
            return float(self.matrix[node0, node1])
        score_one = self.score_one
        return score_one(x0, y0, x1, y1)

    def nearest_node(self, x: float, y: float) -> int:
        """The node nearest to a point in a straight line; ties to the first node."""
        return int(np.argmin((self.node_x - x) ** 2 + (self.node_y - y) ** 2))


def build_travel(territory: Territory, settings: TravelSettings) -> Travel:
    """Make the travel times of a territory from its metric and the travel settings."""
    score = _SCORES.get(territory.metric, _euclid)
    score_one = _SCORES_ONE.get(territory.metric, _euclid_one)
    if territory.wrap is not None:
        score, score_one = _wrapped(score, *territory.wrap), _wrapped_one(score_one, *territory.wrap)
    return Travel(
        metric=territory.metric,
        score=score,
        score_one=score_one,
        metres=_METRES[territory.metric],
        emergency=_speeds(settings.speeds),
        normal=_speeds(settings.home_speeds),
        detour=tuple(settings.detour.get(fabric, 1.0) for fabric in FABRICS),  # type: ignore[call-overload]
        peak=(settings.peak_from % DAY, settings.peak_to % DAY, settings.peak_factor),
        matrix=territory.matrix,
        node_x=territory.sites.x,
        node_y=territory.sites.y,
    )


def _speeds(table: dict) -> tuple[tuple[float, ...], ...]:  # type: ignore[type-arg]
    """Metres per second by mode and fabric; a mode without a speed takes the car's."""
    rows = [table.get(mode, table["car"]) for mode in MODES]
    return tuple(tuple(row.get(fabric, next(iter(row.values()))) / 3.6 for fabric in FABRICS) for row in rows)
