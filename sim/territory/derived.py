"""Bases, town entrances, halls, markets and collection points, derived from commune size and the centres held. All assumed.

Every commune with centres has one collection point, near the middle of its town, to which boxes and minutes go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.settings.territory import DerivedSites, TerritorySettings
from sim.territory.centres import OTHER_STREAM, site_streams
from sim.territory.counts import GENDARMERIE, POLICE
from sim.territory.places import shift, town_radius
from sim.territory.sites import SITE_KINDS
from sim.territory.tables import Communes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CENTRE, BASE, CHECKPOINT, VENUE, MARKET, COLLECTION = (
    SITE_KINDS.index(k) for k in ("centre", "base", "checkpoint", "venue", "market", "collection")
)
NAMES = {
    BASE: ("police", "gendarmerie"),
    CHECKPOINT: ("entrance", "entrance"),
    VENUE: ("hall", "hall"),
    MARKET: ("market", "market"),
    COLLECTION: ("collection point", "collection point"),
}
# First number of each block inside a commune's thousand: centres have 1 to 599.
MOST = 50  # of one kind and force in a commune; more are left out, so that ids keep to their block
BLOCKS = {
    (BASE, POLICE): 600, (BASE, GENDARMERIE): 700, (CHECKPOINT, -1): 800, (VENUE, -1): 850, (MARKET, -1): 900,
    (COLLECTION, -1): 950,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class DerivedRows:
    """Sites that are no centres, arrays of shape (sites,); ``commune`` is a position, ``number`` the last digits of
    the id.
    """

    commune: Ints
    number: Ints
    kind: Ints
    force: Ints
    x: Floats
    y: Floats


def derive_sites(communes: Communes, held: Ints, settings: TerritorySettings) -> DerivedRows:
    """All derived sites; ``held`` (2, communes) counts the centres of each force."""
    rule = settings.derived
    main = np.where(held[POLICE] > 0, POLICE, GENDARMERIE)
    towns = town_radius(communes.population, communes.area_km2, settings.scatter)
    draws = _draws(communes, settings.site_seed)
    parts = [
        _block((BASE, POLICE), -(-held[POLICE] // rule.centres_per_police_base), np.full_like(main, POLICE)),
        _block((BASE, GENDARMERIE), -(-held[GENDARMERIE] // rule.centres_per_brigade), np.full_like(main, GENDARMERIE)),
        _entrances(entrances(communes.population, rule), held),
        _block((VENUE, -1), venues(communes.population, rule.hall_from, rule), main),
        _block((MARKET, -1), venues(communes.population, rule.market_from, rule), main),
        _block((COLLECTION, -1), (held.sum(axis=0) > 0).astype(np.int64), main),
    ]
    commune, number, kind, force = (np.concatenate(column) for column in zip(*parts, strict=True))
    x, y = _places(commune, number, kind, (communes.lon, communes.lat, towns), draws)
    return DerivedRows(commune, number, kind, force, x, y)


def entrances(population: Floats, rule: DerivedSites) -> Ints:
    """Town entrances of each commune: none below ``small_town``, then by size class."""
    classes = [population >= rule.large_town, population >= rule.town, population >= rule.small_town]
    values = [rule.entrances_large, rule.entrances_town, rule.entrances_small]
    return np.select(classes, values, 0).astype(np.int64)


def venues(population: Floats, smallest: int, rule: DerivedSites) -> Ints:
    """Halls or markets of each commune: one from ``smallest`` inhabitants, one more for every ``people_per_venue``."""
    more = np.minimum(population // rule.people_per_venue, 40)
    return np.where(population >= smallest, 1 + more, 0).astype(np.int64)


def _block(block: tuple[int, int], counts: Ints, force: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Columns commune, number, kind, force of one kind: ``counts`` sites in every commune, the commune's ``force``."""
    counts = np.minimum(counts, MOST)
    commune = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(len(commune)) - np.repeat(np.cumsum(counts) - counts, counts)
    return commune, BLOCKS[block] + rank, np.full(len(commune), block[0]), force[commune]


def _entrances(counts: Ints, held: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Checkpoints: where both forces hold centres they take entrances in turn, the police the first."""
    commune, number, kind, _ = _block((CHECKPOINT, -1), counts, counts)
    rank = number - BLOCKS[CHECKPOINT, -1]
    has_police, has_gendarmerie = (held[f][commune] > 0 for f in (POLICE, GENDARMERIE))
    return commune, number, kind, np.where(has_police & ~(has_gendarmerie & (rank % 2 == 1)), POLICE, GENDARMERIE)


def _draws(communes: Communes, seed: int) -> Floats:
    """Uniforms (communes, 400): for every block of ids a direction and a distance."""
    return np.stack([rng.random(802) for rng in site_streams(seed, communes.code.tolist(), OTHER_STREAM)])


def _places(
    commune: Ints, number: Ints, kind: Ints, ground: tuple[Floats, Floats, Floats], draws: Floats
) -> tuple[Floats, Floats]:
    """Positions: entrances evenly round the town's edge, halls and collection points near the middle, bases and markets
    anywhere in the town.
    """
    lon, lat, town = (column[commune] for column in ground)
    u, v = draws[commune, number - 600], draws[commune, number - 200]
    rank = number - BLOCKS[CHECKPOINT, -1]
    count = np.bincount(commune[kind == CHECKPOINT], minlength=int(commune.max(initial=0)) + 1)[commune]
    even = 2 * np.pi * (draws[commune, 800] + (rank + 0.3 * (u - 0.5)) / np.maximum(count, 1))
    at_edge = kind == CHECKPOINT
    reach = np.where((kind == VENUE) | (kind == COLLECTION), 0.4, 0.8) * np.sqrt(v)
    return shift(lon, lat, town * np.where(at_edge, 1.1, reach), np.where(at_edge, even, 2 * np.pi * u))
