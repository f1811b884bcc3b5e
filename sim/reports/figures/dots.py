"""Differences as dots with their intervals, one row each: options against the baseline, areas against themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.style import BASELINE_COLOUR, BETTER, SMALL, WORSE
from sim.study.statistics import Estimate

LEAST = 0.1
"""Least reach of the axis on both sides of zero, in the unit shown."""


@dataclass(frozen=True)
class Dot:
    """One row: its name as drawn, the difference, and whether it counts as real (None: too little data to say)."""

    label: str
    change: Estimate
    real: bool | None


def dots(
    axis: Axes, found: Sequence[Dot], label: str, words: Language, *, unit: float = 1.0, lower_is_better: bool = True,
    written: bool = True, digits: int = 2,
) -> Axes:  # fmt: skip
    """One row per difference, in the order given; ``unit``: what figures are divided by, such as 60 for minutes.

    Filled marks are real; blue is better and vermilion worse, circle and square besides; ``written`` puts figures beside them.
    A row without data says so.
    """
    names = [dot.label for dot in found]
    marks.stripes(axis, len(names))
    for row, dot in enumerate(found):
        if dot.change.mean is None:
            continue
        mean, half = dot.change.mean / unit, (dot.change.half_width or 0.0) / unit
        paint, marker = _look(dot, lower_is_better)
        face = paint if dot.real else "white"
        axis.errorbar(mean, row, xerr=half, fmt=marker, color=paint, capsize=2.5, markersize=6, mfc=face, linewidth=1.3)
        if written:
            text = words.signed(mean, digits)
            axis.annotate(text, (mean, row), (0, 6), textcoords="offset points", ha="center", fontsize=SMALL, color=paint)
    _reach(axis, found, unit)
    marks.rows(axis, names, words)
    marks.zero_line(axis)
    for row, dot in enumerate(found):
        if dot.change.mean is None:
            axis.text(0.0, row, f" {words.mark(words.number(None))} ", ha="left", va="center", fontsize=SMALL, color="#777777")
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.xaxis.set_major_formatter(marks.numbers(words, signed=True))
    axis.set_xlabel(words.mark(label))
    return axis


def _look(dot: Dot, lower_is_better: bool) -> tuple[str, str]:
    """Colour and marker of a row."""
    if not dot.real or not dot.change.mean:
        return BASELINE_COLOUR, "o"
    return (BETTER, "o") if (dot.change.mean < 0) == lower_is_better else (WORSE, "s")


def _reach(axis: Axes, found: Sequence[Dot], unit: float) -> None:
    """Limits that hold every interval, and zero."""
    known = [dot.change for dot in found if dot.change.mean is not None]
    means = np.array([0.0, *(e.mean / unit for e in known if e.mean is not None)])
    halves = np.array([0.0, *((e.half_width or 0.0) / unit for e in known)])
    low, high = min(float((means - halves).min()), 0.0), max(float((means + halves).max()), 0.0)
    margin = 0.06 * max(high - low, LEAST)
    axis.set_xlim(min(low - margin, -LEAST / 2), max(high + margin, LEAST / 2))


def by_difference(found: Sequence[Dot], lower_is_better: bool = True) -> list[Dot]:
    """Rows sorted from the largest gain to the largest loss; those without data last, in their order."""
    sign = 1.0 if lower_is_better else -1.0
    return sorted(found, key=lambda dot: np.inf if dot.change.mean is None else sign * dot.change.mean)
