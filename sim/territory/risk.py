"""Risk tiers of centres: exact shares, clustered round hot communes that stay the same in every replication.
Assumed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.settings.territory import RiskSettings
from sim.streams import Streams
from sim.territory.sites import TIERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LOW, MEDIUM, HIGH = range(len(TIERS))


def assign_tiers(
    commune: Ints, area: Ints, xy: tuple[Floats, Floats], tense: Ints, seed: int, risk: RiskSettings
) -> Ints:
    """Tier codes (centres,) for centres in order of commune code.

    ``commune`` holds the communes' own codes, ``area`` area positions, ``xy`` degrees, ``tense`` the tense area
    positions. The share of each tier is exact (rounded to whole centres); ties go to the lower row. The noise is 1 /
    (1 - u): the chance to pass a threshold t is factor / t, so a centre is high in proportion to its factor.
    """
    codes, first, sizes = np.unique(commune, return_index=True, return_counts=True)
    streams = Streams(seed).each("risk_tiers", codes.tolist())
    draws = [stream.random(size + 1) for stream, size in zip(streams, sizes.tolist(), strict=True)]
    noise = np.concatenate([d[1:] for d in draws])
    score = 1.0 / (1.0 - noise) * np.where(np.isin(area, tense), risk.tense_factor, 1.0)
    lure = np.array([d[0] for d in draws])
    for a in tense:
        here = np.flatnonzero(area == a)
        members = np.flatnonzero(area[first] == a)
        for hot in members[np.argsort(lure[members], kind="stable")][: risk.hot_communes]:
            score[here] *= 1.0 + (risk.hot_factor - 1.0) * _closeness(xy, here, int(first[hot]), risk.hot_radius_km)
    order = np.argsort(-score, kind="stable")
    tiers = np.full(len(commune), LOW, dtype=np.int64)
    high = round(risk.high_share * len(commune))
    tiers[order[: high + round(risk.medium_share * len(commune))]] = MEDIUM
    tiers[order[:high]] = HIGH
    return tiers


def _closeness(xy: tuple[Floats, Floats], here: Ints, heart: int, radius_km: float) -> Floats:
    """exp(-distance / radius) of the centres ``here`` from the centre ``heart``."""
    x, y = xy
    east = (x[here] - x[heart]) * np.cos(np.radians(y[heart]))
    closeness: Floats = np.exp(-111.195 * np.hypot(east, y[here] - y[heart]) / radius_km)
    return closeness
