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


def in_time(world: World, task: Task) -> bool:
    """Whether a unit stands, or stood, at the place of a warned disturbance when it is about to begin."""
    presence = world.tasks.get(world.presence_of.get(task.parent, -1))
    return task.parent in world.stood_by or (presence is not None and presence.arrived > 0)


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


def inject(world: World, task: Task) -> float:
    """What an inject brings happens when the inject comes, whatever else may prevent it."""
    return 1.0


def warning(world: World, task: Task) -> float:
    """A presence comes about by the share of warnings that the plan acts on; if it stands there in time, it lowers the hazard
    of the disturbance that was warned of."""
    if task.id in world.presences:
        return world.presences[task.id]
    return 1.0 - world.scenario.warnings.prevention if in_time(world, task) else 1.0


def rumour(world: World, task: Task) -> float:
    """The crowd of the rumour it would come of, against the crowd without any correction, for which it was drawn."""
    return world.calmed.get(task.id, 1.0) * task.bound


FACTORS: dict[str, Callable[[World, Task], float]] = {
    "deterrence": deterrence,
    "rally": rally,
    "open": voting_open,
    "warning": warning,
    "rumour": rumour,
    "count": count,
    "inject": inject,
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
