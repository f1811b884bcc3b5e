"""The same day up to a moment, and another decision from then on; and how such a day may go on.

A fork is the run's own scenario and tape with more injects, none before the moment. Everything is told again from the beginning,
so that what came before is the run itself, record by record, which is checked. A continuation is the same day up to the moment
whose rest is drawn anew (``sim.demand.continuation``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.build import Place, build_tape
from sim.clock import format_time
from sim.demand.brought import with_brought
from sim.demand.continuation import continued
from sim.demand.edits import without
from sim.demand.injects import in_order
from sim.demand.merge import merge_tapes
from sim.demand.tape import Inject, Tape
from sim.errors import InputError
from sim.measures.day import Recorded
from sim.processes.simulation import run
from sim.runs.load import Run
from sim.scenario import Scenario
from sim.settings import Settings
from sim.streams import Continued, Streams
from sim.trace import Trace


@dataclass(frozen=True)
class Changes:
    """What is otherwise from the moment on: more injects, incidents that do not come, and tapes of what comes besides."""

    injects: tuple[Inject, ...] = ()
    removed: tuple[int, ...] = ()
    merged: tuple[Tape, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.injects or self.removed or self.merged)


def check_moment(scenario: Scenario, at: float) -> None:
    """Raise ``InputError`` for a fork before the day begins or after it has ended."""
    begin, end = scenario.calendar.begin, scenario.calendar.end
    if not begin <= at < end:
        hours = f"from {format_time(begin)}" + (f" to {format_time(end)}" if np.isfinite(end) else " on")
        raise InputError(f"a fork at {format_time(at)} lies outside the day, which lasts {hours}")


def changed(tape: Tape, changes: Changes, at: float, scenario: Scenario, streams: Streams | None = None) -> Tape:
    """The tape with some changes, none of which lies before ``at``. Raises ``InputError`` for one that does."""
    rows = tape.incidents
    for id in changes.removed:
        found = np.flatnonzero(rows.id == id)
        if len(found) and rows.at[found[0]] < at:
            raise InputError(f"remove={id}: the incident came at {format_time(float(rows.at[found[0]]))}, before the fork")
    tape = without(tape, changes.removed) if changes.removed else tape
    for other in changes.merged:
        tape = merge_tapes(tape, other)
    moments = [*(inject.at for inject in changes.injects), *(m for other in changes.merged for m in moments_of(other))]
    if moments and min(moments) < at:
        raise InputError(f"a change at {format_time(min(moments))} lies before the fork at {format_time(at)}")
    if changes.injects:
        used = {inject.id for inject in tape.injects}
        numbered = _numbered(changes.injects, used)
        tape = replace(tape, injects=in_order((*tape.injects, *numbered)))
    return with_brought(tape, scenario.territory, scenario.classes, streams)


def moments_of(tape: Tape) -> Iterator[float]:
    """The moments at which anything of a tape comes."""
    for rows in (tape.incidents, tape.vehicles, tape.warnings, tape.rumours):
        yield from rows.at.tolist()
    yield from (inject.at for inject in tape.injects)
    yield from (rally.start_at for rally in tape.rallies)


def _numbered(injects: Sequence[Inject], used: set[int]) -> Iterator[Inject]:
    """Injects with ids of their own, where they have none."""
    free = (number for number in range(1, 10**6) if number not in used | {inject.id for inject in injects})
    return (inject if inject.id >= 0 else replace(inject, id=next(free)) for inject in injects)


def fork(found: Run, at: float, changes: Changes) -> tuple[Tape, Trace]:
    """The day of a run with changes from ``at`` on.

    Raises ``InputError`` for a moment outside the day, and where the day up to then is not that of the run.
    """
    check_moment(found.scenario, at)
    tape = changed(found.tape, changes, at, found.scenario)
    trace = run(found.scenario, tape)
    if not same_until(found.trace, trace, at):
        if found.scenario.digest() != found.manifest["digests"]["scenario"]:
            raise InputError("the other plan would reach back before the fork: the day up to then would not be that of the run")
        made = found.manifest.get("pollday", "unknown")
        raise InputError(f"{found.folder}: before the fork the day is not that of the run, which was made by pollday {made}")
    return tape, trace


def same_until(one: Recorded, other: Recorded, at: float) -> bool:
    """Whether two traces have the same records before a moment, and the same legs that had begun, bit by bit.

    Records of one instant in areas that have nothing to do with each other may stand in another order, because such areas are
    told one after another up to the next moment that concerns them all, and a decision is one. Causes are compared as records.
    """
    first, second = (_records_before(trace.columns(), at) for trace in (one, other))
    legs, more = (np.sort(_rows(_early(trace.legs(), "depart_at", at))) for trace in (one, other))
    return _equal(first, second) and _equal(legs, more)


def _early(columns: Mapping[str, np.ndarray], moment: str, at: float) -> dict[str, np.ndarray]:
    rows = columns[moment].astype(np.float64) < at
    return {name: column[rows] for name, column in columns.items()}


def _records_before(columns: Mapping[str, np.ndarray], at: float) -> np.ndarray:
    """Records before a moment in an order that says nothing of how they were told, and with the places of their causes in it."""
    early = _early(columns, "time", at)
    cause = early.pop("cause")
    rows = _rows(early)
    order = np.lexsort((rows, early["time"]))
    place = np.full(len(order) + 1, -1)
    place[order] = np.arange(len(order))
    return _rows({"row": rows[order], "cause": place[cause[order]]})


def _rows(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Columns as rows of bytes, which can be sorted and compared; arrays (rows,)."""
    table = np.rec.fromarrays([np.ascontiguousarray(column) for column in columns.values()])
    return np.frombuffer(table.tobytes(), dtype=f"S{table.dtype.itemsize}")


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.tobytes() == other.tobytes()


@dataclass(frozen=True, eq=False)
class Source:
    """What continuations of a run are drawn from: its settings and place, and its tape as it was drawn."""

    settings: Settings
    place: Place
    drawn: Tape

    @classmethod
    def of(cls, found: Run, settings: Settings) -> Source:
        """What continuations of a run with these settings are drawn from."""
        place = Place(found.scenario.territory, found.scenario.calendar)
        return cls(settings, place, build_tape(settings, place))

    def tape(self, tape: Tape, at: float, number: int, scenario: Scenario) -> Tape:
        """Continuation ``number`` (from 1) of a day: ``tape`` up to ``at``, then another draw."""
        streams = Continued(self.settings.seed, self.settings.replication, number)
        return continued(tape, self.drawn, build_tape(self.settings, self.place, streams=streams), at, scenario.classes)
