"""The rule by which a report recommends an option. No recommendation is stronger than the interval behind it.

1. An option is *better* (or *worse*) than the baseline if the interval of its difference in potential response, which holds
   together with those of all other options, lies wholly on one side of zero. Anything else is *open*.
2. An option *meets the goal* if the whole 95 % interval of its share of priority 1 and 2 incidents within target is at or above
   90 % (assumed), *misses* it if the whole interval is below; anything else is *open*.
3. A better option is *barred* if it is worse, by the same kind of interval, in what must not be paid with: incidents within
   target, offices covered, voting time lost, voters delayed, planned tasks covered.
4. Among the options left that need no more officers than the baseline, the one with the shortest potential response is taken;
   among those that cannot be told from it, the one that needs fewest officers.
5. If neither the baseline nor that option meets the goal, the option with the fewest additional officers that does is taken.
6. If no option is left, the baseline stays. With fewer than two days, or a single option, nothing is recommended.

How sure it is: *strong* if it is better on ten days or more and, with inputs drawn, in at least nine of ten plausible worlds;
*fair* on ten days or more with inputs as assumed, or in more than half of the worlds by its interval; otherwise *weak*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from sim.measures.better import lower_is_better
from sim.study.result import Comparison, StudyResult
from sim.study.statistics import Estimate, estimate, paired_difference, unpaired_difference
from sim.study.uncertainty import Uncertain
from sim.study.worlds import BetterShare, better_share

GOAL = 0.90
"""Share of priority 1 and 2 incidents with a unit within target that a plan should reach (calibration, assumed)."""
DECIDES, TARGETS = "potential_response", "compliance_p1_p2"
BARRED_BY = (TARGETS, "coverage", "office_minutes_lost", "voters_delayed", "planned_covered")
"""Measures in which no gain may be paid for."""
NAMED = (
    "response_mean", "response_p90", "coverage_worst_area", "presence_gap_mean", "handled_on_spot", "minutes_lost",
    "calls_lost", "calm_index",
)  # fmt: skip
"""Measures that are told where an option is better or worse in them."""
ENOUGH_DAYS = 10
NOISE = 1e-9
MOST_WORLDS = 0.9

Ask = Callable[[int, str], Comparison]
"""Comparison of an option with the baseline on a measure."""


@dataclass(frozen=True)
class Standing:
    """How one option stands against the baseline.

    ``verdict``: better, worse, open or unknown; ``goal``: met, missed, open or unknown; ``officers``: how many more it mobilises
    (None: not known); ``bars``, ``losses`` and ``gains``: measures in which it is worse, worse and better.
    """

    option: int
    verdict: str
    goal: str
    officers: float | None
    bars: tuple[str, ...]
    losses: tuple[str, ...]
    gains: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether it needs no more officers than the baseline."""
        return self.officers is not None and self.officers <= 0


@dataclass(frozen=True)
class Decision:
    """What to do. ``kind``: change, keep, alone (a single option) or too_few (days).

    ``option``: the one to take (None for the last two); ``ties``: options that cannot be told from it; ``dearer``: the best of
    those that need more officers, if any is better; ``sure``: strong, fair, weak, or empty where nothing changes; ``worlds``:
    share of plausible worlds in which it does better; ``standings`` of all options, by position.
    """

    kind: str
    option: int | None
    standings: tuple[Standing, ...]
    ties: tuple[int, ...] = ()
    dearer: int | None = None
    sure: str = ""
    worlds: BetterShare | None = None

    @property
    def standing(self) -> Standing | None:
        """How the option to take stands."""
        return None if self.option is None else self.standings[self.option]


def decide(result: StudyResult, ask: Ask, uncertain: Uncertain | None = None) -> Decision:
    """Apply the rule to the stored days of a study."""
    standings = tuple(standing(result, ask, option) for option in range(len(result.study.options)))
    if len(standings) == 1:
        return Decision("alone", None, standings)
    others = [s for s in standings if s.option != result.baseline]
    if all(s.verdict == "unknown" for s in others):
        return Decision("too_few", None, standings)
    left = [s for s in others if s.verdict == "better" and not s.bars]
    taken, ties = _taken(result, ask, standings[result.baseline], left)
    dearer = _best(ask, [s for s in left if not s.free and s.option != taken])
    if taken is None:
        return Decision("keep", result.baseline, standings, (), dearer)
    worlds = _worlds(result, taken) if uncertain else None
    return Decision("change", taken, standings, ties, dearer, _sure(ask(taken, DECIDES), worlds), worlds)


def standing(result: StudyResult, ask: Ask, option: int) -> Standing:
    """How one option stands against the baseline."""
    signs = {name: sign(ask(option, name)) for name in (DECIDES, *BARRED_BY, *NAMED)}
    words = {1: "better", -1: "worse", 0: "open", None: "unknown"}
    return Standing(
        option,
        words[signs[DECIDES]],
        goal_of(ask(option, TARGETS).estimate),
        officers_more(result, option),
        tuple(name for name in BARRED_BY if signs[name] == -1),
        tuple(name for name in (*BARRED_BY, *NAMED) if signs[name] == -1),
        tuple(name for name in (*BARRED_BY, *NAMED) if signs[name] == 1),
    )


def sign(found: Comparison) -> int | None:
    """1 better, -1 worse, 0 neither is shown, None where nothing can be said (the baseline, too few days).

    Differences that are nothing but the last digits of sums are none.
    """
    if found.is_real is None or found.difference is None or found.difference.mean is None:
        return None
    if not found.is_real or abs(found.difference.mean) <= NOISE * abs(found.estimate.mean or 0.0):
        return 0
    lower = lower_is_better(found.measure)
    return 0 if lower is None else 1 if (found.difference.mean < 0) == lower else -1


def goal_of(share: Estimate) -> str:
    """Whether a share of incidents within target meets the goal.

    >>> goal_of(Estimate(0.95, 0.02, 10)), goal_of(Estimate(0.91, 0.02, 10)), goal_of(Estimate(0.8, 0.02, 10))
    ('met', 'open', 'missed')
    """
    if share.mean is None or share.low is None or share.high is None:
        return "unknown"
    return "met" if share.low >= GOAL else "missed" if share.high < GOAL else "open"


def officers_more(result: StudyResult, option: int) -> float | None:
    """Officers that an option mobilises more than the baseline; where a plan has no ledger, that are on duty at noon."""
    for name in ("heads_mobilised", "heads_on_duty"):
        own, base = (estimate(result.sample(number, name)).mean for number in (option, result.baseline))
        if own is not None and base is not None:
            return round(own - base, 6)
    return None


def _taken(
    result: StudyResult, ask: Ask, baseline: Standing, left: Sequence[Standing]
) -> tuple[int | None, tuple[int, ...]]:
    """The option that rules 4 and 5 take, and those that cannot be told from it."""
    free = [s for s in left if s.free]
    best = _best(ask, free)
    ties = () if best is None else tuple(s.option for s in free if s.option != best and not _apart(result, s.option, best))
    taken = best if best is None else min((best, *ties), key=lambda n: (_officers(result, n), n != best))
    met = baseline.goal == "met" or any(s.goal == "met" for s in free if s.option == taken)
    reaching = [s for s in left if not s.free and s.officers is not None and s.goal == "met"]
    if not met and reaching:
        return min(reaching, key=lambda s: (s.officers, _level(ask, s.option))).option, ()
    return taken, tuple(n for n in (() if best is None else (best, *ties)) if n != taken)


def _best(ask: Ask, left: Sequence[Standing]) -> int | None:
    """The option with the shortest potential response."""
    return min((s.option for s in left), key=lambda n: _level(ask, n), default=None)


def _level(ask: Ask, option: int) -> float:
    mean = ask(option, DECIDES).estimate.mean
    return inf if mean is None else mean


def _officers(result: StudyResult, option: int) -> float:
    more = officers_more(result, option)
    return inf if more is None else more


def _apart(result: StudyResult, one: int, other: int) -> bool:
    """Whether the potential response of two options differs by more than chance (95 %)."""
    subtract = paired_difference if result.same_days else unpaired_difference
    found = subtract(result.sample(one, DECIDES), result.sample(other, DECIDES))
    return found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)


def _worlds(result: StudyResult, option: int) -> BetterShare:
    return better_share(result.sample(option, DECIDES), result.sample(result.baseline, DECIDES), lower_is_better=True)


def _sure(found: Comparison, worlds: BetterShare | None) -> str:
    """How sure a change is, in one of three words."""
    days = 0 if found.difference is None else found.difference.replications
    if worlds is None or worlds.share is None or worlds.low is None:
        return "fair" if days >= ENOUGH_DAYS else "weak"
    if worlds.low <= 0.5:
        return "weak"
    return "strong" if days >= ENOUGH_DAYS and worlds.share >= MOST_WORLDS else "fair"
