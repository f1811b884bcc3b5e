"""The store of one study: every run that was ever done for it, each either exactly as it was or known to be damaged.

One SQLite file in the study's folder. The driver is the only writer and holds the study's lock; anybody may read at the
same time and sees the runs stored up to then.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.runs.passport import machine, package_version, versions
from sim.study.contents import Attempt, Contents, Run, layout_id
from sim.study.identity import Point
from sim.study.lock import StudyLock
from sim.study.opening import Opened, open_to_read, open_to_write, shut
from sim.study.outcome import Floats, Outcome
from sim.study.packing import FLOAT, Packed, pack, unpack
from sim.study.sealed import FILE, checked, in_words, insert, transaction


@dataclass(frozen=True)
class Superseded:
    """Runs of the study's options that other model code or another NumPy made: kept, never mixed in."""

    options: int
    runs: int
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        why = " and ".join(self.reasons)
        return f"{self.runs} stored runs of {self.options} options were made with {why}: they are kept apart and run again"


class Store:
    """The stored runs of one study. Made by ``Store.open``; a context manager that closes it.

    ``notes``: what was found damaged on opening and what became of it, a line each; empty when all is well.
    """

    def __init__(self, folder: Path, opened: Opened, lock: StudyLock | None) -> None:
        self.folder, self.notes = folder, opened.notes
        self._file, self._connection, self._contents, self._lock = folder / FILE, opened.connection, opened.contents, lock
        self._session = 0
        self._layouts: dict[str, dict[str, list[str]]] = {}

    @classmethod
    def open(cls, folder: Path, write: bool = False) -> Store:
        """Open the store in a study's folder.

        With ``write`` folder and file are made where they are missing, for their owner only, the lock is taken and damage is
        healed; else nothing is changed. Raises ``InputError`` where another sweep holds the study, where the file is no
        study or of another schema, and where it cannot be read or written.
        """
        path = folder / FILE
        with in_words(path):
            if not write:
                return cls(folder, open_to_read(path), None)
            _own_folder(folder)
            lock = StudyLock(folder)
            lock.acquire()
            try:
                opened = open_to_write(path)
                if path.stat().st_mode & 0o077:
                    path.chmod(0o600)
                return cls(folder, opened, lock)
            except BaseException:
                lock.release()
                raise

    def close(self) -> None:
        """Close the file and give the lock back."""
        if self._lock is None:
            self._connection.close()
            return
        try:
            shut(self._connection)
        finally:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # What is to be run

    def add_points(self, points: Sequence[Point]) -> None:
        """Make these the points of the study, in this order. Points of earlier studies in the folder keep their runs."""
        places = dict.fromkeys(self._contents.points, -1) | {point.id: place for place, point in enumerate(points)}
        known = self._contents.points | {point.id: point for point in points}
        changed = [
            id for id in places if (places[id], known[id]) != (self._contents.places.get(id), self._contents.points.get(id))
        ]
        with in_words(self._file), transaction(self._connection):
            for id in changed:
                point = known[id]
                row = (point.name, json.dumps(point.overrides, ensure_ascii=False), point.config, point.model, point.numpy)
                insert(self._connection, "points", (id, places[id], *row))
            self._count(points=len(known))
        self._contents.points, self._contents.places = known, places

    def points(self, every: bool = False) -> list[Point]:
        """The study's points in order; with ``every`` also those that an earlier start of the study had."""
        known = self._contents.points
        current = self._contents.current
        others = sorted(known.keys() - set(current), key=lambda id: (known[id].name, id)) if every else []
        return [known[id] for id in [*current, *others]]

    def done(self) -> set[tuple[str, int]]:
        """(point id, replication) of every run that is stored and whole."""
        return {(point, replication) for point, runs in self._contents.runs.items() for replication in runs}

    def superseded(self) -> Superseded | None:
        """Runs of the present options under other code or another NumPy, as far as they are not done anew; None for none."""
        points = {point.settings: point for point in self.points()}
        runs: set[tuple[str, int]] = set()
        reasons: set[str] = set()
        for old in self._contents.points.values():
            now = points.get(old.settings)
            if now is None or now.id == old.id:
                continue
            again = self._contents.runs.get(old.id, {}).keys() - self._contents.runs.get(now.id, {}).keys()
            runs |= {(now.id, replication) for replication in again}
            if again:
                reasons |= {"other model code"} if old.model != now.model else set()
                reasons |= {f"NumPy {old.numpy}"} if old.numpy != now.numpy else set()
        return Superseded(len({id for id, _ in runs}), len(runs), tuple(sorted(reasons))) if runs else None

    # What was run

    def put(self, point: str, replication: int, outcome: Outcome | Packed, seconds: float) -> None:
        """Store one run in one transaction. The same run a second time changes nothing.

        Raises ``InputError`` where it differs from the one stored, and where the disk refuses.
        """
        replication = int(replication)
        packed = outcome if isinstance(outcome, Packed) else pack(outcome)
        run = Run(layout_id(packed.layout), self._session, float(seconds), packed.digests, packed.scalars)
        name = self._contents.points[point].name
        known = self._contents.runs.setdefault(point, {}).get(replication)
        if known is not None:
            if (known.layout, known.digests, known.scalars) != (run.layout, run.digests, run.scalars):
                raise InputError(
                    f"option '{name}', replication {replication}: a second run gave another result than the stored one\n"
                    "the workers differ in machine type, packages or code; nothing was overwritten"
                )
            return
        with in_words(self._file), transaction(self._connection):
            if run.layout not in self._contents.layouts:
                for copy in (0, 1):
                    insert(self._connection, "layouts", (run.layout, copy, packed.layout))
            insert(self._connection, "runs", (point, replication, *run))
            insert(self._connection, "details", (point, replication, packed.details))
            self._count(runs=self._contents.count("runs") + 1)
        self._contents.layouts.setdefault(run.layout, dict.fromkeys((0, 1), packed.layout))
        self._contents.runs[point][replication] = run

    def fail(self, point: str, replication: int, attempt: int, kind: str, message: str) -> None:
        """Store one attempt that failed."""
        failed = Attempt(point, replication, attempt, kind, message, _now())
        number = max(self._contents.attempts, default=0) + 1
        with in_words(self._file), transaction(self._connection):
            insert(self._connection, "attempts", (number, point, replication, attempt, kind, message, failed.at))
            self._count(attempts=len(self._contents.attempts) + 1)
        self._contents.attempts[number] = failed

    def attempts(self) -> list[Attempt]:
        """Every attempt that failed, in the order of happening."""
        return [self._contents.attempts[number] for number in sorted(self._contents.attempts)]

    def manifest(self, command: Sequence[str] = (), study: Mapping[str, Any] | None = None) -> None:
        """Store what is about to run and where: command, study, versions, machine with its CPU flags, and when.

        Runs put from now on refer to it.
        """
        number = max(self._contents.sessions, default=0) + 1
        models = sorted({(point.model, point.numpy) for point in self.points()})
        about = {"session": number, "at": _now(), "command": list(command), "study": dict(study or {}), "models": models}
        about |= {"pollday": package_version(), "versions": versions(), "machine": machine()}
        text = json.dumps(about, ensure_ascii=False)
        with in_words(self._file), transaction(self._connection):
            insert(self._connection, "sessions", (number, text))
            self._count(sessions=len(self._contents.sessions) + 1)
        self._contents.sessions[number], self._session = text, number

    def manifests(self) -> list[dict[str, Any]]:
        """Every manifest, in order; runs name theirs by ``session``."""
        return [json.loads(self._contents.sessions[number]) for number in sorted(self._contents.sessions)]

    def machines(self) -> list[str]:
        """Kinds of machine and versions that the present points' runs come from; more than one: digits may differ."""
        used = {run.session for id in self._contents.current for run in self._contents.runs.get(id, {}).values()}
        kinds = {m["session"]: json.dumps([m["machine"], m["versions"]], sort_keys=True) for m in self.manifests()}
        return sorted({kinds[session] for session in used if session in kinds})

    def _count(self, **counts: int) -> None:
        for table, number in counts.items():
            insert(self._connection, "about", (table, str(number)))

    # Reading results

    def runs(self, point: str) -> Iterator[tuple[int, Run]]:
        """Replication and stored run of a point, in the order of replications."""
        return iter(sorted(self._contents.runs.get(point, {}).items()))

    def names(self, points: Iterable[str] | None = None) -> list[str]:
        """Names of all scalars that runs of these points (all of them) have."""
        ids = self._contents.runs if points is None else points
        layouts = dict.fromkeys(run.layout for id in ids for run in self._contents.runs.get(id, {}).values())
        return list(dict.fromkeys(name for layout in layouts for name in self.layout(layout)["scalars"]))

    def layout(self, layout: str) -> dict[str, list[str]]:
        """Names of the scalars and digests of runs with this layout."""
        if layout not in self._layouts:
            self._layouts[layout] = json.loads(_text(self._contents, layout))
        return self._layouts[layout]

    def scalars(self, points: Iterable[str], measures: Sequence[str]) -> dict[str, Floats]:
        """Scalars by point as arrays of shape (replications, measures): row r is replication r, up to the last one stored.

        NaN stands for no data and for a replication that is not stored; ``done`` tells them apart.
        """
        return {point: self._array(self._contents.runs.get(point, {}), measures) for point in points}

    def _array(self, runs: Mapping[int, Run], measures: Sequence[str]) -> Floats:
        table = np.full((max(runs, default=-1) + 1, len(measures)), nan)
        for layout in dict.fromkeys(run.layout for run in runs.values()):
            names = self.layout(layout)["scalars"]
            mine = [(replication, run.scalars) for replication, run in runs.items() if run.layout == layout]
            values = np.frombuffer(b"".join(blob for _, blob in mine), FLOAT).reshape(len(mine), len(names))
            rows = np.array([replication for replication, _ in mine])
            for column, measure in enumerate(measures):
                if measure in names:
                    table[rows, column] = values[:, names.index(measure)]
        return table

    def outcome(self, point: str, replication: int) -> Outcome:
        """One run with its curves and places. Raises ``KeyError`` where it is not stored, ``InputError`` for a damaged row."""
        run = self._contents.runs[point][replication]
        with in_words(self._file):
            query = "SELECT * FROM details WHERE point = ? AND replication = ?"
            row = self._connection.execute(query, (point, replication)).fetchone()
        whole = None if row is None else checked("details", row)
        if whole is None or whole[:2] != (point, replication):
            name = self._contents.points[point].name if point in self._contents.points else point
            raise InputError(
                f"{self._file}: curves and places of option '{name}', replication {replication}, are damaged\n"
                "`pollday sweep` with the same words runs it again"
            )
        return unpack(Packed(_text(self._contents, run.layout), run.scalars, run.digests, whole[2]))


def _text(contents: Contents, layout: str) -> str:
    return next(iter(contents.layouts[layout].values()))


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _own_folder(folder: Path) -> None:
    """Make a study's folder for its owner only, or close one that is there to others."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file, and a study is a folder; choose another name with study.name=")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder}: cannot be written; choose another place with study.name=… or --out")
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
