"""Cost against compliance: which options no other one beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.findings.efficient import efficient
from sim.reports.style import BETTER, QUIET, SMALL

Floats = NDArray[np.float64]


def frontier(
    axis: Axes, cost: Floats, gain: Floats, halves: Floats, names: Sequence[str], labels: tuple[str, str], words: Language
) -> Axes:
    """Options by cost and share within target (options,), with the share's 95 % half-widths; NaN without data.
    ``labels`` name cost and share.

    Efficient options are filled, named and joined by a line; the others are hollow, and named where there is room.
    """
    best = efficient(cost, gain)
    known = np.isfinite(cost) & np.isfinite(gain)
    bars = np.nan_to_num(halves)
    for chosen, paint, face in ((known & ~best, QUIET, "white"), (best, BETTER, BETTER)):
        spans = np.vstack([np.minimum(bars, gain), np.minimum(bars, 1.0 - gain)])[:, chosen]
        axis.errorbar(
            cost[chosen], gain[chosen], spans, fmt="o", color=paint, mfc=face, markersize=7, linewidth=1.1, zorder=3
        )
    order = np.flatnonzero(best)[np.argsort(cost[best], kind="stable")]
    axis.step(cost[order], gain[order], where="post", color=BETTER, linewidth=1.4, alpha=0.6, zorder=2)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(marks.numbers(words))
    axis.yaxis.set_major_locator(MaxNLocator(5))
    axis.yaxis.set_major_formatter(marks.percent(words, 1))
    axis.margins(x=0.12, y=0.12)
    axis.set_ylim(top=min(axis.get_ylim()[1], 1.02))
    axis.set_xlabel(words.mark(labels[0]))
    axis.set_ylabel(words.mark(labels[1]))
    _name(axis, cost, gain, [*order, *np.flatnonzero(known & ~best)], best, names, words)
    return axis


def _name(
    axis: Axes, cost: Floats, gain: Floats, order: Sequence[int], best: NDArray[np.bool_], names: Sequence[str], words: Language
) -> None:
    """Names beside the marks, efficient options first; each where it touches no mark and no other name."""
    width, height = marks.points_of(axis)
    place = axis.transData + axis.transAxes.inverted()
    at = {one: place.transform((cost[one], gain[one])) * (width, height) for one in order}
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in at.values()]
    for one in order:
        text = marks.name_text(words, names[one], 20)
        wide, high = marks.text_width(text, SMALL + 1), (text.count("\n") + 1) * (SMALL + 1) * marks.LEADING
        for right, up in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
            x, y = at[one][0] + (7 if right > 0 else -7 - wide), at[one][1] + (5 if up > 0 else -5 - high)
            box = (x, y, x + wide, y + high)
            inside = x >= 0 and x + wide <= width and y >= -4 and y + high <= height + 14
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                side: dict[str, Any] = {"ha": "left" if right > 0 else "right", "va": "bottom" if up > 0 else "top"}
                axis.annotate(
                    text, (cost[one], gain[one]), (7 * right, 5 * up), textcoords="offset points", fontsize=SMALL + 1,
                    color=BETTER if best[one] else "#555555", fontweight="bold" if best[one] else "normal", **side,
                )  # fmt: skip
                break


Box = tuple[float, float, float, float]


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
