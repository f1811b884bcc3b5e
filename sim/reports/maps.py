"""Maps: potential response over a territory, on real outlines.

At the default level, ``restricted``, a map never shows a single centre: centres are pooled in hexagons of at least five.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import NDArray

from sim.reports.style import DIVERGING, SEQUENTIAL

Floats = NDArray[np.float64]
LEAST_CENTRES = 5
"""Fewest centres that a shared map may pool into one mark."""


def outline(axis: Axes, rings: Iterable[Floats]) -> Axes:
    """Draw outlines (rings of lon, lat) and make distances look true at the middle latitude."""
    lines = list(rings)
    axis.add_collection(LineCollection(lines, colors="#9A9A9A", linewidths=0.6, zorder=3))
    points = np.concatenate(lines) if lines else np.zeros((1, 2))
    frame(axis, points[:, 0], points[:, 1])
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
    axis: Axes,
    x: Floats,
    y: Floats,
    values: Floats,
    *,
    cells: int,
    limits: tuple[float, float],
    difference: bool = False,
    share: str = "restricted",
) -> ScalarMappable:
    """Colour centres (n,) by a value in minutes; return what a colour bar needs.

    ``restricted`` pools centres in hexagons (``cells`` across) of at least five; ``internal`` draws each centre. ``difference``
    uses a diverging scale whose middle is zero.
    """
    known = np.isfinite(values)
    palette = DIVERGING if difference else f"{SEQUENTIAL}_r"
    if share == "internal":
        return axis.scatter(
            x[known], y[known], c=values[known], s=3, cmap=palette, vmin=limits[0], vmax=limits[1], linewidths=0, rasterized=True
        )
    true_ratio = np.ptp(y) / max(np.ptp(x) * np.cos(np.radians(y.mean())), 1e-9)
    rows = max(2, round(cells * true_ratio / np.sqrt(3.0)))
    hexagons: PolyCollection = axis.hexbin(
        x[known],
        y[known],
        values[known],
        gridsize=(cells, rows),
        mincnt=LEAST_CENTRES,
        cmap=palette,
        vmin=limits[0],
        vmax=limits[1],
        linewidths=0.15,
        edgecolors="white",
        extent=(x.min(), x.max(), y.min(), y.max()),
    )
    return hexagons
