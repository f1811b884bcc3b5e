"""Units whose numbers the plan gives by area, in place of a count that follows from centres or inhabitants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.forces.spread import Centres
from sim.settings.forces import StaffingSettings
from sim.territory.calendar import area_label, area_positions
from sim.territory.sites import Territory

Floats = NDArray[np.float64]


def placed_units(kind: str, territory: Territory, centres: Centres, staffing: StaffingSettings) -> Floats:
    """Units of ``kind`` by cell (area x forces + force); NaN where the plan gives none and the usual count holds.

    Raises ``InputError`` for an unknown force or area, and for units where their force holds no centre to start from.
    """
    units, forces = np.full(centres.cells, np.nan), len(territory.forces)
    held = np.bincount(centres.cell, minlength=centres.cells)
    for force, kinds in staffing.placed.items():
        where = f"staffing.placed.{force}"
        if force not in (*territory.forces, "police", "gendarmerie"):
            known = ", ".join(territory.forces)
            raise InputError(f"{where}: no such force{nearest(force, territory.forces)}; forces are {known}")
        if kind not in kinds or force not in territory.forces:
            continue
        column, counts = territory.forces.index(force), kinds[kind]
        units[column::forces] = 0.0
        for key, area in area_positions(territory, counts, f"{where}.{kind}").items():
            if counts[key] and not held[area * forces + column]:
                place = area_label(territory, area)
                raise InputError(f"{where}.{kind}: the {force} holds no centre in {place}, so none to start from")
            units[area * forces + column] = counts[key]
    return units
