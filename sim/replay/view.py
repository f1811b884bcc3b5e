"""A run as a page sees it: which units, tasks and areas, in steps of time and of a grid of places.

Times are ticks from the begin of the span, places are steps of a grid over the territory: errors stay below half a second and
half a step of the grid (a country: 15 m, a city: centimetres).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.measures.day import Bools, Day, Floats, Ints
from sim.replay.pools import Pools, build_pools
from sim.runs import Run
from sim.territory.outlines import Ring, load_outline

TICK = 1.0
"""Seconds of one step of time."""
STEPS = 65535
"""Steps of the grid of places along each axis."""


@dataclass(frozen=True, eq=False)
class View:
    """One run as readers of one level of sharing may see it."""

    run: Run
    share: str = "restricted"

    @cached_property
    def day(self) -> Day:
        """The run's records as arrays."""
        return Day.of(self.run.scenario, self.run.tape, self.run.trace)

    @cached_property
    def pools(self) -> Pools:
        """Groups of centres that give way for places where single ones are not to be shown."""
        return build_pools(self.run.scenario.territory)

    @property
    def internal(self) -> bool:
        """Whether places are shown as they are."""
        return self.share == "internal"

    @cached_property
    def shown(self) -> Bools:
        """Areas of which anything is shown, (areas,)."""
        areas = len(self.run.scenario.territory.area_codes)
        return np.ones(areas, dtype=bool) if self.internal else self.pools.shown

    @cached_property
    def tasks(self) -> Ints:
        """Rows of the tape that are shown: those that want a unit, in order."""
        scenario, rows = self.run.scenario, self.run.tape.incidents
        wants = np.array([bool(cls.slots) for cls in scenario.classes])[rows.cls]
        return np.flatnonzero(wants & self.shown[scenario.territory.sites.area[rows.site]])

    @cached_property
    def units(self) -> Ints:
        """Rows of the units that are shown: the mobile ones."""
        units = self.run.scenario.units
        return np.flatnonzero(units.mobile & self.shown[units.area])

    @cached_property
    def unit_names(self) -> list[str | int]:
        """What each unit of the scenario is called, (units,). Its own number tells at which site it has its base, so that where
        sites are not to be shown those without a name are numbered as they come."""
        ids, names = self.run.scenario.units.id, self.run.names.units
        own: list[str | int] = [names.get(id, id) for id in ids.tolist()]
        if not self.internal:
            for number, row in enumerate(self.units.tolist(), 1):
                own[row] = names.get(int(ids[row]), number)
        return own

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north end of all that is shown."""
        territory, tape = self.run.scenario.territory, self.run.tape.incidents
        rings = [ring for part in outlines(self.run).values() for ring in part]
        x = np.concatenate([territory.sites.x, tape.x, *(ring[:, 0] for ring in rings)])
        y = np.concatenate([territory.sites.y, tape.y, *(ring[:, 1] for ring in rings)])
        margin = max(float(np.ptp(x)), float(np.ptp(y)), 1e-6) * 0.01
        return float(x.min()) - margin, float(y.min()) - margin, float(x.max()) + margin, float(y.max()) + margin

    def ticks(self, seconds: Floats) -> Ints:
        """Moments as steps of time from the begin of the span."""
        return np.rint((np.asarray(seconds) - self.run.scenario.calendar.begin) / TICK).astype(np.int64)

    def places(self, x: Floats, y: Floats, key: Ints) -> tuple[Ints, Ints]:
        """Places as steps of the grid, moved to their groups where readers may not see them as they are."""
        if not self.internal:
            x, y = self.pools.moved(np.asarray(x), np.asarray(y), key)
        return self.grid(x, y)

    def grid(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Coordinates as steps of the grid."""
        west, south, east, north = self.box
        across = np.rint((np.asarray(x) - west) / (east - west) * STEPS)
        up = np.rint((np.asarray(y) - south) / (north - south) * STEPS)
        return np.clip(across, 0, STEPS).astype(np.int64), np.clip(up, 0, STEPS).astype(np.int64)


def outlines(run: Run) -> dict[str, list[Ring]]:
    """Outlines of the areas by code; nothing for a territory without any."""
    name = run.scenario.territory.outline
    return load_outline(name) if name else {}
