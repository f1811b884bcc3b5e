"""Warnings of ordered disturbances: some of them are known ahead, and some warnings are of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.demand.catalogue import PRESENCE
from sim.demand.marks import lognormal
from sim.demand.signals import Warnings, make_rows
from sim.demand.tape import THINNINGS, Incidents, incidents
from sim.demand.world import Group, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_ID = 1_000_000_000
_IDS_PER_GROUP = 1000


def warn_of(
    world: World, name: str, group: Group, event: Ints, expected: float
) -> Group:
    """A group of ordered disturbances with its warnings: bits and parents of those that are warned of.

    ``event``: number of the disturbance (cluster) of each incident, in order; ``expected``: mean number of disturbances.
    """
    rule, begin, end = world.settings.warnings, world.calendar.begin, world.calendar.end
    if rule.share == 0.0:
        return group
    stream = world.streams("warnings", group.key)
    first = np.unique(event, return_index=True)[1]
    u, z = stream.random(len(first)), stream.standard_normal(len(first))
    warned = (u < rule.share) & (group.at[first] >= begin) & (group.at[first] <= end)
    base = FIRST_ID + (group.cls * 1000 + group.area) * _IDS_PER_GROUP
    parent = np.where(warned, base + np.cumsum(warned), -1)[event] if len(event) else np.zeros(0, dtype=np.int64)
    mean = expected * rule.share * rule.false_share / (1.0 - rule.false_share)
    true = (group.at[first[warned]], group.site[first[warned]], z[warned])
    due, site, lead = (np.concatenate(pair) for pair in zip(true, _false(world, name, group, mean), strict=True))
    ids = base + np.arange(1, len(due) + 1)
    known = np.maximum(due - lognormal(lead, *rule.lead_time), begin)
    presence = ((world.code[PRESENCE] + 1) * 1_000_000_000) + ids
    rows = make_rows(Warnings, id=ids, at=known, due_at=due, site=site, presence=presence)
    return replace(group, thinning=np.where(parent >= 0, THINNINGS["warning"], 0) | group.thinning, parent=parent, warnings=rows)


def _false(world: World, name: str, group: Group, mean: float) -> tuple[Floats, Ints, Floats]:
    """Expected moments, places and standard normals of the lead of false warnings."""
    stream = world.streams("false_warnings", group.key)
    count = int(stream.poisson(mean))
    u, z = stream.random((2, count)), stream.standard_normal(count)
    due = world.curves.curve(group.area, world.settings.classes[name].times).times(u[0])
    inside = due <= world.calendar.end
    return due[inside], world.centres[group.area].choose(u[1])[inside], z[inside]


def presences(world: World, warnings: Warnings) -> Incidents:
    """The planned task that would be the presence at each warning, known when the warning is; the plan thins and times it."""
    sites, size = world.territory.sites, len(warnings)
    streams = [world.streams("warnings", int(number)).random(2) for number in warnings.id]
    u, noise = np.array(streams).reshape(-1, 2).T
    spread = np.exp(world.settings.noise_sigma * ndtri(np.clip(noise, 1e-12, 1.0 - 1e-12)))
    return incidents(
        id=warnings.presence,
        at=warnings.at,
        site=warnings.site,
        x=sites.x[warnings.site],
        y=sites.y[warnings.site],
        cls=np.full(size, world.code[PRESENCE]),
        priority=np.full(size, world.classes[world.code[PRESENCE]].priority),
        candidate=u,
        thinning=np.full(size, THINNINGS["warning"]),
        parent=warnings.id,
        scene_time=np.maximum(warnings.due_at - warnings.at, 0.0),
        noise=spread,
    )
