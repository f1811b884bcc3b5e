"""The worst-served tenth of areas: where a free unit would take longest, and what the recommended option changes there."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from sim.reports.data import LEAST_CENTRES, Report
from sim.reports.decision import DECIDES
from sim.study.daily import PerReplication, by_day
from sim.study.statistics import NO_DATA, Estimate, estimate, paired_difference, unpaired_difference

SHARE = 0.1


@dataclass(frozen=True)
class Worst:
    """Areas (positions) in which a free unit would take longest under the option shown, worst first, of ``of`` areas.

    ``here``: potential response in them, the mean of the areas; ``everywhere``: in the whole territory; ``change``: difference to
    the baseline in them. They are chosen by the option's own figures, which can only make its change look smaller.
    """

    areas: tuple[int, ...]
    of: int
    here: Estimate
    everywhere: Estimate
    change: Estimate

    @property
    def real(self) -> bool | None:
        """Whether the interval of the change leaves zero out."""
        low, high = self.change.low, self.change.high
        return None if low is None or high is None else low > 0 or high < 0


def worst_tenth(report: Report) -> Worst | None:
    """The worst-served tenth, at least one area; None where no area has data, or there is a single one."""
    values = report.areas(DECIDES)[report.chosen]
    least = 1 if report.share == "internal" else LEAST_CENTRES
    known = np.isfinite(values).any(axis=0) & (report.centres >= least)
    places = np.flatnonzero(known)
    if len(places) < 2:
        return None
    means = np.nanmean(values[:, places], axis=0)
    order = places[np.argsort(-means, kind="stable")]
    taken = tuple(order[: ceil(SHARE * len(places))].tolist())
    own, base = (_sample(report, option, taken) for option in (report.chosen, report.baseline))
    subtract = paired_difference if report.result.same_days else unpaired_difference
    change = NO_DATA if report.chosen == report.baseline else subtract(own, base)
    everywhere = estimate(report.result.sample(report.chosen, DECIDES))
    return Worst(taken, len(places), estimate(own), everywhere, change)


def _sample(report: Report, option: int, areas: tuple[int, ...]) -> PerReplication:
    """Mean of the areas on each day."""
    values = report.areas(DECIDES)[option][:, list(areas)]
    whole = np.isfinite(values).all(axis=1)
    means = np.where(whole, np.nan_to_num(values).mean(axis=1), np.nan)
    return by_day({day: float(mean) for day, mean in enumerate(means)})
