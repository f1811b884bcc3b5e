"""The count of every polling centre, as the tape holds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.given import check

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Counts:
    """The count of each polling centre; arrays (centres,).

    ``site``: position in ``Territory.sites``, rising; ``votes`` cast there; ``queue_time``: seconds after the closing until
    those in line have voted; ``count_time``: seconds from then until the last office is done.
    """

    site: Ints
    votes: Ints
    queue_time: Floats
    count_time: Floats

    def __len__(self) -> int:
        return len(self.site)


def no_counts() -> Counts:
    """Counts of a tape on which nobody counts."""
    none = np.zeros(0, dtype=np.int64)
    return Counts(none, none, np.zeros(0), np.zeros(0))


def check_counts(rows: Counts, offices: Ints) -> None:
    """Raise ``InputError`` for the count of a site without offices (``offices`` by site), counted twice or of no length."""
    check("tape: count site", rows.site, (rows.site >= 0) & (rows.site < len(offices)), f"0 to {len(offices) - 1}")
    check("tape: offices at the count", offices[rows.site], offices[rows.site] > 0, "1 or more")
    if np.any(np.diff(rows.site) <= 0):
        raise InputError("tape: counts must be in order of their sites, each once")
    for name in ("votes", "queue_time", "count_time"):
        column = getattr(rows, name)
        check(f"tape: {name}", column, np.isfinite(column) & (column >= 0), "0 or more")
