"""The shipped tables: communes of Algeria, borders of wilayas, further settlements."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

DATA: Traversable = files("sim.data")
COLUMNS = (
    "ons_code",
    "wilaya48",
    "wilaya48_name_fr",
    "wilaya48_name_ar",
    "name_fr",
    "population",
    "area_km2",
    "lon",
    "lat",
)


TOWN_COLUMNS = (
    *("code", "area", "area_en", "area_fr", "area_ar", "name_en", "population", "area_km2", "lon", "lat"),
)
TownAreas = dict[str, tuple[str, ...]]
"""Names of the areas by language."""


@dataclass(frozen=True, eq=False)
class Communes:
    """Communes in order of their code; arrays of shape (communes,).

    ``wilaya`` is a position in ``wilaya_codes``; ``extra`` maps a position to further settlements (lon, lat).
    """

    code: NDArray[np.int64]
    name: tuple[str, ...]
    wilaya: NDArray[np.int64]
    population: NDArray[np.float64]
    area_km2: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    wilaya_codes: tuple[str, ...]
    wilaya_fr: tuple[str, ...]
    wilaya_ar: tuple[str, ...]
    extra: dict[int, tuple[tuple[float, float], ...]]

    def __len__(self) -> int:
        return len(self.code)


def read_rows(source: Traversable | Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV with header; raises ``InputError`` when a column is missing."""
    reader = csv.DictReader(source.read_text(encoding="utf-8-sig").splitlines())
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{source.name}: no column '{missing[0]}'; needed are {', '.join(columns)}")
    return list(reader)


def load_communes(source: Path | None = None) -> Communes:
    """The shipped communes of Algeria, or those of another table of the same columns; the order of rows does not
    matter.

    Raises ``InputError`` for a missing column, a repeated code or a value that is no number.
    """
    table = source or DATA / "dz_communes.csv"
    rows = sorted(read_rows(table, COLUMNS), key=lambda r: r["ons_code"])
    twice = [code for code, n in Counter(r["ons_code"] for r in rows).items() if n > 1]
    if twice:
        raise InputError(f"{table.name}: ons_code {twice[0]} is there twice; codes must be unique")
    wilayas = {r["wilaya48"]: r for r in rows}
    codes = tuple(sorted(wilayas))
    place = {code: i for i, code in enumerate(codes)}
    number = {c: _numbers(table.name, rows, c) for c in ("ons_code", "population", "area_km2", "lon", "lat")}
    code = number["ons_code"].astype(np.int64)
    return Communes(
        code=code,
        name=tuple(r["name_fr"] for r in rows),
        wilaya=np.array([place[r["wilaya48"]] for r in rows], dtype=np.int64),
        population=number["population"],
        area_km2=number["area_km2"],
        lon=number["lon"],
        lat=number["lat"],
        wilaya_codes=codes,
        wilaya_fr=tuple(wilayas[c]["wilaya48_name_fr"] for c in codes),
        wilaya_ar=tuple(wilayas[c]["wilaya48_name_ar"] for c in codes),
        extra=_further_settlements(code),
    )


def load_towns(name: str) -> tuple[Communes, TownAreas]:
    """A shipped table of towns, as communes whose ``wilaya`` is the area, and the areas' names by language.

    Areas keep the order of the table. Raises ``InputError`` for a missing column or a value that is no number.
    """
    rows = read_rows(DATA / name, TOWN_COLUMNS)
    areas = {r["area"]: r for r in rows}
    names = {language: tuple(r[f"area_{language}"] for r in areas.values()) for language in ("fr", "ar", "en")}
    number = {c: _numbers(name, rows, c, "code") for c in ("code", "population", "area_km2", "lon", "lat")}
    towns = Communes(
        code=number["code"].astype(np.int64),
        name=tuple(r["name_en"] for r in rows),
        wilaya=np.array([list(areas).index(r["area"]) for r in rows], dtype=np.int64),
        population=number["population"],
        area_km2=number["area_km2"],
        lon=number["lon"],
        lat=number["lat"],
        wilaya_codes=tuple(areas),
        wilaya_fr=names["fr"],
        wilaya_ar=names["ar"],
        extra={},
    )
    return towns, names


def _numbers(table: str, rows: list[dict[str, str]], column: str, key: str = "ons_code") -> NDArray[np.float64]:
    """One numeric column; raises ``InputError`` naming the row of the first bad value."""
    values = np.empty(len(rows))
    for i, row in enumerate(rows):
        try:
            values[i] = float(row[column])
        except ValueError:
            raise InputError(f"{table}: {key} {row[key]}: {column} '{row[column]}' is not a number") from None
    return values


def _further_settlements(codes: NDArray[np.int64]) -> dict[int, tuple[tuple[float, float], ...]]:
    """Settlements beyond the town point (rank 2 and up), by commune position."""
    rows = read_rows(DATA / "dz_town_points.csv", ("ons_code", "rank", "lon", "lat"))
    position = {int(code): i for i, code in enumerate(codes)}
    found: dict[int, tuple[tuple[float, float], ...]] = {}
    for row in sorted((r for r in rows if r["rank"] != "1"), key=lambda r: (r["ons_code"], r["rank"])):
        i = position.get(int(row["ons_code"]))
        if i is not None:
            found[i] = (*found.get(i, ()), (float(row["lon"]), float(row["lat"])))
    return found


def load_borders() -> set[tuple[str, str]]:
    """Pairs of wilaya codes that share a border, both ways round."""
    rows = read_rows(DATA / "dz_neighbours.csv", ("wilaya", "neighbour"))
    return {(r["wilaya"], r["neighbour"]) for r in rows}
