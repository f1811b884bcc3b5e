"""Answers: one JSON object, or the same as text and tables for people."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

INTERNAL = "INTERNAL: small areas are shown. Do not pass on."


@dataclass(frozen=True)
class Grid:
    """A table to print: a title, headings, rows of cells (None: no data)."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Answer:
    """What a command has to say: ``data`` is the JSON object, ``shown`` texts and tables, ``notes`` go to standard error.

    ``code`` is the exit code: 0, or 1 when something that was asked for is missing.
    """

    data: Mapping[str, Any]
    shown: Sequence[str | Grid] = ()
    notes: Sequence[str] = field(default=())
    code: int = 0


def show(answer: Answer, as_json: bool) -> str:
    """The text for standard output, with its last line end. Names in the first column stay whole: they differ at their ends."""
    if as_json:
        return json.dumps(clean(answer.data), ensure_ascii=False, allow_nan=False) + "\n"
    from rich.box import SIMPLE_HEAD
    from rich.console import Console, JustifyMethod
    from rich.table import Table

    out = StringIO()
    width = max(shutil.get_terminal_size((120, 40)).columns, 100)
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    for block in answer.shown:
        if isinstance(block, str):
            console.print(block, soft_wrap=True)
            continue
        console.print(f"\n{block.title}", style="bold", soft_wrap=True)
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for i, heading in enumerate(block.headings):
            numeric = any(isinstance(row[i], int | float) for row in block.rows)
            named = i == 0 and max((len(str(row[0])) for row in block.rows), default=0) <= width // 2
            justify: JustifyMethod = "right" if numeric else "left"
            table.add_column(heading, justify=justify, overflow="fold", no_wrap=named)
        for row in block.rows:
            table.add_row(*(written(cell) for cell in row))
        console.print(table)
    return out.getvalue()


def clean(value: Any) -> Any:
    """Plain data without NaN and infinity (null instead), whatever it is made of."""
    if isinstance(value, Mapping):
        return {str(k): clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean(v) for v in value]
    if hasattr(value, "tolist") and not isinstance(value, str):
        return clean(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def written(cell: Any) -> str:
    """One cell for people: thousands apart, four significant digits, and words for no data."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "no data"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.4g}"
    return str(cell)


def columns_of(table: Mapping[str, Sequence[Any]], title: str, chosen: Sequence[str] = ()) -> Grid:
    """A table of columns as one to print, all columns or the chosen ones that are there."""
    names = [name for name in (chosen or table) if name in table]
    return Grid(title, in_words(names), list(zip(*(table[name] for name in names))))


def in_words(names: Iterable[str]) -> list[str]:
    """Names of columns as headings.

    >>> in_words(["response_mean"])
    ['response mean']
    """
    return [name.replace("_", " ") for name in names]
