"""The pictures of a study: what a planner sees first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from sim.reports.curves import coverage_over_day, exceedance, staffing_curve
from sim.reports.maps import centres_map, frame, outline
from sim.reports.style import note, pollday_style
from sim.study.result import StudyResult
from sim.study.statistics import estimate
from sim.territory.outlines import load_outline
from sim.territory.sites import Territory


@dataclass(frozen=True)
class Grids:
    """The common grids of a study's curves: minutes of the exceedance curve and moments of the coverage curve."""

    minutes: np.ndarray
    times: np.ndarray


def staffing(axis: Axes, result: StudyResult) -> Axes:
    """Response against officers on mobile duty."""
    options = result.study.options
    heads = [estimate(result.values(n, "heads_mobile")).mean or np.nan for n in range(len(options))]
    lines = {
        "mean response": [estimate(result.values(n, "response_mean")) for n in range(len(options))],
        "90 % of incidents within": [estimate(result.values(n, "response_p90")) for n in range(len(options))],
        "potential response": [estimate(result.values(n, "potential_response")) for n in range(len(options))],
    }
    staffing_curve(axis, heads, lines, [o.name for o in options], "officers on mobile duty at noon of polling day")
    axis.set_title("Response against staffing")
    return axis


def waiting(axis: Axes, result: StudyResult, grids: Grids) -> Axes:
    """Exceedance curves of the options."""
    exceedance(axis, grids.minutes, result.curves("exceedance"), result.study.baseline)
    axis.set_title("How many incidents still wait")
    return axis


def coverage(axis: Axes, result: StudyResult, grids: Grids) -> Axes:
    """Coverage over the day."""
    coverage_over_day(axis, grids.times, result.curves("coverage_by_time"), result.study.baseline)
    axis.set_title("Offices covered over the day")
    return axis


def potential_maps(result: StudyResult, territory: Territory, share: str) -> Figure:
    """Potential response of every place under the baseline, and how the best other option changes it.

    Where most centres lie in a small part of the country, that part is drawn large and the whole beside it.
    """
    means = {name: values.mean(axis=0) / 60.0 for name, values in result.curves("potential_by_centre").items()}
    base, best = means[result.study.baseline], best_option(result)
    panels = [(f"Potential response in minutes, {result.study.baseline}", base, (0.0, float(np.nanquantile(base, 0.95))), False)]
    if best is not None:
        gain = means[best] - base
        width = max(float(np.nanquantile(np.abs(gain), 0.95)), 0.1)
        panels.append((f"Change with {best}, in minutes (below zero: faster)", gain, (-width, width), True))
    boxes = [_extent(territory, q) for q in (0.04, 0.0)]
    if np.ptp(boxes[0][2:]) > 0.6 * np.ptp(boxes[1][2:]):
        boxes = boxes[1:]
    shape = (len(panels), 2) if len(boxes) == 2 else (1, len(panels))
    size = (13.5, 5.0 * len(panels)) if len(boxes) == 2 else (6.5 * len(panels), 6.0)
    ratios = (4.0, 1.3) if len(boxes) == 2 else (1.0,) * len(panels)
    figure, grid = plt.subplots(*shape, figsize=size, squeeze=False, width_ratios=ratios)
    for number, (title, values, limits, difference) in enumerate(panels):
        axes = grid[number] if len(boxes) == 2 else grid[:, number]
        for axis, box in zip(axes, boxes, strict=True):
            marks = one_map(axis, territory, values, box, limits, difference, share)
        axes[0].set_title(title)
        figure.colorbar(marks, ax=axes[0], shrink=0.8, extend="both" if difference else "max", pad=0.01)
        kind = "single centres" if share == "internal" else "hexagons of at least five centres"
        note(axes[0], f"{'Synthetic sites; ' if territory.synthetic_sites else ''}{kind}")
    return figure


Box = tuple[float, float, float, float]


def one_map(
    axis: Axes, territory: Territory, values: np.ndarray, box: Box, limits: tuple[float, float], difference: bool, share: str
) -> ScalarMappable:
    """Colour the centres inside a box (x from, x to, y from, y to) by a value, on the outlines of the areas."""
    sites = territory.sites
    centres = sites.of_kind("centre")
    x, y = sites.x[centres], sites.y[centres]
    here = (x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3])
    cells = int(np.clip(np.sqrt(here.sum()) * 0.6, 5, 80))
    marks = centres_map(axis, x[here], y[here], values[here], cells=cells, limits=limits, difference=difference, share=share)
    rings = _rings(territory)
    if rings:
        outline(axis, rings)
    frame(axis, np.array(box[:2]), np.array(box[2:]))
    return marks


def _extent(territory: Territory, cut: float) -> Box:
    """Box of the outlines, or of the sites where there are none, without the southernmost share ``cut`` of the centres."""
    centres = territory.sites.of_kind("centre")
    x, y = territory.sites.x[centres], territory.sites.y[centres]
    rings = _rings(territory)
    if rings and not cut:
        x, y = np.concatenate(rings).T
    north = y >= np.quantile(y, cut)
    return float(x[north].min()), float(x[north].max()), float(y[north].min()), float(y.max())


def _rings(territory: Territory) -> list[np.ndarray]:
    """Outlines of the territory's own areas."""
    if not territory.outline:
        return []
    return [ring for code, rings in load_outline(territory.outline).items() if code in territory.area_codes for ring in rings]


def best_option(result: StudyResult) -> str | None:
    """The option, other than the baseline, with the lowest potential response."""
    means = {
        option.name: estimate(result.values(n, "potential_response")).mean
        for n, option in enumerate(result.study.options)
        if n != result.baseline
    }
    known = {name: mean for name, mean in means.items() if mean is not None}
    return min(known, key=known.__getitem__) if known else None


def draw_all(result: StudyResult, territory: Territory, grids: Grids, folder: Path, share: str = "restricted") -> list[Path]:
    """Write every figure of a study as PNG and SVG into ``folder``; return the PNGs, the overview first."""
    written = []
    with pollday_style():
        figure, axes = plt.subplots(1, 3, figsize=(17, 5.2))
        staffing(axes[0], result)
        waiting(axes[1], result, grids)
        coverage(axes[2], result, grids)
        figure.suptitle(result.study.question, x=0.01, ha="left", fontsize=13)
        written.append(_save(figure, folder / "overview"))
        for name, draw in (
            ("response", lambda a: staffing(a, result)),
            ("exceedance", lambda a: waiting(a, result, grids)),
            ("coverage", lambda a: coverage(a, result, grids)),
        ):
            figure, axis = plt.subplots(figsize=(7.5, 5))
            draw(axis)
            written.append(_save(figure, folder / name))
        written.append(_save(potential_maps(result, territory, share), folder / "map"))
    return written


def _save(figure: Figure, stem: Path) -> Path:
    """Write a figure without time stamps, so that equal studies give equal files."""
    figure.savefig(stem.with_suffix(".png"), metadata={"Software": None})
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": "pollday"})
    plt.close(figure)
    return stem.with_suffix(".png")
