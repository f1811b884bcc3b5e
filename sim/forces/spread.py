"""Where units go: an order of the centres along a curve, and whole numbers spread evenly along it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.territory.sites import SITE_KINDS, Sites, Territory
from sim.territory.travel import great_circle_metres

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BITS = 16
_CLOSE = 1e-6
"""Sums of counts within this of a half round up, so that floating point never decides."""


@dataclass(frozen=True, eq=False)
class Centres:
    """Polling centres along a space-filling curve, one cell (area, force) after the other; arrays (centres,).

    ``site``: position in ``Territory.sites``; ``cell``: area x forces + force; ``home``: position of the nearest base
    of its force in its area (of another force, or the centre itself, where there is none); ``people``: inhabitants it
    stands for.
    """

    site: Ints
    cell: Ints
    home: Ints
    people: Floats
    cells: int

    def __len__(self) -> int:
        return len(self.site)


def centres_in_order(territory: Territory) -> Centres:
    """All centres sorted by cell, place on the Hilbert curve of the cell, and id."""
    sites = territory.sites
    rows = sites.of_kind("centre")
    cell = sites.area[rows] * len(territory.forces) + sites.force[rows]
    place = _hilbert(*_cell_grid(territory, rows, cell))
    order = np.lexsort((sites.id[rows], place, cell))
    rows, cell = rows[order], cell[order]
    cells = len(territory.area_codes) * len(territory.forces)
    return Centres(rows, cell, homes(territory, rows), _people(territory, rows), cells)


def plane(territory: Territory, rows: Ints) -> tuple[Floats, Floats]:
    """Coordinates in which nearby places are nearby in every direction."""
    x, y = territory.sites.x[rows], territory.sites.y[rows]
    return (x * np.cos(np.radians(y)), y) if territory.metric == "great_circle" else (x, y)


def _cell_grid(territory: Territory, rows: Ints, cell: Ints) -> tuple[Ints, Ints]:
    """Whole coordinates 0 … 2**16 - 1 inside the square round each cell."""
    x, y = plane(territory, rows)
    count = int(cell.max(initial=-1)) + 1
    low, high = np.full((2, count), np.inf), np.full((2, count), -np.inf)
    for axis, values in enumerate((x, y)):
        np.minimum.at(low[axis], cell, values)
        np.maximum.at(high[axis], cell, values)
    side = np.maximum((high - low).max(axis=0), 1e-12)[cell]
    top = 2**_BITS - 1
    return ((x - low[0, cell]) / side * top).astype(np.int64), ((y - low[1, cell]) / side * top).astype(np.int64)


def _hilbert(x: Ints, y: Ints) -> Ints:
    """Position on the Hilbert curve of order 16, for arrays."""
    x, y = x.copy(), y.copy()
    position = np.zeros_like(x)
    for bit in range(_BITS - 1, -1, -1):
        s = 1 << bit
        rx, ry = (x & s) > 0, (y & s) > 0
        position += s * s * ((3 * rx) ^ ry)
        flip = ~ry & rx
        x, y = np.where(flip, s - 1 - (x & (s - 1)), x & (s - 1)), np.where(flip, s - 1 - (y & (s - 1)), y & (s - 1))
        x, y = np.where(ry, x, y), np.where(ry, y, x)
    return position


def homes(territory: Territory, rows: Ints) -> Ints:
    """Nearest base of each site: of its force and area, else of its area, else the site itself."""
    sites = territory.sites
    bases = sites.of_kind("base")
    home = rows.copy()
    for area in np.unique(sites.area[rows]):
        near = bases[sites.area[bases] == area]
        for force in np.unique(sites.force[rows]):
            mine = np.flatnonzero((sites.area[rows] == area) & (sites.force[rows] == force))
            own = near[sites.force[near] == force]
            choice = own if len(own) else near
            if len(choice) and len(mine):
                tree = scipy.spatial.cKDTree(np.column_stack(plane(territory, choice)))
                home[mine] = choice[tree.query(np.column_stack(plane(territory, rows[mine])))[1]]
    return home


def _people(territory: Territory, rows: Ints) -> Floats:
    """Inhabitants of each area shared among its centres by registered voters (by offices, or evenly, without them)."""
    sites = territory.sites
    area = sites.area[rows]
    counted = (w.astype(float) for w in (sites.voters[rows], sites.offices[rows]) if w.sum() > 0)
    weight = next(counted, np.ones(len(rows)))
    total = np.bincount(area, weights=weight, minlength=len(territory.area_codes))
    share = np.divide(weight, total[area], out=np.zeros(len(rows)), where=total[area] > 0)
    return np.asarray(share * territory.populations[area])


def metres_between(territory: Territory, a: Ints, b: Ints) -> Floats:
    """Straight metres between sites ``a`` and ``b`` (seconds under a matrix)."""
    sites = territory.sites
    if territory.matrix is not None:
        return np.asarray(territory.matrix[a, b], dtype=np.float64)
    if territory.metric == "great_circle":
        return great_circle_metres(sites.x[a], sites.y[a], sites.x[b], sites.y[b])
    dx, dy = np.abs(sites.x[a] - sites.x[b]), np.abs(sites.y[a] - sites.y[b])
    if territory.wrap is not None:
        width, height = territory.wrap
        dx, dy = np.minimum(dx % width, width - dx % width), np.minimum(dy % height, height - dy % height)
    return np.asarray(dx + dy if territory.metric == "right_angle" else np.hypot(dx, dy))


def per_group(values: Floats, group: Ints, groups: int) -> Floats:
    """Sum of values in each group, shape (groups,)."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def running(values: Floats, group: Ints) -> Floats:
    """Running sum inside each run of equal ``group``."""
    total = np.cumsum(values)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, dtype=np.int64)
    before = (total - values)[starts]
    return np.asarray(total - np.repeat(before, np.diff(np.r_[starts, len(group)])))


def rounded(values: Floats, group: Ints) -> Ints:
    """Whole numbers that carry their remainder on inside each run of ``group``: every part sum is within half of the
    truth.

    >>> rounded(np.array([1.5, 1.5, 1.5, 1.5]), np.zeros(4, dtype=np.int64)).tolist()
    [2, 1, 2, 1]
    """
    upper = np.floor(running(values, group) + 0.5 + _CLOSE).astype(np.int64)
    lower = np.r_[0, upper[:-1]] if len(upper) else upper
    starts = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    return upper - np.where(starts, 0, lower)


def whole(values: Floats) -> Ints:
    """Round each number, halves up."""
    return np.floor(values + 0.5 + _CLOSE).astype(np.int64)


def ragged(counts: Ints) -> tuple[Ints, Ints]:
    """Owner and number of each of ``counts[i]`` things of owner i, both of shape (sum of counts,)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def pick(group: Ints, number: Ints, size: Ints, chosen: Ints) -> NDArray[np.bool_]:
    """Which of the ``size[g]`` members of each group are among the ``chosen[g]``, evenly spread by their ``number``."""
    n, k = np.maximum(size[group], 1), chosen[group]
    return np.asarray((number + 1) * k // n > number * k // n)


def quantile_rows(weights: Floats, group: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Rows at the middles of ``counts[g]`` equal parts of each group's weight, and their groups; rows are sorted by
    group."""
    totals = per_group(weights, group, len(counts))
    owner, number = ragged(np.where(totals > 0, counts, 0))
    target = (np.cumsum(totals) - totals)[owner] + (number + 0.5) / np.maximum(counts[owner], 1) * totals[owner]
    rows = np.minimum(np.searchsorted(np.cumsum(weights), target), len(weights) - 1)
    first, last = np.searchsorted(group, owner, side="left"), np.searchsorted(group, owner, side="right") - 1
    return np.clip(rows, first, last), owner


def number_within(*keys: Ints) -> Ints:
    """Running number of each row among the rows with the same keys, in row order."""
    order = np.lexsort((np.arange(len(keys[0])), *keys[::-1]))
    same = np.ones(len(order), dtype=bool)
    for key in keys:
        same[1:] &= key[order][1:] == key[order][:-1]
    same[:1] = False
    starts = np.flatnonzero(~same)
    position = np.arange(len(order))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = position - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    return number


def site_kind(sites: Sites, kind: str) -> Ints:
    """Positions of the sites of one kind in order of area, force and id."""
    rows = np.flatnonzero(sites.kind == SITE_KINDS.index(kind))
    return rows[np.lexsort((sites.id[rows], sites.force[rows], sites.area[rows]))]
