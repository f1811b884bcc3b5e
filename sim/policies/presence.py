"""What the plan does about warnings: a presence at the place, for a time. A pure function of what is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.signals import Warnings
from sim.settings.signals import WarningSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Presences:
    """Presence for each warning, arrays (warnings,): chance that the plan acts on it (0 where it is shared too late), and the
    moments between which a unit is wanted at the place."""

    share: Floats
    begin: Floats
    until: Floats


def plan_presences(warnings: Warnings, rules: WarningSettings) -> Presences:
    """Presence from ``before`` the expected moment, or as soon as the warning is shared, until ``after`` it."""
    shared = warnings.at + rules.sharing_time
    begin = np.maximum(shared, warnings.due_at - rules.before)
    usable = (shared <= warnings.due_at) & (warnings.presence >= 0)
    return Presences(np.where(usable, rules.acted_on, 0.0), begin, np.maximum(warnings.due_at + rules.after, begin))
