"""Warnings and rumours: what they were worth, what acting on them prevented, and what false ones cost."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.catalogue import RUMOUR_CALL
from sim.demand.crowds import rumour_crowd
from sim.demand.tape import THINNINGS
from sim.measures.day import IS_BUSY, Bools, Day, Floats, Ints, cells, rows_of
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import STATUSES, IncidentTable
from sim.policies.information import corrections
from sim.policies.presence import plan_presences

PREVENTED = STATUSES.index("prevented")


def warning_table(day: Day, table: IncidentTable) -> Table:
    """One row per warning that had come when the run ended."""
    warnings, territory = day.tape.warnings, day.scenario.territory
    came = warnings.at <= day.end
    row = rows_of(table.id, warnings.presence)
    mine = _children(day, table, "warning", warnings.id)
    true = mine["incidents"] > 0
    status = np.where(row >= 0, table.status[row], PREVENTED) if len(table) else np.full(len(row), PREVENTED)
    arrival = np.where(row >= 0, table.first_arrival_at[row], np.nan) if len(table) else np.full(len(row), np.nan)
    plan = plan_presences(warnings, day.scenario.warnings)
    hours = _presence_hours(day)[rows_of(day.tape.incidents.id, warnings.presence)] if len(warnings) else np.zeros(0)
    columns: dict[str, list[Cell]] = {
        "warning_id": warnings.id.tolist(),
        "area": [territory.area_codes[a] for a in territory.sites.area[warnings.site].tolist()],
        "is_true": true.tolist(),
        "lead_time": cells(warnings.due_at - warnings.at),
        "usable_lead_time": cells(np.maximum(warnings.due_at - warnings.at - day.scenario.warnings.sharing_time, 0.0)),
        "acted_on": ((status != PREVENTED) & (plan.share > 0.0)).tolist(),
        "unit_in_place": (arrival <= warnings.due_at).tolist(),
        "disturbances": mine["incidents"].tolist(),
        "disturbances_prevented": mine["prevented"].tolist(),
        "presence_hours": cells(hours),
        "false_hours": cells(np.where(true, 0.0, hours)),
    }
    return {name: [value for value, keep in zip(values, came.tolist(), strict=True) if keep] for name, values in columns.items()}


def _children(day: Day, table: IncidentTable, cause: str, ids: Ints, chosen: Bools | None = None) -> dict[str, Ints]:
    """For each warning or rumour the incidents that hang on it and how many of them were prevented; presences left out."""
    tape = day.tape.incidents
    mine = (tape.thinning[table.row] & THINNINGS[cause]) > 0
    mine &= ~np.isin(table.id, day.tape.warnings.presence)
    if chosen is not None:
        mine &= chosen
    rows = table.take(mine)
    place = rows_of(ids, tape.parent[rows.row])
    known = place >= 0
    stopped = known & (rows.status == PREVENTED)
    return {
        "incidents": np.bincount(place[known], minlength=len(ids)),
        "prevented": np.bincount(place[stopped], minlength=len(ids)),
    }


def _presence_hours(day: Day) -> Floats:
    """Officer-hours spent on each incident of the tape, from the dispatch of each unit until it is free, (incidents,)."""
    intervals, units = day.intervals, day.scenario.units
    busy = IS_BUSY[intervals.status] & (day.task[intervals.record] >= 0)
    spent = ((intervals.end - intervals.begin) * units.heads[intervals.unit])[busy] / HOUR
    return np.bincount(day.task[intervals.record[busy]], spent, minlength=len(day.tape.incidents)).astype(np.float64)


def rumour_table(day: Day, table: IncidentTable) -> Table:
    """One row per rumour that had begun when the run ended."""
    rumours, territory, rules = day.tape.rumours, day.scenario.territory, day.scenario.information
    area = territory.sites.area[rumours.site]
    published = corrections(rumours, area, rules)
    published = np.where(published < np.minimum(rumours.end_at, day.end), published, np.inf)
    free = rumour_crowd(rumours, np.full(len(rumours), np.inf), 0.0, rumours.end_at)
    peak = rumour_crowd(rumours, published, rules.cut, rumours.end_at)
    is_call = np.array([c.name == RUMOUR_CALL for c in day.scenario.classes], dtype=np.bool_)[table.cls]
    calls, crowds = (_children(day, table, "rumour", rumours.id, chosen) for chosen in (is_call, ~is_call))
    columns: dict[str, list[Cell]] = {
        "rumour_id": rumours.id.tolist(),
        "area": [territory.area_codes[a] for a in area.tolist()],
        "at": cells(rumours.at),
        "correction_time": cells(published - rumours.at),
        "peak_crowd": cells(peak),
        "crowd_avoided": cells(free - peak),
        "rumour_calls": (calls["incidents"] - calls["prevented"]).tolist(),
        "rumour_calls_avoided": calls["prevented"].tolist(),
        "rumour_incidents": (crowds["incidents"] - crowds["prevented"]).tolist(),
        "rumour_incidents_prevented": crowds["prevented"].tolist(),
    }
    begun = (rumours.at <= day.end).tolist()
    return {name: [value for value, keep in zip(values, begun, strict=True) if keep] for name, values in columns.items()}


def signal_figures(warnings: Table, rumours: Table) -> dict[str, Cell]:
    """Headline figures; None on a day without warnings, or without rumours."""

    def total(table: Table, name: str) -> float | None:
        values = [value for value in table[name] if isinstance(value, int | float)]
        return float(sum(values)) if table[name] else None

    peaks = [value for value in rumours["peak_crowd"] if isinstance(value, float)]
    return {
        "disturbances_prevented": total(warnings, "disturbances_prevented"),
        "false_hours": total(warnings, "false_hours"),
        "peak_crowd": sum(peaks) / len(peaks) if peaks else None,
        "rumour_calls": total(rumours, "rumour_calls"),
    }


ENTRIES = entries(
    "warnings",
    ("warning_id", "id", "Stable id of the warning on the tape"),
    ("is_true", "yes or no", "Whether a disturbance was being prepared; nobody on the day can tell"),
    ("lead_time", "s", "Time from the moment one agency knows to the expected moment", "due_at - at"),
    ("usable_lead_time", "s", "What is left of it once the warning is shared", "max(lead_time - sharing_time, 0)"),
    ("acted_on", "yes or no", "Whether the plan asked for a presence at the place (never more than presence)"),
    ("unit_in_place", "yes or no", "Whether a unit stood at the place when the disturbance was due"),
    ("disturbances", "count", "Incidents that the warning was of, as proposed by the tape (0 for a false one)"),
    (
        "disturbances_prevented",
        "count",
        "Of them those that did not happen: with a unit in place each is prevented with the chance warnings.prevention, and "
        "what other causes prevented counts too; in the headline the sum over all warnings",
    ),
    ("presence_hours", "officer-h", "Officer-hours of the presence, from its dispatch until it is free"),
    ("false_hours", "officer-h", "presence_hours of false warnings: what acting on nothing costs"),
) + entries(
    "rumours",
    ("rumour_id", "id", "Stable id of the rumour on the tape"),
    ("correction_time", "s", "Time from its begin to the published correction; none if it ended before"),
    (
        "peak_crowd",
        "people",
        "Most people it brought together, doubling in every doubling time up to its peak, slower after the correction; in the "
        "headline the mean over all rumours",
        "min(peak, start x 2^((time before + (1 - cut) x time after the correction) / doubling_time))",
    ),
    ("crowd_avoided", "people", "People who stayed away because of the correction", "peak_crowd without correction - peak_crowd"),
    ("rumour_calls", "calls", "Calls to the command rooms because of it; in the headline the sum over all rumours"),
    ("rumour_calls_avoided", "calls", "Calls that were not made because of the correction"),
    ("rumour_incidents", "count", "Incidents that came of its crowd"),
    ("rumour_incidents_prevented", "count", "Incidents that would have come of the crowd without a correction"),
)
