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
from operator import itemgetter
from typing import Any

from simpy import Environment, Event, Process
from simpy.events import PENDING

ORDER = 1 << 48
"""Rank of orders: injects and decisions, in the order in which they were given."""
PLAN = 2 << 48
"""Rank of changes of phase and shift."""
FREE = 3 << 48
"""Rank of units arriving or becoming free."""
TASK = 4 << 48
"""Rank of incidents occurring, being reported and becoming ready."""

Moment = tuple[float, int]
"""When, and with which rank (one of the above plus a stable id)."""
Tale = Generator[Event | Moment, Any, None]


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

    ``parts`` of the world that nothing links may have queues of their own: each is told in one go up to the next event of the
    common queue, so that what it needs stays in the processor's cache. What a part does must not depend on another one's state;
    everything that reaches across (orders, phases) belongs to the common queue and finds all parts at its own moment.
    """

    def __init__(self, initial_time: float = 0.0, parts: int = 0) -> None:
        super().__init__(initial_time)
        self._common: list[Any] = self._queue
        self._parts: list[list[Any]] = [[] for _ in range(parts)]

    @property
    def parts(self) -> int:
        """Number of parts with a queue of their own (0: there is one queue for all)."""
        return len(self._parts)

    @contextmanager
    def part(self, number: int) -> Iterator[None]:
        """Give the stories that are started inside to one part, if there are parts."""
        self._queue = self._parts[number] if self._parts else self._common
        try:
            yield
        finally:
            self._queue = self._common

    @property
    def teller(self) -> Story:
        """The story that is being told just now."""
        story = self._active_proc
        assert isinstance(story, Story)
        return story

    def fire(self, event: Event, rank: int) -> None:
        """Trigger a pending event now, with ``rank`` plus a stable id."""
        event._ok = True
        event._value = None
        heappush(self._queue, (self._now, rank, next(self._eid), event))  # type: ignore[misc]

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
        """Process every event up to and including ``until``."""
        while self._parts and self._common and self._common[0][0] <= until:
            at = self._common[0][0]
            for queue in self._parts:
                self._tell(queue, nextafter(at, -inf))
            queues = [self._common, *self._parts]
            while ready := [queue for queue in queues if queue and queue[0][0] <= at]:
                self._tell(min(ready, key=itemgetter(0)), at, once=True)
        for queue in self._parts or [self._common]:
            self._tell(queue, until)
        self._queue = self._common

    def _tell(self, queue: list[Any], until: float, once: bool = False) -> None:
        """SimPy's own step, written out, since a call for every event would cost a tenth of the run; and without an event
        object for stories, which stand in the queue themselves.
        """
        self._queue = queue
        while queue and queue[0][0] <= until:
            self._now, _, number, event = heappop(queue)
            if type(event) is Story:
                if event.number == number:
                    event.go_on()
            else:
                callbacks, event.callbacks = event.callbacks, None
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
            if once:
                return


class Story(Process):
    """A process that begins at once, inside the step that starts it, or at its ``first`` moment; it ends without an event when
    nobody waits for it.

    Its tale yields moments, ``yield at, rank``, which cost one entry in SimPy's queue and nothing else, or any SimPy event. A
    moment never lies in the past. ``number`` is that of the entry which wakes the story: one that was put off or interrupted
    leaves an entry behind that no longer counts.
    """

    env: Clock
    _ok, _value = True, PENDING

    def __init__(self, clock: Clock, tale: Tale, first: Moment | None = None) -> None:
        self.env = clock
        self.callbacks = []
        self._generator = tale  # type: ignore[assignment]
        self.number = -1
        if first is None:
            self.go_on()
        else:
            self._wait(first)

    def go_on(self, value: Any = None) -> None:
        """Tell the tale up to the next moment or event it waits for."""
        clock = self.env
        clock._active_proc = self
        try:
            told: Any = self._generator.send(value)
            while type(told) is not tuple and told.callbacks is None:
                told = self._generator.send(told._value)
        except StopIteration:
            self._end()
            return
        if type(told) is tuple:
            self._wait(told)
        else:
            self._target = told
            told.callbacks.append(self._resume)

    def _wait(self, moment: Moment) -> None:
        clock = self.env
        at, self.rank = moment
        now = clock._now
        self.number = number = next(clock._eid)
        heappush(clock._queue, (at if at > now else now, self.rank, number, self))  # type: ignore[misc]

    def _resume(self, event: Event) -> None:
        """The event that the tale waited for has happened; what failed is raised in the tale."""
        if event._ok:
            self.go_on(event._value)
        else:
            super()._resume(event)

    def _end(self) -> None:
        """The tale is told."""
        self._value = None
        if self.callbacks:
            self.env.schedule(self)
        else:
            self.callbacks = None  # type: ignore[assignment]

    def put_off(self, at: float) -> None:
        """Wait for another moment than the one the tale asked for."""
        self._wait((at, self.rank))

    def interrupt(self, cause: object = None) -> None:
        """End the tale where it waits for its moment."""
        self.number = -1
        self._generator.close()
        self._end()
