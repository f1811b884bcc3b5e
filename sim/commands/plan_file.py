"""``plan=FILE.xlsx`` among the words of a command: the heads of a workbook, and the settings that they belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.commands.changes import Change
from sim.commands.grammar import PLAN, Word
from sim.errors import InputError

if TYPE_CHECKING:  # what reads workbooks takes a while to load, and most commands have none
    from sim.plans.read import Workbook

AS_PRESET = "preset"
"""``plan=preset``: the plan of the settings, without a workbook."""
COUNTING = re.compile(
    r"staffing\.(\w+_factor|fixed|placed|centres_per_|people_per_|checkpoint_share|rings_per_area|ring_people|move_share|manning"
    r"|escort_day_share)|patrol\.(centres_per_|axes_per_car)"
)
"""Keys that say how many units there are where no workbook does."""
TABLES = ("heads", "mobilised_in")
"""What of ``staffing`` a workbook says."""


def plan_values(text: str) -> list[str]:
    """The files that one word names, which no grammar looks into: one, or several with commas between them.

    Raises ``InputError`` for two of one name, which no table could tell apart.
    """
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    values = [bare] if Path(bare).is_file() else [part.strip() for part in bare.split(",")]
    if not all(values):
        raise InputError(f"plan={text}: an empty name among the workbooks, such as plan=a.xlsx,b.xlsx")
    names = [Path(value).name for value in values]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"plan={text}: two workbooks are called {twice}; give one another name")
    return values


def plan_of(change: Change) -> Workbook | None:
    """The workbook that a change names; None for the plan of the settings. Raises ``InputError``."""
    if change.sign == "~":
        raise InputError(f"{change.text!r}: write plan={AS_PRESET} for the plan of the settings")
    if str(change.value) == AS_PRESET:
        return None
    return open_plan(Path(str(change.value)))


def open_plan(path: Path) -> Workbook:
    """The plan in a file, read once as long as the file stays the same. Raises ``InputError``."""
    return _read(path, sha256(path.read_bytes()).hexdigest() if path.is_file() else "")


@lru_cache(maxsize=64)
def _read(path: Path, content: str) -> Workbook:
    from sim.plans.read import read_workbook

    return read_workbook(path)


def plan_changes(change: Change, typed: Sequence[Change] = ()) -> list[Change]:
    """What a workbook changes: the settings it came from, then its heads.

    Raises ``InputError`` for a word ``typed`` beside it that counts units, which the workbook has counted.
    """
    book = plan_of(change)
    if book is None:
        return []
    own = settings_of(book)
    idle = next((c for c in typed if COUNTING.match(c.key) and c not in own), None)
    if idle is not None:
        raise InputError(f"{idle.text}: counts units, but plan={book.name} gives the heads themselves; "
                         "leave it out, or export a plan with it")  # fmt: skip
    return [*own, *(Change(f"staffing.{table}", book.plain[table]) for table in TABLES)]


def settings_of(book: Workbook) -> list[Change]:
    """The settings that a workbook came from. Raises ``InputError`` for what no command could set."""
    changes = []
    for key, value in book.settings:
        sign = "~" if key.startswith("~") else ""
        word = Word(key if sign else f"{key}=0")
        if word.key == PLAN or word.is_file:
            raise InputError(f"{book.name}: sheet 'pollday' names the setting {key}, which a plan cannot have")
        changes.append(Change(word.key, value, word.sign))
    return changes


def shared_settings(values: Sequence[str], typed: Sequence[str]) -> list[Change]:
    """The settings that all workbooks of a sweep came from, but for those that are ``typed``.

    Raises ``InputError`` where two came from different ones: they would be compared on different days. Ways to count units may
    differ, since each workbook gives the heads themselves.
    """
    books = [book for book in (plan_of(Change(PLAN, value)) for value in values) if book is not None]
    own: list[Mapping[str, Change]] = [{c.key: c for c in settings_of(book) if c.key not in typed} for book in books]
    for book, other in zip(books[1:], own[1:]):
        for key in sorted(own[0].keys() | other.keys()):
            first, second = own[0].get(key), other.get(key)
            if first != second and not COUNTING.match(key):
                told = [f"{b.name} {c.text if c else 'without it'}" for b, c in ((books[0], first), (book, second))]
                raise InputError(f"plan: {told[0]}, {told[1]}: plans from different settings; type {key}=… for all of them")
    return [c for c in own[0].values() if all(c in other.values() for other in own)] if own else []


def located(error: InputError, words: Sequence[str]) -> InputError:
    """The error with sheet and cell, if it is about the heads of a workbook that the words name."""
    text = str(error)
    for word in words:
        for value in plan_values(word.partition("=")[2]) if word.startswith(f"{PLAN}=") else ():
            name = Path(value).name
            if value != AS_PRESET and Path(value).is_file() and (text.find(f"option 'plan={name}") >= 0 or "," not in word):
                return InputError(open_plan(Path(value)).located(text))
    return error


def typed_settings(changes: Sequence[Change]) -> tuple[tuple[str, Any], ...]:
    """Keys and values of changes but for heads, as a workbook keeps them."""
    kept = [c for c in changes if not any(c.key == f"staffing.{t}" or c.key.startswith(f"staffing.{t}.") for t in TABLES)]
    return tuple((f"~{c.key}" if c.sign == "~" else c.key, c.value) for c in kept)
