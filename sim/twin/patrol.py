"""How often a patrol passes a place (Larson 1972)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def passings(rate: ArrayLike, busy: ArrayLike) -> Floats:
    """Passings per unit of time of patrols that are called away for a share ``busy`` of it: rate x (1 - busy).

    Larson 1972, Urban Police Patrol Analysis, chapter 4; Chaiken & Dormont 1978 (PCAM).
    """
    return np.asarray(np.asarray(rate, dtype=np.float64) * (1.0 - np.asarray(busy, dtype=np.float64)))


def pass_probability(rate: ArrayLike, time: ArrayLike) -> Floats:
    """Chance that some patrol passes within ``time`` where passings come at random (Larson 1972, chapter 4)."""
    return np.asarray(-np.expm1(-np.asarray(rate, dtype=np.float64) * np.asarray(time, dtype=np.float64)))


def returns(rate: ArrayLike, stop_time: ArrayLike) -> Floats:
    """How often one patrol that is gone comes back: rate / (1 - rate x stop), for its passings and the length of its stops.

    Those of independent patrols add up: a place is without patrol until the first of them comes back.
    """
    r, stop = np.asarray(rate, dtype=np.float64), np.asarray(stop_time, dtype=np.float64)
    return np.asarray(r / np.maximum(1.0 - r * stop, 1e-6))


def mean_gap(returning: ArrayLike, span: ArrayLike) -> Floats:
    """Mean time without a patrol in a ``span`` that visits cut into pieces, the first from its begin and the last to its end:
    span / (span x returning + 1); arrays broadcast. Without visits the gap is the span.
    """
    r, whole = np.asarray(returning, dtype=np.float64), np.asarray(span, dtype=np.float64)
    return np.asarray(whole / (whole * r + 1.0))
