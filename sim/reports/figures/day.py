"""Coverage over the day: of the whole territory by option, and of each area, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from sim.clock import HOUR
from sim.language import Language
from sim.reports.figures import curves, marks
from sim.reports.figures.classes import Classes, classed
from sim.reports.figures.curves import Curves
from sim.reports.style import LOSS, SMALL
from sim.study.statistics import band

Floats = NDArray[np.float64]
SHARES = ((0.0, 0.5, 0.75, 0.9, 0.95, 1.0), (0.9, 0.95, 0.98, 0.99, 0.995, 1.0))
"""Ends of the classes of coverage by area: as usual, and where all areas are nearly covered."""


def coverage_over_day(
    axis: Axes, times: Floats, options: Curves, baseline: str, words: Language, best: str | None = None
) -> Axes:
    """Share of offices covered at each moment of the voting phase, one curve per option.

    Later options are drawn thinner and on top, so that curves that lie on each other are all seen. Only ``baseline`` and
    ``best`` carry bands.
    """
    made = {name: band(values) for name, values in options.items()}
    shown = curves.named(list(made), baseline, best)
    for name, (mean, low, high) in made.items():
        if name in (baseline, best):
            tint = curves.paint(name, shown, baseline)
            curves.shade(axis, times, np.clip(low, 0.0, 1.0), np.minimum(high, 1.0), tint)
        curves.curve(axis, times, mean, name, shown, baseline)
    floor = _axis_floor(min((float(np.nanmin(mean, initial=1.0)) for mean, _, _ in made.values()), default=1.0))
    axis.set_ylim(floor, 1.0 + 0.03 * (1.0 - floor))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], prune=None))
    axis.yaxis.set_major_formatter(marks.percent(words))
    time_axis(axis, times, words)
    cut = words.say("offices covered (axis cut at %(share)s)", share=words.share(floor, 1 if floor * 100 % 1 > 1e-9 else 0))
    axis.set_ylabel(words.mark(cut if floor else words.say("offices covered")))
    return curves.name_ends(axis, times, {name: mean for name, (mean, _, _) in made.items()}, shown, baseline, words)


def area_strip(axis: Axes, times: Floats, coverage: Floats, names: Sequence[str], words: Language) -> Axes:
    """Coverage (areas, times) as one row of colour for each area, in the order given, dark where little is covered; white
    where nobody votes.

    Time runs from left to right in every language; the names stand where lines begin.
    """
    ends = SHARES[bool(np.nanmin(coverage, initial=1.0) >= SHARES[1][0])]
    classes = Classes(ends, f"{LOSS}_r", [words.share(one, marks.decimals(100.0 * one)) for one in ends])
    step = float(np.median(np.diff(times))) if len(times) > 1 else HOUR
    edges = np.append(times, times[-1] + step)
    cells = np.ma.masked_invalid(coverage)
    axis.pcolormesh(edges, np.arange(len(names) + 1) - 0.5, cells, cmap=classes.colours, norm=classes.norm, rasterized=True)
    marks.rows(axis, [words.mark(words.isolate(name)) for name in names], words)
    if words.rtl:
        axis.invert_xaxis()  # rows are mirrored, time is not
    time_axis(axis, edges, words)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(visible=False)
    for edge in range(1, len(names)):
        axis.axhline(edge - 0.5, color="white", linewidth=1.6)
    classed(axis, classes, words.say("offices covered"), words, words.say("no voting"))
    return axis


def time_axis(axis: Axes, times: Floats, words: Language) -> Axes:
    """Hours of the day along x, from left to right in every language."""
    axis.xaxis.set_major_locator(_hours(times))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: words.clock(v)))
    axis.set_xlim(times[0], times[-1])
    axis.set_xlabel(words.mark(words.say("time of day")))
    axis.tick_params(axis="x", labelsize=SMALL + 1)
    return axis


def worst_first(coverage: Floats, most: int) -> NDArray[np.int64]:
    """Areas by their mean coverage (areas, times) over the day, the worst first, at most so many; none without data."""
    known = np.isfinite(coverage)
    held = np.where(known, coverage, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    order = np.argsort(np.where(known.any(axis=1), held, np.inf), kind="stable")
    return np.asarray([one for one in order if known[one].any()][:most], dtype=np.int64)


def _axis_floor(lowest: float) -> float:
    """Lower end of an axis of shares: 0 where half the axis would be used anyway, else a round figure below the curves."""
    missing = 1.0 - lowest
    steps = [s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if s >= 1.05 * missing]
    return 1.0 - steps[0] if steps else 0.0


def _hours(times: Floats) -> MultipleLocator:
    """A tick every two hours for one day, every six for more."""
    return MultipleLocator(7200.0 if times[-1] - times[0] <= 16 * HOUR else 6 * HOUR)
