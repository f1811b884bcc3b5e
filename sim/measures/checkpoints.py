"""Checkpoints: what ordinary traffic pays for them, and what they find.

Ordinary traffic is work per minute through the recursion of ``sim.gates``; checkpoints that work alike (fabric, hours) are
computed once. The traffic of an entrance counts both directions, half each way, and has no profile but its peak.
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

Spans = tuple[tuple[float, float], ...]


def mean_service(rules: CheckpointSettings) -> float:
    """Seconds a lane is held by the average vehicle: slow pass, document check or full search; technology shortens checks."""
    technology = rules.technology_factor**rules.technology
    checked = rules.inspected * HOUR / rules.inspect_rate + rules.searched * HOUR / rules.search_rate
    return (1.0 - rules.inspected - rules.searched) * HOUR / rules.slow_pass_rate + checked * technology


def traffic_per_minute(scenario: Scenario, fabric: int, minutes: Floats) -> Floats:
    """Vehicles per minute in one direction of an entrance, for minutes that begin at ``minutes`` (seconds)."""
    rules, travel = scenario.checkpoints, scenario.travel
    hourly = rules.traffic_rural if FABRICS[fabric] == "rural" else rules.traffic_city
    clock = minutes % DAY
    peak = (travel.peak_from % DAY <= clock) & (clock < travel.peak_to % DAY)
    return hourly / 2.0 / 60.0 * np.where(peak, rules.peak_factor, 1.0)


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
        minutes = begin + MINUTE * np.arange(int(np.ceil((end - begin) / MINUTE)))
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
    """When each checkpoint (site) has a crew on duty and is not closed by order, clipped to the day."""
    units = day.scenario.units
    checkpoints = set(day.scenario.territory.sites.of_kind("checkpoint").tolist())
    changes: dict[int, list[tuple[float, int]]] = defaultdict(list)
    intervals = day.intervals
    fixed = ~units.mobile[intervals.unit] & np.isin(units.base[intervals.unit], list(checkpoints)) & (intervals.status > 0)
    rows = zip(units.base[intervals.unit[fixed]].tolist(), intervals.begin[fixed].tolist(), intervals.end[fixed].tolist())
    for site, begin, end in rows:
        changes[site] += [(begin, 1), (end, -1)]
    for record in day.records("checkpoint_closed", "checkpoint_opened").tolist():
        site, step = int(day.columns["site"][record]), -1000 if day.kind[record] == day_closed() else 1000
        changes[site].append((float(day.time[record]), step))
    return {site: _above_zero(steps) for site, steps in changes.items()}


def day_closed() -> int:
    """Code of the record that closes a checkpoint."""
    from sim.trace import CODE

    return CODE["checkpoint_closed"]
