"""Estimates from lists of daily figures, for tests: day 0 first, one number for each day (None: no data)."""

from __future__ import annotations

from collections.abc import Sequence

from sim.study import statistics
from sim.study.daily import PerReplication, by_day
from sim.study.statistics import Estimate

Figures = Sequence[float | None]


def daily(figures: Figures) -> PerReplication:
    return by_day(dict(enumerate(figures)))


def estimate(figures: Figures) -> Estimate:
    return statistics.estimate(daily(figures))


def paired_difference(figures: Figures, baseline: Figures) -> Estimate:
    return statistics.paired_difference(daily(figures), daily(baseline))


def unpaired_difference(figures: Figures, baseline: Figures) -> Estimate:
    return statistics.unpaired_difference(daily(figures), daily(baseline))
