"""Patrol beats: which centres each unit goes round, and the loops at planned speed that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.forces.heads import to_totals
from sim.forces.kinds import KIND, MODE_OF, UNIT_KINDS
from sim.forces.spread import Centres, metres_between, per_group, ragged, rounded, running
from sim.movement import Loops
from sim.settings.forces import PatrolSettings
from sim.territory.sites import FABRICS, TIERS, Territory
from sim.territory.travel import Travel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LONGEST_LEG = 40_000.0
"""Metres, for a mode that ``longest_leg`` leaves out."""


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of one kind of unit, one row per unit: its ``cell``, and its stops as ragged rows (``unit``, ``site``).

    ``wait``: seconds at each stop (None: the settings' stop time).
    """

    kind: str
    cell: Ints
    unit: Ints
    site: Ints
    wait: Floats | None = None

    @property
    def first(self) -> Ints:
        """Position of the first stop's site of each beat."""
        return self.site[np.searchsorted(self.unit, np.arange(len(self.cell)))]

    def passing(self, places: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which beats pass one of the marked sites, (units,)."""
        found = np.zeros(len(self.cell), dtype=np.bool_)
        found[self.unit[places[self.site]]] = True
        return found


def by_fabric(table: Mapping[str, float], fabric: Ints) -> Floats:
    """1 / value of each place's fabric, 0 where the table leaves the fabric out."""
    rates = np.array([1.0 / table[name] if name in table else 0.0 for name in FABRICS])
    return rates[fabric]


def centres_per(kind: str, patrol: PatrolSettings) -> Mapping[str, float]:
    """Centres one unit goes round, by fabric; empty for a kind that does not patrol."""
    tables: dict[str, Mapping[str, float]] = {
        "patrol_car": patrol.centres_per_car,  # type: ignore[dict-item]
        "motorcycle_pair": patrol.centres_per_motorcycle,  # type: ignore[dict-item]
        "foot_pair": patrol.centres_per_foot_pair,  # type: ignore[dict-item]
    }
    return tables.get(kind, {})


def make_beats(
    kind: str, territory: Territory, centres: Centres, patrol: PatrolSettings, factor: float, extra: Ints,
    asked: Ints | None = None,
) -> tuple[Beats, Ints]:
    """Chain the centres of each cell into beats of one kind of unit, and count the units without ``extra`` ones.

    A beat is a run of neighbours on the curve, cut where the gap is longer than the mode's ``longest_leg``. Every
    cut-off group has a car; motorcycles and foot pairs only where the counts allow. ``extra`` (cells,) units shorten
    the beats of their cell; where the kind has no centres of its own they go round all of them. ``asked`` (cells,) are all
    units of each cell in place of those that follow from this.
    """
    rate = by_fabric(centres_per(kind, patrol), territory.sites.fabric[centres.site])
    lacking = (per_group(rate, centres.cell, centres.cells) == 0) & ((extra if asked is None else np.maximum(extra, asked)) > 0)
    used = np.flatnonzero((rate > 0) | lacking[centres.cell])
    rate = np.where(rate[used] > 0, rate[used] * factor, 0.0)
    cell, site = centres.cell[used], centres.site[used]
    cluster = _clusters(territory, cell, site, kind, patrol)
    sizes = np.bincount(cluster) if len(cluster) else np.zeros(0, dtype=np.int64)
    first = np.cumsum(sizes) - sizes
    weight = np.bincount(cluster, weights=rate).astype(np.float64)
    own = rounded(weight, cell[first])
    if kind == "patrol_car":
        own = np.maximum(own, weight > 0)
    units = own + rounded(_shared(extra, cell[first], sizes), cell[first])
    if asked is not None:
        units = to_totals(units, cell[first], asked, sizes)
    beats = _cut(kind, cell, site, (first, sizes, units), _is_hot(territory)[site], patrol.hot_weight)
    return beats, per_group(own.astype(float), cell[first], centres.cells).astype(np.int64)


def _clusters(territory: Territory, cell: Ints, site: Ints, kind: str, patrol: PatrolSettings) -> Ints:
    """Number of the cluster of each centre: a new one begins with each cell and after each gap too long to chain."""
    longest: Mapping[str, float] = patrol.longest_leg  # type: ignore[assignment]
    limit = longest.get(UNIT_KINDS[KIND[kind]].mode, LONGEST_LEG)
    new = np.ones(len(site), dtype=bool)
    gap = metres_between(territory, site[:-1], site[1:])
    new[1:] = (cell[1:] != cell[:-1]) | (gap > limit)
    return np.cumsum(new) - 1


def _shared(extra: Ints, cell: Ints, sizes: Ints) -> Floats:
    """Extra units of each cell shared among its clusters by their centres."""
    total = np.bincount(cell, weights=sizes, minlength=len(extra))
    return np.asarray(extra[cell] * sizes / np.maximum(total[cell], 1.0))


def _is_hot(territory: Territory) -> NDArray[np.bool_]:
    """Sites that patrols look at more often: the hot-spots, or the high tier where none are known."""
    return territory.sites.tier == TIERS.index("high") if territory.hot is None else territory.hot


def _cut(
    kind: str, cell: Ints, site: Ints, clusters: tuple[Ints, Ints, Ints], hot: NDArray[np.bool_], weight: int
) -> Beats:
    """Cut each cluster into as many even runs as it has units (single centres, shared, where it has more units)."""
    first, sizes, units = clusters
    owner, number = ragged(units)
    begin = number * sizes[owner] // np.maximum(units[owner], 1)
    end = np.maximum((number + 1) * sizes[owner] // np.maximum(units[owner], 1), begin + 1)
    unit, step = ragged(end - begin)
    row = (first[owner] + begin)[unit] + step
    if weight >= 2:
        unit, row = _also_next_door(unit, row, step, (end - begin)[unit], (owner, hot))
    order = np.lexsort((row, unit))
    unit, row = _again(unit[order], row[order], hot, weight - 2)
    return Beats(kind, cell[first[owner]], unit, site[row])


def _again(unit: Ints, row: Ints, hot: NDArray[np.bool_], times: int) -> tuple[Ints, Ints]:
    """Visit the hot stops of each beat ``times`` more on every round, evenly spaced; beats of one or two stops stay."""
    length = np.bincount(unit, minlength=1)[unit]
    chosen = np.flatnonzero(hot[row] & (length > 2))
    if times < 1 or not len(chosen):
        return unit, row
    place = np.arange(len(unit)) - np.searchsorted(unit, unit)
    number = np.repeat(np.arange(1, times + 1), len(chosen))
    more = np.tile(chosen, times)
    later = np.floor((place[more] + number * length[more] / (times + 1)) % length[more]) + 0.5
    owner, where, rows = np.r_[unit, unit[more]], np.r_[place, later], np.r_[row, row[more]]
    order = np.lexsort((rows, where, owner))
    owner, rows = owner[order], rows[order]
    twice = np.r_[False, (owner[1:] == owner[:-1]) & (rows[1:] == rows[:-1])]
    return owner[~twice], rows[~twice]


def _also_next_door(
    unit: Ints, row: Ints, step: Ints, length: Ints, beats: tuple[Ints, NDArray[np.bool_]]
) -> tuple[Ints, Ints]:
    """Add centres of the high tier to the neighbouring beat of the same cluster, the one nearer along the curve."""
    owner, hot = beats
    chosen = np.flatnonzero(hot[row])
    nearer = np.where(2 * step[chosen] + 1 <= length[chosen], -1, 1)
    other, found = unit[chosen], np.zeros(len(chosen), dtype=bool)
    for direction in (nearer, -nearer):
        there = np.clip(unit[chosen] + direction, 0, len(owner) - 1)
        fits = ~found & (there != unit[chosen]) & (owner[there] == owner[unit[chosen]])
        other, found = np.where(fits, there, other), found | fits
    taken = np.unique(np.column_stack((np.r_[unit, other[found]], np.r_[row, row[chosen][found]])), axis=0)
    return taken[:, 0], taken[:, 1]


def pack_loops(parts: list[Beats], territory: Territory, travel: Travel, stop_time: float) -> Loops:
    """Loops of all beats, one after the other: stops of ``stop_time`` (or their own) and legs at normal speed, back to the
    first stop.

    Legs take detour x metres / speed by the fabric of their end; the hour's traffic is left out (planned speeds).
    """
    sizes = np.concatenate([np.bincount(p.unit, minlength=len(p.cell)) for p in parts]).astype(np.int64)
    site = np.concatenate([p.site for p in parts])
    mode = np.repeat(MODE_OF[[KIND[p.kind] for p in parts]], [len(p.site) for p in parts])
    loop, stop = ragged(sizes)
    last = stop == sizes[loop] - 1
    follower = np.arange(len(site)) + np.where(last, 1 - sizes[loop], 1)
    waits = np.concatenate([np.full(len(p.site), stop_time) if p.wait is None else p.wait for p in parts])
    steps = waits + _leg_times(territory, travel, site, site[follower], mode)
    arrive = running(steps, loop) - steps
    width = int(sizes.max(initial=1))
    places = np.zeros((len(sizes), width), dtype=np.int64)
    arrivals, departures = np.full((2, len(sizes), width), np.inf)
    places[:] = site[np.cumsum(sizes) - sizes][:, None] if len(sizes) else 0
    places[loop, stop], arrivals[loop, stop], departures[loop, stop] = site, arrive, arrive + waits
    period = np.bincount(loop, weights=steps, minlength=len(sizes)).astype(np.float64)
    return Loops(places, territory.sites.x[places], territory.sites.y[places], arrivals, departures, period, sizes)


def _leg_times(territory: Territory, travel: Travel, a: Ints, b: Ints, mode: Ints) -> Floats:
    """Seconds from ``a`` to ``b`` at normal speed."""
    metres = metres_between(territory, a, b)
    if travel.matrix is not None:
        return metres
    fabric = territory.sites.fabric[b]
    return np.asarray(np.array(travel.detour)[fabric] * metres / np.array(travel.normal)[mode, fabric])
