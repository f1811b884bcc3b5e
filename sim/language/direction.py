"""Which way text runs: marks that keep a line, a number or a name in its own direction (Unicode UAX 9)."""

from __future__ import annotations

import re
import unicodedata

NO_BREAK_SPACE = "\u00a0"
RIGHT_TO_LEFT_MARK = "\u200f"
LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, POP_ISOLATE = "\u2066", "\u2067", "\u2069"
_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def isolated(text: str) -> str:
    """``text`` as a unit of its own: it takes its direction from its first letter (left to right when it has none), and
    what stands around it does not change it.

    Marks of direction inside are removed, so that a foreign name cannot turn the rest of a line round. The direction is written
    out, so that nothing depends on how a program treats text without letters.
    """
    plain = unmarked(text)
    first = next((letter for letter in map(unicodedata.bidirectional, plain) if letter in ("L", "R", "AL")), "L")
    return (LEFT_TO_RIGHT_ISOLATE if first == "L" else RIGHT_TO_LEFT_ISOLATE) + plain + POP_ISOLATE


def unmarked(text: str) -> str:
    """``text`` without marks of direction, as files and comparisons want it.

    >>> unmarked(isolated("-3.5"))
    '-3.5'
    """
    return _CONTROLS.sub("", text)


def has_right_to_left(text: str) -> bool:
    """Whether some letter runs right to left.

    >>> has_right_to_left("P90"), has_right_to_left("P90 الولاية")
    (False, True)
    """
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def right_to_left_lines(text: str) -> str:
    """Every line of ``text`` begun by a mark, so that it is laid out from the right even if it starts with Latin."""
    return "\n".join(RIGHT_TO_LEFT_MARK + line for line in text.split("\n"))
