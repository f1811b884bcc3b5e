"""Reinforcement: who stood by, who was called, how long they took and how many hours they gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import HOUR
from sim.forces.ledger import recorded_spans
from sim.measures.day import Bools, Day, Floats, cell, first_of
from sim.measures.entry import Cell, Table, entries
from sim.settings.reinforcement import SOURCES


@dataclass(frozen=True, eq=False)
class Called:
    """What became of the units that stand by; arrays (standby units,).

    ``sent_at`` and ``came_at``: moments (NaN: never); ``unit_time`` and ``head_time``: seconds and head-seconds on duty.
    """

    sent_at: Floats
    came_at: Floats
    unit_time: Floats
    head_time: Floats

    def take(self, rows: Bools) -> Called:
        """The same for some units only."""
        return Called(*(column[rows] for column in vars(self).values()))


def called(day: Day) -> Called:
    """What became of each unit that stands by, from the records of sending and of duty."""
    standby, size = day.scenario.standby, len(day.scenario.units)
    sent, duty = day.records("reinforcement_sent"), day.records("on_duty")
    spans = recorded_spans(day.columns, day.scenario.units)
    length = np.minimum(spans.end, day.end) - spans.begin
    on = spans.heads > 0
    unit_time = np.bincount(spans.row[on], length[on], size)
    head_time = np.bincount(spans.row[on], (length * spans.heads)[on], size)
    sent_at, came_at = (first_of(day.unit[rows], day.time[rows], size) for rows in (sent, duty))
    columns = (sent_at, came_at, unit_time.astype(np.float64), head_time.astype(np.float64))
    return Called(*(column[standby.unit] for column in columns))


def reinforcement_table(day: Day) -> Table:
    """Reinforcement by area, force and source; no row where nobody stands by."""
    scenario, mine = day.scenario, called(day)
    standby, units = scenario.standby, scenario.units
    area, force = units.area[standby.unit], units.force[standby.unit]
    codes = np.column_stack((area, force, standby.source))
    present = np.unique(codes, axis=0).tolist()
    territory = scenario.territory
    refused = _refused(day)
    names: Table = {
        "area": [territory.area_codes[a] for a, *_ in present],
        "force": [territory.forces[f] for _, f, _ in present],
        "source": [SOURCES[s] for *_, s in present],
    }
    figures = [_figures(mine.take((codes == row).all(axis=1))) for row in present]
    columns = _figures(mine.take(area < 0))
    table: Table = names | {name: [row[name] for row in figures] for name in columns}
    dispatch = [int(scenario.dispatch_area(np.array(a), np.array(f))) for a, f, _ in present]
    return table | {"refused": [refused.get(one, 0) for one in dispatch]}


def _refused(day: Day) -> dict[int, int]:
    """Units asked for in vain, by dispatch area."""
    rows = day.records("reinforcement_refused")
    counts: dict[int, int] = {}
    for area, count in zip(day.columns["area"][rows].tolist(), day.value[rows].tolist(), strict=True):
        counts[area] = counts.get(area, 0) + int(count)
    return counts


def _figures(mine: Called) -> dict[str, Cell]:
    delays = (mine.came_at - mine.sent_at)[np.isfinite(mine.came_at)]
    return {
        "standing_by": len(mine.sent_at),
        "called": int(np.isfinite(mine.sent_at).sum()),
        "came": len(delays),
        "arrival_delay": cell(delays.mean()) if len(delays) else None,
        "reinforcement_hours": float(mine.unit_time.sum() / HOUR),
        "reinforcement_officer_hours": float(mine.head_time.sum() / HOUR),
    }


ENTRIES = entries(
    "reinforcement",
    ("source", "name", "Where the reinforcement comes from: in_city, neighbour or national"),
    ("standing_by", "count", "Units that may come as reinforcement"),
    ("called", "count", "Units that the plan or a request has set on their way"),
    ("came", "count", "Units that have come on duty"),
    ("arrival_delay", "s", "Mean time from being called to being on duty", "mean(on duty - called)"),
    ("reinforcement_hours", "h", "Unit hours of reinforcement on duty"),
    ("reinforcement_officer_hours", "h", "Officer-hours of reinforcement on duty"),
    ("refused", "count", "Units that a request of the dispatch area asked for and that did not stand by"),
)
