"""The sheet of sums: formulas over the sheet of heads, by area and force and by task, and whether they miss a row."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from sim.forces.kinds import KINDS, TASKS
from sim.language import Language
from sim.plans.labels import heading, term
from sim.plans.style import FONT, LINE, formula, header, put, widths
from sim.plans.table import SHIFTS, TASK_OF, PlanTable

AREA, FORCE, TASK, FIRST_SHIFT = "A", "C", "D", 7
"""Columns of the sheet of heads."""
OWN = tuple(get_column_letter(4 + i) for i in range(len(SHIFTS)))
"""Columns of the sums."""


class _Sums:
    """Lines of sums over the rows of heads up to ``last``."""

    def __init__(self, sheet: Worksheet, source: str, last: int) -> None:
        self.sheet, self.source, self.last, self.row = sheet, quote_sheetname(source), last, 1
        self.shifts = [get_column_letter(FIRST_SHIFT + i) for i in range(len(SHIFTS))]

    def line(self, texts: Sequence[str], sums: Sequence[str], bold: bool = False) -> None:
        """A line of texts, and one formula for each shift."""
        self.row += 1
        cells = [put(self.sheet, self.row, column, text) for column, text in enumerate(texts, 1)]
        cells += [formula(self.sheet, self.row, 4 + i, text) for i, text in enumerate(sums)]
        for cell in cells:
            cell.border, cell.font = LINE, Font(name=FONT, bold=bold)

    def where(self, columns: dict[str, str]) -> list[str]:
        """Sums over the rows of heads that say in each column what a cell of the next line says."""
        tests = "*".join(f"({self._cells(column)}=${cell}{self.row + 1})" for column, cell in columns.items())
        return [f"SUMPRODUCT(--({tests}>0),{self._cells(letter)})" for letter in self.shifts]

    def above(self, first: int) -> list[str]:
        """Sums of the lines from ``first`` on."""
        return [f"SUM({letter}{first}:{letter}{self.row})" for letter in OWN]

    def missed(self, *rows: int) -> list[str]:
        """How far the sums in ``rows`` are from the sum of everything in the sheet of heads."""
        whole = [f"SUM({self.source}!{letter}:{letter})" for letter in self.shifts]
        return ["+".join(f"ABS({all_heads}-{own}{row})" for row in rows) for all_heads, own in zip(whole, OWN)]

    def _cells(self, letter: str) -> str:
        return f"{self.source}!${letter}$2:${letter}${self.last}"


def write_totals(
    sheet: Worksheet, source: str, last: int, rows: Sequence[tuple[int, int, int]], table: PlanTable, words: Language
) -> None:
    """Fill the sheet. ``source``: name of the sheet of heads; ``last``: last row that counts; ``rows``: its areas, forces
    and kinds."""
    header(sheet, 1, [heading(words, column) for column in ("area", "name", "force", *SHIFTS)])
    sums, where = _Sums(sheet, source, last), table.territory
    for area, force in dict.fromkeys((area, force) for area, force, _ in rows):
        texts = (where.area_codes[area], words.area(where, area), term(words, "force", where.forces[force]))
        sums.line(texts, sums.where({AREA: "A", FORCE: "C"}))
    sums.line(("", words.say("all areas"), ""), sums.above(2), bold=True)
    by_area, first = sums.row, sums.row + 1
    for task in sorted({TASK_OF[KINDS[kind]] for _, _, kind in rows}, key=TASKS.index):
        sums.line(("", words.say("all areas"), term(words, "task", task)), sums.where({TASK: "C"}))
    sums.line(("", words.say("all tasks"), ""), sums.above(first), bold=True)
    check = words.say("Rows that these sums miss (must be 0)")
    sums.line(("", check, ""), sums.missed(by_area, sums.row), bold=True)
    sheet.cell(sums.row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[sums.row].height = 32
    widths(sheet, (9, 30, 26, 17, 17, 17, 17))
