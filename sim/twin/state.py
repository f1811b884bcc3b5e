"""How busy the units of a scenario are: work and drives fitted to each other."""

from __future__ import annotations

import numpy as np

from sim.measures.coverage import LIMIT
from sim.twin.days import Days, Floats
from sim.twin.forces import Needs, Pools, busy_shares, is_covered, offered, pools_of, shares
from sim.twin.places import Room, density, pace, room_of
from sim.twin.scene import State, voting_weight

ROUNDS = 3
"""Rounds in which drives and the share of time that units are busy are fitted to each other."""


def solve(days: Days) -> State:
    """Busy shares and drives that fit each other."""
    pools = pools_of(days)
    needs = Needs.of(days, pools)
    slots, areas = max(len(pools.slots), 1), days.scenario.dispatch_areas
    draws = shares(pools, len(pools.slots), areas) if pools.slots else np.zeros((areas, len(pools.area)))
    kept = is_covered(pools, draws)[days.area[needs.row] * slots + needs.slot]
    needs = Needs(needs.row[kept], needs.slot[kept], needs.work[kept])
    busy = np.zeros(pools.on_duty.shape)
    voting = voting_weight(days)
    for _ in range(ROUNDS):
        free = pools.places(busy)
        room = room_of(days, np.bincount(pools.area, free @ voting, areas).astype(np.float64))
        busy_time = needs.work + _reach(days, pools, needs, free, room)
        load = offered(days, needs, busy_time, slots)
        busy = busy_shares(pools, load, draws)
    return State(days, pools, needs, draws, busy, busy_time, room)


def _reach(days: Days, pools: Pools, needs: Needs, free: Floats, room: Room) -> Floats:
    """Expected mobilisation and drive of each need, (needs,), by the square-root law; 0 where nobody is on duty."""
    sites, metric = days.scenario.territory.sites, days.scenario.territory.metric
    if days.scenario.territory.matrix is not None:
        return np.full(len(needs.row), float(days.scenario.territory.matrix.mean()))
    out = np.zeros(len(needs.row))
    area, hour = days.area[needs.row], days.hour_of(days.reported_at[needs.row])
    for here in np.unique(area).tolist():
        mine, own = np.flatnonzero(area == here), np.flatnonzero(pools.area == here)
        site = days.rows.site[needs.row[mine]]
        fit = pools.fitting[needs.slot[mine]][:, own]
        dense = density(pools, free, room, site, hour[mine], own, here, metric) * fit
        strength = dense / pace(days, pools.mode[own], sites.fabric[site], hour[mine]) ** 2
        total = strength.sum(axis=1)
        start = np.divide(strength @ pools.start[own], total, out=np.zeros(len(mine)), where=total > 0.0)
        drive = np.divide(np.sqrt(np.pi) / 2.0, np.sqrt(total), out=np.zeros(len(mine)), where=total > 0.0)
        out[mine] = start + np.minimum(drive, LIMIT)
    return out
