"""Where incidents come: centres by risk and size, and the scatter of the normal service round them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.settings.demand import DemandSettings, TierFactors
from sim.territory.calendar import area_positions
from sim.territory.sites import SITE_KINDS, TIERS, Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METRES_PER_DEGREE = 111_194.93
"""One degree of latitude on a sphere of 6,371 km."""


@dataclass(frozen=True, eq=False)
class Pick:
    """Sites of one area to choose from: positions and weights, both (n,)."""

    sites: Ints
    weights: Floats

    @cached_property
    def _cumulated(self) -> Floats:
        return np.cumsum(self.weights)

    @property
    def total(self) -> float:
        """Sum of the weights (0 without sites)."""
        return float(self._cumulated[-1]) if len(self.weights) else 0.0

    def choose(self, u: Floats) -> Ints:
        """The site at each uniform ``u``, in proportion to the weights."""
        return self.sites[np.searchsorted(self._cumulated, u * self.total, side="right").clip(0, len(self.sites) - 1)]


def regimes(territory: Territory, settings: DemandSettings) -> list[str]:
    """Regime of each area. Raises ``InputError`` for an unknown area."""
    rows: list[str] = [settings.regime] * len(territory.area_codes)
    for key, area in area_positions(territory, settings.areas, "demand.areas").items():
        rows[area] = settings.areas[key]
    return rows


def office_weights(territory: Territory, tiers: TierFactors) -> Floats:
    """Offices of every site times its tier's factor, normalised to the number of offices, shape (sites,)."""
    sites = territory.sites
    factors = np.array([getattr(tiers, name) for name in TIERS])
    offices = np.where(sites.kind == SITE_KINDS.index("centre"), sites.offices, 0).astype(np.float64)
    weights = offices * factors[sites.tier]
    total = weights.sum()
    return np.asarray(weights * (offices.sum() / total)) if total > 0 else offices


def hot_weights(territory: Territory, weights: Floats, share: float) -> Floats:
    """Weights with ``share`` of each area's sum at its hot-spots, (sites,); unchanged where an area has none or only such."""
    hot, area = territory.hot, territory.sites.area
    if hot is None or share <= 0.0:
        return weights
    size = len(territory.area_codes)
    total, inside = np.bincount(area, weights, size), np.bincount(area, weights * hot, size)
    mixed = (inside > 0) & (inside < total)
    up = np.divide(share * total, inside, out=np.ones(size), where=mixed)
    down = np.divide((1.0 - share) * total, total - inside, out=np.ones(size), where=mixed)
    return np.asarray(weights * np.where(hot, up[area], down[area]))


def resident_weights(territory: Territory) -> Floats:
    """How the normal service spreads over sites: by voters, or evenly where an area has none, (sites,)."""
    sites = territory.sites
    voters = np.where(sites.mobile | (sites.kind != SITE_KINDS.index("centre")), 0, sites.voters).astype(np.float64)
    per_area = np.bincount(sites.area, weights=voters, minlength=len(territory.area_codes))
    return np.where(per_area[sites.area] > 0, voters, 1.0)


def picks(territory: Territory, weights: Floats) -> list[Pick]:
    """One choice of sites for each area; sites of weight 0 are left out."""
    positions = np.flatnonzero(weights > 0)
    positions = positions[np.argsort(territory.sites.area[positions], kind="stable")]
    cuts = np.searchsorted(territory.sites.area[positions], np.arange(1, len(territory.area_codes)))
    return [Pick(rows, weights[rows]) for rows in np.split(positions, cuts)]


def scatter(territory: Territory, site: Ints, offsets: Floats, sigma: float) -> tuple[Floats, Floats]:
    """Places at standard normal ``offsets`` (2, n) times ``sigma`` metres from sites, in territory coordinates."""
    x, y = territory.sites.x[site], territory.sites.y[site]
    if territory.metric == "matrix":
        return x, y
    if territory.metric == "great_circle":
        degrees = sigma / METRES_PER_DEGREE
        return x + offsets[0] * degrees / np.cos(np.radians(y)), y + offsets[1] * degrees
    x, y = x + offsets[0] * sigma, y + offsets[1] * sigma
    return (x, y) if territory.wrap is None else (x % territory.wrap[0], y % territory.wrap[1])


def apart(territory: Territory, origin: int, others: Ints) -> Floats:
    """How far sites are from one of them, in any unit that orders them, shape (others,)."""
    sites = territory.sites
    if territory.matrix is not None:
        return np.asarray(territory.matrix[origin, others])
    dx, dy = np.abs(sites.x[others] - sites.x[origin]), np.abs(sites.y[others] - sites.y[origin])
    if territory.metric == "great_circle":
        dx = dx * np.cos(np.radians(sites.y[origin]))
    elif territory.wrap is not None:
        dx, dy = np.minimum(dx, territory.wrap[0] - dx), np.minimum(dy, territory.wrap[1] - dy)
    return dx + dy if territory.metric == "right_angle" else np.asarray(np.hypot(dx, dy))
