"""Small worlds from arrays: a scenario and a tape in a few lines, for tests, theory and other people's cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.demand.classes import IncidentClass
from sim.demand.tape import Incidents, Tape, incidents
from sim.errors import InputError
from sim.forces.units import Units, skill_bits
from sim.movement import Loops, no_loops
from sim.scenario import Scenario
from sim.settings.response import DispatchSettings, Fabrics, RoomSettings, SpeedTable, TargetSettings, TravelSettings
from sim.territory.calendar import Calendar
from sim.territory.sites import FABRICS, SITE_KINDS, Sites, Territory
from sim.territory.travel import MODES

Ints = NDArray[np.int64]


def _column(values: ArrayLike | None, count: int, default: float, dtype: str) -> NDArray[Any]:
    """One column of ``count`` values from a scalar, an array or nothing."""
    given = default if values is None else values
    return np.ascontiguousarray(np.broadcast_to(np.asarray(given, dtype=dtype), (count,)))


def make_sites(
    x: ArrayLike,
    y: ArrayLike,
    *,
    id: ArrayLike | None = None,
    name: Sequence[str] | None = None,
    kind: Sequence[str] | str = "place",
    area: ArrayLike = 0,
    force: ArrayLike = 0,
    fabric: Sequence[str] | str = "urban",
    offices: ArrayLike = 0,
    voters: ArrayLike = 0,
    tier: ArrayLike = 0,
) -> Sites:
    """Sites from columns of equal length (scalars are repeated); ids default to 0, 1, 2 …"""
    xs = np.atleast_1d(np.asarray(x, dtype=np.float64))
    count = len(xs)
    kinds = [kind] * count if isinstance(kind, str) else list(kind)
    fabrics = [fabric] * count if isinstance(fabric, str) else list(fabric)
    ids = np.arange(count) if id is None else np.asarray(id, dtype=np.int64)
    if len(np.unique(ids)) != count:
        raise InputError("sites: ids must differ")
    return Sites(
        id=ids,
        name=tuple(name) if name is not None else tuple(str(i) for i in ids),
        kind=np.array([SITE_KINDS.index(k) for k in kinds], dtype=np.int64),
        x=xs,
        y=_column(y, count, 0.0, "f8"),
        area=_column(area, count, 0, "i8"),
        force=_column(force, count, 0, "i8"),
        fabric=np.array([FABRICS.index(f) for f in fabrics], dtype=np.int64),
        tier=_column(tier, count, 0, "i8"),
        offices=_column(offices, count, 0, "i8"),
        voters=_column(voters, count, 0, "i8"),
        commune=np.zeros(count, dtype=np.int64),
        mobile=np.zeros(count, dtype=np.bool_),
    )


def make_territory(
    sites: Sites,
    *,
    metric: str = "euclid",
    wrap: tuple[float, float] | None = None,
    matrix: ArrayLike | None = None,
    areas: Sequence[str] = (),
    forces: Sequence[str] = (),
    neighbours: Sequence[Sequence[int]] = (),
    populations: ArrayLike = 0.0,
) -> Territory:
    """A territory round given sites. With ``matrix`` (sites x sites, seconds) the metric is ``matrix``."""
    codes = tuple(areas) or tuple(str(i) for i in range(int(sites.area.max(initial=0)) + 1))
    table = None if matrix is None else np.asarray(matrix, dtype=np.float64)
    if table is not None and table.shape != (len(sites), len(sites)):
        raise InputError(f"travel matrix: shape {table.shape}, allowed: ({len(sites)}, {len(sites)}), one row per site")
    return Territory(
        name="given",
        metric="matrix" if table is not None else metric,
        area_codes=codes,
        areas={"en": codes},
        forces=tuple(forces) or tuple(f"force {i}" for i in range(int(sites.force.max(initial=0)) + 1)),
        sites=sites,
        populations=_column(populations, len(codes), 0.0, "f8"),
        neighbours=tuple(tuple(n) for n in neighbours),
        wrap=wrap,
        matrix=table,
        synthetic_sites=False,
    )


def make_units(
    base: ArrayLike,
    territory: Territory,
    *,
    id: ArrayLike | None = None,
    kind: Sequence[str] | str = "patrol_car",
    mode: Sequence[str] | str = "car",
    skills: Sequence[Sequence[str]] = (),
    heads: ArrayLike = 1,
    mobilisation_time: ArrayLike = 0.0,
    home_factor: ArrayLike = 1.0,
    scene_factor: ArrayLike = 1.0,
    shifts: Sequence[Sequence[tuple[float, float]]] | None = None,
    loop: ArrayLike = -1,
    loop_phase: ArrayLike = 0.0,
    mobile: ArrayLike = True,
    begin: float = 0.0,
) -> Units:
    """Units at bases (positions of sites); without ``shifts`` each is on duty from ``begin`` to the end."""
    bases = np.atleast_1d(np.asarray(base, dtype=np.int64))
    count = len(bases)
    kinds = [kind] * count if isinstance(kind, str) else list(kind)
    names = tuple(dict.fromkeys(kinds))
    modes = [mode] * count if isinstance(mode, str) else list(mode)
    ids = np.arange(count) if id is None else np.asarray(id, dtype=np.int64)
    if np.any(np.diff(ids) <= 0):
        raise InputError("units: ids must differ and be in rising order")
    duty = [[(begin, inf)]] * count if shifts is None else [list(s) for s in shifts]
    heads_of = _column(heads, count, 1, "i8")
    mobilisation = _column(mobilisation_time, count, 0.0, "f8")
    sites = territory.sites
    return Units(
        kinds=names,
        tasks=("patrol",),
        id=ids,
        kind=np.array([names.index(k) for k in kinds], dtype=np.int64),
        task=np.zeros(count, dtype=np.int64),
        mode=np.array([MODES.index(m) for m in modes], dtype=np.int64),
        skills=np.array([skill_bits(tuple(s)) for s in skills] or [0] * count, dtype=np.int64),
        heads=heads_of,
        base=bases,
        area=sites.area[bases],
        force=sites.force[bases],
        mobile=_column(mobile, count, 1, "?"),
        loop=_column(loop, count, -1, "i8"),
        loop_phase=_column(loop_phase, count, 0.0, "f8"),
        moving_time=mobilisation,
        parked_time=mobilisation,
        base_time=mobilisation,
        home_factor=_column(home_factor, count, 1.0, "f8"),
        scene_factor=_column(scene_factor, count, 1.0, "f8"),
        shift_from=np.concatenate(([0], np.cumsum([len(s) for s in duty]))).astype(np.int64),
        shift_start=np.array([a for s in duty for a, _ in s], dtype=np.float64),
        shift_end=np.array([b for s in duty for _, b in s], dtype=np.float64),
        shift_heads=np.repeat(heads_of, [len(s) for s in duty]),
    )


def uniform_travel(speed_kmh: float = 40.0, detour: float = 1.0) -> TravelSettings:
    """The same speed everywhere, at every hour, also on the way home."""
    speeds: SpeedTable = {"car": dict.fromkeys(get_args(Fabrics), speed_kmh)}
    detours: dict[Fabrics, float] = dict.fromkeys(get_args(Fabrics), detour)
    return TravelSettings(speeds=speeds, home_speeds=speeds, detour=detours, peak_factor=1.0)


def make_calendar(
    territory: Territory, *, begin: float = 0.0, opening: float = 0.0, closing: float = inf, end: float = inf
) -> Calendar:
    """A calendar of one phase, ``voting``, with the same hours everywhere; without an end the day ends when all is done."""
    areas, sites = len(territory.area_codes), len(territory.sites)
    hours = np.full(areas, opening), np.full(areas, closing), np.full(sites, opening)
    return Calendar(*hours, ("voting",), np.full((areas, 1), opening), begin, end)


def make_scenario(
    territory: Territory,
    units: Units,
    *,
    classes: Sequence[IncidentClass] = (IncidentClass("incident", 1),),
    dispatch: DispatchSettings | None = None,
    travel: TravelSettings | None = None,
    room: RoomSettings | None = None,
    targets: TargetSettings | None = None,
    loops: Loops | None = None,
    preferences: ArrayLike | None = None,
    operators: ArrayLike | None = None,
    calendar: Calendar | None = None,
) -> Scenario:
    """A scenario from parts. ``preferences`` (sites, k): rows of ``units`` tried in order at each site, -1 for none."""
    return Scenario(
        territory=territory,
        calendar=calendar or make_calendar(territory),
        units=units,
        classes=tuple(classes),
        loops=loops or no_loops(),
        dispatch=dispatch or DispatchSettings(policy="nearest", command="joint"),
        travel=travel or uniform_travel(),
        room=room or RoomSettings(lines=0.0),
        targets=targets or TargetSettings(),
        preferences=None if preferences is None else np.asarray(preferences, dtype=np.int64),
        operators=None if operators is None else np.asarray(operators, dtype=np.int64),
    )


def make_tape(territory: Territory, at: ArrayLike, site: ArrayLike, scene_time: ArrayLike, **marks: Any) -> Tape:
    """A tape from columns: moments, positions of sites, seconds on scene; ``marks`` are columns of ``Incidents``.

    Ids default to 0, 1, 2 … in the order given; places to those of the sites.
    """
    sites = np.atleast_1d(np.asarray(site, dtype=np.int64))
    columns: dict[str, Any] = {"id": np.arange(len(sites)), "x": territory.sites.x[sites], "y": territory.sites.y[sites]}
    columns |= {"site": sites, "at": np.atleast_1d(np.asarray(at, dtype=np.float64)), "scene_time": scene_time}
    rows: Incidents = incidents(**{**columns, **marks})
    return Tape(rows)
