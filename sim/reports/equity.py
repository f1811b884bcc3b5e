"""How evenly an option serves polling centres: the Kolm-Pollak equally distributed equivalent of their potential response.

It is the time that, given to every centre alike, would be as bad as what the centres have: their mean and what inequality adds.
Kolm (1976), J. Econ. Theory 12; for burdens and access: Sheriff & Maguire (2020), Risk Analysis 40; Logan et al. (2021),
Computers, Environment and Urban Systems 86. Unlike a Gini index it may be used on a burden and compared between options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.reports.data import Report
from sim.study.daily import PerReplication, by_day
from sim.study.outcome import Floats
from sim.study.statistics import NO_DATA, Estimate, estimate, paired_difference, unpaired_difference

AVERSION = 1.0
"""How much inequality counts (assumed; 0: not at all)."""
CURVE = "potential_by_centre"


@dataclass(frozen=True)
class Equity:
    """One option: mean over offices, equally distributed equivalent, what inequality adds, and the difference to the baseline in
    the equivalent; seconds."""

    option: int
    mean: Estimate
    equivalent: Estimate
    inequality: Estimate
    change: Estimate


def kappa(values: Floats, weights: Floats, aversion: float = AVERSION) -> float:
    """Aversion per second, (per unit of ``values``): ``aversion`` times sum(w x) / sum(w x^2), so that no unit matters.

    >>> kappa(np.array([2.0, 2.0]), np.ones(2))
    0.5
    """
    square = float(weights @ values**2)
    return aversion * float(weights @ values) / square if square > 0 else 0.0


def equivalent(values: Floats, weights: Floats, rate: float) -> float:
    """Kolm-Pollak equally distributed equivalent of a burden (n,) with weights (n,): log(mean(exp(rate x))) / rate.

    Never less than the mean, and equal to it where all have the same.

    >>> equivalent(np.array([3.0, 3.0]), np.ones(2), 0.5)
    3.0
    """
    share = weights / weights.sum()
    if rate <= 0:
        return float(share @ values)
    top = float(values.max())
    return top + float(np.log(share @ np.exp(rate * (values - top)))) / rate


def equity(report: Report) -> list[Equity]:
    """Every option, day by day, at the aversion that the baseline's mean day sets; empty where no day has centres."""
    curves = report.result.curves(CURVE)
    sites = report.territory.sites
    offices = sites.offices[sites.of_kind("centre")].astype(np.float64)
    base = curves.get(report.names[report.baseline])
    if base is None or base.shape[1] != len(offices):
        return []
    known = np.isfinite(base).all(axis=0) & (offices > 0)
    if not known.any():
        return []
    rate = kappa(base.mean(axis=0)[known], offices[known])
    days = {name: _days(rows[:, known], offices[known], rate) for name, rows in curves.items()}
    subtract = paired_difference if report.result.same_days else unpaired_difference
    found = []
    for option, name in enumerate(report.names):
        means, equals = days.get(name, ({}, {}))
        gaps = by_day({day: equals[day] - means[day] for day in means})
        own, other = _sample(report, option, equals), _sample(report, report.baseline, days[report.names[report.baseline]][1])
        change = NO_DATA if option == report.baseline else subtract(own, other)
        found.append(Equity(option, estimate(by_day(means)), estimate(own), estimate(gaps), change))
    return found


def _days(rows: Floats, weights: Floats, rate: float) -> tuple[dict[int, float], dict[int, float]]:
    """Mean and equivalent of each stored day, in their order."""
    share = weights / weights.sum()
    whole = [(day, row) for day, row in enumerate(rows) if np.isfinite(row).all()]
    return {day: float(share @ row) for day, row in whole}, {day: equivalent(row, weights, rate) for day, row in whole}


def _sample(report: Report, option: int, values: dict[int, float]) -> PerReplication:
    """The days by the number of their replication: curves are stacked without those that are missing."""
    there = sorted(day for which, day in report.result.outcomes if which == option)
    return by_day({there[position]: value for position, value in values.items()})
