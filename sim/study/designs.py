"""Designs: which points a study tries. Pure functions from values and ranges to points, a point being values by key.

Every design knows how many points it has before it makes any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import comb, exp, log, prod
from typing import Any, Protocol

import numpy as np
import scipy

from sim.errors import InputError

Point = dict[str, Any]
DIGITS = 6
"""Significant digits of a drawn number: it reads well, and nothing in a plan is known better."""


class Design(Protocol):
    """What every design has."""

    @property
    def count(self) -> int:
        """Number of points."""

    def points(self) -> Iterator[Point]:
        """The points in their order."""


@dataclass(frozen=True)
class Factorial:
    """Every combination of the values of each key; the last key varies fastest."""

    values: Mapping[str, Sequence[Any]]

    @property
    def count(self) -> int:
        """Product of the numbers of values."""
        return prod(len(values) for values in self.values.values())

    def points(self) -> Iterator[Point]:
        """All combinations."""
        return (dict(zip(self.values, chosen)) for chosen in product(*self.values.values()))


@dataclass(frozen=True)
class Zipped:
    """The first values of all keys together, then the second ones, and so on."""

    values: Mapping[str, Sequence[Any]]

    def __post_init__(self) -> None:
        """Refuse lists of different lengths. Raises ``InputError``."""
        lengths = {key: len(values) for key, values in self.values.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{key} has {number}" for key, number in lengths.items())
            raise InputError(f"zip: lists must be equally long; {told}")

    @property
    def count(self) -> int:
        """Length of the lists."""
        return min((len(values) for values in self.values.values()), default=0)

    def points(self) -> Iterator[Point]:
        """One point for each position in the lists."""
        return (dict(zip(self.values, chosen)) for chosen in zip(*self.values.values()))


@dataclass(frozen=True)
class OneAtATime:
    """The baseline, which changes nothing, and then every value of every key alone."""

    values: Mapping[str, Sequence[Any]]

    @property
    def count(self) -> int:
        """One more than there are values."""
        return 1 + sum(len(values) for values in self.values.values())

    def points(self) -> Iterator[Point]:
        """The baseline first."""
        yield {}
        for key, values in self.values.items():
            yield from ({key: value} for value in values)


@dataclass(frozen=True)
class Factor:
    """One dimension of a drawn design: numbers from ``low`` to ``high`` (``log``: evenly in the logarithm; ``whole``: whole
    numbers, both ends as likely as the others), or one of ``levels``."""

    low: float = 0.0
    high: float = 1.0
    log: bool = False
    whole: bool = False
    levels: tuple[Any, ...] = ()

    def at(self, u: float) -> Any:
        """The value at ``u`` in [0, 1)."""
        if self.levels:
            return self.levels[int(u * len(self.levels))]
        top = self.high + self.whole
        value = exp(log(self.low) + u * log(top / self.low)) if self.log else self.low + u * (top - self.low)
        return min(int(value), int(self.high)) if self.whole else float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True)
class Drawn:
    """A space-filling design of ``number`` points: ``latin`` (each factor's range cut into as many slices, one point in each)
    or ``sobol`` (a scrambled Sobol sequence). The same ``seed`` gives the same points."""

    kind: str
    factors: Mapping[str, Factor]
    number: int
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a Sobol design whose balance would be broken. Raises ``InputError``."""
        if self.kind == "sobol" and self.number & (self.number - 1):
            below = 1 << (self.number.bit_length() - 1)
            raise InputError(f"points={self.number}: a Sobol design takes a power of two, such as {below} or {2 * below}")

    @property
    def count(self) -> int:
        """As many as asked for."""
        return self.number

    def points(self) -> Iterator[Point]:
        """Points in the order of the sequence."""
        make = scipy.stats.qmc.LatinHypercube if self.kind == "latin" else scipy.stats.qmc.Sobol
        rows = make(len(self.factors), rng=np.random.default_rng(self.seed)).random(self.number)
        for row in rows.tolist():
            yield {key: factor.at(u) for (key, factor), u in zip(self.factors.items(), row, strict=True)}


@dataclass(frozen=True)
class Simplex:
    """Every way to share ``total`` heads among ``parts`` (heads of one unit by key) in steps of ``step`` heads, with ``least`` of
    them in each part; values are units."""

    parts: Mapping[str, int]
    total: int
    step: int
    least: int = 0

    def __post_init__(self) -> None:
        """Refuse steps that leave a remainder. Raises ``InputError``."""
        if self._free < 0 or self._free % self.step:
            taken = f" ({self.least} of them are in each of {len(self.parts)} parts)" if self.least else ""
            raise InputError(f"simplex: total={self.total} is no number of steps of {self.step}{taken}")
        for key, heads in self.parts.items():
            if self.step % heads or self.least % heads:
                raise InputError(f"simplex: {key} has {heads} heads a unit, so step and least must be multiples of {heads}")

    @property
    def _free(self) -> int:
        return self.total - self.least * len(self.parts)

    @property
    def count(self) -> int:
        """Ways to put the steps into the parts."""
        return comb(self._free // self.step + len(self.parts) - 1, len(self.parts) - 1)

    def points(self) -> Iterator[Point]:
        """All shares, from everything in the last part to everything in the first."""
        steps, parts = self._free // self.step, len(self.parts)
        for bars in combinations(range(steps + parts - 1), parts - 1):
            ends = (-1, *bars, steps + parts - 1)
            heads = (self.least + (right - left - 1) * self.step for left, right in pairwise(ends))
            yield {key: share // unit for share, (key, unit) in zip(heads, self.parts.items(), strict=True)}
