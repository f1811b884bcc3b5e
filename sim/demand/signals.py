"""Signals of the day on the tape: warnings of disturbances, true or false, and rumours that draw people together.

Both are aggregate: a place and a time, never a person. An incident that was warned of, or that would come out of a rumour,
names it as its ``parent`` and carries the bit of its cause in ``thinning``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.given import check

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = TypeVar("Rows", "Warnings", "Rumours")


@dataclass(frozen=True, eq=False)
class Warnings:
    """Warnings in order of (at, id); arrays (warnings,).

    ``at``: moment at which one agency knows; ``due_at``: moment at which the disturbance would begin; ``site``: place for a
    presence; ``presence``: id of the planned task that the presence would be (-1: none), a candidate with the bit ``warning``.
    A warning is true if any other incident of the tape has it as ``parent`` with that bit, else false.
    """

    id: Ints
    at: Floats
    due_at: Floats
    site: Ints
    presence: Ints

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Rumours:
    """Rumours in order of (at, id); arrays (rumours,).

    ``start`` people at ``site`` at the moment ``at``, twice as many after every ``doubling_time`` until there are ``peak``;
    after ``life_time`` they have gone home.
    """

    id: Ints
    at: Floats
    site: Ints
    start: Floats
    doubling_time: Floats
    peak: Floats
    life_time: Floats

    def __len__(self) -> int:
        return len(self.id)

    @property
    def end_at(self) -> Floats:
        """Moments at which the crowds have gone home."""
        return self.at + self.life_time


def make_rows(kind: type[Rows], **columns: object) -> Rows:
    """Rows of one kind from columns of equal length, sorted by (at, id)."""
    order = np.lexsort((np.asarray(columns["id"]), np.asarray(columns["at"])))
    whole = ("id", "site", "presence")
    return kind(**{n: np.asarray(c, dtype="i8" if n in whole else "f8")[order] for n, c in columns.items()})


def no_rows(kind: type[Rows]) -> Rows:
    """No row of one kind."""
    return make_rows(kind, **{f.name: [] for f in fields(kind)})


def join_rows(kind: type[Rows], parts: list[Rows]) -> Rows:
    """Several tables as one. Raises ``InputError`` for an id that is used in two of them."""
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in (no_rows(kind), *parts)]) for f in fields(kind)}
    ids, counts = np.unique(columns["id"], return_counts=True)
    if np.any(counts > 1):
        name = kind.__name__.lower().removesuffix("s")
        raise InputError(f"tapes cannot be merged: {name} id {ids[counts > 1][0]} is in both; renumber one of them")
    return make_rows(kind, **columns)


def check_signals(warnings: Warnings, rumours: Rumours, sites: int) -> None:
    """Raise ``InputError`` for ids given twice, unknown places, and times and people that cannot be."""
    for word, rows in (("warning", warnings), ("rumour", rumours)):
        ids, counts = np.unique(rows.id, return_counts=True)
        if np.any(counts > 1):
            raise InputError(f"tape: the {word} id {ids[counts > 1][0]} is given more than once")
        check(f"tape: {word} site", rows.site, (rows.site >= 0) & (rows.site < sites), f"0 to {sites - 1}")
        check(f"tape: {word} at", rows.at, np.isfinite(rows.at), "finite numbers")
    check("tape: warning due_at", warnings.due_at, warnings.due_at >= warnings.at, "not before the warning itself")
    for name in ("start", "doubling_time", "peak", "life_time"):
        column = getattr(rumours, name)
        check(f"tape: rumour {name}", column, np.isfinite(column) & (column > 0.0), "above 0")
