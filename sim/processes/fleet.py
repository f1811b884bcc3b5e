"""The mobile units of one dispatch area: where they are and which of them may be sent, as arrays.

Positions are never events. Each unit has a current leg (a unit that stands has a leg of no length); a unit on a patrol
loop is where its loop is once the leg that brings it there has ended.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.movement import Loops
    from sim.processes.actors import Task, Unit
    from sim.territory.travel import Travel

Floats = NDArray[np.float64]
_ZERO, _ONE = np.zeros(()), np.ones(())
# Arrays without dimensions, since NumPy takes twice as long over a plain number; and functions instead of operators
# below, which take half as long again, looked up once.
_add, _maximum, _multiply, _subtract = np.add, np.maximum, np.multiply, np.subtract
LONG_AGO = -1e300
"""When a unit that has not moved yet arrived where it stands (finite, so that no product becomes NaN)."""


class Fleet:
    """Mobile units of one dispatch area, one row per unit in id order.

    ``open[s][row]`` is 0 where the unit is free and eligible for slot type s, else infinity, so that the best row
    is ``argmin(score + open[s])``; ``free[s]``, ``on_duty[s]`` and ``eligible[s]`` count units of slot type s, ``abilities``
    those that can fill each set of slot types. ``loops`` and ``travel`` are shared.
    """

    def __init__(self, units: list[Unit], slot_types: int, loops: Loops, travel: Travel) -> None:
        self.units = units
        self.travel = travel
        self.loops = loops
        count = len(units)
        # One block of memory for what a search reads: half as many cache misses where there are many fleets.
        self.x1, self.y1, self.dx, self.dy, self.arrive_at, self.rate, *self.open = np.zeros((6 + slot_types, count))
        self.x1[:], self.y1[:] = [u.home_x for u in units], [u.home_y for u in units]
        self.arrive_at[:] = LONG_AGO
        self._now, self._x, self._y = np.zeros(()), np.zeros(()), np.zeros(())
        self.node = np.array([u.base for u in units], dtype=np.int64)
        self.home_x, self.home_y = self.x1.copy(), self.y1.copy()
        self.bases = self.node.copy()
        self.base_time = np.array([u.base_time for u in units])
        self.loop = np.full(count, -1, dtype=np.int64)
        self.loop_ref = np.zeros(count)
        self.patrols = np.zeros(0, dtype=np.int64)
        self.mode = np.array([u.mode for u in units], dtype=np.int64)
        self.moving_time = np.array([u.moving_time for u in units])
        self.rest_time = np.array([u.base_time for u in units])
        for available in self.open:
            available[:] = inf
        self.free = [0] * slot_types
        self.on_duty = [0] * slot_types
        self.eligible = [sum(s in u.slot_types for u in units) for s in range(slot_types)]
        self.abilities = Counter(tuple(u.slot_types) for u in units)
        self._slowness: dict[int, Floats] = {}
        self.readiness = 1.0

    def set_free(self, unit: Unit) -> None:
        """Make a unit eligible wherever its kind and skills allow."""
        unit.is_free = True
        for s in unit.slot_types:
            self.open[s][unit.row] = 0.0
            self.free[s] += 1

    def set_busy(self, unit: Unit) -> None:
        """Take a free unit out of the search."""
        unit.is_free = False
        for s in unit.slot_types:
            self.open[s][unit.row] = inf
            self.free[s] -= 1

    def drive(
        self, unit: Unit, x0: float, y0: float, x1: float, y1: float, depart_at: float, arrive_at: float, node: int
    ) -> None:
        """Give a unit its current leg; ``node`` is where it ends, under a matrix."""
        row = unit.row
        self.x1[row], self.y1[row] = x1, y1
        self.dx[row], self.dy[row] = x0 - x1, y0 - y1
        self.arrive_at[row] = arrive_at
        self.rate[row] = 1.0 / (arrive_at - depart_at) if arrive_at > depart_at else 0.0
        self.node[row] = node

    def stand_at_base(self, unit: Unit) -> None:
        """Put a unit at its base, where a shift begins wherever the last one ended."""
        self.drive(unit, unit.home_x, unit.home_y, unit.home_x, unit.home_y, LONG_AGO, LONG_AGO, unit.base)
        self.rest_time[unit.row] = unit.base_time

    def positions(self, t: float, waiting_to_leave: bool = True) -> tuple[Floats, Floats]:
        """Coordinates of all units at ``t``, each of shape (units,).

        Units that mobilise have not left yet and stand at the start of their leg; a search among free units, none of which
        mobilises, need not look for them.
        """
        self._now[()] = t
        remaining = _subtract(self.arrive_at, self._now)
        _multiply(remaining, self.rate, remaining)
        _maximum(remaining, _ZERO, out=remaining)
        if waiting_to_leave:
            np.minimum(remaining, _ONE, out=remaining)
        x = _multiply(self.dx, remaining)
        _add(x, self.x1, x)
        y = _multiply(self.dy, remaining, remaining)
        _add(y, self.y1, y)
        if len(self.patrols):
            rows = self.patrols[self.arrive_at[self.patrols] <= t]
            x[rows], y[rows] = self.loops.positions(self.loop[rows], self.loop_ref[rows], t)
        return x, y

    def locate(self, unit: Unit, t: float) -> tuple[float, float]:
        """Coordinates of one unit at ``t``, also while it has not yet left for its current leg."""
        row = unit.row
        if unit.loop >= 0 and self.loop[row] >= 0 and self.arrive_at[row] <= t:
            x, y = self.loops.positions(self.loop[row : row + 1], self.loop_ref[row : row + 1], t)
            return float(x[0]), float(y[0])
        x1, y1, to_go = self.x1.item(row), self.y1.item(row), self.arrive_at.item(row) - t
        if to_go <= 0.0:
            return x1, y1
        remaining = min(to_go * self.rate.item(row), 1.0)
        return self.dx.item(row) * remaining + x1, self.dy.item(row) * remaining + y1

    def scores(self, t: float, x: Floats, y: Floats, task: Task) -> Floats:
        """Score from every unit, at ``x`` and ``y``, to a task: squared distance, haversine, or seconds in a matrix."""
        if self.travel.matrix is None:
            self._x[()], self._y[()] = task.x, task.y
            return self.travel.score(x, y, self._x, self._y)  # type: ignore[arg-type]
        nodes = self.node.copy()
        for row in np.flatnonzero((self.arrive_at > t) | (self.loop >= 0)):
            nodes[row] = self.travel.nearest_node(float(x[row]), float(y[row]))
        return np.asarray(self.travel.matrix[nodes, task.site], dtype=np.float64)

    def node_at(self, unit: Unit, t: float) -> int:
        """The node at which a unit stands, or to which it is nearest while under way (matrix only)."""
        if self.loop[unit.row] >= 0 or float(self.arrive_at[unit.row]) > t:
            return self.travel.nearest_node(*self.locate(unit, t))
        return int(self.node[unit.row])

    def join_loop(self, unit: Unit, loop: int, ref: float) -> None:
        """Put a unit on a loop that reaches its first stop at ``ref``, once its current leg has ended."""
        self.loop[unit.row] = loop
        self.loop_ref[unit.row] = ref
        self.patrols = np.flatnonzero(self.loop >= 0)

    def leave_loop(self, unit: Unit) -> None:
        """Take a unit off its loop; whoever does so gives it its next leg."""
        self.loop[unit.row] = -1
        self.patrols = np.flatnonzero(self.loop >= 0)

    def slowness(self, fabric: int) -> Floats:
        """Seconds per metre of road-corrected distance for every unit in one fabric, shape (units,)."""
        if fabric not in self._slowness:
            speeds = np.array([row[fabric] for row in self.travel.emergency])
            self._slowness[fabric] = self.travel.detour[fabric] / speeds[self.mode]
        return self._slowness[fabric]

    def mobilisation(self, t: float) -> Floats:
        """Mobilisation time of every unit if sent at ``t``: on the move (or on a loop), else where it rests."""
        moving = (self.arrive_at > t) | (self.loop >= 0)
        times = np.where(moving, self.moving_time, self.rest_time)
        return times if self.readiness == 1.0 else times * self.readiness

    def mobilisation_of(self, unit: Unit, t: float) -> float:
        """Mobilisation time of one unit if sent at ``t``."""
        row = unit.row
        moving = self.arrive_at.item(row) > t or self.loop.item(row) >= 0
        time = self.moving_time.item(row) if moving else self.rest_time.item(row)
        return time if self.readiness == 1.0 else time * self.readiness
