"""What officers buy: response against staffing with its knee, how long incidents wait, and coverage over the day."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.reports.data import Report
from sim.reports.figures import study
from sim.reports.figures.day import area_strip, worst_first
from sim.reports.figures.drawing import PAGE, Drawing, one_axis
from sim.reports.figures.staffing import distinct
from sim.reports.findings.knee import FEWEST_DAYS, FEWEST_OPTIONS, Knee
from sim.reports.terms import term_of

MOST_AREAS = 16
"""Areas of the strip: the worst ones."""


def build(report: Report) -> dict[str, Any] | None:
    """The figures with what they say, or None without a single stored run."""
    return {"drawings": drawings(report).values()} if report.result.outcomes else None


def drawings(report: Report) -> dict[str, Drawing]:
    """The figures of this section by name."""
    found = {
        "response": _staffing(report),
        "exceedance": _waiting(report),
        "coverage": _coverage(report),
        "areas": _strip(report),
    }
    return {name: drawing for name, drawing in found.items() if drawing is not None}


def looked_at(report: Report) -> str | None:
    """The option that is looked at beside the baseline: the recommended one, else that with the shortest potential response."""
    return study.best_option(report.result) if report.chosen == report.baseline else report.names[report.chosen]


def knee_words(report: Report, knee: Knee) -> str:
    """Where more officers stop paying, or why no such point can be named."""
    words = report.words
    if knee.option is not None:
        return words.say(
            "Knee: beyond “%(option)s” a further officer buys %(beyond)s of what one before it bought (found in %(share)s of "
            "redrawn studies).",
            option=words.isolate(report.names[knee.option]),
            beyond=words.share(knee.beyond),
            share=words.share(knee.agreement),
        )
    if knee.reason == "few options":
        return words.many(
            "No knee can be named: that needs at least %(n)d option with its own number of mobile officers.",
            "No knee can be named: that needs at least %(n)d options with different numbers of mobile officers.",
            FEWEST_OPTIONS,
        )
    if knee.reason == "few days":
        return words.many(
            "No knee can be named: that needs at least %(n)d day of every option.",
            "No knee can be named: that needs at least %(n)d days of every option.",
            FEWEST_DAYS,
        )
    return {
        "does not fall": words.say("No knee: here, more mobile officers do not shorten the potential response."),
        "no bend": words.say("No knee: within these options the last officers bought about as much as the first."),
        "days disagree": words.say("No knee can be named: the days disagree where the curve bends."),
    }[knee.reason]


def _staffing(report: Report) -> Drawing:
    words, result = report.words, report.result
    knee, means, term = study.knee_of(result), study.means(result, study.STEADIEST), term_of(study.STEADIEST)
    best = float(np.nanmin(means)) if np.isfinite(means).any() else None
    alt = words.say(
        "Response in minutes by officers in mobile units. Potential response: %(base)s with the baseline, %(best)s at best.",
        base=term.figure(words, float(means[report.baseline])),
        best=term.figure(words, best),
    )
    notes = [words.say("Shaded or as bars: 95 % intervals."), knee_words(report, knee)]
    size = (PAGE, 4.2 if distinct(study.means(result, "heads_mobile")) else 1.4 + 0.5 * len(report.names))
    return Drawing(
        words.say("Response against staffing"), alt, size, one_axis(lambda a: study.staffing(a, result, words, knee)), notes
    )


def _waiting(report: Report) -> Drawing:
    words, best = report.words, looked_at(report)
    notes = [
        words.say("Shaded: 95 % intervals of the baseline and of the option in question."),
        words.say("A curve ends where fewer than five incidents a day still wait."),
    ]
    return Drawing(
        words.say("How many incidents still wait"),
        words.say("Share of incidents that still have no unit, by minutes after the report, one curve per option."),
        (PAGE, 4.2),
        one_axis(lambda a: study.waiting(a, report.result, words, best)),
        notes,
    )


def _coverage(report: Report) -> Drawing:
    words, best = report.words, looked_at(report)
    return Drawing(
        words.say("Offices covered over the day"),
        words.say("Share of offices that a free unit could reach in time, over the day, one curve per option."),
        (PAGE, 4.0),
        one_axis(lambda a: study.coverage(a, report.result, words, best)),
        [words.say("Shaded: 95 % intervals of the baseline and of the option in question.")],
    )


def _strip(report: Report) -> Drawing | None:
    """Coverage by area under the plan that the report shows, the worst areas first; None where readers may see no area."""
    words, name = report.words, report.names[report.chosen]
    curves, times = report.result.curves("coverage_by_area_time"), report.result.curves("coverage_area_times")
    if name not in curves or not times[name].size or not report.shown_areas.any():
        return None
    known = np.isfinite(curves[name])
    held = np.where(known, curves[name], 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    held[~known.any(axis=0)] = np.nan
    held[~report.shown_areas] = np.nan
    order = worst_first(held, MOST_AREAS)
    if not len(order):
        return None
    labels = [words.area(report.territory, int(one)) for one in order]
    return Drawing(
        words.say("The worst-covered areas over the day, with “%(option)s”", option=words.isolate(name)),
        words.say("Share of offices covered, one row per area, the worst first: %(area)s.", area=labels[0]),
        (PAGE, max(0.9 + 0.27 * len(order), 2.3)),
        one_axis(lambda a: area_strip(a, times[name][0], held[order], labels, words)),
    )
