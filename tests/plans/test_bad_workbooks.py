"""Every workbook that is none, or says what cannot be: at most three lines with file, sheet and cell, and nothing is written."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sim.plans import opened
from tests.cli.conftest import Call

Edited = Callable[..., Path]


def refused(pollday: Call, path: Path | str, problem: str) -> None:
    """The import says so in one to three lines and writes nothing."""
    before = sorted(Path().iterdir())
    said = pollday("plan", "import", str(path), "-o", "out.yaml")
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert 1 <= len(lines) <= 3 and all(line.startswith("pollday plan: ") for line in lines), said.err
    assert re.search(problem, said.err), said.err
    assert sorted(Path().iterdir()) == before


def in_heads(cell: str, value: Any) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book["Heads"][cell] = value

    return change


# Row 3 of the city: Z1, police, patrols, patrol car, 3 heads of one unit, 21, 21, 39, 21.
@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("I3", "twelve", r"plan.xlsx: sheet 'Heads', cell I3: 'twelve' is text, allowed: a whole number of heads"),
        ("I3", "39", "cell I3: '39' is text"),
        ("I3", "٣٩", "cell I3: '٣٩' is text"),
        ("I3", -3, "cell I3: -3, allowed: 0 to 1,000,000,000"),
        ("I3", 1e30, r"cell I3: 1e\+30, allowed: 0 to 1,000,000,000"),
        ("I3", 40.5, "cell I3: 40.5 heads, allowed: whole numbers"),
        ("I3", 40, r"sheet 'Heads', cell I3: 40 heads are no whole crews of 3, allowed: 39, 42 \(area Z1"),
        ("I3", True, "cell I3: 'True' is a bool, allowed: a whole number of heads"),
        ("I3", datetime.date(2017, 11, 23), "cell I3: '2017-11-23.*' is a date"),
        ("I3", None, "cell I3: is empty; write 0 for nobody"),
        ("I3", "=6*7", "cell I3: holds a formula without a saved value; open and save it in Excel or LibreOffice, or write"),
        ("I3", "=cmd|' /C calc'!A0", "cell I3: holds a formula without a saved value"),
        ("I3", '=HYPERLINK("http://example.org")', "cell I3: holds a formula without a saved value"),
        ("A3", None, "cell A3: is empty, allowed: an area code"),
        ("A3", "Z9", "sheet 'Heads', cell A3: unknown area 'Z9'; give its code or its name"),
        ("A3", "Zon 1", r"sheet 'Heads', cell A3: unknown area 'Zon 1' \(did you mean 'zone 1'\?\)"),
        ("A3", "=A2", "cell A3: holds a formula without a saved value"),
        ("C3", "polise", r"cell C3: 'polise' is no force \(did you mean 'police'\?\)"),
        ("C3", "customs", "cell C3: 'customs' is no force"),
        ("D3", "patrolls", r"cell D3: 'patrolls' is no task \(did you mean 'patrols'\?\)"),
        ("D3", "reserve", "cell D3: the task of the unit 'patrol_car' is patrol, not reserve"),
        ("E3", "patrol cart", r"cell E3: 'patrol cart' is no unit \(did you mean 'patrol car'\?\)"),
        ("E4", "patrol car", "cell A4: Z1 police patrol_car stands in row 3 already; keep one of them"),
        ("G1", "Days befor, by day", r"'Heads': no column 'days before, by day' \(is it 'days befor, by day'\?\); columns are"),
        ("G1", "polling day", r"sheet 'Heads', cells G1 and I1 are both 'polling day'; delete one column"),
    ],
)
def test_a_wrong_cell_is_named(pollday: Call, edited: Edited, cell: str, value: Any, problem: str) -> None:
    refused(pollday, edited(in_heads(cell, value)), problem)


def test_many_mistakes_are_counted_and_the_first_ones_told(pollday: Call, edited: Edited) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in range(2, 12):
            book["Heads"].cell(row, 9).value = "many"

    refused(pollday, edited(change), r"cell I2: 'many'.*\n.*cell I3: 'many'.*\n.*plan.xlsx: 8 more mistakes")


def test_heads_that_the_place_cannot_take_are_named_by_their_cell(pollday: Call, edited: Edited) -> None:
    refused(pollday, edited(in_heads("I2", 0)), r"sheet 'Heads', cell I2: 0 heads, a relief that leaves a hole")


def test_a_ledger_that_does_not_close_is_one_line_with_area_hour_and_heads(pollday: Call, edited: Edited) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Mobilised"]["D2"] = 1000

    path = edited(change)
    line = (
        r"^pollday {}: {}plan.xlsx: ledger: 243 heads are missing in area Z1 'Zone 1', police, at 19:00: "
        r"1000 are mobilised there, the plan needs 1243 with 8 h of rest$"
    )
    refused(pollday, path, line.format("plan", ""))
    for words in (["run", f"plan={path}", "--no-save"], ["forces", f"plan={path}"]):
        said = pollday(*words)
        assert said.code == 2 and re.search(line.format(words[0], ""), said.err), said.err


@pytest.mark.parametrize(("value", "problem"), [("all", "'all' is text"), (-1, "-1, allowed: 0"), (1.5, "1.5 heads, allowed")])
def test_wrong_numbers_of_mobilised_heads_are_named(pollday: Call, edited: Edited, value: Any, problem: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Mobilised"]["D3"] = value

    refused(pollday, edited(change), f"sheet 'Mobilised', cell D3: {problem}")


@pytest.mark.parametrize("sheet", ["Heads", "Mobilised"])
def test_a_missing_sheet_is_named_in_every_language_it_may_have(pollday: Call, edited: Edited, sheet: str) -> None:
    def lose(book: openpyxl.Workbook) -> None:
        del book[sheet]

    def misspell(book: openpyxl.Workbook) -> None:
        book[sheet].title = f"{sheet}s"

    french = {"Heads": "effectifs", "Mobilised": "mobilisés"}[sheet]
    refused(pollday, edited(lose), f"no sheet '{sheet}'; it may be called .*'{french}'")
    refused(pollday, edited(misspell), rf"no sheet '{sheet}' \(is it '{sheet}s'\?\)")


def test_a_sheet_that_is_there_in_two_languages_is_refused(pollday: Call, edited: Edited) -> None:
    path = edited(lambda book: book.create_sheet("Effectifs"))
    refused(pollday, path, "sheets 'Heads' and 'Effectifs' are the same; delete one")


def test_merged_cells_are_refused(pollday: Call, edited: Edited) -> None:
    refused(pollday, edited(lambda book: book["Heads"].merge_cells("A3:A5")), "sheet 'Heads', cells A3:A5: are merged")


def test_a_missing_column_is_named(pollday: Call, edited: Edited) -> None:
    def lose(book: openpyxl.Workbook) -> None:
        book["Heads"].delete_cols(9)

    refused(pollday, edited(lose), "sheet 'Heads': no column 'polling day'; columns are area code, force, unit, days before")


def test_files_that_are_no_workbooks_are_refused(pollday: Call, tmp_path: Path, city_book: bytes) -> None:
    for name, content, problem in (
        ("empty.xlsx", b"", "empty.xlsx: is empty"),
        ("text.xlsx", b"area;heads\n1;2\n", "text.xlsx: is no workbook .*save it as an Excel workbook"),
        ("half.xlsx", city_book[: len(city_book) // 2], "half.xlsx: is damaged"),
        ("old.xlsx", opened._OLE + bytes(600), r"old.xlsx: is an old Excel file \(.xls\)"),
        ("locked.xlsx", opened._OLE + bytes(60) + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
    ):
        (tmp_path / name).write_bytes(content)
        refused(pollday, name, problem)
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as package:
        package.writestr("readme.txt", "hello")
    refused(pollday, "zip.xlsx", "zip.xlsx: is a ZIP file but no workbook")
    with zipfile.ZipFile(tmp_path / "odf.ods", "w") as package:
        package.writestr("content.xml", "<x/>")
    refused(pollday, "odf.ods", "odf.ods: is an OpenDocument file")
    (tmp_path / "folder.xlsx").mkdir()
    refused(pollday, "folder.xlsx", "folder.xlsx: is no file")
    refused(pollday, "nowhere.xlsx", "nowhere.xlsx: there is no such file")


def test_one_wrong_byte_anywhere_is_no_traceback(pollday: Call, tmp_path: Path, city_book: bytes) -> None:
    path = tmp_path / "flipped.xlsx"
    for place in range(7, len(city_book), len(city_book) // 12):
        path.write_bytes(city_book[:place] + bytes([city_book[place] ^ 0x55]) + city_book[place + 1 :])
        said = pollday("plan", "import", "flipped.xlsx")
        assert said.code in (0, 2) and len(said.err.splitlines()) <= 3, said.err


def test_macros_are_refused_however_they_come(pollday: Call, packed: Edited) -> None:
    refused(pollday, packed({"xl/vbaProject.bin": b"x"}), "plan.xlsx: holds macros, which are never run; save it without them")
    refused(pollday, packed({}, "plan.xlsm"), "plan.xlsm: holds macros")


def test_a_bomb_is_refused_before_it_is_unpacked(pollday: Call, tmp_path: Path, city_book: bytes) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(city_book)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/x.bin", bytes(101 * 2**20))
    assert path.stat().st_size < 2**20
    refused(pollday, path, r"bomb.xlsx: would be 101 MB in \d+ parts when unpacked, allowed: 100 MB")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/y.bin", b"0")
        package.getinfo("xl/media/y.bin").file_size = 2**31
    refused(pollday, path, r"bomb.xlsx: would be 2,149 MB in \d+ parts when unpacked, allowed: 100 MB")


def test_a_part_that_lies_about_its_size_is_damaged(pollday: Call, packed: Edited) -> None:
    path = packed({"xl/sharedStrings.xml": bytes(2**24)})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/y.bin", b"0")
        package.getinfo("xl/sharedStrings.xml").file_size = 100
    refused(pollday, path, r"plan.xlsx: is damaged \(BadZipFile\)")


def test_thousands_of_parts_are_refused(pollday: Call, packed: Edited) -> None:
    path = packed({f"xl/media/{i}.bin": b"" for i in range(1200)})
    refused(pollday, path, r"in 1,\d+ parts when unpacked, allowed: 100 MB in 1,000")


def test_a_file_that_is_too_large_is_refused(pollday: Call, tmp_path: Path) -> None:
    with (tmp_path / "large.xlsx").open("wb") as file:
        file.truncate(opened.LARGEST_FILE + 1)
    refused(pollday, "large.xlsx", "large.xlsx: has 20 MB, allowed: 20 MB")


def test_entities_are_refused(pollday: Call, packed: Edited) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    refused(pollday, packed({"xl/sharedStrings.xml": bomb}), "its part xl/sharedStrings.xml declares entities")


def test_a_part_that_is_missing_or_broken_is_no_traceback(pollday: Call, packed: Edited) -> None:
    refused(pollday, packed({"xl/worksheets/sheet2.xml": b"<worksheet><sheetData><row"}), "is damaged and cannot be read")
    refused(pollday, packed({"xl/workbook.xml": b"no xml"}), "is damaged and cannot be read")
    refused(pollday, packed({"xl/workbook.xml": None}), "is a ZIP file but no workbook")


def test_a_far_away_cell_is_refused_and_not_walked_to(pollday: Call, edited: Edited) -> None:
    size = "1,048,576 rows and 16,384 columns, allowed: 50,000 and 200"
    refused(pollday, edited(in_heads("XFD1048576", 1)), f"sheet 'Heads' has {size}")


def test_a_setting_that_no_plan_can_have_is_refused(pollday: Call, edited: Edited) -> None:
    def setting(key: str, value: str) -> Callable[[openpyxl.Workbook], None]:
        def change(book: openpyxl.Workbook) -> None:
            sheet: Worksheet = book["pollday"]
            sheet.append(["setting", key, value])

        return change

    refused(pollday, edited(setting("plan", '"other.xlsx"')), "sheet 'pollday' names the setting plan, which a plan cannot have")
    refused(pollday, edited(setting("hydra.run.dir", '"/tmp"')), "Hydra's own settings are not for pollday")
    refused(pollday, edited(setting("_target_", '"os.system"')), "_target_ are not allowed")
    refused(pollday, edited(setting("staffing.absense", "0.5")), r"staffing.absense: unknown key \(did you mean 'staffing.abs")
    refused(pollday, edited(setting("seed", "{no json")), "sheet 'pollday', cell C7: the value of seed cannot be read")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "name what to do and a file"),
        (["export"], "name what to do and a file"),
        (["export", "preset=demo-city"], "name what to do and a file"),
        (["exprot", "x.xlsx"], r"exprot: there is no such action \(did you mean 'export'\?\)"),
        (["export", "x.csv"], "x.csv: must end in .xlsx"),
        (["export", "no/x.xlsx"], "there is no folder no"),
        (["export", "x.xlsx", "language=de"], "language 'de' is unknown"),
        (["export", "x.xlsx", "preset=demo-cty"], r"no such preset \(did you mean 'demo-city'\?\)"),
        (["export", "x.xlsx", "staffing.absence=0.1,0.2"], "gives several values"),
        (["export", "x.xlsx", "-o", "y.yaml"], "-o is for `pollday plan import`"),
        (["import", "x.xlsx", "-o", "y.txt"], "-o y.txt: must end in .yaml"),
        (["import", "x.xlsx", "-o", "no/y.yaml"], "there is no folder no"),
    ],
)
def test_words_that_make_no_sense_are_refused(pollday: Call, words: list[str], problem: str) -> None:
    said = pollday("plan", *words)
    assert said.code == 2 and re.search(problem, said.err) and len(said.err.splitlines()) == 1, said.err
    assert not list(Path().iterdir())


def test_nothing_is_overwritten(pollday: Call, city_book: bytes, tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(city_book)
    (tmp_path / "plan.yaml").write_text("mine")
    assert "plan.xlsx: is there already" in pollday("plan", "export", "plan.xlsx").err
    assert "plan.yaml: is there already" in pollday("plan", "import", "plan.xlsx", "-o", "plan.yaml").err
    assert (tmp_path / "plan.xlsx").read_bytes() == city_book and (tmp_path / "plan.yaml").read_text() == "mine"
