"""Phases: when each ruled in each area, who stood there and what came, and the phase of every record."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.classes import GROUPS
from sim.measures.day import Day, Floats, Ints, cell, per_day
from sim.measures.entry import Table, entries
from sim.measures.response import STATUSES, IncidentTable
from sim.trace import CODE

AREA_KINDS = ("phase_started", "alert_changed", "extension_requested", "extension_refused", "voting_extended")
"""Records whose area is one of the territory, not a dispatch area."""


@per_day
def record_areas(day: Day) -> Ints:
    """Area of the territory in which each record takes place, (records,); -1 for the few that have no place."""
    sites, kinds = day.scenario.territory.sites, [CODE[kind] for kind in AREA_KINDS]
    site, area = day.columns["site"].astype(np.int64), day.columns["area"].astype(np.int64)
    forces = 1 if day.scenario.dispatch.command == "joint" else len(day.scenario.territory.forces)
    of_room = np.where(np.isin(day.kind, kinds), area, area // forces)
    return np.where(site >= 0, sites.area[site], np.where(area >= 0, of_room, -1))


def record_phases(day: Day) -> Ints:
    """Phase of each record, a code into the calendar's phases, (records,): that of its area at its moment; without a place
    the earliest that still rules anywhere."""
    starts, areas = day.scenario.calendar.starts, record_areas(day)
    return np.asarray(phases_at(np.vstack((starts, starts.max(axis=0))), areas, day.time))


def phases_at(starts: Floats, area: Ints, at: Floats) -> Ints:
    """Position of the phase that rules in each ``area`` (row of ``starts``) at each moment; same shape."""
    begun = np.zeros(len(at), dtype=np.int64)
    for start in starts.T:
        begun += start[area] <= at
    return np.maximum(begun - 1, 0)


def phase_table(day: Day, table: IncidentTable) -> Table:
    """One row for each area and phase of some length: its times, records, incidents and officers."""
    calendar, codes = day.scenario.calendar, day.scenario.territory.area_codes
    begin = np.minimum(calendar.starts, day.end)
    end = np.minimum(np.column_stack((begin[:, 1:], np.full(len(begin), day.end))), day.end)
    areas, shape = record_areas(day), begin.shape
    placed = areas >= 0
    records = _per_phase(areas[placed], record_phases(day)[placed], shape)
    came = table.take(table.status != STATUSES.index("prevented"))
    phase = phases_at(calendar.starts, came.area, came.occurred_at)
    election = came.group == GROUPS.index("election")
    incidents = [_per_phase(came.area[rows], phase[rows], shape) for rows in (election, ~election)]
    hours = _officer_hours(day, begin, end)
    rows = [(a, p) for a in range(shape[0]) for p in range(shape[1]) if end[a, p] > begin[a, p]]
    at = tuple(np.array(rows, dtype=np.int64).reshape(-1, 2).T)
    return {
        "area": [codes[a] for a, _ in rows],
        "phase": [calendar.phases[p] for _, p in rows],
        "start_at": [cell(value) for value in begin[at]],
        "end_at": [cell(value) for value in end[at]],
        "phase_records": records[at].tolist(),
        "election_incidents": incidents[0][at].tolist(),
        "other_incidents": incidents[1][at].tolist(),
        "officers_on_duty": [cell(value) for value in (hours[at] * HOUR / (end - begin)[at])],
    }


def _per_phase(area: Ints, phase: Ints, shape: tuple[int, ...]) -> Ints:
    return np.bincount(area * shape[1] + phase, minlength=shape[0] * shape[1]).reshape(shape)


def _officer_hours(day: Day, begin: Floats, end: Floats) -> Floats:
    """Officer-hours of all units of an area in each of its phases, (areas, phases), from the records of duty."""
    record = day.records("on_duty", "relieved", "off_duty")
    record = record[np.argsort(day.unit[record], kind="stable")]
    unit, start = day.unit[record], day.time[record]
    stop = np.full(len(record), day.end)
    same = unit[1:] == unit[:-1]
    stop[:-1][same] = start[1:][same]
    heads = np.where(day.kind[record] == CODE["off_duty"], 0.0, day.value[record])
    area = day.scenario.units.area[unit]
    hours = np.zeros(begin.shape)
    for phase in range(begin.shape[1]):
        held = np.minimum(stop, end[area, phase]) - np.maximum(start, begin[area, phase])
        hours[:, phase] = np.bincount(area, heads * np.maximum(held, 0.0), minlength=len(begin)) / HOUR
    return hours


def check_phases(day: Day) -> None:
    """I14: in every area the phases start in order, each at the moment that the calendar and the decisions of the electoral
    authority give it, and no vote is prolonged after its closing. Raises ``AssertionError``."""
    calendar, record = day.scenario.calendar, day.records("phase_started")
    area, phase = day.columns["area"][record].astype(np.int64), day.value[record].astype(np.int64)
    off = np.flatnonzero(np.abs(day.time[record] - calendar.starts[area, phase]) > 1e-6)
    assert len(off) == 0, f"I14: phase {phase[off[:1]]} of area {area[off[:1]]} starts at {day.time[record[off[:1]]]} s"
    order = np.argsort(area, kind="stable")
    same = area[order][1:] == area[order][:-1]
    back = np.flatnonzero(same & (np.diff(phase[order]) <= 0))
    assert len(back) == 0, f"I14: the phases of area {area[order][back[:1]]} are out of order"
    due = (calendar.starts >= calendar.begin) & (calendar.starts < day.end)
    assert due.sum() <= len(record), f"I14: {due.sum()} phases are due, {len(record)} started"
    prolonged = day.records("voting_extended")
    where = day.columns["area"][prolonged].astype(np.int64)
    bad = np.flatnonzero((day.time[prolonged] >= day.value[prolonged]) | (day.value[prolonged] > calendar.closing[where]))
    assert len(bad) == 0, f"I14: area {where[bad[:1]]} is prolonged at {day.time[prolonged[bad[:1]]]} s, after its closing"


ENTRIES = entries(
    "phases",
    ("start_at", "s", "Moment a phase began in the area, with the closing as the electoral authority decided it"),
    ("end_at", "s", "Moment the next phase began, or the end of the run"),
    ("phase_records", "count", "Records of the run in this area and phase"),
    ("election_incidents", "count", "Election incidents that came in this area and phase, prevented ones left out"),
    ("other_incidents", "count", "Other incidents that came: medical cases, the normal service, planned tasks"),
    ("officers_on_duty", "heads", "Mean officers on duty in the area over the phase", "officer-hours / length of the phase"),
)
