"""Small geometry for build_data.py: ellipsoidal areas, TopoJSON, rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from geographiclib.geodesic import Geodesic
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a polygon, multipolygon or collection."""
    return [
        p for part in getattr(shape, "geoms", [shape]) for p in getattr(part, "geoms", [part]) if isinstance(p, Polygon)
    ]


def largest_polygon(shape: BaseGeometry) -> Polygon:
    """The polygon of greatest area in degrees."""
    return max(polygons(shape), key=lambda p: p.area)


def area_km2(shape: BaseGeometry) -> float:
    """Area on the WGS 84 ellipsoid in km2, edges taken as geodesics."""

    def ring(line: Any) -> float:
        sides = Geodesic.WGS84.Polygon()
        for lon, lat in line.coords[:-1]:
            sides.AddPoint(lat, lon)
        return abs(float(sides.Compute()[2])) / 1e6

    return sum(ring(p.exterior) - sum(ring(i) for i in p.interiors) for p in polygons(shape))


def rounded(value: Any, digits: int) -> Any:
    """Nested coordinates with that many decimals."""
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, list | tuple):
        return [rounded(v, digits) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    return value


def decode_topojson(topology: dict[str, Any], layer: str, code: str) -> tuple[BaseGeometry, str]:
    """One object of a quantised TopoJSON layer as a geometry, and its name. Raises ``KeyError`` for an unknown code."""
    found = next((g for g in topology["objects"][layer]["geometries"] if g.get("id") == code), None)
    if found is None:
        raise KeyError(code)
    groups = [found["arcs"]] if found["type"] == "Polygon" else found["arcs"]
    parts = [Polygon(rings[0], rings[1:]) for rings in ([_ring(topology, arcs) for arcs in group] for group in groups)]
    return MultiPolygon(parts).buffer(0), found["properties"]["name"]


def _ring(topology: dict[str, Any], arcs: list[int]) -> list[tuple[float, float]]:
    """Join arcs (delta-coded; ``~i`` is arc ``i`` reversed) into one ring of degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    points: list[tuple[float, float]] = []
    for arc in arcs:
        steps = np.cumsum(np.asarray(topology["arcs"][arc if arc >= 0 else ~arc]), axis=0)
        line = [(float(x * sx + tx), float(y * sy + ty)) for x, y in (steps if arc >= 0 else steps[::-1])]
        points += line[1:] if points else line
    return points
