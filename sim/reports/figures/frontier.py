"""Cost against compliance: which options no other one beats in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.findings.efficient import efficient
from sim.reports.style import BETTER, HALO, QUIET, SMALL

Floats = NDArray[np.float64]


def frontier(
    axis: Axes, cost: Floats, gain: Floats, halves: Floats, names: Sequence[str], labels: tuple[str, str], words: Language
) -> Axes:
    """Options by cost and share within target (options,), with the share's 95 % half-widths; NaN without data.
    ``labels`` name cost and share.

    Efficient options are filled, named and joined by a line; the others are hollow. Of few options each is named beside its mark,
    of many only efficient ones, in the margin, as many as fit.
    """
    best = efficient(cost, gain)
    known = np.isfinite(cost) & np.isfinite(gain)
    spans = np.vstack([np.minimum(np.nan_to_num(halves), gain), np.minimum(np.nan_to_num(halves), 1.0 - gain)])
    for chosen, paint, face in ((known & ~best, QUIET, "white"), (best, BETTER, BETTER)):
        axis.errorbar(
            cost[chosen], gain[chosen], spans[:, chosen], fmt="o", color=paint, mfc=face, markersize=7, linewidth=1.1, zorder=3
        )
    order = np.flatnonzero(best)[np.argsort(cost[best], kind="stable")]
    axis.step(cost[order], gain[order], where="post", color=BETTER, linewidth=1.4, alpha=0.6, zorder=2)
    _scales(axis, labels, words)
    if known.sum() > MOST_NAMED:
        return _margin(axis, cost, gain, order, names, words)
    _name(axis, cost, gain, spans, [*order, *np.flatnonzero(known & ~best)], best, names, words)
    return axis


def _scales(axis: Axes, labels: tuple[str, str], words: Language) -> None:
    """Limits, ticks and names of the axes; no tick above everything."""
    axis.margins(x=0.1, y=0.12)
    low, high = axis.get_ylim()
    axis.set_ylim(max(low, 0.0), min(high, 1.0 + 0.05 * (1.0 - max(low, 0.0))))
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(marks.numbers(words))
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(*axis.get_ylim())
    axis.yaxis.set_major_locator(FixedLocator([one for one in ticks if axis.get_ylim()[0] <= one <= 1.0 + 1e-9]))
    axis.yaxis.set_major_formatter(marks.percent(words))
    axis.set_xlabel(words.mark(labels[0]))
    axis.set_ylabel(words.mark(labels[1]))


def _margin(
    axis: Axes, cost: Floats, gain: Floats, order: NDArray[np.int64], names: Sequence[str], words: Language
) -> Axes:
    """Names in the margin, each led to its mark: all if there is room for all, else as many as stand at their height."""
    texts, height = [marks.name_text(words, names[one], 20) for one in order], marks.points_of(axis)[1]
    room = [(text.count("\n") + 1) * (SMALL + 1) * marks.LEADING for text in texts]
    place = axis.transData + axis.transAxes.inverted()
    at = [float(place.transform((cost[one], gain[one]))[1]) * height for one in order]
    kept = range(len(order)) if sum(room) <= height else marks.uncrowded(at, room, [0, len(order) - 1])
    return marks.label_ends(axis, [(float(cost[order[one]]), float(gain[order[one]]), texts[one], BETTER) for one in kept])


def _name(
    axis: Axes, cost: Floats, gain: Floats, spans: Floats, order: Sequence[int], best: NDArray[np.bool_], names: Sequence[str],
    words: Language,
) -> None:  # fmt: skip
    """Names beside the marks, efficient options first; each where it touches no mark, no other name and, if it can, no bar."""
    width, height = marks.points_of(axis)
    place = axis.transData + axis.transAxes.inverted()

    def spot(x: float, y: float) -> tuple[float, float]:
        across, up = place.transform((x, y))
        return float(across) * width, float(up) * height

    at = {one: spot(cost[one], gain[one]) for one in np.flatnonzero(np.isfinite(cost) & np.isfinite(gain)).tolist()}
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in at.values()]
    ends = {one: [spot(cost[one], gain[one] + way)[1] for way in (-spans[0, one], spans[1, one])] for one in at}
    bars = {one: (at[one][0] - 2, ends[one][0], at[one][0] + 2, ends[one][1]) for one in at}
    for one in order:
        text = marks.name_text(words, names[one], 20)
        wide, high = marks.text_width(text, SMALL + 1), (text.count("\n") + 1) * (SMALL + 1) * marks.LEADING
        found = list(
            _free(at[one], (wide, high), (width + wide, height), taken, [bars[other] for other in at if other != one])
        )
        if found:
            right, up, box = found[0]
            taken.append(box)
            side: dict[str, Any] = {"ha": "left" if right > 0 else "right", "va": "bottom" if up > 0 else "top"}
            look: dict[str, Any] = {"color": BETTER if best[one] else "#555555", "fontweight": "bold" if best[one] else "normal"}
            axis.annotate(
                text, (cost[one], gain[one]), (7 * right, 5 * up), textcoords="offset points", fontsize=SMALL + 1,
                path_effects=[HALO], annotation_clip=False, **look, **side,
            )  # fmt: skip


MOST_NAMED = 8
"""Options up to which names stand beside the marks."""
Box = tuple[float, float, float, float]
CORNERS = ((1, 1), (1, -1), (-1, -1), (-1, 1))
"""Sides of a mark on which its name may stand, right or left and above or below, the best first."""


def _free(
    at: tuple[float, float], size: tuple[float, float], room: tuple[float, float], taken: Sequence[Box], bars: Sequence[Box]
) -> Iterator[tuple[int, int, Box]]:
    """Corners at which a name of a size touches nothing, in points; those that touch no bar either come first."""
    for avoid in ([*taken, *bars], taken):
        for right, up in CORNERS:
            x, y = at[0] + (7 if right > 0 else -7 - size[0]), at[1] + (5 if up > 0 else -5 - size[1])
            box = (x, y, x + size[0], y + size[1])
            inside = x >= 0 and box[2] <= room[0] and y >= -4 and box[3] <= room[1] + 14
            if inside and not any(_touch(box, other) for other in avoid):
                yield right, up, box


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
