"""Parts of a map: outlines, hexagons of centres in classes of colour, a scale bar.

Unless the report is internal, a map never shows a single centre: centres are pooled in hexagons of at least five.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import Normalize
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures.classes import Classes
from sim.reports.style import HALO, INK, SMALL
from sim.territory.travel import EARTH_RADIUS

Floats = NDArray[np.float64]
LEAST_CENTRES = 5
"""Fewest centres that a shared map may pool into one mark."""


def outline(axis: Axes, rings: Iterable[Floats], colour: str = "#9A9A9A", width: float = 0.6) -> Axes:
    """Draw outlines (rings of lon, lat)."""
    axis.add_collection(LineCollection(list(rings), colors=colour, linewidths=width, zorder=3 + width), autolim=False)
    return axis


def frame(axis: Axes, x: Floats, y: Floats) -> Axes:
    """Set limits round the points, without ticks, at the aspect of the middle latitude."""
    margin = 0.03 * max(np.ptp(x), np.ptp(y), 1e-3)
    axis.set_xlim(x.min() - margin, x.max() + margin)
    axis.set_ylim(y.min() - margin, y.max() + margin)
    axis.set_aspect(1.0 / np.cos(np.radians((y.min() + y.max()) / 2)))
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(False)
    for side in axis.spines.values():
        side.set_visible(False)
    return axis


def centres_map(
    axis: Axes, x: Floats, y: Floats, values: Floats, *, cells: int, classes: Classes | None = None, share: str = "restricted"
) -> ScalarMappable:
    """Colour centres (n,) by a value; what is returned holds one value for each mark.

    Centres are pooled in hexagons (``cells`` across) of at least five; only ``internal`` draws each centre.
    """
    known = np.isfinite(values)
    look: dict[str, Any] = {"norm": Normalize(0.0, 1.0)} if classes is None else {"cmap": classes.colours, "norm": classes.norm}
    if share == "internal":
        dots: dict[str, Any] = {"s": 5, "linewidths": 0, "rasterized": True, "zorder": 2}
        return axis.scatter(x[known], y[known], c=values[known], **dots, **look)
    true_ratio = np.ptp(y) / max(np.ptp(x) * np.cos(np.radians(y.mean())), 1e-9)
    rows = max(2, round(cells * true_ratio / np.sqrt(3.0)))
    hexagons: PolyCollection = axis.hexbin(
        x[known], y[known], values[known], gridsize=(cells, rows), mincnt=LEAST_CENTRES, linewidths=0.15, edgecolors="white",
        extent=(x.min(), x.max(), y.min(), y.max()), **look,
    )  # fmt: skip
    return hexagons


def scale_bar(axis: Axes, words: Language) -> Axes:
    """A bar of a round number of kilometres in the lower left corner of a framed map in degrees."""
    (west, east), (south, north) = axis.get_xlim(), axis.get_ylim()
    degree = np.radians(1.0) * EARTH_RADIUS / 1000.0 * np.cos(np.radians((south + north) / 2))
    width = (east - west) * degree
    km = max(k for k in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= max(0.3 * width, 0.1))
    x, y = west + 0.02 * (east - west), south + 0.02 * (north - south)
    axis.plot([x, x + km / degree], [y, y], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=5)
    text = words.mark(words.say("%(distance)s km", distance=words.number(km, 0 if km >= 1 else 1)))
    axis.annotate(
        text,
        (x + km / degree / 2, y),
        (0, 4),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL,
        zorder=6,
        path_effects=[HALO],
    )
    return axis


def limit_of(values: Floats) -> float:
    """A round upper end for a scale of values >= 0: their largest, or, where a few stand far out, the 95 % quantile of those
    that are more than nothing."""
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return 0.1
    high, usual = float(known.max()), float(np.quantile(known, 0.95))
    wanted = high if high <= 1.3 * usual else usual
    step = 10.0 ** np.floor(np.log10(wanted)) / 4
    return float(np.ceil(wanted / step - 1e-9) * step)
