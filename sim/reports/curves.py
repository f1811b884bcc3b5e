"""Curves that compare options: response against staffing, exceedance, coverage over the day.

Each function takes data and an axis, draws, and returns the axis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator, NullLocator
from numpy.typing import NDArray

from sim.clock import HOUR, format_time
from sim.reports.style import colour, note, stroke
from sim.study.statistics import Estimate, band

Floats = NDArray[np.float64]
Curves = Mapping[str, Floats]
"""Option name -> (replications, points)."""
FEWEST = 5.0
"""Incidents a day below which a share of them is chance: there a curve ends."""
FLOORS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)


def staffing_curve(
    axis: Axes, heads: Sequence[float], lines: Mapping[str, Sequence[Estimate]], names: Sequence[str], heads_label: str
) -> Axes:
    """Response in minutes against officers on mobile duty, one line per measure, with 95 % bands.

    ``heads`` and every sequence in ``lines`` have one entry per option; ``names`` label the points. Where options hardly differ
    in heads they stand side by side, each with its interval.
    """
    order = np.argsort(heads, kind="stable")
    x = np.asarray(heads, dtype=np.float64)[order]
    distinct = len(x) > 1 and bool(np.all(np.diff(x) > 0.005 * np.nanmax(x)))
    if not distinct:
        order = np.arange(len(heads))
        x = order.astype(np.float64)
    for number, (label, estimates) in enumerate(lines.items()):
        y = np.array([_minutes(e.mean) for e in estimates])[order]
        half = np.array([_minutes(e.half_width) for e in estimates])[order]
        paint = colour(number, False)
        at = x if distinct else x + 0.04 * (number - 1)
        if distinct:
            axis.fill_between(x, np.maximum(y - half, 0.0), y + half, color=paint, alpha=0.18, linewidth=0)
        else:
            axis.errorbar(at, y, np.vstack([np.minimum(half, y), half]), fmt="none", color=paint, capsize=4)
        axis.plot(at, y, "o-" if distinct else "o", color=paint, markersize=5)
        axis.annotate(label, (at[0], y[0]), (2, 6), textcoords="offset points", fontsize=9.5, color=paint, fontweight="bold")
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.margins(x=0.06 if distinct else 0.15)
    axis.set_ylabel("minutes")
    named = [names[i] for i in order]
    if not distinct:
        axis.set_xticks(x, named, rotation=14, ha="right", fontsize=9)
        return axis
    axis.set_xlabel(heads_label)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}".replace(",", "\u202f")))
    top = axis.secondary_xaxis("top")
    top.set_xticks(x, named, rotation=14, ha="left", fontsize=9)
    top.spines["top"].set_visible(False)
    return axis


def exceedance(
    axis: Axes, minutes: Floats, curves: Curves, baseline: str, best: str | None = None, counts: Mapping[str, float] | None = None
) -> Axes:
    """Share of incidents still without a unit after so many minutes, one curve per option (lower is better).

    ``counts``: incidents a day by option; a curve ends where fewer than five of them still wait. Only ``baseline`` and ``best``
    carry 95 % bands, cut at the floor of the axis: bands of all options would hide each other.
    """
    shown = {name: _enough(band(values), (counts or {}).get(name)) for name, values in curves.items()}
    lowest = min((float(np.nanmin(mean[mean > 0])) for mean, _, _ in shown.values() if (mean > 0).any()), default=0.01)
    floor = next((f for f in FLOORS if f <= lowest), FLOORS[-1])
    last = minutes[0]
    for number, (name, (mean, low, high)) in enumerate(shown.items()):
        paint = colour(number, name == baseline)
        if name in (baseline, best):
            axis.fill_between(minutes, np.maximum(low, floor), np.clip(high, floor, 1.0), color=paint, alpha=0.13, linewidth=0)
        axis.plot(minutes, np.where(mean > 0, mean, np.nan), color=paint, label=name, **stroke(number, len(shown)))  # type: ignore[arg-type]
        last = max(last, minutes[np.flatnonzero(mean > 0)[-1]] if (mean > 0).any() else last)
    axis.set_yscale("log")
    axis.set_ylim(floor, 1.0)
    axis.yaxis.set_major_locator(FixedLocator([1.0, *FLOORS]))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(_percent())
    axis.set_xlim(minutes[0], min(minutes[-1], 5.0 * np.ceil(max(last, 5.0) / 5.0)))
    axis.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axis.set_xlabel("minutes after the report")
    axis.set_ylabel("incidents still without a unit")
    axis.legend(loc="upper right")
    return axis


def _enough(made: tuple[Floats, Floats, Floats], count: float | None) -> tuple[Floats, Floats, Floats]:
    """A band as far as at least ``FEWEST`` of ``count`` incidents a day are left."""
    if count is None:
        return made
    enough = np.minimum.accumulate(np.nan_to_num(made[0]) * count >= FEWEST)
    mean, low, high = (np.where(enough, curve, np.nan) for curve in made)
    return mean, low, high


def coverage_over_day(axis: Axes, times: Floats, curves: Curves, baseline: str, best: str | None = None) -> Axes:
    """Share of offices covered at each moment of the voting phase, one curve per option.

    Later options are drawn thinner and on top, so that curves that lie on each other are all seen. Only ``baseline`` and
    ``best`` carry bands.
    """
    lowest = 1.0
    for number, (name, values) in enumerate(curves.items()):
        mean, low, high = band(values)
        paint = colour(number, name == baseline)
        if name in (baseline, best):
            axis.fill_between(times, np.clip(low, 0.0, 1.0), np.minimum(high, 1.0), color=paint, alpha=0.13, linewidth=0)
        axis.plot(times, mean, color=paint, label=name, **stroke(number, len(curves)))  # type: ignore[arg-type]
        lowest = min(lowest, float(np.nanmin(mean, initial=1.0)))
    floor = _axis_floor(lowest)
    axis.set_ylim(floor, 1.0 + 0.03 * (1.0 - floor))
    axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], prune=None))
    axis.yaxis.set_major_formatter(_percent())
    axis.xaxis.set_major_locator(_hours(times))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: format_time(v)))
    axis.set_xlim(times[0], times[-1])
    axis.set_xlabel("time of day")
    axis.set_ylabel("offices covered" + (f" (axis cut at {100 * floor:g} %)" if floor else ""))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return axis


def _axis_floor(lowest: float) -> float:
    """Lower end of an axis of shares: 0 where half the axis would be used anyway, else a round figure below the curves."""
    missing = 1.0 - lowest
    steps = [s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if s >= 1.05 * missing]
    return 1.0 - steps[0] if steps else 0.0


def differences(axis: Axes, found: Mapping[str, Estimate], label: str) -> Axes:
    """Difference of each option to the baseline in minutes, with its 95 % interval; left of zero is faster."""
    names = list(found)
    for row, name in enumerate(names):
        mean, half = _minutes(found[name].mean), _minutes(found[name].half_width)
        real = bool(abs(mean) > half)
        paint = colour(0, not real)
        axis.errorbar(mean, row, xerr=half, fmt="o", color=paint, capsize=4, markersize=7, mfc=paint if real else "white")
        axis.annotate(f"{round(mean, 2) + 0.0:+.2f}", (mean, row), (0, 8), textcoords="offset points", ha="center")
    axis.axvline(0.0, color="#888888", linewidth=1.0)
    axis.set_yticks(range(len(names)), ["\n".join(wrap(name, 16)) for name in names])
    axis.set_ylim(len(names) - 0.4, -0.7)
    axis.margins(x=0.12)
    low, high = axis.get_xlim()
    axis.set_xlim(min(low, -0.1), max(high, 0.1))
    axis.grid(axis="x")
    axis.grid(visible=False, axis="y")
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.set_xlabel(label)
    note(axis, "filled: the interval excludes zero", below=36)
    return axis


def _percent() -> FuncFormatter:
    return FuncFormatter(lambda v, _: f"{100 * v:.4g} %")


def _hours(times: Floats) -> MultipleLocator:
    """A tick every two hours for one day, every six for more."""
    return MultipleLocator(7200.0 if times[-1] - times[0] <= 16 * HOUR else 6 * HOUR)


def _minutes(seconds: float | None) -> float:
    return np.nan if seconds is None else seconds / 60.0
