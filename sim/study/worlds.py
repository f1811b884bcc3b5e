"""How an option fares over plausible worlds (``inputs=drawn``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

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


def better_share(values: Sequence[float | None], baseline: Sequence[float | None], lower_is_better: bool) -> BetterShare:
    """Compare an option with the baseline world by world, over the common prefix of replications.

    >>> better_share([1.0, 2.0, 5.0], [2.0, 3.0, 4.0], lower_is_better=True).worlds
    3
    """
    pairs = [(a, b) for a, b in zip(values, baseline, strict=False) if a is not None and b is not None]
    if not pairs:
        return BetterShare(None, None, None, 0)
    sign = -1.0 if lower_is_better else 1.0
    wins = sum(0.5 if a == b else float(sign * (a - b) > 0) for a, b in pairs)
    interval = stats.binomtest(round(wins), len(pairs)).proportion_ci(CONFIDENCE, method="wilson")
    return BetterShare(wins / len(pairs), float(interval.low), float(interval.high), len(pairs))
