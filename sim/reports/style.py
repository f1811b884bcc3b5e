"""How pollday's figures look: one palette that colour-blind people can tell apart, quiet axes, readable at half width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patheffects import withStroke
from matplotlib.rcsetup import cycler

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#3B3B3B", "#8C6D31")
"""Okabe & Ito 2008, darkest first; the baseline takes grey."""
BASELINE_COLOUR = "#5A5A5A"
BETTER, WORSE = PALETTE[0], PALETTE[1]
"""Blue and vermilion: told apart by everybody; never red and green."""
INK, FAINT, QUIET = "#222222", "#D9D9D9", "#B4B4B4"
SMALL = 9.5
"""Size of the smallest letters in points."""
SEQUENTIAL = "viridis_r"
DIVERGING = "PuOr_r"
GAIN, LOSS = "Blues", "Oranges"
HALO = withStroke(linewidth=2.5, foreground="white")
"""Behind letters that stand on lines."""
STROKES = ("-", (0, (5, 1.5)), (0, (3, 1)), (0, (5, 1, 1, 1)), (0, (1, 0.8)))
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")

_RC = {
    "axes.edgecolor": "#888888",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "font.size": 11.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "pollday",
    "text.parse_math": False,  # an option's name may hold dollar signs, and formulas break Arabic
    "legend.fontsize": 10,
    "savefig.dpi": 180,
    "figure.constrained_layout.use": True,
}


@contextmanager
def pollday_style() -> Iterator[None]:
    """Draw with pollday's settings inside this block, whatever the user's own are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in _RC.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def colour(position: int, is_baseline: bool) -> str:
    """Colour of an option."""
    return BASELINE_COLOUR if is_baseline else PALETTE[position % len(PALETTE)]


def letters(tint: str) -> str:
    """A colour for letters: the same, a third darker, since thin light strokes are hard to read on white."""
    red, green, blue = to_rgb(tint)
    return to_hex((0.67 * red, 0.67 * green, 0.67 * blue))


def stroke(position: int, of: int) -> dict[str, object]:
    """Line style of an option: the first thick and whole, each later one thinner, broken otherwise, and above it."""
    width = 3.2 - 1.4 * position / max(of - 1, 1)
    return {"linestyle": STROKES[position % len(STROKES)], "linewidth": width, "zorder": 3 + 0.1 * position}
