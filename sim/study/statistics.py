"""Estimates over replications: one replication is one observation, never one call.

Pooling the calls of several days as if they were independent covers 0.23 instead of 0.95, because a day's calls share that
day; so nothing here takes calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Mean over replications with the half-width of its 95 % interval (None: no data, or a single replication).

    ``freedom``: degrees of freedom where they are not replications - 1 (Welch).
    """

    mean: float | None
    half_width: float | None
    replications: int
    freedom: float | None = None

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.mean is None or self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.mean is None or self.half_width is None else self.mean + self.half_width


def estimate(values: Sequence[float | None]) -> Estimate:
    """Student's t interval of the mean of independent replications; those without data are left out and not counted.

    >>> estimate([1.0, 2.0, 3.0, None]).replications
    3
    >>> estimate([4.0]).half_width is None
    True
    """
    data = np.array([v for v in values if v is not None and np.isfinite(v)], dtype=np.float64)
    if not len(data):
        return Estimate(None, None, 0)
    if len(data) == 1:
        return Estimate(float(data[0]), None, 1)
    quantile = float(stats.t.ppf(0.5 + CONFIDENCE / 2, len(data) - 1))
    return Estimate(float(data.mean()), quantile * float(stats.sem(data)), len(data))


def paired_difference(values: Sequence[float | None], baseline: Sequence[float | None]) -> Estimate:
    """Interval of the mean difference to the baseline over the common prefix of replications (common random numbers)."""
    pairs = zip(values, baseline, strict=False)
    return estimate([a - b for a, b in pairs if a is not None and b is not None])


def unpaired_difference(values: Sequence[float | None], baseline: Sequence[float | None]) -> Estimate:
    """Welch's interval of the difference of two means over different days; ``replications`` is the smaller number of days.

    >>> unpaired_difference([3.0, 4.0], [1.0, 1.0]).mean
    2.5
    """
    a, b = (np.array([v for v in data if v is not None and np.isfinite(v)]) for data in (values, baseline))
    days = min(len(a), len(b))
    if not days:
        return Estimate(None, None, 0)
    mean = float(a.mean() - b.mean())
    if days == 1:
        return Estimate(mean, None, 1)
    if not (np.ptp(a) or np.ptp(b)):
        return Estimate(mean, 0.0, days)
    with catch_warnings():
        # One of the two may be the same every day; SciPy then warns of lost digits in a spread that is zero.
        simplefilter("ignore", RuntimeWarning)
        test = stats.ttest_ind(a, b, equal_var=False)
    low, high = test.confidence_interval(CONFIDENCE)
    return Estimate(mean, float(high - low) / 2, days, float(test.df))


def smallest_detectable(difference: Estimate) -> float | None:
    """The difference that these replications would have shown with 95 % confidence and 80 % power (None: cannot say)."""
    n = difference.replications
    if difference.half_width is None or n < 2:
        return None
    freedom = n - 1 if difference.freedom is None else difference.freedom
    spread = difference.half_width / float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom))
    return spread * float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom) + stats.t.ppf(0.8, freedom))


def band(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lower and upper 95 % limits of curves, point by point; ``curves`` has shape (replications, points).

    With fewer than two replications the limits are NaN: nothing is drawn.
    """
    count = (~np.isnan(curves)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, np.nansum(curves, axis=0) / np.maximum(count, 1), np.nan)
        spread = np.sqrt(np.nansum((curves - mean) ** 2, axis=0) / np.maximum(count - 1, 1))
        half = stats.t.ppf(0.5 + CONFIDENCE / 2, np.maximum(count - 1, 1)) * spread / np.sqrt(np.maximum(count, 1))
    half = np.where(count > 1, half, np.nan)
    return mean, mean - half, mean + half
