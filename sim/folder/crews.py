"""``units.csv``, ``loops.csv`` and ``preferences.csv``: who there is, who goes round where, and who is asked first."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.arrays import make_units
from sim.clock import DAY, parse_time
from sim.errors import InputError, nearest
from sim.folder.places import Places
from sim.folder.world import WorldSettings
from sim.forces.units import SKILLS, Units
from sim.movement import Loops, build_loops
from sim.names import number_ids
from sim.tables import EARLIEST, LATEST, Row, codes, flags, floats, integers, read_rows, unique
from sim.territory.travel import MODES, build_travel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OPTIONAL = (
    "kind", "mode", "skills", "heads", "mobilisation_time", "home_factor", "scene_factor",
    "shifts", "force", "mobile", "loop_phase", "name",
)  # fmt: skip
_TIME = r"(?:[Dd][+-]\d{1,2}\s+)?-?\d+(?:\.\d+)?(?::\d\d){0,2}"
_SHIFT = re.compile(rf"^\s*({_TIME})\s*(?:-|–|to)\s*({_TIME})\s*$")
_LISTED = re.compile(r"[|;,]")


@dataclass(frozen=True, eq=False)
class Crews:
    """Units, their loops, their rows by what people call them, and the text of ids that are no numbers."""

    units: Units
    loops: Loops
    row_of: dict[str, int]
    names: dict[int, str]


def unit_rows(folder: Path) -> list[Row]:
    """Rows of units.csv in order of their ids (columns as text). Raises ``InputError``."""
    rows = read_rows(folder / "units.csv", ("id", "base"), OPTIONAL)
    if not rows:
        raise InputError("units.csv: holds no unit; give at least one row")
    if empty := next((row for row in rows if not row["id"]), None):
        raise empty.error("id", "is empty")
    unique(rows, "id", [row["id"] for row in rows])
    ids, _ = number_ids([row["id"] for row in rows])
    return [rows[i] for i in sorted(range(len(rows)), key=ids.__getitem__)]


def read_crews(folder: Path, rows: list[Row], places: Places, world: WorldSettings, begin: float) -> Crews:
    """Units out of the rows of units.csv, with the loops of loops.csv if there is one. Raises ``InputError``.

    A unit without shifts is on duty from ``begin``; nothing of a shift before ``begin`` counts.
    """
    ids, texts = number_ids([row["id"] for row in rows])
    territory = places.territory
    row_of = {row["id"]: i for i, row in enumerate(rows)}
    home_factor = floats(rows, "home_factor", 0.01, 100.0, 1.0)
    loops, loop = _loops(folder / "loops.csv", rows, row_of, places, world, home_factor)
    units = make_units(
        [places.find(row, "base", row["base"]) for row in rows],
        territory,
        id=ids,
        kind=[row["kind"] or "patrol_car" for row in rows],
        mode=[MODES[m] for m in codes(rows, "mode", MODES, 0).tolist()],
        skills=[_skills(row) for row in rows],
        heads=integers(rows, "heads", 1, 10_000, 1),
        mobilisation_time=floats(rows, "mobilisation_time", 0.0, DAY, 0.0),
        home_factor=home_factor,
        scene_factor=floats(rows, "scene_factor", 0.01, 100.0, 1.0),
        shifts=[_from(begin, shifts_of(row)) for row in rows],
        loop=loop,
        loop_phase=floats(rows, "loop_phase", 0.0, 10 * DAY, 0.0),
        mobile=flags(rows, "mobile", True),
    )
    force = codes(rows, "force", territory.forces, -1)
    units = replace(units, force=np.where(force < 0, units.force, force))
    return Crews(units, loops, row_of, texts)


def _skills(row: Row) -> list[str]:
    names = [part.strip() for part in _LISTED.split(row["skills"]) if part.strip()]
    for name in names:
        if name not in SKILLS:
            raise row.error("skills", f"unknown skill {name!r}{nearest(name, SKILLS)}; allowed: {', '.join(SKILLS)}")
    return names


def shifts_of(row: Row) -> list[tuple[float, float]]:
    """Shifts such as ``07:00-15:00; 22:00-06:00`` (the second ends on the next day); none: always on duty."""
    parts = [part for part in _LISTED.split(row["shifts"]) if part.strip()]
    shifts = sorted(_shift(row, part) for part in parts)
    for (_, end), (start, _) in pairwise(shifts):
        if start < end:
            raise row.error("shifts", f"{row['shifts']!r}: two shifts overlap")
    return shifts


def _from(begin: float, shifts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(max(start, begin), end) for start, end in shifts or [(begin, inf)] if end > begin]


def _shift(row: Row, text: str) -> tuple[float, float]:
    match = _SHIFT.match(text)
    if not match:
        raise row.error("shifts", f"{text.strip()!r} is no shift; write '07:00-15:00', several separated by ';'")
    try:
        start, end = (parse_time(part) for part in match.groups())
    except ValueError as error:
        raise row.error("shifts", str(error)) from None
    if end <= start and match[2][:1] not in "Dd":
        end += DAY
    if not EARLIEST <= start < end <= LATEST:
        raise row.error("shifts", f"{text.strip()!r} ends before it begins, or lies more than ten days before or three after")
    return start, end


def _loops(
    path: Path, rows: list[Row], row_of: dict[str, int], places: Places, world: WorldSettings, home_factor: Floats
) -> tuple[Loops, Ints]:
    """The loops of loops.csv and each unit's row in them (-1: none); legs take the unit's speed home."""
    loop = np.full(len(rows), -1, dtype=np.int64)
    if not path.exists():
        return build_loops([], places.territory.sites.x, places.territory.sites.y, [], []), loop
    stops = read_rows(path, ("unit", "order", "site"), ("stop_time",))
    if not stops:
        raise InputError("loops.csv: holds no stop; leave the file out if there are no loops")
    unit = codes(stops, "unit", list(row_of))
    order = integers(stops, "order", 0, 10_000)
    _check_order(stops, order)
    wait = floats(stops, "stop_time", 0.0, DAY, 0.0)
    site = np.array([places.find(row, "site", row["site"]) for row in stops], dtype=np.int64)
    lists = []
    for number, row in enumerate(np.unique(unit).tolist()):
        mine = np.flatnonzero(unit == row)
        mine = mine[np.argsort(order[mine], kind="stable")]
        legs = _legs(site[mine], codes([rows[row]], "mode", MODES, 0)[0], places, world, float(home_factor[row]))
        lists.append((site[mine], legs, wait[mine]))
        loop[row] = number
    sites = places.territory.sites
    stops_of, legs_of, waits_of = zip(*lists)
    return build_loops(stops_of, sites.x, sites.y, legs_of, waits_of), loop


def _check_order(stops: list[Row], order: Ints) -> None:
    seen: dict[tuple[str, int], Row] = {}
    for row, number in zip(stops, order.tolist(), strict=True):
        if (first := seen.setdefault((row["unit"], number), row)) is not row:
            where = first.where.split(", ")[-1]
            raise row.error("order", f"unit {row['unit']!r} has a stop {number} already, in {where}; number its stops apart")


def _legs(site: Ints, mode: int, places: Places, world: WorldSettings, home_factor: float) -> Floats:
    """Seconds from each stop to the next, and from the last to the first."""
    travel, sites = build_travel(places.territory, world.travel()), places.territory.sites
    seconds = []
    for a, b in zip(site.tolist(), np.roll(site, -1).tolist()):
        score = travel.score_between(float(sites.x[a]), float(sites.y[a]), a, float(sites.x[b]), float(sites.y[b]), b)
        seconds.append(travel.seconds_back(score, int(mode), int(sites.fabric[b]), 0.0, home_factor))
    return np.array(seconds)


def read_preferences(path: Path, crews: Crews, places: Places) -> Ints | None:
    """Rows of units in the order in which each site asks them, (sites, longest list), -1 for none; None without a file.

    A row with the site ``*`` serves all sites without a row of their own. Raises ``InputError``.
    """
    if not path.exists():
        return None
    rows = read_rows(path, ("site", "units"))
    lists: dict[int, list[int]] = {}
    rest: list[int] = []
    for row in rows:
        units = [_unit(row, part.strip(), crews) for part in _LISTED.split(row["units"]) if part.strip()]
        if len(set(units)) < len(units):
            raise row.error("units", f"{row['units']!r} names a unit twice")
        if row["site"] == "*":
            rest = units
            continue
        site = places.find(row, "site", row["site"])
        if site in lists:
            raise row.error("site", f"{row['site']!r} has a list already")
        lists[site] = units
    every = [lists.get(site, rest) for site in range(len(places.territory.sites))]
    width = max((len(units) for units in every), default=0) or 1
    return np.array([units + [-1] * (width - len(units)) for units in every], dtype=np.int64)


def _unit(row: Row, name: str, crews: Crews) -> int:
    if name not in crews.row_of:
        raise row.error("units", f"unknown unit {name!r}{nearest(name, crews.row_of)}; units.csv has {len(crews.row_of)} units")
    return crews.row_of[name]
