"""Shipped outlines, for maps and for keeping scattered sites on the right side of a border."""

from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.territory.tables import DATA

OUTLINES = ("dz_wilayas48", "north_africa", "ma_fes")

Ring = NDArray[np.float64]


def load_outline(name: str) -> dict[str, list[Ring]]:
    """Rings by area code; a ring has shape (points, 2), degrees, lon first, and is closed. Outer rings and holes alike.

    ``dz_wilayas48`` is keyed by wilaya code, ``ma_fes`` by zone, ``north_africa`` by ISO country code (``north_africa:LY``
    is one country of it). Raises ``InputError`` for another name.
    """
    file, _, only = name.partition(":")
    shapes = {f["properties"]["code"]: _rings(f["geometry"]) for f in _collection(file)["features"]}
    return {only: shapes[only]} if only else shapes


def outline_names(name: str, language: str) -> dict[str, str]:
    """Names by area code in ``fr``, ``ar`` or ``en``, as far as the outline file has them."""
    return {f["properties"]["code"]: f["properties"].get(f"name_{language}", "") for f in _collection(name)["features"]}


@lru_cache(maxsize=4)
def _collection(name: str) -> dict:  # type: ignore[type-arg]
    if name not in OUTLINES:
        raise InputError(f"outline '{name}' is unknown{nearest(name, OUTLINES)}; known: {', '.join(OUTLINES)}")
    loaded: dict = json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))  # type: ignore[type-arg]
    return loaded


def _rings(geometry: dict) -> list[Ring]:  # type: ignore[type-arg]
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [np.asarray(ring, dtype=np.float64) for part in parts for ring in part]


def inside(rings: list[Ring], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points (n,) lie inside the even-odd area of ``rings``, by counting crossings to the right."""
    start = np.concatenate([r[:-1] for r in rings])
    end = np.concatenate([r[1:] for r in rings])
    (x0, y0), (x1, y1) = start.T, end.T
    spans = (y0 > y[:, None]) != (y1 > y[:, None])
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    crossing = x0 + (y[:, None] - y0) / rise * (x1 - x0)
    odd: NDArray[np.bool_] = (np.count_nonzero(spans & (x[:, None] < crossing), axis=1) % 2).astype(bool)
    return odd
