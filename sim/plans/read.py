"""Read a plan from a workbook in any language: rows to heads, every mistake with its sheet and cell."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sim.errors import InputError, nearest
from sim.plans.labels import (
    ABOUT,
    COLUMNS,
    HEADS,
    MOBILISED,
    SHEETS,
    known_columns,
    known_sheets,
    known_terms,
    plain_text,
)  # fmt: skip
from sim.plans.opened import Opened, open_workbook
from sim.plans.table import SHIFTS, TASK_OF

KEYS = ("area", "force", "unit")
SHOWN = 2
"""Mistakes that are told one by one; the others are counted."""
HEADING_WITHIN = 20
"""Rows among which the headings are looked for."""
MOST_HEADS = 1_000_000_000

Place = tuple[str, str]
"""Sheet and cell."""
_KEYED = (
    (re.compile(r"(?P<what>staffing\.(?:heads|mobilised_in))(?=: unknown area '([^']*)')"), "area.{1}"),
    (re.compile(r"(?P<what>staffing\.(?:heads|mobilised_in)\.[^:]*\.(\w+))(?=: no such force)"), "force.{1}"),
    (re.compile(r"(?P<what>staffing\.heads\.([^:]+))(?=: )"), "heads.{1}"),
)
"""How the plan's own errors begin, and where the workbook says it."""


@dataclass
class Workbook:
    """What a workbook says: ``plain`` (``staffing.heads`` and ``staffing.mobilised_in``), keys and values of the ``settings`` it
    came from, the digest of the plan that was ``exported``, and the ``places`` of its numbers by key of the settings."""

    name: str
    plain: dict[str, Any] = field(default_factory=lambda: {"heads": {}, "mobilised_in": {}})
    settings: list[tuple[str, Any]] = field(default_factory=list)
    exported: str = ""
    places: dict[str, Place] = field(default_factory=dict)

    def located(self, text: str) -> str:
        """An error about this plan, with sheet and cell in place of the key of the settings."""
        for pattern, key in _KEYED:
            match = pattern.search(text)
            if match and (place := self.places.get(key.format(*match.groups()))):
                rest = text[match.end("what") :]
                return f"{text[: match.start()]}{self.name}: sheet '{place[0]}', cell {place[1]}{rest}"
        return f"{self.name}: {text}" if re.search(r"\bledger:|staffing\.(heads|mobilised)", text) else text


def read_workbook(path: Path) -> Workbook:
    """Read a plan. Raises ``InputError`` of at most three lines: file, sheet, cell, what is wrong, what is allowed."""
    book = open_workbook(path)
    reader = _Reader(book)
    reader.heads(reader.sheet(HEADS))
    reader.mobilised(reader.sheet(MOBILISED))
    reader.about()
    if reader.mistakes:
        shown = reader.mistakes[:SHOWN]
        more = len(reader.mistakes) - SHOWN
        raise InputError("\n".join([*shown, *([f"{book.name}: {more} more mistakes"] if more > 0 else [])]))
    return reader.found


class _Reader:
    """One workbook on its way to be a plan; mistakes are kept until all are known."""

    def __init__(self, book: Opened) -> None:
        self.book, self.found, self.mistakes = book, Workbook(book.name), list[str]()

    def sheet(self, wanted: str) -> Worksheet:
        """The sheet, whatever language its name has. Raises ``InputError`` where there is none, or more than one."""
        known = known_sheets()
        mine = [sheet for sheet in self.book.sheets if known.get(plain_text(sheet.title)) == wanted]
        if len(mine) == 1:
            return mine[0]
        titles = [sheet.title for sheet in self.book.sheets]
        if mine:
            raise InputError(f"{self.book.name}: sheets '{mine[0].title}' and '{mine[1].title}' are the same; delete one")
        own = [name for name, sheet in known.items() if sheet == wanted]
        others = [title for title in titles if plain_text(title) not in known]
        hint = next((f" (is it '{title}'?)" for title in others if nearest(plain_text(title), own)), "")
        allowed = ", ".join(f"'{name}'" for name in own)
        raise InputError(f"{self.book.name}: no sheet '{SHEETS[wanted]}'{hint}; it may be called {allowed}, in any case")

    def heads(self, sheet: Worksheet) -> None:
        """The heads of every row."""
        columns, first = self._columns(sheet, (*KEYS, *SHIFTS))
        seen: dict[tuple[str, ...], int] = {}
        for row in range(first, sheet.max_row + 1):
            if not any(self._written(sheet, row, columns[name]) for name in (*KEYS, *SHIFTS)):
                continue
            key = self._key(sheet, row, columns, KEYS)
            numbers = {shift: self._number(sheet, row, columns[shift], "write 0 for nobody") for shift in SHIFTS}
            if key is None or self._twice(sheet, row, columns, key, seen):
                continue
            area, force, unit = key
            self._task(sheet, row, columns, unit)
            self._place(sheet, row, columns, area, force)
            self.found.plain["heads"].setdefault(area, {}).setdefault(force, {})[unit] = numbers
            for shift in SHIFTS:
                self.found.places[f"heads.{area}.{force}.{unit}.{shift}"] = (sheet.title, _name(row, columns[shift]))

    def mobilised(self, sheet: Worksheet) -> None:
        """The heads that areas have; an empty cell has as many as the plan needs."""
        columns, first = self._columns(sheet, ("area", "force", "mobilised"))
        seen: dict[tuple[str, ...], int] = {}
        for row in range(first, sheet.max_row + 1):
            if not any(self._written(sheet, row, columns[name]) for name in ("area", "force", "mobilised")):
                continue
            key = self._key(sheet, row, columns, ("area", "force"))
            number = self._number(sheet, row, columns["mobilised"], None)
            if key is None or self._twice(sheet, row, columns, key, seen):
                continue
            self._place(sheet, row, columns, *key)
            self.found.places[f"mobilised_in.{key[0]}.{key[1]}"] = (sheet.title, _name(row, columns["mobilised"]))
            if number is not None:
                self.found.plain["mobilised_in"].setdefault(key[0], {})[key[1]] = number

    def about(self) -> None:
        """Where the plan comes from, if the workbook still says so."""
        if ABOUT not in self.book.written.sheetnames:
            return
        sheet = self.book.written[ABOUT]
        rows = [row for row in sheet.iter_rows(min_row=1, max_row=500, max_col=3, values_only=True) if isinstance(row[0], str)]
        self.found.exported = next((str(row[1]) for row in rows if row[0] == "plan"), "")
        for number, (key, name, value) in enumerate(rows, 1):
            if key == "setting":
                try:
                    self.found.settings.append((str(name), json.loads(str(value))))
                except (ValueError, RecursionError):
                    self._wrong(sheet, number, 3, f"the value of {name} cannot be read; export the plan again")

    def _columns(self, sheet: Worksheet, wanted: Sequence[str]) -> tuple[dict[str, int], int]:
        """Columns by name, and the row below the headings. Raises ``InputError`` for a heading that is missing or there twice."""
        best: dict[str, int] = {}
        below = 1
        for row in range(1, min(sheet.max_row, HEADING_WITHIN) + 1):
            found = self._headings(sheet, row)
            if len(found.keys() & set(wanted)) > len(best.keys() & set(wanted)):
                best, below = found, row + 1
        for name in wanted:
            if name not in best:
                texts = [str(c.value) for c in sheet[max(below - 1, 1)] if isinstance(c.value, str)]
                other = next((text for text in texts if plain_text(text) not in known_columns() and
                              nearest(plain_text(text), [k for k, v in known_columns().items() if v == name])), None)  # fmt: skip
                hint = f" (is it '{plain_text(other)}'?)" if other else ""
                raise InputError(f"{self.book.name}: sheet '{sheet.title}': no column '{COLUMNS[name]}'{hint}; "
                                 f"columns are {', '.join(COLUMNS[n] for n in wanted)}")  # fmt: skip
        self._check_merged(sheet, below - 1, [best[name] for name in wanted])
        return best, below

    def _headings(self, sheet: Worksheet, row: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for column in range(1, sheet.max_column + 1):
            value = sheet.cell(row, column).value
            name = known_columns().get(plain_text(value)) if isinstance(value, str) else None
            if name in found:
                both = f"cells {_name(row, found[name])} and {_name(row, column)} are both '{plain_text(value)}'"
                raise InputError(f"{self.book.name}: sheet '{sheet.title}', {both}; delete one column")
            if name is not None:
                found[name] = column
        return found

    def _check_merged(self, sheet: Worksheet, first: int, columns: Sequence[int]) -> None:
        for area in sheet.merged_cells.ranges:
            if area.max_row >= first and any(area.min_col <= column <= area.max_col for column in columns):
                raise InputError(f"{self.book.name}: sheet '{sheet.title}', cells {area.coord}: are merged; "
                                 "take the merging off, so that every row says all of its own")  # fmt: skip

    def _key(self, sheet: Worksheet, row: int, columns: Mapping[str, int], names: Sequence[str]) -> tuple[str, ...] | None:
        """What a row is about; None where that cannot be told."""
        found: list[str] = []
        for name in names:
            text = self._text(sheet, row, columns[name])
            if text is None:
                self._wrong(sheet, row, columns[name], f"is empty, allowed: {'an area code' if name == 'area' else f'a {name}'}")
            elif name == "area":
                found.append(text)
            elif plain_text(text) in known_terms(name):
                found.append(known_terms(name)[plain_text(text)])
            else:
                known = known_terms(name)
                hint = nearest(plain_text(text), known)
                self._wrong(sheet, row, columns[name], f"'{text[:40]}' is no {name}{hint}")
        return tuple(found) if len(found) == len(names) else None

    def _task(self, sheet: Worksheet, row: int, columns: Mapping[str, int], unit: str) -> None:
        """The task, if the sheet names it, must be that of the unit."""
        text = self._text(sheet, row, columns["task"]) if "task" in columns else None
        if text is None:
            return
        known = known_terms("task")
        task = known.get(plain_text(text))
        if task is None:
            self._wrong(sheet, row, columns["task"], f"'{text[:40]}' is no task{nearest(plain_text(text), known)}")
        elif task != TASK_OF[unit]:
            self._wrong(sheet, row, columns["task"], f"the task of the unit '{unit}' is {TASK_OF[unit]}, not {task}")

    def _place(self, sheet: Worksheet, row: int, columns: Mapping[str, int], area: str, force: str) -> None:
        """Remember where an area and a force are named first."""
        self.found.places.setdefault(f"area.{area}", (sheet.title, _name(row, columns["area"])))
        self.found.places.setdefault(f"force.{force}", (sheet.title, _name(row, columns["force"])))

    def _twice(
        self, sheet: Worksheet, row: int, columns: Mapping[str, int], key: tuple[str, ...], seen: dict[tuple[str, ...], int]
    ) -> bool:
        same = (plain_text(key[0]), *key[1:])
        if same in seen:
            self._wrong(sheet, row, columns["area"], f"{' '.join(key)} stands in row {seen[same]} already; keep one of them")
        return seen.setdefault(same, row) != row

    def _text(self, sheet: Worksheet, row: int, column: int) -> str | None:
        """A cell as text; a number such as 6 that an area code became is read as 06 by the settings."""
        value = self._value(sheet, row, column)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return f"{value:02d}"
        text = "" if value is None else str(value).strip()
        return text or None

    def _number(self, sheet: Worksheet, row: int, column: int, empty: str | None) -> int | None:
        """A number of heads; ``empty`` says what to do about an empty cell (None: it may be empty)."""
        value = self._value(sheet, row, column)
        if value is None and self._written(sheet, row, column):
            return None
        if value is None or value == "":
            if empty is not None:
                self._wrong(sheet, row, column, f"is empty; {empty}")
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            kind = "is text" if isinstance(value, str) else f"is a {type(value).__name__}"
            self._wrong(sheet, row, column, f"'{str(value)[:40]}' {kind}, allowed: a whole number of heads")
        elif not 0 <= value <= MOST_HEADS:
            self._wrong(sheet, row, column, f"{value:g}, allowed: 0 to {MOST_HEADS:,}")
        elif value != int(value):
            self._wrong(sheet, row, column, f"{value:g} heads, allowed: whole numbers")
        else:
            return int(value)
        return None

    def _value(self, sheet: Worksheet, row: int, column: int) -> Any:
        """The value of a cell; of a formula the one that was saved with it. A formula without one is a mistake."""
        value = self._written(sheet, row, column)
        if not _is_formula(sheet, row, column):
            return value
        saved = self.book.saved[sheet.title].cell(row, column).value
        if saved is None:
            text = "holds a formula without a saved value; open and save it in Excel or LibreOffice, or write the number"
            self._wrong(sheet, row, column, text)
        return saved

    def _written(self, sheet: Worksheet, row: int, column: int) -> Any:
        return sheet.cell(row, column).value

    def _wrong(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        line = f"{self.book.name}: sheet '{sheet.title}', cell {_name(row, column)}: {text}"
        if line not in self.mistakes:
            self.mistakes.append(line)


def _is_formula(sheet: Worksheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return isinstance(cell, Cell) and not isinstance(cell, MergedCell) and cell.data_type == "f"


def _name(row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"

