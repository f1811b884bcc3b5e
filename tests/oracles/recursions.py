"""Path by path: short recursions for queues whose every arrival and service time is given.

Absolute times in seconds. Rules at one instant: a unit becoming free comes before a task becoming ready; tasks are
taken in the order of their ids (their row numbers), units in the order of theirs.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FREE, READY = 0, 1


class Served(NamedTuple):
    """When each task started and which unit took it (lowest id that is free; after a wait, the unit just freed)."""

    start: Floats
    unit: NDArray[np.int64]


class Packages(NamedTuple):
    """Per task: first and last unit at work, and when the last of its units was released."""

    first_start: Floats
    full_start: Floats
    released: Floats


def in_order(ready: ArrayLike) -> list[int]:
    """Ids sorted by ready time, then id."""
    times = np.asarray(ready, float)
    return [int(i) for i in np.lexsort((np.arange(len(times)), times))]


def lindley(ready: ArrayLike, service: ArrayLike) -> Floats:
    """Start of each task in G/G/1, first come first served, shape (tasks,).

    Source: Lindley 1952: next wait = max(0, wait + service - time between arrivals), in absolute times.
    """
    arrive, work = np.asarray(ready, float), np.asarray(service, float)
    start, free = np.empty(len(arrive)), -np.inf
    for task in in_order(arrive):
        start[task] = max(arrive[task], free)
        free = start[task] + work[task]
    return start


def kiefer_wolfowitz(ready: ArrayLike, service: ArrayLike, units: int) -> Floats:
    """Start of each task in G/G/c, first come first served, shape (tasks,).

    Source: Kiefer & Wolfowitz 1955: the vector of work left at each server, in order; here the moments they are free.
    """
    arrive, work = np.asarray(ready, float), np.asarray(service, float)
    start, free = np.empty(len(arrive)), [-np.inf] * units
    for task in in_order(arrive):
        start[task] = max(arrive[task], heapq.heappop(free))
        heapq.heappush(free, float(start[task] + work[task]))
    return start


def priority_queue(
    ready: ArrayLike,
    service: ArrayLike,
    priority: ArrayLike,
    units: int,
    reserve: Sequence[int] = (),
    blocked_blocks: bool = True,
) -> Served:
    """Non-preemptive priority G/G/c with a reserve; priority 0 is the most urgent.

    Class k is served only while more than ``reserve[k]`` units are free (missing: none kept). FIFO inside a class, then
    lowest id. ``blocked_blocks``: a class that waits for the reserve's sake holds back all lower ones.
    Source: the textbook discrete-event loop (Law & Kelton, chapter 1) on one heap.
    """
    arrive, work, level = np.asarray(ready, float), np.asarray(service, float), np.asarray(priority, int)
    start, taken = np.full(len(arrive), np.nan), np.full(len(arrive), -1)
    kept = {k: reserve[k] if k < len(reserve) else 0 for k in np.unique(level).tolist()}
    queues: dict[int, list[tuple[float, int]]] = {k: [] for k in sorted(kept)}
    free = list(range(units))
    agenda = [(float(moment), READY, task) for task, moment in enumerate(arrive)]
    heapq.heapify(agenda)
    while agenda:
        now, kind, who = heapq.heappop(agenda)
        if kind == FREE:
            free.append(who)
        else:
            heapq.heappush(queues[int(level[who])], (now, who))
        while (task := _best(queues, kept, len(free), blocked_blocks)) is not None:
            unit = who if kind == FREE and who in free else min(free)
            free.remove(unit)
            start[task], taken[task] = now, unit
            heapq.heappush(agenda, (float(now + work[task]), FREE, unit))
    return Served(start, taken)


def _best(queues: dict[int, list[tuple[float, int]]], kept: dict[int, int], free: int, blocks: bool) -> int | None:
    """Take the best waiting task that may be served with ``free`` units off its queue."""
    for k, queue in queues.items():
        if queue and free > kept[k]:
            return heapq.heappop(queue)[1]
        if queue and blocks:
            return None
    return None


def packages(
    ready: ArrayLike,
    service: Sequence[Sequence[float]],
    units: int,
    starts: Literal["together", "as_free"] = "together",
    release: Literal["each", "together"] = "each",
) -> Packages:
    """FIFO head-of-line queue whose task i needs ``len(service[i])`` units, slot s working ``service[i][s]``.

    ``starts="together"``: all at the moment enough units are free. ``"as_free"``: the head takes free units one by one,
    and each works from its own start. ``release="each"``: a unit leaves after its own work; ``"together"``: all leave
    when the last has finished. Slots are filled in their order, by free units without travel. Units of a task are
    distinct, except that with "as_free" and "each" a unit released early may fill a later slot of the same task.
    Source: Green 1980 (together, each); Brill & Green 1984 (together, together).
    """
    arrive = np.asarray(ready, float)
    first, full, released = (np.full(len(arrive), np.nan) for _ in range(3))
    free: list[float] = [-np.inf] * units  # moments at which units are free; those not yet released are absent
    head_passed = -np.inf  # FIFO: no task takes a unit before its predecessor has taken all of its own
    for task in in_order(arrive):
        earliest = max(float(arrive[task]), head_passed)
        if starts == "as_free" and release == "each":
            begun, done = _one_by_one(free, earliest, service[task])
        else:
            own = [max(earliest, heapq.heappop(free)) for _ in service[task]]
            begun = [max(own)] * len(own) if starts == "together" else own
            done = [begin + work for begin, work in zip(begun, service[task], strict=True)]
            for moment in done:
                heapq.heappush(free, moment if release == "each" else max(done))
        first[task], full[task], released[task] = min(begun), max(begun), max(done)
        head_passed = max(begun)
    return Packages(first, full, released)


def _one_by_one(free: list[float], earliest: float, service: Sequence[float]) -> tuple[list[float], list[float]]:
    """Starts and ends of slots that each take the next free unit; a unit may fill a later slot of the same task."""
    begun, done = [], []
    for work in service:
        begun.append(max(earliest, heapq.heappop(free)))
        earliest = begun[-1]
        done.append(begun[-1] + work)
        heapq.heappush(free, done[-1])
    return begun, done
