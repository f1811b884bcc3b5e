"""Which conclusions of a study turn round inside the ranges of its assumed inputs."""

from __future__ import annotations

from dataclasses import dataclass

from sim.evidence import patterns
from sim.measures.better import lower_is_better
from sim.reports.findings.assumed import pattern_of
from sim.reports.findings.factors import Factor, studied_factors
from sim.study.result import StudyResult, compare
from sim.study.statistics import Estimate
from sim.study.uncertainty import Uncertain, compare_both, influences
from sim.study.worlds import BetterShare

HOLDS, TURNS = 0.9, 0.5
"""A conclusion holds if it is so in nine worlds of ten, and turns if in less than half of them."""
CHANCE, STRONGEST = 0.05, 5


@dataclass(frozen=True)
class Flip:
    """One conclusion: ``option`` is ``better`` (or worse) than the baseline in ``measure`` with inputs as assumed; ``share``
    (with ``low`` and ``high``) of ``worlds`` in which that is so; ``state``: holds, open or turns."""

    option: int
    measure: str
    better: bool
    share: float
    low: float
    high: float
    worlds: int

    @property
    def state(self) -> str:
        """What becomes of the conclusion inside the ranges."""
        return "holds" if self.share >= HOLDS else "turns" if self.share < TURNS else "open"


def verdict(measure: str, difference: Estimate | None) -> bool | None:
    """Whether a difference to the baseline is for the better (None: its interval holds zero, or nothing is known)."""
    lower = lower_is_better(measure)
    if lower is None or difference is None or difference.low is None or difference.high is None:
        return None
    if difference.low <= 0.0 <= difference.high:
        return None
    return (difference.high < 0.0) == lower


def flips_of(both: Uncertain, measures: tuple[str, ...]) -> list[Flip]:
    """Every conclusion that stands with inputs as assumed, and in which share of plausible worlds it is so."""
    names = [option.name for option in both.drawn.study.options]
    found = []
    for one in compare_both(both, measures):
        better = verdict(one.measure, one.assumed_difference)
        if better is not None and one.better is not None and one.better.share is not None:
            found.append(_flip(names.index(one.option), one.measure, better, one.better))
    return found


def _flip(option: int, measure: str, better: bool, found: BetterShare) -> Flip:
    share, low, high = found.share or 0.0, found.low or 0.0, 1.0 if found.high is None else found.high
    if not better:
        share, low, high = 1.0 - share, 1.0 - high, 1.0 - low
    return Flip(option, measure, better, share, low, high, found.worlds)


def strongest(both: Uncertain, measure: str, option: int | None = None) -> list[tuple[str, float]]:
    """Inputs that move a measure of the baseline most over the worlds, or the difference that an ``option`` makes to it, with
    rank correlations; none that chance would explain."""
    found = influences(both.drawn, both.drawn.baseline if option is None else option, measure, option is not None)
    real = [i for i in found.influences if i.p_value is not None and i.p_value < CHANCE and i.correlation is not None]
    return [(i.name, i.correlation or 0.0) for i in real[:STRONGEST]]


@dataclass(frozen=True)
class Alone:
    """What one assumed input does alone: an ``option`` that differs from the baseline in the setting ``key`` and nothing else."""

    option: int
    key: str
    value: float
    difference: Estimate


def one_at_a_time(result: StudyResult, measure: str) -> list[Alone]:
    """Options that move one assumed input alone, and what that changes."""
    studied = studied_factors([option.settings for option in result.study.options], result.baseline)
    assumed = [factor for factor in studied.factors if _is_assumed(factor.key)]
    rows = compare(result, [measure])
    found = []
    for option in studied.options:
        moved = [f for f in studied.factors if f.values[option] != f.values[result.baseline]]
        difference = rows[option].difference
        if len(moved) == 1 and moved[0] in assumed and difference is not None:
            found.append(_alone(option, moved[0], difference))
    return found


def _alone(option: int, factor: Factor, difference: Estimate) -> Alone:
    return Alone(option, factor.key, factor.values[option], difference)


def _is_assumed(key: str) -> bool:
    """Whether a setting is an assumption about the world and no choice of the plan."""
    pattern = pattern_of(key)
    entry = {} if pattern is None else patterns()[pattern]
    return entry.get("tag") in ("assumed", "derived", "literature") and not entry.get("plan")
