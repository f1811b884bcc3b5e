"""Coverage of one moment: which centres some idle unit could reach within the target, fast enough to ask for any moment.

It is the coverage of ``sim.measures.coverage``. There a whole day is computed in few large products; here one moment asks only
whether somebody is near enough, so that targets become distances and nothing but squares is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.measures.coverage import eligible_units
from sim.measures.day import Bools, Day, Floats, Ints, rows_by
from sim.measures.positions import UnitStates
from sim.measures.reach import BLOCK, globe, plane, soonest
from sim.measures.response import targets
from sim.territory.sites import FABRICS
from sim.territory.travel import EARTH_RADIUS, Travel, build_travel

PLAIN = {"great_circle": globe, "euclid": plane}
"""Metrics in which the nearest place is the one at the least straight distance, and their coordinates."""


@dataclass(frozen=True, eq=False)
class _Block:
    """Centres of one dispatch area in order of fabric: their rows, where each fabric begins (and the last one ends), and their
    vectors a from the area's middle as a factor: -2a and |a|²."""

    rows: Ints
    begin: list[int]
    middle: Floats
    right: Floats


@dataclass(frozen=True, eq=False)
class Cover:
    """What coverage needs at any moment: centres in order of area, their targets and offices, and which units count."""

    day: Day
    centres: Ints
    target: Floats
    area: Ints
    offices: Floats
    eligible: Bools
    travel: Travel
    blocks: dict[int, _Block]

    @classmethod
    def of(cls, day: Day) -> Cover:
        """Prepare the centres of a day."""
        scenario, sites = day.scenario, day.scenario.territory.sites
        centres = sites.of_kind("centre")
        centres = centres[np.argsort(sites.area[centres], kind="stable")]
        target = targets(scenario, np.ones(len(centres), dtype=np.int64), sites.fabric[centres])
        travel = build_travel(scenario.territory, scenario.travel)
        area, offices = sites.area[centres], sites.offices[centres].astype(np.float64)
        return cls(day, centres, target, area, offices, eligible_units(scenario), travel, _blocks(day, centres))

    def covered(self, t: float, rows: Ints, x: Floats, y: Floats, mobilisation: Floats) -> Bools:
        """Whether some idle unit could be at each centre within the target, (centres,).

        ``rows`` are units, ``x``, ``y`` where they are and ``mobilisation`` what they need before they drive (NaN: not idle).
        """
        counts = self.eligible[rows] & np.isfinite(mobilisation)
        rows, x, y, wait = rows[counts], x[counts], y[counts], mobilisation[counts]
        if not self.blocks:
            states = UnitStates(rows, np.array([t]), x[None], y[None], wait[None])
            return np.asarray(soonest(self.day, self.centres, states)[:, 0] <= self.target)
        vectors = PLAIN[self.travel.metric](x, y)
        limit = self._limits(t, self.day.scenario.units.mode[rows], wait)
        found = np.zeros(len(self.centres), dtype=np.bool_)
        by_area = rows_by(self.day.unit_area[rows], self.day.scenario.dispatch_areas)
        for area, block in self.blocks.items():
            if len(near := by_area[area]):
                found[block.rows] = _any_within(block, vectors[near], limit[near])
        return found

    def shares(self, t: float, covered: Bools) -> Floats:
        """Share of the offices of each area that are covered, (areas,); NaN where nobody votes at ``t``."""
        calendar = self.day.scenario.calendar
        areas = len(calendar.opening)
        voting = (calendar.opening <= t) & (t < calendar.closing)
        offices = np.bincount(self.area, self.offices, areas)
        held = np.bincount(self.area, self.offices * covered, areas)
        return np.divide(held, offices, out=np.full(areas, np.nan), where=voting & (offices > 0))

    def share(self, t: float, covered: Bools) -> float:
        """Share of all offices whose area votes at ``t`` that are covered; NaN where nobody votes."""
        calendar = self.day.scenario.calendar
        offices = self.offices * ((calendar.opening <= t) & (t < calendar.closing))[self.area]
        return float((offices * covered).sum() / offices.sum()) if offices.any() else float("nan")

    def _limits(self, t: float, mode: Ints, wait: Floats) -> Floats:
        """Squared distance from which each unit reaches a centre of each fabric just in time, (units, fabrics); NaN: never."""
        allowed = targets(self.day.scenario, np.ones(len(FABRICS), dtype=np.int64), np.arange(len(FABRICS)))
        slowness = np.array(self.travel.detour) / np.array(self.travel.emergency)[mode]
        metres = (allowed - wait[:, None]) / (slowness * self.travel.hour_factor(t))
        metres[metres < 0.0] = np.nan
        if self.travel.metric == "great_circle":
            metres = 2.0 * np.sin(np.minimum(metres / (2.0 * EARTH_RADIUS), np.pi / 2.0))
        return np.asarray(metres**2)


def _blocks(day: Day, centres: Ints) -> dict[int, _Block]:
    """Centres by dispatch area; none where the metric is not a plain one."""
    territory = day.scenario.territory
    if territory.matrix is not None or territory.wrap is not None or territory.metric not in PLAIN:
        return {}
    sites, found = territory.sites, {}
    for area, rows in enumerate(rows_by(day.site_area[centres], day.scenario.dispatch_areas)):
        if len(rows):
            rows = rows[np.argsort(sites.fabric[centres[rows]], kind="stable")]
            vectors = PLAIN[territory.metric](sites.x[centres[rows]], sites.y[centres[rows]])
            middle = vectors.mean(axis=0)
            vectors = vectors - middle
            right = np.vstack((-2.0 * vectors.T, (vectors**2).sum(axis=1)))
            begin = np.searchsorted(sites.fabric[centres[rows]], np.arange(len(FABRICS) + 1)).tolist()
            found[area] = _Block(rows, begin, middle, right)
    return found


def _any_within(block: _Block, vectors: Floats, limit: Floats) -> Bools:
    """Whether any unit is within its limit of each centre of a block: |a - b|² = |a|² - 2ab + |b|², about the area's middle."""
    near = vectors - block.middle
    left = np.column_stack((near, np.ones(len(near))))
    room = limit - (near**2).sum(axis=1)[:, None]
    found = np.zeros(len(block.rows), dtype=np.bool_)
    size = max(1, BLOCK // len(block.rows))
    for begin in range(0, len(left), size):
        products = left[begin : begin + size] @ block.right
        for fabric, (a, b) in enumerate(pairwise(block.begin)):
            if b > a:
                found[a:b] |= (products[:, a:b] <= room[begin : begin + size, fabric, None]).any(axis=0)
    return found
