"""Occupancy: what units did with their time, the load of every resource, and whether an area was overloaded."""

from __future__ import annotations

import numpy as np

from sim.clock import HOUR
from sim.demand.tape import CHANNELS
from sim.measures.activity import ON_LOOP, STATUS_TEXTS, activities, status_times
from sim.measures.day import (
    IS_BUSY,
    TASK_STATUS,
    TASK_STATUSES,
    UNIT_STATUSES,
    Day,
    Floats,
    Ints,
    cell,
    last_of,
    rows_by,
    time_before,
)
from sim.measures.entry import Cell, Table, entries
from sim.measures.rallies import ring_use
from sim.processes.builder import build_room

LOW_LOAD, HIGH_LOAD = 0.10, 0.95
FULL = 0.98
RING = "rally_ring"
DESKS = {"phone": ("phone", "online"), "radio": ("radio", "patrol")}
"""Channels that each desk of a command room serves."""


def occupancy_table(day: Day, by: str = "kind") -> Table:
    """Hours in each status and utilisation of the mobile units by ``kind``, ``area`` or ``force``."""
    units, territory = day.scenario.units, day.scenario.territory
    groups = {
        "kind": (units.kind, units.kinds),
        "area": (units.area, territory.area_codes),
        "force": (units.force, territory.forces),
    }
    codes, names = groups[by]
    times = status_times(day)
    rows = []
    for code in np.unique(codes[units.mobile]).tolist():
        here = units.mobile & (codes == code)
        total = times[here].sum(axis=0)
        row: dict[str, Cell] = {"unit_kind" if by == "kind" else by: names[code], "units": int(here.sum())}
        row |= {f"{name}_hours": float(total[s] / HOUR) for s, name in enumerate(UNIT_STATUSES) if name != "off_duty"}
        rows.append(row | {"utilisation": utilisation(times[here])})
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def utilisation(times: Floats) -> float | None:
    """Busy share of the time on duty, from rows of status times; None without time on duty."""
    on_duty = float(times[:, 1:].sum())
    return float(times[:, IS_BUSY].sum()) / on_duty if on_duty else None


def load_table(day: Day, checkpoints: Table) -> Table:
    """Load of every resource in the voting phase and in its busiest hour; a warning where it is idle or saturated."""
    rows = _unit_loads(day) + _desk_loads(day) + _post_loads(day)
    patrolling = patrol_shares(day)
    gates = [value for value in checkpoints["gate_load"] if isinstance(value, float)]
    if gates:
        rows.append(("checkpoint lanes", len(gates), float(np.mean(gates)), max(gates), True))
    return {
        "resource": [name for name, *_ in rows],
        "count": [count for _, count, *_ in rows],
        "load": [load for _, _, load, *_ in rows],
        "load_peak": [peak for *_, peak, _ in rows],
        "patrolling": [patrolling.get(name) for name, *_ in rows],
        "warning": [_warning(load, served) for _, _, load, _, served in rows],
    }


def patrol_shares(day: Day) -> dict[str, Cell]:
    """Share of the time on duty in the voting phase that units with a loop spend on it, by kind of unit."""
    units, intervals, edges = day.scenario.units, activities(day), voting_hours(day)
    patrols = units.mobile & (units.loop >= 0)
    spent = _clipped(intervals.begin, intervals.end, (edges[0], edges[-1])) * patrols[intervals.unit]
    kind = units.kind[intervals.unit]
    on_duty = np.bincount(kind, spent * (intervals.status > 0), len(units.kinds))
    on_loop = np.bincount(kind, spent * (intervals.status == ON_LOOP), len(units.kinds))
    return {units.kinds[k]: float(on_loop[k] / on_duty[k]) for k in np.flatnonzero(on_duty).tolist()}


Load = tuple[str, int, float | None, float | None, bool]
"""Resource, count, load, load of the busiest hour, and whether it is a server (of posts, the load is presence)."""


def _warning(load: float | None, served: bool) -> str | None:
    if load is None:
        return None
    if not served:
        return "not fully manned" if load < HIGH_LOAD else None
    return "below 10 %" if load < LOW_LOAD else "above 95 %" if load > HIGH_LOAD else None


def voting_hours(day: Day) -> Floats:
    """Edges of the hours from the first opening to the last closing."""
    calendar = day.scenario.calendar
    begin, end = float(calendar.opening.min()), min(float(calendar.closing.max()), day.end)
    return np.append(np.arange(begin, end, HOUR), max(end, begin))


def _unit_loads(day: Day) -> list[Load]:
    units, intervals, edges = day.scenario.units, day.intervals, voting_hours(day)
    loads: list[Load] = []
    for code in np.unique(units.kind[units.mobile]).tolist():
        mine = units.mobile[intervals.unit] & (units.kind[intervals.unit] == code)
        on_duty, busy = mine & (intervals.status > 0), mine & IS_BUSY[intervals.status]
        below = np.diff(time_before(intervals.begin[on_duty], intervals.end[on_duty], edges))
        above = np.diff(time_before(intervals.begin[busy], intervals.end[busy], edges))
        count = int((units.mobile & (units.kind == code)).sum())
        loads.append((units.kinds[code], count, *_load(above, below), True))
    return loads


def _load(above: Floats, below: Floats) -> tuple[float | None, float | None]:
    """Load over all hours and of the busiest one."""
    if below.sum() <= 0:
        return None, None
    ratio = above[below > 0] / below[below > 0]
    return float(above.sum() / below.sum()), float(ratio.max())


def desk_operators(day: Day, desk: str) -> Ints:
    """Operators of one desk in each dispatch area when the day begins, by the engine's own rule."""
    scenario = day.scenario
    count = np.bincount(day.unit_area[scenario.units.mobile], minlength=scenario.dispatch_areas)
    rooms = [build_room(scenario, area, int(units)) for area, units in enumerate(count)]
    return np.array([len(room.desks[desk].free_at) for room in rooms], dtype=np.int64)


def _desk_loads(day: Day) -> list[Load]:
    """Talk time over operator time; the operators are those of the beginning of the day."""
    tape, edges = day.tape.incidents, voting_hours(day)
    record = day.records("processed")
    record = record[day.task[record] >= 0]
    task = day.task[record]
    reported = np.full(len(tape), np.nan)
    calls = day.records("reported")
    reported[day.task[calls]] = day.time[calls]
    loads: list[Load] = []
    for desk, channels in DESKS.items():
        mine = np.isin(tape.channel[task], [CHANNELS.index(name) for name in channels])
        start = reported[task[mine]] + day.value[record[mine]]
        busy = np.diff(time_before(start, start + tape.talk_time[task[mine]], edges))
        operators = int(desk_operators(day, desk).sum())
        loads.append((f"{desk} operators", operators, *_load(busy, operators * np.diff(edges)), True))
    return loads


def _post_loads(day: Day) -> list[Load]:
    """Fixed teams and crews: heads on duty over heads planned; rings: officer-hours with a gathering over all."""
    units, intervals, edges = day.scenario.units, day.intervals, voting_hours(day)
    row = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    window = (edges[0], edges[-1])
    held = _clipped(intervals.begin, intervals.end, window) * day.value[intervals.record]
    planned = _clipped(units.shift_start, units.shift_end, window) * units.shift_heads
    loads: list[Load] = []
    for code in np.unique(units.kind[~units.mobile]).tolist():
        mine = ~units.mobile & (units.kind == code)
        if units.kinds[code] == RING:
            loads.append((RING, int(mine.sum()), ring_use(day, np.flatnonzero(mine)), None, True))
            continue
        manned = float(held[mine[intervals.unit] & (intervals.status > 0)].sum())
        wanted = float(planned[mine[row]].sum())
        loads.append((units.kinds[code], int(mine.sum()), manned / wanted if wanted else None, None, False))
    return loads


def _clipped(begin: Floats, end: Floats, window: tuple[float, float]) -> Floats:
    return np.maximum(np.minimum(end, window[1]) - np.maximum(begin, window[0]), 0.0)


def overload_table(day: Day) -> Table:
    """Open work and late utilisation of each dispatch area, and whether it was overloaded.

    Overloaded: the work still open at the end exceeds an hour of the area's capacity, or utilisation stays at 0.98 or
    more in every quarter hour of the last third of its voting phase.
    """
    scenario, calendar = day.scenario, day.scenario.calendar
    forces = scenario.chains
    work = open_work(day)
    mobile, intervals = scenario.units.mobile, day.intervals
    area_of = np.where(mobile, day.unit_area, -1)[intervals.unit]
    on_duty_in = _by_area(day, np.where(intervals.status > 0, area_of, -1))
    busy_in = _by_area(day, np.where(IS_BUSY[intervals.status], area_of, -1))
    rows: list[dict[str, Cell]] = []
    for index in np.unique(day.unit_area[mobile]).tolist():
        area = index // forces
        closing = min(float(calendar.closing[area]), day.end)
        edges = np.linspace(closing - (closing - calendar.opening[area]) / 3.0, closing, 17)
        on_duty, busy = (_unit_time(day, found[index], edges) for found in (on_duty_in, busy_in))
        units = float(on_duty.sum() / (edges[-1] - edges[0])) if edges[-1] > edges[0] else 0.0
        full = bool(np.all(busy >= FULL * on_duty) and on_duty.sum() > 0)
        rows.append(
            {
                "area": scenario.territory.area_codes[area],
                "force": scenario.territory.forces[index % forces] if forces > 1 else None,
                "units_late": units,
                "open_work_hours": float(work[index] / HOUR),
                "utilisation_late": cell(busy.sum() / on_duty.sum()) if on_duty.sum() > 0 else None,
                "overloaded": bool(work[index] > HOUR * units) or full,
            }
        )
    return {name: [row[name] for row in rows] for name in OVERLOAD_COLUMNS}


OVERLOAD_COLUMNS = ("area", "force", "units_late", "open_work_hours", "utilisation_late", "overloaded")


def _unit_time(day: Day, rows: Ints, edges: Floats) -> Floats:
    """Unit seconds of some status intervals in each bin."""
    return np.diff(time_before(day.intervals.begin[rows], day.intervals.end[rows], edges))


def _by_area(day: Day, area: Ints) -> list[Ints]:
    """Status intervals of each dispatch area; ``area``: that of each interval, -1 to leave it out."""
    return rows_by(area + 1, day.scenario.dispatch_areas + 1)[1:]


def open_work(day: Day) -> Floats:
    """Scene seconds of incidents that ask for units and have none yet when the day ends, by dispatch area."""
    tape = day.tape.incidents
    record = np.flatnonzero((TASK_STATUS[day.kind] >= 0) & (day.task >= 0))
    status = last_of(day.task[record], TASK_STATUS[day.kind[record]].astype(np.float64), len(tape))
    waiting = np.isin(status, [TASK_STATUSES.index(name) for name in ("waiting", "assigned")])
    slots = np.array([len(c.slots) for c in day.scenario.classes], dtype=np.int64)[tape.cls]
    width = tape.scene_time.shape[1]
    wanted = np.arange(width) < np.minimum(slots, width)[:, None]
    seconds = (tape.scene_time * wanted).sum(axis=1)
    area = day.site_area[tape.site]
    hours = np.bincount(area[waiting], seconds[waiting], minlength=day.scenario.dispatch_areas)
    return hours.astype(np.float64)


ENTRIES = (
    entries(
        "occupancy_by_kind occupancy_by_area occupancy_by_force",
        ("unit_kind", "name", "Kind of unit"),
        ("units", "count", "Mobile units"),
        *(
            (f"{name}_hours", "h", f"Unit hours {STATUS_TEXTS.get(name, f'in status {name}')}, all days of the trace")
            for name in UNIT_STATUSES
            if name != "off_duty"
        ),
        (
            "utilisation",
            "share",
            "Share of the time on duty that mobile units are responding, on scene, conveying or handing over",
            "busy time / time on duty",
        ),
    )
    + entries(
        "load",
        ("resource", "name", "Kind of unit, desk, checkpoint lanes or kind of fixed team"),
        ("count", "count", "How many of the resource there are"),
        (
            "load",
            "share",
            "Units: busy share of the time on duty; desks: talk time over operator time; lanes: work over what they "
            "can do; fixed teams: heads on duty over heads planned; all in the voting phase. Rally rings: officer-hours "
            "with a gathering at the venue over officer-hours on duty",
        ),
        ("load_peak", "share", "Load of the busiest hour (lanes: of the busiest checkpoint)"),
        (
            "patrolling",
            "share",
            "Units with a loop: share of the time on duty in the voting phase spent on it; a patrol with little load is "
            "seen on its round, not idle",
            "time on the loop / time on duty",
        ),
        ("warning", "text", "Load below 10 % or above 95 % (fixed teams: below 95 % of the plan)"),
    )
    + entries(
        "overload",
        ("units_late", "count", "Mean mobile units on duty in the last third of the voting phase"),
        ("open_work_hours", "h", "Scene time of incidents that wait for units when the day ends"),
        ("utilisation_late", "share", "Utilisation in the last third of the voting phase"),
        (
            "overloaded",
            "yes/no",
            "Open work exceeds an hour of capacity, or utilisation stays at 0.98 or more over the last third",
        ),
    )
)
