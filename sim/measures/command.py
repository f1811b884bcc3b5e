"""Between rooms and forces: hand-over at the border, help of others, the ladder, rapid response and the reserve."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.classes import GROUPS
from sim.forces.sectors import RAPID
from sim.measures.activity import status_times
from sim.measures.day import Bools, Day, Floats, Ints, cell, first_of
from sim.measures.entry import Cell, Table, entries
from sim.measures.occupancy import utilisation
from sim.measures.response import IncidentTable
from sim.processes.callers import first_rooms
from sim.processes.reserve import SECTION, is_crowd
from sim.scenario import Scenario
from sim.trace import LADDER

ZONES = ("interior", "border")


def jurisdiction(day: Day, table: IncidentTable) -> Table:
    """Incidents that need a unit by area and zone: hand-overs between rooms and units of another chain or area."""
    scenario, needing = day.scenario, table.take(table.needs_unit)
    across, _ = first_rooms(scenario)
    border = across[needing.site] >= 0
    size = len(day.tape.incidents)
    passed = day.records("handed_to_force")
    delay = first_of(day.task[passed], day.value[passed], size)[needing.row]
    other_force, other_area = _helped(day)
    rows: list[dict[str, Cell]] = []
    for area, code in enumerate(scenario.territory.area_codes):
        for zone, inside in zip(ZONES, (~border, border), strict=True):
            mine = inside & (needing.area == area)
            if zone == "border" and not mine.any():
                continue
            rows.append(
                {
                    "area": code,
                    "zone": zone,
                    "incidents": int(mine.sum()),
                    "handed_over": int(np.isfinite(delay[mine]).sum()),
                    "handover_mean": _mean(delay[mine]),
                    "other_force": int(other_force[needing.row[mine]].sum()),
                    "other_area": int(other_area[needing.row[mine]].sum()),
                    "response_mean": _mean(needing.response_time[mine]),
                }
            )
    return {name: [row[name] for row in rows] for name in JURISDICTION_COLUMNS}


def _helped(day: Day) -> tuple[Bools, Bools]:
    """Incidents of the tape to which a unit of another force, and of another area, was sent; (incidents,) each."""
    units, sites, tape = day.scenario.units, day.scenario.territory.sites, day.tape.incidents
    sent = day.records("dispatched")
    sent = sent[(day.task[sent] >= 0) & (day.unit[sent] >= 0)]
    task, unit = day.task[sent], day.unit[sent]
    force, area = np.zeros(len(tape), dtype=bool), np.zeros(len(tape), dtype=bool)
    force[task[units.force[unit] != sites.force[tape.site[task]]]] = True
    area[task[units.area[unit] != sites.area[tape.site[task]]]] = True
    return force, area


def without_asking(scenario: Scenario, spare: Floats) -> Floats:
    """Seconds of mobilisation beyond a unit's own, less what it took to ask other districts first; shape of ``spare``."""
    if scenario.dispatch.picture != "district" or not scenario.dispatch.district_time:
        return spare
    asking = scenario.dispatch.district_time
    return np.where(spare > 0.0, spare - asking * np.round(spare / asking), spare)


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def ladder(day: Day) -> Table:
    """How many tasks climbed to each step of the ladder."""
    record = day.records("ladder_step")
    step = day.value[record].astype(np.int64)
    tasks = [len(np.unique(day.task[record[step == number]])) for number in range(len(LADDER))]
    return {"ladder_step": list(LADDER), "step_tasks": list(tasks)}


def rapid_response(day: Day, table: IncidentTable) -> Table:
    """Rapid response by area: its tasks, its time to scene, how busy it is, and its share of the most urgent incidents."""
    units, scenario = day.scenario.units, day.scenario
    rapid = units.mobile & (units.kind == (units.kinds.index(RAPID) if RAPID in units.kinds else -1))
    arrived, to_scene = _to_scene(day, rapid)
    first_rapid = np.isin(table.unit, units.id[rapid])
    urgent = table.needs_unit & (table.priority == 1) & (table.group == GROUPS.index("election"))
    times = status_times(day)
    rows: list[dict[str, Cell]] = []
    for area in np.unique(units.area[rapid]).tolist():
        mine, here = rapid & (units.area == area), urgent & (table.area == area)
        of_mine = mine[day.unit[arrived]]
        rows.append(
            {
                "area": scenario.territory.area_codes[area],
                "units": int(mine.sum()),
                "rapid_tasks": int(of_mine.sum()),
                "time_to_scene": _mean(to_scene[of_mine]),
                "utilisation": utilisation(times[mine]),
                "urgent": int(here.sum()),
                "urgent_response": _mean(table.response_time[here]),
                "urgent_unresolved": int((here & ~np.isfinite(table.closed_at)).sum()),
                "urgent_by_rapid": float((here & first_rapid).sum() / here.sum()) if here.any() else None,
            }
        )
    return {name: [row[name] for row in rows] for name in RAPID_COLUMNS}


def _to_scene(day: Day, chosen: Bools) -> tuple[Ints, Floats]:
    """Arrivals of some units, and the seconds since each was sent."""
    record = day.records("dispatched", "arrived")
    record = record[day.unit[record] >= 0]
    record = record[chosen[day.unit[record]]]
    record = record[np.argsort(day.unit[record], kind="stable")]
    is_arrival = np.isin(record, day.records("arrived"))
    arrival = np.flatnonzero(is_arrival)
    return record[arrival], day.time[record[arrival]] - day.time[record[arrival - 1]]


def reserve(day: Day, table: IncidentTable) -> Table:
    """The public-order reserve by area: crowd incidents, how soon they are contained, and the hours it is committed."""
    units, scenario = day.scenario.units, day.scenario
    sections = units.mobile & (units.kind == (units.kinds.index(SECTION) if SECTION in units.kinds else -1))
    crowds = np.array([is_crowd(cls) for cls in scenario.classes])[table.cls] & table.needs_unit
    complete = np.where(table.slots == 1, table.response_time, table.full_package_time)
    times, kept = status_times(day), day.records("held")
    busy = times[:, [4, 5, 6, 7]].sum(axis=1)
    rows: list[dict[str, Cell]] = []
    for area in np.union1d(np.unique(units.area[sections]), np.unique(table.area[crowds])).tolist():
        mine, here = sections & (units.area == area), crowds & (table.area == area)
        rows.append(
            {
                "area": scenario.territory.area_codes[area],
                "sections": int(mine.sum()),
                "crowd_incidents": int(here.sum()),
                "containment_mean": _mean(complete[here]),
                "uncontained": int((here & ~np.isfinite(complete)).sum()),
                "committed_hours": cell(busy[mine].sum() / HOUR),
                "times_held": int(mine[day.unit[kept]].sum()),
            }
        )
    return {name: [row[name] for row in rows] for name in RESERVE_COLUMNS}


JURISDICTION_COLUMNS = (
    "area", "zone", "incidents", "handed_over", "handover_mean", "other_force", "other_area", "response_mean",
)  # fmt: skip
RAPID_COLUMNS = (
    "area", "units", "rapid_tasks", "time_to_scene", "utilisation", "urgent", "urgent_response", "urgent_unresolved",
    "urgent_by_rapid",
)  # fmt: skip
RESERVE_COLUMNS = (
    "area", "sections", "crowd_incidents", "containment_mean", "uncontained", "committed_hours", "times_held",
)  # fmt: skip
ENTRIES = (
    *entries(
        "jurisdiction",
        ("zone", "name", "border: near a site of another force or area (command.border_distance); interior: all else"),
        ("handed_over", "count", "Incidents whose report reached the neighbouring room first"),
        ("handover_mean", "s", "Mean time of a hand-over to the room in charge; part of call_processing_time"),
        ("other_force", "count", "Incidents to which a unit of another force than that of the place was sent"),
        ("other_area", "count", "Incidents to which a unit of another area was sent"),
    ),
    *entries(
        "ladder",
        ("ladder_step", "name", "Step that a task climbs while nobody can be sent to it"),
        ("step_tasks", "count", "Tasks that came to this step"),
    ),
    *entries(
        "rapid_response",
        ("rapid_tasks", "count", "Arrivals of rapid response units at a scene"),
        ("time_to_scene", "s", "Mean time from the order to the arrival of a rapid response unit"),
        ("urgent", "count", "Election incidents of priority 1 that need a unit"),
        ("urgent_response", "s", "Mean response time of these, whoever came first"),
        ("urgent_unresolved", "count", "Of these, those not closed when the day ends"),
        ("urgent_by_rapid", "share", "Share of these at which rapid response was first"),
    ),
    *entries(
        "reserve",
        ("sections", "count", "Sections of the public-order reserve"),
        ("crowd_incidents", "count", "Incidents whose package names the reserve"),
        ("containment_mean", "s", "Mean time from the report of a crowd incident to its whole package on scene"),
        ("uncontained", "count", "Crowd incidents whose package was never whole"),
        ("committed_hours", "h", "Unit hours of sections on their way to tasks or at them"),
        ("times_held", "count", "Times a section that was done was kept near by because a crowd incident was open"),
    ),
)
