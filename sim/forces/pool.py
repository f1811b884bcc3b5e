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
    territory: Territory, staffing: StaffingSettings, given: list[object], needs: tuple[Ints, Floats], by_area: Ints | None = None
) -> Ints:
    """Mobilised heads (areas, forces): each force's number by largest remainder on what its areas need.

    ``by_area`` (areas, forces) are heads that an area has whatever it needs (below 0: its share of the others). Raises
    ``InputError`` where an area or a force has fewer heads than its plan needs.
    """
    need, at = needs[0].reshape(-1, len(territory.forces)), needs[1].reshape(-1, len(territory.forces))
    shared = np.full(need.shape, -1, dtype=np.int64) if by_area is None else by_area.copy()
    _check_areas(territory, staffing, shared, (need, at))
    for column, heads in enumerate(given):
        free = shared[:, column] < 0
        least, own = int(need[free, column].sum()), int(shared[~free, column].sum())
        total = least + own if heads is None else int(np.floor(float(heads) * staffing.staffing_factor + 0.5))  # type: ignore[arg-type]
        if not free.any():
            continue
        if total - own < least:
            raise InputError(_too_few(territory, staffing, column, total, (need, at)))
        weights = need[free, column] if least else territory.populations[free]
        weights = weights if weights.sum() > 0 else np.ones(int(free.sum()))
        shared[free, column] = apportion(total - own, weights.astype(float))
    return shared


def _check_areas(territory: Territory, staffing: StaffingSettings, given: Ints, needs: tuple[Ints, Floats]) -> None:
    """Raise ``InputError`` for the area that lacks most of its own heads."""
    need, at = needs
    missing = np.where(given >= 0, need - given, 0)
    if not (missing > 0).any():
        return
    area, force = (int(i) for i in np.unravel_index(int(missing.argmax()), missing.shape))
    others = int((missing > 0).sum()) - 1
    raise InputError(
        f"ledger: {missing[area, force]} heads are missing in {area_label(territory, area)}, {territory.forces[force]}, "
        f"at {format_time(float(at[area, force]))}: {given[area, force]} are mobilised there, the plan needs {need[area, force]} "
        f"with {staffing.shifts.rest_time / HOUR:g} h of rest{f' ({others} more such areas)' if others else ''}"
    )


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
