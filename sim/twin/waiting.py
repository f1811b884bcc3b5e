"""How long a task waits for a unit, by slot, hour and priority."""

from __future__ import annotations

import numpy as np

from sim.twin.days import Floats, Ints
from sim.twin.queues import erlang_c
from sim.twin.scene import State

NOBODY = 0.5
"""Where fewer units than this are on duty in the mean of an hour, what is answered then has not waited for one of them."""
LONGEST_WAIT = 3600.0
"""Wait that is taken where a steady queue would be longer or has no law: the peak that makes it lasts about an hour."""


def wait_for_a_unit(state: State, rows: Ints) -> Floats:
    """Mean wait of each row for a unit: the best of its slots, by Erlang C with Cobham's priorities."""
    waits = _waits(state)
    area, hour = state.days.area[rows], state.days.hour_of(state.days.reported_at[rows])
    slots = max(len(state.pools.slots), 1)
    number = {slot: code for code, slot in enumerate(state.pools.slots)}
    priority = state.days.rows.priority[rows] if state.days.scenario.room.triage else np.full(len(rows), 3)
    best = np.full(len(rows), np.nan)
    for code, cls in enumerate(state.days.scenario.classes):
        mine = np.flatnonzero(state.days.rows.cls[rows] == code)
        for slot in cls.slots:
            own = waits[area[mine] * slots + number[slot], hour[mine], priority[mine]]
            best[mine] = np.fmin(best[mine], own)
    return best


def _waits(state: State) -> Floats:
    """Mean wait for a unit by slot of each area, hour and priority, (areas x slots, hours, 5), in seconds.

    Erlang C for so many units as fit, with Lee & Longton's factor for the spread of work (1959) and Cobham's order of priorities
    (1954); at most ``LONGEST_WAIT``.
    """
    pools, needs, days = state.pools, state.needs, state.days
    able = state.draws @ pools.on_duty
    load = state.draws @ (state.busy * pools.on_duty)
    full = np.minimum(load, able)
    group = days.area[needs.row] * max(len(pools.slots), 1) + needs.slot
    weight, size = days.wants[needs.row], len(able)
    count = np.bincount(group, weight, size)
    mean = np.divide(np.bincount(group, weight * state.busy_time, size), count, out=np.zeros(size), where=count > 0)
    square = np.divide(np.bincount(group, weight * state.busy_time**2, size), count, out=np.zeros(size), where=count > 0)
    spread = np.divide(square, 2.0 * mean**2, out=np.ones(size), where=mean > 0)
    priority = days.rows.priority[needs.row] if days.scenario.room.triage else np.full(len(needs.row), 3)
    urgent = np.stack([np.bincount(group, weight * state.busy_time * (priority <= p), size) for p in range(5)], axis=1)
    share = np.divide(urgent, urgent[:, 4:], out=np.ones(urgent.shape), where=urgent[:, 4:] > 0)
    base = erlang_c(np.maximum(np.round(able), 1.0), full) * mean[:, None] * spread[:, None]
    busy = np.divide(full, able, out=np.ones(able.shape), where=able > 0)[:, :, None] * share[:, None, :]
    above = np.concatenate((np.zeros((*busy.shape[:2], 1)), busy[:, :, :-1]), axis=2)
    spare = able[:, :, None] * (1.0 - above) * (1.0 - busy)
    waits = np.divide(base[:, :, None], spare, out=np.full(busy.shape, LONGEST_WAIT), where=spare > 0)
    return np.where(able[:, :, None] < NOBODY, np.nan, np.minimum(waits, LONGEST_WAIT))
