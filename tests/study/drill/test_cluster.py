"""A Dask cluster that already runs, started by the lines of docs/scaling.md: the same table, also from workers with threads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.study.drill.kills import DAYS, ROOT, Sweeper, check_store, results, words

pytest.importorskip("distributed")
PATIENCE = 120.0
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


class Cluster:
    """A scheduler on any free port, with a scheduler file, and workers that are started one by one. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.file, self._folder = folder / "sched.json", folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        begin = time.monotonic()
        while not self.file.exists():
            assert time.monotonic() - begin < PATIENCE
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self._processes):
            process.wait(PATIENCE)

    def _start(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file), *more]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with (self._folder / f"{what}-{len(self._processes)}.log").open("wb") as said:
            process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=said, stderr=said)
        self._processes.append(process)
        return process

    def worker(self, threads: int) -> subprocess.Popen[bytes]:
        """Start a worker with so many threads; it joins when it is ready."""
        return self._start("worker", "--nworkers", "1", "--nthreads", str(threads), "--local-directory", str(self._folder))

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return str(json.loads(self.file.read_text(encoding="utf-8"))["address"])


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path) as started:
        yield started


def test_a_worker_with_threads_gives_the_same_table(sweeper: Sweeper, undisturbed: dict[str, bytes], cluster: Cluster) -> None:
    cluster.worker(threads=3)
    assert sweeper.run(words("threads", DAYS, "engine=dask", f"engine.address={cluster.file}")) == 0, sweeper.said()
    assert results(sweeper.folder / "threads") == undisturbed
    check_store(sweeper.folder / "threads", 2 * DAYS)


def test_workers_that_come_late_and_go_early_change_no_table(
    sweeper: Sweeper, undisturbed: dict[str, bytes], cluster: Cluster
) -> None:
    sweeper.start(words("late", DAYS, "engine=dask", f"engine.address={cluster.address}"))
    first = cluster.worker(threads=1)
    sweeper.wait_for_runs("late", 4)
    cluster.worker(threads=1)
    first.send_signal(signal.SIGTERM)
    assert sweeper.end() == 0, sweeper.said()
    assert results(sweeper.folder / "late") == undisturbed
    check_store(sweeper.folder / "late", 2 * DAYS)


def test_a_scheduler_that_ends_stops_the_sweep_which_goes_on_elsewhere(
    sweeper: Sweeper, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with Cluster(tmp_path) as cluster:
        cluster.worker(threads=1)
        sweeper.start(words("left", DAYS, "engine=dask", f"engine.address={cluster.file}"))
        sweeper.wait_for_runs("left", 2)
    assert sweeper.end() == 1, sweeper.said()
    told = sweeper.said().splitlines()[-2:]
    assert told[0].startswith("the Dask scheduler") and "are kept in" in told[1] and "go on with: " in told[1]
    assert sweeper.run(words("left", DAYS)) == 0 and results(sweeper.folder / "left") == undisturbed
