"""``sites.csv`` and ``travel.csv``: places, and the seconds between them where they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.arrays import make_sites, make_territory
from sim.errors import InputError, nearest
from sim.folder.world import WorldSettings
from sim.names import natural, number_ids
from sim.tables import Row, codes, floats, integers, number, read_cells, read_rows, unique
from sim.territory.checks import COUNTRY_BOXES, check_inside, check_wrap
from sim.territory.sites import FABRICS, SITE_KINDS, TIERS, Territory

Floats = NDArray[np.float64]

PLANE, GLOBE = ("x", "y"), ("lon", "lat")
OPTIONAL = (*PLANE, *GLOBE, "name", "kind", "area", "force", "fabric", "tier", "offices", "voters")
LONGEST_DRIVE = 10 * 86400.0


@dataclass(frozen=True, eq=False)
class Places:
    """A territory, its sites by what people call them, and the text of ids that are no numbers."""

    territory: Territory
    row_of: Mapping[str, int]
    names: Mapping[int, str]
    has_coordinates: bool

    def find(self, row: Row, column: str, text: str) -> int:
        """Position of the site that a cell names by id or by name. Raises ``InputError``."""
        place = self.row_of.get(text)
        if place is None:
            count = len(self.territory.sites)
            raise row.error(column, f"unknown site {text!r}{nearest(text, self.row_of)}; sites.csv has {count} sites")
        return place


def read_places(folder: Path, world: WorldSettings, more_forces: Sequence[str]) -> Places:
    """Read sites.csv (and travel.csv, if any); ``more_forces`` are names of forces that units bring. Raises ``InputError``."""
    rows = read_rows(folder / "sites.csv", ("id",), OPTIONAL)
    if not rows:
        raise InputError("sites.csv: holds no site; give at least one row")
    unique(rows, "id", [row["id"] for row in rows])
    if empty := next((row for row in rows if not row["id"]), None):
        raise empty.error("id", "is empty")
    ids, texts = number_ids([row["id"] for row in rows])
    order = sorted(range(len(rows)), key=ids.__getitem__)
    rows, ids = [rows[i] for i in order], [ids[i] for i in order]
    travel = folder / "travel.csv"
    x, y, metric, placed = _coordinates(rows, world, travel.exists())
    areas = sorted({row["area"] for row in rows}, key=natural)
    forces = sorted({*(row["force"] for row in rows), *more_forces} - {""}, key=natural) or ["police"]
    names = [texts.get(id) or row["name"] or row["id"] for id, row in zip(ids, rows)]
    sites = make_sites(
        x,
        y,
        id=ids,
        name=names,
        kind=[SITE_KINDS[k] for k in codes(rows, "kind", SITE_KINDS, SITE_KINDS.index("place")).tolist()],
        area=[areas.index(row["area"]) for row in rows],
        force=codes(rows, "force", forces, 0),
        fabric=[FABRICS[k] for k in codes(rows, "fabric", FABRICS, FABRICS.index("urban")).tolist()],
        tier=codes(rows, "tier", TIERS, 0),
        offices=integers(rows, "offices", 0, 10_000, 0),
        voters=integers(rows, "voters", 0, 10_000_000, 0),
    )
    row_of = _row_of(rows)
    matrix = _matrix(travel, [row["id"] for row in rows]) if travel.exists() else None
    territory = make_territory(
        sites,
        metric=metric,
        wrap=world.wrap,
        matrix=matrix,
        areas=[area or "all" for area in areas],
        forces=forces,
        neighbours=_neighbours(sites.area, x, y, len(areas)),
    )
    return Places(territory, row_of, texts, placed)


def _row_of(rows: Sequence[Row]) -> dict[str, int]:
    """Position of each site by its id, and by its name where only one site has it."""
    found = {row["id"]: i for i, row in enumerate(rows)}
    names = [row["name"] for row in rows]
    for i, name in enumerate(names):
        if name and name not in found and names.count(name) == 1:
            found[name] = i
    return found


def _coordinates(rows: list[Row], world: WorldSettings, given: bool) -> tuple[Floats, Floats, str, bool]:
    """x, y, the metric, and whether there are coordinates at all."""
    used = {name for row in rows for name in (*PLANE, *GLOBE) if row[name]}
    if not used and given:
        return np.zeros(len(rows)), np.zeros(len(rows)), "matrix", False
    if used & set(PLANE) and used & set(GLOBE):
        raise InputError("sites.csv: gives both x, y and lon, lat; give one pair")
    globe = bool(used & set(GLOBE)) or world.metric == "great_circle"
    if globe and world.metric in ("euclid", "right_angle"):
        raise InputError(f"world.yaml: metric {world.metric} needs the columns x and y in metres; sites.csv has lon and lat")
    pair = GLOBE if used & set(GLOBE) else PLANE
    far = (180.0, 90.0) if globe else (1e9, 1e9)
    x, y = (_coordinate(rows, name, limit) for name, limit in zip(pair, far))
    if globe:
        _check_swapped(rows, x, y, world.country)
    elif world.country not in (None, "any"):
        raise InputError(f"world.yaml: country {world.country} needs the columns lon and lat; sites.csv has x and y in metres")
    metric = "great_circle" if globe else "euclid" if world.metric == "auto" else world.metric
    if world.wrap and globe:
        raise InputError("world.yaml: wrap closes a plane; it does not go with lon and lat")
    check_wrap(world.wrap, x, y, "world.yaml: wrap")
    return x, y, metric, True


def _coordinate(rows: list[Row], name: str, limit: float) -> Floats:
    try:
        return floats(rows, name, -limit, limit)
    except InputError as error:
        if name == "lat" and "is not a number from" in str(error):
            raise InputError(f"{error}; are lon and lat swapped?") from None
        raise


def _check_swapped(rows: list[Row], x: Floats, y: Floats, country: str | None) -> None:
    """Refuse places outside the country, and places that lie in a known country only with the coordinates swapped."""
    if country == "any":
        return
    if country is not None:
        check_inside(x, y, country, "sites.csv", [row["id"] for row in rows])
        return
    for name, (west, south, east, north) in COUNTRY_BOXES.items():
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        swapped = (y >= west) & (y <= east) & (x >= south) & (x <= north)
        if swapped.all() and not inside.any():
            hint = "write 'country: any' into world.yaml if they are right"
            raise InputError(f"sites.csv: lon and lat look swapped (exchanged, all places lie in {name.title()}); {hint}")


def _neighbours(area: NDArray[np.int64], x: Floats, y: Floats, count: int) -> list[list[int]]:
    """All other areas, nearest first, by the straight line between their mean coordinates."""
    middle = np.array([[x[area == a].mean(), y[area == a].mean()] for a in range(count)])
    away = np.hypot(*(middle[:, None] - middle[None]).transpose(2, 0, 1))
    return [[int(b) for b in np.argsort(away[a], kind="stable") if b != a] for a in range(count)]


def _matrix(path: Path, ids: list[str]) -> Floats:
    """Seconds from each site to each site, (sites, sites), from a square table or from rows ``from, to, seconds``."""
    rows = read_cells(path)
    place = {id: i for i, id in enumerate(ids)}
    seconds = np.full((len(ids), len(ids)), np.nan)
    np.fill_diagonal(seconds, 0.0)
    if not rows:
        raise InputError("travel.csv: empty; give a square table of seconds or the columns from, to, seconds")
    heads = [name.lower() for name in rows[0]]
    triples = _triples(rows, heads) if set(heads) == {"from", "to", "seconds"} else _square(rows)
    seen: dict[tuple[int, int], Row] = {}
    for row, start, end, column, text in triples:
        i, j = (_known(row, name, place) for name in (start, end))
        if (i, j) in seen:
            raise InputError(f"{row.where}: the time from {start!r} to {end!r} is given twice")
        seen[i, j] = row
        seconds[i, j] = number(row, column, text, 0.0, LONGEST_DRIVE)
    for i, j in np.argwhere(np.isnan(seconds))[:1]:
        raise InputError(f"travel.csv: no time from {ids[i]!r} to {ids[j]!r}; every pair of sites needs one, both ways")
    return seconds


Triple = tuple[Row, str, str, str, str]


def _triples(rows: list[Row], heads: list[str]) -> list[Triple]:
    start, end, value = (list(rows[0])[heads.index(name)] for name in ("from", "to", "seconds"))
    return [(row, row[start], row[end], value, row[value]) for row in rows[1:]]


def _square(rows: list[Row]) -> list[Triple]:
    corner, *columns = rows[0]
    return [(row, row[corner], column, column, row[column]) for row in rows[1:] for column in columns if row[column]]


def _known(row: Row, name: str, place: Mapping[str, int]) -> int:
    if name not in place:
        raise InputError(f"{row.where}: unknown site {name!r}{nearest(name, place)}; sites.csv has {len(place)} sites")
    return place[name]
