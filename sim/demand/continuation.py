"""A day that goes on otherwise: what has begun by a moment, and the timetable, stay; the rest is another draw.

A family stays together: calls about an incident, the disturbance that was warned of and the crowd of a rumour belong to the row
with which they began. What people put on the tape by hand, injects among it, stays too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.classes import IncidentClass
from sim.demand.edits import OF_OTHERS, keep
from sim.demand.merge import join_incidents
from sim.demand.signals import Rumours, Warnings, join_rows
from sim.demand.tape import THINNINGS, Incidents, Tape, Vehicles

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = TypeVar("Rows", Vehicles, Warnings, Rumours)
SHIFT = 2 * 10**15
"""Added to ids of what is drawn anew, so that they differ from those that stay (drawn ids are below, those of injects above)."""


def continued(tape: Tape, drawn: Tape, other: Tape, at: float, classes: Sequence[IncidentClass]) -> Tape:
    """``tape`` up to the moment ``at`` and ``other`` from then on.

    ``drawn`` is ``tape`` as it was drawn: rows that differ from it were given by hand.
    """
    stays = begun(tape, at, classes) | ~_same(tape.incidents, drawn.incidents)
    comes = ~begun(other, at, classes)
    first, second = keep(tape, stays), _renumbered(keep(other, comes), classes)
    rows = join_incidents(first.incidents, second.incidents)
    vehicles = _vehicles(first.vehicles, second.vehicles, at)
    warned, heard = first.warnings, first.rumours
    warnings = join_rows(Warnings, [_when(warned, warned.at < at), _when(second.warnings, second.warnings.at >= at)])
    told = (heard.at < at) | ~np.isin(heard.id, drawn.rumours.id)
    rumours = join_rows(Rumours, [_when(heard, told), _when(second.rumours, second.rumours.at >= at)])
    return replace(first, incidents=rows, vehicles=vehicles, warnings=warnings, rumours=rumours)


def begun(tape: Tape, at: float, classes: Sequence[IncidentClass]) -> Bools:
    """Which incidents of a tape have begun by a moment, with their families, or are planned for it, (incidents,)."""
    rows = tape.incidents
    planned = np.array([cls.group == "planned" for cls in classes])[rows.cls] & ~np.isin(rows.id, tape.warnings.presence)
    own = (rows.at < at) | planned
    for bit, roots in (("warning", tape.warnings), ("rumour", tape.rumours)):
        hangs = (rows.thinning & THINNINGS[bit]) > 0
        own |= hangs & np.isin(rows.parent, roots.id[roots.at < at])
        own &= ~(hangs & np.isin(rows.parent, roots.id[roots.at >= at])) | planned
    calls = (rows.parent >= 0) & ((rows.thinning & OF_OTHERS) == 0) & np.isin(rows.parent, rows.id)
    return np.where(calls, np.isin(rows.parent, rows.id[own & ~calls]), own)


def _same(rows: Incidents, drawn: Incidents) -> Bools:
    """Which rows are as they were drawn, (incidents,)."""
    if not len(drawn):
        return np.zeros(len(rows), dtype=np.bool_)
    order = np.argsort(drawn.id)
    place = order[np.searchsorted(drawn.id, rows.id, sorter=order).clip(0, len(order) - 1)]
    return np.asarray(
        (drawn.id[place] == rows.id) & (drawn.at[place] == rows.at) & (drawn.site[place] == rows.site)
        & (drawn.cls[place] == rows.cls)
    )  # fmt: skip


def _renumbered(tape: Tape, classes: Sequence[IncidentClass]) -> Tape:
    """A tape whose incidents, vehicles, warnings and rumours have ids of their own; gatherings keep theirs."""
    rows = tape.incidents
    of_rally = np.isin(rows.parent, np.array([rally.id for rally in tape.rallies], dtype=np.int64))
    moves = (rows.parent >= 0) & ~(of_rally & ((rows.thinning & (OF_OTHERS & ~THINNINGS["rally"])) == 0))
    incidents = replace(rows, id=rows.id + SHIFT, parent=np.where(moves, rows.parent + SHIFT, rows.parent))
    vehicles = replace(tape.vehicles, id=tape.vehicles.id + SHIFT, incident=_shifted(tape.vehicles.incident))
    warnings = replace(tape.warnings, id=tape.warnings.id + SHIFT, presence=_shifted(tape.warnings.presence))
    return replace(
        tape, incidents=incidents, vehicles=vehicles, warnings=warnings, rumours=replace(tape.rumours, id=tape.rumours.id + SHIFT)
    )


def _shifted(ids: Ints) -> Ints:
    return np.where(ids >= 0, ids + SHIFT, ids)


def _vehicles(first: Vehicles, second: Vehicles, at: float) -> Vehicles:
    """Vehicles of one tape before a moment, and of the other from then on."""
    parts = _when(first, first.at < at), _when(second, second.at >= at)
    return Vehicles(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Vehicles)))


def _when(rows: Rows, some: Bools) -> Rows:
    return type(rows)(**{f.name: getattr(rows, f.name)[some] for f in fields(rows)})
