"""Two plans of one day put together: the units of the first until a moment, those of the second from then on.

Units are the same by their stable ids. One of the first plan only has its duty end at the moment, as a shift ends: after the work
in hand. One of the second only begins duty then, at its base. One of both goes on; its description, its base and its round are
those of the first plan, its hours from the moment on those of the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.forces.alert import Turns
from sim.forces.kinds import SITE_BLOCK
from sim.forces.posting import Posting
from sim.forces.units import Units
from sim.movement import Loops

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = dict[str, Any]
Shift = tuple[float, float, int]
Row = tuple[Any, ...]
REINFORCEMENT = "reinforcement"
_RAGGED = ("shift_from", "shift_start", "shift_end", "shift_heads")


@dataclass(frozen=True, eq=False)
class Roster:
    """What of a plan hangs on its units: the units, their rounds, the posts, and the turns of those on call."""

    units: Units
    loops: Loops
    posting: Posting
    turns: Turns


@dataclass(frozen=True, eq=False)
class Spliced:
    """Two rosters as one; ``left`` and ``joined`` are rows of units that only the first, or only the second plan has, ``resumed``
    those whose last shift of the first plan was over."""

    roster: Roster
    left: Ints
    joined: Ints
    resumed: Ints


def splice(first: Roster, second: Roster, at: float) -> Spliced:
    """Put two rosters together at a moment; those who come as reinforcement stay those of the first.

    Raises ``InputError`` where one id means units of different areas or forces.
    """
    a, b = first.units, _regular(second.units)
    ids_b = _own_ids(a, b)
    ids = np.union1d(a.id, ids_b)
    rows_a, rows_b = np.searchsorted(ids, a.id), np.searchsorted(ids, ids_b)
    _check_same(a, b, *np.intersect1d(a.id, ids_b, assume_unique=True, return_indices=True)[1:])
    joined = np.setdiff1d(rows_b, rows_a)
    left = np.setdiff1d(rows_a[_is_regular(a)], rows_b)
    columns = _columns((a, rows_a), (b, rows_b), len(ids))
    columns["id"] = ids
    loops, columns["loop"] = _loops(first.loops, second.loops, columns["loop"], joined)
    stay = np.zeros(len(ids), dtype=np.bool_)
    stay[rows_a] = ~_is_regular(a)
    pairs = _pairs((a, rows_a), (b, rows_b), len(ids))
    shifts = [one if whole else joined_shifts(one, two, at) for (one, two), whole in zip(pairs, stay.tolist(), strict=True)]
    _mark_reliefs(shifts, pairs, columns["mobile"], at)
    over = [bool(one) and len(own) > len(one) and one[-1][1] < at for (one, _), own in zip(pairs, shifts, strict=True)]
    units = replace(a, **columns, **_ragged(shifts))
    kept = _row_in(second.units, b, rows_b)
    turns = _turns(first.turns, second.turns, rows_a, kept, at)
    roster = Roster(units, loops, _posting(first.posting, second.posting, at), turns)
    return Spliced(roster, left, joined, np.flatnonzero(over))


def _is_regular(units: Units) -> Bools:
    code = units.tasks.index(REINFORCEMENT) if REINFORCEMENT in units.tasks else -1
    return np.asarray(units.task != code)


def _regular(units: Units) -> Units:
    """The units that are no reinforcement."""
    keep = _is_regular(units)
    if keep.all():
        return units
    rows = np.flatnonzero(keep)
    columns = {f.name: getattr(units, f.name)[rows] for f in fields(units) if f.name not in ("kinds", "tasks", *_RAGGED)}
    shifts = list(units.all_shifts())
    return replace(units, **columns, **_ragged([shifts[row] for row in rows.tolist()]))


def _row_in(whole: Units, part: Units, rows: Ints) -> Ints:
    """The joint row of each unit of a whole plan (-1: it is left out), shape (units,)."""
    found = np.full(len(whole), -1)
    found[np.searchsorted(whole.id, part.id)] = rows
    return found


def _own_ids(a: Units, b: Units) -> Ints:
    """Ids of the second plan's units; one that the first has for reinforcement is exchanged for the next free at its base."""
    ids = b.id.copy()
    taken = np.isin(ids, a.id[~_is_regular(a)])
    used = {*a.id.tolist(), *b.id.tolist()} if taken.any() else set()
    for row in np.flatnonzero(taken).tolist():
        begin = int(ids[row]) // SITE_BLOCK * SITE_BLOCK
        ids[row] = next(id for id in range(begin, begin + SITE_BLOCK) if id not in used)
        used.add(int(ids[row]))
    return ids


def _check_same(a: Units, b: Units, rows_a: Ints, rows_b: Ints) -> None:
    for name in ("kind", "base", "area", "force", "mobile"):
        other = np.flatnonzero(getattr(a, name)[rows_a] != getattr(b, name)[rows_b])
        if len(other):
            raise InputError(f"unit {a.id[rows_a[other[0]]]} has another {name} in the plan from the moment on")


def _columns(one: tuple[Units, Ints], other: tuple[Units, Ints], count: int) -> Columns:
    """Columns of both, those of the first plan for units of both."""
    found: Columns = {}
    for f in fields(Units):
        if f.name not in ("kinds", "tasks", *_RAGGED):
            column = np.zeros(count, dtype=getattr(one[0], f.name).dtype)
            for units, rows in (other, one):
                column[rows] = getattr(units, f.name)
            found[f.name] = column
    return found


def _loops(first: Loops, second: Loops, loop: Ints, joined: Ints) -> tuple[Loops, Ints]:
    """The loops of the first plan, and after them those that its new units walk; and the loop of each unit."""
    rows = loop.copy()
    new = joined[rows[joined] >= 0]
    if not len(new):
        return first, rows
    used, place = np.unique(rows[new], return_inverse=True)
    rows[new] = len(first) + place
    width = max(first.site.shape[1], second.site.shape[1])
    columns: Columns = {}
    for name, fill in (("site", None), ("x", None), ("y", None), ("arrive", np.inf), ("depart", np.inf)):
        tables = getattr(first, name), getattr(second, name)[used]
        columns[name] = np.concatenate([_wide(table, width, fill) for table in tables])
    both = {name: np.concatenate([getattr(first, name), getattr(second, name)[used]]) for name in ("period", "stops")}
    return Loops(**columns, **both, first=len(first) if first.first < 0 else first.first), rows


def _wide(table: NDArray[Any], width: int, fill: float | None) -> NDArray[Any]:
    """A table of stops padded with ``fill``, or with the first stop of each loop."""
    more = width - table.shape[1]
    padding = np.repeat(table[:, :1], more, axis=1) if fill is None else np.full((len(table), more), fill)
    return np.concatenate([table, padding], axis=1)


# --- hours ----------------------------------------------------------------------------------------------------------------


def _pairs(one: tuple[Units, Ints], other: tuple[Units, Ints], count: int) -> list[tuple[list[Shift], list[Shift]]]:
    """The shifts of every unit by the first and by the second plan."""
    found: list[tuple[list[Shift], list[Shift]]] = [([], []) for _ in range(count)]
    for which, (units, rows) in enumerate((one, other)):
        for row, shifts in zip(rows.tolist(), units.all_shifts(), strict=True):
            found[row][which].extend(shifts)
    return found


def _mark_reliefs(shifts: list[list[Shift]], pairs: list[tuple[list[Shift], list[Shift]]], mobile: Bools, at: float) -> None:
    """Let a post that waits for a relief of the first plan, which does not come any more, wait for nobody at its time: before the
    moment it cannot know."""
    for row in np.flatnonzero(~mobile).tolist():
        ahead = [start for start, _, _ in pairs[row][0] if start >= at]
        if ahead and shifts[row] and shifts[row][-1][0] < at:
            shifts[row].append((ahead[0], ahead[0], 0))


def joined_shifts(first: Sequence[Shift], second: Sequence[Shift], at: float) -> list[Shift]:
    """Shifts of one unit: start, end and heads of the first plan before a moment, of the second from then on.

    A shift that both plans have at the moment with as many heads goes on without a relief.
    """
    if list(first) == list(second):
        return list(first)
    before = [shift for shift in first if shift[0] < at]
    after = [shift for shift in second if shift[1] > at]
    goes_on = before and after and before[-1][1] > at > after[0][0] and before[-1][2] == after[0][2]
    if goes_on:
        start, heads = before[-1][0], before[-1][2]
        return [*before[:-1], (start, after[0][1], heads), *after[1:]]
    return [*((start, min(end, at), heads) for start, end, heads in before), *((max(a, at), b, heads) for a, b, heads in after)]


def _ragged(shifts: Sequence[Sequence[Shift]]) -> Columns:
    """Shifts of units as ragged columns."""
    return {
        "shift_from": np.r_[0, np.cumsum([len(own) for own in shifts])].astype(np.int64),
        "shift_start": np.array([start for own in shifts for start, _, _ in own], dtype=np.float64),
        "shift_end": np.array([end for own in shifts for _, end, _ in own], dtype=np.float64),
        "shift_heads": np.array([heads for own in shifts for _, _, heads in own], dtype=np.int64),
    }


def _posting(first: Posting, second: Posting, at: float) -> Posting:
    """The posts that the first plan wants before a moment, the second from then on."""
    posts = _cut([_rows(posting, ("site", "begin", "end")) for posting in (first, second)], at)
    sites: dict[int, tuple[float, float]] = {}
    for site, begin, end in posts:
        known = sites.get(site, (begin, end))
        sites[site] = min(begin, known[0]), max(end, known[1])
    rows = [(site, *sites[site]) for site in sorted(sites)]
    names = ("shift_site", "shift_start", "shift_end", "shift_heads")
    shifts = _cut([_rows(posting, names) for posting in (first, second)], at)
    return Posting(*_arrays(rows, (int, float, float)), *_arrays(shifts, (int, float, float, int)))


def _turns(first: Turns, second: Turns, rows_a: Ints, rows_b: Ints, at: float) -> Turns:
    """The turns of those on call, in order of (unit, begin)."""
    tables = []
    for turns, rows in ((first, rows_a), (second, rows_b)):
        joint = replace(turns, unit=rows[turns.unit])
        tables.append([row for row in _rows(joint, ("unit", "begin", "end", "heads", "level")) if row[0] >= 0])
    return Turns(*_arrays(sorted(_cut(tables, at)), (int, float, float, int, int)))


def _rows(table: Posting | Turns, names: Sequence[str]) -> list[Row]:
    return list(zip(*(getattr(table, name).tolist() for name in names), strict=True))


def _cut(tables: Sequence[Sequence[Row]], at: float) -> list[Row]:
    """Rows (whose, begin, end, more …) of the first plan before a moment, of the second from then on; those of both whole."""
    first, second = tables
    both = Counter(first) & Counter(second)
    kept, spare = [], both.copy()
    for row in first:
        if spare[row]:
            spare[row] -= 1
            kept.append(row)
        elif row[1] < at:
            kept.append((row[0], row[1], min(row[2], at), *row[3:]))
    for row in second:
        if both[row]:
            both[row] -= 1
        elif row[2] > at:
            kept.append((row[0], max(row[1], at), *row[2:]))
    return kept


def _arrays(rows: Sequence[Row], types: Sequence[type]) -> list[Any]:
    """Columns of rows as arrays."""
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return [np.array(column, dtype=np.int64 if kind is int else np.float64) for column, kind in zip(columns, types, strict=True)]
