"""How the present state scales the hazard of a candidate incident: one factor for each bit of its mark ``thinning``.

The tape proposes, the state disposes: a candidate happens iff its u <= factor / bound, the factor being the product over its
bits (1: as calibrated).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.demand.tape import THINNINGS

if TYPE_CHECKING:
    from sim.processes.actors import Task
    from sim.processes.world import World


def deterrence(world: World, task: Task) -> float:
    """Presence of patrols and teams at the site lowers the hazard of what is done on an opportunity."""
    return 1.0 if world.presence is None else world.presence.factor(world, task)


def rally(world: World, task: Task) -> float:
    """The crowd of the gathering an incident hangs on, and how short its outer ring is."""
    crowd = world.crowds.get(task.parent)
    return 1.0 if crowd is None else crowd.hazard(world)


def voting_open(world: World, task: Task) -> float:
    """What comes with the voters comes only while they vote; a voter of extra time stays away without it."""
    return 1.0 if world.now < world.closing[world.territory.sites.area[task.site]] else 0.0


def count(world: World, task: Task) -> float:
    """What comes with the count moves with the closing, whatever else may prevent it."""
    return 1.0


FACTORS: dict[str, Callable[[World, Task], float]] = {
    "deterrence": deterrence,
    "rally": rally,
    "open": voting_open,
    "count": count,
}
"""The factor of each name in ``THINNINGS``: a function of the world and the candidate, at the moment it is proposed."""
_BY_BIT = tuple((bit, FACTORS[name]) for name, bit in THINNINGS.items())


def factor_of(world: World, task: Task) -> float:
    """The factor of a candidate: the product over the bits of its mark."""
    factor, mark = 1.0, task.thinning
    for bit, of_bit in _BY_BIT:
        if mark & bit:
            factor *= of_bit(world, task)
    return factor
