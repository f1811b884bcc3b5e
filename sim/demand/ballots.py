"""The count in every office and the trips that bring boxes and minutes in, drawn without sight of forces.

No entity per office: votes and times of all offices are arrays, and each centre keeps the moment its last office is done.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from sim.demand.catalogue import BALLOT_ESCORT
from sim.demand.counts import Counts, no_counts
from sim.demand.legs import Legs, legs
from sim.demand.marks import lognormal
from sim.demand.tape import THINNINGS, Incidents, incidents
from sim.demand.world import World
from sim.errors import InputError
from sim.forces.draws import uniforms
from sim.forces.spread import metres_between, ragged
from sim.territory.calendar import area_label

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LAST_BLOCK = 1800.0
_BUSIEST = 0.95
"""Load of the check table above which the formula of the queue is not used: closing time is too near for it to fill."""
_OFFICES = 1000


def draw_counts(world: World) -> Counts:
    """Votes, closing queue and length of the count of every centre. Raises ``InputError`` for a centre without offices."""
    rule, sites = world.settings.ballots, world.territory.sites
    if not rule.count:
        return no_counts()
    centre = sites.of_kind("centre")
    empty = centre[sites.offices[centre] < 1]
    if len(empty):
        raise InputError(f"demand.ballots: the centre '{sites.name[empty[0]]}' has no offices; a count needs one or more")
    owner, number = ragged(sites.offices[centre])
    site = centre[owner]
    votes = sites.voters[site] / sites.offices[site] * rule.turnout * _noise(world, sites.id[site] * _OFFICES + number)
    queue = closing_queue(votes * _late_share(world)[sites.area[site]] / _LAST_BLOCK, rule.service_time, rule.visit_time)
    count = rule.setup_time + rule.paper_time * np.round(votes) * rule.papers + rule.minutes_time
    first = np.flatnonzero(number == 0)
    return Counts(
        centre,
        np.add.reduceat(np.round(votes), first).astype(np.int64),
        np.maximum.reduceat(queue, first),
        np.maximum.reduceat(count, first),
    )


def closing_queue(rate: Floats, service_time: float, visit_time: float) -> Floats:
    """Seconds until those who stand in line at the closing have voted, by voters per second before it.

    A queue with one check table and random arrivals holds load / (1 - load) voters on average (M/M/1); each takes
    ``service_time``, the last one ``visit_time`` in the office.
    """
    load = np.minimum(rate * service_time, _BUSIEST)
    return np.asarray(load / (1.0 - load) * service_time + visit_time)


def _noise(world: World, office: Ints) -> Floats:
    """Gamma noise with mean 1, one for each office id."""
    cv = world.settings.ballots.turnout_cv
    if cv == 0.0:
        return np.ones(len(office))
    shape = 1.0 / cv**2
    return np.asarray(gammaincinv(shape, uniforms(world.streams, "counts", office)) / shape)


def _late_share(world: World) -> Floats:
    """Share of all votes that come in the last half hour, by area."""
    closing = world.calendar.closing.tolist()
    before = [world.curves.curve(a, {"voters": 1.0}).share_until(t - _LAST_BLOCK) for a, t in enumerate(closing)]
    return np.asarray(1.0 - np.array(before, dtype=np.float64).reshape(-1))


def collection_points(world: World, centre: Ints) -> Ints:
    """Where each centre's boxes go: the collection point of its commune, or the nearest one of its area.

    Raises ``InputError`` for an area with centres but no collection point.
    """
    sites = world.territory.sites
    points = sites.of_kind("collection")
    found = np.full(len(centre), -1, dtype=np.int64)
    by_commune = dict(zip(sites.commune[points][::-1].tolist(), points[::-1].tolist(), strict=True))
    found[:] = [by_commune.get(commune, -1) if commune else -1 for commune in sites.commune[centre].tolist()]
    for area in np.unique(sites.area[centre[found < 0]]).tolist():
        near = points[sites.area[points] == area]
        rows = np.flatnonzero((found < 0) & (sites.area[centre] == area))
        if not len(near):
            where = area_label(world.territory, area)
            raise InputError(f"demand.ballots: a convoy without a collection point: {where} has {len(rows)} centres and none")
        away = np.stack([metres_between(world.territory, centre[rows], np.full(len(rows), point)) for point in near])
        found[rows] = near[away.argmin(axis=0)]
    return found


def draw_convoys(world: World, counts: Counts) -> tuple[Incidents, Legs] | None:
    """The trips of the night as planned tasks with legs (None: there are none)."""
    rule, sites = world.settings.ballots, world.territory.sites
    if not rule.convoys or not len(counts.site):
        return None
    centre = counts.site
    goal = collection_points(world, centre)
    ready = world.calendar.closing[sites.area[centre]] + counts.queue_time + counts.count_time
    group = goal * len(world.territory.forces) + sites.force[centre]
    group = np.where(sites.mobile[centre], -1 - np.arange(len(centre)), group)  # a mobile office has its own vehicle
    order = np.lexsort((sites.id[centre], ready, group))
    trip, due = trips(group[order], ready[order], rule.chain, rule.gather_time)
    rows = order[np.lexsort((sites.id[centre[order]], -metres_between(world.territory, centre, goal)[order], trip))]
    trip = np.sort(trip)
    hold = rule.load_time + _lost(world, centre[rows])
    return _as_tasks(world, trip, due, centre[rows], goal[rows], hold)


def trips(group: Ints, ready: Floats, chain: int = 1, gather_time: float = 0.0) -> tuple[Ints, Floats]:
    """Number of the trip of each centre, and the moment at which each trip is due; centres come sorted by group and moment.

    A trip is due when ``chain`` centres are ready or the last one of its group is, else ``gather_time`` after its first.
    """
    trip, due = np.zeros(len(group), dtype=np.int64), list[float]()
    size, first = 0, 0.0
    for i, (own, at) in enumerate(zip(group.tolist(), ready.tolist(), strict=True)):
        same = i > 0 and own == group[i - 1]
        if same and size < chain and at <= first + gather_time:
            size, due[-1] = size + 1, at
        else:
            if same and size < chain:
                due[-1] = first + gather_time
            size, first = 1, at
            due.append(at)
        trip[i] = len(due) - 1
    return trip, np.array(due)


def _lost(world: World, centre: Ints) -> Floats:
    """Seconds by which the leg that leaves each centre leaves late."""
    rule, sites = world.settings.ballots, world.territory.sites
    u = [uniforms(world.streams, "convoys", sites.id[centre], entity) for entity in range(4)]
    obstructed = np.array([getattr(rule.obstruction, regime) for regime in world.regimes])[sites.area[centre]]
    z = [ndtri(np.clip(v, 1e-12, 1.0 - 1e-12)) for v in u[2:]]
    late = np.where(u[0] < rule.delay_share, lognormal(z[0], *rule.delay_time), 0.0)
    return np.asarray(late + np.where(u[1] < obstructed, lognormal(z[1], *rule.obstruction_time), 0.0))


def _as_tasks(world: World, trip: Ints, due: Floats, centre: Ints, goal: Ints, hold: Floats) -> tuple[Incidents, Legs]:
    """Trips as rows of the tape; ``trip``, ``centre``, ``goal`` and ``hold`` in the order in which centres are called at."""
    rule, sites, calendar = world.settings.ballots, world.territory.sites, world.calendar
    first = np.flatnonzero(np.r_[True, trip[1:] != trip[:-1]])
    last = np.r_[first[1:] - 1, len(trip) - 1]
    site, code = centre[first], world.code[BALLOT_ESCORT]
    ids = ((code + 1) * 1000 + sites.area[site]) * 1_000_000 + np.arange(len(first))
    place = np.arange(len(trip)) - first[trip]
    later = np.flatnonzero(place > 0)
    ends = place[last] + 1
    width = max(1, max(len(c.slots) for c in world.classes))
    noise = np.exp(world.settings.noise_sigma * ndtri(uniforms(world.streams, "convoys", sites.id[site], 4).clip(1e-12)))
    rows = incidents(
        id=ids,
        at=due,
        site=site,
        x=sites.x[site],
        y=sites.y[site],
        cls=np.full(len(ids), code),
        priority=np.full(len(ids), world.classes[code].priority),
        thinning=np.full(len(ids), THINNINGS["count"] if calendar.latest_extension > 0.0 else 0),
        scene_time=np.repeat(hold[first][:, None], width, axis=1),
        noise=np.repeat(noise[:, None], width, axis=1),
    )
    return rows, legs(
        np.concatenate((ids[trip[later]], ids)),
        np.concatenate((place[later], ends)),
        np.concatenate((centre[later], goal[last])),
        np.concatenate((hold[later], np.full(len(ids), rule.handover_time))),
    )
