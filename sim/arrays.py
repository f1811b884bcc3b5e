"""Small worlds from arrays: a scenario and a tape in a few lines, for tests, theory and other people's cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.demand.classes import IncidentClass, check_classes
from sim.demand.tape import WHOLE_MARKS, Tape, check_incidents, incidents
from sim.errors import InputError
from sim.forces.units import SKILLS, Units, skill_bits
from sim.given import check, column, deep, names, numbers, spans, table, whole
from sim.movement import Loops, no_loops
from sim.scenario import Scenario
from sim.settings.command import CommandSettings
from sim.settings.response import DispatchSettings, Fabrics, RoomSettings, SpeedTable, TargetSettings, TravelSettings
from sim.territory.calendar import Calendar
from sim.territory.checks import check_wrap
from sim.territory.sites import FABRICS, SITE_KINDS, TIERS, Sites, Territory
from sim.territory.travel import MODES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    """Sites from columns of equal length (scalars are repeated); ids default to 0, 1, 2 …

    Raises ``InputError`` for columns of different length, places that are no numbers, ids given twice, unknown names and
    negative counts.
    """
    xs = numbers("sites: x", x)
    count = len(xs)
    ids = whole("sites: id", np.arange(count) if id is None else id, count)
    if len(np.unique(ids)) != count:
        raise InputError("sites: ids must differ")
    if name is not None and len(name) != count:
        raise InputError(f"sites: name: {len(name)} values, allowed: one for each of {count} sites")
    return Sites(
        id=ids,
        name=tuple(name) if name is not None else tuple(str(i) for i in ids),
        kind=names("sites: kind", kind, count, SITE_KINDS),
        x=xs,
        y=numbers("sites: y", y, count),
        area=whole("sites: area", area, count, 0),
        force=whole("sites: force", force, count, 0),
        fabric=names("sites: fabric", fabric, count, FABRICS),
        tier=whole("sites: tier", tier, count, 0, len(TIERS) - 1),
        offices=whole("sites: offices", offices, count, 0),
        voters=whole("sites: voters", voters, count, 0),
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
    hot: ArrayLike | None = None,
) -> Territory:
    """A territory round given sites. With ``matrix`` (sites x sites, seconds) the metric is ``matrix``; ``hot`` marks hot-spots.

    Raises ``InputError`` for a matrix of another shape or with values that are no seconds, an unknown metric, a ``wrap``
    smaller than the extent of the sites, and too few areas or forces.
    """
    codes = tuple(areas) or tuple(str(i) for i in range(int(sites.area.max(initial=0)) + 1))
    names_of_forces = tuple(forces) or tuple(f"force {i}" for i in range(int(sites.force.max(initial=0)) + 1))
    for word, held, known in (("area", sites.area, codes), ("force", sites.force, names_of_forces)):
        check(f"territory: {word} of the sites", held, held < len(known), f"0 to {len(known) - 1}")
    seconds = None if matrix is None else table("travel matrix", matrix, len(sites), len(sites))
    if seconds is None:
        names("territory: metric", metric, 1, METRICS)
    else:
        check("travel matrix", seconds, np.isfinite(seconds) & (seconds >= 0.0), "seconds, 0 or more")
    if metric == "great_circle" and seconds is None:
        numbers("sites: x, the longitude,", sites.x, None, -180.0, 180.0)
        numbers("sites: y, the latitude,", sites.y, None, -90.0, 90.0)
    check_wrap(wrap, sites.x, sites.y, "territory: wrap")
    for row in neighbours:
        whole("territory: neighbours", list(row), None, 0, len(codes) - 1)
    return Territory(
        name="given",
        metric="matrix" if seconds is not None else metric,
        area_codes=codes,
        areas={"en": codes},
        forces=names_of_forces,
        sites=sites,
        populations=numbers("territory: populations", populations, len(codes), 0.0),
        neighbours=tuple(tuple(n) for n in neighbours),
        wrap=wrap,
        matrix=seconds,
        synthetic_sites=False,
        hot=None if hot is None else whole("territory: hot", hot, len(sites), 0, 1).astype(np.bool_),
    )


METRICS = ("euclid", "right_angle", "great_circle")


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
    """Units at bases (positions of sites); without ``shifts`` each is on duty from ``begin`` to the end.

    Of two shifts that overlap the later one takes over when it starts, as a relief in place.

    Raises ``InputError`` for columns of different length, bases that do not exist, unknown modes and skills, factors that
    are not above 0, negative times, and shifts that end before they start.
    """
    sites = territory.sites
    bases = whole("units: base", base, None, 0, len(sites) - 1)
    count = len(bases)
    kinds = tuple(dict.fromkeys([kind] if isinstance(kind, str) else kind))
    ids = whole("units: id", np.arange(count) if id is None else id, count)
    if np.any(np.diff(ids) <= 0):
        raise InputError("units: ids must differ and be in rising order")
    duty = [[(begin, inf)]] * count if shifts is None else spans("units: shifts", shifts, count)
    heads_of = whole("units: heads", heads, count, 0)
    mobilisation = numbers("units: mobilisation_time", mobilisation_time, count, 0.0)
    return Units(
        kinds=kinds,
        tasks=("patrol",),
        id=ids,
        kind=names("units: kind", kind, count, kinds),
        task=np.zeros(count, dtype=np.int64),
        mode=names("units: mode", mode, count, MODES),
        skills=_skills(skills, count),
        heads=heads_of,
        base=bases,
        area=sites.area[bases],
        force=sites.force[bases],
        mobile=whole("units: mobile", mobile, count, 0, 1).astype(np.bool_),
        loop=whole("units: loop", loop, count, -1),
        loop_phase=numbers("units: loop_phase", loop_phase, count, 0.0),
        moving_time=mobilisation,
        parked_time=mobilisation,
        base_time=mobilisation,
        home_factor=numbers("units: home_factor", home_factor, count, 0.0, above=True),
        scene_factor=numbers("units: scene_factor", scene_factor, count, 0.0, above=True),
        shift_from=np.concatenate(([0], np.cumsum([len(s) for s in duty]))).astype(np.int64),
        shift_start=np.array([a for s in duty for a, _ in s], dtype=np.float64),
        shift_end=np.array([b for s in duty for _, b in s], dtype=np.float64),
        shift_heads=np.repeat(heads_of, [len(s) for s in duty]),
    )


def _skills(skills: Sequence[Sequence[str]], count: int) -> Ints:
    """Bit sets of skills. Raises ``InputError`` for an unknown one."""
    if len(skills) not in (0, count):
        raise InputError(f"units: skills: {len(skills)} lists, allowed: one for each of {count} units")
    if any(isinstance(mine, str) for mine in skills):
        raise InputError("units: skills: a text, allowed: a list of skills for each unit, such as ['search']")
    for mine in skills:
        names("units: skills", mine, len(mine), SKILLS)
    return np.array([skill_bits(tuple(mine)) for mine in skills] or [0] * count, dtype=np.int64)


def uniform_travel(speed_kmh: float = 40.0, detour: float = 1.0) -> TravelSettings:
    """The same speed everywhere, at every hour, also on the way home. Raises ``InputError``."""
    numbers("uniform_travel: speed_kmh", [speed_kmh], 1, 0.0, 300.0, above=True)
    numbers("uniform_travel: detour", [detour], 1, 1.0, 5.0)
    speeds: SpeedTable = {"car": dict.fromkeys(get_args(Fabrics), speed_kmh)}
    detours: dict[Fabrics, float] = dict.fromkeys(get_args(Fabrics), detour)
    return TravelSettings(speeds=speeds, home_speeds=speeds, detour=detours, peak_factor=1.0)


def make_calendar(
    territory: Territory, *, begin: float = 0.0, opening: float = 0.0, closing: float = inf, end: float = inf
) -> Calendar:
    """A calendar of one phase, ``voting``, with the same hours everywhere; without an end the day ends when all is done.

    Raises ``InputError`` for hours that are no numbers or not in order.
    """
    numbers("calendar: begin and opening", [begin, opening])
    for first, last, word in ((begin, end, "end"), (opening, closing, "closing")):
        if not last >= first:
            raise InputError(f"calendar: {word} {last:g}, allowed: {first:g} or later")
    areas, sites = len(territory.area_codes), len(territory.sites)
    hours = np.full(areas, opening), np.full(areas, closing), np.full(sites, opening)
    return Calendar(*hours, ("voting",), np.full((areas, 1), opening), begin, end)


def make_scenario(
    territory: Territory,
    units: Units,
    *,
    classes: Sequence[IncidentClass] = (IncidentClass("incident", 1),),
    dispatch: DispatchSettings | None = None,
    command: CommandSettings | None = None,
    travel: TravelSettings | None = None,
    room: RoomSettings | None = None,
    targets: TargetSettings | None = None,
    loops: Loops | None = None,
    preferences: ArrayLike | None = None,
    operators: ArrayLike | None = None,
    calendar: Calendar | None = None,
) -> Scenario:
    """A scenario from parts. ``preferences`` (sites, k): rows of ``units`` tried in order at each site, -1 for none.

    Raises ``InputError`` for parts that do not fit together.
    """
    rules = dispatch or DispatchSettings(policy="nearest", command="joint")
    if rules.policy == "preference" and preferences is None and len(units):
        raise InputError("scenario: the policy 'preference' needs preferences, one row of units for each site")
    rounds = loops or no_loops()
    sites, areas = len(territory.sites), len(territory.area_codes)
    check("units: base", units.base, units.base < sites, f"0 to {sites - 1}, the sites of this territory")
    check("units: loop", units.loop, units.loop < len(rounds), f"-1 to {len(rounds) - 1}, the loops given")
    check_classes(classes)
    rows = None if preferences is None else table("preferences", preferences, sites)
    if rows is not None:
        known = (rows >= -1) & (rows < len(units)) & (rows == np.floor(rows))
        check("preferences", rows, known, f"-1 to {len(units) - 1}, rows of units")
    return Scenario(
        territory=territory,
        calendar=calendar or make_calendar(territory),
        units=units,
        classes=tuple(classes),
        loops=rounds,
        dispatch=rules,
        command=command or CommandSettings(),
        travel=travel or uniform_travel(),
        room=room or RoomSettings(lines=0.0),
        targets=targets or TargetSettings(),
        preferences=None if rows is None else rows.astype(np.int64),
        operators=None if operators is None else whole("scenario: operators", operators, areas, 0),
    )


def make_tape(territory: Territory, at: ArrayLike, site: ArrayLike, scene_time: ArrayLike, **marks: Any) -> Tape:
    """A tape from columns: moments, positions of sites, seconds on scene; ``marks`` are columns of ``Incidents``.

    Ids default to 0, 1, 2 … in the order given; places to those of the sites; one number serves all rows. Raises
    ``InputError`` for columns of different length, unknown marks and sites, and values that are no numbers or out of bounds.
    """
    sites = whole("tape: site", site, None, 0, len(territory.sites) - 1)
    count = len(sites)
    columns: dict[str, Any] = {"id": np.arange(count), "x": territory.sites.x[sites], "y": territory.sites.y[sites]}
    columns |= {"at": at, "scene_time": scene_time} | marks
    of_work = ("scene_time", "noise")
    given: dict[str, Any] = {}
    for name, values in columns.items():
        read: Any = whole if name in WHOLE_MARKS else table if name in of_work and deep(values) else column
        given[name] = read(f"tape: {name}", values, count)
    rows = incidents(site=sites, **given)
    check_incidents(rows, len(territory.sites))
    return Tape(rows)
