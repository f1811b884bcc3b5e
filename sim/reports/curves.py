"""Curves that compare options: response against staffing, exceedance, coverage over the day.

Each function takes data and an axis, draws, and returns the axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator, PercentFormatter
from numpy.typing import NDArray

from sim.clock import HOUR, format_time
from sim.reports.style import colour
from sim.study.statistics import Estimate, band

Curves = Mapping[str, NDArray[np.float64]]
"""Option name -> (replications, points)."""


def staffing_curve(
    axis: Axes, heads: Sequence[float], lines: Mapping[str, Sequence[Estimate]], names: Sequence[str], heads_label: str
) -> Axes:
    """Response in minutes against officers on mobile duty, one line per measure, with 95 % bands.

    ``heads`` and every sequence in ``lines`` have one entry per option; ``names`` label the points.
    """
    order = np.argsort(heads, kind="stable")
    x = np.asarray(heads, dtype=np.float64)[order]
    for number, (label, estimates) in enumerate(lines.items()):
        y = np.array([_minutes(e.mean) for e in estimates])[order]
        half = np.array([_minutes(e.half_width) for e in estimates])[order]
        paint = colour(number, False)
        axis.fill_between(x, np.maximum(y - half, 0.0), y + half, color=paint, alpha=0.18, linewidth=0)
        axis.plot(x, y, "o-", color=paint, markersize=5)
        axis.annotate(label, (x[0], y[0]), (2, 6), textcoords="offset points", fontsize=9, color=paint, fontweight="bold")
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.margins(x=0.06)
    axis.set_xlabel(heads_label)
    axis.set_ylabel("minutes")
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}".replace(",", "\u202f")))
    top = axis.secondary_xaxis("top")
    top.set_xticks(x, [names[i] for i in order], rotation=14, ha="left", fontsize=8.5)
    top.spines["top"].set_visible(False)
    return axis


def exceedance(axis: Axes, minutes: NDArray[np.float64], curves: Curves, baseline: str) -> Axes:
    """Share of incidents still without a unit after so many minutes, one curve per option (lower is better)."""
    for number, (name, values) in enumerate(curves.items()):
        mean, low, high = band(values)
        paint = colour(number, name == baseline)
        axis.fill_between(minutes, low, high, color=paint, alpha=0.15, linewidth=0)
        axis.plot(minutes, mean, color=paint, label=name, linewidth=1.8, linestyle="--" if name == baseline else "-")
    axis.set_yscale("log")
    axis.set_ylim(0.005, 1.0)
    axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axis.set_xlim(minutes[0], minutes[-1])
    axis.set_xlabel("minutes after the report")
    axis.set_ylabel("still waiting")
    axis.legend(loc="upper right", fontsize=9)
    return axis


def coverage_over_day(axis: Axes, times: NDArray[np.float64], curves: Curves, baseline: str) -> Axes:
    """Share of offices covered at each moment of the voting phase, one curve per option."""
    for number, (name, values) in enumerate(curves.items()):
        mean, low, high = band(values)
        paint = colour(number, name == baseline)
        axis.fill_between(times, low, np.minimum(high, 1.0), color=paint, alpha=0.15, linewidth=0)
        axis.plot(times, mean, color=paint, label=name, linewidth=1.8, linestyle="--" if name == baseline else "-")
    axis.yaxis.set_major_formatter(PercentFormatter(1.0))
    axis.set_ylim(top=min(1.0 + 0.04 * (1.0 - axis.get_ylim()[0]), 1.002))
    axis.xaxis.set_major_locator(_hours(times))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: format_time(v)))
    axis.set_xlim(times[0], times[-1])
    axis.set_xlabel("time of day")
    axis.set_ylabel("offices covered")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
    return axis


def _hours(times: NDArray[np.float64]) -> MultipleLocator:
    """A tick every two hours for one day, every six for more."""
    return MultipleLocator(7200.0 if times[-1] - times[0] <= 16 * HOUR else 6 * HOUR)


def _minutes(seconds: float | None) -> float:
    return np.nan if seconds is None else seconds / 60.0
