"""Voters, offices and centres of every commune and force, with exact totals.

The method is written down in docs/data.md. A *part* is what one force holds in one commune.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.settings.territory import TerritorySettings
from sim.territory.apportion import apportion
from sim.territory.tables import Communes

POLICE, GENDARMERIE = 0, 1
ALGIERS = "16"

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """Whole numbers by force and commune, arrays of shape (2 forces, communes): police first."""

    voters: Ints
    offices: Ints
    centres: Ints


def count(communes: Communes, settings: TerritorySettings) -> Counts:
    """Share the totals of ``settings`` out over communes and forces. Raises ``InputError`` for totals that cannot
    hold.
    """
    _check_codes(communes, settings)
    voters = commune_voters(communes, settings)
    police = _police_voters(communes.population, voters, settings.police_offices / settings.offices)
    split = np.stack([police, voters - police])
    weight = np.where(np.array(communes.wilaya_codes) == ALGIERS, settings.algiers_weight, 1.0)[communes.wilaya]
    totals = (settings.police_offices, settings.offices - settings.police_offices)
    low = (split > 0).astype(np.int64)
    offices = _share_parts(totals, split * weight, low, None, communes, _known(communes, settings, "offices"))
    totals = (settings.police_centres, settings.centres - settings.police_centres)
    weights = offices.astype(float) ** settings.centre_exponent * (offices > 0)
    low = (offices > 0).astype(np.int64)
    centres = _share_parts(totals, weights, low, offices, communes, _known(communes, settings, "centres"))
    return Counts(split, offices, centres)


def commune_voters(communes: Communes, settings: TerritorySettings) -> Ints:
    """Registered voters (communes,) by population; wilayas whose number is known get exactly that."""
    voters = np.zeros(len(communes), dtype=np.int64)
    known = _known(communes, settings, "voters")
    for wilaya, total in known.items():
        members = communes.wilaya == wilaya
        voters[members] = apportion(total, communes.population[members])
    others = ~np.isin(communes.wilaya, list(known))
    rest = settings.voters - sum(known.values())
    if rest < 0:
        raise InputError(f"territory.voters {settings.voters}: the known wilayas alone have {sum(known.values())}")
    voters[others] = apportion(rest, communes.population[others])
    return voters


def _check_codes(communes: Communes, settings: TerritorySettings) -> None:
    """Refuse area codes the table does not have."""
    keys = {"wilayas": settings.wilayas, "wilaya_totals": settings.wilaya_totals, "mobile_areas": settings.mobile_areas}
    for key, codes in (keys | {"risk.tense_areas": settings.risk.tense_areas}).items():
        for code in codes:
            if code not in communes.wilaya_codes:
                known = f"allowed: {communes.wilaya_codes[0]} to {communes.wilaya_codes[-1]}"
                raise InputError(f"territory.{key}: no wilaya '{code}'{nearest(code, communes.wilaya_codes)}; {known}")


def _known(communes: Communes, settings: TerritorySettings, what: str) -> dict[int, int]:
    """Known totals of one kind by wilaya position."""
    found = {communes.wilaya_codes.index(c): getattr(t, what) for c, t in settings.wilaya_totals.items()}
    return {wilaya: value for wilaya, value in found.items() if value is not None}


def _police_voters(population: Floats, voters: Ints, share: float) -> Ints:
    """Voters (communes,) in the police's part: u = clip(ln(pop / p0) / ln 12, 0, 0.97), 0 below 0.02.

    p0 is bisected so that the police hold ``share`` of all voters: they hold the towns, the gendarmerie the rest.
    """
    size = np.log(np.maximum(population, 1.0))

    def part(origin: float) -> Floats:
        u = np.clip((size - origin) / log(12.0), 0.0, 0.97)
        return np.where(u < 0.02, 0.0, u) * voters

    low, high = -5.0, 20.0
    wanted = share * voters.sum()
    if part(low).sum() < wanted:
        raise InputError("territory.police_offices: the police can hold at most 97 % of the offices")
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if part(middle).sum() > wanted else (low, middle)
    return np.rint(part(high)).astype(np.int64)


def _share_parts(
    totals: tuple[int, int], weights: Floats, low: Ints, high: Ints | None, communes: Communes, known: dict[int, int]
) -> Ints:
    """Share two totals out over parts (2, communes) with bounds; wilayas in ``known`` get their number for both
    together.

    Both force parts of a known wilaya are scaled alike; the other wilayas share what is left, so all totals stay exact.
    """
    caps = [None, None] if high is None else list(high)
    shares = np.stack([apportion(totals[f], weights[f], low[f], caps[f]) for f in (POLICE, GENDARMERIE)])
    left = list(totals)
    free = ~np.isin(communes.wilaya, list(known))
    for wilaya, total in sorted(known.items()):
        members = communes.wilaya == wilaya
        for f, part in enumerate(
            _scaled(total, shares[:, members], low[:, members], None if high is None else high[:, members])
        ):
            cap = None if high is None else high[f, members]
            shares[f, members] = apportion(part, weights[f, members], low[f, members], cap)
            left[f] -= part
    for f in (POLICE, GENDARMERIE):
        cap = None if high is None else high[f, free]
        shares[f, free] = apportion(left[f], weights[f, free], low[f, free], cap)
    return shares


def _scaled(total: int, shares: Ints, low: Ints, high: Ints | None) -> tuple[int, int]:
    """Split a known total over the two forces in the proportion of ``shares``, within what each force can hold."""
    most = np.full(2, total) if high is None else high.sum(axis=1)
    police, gendarmerie = apportion(total, shares.sum(axis=1).astype(float), low.sum(axis=1), most)
    return int(police), int(gendarmerie)
