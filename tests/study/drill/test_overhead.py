"""What the driver costs (little more than handing tasks to a pool and storing what comes back), and what a second worker gains.

Both need the machine for themselves, so `make drill` runs this file after the others."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import wait
from pathlib import Path

import pytest
from loky import get_reusable_executor

from sim.study.asked import Engine
from sim.study.engines import open_engine
from sim.study.launch import Launch, Limit, Run
from sim.study.store import Store
from sim.study.task import Task
from tests.study import chores, stored
from tests.study.drill.kills import ROOT

OPTIONS, DAYS, TURNS = "abcd", 100, 3
NATIONAL_DAYS = 3
log = logging.getLogger(__name__)
pytestmark = pytest.mark.slow


class Nobody:
    """Whom nothing of a launch interests."""

    def begin(self, todo: Sequence[Run], typical: Mapping[str, float]) -> None: ...

    def done(self, run: Run, seconds: float) -> None: ...

    def is_stopped(self) -> bool:
        return False


def _launch(folder: Path) -> None:
    points = [stored.point(name) for name in OPTIONS]
    engine = open_engine(Engine(), chores.nothing, 2)
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        Launch(store, points, lambda _failed: {point.id: DAYS for point in points}).run(engine, Limit(1e9, 1e9), Nobody())
    engine.close()


def _by_hand(folder: Path) -> None:
    """The same tasks by the same pool in the same window, stored alike, without watching anything."""
    points = [stored.point(name) for name in OPTIONS]
    pool = get_reusable_executor(2, reuse=True)
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        tasks = [(point, day) for day in range(DAYS) for point in points]
        for begin in range(0, len(tasks), 6):
            window = {pool.submit(chores.nothing, Task(p.config, day, "")): (p.id, day) for p, day in tasks[begin : begin + 6]}
            wait(window)
            for future, (id, day) in window.items():
                reply = future.result()
                assert reply.outcome is not None
                store.put(id, day, reply.outcome, reply.seconds)


def _cpu_time(what: Callable[[Path], None], folder: Path) -> float:
    begin = time.process_time()
    what(folder)
    return (time.process_time() - begin) / (len(OPTIONS) * DAYS)


def test_the_loop_costs_little_more_than_the_pool_and_the_store(tmp_path: Path) -> None:
    """At most 1 ms a task is asked: three times what pool and store take here by themselves. The bound is stricter than that."""
    _launch(tmp_path / "warm")
    pairs = [(_cpu_time(_launch, tmp_path / f"a{n}"), _cpu_time(_by_hand, tmp_path / f"b{n}")) for n in range(TURNS)]
    log.info("CPU of the driver: %s ms a task; by hand %s ms", *([round(1e3 * x, 2) for x in side] for side in zip(*pairs)))
    assert min(ours / bare for ours, bare in pairs) < 2.0


def _wall_time(folder: Path, workers: int) -> float:
    """Seconds that the default study of the nation takes with so many workers."""
    command = [sys.executable, "-m", "sim", "sweep", f"replications={NATIONAL_DAYS}", f"engine.workers={workers}", "--no-report"]
    begin = time.monotonic()
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    return time.monotonic() - begin


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core: two workers cannot be faster than one")
def test_two_workers_are_nearly_twice_as_fast_as_one_on_the_default_study(tmp_path: Path) -> None:
    """1.7 is asked of a quiet machine; the bound leaves room for one that does other things too."""
    for name in ("two", "one"):
        (tmp_path / name).mkdir()
    two, one = _wall_time(tmp_path / "two", 2), _wall_time(tmp_path / "one", 1)
    log.info("the default study, %d days: %.1f s with one worker, %.1f s with two: %.2fx", NATIONAL_DAYS, one, two, one / two)
    assert one / two > 1.4
