"""Checkpoints: what ordinary traffic pays for them, and what they find.

Ordinary traffic is work per minute through the recursion of ``sim.gates``; checkpoints that work alike (fabric, technology,
hours, lanes, alert levels) are computed once. The traffic of an entrance counts both directions, half each way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.clock import DAY, HOUR, MINUTE
from sim.gates import work_waits
from sim.measures.alert import level_steps
from sim.measures.day import Day, Floats, Ints, cell, per_day
from sim.measures.entry import Cell, Table, entries
from sim.processes.checkpoint import technology_by_site
from sim.scenario import Scenario
from sim.territory.sites import FABRICS
from sim.trace import CODE

Span = tuple[float, float, float, int]
"""Begin, end, lanes open in each direction, alert level."""
Spans = tuple[Span, ...]

TRAFFIC_HOURS = (0.2,) * 5 + (0.4, 0.7) + (1.0,) * 12 + (0.8, 0.7, 0.6, 0.4, 0.3)
"""Traffic of each hour of the day against an ordinary hour (assumed; the same day as that of vehicles of interest)."""
PEAK_HOURS = (7, 8, 16, 17, 18)


def traffic_per_minute(scenario: Scenario, fabric: int, minutes: Floats) -> Floats:
    """Vehicles per minute in one direction of an entrance, for minutes that begin at ``minutes`` (seconds)."""
    rules = scenario.checkpoints
    hourly = rules.traffic_rural if FABRICS[fabric] == "rural" else rules.traffic_city
    weights = np.array(TRAFFIC_HOURS)
    weights[list(PEAK_HOURS)] = rules.peak_factor
    hours: Ints = np.floor(minutes % DAY / HOUR).astype(np.int64)
    return np.asarray(hourly / 2.0 / 60.0 * weights[hours])


@dataclass(frozen=True)
class Flow:
    """Ordinary traffic through one direction of one checkpoint while it is staffed: seconds, vehicles, seconds of work.

    ``stopped``: vehicles checked or searched; ``check_time``: seconds that took; ``room``: vehicles its lanes could have passed.
    """

    open_time: float = 0.0
    lane_time: float = 0.0
    vehicles: float = 0.0
    stopped: float = 0.0
    check_time: float = 0.0
    wait_sum: float = 0.0
    wait_p90: float = 0.0
    max_wait: float = 0.0
    max_queue: float = 0.0
    work: float = 0.0
    room: float = 0.0


@dataclass(frozen=True)
class _Minutes:
    """Minutes of a stretch without a gap: begin, length, lanes, level of each, shape (minutes,)."""

    begin: Floats
    length: Floats
    lanes: Floats
    level: Ints


def flow(scenario: Scenario, fabric: int, technology: int, spans: Spans) -> Flow:
    """Pass ordinary traffic through one direction staffed during ``spans``; a queue lives on until the crew leaves."""
    parts = [_pass(scenario, fabric, technology, minutes) for minutes in _stretches(spans)]
    if not parts:
        return Flow()
    totals, waits, vehicles = zip(*parts, strict=True)
    names = ("open_time", "lane_time", "vehicles", "stopped", "check_time", "wait_sum", "work", "room")
    summed = {name: sum(getattr(part, name) for part in totals) for name in names}
    worst = {name: max(getattr(part, name) for part in totals) for name in ("max_wait", "max_queue")}
    return Flow(**summed, **worst, wait_p90=weighted_quantile(np.concatenate(waits), np.concatenate(vehicles), 0.9))


def _stretches(spans: Spans) -> Iterable[_Minutes]:
    """Spans that follow each other at once, cut into minutes."""
    groups: list[list[Span]] = []
    for span in spans:
        if groups and groups[-1][-1][1] == span[0]:
            groups[-1].append(span)
        else:
            groups.append([span])
    for group in groups:
        begins = [begin + MINUTE * np.arange(int(np.ceil((end - begin) / MINUTE))) for begin, end, _, _ in group]
        counts = [len(minutes) for minutes in begins]
        ends = np.repeat([end for _, end, _, _ in group], counts)
        begin = np.concatenate(begins)
        lanes, level = np.repeat([lanes for _, _, lanes, _ in group], counts), np.repeat([level for *_, level in group], counts)
        yield _Minutes(begin, np.minimum(ends - begin, MINUTE), lanes.astype(np.float64), level)


def _pass(scenario: Scenario, fabric: int, technology: int, minutes: _Minutes) -> tuple[Flow, Floats, Floats]:
    """Totals of one stretch, and wait and vehicles of each of its minutes."""
    rules = scenario.checkpoints
    by_level = range(3)
    service = np.array([rules.service_time(technology, level) for level in by_level])[minutes.level]
    check = np.array([rules.check_time(technology, level) for level in by_level])[minutes.level]
    share = np.array([rules.inspected.at(level) + rules.searched.at(level) for level in by_level])[minutes.level]
    vehicles = traffic_per_minute(scenario, fabric, minutes.begin) * (minutes.length / MINUTE)
    lane_time = minutes.length * minutes.lanes
    backlog, waits = work_waits(vehicles * service, lane_time, minutes.length)
    total = Flow(
        open_time=float(minutes.length.sum()),
        lane_time=float(lane_time.sum()),
        vehicles=float(vehicles.sum()),
        stopped=float((vehicles * share).sum()),
        check_time=float((vehicles * check).sum()),
        wait_sum=float((vehicles * waits).sum()),
        max_wait=float(waits.max(initial=0.0)),
        max_queue=float((backlog / service).max(initial=0.0)),
        work=float((vehicles * service).sum()),
        room=float((lane_time / service).sum()),
    )
    return total, waits, vehicles


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Lowest value that at least ``share`` of the weight does not exceed (0 without any weight).

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 8.0, 1.0]), 0.9)
    2.0
    """
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    if not len(total) or total[-1] <= 0.0:
        return 0.0
    return float(values[order][np.searchsorted(total, share * total[-1] * (1.0 - 1e-12))])


def staffed_spans(day: Day) -> dict[int, Spans]:
    """When each checkpoint (site) has a crew on duty and is not closed by order, with its lanes and the alert level."""
    units, intervals, sites = day.scenario.units, day.intervals, day.scenario.territory.sites
    at_checkpoint = np.zeros(len(sites), dtype=bool)
    at_checkpoint[sites.of_kind("checkpoint")] = True
    base = units.base[intervals.unit]
    crews = ~units.mobile[intervals.unit] & at_checkpoint[base] & (intervals.status > 0)
    heads = day.value[intervals.record[crews]].astype(np.int64)
    changes: dict[int, list[_Change]] = defaultdict(list)
    columns = (base[crews], intervals.begin[crews], intervals.end[crews], heads)
    for site, begin, end, count in zip(*(column.tolist() for column in columns), strict=True):
        changes[site] += [(begin, count, 0, 0), (end, -count, 0, 0)]
    for record in day.records("checkpoint_closed", "checkpoint_opened").tolist():
        order = 1 if day.kind[record] == CODE["checkpoint_closed"] else -1
        changes[int(day.columns["site"][record])].append((float(day.time[record]), 0, order, 0))
    steps = level_steps(day)
    for site, mine in changes.items():
        step = steps[int(sites.area[site])]
        mine += [(at, 0, 0, up) for at, up in zip(step.at[1:].tolist(), np.diff(step.level).tolist(), strict=True)]
    return {site: _spans(day.scenario, sorted(mine)) for site, mine in changes.items()}


_Change = tuple[float, int, int, int]
"""Moment, heads more, order (1 close, -1 open, 0 none), levels up."""


def _spans(scenario: Scenario, changes: list[_Change]) -> Spans:
    """Stretches with a crew and without an order to close."""
    rules = scenario.checkpoints
    spans: list[Span] = []
    heads, closed, level, since = 0, False, 0, 0.0
    for at, more, order, up in changes:
        lanes = 0 if closed else rules.lanes_for(heads)
        if lanes and at > since:
            here = (since, at, lanes / rules.ways, level)
            if spans and spans[-1][1:] == (since, *here[2:]):
                here = (spans.pop()[0], *here[1:])
            spans.append(here)
        heads, closed, level, since = heads + more, order > 0 if order else closed, level + up, at
    return tuple(spans)


@per_day
def checkpoint_table(day: Day) -> Table:
    """One row per staffed checkpoint: traffic, queue, burden on citizens, and vehicles of interest."""
    scenario = day.scenario
    sites, technology = scenario.territory.sites, technology_by_site(scenario)
    spans = {site: s for site, s in sorted(staffed_spans(day).items()) if s}
    found = _found(day)
    alike: dict[tuple[int, int, Spans], Flow] = {}
    rows: list[dict[str, Cell]] = []
    for site, open_spans in spans.items():
        key = (int(sites.fabric[site]), int(technology[site]), open_spans)
        if key not in alike:
            alike[key] = flow(scenario, *key)
        row: dict[str, Cell] = {"site": int(sites.id[site]), "area": scenario.territory.area_codes[sites.area[site]]}
        row |= {"technology": key[1]} | _burden(scenario, alike[key])
        rows.append(row | {kind: int(count[site]) for kind, count in found.items()})
    names = ("site", "area", "technology", *_burden(scenario, Flow()), *found)
    return {name: [row[name] for row in rows] for name in names}


def _found(day: Day) -> dict[str, Ints]:
    """Vehicles of interest passed and held at each site, and those held on their way out, (sites,) each."""
    size, vehicles = len(day.scenario.territory.sites), day.tape.vehicles
    outbound = dict(zip(vehicles.id.tolist(), vehicles.outbound.tolist(), strict=True))
    counts = {}
    for kind in ("vehicle_passed", "vehicle_held"):
        record = day.records(kind)
        site = day.columns["site"][record].astype(np.int64)
        counts[kind] = np.bincount(site, minlength=size)
        if kind == "vehicle_held":
            leaving = np.array([outbound.get(int(number), 0) for number in day.value[record]], dtype=np.int64)
            counts["held_outbound"] = np.bincount(site[leaving > 0], minlength=size)
    return counts


def _burden(scenario: Scenario, flow: Flow) -> dict[str, Cell]:
    """What all directions of one checkpoint do to ordinary traffic."""
    rules = scenario.checkpoints
    ways = rules.ways
    alarms = flow.stopped * ways * rules.false_alarms
    held = alarms * rules.mean_hold
    lost = (flow.wait_sum + flow.check_time) * ways + held
    some = flow.vehicles > 0
    return {
        "directions": ways,
        "open_time": flow.open_time,
        "lanes_open": cell(flow.lane_time * ways / flow.open_time) if flow.open_time else None,
        "vehicles": flow.vehicles * ways,
        "vehicles_stopped": flow.stopped * ways,
        "false_alarms": alarms,
        "alarm_citizen_hours": held / HOUR,
        "alarm_officer_hours": held * rules.hold_staff / HOUR,
        "gate_load": cell(flow.work / flow.lane_time) if flow.lane_time else None,
        "gate_throughput": cell(flow.room / flow.lane_time * HOUR) if flow.lane_time else None,
        "gate_wait_mean": cell(flow.wait_sum / flow.vehicles) if some else None,
        "gate_wait_p90": flow.wait_p90 if some else None,
        "gate_wait_max": flow.max_wait if some else None,
        "gate_queue_max": flow.max_queue if some else None,
        "minutes_lost_checkpoints": lost / MINUTE,
    }


ENTRIES = entries(
    "checkpoints",
    ("technology", "level", "Technology of the checkpoint: 0 none, 1 documents, 2 documents and scanning"),
    ("directions", "count", "Directions of the checkpoint that are staffed (in, out)"),
    ("open_time", "s", "Time with a crew on duty and no order to close"),
    ("lanes_open", "lanes", "Mean lanes open while staffed, all directions: too few officers close lanes"),
    ("vehicles", "count", "Ordinary vehicles that passed, all directions"),
    ("vehicles_stopped", "count", "Ordinary vehicles checked or searched", "vehicles x (inspected + searched) by alert level"),
    ("false_alarms", "count", "Expected vehicles held without reason", "vehicles_stopped x false_alarms setting"),
    ("alarm_citizen_hours", "h", "Hours drivers are held without reason", "false_alarms x mean hold"),
    ("alarm_officer_hours", "officer h", "Hours of officers tied up by false alarms", "alarm_citizen_hours x hold_staff"),
    ("gate_load", "share", "Work that came as a share of what the lanes can do", "vehicles x mean service / lane time"),
    (
        "gate_throughput",
        "vehicles per lane and hour",
        "Vehicles that a lane can pass in an hour at the inspection shares and the technology of the day",
        "3600 / mean service",
    ),
    ("gate_wait_mean", "s", "Mean wait of a vehicle in the queue before the checkpoint (0 below capacity)"),
    ("gate_wait_p90", "s", "Wait that nine vehicles of ten do not exceed"),
    ("gate_wait_max", "s", "Longest mean wait of any minute"),
    ("gate_queue_max", "vehicles", "Longest queue of one direction", "backlog / mean service"),
    (
        "minutes_lost_checkpoints",
        "min",
        "Minutes drivers lost at checkpoints: queue, checks and holds after false alarms (slow passing not counted)",
    ),
    ("vehicle_passed", "count", "Vehicles of interest that passed: not looked at, or not detected"),
    ("vehicle_held", "count", "Vehicles of interest detected and held"),
    ("held_outbound", "count", "Of the vehicles of interest held, those that were leaving town"),
)
