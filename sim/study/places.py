"""The outcome by area and by force over replications: every figure with its interval and its difference to the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.study.daily import PerReplication, by_day
from sim.study.families import holm
from sim.study.result import StudyResult
from sim.study.statistics import NO_DATA, estimate, paired_difference, unpaired_difference

Key = tuple[str, str]
"""Place and measure."""


def place_rows(result: StudyResult, by: str) -> list[dict[str, object]]:
    """One row for each option, place and measure: the mean, the half-width of its 95 % interval, the difference, and its
    p-value alone and by Holm; the places of one option and measure are a family."""
    subtract = paired_difference if result.same_days else unpaired_difference
    keys = dict.fromkeys(key for outcome in result.outcomes.values() for key in outcome.places.get(by, {}))
    base = _samples(result, result.baseline, by, keys)
    rows: list[dict[str, object]] = []
    for number, option in enumerate(result.study.options):
        samples = base if number == result.baseline else _samples(result, number, by, keys)
        changes = {key: NO_DATA if samples is base else subtract(samples[key], base[key]) for key in keys}
        chances = {key: change.p_value for key, change in changes.items()}
        adjusted = _adjusted(chances)
        for key, change in changes.items():
            mean = estimate(samples[key])
            row: dict[str, object] = {"option": option.name, by: key[0], "measure": key[1]}
            row |= {"mean": mean.mean, "half_width": mean.half_width, "replications": mean.replications}
            row |= {"difference": change.mean, "difference_half_width": change.half_width}
            rows.append(row | {"p_value": chances[key], "p_holm": adjusted[key]})
    return rows


def _adjusted(chances: Mapping[Key, float | None]) -> dict[Key, float | None]:
    """Holm's p-values over the places of each measure, by (place, measure)."""
    families: dict[str, list[Key]] = {}
    for key in chances:
        families.setdefault(key[1], []).append(key)
    found: dict[Key, float | None] = {}
    for family in families.values():
        found |= dict(zip(family, holm([chances[key] for key in family]), strict=True))
    return found


def _samples(result: StudyResult, option: int, by: str, keys: Iterable[Key]) -> dict[Key, PerReplication]:
    """The figures of one option by (place, measure)."""
    days = {day: outcome.places.get(by, {}) for (which, day), outcome in result.outcomes.items() if which == option}
    return {key: by_day({day: figures.get(key) for day, figures in days.items()}) for key in keys}
