"""Stationary queues in closed form: Erlang, priorities, reserve, abandonment, general service.

Rates are per unit of time; means are in the same unit. Class 0 is the most urgent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Queue(NamedTuple):
    """Stationary figures of a queue with one class."""

    p_empty: float
    p_wait: float
    mean_wait: float  # of all customers, those who do not wait included
    mean_queue: float  # customers waiting
    utilisation: float


class TwoClasses(NamedTuple):
    """Stationary figures of a reserve queue: urgent class first, ordinary class second."""

    p_wait: tuple[float, float]
    mean_wait: tuple[float, float]


class Abandonment(NamedTuple):
    """Stationary figures of a queue whose customers lose patience."""

    p_wait: float
    p_abandon: float
    mean_wait: float  # of all customers, until service or loss of patience


def _stable(load: float, servers: int) -> None:
    if not 0 <= load < servers:
        raise ValueError(f"offered load {load} is outside [0, {servers}): no stationary law")


def erlang_b(servers: int, load: float) -> float:
    """Probability that all servers are busy in M/G/c/c with offered load ``load`` (erlang).

    Source: Erlang 1917; recursion in Gross & Harris, Fundamentals of Queueing Theory, section 2.5.
    """
    blocking = 1.0
    for count in range(1, servers + 1):
        blocking = load * blocking / (count + load * blocking)
    return blocking


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c. Source: Erlang 1917; Gross & Harris section 2.3, written through Erlang B."""
    _stable(load, servers)
    blocking = erlang_b(servers, load)
    return blocking / (1 - load / servers * (1 - blocking))


def mmc(arrival_rate: float, service_rate: float, servers: int) -> Queue:
    """M/M/c, first come first served. Source: Gross & Harris section 2.3."""
    load = arrival_rate / service_rate
    p_wait = erlang_c(servers, load)
    mean_wait = p_wait / (servers * service_rate - arrival_rate)
    terms = sum(load**n / math.factorial(n) for n in range(servers))
    p_empty = 1 / (terms + load**servers / math.factorial(servers) / (1 - load / servers))
    return Queue(p_empty, p_wait, mean_wait, arrival_rate * mean_wait, load / servers)


def mmc_wait_tail(arrival_rate: float, service_rate: float, servers: int, time: float) -> float:
    """P(wait > time) in M/M/c. Source: Gross & Harris section 2.3."""
    return erlang_c(servers, arrival_rate / service_rate) * math.exp(-(servers * service_rate - arrival_rate) * time)


def mmc_wait_quantile(arrival_rate: float, service_rate: float, servers: int, share: float) -> float:
    """Smallest time not exceeded by the wait of ``share`` of the customers: the tail above, inverted."""
    p_wait = erlang_c(servers, arrival_rate / service_rate)
    return max(0.0, math.log(p_wait / (1 - share)) / (servers * service_rate - arrival_rate))


def cobham(arrival_rates: Sequence[float], service_rate: float, servers: int) -> NDArray[np.float64]:
    """Mean wait per class, non-preemptive priority M/M/c with one service rate, shape (classes,).

    Source: Cobham 1954 (Operations Research 2, 70-76).
    """
    shares = np.cumsum(np.asarray(arrival_rates, float)) / (servers * service_rate)
    p_wait = erlang_c(servers, float(shares[-1]) * servers)
    above = np.concatenate([[0.0], shares[:-1]])
    return np.asarray(p_wait / (servers * service_rate) / ((1 - above) * (1 - shares)))


def mg1_wait(arrival_rate: float, mean: float, second_moment: float) -> float:
    """Mean wait in M/G/1 from the first two moments of service. Source: Pollaczek 1930, Khinchine 1932."""
    _stable(arrival_rate * mean, 1)
    return arrival_rate * second_moment / (2 * (1 - arrival_rate * mean))


def mg1_priority(
    arrival_rates: Sequence[float], means: Sequence[float], second_moments: Sequence[float]
) -> NDArray[np.float64]:
    """Mean wait per class, non-preemptive priority M/G/1, shape (classes,). Source: Cobham 1954; Kleinrock II, 3.6."""
    rates = np.asarray(arrival_rates, float)
    shares = np.cumsum(rates * np.asarray(means, float))
    _stable(float(shares[-1]), 1)
    residual = float(rates @ np.asarray(second_moments, float)) / 2
    above = np.concatenate([[0.0], shares[:-1]])
    return np.asarray(residual / ((1 - above) * (1 - shares)))


def erlang_a(arrival_rate: float, service_rate: float, servers: int, patience_rate: float) -> Abandonment:
    """M/M/c+M: callers leave the queue after an exponential patience of mean 1 / ``patience_rate`` > 0.

    Source: Palm 1946; Garnett, Mandelbaum & Reiman 2002.
    """
    log_weights = [0.0]
    while len(log_weights) <= servers or log_weights[-1] > max(log_weights) - 45:
        n = len(log_weights)
        leave = min(n, servers) * service_rate + max(0, n - servers) * patience_rate
        log_weights.append(log_weights[-1] + math.log(arrival_rate / leave))
    weights = np.exp(np.asarray(log_weights) - max(log_weights))
    weights /= weights.sum()
    waiting = np.maximum(np.arange(len(weights)) - servers, 0)
    mean_queue = float(weights @ waiting)
    return Abandonment(
        float(weights[servers:].sum()), patience_rate * mean_queue / arrival_rate, mean_queue / arrival_rate
    )


def cutoff_priority(
    urgent_rate: float, ordinary_rate: float, service_rate: float, servers: int, reserve: int
) -> TwoClasses:
    """Two classes, the ordinary one served only while more than ``reserve`` servers are free; nobody is interrupted.

    Both classes queue; a server that becomes free serves the urgent queue first. While ordinary customers wait, the
    time between two of their starts is the first passage from k = servers - reserve busy to k - 1 busy under urgent
    arrivals alone, so that their queue is an M/G/1 with that passage as service.
    Source: Taylor & Templeton 1980 (Operations Research 28, 1162-1188); Schaack & Larson 1986 (34, 557-569).
    """
    cut = servers - reserve
    if not 0 <= reserve < servers:
        raise ValueError(f"reserve {reserve} is outside [0, {servers})")
    _stable(urgent_rate / service_rate, servers)
    first, second = _passage_moments(urgent_rate, service_rate, servers, cut)
    _stable(ordinary_rate * first, 1)
    below = [((urgent_rate + ordinary_rate) / service_rate) ** n / math.factorial(n) for n in range(cut)]
    closed = (urgent_rate + ordinary_rate) * below[-1] * first / (1 - ordinary_rate * first)
    p_ordinary = closed / (closed + sum(below))
    mean_ordinary = p_ordinary * second / (2 * first * (1 - ordinary_rate * first))
    p_urgent = p_ordinary * _time_full(urgent_rate, service_rate, servers, cut) / first
    mean_urgent = p_urgent / (servers * service_rate - urgent_rate)
    return TwoClasses((p_urgent, p_ordinary), (mean_urgent, mean_ordinary))


def _passage_moments(rate: float, service_rate: float, servers: int, cut: int) -> tuple[float, float]:
    """First two moments of the passage from ``cut`` busy to one fewer, with arrivals at ``rate`` and a queue."""
    spare = servers * service_rate - rate
    first, second = 1 / spare, 2 * servers * service_rate / spare**3
    for busy in range(servers - 1, cut - 1, -1):
        leave = busy * service_rate
        total = rate + leave
        mean = (1 + rate * first) / leave
        square = 2 / total + 2 * rate / total * (first + mean) + rate * (second + 2 * first * mean)
        first, second = mean, square / leave
    return first, second


def _time_full(rate: float, service_rate: float, servers: int, cut: int) -> float:
    """Expected time with all servers busy during that passage: crossings up and down a level are equal in number."""
    spent = 1 / (cut * service_rate)
    for busy in range(cut + 1, servers + 1):
        spent *= rate / (busy * service_rate)
    return spent / (1 - rate / (servers * service_rate))
