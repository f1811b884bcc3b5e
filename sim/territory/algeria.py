"""Algeria: 48 wilayas, 1,541 communes, and synthetic centres with exact totals (docs/data.md tells how)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.settings.territory import FabricSettings, TerritorySettings
from sim.territory.centres import CentreRows, make_centres
from sim.territory.counts import count
from sim.territory.derived import NAMES, DerivedRows, derive_sites
from sim.territory.neighbours import nearest_areas
from sim.territory.outlines import load_outline, outline_names
from sim.territory.places import Places, scatter_centres, town_radius
from sim.territory.risk import assign_tiers
from sim.territory.sites import FABRICS, Sites, Territory
from sim.territory.tables import Communes, load_borders, load_communes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FORCES = ("police", "gendarmerie")
OUTLINE = "dz_wilayas48"
MOST_CENTRES = 599  # numbers 600 to 999 of a commune's ids belong to other sites
OLD_CITY, URBAN, SUBURBAN, RURAL = range(len(FABRICS))
NOTES = (
    "Centres are synthetic: totals are reported figures, places and sizes are drawn (assumed).",
    "Force, fabric, risk tiers, bases, entrances, halls and markets are derived from commune size (assumed).",
    "Commune data (c) OpenStreetMap contributors, ODbL 1.0; town points GeoNames, CC BY 4.0.",
)


def build_algeria(settings: TerritorySettings, communes: Communes | None = None) -> Territory:
    """The national territory, or the wilayas in ``settings.wilayas`` as they are in the nation.

    Deterministic in ``settings``; the order of rows in the table does not matter. Raises ``InputError`` for totals
    that cannot hold and unknown codes.
    """
    table = communes or load_communes()
    counts = count(table, settings)
    crowd = counts.centres.sum(axis=0)
    if crowd.max() > MOST_CENTRES:
        where = f"commune {table.code[crowd.argmax()]} would have {crowd.max()}"
        raise InputError(f"territory.centres {settings.centres}: {where}; at most {MOST_CENTRES} in one commune")
    rows = make_centres(table, counts, settings)
    places = scatter_centres(rows, table, settings, load_outline(OUTLINE))
    tense = np.array([table.wilaya_codes.index(c) for c in settings.risk.tense_areas], dtype=np.int64)
    area = table.wilaya[rows.commune]
    tiers = assign_tiers(table.code[rows.commune], area, (places.x, places.y), tense, settings.site_seed, settings.risk)
    sites = join_sites(table, rows, places, tiers, derive_sites(table, counts.centres, settings), settings)
    return _territory(table, sites, settings)


def centre_fabric(rows: CentreRows, places: Places, communes: Communes, settings: TerritorySettings) -> Ints:
    """Fabric codes (centres,) from town size, density and distance, blind to force."""
    rule: FabricSettings = settings.fabric
    commune = rows.commune
    town = town_radius(communes.population, communes.area_km2, settings.scatter)[commune]
    inner = _town_fabric(communes.population[commune], places.distance <= rule.urban_core * town, rule)
    density = (communes.population / communes.area_km2)[commune]
    outer = np.select([density >= rule.urban_density, density >= rule.suburban_density], [URBAN, SUBURBAN], RURAL)
    fabric = np.where(places.in_town, inner, outer)
    historic = np.isin(communes.code[commune], [int(c) for c in rule.old_cities])
    old = historic & (places.distance <= rule.old_city_radius_m)
    return np.where(rows.mobile, RURAL, np.where(old, OLD_CITY, fabric)).astype(np.int64)


def _town_fabric(population: Floats, core: NDArray[np.bool_], rule: FabricSettings) -> Ints:
    """Fabric inside a town's disc, by its people and whether in its inner part."""
    big, middle = population >= rule.urban_town, population >= rule.suburban_town
    return np.select([big & core, big | middle], [URBAN, SUBURBAN], RURAL).astype(np.int64)


def join_sites(
    t: Communes, rows: CentreRows, places: Places, tiers: Ints, more: DerivedRows, settings: TerritorySettings
) -> Sites:
    """All sites in id order: a site's id is its commune's code x 1000 + a number that is stable inside its kind."""
    none = np.zeros(len(more.commune), dtype=np.int64)
    commune = np.concatenate([rows.commune, more.commune])
    number = np.concatenate([rows.rank + 1, more.number])
    ids = t.code[commune] * 1000 + number
    order = np.argsort(ids, kind="stable")
    core = np.ones(len(none), dtype=bool)
    town = _town_fabric(t.population[more.commune], core, settings.fabric)
    fabric = np.concatenate([centre_fabric(rows, places, t, settings), town])
    names = _centre_names(t.name, rows) + _derived_names(t.name, more)

    def column(centres: NDArray[Any], others: NDArray[Any] = none) -> NDArray[Any]:
        joined: NDArray[Any] = np.concatenate([centres, others])[order]
        return joined

    return Sites(
        id=ids[order],
        name=tuple(names[i] for i in order),
        kind=column(np.zeros(len(rows.commune), dtype=np.int64), more.kind),
        x=column(places.x, more.x),
        y=column(places.y, more.y),
        area=t.wilaya[commune][order],
        force=column(rows.force, more.force),
        fabric=fabric[order],
        tier=column(tiers),
        offices=column(rows.offices),
        voters=column(rows.voters),
        commune=t.code[commune][order],
        mobile=column(rows.mobile, none.astype(bool)),
    )


def _centre_names(names: Sequence[str], rows: CentreRows) -> list[str]:
    """ "Reggane 3", and "Reggane 9 (mobile)" for a mobile office."""
    suffix = ("", " (mobile)")
    columns = zip(rows.commune.tolist(), rows.rank.tolist(), rows.mobile.tolist(), strict=True)
    return [f"{names[i]} {rank + 1}{suffix[mobile]}" for i, rank, mobile in columns]


def _derived_names(names: Sequence[str], rows: DerivedRows) -> list[str]:
    """ "Reggane, gendarmerie 1", "Reggane, entrance 2"."""
    columns = zip(rows.commune.tolist(), rows.kind.tolist(), rows.force.tolist(), rows.number.tolist(), strict=True)
    return [f"{names[i]}, {NAMES[kind][force]} {number % 50 + 1}" for i, kind, force, number in columns]


def _territory(t: Communes, sites: Sites, settings: TerritorySettings) -> Territory:
    """The territory of the chosen wilayas, areas renumbered in code order."""
    chosen = sorted(settings.wilayas) or list(t.wilaya_codes)
    positions = np.array([t.wilaya_codes.index(c) for c in chosen])
    people = np.bincount(t.wilaya, weights=t.population, minlength=len(t.wilaya_codes))
    middle = [np.bincount(t.wilaya, weights=t.population * c) / people for c in (t.lon, t.lat)]
    borders = load_borders()
    touching = {(i, j) for i, a in enumerate(chosen) for j, b in enumerate(chosen) if (a, b) in borders}
    english = outline_names(OUTLINE, "en")
    fr, ar = (tuple(names[i] for i in positions) for names in (t.wilaya_fr, t.wilaya_ar))
    return Territory(
        name="algeria",
        metric="great_circle",
        area_codes=tuple(chosen),
        areas={"fr": fr, "ar": ar, "en": tuple(english[c] for c in chosen)},
        forces=FORCES,
        sites=keep_areas(sites, positions),
        populations=people[positions] * settings.population / people.sum(),
        neighbours=nearest_areas(middle[0][positions], middle[1][positions], touching if len(chosen) > 1 else set()),
        outline=OUTLINE,
        omitted=tuple(code for code in t.wilaya_codes if code not in chosen),
        notes=NOTES,
    )


def keep_areas(sites: Sites, positions: Ints) -> Sites:
    """The sites of some areas, with areas renumbered to their place in ``positions``."""
    place = np.full(int(sites.area.max()) + 1, -1)
    place[positions] = np.arange(len(positions))
    kept = np.flatnonzero(place[sites.area] >= 0)
    columns: dict[str, Any] = dict(sites.columns())
    columns = {k: tuple(v[i] for i in kept) if isinstance(v, tuple) else v[kept] for k, v in columns.items()}
    return Sites(**(columns | {"area": place[sites.area][kept]}))
