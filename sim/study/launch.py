"""One start of a study: what is not stored yet is run, round by round, and stored as it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from sim import plugins
from sim.errors import InputError
from sim.study.drive import Drive, Patience
from sim.study.engines import Engine, EngineLost
from sim.study.identity import Point
from sim.study.inputs import config_on
from sim.study.store import Store
from sim.study.task import Reply, Task, own_code

Run = tuple[str, int]
"""Point id and replication."""
Wanted = Callable[[Collection[Run]], Mapping[str, int]]
"""How many replications of each point are wanted in all, by point id, judged by what is stored and by the runs that failed:
asked between rounds, when all that was wanted before has ended."""


class Watcher(Protocol):
    """Who is told how far a launch is."""

    def begin(self, todo: Sequence[Run], typical: Mapping[str, float]) -> None:
        """These runs are next; ``typical``: seconds of a run by point, where known."""

    def done(self, run: Run, seconds: float) -> None:
        """A run ended, well or not, after so many seconds of work."""

    def is_stopped(self) -> bool:
        """Called often: whether to stop."""


@dataclass(frozen=True)
class Limit:
    """What may be begun without asking: ``runs``, and ``hours`` that they will probably take."""

    runs: float
    hours: float


@dataclass
class Launch:
    """What is to be done for a study, and what this start did. ``failed``: message by run."""

    store: Store
    points: Sequence[Point]
    wanted: Wanted
    ran: int = 0
    failed: dict[Run, str] = field(default_factory=dict)

    def missing(self) -> list[Run]:
        """Runs that are wanted, not stored and did not fail in this start: replication by replication, so that paired
        comparisons appear early and what is left costs as much as what is done."""
        ended, wanted = self.store.done() | self.failed.keys(), self.wanted(self.failed.keys())
        return [
            (point.id, replication)
            for replication in range(max(wanted.values(), default=0))
            for point in self.points
            if replication < wanted[point.id] and (point.id, replication) not in ended
        ]

    def stored(self) -> int:
        """Runs that are wanted and stored."""
        done, wanted = self.store.done(), self.wanted(self.failed.keys())
        return sum((point, replication) in done for point, number in wanted.items() for replication in range(number))

    def typical(self) -> dict[str, float]:
        """Median seconds of a stored run by point; points without runs take the median of all. Empty without any run."""
        known = {point.id: [run.seconds for _, run in self.store.runs(point.id)] for point in self.points}
        every = [seconds for times in known.values() for seconds in times]
        return {id: median(times or every) for id, times in known.items()} if every else {}

    def run(self, engine: Engine, limit: Limit, watcher: Watcher) -> None:
        """Run what is missing until nothing more is wanted.

        Where no run of the study is stored yet, one for each worker is done first, so that the time that all will take is
        known. Raises ``InputError`` when that is above the limit, ``Interrupted`` when the watcher says stop, and
        ``EngineLost``.
        """
        drive = self._drive(engine, watcher)
        for todo in self._rounds():
            if not self.typical():
                first = todo[: max(engine.workers, 1)]
                watcher.begin(todo, {})
                drive.run(first)
                todo = todo[len(first) :]
            typical = self.typical()
            check_time(seconds_left(todo, typical, engine.workers), limit)
            watcher.begin(todo, typical)
            drive.run(todo)

    def _rounds(self) -> Iterator[list[Run]]:
        while todo := self.missing():
            yield todo

    def _drive(self, engine: Engine, watcher: Watcher) -> Drive[Run]:
        configs = {point.id: point.config for point in self.points}
        code, own = own_code(), plugins.sources()
        tries: dict[Run, int] = defaultdict(int)
        for attempt in self.store.attempts():
            tries[attempt.point, attempt.replication] = attempt.attempt

        def fail(run: Run, attempts: int, kind: str, message: str) -> None:
            self.failed[run] = message.splitlines()[0]
            self.store.fail(*run, tries[run] + attempts, kind, message)
            watcher.done(run, 0.0)

        def receive(run: Run, reply: Reply) -> None:
            if reply.code != code:
                problem = reply.error or "it has another model code or NumPy; install this version there"
                raise EngineLost(f"the worker on {reply.host} is of no use: {problem}")
            if reply.outcome is None:
                fail(run, 1, "error", f"{reply.error}\n{reply.traceback}".strip())
                return
            self.store.put(*run, reply.outcome, reply.seconds)
            self.ran += 1
            watcher.done(run, reply.seconds)

        return Drive(
            engine,
            lambda run: Task(config_on(configs[run[0]], run[1]), run[1], code, own),
            receive,
            lambda run, attempts, why: fail(run, attempts, "lost", f"ended its worker {attempts} times: {why}"),
            watcher.is_stopped,
            Patience(),
        )


def seconds_left(todo: Sequence[Run], typical: Mapping[str, float], workers: int) -> float | None:
    """Seconds that some runs will probably take on so many workers; None where nothing is known."""
    return sum(typical[point] for point, _ in todo) / max(workers, 1) if typical else None


def check_runs(number: int, limit: Limit) -> None:
    """Refuse more runs than the limit allows. Raises ``InputError``."""
    if number > limit.runs:
        raise InputError(f"{number:,} runs, more than limit.runs={limit.runs:,.0f}\nadd --yes to run them all the same")


def check_time(seconds: float | None, limit: Limit) -> None:
    """Refuse to go on for longer than the limit allows. Raises ``InputError``."""
    if seconds is not None and seconds > limit.hours * 3600:
        raise InputError(
            f"about {seconds / 3600:,.0f} hours to go, more than limit.hours={limit.hours:g}; what has been run is kept\n"
            "add --yes to go on all the same"
        )
