"""docs/systems.md names what is there: settings, outputs and tests of every system, so that the page cannot drift."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sim.cli import groups
from sim.measures.dictionary import DICTIONARY
from sim.settings import Settings
from sim.settings.gate import known_keys
from sim.trace import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "systems.md"
LATER = {"S07", "S17", "S24", "S31", "S32", "S33", "S34"}
"""Systems of the second rank, which come later."""
RECORDS = {kind.name for kind in KINDS}
TABLES = {table for entry in DICTIONARY.values() for table in entry.tables}
SYSTEMS = [f"S{n:02d}" for n in range(1, 37)]
COLUMNS = ("system", "name", "switch", "output", "test", "evidence")


def rows() -> dict[str, dict[str, str]]:
    """The rows of the table by system."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| S")]
    cells = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
    made = [dict(zip(COLUMNS, row, strict=True)) for row in cells]
    return {row["system"]: row for row in made}


def named(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


CORE = sorted(set(SYSTEMS) - LATER)


@cache
def functions(file: str) -> set[str]:
    """Names of the functions of one test file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_system_has_one_row_in_order() -> None:
    assert list(rows()) == SYSTEMS


def test_a_system_without_a_mechanism_says_so() -> None:
    assert {system for system, row in rows().items() if row["test"] == "later"} == LATER


@pytest.mark.parametrize("system", CORE)
def test_a_core_system_has_a_switch_an_output_a_test_and_a_grade(system: str) -> None:
    row = rows()[system]
    assert all(named(row[column]) for column in ("switch", "output", "test"))
    assert row["evidence"]


@pytest.mark.parametrize("system", CORE)
def test_every_switch_is_a_key_of_the_settings_or_an_option_of_a_group(system: str) -> None:
    keys, options = set(known_keys(Settings)), groups()
    for switch in named(rows()[system]["switch"]):
        group, equals, option = switch.partition("=")
        assert option in options[group] if equals and group in options else group.removesuffix(".*") in keys, switch


@pytest.mark.parametrize("system", CORE)
def test_every_output_is_a_column_a_table_or_a_record(system: str) -> None:
    for output in named(rows()[system]["output"]):
        table, _, column = output.rpartition(".")
        known = column in DICTIONARY and (not table or table in DICTIONARY[column].tables)
        assert known or output in TABLES or output in RECORDS, output


@pytest.mark.parametrize("system", CORE)
def test_every_test_is_there_and_is_a_sentence(system: str) -> None:
    for test in named(rows()[system]["test"]):
        file, _, name = test.partition("::")
        assert name in functions(file), test
        assert name.startswith("test_") and name.count("_") >= 4, test
