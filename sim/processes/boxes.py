"""The best free unit without working out where all units are: who cannot be there sooner than one that is known is left out.

A shortcut for rooms that send the nearest unit or the one that is there first, and exact: it gives the same unit as the search
over arrays (``DispatchArea.choose``), or says that it cannot tell.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.policies.reach import metres_at_least

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.processes.fleet import Fleet
    from sim.processes.world import World

Floats = NDArray[np.float64]
_add, _greatest, _multiply, _subtract = np.add, np.maximum.reduce, np.multiply, np.subtract
MANY = 30
"""When more units than this may be the best, to look at all at once is quicker."""
TIDY = 8
"""Searches after which the boxes of units that have ended their legs are drawn closer."""
FAR = 1e300
"""More metres or seconds than any, but less than those of a unit that is not free."""
TIE = 1.0 + 1e-9
"""Two that are as good as this cannot be told apart: arrays and single numbers may differ in the last bit."""
SLACK, MARGIN = 1.0 + 1e-8, 1e-6
"""What is added to the best that is known, in parts, and in metres or seconds, so that no rounding leaves out one as good."""


class Boxes:
    """The free units of one fleet, each in a box that it does not leave unless it is told something: round the leg it drives,
    round the stops of the loop it walks, or its place.

    ``sides`` (4, units) are the boxes: least x, greatest x with its sign turned, least y and greatest y likewise, in coordinates
    times ``scale``, which makes metres of them, or less. ``by_time``: the room sends who is there first, else who is nearest.
    """

    def __init__(self, fleet: Fleet, scale: tuple[float, float], by_time: bool) -> None:
        self.fleet = fleet
        self.scale = scale
        self.by_time = by_time
        self.sides = np.zeros((4, len(fleet.units)))
        self._told: dict[int, Unit] = {}
        self._driving: dict[int, Unit] = {}
        self._place = np.zeros(4)
        self._column = self._place[:, None]
        self._searches = 0
        moments = (min(unit.moving_time, unit.parked_time, unit.base_time) for unit in fleet.units)
        self._least = min(moments, default=0.0) if by_time else 0.0

    def add(self, unit: Unit) -> None:
        """A unit has become free."""
        self._told[unit.row] = unit

    def set_out(self, unit: Unit) -> None:
        """A free unit has been given a leg or its loop."""
        self._told[unit.row] = unit

    def remove(self, unit: Unit) -> None:
        """A unit is free no longer: ``Fleet.idle`` says so."""

    def find(self, task: Task, s: int, now: float) -> Unit | None:
        """The best free unit of slot type ``s``; None if that takes a search (or there is none)."""
        self._searches += 1
        if self._told or self._searches % TIDY == 0:
            self._catch_up(now)
        fleet = self.fleet
        hour = fleet.travel.hour_factor(now) if self.by_time else 1.0
        slowness = fleet.slowness(task.fabric) if self.by_time else None
        least = self._bounds(task, s, slowness)
        judged: list[Judged] = []
        best, limit = inf, FAR
        row = int(least.argmin())
        while least.item(row) <= limit:
            if len(judged) == MANY:
                return None
            judged.append(self._judge(row, task, now, hour, slowness))
            if judged[-1][0] < best:
                best = judged[-1][0]
                limit = self._limit(best, hour)
            least[row] = inf
            row = int(least.argmin())
        return _first_of(fleet, judged, task, now) if judged else None

    def _bounds(self, task: Task, s: int, slowness: Floats | None) -> Floats:
        """Metres, or seconds of driving outside the peak, from which each free unit of slot type ``s`` is away at least, shape
        (units,)."""
        x, y, place = task.x * self.scale[0], task.y * self.scale[1], self._place
        place[0], place[1], place[2], place[3] = x, -x, y, -y
        least: Floats = _greatest(_subtract(self.sides, self._column), 0)
        if slowness is not None:
            _multiply(least, slowness, least)
        _add(least, self.fleet.able[s], least)
        return _add(least, self.fleet.idle, least)

    def _limit(self, best: float, hour: float) -> float:
        """The bound above which no unit is as good as ``best``."""
        if self.by_time:
            return (best - self._least * self.fleet.readiness) / hour * SLACK + MARGIN
        return self.fleet.travel.metres(best) * SLACK + MARGIN

    def _judge(self, row: int, task: Task, now: float, hour: float, slowness: Floats | None) -> Judged:
        """What the policy goes by for one unit: its score or its time, then the row, the place and the score."""
        fleet, travel = self.fleet, self.fleet.travel
        unit = fleet.units[row]
        x, y = fleet.locate(unit, now)
        score = travel.score_one(x, y, task.x, task.y)
        if slowness is None:
            return score, row, (x, y, score)
        drive = travel.metres(score) * slowness.item(row) * hour
        return drive + fleet.mobilisation_of(unit, now), row, (x, y, score)

    def _catch_up(self, now: float) -> None:
        """Draw the boxes of units that were told something since the last search."""
        if self._searches % TIDY == 0:
            self._told.update((row, unit) for row, unit in self._driving.items() if unit.leg[4] <= now)
        sides = list(self.sides)
        for row, unit in self._told.items():
            (left, right, low, high), (x, y) = self._box(unit, now), self.scale
            sides[0][row], sides[1][row], sides[2][row], sides[3][row] = left * x, -right * x, low * y, -high * y
            if unit.leg[4] > now:
                self._driving[row] = unit
            else:
                self._driving.pop(row, None)
        self._told.clear()

    def _box(self, unit: Unit, now: float) -> tuple[float, float, float, float]:
        """Least and greatest x, least and greatest y of a unit from now on."""
        x1, y1, dx, dy, arrive_at, _ = unit.leg
        if arrive_at <= now:
            return self.fleet.loops.boxes[unit.loop] if unit.walks else (x1, x1, y1, y1)
        left, right, low, high = min(x1, x1 + dx), max(x1, x1 + dx), min(y1, y1 + dy), max(y1, y1 + dy)
        if not unit.walks:
            return left, right, low, high
        box = self.fleet.loops.boxes[unit.loop]
        return min(left, box[0]), max(right, box[1]), min(low, box[2]), max(high, box[3])


Judged = tuple[float, int, tuple[float, float, float]]


def _first_of(fleet: Fleet, judged: list[Judged], task: Task, now: float) -> Unit | None:
    """The best of those looked at, ties to the lower row; None where another one is as good but for rounding."""
    best, row, seen = min(judged)
    unit = fleet.units[row]
    for value, other, place in judged:
        if value <= best * TIE and (value, place, fleet.units[other].mode) != (best, seen, unit.mode):
            return None
    unit.seen, unit.seen_at, unit.seen_for = seen, now, task
    return unit


def look_in_boxes(world: World) -> None:
    """Give the shortcut to every fleet that has no other one, where the room sends who is nearest or there first."""
    policy, sites, incidents = world.scenario.dispatch.policy, world.territory.sites, world.tape.incidents
    if policy not in ("nearest", "least_time") or world.territory.wrap is not None:
        return
    scale = metres_at_least(world.territory.metric, np.append(sites.x, incidents.x), np.append(sites.y, incidents.y))
    for area in world.areas:
        if scale is not None and area.fleet.nearby is None:
            area.fleet.nearby = Boxes(area.fleet, scale, policy == "least_time")
