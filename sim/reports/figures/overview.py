"""The pictures that a sweep leaves beside its table: what a planner sees first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.clock import MINUTE
from sim.language import Language
from sim.reports.figures import maps, marks, study, views
from sim.reports.style import pollday_style
from sim.study.result import StudyResult
from sim.territory.sites import Territory

FORMATS = ("png", "svg")
SINGLE = (7.0, 4.7)
"""Inches of a figure of one axis."""
WIDE = (14.0, 9.8)
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": "pollday"},
    "pdf": {"CreationDate": None, "Creator": "pollday"},
}
"""Formats of figures, without the time at which they were written."""


def draw_all(
    result: StudyResult, territory: Territory, folder: Path, words: Language, share: str = "restricted",
    formats: Sequence[str] = FORMATS,
) -> list[Path]:  # fmt: skip
    """Write the figures of a study into ``folder`` in each format; return the files of the first one, the overview first."""
    written = []
    with pollday_style():
        best, knee = study.best_option(result), study.knee_of(result)
        parts: dict[str, tuple[str, Callable[[Axes], Axes]]] = {
            "response": (words.say("Response against staffing"), lambda a: study.staffing(a, result, words, knee)),
            "change": (words.say("Change in potential response"), lambda a: study.gains(a, result, words)),
            "exceedance": (words.say("How many incidents still wait"), lambda a: study.waiting(a, result, words, best)),
            "coverage": (words.say("Offices covered over the day"), lambda a: study.coverage(a, result, words, best)),
        }
        figure, axes = plt.subplots(2, 2, figsize=WIDE)
        figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.15)
        for axis, (heading, draw) in zip(axes.flat if not words.rtl else axes[:, ::-1].flat, parts.values(), strict=True):
            marks.title(draw(axis), heading, words)
        question = words.mark("\n".join(words.isolate(line) for line in marks.folded(result.study.question, 95)))
        figure.suptitle(question, x=0.99 if words.rtl else 0.01, ha="right" if words.rtl else "left", fontsize=15)
        written.append(save(figure, folder / "overview", formats))
        for name, (heading, draw) in parts.items():
            figure, axis = plt.subplots(figsize=SINGLE)
            marks.title(draw(axis), heading, words)
            written.append(save(figure, folder / name, formats))
        written.append(save(potential_maps(result, territory, words, share), folder / "map", formats))
    return written


def potential_maps(result: StudyResult, territory: Territory, words: Language, share: str) -> Figure:
    """Potential response of every place under the baseline, and how the best other option of the same territory changes it.

    Where most centres lie in a small part of the country, that part is drawn large and the whole beside it.
    """
    found = views.country_views(territory)
    names = [result.study.baseline, study.best_option(result)]
    figures = minutes_by_centre(result)
    panels = panels_of(territory, figures, [name for name in names if name in figures], found[0], share)
    wide = len(found) == 2
    shape, size = ((len(panels), 2), (11.0, 4.4 * len(panels))) if wide else ((1, len(panels)), (6.6 * len(panels), 5.6))
    figure, grid = plt.subplots(*shape, figsize=size, squeeze=False, width_ratios=(4.0, 1.2) if wide else None)
    figure.set_layout_engine("constrained", hspace=0.06, h_pad=0.12)
    for number, (name, panel) in enumerate(panels):
        axes = grid[number] if wide else grid[:, number]
        panel_of(axes, territory, panel, found, name, words, share)
    return figure


def panel_of(
    axes: Iterable[Axes], territory: Territory, panel: views.Panel, found: Sequence[views.View], name: str, words: Language,
    share: str,
) -> None:  # fmt: skip
    """One panel over each of some views, with the legend and the notes beside the first."""
    shown = views.pooled(territory, panel.values, found[0], share)
    classes = views.classes_of(panel, shown, words)
    first, *others = axes
    for axis, view in zip((first, *others), found, strict=True):
        views.draw(axis, territory, panel, view, classes, words, share)
    views.legend(first, territory, panel, classes, words, share)
    named = [words.isolate(line) for line in marks.folded(name, 30)]
    marks.title(first, "\n".join([views.headings(panel, words)[0], *named]), words)


def minutes_by_centre(result: StudyResult) -> dict[str, np.ndarray]:
    """Potential response of each centre in minutes, of the options that have the baseline's territory."""
    here = result.study.options[result.baseline].settings.territory
    same = [option.name for option in result.study.options if option.settings.territory == here]
    return {name: curve / MINUTE for name, curve in study.mean_curves(result.curves("potential_by_centre"), same).items()}


def panels_of(
    territory: Territory, figures: dict[str, np.ndarray], names: Sequence[str | None], view: views.View, share: str
) -> list[tuple[str, views.Panel]]:
    """Name and panel of the first option, and of the change to each further one."""
    shown = {name: views.pooled(territory, figures[name], view, share) for name in names if name is not None}
    first, *others = shown
    panels = [(first, views.Panel("figure", figures[first], (0.0, maps.limit_of(shown[first]))))]
    for name in others:
        panels.append((name, views.change_panel(shown[first], shown[name], figures[name] - figures[first])))
    return panels


def save(figure: Figure, stem: Path, formats: Sequence[str]) -> Path:
    """Write a figure without time stamps, so that equal studies give equal files, for its owner only."""
    paths = [stem.with_suffix(f".{kind}") for kind in formats]
    for kind, path in zip(formats, paths, strict=True):
        figure.savefig(path, metadata=METADATA[kind])
        os.chmod(path, 0o600)
    plt.close(figure)
    return paths[0]
