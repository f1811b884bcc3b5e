"""Crowds: how many people are at a venue at a moment, from the rally's own facts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import Rally

Floats = NDArray[np.float64]


def arrived_share(rally: Rally, doors_time: float, t: Floats | float) -> Floats:
    """Share of the people who have come by ``t``: ``early_share`` evenly in the last ``early_time`` before the start,
    the rest evenly between the opening of the doors and then.
    """
    doors_at = rally.start_at - doors_time
    knots = (doors_at, rally.start_at - min(rally.early_time, doors_time), rally.start_at)
    return np.asarray(np.interp(t, knots, (0.0, 1.0 - rally.early_share, 1.0)))


def people_present(rally: Rally, doors_time: float, exit_time: float, t: Floats | float) -> Floats:
    """People at the venue at ``t``: they come before the start, stay to the end and leave evenly in ``exit_time``."""
    left = np.clip((np.asarray(t) - rally.end_at) / max(exit_time, 1.0), 0.0, 1.0)
    return np.asarray(rally.people * (arrived_share(rally, doors_time, t) - left))
