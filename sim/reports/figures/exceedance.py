"""How long incidents wait: the share that still has no unit after so many minutes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures import curves, marks
from sim.reports.figures.curves import Curves
from sim.study.statistics import band

Floats = NDArray[np.float64]
FEWEST = 5.0
"""Incidents a day below which a share of them is chance: there a curve ends."""
FLOORS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)


def exceedance(
    axis: Axes, minutes: Floats, options: Curves, baseline: str, words: Language, best: str | None = None,
    counts: Mapping[str, float] | None = None,
) -> Axes:  # fmt: skip
    """Share of incidents still without a unit after so many minutes, one curve per option (lower is better).

    ``counts``: incidents a day by option; a curve ends where fewer than five of them still wait. Only ``baseline`` and ``best``
    carry 95 % bands, cut at the floor of the axis: bands of all options would hide each other.
    """
    made = {name: _enough(band(values), (counts or {}).get(name)) for name, values in options.items()}
    shown = curves.named(list(made), baseline, best)
    lowest = min((float(np.nanmin(mean[mean > 0])) for mean, _, _ in made.values() if (mean > 0).any()), default=0.01)
    floor = next((f for f in FLOORS if f <= lowest), FLOORS[-1])
    for name, (mean, low, high) in made.items():
        if name in (baseline, best):
            tint = curves.paint(name, shown, baseline)
            curves.shade(axis, minutes, np.maximum(low, floor), np.clip(high, floor, 1.0), tint)
        curves.curve(axis, minutes, _above_zero(mean), name, shown, baseline)
    last = max((float(minutes[np.flatnonzero(mean > 0)[-1]]) for mean, _, _ in made.values() if (mean > 0).any()), default=5.0)
    _furnish(axis, floor, (float(minutes[0]), min(float(minutes[-1]), 5.0 * float(np.ceil(max(last, 5.0) / 5.0)))), words)
    means = {name: _above_zero(mean) for name, (mean, _, _) in made.items()}
    return curves.name_ends(axis, minutes, means, shown, baseline, words)


def _furnish(axis: Axes, floor: float, span: tuple[float, float], words: Language) -> None:
    """Scales, ticks and names of the axes."""
    axis.set_yscale("log")
    axis.set_ylim(floor, 1.0)
    axis.yaxis.set_major_locator(FixedLocator([1.0, *FLOORS]))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(marks.percent(words))
    axis.set_xlim(*span)
    axis.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axis.xaxis.set_major_formatter(marks.numbers(words))
    axis.set_xlabel(words.mark(words.say("minutes after the report")))
    axis.set_ylabel(words.mark(words.say("incidents still without a unit")))


def _above_zero(mean: Floats) -> Floats:
    return np.where(mean > 0, mean, np.nan)


def _enough(made: tuple[Floats, Floats, Floats], count: float | None) -> tuple[Floats, Floats, Floats]:
    """A band as far as at least ``FEWEST`` of ``count`` incidents a day are left."""
    if count is None:
        return made
    enough = np.minimum.accumulate(np.nan_to_num(made[0]) * count >= FEWEST)
    mean, low, high = (np.where(enough, part, np.nan) for part in made)
    return mean, low, high
