"""Carry out a study: say what it costs, run what is missing on an engine, and tell how to go on when it ends early."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from sim.commands.board import leading
from sim.commands.progress import Progress, in_words
from sim.commands.stop import EXIT_CODE, asked_to_stop
from sim.commands.sweep_tables import counted, plan_line
from sim.errors import Stopped
from sim.study.design import Study
from sim.study.drive import Interrupted
from sim.study.engines import EngineLost, check_engine, open_engine
from sim.study.files import passport
from sim.study.identity import Point, make_point
from sim.study.inputs import drawn_point, given_keys
from sim.study.launch import Launch, Limit, Run, check_runs, check_time, seconds_left
from sim.study.precision import Verdict
from sim.study.result import StudyResult
from sim.study.rounds import check_precision, most_runs, verdicts
from sim.study.store import Store
from sim.study.task import work

LOST_CODE = 1
"""Exit code when runs failed, or the engine could not go on."""


@dataclass(frozen=True)
class Carried:
    """What a sweep has: the result, how many of its runs were stored before, how many were run now, what failed, and what the
    precision rule says of each option (empty without one). With drawn inputs ``result`` is that of the drawn worlds, and
    ``assumed`` that of the same days with all inputs as assumed."""

    result: StudyResult
    stored: int
    ran: int
    failed: list[dict[str, object]] = field(default_factory=list)
    precision: dict[str, Verdict] = field(default_factory=dict)
    assumed: StudyResult | None = None


def carry_out(study: Study, folder: Path, command: str, yes: bool) -> Carried:
    """Run what is not stored yet and return all that is. ``command`` is what the user types to go on, ``yes`` lifts the limits.

    Raises ``InputError`` for what cannot or may not be begun, and ``Stopped`` after Ctrl-C and for a lost engine; what has
    been run is kept.
    """
    limit = Limit(inf, inf) if yes else Limit(study.limit.runs, study.limit.hours)
    check_precision(study)
    check_runs(most_runs(study), limit)
    points, companions = points_of(study)
    check_engine(study.engine, work)
    with Store.open(folder, write=True) as store:
        store.add_points([*points, *companions])
        launch = Launch(store, [*points, *companions], lambda failed: _wanted(study, points, companions, store, failed))
        todo, stored = launch.missing(), launch.stored()
        _say([*store.notes, *_superseded(store), _plan(study, launch, stored, len(todo))])
        if todo:
            if not study.engine.address:
                check_time(seconds_left(todo, launch.typical(), workers_of(study)), limit)
            store.manifest([command], passport(study))
            _run(study, points, launch, limit, folder, command)
        return _carried(study, points, companions, launch, stored, command)


def points_of(study: Study) -> tuple[list[Point], list[Point]]:
    """The points that a study decides by, and with drawn inputs the same ones with inputs as assumed, beside them."""
    fixed = [make_point(option.name, option.overrides, option.settings) for option in study.options]
    if study.inputs == "fixed":
        return fixed, []
    given = given_keys(word for option in study.options for word in option.overrides)
    return [drawn_point(point, given) for point in fixed], fixed


def _carried(
    study: Study, points: Sequence[Point], companions: Sequence[Point], launch: Launch, stored: int, command: str
) -> Carried:
    """What there is now. Raises ``Stopped`` where every run failed."""
    names = {point.id: point.name for point in (*points, *companions)}
    failed: list[dict[str, object]] = [
        {"option": names[id], "replication": replication, "message": why}
        for (id, replication), why in sorted(launch.failed.items(), key=lambda item: (item[0][1], names[item[0][0]]))
    ]
    result = _collected(study, points, launch)
    if not result.outcomes:
        raise Stopped(LOST_CODE, f"every run failed: {next(iter(launch.failed.values()))}\ntry again with: {command}")
    rule = verdicts(study, points, launch.store, launch.failed) if study.precision else {}
    said = {option.name: rule[point.id] for point, option in zip(points, study.options) if rule}
    assumed = _collected(study, companions, launch) if companions else None
    return Carried(result, stored, launch.ran, failed, said, assumed)


def workers_of(study: Study) -> int:
    """Processes to start on this machine: as many as asked for, or one for each core it may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return study.engine.workers or cores or 1


def _wanted(
    study: Study, points: Sequence[Point], companions: Sequence[Point], store: Store, failed: Collection[Run]
) -> dict[str, int]:
    """Replications of every point; one with inputs as assumed has as many as its companion with inputs drawn."""
    wanted = {id: verdict.replications for id, verdict in verdicts(study, points, store, failed).items()}
    return wanted | {beside.id: wanted[point.id] for point, beside in zip(points, companions)}


def _superseded(store: Store) -> list[str]:
    other = store.superseded()
    return [str(other)] if other else []


def _say(lines: Sequence[str]) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def _plan(study: Study, launch: Launch, stored: int, todo: int) -> str:
    """What is about to run, in one line."""
    cluster = study.engine.address
    line = plan_line(study, f"the workers of {cluster}" if cluster else counted(workers_of(study), "core"))
    if stored:
        line += f"; {stored:,} stored, {todo:,} to do"
    seconds = seconds_left(launch.missing(), launch.typical(), workers_of(study))
    return f"{line}, about {in_words(seconds)}" if todo and seconds and not cluster else line


def _run(study: Study, points: Sequence[Point], launch: Launch, limit: Limit, folder: Path, command: str) -> None:
    """Run what is missing, with a bar and a table on a terminal."""
    names = [option.name for option in study.options]
    baseline = names.index(study.baseline)
    with asked_to_stop() as stopped:
        engine = open_engine(study.engine, work, min(workers_of(study), len(launch.missing())))
        done = False
        try:
            with Progress(sys.stderr, stopped, lambda: leading(launch.store, points, names, baseline)) as progress:
                launch.run(engine, limit, progress)
            done = True
        except Interrupted:
            raise Stopped(EXIT_CODE, f"stopped: {_kept(launch, folder)}; go on with: {command}") from None
        except EngineLost as error:
            raise Stopped(LOST_CODE, f"{error}\n{_kept(launch, folder)}; go on with: {command}") from None
        finally:
            engine.close(at_once=not done)


def _kept(launch: Launch, folder: Path) -> str:
    stored = launch.stored()
    return f"{stored:,} of {counted(stored + len(launch.missing()), 'run')} are kept in {folder}{os.sep}"


def _collected(study: Study, points: Sequence[Point], launch: Launch) -> StudyResult:
    """The outcomes of the replications that are wanted, whatever else is stored."""
    wanted, done = launch.wanted(launch.failed.keys()), launch.store.done()
    result = StudyResult(replace(study, replications=max(wanted.values())))
    for replication in range(result.study.replications):
        for option, point in enumerate(points):
            if replication < wanted[point.id] and (point.id, replication) in done:
                result.outcomes[option, replication] = launch.store.outcome(point.id, replication)
    return result
