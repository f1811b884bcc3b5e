"""A command room: operators who take calls first in, first out, lines that can be busy, callers who give up.

The desk is advanced at each call, in closed form (Kiefer & Wolfowitz 1955), so a call costs no event while it waits and
the number of operators may change during the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from math import inf


@dataclass(frozen=True)
class Answer:
    """What becomes of a call: ``at`` the moment it is processed, given up or refused; ``waited`` for an operator."""

    outcome: str
    at: float
    waited: float


class Desk:
    """``operators`` equal operators serving calls in order of arrival; at most ``lines`` calls at once."""

    def __init__(self, operators: int, lines: float = inf) -> None:
        self.free_at = [-inf] * operators
        self.lines = lines
        self._held: list[float] = []

    def take(self, now: float, talk_time: float, patience: float) -> Answer:
        """Take one call that arrives at ``now``; callers who would wait longer than ``patience`` hang up."""
        if self.lines < inf and self._calls_held(now) >= self.lines:
            return Answer("refused", now, float(len(self._held)))
        start = max(now, self.free_at[0]) if self.free_at else inf
        waited = start - now
        if waited > patience:
            self._hold(now + patience)
            return Answer("abandoned", now + patience, patience)
        if not self.free_at:
            return Answer("abandoned", inf, inf)
        heapreplace(self.free_at, start + talk_time)
        self._hold(start + talk_time)
        return Answer("processed", start + talk_time, waited)

    def staff(self, operators: int, now: float) -> None:
        """Change the number of operators from ``now`` on; those who leave finish the calls already given to them."""
        busy_longest = sorted(self.free_at)
        while len(busy_longest) > operators:
            busy_longest.pop(0)
        self.free_at = busy_longest + [now] * (operators - len(busy_longest))
        heapify(self.free_at)

    def _hold(self, until: float) -> None:
        if self.lines < inf:
            heappush(self._held, until)

    def _calls_held(self, now: float) -> int:
        while self._held and self._held[0] <= now:
            heappop(self._held)
        return len(self._held)


class Room:
    """The phone desk and the radio desk of one dispatch area."""

    def __init__(self, phone: Desk, radio: Desk, patience: bool, triage: bool) -> None:
        self.desks = {"phone": phone, "online": phone, "radio": radio, "patrol": radio}
        self.patience = patience
        self.triage = triage

    def answer(self, channel: str, now: float, talk_time: float, patience: float) -> Answer:
        """Take one report; ``direct`` needs no operator and officers on the radio do not hang up."""
        if channel == "direct":
            return Answer("processed", now + talk_time, 0.0)
        caller_waits = patience if self.patience and channel in ("phone", "online") else inf
        return self.desks[channel].take(now, talk_time, caller_waits)

    def priority(self, priority: int) -> int:
        """The priority a task gets: its own, or the same for all without triage."""
        return priority if self.triage else 3
