"""Many continuations of one day, on as many cores as there are: which core runs which changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from loky import ProcessPoolExecutor

from sim.demand.tape import Tape
from sim.exercise.fork import Changes, Source, changed
from sim.exercise.outlook import Outlook, Rest, rest_of
from sim.processes.simulation import run
from sim.scenario import Scenario

FEW = 6
"""Below so many continuations it takes longer to start processes than to run the days."""


@dataclass(frozen=True, eq=False)
class Work:
    """What a continuation needs: the run's scenario and tape, what its rest is drawn from, and what changes from ``at`` on.

    ``ahead`` is the scenario that follows another plan from then on, if there is one."""

    scenario: Scenario
    tape: Tape
    source: Source
    at: float
    changes: Changes
    ahead: Scenario | None = None

    def run(self, number: int) -> tuple[Rest, Rest]:
        """Continuation ``number`` as it is and with the changes."""
        plain = self.source.tape(self.tape, self.at, number, self.scenario)
        was = rest_of(self.scenario, plain, run(self.scenario, plain), self.at)
        ahead = self.ahead or self.scenario
        if not self.changes and ahead is self.scenario:
            return was, was
        other = changed(plain, self.changes, self.at, ahead)
        return was, rest_of(ahead, other, run(ahead, other), self.at)


_work: Work


def outlook_of(work: Work, count: int, workers: int | None = None) -> Outlook:
    """Run continuations 1 to ``count`` on so many processes (default: one for each core, and none for a few)."""
    wanted = min(workers or (1 if count < FEW else os.cpu_count() or 1), count)
    outlook = Outlook(work.at)
    for number, (was, now) in enumerate(_each(work, count, wanted), 1):
        outlook.plain[number], outlook.changed[number] = was, now
    return outlook


def _each(work: Work, count: int, workers: int) -> Iterator[tuple[Rest, Rest]]:
    numbers = range(1, count + 1)
    if workers == 1:
        yield from map(work.run, numbers)
        return
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(work,)) as pool:
        yield from pool.map(_one, numbers)


def _begin(work: Any) -> None:
    global _work
    _work = work


def _one(number: int) -> tuple[Rest, Rest]:
    return _work.run(number)
