"""All options side by side: officers, and every figure with its interval and its difference to the baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.language import sayable
from sim.reports.amounts import change, decimals, level, size
from sim.reports.data import Report
from sim.reports.decision import officers_more, sign
from sim.reports.terms import Term, term_of
from sim.study.result import Comparison
from sim.study.statistics import estimate

GROUPS = {
    sayable("Response"): ("compliance_p1_p2", "potential_response", "response_mean", "response_p90"),
    sayable("Coverage and presence"): ("coverage", "coverage_worst_area", "presence_gap_mean", "planned_covered"),
    sayable("What becomes of the vote"): ("office_minutes_lost", "voters_delayed", "calm_index", "handled_on_spot"),
    sayable("Burden on citizens, and work"): ("minutes_lost", "officer_hours", "calls_lost", "utilisation"),
}
"""Tables of this section: title -> measures."""
HEADS = ("heads_mobilised", "heads_on_duty", "heads_mobile", "heads_at_centres")
MEASURES = tuple(measure for group in GROUPS.values() for measure in group)


@dataclass(frozen=True)
class Cell:
    """A figure of one option: with its interval, the difference to the baseline, and ``better``, ``worse``, ``open``, ``same``
    or nothing."""

    measure: str
    level: str
    difference: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Line:
    """One option: its name, ``taken`` or ``base`` or nothing, and its cells."""

    option: int
    name: str
    kind: str
    cells: list[Cell]


@dataclass(frozen=True)
class Block:
    """One table: title, headings with what they mean, lines, and the differences that the days would have shown."""

    title: str
    headings: list[tuple[str, str]]
    lines: list[Line]
    floors: list[str] = field(default_factory=list)


def build(report: Report) -> dict[str, Any] | None:
    """Tables of all options, or None where no run is stored."""
    if not report.result.outcomes:
        return None
    blocks = [block(report, title, measures) for title, measures in GROUPS.items()]
    return {"officers": officers(report), "blocks": [b for b in blocks if b is not None], "days": report.days}


def kind_of(report: Report, option: int) -> str:
    """Whether an option is the one taken, the baseline, or another."""
    return "taken" if option == report.recommended else "base" if option == report.baseline else ""


def officers(report: Report) -> Block:
    """Officers of every option, mean of the days."""
    words, lines = report.words, []
    for option, name in enumerate(report.names):
        cells = [Cell(m, words.number(estimate(report.result.sample(option, m)).mean)) for m in HEADS]
        more = officers_more(report.result, option)
        cells.append(Cell("more", words.say("baseline") if option == report.baseline else words.signed(more)))
        lines.append(Line(option, name, kind_of(report, option), cells))
    headings = [(term_of(m).called(words), term_of(m).means(words)) for m in HEADS]
    last = (words.say("more than the baseline"), words.say("Officers mobilised beyond those of the baseline."))
    return Block(words.say("Officers"), [*headings, last], lines)


def block(report: Report, title: str, measures: tuple[str, ...]) -> Block | None:
    """The table of some measures, without those of which no option has a figure; None where none is left."""
    words = report.words
    found = {m: [report.comparison(option, m) for option in range(len(report.names))] for m in measures}
    found = {m: row for m, row in found.items() if any(c.estimate.mean is not None for c in row)}
    if not found:
        return None
    places = {
        m: decimals(term_of(m), [half for c in row for half in (c.estimate.half_width, c.joint)]) for m, row in found.items()
    }
    finer = {m: max(places[m], decimals(term_of(m), [c.joint for c in row])) for m, row in found.items()}
    lines = [
        Line(option, name, kind_of(report, option), [cell(report, row[option], places[m], finer[m]) for m, row in found.items()])
        for option, name in enumerate(report.names)
    ]
    headings = [(term_of(m).heading(words), term_of(m).means(words)) for m in found]
    floors = [floor(report, term_of(m), row) for m, row in found.items()] if len(report.names) > 1 else []
    return Block(words.say(title), headings, lines, floors)


def cell(report: Report, found: Comparison, places: int, finer: int) -> Cell:
    """One figure of one option, with ``places`` decimals, and its difference to the baseline with ``finer`` ones: days in common
    tell differences sharper than levels."""
    words, term = report.words, term_of(found.measure)
    here = level(words, term, found.estimate, places, unit=False)
    if found.difference is None:
        return Cell(found.measure, here, words.say("baseline"))
    if found.is_nil:
        return Cell(found.measure, here, words.say("no difference on any day"), "same")
    own = found.together or found.difference
    return Cell(found.measure, here, change(words, term, own, finer, unit=False), sign_of(found))


def sign_of(found: Comparison) -> str:
    """``better``, ``worse``, ``differs`` (no way is better), ``open``, or nothing where the days are too few to say."""
    words = {1: "better", -1: "worse", 0: "open", None: ""}
    return "differs" if found.is_real and term_of(found.measure).lower_is_better is None else words[sign(found)]


def floor(report: Report, term: Term, row: list[Comparison]) -> str:
    """The smallest difference that these days would have shown for each option, with 80 % probability."""
    known = [c.detectable for c in row if c.detectable is not None and not c.is_nil]
    return size(report.words, term, max(known)) if known else ""
