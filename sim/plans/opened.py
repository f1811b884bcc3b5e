"""Open a workbook that somebody sent: what it is, how large it would be, and nothing of it is ever carried out.

Formulas are read as text and as the value that was last saved with them, macros are refused, links to other files are left alone.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sim.errors import InputError

LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 100 * 2**20
MOST_PARTS = 1000
MOST_ROWS, MOST_COLUMNS = 50_000, 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "save it as an Excel workbook (.xlsx)"


@dataclass(frozen=True)
class Opened:
    """A workbook twice: with its formulas as they are written (``written``), and with the values saved for them (``saved``)."""

    name: str
    written: Workbook
    saved: Workbook

    @property
    def sheets(self) -> list[Worksheet]:
        """Sheets of cells, in their order; sheets of charts are none."""
        return [sheet for sheet in self.written.worksheets if isinstance(sheet, Worksheet)]


def open_workbook(path: Path) -> Opened:
    """Open a workbook. Raises ``InputError`` of one line for everything that is none, or is not safe to open."""
    content = _content(path)
    _check_parts(path.name, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            written, saved = (load_workbook(BytesIO(content), data_only=values, keep_links=False) for values in (False, True))
    except Exception as error:  # openpyxl raises whatever the part raises that it stumbles over
        problem = f"is damaged and cannot be read as a workbook ({type(error).__name__})"
        raise InputError(f"{path.name}: {problem}; {_SAVE_AS}") from None
    found = Opened(path.name, written, saved)
    for sheet in found.sheets:
        if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
            size = f"{sheet.max_row:,} rows and {sheet.max_column:,} columns"
            raise InputError(f"{path.name}: sheet '{sheet.title}' has {size}, allowed: {MOST_ROWS:,} and {MOST_COLUMNS}")
    return found


def _content(path: Path) -> bytes:
    if not path.exists():
        near = ", ".join(sorted(p.name for p in path.parent.glob("*.xlsx"))[:3]) if path.parent.is_dir() else ""
        raise InputError(f"{path}: there is no such file{f'; there is {near}' if near else ''}")
    if not path.is_file():
        raise InputError(f"{path}: is no file")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path.name}: is empty, allowed: a workbook as `pollday plan export` writes it")
    if size > LARGEST_FILE:
        raise InputError(f"{path.name}: has {size / 2**20:,.0f} MB, allowed: {LARGEST_FILE >> 20} MB")
    return path.read_bytes()


def _check_parts(name: str, content: bytes) -> None:
    """Look at the package of files that a workbook is, without unpacking more than is allowed."""
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        problem = "is protected by a password; take it off" if locked else f"is an old Excel file (.xls); {_SAVE_AS}"
        raise InputError(f"{name}: {problem}")
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _check_package(name, package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        whole = "is damaged" if content.startswith(b"PK") else "is no workbook"
        raise InputError(f"{name}: {whole} ({type(error).__name__}); {_SAVE_AS}") from None


def _check_package(name: str, package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    total = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or total > LARGEST_UNPACKED:
        size = f"{total / 2**20:,.0f} MB in {len(parts):,} parts"
        raise InputError(f"{name}: would be {size} when unpacked, allowed: {LARGEST_UNPACKED >> 20} MB in {MOST_PARTS:,}")
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise InputError(f"{name}: is protected by a password; take it off")
    if any(part.endswith("vbaproject.bin") for part in names) or name.lower().endswith((".xlsm", ".xltm", ".xlam")):
        raise InputError(f"{name}: holds macros, which are never run; save it without them, as an Excel workbook (.xlsx)")
    if "xl/workbook.xml" not in names:
        kind = "an OpenDocument file" if "content.xml" in names else "a ZIP file but no workbook"
        raise InputError(f"{name}: is {kind}; {_SAVE_AS}")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(part).replace(b"\0", b""):
            raise InputError(f"{name}: its part {part.filename} declares entities, which no workbook needs")
