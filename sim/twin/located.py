"""Areas of few units: where each of them stands, how busy it is (Larson 1975), and which is first on scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.territory.travel import MODES
from sim.twin.days import Bools, Days, Floats, Ints, detours, speeds, straight
from sim.twin.geometry import Nearest
from sim.twin.hypercube import larson


@dataclass(frozen=True, eq=False)
class Spots:
    """Where some units are to be found.

    ``row`` (units,) of ``Scenario.units``; ``x``, ``y`` and ``share`` (units, spots): places and the share of free time there
    (0: padding).
    """

    row: Ints
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
    return Spots(rows, x, y, share)


def drives(days: Days, spots: Spots, site: Ints) -> Floats:
    """Expected emergency drive from every spot to each site outside the peak, (sites, units, spots)."""
    scenario = days.scenario
    sites = scenario.territory.sites
    metric, wrap = scenario.territory.metric, scenario.territory.wrap
    x1, y1 = sites.x[site][:, None, None], sites.y[site][:, None, None]
    x0, y0 = np.broadcast_arrays(spots.x[None], spots.y[None])
    if wrap is not None:
        x0, y0 = (near + np.round((here - near) / side) * side for near, here, side in ((x0, x1, wrap[0]), (y0, y1, wrap[1])))
    metres = straight(metric, x0, y0, x1, y1)
    table = np.stack([detours(scenario) / speeds(scenario, mode) for mode in MODES])
    return np.asarray(metres * table[scenario.units.mode[spots.row]][:, sites.fabric[site]].T[:, :, None])


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
    share: Floats,
    free: Floats,
    fits: Bools,
    *,
    limit: float = 1e300,
    target: Floats | float = np.inf,
) -> Nearest:
    """The unit that is first at each site, units being free and somewhere independently of each other.

    ``drive`` (sites, units, spots) seconds; ``start`` (units,) mobilisation; ``share`` (units, spots); ``free`` (units,) chance
    to be free; ``fits`` (units,). Nobody is there within t with chance product(1 - free x share of spots nearer than t): the
    mean over the states of the hypercube, of units that move (Larson & Odoni 1981, 5.4 and 5.5). Means are given that some
    unit is free.
    """
    sites = len(drive)
    own = np.flatnonzero(fits)
    time = np.where(share[own] > 0.0, drive[:, own] + start[own][:, None], np.inf)
    order = np.argsort(time, axis=2)
    time = np.take_along_axis(time, order, axis=2)
    near = np.cumsum(np.take_along_axis(np.broadcast_to(share[own], time.shape), order, axis=2), axis=2)
    log = np.log1p(-np.minimum(free[own][:, None] * near, 1.0 - 1e-12))
    step = np.diff(log, axis=2, prepend=0.0).reshape(sites, -1)
    flat, setting = time.reshape(sites, -1), np.broadcast_to(start[own][:, None], time.shape).reshape(sites, -1)
    order = np.argsort(flat, axis=1)
    flat, step, setting = (np.take_along_axis(values, order, axis=1) for values in (flat, step, setting))
    nobody = np.exp(np.cumsum(step, axis=1))
    mass = -np.diff(nobody, axis=1, prepend=1.0)
    some = mass.sum(axis=1)
    at = np.where(np.isfinite(flat), flat, 0.0)
    none = some <= 0.0
    given = np.maximum(some, 1e-300)
    wait = (mass * setting).sum(axis=1) / given
    total = (mass * at).sum(axis=1) / given
    late = np.broadcast_to(np.asarray(target, dtype=np.float64), (sites,))[:, None]
    capped = (mass * np.minimum(at, limit)).sum(axis=1) + np.maximum(1.0 - some, 0.0) * limit
    within = (mass * (flat <= late)).sum(axis=1)
    return Nearest(np.where(none, np.nan, wait), np.where(none, np.nan, total - wait), np.where(none, limit, capped), within)
