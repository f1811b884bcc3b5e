"""How pollday's figures look: one palette that colour-blind people can tell apart, quiet axes, readable at half width."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.rcsetup import cycler

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#3B3B3B", "#8C6D31")
"""Okabe & Ito 2008, darkest first; the baseline takes grey."""
BASELINE_COLOUR = "#5A5A5A"
INK, FAINT = "#222222", "#D9D9D9"
SEQUENTIAL = "viridis"
DIVERGING = "PuOr_r"

_RC = {
    "axes.edgecolor": "#888888",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "font.size": 10.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "pollday",
    "savefig.dpi": 150,
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


def note(axis: Axes, text: str) -> None:
    """A small note below an axis: what is assumed, what is synthetic."""
    axis.annotate(text, (0.0, 0.0), (0, -14), xycoords="axes fraction", textcoords="offset points", fontsize=8.5, color="#666666")
