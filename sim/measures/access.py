"""Access: emergency drives that end near a polling centre while it votes, and what cars in the way cost them."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from sim.clock import MINUTE
from sim.forces.access import NearCentres, near_centres
from sim.measures.day import Bools, Day, Floats, Ints, cell
from sim.measures.entry import Cell, Table, entries
from sim.territory.travel import build_travel, metres_array
from sim.trace import CODE, PURPOSES

COLUMNS = ("area", "drives_near_centres", "posts_present", "access_drive_mean", "access_factor_mean", "minutes_lost_access")


def access_table(day: Day) -> Table:
    """One row per area with drives that ended near one of its centres in its voting hours."""
    near = near_centres(day.scenario.territory, day.scenario.units, day.scenario.traffic)
    sent, centre = _drives(day, near)
    respond = np.flatnonzero(day.leg_columns["purpose"] == PURPOSES.index("respond"))
    leg = respond[np.searchsorted(day.records("dispatched"), sent)]
    drive = day.leg("arrive_at")[leg] - day.leg("depart_at")[leg]
    post = _posts_present(day, near, sent, centre)
    rules = day.scenario.traffic
    factor = np.where(post, rules.factor(True), rules.factor(False))
    lost = drive * (1.0 - 1.0 / factor) / MINUTE
    area = day.scenario.territory.sites.area[centre]
    rows: list[dict[str, Cell]] = []
    for code in np.unique(area).tolist():
        mine = area == code
        rows.append(
            {
                "area": day.scenario.territory.area_codes[code],
                "drives_near_centres": int(mine.sum()),
                "posts_present": cell(post[mine].mean()),
                "access_drive_mean": cell(drive[mine].mean()),
                "access_factor_mean": cell(factor[mine].mean()),
                "minutes_lost_access": float(lost[mine].sum()),
            }
        )
    return {name: [row[name] for row in rows] for name in COLUMNS}


def _drives(day: Day, near: NearCentres) -> tuple[Ints, Ints]:
    """Dispatches whose drive leads near a centre while its area votes, and that centre."""
    territory, calendar, tape = day.scenario.territory, day.scenario.calendar, day.tape.incidents
    sites, sent = territory.sites, day.records("dispatched")
    task = day.task[sent]
    sent, task = sent[task >= 0], task[task >= 0]
    site = tape.site[task]
    centre = near.centre[site]
    depart = day.time[sent] + day.value[sent]
    area = sites.area[np.maximum(centre, 0)]
    votes = (calendar.opening[area] <= depart) & (depart < calendar.closing[area])
    kept = np.flatnonzero((centre >= 0) & votes)
    elsewhere = (tape.x[task[kept]] != sites.x[site[kept]]) | (tape.y[task[kept]] != sites.y[site[kept]])
    kept = kept[~elsewhere | _within(day, task[kept], centre[kept])]
    return sent[kept], centre[kept]


def _within(day: Day, task: Ints, centre: Ints) -> Bools:
    """Whether the place of each task lies within the radius of a centre (always under a matrix, which has no metres)."""
    travel = build_travel(day.scenario.territory, day.scenario.travel)
    if travel.matrix is not None:
        return np.ones(len(task), dtype=bool)
    sites, tape = day.scenario.territory.sites, day.tape.incidents
    points = zip(tape.x[task].tolist(), tape.y[task].tolist(), sites.x[centre].tolist(), sites.y[centre].tolist(), strict=True)
    score: Floats = np.array([travel.score_one(*point) for point in points], dtype=np.float64)
    return np.asarray(metres_array(travel.metric, score) <= day.scenario.traffic.radius)


def _posts_present(day: Day, near: NearCentres, sent: Ints, centre: Ints) -> Bools:
    """Whether a post that keeps the centre clear was on duty when each dispatch was written."""
    rows = np.array(sorted({row for rows in near.posts.values() for row in rows}), dtype=np.int64)
    record = day.records("on_duty", "off_duty")
    record = record[np.isin(day.unit[record], rows)]
    states: dict[int, tuple[list[int], list[bool]]] = {row: ([], []) for row in rows.tolist()}
    for row, number in zip(day.unit[record].tolist(), record.tolist(), strict=True):
        states[row][0].append(number)
        states[row][1].append(day.kind[number] == CODE["on_duty"])

    def present(row: int, number: int) -> bool:
        records, on_duty = states[row]
        place = bisect_left(records, number)
        return place > 0 and on_duty[place - 1]

    pairs = zip(sent.tolist(), centre.tolist(), strict=True)
    return np.array([any(present(row, number) for row in near.posts.get(site, ())) for number, site in pairs], dtype=bool)


ENTRIES = entries(
    "access",
    ("drives_near_centres", "count", "Dispatches whose drive ends within the radius of a centre while the area votes"),
    ("posts_present", "share", "Of these, the share with a traffic post on duty near that centre"),
    ("access_drive_mean", "s", "Mean drive of these dispatches, the noise of the tape included"),
    (
        "access_factor_mean",
        "factor",
        "Mean factor by which cars in the way lengthened these drives (1: the way was clear)",
        "1 + (access_factor - 1) x share that posts and the no-parking ring leave",
    ),
    (
        "minutes_lost_access",
        "min",
        "Minutes that units lost near centres, of drives begun (one broken off counts in full)",
        "sum(drive x (1 - 1 / factor))",
    ),
)
