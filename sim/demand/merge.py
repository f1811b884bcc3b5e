"""Two tapes become one: a drawn day and the injects of an exercise, or two halves of a case."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from sim.demand.counts import Counts
from sim.demand.injects import in_order
from sim.demand.legs import Legs, legs
from sim.demand.signals import Rumours, Warnings, join_rows
from sim.demand.tape import Incidents, Rally, Tape, Vehicles
from sim.errors import InputError

Ints = NDArray[np.int64]


def merge_tapes(first: Tape, second: Tape) -> Tape:
    """All that happens in both tapes, in order of (at, id); classes must mean the same in both.

    Raises ``InputError`` if an id of incidents, vehicles, gatherings, injects, warnings or rumours is used in both.
    """
    _apart("incident", first.incidents.id, second.incidents.id)
    _apart("vehicle", first.vehicles.id, second.vehicles.id)
    _apart("gathering", *(np.array([r.id for r in tape.rallies], dtype=np.int64) for tape in (first, second)))
    rallies: list[Rally] = sorted((*first.rallies, *second.rallies), key=lambda rally: rally.id)
    _apart("inject", *(np.array([i.id for i in tape.injects if i.id >= 0], dtype=np.int64) for tape in (first, second)))
    injects = in_order((*first.injects, *second.injects))
    rows = join_incidents(first.incidents, second.incidents)
    vehicles = _joined_vehicles(first.vehicles, second.vehicles)
    routes, counts = join_legs(first.legs, second.legs), _joined_counts(first.counts, second.counts)
    warnings = join_rows(Warnings, [first.warnings, second.warnings])
    rumours = join_rows(Rumours, [first.rumours, second.rumours])
    return Tape(rows, vehicles, tuple(rallies), injects, routes, counts, warnings, rumours)


def _apart(word: str, first: Ints, second: Ints) -> None:
    both = np.intersect1d(first, second)
    if len(both):
        raise InputError(
            f"tapes cannot be merged: {word} id {both[0]} is in both ({len(both)} in all); renumber one of them"
        )


def join_incidents(first: Incidents, second: Incidents) -> Incidents:
    """The rows of both in order of (at, id), widened to the longer package."""
    width = max(first.scene_time.shape[1], second.scene_time.shape[1])
    order = np.lexsort((np.concatenate((first.id, second.id)), np.concatenate((first.at, second.at))))
    columns = {}
    for f in fields(Incidents):
        parts = [getattr(first, f.name), getattr(second, f.name)]
        if f.name in ("scene_time", "noise"):
            pad = 0.0 if f.name == "scene_time" else 1.0
            parts = [np.pad(p, ((0, 0), (0, width - p.shape[1])), constant_values=pad) for p in parts]
        columns[f.name] = np.concatenate(parts)[order]
    return Incidents(**columns)


def join_legs(first: Legs, second: Legs) -> Legs:
    """Legs of both."""
    return legs(*(np.concatenate((getattr(first, f.name), getattr(second, f.name))) for f in fields(Legs)))


def _joined_counts(first: Counts, second: Counts) -> Counts:
    """Counts of both. Raises ``InputError`` for a centre that is counted in both."""
    site = np.concatenate((first.site, second.site))
    if len(np.unique(site)) < len(site):
        raise InputError("tapes cannot be merged: both hold the count of one centre")
    order = np.argsort(site)
    return Counts(*(np.concatenate((getattr(first, f.name), getattr(second, f.name)))[order] for f in fields(Counts)))


def _joined_vehicles(first: Vehicles, second: Vehicles) -> Vehicles:
    order = np.lexsort((np.concatenate((first.id, second.id)), np.concatenate((first.at, second.at))))
    return Vehicles(
        **{f.name: np.concatenate((getattr(first, f.name), getattr(second, f.name)))[order] for f in fields(Vehicles)}
    )
