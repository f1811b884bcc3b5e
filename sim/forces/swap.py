"""Equal-heads swaps: heads of one task used differently on polling day, in the same area, force and hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.forces.plan import Rows
from sim.forces.roster import POLLING
from sim.forces.spread import per_group, rounded
from sim.territory.apportion import apportion

Ints = NDArray[np.int64]



@dataclass(frozen=True, eq=False)
class Moved:
    """What a swap did, by force: ``heads`` of the ``pool`` moved into ``units`` new crews; ``left`` heads stay because they fill
    no crew."""

    heads: Ints
    units: Ints
    left: Ints
    pool: Ints


def swap(rows: Rows, share: float, crew: int, forces: int, cells: int) -> tuple[Rows, Ints, Moved]:
    """Take ``share`` of the polling-day heads of ``rows`` in each force, as whole crews by largest remainder over
    areas.

    Returns the rows with fewer heads (evenly, fractions carried along the rows), the new units (cells,), and the
    account.
    """
    heads = per_group(rows.heads[:, POLLING].astype(float), rows.cell, cells)
    by_force = heads.reshape(-1, forces)
    wanted = np.floor(by_force.sum(axis=0) * share + 1e-6).astype(np.int64)
    new = np.zeros(by_force.shape, dtype=np.int64)
    for force in np.flatnonzero(wanted >= crew):
        most = (by_force[:, force] // crew).astype(np.int64)
        total = min(int(wanted[force]) // crew, int(most.sum()))
        new[:, force] = apportion(total, by_force[:, force], high=most)
    units = new.sum(axis=0)
    given = new.ravel() * crew
    part = np.divide(given, heads, out=np.zeros(cells), where=heads > 0)[rows.cell]
    less = rows.heads.copy()
    less[:, POLLING] -= rounded(np.asarray(rows.heads[:, POLLING] * part, dtype=np.float64), rows.cell)
    pool = np.asarray(by_force.sum(axis=0)).astype(np.int64)
    return replace(rows, heads=less), new.ravel(), Moved(units * crew, units, wanted - units * crew, pool)
