"""Run directories: complete or not at all, for the owner only, and read back to the same measures."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.runs import load_run
from tests.cli.conftest import Call


@pytest.fixture
def saved(pollday: Call) -> Path:
    """A run of the demonstration city."""
    data = pollday("run", "--json").json
    assert data["run_directory"] == "runs/demo-city-2017-0"
    return Path(data["run_directory"])


def test_a_run_reads_back_to_the_same_measures(pollday: Call, saved: Path) -> None:
    again = pollday("measures", str(saved), "--internal", "--json").json
    stored = json.loads((saved / "measures.json").read_text(encoding="utf-8"))
    assert again["measures"] == stored
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    assert again["digests"] == manifest["digests"]
    assert manifest["versions"].keys() >= {"python", "numpy", "simpy"} and manifest["machine"]["cpu_flags"]
    assert manifest["config"]["seed"] == 2017 and manifest["command"] == ["run", "--json"]
    assert str(Path.cwd()) not in json.dumps(manifest)


def test_the_trace_reads_back_bit_by_bit(saved: Path) -> None:
    run = load_run(saved)
    stored = np.load(saved / "records.npz")
    assert run.trace.columns()["time"].tobytes() == stored["time"].tobytes()
    assert run.trace.digest() == run.manifest["digests"]["trace"] and run.scenario.digest() == run.manifest["digests"]["scenario"]


def test_only_the_owner_reads_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in saved.rglob("*") if path.is_file()} == {0o600}
    assert [path.name for path in saved.parent.iterdir()] == [saved.name], "no half-written folder is left"


def test_the_same_command_gives_the_same_files(pollday: Call, saved: Path) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir() if path.is_file()}
    assert pollday("run", "--json").code == 0
    assert {path.name: path.read_bytes() for path in saved.iterdir() if path.is_file()} == before


def test_another_configuration_does_not_replace_a_run(pollday: Call, saved: Path) -> None:
    other = pollday("run", "staffing.absence=0.1", "--json").json["run_directory"]
    assert other.startswith("runs/demo-city-2017-0-") and load_run(saved).manifest["set_by_user"] == []
    assert load_run(other).manifest["set_by_user"] == ["staffing.absence=0.1"]


def test_a_foreign_folder_is_not_touched(pollday: Call, saved: Path) -> None:
    (saved / "notes.txt").write_text("mine", encoding="utf-8")
    for words in (("run",), ("run", "--out", str(saved))):
        said = pollday(*words)
        assert said.code == 2 and "notes.txt" in said.err and (saved / "notes.txt").exists()
    Path("other").mkdir()
    Path("other/file").write_text("x", encoding="utf-8")
    assert "holds file" in pollday("run", "--out", "other").err


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _edit(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **values}), encoding="utf-8")


DAMAGE = {
    "records.npz is damaged": lambda run: _cut(run / "records.npz"),
    "tape.npz is missing": lambda run: (run / "tape.npz").unlink(),
    "is no JSON": lambda run: _cut(run / "manifest.json"),
    "schema 'other'": lambda run: _edit(run / "manifest.json", schema="other"),
    "schema version 99": lambda run: _edit(run / "manifest.json", schema_version=99),
    "does not list": lambda run: _edit(run / "manifest.json", files={}),
    "the trace does not give the digest": lambda run: _edit(run / "manifest.json", digests={"scenario": ""}),
    "holds no manifest.json": lambda run: (run / "manifest.json").unlink(),
}


@pytest.mark.parametrize("problem", DAMAGE)
def test_damage_is_one_clear_line(pollday: Call, saved: Path, problem: str) -> None:
    DAMAGE[problem](saved)
    said = pollday("measures", str(saved))
    assert said.code == 2 and len(said.err.splitlines()) == 1 and said.out == ""
    assert problem.replace("the trace", "the scenario") in said.err
    with pytest.raises(InputError):
        load_run(saved)


def test_a_folder_world_keeps_its_names(pollday: Call, market_day: Path) -> None:
    saved = pollday("run", str(market_day), "--json").json["run_directory"]
    run = load_run(saved)
    assert run.names.units == {1: "car 1", 2: "car 2"} and run.manifest["seed"] is None
    assert pollday("measures", saved).code == 0
