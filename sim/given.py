"""Columns given in code: one clear ``InputError`` for what is no number, out of bounds or of another length."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def numbers(
    what: str, values: ArrayLike, count: int | None = None, low: float = -inf, high: float = inf, *, above: bool = False
) -> Floats:
    """A column of ``count`` finite numbers from ``low`` (with ``above``: more than that) to ``high``; a scalar is repeated.

    Without ``count`` the column has the length of ``values``. Raises ``InputError`` that begins with ``what``.
    """
    given = _array(what, values, count, np.float64)
    inside = np.isfinite(given) & ((given > low) if above else (given >= low)) & (given <= high)
    check(what, given, inside, _allowed(low, high, above))
    return given


def whole(what: str, values: ArrayLike, count: int | None = None, low: int = -(2**62), high: int = 2**62) -> Ints:
    """A column of whole numbers like :func:`numbers`."""
    given = _array(what, values, count, None)
    if given.dtype.kind not in "iub":
        given = _array(what, given, count, np.float64)
        check(what, given, np.isfinite(given) & (given == np.floor(given)), "whole numbers")
    check(what, given, (given >= low) & (given <= high), _allowed(low, high, False))
    return given.astype(np.int64)


def names(what: str, values: Sequence[str] | str, count: int, known: Sequence[str]) -> Ints:
    """A column of ``count`` names as positions in ``known``; one name is repeated. Raises ``InputError`` with the nearest."""
    given = [values] * count if isinstance(values, str) else list(values)
    if len(given) != count:
        raise InputError(f"{what}: {len(given)} values, allowed: one, or one for each of {count}")
    for name in given:
        if name not in known:
            raise InputError(f"{what}: unknown name {name!r}{nearest(str(name), known)}; allowed: {', '.join(known)}")
    return np.array([known.index(name) for name in given], dtype=np.int64)


def deep(values: ArrayLike) -> bool:
    """Whether something given is a table of rows, and not one column."""
    if isinstance(values, np.ndarray):
        return values.ndim > 1
    return isinstance(values, Sequence) and any(isinstance(row, Sequence | np.ndarray) for row in values)


def table(what: str, values: ArrayLike, rows: int, columns: int | None = None) -> Floats:
    """Numbers of shape (rows, columns), with any number of columns above 0 unless given. Raises ``InputError``."""
    wanted = f"({rows}, {'k' if columns is None else columns})"
    try:
        given = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{what}: is no table of numbers with rows of equal length, allowed: shape {wanted}") from None
    if given.ndim != 2 or len(given) != rows or given.shape[1] != (columns if columns is not None else given.shape[1] or 1):
        raise InputError(f"{what}: shape {given.shape}, allowed: {wanted}")
    return given


Span = tuple[float, float]


def spans(what: str, lists: Sequence[Sequence[Span]], count: int) -> list[list[Span]]:
    """For each of ``count`` rows a list of spans (start, end), each with an end after its start. Raises ``InputError``."""
    if len(lists) != count:
        raise InputError(f"{what}: {len(lists)} lists, allowed: one for each of {count}")
    try:
        found = [[(float(start), float(end)) for start, end in mine] for mine in lists]
    except (TypeError, ValueError):
        raise InputError(f"{what}: each row is a list of pairs of seconds, such as [(25200, 54000)]") from None
    for row, mine in enumerate(found):
        for start, end in mine:
            if not (isfinite(start) and end > start):
                raise InputError(f"{what}: {start:g} to {end:g} in row {row}, allowed: an end after the start")
    return found


def check(what: str, column: NDArray[Any], good: NDArray[np.bool_], allowed: str) -> None:
    """Raise ``InputError`` for the first value of a column (rows, or rows and places) that is not ``good``."""
    if not np.all(good):
        place = tuple(int(i) for i in np.argwhere(~good)[0])
        where = f" in row {', '.join(map(str, place))}" if place else ""
        raise InputError(f"{what}: {column[place]:g}{where}, allowed: {allowed}")


def column(what: str, values: ArrayLike, count: int) -> Floats:
    """A column of ``count`` numbers, NaN and infinity among them; a scalar is repeated. Raises ``InputError``."""
    return _array(what, values, count, np.float64)


def _array(what: str, values: ArrayLike, count: int | None, kind: Any) -> NDArray[Any]:
    try:
        column = np.asarray(values, dtype=kind)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{what}: {str(values)[:60]} is no column of numbers") from None
    if kind is None and column.dtype.kind not in "iubf":
        return _array(what, values, count, np.float64)
    if column.ndim > 1:
        raise InputError(f"{what}: shape {column.shape}, allowed: one number, or one for each row")
    wanted = count if count is not None else column.size
    if column.ndim == 1 and len(column) != wanted:
        raise InputError(f"{what}: {len(column)} values, allowed: one, or one for each of {wanted}")
    return np.ascontiguousarray(np.broadcast_to(column, (wanted,)))


def _allowed(low: float, high: float, above: bool) -> str:
    least = f"more than {low:g}" if above else f"{low:g}"
    if low <= -(2**62) and high >= 2**62:
        return "finite numbers"
    return f"{least}{'' if above else ' or more'}" if high >= 2**62 else f"{least} to {high:g}"
