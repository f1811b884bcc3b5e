"""Shifts on a day on which the vote is prolonged: changes at the closing or later wait for the closing as it is decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.forces.standby import Standby
from sim.forces.units import Units
from sim.territory.sites import Territory

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def tied_to_closing(units: Units, territory: Territory, standby: Standby) -> Bools:
    """Whose changes of shift follow the closing of their area, (units,): mobile units and posts at centres.

    Reinforcement has hours of its own, as have gatherings and checkpoints.
    """
    at_centre = np.isin(units.base, territory.sites.of_kind("centre"))
    tied = units.mobile | at_centre
    tied[standby.unit] = False
    return tied


def follow_closing(units: Units, tied: Bools, planned: Floats, decided: Floats) -> Units:
    """Units with the shifts of a day whose closings, ``planned`` (areas,), were ``decided`` to be later."""
    row = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    area = units.area[row]
    late = np.where(tied[row], np.maximum(decided - planned, 0.0)[area], 0.0)
    start, end = (t + np.where(t >= planned[area], late, 0.0) for t in (units.shift_start, units.shift_end))
    return replace(units, shift_start=start, shift_end=end)
