"""What is worth its officers: options that no other beats in cost and in incidents within target at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.measures.estimators import RATIOS
from sim.reports.data import Report
from sim.reports.figures import study
from sim.reports.figures.drawing import PAGE, Drawing, one_axis
from sim.reports.figures.frontier import frontier
from sim.reports.findings.efficient import certainty, efficient
from sim.reports.terms import term_of
from sim.study.outcome import Floats, PlaceFigures
from sim.study.statistics import Estimate

GAIN = "compliance_p1_p2"
COSTS = ("heads_mobilised", "officer_hours", "heads_on_duty", "heads_mobile")
"""Costs in the order in which they are taken: the first in which the options differ."""
APART = 0.005
"""Share of the largest by which options must differ in a cost for it to tell them apart."""


@dataclass(frozen=True)
class EfficientRow:
    """One option: its cost, its share within target, whether it is efficient, and in which share of redrawn studies."""

    name: str
    cost: float | None
    gain: Estimate
    efficient: bool
    certain: float | None


def build(report: Report) -> dict[str, Any] | None:
    """Figure and table, or None with fewer than two options that have figures."""
    rows = efficient_rows(report)
    if sum(row.gain.mean is not None for row in rows) < 2:
        return None
    name, _ = costs(report)
    words = report.words
    return {
        "drawings": drawings(report).values(),
        "rows": rows,
        "cost": _called(report, name),
        "same": name != "heads_mobilised",
        "gain": term_of(GAIN).called(words),
    }


def drawings(report: Report) -> dict[str, Drawing]:
    """The figure, as far as two options can be placed on it."""
    words, rows = report.words, efficient_rows(report)
    cost = np.array([np.nan if row.cost is None else row.cost for row in rows])
    gain = np.array([np.nan if row.gain.mean is None else row.gain.mean for row in rows])
    halves = np.array([np.nan if row.gain.half_width is None else row.gain.half_width for row in rows])
    if (np.isfinite(cost) & np.isfinite(gain)).sum() < 2:
        return {}
    labels = (_called(report, costs(report)[0]), term_of(GAIN).called(words))
    best = [words.isolate(row.name) for row in rows if row.efficient]
    text = words.say(
        "Share of urgent incidents within target by cost. No option beats: %(options)s.", options=", ".join(best[:5])
    )
    notes = [
        words.say("Filled and joined: no other option costs at most as much and reaches as many in time. Bars: 95 % intervals.")
    ]
    draw = one_axis(lambda a: frontier(a, cost, gain, halves, report.names, labels, words))
    return {"frontier": Drawing(words.say("Cost and result of the options"), text, (PAGE, 4.4), draw, notes)}


def efficient_rows(report: Report) -> list[EfficientRow]:
    """One row per option, in their order."""
    result = report.result
    _, days = costs(report)
    known = np.isfinite(days)
    cost = np.where(known.any(axis=1), np.where(known, days, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)
    gains = study.estimates(result, GAIN)
    best = efficient(cost, study.means(result, GAIN))
    above, below = (study.by_day(result, part) for part in RATIOS[GAIN])
    shares = certainty(days, above, below)
    return [
        EfficientRow(name, _known(cost[n]), gains[n], bool(best[n]), _known(shares[n])) for n, name in enumerate(report.names)
    ]


def costs(report: Report) -> tuple[str, Floats]:
    """Name of the cost in which the options differ, and its figures by option and day."""
    found = {name: _days(report, name) for name in COSTS}
    for name, days in found.items():
        mean = [own[np.isfinite(own)].mean() for own in days if np.isfinite(own).any()]
        if len(mean) == len(days) and np.ptp(mean) > APART * max(mean):
            return name, days
    return "heads_on_duty", found["heads_on_duty"]


def _called(report: Report, cost: str) -> str:
    """What a cost is called."""
    words = report.words
    return words.say("officer-hours on duty") if cost == "officer_hours" else term_of(cost).called(words)


def _days(report: Report, cost: str) -> Floats:
    """One cost by option and day."""
    if cost != "officer_hours":
        return study.by_day(report.result, cost)
    figures = [PlaceFigures.of(o.places.get("area", {})) for o in report.result.outcomes.values()]
    names = dict.fromkeys(name for own in figures for name in own.measures if name.startswith("officer_hours "))
    if not names:
        return np.full((len(report.names), report.days), np.nan)
    hours = np.stack([report.areas(name) for name in names])
    return np.where(np.isfinite(hours).any(axis=(0, 3)), np.nansum(hours, axis=(0, 3)), np.nan)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
