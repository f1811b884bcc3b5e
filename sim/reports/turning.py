"""What would turn the recommendation round: found from the interval, from plausible worlds, and from what it pays with."""

from __future__ import annotations

from sim.reports.amounts import size
from sim.reports.data import Report
from sim.reports.decision import DECIDES
from sim.reports.findings.factors import studied_factors
from sim.reports.findings.flips import strongest
from sim.reports.sentences import listed, name
from sim.reports.terms import term_of
from sim.study.statistics import Estimate

MOST_NAMES = 3


def turning(report: Report) -> list[str]:
    """One sentence for each thing that would turn it round, the weightiest first."""
    decision = report.decision
    if decision.option is None:
        return []
    if decision.kind == "keep":
        return [*_shown_by_more_days(report), *_barred(report)]
    says = (_margin, _other_worlds, _hinges, _losses, _ties, _officers, _edge)
    return [sentence for say in says for sentence in say(report)]


def _margin(report: Report) -> list[str]:
    """How wrong the model may be before the gain is gone: the nearer end of the interval that all options share."""
    found = report.comparison(report.chosen, DECIDES).together
    nearer = _nearer(found)
    if nearer is None:
        return []
    far = size(report.words, term_of(DECIDES), nearer)
    return [report.words.say("If the model overstates the gain by more than %(far)s, nothing is left of it.", far=far)]


def _nearer(found: Estimate | None) -> float | None:
    """The end of an interval that lies nearer to zero."""
    if found is None or found.low is None or found.high is None:
        return None
    return min(abs(found.low), abs(found.high))


def _other_worlds(report: Report) -> list[str]:
    """Plausible worlds in which the baseline does better."""
    worlds, words = report.decision.worlds, report.words
    if worlds is None or worlds.share is None or worlds.share >= 1.0:
        return []
    base = name(report, report.baseline)
    return [
        words.say(
            "In %(share)s of plausible worlds “%(baseline)s” does better.", share=words.share(1.0 - worlds.share), baseline=base
        )
    ]


def _hinges(report: Report) -> list[str]:
    """Assumed inputs that decide how much the option gains, where plausible worlds were tried."""
    if report.uncertain is None:
        return []
    found, words = strongest(report.uncertain, DECIDES, report.chosen), report.words
    keys = listed(words, [words.isolate(key) for key, _ in found[:MOST_NAMES]])
    return [words.say("How much it gains hangs most on these assumed inputs: %(keys)s.", keys=keys)] if found else []


def _losses(report: Report) -> list[str]:
    """Measures that speak for the baseline."""
    own, words = report.decision.standing, report.words
    if own is None or not own.losses:
        return []
    names = listed(words, [term_of(measure).called(words) for measure in own.losses[:MOST_NAMES]])
    base = name(report, report.baseline)
    return [words.say("Keep “%(baseline)s” if more weight is given to: %(measures)s.", baseline=base, measures=names)]


def _ties(report: Report) -> list[str]:
    """Options that do as well as far as the days can tell."""
    words, ties = report.words, report.decision.ties
    if not ties:
        return []
    names = listed(words, [name(report, option) for option in ties[:MOST_NAMES]])
    return [words.say("As good, as far as these days tell: %(options)s. Take what is easier to carry out.", options=names)]


def _officers(report: Report) -> list[str]:
    """An option with more officers that would do better still."""
    words, option = report.words, report.decision.dearer
    if option is None or (more := report.decision.standings[option].officers) is None:
        return []
    taken, other = (report.comparison(number, DECIDES).estimate.mean or 0.0 for number in (report.chosen, option))
    if other >= taken:
        return []
    return [
        words.many(
            "%(n)d officer more would allow “%(option)s”, which is faster still.",
            "%(n)d officers more would allow “%(option)s”, which is faster still.",
            round(more),
            option=name(report, option),
        )
    ]


def _shown_by_more_days(report: Report) -> list[str]:
    """Options at no more officers whose gain is not shown, but may be there."""
    words = report.words
    near = [s.option for s in report.decision.standings if s.verdict == "open" and s.free and _leans(report, s.option)]
    if not near:
        return []
    names = listed(words, [name(report, option) for option in near[:MOST_NAMES]])
    return [words.say("More days might show a gain of: %(options)s.", options=names)]


def _leans(report: Report, option: int) -> bool:
    found = report.comparison(option, DECIDES).difference
    return found is not None and found.mean is not None and found.mean < 0


def _barred(report: Report) -> list[str]:
    """Faster options that are barred by what they cost elsewhere."""
    words, lines = report.words, []
    for own in report.decision.standings:
        if own.verdict == "better" and own.bars:
            names = listed(words, [term_of(measure).called(words) for measure in own.bars[:MOST_NAMES]])
            lines.append(
                words.say(
                    "“%(option)s” is faster, but worse in what must not be paid with: %(measures)s.",
                    option=name(report, own.option),
                    measures=names,
                )
            )
    return lines[:MOST_NAMES]


def _edge(report: Report) -> list[str]:
    """Whether the option lies at the edge of what was tried: then the best may lie beyond."""
    studied = studied_factors([option.settings for option in report.result.study.options], report.baseline)
    if len(studied.factors) != 1 or report.chosen not in studied.options:
        return []
    (factor,) = studied.factors
    if len(set(factor.values)) < 3 or factor.low < factor.values[report.chosen] < factor.high:
        return []
    return [report.words.say("This option lies at the edge of what was tried: one beyond it may do better still.")]
