"""Rumours, the crowds that could become incidents and the calls they cause, all at the bound of no correction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.demand.catalogue import RUMOUR_CALL
from sim.demand.crowds import rumour_crowd
from sim.demand.marks import Z90, lognormal
from sim.demand.signals import Rumours, join_rows, make_rows
from sim.demand.tape import THINNINGS
from sim.demand.world import Group, World, entity
from sim.errors import InputError, nearest
from sim.settings.signals import RumourDraws

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_ID = 2_000_000_000
_IDS_PER_AREA = 1_000_000


def draw_rumours(world: World) -> tuple[Rumours, list[Group]]:
    """The rumours of all areas and their groups of candidates. Raises ``InputError`` for an unknown class."""
    rule = world.settings.rumours
    if not rule.drawn:
        return join_rows(Rumours, []), []
    name, known = rule.incident_class, world.settings.classes
    if name not in known:
        raise InputError(f"demand.rumours.incident_class: no class '{name}'{nearest(name, known)}")
    bound = 1.0 / usual_share(rule)
    reaching = float(ndtr(Z90 * np.log(rule.peak[0] / rule.threshold) / np.log(max(rule.peak[1] / rule.peak[0], 1.0 + 1e-9))))
    rows, groups = [], []
    for area, code in world.areas:
        mean = world.expected(name, area) * bound / reaching
        if mean > 0.0:
            drawn = _area_rumours(world, area, entity(code, name), mean)
            rows.append(drawn)
            groups += [_crowds(world, area, entity(code, name), drawn, bound), _calls(world, area, code, drawn)]
    return join_rows(Rumours, rows), groups


def grown_by(rule: RumourDraws) -> float:
    """Seconds after which a crowd that nothing slows reaches the threshold."""
    return float(rule.doubling_time * np.log2(rule.threshold / rule.start))


def usual_share(rule: RumourDraws) -> float:
    """Size under the usual correction, as a share of the threshold, at the moment when a crowd without one reaches it."""
    after = max(grown_by(rule) - rule.usual_correction, 0.0)
    return float(2.0 ** (-rule.usual_cut * after / rule.doubling_time))


def _area_rumours(world: World, area: int, key: int, mean: float) -> Rumours:
    rule = world.settings.rumours
    stream, pick = world.streams("rumours", key), world.centres[area]
    count = int(stream.poisson(mean))
    u, z = stream.random((2, count)), stream.standard_normal(count)
    times = world.settings.classes[rule.incident_class].times
    at = world.curves.curve(area, times).times(u[0]) - grown_by(rule)
    same = np.ones(count)
    return make_rows(
        Rumours,
        id=FIRST_ID + area * _IDS_PER_AREA + np.arange(1, count + 1),
        at=np.maximum(at, world.calendar.begin),
        site=pick.choose(u[1]),
        start=same * rule.start,
        doubling_time=same * rule.doubling_time,
        peak=lognormal(z, *rule.peak),
        life_time=same * rule.life_time,
    )


def _crowds(world: World, area: int, key: int, rumours: Rumours, bound: float) -> Group:
    """One candidate for each rumour whose crowd would reach the threshold."""
    rule = world.settings.rumours
    large = rumours.peak >= rule.threshold
    at, parent = rumours.at[large] + grown_by(rule), rumours.id[large]
    return _group(world, rule.incident_class, area, key, at, rumours.site[large], parent, bound)


def _calls(world: World, area: int, code: str, rumours: Rumours) -> Group:
    """Calls in proportion to the people who would come, each when the crowd would have grown so far."""
    rule, key = world.settings.rumours, entity(code, RUMOUR_CALL)
    last = rumour_crowd(rumours, np.full(len(rumours), np.inf), 0.0, rumours.end_at)
    stream = world.streams("rumour_calls", key)
    row = np.repeat(np.arange(len(rumours)), stream.poisson(rule.calls_per_person * last))
    people = np.maximum(stream.random(len(row)) * last[row], rule.start)
    at = rumours.at[row] + rule.doubling_time * np.log2(people / rule.start)
    return _group(world, RUMOUR_CALL, area, key, at, rumours.site[row], rumours.id[row], 1.0)


def _group(world: World, name: str, area: int, key: int, at: Floats, site: Ints, parent: Ints, bound: float) -> Group:
    sites, thinning = world.territory.sites, np.full(len(at), THINNINGS["rumour"])
    return Group(world.code[name], area, key, at, site, sites.x[site], sites.y[site], parent, thinning, bound)
