"""A hundred thousand stored runs: still read, checked and summarised while one waits."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from sim.study.outcome import Outcome
from sim.study.packing import pack
from sim.study.query import by_point
from sim.study.sealed import FILE, insert, transaction
from sim.study.store import Store
from tests.study.stored import outcome, point

POINTS, REPLICATIONS, SCALARS, TOLD = 500, 200, 70, 9


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 500 options x 200 replications with 70 scalars each."""
    folder = tmp_path_factory.mktemp("many")
    points = [point(f"option {i}") for i in range(POINTS)]
    rng = np.random.default_rng(5)
    names = [f"measure_{i}" for i in range(SCALARS)]
    digests = outcome("a", 0).digests
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        store.manifest(["pollday", "sweep"], {"baseline": points[0].name, "replications": REPLICATIONS})
        store.put(points[0].id, 0, Outcome(dict(zip(names, rng.normal(size=SCALARS).tolist())), {}, digests), 1.0)
        connection, (_, first) = store._connection, next(store.runs(points[0].id))
        details = pack(outcome("a", 0)).details
        with transaction(connection):  # as put does, but all at once
            for p in points:
                for replication in range(REPLICATIONS):
                    values = rng.normal(size=SCALARS).astype("<f8").tobytes()
                    insert(connection, "runs", (p.id, replication, *first[:4], values))
                    insert(connection, "details", (p.id, replication, details))
            insert(connection, "about", ("runs", str(POINTS * REPLICATIONS)))
    return folder


def plain_read(folder: Path) -> float:
    """CPU seconds that SQLite takes to hand over every row, which nobody looks at."""
    begin, connection = process_time(), sqlite3.connect(folder / FILE)
    assert sum(1 for _ in connection.execute("SELECT * FROM runs")) == POINTS * REPLICATIONS
    connection.close()
    return process_time() - begin


def load(folder: Path) -> tuple[float, float]:
    """CPU seconds to open a store, every row checked, and to make the table of all options with intervals and differences."""
    begin = process_time()
    with Store.open(folder) as store:
        assert len(store.done()) == POINTS * REPLICATIONS and not store.notes
        opened = process_time()
        points = store.points()
        table = by_point(store, points, store.names()[:TOLD], points[0])
    assert len(table["mean"]) == POINTS * TOLD and set(table["replications"]) == {REPLICATIONS}
    return opened - begin, process_time() - opened


@pytest.mark.slow
def test_a_hundred_thousand_runs_are_read_checked_and_summarised(many: Path) -> None:
    plain = min(plain_read(many) for _ in range(3))
    times = [load(many) for _ in range(3)]
    opened, summarised = min(times, key=sum)
    told = f"{POINTS * REPLICATIONS:,} runs: read {plain:.2f} s, checked {opened:.2f} s, summarised {summarised:.2f} s (CPU)"
    print(told)
    assert opened < 20 * plain and summarised < 20 * plain, told
