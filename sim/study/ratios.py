"""Measures that are ratios of sums over all days, never means of daily ratios: a day with three calls must not weigh as much
as one with three hundred.

Each run stores numerator and denominator beside the day's own ratio.
"""

from __future__ import annotations

import numpy as np

from sim.demand.classes import GROUPS
from sim.measures.calls import call_table
from sim.measures.collect import Measures
from sim.measures.estimators import RATIOS

_PRIORITIES = {"compliance_p1": (1,), "compliance_p2": (2,), "compliance_p1_p2": (1, 2)}


def ratio_parts(measures: Measures) -> dict[str, float | None]:
    """Numerators and denominators of one day, by name; a denominator of 0 is a day on which there was nothing to judge."""
    table, planned = measures.incidents, measures.tables["planned"]
    parts = {}
    for name, priorities in _PRIORITIES.items():
        judged = table.judged & (table.group == GROUPS.index("election")) & np.isin(table.priority, priorities)
        parts[name] = (float((table.within & judged).sum()), float(judged.sum()))
    below = {
        "answered": float((table.headline & np.isfinite(table.response_time)).sum()),
        "calls": float(len(call_table(measures.day).row)),
        "planned_tasks": float(sum(planned["tasks"])),  # type: ignore[arg-type]
        "office_steps": float(measures.cover.offices @ measures.cover.voting.sum(axis=1)),
    }
    for name, (_, denominator) in RATIOS.items():
        if name not in parts:
            parts[name] = (float(measures[name] or 0.0) * below[denominator], below[denominator])
    return {word: value for name, words in RATIOS.items() for word, value in zip(words, _counted(parts[name]), strict=True)}


def _counted(part: tuple[float, float]) -> tuple[float, float]:
    """Numerator and denominator, both whole numbers: they count incidents, calls, tasks, or offices at steps of time."""
    return float(round(part[0])), part[1]
