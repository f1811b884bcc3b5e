"""Sites and the territory they lie in: everything that has a place, as columns.

Coordinates are degrees (x = longitude, y = latitude) under the great-circle metric
and metres on a plane. A site's *force* says whose jurisdiction it is and its *fabric*
how it is built; the two are independent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from sim.digest import digest_columns

SITE_KINDS = ("centre", "base", "checkpoint", "venue", "market", "place", "collection")
FABRICS = ("old_city", "urban", "suburban", "rural")
TIERS = ("low", "medium", "high")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites in order of their stable id; every array has shape (sites,).

    ``kind``, ``area``, ``force``, ``fabric`` and ``tier`` are codes: positions in ``SITE_KINDS``,
    ``Territory.areas``, ``Territory.forces``, ``FABRICS`` and ``TIERS``. ``offices`` and ``voters`` are
    counts (0 where a site is no polling centre); ``commune`` is the commune's own code (0 if none);
    ``mobile`` marks a mobile office, which opens early.
    """

    id: Ints
    name: tuple[str, ...]
    kind: Ints
    x: Floats
    y: Floats
    area: Ints
    force: Ints
    fabric: Ints
    tier: Ints
    offices: Ints
    voters: Ints
    commune: Ints
    mobile: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.id)

    def of_kind(self, kind: str) -> Ints:
        """Positions of the sites of one kind, in id order."""
        return np.flatnonzero(self.kind == SITE_KINDS.index(kind))

    def columns(self) -> dict[str, NDArray[np.generic] | tuple[str, ...]]:
        """All columns by name, for tables and digests."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, eq=False)
class Territory:
    """Where the day takes place: areas, forces and sites under one metric.

    ``metric`` is ``great_circle``, ``euclid``, ``right_angle`` or ``matrix``; ``wrap`` (metres, width and
    height) closes a plane into a torus; ``matrix`` (sites x sites, seconds) is given for ``matrix`` only.
    ``area_codes`` are the areas' own codes ("01" … "48"), ``areas`` their names by language.
    ``neighbours[a]`` lists areas that may help area ``a``, nearest first. ``populations`` (areas,) counts
    inhabitants and drives background demand. ``outline`` names the shipped outline file, if any. ``omitted`` are
    codes of the country's areas that this territory leaves out: settings that name them are no mistake. ``hot``
    (sites,) marks hot-spots, if any are known.
    """

    name: str
    metric: str
    area_codes: tuple[str, ...]
    areas: dict[str, tuple[str, ...]]
    forces: tuple[str, ...]
    sites: Sites
    populations: Floats
    neighbours: tuple[tuple[int, ...], ...] = ()
    wrap: tuple[float, float] | None = None
    matrix: Floats | None = None
    outline: str | None = None
    synthetic_sites: bool = True
    omitted: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    hot: NDArray[np.bool_] | None = None

    def digest(self) -> str:
        """SHA-256 over everything a run can depend on."""
        columns: dict[str, NDArray[np.generic] | tuple[str, ...]] = dict(self.sites.columns())
        columns |= {"territory": (self.name, self.metric, repr(self.wrap)), "codes": self.area_codes}
        columns |= {"forces": self.forces, "neighbours": (repr(self.neighbours),), "populations": self.populations}
        if self.matrix is not None:
            columns["matrix"] = self.matrix
        if self.hot is not None:
            columns["hot"] = self.hot
        return digest_columns(columns)
