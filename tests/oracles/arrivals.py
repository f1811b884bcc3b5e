"""Are counts per bin those of a non-homogeneous Poisson process? Per bin, never by the total of the day."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2


class CountCheck(NamedTuple):
    """Result of ``count_check``."""

    z: NDArray[np.float64]  # (bins,) standardised difference of each bin's total; NaN where nothing is expected
    dispersion_p: float  # two-sided, all bins pooled
    lag_z: float  # standardised correlation of neighbouring bins within a day
    empty_bins_hold: bool  # nothing was seen where nothing is expected


def expected_counts(edges: ArrayLike, rates: ArrayLike, bins: ArrayLike) -> NDArray[np.float64]:
    """Mean count in each bin of a piecewise constant rate, shape (len(bins) - 1,).

    ``rates[i]`` holds between ``edges[i]`` and ``edges[i + 1]`` and the rate is zero outside.
    """
    corners, level = np.asarray(edges, float), np.asarray(rates, float)
    cumulative = np.concatenate([[0.0], np.cumsum(level * np.diff(corners))])
    return np.diff(np.interp(np.asarray(bins, float), corners, cumulative))


def count_days(times: ArrayLike, days: ArrayLike, number_of_days: int, bins: ArrayLike) -> NDArray[np.int64]:
    """Counts by day and bin, shape (number_of_days, len(bins) - 1), of arrivals at ``times`` on ``days``."""
    grid = [np.arange(number_of_days + 1), np.asarray(bins, float)]
    return np.histogram2d(np.asarray(days), np.asarray(times), bins=grid)[0].astype(np.int64)


def count_check(counts: ArrayLike, expected: ArrayLike) -> CountCheck:
    """Compare ``counts`` (days, bins) with the ``expected`` mean counts (bins,) of independent Poisson bins.

    Source: Lewis & Shedler 1979 (the process); Cox & Lewis, Statistical Analysis of Series of Events (1966), 6.3
    (dispersion: sum of (x - mean)^2 / mean is chi-square with days - 1 degrees of freedom per bin).
    """
    seen, means = np.asarray(counts, float), np.asarray(expected, float)
    days, live = len(seen), means > 0
    z = np.full(len(means), math.nan)
    z[live] = (seen[:, live].sum(axis=0) - days * means[live]) / np.sqrt(days * means[live])
    return CountCheck(z, _dispersion_p(seen[:, live]), _lag_z(seen, means), not seen[:, ~live].any())


def _dispersion_p(seen: NDArray[np.float64]) -> float:
    average = seen.mean(axis=0)
    used = average > 0
    statistic = (((seen - average) ** 2)[:, used] / average[used]).sum()
    freedom = (len(seen) - 1) * int(used.sum())
    return float(min(1.0, 2 * min(chi2.cdf(statistic, freedom), chi2.sf(statistic, freedom))))


def _lag_z(seen: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    """Sum of products of neighbouring standardised counts over its standard deviation under independence."""
    both = (means[:-1] > 0) & (means[1:] > 0)
    standard = (seen - means) / np.sqrt(np.where(means > 0, means, 1.0))
    products = (standard[:, :-1] * standard[:, 1:])[:, both]
    return float(products.sum() / math.sqrt(products.size)) if products.size else math.nan
