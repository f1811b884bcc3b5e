"""The workbook of a plan, in one language: what to fill in, totals as formulas, how to read it, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sim.forces.heads import OWN_HOURS
from sim.forces.kinds import KINDS, TASKS
from sim.forces.roster import POLLING
from sim.language import Language
from sim.plans.guide import clock_spans, write_guide
from sim.plans.hours import Span
from sim.plans.labels import ABOUT, HEADS, MOBILISED, TOTALS, heading, sheet_name, term
from sim.plans.style import AREA_LINE, LINE, fill_in, header, lay_out, leave, put, widths
from sim.plans.table import SHIFTS, TASK_OF, PlanTable
from sim.plans.totals import write_totals

FORMAT = "1"
"""Layout of the workbook."""
ROOM = 500
"""Rows below the table that the totals count too, for rows that somebody adds."""
HEAD_COLUMNS = ("area", "name", "force", "task", "unit", "crew", *SHIFTS)
FIRST_SHIFT = HEAD_COLUMNS.index("before") + 1
MOBILISED_COLUMNS = ("area", "name", "force", "mobilised", "needed")


@dataclass(frozen=True)
class Origin:
    """Where a plan comes from: name of the day, keys and values of its ``settings``, the ``words`` they are typed as, pollday's
    ``version``; and the usual ``hours`` of each shift."""

    name: str
    settings: tuple[tuple[str, Any], ...]
    words: tuple[str, ...]
    version: str
    hours: dict[str, tuple[Span, ...]]


def workbook(table: PlanTable, origin: Origin, words: Language) -> bytes:
    """The workbook as a file's bytes."""
    book = Workbook()
    del book[book.sheetnames[0]]
    marking = words.say("Plan %(digest)s", digest=words.isolate(table.digest()[:12]))
    sheets = {name: book.create_sheet(sheet_name(words, name)) for name in (HEADS, MOBILISED, TOTALS)}
    last = _heads(sheets[HEADS], table, origin, words)
    _mobilised(sheets[MOBILISED], table, words)
    write_totals(sheets[TOTALS], sheet_name(words, HEADS), last + ROOM, list(table_rows(table)), table, words)
    lay_out(sheets[HEADS], words.rtl, f"{get_column_letter(FIRST_SHIFT)}2", "1:1", marking)
    lay_out(sheets[MOBILISED], words.rtl, "D2", "1:1", marking)
    lay_out(sheets[TOTALS], words.rtl, "D2", "1:1", marking)
    guide = book.create_sheet(sheet_name(words, "guide"), 0)
    write_guide(guide, table, origin.name, origin.words, origin.hours, words)
    lay_out(guide, words.rtl, "A2", None, marking, one_page=True)
    about = book.create_sheet(ABOUT)
    _about(about, table, origin, words)
    lay_out(about, False, None, None, marking)
    book.active = book.index(sheets[HEADS])
    book.properties.title, book.properties.creator = origin.name, "pollday"
    book.calculation.fullCalcOnLoad = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def table_rows(table: PlanTable) -> Iterator[tuple[int, int, int]]:
    """Area, force and kind of every row, by area, then force, then task."""
    order = sorted(range(len(KINDS)), key=lambda k: (TASKS.index(TASK_OF[KINDS[k]]), k))
    forces = len(table.territory.forces)
    for cell in range(table.heads.shape[1]):
        yield from ((*divmod(cell, forces), kind) for kind in order if table.possible[kind, cell])


def _heads(sheet: Worksheet, table: PlanTable, origin: Origin, words: Language) -> int:
    """The numbers to fill in. Returns the last row."""
    names = [heading(words, column) for column in HEAD_COLUMNS]
    for number, shift in enumerate(SHIFTS, FIRST_SHIFT - 1):
        names[number] += f"\n{clock_spans(origin.hours[shift], words)}"
    header(sheet, 1, names, 58)
    row, before = 1, -1
    for row, (area, force, kind) in enumerate(table_rows(table), 2):
        name, where = KINDS[kind], table.territory
        own = [where.area_codes[area], words.area(where, area), term(words, "force", where.forces[force])]
        own += [term(words, "task", TASK_OF[name]), term(words, "unit", name)]
        for column, text in enumerate(own, 1):
            leave(put(sheet, row, column, text))
        leave(put(sheet, row, len(own) + 1, int(table.crew[kind])))
        heads = table.heads[kind, area * len(table.territory.forces) + force]
        for period, number in enumerate(heads.tolist()):
            cell = put(sheet, row, FIRST_SHIFT + period, number)
            (leave if name in OWN_HOURS and period != POLLING else fill_in)(cell)
        for column in range(1, FIRST_SHIFT + len(SHIFTS)):
            sheet.cell(row, column).border = LINE if area == before else AREA_LINE
        before = area
    widths(sheet, (8, 20, 14, 20, 30, 11, 15, 15, 15, 15))
    sheet.auto_filter.ref = f"A1:{get_column_letter(FIRST_SHIFT + 3)}{max(row, 2)}"
    _check_numbers(sheet, f"{get_column_letter(FIRST_SHIFT)}2:{get_column_letter(FIRST_SHIFT + 3)}{row + ROOM}", words)
    return row


def _check_numbers(sheet: Worksheet, cells: str, words: Language) -> None:
    """Let only whole crews into the cells to fill in."""
    first = cells.partition(":")[0]
    crew = f"$F{first[1:]}"
    check = DataValidation("custom", formula1=f"AND(ISNUMBER({first}),{first}>=0,MOD({first},{crew})=0)", allow_blank=False)
    check.errorTitle = words.say("Number of heads")[:32]
    text = words.say("A whole number of heads, 0 or more, in whole units: a multiple of the column before the shifts.")
    check.error = text[:255]
    check.showErrorMessage = True
    sheet.add_data_validation(check)
    check.add(cells)


def _mobilised(sheet: Worksheet, table: PlanTable, words: Language) -> None:
    header(sheet, 1, [heading(words, column) for column in MOBILISED_COLUMNS])
    row = 1
    for area, code in enumerate(table.territory.area_codes):
        for f, force in enumerate(table.territory.forces):
            if not (table.mobilised[area, f] or table.has_rows(area, f)):
                continue
            row += 1
            for column, text in enumerate((code, words.area(table.territory, area), term(words, "force", force)), 1):
                leave(put(sheet, row, column, text))
            fill_in(put(sheet, row, 4, None if table.free[area, f] else int(table.mobilised[area, f])))
            leave(put(sheet, row, 5, int(table.needed[area, f])))
            for column in range(1, 6):
                sheet.cell(row, column).border = LINE
    widths(sheet, (8, 24, 16, 20, 24))
    check = DataValidation("whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    check.errorTitle, check.error = words.say("Number of heads")[:32], words.say("A whole number of heads, 0 or more.")
    check.showErrorMessage = True
    sheet.add_data_validation(check)
    check.add(f"D2:D{row + ROOM}")


def _about(sheet: Worksheet, table: PlanTable, origin: Origin, words: Language) -> None:
    """What the program needs to know, in its own words."""
    own = [("setting", key, json.dumps(value, ensure_ascii=False)) for key, value in origin.settings]
    rows = [("format", FORMAT), ("version", origin.version), ("language", words.code), ("name", origin.name),
            ("plan", table.digest()), *own]  # fmt: skip
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            put(sheet, number, column, text)
    widths(sheet, (14, 70, 50))
