"""Stories: SimPy processes that stand in the queue themselves while their tale waits for a moment."""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappush
from typing import TYPE_CHECKING, Any

from simpy import Event, Process
from simpy.events import PENDING

if TYPE_CHECKING:
    from sim.processes.kernel import Clock

Moment = tuple[float, int]
"""When, and with which rank (one of those of ``sim.processes.kernel`` plus a stable id)."""
Tale = Generator[Event | Moment, Any, None]


class Story(Process):
    """A process that begins at once, inside the step that starts it, or at its ``first`` moment; it ends without an event when
    nobody waits for it.

    Its tale yields moments, ``yield at, rank``, which cost one entry in SimPy's queue and nothing else, or any SimPy event. A
    moment never lies in the past. ``number`` is that of the entry which wakes the story: one that was put off or interrupted
    leaves an entry behind that no longer counts. ``moment`` is the last one it waited for.
    """

    env: Clock
    _generator: Tale  # type: ignore[assignment]
    _home: list[Any]
    _ok, _value = True, PENDING

    def __init__(self, clock: Clock, tale: Tale, first: Moment | None = None) -> None:
        self.env = clock
        self.callbacks = []
        self._generator = tale
        self.number = -1
        if first is None:
            self.go_on()
        else:
            self._wait(first)

    def go_on(self, value: Any = None) -> None:
        """Tell the tale up to the next moment or event it waits for."""
        self.env._active_proc = self
        try:
            told = self._generator.send(value)
        except StopIteration:
            self._end()
            return
        if type(told) is tuple:
            self._wait(told)
        else:
            self._wait_for(told)

    def _wait_for(self, event: Any) -> None:
        """Wait for an event; one that has happened does not keep the tale waiting."""
        if event.callbacks is None:
            self.go_on(event._value)
        else:
            self._target, self._home = event, self.env._queue
            event.callbacks.append(self._resume)

    def _wait(self, moment: Moment) -> None:
        clock = self.env
        self.moment = moment
        at, rank = moment
        now = clock._now
        self.number = number = next(clock._eid)
        heappush(clock._queue, (at if at > now else now, rank, number, self))  # type: ignore[misc]

    def _resume(self, event: Event) -> None:
        """The event that the tale waited for has happened, in whichever part; what failed is raised in the tale."""
        self.env._queue = self._home
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
        self._wait((at, self.moment[1]))

    def interrupt(self, cause: object = None) -> None:
        """End the tale where it waits for its moment."""
        self.number = -1
        self._generator.close()
        self._end()
