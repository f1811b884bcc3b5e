"""The outcome of one day by area and by force, as plain figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sim.measures.entry import Table

PLACES = ("area", "force")
Figures = dict[tuple[str, str], float | None]
"""Figures of one day by (place, measure)."""


def figures_by_place(tables: Mapping[str, Table], by: str) -> Figures:
    """Outcome, burden and officer-hours of each area or force, from the tables of one day."""
    found: Figures = {}
    for table in (tables[f"outcome_by_{by}"], tables[f"burden_by_{by}"]):
        for measure, values in table.items():
            if measure != by:
                found |= {(str(place), measure): _number(value) for place, value in zip(table[by], values, strict=True)}
    hours = tables["officer_hours"]
    total: dict[tuple[str, str], float] = defaultdict(float)
    for place, task, value in zip(hours[by], hours["task"], hours["officer_hours"], strict=True):
        total[str(place), f"officer_hours {task}"] += _number(value) or 0.0
    return found | dict(total)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
