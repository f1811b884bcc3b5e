"""Sentences of page one about cost and certainty, and small helpers that all sentences share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.language import Language, sayable
from sim.reports.amounts import size
from sim.reports.data import Report
from sim.reports.decision import DECIDES, ENOUGH_DAYS
from sim.reports.terms import term_of
from sim.runs.passport import package_version
from sim.study.statistics import daily_differences, estimate

MOST_PLACES = 6
"""Areas that are named in a sentence."""


def name(report: Report, option: int) -> str:
    """Name of an option, which the direction of the text around it does not touch."""
    return report.words.isolate(report.names[option])


def listed(words: Language, parts: Sequence[str]) -> str:
    """``a, b, c`` as the language lists things; "none" without any."""
    if not parts:
        return words.say("none")
    whole = parts[0]
    for part in parts[1:]:
        whole = words.say("%(list)s, %(next)s", list=whole, next=part)
    return whole


def places(report: Report, areas: Sequence[int]) -> list[str]:
    """Names of areas, the first few."""
    names = [report.words.isolate(report.words.area(report.territory, area)) for area in areas[:MOST_PLACES]]
    left = len(areas) - len(names)
    return [*names, report.words.many("%(n)d more", "%(n)d more", left)] if left > 0 else names


def heads(report: Report, option: int) -> float | None:
    """Officers that an option mobilises, or else that are on duty at noon."""
    mobilised = estimate(report.result.sample(option, "heads_mobilised")).mean
    return estimate(report.result.sample(option, "heads_on_duty")).mean if mobilised is None else mobilised


def cost(report: Report) -> list[str]:
    """Officers that the option shown needs, against the baseline, and where they stand."""
    words, option = report.words, report.chosen
    own = heads(report, option)
    if own is None:
        return [words.say("Officers: no data.")]
    more, total = round(report.decision.standings[option].officers or 0.0), words.number(own)
    if report.equal_heads and len(report.names) > 1:
        told = words.say("No officer more: every option mobilises %(heads)s officers.", heads=total)
    elif more > 0:
        told = words.many(
            "%(n)d officer more than with the baseline: %(heads)s officers.",
            "%(n)d officers more than with the baseline: %(heads)s officers.",
            more,
            heads=total,
        )
    elif more < 0:
        told = words.many(
            "%(n)d officer fewer than with the baseline: %(heads)s officers.",
            "%(n)d officers fewer than with the baseline: %(heads)s officers.",
            -more,
            heads=total,
        )
    else:
        told = words.say("No officer more: %(heads)s officers.", heads=total)
    return [told, *_moved(report)]


def _moved(report: Report) -> list[str]:
    """Officers at centres and in mobile units at noon, where the option shown moves any."""
    words, lines = report.words, []
    texts = {
        "heads_at_centres": sayable("At noon %(new)s officers stand at centres instead of %(old)s."),
        "heads_mobile": sayable("At noon %(new)s officers are in mobile units instead of %(old)s."),
    }
    for measure, text in texts.items():
        own, base = (estimate(report.result.sample(option, measure)).mean for option in (report.chosen, report.baseline))
        if own is not None and base is not None and round(own) != round(base):
            lines.append(words.say(text, new=words.number(own), old=words.number(base)))
    return lines


def certainty(report: Report) -> list[str]:
    """How sure the recommendation is, and on what that rests."""
    words, decision = report.words, report.decision
    if decision.option is None:
        return [words.say("Nothing can be said yet.")]
    if decision.kind == "keep":
        return _detectable(report)
    grades = {"strong": words.say("Strong."), "fair": words.say("Fair."), "weak": words.say("Weak.")}
    better, days = better_days(report, decision.option)
    lines = [grades[decision.sure]]
    if report.result.same_days:
        lines.append(words.say("Better than the baseline on %(better)s of %(days)s simulated days.", better=better, days=days))
    if days < ENOUGH_DAYS:
        lines.append(words.say("That is few: ten days or more make a sound comparison."))
    return [*lines, _worlds(report)]


def better_days(report: Report, option: int) -> tuple[int, int]:
    """Days on which an option has the shorter potential response, of the common days."""
    daily = daily_differences(report.result.sample(option, DECIDES), report.result.sample(report.baseline, DECIDES))
    return int((np.asarray(daily) < 0).sum()), len(daily)


def _worlds(report: Report) -> str:
    """What the answer does when assumed inputs are drawn anew."""
    words, worlds = report.words, report.decision.worlds
    if worlds is None or worlds.share is None:
        return words.say(
            "Intervals tell only how much days differ: inputs are as assumed, and whether other assumptions change the answer "
            "was not tried."
        )
    return words.say(
        "With the assumed inputs drawn anew it does better in %(share)s of %(worlds)s plausible worlds (%(low)s to %(high)s).",
        share=words.share(worlds.share),
        worlds=worlds.worlds,
        low=words.share(worlds.low),
        high=words.share(worlds.high),
    )


def _detectable(report: Report) -> list[str]:
    """What these days would have shown."""
    words = report.words
    floors = [report.comparison(option, DECIDES).detectable for option in report.others]
    known = [floor for floor in floors if floor is not None]
    days = words.many("%(n)d day of each option was run.", "%(n)d days of each option were run.", report.days)
    if not known:
        return [days]
    least = size(words, term_of(DECIDES), max(known))
    return [
        days,
        words.say("A difference of %(least)s would very probably have shown; smaller ones may have been missed.", least=least),
    ]


def made_by(words: Language, version: str | None = None) -> str:
    """The program and its version, where that is known."""
    known = version or package_version()
    return "pollday" if known == "unknown" else words.say("pollday %(version)s", version=words.isolate(known))
