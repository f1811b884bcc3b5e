"""Engines and the loop over them: every task once, lost workers replaced, the guilty task found, nothing hidden."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.study.asked import Engine as EngineSettings
from sim.study.drive import Drive, Interrupted, Patience
from sim.study.engines import ENGINES, Ended, Engine, EngineLost, open_engine
from tests.study import chores

Chore = tuple[str, Any]


@pytest.fixture(scope="module", params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Two workers of each engine."""
    if request.param == "dask":
        pytest.importorskip("distributed")
    opened = open_engine(EngineSettings(name=request.param), chores.do, 2)
    yield opened
    opened.close(at_once=True)


class Book:
    """What a drive handed over."""

    def __init__(self, engine: Engine, patience: Patience | None = None) -> None:
        self.replies: list[tuple[Chore, Any]] = []
        self.given_up: dict[Chore, tuple[int, str]] = {}
        self.stop_after = 10**9
        self.drive: Drive[Chore] = Drive(
            engine,
            lambda task: task,
            lambda task, reply: self.replies.append((task, reply)),
            lambda task, attempts, why: self.given_up.update({task: (attempts, why)}),
            lambda: len(self.replies) >= self.stop_after,
            patience,
        )


def test_every_task_is_received_once(engine: Engine) -> None:
    book = Book(engine)
    book.drive.run([("square", n) for n in range(40)])
    assert sorted(reply for _, reply in book.replies) == [n * n for n in range(40)] and not book.given_up


def test_tasks_run_in_other_processes_as_many_as_asked_for(engine: Engine) -> None:
    book = Book(engine)
    book.drive.run([("pid", n) for n in range(40)])
    assert os.getpid() not in {reply for _, reply in book.replies} and engine.workers == 2


def test_a_task_whose_worker_died_once_is_done_again(engine: Engine, tmp_path: Path) -> None:
    book, killer = Book(engine), ("die once", str(tmp_path / "mark"))
    book.drive.run([("square", 1), killer, ("square", 2), ("square", 3)])
    assert dict(book.replies)[killer] == "second time" and len(book.replies) == 4 and not book.given_up


@pytest.mark.slow
def test_a_task_that_ends_every_worker_is_given_up_and_its_neighbours_are_not(engine: Engine) -> None:
    book = Book(engine)
    book.drive.run([("square", 1), ("die", "a"), ("square", 2), ("die", "b"), *(("square", n) for n in range(3, 9))])
    assert set(book.given_up) == {("die", "a"), ("die", "b")}
    assert Counter(task for task, _ in book.replies) == Counter(("square", n) for n in range(1, 9))
    attempts, why = book.given_up["die", "a"]
    assert attempts >= 3 and ("died" in why or "terminated" in why) and "\n" not in why


def test_a_stop_keeps_what_has_arrived_and_leaves_the_rest(engine: Engine) -> None:
    book = Book(engine)
    book.stop_after = 5
    with pytest.raises(Interrupted):
        book.drive.run([("square", n) for n in range(500)])
    assert 5 <= len(book.replies) <= 20 and len(set(book.replies)) == len(book.replies)


def test_a_function_that_cannot_be_called_ends_the_drive_with_its_words(engine: Engine) -> None:
    with pytest.raises(EngineLost, match="ValueError: no way"):
        Book(engine).drive.run([("fail", "no way")])


def test_a_working_engine_finds_nothing_wrong_with_itself(engine: Engine) -> None:
    assert engine.check() == ""


@pytest.mark.slow
def test_a_task_that_hangs_is_noticed_and_its_neighbours_are_done(engine: Engine) -> None:
    book = Book(engine, Patience(factor=10.0, extra=15.0, first=60.0))
    book.drive.run([("square", 1), ("sleep", 0), *(("square", n) for n in range(2, 9))])
    assert book.given_up == {("sleep", 0): (3, "no result for too long")}
    assert sorted(reply for _, reply in book.replies) == [n * n for n in range(1, 9)]


def test_how_long_a_task_may_take_follows_the_median_of_those_before() -> None:
    patience = Patience()
    assert patience.limit([]) == patience.first and patience.limit([1.0, 2.0, 30.0]) == 80.0


def test_an_engine_for_one_machine_takes_no_address() -> None:
    with pytest.raises(InputError, match="engine=dask"):
        open_engine(EngineSettings(name="loky", address="tcp://somewhere:8786"), chores.do, 2)


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.study.engines.dask.CONNECT_TIME", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler answers") as caught:
        open_engine(EngineSettings(name="dask", address="tcp://127.0.0.1:9"), chores.do, 2)
    assert len(str(caught.value).splitlines()) <= 3
    with pytest.raises(InputError, match=r"no such scheduler file"):
        open_engine(EngineSettings(name="dask", address="scheduler.json"), chores.do, 2)


class Frozen:
    """An engine of two workers on which nothing ever ends unless it is told to; for the order of things alone."""

    workers = 2

    def __init__(self) -> None:
        self.sent: list[Chore] = []
        self.killed: list[int] = []
        self.ended: list[Ended] = []

    def submit(self, number: int, task: Chore) -> None:
        self.sent.append(task)

    def wait(self, timeout: float) -> list[Ended]:
        ended, self.ended = self.ended, []
        return ended

    def kill(self, number: int) -> None:
        self.killed.append(number)

    def check(self) -> str:
        return "no memory"

    def close(self, at_once: bool = False) -> None:
        pass


def _steps(engine: Frozen, most: int) -> tuple[Drive[Chore], list[Chore]]:
    """A drive that stops after so many looks, with a clock that ticks half a second, and what it gave up."""
    looks, ticks = count(), count()
    given_up: list[Chore] = []
    drive: Drive[Chore] = Drive(
        engine,
        lambda task: task,
        lambda _task, _reply: None,
        lambda task, _attempts, _why: given_up.append(task),
        lambda: next(looks) >= most,
        Patience(first=4.0),
        lambda: next(ticks) / 2,
    )
    return drive, given_up


def test_no_more_than_a_window_is_in_flight_and_only_running_tasks_can_hang() -> None:
    engine = Frozen()
    drive, _ = _steps(engine, 20)
    with pytest.raises(Interrupted):
        drive.run([("task", n) for n in range(50)])
    assert engine.sent == [("task", n) for n in range(6)]
    assert len(engine.killed) == 2 and engine.killed[1] == engine.killed[0] + 1


def test_an_engine_on_which_nothing_can_run_is_told_apart_from_a_guilty_task() -> None:
    engine = Frozen()
    drive, given_up = _steps(engine, 20)
    engine.submit = lambda number, _task: engine.ended.append(Ended(number, died="out of memory"))  # type: ignore[method-assign]
    with pytest.raises(EngineLost, match="no worker can start: no memory"):
        drive.run([("task", 0)])
    assert given_up == []


def test_a_worker_watches_its_driver_before_it_has_loaded_the_model() -> None:
    """Until then a worker would outlive a driver that is killed."""
    heavy = "import sys, sim.study.engines.worker; print({'numpy', 'scipy', 'simpy', 'pydantic'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
