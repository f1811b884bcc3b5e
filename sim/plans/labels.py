"""What sheets, columns and shifts are called in each language, and which one a heading in any language means."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from sim.language import LANGUAGES, Language, language_of, sayable
from sim.language.direction import unmarked
from sim.language.vocabulary import NAMES, name_of

HEADS, MOBILISED, TOTALS, GUIDE = "heads", "mobilised", "totals", "guide"
SHEETS = {
    HEADS: sayable("Heads"),
    MOBILISED: sayable("Mobilised"),
    TOTALS: sayable("Totals"),
    GUIDE: sayable("How to read"),
}
ABOUT = "pollday"
"""The sheet that is called so in every language: where the workbook comes from."""
SHIFT_NAMES = {
    "before": sayable("days before, by day"),
    "before_night": sayable("days before, at night"),
    "day": sayable("polling day"),
    "night": sayable("night after the vote"),
}
LATER_NAMES = SHIFT_NAMES | {
    "before": sayable("after the vote, by day, as on the days before"),
    "before_night": sayable("after the vote, at night, as in the nights before"),
}
"""The same where the polls have closed: what follows the first night after the vote is manned like the days and nights before."""
COLUMNS = {
    "area": sayable("area code"),
    "name": sayable("area"),
    "force": sayable("force"),
    "task": sayable("task"),
    "unit": sayable("unit"),
    "crew": sayable("heads of one unit"),
    **SHIFT_NAMES,
    "mobilised": sayable("heads mobilised"),
    "needed": sayable("heads needed by this plan"),
}


def heading(words: Language, column: str) -> str:
    """Heading of a column."""
    text = words.say(COLUMNS[column])
    return text[:1].upper() + text[1:]


def sheet_name(words: Language, sheet: str) -> str:
    """Name of a sheet."""
    return words.say(SHEETS[sheet])


def term(words: Language, kind: str, name: str) -> str:
    """What a force, task or unit is called."""
    return name_of(words, kind, name)


def plain_text(text: object) -> str:
    """A cell's text as it is compared: first line, no marks of direction or elongation, no difference of case or spaces.

    >>> plain_text("  Polling  DAY\\n07:00")
    'polling day'
    """
    first = next(iter(unmarked(str(text)).strip().splitlines()), "")
    return " ".join(unicodedata.normalize("NFKC", first).replace("\u0640", "").casefold().split())


@cache
def known_sheets() -> Mapping[str, str]:
    """Names of the sheets in every language -> which one it is."""
    return _in_every_language(SHEETS)


@cache
def known_columns() -> Mapping[str, str]:
    """Headings in every language -> which column it is."""
    return _in_every_language(COLUMNS)


@cache
def known_terms(kind: str) -> Mapping[str, str]:
    """Names of forces, tasks or units in every language, and the program's own words -> the own word."""
    return _in_every_language(NAMES[kind]) | {plain_text(name): name for name in NAMES[kind]}


def _in_every_language(names: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in map(language_of, LANGUAGES):
        found |= {plain_text(language.say(text)): name for name, text in names.items()}
    return found

