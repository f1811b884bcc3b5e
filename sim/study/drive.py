"""The loop that gets tasks done: a bounded window in flight, results as they come, and nothing lost with a worker.

A worker that dies may take innocent tasks with it: each task that was in flight gets a strike and is done again. With three
strikes a task is a suspect and waits until it can run alone; what ends its worker three times alone is given up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count, islice
from statistics import median
from time import monotonic
from typing import Any, Generic, TypeVar

from sim.study.engines import Ended, Engine, EngineLost

Task = TypeVar("Task")
TICK = 0.25
"""Longest wait between two looks at what hangs and at Ctrl-C, in seconds."""
STRIKES = 3
REMEMBERED = 101
"""Latest running times of which the median is taken."""
_numbers = count()  # never the same twice, so that what an engine still had of another drive is not taken for ours


class Interrupted(Exception):
    """Whoever drives asked to stop; every result that had arrived has been handed over."""


@dataclass(frozen=True)
class Patience:
    """When a task hangs: no result in ``factor`` times the median running time and ``extra`` seconds; before any result has
    come, in ``first`` seconds."""

    factor: float = 10.0
    extra: float = 60.0
    first: float = 1800.0

    def limit(self, times: Iterable[float]) -> float:
        """Seconds that a task may take, after these running times."""
        known = list(times)
        return self.factor * median(known) + self.extra if known else self.first


@dataclass
class _Flight(Generic[Task]):
    """A task on its way: how often a worker died with it, how often that was its doing beyond doubt, and when it began."""

    task: Task
    strikes: int = 0
    proved: int = 0
    began: float | None = None


class Drive(Generic[Task]):
    """Gets tasks done by an engine.

    ``receive(task, reply)`` is called for each reply, in order of arrival; ``give_up(task, attempts, why)`` for a task that
    ends or blocks every worker. ``message(task)`` is what the engine gets. Order of arrival must not matter to the receiver.
    """

    def __init__(
        self,
        engine: Engine,
        message: Callable[[Task], Any],
        receive: Callable[[Task, Any], None],
        give_up: Callable[[Task, int, str], None],
        is_stopped: Callable[[], bool] = lambda: False,
        patience: Patience | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._engine, self._message, self._receive, self._give_up = engine, message, receive, give_up
        self._is_stopped, self._patience, self._clock = is_stopped, patience or Patience(), clock
        self._waiting: deque[_Flight[Task]] = deque()
        self._suspects: deque[_Flight[Task]] = deque()
        self._flying: dict[int, _Flight[Task]] = {}
        self._hung: set[int] = set()
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self._replies = 0
        self._now, self._looked = 0.0, clock()

    def run(self, tasks: Iterable[Task]) -> None:
        """Get all ``tasks`` done, in their order as far as possible.

        Raises ``Interrupted`` when asked to stop and ``EngineLost`` when the engine cannot go on.
        """
        self._waiting.extend(_Flight(task) for task in tasks)
        while self._waiting or self._suspects or self._flying:
            if self._is_stopped():
                self._take(self._engine.wait(0.0))
                raise Interrupted
            self._submit()
            self._take(self._engine.wait(TICK))
            self._look()

    def _submit(self) -> None:
        """Fill the window; suspects come last, one at a time."""
        window = 2 * self._engine.workers + 2
        while self._waiting and len(self._flying) < window:
            self._send(self._waiting.popleft())
        if self._suspects and not self._flying:
            self._send(self._suspects.popleft())

    def _send(self, flight: _Flight[Task]) -> None:
        flight.began, number = None, next(_numbers)
        self._flying[number] = flight
        self._engine.submit(number, self._message(flight.task))

    def _take(self, ended: list[Ended]) -> None:
        """Hand over what arrived, then count the strikes of what was lost."""
        was_alone = len(self._flying) == 1
        ended = [end for end in ended if end.number in self._flying]
        lost = [end for end in ended if end.died]
        blamed = {end.number for end in lost} & self._hung
        for end in ended:
            if end.error:
                raise EngineLost(f"a worker cannot carry out its task: {end.error}")
            if not end.died:
                self._hand_over(self._flying.pop(end.number), end.reply)
        for end in sorted(lost, key=lambda end: -end.number):
            flight = self._flying.pop(end.number)
            if end.number in blamed or not blamed:
                flight.strikes += end.deaths
                flight.proved += end.deaths if was_alone or end.number in blamed else 0
            self._put_back(flight, "no result for too long" if end.number in blamed else end.died)
        self._hung -= blamed

    def _hand_over(self, flight: _Flight[Task], reply: Any) -> None:
        if flight.began is not None:
            self._times.append(self._now - flight.began)
        self._replies += 1
        self._receive(flight.task, reply)

    def _put_back(self, flight: _Flight[Task], why: str) -> None:
        """Queue a lost task again: before the others, or as a suspect, or not at all."""
        if flight.proved >= STRIKES:
            problem = "" if self._replies else self._engine.check()
            if problem:
                raise EngineLost(f"no worker can start: {problem}")
            self._give_up(flight.task, flight.strikes, why)
        elif flight.strikes >= STRIKES:
            self._suspects.appendleft(flight)
        else:
            self._waiting.appendleft(flight)

    def _look(self) -> None:
        """See which tasks are being worked on (the first in flight, one for each worker) and end the worker of one that hangs.

        Time during which the driver itself did not run (a laptop asleep, a stopped process) does not count.
        """
        moment = self._clock()
        self._now += min(moment - self._looked, 4 * TICK)
        self._looked = moment
        limit = self._patience.limit(self._times)
        for number, flight in islice(self._flying.items(), self._engine.workers):
            if flight.began is None:
                flight.began = self._now
            elif self._now - flight.began > limit and number not in self._hung:
                self._hung.add(number)
                self._engine.kill(number)
                return
