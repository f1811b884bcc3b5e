"""What curves of options share: which options are named, which stay in the background, and how each is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.style import QUIET, colour, stroke

Floats = NDArray[np.float64]
Curves = Mapping[str, Floats]
"""Option name -> (replications, points)."""
MOST_NAMED = 5
"""Options with a colour and a name of their own; with more, only the baseline and those to be looked at have them."""


def named(names: Sequence[str], baseline: str, best: str | None) -> list[str]:
    """Options with a colour and a name of their own, in their order."""
    return [name for name in names if len(names) <= MOST_NAMED or name in (baseline, best)]


def curve(axis: Axes, x: Floats, y: Floats, name: str, shown: Sequence[str], baseline: str) -> Axes:
    """Draw one option's curve: with its own stroke when it is named, thin and grey else."""
    if name not in shown:
        axis.plot(x, y, color=QUIET, linewidth=0.8, zorder=2, label=name)
        return axis
    look = stroke(shown.index(name), len(shown))
    axis.plot(x, y, color=paint(name, shown, baseline), label=name, **look)  # type: ignore[arg-type]
    return axis


def paint(name: str, shown: Sequence[str], baseline: str) -> str:
    """Colour of a named option."""
    return colour(shown.index(name), name == baseline)


def shade(axis: Axes, x: Floats, low: Floats, high: Floats, tint: str) -> Axes:
    """A 95 % band."""
    axis.fill_between(x, low, high, color=tint, alpha=0.15, linewidth=0)
    return axis


def name_ends(axis: Axes, x: Floats, means: Curves, shown: Sequence[str], baseline: str, words: Language) -> Axes:
    """Name curves (points,) at their last points; one note says what the thin grey ones are."""
    ends = []
    for name in shown:
        known = np.flatnonzero(np.isfinite(means[name]))
        if len(known):
            end = (float(x[known[-1]]), float(means[name][known[-1]]))
            ends.append((*end, marks.name_text(words, name, 18), paint(name, shown, baseline)))
    marks.label_ends(axis, ends)
    others = len(means) - len(shown)
    if others:
        marks.note(axis, words.many("grey: %(n)d other option", "grey: %(n)d other options", others), words, 34)
    return axis
