"""A made-up nation of the size of Algeria: 12,400 centres, 48 areas, 8,000 units, 5,000 of them on patrol loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.demand.tape import Tape
from sim.movement import build_loops
from sim.scenario import Scenario
from sim.settings.response import DispatchSettings, TravelSettings

AREAS, CENTRES, UNITS, PATROLS, INCIDENTS, BASES = 48, 12_400, 8_000, 5_000, 60_000, 480
HOUR = 3600.0


def nation(seed: int = 1) -> tuple[Scenario, Tape]:
    """The scenario and a stress day of 60,000 incidents."""
    rng = np.random.default_rng(seed)
    area = np.concatenate((np.arange(BASES) // 10, np.sort(rng.integers(0, AREAS, CENTRES))))
    count, is_centre = BASES + CENTRES, np.arange(BASES + CENTRES) >= BASES
    sites = make_sites(
        rng.uniform(-2, 8, AREAS)[area] + rng.normal(0, 0.35, count),
        rng.uniform(28, 36.5, AREAS)[area] + rng.normal(0, 0.3, count),
        kind=["centre" if c else "base" for c in is_centre],
        area=area,
        force=np.arange(count) % 2,
        fabric=list(
            np.array(["urban", "rural", "suburban", "old_city"])[rng.choice(4, count, p=[0.3, 0.5, 0.15, 0.05])]
        ),
        offices=np.where(is_centre, 5, 0),
        voters=np.where(is_centre, 1800, 0),
        tier=rng.choice(3, count, p=[0.8, 0.15, 0.05]),
    )
    territory = make_territory(sites, metric="great_circle", forces=("police", "gendarmerie"))
    base = np.sort(rng.integers(0, BASES, UNITS))
    patrols = np.sort(rng.choice(UNITS, PATROLS, replace=False))
    near = [np.flatnonzero((area == a) & is_centre & (sites.force == f)) for a in range(AREAS) for f in (0, 1)]
    stops = [rng.choice(near[2 * area[base[u]] + base[u] % 2], 8) for u in patrols]
    legs, waits = rng.uniform(120, 600, (PATROLS, 8)), rng.uniform(600, 900, (PATROLS, 8))
    loop = np.full(UNITS, -1)
    loop[patrols] = np.arange(PATROLS)
    units = make_units(
        base,
        territory,
        kind=list(np.where(loop >= 0, "patrol_car", "rrv")),
        mode=list(np.where(rng.random(UNITS) < 0.75, "car", "motorcycle")),
        loop=loop,
        loop_phase=rng.uniform(0, 3000, UNITS),
        begin=-40 * HOUR,
    )
    units = replace(
        units, moving_time=np.full(UNITS, 15.0), parked_time=np.full(UNITS, 45.0), base_time=np.full(UNITS, 80.0)
    )
    calendar = make_calendar(territory, begin=-40 * HOUR, opening=8 * HOUR, closing=20 * HOUR, end=26 * HOUR)
    loops = build_loops(stops, sites.x, sites.y, list(legs), list(waits))
    scenario = make_scenario(
        territory, units, loops=loops, dispatch=DispatchSettings(), travel=TravelSettings(), calendar=calendar,
        operators=np.full(AREAS, 14),
    )  # fmt: skip
    tape = make_tape(
        territory,
        np.sort(rng.uniform(8 * HOUR, 20 * HOUR, INCIDENTS)),
        rng.integers(BASES, count, INCIDENTS),
        rng.lognormal(7, 0.5, INCIDENTS),
        priority=rng.integers(1, 4, INCIDENTS),
        talk_time=rng.exponential(70, INCIDENTS),
        channel=np.zeros(INCIDENTS),
        noise=rng.lognormal(0, 0.35, INCIDENTS),
    )
    return scenario, tape
