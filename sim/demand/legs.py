"""Legs of planned tasks: where a package goes on to after its scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.given import check

if TYPE_CHECKING:
    from sim.demand.tape import Incidents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Legs:
    """Where the package of a planned task goes on to after its scene, in order of (task, order); arrays (legs,).

    ``task``: id of the incident; ``order``: 1, 2, 3 … within it; ``site``: position in ``Territory.sites``; ``hold_time``:
    seconds at that place.
    """

    task: Ints
    order: Ints
    site: Ints
    hold_time: Floats

    def __len__(self) -> int:
        return len(self.task)

    def by_task(self) -> dict[int, tuple[tuple[int, float], ...]]:
        """(site, hold_time) of the legs of each task, in order."""
        found: dict[int, list[tuple[int, float]]] = {}
        for task, site, hold in zip(self.task.tolist(), self.site.tolist(), self.hold_time.tolist(), strict=True):
            found.setdefault(task, []).append((site, hold))
        return {task: tuple(rows) for task, rows in found.items()}


def legs(task: Ints, order: Ints, site: Ints, hold_time: Floats) -> Legs:
    """Build legs from columns, sorted by (task, order)."""
    tasks, orders, sites = (np.asarray(column, dtype=np.int64) for column in (task, order, site))
    rank = np.lexsort((orders, tasks))
    return Legs(tasks[rank], orders[rank], sites[rank], np.asarray(hold_time, dtype=np.float64)[rank])


def check_legs(rows: Legs, incidents: Incidents, sites: int) -> None:
    """Raise ``InputError`` for legs of no task, out of order, to no site, or of a task that also conveys."""
    check("tape: leg site", rows.site, (rows.site >= 0) & (rows.site < sites), f"0 to {sites - 1}")
    check("tape: leg hold_time", rows.hold_time, np.isfinite(rows.hold_time) & (rows.hold_time >= 0.0), "0 or more")
    known = np.isin(rows.task, incidents.id)
    if not known.all():
        raise InputError(f"tape: a leg belongs to incident {rows.task[~known][0]}, which is not on the tape")
    first = np.r_[True, rows.task[1:] != rows.task[:-1]] if len(rows) else np.zeros(0, dtype=np.bool_)
    expected = np.arange(len(rows)) - np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0)) + 1
    if wrong := rows.task[rows.order != expected].tolist():
        raise InputError(f"tape: the legs of incident {wrong[0]} must be numbered 1, 2, 3 …, each once")
    conveys = np.isin(incidents.id, rows.task) & (incidents.convey_to >= 0)
    if conveys.any():
        raise InputError(f"tape: incident {incidents.id[conveys][0]} has both legs and convey_to; give one of them")


def no_legs() -> Legs:
    """Legs of a tape without planned tasks."""
    none = np.zeros(0, dtype=np.int64)
    return Legs(none, none, none, np.zeros(0))
