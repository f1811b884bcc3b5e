"""``pollday results``: what a study holds, told and exported, while it runs, when it is finished, and when it is damaged."""

from __future__ import annotations

import csv
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.cli import compose
from sim.study.identity import make_point
from sim.study.outcome import Outcome
from sim.study.point import run_point
from sim.study.sealed import FILE
from sim.study.store import Store
from tests.cli.conftest import Call

TOWN = ("preset=demo-city", "territory.city.centres=20", "territory.city.offices=80", "territory.city.voters=30000")
OPTIONS = {"as planned": (), "fewer, cars": ("staffing.patrol_cars_factor=0.5",), "reserve": ("dispatch=reserve",)}
DAYS = 3


@pytest.fixture(scope="module")
def runs() -> dict[tuple[str, int], Outcome]:
    """Real runs of three options on the same days."""
    settings = {name: compose([*TOWN, *words]) for name, words in OPTIONS.items()}
    return {(name, day): run_point(settings[name], day) for day in range(DAYS) for name in OPTIONS}


@pytest.fixture
def study(tmp_path: Path, runs: dict[tuple[str, int], Outcome]) -> Path:
    """A study that is half-way: one day of one option failed, and two more days are to come."""
    folder = tmp_path / "cars"
    points = [make_point(name, [*TOWN, *words], compose([*TOWN, *words])) for name, words in OPTIONS.items()]
    about = {"name": "cars", "question": "How many cars?", "baseline": "as planned", "replications": 5}
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        store.manifest(["pollday", "sweep", "study.name=cars"], about)
        for (name, day), outcome in runs.items():
            if (name, day) != ("reserve", 2):
                store.put(next(p.id for p in points if p.name == name), day, outcome, 0.5)
        store.fail(points[2].id, 2, 3, "failed", "MemoryError\nin a worker")
    return folder


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_state_of_a_study_is_told(pollday: Call, study: Path) -> None:
    said = pollday("results", "cars")
    assert said.code == 0 and "cars: 3 options, 8 of 15 runs stored" in said.out and "How many cars?" in said.out
    assert "MemoryError" in said.out and "in a worker" not in said.out and "response_mean (s)" in said.out
    assert pollday("results", f"cars/{FILE}").out == said.out


def test_json_says_the_same_for_programs(pollday: Call, study: Path) -> None:
    data = pollday("results", "cars", "--json").json
    assert {o["option"]: (o["stored"], o["missing"], o["failed"]) for o in data["options"]} == {
        "as planned": (3, 2, 0), "fewer, cars": (3, 2, 0), "reserve": (2, 3, 1),
    }  # fmt: skip
    assert data["failed"][0]["message"] == "MemoryError\nin a worker" and data["failed"][0]["done_since"] is False
    assert data["by"] == "point" and data["sessions"][0]["machine"]["cpu_flags"]


def test_estimates_are_those_of_the_sweep(pollday: Call, study: Path, runs: dict[tuple[str, int], Outcome]) -> None:
    from sim.study.design import Option, Study
    from sim.study.result import StudyResult, compare, table_rows

    names = ["response_mean", "coverage", "compliance_p1_p2", "minutes_lost"]
    options = tuple(Option(name, (), compose([*TOWN, *words])) for name, words in OPTIONS.items())
    kept = {(list(OPTIONS).index(name), day): o for (name, day), o in runs.items() if (name, day) != ("reserve", 2)}
    table = table_rows(compare(StudyResult(Study("cars", "?", options, DAYS, "as planned"), kept), names))
    data = pollday("results", "cars", "--measure", ",".join(names), "--json").json
    shown = {(row["option"], row["measure"]): row for row in data["table"]}
    assert len(shown) == len(table) == 12
    for row in table:
        found = shown[row["option"], row["measure"]]
        assert {key: found[key] for key in row if key in found} == {key: row[key] for key in row if key in found}


def test_rows_by_area_and_force_have_differences_to_the_baseline(pollday: Call, study: Path) -> None:
    for by in ("area", "force"):
        rows = pollday("results", "cars", "--by", by, "--measure", "calm_index", "--json").json["table"]
        assert {row["measure"] for row in rows} == {"calm_index"} and len({row[by] for row in rows}) > 1
        assert all((row["difference"] is None) == (row["option"] == "as planned") for row in rows)
        assert {row["replications"] for row in rows} == {2, 3}


def test_only_the_chosen_options_and_measures_are_told(pollday: Call, study: Path) -> None:
    rows = pollday("results", "cars", "--option", "fewer, cars", "--measure", "coverage", "--json").json["table"]
    assert [(row["option"], row["measure"]) for row in rows] == [("fewer, cars", "coverage")]
    assert rows[0]["difference"] is not None  # the baseline is still compared with


def test_an_export_of_runs_has_everything_exactly(
    pollday: Call, study: Path, tmp_path: Path, runs: dict[tuple[str, int], Outcome]
) -> None:
    assert pollday("results", "cars", "--export", "runs.csv").code == 0
    rows = read_csv(tmp_path / "runs.csv")
    assert [(row["option"], int(row["replication"])) for row in rows] == [
        (name, day) for name in OPTIONS for day in range(DAYS) if (name, day) != ("reserve", 2)
    ]
    for row in rows:
        outcome = runs[row["option"], int(row["replication"])]
        assert {name: float(row[name]) if row[name] else None for name in outcome.scalars} == outcome.scalars
        assert all(row[f"{part}_digest"] == digest for part, digest in outcome.digests.items())
        assert len(row["model"]) == len(row["point"]) == 64 and row["session"] == "1"
    cars = {row["option"]: row["staffing.patrol_cars_factor"] for row in rows}
    assert cars == {"as planned": "1.0", "fewer, cars": "0.5", "reserve": "1.0"}
    assert rows[0]["overrides"] == " ".join(TOWN) and "territory.city.centres" not in rows[0]
    words = {row["name"]: row for row in read_csv(tmp_path / "runs.dictionary.csv")}
    assert set(words) == set(rows[0]) and all(row["unit"] and row["definition"] for row in words.values())
    assert words["response_mean"]["formula"] and words["staffing.patrol_cars_factor"]["unit"] == "factor"
    assert not [row for row in words.values() if "unknown" in row["unit"]]
    assert stat.S_IMODE((tmp_path / "runs.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("by", ["run", "point", "area", "force"])
def test_parquet_holds_the_same_as_csv_and_the_dictionary_in_its_columns(
    pollday: Call, study: Path, tmp_path: Path, by: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for name in ("a.csv", "a.parquet"):
        assert pollday("results", "cars", "--by", by, "--export", name).code == 0
    table = parquet.read_table(tmp_path / "a.parquet")
    rows = read_csv(tmp_path / "a.csv")
    assert table.column_names == list(rows[0])
    written = [{key: "" if cell is None else str(cell) for key, cell in row.items()} for row in table.to_pylist()]
    assert written == rows
    words = {row["name"]: row for row in read_csv(tmp_path / "a.dictionary.csv")}
    for field in table.schema:
        assert field.metadata[b"definition"].decode() == words[field.name]["definition"]
    assert by == "run" or {row["measure"] for row in rows} <= set(words)


def test_parquet_without_pyarrow_is_one_clear_line(
    pollday: Call, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = pollday("results", "cars", "--export", "a.parquet")
    assert said.code == 2 and said.err.count("\n") == 1 and "pip install 'pollday[parquet]'" in said.err
    assert {path.name for path in tmp_path.iterdir()} == {"cars"}


def test_a_sweep_that_is_running_can_be_read_and_exported(pollday: Call, study: Path, runs: dict[Any, Outcome]) -> None:
    with Store.open(study, write=True) as store:
        reserve = store.points()[2]
        store.put(reserve.id, 2, runs["reserve", 2], 0.5)
        data = pollday("results", "cars", "--json", "--export", "runs.csv").json
        assert sum(o["stored"] for o in data["options"]) == 9 and data["failed"][0]["done_since"] is True
        store.put(reserve.id, 3, runs["reserve", 2], 0.5)  # reading has not disturbed the writer


def test_a_damaged_study_is_told_with_what_is_whole(pollday: Call, study: Path) -> None:
    path = study / FILE
    data = bytearray(path.read_bytes())
    with Store.open(study) as store:
        id, digests = store.points()[1].id, dict(store.runs(store.points()[1].id))[1].digests
    place = data.rindex(digests.encode())
    data[place + 5] ^= 1
    path.write_bytes(data)
    said = pollday("results", "cars", "--json")
    assert said.code == 0 and "1 stored run damaged or missing: 'fewer, cars' replication 1" in said.err
    assert {o["option"]: o["stored"] for o in said.json["options"]}["fewer, cars"] == 2 and id
    assert path.read_bytes() == bytes(data)
    path.write_bytes(b"\0" * 4096 + bytes(data[4096:]))
    said = pollday("results", "cars", "--by", "run", "--json")
    assert said.code == 0 and "is damaged: 7 whole runs found" in said.err and len(said.json["table"]) == 7


def test_runs_of_other_model_code_are_named_and_shown_apart(pollday: Call, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.identity.model_hash", lambda: "e" * 64)
    points = [make_point(name, [*TOWN, *words], compose([*TOWN, *words])) for name, words in OPTIONS.items()]
    with Store.open(study, write=True) as store:
        store.add_points(points)
    said = pollday("results", "cars", "--json")
    assert "8 stored runs of 3 options were made with other model code" in said.err
    assert [o["stored"] for o in said.json["options"]] == [0, 0, 0]
    every = pollday("results", "cars", "--all", "--json").json
    assert sorted(o["stored"] for o in every["options"]) == [0, 0, 0, 2, 3, 3]
    assert len({row["point"] for row in every["table"]}) == 6


BAD = {
    "results": "name one study by its folder",
    "results cars two": "name one study by its folder",
    "results card": "no study is stored there (did you mean 'cars'?)",
    "results cars --option plan": "no such option",
    "results cars --measure respons_mean": "did you mean 'response_mean'?",
    "results cars --by area --measure calm_inde": "did you mean 'calm_index'?",
    "results cars --by day": "invalid choice",
    "results cars --export runs.xlsx": "must end in .csv or .parquet",
    "results cars --export gone/runs.csv": "there is no folder gone",
}


@pytest.mark.parametrize("line", BAD)
def test_mistakes_are_told_in_one_line_and_write_nothing(pollday: Call, study: Path, tmp_path: Path, line: str) -> None:
    before = sorted(path.name for path in tmp_path.rglob("*"))
    said = pollday(*line.split())
    assert said.code == 2 and BAD[line] in said.err and said.out == "" and said.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
