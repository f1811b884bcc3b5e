"""What one option gives on one day: what a task returns and the store keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """Result of one option on one day: scalars (None: no data), curves and values per centre, and the digests of the run.

    ``places``: under ``area`` and ``force`` the figures of each of them, by (place, measure).
    """

    scalars: dict[str, float | None]
    curves: dict[str, Floats]
    digests: dict[str, str]
    places: dict[str, dict[tuple[str, str], float | None]] = field(default_factory=dict)
