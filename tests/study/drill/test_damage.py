"""Random damage to a study's file: every run that is read is exactly what was stored, and the finished table too.

Thirty damages by default; `make drill` runs two hundred of each kind of store.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.sealed import FILE
from sim.study.store import Store
from tests.study.stored import complete, outcome, point, same

ROOT = Path(__file__).resolve().parents[3]
NAMES, REPLICATIONS = "abc", 12
LOG = f"{FILE}-wal"
STORES = {"closed": 1000, "killed": 1000, "killed with half of it in the log": 120}
"""Kinds of store and after how many pages the log is written into the file."""
MAKE = """
import os, sys
from pathlib import Path
from tests.study.stored import Store, outcome, point
store = Store.open(Path(sys.argv[1]), write=True)
store._connection.execute(f"PRAGMA wal_autocheckpoint = {sys.argv[2]}")
points = [point(name) for name in "abc"]
store.add_points(points)
store.manifest(["pollday", "sweep"], {"replications": 12})
store.fail(points[0].id, 3, 1, "lost", "a worker died")
for replication in range(12):
    for p in points:
        store.put(p.id, replication, outcome(p.name, replication, 60, 800 if replication % 2 else 30), 0.5)
store.close() if sys.argv[3] == "closed" else os._exit(9)
"""
Generator = np.random.Generator


@pytest.fixture(scope="module", params=STORES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study, closed or left by a killed sweep."""
    folder = tmp_path_factory.mktemp("whole") / "s"
    words = [str(folder), str(STORES[request.param]), str(request.param)]
    done = subprocess.run([sys.executable, "-c", MAKE, *words], cwd=ROOT)
    assert done.returncode == (0 if request.param == "closed" else 9)
    assert (folder / LOG).exists() == (request.param != "closed")
    return folder


def flip(data: bytearray, rng: Generator) -> None:
    """One bit, anywhere."""
    data[rng.integers(len(data))] ^= 1 << rng.integers(8)


def flip_some(data: bytearray, rng: Generator) -> None:
    for _ in range(rng.integers(2, 20)):
        flip(data, rng)


def flip_head(data: bytearray, rng: Generator) -> None:
    """One bit where it hurts most: the head of the file or of a page."""
    place = int(rng.integers(max(len(data) // 4096, 1))) * 4096 + int(rng.integers(100))
    data[min(place, len(data) - 1)] ^= 1 << rng.integers(8)


def cut(data: bytearray, rng: Generator) -> None:
    del data[rng.integers(len(data)) :]


def zero_page(data: bytearray, rng: Generator) -> None:
    place = int(rng.integers(len(data) // 4096)) * 4096
    data[place : place + 4096] = bytes(4096)


def swap_pages(data: bytearray, rng: Generator) -> None:
    one, other = (int(i) * 4096 for i in rng.integers(len(data) // 4096, size=2))
    data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]


def noise(data: bytearray, rng: Generator) -> None:
    place = int(rng.integers(len(data)))
    data[place : place + 700] = rng.bytes(len(data[place : place + 700]))


DAMAGES: list[Callable[[bytearray, Generator], None]] = [flip, flip_some, flip_head, cut, zero_page, swap_pages, noise]


def damage(folder: Path, seed: int) -> str:
    """Damage the file or its log; returns what was done."""
    rng = np.random.default_rng(seed)
    there = [name for name in (FILE, LOG) if (folder / name).exists() and (folder / name).stat().st_size >= 4096]
    path, how = folder / there[rng.integers(len(there))], DAMAGES[seed % len(DAMAGES)]
    data = bytearray(path.read_bytes())
    how(data, rng)
    path.write_bytes(data)
    return f"{how.__name__} in {path.name}"


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def check_runs(store: Store, heal: bool) -> int:
    """Every run that the store gives out is what was stored; returns how many there are."""
    for id, replication in store.done():
        name = next(p.name for p in map(point, NAMES) if p.id == id)
        made = outcome(name, replication, 60, 800 if replication % 2 else 30)
        table = store.scalars([id], list(made.scalars))[id][replication]
        np.testing.assert_array_equal(table, [np.nan if v is None else v for v in made.scalars.values()])
        try:
            assert same(store.outcome(id, replication), made)
        except InputError as error:
            assert not heal and "damaged" in str(error)
    return len(store.done())


def try_to_read(folder: Path, whole: Path) -> bool:
    """Read a damaged store: what is given out is right, what is missing is said, and nothing is written. Whether it could."""
    before = state(folder)
    try:
        with Store.open(folder) as store:
            runs = check_runs(store, heal=False)
            # A log that breaks off is like a sweep that was stopped earlier: fewer runs, none of them wrong.
            assert runs == 36 or store.notes or (whole / LOG).exists()
            could = True
    except InputError as error:
        assert 1 <= len(str(error).splitlines()) <= 3
        could = False
    assert state(folder) == before
    return could


def heal(folder: Path) -> None:
    """Go on with a damaged study as a sweep does: it ends with every run as undisturbed, and with nothing left to heal."""
    points = [point(name) for name in NAMES]
    with Store.open(folder, write=True) as store:
        check_runs(store, heal=True)
        store.add_points(points)
        done = store.done()
        for replication in range(REPLICATIONS):
            for p in points:
                if (p.id, replication) not in done:
                    store.put(p.id, replication, outcome(p.name, replication, 60, 800 if replication % 2 else 30), 0.5)
        assert check_runs(store, heal=True) == 36
    with Store.open(folder, write=True) as store:
        assert not store.notes and check_runs(store, heal=True) == 36 and complete(store, points, REPLICATIONS) == 0


def drill(whole: Path, folder: Path, seed: int) -> str:
    """One damage, from reading to healing; returns what was done and how it ended."""
    shutil.copytree(whole, folder)
    done = damage(folder, seed)
    could = try_to_read(folder, whole)
    try:
        heal(folder)
    except InputError as error:
        assert "no study of pollday" in str(error) and not could, f"{done} (seed {seed}): {error}"
        return f"{done}: named"
    finally:
        shutil.rmtree(folder)
    return f"{done}: healed"


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_store_is_healed_or_named(whole: Path, tmp_path: Path, seed: int) -> None:
    drill(whole, tmp_path / "s", seed)


@pytest.mark.slow
@pytest.mark.parametrize("begin", range(0, 200, 25))
def test_two_hundred_damages_are_healed_or_named(whole: Path, tmp_path: Path, begin: int) -> None:
    ends = [drill(whole, tmp_path / "s", 1000 + seed) for seed in range(begin, begin + 25)]
    assert sum(end.endswith("healed") for end in ends) >= 20, ends
