"""The tables beside a report: whole, for their owner, without formulas, and no more than readers may see."""

from __future__ import annotations

import csv
import stat
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest

from sim.language import language_of
from sim.measures.collect import INTERNAL_FIGURES
from sim.reports.data import read_report
from sim.reports.tables import write_tables
from sim.study.cells import as_written, inert
from tests.reports.studies import study_of

FORMULA = "=cmd|' /C calc'!A0"
OPTIONS = {"as planned": (), FORMULA: ("staffing.patrol_cars_factor=1.5",), "-3.5": ("staffing.patrol_cars_factor=0.6",)}
_folders = TemporaryDirectory()


@cache
def tables(share: str = "restricted") -> Path:
    """The folder of tables that a report has beside it; the page has tests of its own."""
    study = study_of(Path(_folders.name) / share / "town", OPTIONS, days=4)
    return write(study, share)


def write(study: Path, share: str) -> Path:
    return write_tables(read_report(study, language=language_of("en"), share=share))[0].parent


def table(name: str, share: str = "restricted") -> list[dict[str, str]]:
    with (tables(share) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_are_for_their_owner_only_and_parquet_says_the_same() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet is not installed")
    rows, folder = table("table"), tables()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    read = parquet.read_table(folder / "table.parquet")
    assert read.num_rows == len(rows)
    assert read.column("mean").to_pylist() == [float(row["mean"]) if row["mean"] else None for row in rows]
    assert read.schema.field("mean").metadata[b"definition"]
    assert {option.as_py() for option in read.column("option")} == set(OPTIONS)


def test_no_text_of_any_table_is_a_formula_and_numbers_stay_numbers() -> None:
    for path in tables().glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        for cell in cells:
            if cell.startswith(("=", "@", "\t", "\r", "+", "-")):
                float(cell)
    names = {row["option"] for row in table("table")}
    assert names == {"as planned", "'" + FORMULA, "-3.5"} and {as_written(name) for name in names} == set(OPTIONS)


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@x", "\tx", "\rx", "- 3", "+", "−1", "plain", "-1e3", "+.5"])
def test_an_inert_text_is_read_back_as_it_was(text: str) -> None:
    assert as_written(inert(text)) == text
    assert inert(text) == text or text[0] in "=+-@\t\r"


def test_every_column_and_measure_is_in_the_dictionary() -> None:
    rows = table("table")
    known = {row["name"] for row in table("dictionary")}
    columns: set[str] = set()
    for path in tables().glob("*.csv"):
        if path.stem != "dictionary":
            with path.open(encoding="utf-8", newline="") as file:
                columns |= set(next(csv.reader(file)))
    assert columns | {row["measure"] for row in rows} <= known
    assert all(row["definition"] for row in table("dictionary"))


def test_readers_get_no_single_site_outside_and_the_public_no_area(tmp_path: Path) -> None:
    inside, outside = ({row["measure"] for row in table("table", share)} for share in ("internal", "restricted"))
    assert inside - outside == set(INTERNAL_FIGURES)
    assert not {row["measure"] for row in table("by_area")} & set(INTERNAL_FIGURES)
    study = Path(copytree(tables("internal").parent, tmp_path / "town"))
    left = {path.stem for path in write(study, "public").glob("*.csv")}
    assert left.isdisjoint({"by_area", "by_force", "runs"}) and {"table", "decision", "equity", "curves"} <= left


def test_small_areas_are_for_insiders_only(tmp_path: Path) -> None:
    small = ("preset=demo-city", "territory.city.centres=20", "territory.city.offices=60", "territory.city.voters=30000")
    folder = study_of(tmp_path / "small", words=small, days=3)

    def areas(share: str) -> set[str]:
        path = write(folder, share) / "by_area.csv"
        return set() if not path.exists() else {row["area"] for row in csv.DictReader(path.open(encoding="utf-8"))}

    assert areas("restricted") < areas("internal")
