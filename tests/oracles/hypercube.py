"""The exact hypercube queueing model: which of N distinguishable units is busy, with fixed dispatch preferences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.oracles.ctmc import stationary


class Hypercube(NamedTuple):
    """Stationary figures of the model; N units, J atoms."""

    workloads: NDArray[np.float64]  # (N,) share of time busy
    immediate: NDArray[np.float64]  # (N, J) share of all dispatches sent without delay, unit n to atom j
    queued: NDArray[np.float64]  # (N, J) share of all dispatches sent after a delay; zeros when calls are lost
    p_all_busy: float  # P(delay) with a line, P(loss) without
    mean_wait: float  # of all served calls

    @property
    def dispatch(self) -> NDArray[np.float64]:
        """Share of all dispatches that send unit n to atom j, shape (N, J); adds up to one."""
        return self.immediate + self.queued


def hypercube(
    arrival_rates: Sequence[float],
    preferences: Sequence[Sequence[int]],
    service_rates: Sequence[float],
    line: Literal["infinite", "zero"] = "infinite",
) -> Hypercube:
    """Solve the model for atoms with Poisson ``arrival_rates`` (J,) and units with exponential ``service_rates`` (N,).

    ``preferences[j]`` orders all units for atom j. A call that finds every unit busy waits in one FIFO line
    ("infinite") or is lost ("zero"). A unit's service does not depend on the atom.
    Source: Larson 1974 (Computers & Operations Research 1, 67-95); Larson & Odoni, Urban Operations Research, 5.4.
    """
    units, rates, speeds = len(service_rates), np.asarray(arrival_rates, float), np.asarray(service_rates, float)
    if any(sorted(order) != list(range(units)) for order in preferences):
        raise ValueError("each atom must order all units")
    law = stationary(0, lambda state: _moves(state, rates, preferences, speeds))
    states, full = np.zeros(2**units), 2**units - 1
    states[list(law)] = list(law.values())
    # With everybody busy the line is a birth-death chain of its own: a geometric tail on the full state.
    ratio = rates.sum() / speeds.sum() if line == "infinite" else 0.0
    if ratio >= 1:
        raise ValueError("more work than the units can do: no stationary law")
    tail = states[full] * ratio / (1 - ratio)
    states, in_line = states / (1 + tail), tail / (1 + tail)
    p_all_busy = states[full] + in_line
    served = 1.0 if line == "infinite" else 1 - p_all_busy
    immediate = _immediate(states, rates, preferences, units) / served
    delayed = p_all_busy if line == "infinite" else 0.0
    queued = np.outer(speeds / speeds.sum(), rates / rates.sum()) * delayed
    busy = np.asarray([sum(states[s] for s in range(2**units) if s >> n & 1) for n in range(units)]) + in_line
    mean_line = in_line / (1 - ratio)
    return Hypercube(busy, immediate, queued, float(p_all_busy), float(mean_line / rates.sum()))


def _chosen(state: int, order: Sequence[int]) -> int:
    """First unit of the preference order whose bit is clear (free)."""
    return next(unit for unit in order if not state >> unit & 1)


def _moves(
    state: int, rates: NDArray[np.float64], preferences: Sequence[Sequence[int]], speeds: NDArray[np.float64]
) -> Iterator[tuple[int, float]]:
    if state != 2 ** len(speeds) - 1:
        for rate, order in zip(rates, preferences, strict=True):
            yield state | 1 << _chosen(state, order), float(rate)
    for unit, speed in enumerate(speeds):
        if state >> unit & 1:
            yield state & ~(1 << unit), float(speed)


def _immediate(
    states: NDArray[np.float64], rates: NDArray[np.float64], preferences: Sequence[Sequence[int]], units: int
) -> NDArray[np.float64]:
    """Share of all calls that send unit n to atom j at once."""
    sent = np.zeros((units, len(rates)))
    for state in range(2**units - 1):
        for atom, order in enumerate(preferences):
            sent[_chosen(state, order), atom] += states[state] * rates[atom] / rates.sum()
    return sent


def outside_fraction(model: Hypercube, preferences: Sequence[Sequence[int]]) -> float:
    """Share of dispatches that send a unit other than the atom's first choice. Source: Urban OR, equation 5.36."""
    first = [order[0] for order in preferences]
    return 1.0 - float(sum(model.dispatch[unit, atom] for atom, unit in enumerate(first)))


def three_unit_city() -> tuple[list[float], list[list[int]]]:
    """Arrival rates (per mean service time) and preferences of the three-unit city, units numbered from 0.

    Atoms with one preference order are pooled, which leaves the chain unchanged: atom 1; atom 2; atom 4; area 2
    (atoms 3, 5, 6); area 3 (the rest). The text gives area loads .75, .35, .40, the orders, and 8.7 % of dispatches
    sending unit 1 to atom 1; the even split of area 1 is the one that returns the printed workloads.
    Source: Larson & Odoni, Urban Operations Research, 5.4.3-5.4.4.
    """
    return [0.25, 0.25, 0.25, 0.35, 0.40], [[0, 1, 2], [0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 0, 1]]
