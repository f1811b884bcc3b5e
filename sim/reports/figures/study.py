"""A study's stored figures as the figures want them, and each of those figures by one call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.clock import MINUTE
from sim.language import Language
from sim.reports.figures import marks
from sim.reports.figures.curves import Curves
from sim.reports.figures.day import coverage_over_day
from sim.reports.figures.dots import Dot, dots
from sim.reports.figures.exceedance import exceedance
from sim.reports.figures.staffing import distinct, staffing_curve
from sim.reports.findings.knee import Knee, find_knee
from sim.reports.terms import term_of
from sim.study.point import EXCEEDANCE_MINUTES
from sim.study.result import StudyResult, compare
from sim.study.statistics import Estimate, estimate

Floats = NDArray[np.float64]
STEADIEST = "potential_response"
"""The measure that varies least from day to day: it decides."""
LINES = ("response_p90", "response_mean", STEADIEST)
"""Measures of the staffing curve."""


def names(result: StudyResult) -> list[str]:
    """Names of the options in their order."""
    return [option.name for option in result.study.options]


def estimates(result: StudyResult, measure: str) -> list[Estimate]:
    """One measure of every option."""
    return [estimate(result.sample(number, measure)) for number in range(len(result.study.options))]


def means(result: StudyResult, measure: str) -> Floats:
    """Mean of one measure by option, NaN without data."""
    return np.array([np.nan if e.mean is None else e.mean for e in estimates(result, measure)])


def by_day(result: StudyResult, measure: str) -> Floats:
    """One figure by option and replication, (options, replications), NaN without data."""
    days = [result.sample(number, measure).figures for number in range(len(result.study.options))]
    table = np.full((len(days), max(map(len, days), default=0)), np.nan)
    for row, figures in enumerate(days):
        table[row, : len(figures)] = figures
    return table


def best_option(result: StudyResult) -> str | None:
    """The option, other than the baseline, with the lowest potential response."""
    found = means(result, STEADIEST)
    found[result.baseline] = np.nan
    return names(result)[int(np.nanargmin(found))] if np.isfinite(found).any() else None


def knee_of(result: StudyResult) -> Knee:
    """The knee of potential response over officers in mobile units."""
    heads = means(result, "heads_mobile")
    return find_knee(heads, by_day(result, STEADIEST)) if distinct(heads) else Knee(None, "few options")


def staffing(axis: Axes, result: StudyResult, words: Language, knee: Knee | None = None) -> Axes:
    """Response against officers on mobile duty."""
    lines = {term_of(measure).called(words): estimates(result, measure) for measure in LINES}
    return staffing_curve(
        axis, means(result, "heads_mobile"), lines, names(result), term_of("heads_mobile").called(words), words, knee
    )


def waiting(axis: Axes, result: StudyResult, words: Language, best: str | None) -> Axes:
    """Exceedance curves of the options."""
    counts = dict(zip(names(result), means(result, "needing_unit").tolist(), strict=True))
    known = {name: count for name, count in counts.items() if np.isfinite(count)}
    curves = result.curves("exceedance")
    if not curves:
        return marks.no_data(axis, words)
    return exceedance(axis, EXCEEDANCE_MINUTES, curves, result.study.baseline, words, best, known)


def on_one_clock(result: StudyResult, name: str, times: str) -> tuple[Floats, dict[str, Floats]]:
    """A curve of every option (replications, moments) on the moments of all of them.

    NaN where an option has no figure of its own, such as in hours in which it does not vote.
    """
    own = {option: rows[0] for option, rows in result.curves(times).items()}
    clock = np.unique(np.concatenate(list(own.values()))) if own else np.zeros(0)
    found: dict[str, Floats] = {}
    for option, rows in result.curves(name).items():
        found[option] = np.full((len(rows), len(clock)), np.nan)
        found[option][:, np.searchsorted(clock, own[option])] = rows
    return clock, found


def coverage(axis: Axes, result: StudyResult, words: Language, best: str | None) -> Axes:
    """Coverage over the day."""
    times, curves = on_one_clock(result, "coverage_by_time", "coverage_times")
    if not len(times):
        return marks.no_data(axis, words)
    return coverage_over_day(axis, times, curves, result.study.baseline, words, best)


def gains_height(names: Sequence[str], words: Language) -> float:
    """Inches that ``gains`` needs so that names of several lines do not touch."""
    lines = max(_label(words, name).count("\n") + 1 for name in names)
    return 0.95 + max(0.42, 0.18 * lines + 0.08) * len(names)


def _label(words: Language, name: str) -> str:
    return marks.name_text(words, name, 20)


def gains(axis: Axes, result: StudyResult, words: Language) -> Axes:
    """Difference of each option to the baseline in potential response, the least noisy of the measures."""
    found = [
        Dot(_label(words, c.option), c.together, c.is_real)
        for c in compare(result, [STEADIEST])
        if c.together is not None
    ]
    label = words.say("minutes against %(option)s (below zero: faster)", option=words.isolate(f"‘{result.study.baseline}’"))
    return dots(axis, found, label, words, unit=MINUTE, written=len(found) <= 8) if found else marks.no_data(axis, words)


def mean_curves(curves: Curves, which: Sequence[str] | None = None) -> dict[str, Floats]:
    """Mean of each option's curve over the days."""
    return {name: values.mean(axis=0) for name, values in curves.items() if which is None or name in which}
