"""Traffic at town entrances: a flow by hour, and the few vehicles of interest in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY
from sim.demand.curves import hourly
from sim.demand.places import picks
from sim.demand.tape import Incidents, Vehicles
from sim.demand.world import World, entity
from sim.settings.demand import VehicleSettings
from sim.territory.sites import FABRICS, Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_IDS_PER_AREA = 1_000_000
_NOTICE = 600.0
"""An interception less than ten minutes ahead comes too late to cancel anything."""


@dataclass(frozen=True)
class Traffic:
    """Vehicles per hour and entrance in an ordinary hour, in towns and outside, and the factor of the peak hours."""

    city: float = 900.0
    rural: float = 300.0
    peak_factor: float = 1.5


def hour_weights(settings: VehicleSettings, traffic: Traffic) -> Floats:
    """Traffic of each hour of the day against an ordinary hour, (24,)."""
    weights = np.array(settings.hours)
    weights[list(settings.peak_hours)] = traffic.peak_factor
    return weights


def site_flows(territory: Territory, traffic: Traffic) -> Floats:
    """Vehicles per ordinary hour at each site (0 where there is no checkpoint), (sites,)."""
    sites = territory.sites
    flows = np.where(sites.fabric == FABRICS.index("rural"), traffic.rural, traffic.city)
    flows[np.setdiff1d(np.arange(len(sites)), sites.of_kind("checkpoint"))] = 0.0
    return flows


def draw_vehicles(world: World, traffic: Traffic, incidents: Incidents) -> Vehicles:
    """Vehicles of interest at every checkpoint site over the simulated span, half of them each way, and the incidents they
    may belong to."""
    rule, calendar = world.settings.vehicles, world.calendar
    weights = hour_weights(rule, traffic)
    parts: list[tuple[Ints, Floats, Ints, Floats]] = []
    if weights.any():
        curve, days = hourly(weights, calendar.begin, calendar.end)
        seconds = days * DAY * float(weights.mean()) / 3600.0
        for (area, code), pick in zip(world.areas, picks(world.territory, site_flows(world.territory, traffic))):
            mean = pick.total * seconds * rule.per_10000 / 1e4
            if mean > 0.0:
                stream = world.streams("vehicles", entity(code))
                count = int(stream.poisson(mean))
                at, site = curve.times(stream.random(count)), pick.choose(stream.random(count))
                ids = area * _IDS_PER_AREA + np.arange(1, count + 1)
                parts.append((ids, at, site, stream.random((4, count))))
    if not parts:
        parts = [(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros((4, 0)))]
    ids, at, site = (np.concatenate([part[i] for part in parts]) for i in range(3))
    u = np.concatenate([part[3] for part in parts], axis=1)
    order = np.lexsort((ids, at))
    at, site, u = at[order], site[order], u[:, order]
    linked = _linked(world, at, site, u[2] / max(rule.linked, 1e-12), incidents)
    return Vehicles(ids[order], at, site, u[0], u[1], linked, (u[3] >= 0.5).astype(np.int64))


def _linked(world: World, at: Floats, site: Ints, u: Floats, incidents: Incidents) -> Ints:
    """For the linked share (``u`` < 1) one of the area's ordered incidents within the link time, else -1."""
    sites, rule = world.territory.sites, world.settings
    ordered = [world.code[name] for name, spec in rule.classes.items() if spec.ordered]
    rows = np.flatnonzero(np.isin(incidents.cls, ordered))
    linked = np.full(len(at), -1, dtype=np.int64)
    for i in np.flatnonzero(u < 1.0):
        ahead = incidents.at[rows] - at[i]
        fits = (
            (ahead >= _NOTICE)
            & (ahead <= rule.vehicles.link_time)
            & (sites.area[incidents.site[rows]] == sites.area[site[i]])
        )
        if fits.any():
            candidates = rows[fits]
            linked[i] = incidents.id[candidates[int(u[i] * len(candidates))]]
    return linked
