"""A checkpoint's day: it opens with its crew, looks at vehicles of interest, and closes.

Ordinary traffic is closed-form work per minute (``sim.gates`` and the checkpoint measures); only the few vehicles of
interest of the tape are looked at one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.processes.kernel import TASK, Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.settings.response import CheckpointSettings


def detection(rules: CheckpointSettings, inspect: float) -> float:
    """Probability of detecting a vehicle of interest whose uniform for inspection is ``inspect``.

    Full search first, then a document check (better with technology), else a slow pass.
    """
    if inspect < rules.searched:
        return rules.detection_searched
    if inspect < rules.searched + rules.inspected:
        return rules.technology_detection if rules.technology else rules.detection_inspected
    return rules.detection_slow


def staffed(world: World, site: int) -> bool:
    """Whether a crew is on duty at the checkpoint and it is not closed."""
    return world.heads_at[site] > 0 and site not in world.closed_checkpoints


def watch(world: World, site: int, vehicles: Sequence[tuple[float, int, float, float, int]]) -> Tale:
    """Look at each vehicle of interest as it comes; holding one cancels the incident linked to it.

    ``vehicles``: (at, id, inspection uniform, detection uniform, linked incident or -1), in order.
    """
    rules = world.scenario.checkpoints
    for at, number, inspect, detect, linked in vehicles:
        yield at, TASK + number
        if staffed(world, site) and detect < detection(rules, inspect):
            world.record(K["vehicle_held"], None, None, site, -1, -1, number)
            if linked >= 0:
                world.cancelled.add(linked)
        else:
            world.record(K["vehicle_passed"], None, None, site, -1, -1, number)
