"""Power: how many days would show a given difference, and which difference given days would show.

Student's test of the daily differences on the same days; its power is the noncentral t distribution's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from sim.errors import InputError
from sim.study.daily import PerReplication
from sim.study.statistics import CONFIDENCE, POWER, daily_differences, t_quantile

MOST = 1_000_000
"""Days beyond which the answer is "never"."""


def power_of(difference: float, spread: float, days: int) -> float:
    """Chance that so many days show a difference, by a two-sided test at 5 %; ``spread``: standard deviation of a day's.

    >>> round(power_of(0.5, 1.0, 34), 3)
    0.808
    """
    shift, limit = abs(difference) / spread * np.sqrt(days), t_quantile(days - 1)
    # SciPy's noncentral t loses its far tail; there the power is that of a normal of the same shift: 1.
    above = float(scipy.stats.nct.sf(limit, days - 1, shift))
    below = float(scipy.stats.nct.cdf(-limit, days - 1, shift))
    return float(np.nan_to_num(above, nan=float(scipy.stats.norm.sf(limit - shift))) + np.nan_to_num(below))


def days_to_show(difference: float, spread: float, power: float = POWER) -> int | None:
    """Fewest days that show a difference with the power wanted; None beyond a million.

    >>> days_to_show(0.5, 1.0)
    34
    """
    if not spread:
        return 2
    low, high = 1, 2
    while power_of(difference, spread, high) < power:
        low, high = high, 2 * high
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(difference, spread, middle) >= power else (middle, high)
    return high


def difference_shown(spread: float, days: int, power: float = POWER) -> float | None:
    """Smallest difference that so many days show with the power wanted (None: fewer than two days)."""
    if days < 2:
        return None
    if not spread:
        return 0.0
    scale = spread / np.sqrt(days)
    widest = scale * (t_quantile(days - 1) + float(scipy.stats.t.ppf(max(power, POWER), days - 1))) * 4.0
    return float(scipy.optimize.brentq(lambda d: power_of(d, spread, days) - power, 0.0, widest, xtol=1e-9 * widest))


@dataclass(frozen=True)
class Power:
    """What the stored days of one option say about power: ``spread`` of a daily difference to the baseline in the measure's
    unit, the ``days`` it was seen on, ``needed`` to show ``difference`` (None: more than a million, or not asked), and the
    ``detectable`` difference of the days there are; both with power 80 % unless said."""

    spread: float
    days: int
    needed: int | None
    detectable: float


def power_from(option: PerReplication, baseline: PerReplication, difference: float | None, power: float = POWER) -> Power | None:
    """Power from the daily differences that are stored; None where fewer than two common days have data.

    Raises ``InputError`` for a difference that is not above zero or a power outside 0.05 … 1.
    """
    if difference is not None and not (np.isfinite(difference) and difference > 0):
        raise InputError(f"--difference {difference:g}: allowed: above 0, in the unit of the measure")
    if not 1.0 - CONFIDENCE < power < 1.0:
        raise InputError(f"--power {power:g}: allowed: between 0.05 and 1, such as 0.8")
    daily = daily_differences(option, baseline)
    if len(daily) < 2 or not np.isfinite(daily).all():
        return None
    spread = float(daily.std(ddof=1))
    needed = None if difference is None else days_to_show(difference, spread, power)
    return Power(spread, len(daily), needed, difference_shown(spread, len(daily), power) or 0.0)
