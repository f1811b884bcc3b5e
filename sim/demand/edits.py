"""Changes of a tape by hand: incidents taken out or moved, with all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.demand.legs import Legs
from sim.demand.tape import THINNINGS, Incidents, Tape
from sim.errors import InputError
from sim.territory.sites import Territory

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
OF_OTHERS = THINNINGS["rally"] | THINNINGS["warning"] | THINNINGS["rumour"] | THINNINGS["inject"]
"""Marks of rows whose parent is no incident."""


def without(tape: Tape, ids: Iterable[int]) -> Tape:
    """The tape without some incidents, the calls about them, their legs, and the links of vehicles, warnings and halls to them.

    Raises ``InputError`` for an id that no incident has.
    """
    rows = tape.incidents
    gone = np.zeros(len(rows), dtype=np.bool_)
    for id in ids:
        gone[_row(rows, id)] = True
    calls = (rows.parent >= 0) & ((rows.thinning & OF_OTHERS) == 0)
    gone |= calls & np.isin(rows.parent, rows.id[gone])
    return keep(tape, ~gone)


def keep(tape: Tape, some: Bools) -> Tape:
    """The tape with some of its incidents (incidents,), and with no links to the others."""
    rows = take(tape.incidents, some)
    legs = Legs(*(getattr(tape.legs, f.name)[np.isin(tape.legs.task, rows.id)] for f in fields(Legs)))
    vehicles = replace(tape.vehicles, incident=_known(tape.vehicles.incident, rows.id))
    warnings = replace(tape.warnings, presence=_known(tape.warnings.presence, rows.id))
    there = set(rows.id.tolist())
    rallies = tuple(rally if rally.sweep in there else replace(rally, sweep=-1) for rally in tape.rallies)
    return replace(tape, incidents=rows, legs=legs, vehicles=vehicles, warnings=warnings, rallies=rallies)


def take(rows: Incidents, some: Bools | Ints) -> Incidents:
    """Some incidents, in their order."""
    return Incidents(**{f.name: getattr(rows, f.name)[some] for f in fields(Incidents)})


def moved(tape: Tape, territory: Territory, id: int, at: float | None = None, site: int | None = None) -> Tape:
    """The tape with one incident at another moment, or at another site (its position in the territory).

    Raises ``InputError`` for an id that no incident has.
    """
    rows = tape.incidents
    row = _row(rows, id)
    columns = {f.name: getattr(rows, f.name).copy() for f in fields(Incidents)}
    if at is not None:
        columns["at"][row] = at
    if site is not None:
        columns["site"][row], columns["x"][row], columns["y"][row] = site, territory.sites.x[site], territory.sites.y[site]
    order = np.lexsort((columns["id"], columns["at"]))
    return replace(tape, incidents=Incidents(**{name: column[order] for name, column in columns.items()}))


def _row(rows: Incidents, id: int) -> int:
    found = np.flatnonzero(rows.id == id)
    if not len(found):
        raise InputError(f"no incident of the tape has the id {id}")
    return int(found[0])


def _known(ids: Ints, known: Ints) -> Ints:
    """Ids of rows that are there; -1 for the others."""
    return np.where(np.isin(ids, known), ids, -1)
