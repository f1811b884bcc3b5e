"""The file of a study: its tables, and the seal of every row.

SQLite's own check lets one in ten flipped bits pass, so each row carries a checksum over all its columns. A row is
either exactly what was stored or it is damaged; there is nothing between.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim.errors import InputError

FILE = "study.sqlite"
SCHEMA = 1
APPLICATION = 0x706F6C6C
"""SQLite's application_id of a study: "poll"."""

TABLES: dict[str, dict[str, type]] = {
    "about": {"name": str, "value": str},
    "sessions": {"number": int, "text": str},
    "points": {
        "id": str, "position": int, "name": str, "overrides": str, "config": str, "model": str, "numpy": str,
    },
    "layouts": {"id": str, "copy": int, "text": str},
    "runs": {
        "point": str, "replication": int, "layout": str, "session": int, "seconds": float, "digests": str, "scalars": bytes,
    },
    "details": {"point": str, "replication": int, "content": bytes},
    "attempts": {
        "number": int, "point": str, "replication": int, "attempt": int, "kind": str, "message": str, "at": str,
    },
}  # fmt: skip
"""Columns of every table; a ``seal`` follows them. ``about`` holds the schema and how many rows the others should have."""
KEYS = {
    "about": "name", "sessions": "number", "points": "id", "layouts": "id, copy", "runs": "point, replication",
    "details": "point, replication", "attempts": "number",
}  # fmt: skip
_SQL = {str: "TEXT", int: "INT", float: "REAL", bytes: "BLOB"}
_PERSONS = {table: table.encode() for table in TABLES}
Row = tuple[Any, ...]


def seal(table: str, values: Sequence[Any]) -> bytes:
    """Checksum of one row: 16 bytes over the table's name and every value with its length."""
    parts: list[bytes] = []
    for value in values:
        kind = type(value)
        if kind is str:
            value = value.encode()
        elif kind is int:
            value = value.to_bytes(8, "little", signed=True)
        elif kind is float:
            value = struct.pack("<d", value)
        parts += (len(value).to_bytes(4, "little"), value)
    return blake2b(b"".join(parts), digest_size=16, person=_PERSONS[table]).digest()


def checked(table: str, row: Sequence[Any]) -> Row | None:
    """A row's values without its seal, or None for a row that is damaged. Texts may come as bytes."""
    kinds = TABLES[table].values()
    if len(row) != len(kinds) + 1:
        return None
    try:
        values = tuple([value if type(value) is kind else _typed(value, kind) for value, kind in zip(row, kinds)])
        return values if row[-1] == seal(table, values) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _typed(value: Any, kind: type) -> Any:
    """A value as its column has it: text from bytes, a whole float from an integer. Raises ``TypeError`` or ``ValueError``."""
    if kind is str and type(value) is bytes:
        return value.decode()
    if kind is float and type(value) is int:
        return float(value)
    raise TypeError


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file. Raises ``sqlite3.Error``."""
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        for table, columns in TABLES.items():
            # INT and not INTEGER: as sole primary key an INTEGER would be the row's number and be stored nowhere else.
            named = ", ".join(f"{name} {_SQL[kind]} NOT NULL" for name, kind in columns.items())
            connection.execute(f"CREATE TABLE {table} ({named}, seal BLOB NOT NULL, PRIMARY KEY ({KEYS[table]}))")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        insert(connection, "about", ("schema", str(SCHEMA)))


def connect(path: Path | str, mode: str = "rw") -> sqlite3.Connection:
    """Open a file as it is; ``mode``: ``rw``, ``ro``, or ``ro&immutable=1`` where not even a helper file can be made.

    A file that is missing is made for its owner only when ``mode`` is ``rw``. Raises ``sqlite3.Error`` and ``OSError``.
    """
    if isinstance(path, Path) and mode == "rw":
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    target = path if isinstance(path, str) else f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(target, isolation_level=None, timeout=20, uri=True)
    connection.text_factory = bytes  # a damaged text must not end the reading of all rows
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def insert(connection: sqlite3.Connection, table: str, values: Sequence[Any]) -> None:
    """Put a row with its seal, in place of one with the same key."""
    marks = ", ".join("?" * (len(values) + 1))
    connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", (*values, seal(table, values)))


def rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, Row | None]]:
    """Number and values of every row in the order of storing; None for the values of a damaged one.

    Raises ``sqlite3.DatabaseError`` where SQLite itself cannot go on.
    """
    for number, *row in connection.execute(f"SELECT rowid, * FROM {table} NOT INDEXED ORDER BY rowid"):
        yield number, checked(table, row)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into ``InputError`` that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(f"{path}: {_words(error)}") from None
    except OSError as error:
        raise InputError(f"{error.filename or path}: {(error.strerror or str(error)).lower()}") from None


def _words(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return "the disk is full; every run stored before is safe\nmake room and give the same command again"
    if name.startswith("SQLITE_IOERR"):
        return "the disk refuses to write or read; every run stored before is safe\nmake room or mend it, and try again"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "cannot be opened or written; is the folder read-only?"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "the file was damaged while in use\ngive the same command again: it keeps what is whole and runs the rest"
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "another program holds the file; close it and try again"
    return str(error)
