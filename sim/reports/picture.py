"""Figures as they stand in a page: one SVG inside an image, with a text for who cannot see it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO

from markupsafe import Markup
from matplotlib.figure import Figure

from sim.reports.style import pollday_style

POINTS = 72.0
"""Of an inch."""


def report_figure(draw: Callable[[Figure], object], size: tuple[float, float], alt: str, wide: bool = False) -> Markup:
    """An ``<img>`` of a figure. ``draw`` gets an empty figure of ``size`` (inches) and puts its axes on it.

    The same data give the same bytes. Letters are paths, since browsers would lay out Arabic text left to right. ``alt`` says
    what is seen; ``wide`` lets it take the whole width of the page.
    """
    with pollday_style():
        figure = Figure(figsize=size)
        draw(figure)
        file = BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(file.getvalue()).decode("ascii")
    width, height = (round(POINTS * inches) for inches in size)
    kind = "wide" if wide else "half"
    text = '<img class="{}" src="data:image/svg+xml;base64,{}" alt="{}" width="{}" height="{}">'
    return Markup(text).format(kind, data, alt, width, height)
