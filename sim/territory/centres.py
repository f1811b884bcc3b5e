"""From counts by commune and force to single centres: mobile offices, offices and voters of every centre.

Rows come in order of commune and, inside a commune, police, gendarmerie, mobile: a centre's row is its rank there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.settings.territory import TerritorySettings
from sim.streams import Streams
from sim.territory.apportion import apportion, apportion_groups
from sim.territory.counts import GENDARMERIE, POLICE, Counts
from sim.territory.tables import Communes

Ints = NDArray[np.int64]

CENTRE_STREAM, SCATTER_STREAM, OTHER_STREAM = 0, 1, 2
STREAMS_PER_COMMUNE = 4


@dataclass(frozen=True, eq=False)
class CentreRows:
    """One row for each centre, arrays of shape (centres,); ``commune`` is a position, ``rank`` counts inside the
    commune.
    """

    commune: Ints
    rank: Ints
    force: Ints
    mobile: NDArray[np.bool_]
    offices: Ints
    voters: Ints


def site_stream(seed: int, commune: int, use: int) -> np.random.Generator:
    """The stream of one commune (its own code) for one use, so that no commune's sites depend on another's."""
    return next(site_streams(seed, [commune], use))


def site_streams(seed: int, communes: Iterable[int], use: int) -> Iterator[np.random.Generator]:
    """The stream of each of many communes for one use."""
    return Streams(seed).each("sites", [commune * STREAMS_PER_COMMUNE + use for commune in communes])


def make_centres(communes: Communes, counts: Counts, settings: TerritorySettings) -> CentreRows:
    """Split every part into centres. Totals by commune and force stay those of ``counts``."""
    mobile = _mobile_offices(communes, counts, settings)
    centres = np.stack([counts.centres[POLICE], counts.centres[GENDARMERIE] - mobile, mobile], axis=1).ravel()
    offices = np.stack([counts.offices[POLICE], counts.offices[GENDARMERIE] - mobile, mobile], axis=1).ravel()
    voters = _part_voters(counts, mobile).ravel()
    part = np.repeat(np.arange(len(centres)), centres)
    held = apportion_groups(offices, part, _weights(communes, part, settings), low=1)
    commune = part // 3
    first = np.searchsorted(commune, commune)
    return CentreRows(
        commune=commune,
        rank=np.arange(len(part)) - first,
        force=np.minimum(part % 3, GENDARMERIE),
        mobile=part % 3 == 2,
        offices=held,
        voters=apportion_groups(voters, part, held.astype(float)),
    )


def _mobile_offices(communes: Communes, counts: Counts, settings: TerritorySettings) -> Ints:
    """Mobile offices (communes,), each a centre of one office: gendarmerie centres of wide communes in the south.

    Shared by the root of the area; a commune keeps at least half of its gendarmerie centres where they are.
    """
    south = np.isin(np.array(communes.wilaya_codes)[communes.wilaya], settings.mobile_areas)
    room = np.where(south, counts.centres[GENDARMERIE] // 2, 0)
    if settings.mobile_offices > room.sum():
        raise InputError(
            f"territory.mobile_offices {settings.mobile_offices}: the mobile areas hold at most {room.sum()}"
        )
    return apportion(settings.mobile_offices, np.sqrt(communes.area_km2) * south, 0, room)


def _part_voters(counts: Counts, mobile: Ints) -> Ints:
    """Voters (communes, 3): police, gendarmerie centres, mobile offices in proportion to their offices."""
    rest, offices = counts.voters[GENDARMERIE], np.maximum(counts.offices[GENDARMERIE], 1)
    moving = rest * mobile // offices
    return np.stack([counts.voters[POLICE], rest - moving, moving], axis=1)


def _weights(communes: Communes, part: Ints, settings: TerritorySettings) -> NDArray[np.float64]:
    """Weights (centres,) from every commune's own stream."""
    sizes = np.bincount(part // 3, minlength=len(communes))
    streams = site_streams(settings.site_seed, communes.code.tolist(), CENTRE_STREAM)
    own = zip(streams, sizes.tolist(), strict=True)
    return np.concatenate([gamma_weights(rng, size, settings.office_cv) for rng, size in own if size])


def gamma_weights(rng: np.random.Generator, size: int, cv: float) -> NDArray[np.float64]:
    """Gamma weights (size,) of mean 1 and coefficient of variation ``cv``; all 1 at a ``cv`` of 0."""
    if cv == 0.0:
        return np.ones(size)
    return np.maximum(rng.standard_gamma(cv**-2, size=size) * cv**2, 1e-6)
