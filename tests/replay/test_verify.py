"""``pollday verify``: an untouched run is the same again; whatever was changed, by chance or by hand, is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.replay.verify import differing, verify
from sim.runs import StoredTrace, load_run
from sim.runs.pack import read_arrays, write_arrays
from sim.runs.passport import file_digest
from sim.trace import CODE
from tests.cli.conftest import Call, Said
from tests.replay.days import CITY

Change = Callable[[dict[str, Any]], None]


def rewrite(folder: Path, change: Change) -> None:
    """Change the manifest by hand."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def forge(folder: Path, name: str, change: Change) -> None:
    """Change a table of the trace and make file, digest and count fit, as somebody would who knows how runs are stored."""
    tables = {table: read_arrays(folder / f"{table}.npz") for table in ("records", "legs")}
    change(tables[name])
    write_arrays(folder / f"{name}.npz", tables[name])

    def fit(manifest: dict[str, Any]) -> None:
        manifest["files"][f"{name}.npz"] = file_digest(folder / f"{name}.npz")
        manifest["digests"]["trace"] = StoredTrace(tables["records"], tables["legs"]).digest()
        manifest["counts"][name] = len(next(iter(tables[name].values())))

    rewrite(folder, fit)


def refused(said: Said, *words: str) -> None:
    """One clear line, nothing on standard output, exit code 2."""
    assert said.code == 2 and said.out == ""
    assert said.err.count("\n") == 1 and "Traceback" not in said.err
    assert all(word in said.err for word in words), said.err


def test_a_run_is_the_same_again(pollday: Call, saved: Path) -> None:
    data = pollday("verify", str(saved), "--json").json
    run = load_run(saved)
    assert data["same"] is True and data["differing"] == 0 and data["first_difference"] is None
    assert (data["records"], data["legs"]) == (len(run.trace), len(run.trace.legs()["unit"]))
    assert (data["scenario"], data["tape"], data["made_by"]) == ("settings", "drawn", [])
    assert data["digests"]["again"] == data["digests"]["stored"] == run.manifest["digests"]["trace"]
    said = pollday("verify", str(saved))
    assert said.code == 0 and "the same when run again" in said.out and f"{data['records']:,} records" in said.out


def test_a_tape_from_a_file_and_a_folder_are_taken_as_stored(pollday: Call, market_day: Path) -> None:
    inject = "injects: [{at: 12:00, effect: desk_operators, target: 0, value: 5}]\n"
    Path("more.yaml").write_text(inject, encoding="utf-8")
    merged = pollday("run", *CITY, "--merge", "more.yaml", "--json").json["run_directory"]
    data = pollday("verify", merged, "--json").json
    assert (data["same"], data["scenario"], data["tape"]) == (True, "settings", "stored")
    folder = pollday("run", str(market_day), "--json").json["run_directory"]
    data = pollday("verify", folder, "--json").json
    assert (data["same"], data["scenario"], data["tape"]) == (True, "stored", "stored")
    assert "from a folder" in pollday("verify", folder).out


@pytest.mark.slow
def test_an_exercise_is_the_same_again(pollday: Call) -> None:
    run = pollday("run", "--exercise", "coordinated-disturbance", "--json").json["run_directory"]
    data = pollday("verify", run, "--json").json
    assert (data["same"], data["scenario"], data["tape"]) == (True, "settings", "stored")


def test_a_fork_is_the_same_again(pollday: Call, saved: Path) -> None:
    words = ("--at", "14:30", "--change", "communications_outage.Z1/police=900", "--json")
    fork = pollday("fork", str(saved), *words).json
    assert not fork["same_as_run"]
    data = pollday("verify", fork["files"][0], "--json").json
    assert (data["same"], data["scenario"], data["tape"]) == (True, "settings", "stored")
    assert data["digests"]["again"] == fork["digests"]["trace"]


def test_a_record_that_was_changed_is_named_in_both_versions(pollday: Call, saved: Path) -> None:
    rows: list[int] = []

    def later(columns: dict[str, Any]) -> None:
        row = int(np.flatnonzero(columns["kind"] == CODE["arrived"])[5])
        columns["value"][row] += 7.0
        rows.append(row)

    forge(saved, "records", later)
    said = pollday("verify", str(saved), "--json")
    assert said.code == 1
    first = said.json["first_difference"]
    assert (said.json["differing"], first["table"], first["row"]) == (1, "records", rows[0])
    assert first["stored"]["value"] == first["again"]["value"] + 7.0 and first["again"]["kind"] == "arrived"
    shown = pollday("verify", str(saved))
    assert shown.code == 1 and "NOT the same" in shown.out and shown.out.count("arrived task") == 2


def test_records_that_were_cut_off_are_missed(pollday: Call, saved: Path) -> None:
    def shorten(columns: dict[str, Any]) -> None:
        for name in columns:
            columns[name] = columns[name][:-3]

    forge(saved, "records", shorten)
    data = pollday("verify", str(saved), "--json").json
    assert data["differing"] == 3 and data["first_difference"]["stored"] is None
    assert "stored: there is none" in pollday("verify", str(saved)).out


def test_a_leg_that_was_changed_is_named(pollday: Call, saved: Path) -> None:
    forge(saved, "legs", lambda columns: columns["arrive_at"].__setitem__(4, columns["arrive_at"][4] + 60.0))
    data = pollday("verify", str(saved), "--json").json
    assert data["first_difference"]["table"] == "legs" and data["first_difference"]["row"] == 4
    assert "drives from" in pollday("verify", str(saved)).out


BY_HAND: dict[str, tuple[Change, tuple[str, ...]]] = {
    "another seed": (lambda m: m.update(seed=9), ("seed is 9", "config.seed is 2017")),
    "another seed everywhere": (lambda m: (m.update(seed=9), m["config"].update(seed=9)), ("do not give the", "differ in")),
    "another replication": (lambda m: m.update(replication=3), ("replication is 3",)),
    "more absence": (lambda m: m["config"]["staffing"].update(absence=0.2), ("do not give the scenario", "units")),
    "another rate": (lambda m: m["config"]["demand"].update(rate_factor=0.6), ("do not give the tape", "incidents")),
    "an unknown key": (lambda m: m["config"].update(sead=1), ("sead", "unknown key")),
    "a value out of bounds": (lambda m: m["config"]["staffing"].update(absence=7), ("staffing.absence", "7")),
    "no settings": (lambda m: m.update(config="none"), ("config is no table of settings",)),
    "seed taken out": (lambda m: m.update(seed=None), ("seed is None",)),
    "more units": (lambda m: m["counts"].update(units=1), ("counts.units is 1", "the manifest was changed")),
    "no counts": (lambda m: m.update(counts=None), ("counts.",)),
    "no name": (lambda m: m.pop("name"), ("has no entry 'name'",)),
    "another digest": (lambda m: m["digests"].update(trace="0" * 64), ("the trace does not give the digest",)),
    "another schema": (lambda m: m.update(schema="other"), ("schema 'other'", "pollday-run")),
    "a newer schema": (lambda m: m.update(schema_version=99), ("schema version 99",)),
    "a file from elsewhere": (lambda m: m["files"].update({"../../secret": "0"}), ("not inside the run",)),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_a_manifest_that_was_edited_by_hand_is_refused(pollday: Call, saved: Path, case: str) -> None:
    change, words = BY_HAND[case]
    rewrite(saved, change)
    refused(pollday("verify", str(saved)), *words)


@pytest.mark.parametrize("name", ["records.npz", "legs.npz", "tape.npz", "scenario.json", "names.json"])
def test_a_file_damaged_in_the_middle_or_missing_is_refused(pollday: Call, saved: Path, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (saved / name).write_bytes(content)
    refused(pollday("verify", str(saved)), name, "damaged or was changed")
    (saved / name).write_bytes(content[: len(content) // 2])
    refused(pollday("verify", str(saved)), name, "damaged or was changed")
    (saved / name).unlink()
    refused(pollday("verify", str(saved)), name, "is missing")


ODD: dict[str, tuple[str, Change, str]] = {
    "an unknown kind": ("records", lambda c: c["kind"].__setitem__(9, 999), "row 9 has no known kind"),
    "no time": ("records", lambda c: c["time"].__setitem__(9, np.nan), "row 9 has no known kind or no time"),
    "times out of order": ("records", lambda c: c["time"].__setitem__(-1, -1e6), "not in the order of time"),
    "an unknown purpose": ("legs", lambda c: c["purpose"].__setitem__(2, -4), "row 2 has no known purpose"),
    "a shorter column": ("legs", lambda c: c.update(x1=c["x1"][:-1]), "not equally long"),
    "texts": ("legs", lambda c: c.update(x1=c["x1"].astype(str)), "other things than numbers"),
    "another column": ("records", lambda c: c.update(more=c["time"]), "other columns"),
}


@pytest.mark.parametrize("case", ODD)
def test_a_trace_that_no_run_can_have_written_is_refused(pollday: Call, saved: Path, case: str) -> None:
    name, change, words = ODD[case]
    columns = read_arrays(saved / f"{name}.npz")
    change(columns)
    write_arrays(saved / f"{name}.npz", columns)
    rewrite(saved, lambda m: m["files"].update({f"{name}.npz": file_digest(saved / f"{name}.npz")}))
    refused(pollday("verify", str(saved)), words)


def test_names_that_are_none_are_refused(pollday: Call, saved: Path) -> None:
    (saved / "names.json").write_text("[1]", encoding="utf-8")
    rewrite(saved, lambda m: m["files"].update({"names.json": file_digest(saved / "names.json")}))
    refused(pollday("verify", str(saved)), "names.json")


@pytest.mark.parametrize("words", [[], ["nowhere"], ["."], ["seed=3"], ["one", "two"]])
def test_what_is_no_run_is_refused(pollday: Call, words: list[str]) -> None:
    refused(pollday("verify", *words))


def test_another_version_or_machine_is_noted(pollday: Call, saved: Path) -> None:
    rewrite(saved, lambda m: (m["versions"].update(numpy="1.0"), m["machine"].update(cpu_flags=[])))
    said = pollday("verify", str(saved))
    assert said.code == 0 and "numpy 1.0, now" in said.err and "cpu_flags 0 flags" in said.err
    data = pollday("verify", str(saved), "--json").json
    assert {row["name"] for row in data["made_by"]} == {"numpy", "cpu_flags"}


def test_a_run_of_other_code_says_so(pollday: Call, saved: Path) -> None:
    rewrite(saved, lambda m: (m.update(pollday="0.0.1"), m["config"]["staffing"].update(absence=0.2)))
    refused(pollday("verify", str(saved)), "made by pollday 0.0.1")


def test_nan_is_equal_to_nan_and_rows_beyond_the_shorter_table_differ() -> None:
    one = {"a": np.array([1.0, np.nan, 3.0]), "b": np.array([1, 2, 3])}
    other = {"a": np.array([1.0, np.nan, 4.0, 5.0]), "b": np.array([1, 2, 3, 4])}
    assert differing(one, one).tolist() == []
    assert differing(one, other).tolist() == [2, 3]


def test_a_scenario_is_refused_before_anything_is_run(pollday: Call, saved: Path) -> None:
    rewrite(saved, lambda m: m["config"]["dispatch"].update(policy="nearest"))
    with pytest.raises(InputError, match="they differ in dispatch: the manifest was changed"):
        verify(load_run(saved))
