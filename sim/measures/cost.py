"""What security costs, by area and by force: minutes and stops of citizens, and officer-hours of every task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.clock import HOUR
from sim.measures.day import Day, Floats, Ints, cell, rows_of
from sim.measures.entry import Cell, Table, entries
from sim.measures.rallies import door_officers

AT_GATES = ("minutes_lost_checkpoints", "vehicles_stopped", "false_alarms")
AT_DOORS = ("minutes_lost_rallies",)


def burden_by_area(day: Day, checkpoints: Table, rallies: Table) -> Table:
    """The burden on citizens in each area that has a site."""
    territory = day.scenario.territory
    return _burden_by(day, checkpoints, rallies, "area", territory.sites.area, territory.area_codes)


def burden_by_force(day: Day, checkpoints: Table, rallies: Table) -> Table:
    """The burden on citizens in the jurisdiction of each force that has a site."""
    territory = day.scenario.territory
    return _burden_by(day, checkpoints, rallies, "force", territory.sites.force, territory.forces)


def _burden_by(
    day: Day, checkpoints: Table, rallies: Table, name: str, code: Ints, names: Sequence[str]
) -> Table:
    present = np.unique(code)
    sums = {column: _sums(day, checkpoints, column, code, len(names)) for column in AT_GATES}
    sums |= {column: _sums(day, rallies, column, code, len(names)) for column in AT_DOORS}
    lost = sums["minutes_lost_checkpoints"] + sums["minutes_lost_rallies"]
    out: Table = {name: [names[one] for one in present.tolist()], "minutes_lost": lost[present].tolist()}
    out |= {column: values[present].tolist() for column, values in sums.items()}
    return out | {"officers_near_doors": [door_officers(day, code == one) for one in present.tolist()]}


def _sums(day: Day, table: Table, column: str, code: Ints, size: int) -> Floats:
    """Sum of one column of a table with one row per site, by the code of the site, shape (size,)."""
    rows = rows_of(day.scenario.territory.sites.id, np.array(table["site"], dtype=np.int64))
    values = np.array([value or 0.0 for value in table[column]], dtype=np.float64)
    return np.asarray(np.bincount(code[rows], values, size), dtype=np.float64)


def officer_hours(day: Day) -> Table:
    """Officer-hours on duty by area, force and task, from the records of who came on duty, was relieved and left."""
    units, territory = day.scenario.units, day.scenario.territory
    record = day.records("on_duty", "relieved", "off_duty")
    record = record[day.unit[record] >= 0]
    record = record[np.argsort(day.unit[record], kind="stable")]
    unit, begin = day.unit[record], day.time[record]
    end = np.full(len(record), day.end)
    same = unit[1:] == unit[:-1]
    end[:-1][same] = begin[1:][same]
    left = np.isin(record, day.records("off_duty"))
    hours = np.where(left, 0.0, day.value[record] * (end - begin)) / HOUR
    key = (units.area[unit] * len(territory.forces) + units.force[unit]) * len(units.tasks) + units.task[unit]
    present, row = np.unique(key, return_inverse=True)
    place, task = np.divmod(present, len(units.tasks))
    area, force = np.divmod(place, len(territory.forces))
    columns: dict[str, list[Cell]] = {
        "area": [territory.area_codes[one] for one in area.tolist()],
        "force": [territory.forces[one] for one in force.tolist()],
        "task": [units.tasks[one] for one in task.tolist()],
    }
    return columns | {"officer_hours": [cell(total) for total in np.bincount(row, hours, len(present)).tolist()]}


ENTRIES = entries(
    "officer_hours",
    ("task", "name", "What units are planned for, as in the force ledger: posts, patrol, checkpoints, reserve …"),
    (
        "officer_hours",
        "officer-h",
        "Hours officers were on duty, from the records: heads of every unit between coming on duty, relief and leaving",
        "sum over units of heads x time on duty",
    ),
)
