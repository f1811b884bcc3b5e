"""How the sheets of a plan look: headings, cells to fill in, cells to leave alone, and paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

NUMBER = "#,##0"
FONT = "Calibri"
RIGHT_TO_LEFT = 2
"""Reading order of a cell in Excel."""
LINE = Border(bottom=Side(style="hair", color="B8BEC6"))
AREA_LINE = Border(top=Side(style="thin", color="5B6770"), bottom=Side(style="hair", color="B8BEC6"))
HEADER = PatternFill("solid", fgColor="1F3B57")
FILL_IN = PatternFill("solid", fgColor="FFF8DC")
LEAVE = PatternFill("solid", fgColor="EDEFF2")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row=row, column=column)
    assert isinstance(cell, Cell), "a cell of our own sheet that is hidden by merging"
    return cell


def put(sheet: Worksheet, row: int, column: int, value: str | int | None) -> Cell:
    """A cell with a text, which is never a formula whatever it begins with, or a number."""
    cell = _cell(sheet, row, column)
    if isinstance(value, str):
        cell.value = _CONTROL.sub(" ", value)
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@")
    else:
        cell.value = value
        cell.number_format = NUMBER
    return cell


def formula(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A cell with a formula of our own."""
    cell = _cell(sheet, row, column)
    cell.value = f"={text}"
    cell.number_format = NUMBER
    return cell


def header(sheet: Worksheet, row: int, names: Sequence[str], height: float = 44) -> None:
    """A row of headings."""
    for column, name in enumerate(names, 1):
        cell = put(sheet, row, column, name)
        cell.font = Font(name=FONT, bold=True, color="FFFFFF")
        cell.fill = HEADER
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    sheet.row_dimensions[row].height = height


def fill_in(cell: Cell) -> None:
    """A cell that the planner fills in."""
    cell.fill, cell.protection = FILL_IN, Protection(locked=False)


def leave(cell: Cell) -> None:
    """A cell that says something and stays as it is."""
    cell.fill = LEAVE


def widths(sheet: Worksheet, sizes: Sequence[float]) -> None:
    """Widths of the columns, in characters."""
    for number, size in enumerate(sizes, 1):
        sheet.column_dimensions[get_column_letter(number)].width = size


def _read_from_the_right(sheet: Worksheet) -> None:
    """Let every text begin at the right, also one that begins with Latin letters or ends with a full stop."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and isinstance(cell, Cell):
                old = cell.alignment
                cell.alignment = Alignment(old.horizontal, old.vertical, wrap_text=old.wrap_text, readingOrder=RIGHT_TO_LEFT)


def lay_out(
    sheet: Worksheet, rtl: bool, frozen: str | None, title_rows: str | None, marking: str, one_page: bool = False
) -> None:
    """Direction, frozen headings, A4 landscape with repeated headings, page numbers, and the lock without a password."""
    sheet.sheet_view.rightToLeft = rtl
    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = frozen
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(one_page)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_title_rows = title_rows
    footer = HeaderFooterItem()
    footer.left.text, footer.right.text = marking, "&P / &N"
    sheet.oddFooter = footer
    if rtl:
        _read_from_the_right(sheet)
    lock = sheet.protection
    lock.sheet, lock.autoFilter, lock.sort, lock.formatColumns, lock.formatRows = True, False, False, False, False
