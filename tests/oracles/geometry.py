"""Nearest units on a torus and patrols on loops: exact laws for a finite number of units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.integrate import quad
from scipy.stats import binom

Metric = Literal["euclid", "right_angle"]


def ball_share(radius: float, side: float = 1.0, metric: Metric = "euclid") -> float:
    """Share of a square torus within ``radius`` of a point: the law of the distance to one uniform unit.

    Euclid: the circle less the four caps outside the square; right-angle: the diamond, or the square less four corners.
    Source: elementary geometry on the wrapped square.
    """
    r = radius / side
    if r <= 0:
        return 0.0
    if metric == "right_angle":
        return 2 * r * r if r <= 0.5 else max(0.0, 1 - 2 * max(0.0, 1 - r) ** 2)
    if r >= math.sqrt(0.5):
        return 1.0
    cap = r * r * math.acos(0.5 / r) - 0.5 * math.sqrt(r * r - 0.25) if r > 0.5 else 0.0
    return math.pi * r * r - 4 * cap


def nearest_cdf(radius: float, units: int, side: float = 1.0, metric: Metric = "euclid", rank: int = 1) -> float:
    """P(the ``rank``-th nearest of ``units`` independent uniform units is within ``radius``) on a torus.

    Source: at least ``rank`` of n in the ball (binomial); Larson & Odoni, Urban Operations Research, chapter 3.
    """
    return float(binom.sf(rank - 1, units, ball_share(radius, side, metric)))


def nearest_mean(units: int, side: float = 1.0, metric: Metric = "euclid", rank: int = 1) -> float:
    """Mean distance to the ``rank``-th nearest of ``units`` uniform units on a torus: the integral of the tail."""
    far = 1.0 if metric == "right_angle" else math.sqrt(0.5)
    # The law bends at half a side; short pieces keep the quadrature exact when many units make the tail steep.
    edges = sorted({0.0, 0.5, far, *(min(0.5, k / math.sqrt(units)) for k in (0.25, 0.5, 1, 2, 4))})
    pieces = pairwise(edges)
    total = sum(quad(lambda r: 1 - nearest_cdf(r, units, 1.0, metric, rank), a, b, epsabs=1e-13)[0] for a, b in pieces)
    return side * total


def nearest_mean_limit(density: float, metric: Metric = "euclid") -> float:
    """Mean distance to the nearest of infinitely many units at ``density`` per area: 1/(2 sqrt g), 0.6267/sqrt g.

    Source: Larson & Odoni, Urban Operations Research, section 3.7 (spatial Poisson process).
    """
    return (0.5 if metric == "euclid" else math.sqrt(math.pi / 8)) / math.sqrt(density)


def pass_probability(periods: Sequence[float], time: float, available: float = 1.0, stop: float = 0.0) -> float:
    """P(at least one patrol is at the point within ``time``), independent loops through it with random phase.

    ``periods`` are the round times; a patrol halts ``stop`` at the point and is out on its loop with probability
    ``available``, independently of the others.
    Source: Larson, Urban Police Patrol Analysis (1972), chapter 4: one loop sees the point with probability T / period.
    """
    missed = (1 - available * min(1.0, (time + stop) / period) for period in periods)
    return 1 - math.prod(missed)


def pass_probability_random(pass_rate: float, time: float) -> float:
    """P(pass within ``time``) when the patrol wanders without memory. Larson 1972, chapter 4: 1 - exp(-rate T)."""
    return 1 - math.exp(-pass_rate * time)


def mean_gap(periods: Sequence[float]) -> float:
    """Mean time between passes of any patrol: the inverse of the total pass rate."""
    return 1 / sum(1 / period for period in periods)


def mean_time_to_pass(periods: Sequence[float]) -> float:
    """Mean time from a random moment to the next pass of any of several independent loops with random phase."""
    return float(quad(lambda t: 1 - pass_probability(periods, t), 0, min(periods), epsabs=1e-12)[0])


def gap_tail(periods: Sequence[float], time: float) -> float:
    """P(a gap between successive passes exceeds ``time``), several independent loops with random phase.

    The tail of the time to the next pass is the integrated gap tail over the mean gap (Palm-Khinchine), so the gap
    tail is its derivative: mean gap x sum over i of 1/L_i x product over j != i of (1 - t / L_j).
    """
    if time >= min(periods):
        return float(len(periods) == 1 and time < periods[0])
    others = (
        math.prod(1 - time / length for j, length in enumerate(periods) if j != i) / periods[i]
        for i in range(len(periods))
    )
    return mean_gap(periods) * sum(others)


def mean_longest_gap(period: float, patrols: int) -> float:
    """Mean longest gap of ``patrols`` independent patrols on loops of one ``period``: L / n x harmonic number.

    Source: largest of n uniform spacings on a circle, David & Nagaraja, Order Statistics (2003), section 6.4.
    """
    return period / patrols * float(np.sum(1 / np.arange(1, patrols + 1)))
