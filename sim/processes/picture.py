"""What a room sees: rooms without live positions, and rooms in which rapid response goes first.

Rooms that see every unit where it is are plain ``DispatchArea``s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.policies.dispatch import least_time, may_serve, nearest, own_choice
from sim.processes.queue import DispatchArea
from sim.processes.response import send

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.processes.fleet import Floats
    from sim.processes.world import World


class GuidedArea(DispatchArea):
    """A room with another picture or another order than that of plain nearest units.

    ``responsible`` names the rapid response unit of each site that goes first to incidents of priority 1 (empty: none).
    """

    responsible: dict[int, Unit]

    def _find(self, task: Task, s: int, now: float) -> Unit | None:
        """The rapid response unit of the place for the most urgent, if it is free and fits; else as everywhere."""
        if task.priority == 1 and self.responsible:
            unit, reserve = self.responsible.get(task.site), self.rules.reserve[0]
            allowed = not reserve or may_serve(self.fleet.free(s), self.fleet.on_duty(s), reserve, self.by_share)
            if unit is not None and unit.is_free and s in unit.slot_types and allowed:
                return unit
        return super()._find(task, s, now)

    def choose(self, task: Task, s: int, now: float, under_way: np.ndarray | None = None) -> Unit | None:
        """Without a live picture, choose by where units belong: the rest is not known."""
        if self.rules.picture == "live" or self.policy == "preference":
            return super().choose(task, s, now, under_way)
        available = self.fleet.open(s) if under_way is None else under_way
        scores = self.from_bases(task)
        if self.rules.picture == "base" and self.policy == "least_time":
            row = least_time(self._drives(scores, task, now), self.fleet.base_time, available)
        elif self.rules.picture == "base" and self.own is not None:
            row = own_choice(self.own, self._drives(scores, task, now), self.fleet.base_time, available, task.priority)
        else:
            row = nearest(scores, available)
        return None if row < 0 else self.fleet.units[row]

    def from_bases(self, task: Task) -> Floats:
        """Score from the base of each unit to a task, shape (units,)."""
        fleet, travel = self.fleet, self.fleet.travel
        if travel.matrix is not None:
            return np.asarray(travel.matrix[fleet.bases, task.site], dtype=np.float64)
        return travel.score(fleet.home_x, fleet.home_y, task.x, task.y)

    def asked(self, task: Task, s: int, unit: Unit) -> int:
        """Districts (bases with units for this) nearer to the task than the unit's, which had none free."""
        scores = self.from_bases(task)
        able = [u.row for u in self.fleet.units if s in u.slot_types]
        return len(np.unique(self.fleet.bases[able][scores[able] < scores[unit.row]]))


def send_from_district(world: World, task: Task, place: int, unit: Unit, cause: int) -> None:
    """Send a unit after asking one district after the other."""
    area = unit.area
    asked = area.asked(task, task.slots[place], unit) if isinstance(area, GuidedArea) else 0
    send(world, task, place, unit, cause, asked * world.scenario.dispatch.district_time)
