"""How far the nearest free unit is where units are strewn at random: the square-root law, in metres and in seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]

BALL = {"euclid": np.pi, "great_circle": np.pi, "right_angle": 2.0}
"""Area of the ball of radius 1 by metric."""
_Z, _W = np.polynomial.legendre.leggauss(32)
_LEVELS = (3.0 * (_Z + 1.0)) ** 2
_WEIGHTS = 18.0 * (_Z + 1.0) * _W * np.exp(-_LEVELS)
_WEIGHTS /= _WEIGHTS.sum()
_EVER = 1e9
"""Gauss-Legendre over the root of an exponential level: a nearest distance is a smooth function of it."""


def nearest_distance(area: ArrayLike, units: ArrayLike, busy: ArrayLike = 0.0, metric: str = "euclid") -> Floats:
    """Mean distance from a random point to the nearest free of ``units``: c x sqrt(area / (units x (1 - busy))).

    c is 1/2 in a straight line and sqrt(pi / 8) = 0.627 along a right-angled grid. Kolesar & Blum 1973 (Management Science 19,
    1368-1378); Larson & Odoni 1981, chapter 3.
    """
    free = np.asarray(units, dtype=np.float64) * (1.0 - np.asarray(busy, dtype=np.float64))
    whole, free = np.broadcast_arrays(np.asarray(area, dtype=np.float64), free)
    room = np.divide(whole, free, out=np.full(free.shape, np.inf), where=free > 0.0)
    return np.asarray(0.5 * np.sqrt(np.pi / BALL[metric]) * np.sqrt(room))


def room_per_point(distance: Floats, rank: int, metric: str = "euclid") -> Floats:
    """Area for each point of a scatter, from the distance to the neighbour of a ``rank``, so that the root of it has no bias
    where points are strewn at random: E[distance] = sqrt(area / ball) x Gamma(rank + 1/2) / Gamma(rank)."""
    shape = np.exp(gammaln(rank) - gammaln(rank + 0.5))
    return np.asarray(BALL[metric] * (distance * shape) ** 2)


@dataclass(frozen=True)
class Nearest:
    """The first unit on scene; arrays (places,). ``mobilisation`` and ``travel`` are means of the unit that comes first in
    seconds, ``capped`` the mean of their sum cut at a limit, ``within`` the chance that it is at most the target."""

    mobilisation: Floats
    travel: Floats
    capped: Floats
    within: Floats


def first_on_scene(
    density: Floats, pace: Floats, start: Floats, *, by_time: bool = True, limit: float = np.inf, target: ArrayLike = np.inf
) -> Nearest:
    """Who is there first, where free units of each group are strewn at random round each place.

    ``density`` (places, groups): free units for each ball of radius 1 metre; ``pace`` (places, groups): seconds that a metre of
    straight line takes; ``start`` (groups,): mobilisation. Within t seconds each group covers a disc of its own, so nobody is
    there with chance exp(-sum density x (t - start)^2 / pace^2): the square-root law with several speeds. ``by_time`` false
    sends the nearest by distance. Larson & Odoni 1981, section 3.7.
    """
    if not by_time:
        return _by_distance(density, pace, start, limit, np.asarray(target, dtype=np.float64))
    strength = density / pace**2
    none = strength.sum(axis=1) <= 0.0
    times = _reached(strength, start, _LEVELS)
    open_ = np.maximum(times[:, :, None] - start, 0.0)
    hazard = strength[:, None, :] * open_
    share = hazard / np.maximum(hazard.sum(axis=2, keepdims=True), 1e-300)
    wait = (share @ start) @ _WEIGHTS
    left = np.minimum(np.maximum(np.broadcast_to(target, none.shape)[:, None] - start, 0.0), _EVER)
    within = -np.expm1(-(strength * left**2).sum(axis=1))
    total = times @ _WEIGHTS
    return _nearest(none, wait, total - wait, np.minimum(times, limit) @ _WEIGHTS, within, limit)


def _reached(strength: Floats, start: Floats, levels: Floats) -> Floats:
    """Times at which the covered area has each level, (places, levels): roots of a rising function, by bisection from above."""
    total = np.maximum(strength.sum(axis=1), 1e-300)[:, None]
    low = np.full((len(strength), len(levels)), float(start.min(initial=0.0)))
    high = float(start.max(initial=0.0)) + np.sqrt(levels / total)
    for _ in range(30):
        middle = (low + high) / 2
        area = np.einsum("pg,plg->pl", strength, np.maximum(middle[:, :, None] - start, 0.0) ** 2)
        less = area < levels
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return (low + high) / 2


def _by_distance(density: Floats, pace: Floats, start: Floats, limit: float, target: Floats) -> Nearest:
    """The same where the room sends the nearest unit, however fast it is."""
    total = density.sum(axis=1)
    none = total <= 0.0
    share = density / np.maximum(total, 1e-300)[:, None]
    metres = np.sqrt(_LEVELS / np.maximum(total, 1e-300)[:, None])
    times = start + metres[:, :, None] * pace[:, None, :]
    met = np.maximum(np.broadcast_to(target, none.shape)[:, None] - start, 0.0) / pace
    within = (share * -np.expm1(-np.minimum(total[:, None] * met**2, 700.0))).sum(axis=1)
    capped = (np.einsum("plg,l->pg", np.minimum(times, limit), _WEIGHTS) * share).sum(axis=1)
    wait = share @ start
    return _nearest(none, wait, (np.einsum("plg,l->pg", times, _WEIGHTS) * share).sum(axis=1) - wait, capped, within, limit)


def _nearest(none: NDArray[np.bool_], wait: Floats, drive: Floats, capped: Floats, within: Floats, limit: float) -> Nearest:
    """NaN where there is no unit at all; what is cut at a limit is the limit there."""
    return Nearest(
        np.where(none, np.nan, wait), np.where(none, np.nan, drive), np.where(none, limit, capped), np.where(none, 0.0, within)
    )
