"""The pictures of a study: what a planner sees first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)
import numpy as np  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from sim.reports.curves import coverage_over_day, exceedance, staffing_curve  # noqa: E402
from sim.reports.maps import centres_map, frame, outline  # noqa: E402
from sim.reports.style import note, pollday_style  # noqa: E402
from sim.study.result import StudyResult  # noqa: E402
from sim.study.statistics import estimate  # noqa: E402
from sim.territory.outlines import load_outline  # noqa: E402
from sim.territory.sites import Territory  # noqa: E402


@dataclass(frozen=True)
class Grids:
    """The common grids of a study's curves: minutes of the exceedance curve and moments of the coverage curve."""

    minutes: np.ndarray
    times: np.ndarray
    target: float | None = None


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
    exceedance(axis, grids.minutes, result.curves("exceedance"), result.study.baseline, grids.target)
    axis.set_title("How many incidents still wait")
    return axis


def coverage(axis: Axes, result: StudyResult, grids: Grids) -> Axes:
    """Coverage over the day."""
    coverage_over_day(axis, grids.times, result.curves("coverage_by_time"), result.study.baseline)
    axis.set_title("Offices covered over the day")
    return axis


def potential_maps(figure: Figure, axes: Sequence[Axes], result: StudyResult, territory: Territory, share: str) -> None:
    """Potential response of every place under the baseline, and how the best other option changes it."""
    sites = territory.sites
    centres = sites.of_kind("centre")
    x, y = sites.x[centres], sites.y[centres]
    means = {name: values.mean(axis=0) / 60.0 for name, values in result.curves("potential_by_centre").items()}
    base = means[result.study.baseline]
    best = best_option(result)
    cells = 60 if territory.outline else 18
    top = float(np.nanquantile(base, 0.97))
    marks = centres_map(axes[0], x, y, base, cells=cells, limits=(0.0, top), share=share)
    figure.colorbar(marks, ax=axes[0], shrink=0.6, label="minutes", extend="max")
    axes[0].set_title(f"Potential response: {result.study.baseline}")
    if best is None:
        axes[1].set_visible(False)
    else:
        gain = means[best] - base
        width = max(float(np.nanquantile(np.abs(gain), 0.95)), 0.1)
        marks = centres_map(axes[1], x, y, gain, cells=cells, limits=(-width, width), difference=True, share=share)
        figure.colorbar(marks, ax=axes[1], shrink=0.6, label="minutes (negative: faster)", extend="both")
        axes[1].set_title(f"Change with: {best}")
    for axis in axes:
        if territory.outline:
            outline(axis, [r for code, rings in load_outline(territory.outline).items() if code in territory.area_codes for r in rings])
        else:
            frame(axis, x, y)
        if territory.synthetic_sites:
            note(axis, "Synthetic sites; " + ("single centres shown" if share == "internal" else "hexagons of at least five centres"))


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
        figure, pair = plt.subplots(1, 2, figsize=(14, 7))
        potential_maps(figure, pair, result, territory, share)
        written.append(_save(figure, folder / "map"))
    return written


def _save(figure: Figure, stem: Path) -> Path:
    """Write a figure without time stamps, so that equal studies give equal files."""
    figure.savefig(stem.with_suffix(".png"), metadata={"Software": None})
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": "pollday"})
    plt.close(figure)
    return stem.with_suffix(".png")
