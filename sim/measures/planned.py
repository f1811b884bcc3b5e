"""Planned tasks: escorts, sweeps and tours by class, area and force; which were covered, how long they waited, what they
cost the general duty."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.classes import GROUPS
from sim.measures.day import IS_BUSY, Day, Floats, Ints
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import STATUSES, IncidentTable
from sim.measures.summary import quantile

COLUMNS = (
    "class", "area", "force", "tasks", "covered", "uncovered", "by_guard", "wait_mean", "wait_p90", "unit_hours",
    "legs_covered", "legs_uncovered",
)  # fmt: skip


def planned_table(day: Day, table: IncidentTable) -> Table:
    """One row for each class, area and force that has a planned task."""
    classes, territory = day.scenario.classes, day.scenario.territory
    mine = table.take(table.group == GROUPS.index("planned"))
    hours, wanted, done = tied_hours(day)[mine.row], _legs_wanted(day)[mine.row], legs_done(day)[mine.row]
    cells, index = np.unique(np.column_stack((mine.cls, mine.area, mine.force)), axis=0, return_inverse=True)
    lapsed, guarded = mine.status == STATUSES.index("lapsed"), mine.status == STATUSES.index("handled")
    rows: list[dict[str, Cell]] = []
    for number, (cls, area, force) in enumerate(cells.tolist()):
        here = index.ravel() == number
        waits = mine.full_package_time[here & np.isfinite(mine.full_package_time)]
        rows.append(
            {
                "class": classes[cls].name,
                "area": territory.area_codes[area],
                "force": territory.forces[force],
                "tasks": int(here.sum()),
                "covered": int((here & np.isfinite(mine.full_package_time)).sum()),
                "uncovered": int((here & lapsed).sum()),
                "by_guard": int((here & guarded).sum()),
                "wait_mean": float(waits.mean()) if len(waits) else None,
                "wait_p90": quantile(waits, 0.9),
                "unit_hours": float(hours[here].sum() / HOUR),
                "legs_covered": int(done[here].sum()),
                "legs_uncovered": int(wanted[here & lapsed].sum()),
            }
        )
    return {name: [row[name] for row in rows] for name in COLUMNS}


def planned_figures(planned: Table, rallies: Table) -> dict[str, Cell]:
    """Figures of all planned tasks and sweeps for the headline; no data where there are none."""

    def total(name: str) -> float:
        return float(sum(planned[name]))  # type: ignore[arg-type]

    swept = [value for value in rallies["hall_swept"] if value is not None]
    delays = [float(value) for value in rallies["doors_delay"] if value is not None]
    some = bool(planned["tasks"])
    return {
        "planned_covered": total("covered") / total("tasks") if some else None,
        "planned_hours": total("unit_hours") if some else None,
        "halls_unswept": swept.count(False) if swept else None,
        "doors_delay_mean": sum(delays) / len(delays) if delays else None,
    }


def tied_hours(day: Day) -> Floats:
    """Unit seconds spent on each incident of the tape, from the dispatch of each unit until it is free; (incidents,)."""
    intervals = day.intervals
    busy = IS_BUSY[intervals.status] & (day.task[intervals.record] >= 0)
    spent = (intervals.end - intervals.begin)[busy]
    return np.bincount(day.task[intervals.record[busy]], spent, minlength=len(day.tape.incidents)).astype(np.float64)


def legs_done(day: Day) -> Ints:
    """Legs that the package of each incident reached the end of; (incidents,)."""
    reached, size = day.records("leg_reached"), len(day.tape.incidents)
    slots = np.array([max(len(c.slots), 1) for c in day.scenario.classes], dtype=np.int64)[day.tape.incidents.cls]
    count = np.bincount(day.task[reached], minlength=size)
    return np.asarray(count // slots)


def _legs_wanted(day: Day) -> Ints:
    legs, ids = day.tape.legs, day.tape.incidents.id
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids, legs.task, sorter=order)] if len(legs) else legs.task
    return np.bincount(rows, minlength=len(ids))


ENTRIES = entries(
    "planned",
    ("tasks", "count", "Planned tasks that came due"),
    ("covered", "count", "Planned tasks whose whole package came"),
    ("uncovered", "count", "Planned tasks that lapsed: nobody was sent in time, or no unit can serve them"),
    ("by_guard", "count", "Trips with ballot boxes that the fixed team of their first centre escorted in place of a unit"),
    ("wait_mean", "s", "Mean wait from the planned moment until the whole package is there", "complete_at - reported_at"),
    ("wait_p90", "s", "90th percentile of that wait"),
    ("unit_hours", "h", "Unit hours withdrawn from general duty, from dispatch until free"),
    ("legs_covered", "count", "Legs whose end the package reached"),
    ("legs_uncovered", "count", "Legs of tasks that lapsed"),
) + entries(
    "headline",
    ("planned_covered", "share", "Share of the planned tasks (escorts, sweeps, tours) whose whole package came"),
    ("planned_hours", "h", "Unit hours withdrawn from general duty by planned tasks"),
    ("halls_unswept", "count", "Halls whose doors opened without a search"),
    ("doors_delay_mean", "s", "Mean delay of the doors of halls that must be searched"),
)
