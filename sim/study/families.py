"""Families of comparisons: several options against one baseline, or many areas, looked at together.

With twenty comparisons one is beyond its own 95 % interval by chance. Areas take Holm's p-values; options also take intervals
that hold together (max-t), because differences to one baseline on the same days move together. Dunnett's and Tukey's tests
assume groups that have nothing to do with each other, which options on the same days are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from sim.study.daily import PerReplication
from sim.study.statistics import CONFIDENCE, Estimate, Floats, daily_differences

DRAWS = 20_000
"""Draws of the largest |t| of a family; the share beyond their quantile is right to 0.0015."""
FEWEST_DAYS = 15
"""Common days below which correlations are too rough (at 10 days and 7 options max-t held in 0.92 of studies, not 0.95), and
Bonferroni's level is taken."""


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted by Holm's step-down method (1979), None where there is none: those are no part of the family.

    Valid whatever the dependence between the comparisons.

    >>> holm([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    """
    known = [p for p in p_values if p is not None]
    order = np.argsort(known, kind="stable")
    steps = np.asarray(known)[order] * np.arange(len(known), 0, -1)
    adjusted = np.empty(len(known))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    rest = iter(adjusted.tolist())
    return [None if p is None else next(rest) for p in p_values]


@dataclass(frozen=True)
class Family:
    """The two-sided level of each comparison, such that all intervals of the family hold together in 95 % of studies.

    ``method``: ``alone`` (one comparison), ``max-t``, or ``Bonferroni`` (different days, or fewer than 15).
    """

    level: float
    method: str
    comparisons: int

    def half_width(self, difference: Estimate) -> float | None:
        """Half-width of a difference's simultaneous interval."""
        if difference.error is None:
            return None
        return float(scipy.stats.t.ppf(1.0 - self.level / 2, difference.degrees)) * difference.error


ALONE = Family(1.0 - CONFIDENCE, "alone", 1)


def family_of(options: Mapping[str, PerReplication], baseline: PerReplication, paired: bool = True, draws: int = DRAWS) -> Family:
    """The family of all options against the baseline on one measure. The same data give the same level, bit by bit.

    ``paired``: all faced the same days, and max-t takes the correlation of the daily differences on the days that all share.
    """
    alone = 1.0 - CONFIDENCE
    daily = shared_differences(list(options.values()), baseline)
    days, spread = len(daily), np.ptp(daily, axis=0) > 0 if len(daily) else np.zeros(len(options), dtype=bool)
    count = int(spread.sum()) if paired and days >= FEWEST_DAYS else len(options)
    if count <= 1:
        return ALONE
    if not paired or days < FEWEST_DAYS:
        return Family(alone / count, "Bonferroni", count)
    return Family(max(_max_t_level(daily[:, spread], draws), alone / count), "max-t", count)


def shared_differences(options: Sequence[PerReplication], baseline: PerReplication) -> Floats:
    """Daily differences of all options on the days for which all of them have data, (days, options)."""
    days = min((len(sample) for sample in (*options, baseline)), default=0)
    cut = [sample.first(days) for sample in (*options, baseline)]
    known = np.logical_and.reduce([sample.known for sample in cut])
    base = cut[-1].take(known)
    columns = [daily_differences(sample.take(known), base) for sample in cut[:-1]]
    return np.column_stack(columns) if columns and known.any() else np.zeros((0, len(options)))


def _max_t_level(daily: Floats, draws: int) -> float:
    """Level of a single comparison at the 95 % quantile of the largest |t| among correlated ones (multivariate t).

    Correlations seen on few days look too strong, which would make intervals too narrow; they are drawn in by 2 / days.
    """
    freedom, drawn_in = len(daily) - 1, 2.0 / len(daily)
    shape = (1.0 - drawn_in) * np.corrcoef(daily, rowvar=False) + drawn_in * np.eye(daily.shape[1])
    largest = np.abs(scipy.stats.multivariate_t(shape=shape, df=freedom, seed=1).rvs(draws)).max(axis=1)
    return float(2.0 * scipy.stats.t.sf(np.quantile(largest, CONFIDENCE), freedom))
