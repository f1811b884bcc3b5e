"""The nearest free unit without working out where all units are: most stand at their bases, which do not move.

A shortcut for rooms on a plane that send the nearest unit, and exact: it gives the same unit, with the same score, as the search
over arrays (``Fleet.positions``, ``Fleet.scores``), or says that it cannot tell.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.policies.reach import METRICS, reach
from sim.processes.actors import LONG_AGO

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit
    from sim.processes.fleet import Fleet
    from sim.processes.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_add = np.add
Seen = tuple[float, float, float]
"""Where a unit is (x, y), and its score to a task."""
MOST_AWAY = 100
"""With more free units away from their bases than this, to look at all units at once is quicker."""
BLOCK = 32
"""Places from which scores are worked out at a time: NumPy takes little longer over them than over one."""
TIDY = 8
"""Searches after which units that have reached their bases are noted."""


class Nearby:
    """The free units of one fleet, none of which patrols: those at their bases, and the few that are ``away``.

    ``at_base[row]`` is 0 where a unit is free and known to stand at its base, else infinity; ``away`` holds, by row, between
    which x and y the other free units are, and the unit. The scores from all bases to a site are worked out once for each slot
    type, infinity for units that cannot fill it, and for a block of ``places`` at a time: the sites of incidents in the order in
    which they come, (places,), with their coordinates.
    """

    def __init__(self, fleet: Fleet, places: Ints, x: Floats, y: Floats) -> None:
        self.fleet = fleet
        self._places, self._x, self._y = places.tolist(), x[:, None], y[:, None]
        self._number = {site: number for number, site in enumerate(self._places)}
        self.away: dict[int, tuple[float, float, float, float, Unit]] = {}
        self.at_base = np.full(len(fleet.units), inf)
        self._scores: list[dict[int, Floats]] = [{} for _ in fleet.able]
        self._candidates = np.empty(len(fleet.units))
        self._metric, self._score_one = fleet.travel.metric, fleet.travel.score_one
        self._searches = 0

    def add(self, unit: Unit) -> None:
        """A unit has become free: at its base, or on a leg, and then it does not leave the box round that, whatever the time."""
        if unit.home_at == LONG_AGO:
            self.at_base[unit.row] = 0.0
            return
        x1, y1, dx, dy, _, _ = unit.leg
        x0, y0 = x1 + dx, y1 + dy
        left, right = (x1, x0) if dx > 0.0 else (x0, x1)
        self.away[unit.row] = (left, right, y1, y0, unit) if dy > 0.0 else (left, right, y0, y1, unit)

    def set_out(self, unit: Unit) -> None:
        """A free unit has been given a leg."""
        self.remove(unit)
        self.add(unit)

    def remove(self, unit: Unit) -> None:
        """A unit is free no longer."""
        if self.away.pop(unit.row, None) is None:
            self.at_base[unit.row] = inf

    def find(self, task: Task, s: int, now: float) -> Unit | None:
        """The nearest free unit of slot type ``s``; None if that takes a search (or there is none)."""
        self._searches += 1
        if self._searches % TIDY == 0:
            self._note_arrivals(now)
        if len(self.away) > MOST_AWAY:
            return None
        fleet, scores = self.fleet, self._scores[s].get(task.site)
        if scores is None:
            scores = self._work_out(task, s)
        candidates = _add(scores, self.at_base, self._candidates)
        row = int(candidates.argmin())
        unit, score = fleet.units[row], candidates.item(row)
        seen = unit.home_x, unit.home_y, score
        if self.away:
            unit, seen = self._nearer_away(task, s, now, unit, seen)
        if seen[2] == inf:
            return None
        unit.seen, unit.seen_at, unit.seen_for = seen, now, task
        return unit

    def _work_out(self, task: Task, s: int) -> Floats:
        """Scores from all bases to the site of a task, (units,); to those that come with it they are kept too."""
        fleet, known, number = self.fleet, self._scores[s], self._number.get(task.site, -1)
        if number < 0:  # one of another area
            known[task.site] = fleet.travel.score(fleet.home_x, fleet.home_y, task.x, task.y) + fleet.able[s]
        else:
            block = slice(number // BLOCK * BLOCK, (number // BLOCK + 1) * BLOCK)
            scores = fleet.travel.score(fleet.home_x, fleet.home_y, self._x[block], self._y[block])  # type: ignore[arg-type]
            known.update(zip(self._places[block], scores + fleet.able[s]))
        return known[task.site]

    def _nearer_away(self, task: Task, s: int, now: float, best: Unit, seen: Seen) -> tuple[Unit, Seen]:
        """The nearest of those that are away and of the ``best`` at base, and how it is seen."""
        x, y, score, score_one = task.x, task.y, seen[2], self._score_one
        side = reach(self._metric, score)
        left, right, low, high = x - side, x + side, y - side, y + side
        for x0, x1, y0, y1, unit in self.away.values():
            if x0 <= right and x1 >= left and y0 <= high and y1 >= low and s in unit.slot_types:
                end_x, end_y, dx, dy, arrive_at, rate = unit.leg  # as in ``Fleet.positions``
                to_go = (arrive_at - now) * rate if arrive_at > now else 0.0
                at_x, at_y = dx * to_go + end_x, dy * to_go + end_y
                other = score_one(at_x, at_y, x, y)
                if other < score or (other == score and unit.row < best.row):
                    best, score, seen = unit, other, (at_x, at_y, other)
        return best, seen

    def _note_arrivals(self, now: float) -> None:
        """Units that have reached their bases are away no longer."""
        for unit in [box[4] for box in self.away.values() if box[4].home_at <= now]:
            del self.away[unit.row]
            self.at_base[unit.row] = 0.0


def look_nearby(world: World) -> None:
    """Give the shortcut to every fleet that can use it: its room sends the nearest unit, and none of its units patrols. On the
    globe, arrays and single numbers may differ in the last bit, so that no unit on its way could be compared."""
    incidents, sites, territory = world.tape.incidents, world.territory.sites, world.territory
    if world.scenario.dispatch.policy != "nearest" or territory.metric not in METRICS or territory.wrap is not None:
        return
    if (incidents.x != sites.x[incidents.site]).any() or (incidents.y != sites.y[incidents.site]).any():
        return
    come, first = np.unique(incidents.site, return_index=True)
    come = come[np.argsort(first)]
    ruling = world.scenario.dispatch_area(sites.area, sites.force)[come]
    for area in world.areas:
        if all(unit.loop < 0 for unit in area.fleet.units):
            places = come[ruling == area.index]
            area.fleet.nearby = Nearby(area.fleet, places, sites.x[places], sites.y[places])
