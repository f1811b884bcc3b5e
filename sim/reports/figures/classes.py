"""Values in a few classes of colour, with a legend that names their ends and the unit: more can be told apart than read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.legend import Legend
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.language import Language
from sim.reports.style import INK, SMALL

COUNT = 6
REACH = (0.08, 0.94)
"""Part of a colour map that is used: its palest end would look like nothing, its darkest like black."""
"""Most classes of a one-sided scale."""


@dataclass(frozen=True)
class Classes:
    """Ends of the classes in rising order, the colour map they are taken from, and the ends as the reader writes them.

    ``above`` and ``below``: the last (first) class is open, because values lie beyond it.
    """

    ends: Sequence[float]
    palette: str
    written: Sequence[str]
    above: bool = False
    below: bool = False

    @property
    def tints(self) -> list[str]:
        """One colour for each class, the open ones included."""
        count = len(self.ends) - 1 + self.above + self.below
        return [to_hex(c) for c in mpl.colormaps[self.palette](np.linspace(*REACH, count))]

    @property
    def colours(self) -> ListedColormap:
        """The classes as a colour map."""
        return ListedColormap(self.tints)

    @property
    def norm(self) -> BoundaryNorm:
        """The classes as a norm: a value on an end belongs to the class above, at the top end to the last one."""
        ends = [*([-np.inf] if self.below else []), *self.ends, *([np.inf] if self.above else [])]
        finite = [min(max(end, -1e300), 1e300) for end in ends]
        return BoundaryNorm([*finite[:-1], np.nextafter(finite[-1], np.inf)], len(finite) - 1, clip=True)

    def labels(self, words: Language) -> list[str]:
        """The classes in words, in rising order."""
        pairs = zip(self.written[:-1], self.written[1:], strict=True)
        closed = [words.say("%(low)s to %(high)s", low=low, high=high) for low, high in pairs]
        first = [words.say("below %(end)s", end=self.written[0])] if self.below else []
        last = [words.say("above %(end)s", end=self.written[-1])] if self.above else []
        return [*first, *closed, *last]


def rounded(low: float, high: float, words: Language, palette: str, values: np.ndarray) -> Classes:
    """Classes with round ends that hold ``low`` to ``high``; open where ``values`` lie beyond them.

    ``low`` is 0, or minus ``high`` for changes in both directions.
    """
    ends = MaxNLocator(COUNT, steps=[1, 2, 2.5, 5, 10], symmetric=low < 0).tick_values(low, high)
    ends = [float(e) for e in ends if e >= min(low, 0.0) - 1e-12] if low >= 0 else [float(e) for e in ends]
    known = values[np.isfinite(values)]
    digits = next((d for d in range(4) if all(abs(round(e, d) - e) < 1e-9 for e in ends)), 4)
    written = [words.signed(e, digits) if low < 0 else words.number(e, digits) for e in ends]
    return Classes(ends, palette, written, bool((known > ends[-1]).any()), bool((known < ends[0]).any() and low < 0))


def classed(axis: Axes, classes: Classes, heading: str, words: Language, blank: str | None = None) -> Legend:
    """The legend of some classes beside an axis, with the unit as heading; ``blank`` says what has no colour."""
    keys = [Patch(facecolor=tint, edgecolor="#888888", linewidth=0.4) for tint in classes.tints]
    texts = classes.labels(words)
    if blank is not None:
        keys, texts = [*keys, Patch(facecolor="white", edgecolor="#888888", linewidth=0.4)], [*texts, blank]
    at: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0)}
    if words.rtl:
        at = {"loc": "upper right", "bbox_to_anchor": (-0.02, 1.0)}
    made = axis.legend(
        keys, [words.mark(text) for text in texts], title=words.mark(heading), fontsize=SMALL + 0.5, title_fontsize=SMALL + 0.5,
        markerfirst=not words.rtl, alignment="right" if words.rtl else "left", labelcolor=INK, handlelength=1.3, handleheight=1.1,
        borderaxespad=0.0, labelspacing=0.35, **at,
    )  # fmt: skip
    return made
