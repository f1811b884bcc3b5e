"""Response times: one row per incident, read from the records.

The headline counts election incidents that need a mobile unit; medical cases and the normal service are rows of their
own group and are never pooled with it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.clock import HOUR
from sim.demand.classes import GROUPS
from sim.demand.tape import THINNINGS
from sim.measures.day import TASK_STATUS, TASK_STATUSES, Bools, Day, Floats, Ints, first_of, last_of, per_day
from sim.measures.entry import entries
from sim.scenario import Scenario
from sim.territory.sites import FABRICS

STATUSES = ("open", "closed", "handled", "lapsed", "prevented")
PARTS = ("call_processing_time", "queueing_time", "mobilisation_time", "travel_time")


@dataclass(frozen=True, eq=False)
class IncidentTable:
    """One row per incident that came, in the tape's order; arrays (incidents,); NaN where a moment never came.

    ``cls``, ``group``, ``area``, ``force``, ``fabric`` and ``status`` are codes (into ``Scenario.classes``,
    ``GROUPS``, the territory, ``FABRICS`` and ``STATUSES``); ``unit`` the id of the unit that arrives first (-1:
    none); ``slots`` the number of units its package wants; ``row`` the position on the tape. ``target_time`` is NaN
    where the priority has no target.
    """

    row: Ints
    id: Ints
    cls: Ints
    group: Ints
    priority: Ints
    area: Ints
    force: Ints
    fabric: Ints
    site: Ints
    hour: Ints
    status: Ints
    unit: Ints
    slots: Ints
    occurred_at: Floats
    reported_at: Floats
    processed_at: Floats
    dispatched_at: Floats
    first_arrival_at: Floats
    complete_at: Floats
    closed_at: Floats
    call_processing_time: Floats
    queueing_time: Floats
    mobilisation_time: Floats
    travel_time: Floats
    response_time: Floats
    full_package_time: Floats
    target_time: Floats
    end: float

    def __len__(self) -> int:
        return len(self.id)

    @property
    def needs_unit(self) -> Bools:
        """Incidents that a mobile unit must settle: they want one, were not prevented nor settled by a fixed team."""
        return (
            (self.slots > 0) & (self.status != STATUSES.index("handled")) & (self.status != STATUSES.index("prevented"))
        )

    @property
    def headline(self) -> Bools:
        """Election incidents that need a mobile unit."""
        return self.needs_unit & (self.group == GROUPS.index("election"))

    @property
    def within(self) -> Bools:
        """A unit came within the target."""
        return self.response_time <= self.target_time

    @property
    def judged(self) -> Bools:
        """Incidents that count for compliance: reported, with a target, and attended, lapsed or open beyond it."""
        overdue = (self.status == STATUSES.index("lapsed")) | (self.end - self.reported_at > self.target_time)
        known = np.isfinite(self.response_time) | overdue
        return self.needs_unit & known & np.isfinite(self.target_time) & np.isfinite(self.reported_at)

    def take(self, rows: Bools | Ints) -> IncidentTable:
        """The same table for some rows only."""
        parts = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "end"}
        return IncidentTable(**parts, end=self.end)


def targets(scenario: Scenario, priority: Ints, fabric: Ints) -> Floats:
    """Response target in seconds by priority and fabric (NaN: no target)."""
    rows = [getattr(scenario.targets, f"p{p}", {}) for p in (1, 2, 3)]
    table = np.full((5, len(FABRICS)), np.nan)
    for p, row in enumerate(rows, start=1):
        table[p] = [row.get(name, np.nan) for name in FABRICS]
    table[table == 0.0] = np.nan
    return table[np.clip(priority, 0, 4), fabric]


@per_day
def incident_table(day: Day) -> IncidentTable:
    """Read every incident's story from the records. Incidents that have not come yet have no row, nor have those of extra
    time that nobody granted."""
    tape, sites = day.tape.incidents, day.scenario.territory.sites
    moments = _moments(day)
    came = np.flatnonzero((moments.pop("status") >= 0) & ~after_hours(day))
    columns = {name: column[came] for name, column in moments.items()}
    cls = tape.cls[came]
    group = np.array([GROUPS.index(c.group) for c in day.scenario.classes], dtype=np.int64)
    fabric, priority = sites.fabric[tape.site[came]], tape.priority[came]
    parts = _parts(columns)
    return IncidentTable(
        row=came,
        id=tape.id[came],
        cls=cls,
        group=group[cls],
        priority=priority,
        area=sites.area[tape.site[came]],
        force=sites.force[tape.site[came]],
        fabric=fabric,
        site=tape.site[came],
        hour=np.floor(tape.at[came] / HOUR).astype(np.int64),
        status=_status(day)[came],
        unit=columns["unit"].astype(np.int64),
        slots=np.array([len(c.slots) for c in day.scenario.classes], dtype=np.int64)[cls],
        target_time=targets(day.scenario, priority, fabric),
        end=day.end,
        **{name: columns[name] for name in columns if name.endswith("_at")},
        **parts,
    )


def after_hours(day: Day) -> Bools:
    """Candidates on the tape for an extra time that their area did not get, (incidents,)."""
    tape, calendar = day.tape.incidents, day.scenario.calendar
    tied = (tape.thinning & THINNINGS["open"]) > 0
    return tied & (tape.at >= calendar.closing[day.scenario.territory.sites.area[tape.site]])


def _moments(day: Day) -> dict[str, Floats]:
    """First moment of each step of every incident on the tape; ``unit`` and ``mobilisation`` of the first to arrive."""
    size = len(day.tape.incidents)

    def first(*kinds: str) -> Floats:
        rows = day.records(*kinds)
        return first_of(day.task[rows], day.time[rows], size)

    dispatch, unit = _first_to_arrive(day)
    found = dispatch >= 0
    rows = day.records("closed")
    arrival, complete = first("arrived"), first("package_complete")
    slots = np.array([len(c.slots) for c in day.scenario.classes])[day.tape.incidents.cls]
    return {
        "status": _status(day).astype(np.float64),
        "occurred_at": first("occurred", "prevented"),
        "reported_at": first("reported"),
        "processed_at": first("processed"),
        "dispatched_at": np.where(found, day.time[dispatch], np.nan) if len(day.time) else arrival,
        "mobilisation": np.where(found, day.value[dispatch], np.nan) if len(day.time) else arrival,
        "unit": unit,
        "first_arrival_at": arrival,
        "complete_at": np.where(np.isnan(complete) & (slots == 1), arrival, complete),
        "closed_at": last_of(day.task[rows], day.time[rows], size),
    }


def _first_to_arrive(day: Day) -> tuple[Ints, Floats]:
    """Record of the dispatch that led to the first arrival of each incident (-1: none), and that unit's id."""
    size, count = len(day.tape.incidents), len(day.time)
    arrived = day.records("arrived")
    position = first_of(day.task[arrived], arrived.astype(np.float64), size)
    with_unit = np.flatnonzero(np.isfinite(position))
    arrival = position[with_unit].astype(np.int64)
    sent = day.records("dispatched")
    pair_sent, pair = (day.task[rows] * (len(day.scenario.units) + 1) + day.unit[rows] for rows in (sent, arrival))
    key = np.sort(pair_sent * count + sent)
    place = np.searchsorted(key, pair * count + arrival) - 1
    dispatch = np.full(size, -1, dtype=np.int64)
    unit = np.full(size, -1.0)
    if len(key):
        found = (place >= 0) & (key[place] // max(count, 1) == pair)
        dispatch[with_unit] = np.where(found, key[place] % max(count, 1), -1)
    unit[with_unit] = day.columns["unit"][arrival]
    return dispatch, unit


def _parts(columns: dict[str, Floats]) -> dict[str, Floats]:
    """The four parts of the response and their sum, the response to the first arrival, and to the full package."""
    arrival, reported = columns["first_arrival_at"], columns["reported_at"]
    mobilisation = columns["mobilisation"]
    answered = np.isfinite(arrival)
    call_processing = columns["processed_at"] - reported
    return {
        "call_processing_time": np.where(answered, call_processing, np.nan),
        "queueing_time": np.where(answered, columns["dispatched_at"] - columns["processed_at"], np.nan),
        "mobilisation_time": mobilisation,
        "travel_time": arrival - columns["dispatched_at"] - mobilisation,
        "response_time": arrival - reported,
        "full_package_time": columns["complete_at"] - reported,
    }


def _status(day: Day) -> Ints:
    """Code into ``STATUSES`` of each incident of the tape (-1: it has not come yet)."""
    size = len(day.tape.incidents)
    rows = np.flatnonzero((TASK_STATUS[day.kind] >= 0) & (day.task >= 0))
    last = last_of(day.task[rows], TASK_STATUS[day.kind[rows]].astype(np.float64), size)
    by_last = np.array([STATUSES.index(name) if name in STATUSES else 0 for name in TASK_STATUSES])
    status = np.where(np.isnan(last), -1, by_last[np.nan_to_num(last).astype(np.int64)])
    handled = day.task[day.records("handled")]
    status[handled[handled >= 0]] = STATUSES.index("handled")
    return status


ENTRIES = entries(
    "incidents",
    ("id", "id", "Stable id of the incident on the tape"),
    ("priority", "1 … 4", "Priority of the incident on the tape, 1 most urgent; escalation does not change it"),
    ("class", "name", "Incident class"),
    ("group", "name", "election, medical, normal or planned: never pooled with one another"),
    ("hour", "h", "Clock hour in which it occurred, from 00:00 of polling day", "floor(occurred_at / 3600)"),
    ("status", "name", "How it ended: open, closed, handled (by the fixed team on the spot), lapsed or prevented"),
    ("unit", "id", "Unit that arrived first"),
    ("occurred_at", "s", "Moment it occurred"),
    ("reported_at", "s", "Moment it was reported: the call comes in"),
    ("processed_at", "s", "Moment the command room was done with the call"),
    ("dispatched_at", "s", "Moment the unit that arrives first was sent"),
    ("first_arrival_at", "s", "Moment the first mobile unit reached the scene"),
    ("complete_at", "s", "Moment the last unit of the package reached the scene"),
    ("closed_at", "s", "Moment the incident was closed"),
    (
        "call_processing_time",
        "s",
        "Part of the response: waiting for an operator, talk and handling",
        "processed_at - reported_at",
    ),
    (
        "queueing_time",
        "s",
        "Part of the response: waiting for a unit, earlier dispatches that were diverted included",
        "dispatched_at - processed_at",
    ),
    ("mobilisation_time", "s", "Part of the response: from the order to the departure of the unit that arrives first"),
    ("travel_time", "s", "Part of the response: the drive", "first_arrival_at - dispatched_at - mobilisation_time"),
    (
        "response_time",
        "s",
        "From the report to the first mobile unit on scene",
        "call_processing_time + queueing_time + mobilisation_time + travel_time = first_arrival_at - reported_at",
    ),
    ("full_package_time", "s", "From the report to the last unit of the package on scene", "complete_at - reported_at"),
    ("target_time", "s", "Response target of its priority and fabric; none for priority 4"),
)
