"""Rows from a store that SQLite can no longer read: page by page from the file and its log, believed by their seals only.

The format of pages, cells and records: https://www.sqlite.org/fileformat2.html, sections 1.5, 1.6, 2.1 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.study.sealed import KEYS, TABLES, Row, checked

PAGE = 4096
LOG_HEADER, FRAME_HEADER = 32, 24
TABLE_LEAF = 0x0D
LOCAL_MOST = PAGE - 35
LOCAL_LEAST = (PAGE - 12) * 32 // 255 - 23
_WHOLE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_CONSTANT = {0: None, 8: 0, 9: 1}
Found = dict[str, dict[tuple[Any, ...], Row]]
"""Whole rows of every table by their key."""


def carve(path: Path, log: bytes) -> Found:
    """Every whole row of ours in a file and its write-ahead log; of two with one key the one written later."""
    data = content(path)
    frames = [(n, page) for n, page in _frames(log)]
    latest = {n + 1: data[i : i + PAGE] for n, i in enumerate(range(0, len(data), PAGE))}
    images = [*latest.values(), *(page for _, page in frames)]
    latest |= dict(frames)
    found: Found = {table: {} for table in TABLES}
    for number, image in enumerate(images):
        for record in _records(image, latest, 100 if number == 0 and data else 0):
            _file_away(record, found)
    return found


def log_of(path: Path) -> Path:
    """The write-ahead log of a file."""
    return path.with_name(path.name + "-wal")


def content(path: Path) -> bytes:
    """The bytes of a file, none where there is no file."""
    return path.read_bytes() if path.is_file() else b""


def _frames(log: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of every page in a log, in the order of writing."""
    for i in range(LOG_HEADER, len(log) - FRAME_HEADER - PAGE + 1, FRAME_HEADER + PAGE):
        yield int.from_bytes(log[i : i + 4], "big"), log[i + FRAME_HEADER : i + FRAME_HEADER + PAGE]


def _file_away(record: Row, found: Found) -> None:
    """Put a record under the table whose seal it bears, if any."""
    for table, columns in TABLES.items():
        if len(record) == len(columns) + 1 and (row := checked(table, record)) is not None:
            names = list(columns)
            key = tuple(row[names.index(name)] for name in KEYS[table].split(", "))
            if table != "about" or not _counts_more(found["about"].get(key), row):
                found[table][key] = row
            return


def _counts_more(known: Row | None, row: Row) -> bool:
    """Whether a count of rows that is known already is the later one: counts only grow."""
    return known is not None and known[1].isdigit() and row[1].isdigit() and int(known[1]) > int(row[1])


def _records(page: bytes, pages: dict[int, bytes], header: int) -> Iterator[Row]:
    """Records on one page, if it is a leaf of a table; those that make no sense are left out."""
    if len(page) != PAGE or page[header] != TABLE_LEAF:
        return
    for i in range(int.from_bytes(page[header + 3 : header + 5], "big")):
        place = header + 8 + 2 * i
        with suppress(IndexError, struct.error, UnicodeDecodeError, KeyError):
            yield _record(_payload(page, int.from_bytes(page[place : place + 2], "big"), pages))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where the next begins."""
    value = 0
    for i in range(8):
        value = value << 7 | data[at + i] & 0x7F
        if data[at + i] < 0x80:
            return value, at + i + 1
    return value << 8 | data[at + 8], at + 9


def _payload(page: bytes, at: int, pages: dict[int, bytes]) -> bytes:
    """Content of one cell, gathered from its overflow pages where it has any."""
    size, at = _varint(page, at)
    _, at = _varint(page, at)
    if size <= LOCAL_MOST:
        return page[at : at + size]
    local = LOCAL_LEAST + (size - LOCAL_LEAST) % (PAGE - 4)
    local = local if local <= LOCAL_MOST else LOCAL_LEAST
    parts, following = [page[at : at + local]], int.from_bytes(page[at + local : at + local + 4], "big")
    for _ in range(min((size - local + PAGE - 5) // (PAGE - 4), len(pages))):
        more = pages[following]
        parts.append(more[4:])
        following = int.from_bytes(more[:4], "big")
    return b"".join(parts)[:size]


def _record(data: bytes) -> Row:
    """Values of one record; texts as bytes."""
    end, at = _varint(data, 0)
    place, values = end, []
    while at < end:
        kind, at = _varint(data, at)
        value, place = _value(data, kind, place)
        values.append(value)
    return tuple(values)


def _value(data: bytes, kind: int, at: int) -> tuple[Any, int]:
    """One value of a record and where the next begins. Raises ``IndexError`` beyond the end."""
    if kind in _CONSTANT:
        return _CONSTANT[kind], at
    size = _WHOLE.get(kind) or (8 if kind == 7 else (kind - 12) // 2)
    if size < 0 or at + size > len(data):
        raise IndexError
    part = data[at : at + size]
    if kind == 7:
        return struct.unpack(">d", part)[0], at + size
    return (int.from_bytes(part, "big", signed=True) if kind in _WHOLE else part), at + size
