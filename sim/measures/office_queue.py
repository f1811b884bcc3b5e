"""The queue before a voting room: the Kolmogorov equations of M(t)/M/c, many rooms at a time, and no entity per voter.

Voters come as a Poisson process whose rate changes over the day, each of ``servers`` booths serves one after exponential
times, and while the vote is stopped nobody is served. The law of the number inside is carried on step by step (a Taylor
series of the matrix exponential, which keeps the sum at one); what a newcomer would wait, and what remains to be waited
after the last one has come, are closed forms of that law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_TERMS = 4
_STABLE = 2.5
"""A Taylor series of four terms is stable up to 2.78 on the negative axis."""
_GRID = 256
"""Steps into which the services that a newcomer may see within the target are divided."""
_FEW = 20_000
"""Numbers to be carried on at a time up to which one call for all costs less than a call for each size."""


@dataclass(frozen=True)
class Room:
    """One voting room: booths, the mean time of a visit in one of them, and the wait from which a voter is delayed, s."""

    servers: int
    service_time: float
    target: float

    @property
    def capacity(self) -> float:
        """Voters per second when every booth is taken."""
        return self.servers / self.service_time


@dataclass(frozen=True, eq=False)
class Waits:
    """What voters of some rooms expect: ``waiting`` (rooms, steps) voter-seconds before service or while the vote is stopped,
    ``delayed`` (rooms, steps) newcomers who will wait longer than the target; ``inside`` (rooms,) voters there after the last
    step, ``rest`` (rooms,) their voter-seconds of waiting until all have been served."""

    waiting: Floats
    delayed: Floats
    inside: Floats
    rest: Floats


def office_queues(arrivals: Floats, held: Floats, step: float, room: Room, warm: Bools | bool = False) -> Waits:
    """Waits of rooms of one kind, from expected ``arrivals`` and the share of each step in which voting is ``held``.

    Both have shape (rooms, steps), steps of ``step`` seconds. Rooms begin empty, or where ``warm`` (rooms,) as if the first
    step's arrivals, below capacity, had come for ever. After the last step voting goes on until all have voted.
    """
    count, steps = arrivals.shape
    found = Waits(np.zeros((count, steps)), np.zeros((count, steps)), np.zeros(count), np.zeros(count))
    sizes = _states(arrivals, held, step, room)
    for size in np.unique(sizes).tolist():
        rows = np.flatnonzero(sizes == size)
        law = np.where(np.broadcast_to(warm, count)[rows], _stationary(arrivals[rows, 0] / step, room, size), np.eye(size, 1))
        part = _solve(law, arrivals[rows].T, held[rows].T, step, room)
        found.waiting[rows], found.delayed[rows] = part.waiting.T, part.delayed.T
        found.inside[rows], found.rest[rows] = part.inside, part.rest
    return found


def fluid_queue(arrivals: Floats, held: Floats, step: float, room: Room) -> Floats:
    """The queue if voters were a fluid, (rooms, steps): what has come and could not be served."""
    queue, out = np.zeros(len(arrivals)), np.empty(arrivals.shape)
    for k in range(arrivals.shape[1]):
        out[:, k] = queue = np.maximum(queue + arrivals[:, k] - held[:, k] * step * room.capacity, 0.0)
    return out


def _states(arrivals: Floats, held: Floats, step: float, room: Room) -> Ints:
    """Numbers inside to be told apart, (rooms,): enough for the longest queue of a fluid, the chance about it, and the
    stationary tail; in powers of two, or all alike where there are few, so that little is solved twice."""
    longest = fluid_queue(arrivals, held, step, room).max(axis=1, initial=0.0)
    load = np.minimum(arrivals.max(axis=1, initial=0.0) / (step * room.capacity), 0.95)
    tail = 14.0 / -np.log(np.maximum(load, 1e-6))
    total = arrivals.sum(axis=1)
    wanted = np.minimum(longest + 6.0 * np.sqrt(longest) + tail, total + 8.0 * np.sqrt(total)) + room.servers + 8
    size = 2.0 ** np.maximum(np.ceil(np.log2(wanted)), 5.0)
    if len(size) * size.max(initial=0.0) <= _FEW:
        size[:] = np.ceil(wanted.max(initial=0.0) / 16.0) * 16.0
    return np.asarray(size, dtype=np.int64)


def _stationary(rate: Floats, room: Room, size: int) -> Floats:
    """Stationary law of M/M/c at each rate, (states, rooms)."""
    number = np.arange(1, size)[:, None]
    ratio = rate * room.service_time / np.minimum(number, room.servers)
    law = np.concatenate((np.ones((1, len(rate))), np.cumprod(ratio, axis=0)))
    return np.asarray(law / law.sum(axis=0))


def _solve(law: Floats, arrivals: Floats, held: Floats, step: float, room: Room) -> Waits:
    """Carry the law of the number inside, (states, rooms), through the steps; inputs and series are (steps, rooms)."""
    number = np.arange(len(law), dtype=np.float64)
    queue = np.maximum(number - room.servers, 0.0)
    both = np.stack((queue, number))
    leave = np.minimum(number[1:], room.servers)[:, None] * (step / room.service_time)
    parts = int(np.ceil(2.0 * (arrivals.max(initial=0.0) + step * room.capacity) / _STABLE))
    late, seen = _late_table(len(law), room), _services_seen(held, step, room)
    waiting, delayed = np.empty(arrivals.shape), np.empty(arrivals.shape)
    work = np.zeros((3, len(law) + 1, law.shape[1]))
    for k, (come, share) in enumerate(zip(arrivals, held, strict=True)):
        before = law.copy()
        for _ in range(parts):
            law = _advanced(law, come / parts, leave * (share / parts), work)
        before += law
        queued, there = both @ before
        waiting[k] = share * queued + (1.0 - share) * there
        delayed[k] = come * _chance_late(before, late, seen[k])
    rest = queue * (queue + 1.0) / (2.0 * room.capacity)
    return Waits(0.5 * step * waiting, 0.5 * delayed, number @ law, rest @ law)


def _advanced(law: Floats, up: Floats, down: Floats, work: Floats) -> Floats:
    """The law after a part of a step: ``up`` voters come, (rooms,); ``down`` would leave each number inside, (states - 1,
    rooms). ``work`` (3, states + 1, rooms), zero at both ends, is memory to work in: net passages from one number to the next,
    those that leave, and the term of the series."""
    flow, left, next_term = work[0], work[1, 1:-1], work[2, :-1]
    term, total, net = law, law.copy(), flow[1:-1]
    for order in range(1, _TERMS + 1):
        np.multiply(term[:-1], up, out=net)
        np.multiply(down, term[1:], out=left)
        net -= left
        if order > 1:
            net *= 1.0 / order
        term = np.subtract(flow[:-1], flow[1:], out=next_term)
        total += term
    return total


def _services_seen(held: Floats, step: float, room: Room) -> Ints:
    """Services that a voter who comes in the middle of a step sees within the target, in steps of the grid."""
    ahead = int(np.ceil(room.target / step)) + 1
    after = np.ones((ahead, held.shape[1]))
    open_time = step * np.concatenate((np.zeros((1, held.shape[1])), np.cumsum(np.concatenate((held, after)), axis=0)))
    middle: Floats = (np.arange(len(held), dtype=np.float64) + 0.5) * step
    share = _at(open_time, middle + room.target, step) - _at(open_time, middle, step)
    return np.asarray(np.rint(share / room.target * _GRID), dtype=np.int64)


def _at(cumulated: Floats, moment: Floats, step: float) -> Floats:
    """Cumulated open time of every room at some moments, straight between the steps."""
    row = (moment // step).astype(np.int64)
    part = (moment / step - row)[:, None]
    return np.asarray(cumulated[row] * (1.0 - part) + cumulated[row + 1] * part)


def _late_table(size: int, room: Room) -> Floats:
    """Chance to wait longer than the target, (states, grid): fewer services than voters ahead of one's own booth.

    In the first column nobody is served within the target, so everybody waits longer.
    """
    services = room.target * room.capacity * np.arange(_GRID + 1) / _GRID
    ahead = np.arange(size, dtype=np.float64)[:, None] - room.servers
    chance = np.where(ahead >= 0.0, pdtr(np.maximum(ahead, 0.0), services), 0.0)
    chance[:, 0] = 1.0
    return np.asarray(chance)


def _chance_late(law: Floats, late: Floats, column: Ints) -> Floats:
    """Chance of each room's newcomer to be delayed, from the law (states, rooms) and the services seen (rooms,)."""
    chance = np.asarray(late[:, _GRID] @ law)
    slow = np.flatnonzero(column < _GRID)
    if len(slow):
        chance[slow] = np.einsum("ij,ij->j", law[:, slow], late[:, column[slow]])
    return chance
