"""How soon the nearest idle unit could be at each place: the dear part of coverage, so all of it is matrix products.

Work is split by dispatch area and by groups of units that need the same time per metre and the same mobilisation:
inside a group the nearest unit is the fastest, so products of small matrices and minima do it, and roots are taken of
minima only. Squared distances are |a|² + |b|² - 2ab in coordinates about the area's middle (chords of the
globe, or the plane itself), which keeps them exact to centimetres.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sim.measures.day import Day, Floats, Ints, rows_by
from sim.measures.positions import UnitStates
from sim.territory.sites import Territory
from sim.territory.travel import EARTH_RADIUS, Travel, build_travel

BLOCK = 32_768
"""Distances held at once: a quarter of a mebibyte, so that a block stays in the cache, and so small that no product of
four columns starts the threads of a BLAS (two processes on two cores would only get in each other's way: 3-4x dearer).
"""

Nearest = Callable[[Floats, Floats, Ints], Floats]
"""From unit x, y and the first index of each run of units: metres to the nearest of each run, shape (runs, places)."""


def soonest(day: Day, places: Ints, states: UnitStates) -> Floats:
    """Least expected mobilisation and travel time to each place at each step over the idle units of its dispatch area.

    ``places`` (places,) are sites. Returns (places, steps) seconds, infinity where no unit is idle.
    """
    travel = build_travel(day.scenario.territory, day.scenario.travel)
    out = np.full((len(places), len(states.times)), np.inf)
    place_area, unit_area = day.site_area[places], day.unit_area[states.rows]
    for area in np.unique(place_area).tolist():
        here = np.flatnonzero(place_area == area)
        units = np.flatnonzero(unit_area == area)
        if len(units):
            out[here] = _in_area(day, travel, places[here], states, units).T
    return out


def _in_area(day: Day, travel: Travel, places: Ints, states: UnitStates, units: Ints) -> Floats:
    """``soonest`` for one dispatch area, shape (steps, places)."""
    out = np.full((len(states.times), len(places)), np.inf)
    mobilisation = states.mobilisation[:, units]
    step, column = np.nonzero(np.isfinite(mobilisation))
    if len(step) == 0:
        return out
    mode = day.scenario.units.mode[states.rows[units]][column]
    wanted = mobilisation[step, column]
    waits = np.unique(wanted)
    key = mode * len(waits) + np.searchsorted(waits, wanted)
    nearest = nearest_by(day.scenario.territory, travel, places)
    x, y = states.x[step, units[column]], states.y[step, units[column]]
    fabric = day.scenario.territory.sites.fabric[places]
    hour = np.array([travel.hour_factor(t) for t in states.times.tolist()])
    for code, chosen in enumerate(rows_by(key, (int(mode.max()) + 1) * len(waits))):
        if not len(chosen):
            continue
        slowness = _slowness(travel, code // len(waits), fabric)
        wait = float(waits[code % len(waits)])
        _lower(out, nearest, x[chosen], y[chosen], step[chosen], slowness, wait, hour)
    return out


def _slowness(travel: Travel, mode: int, fabric: Ints) -> Floats:
    """Seconds per metre from a unit of one mode to places of each fabric (1 under a matrix, which holds seconds)."""
    if travel.matrix is not None:
        return np.ones(len(fabric))
    return (np.array(travel.detour) / np.array(travel.emergency[mode]))[fabric]


def _lower(
    out: Floats, nearest: Nearest, x: Floats, y: Floats, step: Ints, slowness: Floats, wait: float, hour: Floats
) -> None:
    """Lower ``out`` (steps, places) by the units of one group, given by step in order, block by block."""
    first = np.flatnonzero(np.diff(step, prepend=-1))
    steps = step[first]
    bounds = np.append(first, len(step))
    size = max(1, BLOCK // out.shape[1])
    for a in range(0, len(steps), size):
        b = min(a + size, len(steps))
        part = slice(bounds[a], bounds[b])
        metres = nearest(x[part], y[part], bounds[a:b] - bounds[a])
        metres *= slowness
        metres *= hour[steps[a:b], None]
        metres += wait
        out[steps[a:b]] = np.minimum(out[steps[a:b]], metres)


def nearest_by(territory: Territory, travel: Travel, places: Ints) -> Nearest:
    """The fastest way to find the nearest unit under a territory's metric."""
    sites = territory.sites
    px, py = sites.x[places], sites.y[places]
    if travel.matrix is not None:
        return _by_matrix(travel, places)
    if territory.wrap is None and territory.metric == "great_circle":
        return _by_product(globe, px, py, lambda chord: 2.0 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2.0, 1.0)))
    if territory.wrap is None and territory.metric == "euclid":
        return _by_product(plane, px, py, lambda metres: metres)
    return _by_score(travel, px, py)


def globe(x: Floats, y: Floats) -> Floats:
    """Unit vectors of points in degrees, shape (points, 3): their differences are chords."""
    lon, lat = np.radians(x), np.radians(y)
    level = np.cos(lat)
    return np.stack((level * np.cos(lon), level * np.sin(lon), np.sin(lat)), axis=1)


def plane(x: Floats, y: Floats) -> Floats:
    """Points in metres, shape (points, 2)."""
    return np.stack((x, y), axis=1)


def _by_product(
    embed: Callable[[Floats, Floats], Floats], px: Floats, py: Floats, length: Callable[[Floats], Floats]
) -> Nearest:
    middle = embed(px, py).mean(axis=0)
    a = embed(px, py) - middle
    a_squared = np.einsum("ij,ij->i", a, a)
    right = np.ascontiguousarray(np.column_stack((-2.0 * a, np.ones(len(a)))).T)

    def nearest(x: Floats, y: Floats, runs: Ints) -> Floats:
        order, by_rank, bounds = _by_rank(runs, len(x))
        b = (embed(x, y) - middle)[by_rank]
        left = np.column_stack((b, np.einsum("ij,ij->i", b, b)))
        least, other = np.full((len(runs), len(a)), np.inf), np.empty((len(runs), len(a)))
        for begin, end in pairwise(bounds):
            products, so_far = other[: end - begin], least[: end - begin]
            np.matmul(left[begin:end], right, out=products)
            np.minimum(so_far, products, out=so_far)
        squared = np.empty(least.shape)
        squared[order] = least
        squared += a_squared
        return length(np.sqrt(np.maximum(squared, 0.0)))

    return nearest


def _by_rank(runs: Ints, size: int) -> tuple[Ints, Ints, list[int]]:
    """Runs of units from the longest to the shortest; the units of all runs, the first of each run before the second of each
    and so on, in that order of runs; and where the first, the second … begin, the end included.

    So the units of one rank belong to runs that stand at the head, and meet the minima so far in one operation.
    """
    length = np.diff(np.append(runs, size))
    order = np.argsort(-length, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    rank = np.arange(size) - np.repeat(runs, length)
    bounds = np.concatenate(([0], np.cumsum(np.bincount(rank))))
    return order, np.lexsort((np.repeat(place, length), rank)), bounds.tolist()


def _by_score(travel: Travel, px: Floats, py: Floats) -> Nearest:
    """Any other metric on a plane: one pass over the places."""

    def nearest(x: Floats, y: Floats, runs: Ints) -> Floats:
        rows = [
            np.minimum.reduceat(travel.score(x, y, a, b), runs) for a, b in zip(px.tolist(), py.tolist(), strict=True)
        ]
        scores = np.array(rows).T
        return np.sqrt(scores) if travel.metric == "euclid" else scores

    return nearest


def _by_matrix(travel: Travel, places: Ints) -> Nearest:
    """Seconds from the node nearest to each unit, as the engine reads a matrix."""
    matrix = travel.matrix
    assert matrix is not None

    def nearest(x: Floats, y: Floats, runs: Ints) -> Floats:
        squared = (travel.node_x - x[:, None]) ** 2 + (travel.node_y - y[:, None]) ** 2
        return np.minimum.reduceat(matrix[squared.argmin(axis=1)][:, places], runs, axis=0)

    return nearest
