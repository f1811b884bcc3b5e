"""What broke first: the share of each part that failed, option by option, and the part that failed most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.figures.classes import Classes
from sim.reports.findings.broke import LIMIT, PARTS, Broken
from sim.reports.style import INK, LOSS, SMALL

ENDS = (0.0, 0.05, LIMIT, 0.25, 0.5, 1.0)
"""Ends of the classes of failing shares; the limit is one of them."""


def broken_parts(axis: Axes, found: Sequence[Broken], names: Sequence[str], parts: Sequence[str], words: Language) -> Axes:
    """One row per option, one column per part (named by ``parts`` in the order of ``PARTS``), the failing share in each cell.

    The part that failed most has a frame, heavy where it passed the limit. Cells without data say so. Figures in the cells
    make a legend needless.
    """
    classes = Classes(ENDS, LOSS, [words.share(end) for end in ENDS])
    shares = np.array([[one.failing[part] for part in PARTS] for one in found])
    cells = np.ma.masked_invalid(shares)
    axis.imshow(cells, cmap=classes.colours, norm=classes.norm, aspect="auto")
    for row, one in enumerate(found):
        for column, part in enumerate(PARTS):
            _cell(axis, (row, column), one.failing[part], words)
            if part == one.first:
                width = 2.6 if one.passed else 1.0
                frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=width, zorder=4)
                axis.add_patch(frame)
    axis.set_xticks(range(len(PARTS)), [words.mark("\n".join(marks.folded(part, 10))) for part in parts], fontsize=SMALL)
    axis.xaxis.tick_top()
    axis.tick_params(axis="x", length=0)
    marks.rows(axis, [marks.name_text(words, name) for name in names], words)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.grid(visible=False)
    for side in axis.spines.values():
        side.set_visible(False)
    text = words.say("framed: what failed most; heavy frame: more than %(limit)s failed", limit=words.share(LIMIT))
    return marks.note(axis, text, words)


def _cell(axis: Axes, at: tuple[int, int], share: float, words: Language) -> None:
    """The figure in a cell, light on dark."""
    known = bool(np.isfinite(share))
    text = words.share(share, 1 if known and 0.0005 <= share < 0.12 else 0)
    size, paint = (SMALL + 0.5, "white" if share > ENDS[3] else INK) if known else (SMALL - 2, "#777777")
    axis.text(at[1], at[0], words.mark(text), ha="center", va="center", fontsize=size, color=paint)
