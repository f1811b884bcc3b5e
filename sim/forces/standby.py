"""Reinforcement as units: who stands by where, whose heads they are, and when those heads move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.forces.plan import Rows, crew_of
from sim.forces.roster import PERIODS, POLLING, ShiftTable
from sim.forces.spread import Centres, per_group, quantile_rows
from sim.settings.forces import StaffingSettings
from sim.settings.reinforcement import SOURCES, Arrival, ReinforcementSettings
from sim.territory.apportion import apportion
from sim.territory.calendar import Calendar, area_label, area_positions
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Standby:
    """Units that come on duty only as reinforcement; arrays (standby units,), in order of ``unit``.

    ``unit``: row of ``Units``; ``source``: code into ``SOURCES``; ``giver``: area whose heads they are until they leave it;
    ``decided_at``: when the plan decides on them (NaN: on request); ``delay_time`` from then until they are on duty;
    ``duty_time``: how long they stay.
    """

    unit: Ints
    source: Ints
    giver: Ints
    decided_at: Floats
    delay_time: Floats
    duty_time: Floats

    def __len__(self) -> int:
        return len(self.unit)


def no_standby() -> Standby:
    """Nobody stands by."""
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Standby(none_i, none_i, none_i, none_f, none_f, none_f)


def standby_rows(
    territory: Territory, centres: Centres, staffing: StaffingSettings, settings: ReinforcementSettings
) -> list[Rows]:
    """Units of each arrival at bases of the areas they reinforce. Raises ``InputError`` for unknown or empty places."""
    numbered = enumerate(settings.arrivals)
    return [_rows(territory, centres, staffing, one, f"reinforcement.arrivals.{number}") for number, one in numbered]


def _rows(territory: Territory, centres: Centres, staffing: StaffingSettings, arrival: Arrival, where: str) -> Rows:
    if arrival.force not in territory.forces:
        hint = nearest(arrival.force, territory.forces)
        raise InputError(f"{where}.force: no such force '{arrival.force}'{hint}; forces are {', '.join(territory.forces)}")
    forces, code = len(territory.forces), territory.forces.index(arrival.force)
    people = per_group(centres.people, centres.cell, centres.cells).reshape(-1, forces)[:, code]
    count = np.zeros((len(territory.area_codes), forces), dtype=np.int64)
    if arrival.area is None:
        if people.sum() > 0:
            count[:, code] = apportion(arrival.units, people)
    else:
        count[_area(territory, arrival.area, f"{where}.area"), code] = arrival.units
    bare = np.flatnonzero((count[:, code] > 0) & (people == 0))
    if len(bare) or not count.any():
        place = area_label(territory, int(bare[0])) if len(bare) else "the territory"
        raise InputError(f"{where}: {arrival.force} has no centre in {place}, so no base that could take {arrival.kind}")
    row, cell = quantile_rows(centres.people, centres.cell, count.ravel())
    heads = np.zeros((len(cell), len(PERIODS)), dtype=np.int64)
    heads[:, POLLING] = crew_of(arrival.kind, staffing)
    return Rows(arrival.kind, centres.home[row], cell, heads, np.full(len(cell), -1))


def _area(territory: Territory, key: str, where: str) -> int:
    found = area_positions(territory, [key], where)
    if not found:
        raise InputError(f"{where}: area '{key}' is no part of this territory")
    return found[key]


def build_standby(
    territory: Territory, centres: Centres, settings: ReinforcementSettings, arrival: Ints, cell: Ints
) -> Standby:
    """Who stands by: ``arrival`` (units,) is the number of each unit's entry in the settings (-1: regular), ``cell`` its cell.

    Raises ``InputError`` for a neighbour that does not exist.
    """
    unit = np.flatnonzero(arrival >= 0)
    entry = [settings.arrivals[i] for i in arrival[unit].tolist()]
    forces = len(territory.forces)
    area, force = cell[unit] // forces, cell[unit] % forces
    people = per_group(centres.people, centres.cell, centres.cells).reshape(-1, forces)
    givers = [
        _giver(territory, people[:, f], int(a), one, f"reinforcement.arrivals.{i}")
        for a, f, one, i in zip(area, force, entry, arrival[unit].tolist(), strict=True)
    ]
    delays = [settings.delays.get(one.source, 0.0) if one.delay_time is None else one.delay_time for one in entry]
    return Standby(
        unit=unit,
        source=np.array([SOURCES.index(one.source) for one in entry], dtype=np.int64),
        giver=np.array(givers, dtype=np.int64),
        decided_at=np.array([np.nan if one.at is None else one.at for one in entry], dtype=np.float64),
        delay_time=np.array(delays, dtype=np.float64),
        duty_time=np.full(len(unit), settings.duty_time),
    )


def _giver(territory: Territory, people: Floats, area: int, arrival: Arrival, where: str) -> int:
    """The area whose heads come."""
    if arrival.giver is not None:
        return _area(territory, arrival.giver, f"{where}.giver")
    if arrival.source == "in_city":
        return area
    others = territory.neighbours[area] if arrival.source == "neighbour" and area < len(territory.neighbours) else ()
    if arrival.source == "national":
        others = tuple(np.argsort(-people, kind="stable").tolist())
    able = [other for other in others if other != area and people[other] > 0]
    if able:
        return able[0]
    if arrival.source == "national":
        return area
    raise InputError(f"{where}: {area_label(territory, area)} has no neighbour with {arrival.force}; name a giver")


def standby_shifts(standby: Standby, heads: Ints, calendar: Calendar) -> ShiftTable:
    """Shifts of those who are decided on at a moment, inside the calendar; ``heads`` (units,) of every unit."""
    start = standby.decided_at + standby.delay_time
    end = np.minimum(start + standby.duty_time, calendar.end)
    some = np.flatnonzero((end > start) & (start >= calendar.begin))
    unit = standby.unit[some]
    return ShiftTable(unit, start[some], end[some], heads[unit], np.zeros(len(some), dtype=np.int64))


def reserved(standby: Standby, heads: Ints, calendar: Calendar) -> ShiftTable:
    """The heads of those who stand by, kept free all day: they work nothing else."""
    span = np.full(len(standby), calendar.begin), np.full(len(standby), calendar.end)
    return ShiftTable(standby.unit, *span, heads[standby.unit], np.zeros(len(standby), dtype=np.int64))


def need_cells(standby: Standby, cell: Ints, forces: int) -> Ints:
    """The cell whose heads each unit takes, (units,): that of the giver for those who stand by."""
    taken = cell.copy()
    taken[standby.unit] = standby.giver * forces + cell[standby.unit] % forces
    return taken


def check_pool(
    territory: Territory, staffing: StaffingSettings, given: list[object], standby: Standby, heads: Ints, cell: Ints
) -> None:
    """Raise ``InputError`` for a reinforcement that is larger than its whole force."""
    force = cell[standby.unit] % len(territory.forces)
    wanted = np.bincount(force, weights=heads[standby.unit], minlength=len(territory.forces))
    for name, count, total in zip(territory.forces, wanted.astype(int).tolist(), given, strict=True):
        if total is not None and count > float(total) * staffing.staffing_factor:  # type: ignore[arg-type]
            raise InputError(f"reinforcement: {count} heads of {name} are to come, more than the {total} mobilised")
