"""Queues in closed form: operators at a desk whose callers lose patience, and units whose tasks wait for one to be free."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc
from scipy.stats import poisson

Floats = NDArray[np.float64]

_NEGLIGIBLE = 40.0
"""States whose weight is smaller than the largest by a factor of e to this power are left out."""
_MOST_STATES = 50_000


def erlang_b(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Chance that all servers are busy where nobody waits (M/G/c/c), for an offered load in erlang; arrays broadcast.

    Erlang 1917; Gross & Harris, Fundamentals of Queueing Theory, section 2.5: the Poisson law cut at ``servers``.
    """
    c, a = np.asarray(servers, dtype=np.float64), np.asarray(load, dtype=np.float64)
    below = poisson.cdf(c, a)
    return np.asarray(np.divide(poisson.pmf(c, a), below, out=np.ones(np.broadcast(c, a).shape), where=below > 0.0))


def erlang_c(servers: ArrayLike, load: ArrayLike) -> Floats:
    """Chance of waiting in M/M/c, arrays broadcast; 1 where the load is more than the servers can do.

    Erlang 1917; Gross & Harris, section 2.3, written through Erlang's B formula.
    """
    c, a = np.broadcast_arrays(np.asarray(servers, dtype=np.float64), np.asarray(load, dtype=np.float64))
    busy = np.divide(a, c, out=np.ones(c.shape), where=c > 0.0)
    blocked = erlang_b(c, a)
    waits = np.divide(blocked, 1.0 - busy * (1.0 - blocked), out=np.ones(c.shape), where=busy < 1.0)
    return np.asarray(np.where(busy < 1.0, waits, 1.0))


def wait_in_line(servers: ArrayLike, load: ArrayLike, service_time: ArrayLike) -> Floats:
    """Mean wait of all customers in M/M/c, in the unit of ``service_time``; infinite where there is no stationary law.

    Gross & Harris, section 2.3: chance of waiting / (servers - load) x mean service.
    """
    c, a, s = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (servers, load, service_time)))
    spare = c - a
    return np.divide(erlang_c(c, a) * s, spare, out=np.full(c.shape, inf), where=spare > 0.0)


@dataclass(frozen=True)
class Desk:
    """A desk in steady state; shares of all calls of one try, times in the unit of the talk time.

    ``waits``: chance that no operator is free (lines busy included); ``in_time``: answered within the target; ``refused``:
    every line busy; ``abandoned``: gave up waiting; ``wait_mean``: mean wait of the calls that are answered.
    """

    waits: float
    in_time: float
    refused: float
    abandoned: float
    wait_mean: float

    @property
    def unanswered(self) -> float:
        """Share of tries that no operator takes."""
        return self.refused + self.abandoned


def desk(
    rate: float, talk_time: float, operators: int, *, lines: float = inf, patience: float = inf, target: float = 0.0
) -> Desk:
    """M/M/c/K+M: ``operators`` who talk ``talk_time`` on average, ``lines`` in all (K), exponential ``patience`` of this mean.

    Without patience and lines this is Erlang C, with patience Erlang A (Palm 1946; Garnett, Mandelbaum & Reiman 2002). Who comes
    second, third … in line is served after stages of rates c mu + j theta, whose sum has a law of beta type. Raises
    ``ValueError`` where no stationary law exists.
    """
    if rate <= 0.0:
        return Desk(0.0, 1.0, 0.0, 0.0, 0.0)
    if operators < 1:
        return Desk(1.0, 0.0, 0.0, 1.0, 0.0)
    weights = _law(rate, 1.0 / talk_time, operators, lines, 1.0 / patience)
    queued = weights[operators:]
    refused = 0.0
    if len(weights) - 1 >= lines:
        refused, queued = float(weights[-1]), weights[operators:-1]
    ahead = np.arange(1, len(queued) + 1)
    pace, theta = operators / talk_time, 1.0 / patience
    stays = pace / (pace + ahead * theta)
    served = float(weights[:operators].sum() + queued @ stays)
    in_time = float(weights[:operators].sum() + queued @ (stays * _served_by(target, ahead, pace, theta)))
    waiting = np.cumsum(1.0 / (pace + ahead * theta))
    mean = float(queued @ (stays * waiting)) / served if served else 0.0
    return Desk(float(weights[operators:].sum()), in_time, refused, max(1.0 - served - refused, 0.0), mean)


def _law(rate: float, mu: float, servers: int, lines: float, theta: float) -> Floats:
    """Chances of 0, 1, 2 … calls held. Raises ``ValueError`` for a line that only grows."""
    if theta == 0.0 and lines == inf and rate >= servers * mu:
        raise ValueError(f"{rate / mu:g} erlang for {servers} operators without lines or patience: the line only grows")
    last = int(min(lines, _states(rate, mu, servers, theta)))
    held = np.arange(1, max(last, servers) + 1)
    leave = np.minimum(held, servers) * mu + np.maximum(held - servers, 0) * theta
    logs = np.concatenate(([0.0], np.cumsum(np.log(rate / leave))))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _states(rate: float, mu: float, servers: int, theta: float) -> float:
    """So many states hold all but a negligible part of the law."""
    if theta == 0.0:
        ratio = rate / (servers * mu)
        return servers + (ceil(_NEGLIGIBLE / -log(ratio)) if ratio < 1.0 else _MOST_STATES)
    turn = max(rate - servers * mu, 0.0) / theta  # as many wait where as many leave as come
    return min(servers + turn + _NEGLIGIBLE + 10.0 * np.sqrt(turn + rate / theta), _MOST_STATES)


def _served_by(time: float, place: NDArray[np.int64], pace: float, theta: float) -> Floats:
    """Chance that the stages before the caller in each place of the line end by ``time``, given that the caller stays."""
    if theta == 0.0:
        return np.asarray(gammainc(place, pace * time))
    return np.asarray(betainc(place, pace / theta + 1.0, 1.0 - exp(-theta * time)))


@dataclass(frozen=True)
class Calls:
    """What becomes of calls with all their tries: shares of all callers, and the mean wait in the last try of the answered."""

    in_time: float
    lost: float
    wait_mean: float


def with_redials(
    rate: float, talk_time: float, operators: int, redial: float, *, lines: float, patience: float, target: float
) -> Calls:
    """Callers who are not answered try again with chance ``redial``; their tries are counted as fresh arrivals.

    The usual approximation of retrials by a higher rate (Cohen 1957; Falin & Templeton 1997, chapter 1), found by iteration.
    """
    tries, found = rate, desk(rate, talk_time, operators, lines=lines, patience=patience, target=target)
    for _ in range(30):
        again = rate / (1.0 - redial * found.unanswered)
        if abs(again - tries) <= 1e-9 * rate:
            break
        tries = again
        found = desk(tries, talk_time, operators, lines=lines, patience=patience, target=target)
    left = 1.0 - redial * found.unanswered
    return Calls(found.in_time / left, found.unanswered * (1.0 - redial) / left, found.wait_mean)
