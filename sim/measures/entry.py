"""One line of the output dictionary: what a column means, in which unit, and how it is computed.

Every module of this package declares the entries of the columns it makes, beside the code that makes them.
"""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int | float | bool | None
Table = dict[str, list[Cell]]
"""A table as columns of equal length; a cell without data is None, never 0 or NaN."""


@dataclass(frozen=True)
class Entry:
    """Name, unit, definition and formula of one output column; ``tables`` says where it stands."""

    name: str
    unit: str
    definition: str
    formula: str = ""
    tables: tuple[str, ...] = ()


def entries(tables: str, *rows: tuple[str, ...]) -> tuple[Entry, ...]:
    """Build entries for one or more tables (blank-separated) from (name, unit, definition[, formula]) rows."""
    names = tuple(tables.split())
    return tuple(Entry(row[0], row[1], row[2], row[3] if len(row) > 3 else "", names) for row in rows)


COMMON = (
    Entry("area", "code", "Area (wilaya, directorate, city zone) in which the place lies"),
    Entry("force", "name", "Force in whose jurisdiction the place lies or to which the unit belongs"),
    Entry("fabric", "name", "How the place is built: old_city, urban, suburban or rural"),
    Entry("site", "id", "Stable id of the site"),
    Entry("at", "s", "Moment, in seconds from 00:00 of polling day"),
)
"""Columns that mean the same wherever they stand."""
