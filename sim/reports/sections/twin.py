"""A second opinion: what formulas of queueing and geometry say beside what the days said, and where the two part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.build import build_plan
from sim.language import Language, sayable
from sim.reports.data import Report
from sim.reports.terms import Term, term_of
from sim.reports.units import PERCENT
from sim.study.point import place_of, tape_of
from sim.study.result import StudyResult
from sim.study.statistics import Estimate as Simulated
from sim.study.statistics import estimate
from sim.twin.estimate import Estimate, twin
from sim.twin.judge import LEAST, THRESHOLD, part, ratio

DAYS = 3
"""Tapes that the twin is made from, the first ones of the study; one where a day is as long as a nation's."""
LARGE = 3000
"""Polling centres from which one tape is enough: it holds more incidents than the three of a city."""
WORST = 5
"""Areas that are named of those that part."""
MODELS = {
    "erlang_a": sayable("operators whose callers lose patience (Erlang A)"),
    "erlang_c": sayable("a line before several servers (Erlang C)"),
    "square_root": sayable("square-root law of the nearest unit"),
    "hypercube": sayable("unit by unit (hypercube approximation)"),
    "both": sayable("unit by unit, in large areas the square-root law"),
    "busy_fraction": sayable("work that comes over units on duty"),
    "patrol": sayable("passings of patrols (Larson)"),
    "sum": sayable("sum of the four parts"),
}
REASONS = {
    "steady": sayable("Each hour is taken as if it lasted for ever, and calls as if they came one by one; several calls about "
    "one "
                      "incident come together."),
    "talk_law": sayable("Calls are taken to last exponentially long."),
    "packages": sayable("Units of one incident are counted one by one, though they are bound together."),
    "aid": sayable("Help between areas is left out."),
    "redirect": sayable("Units that are sent elsewhere on their way are left out."),
    "reserve": sayable("Units held back are left out."),
    "picture": sayable("The room does not see where units are; the formula does."),
    "main_room": sayable("What climbs to a higher room is left out."),
    "even": sayable("Many units are taken to stand as densely as polling centres do."),
    "independent": sayable("Units are taken to be busy independently of each other."),
    "thinned": sayable("Presence is taken to prevent as much as under the usual plan."),
    "matrix": sayable("A table of travel times has no square-root law."),
    "loops": sayable("Patrols are taken to come back evenly spread, and to lose no time on the way back to their round."),
}  # fmt: skip


def build(report: Report) -> dict[str, Any] | None:
    """One table for the baseline and one for the recommended option; nothing before any day is stored."""
    result = report.uncertain.assumed if report.uncertain else report.result
    options = [o for o in dict.fromkeys((report.baseline, report.chosen)) if len(result.runs(o))]
    if not options:
        return None
    tables = [_table(report, result, option) for option in options]
    words = report.words
    return {"intro": _intro(words), "rule": rule(words), "tables": tables, "explained": _explained(words, tables)}


def _intro(words: Language) -> str:
    return words.say(
        "Formulas of queueing and geometry were given the same plan and the same calls, and no day was run for them. Where "
        "they come "
        "near the simulated figure, neither is likely to be badly wrong; where they part, the reason should be understood before "
        "the figure is used."
    )


def rule(words: Language) -> str:
    """When two figures part, in one sentence."""
    return words.say(
        "A warning stands where the formula lies outside the 95 %% interval and is off by more than %(share)s of the "
        "simulated figure "
        "and by more than %(seconds)s s or %(points)s points of a hundred.",
        share=words.share(THRESHOLD), seconds=words.number(LEAST["s"]), points=words.number(100 * LEAST["share"]),
    )  # fmt: skip


def estimates(report: Report, result: StudyResult, option: int) -> list[Estimate]:
    """The twin of one option, on the first days that the study has of it."""
    settings = result.study.options[option].settings
    place = place_of(settings)
    many = len(place.territory.sites.of_kind("centre")) >= LARGE
    days = sorted(day for number, day in result.outcomes if number == option)[: 1 if many else DAYS]
    return twin(build_plan(settings, place)[0], [tape_of(settings, day) for day in days])


def _table(report: Report, result: StudyResult, option: int) -> dict[str, Any]:
    """Every figure of one option both ways."""
    words, found = report.words, estimates(report, result, option)
    rows = [_row(words, e, estimate(result.sample(option, e.measure))) for e in found if e.area is None]
    title = words.say("“%(option)s”: formula beside simulation", option=words.isolate(report.names[option]))
    used = dict.fromkeys(reason for e in found if e.area is None for reason in e.reasons)
    return {"title": title, "rows": rows, "areas": _by_area(report, found, option), "reasons": list(used)}


def _row(words: Language, found: Estimate, simulated: Simulated) -> dict[str, Any]:
    """One figure both ways."""
    term = term_of(found.measure)
    parts = part(found.value, simulated.mean, simulated.half_width, unit_of(term))
    scale = ratio(found.value, simulated.mean)
    return {
        "measure": term.heading(words),
        "model": words.say(MODELS[found.model]),
        "analytic": term.number(words, found.value),
        "simulated": term.number(words, simulated.mean),
        "interval": _interval(words, term, simulated),
        "ratio": words.number(scale, 2),
        "parts": parts,
        "verdict": _verdict(words, parts),
    }


def unit_of(term: Term) -> str:
    """Unit by which the rule judges: seconds or a share."""
    return "share" if term.unit is PERCENT else "s"


def _interval(words: Language, term: Term, simulated: Simulated) -> str:
    """The 95 % interval, cut to what is possible."""
    if simulated.low is None or simulated.high is None:
        return words.no_data
    low, high = max(simulated.low, 0.0), min(simulated.high, 1.0 if term.unit is PERCENT else np.inf)
    return words.interval(low / term.unit.scale, high / term.unit.scale, term.unit.digits)


def _verdict(words: Language, parts: bool | None) -> str:
    if parts is None:
        return words.no_data
    return words.say("they part") if parts else words.say("they agree")


def _by_area(report: Report, found: Sequence[Estimate], option: int) -> list[str]:
    """One line for each measure that areas have: in how many of them the two part, and where most."""
    if report.uncertain is not None:
        return []
    lines, areas = [], {code: number for number, code in enumerate(report.territory.area_codes)}
    for measure in dict.fromkeys(e.measure for e in found if e.area is not None):
        judged: list[tuple[float, int]] = []
        count, term = 0, term_of(measure)
        for one in (e for e in found if e.measure == measure and e.area is not None):
            simulated = estimate(report.area_sample(option, measure, areas[str(one.area)]))
            parts = part(one.value, simulated.mean, simulated.half_width, unit_of(term))
            count += parts is not None
            if parts:
                judged.append((abs(np.log(max(ratio(one.value, simulated.mean) or 0.0, 1e-9))), areas[str(one.area)]))
        if count:
            lines.append(_area_line(report, term, count, judged))
    return lines


def _area_line(report: Report, term: Term, count: int, judged: list[tuple[float, int]]) -> str:
    words = report.words
    named = [area for _, area in sorted(judged, reverse=True) if report.shown_areas[area]][:WORST]
    values: dict[str, object] = {"measure": term.called(words), "parted": len(judged), "areas": count}
    if not named:
        return words.say("%(measure)s: they part in %(parted)s of %(areas)s areas.", **values)
    names = words.say(", ").join(words.area(report.territory, area) for area in named)
    return words.say("%(measure)s: they part in %(parted)s of %(areas)s areas, most in %(names)s.", names=names, **values)


def _explained(words: Language, tables: Sequence[dict[str, Any]]) -> list[str]:
    """Why formula and simulation may differ, for what these plans use."""
    return [words.say(REASONS[code]) for code in dict.fromkeys(reason for table in tables for reason in table["reasons"])]
