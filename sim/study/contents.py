"""Everything whole that a store holds, and what is damaged or missing in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from sim.study.identity import Point, is_true
from sim.study.sealed import TABLES, Row, rows

COUNTED = ("sessions", "points", "runs", "attempts")
"""Tables whose number of rows is stored under ``about``, so that a row cannot vanish unseen."""
NAMED = 3
"""Damaged runs that are named one by one; the others are counted."""


class Run(NamedTuple):
    """One stored run but for its curves and places: all there is to make tables."""

    layout: str
    session: int
    seconds: float
    digests: str
    scalars: bytes


@dataclass(frozen=True)
class Attempt:
    """A try that failed: of which run, the how manieth, what kind of failure, its message, and when."""

    point: str
    replication: int
    attempt: int
    kind: str
    message: str
    at: str


@dataclass
class Contents:
    """Whole rows, ready to use. ``current``: ids of the study's points in order. ``damaged``: row numbers by table.

    ``unfit``: runs whose own row is whole but whose names or details are damaged or missing. ``named``: runs of damaged rows.
    ``missing``: rows that should be there by the counts and are not, by table.
    """

    about: dict[str, str] = field(default_factory=dict)
    sessions: dict[int, str] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    layouts: dict[str, dict[int, str]] = field(default_factory=dict)
    runs: dict[str, dict[int, Run]] = field(default_factory=dict)
    details: set[tuple[str, int]] = field(default_factory=set)
    attempts: dict[int, Attempt] = field(default_factory=dict)
    damaged: dict[str, list[int]] = field(default_factory=dict)
    unfit: list[tuple[str, int]] = field(default_factory=list)
    named: list[tuple[str, int]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)

    @property
    def current(self) -> list[str]:
        """Ids of the points of the study as it was last started, in its order."""
        return sorted((id for id, place in self.places.items() if place >= 0), key=self.places.__getitem__)

    def count(self, table: str) -> int:
        """Rows there are of a counted table."""
        if table == "runs":
            return sum(map(len, self.runs.values()))
        return len(getattr(self, table))


def read_contents(connection: sqlite3.Connection, details: bool) -> Contents:
    """Read and check every row; those of curves and places only with ``details``, since they are by far the largest.

    Raises ``sqlite3.DatabaseError`` where SQLite itself cannot read the file.
    """
    found = Contents()
    for table in TABLES:
        if table == "details" and not details:
            continue
        take = _TAKE[table]
        for number, row in rows(connection, table):
            if row is None or not take(found, row):
                found.damaged.setdefault(table, []).append(number)
    found.named = list(_keys(connection, found))
    _leave_out_unfit(found, details)
    for table in COUNTED:
        there = found.count(table) + len(found.damaged.get(table, ())) + (len(found.unfit) if table == "runs" else 0)
        if (short := int(found.about.get(table, "0")) - there) > 0:
            found.missing[table] = short
    return found


def _keys(connection: sqlite3.Connection, found: Contents) -> Iterator[tuple[str, int]]:
    """Which runs damaged rows are of, as far as their keys can still be read."""
    for number in found.damaged.get("runs", ()):
        for point, replication in connection.execute("SELECT point, replication FROM runs WHERE rowid = ?", (number,)):
            id = point.decode(errors="replace") if isinstance(point, bytes) else ""
            if id in found.points and isinstance(replication, int):
                yield id, replication


def _leave_out_unfit(found: Contents, details: bool) -> None:
    """Take out runs whose layout is lost, or whose curves and places are."""
    for point, runs in found.runs.items():
        for replication, run in list(runs.items()):
            if run.layout not in found.layouts or (details and (point, replication) not in found.details):
                found.unfit.append((point, replication))
    for point, replication in found.unfit:
        del found.runs[point][replication]


def _about(found: Contents, row: Row) -> bool:
    found.about |= {row[0]: row[1]} if row[1].isdigit() else {}
    return bool(row[1].isdigit())


def _session(found: Contents, row: Row) -> bool:
    found.sessions[row[0]] = row[1]
    return True


def _point(found: Contents, row: Row) -> bool:
    id, place, name, overrides, config, model, numpy = row
    point = Point(id, name, tuple(json.loads(overrides)), config, model, numpy)
    if is_true(point):
        found.points[id], found.places[id] = point, place
    return id in found.points


def _layout(found: Contents, row: Row) -> bool:
    id, copy, text = row
    if id == layout_id(text):
        found.layouts.setdefault(id, {})[copy] = text
    return id in found.layouts


def _run(found: Contents, row: Row) -> bool:
    point, replication, *rest = row
    found.runs.setdefault(point, {})[replication] = Run(*rest)
    return True


def _detail(found: Contents, row: Row) -> bool:
    found.details.add((row[0], row[1]))
    return True


def _attempt(found: Contents, row: Row) -> bool:
    found.attempts[row[0]] = Attempt(*row[1:])
    return True


_TAKE: dict[str, Any] = {
    "about": _about, "sessions": _session, "points": _point, "layouts": _layout, "runs": _run, "details": _detail,
    "attempts": _attempt,
}  # fmt: skip


def layout_id(text: str) -> str:
    """Name of a layout: a digest of its text, so that a lost one is found again by whoever has the same."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def complaints(found: Contents) -> Iterator[str]:
    """What is damaged or missing, one line each, in words."""
    lost = len(found.damaged.get("runs", ())) + len(found.unfit) + found.missing.get("runs", 0)
    if lost:
        known = [(p, r) for p, r in [*found.named, *found.unfit] if p in found.points]
        named = [f"'{found.points[p].name}' replication {r}" for p, r in known[:NAMED]] + ["…"] * (len(known) > NAMED)
        yield f"{lost} stored run{'s' * (lost != 1)} damaged or missing{': ' * bool(named)}{', '.join(named)}"
    words = {"points": "option", "attempts": "failed attempt", "sessions": "manifest of a session", "about": "count of rows"}
    for table, word in words.items():
        if number := len(found.damaged.get(table, ())) + found.missing.get(table, 0):
            yield f"{number} × {word} damaged or missing"
    if number := len(found.damaged.get("layouts", ())):
        yield f"{number} × list of column names damaged, its second copy taken where there is one"
