"""Where: potential response over the country, the worst-served area and the largest town, and how an option changes it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from sim.reports.data import Report
from sim.reports.figures import overview, views
from sim.reports.figures.drawing import PAGE, Drawing
from sim.reports.sections.curves import looked_at

FLAT = 0.8
"""Height over width below which panels stand one above the other."""
FEWEST_MARKS = 4
"""Marks below which a map of an area shows nothing that its name would not say."""
Panels = list[tuple[str, views.Panel]]


def build(report: Report) -> dict[str, Any] | None:
    """The maps, or None where no centre has a figure."""
    found = drawings(report)
    return {"drawings": found.values()} if found else None


def drawings(report: Report) -> dict[str, Drawing]:
    """The maps by name: the country, and under it one area and one town where readers may see single areas."""
    minutes = overview.minutes_by_centre(report.result)
    names = [name for name in (report.result.study.baseline, looked_at(report)) if name in minutes]
    if report.result.study.baseline not in names:
        return {}
    words, territory = report.words, report.territory
    base = minutes[report.result.study.baseline]
    found = {"country": _drawing(report, words.say("The whole territory"), views.country_views(territory), minutes, names)}
    worst, town = _worst(report, base), views.town_view(territory)
    if report.shown_areas.any() and worst is not None and len(territory.area_codes) > 1:
        area, first = worst
        name = words.area(territory, area)
        title = words.say("The worst-served area: %(area)s", area=name)
        if not first:
            title = words.say("The worst-served area with enough marks for a map: %(area)s", area=name)
        found["area"] = _drawing(report, title, [views.area_view(territory, area)], minutes, names)
    if report.shown_areas.any() and town is not None and territory.outline:
        title = words.say("The largest town: %(area)s", area=words.area(territory, int(town.area or 0)))
        found["town"] = _drawing(report, title, [town], minutes, names)
    return {name: drawing for name, drawing in found.items() if drawing is not None}


def _drawing(
    report: Report, title: str, found: list[views.View], minutes: dict[str, np.ndarray], names: list[str]
) -> Drawing | None:
    """The panels of one part of the territory; None where it has no mark that may be shown."""
    words, territory, share = report.words, report.territory, report.share
    if not len(views.pooled(territory, minutes[names[0]], found[0], share)):
        return None
    panels = overview.panels_of(territory, minutes, names, found[0], share)
    wide = len(found) == 2
    stacked = wide or found[0].shape < FLAT
    order = -1 if words.rtl and not stacked else 1

    def draw(figure: Figure) -> None:
        shape = (len(panels), len(found)) if stacked else (1, len(panels))
        grid = figure.subplots(*shape, squeeze=False, width_ratios=(3.6, 1.5) if wide else None)
        figure.set_layout_engine("constrained", hspace=0.05, h_pad=0.1, w_pad=0.1)
        for number, (name, panel) in enumerate(panels[::order]):
            axes = grid[number] if stacked else grid[:, number]
            overview.panel_of(axes, territory, panel, found, name, words, share)

    alt = words.say(
        "Map of the potential response in minutes, and of how “%(option)s” changes it.", option=words.isolate(names[-1])
    )
    if wide:
        height = 3.4 * len(panels)
    elif stacked:
        height = len(panels) * (1.1 + 5.2 * found[0].shape)
    else:
        height = 1.4 + float(np.clip(2.4 * found[0].shape, 1.6, 4.6))
    return Drawing(title, alt, (PAGE + 0.4, height), draw)


def _worst(report: Report, values: np.ndarray) -> tuple[int, bool] | None:
    """The worst-served area of which a map shows some marks, and whether it is the worst of all."""
    order = [one for one in views.worst_areas(report.territory, values, report.share) if report.shown_areas[one]]
    for one in order:
        if len(views.pooled(report.territory, values, views.area_view(report.territory, one), report.share)) >= FEWEST_MARKS:
            return one, one == order[0]
    return None
