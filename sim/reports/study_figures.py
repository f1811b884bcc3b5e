"""The pictures of a study: what a planner sees first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from sim.reports.curves import coverage_over_day, differences, exceedance, staffing_curve
from sim.reports.maps import centres_map, frame, limit_of, outline, scale_bar
from sim.reports.style import DIVERGING, GAIN, LOSS, SEQUENTIAL, note, pollday_style
from sim.study.result import StudyResult, compare
from sim.study.statistics import estimate
from sim.territory.outlines import load_outline
from sim.territory.sites import Territory


@dataclass(frozen=True)
class Grids:
    """The common grid of a study's curves: minutes of the exceedance curve."""

    minutes: np.ndarray


def staffing(axis: Axes, result: StudyResult) -> Axes:
    """Response against officers on mobile duty."""
    options = result.study.options
    heads = [estimate(result.sample(n, "heads_mobile")).mean or np.nan for n in range(len(options))]
    lines = {
        "mean response": [estimate(result.sample(n, "response_mean")) for n in range(len(options))],
        "90 % of incidents within": [estimate(result.sample(n, "response_p90")) for n in range(len(options))],
        "potential response": [estimate(result.sample(n, "potential_response")) for n in range(len(options))],
    }
    staffing_curve(axis, heads, lines, [o.name for o in options], "officers in mobile units at noon of polling day")
    axis.set_title("Response against staffing")
    return axis


def waiting(axis: Axes, result: StudyResult, grids: Grids) -> Axes:
    """Exceedance curves of the options."""
    counts = {}
    for number, option in enumerate(result.study.options):
        if (count := estimate(result.sample(number, "needing_unit")).mean) is not None:
            counts[option.name] = count
    exceedance(axis, grids.minutes, result.curves("exceedance"), result.study.baseline, best_option(result), counts)
    axis.set_title("How many incidents still wait")
    note(
        axis,
        "bands: 95 % intervals of baseline and best option\na curve ends where fewer than five incidents a day still wait",
        36,
    )
    return axis


def on_one_clock(result: StudyResult, name: str, times: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A curve of every option (replications, moments) on the moments of all of them.

    NaN where an option has no figure of its own, such as in hours in which it does not vote.
    """
    own = {option: rows[0] for option, rows in result.curves(times).items()}
    clock = np.unique(np.concatenate(list(own.values())))
    spread = {}
    for option, rows in result.curves(name).items():
        spread[option] = np.full((len(rows), len(clock)), np.nan)
        spread[option][:, np.searchsorted(clock, own[option])] = rows
    return clock, spread


def coverage(axis: Axes, result: StudyResult) -> Axes:
    """Coverage over the day."""
    times, curves = on_one_clock(result, "coverage_by_time", "coverage_times")
    coverage_over_day(axis, times, curves, result.study.baseline, best_option(result))
    axis.set_title("Offices covered over the day")
    return axis


def gains(axis: Axes, result: StudyResult) -> Axes:
    """Difference of each option to the baseline in potential response, the least noisy of the measures."""
    found = {c.option: c.difference for c in compare(result, ["potential_response"]) if c.difference is not None}
    differences(axis, found, f"minutes against '{result.study.baseline}' (below zero: faster)")
    axis.set_title("Change in potential response")
    return axis


@dataclass(frozen=True)
class Panel:
    """One map: title, a value in minutes for each centre, the ends of the scale, and its colours."""

    title: str
    values: np.ndarray
    limits: tuple[float, float]
    palette: str


def change_panel(base: np.ndarray, other: np.ndarray, name: str) -> Panel:
    """How an option changes the potential response: a one-sided scale where all change has one sign."""
    change = other - base
    faster, slower = limit_of(np.maximum(-change, 0.0)), limit_of(np.maximum(change, 0.0))
    if np.nanmax(change, initial=-np.inf) <= 0.05 * faster:
        return Panel(f"Minutes saved with {name}", -change, (0.0, faster), GAIN)
    if np.nanmin(change, initial=np.inf) >= -0.05 * slower:
        return Panel(f"Minutes lost with {name}", change, (0.0, slower), LOSS)
    width = max(faster, slower)
    return Panel(f"Change in minutes with {name} (below zero: faster)", change, (-width, width), DIVERGING)


def potential_maps(result: StudyResult, territory: Territory, share: str) -> Figure:
    """Potential response of every place under the baseline, and how the best other option of the same territory changes it.

    Where most centres lie in a small part of the country, that part is drawn large and the whole beside it.
    """
    boxes = [_extent(territory, q) for q in (0.04, 0.0)]
    if np.ptp(boxes[0][2:]) > 0.6 * np.ptp(boxes[1][2:]):
        boxes = boxes[1:]
    here = result.study.options[result.baseline].settings.territory
    same = {option.name for option in result.study.options if option.settings.territory == here}
    curves = result.curves("potential_by_centre")
    means = {name: values.mean(axis=0) / 60.0 for name, values in curves.items() if name in same}
    base, best = means[result.study.baseline], best_option(result)
    best = best if best in same else None
    pooled = {name: pooled_values(territory, values, boxes[0], share) for name, values in means.items()}
    title = f"Potential response in minutes, {result.study.baseline}"
    panels = [Panel(title, base, (0.0, limit_of(pooled[result.study.baseline])), f"{SEQUENTIAL}_r")]
    if best is not None:
        scale = change_panel(pooled[result.study.baseline], pooled[best], best)
        sign = -1.0 if scale.palette == GAIN else 1.0
        panels.append(replace(scale, values=sign * (means[best] - base)))
    wide = len(boxes) == 2
    shape = (len(panels), 2) if wide else (1, len(panels))
    size = (11.0, 4.6 * len(panels)) if wide else (6.0 * len(panels), 5.6)
    figure, grid = plt.subplots(*shape, figsize=size, squeeze=False, width_ratios=(4.0, 1.3) if wide else None)
    figure.set_layout_engine("constrained", hspace=0.06, h_pad=0.12)
    for number, panel in enumerate(panels):
        axes = grid[number] if wide else grid[:, number]
        for axis, box in zip(axes, boxes, strict=True):
            marks = one_map(axis, territory, panel, box, share)
            scale_bar(axis)
        _furnish(figure, axes, panel, marks, territory, share)
    return figure


def _furnish(figure: Figure, axes: np.ndarray, panel: Panel, marks: ScalarMappable, territory: Territory, share: str) -> None:
    """Title, colour bar and notes of a map and the whole country beside it."""
    axes[0].set_title(panel.title)
    drawn = np.asarray(marks.get_array(), dtype=np.float64)
    above, below = (drawn > panel.limits[1]).any(), (drawn < panel.limits[0]).any() and panel.limits[0] < 0
    beyond = {(True, True): "both", (True, False): "max", (False, True): "min"}.get((bool(above), bool(below)), "neither")
    figure.colorbar(marks, ax=axes[0], shrink=0.8, extend=beyond, pad=0.01, label="minutes")
    kind = "single centres" if share == "internal" else "hexagons of five centres or more, others blank"
    words = ["Synthetic sites"] if territory.synthetic_sites else []
    words += [] if territory.outline else ["no outline: synthetic city"]
    note(axes[0], "; ".join(words) + f"\n{kind}" if words else kind)
    if len(axes) == 2:
        note(axes[1], "the whole country")


Box = tuple[float, float, float, float]


def _inside(territory: Territory, box: Box) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """x, y of the centres inside a box, which they are, and how many hexagons go across."""
    sites = territory.sites
    centres = sites.of_kind("centre")
    x, y = sites.x[centres], sites.y[centres]
    here = (x >= box[0]) & (x <= box[1]) & (y >= box[2]) & (y <= box[3])
    return x[here], y[here], here, int(np.clip(np.sqrt(here.sum()) * 0.6, 5, 80))


def one_map(axis: Axes, territory: Territory, panel: Panel, box: Box, share: str) -> ScalarMappable:
    """Colour the centres inside a box (x from, x to, y from, y to) by a value, on the outlines of the areas."""
    x, y, here, cells = _inside(territory, box)
    marks = centres_map(axis, x, y, panel.values[here], cells=cells, limits=panel.limits, palette=panel.palette, share=share)
    rings = _rings(territory)
    if rings:
        outline(axis, rings)
    frame(axis, np.array(box[:2]), np.array(box[2:]))
    return marks


def pooled_values(territory: Territory, values: np.ndarray, box: Box, share: str) -> np.ndarray:
    """The values that a map of a box shows, one per mark; scales are made from these."""
    x, y, here, cells = _inside(territory, box)
    figure = Figure()
    marks = centres_map(figure.subplots(), x, y, values[here], cells=cells, limits=(0.0, 1.0), share=share)
    return np.asarray(marks.get_array(), dtype=np.float64)


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
    """Outlines of the territory's own areas, or of its country where the file has no areas."""
    if not territory.outline:
        return []
    shapes = load_outline(territory.outline)
    own = [code for code in shapes if code in territory.area_codes] or list(shapes)
    return [ring for code in own for ring in shapes[code]]


def best_option(result: StudyResult) -> str | None:
    """The option, other than the baseline, with the lowest potential response."""
    means = {
        option.name: estimate(result.sample(n, "potential_response")).mean
        for n, option in enumerate(result.study.options)
        if n != result.baseline
    }
    known = {name: mean for name, mean in means.items() if mean is not None}
    return min(known, key=known.__getitem__) if known else None


def draw_all(result: StudyResult, territory: Territory, grids: Grids, folder: Path, share: str = "restricted") -> list[Path]:
    """Write every figure of a study as PNG and SVG into ``folder``; return the PNGs, the overview first."""
    written = []
    with pollday_style():
        figure, axes = plt.subplots(2, 2, figsize=(12.5, 9.6))
        staffing(axes[0, 0], result)
        gains(axes[0, 1], result) if len(result.study.options) > 1 else axes[0, 1].set_axis_off()
        waiting(axes[1, 0], result, grids)
        coverage(axes[1, 1], result)
        figure.suptitle("\n".join(wrap(result.study.question, 95)), x=0.01, ha="left", fontsize=15)
        written.append(_save(figure, folder / "overview"))
        for name, draw in (
            ("response", lambda a: staffing(a, result)),
            ("exceedance", lambda a: waiting(a, result, grids)),
            ("coverage", lambda a: coverage(a, result)),
        ):
            figure, axis = plt.subplots(figsize=(6.8, 4.9))
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
