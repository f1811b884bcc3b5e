"""What ten more officers would be worth in each area: the slope between two simulated options, never a new simulation.

For each area the reference option is compared with the option that has the next more officers there; where none has more, with
the one that has the next fewer (what the last ten were worth). An estimate: between two options also other areas change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.study.daily import PerReplication, by_day
from sim.study.statistics import NO_DATA, Estimate, paired_difference

Floats = NDArray[np.float64]
OFFICERS = 10.0
LEAST_APART = 5.0
"""Officers by which two options must differ in an area: ten are then read at most twice as far as was simulated."""


@dataclass(frozen=True)
class Marginal:
    """Change of a figure in one area for ten more officers, and the option it was read from (None: no data).

    ``upwards``: that option has more officers there than the reference, so these are the next ten and not the last ten.
    """

    value: Estimate
    other: int | None
    upwards: bool = True
    apart: float | None = None


NOTHING = Marginal(NO_DATA, None)


def marginal_values(heads: Floats, values: Floats, reference: int) -> list[Marginal]:
    """One entry for each area, from paired days.

    ``heads`` and ``values`` have shape (options, replications, areas), NaN where there is no data; heads are averaged over the
    days. Give only options that differ from the reference in staffing and nothing else.
    """
    known = np.isfinite(heads)
    mean = np.where(known.any(axis=1), np.nansum(heads, axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)
    return [_one(mean[:, area], values[:, :, area], reference) for area in range(heads.shape[2])]


def _one(heads: Floats, values: Floats, reference: int) -> Marginal:
    """The marginal value in one area: heads (options,), values (options, replications)."""
    apart = heads - heads[reference]
    usable = np.isfinite(apart) & (np.abs(apart) >= LEAST_APART) & np.isfinite(values).any(axis=1)
    for upwards in (True, False):
        there = np.flatnonzero(usable & ((apart > 0) == upwards))
        if len(there):
            other = int(there[np.argmin(np.abs(apart[there]))])
            change = paired_difference(_sample(values[other]), _sample(values[reference]))
            return Marginal(_scaled(change, OFFICERS / float(apart[other])), other, upwards, float(apart[other]))
    return NOTHING


def _sample(days: Floats) -> PerReplication:
    return by_day({day: float(value) for day, value in enumerate(days)})


def _scaled(change: Estimate, factor: float) -> Estimate:
    """An estimate times a constant."""
    mean = None if change.mean is None else change.mean * factor
    half = None if change.half_width is None else change.half_width * abs(factor)
    return Estimate(mean, half, change.replications, change.freedom)
