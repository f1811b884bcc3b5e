"""Texts in CSV files that no spreadsheet takes for a formula."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet would carry out, or that would hide it."""
QUOTE = "'"


def inert(cell: Any) -> Any:
    """A text that begins like a formula, with an apostrophe before it; numbers, also as text, stay what they are.

    >>> inert("=cmd|' /C calc'!A0"), inert("-3.5"), inert(-3.5), inert("as planned")
    ("'=cmd|' /C calc'!A0", '-3.5', -3.5, 'as planned')
    """
    if not isinstance(cell, str) or not cell.startswith(FORMULA):
        return cell
    if cell[0] in "+-":
        with suppress(ValueError):
            float(cell)
            return cell
    return QUOTE + cell


def as_written(text: str) -> str:
    """The text that :func:`inert` was given.

    >>> as_written("'=cmd"), as_written("'tis"), as_written("as planned")
    ('=cmd', "'tis", 'as planned')
    """
    return text[1:] if text.startswith(QUOTE) and text[1:].startswith(FORMULA) else text
