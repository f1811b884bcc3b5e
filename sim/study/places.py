"""The outcome by area and by force over replications: every figure with its interval and its difference to the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from sim.measures.estimators import PLACE_RATIOS
from sim.study.daily import PerReplication, Runs, by_day
from sim.study.families import holm
from sim.study.outcome import Floats, Key, PlaceFigures
from sim.study.result import StudyResult
from sim.study.statistics import NO_DATA, estimate, paired_difference, unpaired_difference

Samples = dict[Key, PerReplication]


def place_rows(result: StudyResult, by: str) -> list[dict[str, object]]:
    """One row for each option, place and measure: the mean, the half-width of its 95 % interval, the difference, and its
    p-value alone and by Holm; the places of one option and measure are a family."""
    subtract = paired_difference if result.same_days else unpaired_difference
    samples = [place_samples(days_of(result, number, by)) for number in range(len(result.study.options))]
    keys, base, nothing = dict.fromkeys(key for own in samples for key in own), samples[result.baseline], by_day({})
    rows: list[dict[str, object]] = []
    for option, own in zip(result.study.options, samples):
        found = {key: (own.get(key, nothing), base.get(key, nothing)) for key in keys}
        changes = {key: NO_DATA if own is base else subtract(*pair) for key, pair in found.items()}
        chances = {key: change.p_value for key, change in changes.items()}
        adjusted = _adjusted(chances)
        for key, change in changes.items():
            mean = estimate(found[key][0])
            row: dict[str, object] = {"option": option.name, by: key[0], "measure": key[1]}
            row |= {"mean": mean.mean, "half_width": mean.half_width, "replications": mean.replications}
            row |= {"difference": change.mean, "difference_half_width": change.half_width}
            rows.append(row | {"p_value": chances[key], "p_holm": adjusted[key]})
    return rows


def days_of(result: StudyResult, option: int, by: str) -> dict[int, Mapping[Key, float | None]]:
    """The figures by place of each replication of one option."""
    return {day: outcome.places.get(by, {}) for (which, day), outcome in result.outcomes.items() if which == option}


def place_samples(days: Mapping[int, Mapping[Key, float | None]]) -> Samples:
    """Every figure by (place, measure) over the replications, as far as any day has it; ratios are made of sums over the days."""
    places, measures, values = stacked(days)
    found: Samples = {}
    for row, place in enumerate(places):
        runs = Runs(measures, values[:, row])
        known = np.flatnonzero(np.isfinite(runs.values).any(axis=0))
        own = [measures[column] for column in known.tolist()]
        found |= {(place, name): runs.parts(name) for name in own if name not in PLACE_RATIOS}
        found |= {(place, name): runs.parts(*two) for name, two in PLACE_RATIOS.items() if set(two) <= set(own)}
    return found


def stacked(days: Mapping[int, Mapping[Key, float | None]]) -> tuple[tuple[str, ...], tuple[str, ...], Floats]:
    """Places, measures and all figures, (replications, places, measures); NaN for no data."""
    figures = {day: PlaceFigures.of(own) for day, own in days.items()}
    places, measures = _union(f.places for f in figures.values()), _union(f.measures for f in figures.values())
    values = np.full((max(figures, default=-1) + 1, len(places), len(measures)), np.nan)
    rows, columns = ({name: i for i, name in enumerate(names)} for names in (places, measures))
    for day, own in figures.items():
        values[day][np.ix_([rows[p] for p in own.places], [columns[m] for m in own.measures])] = own.array
    return places, measures, values


def _union(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for own in names for name in own))


def _adjusted(chances: Mapping[Key, float | None]) -> dict[Key, float | None]:
    """Holm's p-values over the places of each measure, by (place, measure)."""
    families: dict[str, list[Key]] = {}
    for key in chances:
        families.setdefault(key[1], []).append(key)
    found: dict[Key, float | None] = {}
    for family in families.values():
        found |= dict(zip(family, holm([chances[key] for key in family]), strict=True))
    return found
