"""Queues solved as Markov chains: customers that need several servers, and the reserve a second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from tests.oracles.ctmc import stationary
from tests.oracles.queueing import TwoClasses

Release = Literal["each", "together"]
State = tuple[tuple[int, ...], int, int]  # groups in service by size, size of the head of the queue (0: none), queue


class Packages(NamedTuple):
    """Stationary figures of a queue whose customers need several servers."""

    p_wait: float
    mean_wait: float
    mean_busy: float  # servers
    truncated: float  # probability at the end of the chain, should be negligible


def package_queue(
    arrival_rate: float,
    service_rate: float,
    servers: int,
    sizes: Sequence[float],
    release: Release = "each",
    longest: int = 400,
) -> Packages:
    """M/M/c whose customer needs 1, 2, ... servers with probabilities ``sizes``, all at one start, head of line first.

    ``release="each"``: the servers work independently, each exponential (Green 1980, Oper. Res. 28, 1335-1346).
    ``release="together"``: one exponential time frees them all (Brill & Green 1984, Management Science 30, 51-68).
    ``longest`` is the queue length at which the chain is cut.
    """
    if abs(sum(sizes) - 1) > 1e-12 or len(sizes) > servers:
        raise ValueError("sizes must be probabilities of 1 .. servers that add up to one")
    rules = _Rules(arrival_rate, service_rate, servers, tuple(sizes), release, longest)
    law = stationary(((0,) * len(sizes), 0, 0), rules.moves)
    queue = busy = p_wait = cut = 0.0
    for (groups, _, waiting), probability in law.items():
        taken = _busy(groups)
        queue += probability * waiting
        busy += probability * taken
        blocked = 1.0 if waiting else sum(sizes[servers - taken :])
        p_wait += probability * blocked
        cut += probability * (waiting == longest)
    return Packages(p_wait, queue / arrival_rate, busy, cut)


def _busy(groups: tuple[int, ...]) -> int:
    return sum((index + 1) * count for index, count in enumerate(groups))


class _Rules(NamedTuple):
    arrival_rate: float
    service_rate: float
    servers: int
    sizes: tuple[float, ...]
    release: Release
    longest: int

    def moves(self, state: State) -> Iterator[tuple[State, float]]:
        groups, head, waiting = state
        if waiting == 0:
            for size, share in self._drawn():
                for share_next, target in self._admit(groups, size, 1):
                    yield target, self.arrival_rate * share * share_next
        elif waiting < self.longest:
            yield (groups, head, waiting + 1), self.arrival_rate
        for index, count in enumerate(groups):
            if count:
                left = (*groups[:index], count - 1, *groups[index + 1 :])
                for share, target in self._admit(left, head, waiting):
                    yield target, count * self.service_rate * share

    def _drawn(self) -> list[tuple[int, float]]:
        return [(index + 1, share) for index, share in enumerate(self.sizes) if share > 0]

    def _admit(self, groups: tuple[int, ...], head: int, waiting: int) -> Iterator[tuple[float, State]]:
        """Start heads of the queue while they fit; the size of the next head is drawn when it becomes the head."""
        if waiting == 0 or head > self.servers - _busy(groups):
            yield 1.0, (groups, head if waiting else 0, waiting)
            return
        started = self._start(groups, head)
        if waiting == 1:
            yield 1.0, (started, 0, 0)
            return
        for size, share in self._drawn():
            for share_next, target in self._admit(started, size, waiting - 1):
                yield share * share_next, target

    def _start(self, groups: tuple[int, ...], size: int) -> tuple[int, ...]:
        index, more = (0, size) if self.release == "each" else (size - 1, 1)
        return (*groups[:index], groups[index] + more, *groups[index + 1 :])


def cutoff_priority_chain(
    urgent_rate: float, ordinary_rate: float, service_rate: float, servers: int, reserve: int, longest: int = 120
) -> TwoClasses:
    """The reserve queue of ``queueing.cutoff_priority`` by brute force, both queues cut at ``longest``.

    State: busy servers plus urgent customers waiting, ordinary customers waiting.
    """
    cut = servers - reserve

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        urgent, ordinary = state
        if urgent < servers + longest:
            yield (urgent + 1, ordinary), urgent_rate
        if urgent < cut:
            yield (urgent + 1, ordinary), ordinary_rate
        elif ordinary < longest:
            yield (urgent, ordinary + 1), ordinary_rate
        if urgent:
            freed = (urgent, ordinary - 1) if urgent == cut and ordinary else (urgent - 1, ordinary)
            yield freed, min(urgent, servers) * service_rate

    law = stationary((0, 0), moves)
    p_urgent = sum(p for (n, _), p in law.items() if n >= servers)
    p_ordinary = sum(p for (n, _), p in law.items() if n >= cut)
    mean_urgent = sum(p * max(0, n - servers) for (n, _), p in law.items()) / urgent_rate
    mean_ordinary = sum(p * waiting for (_, waiting), p in law.items()) / ordinary_rate
    return TwoClasses((p_urgent, p_ordinary), (mean_urgent, mean_ordinary))
