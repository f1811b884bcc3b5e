"""The annex: the rule of the recommendation, how evenly centres are served, definitions, and where everything comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.language import Language, sayable
from sim.measures.estimators import EXTREMES, QUANTILES, RATIOS
from sim.reports.amounts import change, decimals, level
from sim.reports.data import Report
from sim.reports.decision import BARRED_BY, DECIDES, ENOUGH_DAYS, GOAL
from sim.reports.equity import AVERSION, equity
from sim.reports.sections.options import MEASURES, kind_of
from sim.reports.sentences import listed, made_by
from sim.reports.terms import term_of
from sim.study.export import entry_of

ESTIMATORS = {
    "ratio": sayable("ratio of sums over all days, jackknife"),
    "quantile": sayable("mean of the days' quantiles, each day a batch"),
    "extreme": sayable("mean of each day's worst place"),
    "mean": sayable("mean of the days, Student's t"),
}
MOST_GAIN = 1000
FAMILIES = {
    "alone": sayable("one comparison"),
    "max-t": sayable("together, by the largest t"),
    "Bonferroni": sayable("together, by Bonferroni"),
}


@dataclass(frozen=True)
class Definition:
    """A figure: what planners call it, what it means, its name in the tables, the formula, and how days become one figure;
    ``gain``: of facing the same days."""

    label: str
    meaning: str
    name: str
    formula: str
    estimator: str
    gain: str


def build(report: Report) -> dict[str, Any]:
    """Everything a reader who wants to check needs."""
    return {
        "rule": rule(report.words),
        "equity": equity_rows(report),
        "aversion": report.words.number(AVERSION, 1),
        "definitions": [definition(report, measure) for measure in MEASURES if measure in report.measures],
        "families": families(report),
        "origin": origin(report),
        "plans": plans(report),
        "left_out": left_out(report),
    }


def rule(words: Language) -> list[str]:
    """The rule of ``sim.reports.decision`` in plain sentences."""
    barred = listed(words, [term_of(measure).called(words) for measure in BARRED_BY])
    decides, goal = term_of(DECIDES).called(words), words.share(GOAL)
    return [
        words.say(
            "An option is better or worse than the baseline only if the interval of its difference in %(measure)s, which holds "
            "together with those of all other options, leaves zero out.",
            measure=decides,
        ),
        words.say("The goal is a unit within the target time at %(goal)s of grave and serious incidents (assumed).", goal=goal),
        words.say("An option that is worse in one of these is not recommended: %(measures)s.", measures=barred),
        words.say(
            "Of the options that are better and need no more officers, the one with the shortest %(measure)s is taken; "
            "of those that cannot be told from it, the one with fewest officers.",
            measure=decides,
        ),
        words.say(
            "If neither it nor the baseline meets the goal, the option with the fewest additional officers that does is taken."
        ),
        words.say("If none is left, the baseline stays; with fewer than two days nothing is recommended."),
        words.say(
            "Strong: better on at least %(days)s days and in nine of ten plausible worlds. Fair: on at least %(days)s days with "
            "inputs as assumed, or in more than half of the worlds by the interval. Weak: anything less.",
            days=ENOUGH_DAYS,
        ),
    ]


def equity_rows(report: Report) -> list[dict[str, str]]:
    """Kolm-Pollak figures of every option, as texts."""
    words, term, found = report.words, term_of(DECIDES), equity(report)
    places = decimals(term, [half for e in found for half in (e.equivalent.half_width, e.change.half_width)])
    return [
        {
            "name": report.names[e.option],
            "kind": kind_of(report, e.option),
            "mean": level(words, term, e.mean, places, unit=False),
            "equivalent": level(words, term, e.equivalent, places, unit=False),
            "inequality": level(words, term, e.inequality, places, unit=False),
            "change": words.say("baseline") if e.option == report.baseline else change(words, term, e.change, places, unit=False),
        }
        for e in found
    ]


def definition(report: Report, measure: str) -> Definition:
    """One figure of the report."""
    words, term, entry = report.words, term_of(measure), entry_of(measure)
    kind = "ratio" if measure in RATIOS else "quantile" if measure in QUANTILES else "extreme" if measure in EXTREMES else "mean"
    others = [report.comparison(option, measure) for option in report.others]
    gains = [c.pairing_gain for c in others if c.pairing_gain]
    gain = words.say("%(low)s to %(high)s", low=factor(words, min(gains)), high=factor(words, max(gains))) if gains else ""
    return Definition(term.heading(words), term.means(words), measure, entry.formula, words.say(ESTIMATORS[kind]), gain)


def factor(words: Language, value: float) -> str:
    """A gain in variance; beyond a thousand it says no more than that the days agree."""
    return words.say("over %(number)s", number=MOST_GAIN) if value > MOST_GAIN else words.number(value, 1)


def families(report: Report) -> str:
    """How intervals of several options are made to hold together, for the measures shown."""
    words = report.words
    compared = [report.comparison(option, measure) for measure in MEASURES for option in report.others]
    methods = dict.fromkeys(c.family.method for c in compared if c.joint is not None)
    return listed(words, [words.say(FAMILIES[method]) for method in methods]) if methods else ""


def origin(report: Report) -> list[tuple[str, str]]:
    """Where the figures come from: study, command, versions, digests."""
    words, about = report.words, report.about
    model = next(iter(about.get("models", [])), ["", ""])
    stored, asked = len(report.result.outcomes), len(report.result.outcomes) + report.missing
    runs = words.say("%(stored)s of %(asked)s; %(failed)s failed", stored=stored, asked=asked, failed=report.failed)
    found = [
        (words.say("Study"), report.result.study.name),
        (words.say("Runs stored"), runs),
        (words.say("Programme"), made_by(words, about.get("pollday"))),
        (words.say("Model and NumPy"), " ".join([str(model[0])[:12], str(model[1])])),
        (words.say("Machine"), " ".join(str(about.get("machine", {}).get(key, "")) for key in ("system", "machine"))),
    ]
    if report.share == "public":
        return found
    return [*found, (words.say("Command"), " ".join(about.get("command", [])))]


def plans(report: Report) -> list[tuple[str, str, str]]:
    """Name, settings and digest of every option; nothing for the public."""
    if report.share == "public":
        return []
    options = report.result.study.options
    digests = [digest[:12] for digest in report.digests]
    return [(option.name, " ".join(option.overrides), digest) for option, digest in zip(options, digests)]


def left_out(report: Report) -> str:
    """What this level of sharing leaves out."""
    words = report.words
    texts = {
        "internal": words.say("Nothing is left out: every area is shown, whatever its number of centres."),
        "restricted": words.say("Left out: areas of fewer than five polling centres, and figures of single centres."),
        "public": words.say(
            "Left out: figures and names of areas, maps, the plan for signature, settings of the options, and the "
            "tables by area and by day."
        ),
    }
    return texts[report.share]
