"""How many heads a plan needs when everybody rests after a shift, and how the mobilised heads are shared among
areas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.clock import HOUR, format_time
from sim.errors import InputError
from sim.forces.roster import ShiftTable
from sim.settings.forces import StaffingSettings
from sim.territory.apportion import apportion
from sim.territory.calendar import area_label
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def heads_needed(shifts: ShiftTable, cell: Ints, cells: int, rest_time: float) -> tuple[Ints, Floats]:
    """Fewest heads that can work all shifts of each cell, and the moment that decides, both (cells,).

    A head is taken from the start of a shift until ``rest_time`` after its end. Intervals that do not overlap can share
    one head, and the fewest heads for a set of intervals is their greatest overlap (interval graphs are perfect), which
    is reached when a shift starts.
    """
    need, at = np.zeros(cells, dtype=np.int64), np.zeros(cells)
    owner = cell[shifts.unit]
    for moment in np.unique(shifts.start):
        taken = (shifts.start <= moment) & (moment < shifts.end + rest_time)
        heads = np.bincount(owner[taken], weights=shifts.heads[taken], minlength=cells).astype(np.int64)
        at = np.where(heads > need, moment, at)
        need = np.maximum(need, heads)
    return need, at


def share_heads(
    territory: Territory, staffing: StaffingSettings, given: list[object], needs: tuple[Ints, Floats]
) -> Ints:
    """Mobilised heads (areas, forces): each force's number by largest remainder on what its areas need.

    Raises ``InputError`` where a force has fewer heads than its plan needs.
    """
    need, at = needs[0].reshape(-1, len(territory.forces)), needs[1].reshape(-1, len(territory.forces))
    shared = np.zeros(need.shape, dtype=np.int64)
    for column, heads in enumerate(given):
        least = int(need[:, column].sum())
        total = least if heads is None else int(np.floor(float(heads) * staffing.staffing_factor + 0.5))  # type: ignore[arg-type]
        if total < least:
            raise InputError(_too_few(territory, staffing, column, total, (need, at)))
        weights = need[:, column] if least else territory.populations
        weights = weights if weights.sum() > 0 else np.ones(len(need))
        shared[:, column] = apportion(total, weights.astype(float))
    return shared


def _too_few(
    territory: Territory, staffing: StaffingSettings, force: int, total: int, needs: tuple[Ints, Floats]
) -> str:
    need, at = needs[0][:, force], needs[1][:, force]
    missing = need - np.floor(total * need / need.sum()).astype(np.int64)
    worst = int(missing.argmax())
    name, rest = territory.forces[force], staffing.shifts.rest_time / HOUR
    return (
        f"staffing.mobilised.{name}: {total} heads, but the plan needs {need.sum()} with {rest:g} h of rest\n"
        f"{need.sum() - total} are missing, {missing[worst]} of them in {area_label(territory, worst)} "
        f"at {format_time(at[worst])}: plan fewer posts or patrols (…_factor below 1) or mobilise more"
    )
