"""Designs of studies, from a file or the command line, as points: changes of the configuration, some with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.commands.asked import DESIGNS
from sim.commands.changes import Change, tidy
from sim.commands.grammar import Axis, Word
from sim.errors import InputError, nearest
from sim.settings import Settings, read
from sim.study.asked import DrawnDesign, FactorRange, SimplexDesign, SwapDesign
from sim.study.designs import Design, Drawn, Factor, Factorial, OneAtATime, Simplex, Zipped
from sim.tables import Row, read_cells

LISTS: dict[str, Callable[[Mapping[str, Sequence[Any]]], Design]] = {
    "grid": Factorial,
    "zip": Zipped,
    "one_at_a_time": OneAtATime,
}
"""Designs that are lists of values by key."""
EQUAL_HEADS = ("swap", "simplex")
"""Designs whose options mobilise the same heads."""


@dataclass(frozen=True)
class Spot:
    """One point before it is composed: its changes, the name it was given (if any), and where it stands in a file."""

    changes: tuple[Change, ...] = ()
    name: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Spots:
    """``count`` points, made when they are asked for."""

    count: int
    make: Callable[[], Iterator[Spot]]
    equal_heads: bool = False


def read_design(block: Mapping[str, Any], source: str, folder: Path, base: Callable[[Sequence[Change]], Settings]) -> Spots:
    """The points of a ``design`` block. ``base`` composes changes with what all points share; files are found from ``folder``.

    Raises ``InputError`` naming ``source`` and the key.
    """
    if len(block) != 1 or next(iter(block)) not in DESIGNS:
        given = ", ".join(map(str, block)) or "nothing"
        hint = nearest(str(next(iter(block), "")), DESIGNS)
        raise InputError(f"{source}: a design is one of {', '.join(DESIGNS)}, not {given}{hint}")
    kind, body = next(iter(block.items()))
    if kind == "csv":
        return csv_spots(folder / str(body))
    if not isinstance(body, Mapping):
        raise InputError(f"{source}: {kind} is no table of keys; see docs/studies.md")
    try:
        if kind == "swap":
            return swap_spots(read(body, SwapDesign), base)
        design = _lists(kind, body) if kind in LISTS else _drawn(kind, body)
    except InputError as error:
        text = str(error)
        raise InputError(f"{source}: {text if text.startswith(f'{kind}:') else f'{kind}: {text}'}") from None
    return Spots(design.count, lambda: _spots(design, "baseline" if kind == "one_at_a_time" else None), kind in EQUAL_HEADS)


def _spots(design: Design, unchanged: str | None) -> Iterator[Spot]:
    for point in design.points():
        changes = tuple(Change(key, tidy(value)) for key, value in point.items())
        yield Spot(changes, unchanged if not changes else None)


def _lists(kind: str, body: Mapping[str, Any]) -> Design:
    for key, values in body.items():
        _check_key(key)
        if not isinstance(values, list) or not values:
            raise InputError(f"{kind}: {key} has no list of values, such as [0.5, 1.0]")
    if not body:
        raise InputError(f"{kind}: no keys; give each a list of values, such as staffing.absence: [0.05, 0.1]")
    return LISTS[kind](body)


def _drawn(kind: str, body: Mapping[str, Any]) -> Design:
    """A drawn design or a simplex."""
    if kind == "simplex":
        asked = read(body, SimplexDesign)
        for key in asked.parts:
            _check_key(key)
        return Simplex(asked.parts, asked.total, asked.step, asked.least)
    drawn = read(body, DrawnDesign)
    for key in drawn.factors:
        _check_key(key)
    return Drawn(kind, {key: _factor(own) for key, own in drawn.factors.items()}, drawn.points, drawn.seed)


def _factor(own: FactorRange) -> Factor:
    if own.choice:
        return Factor(levels=own.choice)
    return Factor(float(own.low or 0.0), float(own.high or 0.0), own.scale == "log", own.whole)


def _check_key(key: object) -> None:
    """Refuse what no word could set. Raises ``InputError``."""
    Word(f"{key}=0")


def swap_spots(asked: SwapDesign, base: Callable[[Sequence[Change]], Settings]) -> Spots:
    """Points that move so many heads each, exactly. Raises ``InputError`` where no whole crews come out."""
    from sim.study.equal_heads import share_for  # loads the model

    moves = (Change("staffing.move_from", asked.move_from), Change("staffing.move_to", asked.move_to))
    settings = base(moves)
    if settings.staffing.heads:
        raise InputError("swap: a plan of heads is given, so that moving some would change nothing; write two workbooks instead")
    spots = [
        Spot((*moves, Change("staffing.move_share", share_for(settings, heads))), _moved(heads, asked.move_to))
        for heads in asked.heads
    ]
    return Spots(len(spots), lambda: iter(spots), True)


def _moved(heads: int, to: str) -> str:
    return f"{heads} heads to {to}" if heads else "as planned"


def csv_spots(path: Path) -> Spots:
    """One point for each row; headings are keys, and ``name`` if options have names.

    Raises ``InputError`` with line and column.
    """
    rows = read_cells(path)
    if len(rows) < 2:
        raise InputError(f"{path.name}: no points; the first line holds keys, each further line one point")
    for key in rows[0]:
        if not key:
            raise InputError(f"{rows[0].where}: a column without a heading")
        if key != "name":
            _check_key(key)
    spots = [_row_spot(row) for row in rows[1:]]
    return Spots(len(spots), lambda: iter(spots))


def _row_spot(row: Row) -> Spot:
    changes = tuple(Change(key, _cell(row, key)) for key in row if key != "name")
    if "name" in row and not row["name"]:
        raise row.error("name", "empty; every option needs a name, or leave the column out")
    return Spot(changes, row.get("name"), row.where)


def _cell(row: Row, key: str) -> Any:
    """A cell as a plain value: a number, true, false, null or a text. Raises ``InputError`` for an empty one."""
    text = row[key]
    if not text:
        raise row.error(key, "empty; every point has a value of every key")
    known = {"true": True, "false": False, "null": None}
    if text.lower() in known:
        return known[text.lower()]
    number = text.replace(",", ".") if row.comma else text
    for read_as in (int, float):
        try:
            return tidy(read_as(number))
        except ValueError:
            continue
    return text


def typed_design(
    kind: str, table: Mapping[str, str], axes: Sequence[Axis], values: Callable[[str], Sequence[Any]]
) -> dict[str, Any]:
    """A ``design`` block from the command line: ``design=latin design.points=16 staffing.absence='interval(0,0.2)'``.

    ``values`` reads the values of a word. Raises ``InputError``.
    """
    if kind not in DESIGNS:
        raise InputError(f"design={kind}: no such design{nearest(kind, DESIGNS)}; there is {', '.join(DESIGNS)}")
    if kind in LISTS:
        return {kind: {axis.key: listed(axis) for axis in axes}}
    if kind == "csv":
        if "file" not in table:
            raise InputError("design=csv: name its file with design.file=points.csv")
        return {kind: table["file"]}
    given = {key: values(f"design.{key}={text}") for key, text in table.items()}
    body = {key: list(found) if key in ("heads", "parts") else found[0] for key, found in given.items()}
    if kind in ("latin", "sobol"):
        body["factors"] = {axis.key: _range(axis) for axis in axes}
    elif axes:
        raise InputError(f"{axes[0].text!r}: design={kind} takes no other values; see docs/studies.md")
    return {kind: body}


def listed(axis: Axis) -> list[Any]:
    """The values of a sweep. Raises ``InputError`` for an interval, which has no single ones."""
    if axis.interval is not None:
        raise InputError(f"{axis.text!r}: an interval is for design=latin and design=sobol; a grid takes a,b or range(0,1,0.1)")
    return list(axis.values)


def _range(axis: Axis) -> dict[str, Any]:
    own = axis.interval
    if own is None:
        return {"choice": list(axis.values)}
    return {"low": own.low, "high": own.high, "scale": "log" if own.log else "linear", "whole": own.whole}
