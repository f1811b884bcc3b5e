"""A command room: operators who take calls first in, first out, lines that can be busy, callers who give up.

The desk is advanced at each call, in closed form (Kiefer & Wolfowitz 1955), so a call costs no event while it waits. When
the number of operators changes, the calls that still wait are placed anew, in their old order.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.processes.story import Story


class Call:
    """One call and what becomes of it, as things stand: ``at`` the moment it is processed, given up or refused.

    ``begin`` is when an operator takes it (infinity: never) and ``waited`` the seconds until then or until it is given up.
    ``then`` are seconds of handling without an operator after a processed call, ``done_at`` is the moment at which the incident
    goes on; ``story`` the one that waits for it.
    """

    __slots__ = ("arrived_at", "at", "begin", "done_at", "outcome", "patience", "story", "talk_time", "then", "waited")

    def __init__(self, arrived_at: float, talk_time: float, patience: float, then: float) -> None:
        self.arrived_at, self.talk_time, self.patience, self.then = arrived_at, talk_time, patience, then
        self.story: Story | None = None

    def begins(self, begin: float) -> None:
        """An operator takes the call at ``begin``."""
        self.outcome, self.begin, self.waited = "processed", begin, begin - self.arrived_at
        self.at = at = begin + self.talk_time
        self.done_at = at + self.then

    def ends(self, outcome: str, at: float, waited: float) -> None:
        """No operator ever takes it."""
        self.outcome, self.begin, self.waited, self.at, self.done_at = outcome, inf, waited, at, at


class Desk:
    """``operators`` equal operators serving calls in order of arrival; at most ``lines`` calls at once."""

    def __init__(self, operators: int, lines: float = inf) -> None:
        self.free_at = [-inf] * operators
        self.lines = lines
        self._held: list[float] = []
        self._calls: list[Call] = []
        self._tidy_at = 64

    def take(self, now: float, talk_time: float, patience: float, then: float = 0.0) -> Call:
        """Take one call that arrives at ``now``; callers who would wait longer than ``patience`` hang up."""
        call = Call(now, talk_time, patience, then)
        if self.lines < inf and self._calls_held(now) >= self.lines:
            call.ends("refused", now, float(len(self._held)))
            return call
        self._place(call, now)
        self._calls.append(call)
        if len(self._calls) > self._tidy_at:
            self._calls = [call for call in self._calls if call.at > now]
            self._tidy_at = 64 + 2 * len(self._calls)
        return call

    def _place(self, call: Call, now: float) -> None:
        """Give a call the operator who is free first, or let it be given up."""
        free_at = self.free_at
        begin = free_at[0] if free_at else inf
        if begin < now:
            begin = now
        if begin - call.arrived_at > call.patience or begin == inf:
            call.ends("abandoned", call.arrived_at + call.patience, call.patience)
        else:
            call.begins(begin)
            heapreplace(free_at, call.at)
        if self.lines < inf:
            heappush(self._held, call.at)

    def staff(self, operators: int, now: float) -> None:
        """Change the number of operators from ``now`` on; those who leave finish their call.

        Calls that wait are placed anew, in the order in which they came, and their stories put off or brought forward.
        """
        alive = [call for call in self._calls if call.at > now]
        talking = [call for call in alive if call.begin < now]
        waiting = [call for call in alive if call.begin >= now]
        busy = sorted(call.at for call in talking)
        self.free_at = busy[max(len(busy) - operators, 0) :] + [now] * (operators - len(busy))
        heapify(self.free_at)
        self._held = busy if self.lines < inf else []
        self._calls = alive
        for call in waiting:
            self._place(call, now)
            if call.story is not None:
                call.story.put_off(call.done_at)

    def _calls_held(self, now: float) -> int:
        while self._held and self._held[0] <= now:
            heappop(self._held)
        return len(self._held)


class Room:
    """The phone desk and the radio desk of one dispatch area."""

    def __init__(self, phone: Desk, radio: Desk, patience: bool) -> None:
        self.desks = {"phone": phone, "online": phone, "radio": radio, "patrol": radio}
        self.radio = radio
        self.patience = patience

    def report_by_phone(self, on: bool) -> None:
        """Have officers report by phone from now on, or by radio again."""
        self.desks["radio"] = self.desks["patrol"] = self.desks["phone"] if on else self.radio

    def answer(self, channel: str, now: float, talk_time: float, patience: float, then: float) -> Call:
        """Take one report; ``direct`` needs no operator and officers on the radio do not hang up."""
        if channel == "direct":
            call = Call(now, talk_time, inf, then)
            call.begins(now)
            return call
        caller_waits = patience if self.patience and channel in ("phone", "online") else inf
        return self.desks[channel].take(now, talk_time, caller_waits, then)
