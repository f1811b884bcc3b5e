"""Where centres stand: scattered round the town point and in the commune's disc, never too near to one another."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sqrt

import numpy as np
from numpy.typing import NDArray

from sim.settings.territory import ScatterSettings, TerritorySettings
from sim.territory.centres import SCATTER_STREAM, CentreRows, site_streams
from sim.territory.outlines import Ring, inside
from sim.territory.tables import Communes

Floats = NDArray[np.float64]

LATITUDE_METRE = 1 / 111_195.0  # degrees a metre on a sphere of 6,371 km
SATURATION = 0.35  # share of a disc that random discs fill with ease (they jam at 0.547)
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Places:
    """Positions (centres,) in degrees, distance to the town point in metres, and whether inside the town's disc."""

    x: Floats
    y: Floats
    distance: Floats
    in_town: NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """What one commune offers: settlements (lon, lat), radii in metres, and rings that sites must stay inside of."""

    settlements: tuple[tuple[float, float], ...]
    town: float
    disc: float
    rings: list[Ring]


def town_radius(population: Floats, area_km2: Floats, scatter: ScatterSettings) -> Floats:
    """Radius of the town's disc in metres (n,), from its people and the density of towns, within the commune's own
    disc.
    """
    people = np.sqrt(np.maximum(population, 1.0) / (pi * scatter.town_density))
    return 1000.0 * np.minimum(people, 0.9 * np.sqrt(area_km2 / pi))


def scatter_centres(
    rows: CentreRows, communes: Communes, settings: TerritorySettings, rings: dict[str, list[Ring]]
) -> Places:
    """Place every centre: inside a commune the police nearest to the town point, then gendarmerie, mobile offices
    far out.

    Centres of one commune are at least ``min_distance_m`` apart; those of two communes are placed apart from each
    other.
    """
    towns = town_radius(communes.population, communes.area_km2, settings.scatter)
    discs = np.minimum(1000.0 * np.sqrt(communes.area_km2 / pi), 1000.0 * settings.scatter.spread_km)
    fixed = np.bincount(rows.commune[~rows.mobile], minlength=len(communes))
    moving = np.bincount(rows.commune[rows.mobile], minlength=len(communes))
    here = np.flatnonzero(fixed + moving)
    found = [
        _commune_places(
            Ground(
                ((float(communes.lon[i]), float(communes.lat[i])), *communes.extra.get(i, ())),
                float(towns[i]),
                float(max(discs[i], towns[i])),
                rings.get(communes.wilaya_codes[communes.wilaya[i]], []),
            ),
            (int(fixed[i]), int(moving[i])),
            rng,
            settings.scatter,
        )
        for i, rng in zip(here.tolist(), site_streams(settings.site_seed, communes.code[here].tolist(), SCATTER_STREAM))
    ]
    x, y, distance, in_town = (np.concatenate([f[k] for f in found]) for k in range(4))
    return Places(x, y, distance, in_town.astype(bool))


def _commune_places(ground: Ground, sizes: tuple[int, int], rng: np.random.Generator, rule: ScatterSettings) -> Floats:
    """Rows x, y, distance, in_town (4, n) of one commune: centres by distance from the town point, then mobile
    offices.
    """
    fixed = scatter(ground, sizes[0], rng, rule)
    fixed = fixed[:, np.argsort(fixed[2], kind="stable")]
    if not sizes[1]:
        return fixed
    wide = Ground(ground.settlements, 0.0, 1000.0 * rule.mobile_spread_km, ground.rings)
    return np.concatenate([fixed, scatter(wide, sizes[1], rng, rule, taken=fixed)], axis=1)


def scatter(
    ground: Ground, size: int, rng: np.random.Generator, rule: ScatterSettings, taken: Floats | None = None
) -> Floats:
    """Draw ``size`` places by throwing points and keeping those far enough from all before, in rounds of growing
    radius.

    In the last rounds places beyond the outline are accepted too: small islands of a simplified coast would never fill.
    """
    gap = rule.min_distance_m
    town = max(ground.town, 0.5 * gap * sqrt(max(1, size) * rule.town_share / SATURATION))
    disc = max(ground.disc, 1.1 * town)
    origin = ground.settlements[0]
    before = np.empty((2, 0)) if taken is None else _metres(taken[:2], origin)
    kept: list[Floats] = []
    points = [(float(a), float(b)) for a, b in before.T]
    attempt = 0
    while len(kept) < size:
        thrown = _throw(ground, (town if ground.town else 0.0, disc), 2 * (size - len(kept)) + 8, rng, rule)
        if ground.rings and attempt < ROUNDS:
            thrown = thrown[:, inside(ground.rings, thrown[0], thrown[1])]
        for row, (a, b) in zip(thrown.T, _metres(thrown[:2], origin).T.tolist(), strict=True):
            if len(kept) < size and all((a - p) ** 2 + (b - q) ** 2 >= gap * gap for p, q in points):
                points.append((a, b))
                kept.append(row)
        attempt += 1
        town, disc = 1.15 * town, 1.15 * disc
    return np.array(kept).reshape(size, 4).T


def _throw(
    ground: Ground, radii: tuple[float, float], n: int, rng: np.random.Generator, rule: ScatterSettings
) -> Floats:
    """Throw ``n`` points: rows x, y, metres from the town point, in_town. Uniform in the town's disc or the
    commune's.
    """
    u = rng.random((n, 4))
    town, disc = radii
    in_town = (u[:, 0] < rule.town_share) & (town > 0)
    radius = np.sqrt(u[:, 1]) * np.where(in_town, town, disc)
    angle = 2 * pi * u[:, 2]
    home = (u[:, 3] * len(ground.settlements)).astype(np.int64)
    lon, lat = np.array(ground.settlements)[home].T
    x, y = shift(lon, lat, radius, angle)
    away = np.hypot(*_metres(np.stack([x, y]), ground.settlements[0]))
    return np.stack([x, y, away, (in_town | (radius <= ground.town)) & (home == 0)])


def shift(lon: Floats, lat: Floats, radius: Floats, angle: Floats) -> tuple[Floats, Floats]:
    """The points ``radius`` metres from (lon, lat) in direction ``angle`` (radians from east), good to 0.5 % within
    100 km.
    """
    y = lat + radius * np.sin(angle) * LATITUDE_METRE
    return lon + radius * np.cos(angle) * LATITUDE_METRE / np.cos(np.radians(lat)), y


def _metres(points: Floats, origin: tuple[float, float]) -> Floats:
    """Degrees (2, n) as metres east and north of ``origin``."""
    east = (points[0] - origin[0]) * cos(radians(origin[1])) / LATITUDE_METRE
    return np.stack([east, (points[1] - origin[1]) / LATITUDE_METRE])
