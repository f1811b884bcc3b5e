"""SimPy with a clock that keeps exact times and a rule for what happens at one instant.

Events are pushed at absolute times (SimPy adds delays, which drifts by an ulp) and ordered inside one instant by
rank and then by the lowest stable id: first orders, then changes of phase and shift, then units becoming free, then
tasks. Nothing happens in the past: an event asked for before the present moment happens now.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from math import inf, nextafter
from typing import Any

from simpy import Environment, Event, Process

ORDER = 1 << 48
"""Rank of orders: injects and decisions, in the order in which they were given."""
PLAN = 2 << 48
"""Rank of changes of phase and shift."""
FREE = 3 << 48
"""Rank of units arriving or becoming free."""
TASK = 4 << 48
"""Rank of incidents occurring, being reported and becoming ready."""

Tale = Generator[Event, Any, None]


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the cyclic garbage collector out of a run.

    A day holds hundreds of thousands of live objects and frees them by reference count; looking through them again and again
    costs a quarter of the run and finds next to nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Clock(Environment):
    """A SimPy environment whose events carry absolute times and ranks.

    ``begin`` is an event that has happened, from which every story sets out.
    """

    def __init__(self, initial_time: float = 0.0) -> None:
        super().__init__(initial_time)
        self.begin = Event(self)
        self.begin._ok, self.begin._value, self.begin.callbacks = True, None, None  # type: ignore[assignment]

    def fire(self, event: Event, rank: int, at: float | None = None) -> None:
        """Trigger a pending event at ``at`` (now if not given) with ``rank`` plus a stable id."""
        event._ok = True
        event._value = None
        heappush(self._queue, (self._now if at is None else at, rank, next(self._eid), event))  # type: ignore[misc]

    def run_before(self, until: float) -> None:
        """Process every event strictly before ``until``."""
        self._process(nextafter(until, -inf))
        self._now = max(self._now, float(until))

    def run_through(self, until: float = inf) -> None:
        """Process every event up to and including ``until``."""
        self._process(until)
        if until < inf:
            self._now = max(self._now, float(until))

    def _process(self, until: float) -> None:
        """SimPy's own step, written out: a call for every event would cost a tenth of the run."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self._now, _, _, event = heappop(queue)
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok and not hasattr(event, "_defused"):
                raise event._value


class At(Event):
    """An event that happens at an absolute time."""

    _ok = True
    _value = None

    def __init__(self, clock: Clock, at: float, rank: int) -> None:
        self.env = clock
        self.callbacks = []
        now = clock._now
        heappush(clock._queue, (at if at > now else now, rank, next(clock._eid), self))  # type: ignore[misc]
        self.rank = rank

    def moved_to(self, at: float) -> At:
        """Let those who wait for this event wait for the same at another time; return what they wait for now."""
        other = At(self.env, at, self.rank)  # type: ignore[arg-type]
        other.callbacks, self.callbacks = self.callbacks, []
        for callback in other.callbacks or ():
            callback.__self__._target = other  # type: ignore[attr-defined]
        return other


class Story(Process):
    """A process that begins at once, inside the step that starts it, and ends without an event when nobody waits for it."""

    def __init__(self, clock: Clock, tale: Tale) -> None:
        self.env = clock
        self.callbacks = []
        self._generator = tale
        self._target = clock.begin
        self._resume(clock.begin)

    def _resume(self, event: Event) -> None:
        """SimPy's resumption, without what a tale never needs; an interrupt goes SimPy's own way."""
        if not event._ok:
            super()._resume(event)
            return
        tell = self._generator.send
        try:
            event = tell(event._value)
            while event.callbacks is None:
                event = tell(event._value)
        except StopIteration:
            self._ok, self._value = True, None
            if self.callbacks:
                self.env.schedule(self)
            self.callbacks = None  # type: ignore[assignment]
            return
        event.callbacks.append(self._resume)
        self._target = event
