"""Open the file of a study: heal what is damaged, salvage what SQLite cannot read, and never touch what is not ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.study.carve import Found, carve, content, log_of
from sim.study.contents import COUNTED, Contents, complaints, read_contents
from sim.study.sealed import (
    APPLICATION,
    SCHEMA,
    TABLES,
    connect,
    create,
    insert,
    transaction,
)

BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_FORMAT", "SQLITE_IOERR_SHORT_READ", "SQLITE_TOOBIG")
"""Errors of SQLite that mean a damaged file; others are about locks, rights and space."""
CLOSED = ("SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY", "SQLITE_READONLY_CANTINIT", "SQLITE_READONLY_RECOVERY")
"""Errors of a reader in a folder that cannot be written."""


@dataclass
class Opened:
    """A connection, what is stored, and what has to be said about it."""

    connection: sqlite3.Connection
    contents: Contents
    notes: list[str]


class Broken(Exception):
    """SQLite cannot read or would not write this file as it is."""


def open_to_write(path: Path) -> Opened:
    """Open or make a store. Damaged rows are taken out, so that their runs are made again; where SQLite cannot read the
    file, its whole rows go into a new one and the damaged file stays beside it.

    Raises ``InputError`` for a file that is no store, or of another schema.
    """
    _must_be_file(path)
    log = content(log_of(path))  # closing a file writes its log into it and takes it away
    try:
        return _heal(_load(path, log, writing=True), path)
    except Broken:
        return _rebuild(path, log)


def open_to_read(path: Path) -> Opened:
    """Open a store without changing it; damaged rows are left out and named.

    Raises ``InputError`` for a file that is missing, no store, or of another schema.
    """
    _must_be_file(path)
    if not path.exists() and not _size(log_of(path)):
        raise InputError(f"{path.parent}: no study is stored here (there is no {path.name})")
    again, log = "the next `pollday sweep` of this study runs them again", content(log_of(path))
    try:
        opened = _load(path, log, writing=False)
    except Broken:
        memory, contents = _in_memory(path, log)
        lines = [f"{path.name} is damaged: {contents.count('runs')} whole runs found in it", *complaints(contents)]
        return Opened(memory, contents, [*lines, again])
    lines = [f"{path.name}: {line}" for line in complaints(opened.contents)]
    return Opened(opened.connection, opened.contents, [*lines, again] if lines else [])


def _must_be_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path}: is a folder where the file of the study should be; move it away")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _load(path: Path, log: bytes, writing: bool) -> Opened:
    """Open and read everything. Raises ``Broken`` where SQLite or the file's own head say that it cannot be used."""
    if (_size(path) or log) and not _head_is_sound(path):
        raise Broken
    with ExitStack() as stack:
        try:
            connection = _writer(path, log) if writing else _reader(path)
            stack.callback(connection.close)
            if not writing:
                connection.execute("BEGIN")
            contents = read_contents(connection, details=writing)
            if not writing:
                connection.execute("COMMIT")
            _check_schema(path, contents.about, _number(connection, "user_version"))
            if writing:
                if connection.execute("PRAGMA integrity_check(1)").fetchone() != (b"ok",):
                    raise Broken
                connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            if (getattr(error, "sqlite_errorname", None) or "SQLITE_ERROR").startswith(BROKEN):
                raise Broken from None
            raise
        stack.pop_all()
    return Opened(connection, contents, [])


def _writer(path: Path, log: bytes) -> sqlite3.Connection:
    """A connection that writes. An empty file gets its tables; one that is not ours is left as it is. Raises ``Broken``."""
    connection = connect(path)
    with ExitStack() as stack:
        stack.callback(connection.close)
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            if any(carve(path, log).values()):
                raise Broken
            create(connection)
        if _number(connection, "application_id") != APPLICATION:
            raise Broken
        stack.pop_all()
    return connection


def _head_is_sound(path: Path) -> bool:
    """Whether a file begins as SQLite and we left it: pages of 4096 bytes, read and written by today's rules."""
    with path.open("rb") if path.is_file() else open(os.devnull, "rb") as file:
        head = file.read(100)
    return head[:18] == b"SQLite format 3\0\x10\x00" and set(head[18:20]) <= {1, 2} and head[20:24] == b"\0\x40\x20\x20"


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that reads. In a folder that cannot be written SQLite is told that nobody writes, or given a copy."""
    try:
        with ExitStack() as stack:
            connection = connect(path, "ro")
            stack.callback(connection.close)
            connection.execute("SELECT 1 FROM sqlite_schema").fetchall()
            stack.pop_all()
            return connection
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") not in CLOSED:
            raise
    if not _size(log_of(path)):
        return connect(path, "ro&immutable=1")
    with tempfile.TemporaryDirectory() as folder:
        for each in (path, log_of(path)):
            shutil.copyfile(each, Path(folder) / each.name)
        memory = sqlite3.connect(":memory:", isolation_level=None)
        with closing(connect(Path(folder) / path.name)) as copy:
            copy.backup(memory)
    memory.text_factory = bytes
    return memory


def shut(connection: sqlite3.Connection) -> None:
    """Close a connection that wrote, and leave one plain file, which can be copied, sent and read without helper files."""
    with closing(connection), suppress(sqlite3.Error):  # somebody who reads just now keeps the log; no harm
        connection.execute("PRAGMA busy_timeout = 100")
        connection.execute("PRAGMA journal_mode = DELETE")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _check_schema(path: Path, about: Mapping[str, str], version: int) -> None:
    """Refuse a store of another schema. The sealed number decides; SQLite's own, which no seal guards, stands in for it."""
    stored = int(about.get("schema", version))
    if stored != SCHEMA:
        age = "a newer" if stored > SCHEMA else "an older"
        raise InputError(f"{path}: stored by {age} pollday (schema {stored}, this one reads {SCHEMA}); use that one to read it")


def _heal(opened: Opened, path: Path) -> Opened:
    """Take damaged rows out and put the second copy of a damaged layout back, all or nothing."""
    connection, contents = opened.connection, opened.contents
    lines = [f"{path.name}: {line}" for line in complaints(contents)]
    with transaction(connection):
        for table, numbers in contents.damaged.items():
            connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", [(number,) for number in numbers])
        for point, replication in contents.unfit:
            for table in ("runs", "details"):
                connection.execute(f"DELETE FROM {table} WHERE point = ? AND replication = ?", (point, replication))
        _put_counts(connection, contents)
    return Opened(connection, contents, [*lines, "what is missing is run again"] if lines else [])


def _put_counts(connection: sqlite3.Connection, contents: Contents) -> None:
    """Write the schema, the counts and both copies of every layout as they should be; nothing is written that is so."""
    for id, copies in contents.layouts.items():
        for copy in {0, 1} - copies.keys():
            copies[copy] = next(iter(copies.values()))
            insert(connection, "layouts", (id, copy, copies[copy]))
    wanted = {"schema": str(SCHEMA), **{table: str(contents.count(table)) for table in COUNTED}}
    for name, value in wanted.items():
        if contents.about.get(name) != value:
            insert(connection, "about", (name, value))
            contents.about[name] = value
    if _number(connection, "user_version") != SCHEMA:
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _rebuild(path: Path, log: bytes) -> Opened:
    """Put the whole rows of a file that cannot be read into a new one; the old one stays beside it."""
    found = _whole_rows(path, log)
    fresh = path.with_name("study-new.sqlite")
    try:
        for old in (fresh, log_of(fresh)):
            old.unlink(missing_ok=True)
        with closing(connect(fresh)) as connection:
            create(connection)
            _fill(connection, found)
        kept = _keep_damaged(path, log)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    for helper in (log_of(path), path.with_name(path.name + "-shm")):
        helper.unlink(missing_ok=True)
    os.replace(fresh, path)
    opened = _heal(_load(path, b"", writing=True), path)
    whole = opened.contents.count("runs")
    line = f"{path.name} could not be read: {whole} whole runs found in it are kept, the damaged file is now {kept.name}"
    return Opened(opened.connection, opened.contents, [line, *opened.notes])


def _whole_rows(path: Path, log: bytes) -> Found:
    """What can be taken from a damaged file. Raises ``InputError`` where that is nothing, or of another schema."""
    found = carve(path, log)
    if not any(found.values()):
        raise InputError(f"{path}: is no study of pollday, or nothing in it is whole; move it away or take another study.name=")
    _check_schema(path, {name: row[1] for (name,), row in found["about"].items()}, SCHEMA)
    return found


def _keep_damaged(path: Path, log: bytes) -> Path:
    """Copy a damaged file and its log to the first free name."""
    number = 1
    while (kept := path.with_name(f"study-damaged-{number}.sqlite")).exists():
        number += 1
    for copy, data in ((log_of(kept), log), (kept, content(path))):
        if data:
            with open(copy, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(data)
    return kept


def _in_memory(path: Path, log: bytes) -> tuple[sqlite3.Connection, Contents]:
    """A store in memory with the whole rows of a damaged file. Raises ``InputError`` where there are none."""
    memory = connect(":memory:")
    create(memory)
    _fill(memory, _whole_rows(path, log))
    return memory, read_contents(memory, details=True)


def _fill(connection: sqlite3.Connection, found: Found) -> None:
    with transaction(connection):
        for table in TABLES:
            for row in found[table].values():
                insert(connection, table, row)
