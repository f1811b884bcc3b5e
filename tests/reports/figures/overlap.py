"""Which texts of a figure lie on each other, as drawn."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text

SLACK = 1.0
"""Dots by which boxes of texts may touch: letters do not fill them."""


def overlaps(axis: Axes) -> list[tuple[str, str]]:
    """Pairs of texts of an axis (labels, ticks, title, notes, legends) whose boxes overlap."""
    figure = axis.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    shown = []
    for one in {id(t): t for part in (axis, *axis.child_axes) for t in part.findobj(Text)}.values():
        assert isinstance(one, Text)
        if one.get_visible() and one.get_text().strip():
            box = Text.get_window_extent(one) if isinstance(one, Annotation) else one.get_window_extent()
            shown.append((one.get_text(), box.padded(-SLACK)))
    return [(a, b) for (a, first), (b, second) in combinations(shown, 2) if first.overlaps(second)]
