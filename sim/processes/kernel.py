"""SimPy with a clock that keeps exact times and a rule for what happens at one instant.

Events are pushed at absolute times (SimPy adds delays, which drifts by an ulp) and ordered inside one instant by
rank and then by the lowest stable id: first orders, then changes of phase and shift, then units becoming free, then
tasks. Nothing happens in the past: an event asked for before the present moment happens now.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heappushpop, heapreplace
from math import inf, nextafter
from typing import Any

from simpy import Environment, Event

from sim.processes.story import Moment, Story, Tale

ORDER = 1 << 48
"""Rank of orders: injects and decisions, in the order in which they were given."""
PLAN = 2 << 48
"""Rank of changes of phase and shift."""
FREE = 3 << 48
"""Rank of units arriving or becoming free."""
TASK = 4 << 48
"""Rank of incidents occurring, being reported and becoming ready."""

Question = Callable[[float], float]
STAY_TIME = 60.0
"""Seconds for which parts that have met are told side by side before they may part again."""


class Clock(Environment):
    """A SimPy environment whose events carry absolute times and ranks.

    Parts of the world that depend on each other only now and then have queues of their own: each is told in one go up to the next
    event of the common queue, so that what it needs stays in the processor's cache. What reaches across at known moments (orders,
    phases) belongs to the common queue and finds all parts at its own moment. What may reach across some day is a question
    (``ask_at``) that no part passes: its answer is when to ask again, and where that is now the parts are told side by side, in
    the order of time, until ``may_part`` says that they are apart again.
    """

    def __init__(self, initial_time: float = 0.0) -> None:
        super().__init__(initial_time)
        self._common: list[Any] = self._queue
        self._parts: list[list[Any]] = []
        self._questions: list[tuple[float, int, int, Question]] = []
        self.is_apart = False
        self.may_part: Callable[[], bool] = bool
        self._size, self._since = 1, -inf

    @property
    def parts(self) -> int:
        """Number of parts with a queue of their own (0: there is one queue for all)."""
        return len(self._parts)

    def divide(self, areas: int, size: int) -> None:
        """Give every ``size`` of so many dispatch areas a queue of their own, before the first story begins."""
        self._parts, self._size = [[] for _ in range(areas // size)], size
        self.is_apart = bool(self._parts)

    def clear(self) -> None:
        """Forget every story that still waits, and the one told last."""
        for queue in (self._common, self._questions, *self._parts):
            queue.clear()
        self._active_proc = None

    def part_of(self, area: int) -> int:
        """The part to which a dispatch area belongs (-1: to the common queue)."""
        return area // self._size if self._parts and area >= 0 else -1

    def begin(self, area: int, tale: Tale, first: Moment | None = None) -> Story:
        """Begin a story that belongs to the part of a dispatch area (-1: to the common queue), whoever begins it."""
        before, part = self._queue, self.part_of(area)
        self._queue = self._parts[part] if part >= 0 else self._common
        story = Story(self, tale, first)
        self._queue = before
        return story

    def ask_at(self, at: float, area: int, question: Question) -> None:
        """Have no part pass the moment ``at`` before ``question``, given the present, has said when to be asked again (infinity:
        never). The answer must not depend on parts but that of ``area``; what it is about lies at that moment or later."""
        if self._parts:
            heappush(self._questions, (at, self.part_of(area), next(self._eid), question))

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
        while not (self._go_apart(until) if self.is_apart else self._go_together(until)):
            pass
        self._queue = self._common

    def _go_apart(self, until: float) -> bool:
        """Tell the parts one after another; return whether ``until`` was reached, else they are told together from now on."""
        while self.is_apart:
            at = self._common[0][0] if self._common else inf
            asked = self._questions[0][0] if self._questions else inf
            if min(at, asked) > until or min(at, asked) == inf:
                self._tell_parts(until)
                return True
            if asked <= at:
                self._ask()
            else:
                self._tell_parts(nextafter(at, -inf))
                self._tell_side_by_side(at)
        return False

    def _tell_parts(self, until: float) -> None:
        for queue in self._parts:
            self._tell(queue, until)

    def _ask(self) -> None:
        """Put the next question to its part at its moment; the answer may be that all parts meet."""
        asked, part, number, question = heappop(self._questions)
        if part >= 0:
            self._tell(self._parts[part], nextafter(asked, -inf))
        self._now = now = max(asked, self._since)
        again = question(now)
        if again < inf:
            heappush(self._questions, (again, part, number, question))
        if again <= now:
            self._tell_parts(nextafter(now, -inf))
            self._now = now
            self.meet()

    def meet(self) -> None:
        """Tell all parts together from now on; to be called when all of them have come to the present."""
        self.is_apart, self._since = False, self._now

    def _go_together(self, until: float) -> bool:
        """Tell all parts together; return whether ``until`` was reached, else they are apart again."""
        if not self._parts:
            self._tell(self._common, until)
            return True
        review_at = self._since + STAY_TIME
        self._tell_side_by_side(min(until, review_at))
        if until < review_at:
            return True
        self._since = self._now = review_at
        self.is_apart = self.may_part()
        return not self.is_apart and not any((self._common, *self._parts))

    def _tell_side_by_side(self, until: float) -> None:
        """Tell what happens in all parts and in common, in the order of time and rank."""
        common, heads = self._common, self._heads()
        while True:
            if common and (not heads or common[0] < heads[0][0]):
                if common[0][0] > until:
                    return
                self._tell(common, until, once=True)
                heads = self._heads()
            elif heads and heads[0][0][0] <= until:
                part = heads[0][1]
                queue = self._parts[part]
                self._tell(queue, until, once=True)
                if queue:
                    heapreplace(heads, (queue[0], part))
                else:
                    heappop(heads)
            else:
                return

    def _heads(self) -> list[tuple[Any, int]]:
        """The next entry of every part, as a heap."""
        heads = [(queue[0], part) for part, queue in enumerate(self._parts) if queue]
        heapify(heads)
        return heads

    def share(self, story: Story) -> None:
        """What a story tells concerns more than one part from now on."""
        for queue in self._parts:
            for entry in queue:
                if entry[3] is story and entry[2] == story.number:
                    queue.remove(entry)
                    heapify(queue)
                    heappush(self._common, entry)
                    return

    def _tell(self, queue: list[Any], until: float, once: bool = False) -> None:
        """SimPy's own step, written out, since a call for every event would cost a tenth of the run; and without an event
        object for stories, which stand in the queue themselves and mostly go on to their next moment.
        """
        if not queue or queue[0][0] > until:
            return
        self._queue = queue
        numbers, entry = self._eid, None
        while True:  # the interpreter speeds up no other loop that runs within one call
            if entry is None:
                if not queue:
                    return
                entry = heappop(queue)
            at, _, number, event = entry
            if at > until:
                heappush(queue, entry)
                return
            entry = None
            self._now = at
            if type(event) is Story:
                if event.number == number:
                    self._active_proc = event
                    try:
                        told = event._generator.send(None)
                    except StopIteration:
                        event._end()
                    else:
                        if type(told) is tuple:
                            event.moment = told
                            next_at, rank = told
                            event.number = number = next(numbers)
                            entry = heappushpop(queue, (next_at if next_at > at else at, rank, number, event))
                        else:
                            event._wait_for(told)
            else:
                callbacks, event.callbacks = event.callbacks, None
                for callback in callbacks:
                    callback(event)
                self._queue = queue  # a story that waited for it was told in its own
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
            if once:
                if entry is not None:
                    heappush(queue, entry)
                return
