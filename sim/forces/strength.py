"""The plan as heads by area, force, kind of unit and shift: what ``staffing.heads`` would have to say to give it again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.forces.kinds import KIND, KINDS
from sim.forces.roster import PERIODS, ShiftTable, build_roster
from sim.forces.rounds import PATROLS
from sim.forces.shifts import Planned
from sim.settings.forces import PatrolSettings, StaffingSettings
from sim.territory.calendar import Calendar

Ints = NDArray[np.int64]


def heads_by_shift(
    table: Planned, shifts: ShiftTable, calendar: Calendar, staffing: StaffingSettings, patrol: PatrolSettings, cells: int
) -> Ints:
    """Heads on duty of the regular units, (kinds, cells, 4): in the busiest hour of each kind of shift."""
    regular = np.flatnonzero(table.arrival < 0)
    heads = np.zeros((len(KINDS), cells, len(PERIODS)), dtype=np.int64)
    np.add.at(heads, (table.kind[regular], table.cell[regular]), table.heads[regular])
    if patrol.by_phase:
        rows = [KIND[kind] for kind in PATROLS]
        heads[rows] = _busiest(table, shifts, build_roster(calendar, staffing.shifts).kind, cells)[rows]
    return heads


def check_patrols(table: Planned, heads: Ints) -> None:
    """Raise ``InputError`` for patrols that are on duty in no shift: ``heads`` by shift could not say that they are there."""
    rows = [KIND[kind] for kind in PATROLS]
    full = np.zeros(heads.shape[:2], dtype=np.int64)
    regular = np.flatnonzero(table.arrival < 0)
    np.add.at(full, (table.kind[regular], table.cell[regular]), table.heads[regular].max(axis=1))
    if (heads[rows].max(axis=2) != full[rows]).any():
        raise InputError("patrol.by_phase: some patrols are on duty in no phase; a plan of heads by shift needs one with 1.0")


def _busiest(table: Planned, shifts: ShiftTable, period_kind: Ints, cells: int) -> Ints:
    """Most heads at once of each kind and cell in each kind of period, (kinds, cells, 4), from the shifts."""
    most = np.zeros((len(KINDS), cells, len(PERIODS)), dtype=np.int64)
    mine = np.flatnonzero(np.isin(table.kind[shifts.unit], [KIND[kind] for kind in PATROLS]) & (table.arrival[shifts.unit] < 0))
    forces = cells // len(period_kind)
    unit, period = shifts.unit[mine], shifts.period[mine]
    kind, cell = table.kind[unit], table.cell[unit]
    group, number = np.unique(np.column_stack((kind, cell, period)), axis=0, return_inverse=True)
    edges = np.unique(np.concatenate((shifts.start[mine], shifts.end[mine])))
    change = np.zeros((len(group), len(edges)), dtype=np.int64)
    for edge, sign in ((shifts.start, 1), (shifts.end, -1)):
        np.add.at(change, (number.ravel(), np.searchsorted(edges, edge[mine])), sign * shifts.heads[mine])
    peak = np.cumsum(change, axis=1).max(axis=1, initial=0)
    code = period_kind[group[:, 1] // forces, group[:, 2]]
    np.maximum.at(most, (group[:, 0], group[:, 1], code), peak)
    return most
