"""The hypercube approximation for a few units that differ by where they stand (Larson 1975)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 1000
_CLOSE = 1e-10
DEEP = 40
"""Places of a list of preferences up to which corrections are worked out; further down hardly any call comes."""


@dataclass(frozen=True)
class Dispatches:
    """``workloads`` (units,): share of time busy; ``sent`` (units, atoms): share of all dispatches that go at once;
    ``all_busy``: chance that a call has to wait."""

    workloads: Floats
    sent: Floats
    all_busy: float


def corrections(units: int, load: float) -> Floats:
    """Q(units, rho, j) for j = 0 … units - 1: by how much "the first j of a list busy, the next free" is likelier than if units
    were busy independently of each other.

    Larson 1975 (Operations Research 23, 845-868): j + 1 units drawn without replacement from M/M/N with a line.
    """
    busy, rho = np.arange(units), load / units
    law = poisson.pmf(busy, load)
    full = poisson.pmf(units, load) / (1.0 - rho)
    law = law / (law.sum() + full)
    found, first = np.empty(units), np.ones(units)
    for j in range(min(units, DEEP)):
        found[j] = float(law @ (first * (units - busy) / (units - j))) / (1.0 - rho)
        first = first * np.maximum(busy - j, 0) / ((units - j) * rho)
    found[DEEP:] = found[min(units, DEEP) - 1]
    return found


def larson(rates: Floats, preferences: Ints, service_time: float) -> Dispatches:
    """Workloads and dispatches of units with one mean service time; who finds nobody free waits in one line.

    ``rates`` (atoms,): calls per unit of time; ``preferences`` (atoms, units): every unit in the order in which it is tried.
    Larson 1975; Larson & Odoni 1981, Urban Operations Research, 5.5: within 1 to 2 % of the exact model. Raises ``ValueError``
    for more work than the units can do.
    """
    atoms, units = preferences.shape
    load = float(rates.sum()) * service_time
    if load >= units:
        raise ValueError(f"{load:g} erlang for {units} units: more work than they can do")
    if load == 0.0:
        return Dispatches(np.zeros(units), np.zeros((units, atoms)), 0.0)
    q, waits = corrections(units, load), _all_busy(units, load)
    rho = np.full(units, load / units)
    for _ in range(_ROUNDS):
        first = _first_free(rho, preferences, q)
        offered = np.bincount(preferences.ravel(), (first * rates[:, None]).ravel(), units) * service_time
        new = (offered + waits * load / units) / (1.0 + offered)
        new *= load / new.sum()
        done = np.abs(new - rho).max() < _CLOSE
        rho = new
        if done:
            break
    sent = np.zeros((units, atoms))
    sent[preferences, np.arange(atoms)[:, None]] = _first_free(rho, preferences, q) * (1.0 - rho)[preferences]
    sent *= (1.0 - waits) / sent.sum(axis=0)
    return Dispatches(rho, sent * rates / rates.sum(), waits)


def _first_free(rho: Floats, preferences: Ints, q: Floats) -> Floats:
    """Chance that all units before each in the list are busy, given that it is free; (atoms, units)."""
    before = np.cumprod(rho[preferences], axis=1)
    ahead = np.concatenate((np.ones((len(preferences), 1)), before[:, :-1]), axis=1)
    return np.asarray(q * ahead)


def _all_busy(units: int, load: float) -> float:
    """Chance of waiting in M/M/N."""
    full = poisson.pmf(units, load) / (1.0 - load / units)
    return float(full / (poisson.cdf(units - 1, load) + full))
