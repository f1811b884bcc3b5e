"""``incidents.csv``: one row per incident with who came and every time stamp, for people and their own tools."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sim.measures.day import Day, Floats, cells, first_of, rows_of
from sim.measures.entry import Table, entries
from sim.measures.response import PARTS, IncidentTable, incident_table
from sim.measures.summary import incident_cells
from sim.names import Names, named

COLUMNS = (
    "id", "site", "class", "priority", "status", "unit", "units",
    "occurred_at", "reported_at", "processed_at", "dispatched_at", "departed_at", "arrived_at", "complete_at",
    "conveying_at", "conveyed_at", "handed_over_at", "cleared_at", "closed_at",
    *PARTS, "response_time", "full_package_time", "target_time",
    "group", "force", "area", "fabric", "hour",
)  # fmt: skip


@dataclass
class _Moments:
    """Moments of the unit that arrived first, per row of the table, NaN where there is none."""

    day: Day
    table: IncidentTable

    def of_first_unit(self, kind: str) -> tuple[Floats, Floats]:
        """Moment and value of the first record of one kind by the unit that arrived first, each (incidents,)."""
        day, table = self.day, self.table
        records = day.records(kind)
        place = rows_of(table.row, day.task[records])
        ours = (place >= 0) & (day.columns["unit"][records] == table.unit[np.maximum(place, 0)])
        records, place = records[ours], place[ours]
        return first_of(place, day.time[records], len(table)), first_of(place, day.value[records], len(table))


def incident_rows(day: Day, names: Names) -> Table:
    """The table of ``COLUMNS``: moments in seconds from 00:00 of polling day, None where there is none.

    ``unit`` arrived first, ``units`` is every unit that arrived, in order, separated by ``|``; ``departed_at`` to
    ``cleared_at`` are those of the first unit.
    """
    table = incident_table(day)
    moments = _Moments(day, table)
    conveying_at, _ = moments.of_first_unit("conveying")
    conveyed_at, handover_time = moments.of_first_unit("handed_over")
    arrived = _arrivals(day, table, names)
    times = {
        "arrived_at": table.first_arrival_at,
        "departed_at": table.dispatched_at + table.mobilisation_time,
        "conveying_at": conveying_at,
        "conveyed_at": conveyed_at,
        "handed_over_at": conveyed_at + handover_time,
        "cleared_at": moments.of_first_unit("cleared")[0],
    }
    rows = incident_cells(day) | {name: cells(values) for name, values in times.items()}
    rows |= {
        "id": named(rows["id"], names.incidents),
        "site": named(rows["site"], names.sites),
        "unit": named(rows["unit"], names.units),
        "units": [names.list_of(arrived[row]) if row in arrived else None for row in table.row.tolist()],
    }
    return {name: rows[name] for name in COLUMNS}


def _arrivals(day: Day, table: IncidentTable, names: Names) -> dict[int, list[str | int]]:
    """Names of the units that arrived, in order, by row of the tape."""
    found: dict[int, list[str | int]] = defaultdict(list)
    records = day.records("arrived")
    for task, unit in zip(day.task[records].tolist(), day.columns["unit"][records].tolist(), strict=True):
        found[task].append(names.unit(unit))
    return found


ENTRIES = entries(
    "incidents.csv",
    ("units", "ids", "Every unit that arrived, in order of arrival, separated by |"),
    ("departed_at", "s", "Moment the unit that arrived first began to drive", "dispatched_at + mobilisation_time"),
    ("arrived_at", "s", "Moment the first mobile unit reached the scene"),
    ("conveying_at", "s", "Moment the first unit left the scene for the place of hand-over"),
    ("conveyed_at", "s", "Moment the first unit reached the place of hand-over"),
    ("handed_over_at", "s", "Moment the first unit was done with the hand-over"),
    ("cleared_at", "s", "Moment the first unit was free again"),
)
