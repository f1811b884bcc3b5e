"""The store: every run comes back bit by bit, nothing is mixed, doubled or lost, and one sweep at a time writes."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.study import lock
from sim.study.outcome import Outcome, PlaceFigures
from sim.study.packing import pack, unpack
from sim.study.sealed import FILE, SCHEMA, insert
from sim.study.store import Store
from tests.study.stored import MODEL, complete, fill, outcome, point, same

ROOT = Path(__file__).resolve().parents[2]

# Packing

values = st.none() | st.floats(allow_nan=False)
outcomes = st.builds(
    Outcome,
    scalars=st.dictionaries(st.text(max_size=5), values, max_size=5),
    curves=st.dictionaries(st.text(max_size=5), st.lists(st.floats(), max_size=4).map(np.array).map(lambda a: a.astype(float))),
    digests=st.dictionaries(st.text(max_size=5), st.text("0123456789abcdef", max_size=64), max_size=3),
    places=st.dictionaries(
        st.text(max_size=4),
        st.dictionaries(st.tuples(st.text(max_size=3), st.text(max_size=3)), values).map(PlaceFigures.of),
    ),
)


@given(outcomes)
def test_an_outcome_comes_back_bit_by_bit(given: Outcome) -> None:
    assert same(unpack(pack(given)), given)


def test_no_data_is_none_again_and_infinity_stays() -> None:
    back = unpack(pack(Outcome({"a": None, "b": math.nan, "c": math.inf, "d": -0.0}, {}, {})))
    assert back.scalars["a"] is None and back.scalars["b"] is None and back.scalars["c"] == math.inf
    assert math.copysign(1, back.scalars["d"]) == -1  # type: ignore[arg-type]


def test_equal_outcomes_have_equal_bytes_whichever_process_packs_them() -> None:
    assert pack(outcome("a", 3)) == pack(outcome("a", 3)) != pack(outcome("a", 4))


# Storing and reading again


def test_runs_come_back_after_closing(tmp_path: Path) -> None:
    points = fill(tmp_path / "s")
    with Store.open(tmp_path / "s") as store:
        assert store.points() == points and not store.notes
        assert store.done() == {(p.id, r) for p in points for r in range(5)}
        assert all(same(store.outcome(p.id, r), outcome(p.name, r)) for p in points for r in range(5))


def test_an_outcome_packed_by_the_worker_is_stored_as_one_packed_here(tmp_path: Path) -> None:
    p = point("a")
    with Store.open(tmp_path, write=True) as store:
        store.add_points([p])
        store.put(p.id, 0, pack(outcome("a", 0)), 1.0)
        assert same(store.outcome(p.id, 0), outcome("a", 0))


def test_scalars_are_arrays_by_replication_with_nan_for_what_is_not_there(tmp_path: Path) -> None:
    p, q = point("a"), point("q")
    with Store.open(tmp_path, write=True) as store:
        store.add_points([p, q])
        for replication in (0, 3):
            store.put(p.id, replication, outcome("a", replication), 1.0)
        store.put(p.id, 1, Outcome({"whole": 7.0, "of its own": 1.0}, {}, {}), 1.0)
        found = store.scalars([p.id, q.id], ["whole", "measure_3", "of its own", "unheard of"])
    table = found[p.id]
    assert table.shape == (4, 4) and found[q.id].shape == (0, 4)
    np.testing.assert_array_equal(table[:, 0], [0.0, 7.0, np.nan, 3.0])
    np.testing.assert_array_equal(table[:, 2], [np.nan, 1.0, np.nan, np.nan])
    assert table[3, 1] == outcome("a", 3).scalars["measure_3"] and np.isnan(table[:, 3]).all()


def test_more_replications_and_more_points_use_every_stored_run(tmp_path: Path) -> None:
    points = fill(tmp_path, "ab", 3)
    more = [point("c"), *points]
    with Store.open(tmp_path, write=True) as store:
        store.add_points(more)
        assert complete(store, more, 4) == 3 * 4 - 6
        assert store.points() == more
    assert fill(tmp_path, "ab", 4) == points  # and the study as it was adds nothing
    with Store.open(tmp_path) as store:
        assert store.points() == points and store.points(every=True) == [*points, point("c")]
        assert len(store.done()) == 12


def test_the_same_run_twice_changes_nothing_and_another_result_is_refused(tmp_path: Path) -> None:
    (p,) = fill(tmp_path, "a", 1)
    with Store.open(tmp_path, write=True) as store:
        store.put(p.id, 0, outcome("a", 0), 9.0)
        with pytest.raises(InputError, match="option 'a', replication 0: a second run gave another result"):
            store.put(p.id, 0, outcome("b", 0), 1.0)
        assert same(store.outcome(p.id, 0), outcome("a", 0)) and dict(store.runs(p.id))[0].seconds == 0.5


def test_failed_attempts_are_kept_with_their_message(tmp_path: Path) -> None:
    p = point("a")
    with Store.open(tmp_path, write=True) as store:
        store.add_points([p])
        store.fail(p.id, 4, 1, "lost", "worker died")
        store.fail(p.id, 4, 2, "error", "ValueError: ٣ units\nsecond line")
    with Store.open(tmp_path, write=True) as store:
        store.fail(p.id, 4, 3, "failed", "given up")
    with Store.open(tmp_path) as store:
        assert [(a.replication, a.attempt, a.kind) for a in store.attempts()] == [
            (4, 1, "lost"),
            (4, 2, "error"),
            (4, 3, "failed"),
        ]
        assert store.attempts()[1].message == "ValueError: ٣ units\nsecond line" and store.done() == set()


def test_the_manifest_says_what_ran_where_and_when(tmp_path: Path) -> None:
    fill(tmp_path, "a", 2)
    with Store.open(tmp_path, write=True) as store:
        store.manifest(["pollday", "sweep", "replications=3"])
        complete(store, store.points(), 3)
        first, second = store.manifests()
        assert [run.session for _, run in store.runs(store.points()[0].id)] == [1, 1, 2]
        assert len(store.machines()) == 1
    assert first["command"] == ["pollday", "sweep"] and first["study"]["replications"] == 2
    assert second["models"] == [[MODEL, "2.4.6"]] and second["versions"]["numpy"] == np.__version__
    assert second["machine"]["cpu_flags"] and second["at"] >= first["at"]


def test_runs_of_other_code_or_numpy_are_counted_and_never_mixed(tmp_path: Path) -> None:
    fill(tmp_path, "ab", 3)
    now = [point("a", model="n" * 64), point("b", model="n" * 64, numpy="2.5.0"), point("new", model="n" * 64)]
    with Store.open(tmp_path, write=True) as store:
        assert store.superseded() is None
        store.add_points(now)
        old = store.superseded()
        assert old is not None and (old.options, old.runs) == (2, 6)
        assert (
            str(old)
            == "6 stored runs of 2 options were made with NumPy 2.4.6 and other model code: they are kept apart and run again"
        )
        assert not store.done() & {(p.id, r) for p in now for r in range(3)}
        assert store.scalars([p.id for p in now], ["whole"])[now[0].id].shape == (0, 1)
        complete(store, now[:1], 2)
        old = store.superseded()
        assert old is not None and (old.options, old.runs) == (2, 4)
    fill(tmp_path, "ab", 3)
    with Store.open(tmp_path) as store:
        assert store.superseded() is None and len(store.done()) == 8  # back to the first code: nothing to run


def test_one_run_is_one_transaction(tmp_path: Path) -> None:
    p = point("a")
    with Store.open(tmp_path, write=True) as store, Store.open(tmp_path) as before:
        store.add_points([p])
        store.put(p.id, 0, outcome("a", 0), 1.0)
        with Store.open(tmp_path) as during:
            assert during.done() == {(p.id, 0)} and same(during.outcome(p.id, 0), outcome("a", 0))
            store.put(p.id, 1, outcome("a", 1), 1.0)
            assert during.done() == {(p.id, 0)} and before.done() == set()
            with pytest.raises(KeyError):
                during.outcome(p.id, 1)


def test_a_killed_driver_loses_nothing_that_was_put(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.study.stored import *\n"
        "store = Store.open(Path(sys.argv[1]), write=True); points = [point('a')]\n"
        "store.add_points(points); complete(store, points, 7); os.kill(os.getpid(), 9)\n"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], cwd=ROOT).returncode == -9
    assert (tmp_path / "s" / f"{FILE}-wal").stat().st_size
    with Store.open(tmp_path / "s") as reader:
        assert len(reader.done()) == 7
    with Store.open(tmp_path / "s", write=True) as store:
        assert len(store.done()) == 7 and not store.notes
        assert all(same(store.outcome(store.points()[0].id, r), outcome("a", r)) for r in range(7))


# The lock


HOLD = (
    "import sys; from pathlib import Path; from sim.study.store import Store\n"
    "store = Store.open(Path(sys.argv[1]), write=True); print('held', flush=True); sys.stdin.read()\n"
)


def test_a_second_sweep_is_told_who_holds_the_study_and_readers_are_not(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path / "s")]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(InputError) as error:
            Store.open(tmp_path / "s", write=True)
        text = str(error.value)
        assert f"process {holder.pid} on " in text and "since 20" in text and "pollday" in text and len(text.splitlines()) == 3
        with Store.open(tmp_path / "s") as reader:
            assert reader.done() == set()
        holder.kill()
        holder.wait()
    with Store.open(tmp_path / "s", write=True) as store:  # the lock of a dead process holds nobody up
        assert store.done() == set()


FIFTY = (
    "import os, sys; from pathlib import Path; from sim.study.store import Store; from sim.errors import InputError\n"
    "go, told, over = os.pipe(), os.pipe(), os.pipe()\n"
    "for _ in range(50):\n"
    "    if os.fork(): continue\n"
    "    os.read(go[0], 1)\n"
    "    try: store, line = Store.open(Path(sys.argv[1]), write=True), 'got it'\n"
    "    except InputError as error: store, line = None, str(error).splitlines()[0]\n"
    "    os.write(told[1], f'{os.getpid()} {line}\\n'.encode())\n"
    "    if store: os.read(over[0], 1); store.close()\n"
    "    os._exit(0)\n"
    "os.write(go[1], b'.' * 50)\n"
    "lines = open(told[0])\n"
    "for _ in range(50): print(lines.readline(), end='')\n"
    "os.write(over[1], b'.')\n"
    "for _ in range(50): os.wait()\n"
)


def test_fifty_launches_at_once_leave_one_running_and_tell_the_others_who(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FIFTY, str(tmp_path / "s")], cwd=ROOT, capture_output=True, text=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    (winner,) = [pid for pid, line in said.items() if line == "got it"]
    assert len(said) == 50 and not done.stderr
    assert all(f"in use by process {winner} on" in line for pid, line in said.items() if pid != winner)


def test_a_note_left_by_a_killed_sweep_is_not_taken_for_the_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.1)
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    dead.wait()
    fill(tmp_path, "a", 1)
    note = {"pid": dead.pid, "host": os.uname().nodename, "since": "2020", "command": "old"}
    with Store.open(tmp_path, write=True):
        (tmp_path / "study.holder").write_text(json.dumps(note))
        with pytest.raises(InputError, match="another sweep that has not said who it is"):
            Store.open(tmp_path, write=True)


# Rights, schemas and what is in the way


def test_folder_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    old = os.umask(0)
    try:
        folder.mkdir(mode=0o777)
        with Store.open(folder, write=True) as store:
            p = point("a")
            store.add_points([p])
            store.put(p.id, 0, outcome("a", 0), 1.0)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    finally:
        os.umask(old)
    assert modes.pop("s") == 0o700
    assert modes == dict.fromkeys((FILE, f"{FILE}-wal", f"{FILE}-shm", "study.lock", "study.holder"), 0o600)


def stamp(folder: Path, schema: int) -> None:
    """Make a store say that it has another schema."""
    connection = sqlite3.connect(folder / FILE)
    insert(connection, "about", ("schema", str(schema)))
    connection.execute(f"PRAGMA user_version = {schema}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(("schema", "age"), [(SCHEMA + 1, "newer"), (SCHEMA - 1, "older")])
@pytest.mark.parametrize("write", [True, False])
def test_another_schema_is_named_in_one_line_and_left_alone(tmp_path: Path, schema: int, age: str, write: bool) -> None:
    fill(tmp_path, "a", 2)
    stamp(tmp_path, schema)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(InputError, match=f"{age} pollday \\(schema {schema}, this one reads {SCHEMA}\\)") as error:
        Store.open(tmp_path, write=write)
    assert len(str(error.value).splitlines()) == 1 and (tmp_path / FILE).read_bytes() == before


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.execute("INSERT INTO mine VALUES ('precious')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("kind", ["text", "database", "noise", "folder"])
def test_what_is_not_ours_is_named_and_left_alone(tmp_path: Path, kind: str, write: bool) -> None:
    path = tmp_path / FILE
    if kind == "folder":
        path.mkdir()
    elif kind == "database":
        foreign_database(path)
    else:
        path.write_bytes(b"my notes\n" * 1000 if kind == "text" else np.random.default_rng(1).bytes(50_000))
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(InputError, match=r"folder|no study of pollday") as error:
        Store.open(tmp_path, write=write)
    assert len(str(error.value).splitlines()) <= 3
    assert path.is_dir() if kind == "folder" else path.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} <= {FILE, "study.lock"}


def test_a_file_in_place_of_the_folder_and_a_folder_without_a_study_are_named(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("x")
    for write in (True, False):
        with pytest.raises(InputError):
            Store.open(tmp_path / "s", write=write)
    with pytest.raises(InputError, match="no study is stored here"):
        Store.open(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_an_empty_file_is_a_new_study(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    points = fill(tmp_path, "a", 1)
    with Store.open(tmp_path) as store:
        assert store.done() == {(points[0].id, 0)}


LIMITED = (
    "import resource, sys; from pathlib import Path; from tests.study.stored import *; from sim.errors import InputError\n"
    "folder = Path(sys.argv[1]); points = [point('a')]\n"
    "try:\n"
    "    store = Store.open(folder, write=True)\n"
    "    store.add_points(points)\n"
    "    {limit}\n"
    "    complete(store, points, 400)\n"
    "except InputError as error: print(error); sys.exit(2)\n"
)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))", "the disk refuses to write"),
        ("store._connection.execute('PRAGMA max_page_count = 60')", "the disk is full"),
    ],
)
def test_a_full_disk_is_told_in_three_lines_and_loses_nothing(tmp_path: Path, limit: str, said: str) -> None:
    code = LIMITED.format(limit=limit)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and said in done.stdout and len(done.stdout.splitlines()) <= 3 and not done.stderr
    with Store.open(tmp_path / "s", write=True) as store:
        p = store.points()[0]
        stored = len(store.done())
        assert 3 < stored < 400 and not store.notes
        assert complete(store, [p], 400) == 400 - stored
        assert all(same(store.outcome(p.id, r), outcome("a", r)) for r in range(400))


def test_a_point_that_is_renamed_keeps_its_runs(tmp_path: Path) -> None:
    (p,) = fill(tmp_path, "a", 2)
    with Store.open(tmp_path, write=True) as store:
        store.add_points([replace(p, name="as planned")])
        assert len(store.done()) == 2
    with Store.open(tmp_path) as store:
        assert [known.name for known in store.points()] == ["as planned"]
