"""Figures of days: one number for each replication, the only thing from which estimates are made.

Calls or incidents of a day share that day, so they are no independent observations: an interval that takes them as such
covers 0.23 instead of 0.95. No estimator of ``sim.study`` takes an array; each wants a ``PerReplication``, which is made from
stored runs or from one figure for each numbered day, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.measures.estimators import RATIOS

Floats = NDArray[np.float64]
POOLED = (
    "one number for each replication, please: calls or incidents of a day are no independent observations "
    "(pooled, a 95 % interval covers 0.23)"
)
_MAKER = object()


@dataclass(frozen=True, eq=False)
class PerReplication:
    """One measure by replication, in replication order: arrays (replications,), NaN where a replication has no data.

    ``above`` holds the figures themselves. Where the measure is a ratio of sums over all days, ``above`` holds its numerators
    and ``below`` its denominators. Made by ``by_day``, ``ratio_by_day`` and ``Runs.sample`` only.
    """

    above: Floats
    below: Floats | None = None
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse figures from anywhere else. Raises ``TypeError``."""
        if maker is not _MAKER:
            raise TypeError(f"{POOLED}; made by by_day, ratio_by_day or Runs.sample")

    def __len__(self) -> int:
        return len(self.above)

    def first(self, replications: int) -> PerReplication:
        """The first so many replications."""
        return self.take(slice(replications))

    def take(self, rows: slice | NDArray[np.bool_]) -> PerReplication:
        """Some of the replications, in the same order."""
        return PerReplication(self.above[rows], None if self.below is None else self.below[rows], _MAKER)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Replications with data: a finite figure, or a denominator above zero; (replications,)."""
        finite = np.isfinite(self.above)
        return finite if self.below is None else finite & (self.below > 0)

    @property
    def figures(self) -> Floats:
        """The figure of each day by itself, (replications,), NaN without data; of a ratio they are not to be averaged."""
        if self.below is None:
            return self.above
        return np.divide(self.above, self.below, out=np.full(len(self), np.nan), where=self.known)


def checked(sample: object) -> PerReplication:
    """The same, if it is one number for each replication. Raises ``TypeError`` for arrays, lists and tables."""
    if not isinstance(sample, PerReplication):
        raise TypeError(f"{type(sample).__name__} given; {POOLED}")
    return sample


def by_day(figures: Mapping[int, float | None]) -> PerReplication:
    """One figure for each day, by the number of its replication; days between that are missing are without data.

    Raises ``TypeError`` for anything but a mapping of whole numbers to single numbers.

    >>> by_day({0: 2.0, 2: 3.0}).above.tolist()
    [2.0, nan, 3.0]
    """
    if not isinstance(figures, Mapping):
        raise TypeError(f"{type(figures).__name__} given; {POOLED}")
    for day, figure in figures.items():
        if isinstance(day, bool) or not isinstance(day, int | np.integer) or day < 0:
            raise TypeError(f"replication {day!r}: not a number of a day, 0 or more; {POOLED}")
        if np.ndim(figure):  # type: ignore[arg-type]
            raise TypeError(f"replication {day}: {type(figure).__name__} given; {POOLED}")
    values = np.full(max(figures, default=-1) + 1, np.nan)
    for day, figure in figures.items():
        values[day] = np.nan if figure is None else float(figure)
    return PerReplication(values, None, _MAKER)


def ratio_by_day(above: Mapping[int, float | None], below: Mapping[int, float | None]) -> PerReplication:
    """A ratio of sums over days, from the numerator and the denominator of each day."""
    numerators, denominators = by_day(above).above, by_day(below).above
    size = max(len(numerators), len(denominators))
    wide = [np.append(part, np.full(size - len(part), np.nan)) for part in (numerators, denominators)]
    return PerReplication(wide[0], wide[1], _MAKER)


@dataclass(frozen=True, eq=False)
class Runs:
    """The stored runs of one option: ``values`` (replications, measures), row by replication, NaN without data."""

    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        """Refuse anything but one row for each replication. Raises ``TypeError``."""
        if np.ndim(self.values) != 2 or self.values.shape[1] != len(self.names):
            shape = np.shape(self.values)
            raise TypeError(f"runs are an array (replications, {len(self.names)} measures), not {shape}; {POOLED}")

    def __len__(self) -> int:
        return len(self.values)

    def sample(self, measure: str) -> PerReplication:
        """One measure of all runs, with its numerators and denominators where it is a ratio of sums.

        Raises ``InputError`` for a measure that no run has, or of which no run has the sums.
        """
        parts = RATIOS.get(measure, (measure,))
        for part in parts:
            if part not in self.names:
                raise InputError(f"no run has '{part}'{nearest(measure, self.names)}: {measure} cannot be estimated")
        return self.parts(*parts)

    def parts(self, above: str, below: str | None = None) -> PerReplication:
        """One column of all runs, or the ratio of the sums of two of them."""
        return PerReplication(self._column(above), None if below is None else self._column(below), _MAKER)

    def _column(self, name: str) -> Floats:
        return np.asarray(self.values[:, self.names.index(name)], dtype=np.float64)


def runs_of(scalars: Mapping[int, Mapping[str, float | None]], names: Sequence[str] | None = None) -> Runs:
    """Runs from the scalars of each replication by its number; replications between that are missing are without data."""
    found = tuple(names) if names is not None else tuple(dict.fromkeys(name for row in scalars.values() for name in row))
    values = np.full((max(scalars, default=-1) + 1, len(found)), np.nan)
    for day, row in scalars.items():
        values[day] = [np.nan if (value := row.get(name)) is None else value for name in found]
    return Runs(found, values)
