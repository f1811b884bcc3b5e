"""Response against staffing: what more officers buy, and where the curve bends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator
from numpy.typing import NDArray

from sim.clock import MINUTE
from sim.language import Language
from sim.reports.figures import marks
from sim.reports.findings.knee import Knee
from sim.reports.style import INK, MARKERS, SMALL, colour
from sim.study.statistics import Estimate

Floats = NDArray[np.float64]
Lines = Mapping[str, Sequence[Estimate]]
"""Label in the reader's language -> one estimate in seconds for each option."""
End = tuple[float, float, str, str]
REACH, APART = 0.01, 0.005
"""Share of the most heads that lie between first and last option, and share of that way between two neighbours, from which
options stand on a common axis of heads."""


def staffing_curve(
    axis: Axes, heads: Floats | Sequence[float], lines: Lines, names: Sequence[str], heads_label: str, words: Language,
    knee: Knee | None = None,
) -> Axes:  # fmt: skip
    """Response in minutes against officers, one line per measure, with 95 % bands; ``names`` label the points.

    ``heads`` and every sequence in ``lines`` have one entry per option. Where options hardly differ in heads, each is a row.
    """
    if not distinct(heads):
        return option_rows(axis, lines, names, words)
    order = np.argsort(heads, kind="stable")
    x = np.asarray(heads, dtype=np.float64)[order]
    for number, estimates in enumerate(lines.values()):
        y, half = (part[order] for part in in_minutes(estimates))
        paint = colour(number, False)
        axis.fill_between(x, np.maximum(y - half, 0.0), y + half, color=paint, alpha=0.16, linewidth=0)
        axis.plot(x, y, marker=MARKERS[number], color=paint, markersize=5, label=list(lines)[number])
    axis.set_ylim(bottom=0)
    axis.margins(x=0.04)
    axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.yaxis.set_major_formatter(marks.numbers(words))
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(marks.numbers(words))
    axis.set_ylabel(words.mark(words.say("minutes")))
    axis.set_xlabel(words.mark(heads_label))
    at = order.tolist().index(knee.option) if knee is not None and knee.option is not None else None
    if at is not None:
        axis.axvline(x[at], color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
        text = words.mark(words.say("knee"))
        above = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top"}
        axis.annotate(text, (x[at], 1.0), (4, -2), fontsize=SMALL + 1, **above)  # type: ignore[arg-type]
    _name_points(axis, x, [names[i] for i in order], at, words)
    marks.label_ends(axis, list(_ends(x, lines, order, words)))
    return axis


def distinct(heads: Floats | Sequence[float]) -> bool:
    """Whether every option has head counts of its own, far enough apart to be drawn on one axis."""
    x = np.sort(np.asarray(heads, dtype=np.float64))
    if len(x) < 2 or not np.isfinite(x).all():
        return False
    way = x[-1] - x[0]
    return bool(way > REACH * x[-1] and np.all(np.diff(x) > APART * way))


def _ends(x: Floats, lines: Lines, order: NDArray[np.int64], words: Language) -> Iterator[End]:
    """The right end of every line, with its label."""
    for number, (label, estimates) in enumerate(lines.items()):
        y = in_minutes(estimates)[0][order]
        known = np.flatnonzero(np.isfinite(y))
        if len(known):
            text = words.mark("\n".join(marks.folded(label, 16)))
            yield float(x[known[-1]]), float(y[known[-1]]), text, colour(number, False)


def _name_points(axis: Axes, x: Floats, names: Sequence[str], knee: int | None, words: Language) -> None:
    """Names of the options above their points, as many as fit side by side: ends and knee first."""
    texts = [marks.name_text(words, name, 13) for name in names]
    low, high = axis.get_xlim()
    width = marks.points_of(axis)[0]
    at = [float((one - low) / (high - low) * width) for one in x]
    wide = [marks.text_width(text, SMALL) + 4 for text in texts]
    ends = [one for one in (knee, 0, len(x) - 1) if one is not None]
    kept = marks.uncrowded(at, wide, ends)
    top = axis.secondary_xaxis("top")
    top.xaxis.set_major_locator(FixedLocator(x.tolist()))
    top.xaxis.set_major_formatter(FixedFormatter([texts[i] if i in kept else "" for i in range(len(x))]))
    top.tick_params(labelsize=SMALL, length=4, color="#888888")
    top.spines["top"].set_visible(False)


def option_rows(axis: Axes, lines: Lines, names: Sequence[str], words: Language) -> Axes:
    """The same figures where options do not differ in heads: one row for each option, one mark per measure with its interval."""
    for number, (label, estimates) in enumerate(lines.items()):
        mean, half = in_minutes(estimates)
        at = np.arange(len(names)) + 0.16 * (number - (len(lines) - 1) / 2)
        spans = np.vstack([np.minimum(half, mean), half])
        axis.errorbar(
            mean, at, xerr=spans, fmt=MARKERS[number], label=words.mark(label), color=colour(number, False), markersize=5.5
        )
    marks.rows(axis, [marks.name_text(words, name) for name in names], words)
    marks.stripes(axis, len(names))
    axis.set_xlim(*((axis.get_xlim()[0], 0.0) if words.rtl else (0.0, axis.get_xlim()[1])))
    axis.xaxis.set_major_formatter(marks.numbers(words))
    axis.set_xlabel(words.mark(words.say("minutes")))
    side: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0)}
    if words.rtl:
        side = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}
    axis.legend(ncols=len(lines), markerfirst=not words.rtl, handletextpad=0.2, columnspacing=1.2, **side)
    return axis


def in_minutes(estimates: Sequence[Estimate]) -> tuple[Floats, Floats]:
    """Means and half-widths in minutes, NaN without data."""
    mean = [np.nan if e.mean is None else e.mean / MINUTE for e in estimates]
    half = [np.nan if e.half_width is None else e.half_width / MINUTE for e in estimates]
    return np.array(mean), np.array(half)
