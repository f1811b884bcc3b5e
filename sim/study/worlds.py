"""How an option fares over plausible worlds (``inputs=drawn``)."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

from sim.study.daily import PerReplication, checked
from sim.study.statistics import CONFIDENCE


@dataclass(frozen=True)
class BetterShare:
    """Share of plausible worlds in which an option does better than the baseline, with its 95 % interval (Wilson 1927).

    Worlds in which both do exactly the same count half. None: no data.
    """

    share: float | None
    low: float | None
    high: float | None
    worlds: int


def better_share(sample: PerReplication, baseline: PerReplication, lower_is_better: bool) -> BetterShare:
    """Compare an option with the baseline world by world, over the common prefix of replications."""
    common = min(len(checked(sample)), len(checked(baseline)))
    own, other = sample.first(common), baseline.first(common)
    known = own.known & other.known
    gains = (other.figures - own.figures)[known] if lower_is_better else (own.figures - other.figures)[known]
    if not len(gains):
        return BetterShare(None, None, None, 0)
    wins = float((gains > 0).sum()) + 0.5 * float((gains == 0).sum())
    interval = scipy.stats.binomtest(round(wins), len(gains)).proportion_ci(CONFIDENCE, method="wilson")
    return BetterShare(wins / len(gains), float(interval.low), float(interval.high), len(gains))
