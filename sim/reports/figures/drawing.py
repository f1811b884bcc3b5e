"""A figure that waits to be drawn: on a page, or as a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.language import Language
from sim.reports.figures import marks
from sim.reports.style import SMALL

PAGE = 7.2
"""Inches across a printed page."""


@dataclass(frozen=True)
class Drawing:
    """A figure with its title, what it shows in one sentence (for those who cannot see it), and its size in inches.

    ``draw`` puts axes on an empty figure; ``notes`` stand below it.
    """

    title: str
    alt: str
    size: tuple[float, float]
    draw: Callable[[Figure], object]
    notes: Sequence[str] = ()

    def alone(self, words: Language) -> Figure:
        """A figure for a file of its own, with its title above and its notes below."""
        side, at = ("right", 0.99) if words.rtl else ("left", 0.01)
        wide, high = self.size
        title = marks.folded(self.title, round(wide * 9))
        told = [line for note in self.notes for line in marks.folded(note, round(wide * 14))]
        figure = Figure(figsize=(wide, high + 0.25 * len(title) + 0.17 * len(told)))
        self.draw(figure)
        figure.suptitle(words.mark("\n".join(title)), x=at, ha=side, fontsize=13, fontweight="bold")
        if told:
            figure.supxlabel(words.mark("\n".join(told)), x=at, ha=side, fontsize=SMALL, color="#555555")
        return figure


def one_axis(draw: Callable[[Axes], Axes]) -> Callable[[Figure], object]:
    """A figure of a single axis."""
    return lambda figure: draw(figure.subplots())
