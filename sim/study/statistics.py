"""Estimates over replications: one replication is one observation, never one call (``sim.study.daily``).

Means are Student's; a ratio of sums has the jackknife's standard error, written as pseudo-values of the days, so that paired
differences of ratios are a jackknife over the pairs of days. A quantile such as ``response_p90`` is the mean of the quantiles
of the days: each day is a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from warnings import catch_warnings, simplefilter

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.study.daily import PerReplication, checked

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
POWER = 0.8


@cache
def t_quantile(freedom: float) -> float:
    """Student's quantile of a two-sided 95 % interval."""
    return float(scipy.stats.t.ppf(0.5 + CONFIDENCE / 2, freedom))


@dataclass(frozen=True)
class Estimate:
    """Mean over replications with the half-width of its 95 % interval (None: no data, or a single replication).

    ``freedom``: degrees of freedom where they are not replications - 1 (Welch, control variate).
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

    @property
    def degrees(self) -> float:
        """Degrees of freedom of the interval."""
        return self.replications - 1.0 if self.freedom is None else self.freedom

    @property
    def error(self) -> float | None:
        """Standard error (None: no data, or a single replication)."""
        return None if self.half_width is None else self.half_width / t_quantile(self.degrees)

    @property
    def p_value(self) -> float | None:
        """Two-sided p-value of "it is zero"; figures that are the same every day give 0 or 1."""
        if self.mean is None or self.error is None:
            return None
        if not self.error:
            return float(self.mean == 0.0)
        return float(2.0 * scipy.stats.t.sf(abs(self.mean) / self.error, self.degrees))


NO_DATA = Estimate(None, None, 0)


def pseudo_values(above: Floats, below: Floats) -> Floats:
    """Jackknife pseudo-values of the ratio of sums, (replications,): n R - (n - 1) R without the day, moved to have mean R.

    NaN where leaving out one day leaves nothing to divide by.
    """
    n, whole = len(above), above.sum() / below.sum()
    rest = below.sum() - below
    without = np.divide(above.sum() - above, rest, out=np.full(n, np.nan), where=rest > 0)
    return np.asarray(whole - (n - 1) * (without - without.mean()))


def observations(sample: PerReplication) -> Floats:
    """What an estimate averages, (known replications,): the figures of the days, or pseudo-values of a ratio of sums."""
    known = checked(sample).take(sample.known)
    if known.below is None or not len(known):
        return known.above
    if len(known) == 1:
        return known.figures
    return pseudo_values(known.above, known.below)


def estimate(sample: PerReplication) -> Estimate:
    """Student's t interval of the mean of independent replications; those without data are left out and not counted.

    Of a ratio of sums: the ratio with the jackknife's interval. Raises ``TypeError`` for anything but a ``PerReplication``.

    >>> from sim.study.daily import by_day
    >>> estimate(by_day({0: 1.0, 1: 2.0, 2: 3.0, 3: None})).replications
    3
    >>> estimate(by_day({0: 4.0})).half_width is None
    True
    """
    return _student(observations(sample), _point(sample))


def _student(data: Floats, mean: float | None) -> Estimate:
    """Student's interval of some observations round a mean that is known already (it saves their last digits)."""
    if not len(data):
        return NO_DATA
    if len(data) == 1 or not np.isfinite(data).all():
        return Estimate(mean, None, len(data))
    error = float(data.std(ddof=1)) / len(data) ** 0.5  # scipy.stats.sem, which asks three times as long what it was given
    return Estimate(mean, t_quantile(len(data) - 1) * error, len(data))


def _point(sample: PerReplication) -> float | None:
    known = sample.take(sample.known)
    if not len(known):
        return None
    return float(known.above.mean() if known.below is None else known.above.sum() / known.below.sum())


def common(option: PerReplication, baseline: PerReplication) -> tuple[PerReplication, PerReplication]:
    """Both on their common prefix of replications, without those that lack data on either side.

    For two ratios a day counts when either has a denominator above zero.
    """
    days = min(len(checked(option)), len(checked(baseline)))
    a, b = option.first(days), baseline.first(days)
    if days and (a.below is None) != (b.below is None):
        raise ValueError("a ratio of sums can only be compared with a ratio of sums")
    both = np.isfinite(a.above) & np.isfinite(b.above)
    both &= a.known & b.known if a.below is None or b.below is None else a.known | b.known
    return a.take(both), b.take(both)


def daily_differences(option: PerReplication, baseline: PerReplication) -> Floats:
    """Observations of the paired difference, one for each common day; of ratios they are differences of pseudo-values."""
    a, b = common(option, baseline)
    if a.below is None or b.below is None:
        return a.above - b.above
    if not len(a) or not a.below.sum() or not b.below.sum():
        return np.zeros(0)
    if len(a) == 1:
        return a.figures - b.figures
    return pseudo_values(a.above, a.below) - pseudo_values(b.above, b.below)


def paired_difference(option: PerReplication, baseline: PerReplication) -> Estimate:
    """Interval of the mean difference to the baseline over the common prefix of replications (common random numbers).

    Of two ratios of sums: their difference, with the jackknife over the pairs of days.
    """
    data = daily_differences(option, baseline)
    if not len(data):
        return NO_DATA
    a, b = common(option, baseline)
    if a.below is None or b.below is None:
        return _student(data, float(data.mean()))
    return _student(data, float(a.above.sum() / a.below.sum() - b.above.sum() / b.below.sum()))


def unpaired_difference(option: PerReplication, baseline: PerReplication) -> Estimate:
    """Welch's interval of the difference of two means over different days; ``replications`` is the smaller number of days.

    >>> from sim.study.daily import by_day
    >>> unpaired_difference(by_day({0: 3.0, 1: 4.0}), by_day({0: 1.0, 1: 1.0})).mean
    2.5
    """
    first, second = _point(checked(option)), _point(checked(baseline))
    if first is None or second is None:
        return NO_DATA
    a, b = observations(option), observations(baseline)
    days, mean = min(len(a), len(b)), first - second
    if days == 1 or not np.isfinite(a).all() or not np.isfinite(b).all():
        return Estimate(mean, None, days)
    if not (np.ptp(a) or np.ptp(b)):
        return Estimate(mean, 0.0, days)
    with catch_warnings():
        # One of the two may be the same every day; SciPy then warns of lost digits in a spread that is zero.
        simplefilter("ignore", RuntimeWarning)
        test = scipy.stats.ttest_ind(a, b, equal_var=False)
    low, high = test.confidence_interval(CONFIDENCE)
    return Estimate(mean, float(high - low) / 2, days, float(test.df))


def smallest_detectable(difference: Estimate, level: float = 1.0 - CONFIDENCE) -> float | None:
    """The difference that these replications would have shown at a two-sided ``level`` with 80 % power (None: cannot say)."""
    if difference.error is None or difference.replications < 2:
        return None
    degrees = difference.degrees
    return difference.error * float(scipy.stats.t.ppf(1.0 - level / 2, degrees) + scipy.stats.t.ppf(POWER, degrees))


def pairing_gain(option: PerReplication, baseline: PerReplication) -> float | None:
    """By how much common days cut the variance of the difference, against as many days of each option's own.

    None: fewer than two common days, or no spread left.
    """
    a, b = common(option, baseline)
    daily = daily_differences(option, baseline)
    if len(daily) < 2 or not np.isfinite(daily).all() or not np.ptp(daily):
        return None
    return float((observations(a).var(ddof=1) + observations(b).var(ddof=1)) / daily.var(ddof=1))


def band(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, lower and upper 95 % limits of curves, point by point; ``curves`` has shape (replications, points).

    With fewer than two replications the limits are NaN: nothing is drawn.
    """
    count = (~np.isnan(curves)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, np.nansum(curves, axis=0) / np.maximum(count, 1), np.nan)
        spread = np.sqrt(np.nansum((curves - mean) ** 2, axis=0) / np.maximum(count - 1, 1))
        half = scipy.stats.t.ppf(0.5 + CONFIDENCE / 2, np.maximum(count - 1, 1)) * spread / np.sqrt(np.maximum(count, 1))
    half = np.where(count > 1, half, np.nan)
    return mean, mean - half, mean + half
