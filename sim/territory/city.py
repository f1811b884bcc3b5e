"""A synthetic round city on longitude and latitude: zones are areas, the old city is a fabric. All of it is assumed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.settings.territory import CitySettings, TerritorySettings
from sim.territory.apportion import apportion_groups
from sim.territory.centres import CENTRE_STREAM, OTHER_STREAM, SCATTER_STREAM, gamma_weights, site_stream
from sim.territory.derived import BASE, CENTRE, CHECKPOINT, COLLECTION, MARKET, VENUE
from sim.territory.neighbours import nearest_areas
from sim.territory.places import LATITUDE_METRE, Ground, scatter, shift
from sim.territory.risk import assign_tiers
from sim.territory.sites import FABRICS, Sites, Territory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FORCES = ("police", "gendarmerie")
OLD_CITY, URBAN, SUBURBAN, RURAL = range(len(FABRICS))
RINGS = (0.6, 0.85)  # shares of the radius where urban and suburban end
COMMUNE = 9001  # code of the first sector; also the entity of every stream of the city
WORDS = {"fr": "Zone", "ar": "منطقة", "en": "Zone"}
NAMES = {CENTRE: "centre", BASE: "base", CHECKPOINT: "entrance", VENUE: "hall", MARKET: "market"}
NAMES[COLLECTION] = "collection point"
FIRST = np.array([1, 6001, 7001, 8001, 9001, 9501, 9701])  # first number of each kind's block, by kind code
BASES_PER_ZONE = 2


def build_city(settings: TerritorySettings) -> Territory:
    """The demonstration city of ``settings.city``; deterministic in its settings.

    Communes are sectors and a zone holds sectors beside one another. Raises ``InputError`` if ``settings.wilayas``
    is given.
    """
    if settings.wilayas:
        raise InputError("territory.wilayas: a city is always built whole; leave it empty")
    city = settings.city
    columns = {
        k: np.concatenate([a, b])
        for (k, a), b in zip(_centres(settings).items(), _others(settings).values(), strict=True)
    }
    sites = _sites(columns, settings)
    offices = np.bincount(sites.area, weights=sites.offices, minlength=city.zones)
    angle = 2 * np.pi * (np.arange(city.zones) + 0.5) / city.zones
    x, y = shift(*_middle(city, city.zones), np.full(city.zones, 500.0 * city.radius_km), angle)
    return Territory(
        name="city",
        metric="great_circle",
        area_codes=tuple(f"Z{k + 1}" for k in range(city.zones)),
        areas={language: tuple(f"{word} {k + 1}" for k in range(city.zones)) for language, word in WORDS.items()},
        forces=_forces(city),
        sites=sites,
        populations=city.population * offices / offices.sum(),
        neighbours=nearest_areas(x, y, set()),
        notes=("The city and everything in it is synthetic (assumed).",),
    )


def _forces(city: CitySettings) -> tuple[str, ...]:
    """Both forces, or the single one of a city that one force holds whole."""
    return {1.0: FORCES[:1], 0.0: FORCES[1:]}.get(city.police_share, FORCES)


def _middle(city: CitySettings, n: int) -> tuple[Floats, Floats]:
    """The city's middle, n times."""
    return np.full(n, city.longitude), np.full(n, city.latitude)


def _centres(settings: TerritorySettings) -> dict[str, NDArray[Any]]:
    """Columns of the centres: the inner ``police_share`` is the police's, fabric follows the distance from the
    middle.
    """
    city, seed = settings.city, settings.site_seed
    x, y, away, _ = _scatter(settings)
    weights = gamma_weights(site_stream(seed, COMMUNE, CENTRE_STREAM), city.centres, settings.office_cv)
    whole = np.zeros(city.centres, dtype=np.int64)
    offices = apportion_groups(np.array([city.offices]), whole, weights, low=1)
    police = np.argsort(np.argsort(away, kind="stable"), kind="stable") < round(city.police_share * city.centres)
    return {
        "kind": whole,
        "x": x,
        "y": y,
        "force": np.where(police, 0, len(_forces(city)) - 1),
        "offices": offices,
        "voters": apportion_groups(np.array([city.voters]), whole, offices.astype(float)),
    }


def _scatter(settings: TerritorySettings) -> Floats:
    """Rows x, y, metres from the middle, in_town of the centres: the old city's share inside its walls, then the
    rest.
    """
    city = settings.city
    rng = site_stream(settings.site_seed, COMMUNE, SCATTER_STREAM)
    middle = ((city.longitude, city.latitude),)
    few = round(city.old_city_share * city.centres) if city.old_city_radius_km else 0
    old = scatter(Ground(middle, 0.0, 1000.0 * city.old_city_radius_km, []), few, rng, settings.scatter)
    ground = Ground(middle, 600.0 * city.radius_km, 1000.0 * city.radius_km, [])
    return np.concatenate([old, scatter(ground, city.centres - few, rng, settings.scatter, taken=old)], axis=1)


def _others(settings: TerritorySettings) -> dict[str, NDArray[Any]]:
    """Columns of bases (in every zone, one for each force and ``BASES_PER_ZONE`` at least), entrances, halls, markets,
    and a collection point in every commune.
    """
    city = settings.city
    sector = 2 * np.pi / city.zones
    bases = max(BASES_PER_ZONE, len(_forces(city)))
    counts = {BASE: bases * city.zones, CHECKPOINT: city.entrances, VENUE: city.venues, MARKET: city.markets}
    counts[COLLECTION] = city.communes
    kind = np.repeat(list(counts), list(counts.values()))
    rank = np.concatenate([np.arange(n) for n in counts.values()])
    u, v = site_stream(settings.site_seed, COMMUNE, OTHER_STREAM).random((len(kind), 2)).T
    among = np.repeat(list(counts.values()), list(counts.values()))
    angle = np.where(kind == BASE, (rank // bases + 0.2 + 0.6 * u) * sector, 2 * np.pi * (rank + 0.5 * u) / among)
    angle[kind == COLLECTION] = _commune_middles(city)
    reach = np.select(
        [kind == BASE, kind == CHECKPOINT, kind == VENUE], [0.25 + 0.5 * v, 1.0, 0.5 * np.sqrt(v)], 0.8 * np.sqrt(v)
    )
    x, y = shift(*_middle(city, len(kind)), 1000.0 * city.radius_km * reach, angle)
    none = np.zeros(len(kind), dtype=np.int64)
    force = np.where(np.isin(kind, (BASE, CHECKPOINT)), rank % len(_forces(city)), 0)
    return {"kind": kind, "x": x, "y": y, "force": force, "offices": none, "voters": none}


def _sites(columns: dict[str, NDArray[Any]], settings: TerritorySettings) -> Sites:
    """Sites in id order: commune x 10,000 + a number in its kind's block; the direction from the middle gives the
    commune.
    """
    city = settings.city
    east = (columns["x"] - city.longitude) * np.cos(np.radians(city.latitude)) / LATITUDE_METRE
    north = (columns["y"] - city.latitude) / LATITUDE_METRE
    zone, commune = _sector(np.arctan2(north, east) % (2 * np.pi), city)
    ids = commune * 10_000 + FIRST[columns["kind"]] + _running(commune * len(FIRST) + columns["kind"])
    columns = columns | {"id": ids, "area": zone, "commune": commune, "fabric": _fabric(np.hypot(east, north), city)}
    c = {name: column[np.argsort(ids)] for name, column in columns.items()}
    rank = c["id"] % 10_000 - FIRST[c["kind"]] + 1
    names = [
        f"{NAMES[k]} {a}-{n}" for k, a, n in zip(c["kind"].tolist(), c["commune"].tolist(), rank.tolist(), strict=True)
    ]
    return Sites(**c, name=tuple(names), tier=_tiers(c, settings), mobile=np.zeros(len(ids), dtype=bool))


def _tiers(c: dict[str, NDArray[Any]], settings: TerritorySettings) -> Ints:
    """Risk tiers of the centres, clustered in the first zone; other sites are low."""
    tiers = np.zeros(len(c["id"]), dtype=np.int64)
    at = np.flatnonzero(c["kind"] == CENTRE)
    tense = np.zeros(1, dtype=np.int64)
    tiers[at] = assign_tiers(
        c["commune"][at], c["area"][at], (c["x"][at], c["y"][at]), tense, settings.site_seed, settings.risk
    )
    return tiers


def _sector(angle: Floats, city: CitySettings) -> tuple[Ints, Ints]:
    """Zone and commune code of each direction (radians): zones are equal sectors, cut into equal communes."""
    place = np.minimum(angle / (2 * np.pi) * city.zones, np.nextafter(city.zones, 0))
    zone = place.astype(np.int64)
    sizes = city.communes // city.zones + (np.arange(city.zones) < city.communes % city.zones)
    inner = ((place - zone) * sizes[zone]).astype(np.int64)
    return zone, COMMUNE + (np.cumsum(sizes) - sizes)[zone] + inner


def _commune_middles(city: CitySettings) -> Floats:
    """Direction of the middle of each commune (radians), in order of their codes."""
    sizes = city.communes // city.zones + (np.arange(city.zones) < city.communes % city.zones)
    zone = np.repeat(np.arange(city.zones), sizes)
    rank = np.arange(city.communes) - (np.cumsum(sizes) - sizes)[zone]
    return np.asarray(2 * np.pi * (zone + (rank + 0.5) / sizes[zone]) / city.zones)


def _running(key: Ints) -> Ints:
    """How many earlier rows have the same key."""
    order = np.argsort(key, kind="stable")
    _, first, sizes = np.unique(key[order], return_index=True, return_counts=True)
    ranks = np.empty(len(key), dtype=np.int64)
    ranks[order] = np.arange(len(key)) - np.repeat(first, sizes)
    return ranks


def _fabric(metres: Floats, city: CitySettings) -> Ints:
    """Fabric by distance from the middle: old city, urban, suburban, rural."""
    radius = 1000.0 * city.radius_km
    bounds = [metres <= 1000.0 * city.old_city_radius_km, metres <= RINGS[0] * radius, metres <= RINGS[1] * radius]
    return np.select(bounds, [OLD_CITY, URBAN, SUBURBAN], RURAL).astype(np.int64)
