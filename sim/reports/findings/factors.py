"""The numeric factors of a study: settings in which its options differ and that can be moved in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.settings import Settings, dump

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """A setting that options vary: its dotted key, the values of all options (in their order), and whether it is a whole "
    "number."""

    key: str
    values: tuple[float, ...]
    whole: bool

    @property
    def low(self) -> float:
        """Smallest value studied."""
        return min(self.values)

    @property
    def high(self) -> float:
        """Largest value studied."""
        return max(self.values)


@dataclass(frozen=True)
class Studied:
    """Factors and the ``options`` (positions) that differ from the baseline in nothing else; others are plans of their own."""

    factors: tuple[Factor, ...]
    options: tuple[int, ...]

    @property
    def points(self) -> Floats:
        """Values scaled to 0 … 1 by the range of each factor, (options, factors)."""
        return np.array([[(f.values[o] - f.low) / (f.high - f.low) for f in self.factors] for o in self.options])


def studied_factors(settings: Sequence[Settings], baseline: int) -> Studied:
    """What the options of a study vary, as far as it is a number."""
    leaves = [dict(_leaves(dump(own))) for own in settings]
    base = leaves[baseline]
    keys = [key for key in base if any(own.get(key) != base[key] for own in leaves)]
    keys += [key for own in leaves for key in own if key not in base]
    numeric = [key for key in dict.fromkeys(keys) if all(_is_number(own.get(key)) for own in leaves)]
    others = [key for key in dict.fromkeys(keys) if key not in numeric]
    alike = tuple(o for o, own in enumerate(leaves) if all(own.get(key) == base.get(key) for key in others))
    moved = [key for key in numeric if len({leaves[o][key] for o in alike}) > 1]
    columns = {key: [own[key] for own in leaves] for key in moved}
    factors = [Factor(key, tuple(map(float, own)), all(isinstance(v, int) for v in own)) for key, own in columns.items()]
    return Studied(tuple(_within(factor, alike) for factor in factors), alike)


def _within(factor: Factor, options: Sequence[int]) -> Factor:
    """The factor with the values of options left out set to that of the first, so that they do not widen its range."""
    kept = set(options)
    first = factor.values[options[0]]
    return Factor(factor.key, tuple(v if o in kept else first for o, v in enumerate(factor.values)), factor.whole)


def _leaves(plain: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting that is no group, by dotted key; a list is one value."""
    for name, value in plain.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        elif f"{prefix}{name}" not in ("name", "replication"):
            yield f"{prefix}{name}", value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
