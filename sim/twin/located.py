"""Areas of few units: where each of them stands, how busy it is (Larson 1975), and which is first on scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.territory.travel import EARTH_RADIUS, MODES
from sim.twin.days import Bools, Days, Floats, Ints, detours, speeds, straight
from sim.twin.geometry import Nearest
from sim.twin.hypercube import larson

NEAREST = 256
"""Places of units that are looked at for each site, nearest first: the first of so many is free but for a vanishing chance."""


@dataclass(frozen=True, eq=False)
class Spots:
    """Where some units are to be found, one row for each place of a unit, unit by unit.

    ``unit`` (spots,): its position among the ``units``, rows of ``Scenario.units``; ``x``, ``y`` and ``share`` (spots,): a place
    and the share of free time spent there.
    """

    units: Ints
    unit: Ints
    x: Floats
    y: Floats
    share: Floats


def spots_of(days: Days, rows: Ints) -> Spots:
    """Stops of a unit's loop and the middle of its legs, each with its share of a round; the base of a unit without a loop."""
    scenario = days.scenario
    units, loops, sites = scenario.units, scenario.loops, scenario.territory.sites
    width = loops.arrive.shape[1]
    base = units.base[rows]
    x, y = (np.repeat(column[base][:, None], 2 * width, axis=1).astype(np.float64) for column in (sites.x, sites.y))
    share = np.zeros((len(rows), 2 * width))
    share[:, 0] = 1.0
    walks = np.flatnonzero(units.loop[rows] >= 0)
    mine = units.loop[rows[walks]]
    real = np.isfinite(loops.arrive[mine])
    came, left = np.where(real, loops.arrive[mine], 0.0), np.where(real, loops.depart[mine], 0.0)
    stop = np.arange(width)
    after = np.where(stop + 1 < loops.stops[mine][:, None], stop + 1, 0)
    ahead = np.where(after > 0, np.take_along_axis(came, after, axis=1), loops.period[mine][:, None])
    leg = np.where(real, ahead - left, 0.0)
    share[walks] = np.concatenate((left - came, leg), axis=1) / loops.period[mine][:, None]
    for column, of_stop in ((x, loops.x[mine]), (y, loops.y[mine])):
        middle = (of_stop + np.take_along_axis(of_stop, after, axis=1)) / 2.0
        column[walks] = np.concatenate((of_stop, middle), axis=1)
    unit, spot = np.nonzero(share > 0.0)
    return Spots(rows, unit, x[unit, spot], y[unit, spot], share[unit, spot])


def drives(days: Days, spots: Spots, site: Ints) -> Floats:
    """Expected emergency drive from every spot to each site outside the peak, (sites, spots)."""
    scenario = days.scenario
    sites = scenario.territory.sites
    table = np.stack([detours(scenario) / speeds(scenario, mode) for mode in MODES])
    metres = _metres(days, spots, sites.x[site], sites.y[site])
    return np.asarray(metres * table[scenario.units.mode[spots.units]][spots.unit][:, sites.fabric[site]].T)


def _metres(days: Days, spots: Spots, x: Floats, y: Floats) -> Floats:
    """Metres from every spot to each place, (places, spots); on the globe from the chord, which costs no sine for each pair."""
    metric, wrap = days.scenario.territory.metric, days.scenario.territory.wrap
    if metric == "great_circle":
        chord = np.sqrt(np.maximum(2.0 - 2.0 * (_in_space(x, y) @ _in_space(spots.x, spots.y).T), 0.0))
        return np.asarray(EARTH_RADIUS * chord * (1.0 + chord**2 / 24.0))
    x1, y1 = x[:, None], y[:, None]
    x0, y0 = np.broadcast_arrays(spots.x[None], spots.y[None])
    if wrap is not None:
        x0, y0 = (near + np.round((here - near) / side) * side for near, here, side in ((x0, x1, wrap[0]), (y0, y1, wrap[1])))
    return straight(metric, x0, y0, x1, y1)


def _in_space(lon: Floats, lat: Floats) -> Floats:
    """Points of the unit sphere, (points, 3)."""
    a, b = np.radians(lon), np.radians(lat)
    return np.stack((np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)), axis=1)


def expected_drives(drive: Floats, spots: Spots) -> Floats:
    """Mean drive of each unit over its spots, (sites, units)."""
    first = np.flatnonzero(np.append(True, np.diff(spots.unit) > 0))
    return np.asarray(np.add.reduceat(drive * spots.share, first, axis=1))


def workloads(load: float, weight: Floats, expected: Floats) -> tuple[Floats, float]:
    """Share of time that each unit is busy, (units,), and chance that all of them are: the hypercube approximation.

    ``load`` erlang come from sites by ``weight`` (sites,); the unit of least ``expected`` time (sites, units) is tried first.
    """
    units = expected.shape[1]
    if load <= 0.0 or weight.sum() <= 0.0:
        return np.zeros(units), 0.0
    if load >= 0.98 * units:
        return np.full(units, min(load / units, 1.0)), 1.0
    found = larson(weight / weight.sum() * load, np.argsort(expected, axis=1, kind="stable"), 1.0)
    return found.workloads, found.all_busy


def first_of(
    drive: Floats,
    start: Floats,
    spots: Spots,
    free: Floats,
    fits: Bools,
    *,
    limit: float = 1e300,
    target: Floats | float = np.inf,
) -> Nearest:
    """The unit that is first at each site, units being free and somewhere independently of each other.

    ``drive`` (sites, spots) seconds; ``start`` (units,) mobilisation; ``free`` (units,) chance to be free; ``fits`` (units,).
    Nobody is there within t with chance product(1 - free x share of spots nearer than t): the mean over the states of the
    hypercube, of units that move (Larson & Odoni 1981, 5.4 and 5.5). Means are given that some unit is free.
    """
    own = np.flatnonzero(fits[spots.unit] & (free[spots.unit] > 0.0))
    nobody = float(np.prod(1.0 - free[fits]))
    if not len(own):
        nothing = np.full(len(drive), np.nan)
        return Nearest(nothing, nothing, np.full(len(drive), limit), np.zeros(len(drive)))
    time, column = _nearest_first(drive[:, own] + start[spots.unit[own]], own)
    unit, share = spots.unit[column], spots.share[column]
    near = _so_far(unit, share)
    chance = np.minimum(free[unit] * near, 1.0 - 1e-12), np.maximum(free[unit] * (near - share), 0.0)
    alone = np.exp(np.cumsum(np.log1p(-chance[0]) - np.log1p(-chance[1]), axis=1))
    mass = -np.diff(alone, axis=1, prepend=1.0)
    mass[:, -1] += np.maximum(alone[:, -1] - nobody, 0.0)  # who is further away than those that were looked at
    some = np.maximum(mass.sum(axis=1), 1e-300)
    wait, total = (mass * start[unit]).sum(axis=1) / some, (mass * time).sum(axis=1) / some
    late = np.broadcast_to(np.asarray(target, dtype=np.float64), (len(drive),))[:, None]
    capped = (mass * np.minimum(time, limit)).sum(axis=1) + np.maximum(1.0 - mass.sum(axis=1), 0.0) * limit
    return Nearest(wait, total - wait, capped, (mass * (time <= late)).sum(axis=1))


def _nearest_first(time: Floats, column: Ints) -> tuple[Floats, Ints]:
    """Times of the nearest spots in their order and which spots they are, (sites, at most ``NEAREST``)."""
    if time.shape[1] > NEAREST:
        kept = np.argpartition(time, NEAREST - 1, axis=1)[:, :NEAREST]
        time, which = np.take_along_axis(time, kept, axis=1), column[kept]
    else:
        which = np.broadcast_to(column, time.shape)
    order = np.argsort(time, axis=1)
    return np.take_along_axis(time, order, axis=1), np.take_along_axis(which, order, axis=1)


def _so_far(unit: Ints, share: Floats) -> Floats:
    """Of the unit of each spot the share of spots up to this one, in the order of a row, (sites, spots)."""
    rows, width = unit.shape
    key = (unit + np.arange(rows)[:, None] * (int(unit.max()) + 1)).ravel()
    order = np.argsort(key, kind="stable")
    grouped, total = key[order], np.cumsum(share.ravel()[order])
    first = np.flatnonzero(np.append(True, np.diff(grouped) > 0))
    before = np.repeat(np.append(0.0, total)[first], np.diff(np.append(first, rows * width)))
    found = np.empty(rows * width)
    found[order] = total - before
    return found.reshape(rows, width)
