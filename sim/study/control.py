"""Control variates: a difference between options, freed of what a companion measure of the same days explains.

``potential_response`` is the companion of ``response_mean``. Its expectation under a plan is not known beforehand, and put in
from the same days it would change nothing; so studies print what it would gain, and the interval stays the plain one.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.study.daily import PerReplication
from sim.study.statistics import Estimate, Floats, daily_differences, t_quantile

FEWEST_DAYS = 5
"""Days below which a slope says nothing."""


def controlled_difference(
    option: PerReplication,
    baseline: PerReplication,
    control: tuple[PerReplication, PerReplication],
    expected: float,
) -> Estimate | None:
    """Difference at the ``expected`` difference of the control, by regression over the common days of all four.

    ``control``: the companion under the option and under the baseline; ``expected`` must be known from elsewhere. The slope
    costs a degree of freedom: n - 2 (Lavenberg and Welch 1981). None with fewer than five days, or a control without spread.
    """
    found = _paired(option, baseline, control)
    return None if found is None else _regressed(*found, expected)


def control_gain(
    option: PerReplication, baseline: PerReplication, control: tuple[PerReplication, PerReplication]
) -> float | None:
    """By how much the control would cut the variance of the difference if its expectation were known; below 1 it would lose,
    because the slope must be estimated. None where it cannot be said."""
    found = _paired(option, baseline, control)
    if found is None or not np.ptp(found[0]):
        return None
    made, days = _regressed(*found, float(found[1].mean())), len(found[0])
    if not made.error:
        return None
    # In the mean over where the days' control happens to lie, the variance grows by (n - 2) / (n - 3).
    return float(found[0].var(ddof=1) / days / made.error**2 * (days - 3) / (days - 2))


def variance_ratio(noisy: tuple[PerReplication, PerReplication], calm: tuple[PerReplication, PerReplication]) -> float | None:
    """How many times less the daily differences of one measure vary than those of another of the same unit (None: no data)."""
    found = [daily_differences(*pair) for pair in (noisy, calm)]
    if any(len(daily) < 2 or not np.isfinite(daily).all() or not np.ptp(daily) for daily in found):
        return None
    return float(found[0].var(ddof=1) / found[1].var(ddof=1))


def _paired(
    option: PerReplication, baseline: PerReplication, control: tuple[PerReplication, PerReplication]
) -> tuple[Floats, Floats] | None:
    """Daily differences of measure and control on the days for which all four have data."""
    samples = (option, baseline, *control)
    days = min(len(sample) for sample in samples)
    cut = [sample.first(days) for sample in samples]
    known: NDArray[np.bool_] = np.logical_and.reduce([sample.known for sample in cut])
    if known.sum() < FEWEST_DAYS:
        return None
    a, b, c, d = (sample.take(known) for sample in cut)
    differences, companion = daily_differences(a, b), daily_differences(c, d)
    return (differences, companion) if np.ptp(companion) and np.isfinite(differences).all() else None


def _regressed(differences: Floats, control: Floats, expected: float) -> Estimate:
    fit, freedom = scipy.stats.linregress(control - expected, differences), len(differences) - 2
    return Estimate(float(fit.intercept), t_quantile(freedom) * float(fit.intercept_stderr), len(differences), float(freedom))
