"""Tables from a store: by run, by option, and by area or force within options."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.errors import InputError, nearest
from sim.measures.entry import Cell, Table
from sim.measures.estimators import RATIOS
from sim.study.contents import Run
from sim.study.daily import PerReplication, Runs, by_day
from sim.study.identity import Point
from sim.study.outcome import Floats, Key
from sim.study.places import place_samples
from sim.study.statistics import NO_DATA, estimate, paired_difference, unpaired_difference
from sim.study.store import Store


def axes(points: Sequence[Point]) -> list[str]:
    """Keys of the points' overrides whose values differ between them, in the order of first use."""
    words = (word for point in points for word in point.overrides)
    keys = dict.fromkeys(word.partition("=")[0].lstrip("+~") for word in words)
    return [key for key in keys if len({axis_value(point, key) for point in points}) > 1]


def axis_value(point: Point, key: str) -> Cell:
    """What a point has for a key: the number or text of its settings, or what its override says where that is a group."""
    here: Any = json.loads(point.config)
    for part in key.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    if isinstance(here, str | int | float):
        return here
    said = [word.partition("=")[2] for word in point.overrides if word.partition("=")[0].lstrip("+~") == key]
    return said[-1] if said else None


def by_run(store: Store, points: Sequence[Point], measures: Sequence[str]) -> Table:
    """One row for each stored run: option, its settings that vary, replication, scalars, digests and what made it."""
    keys = [key for key in axes(store.points(every=True)) if key not in measures]
    parts = _digest_names(store, points)
    names = ["option", "point", *keys, "replication", *measures, "seconds", *(f"{part}_digest" for part in parts)]
    table: Table = {name: [] for name in [*names, "overrides", "model", "numpy", "session"]}
    for point in points:
        runs = list(store.runs(point.id))
        values = store.scalars([point.id], measures)[point.id][[replication for replication, _ in runs]]
        for measure, column in zip(measures, values.T):
            table[measure] += _cells(column)
        for replication, run in runs:
            table["replication"].append(replication)
            table["seconds"].append(run.seconds)
            table["session"].append(run.session)
            found = _digests(store, run)
            for part in parts:
                table[f"{part}_digest"].append(found.get(part))
        same: dict[str, Cell] = {"option": point.name, "point": point.id, "model": point.model, "numpy": point.numpy}
        same |= {"overrides": " ".join(point.overrides), **{key: axis_value(point, key) for key in keys}}
        for name, cell in same.items():
            table[name] += [cell] * len(runs)
    return table


def _digest_names(store: Store, points: Sequence[Point]) -> list[str]:
    layouts = dict.fromkeys(run.layout for point in points for _, run in store.runs(point.id))
    return list(dict.fromkeys(name for layout in layouts for name in store.layout(layout)["digests"]))


def _cells(column: Floats) -> list[Cell]:
    """Numbers as cells, None for no data."""
    return [None if value != value else value for value in column.tolist()]


def by_point(store: Store, points: Sequence[Point], measures: Sequence[str], baseline: Point | None) -> Table:
    """One row for each option and measure: the estimate over replications and its difference to the baseline, made as in the
    table of `pollday sweep`. Raises ``InputError`` for a measure that no run has.
    """
    table, paired = _empty("measure"), same_days(store, points, baseline)
    names = store.names()
    columns = list(dict.fromkeys(part for measure in measures for part in RATIOS.get(measure, (measure,))))
    wanted = [name for name in columns if name in names]
    stored = store.scalars([point.id for point in _with(points, baseline)], wanted)
    runs = {id: Runs(tuple(wanted), values) for id, values in stored.items()}
    for measure in measures:
        samples = {id: found.sample(measure) for id, found in runs.items()}
        for point in points:
            _add(table, point, {"measure": measure}, samples, baseline, paired)
    return table


def by_place(
    store: Store, points: Sequence[Point], by: str, measures: Sequence[str] | None, baseline: Point | None
) -> tuple[Table, list[str]]:
    """One row for each option, place and measure (all where ``measures`` is None), and what could not be read, in words.

    ``by`` is ``area`` or ``force``. Raises ``InputError`` where no run has such figures by place.
    """
    notes: list[str] = []
    figures = {point.id: _figures(store, point, by, notes) for point in _with(points, baseline)}
    found = {id: place_samples(days) for id, days in figures.items()}
    keys, nothing = dict.fromkeys(key for own in found.values() for key in own), by_day({})
    known = list(dict.fromkeys(measure for _, measure in keys))
    for measure in measures or ():
        if measure not in known:
            there = f"; there is {', '.join(known[:8])}, …" if known else ""
            raise InputError(f"{measure}: no stored run has it by {by}{nearest(measure, known)}{there}")
    table, paired = _empty(by, "measure"), same_days(store, points, baseline)
    for place, measure in keys:
        if measures is None or measure in measures:
            samples = {id: own.get((place, measure), nothing) for id, own in found.items()}
            for point in points:
                _add(table, point, {by: place, "measure": measure}, samples, baseline, paired)
    return table, notes


def _figures(store: Store, point: Point, by: str, notes: list[str]) -> dict[int, Mapping[Key, float | None]]:
    """Figures by place of every run of a point; runs that are damaged are left out and named."""
    found: dict[int, Mapping[Key, float | None]] = {}
    for replication, _ in store.runs(point.id):
        try:
            found[replication] = store.outcome(point.id, replication).places.get(by, {})
        except InputError as error:
            notes.append(str(error).splitlines()[0])
    return found


def _with(points: Sequence[Point], baseline: Point | None) -> list[Point]:
    """The points and, where it is none of them, the baseline."""
    return list({point.id: point for point in [*points, *([] if baseline is None else [baseline])]}.values())


def same_days(store: Store, points: Sequence[Point], baseline: Point | None) -> bool:
    """Whether all points faced the same tape in every replication; only then differences are taken day by day."""
    tapes: dict[int, set[str | None]] = {}
    for point in _with(points, baseline):
        for replication, run in store.runs(point.id):
            tapes.setdefault(replication, set()).add(_digests(store, run).get("tape"))
    return all(len(found) == 1 for found in tapes.values())


def _digests(store: Store, run: Run) -> dict[str, str]:
    return dict(zip(store.layout(run.layout)["digests"], run.digests.split("\n")))


def _empty(*heads: str) -> Table:
    numbers = ("mean", "half_width", "replications", "difference", "difference_half_width", "same_days")
    return {name: [] for name in ("option", "point", *heads, *numbers)}


def _add(
    table: Table,
    point: Point,
    heads: Mapping[str, str],
    samples: Mapping[str, PerReplication],
    baseline: Point | None,
    paired: bool,
) -> None:
    """Add the row of one point and measure to a table."""
    own, change = estimate(samples[point.id]), NO_DATA
    if baseline is not None and point.id != baseline.id:
        change = (paired_difference if paired else unpaired_difference)(samples[point.id], samples[baseline.id])
    row: dict[str, Cell] = {"option": point.name, "point": point.id, **heads}
    row |= {"mean": own.mean, "half_width": own.half_width, "replications": own.replications}
    row |= {"difference": change.mean, "difference_half_width": change.half_width, "same_days": "yes" if paired else "no"}
    for name, cell in row.items():
        table[name].append(cell)
