"""What one option gives on one day: what a task returns and the store keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Key = tuple[str, str]
"""Place and measure."""


@dataclass(frozen=True, eq=False)
class PlaceFigures(Mapping[Key, float | None]):
    """Figures of one day by place: a mapping of (place, measure) to a figure, None for no data, over one array.

    ``array`` (places, measures), NaN for no data.
    """

    places: tuple[str, ...]
    measures: tuple[str, ...]
    array: Floats

    @classmethod
    def of(cls, figures: Mapping[Key, float | None]) -> PlaceFigures:
        """The same figures as an array; a pair that is missing has no data."""
        if isinstance(figures, PlaceFigures):
            return figures
        places, measures = (tuple(dict.fromkeys(key[i] for key in figures)) for i in (0, 1))
        rows = [[np.nan if (v := figures.get((p, m))) is None else v for m in measures] for p in places]
        return cls(places, measures, np.array(rows, dtype=np.float64).reshape(len(places), len(measures)))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {place: row for row, place in enumerate(self.places)}

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {measure: column for column, measure in enumerate(self.measures)}

    def column(self, measure: str) -> Floats:
        """One measure of all places, (places,); NaN throughout where it is unknown."""
        at = self._columns.get(measure)
        return np.full(len(self.places), np.nan) if at is None else self.array[:, at]

    def __getitem__(self, key: Key) -> float | None:
        value = float(self.array[self._rows[key[0]], self._columns[key[1]]])
        return None if value != value else value

    def __iter__(self) -> Iterator[Key]:
        return ((place, measure) for place in self.places for measure in self.measures)

    def __len__(self) -> int:
        return self.array.size


@dataclass(frozen=True)
class Outcome:
    """Result of one option on one day: scalars (None: no data), curves and values per centre, and the digests of the run.

    ``places``: under ``area`` and ``force`` the figures of each of them, by (place, measure).
    """

    scalars: dict[str, float | None]
    curves: dict[str, Floats]
    digests: dict[str, str]
    places: Mapping[str, Mapping[Key, float | None]] = field(default_factory=dict)
