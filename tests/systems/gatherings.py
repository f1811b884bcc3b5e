"""A small town for the tests of planned tasks, and paired runs of it on the same tapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sim.build import Place, build_place, build_scenario, build_tape
from sim.demand.classes import GROUPS
from sim.measures.collect import Measures, measure
from sim.processes.simulation import run
from sim.settings import Settings, read
from sim.settings.demand import DemandSettings
from sim.study.statistics import Estimate
from tests.days import paired_difference

CITY = {
    "centres": 24, "offices": 96, "voters": 40_000, "population": 90_000, "zones": 1, "communes": 3, "entrances": 2,
    "venues": 6, "markets": 1, "radius_km": 5.0, "police_share": 1.0,
}  # fmt: skip
STAFFING = {"absence": 0.0, "people_per_search_team": {"police": 45_000.0}}
HOUR = 3600.0
Figure = Callable[[Measures], float | None]


def town(demand: DemandSettings, staffing: dict[str, Any] | None = None, **groups: Any) -> Settings:
    """Settings of the town with some keys of the staffing changed; ``groups`` are plain values of whole groups."""
    plain = {"territory": {"country": "city", "city": CITY}, "staffing": STAFFING | (staffing or {}), **groups}
    return replace(read(plain, Settings), demand=demand)


def rallies(per_area: float = 4.0, **parts: Any) -> DemandSettings:
    """Demand with gatherings early in the evening; ``parts`` change ``rallies``, nested settings as mappings."""
    base = DemandSettings()
    nested = {k: replace(getattr(base.rallies, k), **v) for k, v in parts.items() if k in ("sweep", "patrol", "matches")}
    hours = {"start_from": 17 * HOUR, "start_to": 18 * HOUR}
    return replace(base, rallies=replace(base.rallies, per_area=per_area, **(hours | parts | nested)))


def escorts(demand: DemandSettings | None = None, **parts: dict[str, Any]) -> DemandSettings:
    """Demand with VIPs or tours of the commission: changes of ``escorts.vips`` and ``escorts.commission``."""
    base = demand or DemandSettings()
    nested = {name: replace(getattr(base.escorts, name), **changes) for name, changes in parts.items()}
    return replace(base, escorts=replace(base.escorts, **nested))


def paired(days: int, first: Settings, second: Settings, *figures: Figure, same_tape: bool = True) -> list[Estimate]:
    """Differences second - first of some figures over some days, on the tapes of ``first`` (or each on its own)."""
    place = build_place(first)
    one, two = (list(play(s, place, days, first if same_tape else s)) for s in (first, second))
    return [paired_difference([figure(m) for m in two], [figure(m) for m in one]) for figure in figures]


def rises(change: Estimate) -> bool:
    """Whether the 95 % interval lies above zero."""
    return change.low is not None and change.low > 0.0


def falls(change: Estimate) -> bool:
    """Whether the 95 % interval lies below zero."""
    return change.high is not None and change.high < 0.0


def play(settings: Settings, place: Place, days: int, tape_of: Settings) -> Iterator[Measures]:
    """Measures of some days."""
    for day in range(days):
        scenario = build_scenario(replace(settings, replication=day), place)
        tape = build_tape(tape_of, place, day)
        yield measure(scenario, tape, run(scenario, tape))


def response(measures: Measures) -> float:
    """Mean response to everything that is no planned task, seconds."""
    rows = measures.incidents
    return float(rows.response_time[(rows.group != GROUPS.index("planned")) & np.isfinite(rows.response_time)].mean())


def total(table: str, column: str, **where: str) -> Figure:
    """The sum of one column over the rows of a table that have some values (no data counts as 0)."""

    def figure(measures: Measures) -> float:
        rows = measures.tables[table]
        keep = [all(rows[name][i] == value for name, value in where.items()) for i in range(len(rows[column]))]
        return sum(float(value) for value, kept in zip(rows[column], keep, strict=True) if kept and value is not None)  # type: ignore[arg-type]

    return figure
