"""The public-information cell: which rumour is corrected when. A pure function of what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.crowds import rumour_crowd
from sim.demand.signals import Rumours
from sim.gates import fifo_waits
from sim.settings.signals import InformationSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def corrections(rumours: Rumours, area: Ints, rules: InformationSettings) -> Floats:
    """Moment at which each rumour's correction is published, (rumours,); infinity without a cell.

    ``area`` (rumours,) is where each of them is. Every cell is a desk of ``staff`` equal places, first come first served.
    """
    published = np.full(len(rumours), np.inf)
    if rules.tier == "none":
        return published
    cell = area if rules.tier == "local" else np.zeros(len(rumours), dtype=np.int64)
    relay = rules.relay_time if rules.tier == "national" else 0.0
    for number in np.unique(cell).tolist():
        row = np.flatnonzero(cell == number)
        noticed = rumours.at[row] + rules.detection_time
        handling = np.full(len(row), rules.handling_time)
        published[row] = noticed + fifo_waits(noticed, handling, rules.staff) + handling + relay
    return published


def calmed(rumours: Rumours, corrected_at: Floats, cut: float, row: Ints, at: Floats) -> Floats:
    """Size of a rumour's crowd against what it would be without correction, at moments ``at`` of rumours ``row``."""
    some = Rumours(*(getattr(rumours, name)[row] for name in Rumours.__dataclass_fields__))
    free = rumour_crowd(some, np.full(len(row), np.inf), 0.0, at)
    held = rumour_crowd(some, corrected_at[row], cut, at)
    return np.divide(held, free, out=np.ones(len(row)), where=free > 0)
