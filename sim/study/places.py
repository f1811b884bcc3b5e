"""The outcome by area and by force over replications: every figure with its interval and its difference to the baseline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sim.measures.entry import Table
from sim.study.result import StudyResult
from sim.study.statistics import Estimate, estimate, paired_difference, unpaired_difference

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


def place_rows(result: StudyResult, by: str) -> list[dict[str, object]]:
    """One row for each option, place and measure: the mean, the half-width of its 95 % interval, and the difference."""
    subtract = paired_difference if result.same_days else unpaired_difference
    keys = dict.fromkeys(key for outcome in result.outcomes.values() for key in outcome.places.get(by, {}))
    rows: list[dict[str, object]] = []
    for number, option in enumerate(result.study.options):
        for key in keys:
            values, reference = _values(result, number, by, key), _values(result, result.baseline, by, key)
            mean, change = estimate(values), Estimate(None, None, 0)
            if number != result.baseline:
                change = subtract(values, reference)
            row: dict[str, object] = {"option": option.name, by: key[0], "measure": key[1]}
            row |= {"mean": mean.mean, "half_width": mean.half_width, "replications": mean.replications}
            rows.append(row | {"difference": change.mean, "difference_half_width": change.half_width})
    return rows


def _values(result: StudyResult, option: int, by: str, key: tuple[str, str]) -> list[float | None]:
    done = [result.outcomes.get((option, replication)) for replication in range(result.study.replications)]
    return [None if outcome is None else outcome.places.get(by, {}).get(key) for outcome in done]
