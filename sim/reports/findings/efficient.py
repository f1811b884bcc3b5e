"""Efficient options: those that no other option beats in cost and in result at once (Pareto), and how sure that is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DRAWS = 1000


def efficient(cost: Floats, gain: Floats) -> Bools:
    """Which options (options,) are efficient: none costs at most as much and gains at least as much, one of both truly so.

    Options without data are not efficient and beat none. Equal options are efficient together.

    >>> efficient(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.9, 0.8])).tolist()
    [True, True, False]
    """
    cheaper, better = cost[:, None] <= cost, gain[:, None] >= gain
    truly = (cost[:, None] < cost) | (gain[:, None] > gain)
    return np.asarray(np.isfinite(cost) & np.isfinite(gain) & ~(cheaper & better & truly).any(axis=0))


def certainty(cost: Floats, above: Floats, below: Floats, draws: int = DRAWS) -> Floats:
    """Share of redrawn studies in which each option is efficient, (options,); NaN without data or with a single day.

    ``cost``, ``above`` and ``below`` have shape (options, replications); the gain is the ratio of sums over the days. Days are
    drawn with replacement, for all options together, because they faced the same ones. The same data give the same shares.
    """
    known = np.isfinite(cost) & np.isfinite(above) & np.isfinite(below)
    some = known.any(axis=1)
    common = known[some].all(axis=0)
    shares = np.full(len(cost), np.nan)
    if common.sum() < 2 or not some.any():
        return shares
    size = int(common.sum())
    drawn = np.random.default_rng(1).integers(0, size, (draws, size))
    paid, upper, lower = (part[some][:, common][:, drawn].sum(axis=2) for part in (cost, above, below))
    gained = np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=lower > 0)
    shares[some] = np.mean([efficient(paid[:, draw], gained[:, draw]) for draw in range(draws)], axis=0)
    return shares
