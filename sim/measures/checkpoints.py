"""Checkpoints: what ordinary traffic pays for them, and what they find.

Ordinary traffic is work per minute through the recursion of ``sim.gates``; checkpoints that work alike (fabric, hours)
are computed once. The traffic of an entrance counts both directions, half each way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sim.clock import DAY, HOUR, MINUTE
from sim.gates import work_waits
from sim.measures.day import Day, Floats, Ints, cell
from sim.measures.entry import Cell, Table, entries
from sim.scenario import Scenario
from sim.settings.response import CheckpointSettings
from sim.territory.sites import FABRICS
from sim.trace import CODE

Spans = tuple[tuple[float, float], ...]

TRAFFIC_HOURS = (0.2,) * 5 + (0.4, 0.7) + (1.0,) * 12 + (0.8, 0.7, 0.6, 0.4, 0.3)
"""Traffic of each hour of the day against an ordinary hour (assumed; the same day as that of vehicles of interest)."""
PEAK_HOURS = (7, 8, 16, 17, 18)


def mean_service(rules: CheckpointSettings) -> float:
    """Seconds a lane is held by the average vehicle: slow pass, document check or full search.

    Technology shortens checks.
    """
    technology = rules.technology_factor**rules.technology
    checked = rules.inspected * HOUR / rules.inspect_rate + rules.searched * HOUR / rules.search_rate
    return (1.0 - rules.inspected - rules.searched) * HOUR / rules.slow_pass_rate + checked * technology


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
    """Ordinary traffic through one direction of one checkpoint while it is staffed."""

    open_time: float
    vehicles: float
    wait_sum: float
    max_wait: float
    max_queue: float
    work: float


def flow(scenario: Scenario, fabric: int, spans: Spans) -> Flow:
    """Pass ordinary traffic through one direction staffed during ``spans`` (seconds, begin and end of each)."""
    rules = scenario.checkpoints
    service = mean_service(rules)
    total = Flow(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for begin, end in spans:
        minutes: Floats = begin + MINUTE * np.arange(int(np.ceil((end - begin) / MINUTE)), dtype=np.float64)
        share = np.minimum((end - minutes) / MINUTE, 1.0)
        vehicles = traffic_per_minute(scenario, fabric, minutes) * share
        backlog, waits = work_waits(vehicles * service, MINUTE * rules.lanes)
        total = Flow(
            total.open_time + end - begin,
            total.vehicles + float(vehicles.sum()),
            total.wait_sum + float((vehicles * waits).sum()),
            max(total.max_wait, float(waits.max(initial=0.0))),
            max(total.max_queue, float(backlog.max(initial=0.0)) / service),
            total.work + float((vehicles * service).sum()),
        )
    return total


def staffed_spans(day: Day) -> dict[int, Spans]:
    """When each checkpoint (site) has a crew on duty and is not closed by order."""
    units, intervals = day.scenario.units, day.intervals
    at_checkpoint = np.zeros(len(day.scenario.territory.sites), dtype=bool)
    at_checkpoint[day.scenario.territory.sites.of_kind("checkpoint")] = True
    base = units.base[intervals.unit]
    crews = ~units.mobile[intervals.unit] & at_checkpoint[base] & (intervals.status > 0)
    steps: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for site, begin, end in zip(base[crews].tolist(), intervals.begin[crews].tolist(), intervals.end[crews].tolist()):
        steps[site] += [(begin, 1, 0), (end, -1, 0)]
    for record in day.records("checkpoint_closed", "checkpoint_opened").tolist():
        change = 1 if day.kind[record] == CODE["checkpoint_closed"] else -1
        steps[int(day.columns["site"][record])].append((float(day.time[record]), 0, change))
    return {site: _spans(sorted(changes)) for site, changes in steps.items()}


def _spans(changes: list[tuple[float, int, int]]) -> Spans:
    """Stretches with a crew and without an order to close, from changes of (moment, crews, closed)."""
    spans: list[tuple[float, float]] = []
    crews, closed, since = 0, False, np.nan
    for at, crew, order in changes:
        was_open = crews > 0 and not closed
        crews += crew
        closed = order > 0 if order else closed
        is_open = crews > 0 and not closed
        if is_open and not was_open:
            since = at
        elif was_open and not is_open and at > since:
            spans.append((since, at))
    joined: list[tuple[float, float]] = []
    for begin, end in spans:
        if joined and joined[-1][1] == begin:
            begin = joined.pop()[0]
        joined.append((begin, end))
    return tuple(joined)


def checkpoint_table(day: Day) -> Table:
    """One row per staffed checkpoint: traffic, queue, burden on citizens, and vehicles of interest."""
    scenario = day.scenario
    sites, rules = scenario.territory.sites, scenario.checkpoints
    directions = int(rules.entrances) + int(rules.exits)
    spans = {site: s for site, s in sorted(staffed_spans(day).items()) if s and directions}
    found = {kind: _count(day, kind) for kind in ("vehicle_passed", "vehicle_held")}
    alike: dict[tuple[int, Spans], Flow] = {}
    rows: list[dict[str, Cell]] = []
    for site, open_spans in spans.items():
        key = (int(sites.fabric[site]), open_spans)
        if key not in alike:
            alike[key] = flow(scenario, *key)
        row: dict[str, Cell] = {"site": int(sites.id[site]), "area": scenario.territory.area_codes[sites.area[site]]}
        row |= _burden(rules, alike[key], directions)
        rows.append(row | {kind: int(count[site]) for kind, count in found.items()})
    names = ("site", "area", *_burden(rules, Flow(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0), *found)
    return {name: [row[name] for row in rows] for name in names}


def _count(day: Day, kind: str) -> Ints:
    return np.bincount(
        day.columns["site"][day.records(kind)].astype(np.int64), minlength=len(day.scenario.territory.sites)
    )


def _burden(rules: CheckpointSettings, flow: Flow, directions: int) -> dict[str, Cell]:
    """What all directions of one checkpoint do to ordinary traffic."""
    technology = rules.technology_factor**rules.technology
    vehicles = flow.vehicles * directions
    stopped = vehicles * (rules.inspected + rules.searched)
    check_time = rules.inspected * HOUR / rules.inspect_rate + rules.searched * HOUR / rules.search_rate
    alarms = stopped * rules.false_alarms
    lost = flow.wait_sum * directions + vehicles * check_time * technology + alarms * rules.hold_time
    capacity = flow.open_time * rules.lanes
    return {
        "directions": directions,
        "open_time": flow.open_time,
        "vehicles": vehicles,
        "vehicles_stopped": stopped,
        "false_alarms": alarms,
        "gate_load": cell(flow.work / capacity) if capacity else None,
        "gate_wait_mean": cell(flow.wait_sum / flow.vehicles) if flow.vehicles else None,
        "gate_wait_max": flow.max_wait if flow.vehicles else None,
        "gate_queue_max": flow.max_queue if flow.vehicles else None,
        "minutes_lost_checkpoints": lost / MINUTE,
    }


ENTRIES = entries(
    "checkpoints",
    ("directions", "count", "Directions of the checkpoint that are staffed (in, out)"),
    ("open_time", "s", "Time with a crew on duty and no order to close"),
    ("vehicles", "count", "Ordinary vehicles that passed, all directions"),
    ("vehicles_stopped", "count", "Ordinary vehicles checked or searched", "vehicles x (inspected + searched)"),
    ("false_alarms", "count", "Expected vehicles held without reason", "vehicles_stopped x false_alarms setting"),
    ("gate_load", "share", "Work that came as a share of what the lanes can do", "vehicles x mean service / lane time"),
    ("gate_wait_mean", "s", "Mean wait of a vehicle in the queue before the checkpoint (0 below capacity)"),
    ("gate_wait_max", "s", "Longest mean wait of any minute"),
    ("gate_queue_max", "vehicles", "Longest queue of one direction", "backlog / mean service"),
    (
        "minutes_lost_checkpoints",
        "min",
        "Minutes drivers lost at checkpoints: queue, checks and holds after false alarms (slow passing not counted)",
    ),
    ("vehicle_passed", "count", "Vehicles of interest that passed undetected"),
    ("vehicle_held", "count", "Vehicles of interest detected and held"),
)
