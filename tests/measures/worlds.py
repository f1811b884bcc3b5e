"""Small worlds for the tests of measures: a few sites and units, traces written by hand, and days run by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import Tape
from sim.movement import build_loops
from sim.scenario import Scenario
from sim.settings.response import DispatchSettings, RoomSettings
from sim.trace import CODE, PURPOSES, Trace


class Story:
    """A trace written by hand: ``told(time, kind, ...)`` appends a record, ``drive`` a leg."""

    def __init__(self) -> None:
        self.trace = Trace()

    def told(self, at: float, kind: str, task: int = -1, unit: int = -1, value: float = 0.0, site: int = -1) -> None:
        self.trace.append(at, CODE[kind], task, unit, site, 0, -1, value)

    def drive(
        self,
        unit: int,
        depart: float,
        arrive: float,
        begin: tuple[float, float],
        end: tuple[float, float],
        purpose: str,
    ) -> None:
        self.trace.append_leg(unit, depart, arrive, *begin, *end, PURPOSES.index(purpose), -1)


def line(places: int = 3, units: int = 2, tasks: int = 4, **marks: object) -> tuple[Scenario, Tape]:
    """A base at 0 and centres every kilometre on a line; 40 km/h; incidents at the first one, ten minutes apart."""
    sites = make_sites(
        1000.0 * np.arange(places + 1), np.zeros(places + 1), kind=["base"] + ["centre"] * places, offices=2, voters=800
    )
    territory = make_territory(sites)
    classes = (
        IncidentClass("dispute", 1),
        IncidentClass("medical", 1, group="medical"),
        IncidentClass("blockade", 2, (Slot(), Slot())),
    )
    calendar = make_calendar(territory, opening=0.0, closing=36_000.0, end=40_000.0)
    scenario = make_scenario(territory, make_units([0] * units, territory), classes=classes, calendar=calendar)
    at = 600.0 * np.arange(tasks)
    return scenario, make_tape(territory, at, [1] * tasks, np.full(tasks, 300.0), **marks)


def town(seed: int = 1, metric: str = "euclid", incidents: int = 400, **rules: object) -> tuple[Scenario, Tape]:
    """Two areas of two forces, patrols on loops, response cars and foot pairs, a busy day; ``rules`` of dispatch."""
    rng = np.random.default_rng(seed)
    count, bases = 90, 12
    x, y = rng.uniform(0, 1, count), rng.uniform(0, 1, count)
    x, y = (3.0 + 0.3 * x, 36.0 + 0.3 * y) if metric == "great_circle" else (30_000.0 * x, 30_000.0 * y)
    sites = make_sites(
        x,
        y,
        kind=["base"] * bases + ["centre"] * (count - bases),
        area=np.arange(count) % 2,
        force=np.arange(count) // 2 % 2,
        fabric=[("urban", "rural", "suburban", "old_city")[i % 4] for i in range(count)],
        offices=np.where(np.arange(count) < bases, 0, 1 + np.arange(count) % 7),
        voters=np.where(np.arange(count) < bases, 0, 400),
        tier=np.arange(count) % 3,
    )
    wrap = (30_000.0, 30_000.0) if metric == "torus" else None
    matrix = rng.uniform(60, 2400, (count, count)) if metric == "matrix" else None
    named = metric if metric in ("euclid", "right_angle", "great_circle") else "euclid"
    territory = make_territory(sites, metric=named, wrap=wrap, matrix=matrix, forces=("police", "gendarmerie"))
    base = np.sort(rng.integers(0, bases, 40))
    loop = np.where(np.arange(40) % 3 == 0, np.arange(40) // 3, -1)
    stops = [_stops(rng, sites, int(base[u])) for u in np.flatnonzero(loop >= 0)]
    times = [rng.uniform(200.0, 900.0, len(s)) for s in stops]
    loops = build_loops(stops, sites.x, sites.y, times, times)
    kinds = np.where(loop >= 0, "patrol_car", np.where(np.arange(40) % 3 == 1, "rrv", "foot_pair"))
    units = make_units(
        base,
        territory,
        kind=list(kinds),
        mode=list(np.where(kinds == "foot_pair", "motorcycle", "car")),
        loop=loop,
        loop_phase=np.where(loop >= 0, 300.0, 0.0),
        shifts=[
            [(0.0, 20_000.0), (20_000.0, 36_000.0)] if u % 2 else [(0.0, 15_000.0), (18_000.0, 36_000.0)]
            for u in range(40)
        ],
    )
    units = replace(
        units,
        moving_time=units.moving_time + 15.0,
        parked_time=units.parked_time + 45.0,
        base_time=units.base_time + 80,
    )
    classes = (
        IncidentClass("dispute", 1, (Slot(("patrol_car", "rrv")),)),
        IncidentClass("queue", 3, (Slot(),)),
        IncidentClass("blockade", 2, (Slot(("rrv",)), Slot()), release="together"),
    )
    scenario = make_scenario(
        territory,
        units,
        classes=classes,
        loops=loops,
        dispatch=DispatchSettings(**{"command": "joint", "policy": "least_time", **rules}),  # type: ignore[arg-type]
        room=RoomSettings(lines=0.0, operators=4),
        calendar=make_calendar(territory, opening=2_000.0, closing=34_000.0, end=40_000.0),
    )
    cls = rng.integers(0, 3, incidents)
    tape = make_tape(
        territory,
        np.sort(rng.uniform(0, 34_000, incidents)),
        rng.integers(bases, count, incidents),
        rng.exponential(900.0, (incidents, 2)),
        cls=cls,
        priority=np.array([1, 3, 2])[cls],
        channel=rng.integers(0, 5, incidents),
        talk_time=rng.exponential(60.0, incidents),
        noise=rng.lognormal(0.0, 0.3, (incidents, 2)),
        escalate_time=rng.exponential(6_000.0, incidents),
        patience=rng.exponential(20_000.0, incidents),
        convey_to=np.where(rng.random(incidents) < 0.1, rng.integers(0, bases, incidents), -1),
        handover_time=np.full(incidents, 120.0),
    )
    return scenario, tape


def _stops(rng: np.random.Generator, sites, base: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    same = np.flatnonzero((sites.area == sites.area[base]) & (sites.force == sites.force[base]) & (sites.offices > 0))
    return rng.choice(same, 5, replace=False)
