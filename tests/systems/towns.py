"""Two towns side by side, each an area with police in the middle and gendarmerie round it, and paired days in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import CHANNELS, Tape
from sim.forces.units import Units
from sim.measures.collect import Measures, measure
from sim.measures.invariants import check_invariants
from sim.movement import Loops, build_loops
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.command import CommandSettings
from sim.settings.response import DispatchSettings, RoomSettings
from sim.study.statistics import Estimate
from sim.territory.sites import Territory
from tests.days import paired_difference

DAYS = range(8)
"""Replications of a paired comparison."""
HOURS = 8 * 3600.0
PATROL = (Slot(("patrol_car", "rrv")),)
CLASSES = (
    IncidentClass("dispute", 2, PATROL),
    IncidentClass("threat", 1, PATROL),
    IncidentClass("crowd", 1, (Slot(("section",)), Slot(("patrol_car", "rrv")))),
    IncidentClass("question", 4, (), group="normal"),
    IncidentClass("help", 3, (Slot(("normal_car", "patrol_car")),), group="normal"),
)
DISPUTE, THREAT, CROWD, QUESTION, HELP = range(len(CLASSES))


def towns(side: int = 7, step: float = 700.0) -> Territory:
    """Sites on a grid, ``side`` x ``side`` in each of two areas; the inner ones are the police's."""
    column, row = np.meshgrid(np.arange(2 * side), np.arange(side))
    column, row = column.ravel(), row.ravel()
    inner = (np.abs(column % side - side // 2) <= 1) & (np.abs(row - side // 2) <= 1)
    sites = make_sites(
        column * step, row * step, kind="centre", area=column // side, force=np.where(inner, 0, 1), offices=4, voters=1600
    )
    forces = ("police", "gendarmerie")
    return make_territory(sites, areas=("a", "b"), forces=forces, neighbours=((1,), (0,)), populations=(80_000.0, 80_000.0))


def forces(territory: Territory, kinds: Sequence[str], per_room: int, seed: int = 5, **options: Any) -> Units:
    """``per_room`` units of each kind in each area and force, at bases drawn once."""
    rng, sites, base, kind = np.random.default_rng(seed), territory.sites, [], []
    for name in kinds:
        for area in (0, 1):
            for force in (0, 1):
                own = np.flatnonzero((sites.area == area) & (sites.force == force))
                base += rng.choice(own, per_room).tolist()
                kind += [name] * per_room
    return make_units(base, territory, kind=kind, mobilisation_time=60.0, **options)


def patrols(territory: Territory, units: Units) -> Loops:
    """A loop for each unit from its base past three other sites of its area, with stops of five minutes at 36 km/h."""
    rng, sites, stops, legs = np.random.default_rng(6), territory.sites, [], []
    for base, area in zip(units.base.tolist(), units.area.tolist(), strict=True):
        here = np.flatnonzero((sites.area == area) & (np.arange(len(sites)) != base))
        stops.append(np.array([base, *rng.choice(here, 3, replace=False)]))
        x, y = sites.x[stops[-1]], sites.y[stops[-1]]
        legs.append(np.hypot(np.roll(x, -1) - x, np.roll(y, -1) - y) / 10.0)
    return build_loops(stops, sites.x, sites.y, legs, [np.full(4, 300.0)] * len(stops))


def tape(territory: Territory, day: int, count: int, shares: Sequence[float], area_bias: float = 0.5, **marks: Any) -> Tape:
    """``count`` calls of the classes above by ``shares``; a share ``area_bias`` of them in area a."""
    rng = np.random.default_rng([77, day])
    sites = territory.sites
    area = (rng.random(count) >= area_bias).astype(int)
    by_area = [np.flatnonzero(sites.area == a) for a in (0, 1)]
    site = np.array([by_area[a][int(u * len(by_area[a]))] for a, u in zip(area, rng.random(count), strict=True)])
    cls = rng.choice(len(CLASSES), count, p=np.pad(shares, (0, len(CLASSES) - len(shares))))
    given = {
        "cls": cls,
        "priority": np.array([c.priority for c in CLASSES])[cls],
        "channel": np.full(count, CHANNELS.index("phone")),
        "report_time": rng.exponential(60.0, count),
        "talk_time": rng.exponential(60.0, count),
        "dispatch_time": np.where(cls == QUESTION, 0.0, 60.0),
        "route": rng.random(count),
        "known": rng.random(count),
        "caller_patience": rng.exponential(60.0, count),
        "redials": rng.geometric(0.5, count) - 1,
        "redial_time": rng.exponential(90.0, count),
    }
    scene = marks.pop("scene_time", rng.exponential(1500.0, (count, 2)))
    return make_tape(territory, np.sort(rng.random(count)) * HOURS, site, scene, **(given | marks))


def town_scenario(
    territory: Territory,
    units: Units,
    *,
    dispatch: dict[str, Any] | None = None,
    command: dict[str, Any] | None = None,
    room: dict[str, Any] | None = None,
    operators: Sequence[int] | None = None,
    loops: Loops | None = None,
) -> Scenario:
    """A scenario with small changes to its rules."""
    return make_scenario(
        territory,
        units,
        classes=CLASSES,
        dispatch=DispatchSettings(**({"command": "parallel", "policy": "nearest"} | (dispatch or {}))),
        command=CommandSettings(**(command or {})),
        room=RoomSettings(**({"lines": 0.0} | (room or {}))),
        travel=uniform_travel(36.0),
        operators=operators,
        loops=loops,
    )


@cache
def played(scenario: Scenario, tape: Tape) -> Measures:
    """The measures of one day, on whose trace all invariants hold."""
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    return measure(scenario, tape, trace, per_place=True, grid_time=HOURS)


def compare(with_it: Scenario, without: Scenario, tapes: Sequence[Tape], read: Callable[[Measures], float | None]) -> Estimate:
    """Paired difference of one figure, with the system minus without it, on the same tapes."""
    return paired_difference([read(played(with_it, t)) for t in tapes], [read(played(without, t)) for t in tapes])


def rises(difference: Estimate) -> bool:
    """The 95 % interval lies above zero."""
    return difference.low is not None and difference.low > 0.0


def falls(difference: Estimate) -> bool:
    """The 95 % interval lies below zero."""
    return difference.high is not None and difference.high < 0.0


def total(measures: Measures, table: str, column: str) -> float:
    """Sum of a column over its rows with data."""
    return float(sum(v for v in measures.tables[table][column] if v is not None))  # type: ignore[misc]


def mean_of(measures: Measures, column: str, cls: str | None = None, **equal: Any) -> float | None:
    """Mean of a column of the incidents of a class (and with other columns equal to something)."""
    table = measures.tables["incidents"]
    keep = np.ones(len(table["id"]), dtype=bool)
    for name, wanted in ({"class": cls} if cls else {} | equal).items():
        keep &= np.array([v == wanted for v in table[name]])
    values = [v for v, k in zip(table[column], keep, strict=True) if k and v is not None]
    return float(np.mean(values)) if values else None  # type: ignore[arg-type]
