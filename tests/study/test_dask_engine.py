"""A Dask cluster of our own: workers come back whatever becomes of them, or the drive ends; nothing is left on the scheduler."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.study.asked import Engine as EngineSettings
from sim.study.drive import Drive, Interrupted
from sim.study.engines import EngineLost, open_engine
from tests.study import chores

dask: Any = pytest.importorskip("dask")
pytest.importorskip("distributed")
ENDLESS = 120.0
"""Seconds after which a drive that stands still is ended."""
LET_GO = "distributed.deploy.lost-worker-timeout"


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    """One worker."""
    opened = open_engine(EngineSettings(name="dask"), chores.do, 1)
    yield opened
    opened.close(at_once=True)


def run(engine: Any, tasks: list[tuple[str, Any]]) -> list[Any]:
    """Replies to tasks of which none may be given up, in order of arrival."""
    replies: list[Any] = []
    given_up: list[Any] = []
    begin = time.monotonic()
    drive: Drive[tuple[str, Any]] = Drive(
        engine,
        lambda task: task,
        lambda _task, reply: replies.append(reply),
        lambda task, _attempts, _why: given_up.append(task),
        lambda: time.monotonic() - begin > ENDLESS,
    )
    try:
        drive.run(tasks)
    except Interrupted:
        pytest.fail(f"stood still after {len(replies)} of {len(tasks)} tasks, with {engine.workers} workers")
    assert not given_up
    return replies


def test_a_worker_whose_successor_is_slow_to_start_is_not_let_go(engine: Any) -> None:
    """Dask lets go of it after 15 seconds unless told otherwise, and a cluster without workers stands still."""
    assert dask.utils.parse_timedelta(dask.config.get(LET_GO)) > 86400


def test_a_worker_that_dask_has_let_go_is_started_again(engine: Any, tmp_path: Path) -> None:
    with dask.config.set({LET_GO: "1ms"}):
        replies = run(engine, [("die once", str(tmp_path / "mark")), *(("square", n) for n in range(9))])
    assert sorted(map(str, replies)) == sorted(["second time", *(str(n * n) for n in range(9))])


def test_nothing_is_left_on_the_scheduler(engine: Any) -> None:
    assert len(run(engine, [("square", n) for n in range(20)])) == 20
    begin = time.monotonic()
    while engine._cluster.scheduler.tasks and time.monotonic() - begin < ENDLESS:
        time.sleep(0.05)
    assert not engine._cluster.scheduler.tasks


@pytest.mark.slow
def test_a_cluster_on_which_no_worker_can_start_any_more_ends_the_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = open_engine(EngineSettings(name="dask"), chores.do, 1)
    monkeypatch.setattr("sim.study.engines.dask.START_TIME", 3.0)
    with dask.config.set({"distributed.worker.preload": ["no_such_module_of_ours"]}):
        for nanny in list(engine._cluster.workers.values()):
            engine._cluster.sync(nanny.close)
        with pytest.raises(EngineLost, match="no Dask worker has started on this machine for 3 seconds"):
            run(engine, [("square", 1)])
        engine.close(at_once=True)


@pytest.mark.slow
def test_a_machine_on_which_no_worker_can_start_is_told_in_one_line() -> None:
    with (
        dask.config.set({"distributed.worker.preload": ["no_such_module_of_ours"]}),
        pytest.raises(InputError, match="engine=dask: no worker can start on this machine") as caught,
    ):
        open_engine(EngineSettings(name="dask"), chores.do, 1)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("missing", ["dask", "distributed"])
def test_dask_that_is_not_installed_is_named_with_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sim.study.engines.dask", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError) as caught:
        open_engine(EngineSettings(name="dask"), chores.do, 1)
    assert str(caught.value) == f"engine=dask: {missing} is not installed; pip install 'pollday[dask]'"
