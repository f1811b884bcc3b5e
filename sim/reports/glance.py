"""The options at a glance: one row each, for page one."""

from __future__ import annotations

from dataclasses import dataclass

from sim.reports.amounts import change, decimals, level
from sim.reports.data import Report
from sim.reports.decision import DECIDES, TARGETS
from sim.reports.sentences import heads
from sim.reports.terms import term_of

MOST_ROWS = 8


@dataclass(frozen=True)
class Row:
    """One option: its name, officers, figures as texts, the verdict in words, and whether it is taken or the baseline."""

    option: int
    name: str
    officers: str
    target: str
    time: str
    difference: str
    verdict: str
    kind: str


@dataclass(frozen=True)
class Glance:
    """The rows that find room, and how many options do not."""

    rows: list[Row]
    left: int


def glance(report: Report) -> Glance:
    """The option taken, the baseline and the fastest of the others, in the study's order."""
    order = sorted(range(len(report.names)), key=lambda n: (n not in (report.chosen, report.baseline), _time(report, n)))
    kept = sorted(order[:MOST_ROWS])
    return Glance([_row(report, option) for option in kept], len(report.names) - len(kept))


def _time(report: Report, option: int) -> float:
    mean = report.comparison(option, DECIDES).estimate.mean
    return float("inf") if mean is None else mean


def _row(report: Report, option: int) -> Row:
    words, time, target = report.words, term_of(DECIDES), term_of(TARGETS)
    found = [report.comparison(number, DECIDES) for number in range(len(report.names))]
    own = found[option]
    places = decimals(time, [c.joint for c in found])
    taken = "taken" if option == report.recommended else "base" if option == report.baseline else ""
    return Row(
        option,
        report.names[option],
        words.number(heads(report, option)),
        level(words, target, report.comparison(option, TARGETS).estimate, unit=False),
        level(words, time, own.estimate, unit=False),
        words.say("baseline") if own.together is None else change(words, time, own.together, places, unit=False),
        verdict(report, option),
        taken,
    )


def verdict(report: Report, option: int) -> str:
    """How an option stands, in one or two words."""
    words, own = report.words, report.decision.standings[option]
    if option == report.baseline:
        return ""
    if own.verdict == "better" and own.bars:
        return words.say("faster, but barred")
    texts = {
        "better": words.say("better"),
        "worse": words.say("worse"),
        "open": words.say("no difference shown"),
        "unknown": words.no_data,
    }
    return texts[own.verdict]
