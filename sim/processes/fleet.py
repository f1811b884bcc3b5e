"""The mobile units of one dispatch area: where they are and which of them may be sent.

Positions are never events. Each unit has a current leg (a unit that stands has a leg of no length); a unit on a patrol
loop is where its loop is once the leg that brings it there has ended. A unit holds its own leg as plain numbers; arrays over
all units follow when a search asks for them.
"""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.processes.actors import LONG_AGO

if TYPE_CHECKING:
    from sim.movement import Loops
    from sim.processes.actors import Task, Unit
    from sim.processes.boxes import Boxes
    from sim.processes.nearby import Nearby
    from sim.territory.travel import Travel

Floats = NDArray[np.float64]
_ZERO, _ONE = np.zeros(()), np.ones(())
# Arrays without dimensions, since NumPy takes twice as long over a plain number; and functions instead of operators
# below, which take half as long again, looked up once.
_add, _maximum, _multiply, _subtract = np.add, np.maximum, np.multiply, np.subtract


class Fleet:
    """Mobile units of one dispatch area, one row per unit in id order.

    ``idle[row]`` is 0 where the unit is free, else infinity, and ``able[s][row]`` 0 where it can fill slot type s, so that the
    best row is ``argmin(score + idle + able[s])``. Units that can fill the same slot types have one ability and are counted
    together: a unit that comes free changes two numbers, however much it can do. ``abilities`` counts the units of each set of
    slot types, ``eligible[s]`` those of slot type s; both count only the ``enlisted``. ``nearby`` is a shortcut to the best unit
    (None: there is none).
    ``loops`` and ``travel`` are shared. Slots: see ``World``.
    """

    __slots__ = (
        "_arrive_at", "_behind", "_dx", "_dy", "_filled_by", "_free", "_node", "_now", "_on_duty", "_rate", "_rest_time",
        "_slowness", "_x", "_x1", "_y", "_y1", "abilities", "able", "base_time", "bases", "eligible", "enlisted", "home_x",
        "home_y", "idle", "loop", "loop_ref", "loops", "mode", "moving_time", "nearby", "patrols", "readiness", "travel",
        "units",
    )  # fmt: skip

    def __init__(self, units: list[Unit], slot_types: int, loops: Loops, travel: Travel) -> None:
        self.units = units
        self.travel = travel
        self.loops = loops
        count = len(units)
        # One block of memory for what a search reads: half as many cache misses where there are many fleets.
        self._x1, self._y1, self._dx, self._dy, self._arrive_at, self._rate, self.idle = np.zeros((7, count))
        self._now, self._x, self._y = np.zeros(()), np.zeros(()), np.zeros(())
        self._node, self._rest_time = np.zeros(count, dtype=np.int64), np.zeros(count)
        self._behind: dict[int, Unit] = dict(enumerate(units))
        self.nearby: Nearby | Boxes | None = None
        self.home_x, self.home_y = np.array([u.home_x for u in units]), np.array([u.home_y for u in units])
        self.bases = np.array([u.base for u in units], dtype=np.int64)
        self.base_time = np.array([u.base_time for u in units])
        self.loop = np.full(count, -1, dtype=np.int64)
        self.loop_ref = np.zeros(count)
        self.patrols = np.zeros(0, dtype=np.int64)
        self.mode = np.array([u.mode for u in units], dtype=np.int64)
        self.moving_time = np.array([u.moving_time for u in units])
        for unit in units:
            unit.rest_time = unit.base_time
        self.idle[:] = inf
        self.abilities = Counter(tuple(u.slot_types) for u in units)
        known = {ability: number for number, ability in enumerate(self.abilities)}
        for unit in units:
            unit.ability = known[tuple(unit.slot_types)]
        self._filled_by = [[number for ability, number in known.items() if s in ability] for s in range(slot_types)]
        fills = np.array([[0.0 if s in ability else inf for ability in known] for s in range(slot_types)])
        self.able = list(fills.reshape(slot_types, len(known))[:, [u.ability for u in units]])
        self.eligible = [sum(self.abilities[ability] for ability in known if s in ability) for s in range(slot_types)]
        self._free, self._on_duty = [0] * len(known), [0] * len(known)
        self._slowness: dict[int, Floats] = {}
        self.readiness = 1.0
        self.enlisted = units

    def enlist(self, units: list[Unit]) -> None:
        """Have only some units count for what could ever be sent from here: those of the plan in force."""
        self.enlisted = units
        self.abilities = Counter(tuple(unit.slot_types) for unit in units)
        self.eligible = [sum(n for ability, n in self.abilities.items() if s in ability) for s in range(len(self.able))]

    def middle(self) -> tuple[float, float]:
        """The middle of the bases of the units that count."""
        rows = [unit.row for unit in self.enlisted]
        return self.home_x[rows].mean(), self.home_y[rows].mean()

    def set_free(self, unit: Unit) -> None:
        """Make a unit eligible wherever its kind and skills allow."""
        unit.is_free = True
        row = unit.row
        self._behind[row] = unit
        self.idle[row] = 0.0
        self._free[unit.ability] += 1
        if self.nearby is not None:
            self.nearby.add(unit)

    def set_busy(self, unit: Unit) -> None:
        """Take a free unit out of the search."""
        unit.is_free = False
        self.idle[unit.row] = inf
        self._free[unit.ability] -= 1
        if self.nearby is not None:
            self.nearby.remove(unit)

    def come_on_duty(self, unit: Unit) -> None:
        """Count a unit among those on duty."""
        self._on_duty[unit.ability] += 1

    def go_off_duty(self, unit: Unit) -> None:
        """Count a unit no longer among those on duty."""
        self._on_duty[unit.ability] -= 1

    def has_free(self, s: int) -> bool:
        """Whether a unit of slot type ``s`` is free."""
        free = self._free
        for ability in self._filled_by[s]:  # noqa: SIM110 (a generator would cost more than the search)
            if free[ability]:
                return True
        return False

    def free(self, s: int) -> int:
        """Units of slot type ``s`` that are free."""
        return sum(map(self._free.__getitem__, self._filled_by[s]))

    def on_duty(self, s: int) -> int:
        """Units of slot type ``s`` that are on duty."""
        return sum(map(self._on_duty.__getitem__, self._filled_by[s]))

    def open(self, s: int) -> Floats:
        """0 for each unit that is free and can fill slot type ``s``, else infinity, shape (units,)."""
        return _add(self.idle, self.able[s])

    def drive(
        self, unit: Unit, x0: float, y0: float, x1: float, y1: float, depart_at: float, arrive_at: float, node: int
    ) -> None:
        """Give a unit its current leg; ``node`` is where it ends, under a matrix."""
        rate = 1.0 / (arrive_at - depart_at) if arrive_at > depart_at else 0.0
        unit.leg = (x1, y1, x0 - x1, y0 - y1, arrive_at, rate)
        unit.node = node
        unit.home_at = arrive_at if x1 == unit.home_x and y1 == unit.home_y else inf
        self._behind[unit.row] = unit
        if unit.is_free and self.nearby is not None:
            self.nearby.set_out(unit)

    def stand_at_base(self, unit: Unit) -> None:
        """Put a unit at its base, where a shift begins wherever the last one ended."""
        self.drive(unit, unit.home_x, unit.home_y, unit.home_x, unit.home_y, LONG_AGO, LONG_AGO, unit.base)
        unit.rest_time = unit.base_time

    def _catch_up(self) -> None:
        """Bring the arrays up to date with the units that were told something since the last search."""
        for row, unit in self._behind.items():
            self._x1[row], self._y1[row], self._dx[row], self._dy[row], self._arrive_at[row], self._rate[row] = unit.leg
            self._node[row], self._rest_time[row] = unit.node, unit.rest_time
            self.loop[row], self.loop_ref[row] = unit.loop if unit.walks else -1, unit.loop_ref
        self._behind.clear()
        self.patrols = np.flatnonzero(self.loop >= 0)

    def positions(self, t: float, waiting_to_leave: bool = True) -> tuple[Floats, Floats]:
        """Coordinates of all units at ``t``, each of shape (units,).

        Units that mobilise have not left yet and stand at the start of their leg; a search among free units, none of which
        mobilises, need not look for them.
        """
        if self._behind:
            self._catch_up()
        self._now[()] = t
        remaining = _subtract(self._arrive_at, self._now)
        _multiply(remaining, self._rate, remaining)
        _maximum(remaining, _ZERO, out=remaining)
        if waiting_to_leave:
            np.minimum(remaining, _ONE, out=remaining)
        x = _multiply(self._dx, remaining)
        _add(x, self._x1, x)
        y = _multiply(self._dy, remaining, remaining)
        _add(y, self._y1, y)
        if len(self.patrols):
            rows = self.patrols[self._arrive_at[self.patrols] <= t]
            x[rows], y[rows] = self.loops.positions(self.loop[rows], self.loop_ref[rows], t)
        return x, y

    def locate(self, unit: Unit, t: float) -> tuple[float, float]:
        """Coordinates of one unit at ``t``, also while it has not yet left for its current leg."""
        x1, y1, dx, dy, arrive_at, rate = unit.leg
        if arrive_at <= t:
            return self.loops.position(unit.loop, unit.loop_ref, t) if unit.walks else (x1, y1)
        remaining = min((arrive_at - t) * rate, 1.0)
        return dx * remaining + x1, dy * remaining + y1

    def scores(self, t: float, x: Floats, y: Floats, task: Task) -> Floats:
        """Score from every unit, at ``x`` and ``y``, to a task: squared distance, haversine, or seconds in a matrix."""
        if self.travel.matrix is None:
            self._x[()], self._y[()] = task.x, task.y
            return self.travel.score(x, y, self._x, self._y)  # type: ignore[arg-type]
        if self._behind:
            self._catch_up()
        nodes = self._node.copy()
        for row in np.flatnonzero((self._arrive_at > t) | (self.loop >= 0)):
            nodes[row] = self.travel.nearest_node(float(x[row]), float(y[row]))
        return np.asarray(self.travel.matrix[nodes, task.site], dtype=np.float64)

    def node_at(self, unit: Unit, t: float) -> int:
        """The node at which a unit stands, or to which it is nearest while under way (matrix only)."""
        if unit.leg[4] > t or unit.walks:
            return self.travel.nearest_node(*self.locate(unit, t))
        return unit.node

    def join_loop(self, unit: Unit, ref: float) -> None:
        """Put a unit on its loop, which reaches its first stop at ``ref``, once its current leg has ended."""
        unit.walks, unit.loop_ref = True, ref
        self._behind[unit.row] = unit
        if unit.is_free and self.nearby is not None:
            self.nearby.set_out(unit)

    def leave_loop(self, unit: Unit) -> None:
        """Take a unit off its loop; whoever does so gives it its next leg."""
        unit.walks = False
        self._behind[unit.row] = unit

    def slowness(self, fabric: int) -> Floats:
        """Seconds per metre of road-corrected distance for every unit in one fabric, shape (units,)."""
        if fabric not in self._slowness:
            speeds = np.array([row[fabric] for row in self.travel.emergency])
            self._slowness[fabric] = self.travel.detour[fabric] / speeds[self.mode]
        return self._slowness[fabric]

    def mobilisation(self, t: float) -> Floats:
        """Mobilisation time of every unit if sent at ``t``: on the move (or on a loop), else where it rests."""
        if self._behind:
            self._catch_up()
        moving = (self._arrive_at > t) | (self.loop >= 0)
        times = np.where(moving, self.moving_time, self._rest_time)
        return times if self.readiness == 1.0 else times * self.readiness

    def mobilisation_of(self, unit: Unit, t: float) -> float:
        """Mobilisation time of one unit if sent at ``t``."""
        moving = unit.walks or unit.leg[4] > t
        time = unit.moving_time if moving else unit.rest_time
        return time if self.readiness == 1.0 else time * self.readiness
