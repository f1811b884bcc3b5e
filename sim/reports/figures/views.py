"""What the maps show: the country, the worst-served area and the largest town, under one option and how another changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.language import Language
from sim.reports.figures import maps, marks
from sim.reports.figures.classes import Classes, classed, rounded
from sim.reports.style import DIVERGING, GAIN, INK, LOSS, SEQUENTIAL
from sim.territory.outlines import load_outline
from sim.territory.sites import FABRICS, Territory

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
TOWN = (FABRICS.index("old_city"), FABRICS.index("urban"))
PALETTES = {"figure": SEQUENTIAL, "saved": GAIN, "lost": LOSS, "change": DIVERGING}


@dataclass(frozen=True)
class View:
    """A part of the territory: its box (x from, x to, y from, y to), the area it is about (None: no single one), and whether
    only that area's own centres are shown. At most ``cells`` hexagons go across."""

    box: Box
    area: int | None = None
    alone: bool = False
    cells: int = 80

    @property
    def shape(self) -> float:
        """Height over width on the ground."""
        west, east, south, north = self.box
        return (north - south) / max((east - west) * float(np.cos(np.radians((south + north) / 2))), 1e-9)


@dataclass(frozen=True)
class Panel:
    """One map: minutes for each centre, the ends of the scale, and what they are: ``figure``, ``saved``, ``lost``, ``change``."""

    kind: str
    values: Floats
    limits: tuple[float, float]


def change_panel(base: Floats, other: Floats, change: Floats | None = None) -> Panel:
    """How an option changes figures: one-sided where all change has one sign. Scales and signs come from ``base`` and ``other``
    (marks,), the values shown are of ``change`` (centres,), the difference of the two where it is left out."""
    difference = other - base
    shown = difference if change is None else change
    faster, slower = maps.limit_of(np.maximum(-difference, 0.0)), maps.limit_of(np.maximum(difference, 0.0))
    if np.nanmax(difference, initial=-np.inf) <= 0.05 * faster:
        return Panel("saved", -shown, (0.0, faster))
    if np.nanmin(difference, initial=np.inf) >= -0.05 * slower:
        return Panel("lost", shown, (0.0, slower))
    width = max(faster, slower)
    return Panel("change", shown, (-width, width))


def country_views(territory: Territory) -> list[View]:
    """The whole country, and before it the part in which most centres lie where that is much smaller."""
    whole, crowded = (View(_extent(territory, cut)) for cut in (0.0, 0.04))
    return [crowded, replace(whole, cells=32)] if np.ptp(crowded.box[2:]) <= 0.6 * np.ptp(whole.box[2:]) else [whole]


def area_view(territory: Territory, area: int) -> View:
    """One area, with its whole outline where it has one."""
    rings = rings_of(territory).get(territory.area_codes[area])
    x, y = _centres(territory)
    own = territory.sites.area[territory.sites.of_kind("centre")] == area
    x, y = np.concatenate(rings).T if rings else (x[own], y[own])
    return View((float(x.min()), float(x.max()), float(y.min()), float(y.max())), area, True)


def worst_areas(territory: Territory, values: Floats, share: str = "restricted") -> list[int]:
    """Areas by the mean of a figure of their centres (centres,), the highest first; those with at least five of them."""
    area = territory.sites.area[territory.sites.of_kind("centre")]
    known = np.isfinite(values)
    count = np.bincount(area[known], minlength=len(territory.area_codes))
    total = np.bincount(area[known], values[known], minlength=len(territory.area_codes))
    enough = count >= (1 if share == "internal" else maps.LEAST_CENTRES)
    order = np.argsort(-total / np.maximum(count, 1), kind="stable")
    return [int(one) for one in order if enough[one]]


def town_view(territory: Territory) -> View | None:
    """The town of the area that has most centres in towns; None where there is none."""
    sites = territory.sites
    centres = sites.of_kind("centre")
    urban = np.isin(sites.fabric[centres], TOWN)
    count = np.bincount(sites.area[centres][urban], minlength=len(territory.area_codes))
    if count.max(initial=0) < maps.LEAST_CENTRES:
        return None
    area = int(np.argmax(count))
    mine = urban & (sites.area[centres] == area)
    x, y = (c[mine] for c in _centres(territory))
    west, east = np.quantile(x, (0.02, 0.98))
    south, north = np.quantile(y, (0.02, 0.98))
    return View((float(west), float(east), float(south), float(north)), area)


def draw(axis: Axes, territory: Territory, panel: Panel, view: View, classes: Classes, words: Language, share: str) -> Axes:
    """One panel over one part of the territory, on the outlines of the areas."""
    x, y, here, cells = _inside(territory, view)
    maps.frame(axis, np.array(view.box[:2]), np.array(view.box[2:]))
    limits = axis.get_xlim(), axis.get_ylim()
    maps.centres_map(axis, x, y, panel.values[here], cells=cells, classes=classes, share=share)
    rings = rings_of(territory)
    maps.outline(axis, [ring for parts in rings.values() for ring in parts])
    if view.area is not None and territory.area_codes[view.area] in rings:
        maps.outline(axis, rings[territory.area_codes[view.area]], INK, 1.4)
    axis.set_xlim(limits[0])
    axis.set_ylim(limits[1])
    axis.grid(visible=False)
    return maps.scale_bar(axis, words)


def pooled(territory: Territory, values: Floats, view: View, share: str) -> Floats:
    """The values that a map of a part shows, one per mark; scales are made from these."""
    x, y, here, cells = _inside(territory, view)
    made = maps.centres_map(Figure().subplots(), x, y, values[here], cells=cells, share=share)
    return np.asarray(made.get_array(), dtype=np.float64)


def classes_of(panel: Panel, shown: Floats, words: Language) -> Classes:
    """Round classes for one panel; open where a mark lies beyond them."""
    return rounded(*panel.limits, words, PALETTES[panel.kind], shown)


def headings(panel: Panel, words: Language) -> tuple[str, str]:
    """Title of a panel and heading of its legend."""
    titles = {
        "figure": words.say("Potential response"),
        "saved": words.say("Minutes saved"),
        "lost": words.say("Minutes lost"),
        "change": words.say("Change in minutes"),
    }
    return titles[panel.kind], words.say("minutes")


def legend(axis: Axes, territory: Territory, panel: Panel, classes: Classes, words: Language, share: str) -> Axes:
    """The legend beside a panel, and under it what is synthetic and what a mark is."""
    classed(axis, classes, headings(panel, words)[1], words)
    lines = [words.say("synthetic sites")] if territory.synthetic_sites else []
    lines += [] if territory.outline else [words.say("synthetic city without an outline")]
    single, several = words.say("each dot a centre"), words.say("hexagons of five centres or more, others blank")
    return marks.note(axis, "\n".join([*lines, single if share == "internal" else several]), words)


def rings_of(territory: Territory) -> dict[str, list[Floats]]:
    """Outlines of the territory's own areas by code, or of its country where the file has no areas."""
    if not territory.outline:
        return {}
    shapes = load_outline(territory.outline)
    own: Sequence[str] = [code for code in shapes if code in territory.area_codes] or list(shapes)
    return {code: shapes[code] for code in own}


def _centres(territory: Territory) -> tuple[Floats, Floats]:
    centres = territory.sites.of_kind("centre")
    return territory.sites.x[centres], territory.sites.y[centres]


def _inside(territory: Territory, view: View) -> tuple[Floats, Floats, NDArray[np.bool_], int]:
    """x, y of the centres that a view shows, which they are, and how many hexagons go across."""
    (x, y), box = _centres(territory), view.box
    here = (x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3])
    if view.alone:
        here &= territory.sites.area[territory.sites.of_kind("centre")] == view.area
    return x[here], y[here], here, int(np.clip(np.sqrt(here.sum()) * 0.6, 5, view.cells))


def _extent(territory: Territory, cut: float) -> Box:
    """Box of the outlines, or of the sites where there are none, without the southernmost share ``cut`` of the centres."""
    x, y = _centres(territory)
    rings = [ring for parts in rings_of(territory).values() for ring in parts]
    if rings and not cut:
        x, y = np.concatenate(rings).T
    north = y >= np.quantile(y, cut)
    return float(x[north].min()), float(x[north].max()), float(y[north].min()), float(y.max())
