"""What all figures share: option names as text, labels that keep apart, mirrored rows, and ticks in the reader's numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from sim.language import Language
from sim.reports.style import FAINT, INK, SMALL, letters

Floats = NDArray[np.float64]
LINES = 3
"""Lines of a name before it is cut."""
LETTER = 0.58
"""Width of a letter in ems, on the large side."""
LEADING = 1.3
_PARTS = re.compile(r"[^=_/,;]*[=_/,;]|[^=_/,;]+")
LEADER = {"arrowstyle": "-", "linewidth": 0.7, "alpha": 0.7, "shrinkA": 1, "shrinkB": 1, "relpos": (0.0, 0.5)}
"""A thin line from the left end of a label to what it names."""


def name_text(words: Language, name: str, width: int = 22) -> str:
    """An option's name as its analyst wrote it, in lines of ``width`` letters, cut after three."""
    lines = _name_lines(name, width)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: width - 1] + "…"]
    return words.mark("\n".join(words.isolate(line) for line in lines))


def _name_lines(name: str, width: int) -> list[str]:
    """A name in lines of about equal length, broken between words; words too long for a line after a sign such as ``=``."""
    name = " ".join(name.split())
    even = -(-len(name) // -(-len(name) // width)) + 2 if name else width
    pieces = [piece for word in name.split() for piece in _pieces(word, min(even, width))]
    lines = [""]
    for piece in pieces:
        if lines[-1] and len((lines[-1] + piece).rstrip()) > min(even, width):
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(word: str, width: int) -> list[str]:
    """A word with the space after it, or its parts where it is longer than a line."""
    if len(word) <= width:
        return [f"{word} "]
    parts = [piece for part in _PARTS.findall(word) for piece in wrap(part, width)]
    return [*parts[:-1], f"{parts[-1]} "]


def folded(text: str, width: int) -> list[str]:
    """A text in lines of at most ``width`` letters where words allow it; a sign of percent stays with its number."""
    return wrap(text.replace(" %", "\u00a0%"), width, break_long_words=False) or [""]


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> Floats:
    """Positions as near as can be to those wanted, each neighbour at least half of both their gaps apart; order is kept.

    >>> spread([1.0, 1.0, 5.0], [1.0, 1.0, 1.0]).tolist()
    [0.5, 1.5, 5.0]
    """
    at, gap = np.asarray(wanted, dtype=np.float64), np.asarray(gaps, dtype=np.float64)
    order = np.argsort(at, kind="stable")
    steps = np.concatenate([[0.0], np.cumsum((gap[order][1:] + gap[order][:-1]) / 2)])[: len(at)]
    placed = np.empty(len(at))
    placed[order] = isotonic_regression(at[order] - steps).x + steps if len(at) else at
    return placed


def uncrowded(at: Sequence[float], widths: Sequence[float], first: Sequence[int] = ()) -> list[int]:
    """Labels that can be shown without touching, by position: those of ``first`` are taken first, then the others in turn."""
    kept: list[int] = []
    for one in dict.fromkeys([*first, *range(len(at))]):
        if all(abs(at[one] - at[other]) >= (widths[one] + widths[other]) / 2 for other in kept):
            kept.append(one)
    return sorted(kept)


def points_of(axis: Axes) -> tuple[float, float]:
    """Width and height of an axis in points."""
    box = axis.get_window_extent()
    dots = axis.get_figure(root=True).dpi / 72.0  # type: ignore[union-attr]
    return float(box.width / dots), float(box.height / dots)


def text_width(text: str, size: float) -> float:
    """Width of a text in points, on the large side."""
    return max((len(line) for line in text.split("\n")), default=0) * LETTER * size


def label_ends(axis: Axes, ends: Sequence[tuple[float, float, str, str]], size: float = SMALL + 1) -> Axes:
    """Name curves at their right ends instead of in a legend: (x, y, text, colour) each, spread apart beside the axis.

    The limits of the axis must be set before. A thin line leads from a label to its curve.
    """
    height = points_of(axis)[1]
    place = axis.transData + axis.transAxes.inverted()
    at = [place.transform((x, y)) for x, y, _, _ in ends]
    gaps = [(text.count("\n") + 1) * size * LEADING / height for _, _, text, _ in ends]
    heights = spread([float(y) for _, y in at], gaps)
    over = max(float((heights + np.array(gaps) / 2).max(initial=0.0)) - 1.06, 0.0)
    over = over or min(float((heights - np.array(gaps) / 2).min(initial=0.0)) + 0.02, 0.0)
    for (x, y, text, colour), high in zip(ends, heights, strict=True):
        axis.annotate(
            text, (x, y), (1.03, high - over), xycoords="data", textcoords="axes fraction", va="center", ha="left", fontsize=size,
            color=letters(colour), fontweight="bold", annotation_clip=False, arrowprops={**LEADER, "color": colour},
        )  # fmt: skip
    return axis


def rows(axis: Axes, labels: Sequence[str], words: Language, size: float = SMALL + 1.5) -> Axes:
    """Name the rows of a categorical chart, the first on top; in a right-to-left language the chart is mirrored."""
    axis.set_yticks(range(len(labels)), labels, fontsize=size)
    axis.set_ylim(len(labels) - 0.4, -0.6)
    axis.grid(axis="x")
    axis.grid(visible=False, axis="y")
    axis.tick_params(axis="y", length=0)
    mirror(axis, words)
    return axis


def mirror(axis: Axes, words: Language) -> Axes:
    """Turn a categorical chart round for a right-to-left language: its first column and its names stand on the right."""
    if words.rtl:
        axis.yaxis.tick_right()
        axis.yaxis.set_label_position("right")
        axis.spines["right"].set_visible(axis.spines["left"].get_visible())
        axis.spines["left"].set_visible(False)
        axis.invert_xaxis()
    return axis


def title(axis: Axes, text: str, words: Language) -> Axes:
    """A title that starts where lines of the language start."""
    axis.set_title(words.mark(text), loc="right" if words.rtl else "left")
    return axis


def zero_line(axis: Axes) -> Axes:
    """A line at zero: no difference."""
    axis.axvline(0.0, color=INK, linewidth=1.0, zorder=1.5)
    return axis


def note(axis: Axes, text: str, words: Language, below: float = 6) -> Axes:
    """A small note ``below`` points under an axis: what is assumed, what is synthetic."""
    axis.annotate(
        words.mark(text), (1.0 if words.rtl else 0.0, 0.0), (0, -below), fontsize=SMALL, color="#555555", va="top",
        ha="right" if words.rtl else "left", xycoords="axes fraction", textcoords="offset points", annotation_clip=False,
    )  # fmt: skip
    return axis


def no_data(axis: Axes, words: Language) -> Axes:
    """An empty axis that says so."""
    axis.set_axis_off()
    axis.text(0.5, 0.5, words.mark(words.number(None)), ha="center", va="center", color="#555555", transform=axis.transAxes)
    return axis


def percent(words: Language) -> FuncFormatter:
    """Ticks of an axis of shares, with the decimals that they need."""
    return FuncFormatter(lambda v, _: words.mark(words.share(v, decimals(100.0 * v))))


def numbers(words: Language, digits: int | None = None, signed: bool = False) -> FuncFormatter:
    """Ticks of an axis of numbers, with the decimals that they need."""
    write = words.signed if signed else words.number
    return FuncFormatter(lambda v, _: write(v, decimals(v) if digits is None else digits))


def decimals(value: float) -> int:
    """Decimals, three at most, that a tick needs.

    >>> [decimals(v) for v in (2.0, 0.5, 0.25)]
    [0, 1, 2]
    """
    return next((d for d in range(3) if abs(round(value, d) - value) < 1e-9), 3)


def stripes(axis: Axes, count: int) -> Axes:
    """A faint stripe behind every other row, to lead the eye from a name to its mark."""
    for row in range(1, count, 2):
        axis.axhspan(row - 0.5, row + 0.5, color=FAINT, alpha=0.35, linewidth=0, zorder=0)
    return axis
