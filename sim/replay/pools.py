"""What a page for others may say about places: groups of at least five neighbouring centres, and nothing finer.

At ``internal`` every place is where it is. At ``restricted`` each place gives way to the middle of a group of at least five
centres, and areas with fewer centres are left out, so that no page tells how one centre is watched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.errors import InputError, nearest
from sim.reports.figures.maps import LEAST_CENTRES
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LEVELS = ("internal", "restricted")
"""Levels at which places may be shown; a public report has no maps."""
SPREAD = 0.7
"""How far from the middle, in mean distances of its centres, things of one group are drawn apart."""


def check_share(share: str) -> None:
    """Raise ``InputError`` for a level at which there is no replay."""
    if share == "public":
        raise InputError(
            f"share=public: a replay shows where things happened, which is not for the public; allowed: {', '.join(LEVELS)}"
        )
    if share not in LEVELS:
        raise InputError(f"share={share}: no such level{nearest(share, LEVELS)}; allowed: {', '.join(LEVELS)}")


@dataclass(frozen=True, eq=False)
class Pools:
    """Groups of neighbouring centres: middles ``x``, ``y``, ``radius`` (mean distance of the centres, in the territory's
    coordinates), ``centres`` in each and their ``area``; arrays (groups,). ``shown`` (areas,): areas that have one."""

    x: Floats
    y: Floats
    radius: Floats
    centres: Ints
    area: Ints
    shown: Bools

    def __len__(self) -> int:
        return len(self.x)

    def moved(self, x: Floats, y: Floats, key: Ints) -> tuple[Floats, Floats]:
        """Places as they may be shown: near the middle of the nearest group, each ``key`` (a unit, an incident) at a spot of
        its own, which says nothing about the place itself."""
        if not len(self):
            return np.zeros(len(x)), np.zeros(len(y))
        pool = cKDTree(np.column_stack((self.x, self.y))).query(np.column_stack((x, y)))[1]
        turn = 2.399963229728653 * (np.asarray(key) % 9973)  # the golden angle, so that neighbours in key stand apart
        away = self.radius[pool] * SPREAD * np.sqrt((np.asarray(key) * 0.6180339887498949) % 1.0)
        return self.x[pool] + away * np.cos(turn), self.y[pool] + away * np.sin(turn)


def build_pools(territory: Territory) -> Pools:
    """Groups of five to nine neighbouring centres of each area that has at least five."""
    sites = territory.sites
    centres = sites.of_kind("centre")
    areas, groups = range(len(territory.area_codes)), []
    for area in areas:
        own = centres[sites.area[centres] == area]
        if len(own) >= LEAST_CENTRES:
            groups += _halved(own, sites.x, sites.y)
    x, y = (np.array([c[group].mean() for group in groups]) for c in (sites.x, sites.y))
    radius = [np.hypot(sites.x[g] - a, sites.y[g] - b).mean() for g, a, b in zip(groups, x.tolist(), y.tolist())]
    area_of = np.array([sites.area[group[0]] for group in groups], dtype=np.int64)
    count = np.array([len(group) for group in groups], dtype=np.int64)
    return Pools(x, y, np.array(radius), count, area_of, np.isin(np.array(areas), area_of))


def _halved(group: Ints, x: Floats, y: Floats) -> list[Ints]:
    """A group cut across its longer side again and again while both halves keep enough centres."""
    if len(group) < 2 * LEAST_CENTRES:
        return [group]
    along = x if np.ptp(x[group]) >= np.ptp(y[group]) else y
    order = group[np.argsort(along[group], kind="stable")]
    middle = len(order) // 2
    return [*_halved(order[:middle], x, y), *_halved(order[middle:], x, y)]
