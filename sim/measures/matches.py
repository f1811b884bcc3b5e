"""Matches: the force they tie up, hour by hour, when its last unit is released, and disorder at gatherings."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.catalogue import MATCH_DISORDER, RALLY_DISORDER
from sim.demand.planned_classes import MATCH_FORCE
from sim.demand.tape import Rally
from sim.measures.day import IS_BUSY, TASK_STATUS, TASK_STATUSES, Day, Floats, Ints, last_of, time_before
from sim.measures.entry import Cell, Table, entries

GROUND = "match_force"
"""Kind of the fixed officers round the ground."""


def disorder_by_gathering(day: Day) -> dict[int, int]:
    """Incidents of disorder that happened, by gathering."""
    tape = day.tape.incidents
    codes = [i for i, c in enumerate(day.scenario.classes) if c.name in (RALLY_DISORDER, MATCH_DISORDER)]
    rows = np.flatnonzero(np.isin(tape.cls, codes))
    if not len(rows):
        return {}
    record = np.flatnonzero((TASK_STATUS[day.kind] >= 0) & (day.task >= 0))
    status = last_of(day.task[record], TASK_STATUS[day.kind[record]].astype(np.float64), len(tape))[rows]
    happened = rows[np.isfinite(status) & (status != TASK_STATUSES.index("prevented"))]
    gathering, count = np.unique(tape.parent[happened], return_counts=True)
    return dict(zip(gathering.tolist(), count.tolist(), strict=True))


def match_row(day: Day, rally: Rally) -> dict[str, Cell]:
    """Officer-hours tied up by one match and the moment its last vehicle was free again; no data for other gatherings."""
    if not rally.is_match:
        return {"force_hours": None, "released_at": None}
    begin, end, heads, mobile = _held(day, rally)
    return {
        "force_hours": float((heads * (end - begin)).sum() / HOUR),
        "released_at": float(end[mobile].max()) if mobile.any() else None,
    }


def force_by_hour(day: Day) -> Table:
    """Mean heads that each match ties up in each hour: officers round the ground, and crews of vehicles sent there."""
    rows: list[dict[str, Cell]] = []
    sites, codes = day.scenario.territory.sites, day.scenario.territory.area_codes
    for rally in (rally for rally in day.tape.rallies if rally.is_match):
        begin, end, heads, mobile = _held(day, rally)
        if not len(begin):
            continue
        hours = np.arange(np.floor(begin.min() / HOUR), np.ceil(end.max() / HOUR) + 1)
        parts = [_heads_by_hour(begin[some], end[some], heads[some], hours * HOUR) for some in (~mobile, mobile)]
        for hour, ground, sent in zip(hours[:-1].tolist(), parts[0].tolist(), parts[1].tolist(), strict=True):
            row: dict[str, Cell] = {"rally": rally.id, "area": codes[sites.area[rally.site]], "hour": int(hour)}
            rows.append(row | {"heads_ground": ground, "heads_vehicles": sent})
    return {name: [row[name] for row in rows] for name in ("rally", "area", "hour", "heads_ground", "heads_vehicles")}


def _heads_by_hour(begin: Floats, end: Floats, heads: Floats, edges: Floats) -> Floats:
    """Mean heads between edges an hour apart."""
    out = np.zeros(len(edges) - 1)
    for number in np.unique(heads).tolist():
        some = heads == number
        out += number * np.diff(time_before(begin[some], end[some], edges)) / HOUR
    return out


def _held(day: Day, rally: Rally) -> tuple[Floats, Floats, Floats, Ints]:
    """Begin, end and heads of all stretches in which somebody is tied up by a match, and which of them are vehicles."""
    spans, units, tape = day.intervals, day.scenario.units, day.tape.incidents
    code = next((i for i, c in enumerate(day.scenario.classes) if c.name == MATCH_FORCE), -1)
    own = np.flatnonzero((tape.cls == code) & (tape.parent == rally.id))
    task = day.task[spans.record]
    sent = IS_BUSY[spans.status] & (task >= 0) & np.isin(task, own)
    kind = units.kinds.index(GROUND) if GROUND in units.kinds else -1
    ground = (units.kind[spans.unit] == kind) & (units.base[spans.unit] == rally.site) & (spans.status > 0)
    some = sent | ground
    heads = np.where(ground, day.value[spans.record], units.heads[spans.unit])[some]
    return spans.begin[some], spans.end[some], heads.astype(np.float64), sent[some]


ENTRIES = entries(
    "rallies",
    ("force_hours", "h", "Officer-hours that a match ties up: round the ground and in vehicles sent there"),
    ("released_at", "s", "Moment at which the last vehicle of a match was free again"),
) + entries(
    "match_force_by_hour",
    ("heads_ground", "heads", "Officers on duty round the ground of a match, mean of the hour"),
    ("heads_vehicles", "heads", "Officers in vehicles that the match ties up, mean of the hour"),
)
