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

MANY, FAR = 12, 0.06
"""With so many rows, this share of intervals may reach beyond the axis on each side: one wild area must not flatten the rest."""
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
    written: bool = True, digits: int = 2, size: float | None = None,
) -> Axes:  # fmt: skip
    """One row per difference, in the order given; ``unit``: what figures are divided by, such as 60 for minutes.

    Filled marks are real; blue is better and vermilion worse, circle and square besides; ``written`` puts figures beside them.
    ``size``: of the names' letters. A row without data says so.
    """
    names = [dot.label for dot in found]
    marks.stripes(axis, len(names))
    reach = _reach(found, unit)
    for row, dot in enumerate(found):
        if dot.change.mean is None:
            continue
        mean, half = dot.change.mean / unit, (dot.change.half_width or 0.0) / unit
        paint, marker = _look(dot, lower_is_better)
        if not reach[0] <= mean <= reach[1]:
            _beyond(axis, row, mean, reach, paint, words, digits)
            continue
        face = paint if dot.real else "white"
        axis.errorbar(mean, row, xerr=half, fmt=marker, color=paint, capsize=2.5, markersize=6, mfc=face, linewidth=1.3)
        if written:
            text = words.signed(mean, digits)
            axis.annotate(text, (mean, row), (0, 6), textcoords="offset points", ha="center", fontsize=SMALL, color=paint)
    axis.set_xlim(*reach)
    marks.rows(axis, names, words, *([] if size is None else [size]))
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


def _reach(found: Sequence[Dot], unit: float) -> tuple[float, float]:
    """Limits that hold every interval, and zero; of many rows, all but the few that stand far out."""
    known = [dot.change for dot in found if dot.change.mean is not None]
    means = np.array([0.0, *(e.mean / unit for e in known if e.mean is not None)])
    halves = np.array([0.0, *((e.half_width or 0.0) / unit for e in known)])
    far = FAR if len(known) >= MANY else 0.0
    low, high = min(float(np.quantile(means - halves, far)), 0.0), max(float(np.quantile(means + halves, 1.0 - far)), 0.0)
    margin = 0.06 * max(high - low, LEAST)
    return min(low - margin, -LEAST / 2), max(high + margin, LEAST / 2)


def _beyond(axis: Axes, row: int, mean: float, reach: tuple[float, float], paint: str, words: Language, digits: int) -> None:
    """A figure too far out for the axis: an arrow at the edge, with the figure itself."""
    left = mean < reach[0]
    edge, inwards = reach[0 if left else 1], 1 if left != words.rtl else -1
    arrow, at = "<" if left != words.rtl else ">", edge + (0.012 if left else -0.012) * (reach[1] - reach[0])
    axis.plot(at, row, marker=arrow, color=paint, markersize=5.5)
    axis.annotate(
        words.signed(mean, digits), (at, row), (6 * inwards, 0), textcoords="offset points", va="center", fontsize=SMALL - 1.5,
        ha="left" if inwards > 0 else "right", color=paint,
    )  # fmt: skip


def by_difference(found: Sequence[Dot], lower_is_better: bool = True) -> list[Dot]:
    """Rows sorted from the largest gain to the largest loss; those without data last, in their order."""
    sign = 1.0 if lower_is_better else -1.0
    return sorted(found, key=lambda dot: np.inf if dot.change.mean is None else sign * dot.change.mean)
