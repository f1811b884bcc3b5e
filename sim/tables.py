"""CSV files as people really send them, and columns of numbers, moments and names with one clear line per mistake.

Understood: a byte order mark, CRLF, commas, semicolons (then also decimal commas) or tabs, blank lines, quoted cells,
any script. Headings are read without regard to case, and spaces or hyphens in them count as underscores.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.clock import parse_time
from sim.errors import InputError, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_BYTES = 500_000_000
EARLIEST, LATEST = -10 * 86400.0, 3 * 86400.0
"""Moments lie within ten days before and three days after 00:00 of polling day."""


class Row(dict[str, str]):
    """One row: text by column (missing cells are empty), and ``where`` it stands ("units.csv, line 7")."""

    __slots__ = ("comma", "where")

    def __init__(self, cells: dict[str, str], where: str, comma: bool = False) -> None:
        super().__init__(cells)
        self.where, self.comma = where, comma

    def error(self, column: str, problem: str) -> InputError:
        """The error to raise for a wrong cell."""
        return InputError(f"{self.where}, column '{column}': {problem}")


def read_rows(path: str | Path, required: Collection[str], optional: Collection[str] = ()) -> list[Row]:
    """Read a CSV file with headings; every row has all ``required`` and ``optional`` columns, missing ones as empty
    text.

    Raises ``InputError`` for a file that cannot be read, unknown, double or missing headings, and rows with too many
    cells.
    """
    path = Path(path)
    text = _text_of(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(_rows(reader, path.name, required, optional, comma=delimiter == ";"))
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: {error}; check the quotation marks") from None


def read_cells(path: str | Path) -> list[Row]:
    """Read a CSV file whose headings are names, such as the sites of a travel matrix: columns keep their spelling.

    Blank lines are left out; the first row is its own headings. Raises ``InputError`` like :func:`read_rows`.
    """
    path = Path(path)
    text = _text_of(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                names = [name.strip() for name in cells] if not rows else list(rows[0])
                if not rows and len(set(names)) < len(names):
                    raise InputError(f"{path.name}, line {reader.line_num}: a heading appears twice")
                if len(cells) > len(names):
                    raise InputError(
                        f"{path.name}, line {reader.line_num}: {len(cells)} cells, but {len(names)} headings"
                    )
                found = {name: cell.strip() for name, cell in zip(names, cells)}
                rows.append(
                    Row(dict.fromkeys(names, "") | found, f"{path.name}, line {reader.line_num}", delimiter == ";")
                )
    except csv.Error as error:
        raise InputError(f"{path.name}, line {reader.line_num}: {error}; check the quotation marks") from None
    return rows


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror or error})") from None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path.name}, line {line}: not UTF-8 text; save the file as 'CSV UTF-8'") from None
    if "\0" in text:
        raise InputError(f"{path.name}: holds NUL characters, so it is no text file; save it as 'CSV UTF-8'")
    return text


def _rows(
    reader: Iterator[list[str]], file: str, required: Collection[str], optional: Collection[str], comma: bool
) -> Iterator[Row]:
    names: list[str] | None = None
    blank = dict.fromkeys((*required, *optional), "")
    before = 0
    for cells in reader:
        line, before = before + 1, reader.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = _headings(cells, f"{file}, line {line}", required, optional)
            continue
        if any(cell.strip() for cell in cells[len(names) :]):
            raise InputError(f"{file}, line {line}: {len(cells)} cells, but the heading has {len(names)} columns")
        found = {name: cell.strip() for name, cell in zip(names, cells)}
        yield Row(blank | found, f"{file}, line {line}", comma)
    if names is None:
        raise InputError(f"{file}: empty; the first line must name the columns {', '.join(required)}")


def _headings(cells: list[str], where: str, required: Collection[str], optional: Collection[str]) -> list[str]:
    names = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in cells]
    while names and not names[-1]:
        names.pop()
    known = (*required, *optional)
    for name in names:
        if name not in known:
            raise InputError(f"{where}: unknown column '{name}'{nearest(name, known)}; allowed: {', '.join(known)}")
        if names.count(name) > 1:
            raise InputError(f"{where}: column '{name}' appears twice")
    absent = [name for name in required if name not in names]
    if absent:
        raise InputError(f"{where}: column '{absent[0]}' is missing; needed: {', '.join(required)}")
    return names


def number(row: Row, column: str, text: str, low: float, high: float) -> float:
    """One number out of a cell, within ``low`` … ``high``. Raises ``InputError``."""
    try:
        value = float(text.replace(",", ".") if row.comma else text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise row.error(column, f"{text!r} is not a number from {low:g} to {high:g}")
    return value


def _moment(row: Row, column: str, text: str, low: float, high: float) -> float:
    try:
        value = parse_time(text.replace(",", ".") if row.comma else text)
    except ValueError as error:
        raise row.error(column, str(error)) from None
    if not low <= value <= high:
        raise row.error(
            column, f"{text!r} lies outside the time allowed, {low:g} to {high:g} s from 00:00 of polling day"
        )
    return value


def _column(
    rows: Sequence[Row],
    column: str,
    default: float | None,
    read: Callable[[Row, str, str, float, float], float],
    low: float,
    high: float,
) -> Floats:
    values = np.empty(len(rows))
    for i, row in enumerate(rows):
        text = row[column]
        if text:
            values[i] = read(row, column, text, low, high)
        elif default is None:
            raise row.error(column, "is empty")
        else:
            values[i] = default
    return values


def floats(rows: Sequence[Row], column: str, low: float, high: float, default: float | None = None) -> Floats:
    """A column of numbers from ``low`` to ``high``, shape (rows,); empty cells take ``default`` (none: an error)."""
    return _column(rows, column, default, number, low, high)


def integers(rows: Sequence[Row], column: str, low: int, high: int, default: int | None = None) -> Ints:
    """A column of whole numbers like :func:`floats`."""
    values = floats(rows, column, low, high, default)
    for i in np.flatnonzero(values != np.floor(values)).tolist():
        raise rows[i].error(column, f"{rows[i][column]!r} is not a whole number")
    return values.astype(np.int64)


def moments(
    rows: Sequence[Row], column: str, default: float | None = None, low: float = EARLIEST, high: float = LATEST
) -> Floats:
    """A column of moments ("07:00", "D-1 18:30" or seconds), shape (rows,), in seconds."""
    return _column(rows, column, default, _moment, low, high)


def codes(rows: Sequence[Row], column: str, known: Sequence[str], default: int | None = None) -> Ints:
    """A column of names as positions in ``known``, shape (rows,); empty cells take ``default`` (none: an error)."""
    place = {name: i for i, name in enumerate(known)}
    values = np.empty(len(rows), dtype=np.int64)
    for i, row in enumerate(rows):
        text = row[column]
        code = place.get(text, default if not text else None)
        if code is None:
            shown = ", ".join(known) if len(known) <= 12 else f"{len(known)} names such as {', '.join(known[:3])}"
            raise row.error(column, f"unknown name {text!r}{nearest(text, known)}; allowed: {shown}")
        values[i] = code
    return values


def bits(rows: Sequence[Row], column: str, known: Mapping[str, int]) -> Ints:
    """A column of names joined by ``+`` ("deterrence+rally") as sums of their bits, shape (rows,); empty or none: 0."""
    values = np.zeros(len(rows), dtype=np.int64)
    for i, row in enumerate(rows):
        for name in row[column].replace(" ", "").split("+") if row[column] not in ("", "none") else ():
            if name not in known:
                raise row.error(column, f"unknown name {name!r}{nearest(name, known)}; allowed: none, {', '.join(known)}")
            values[i] |= known[name]
    return values


def join_bits(value: int, known: Mapping[str, int]) -> str:
    """The text that :func:`bits` reads as ``value``."""
    return "+".join(name for name, bit in known.items() if value & bit) or "none"


def flags(rows: Sequence[Row], column: str, default: bool = False) -> NDArray[np.bool_]:
    """A column of yes and no (also true, false, 1, 0), shape (rows,)."""
    words = ("no", "yes", "false", "true", "0", "1")
    lower = [Row({column: row[column].lower()}, row.where) for row in rows]
    return codes(lower, column, words, int(default)) % 2 == 1


def lists(rows: Sequence[Row], column: str, low: float, high: float) -> list[list[float]]:
    """A column of numbers separated by ``|`` ("600|700"), one list per row (empty cell: empty list)."""
    return [
        [number(row, column, part.strip(), low, high) for part in row[column].split("|") if row[column]] for row in rows
    ]


def unique(rows: Sequence[Row], column: str, values: Sequence[object]) -> None:
    """Raise ``InputError`` at the first value that appeared before, naming both rows."""
    seen: dict[object, Row] = {}
    for row, value in zip(rows, values, strict=True):
        if value in seen:
            raise row.error(
                column, f"{value!r} is already used in {seen[value].where.split(', ')[-1]}; it must be unique"
            )
        seen[value] = row
