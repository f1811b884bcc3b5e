"""The outcome by area and by force over replications: every figure with its interval and its difference to the baseline."""

from __future__ import annotations

from sim.study.daily import PerReplication, by_day
from sim.study.result import StudyResult
from sim.study.statistics import Estimate, estimate, paired_difference, unpaired_difference


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


def _values(result: StudyResult, option: int, by: str, key: tuple[str, str]) -> PerReplication:
    return by_day({day: o.places.get(by, {}).get(key) for (which, day), o in result.outcomes.items() if which == option})
