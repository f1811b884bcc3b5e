"""Errors a user can mend. Everything else is a defect and keeps its traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something given to pollday is wrong; the message says where, what and what is allowed."""


class Stopped(Exception):
    """A command ended before its work was done, as it was asked to or had to: its message says what is kept and how to go on.

    ``code`` is the exit code.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest known name, or an empty text.

    >>> nearest("statfing", ["staffing", "travel"])
    " (did you mean 'staffing'?)"
    """
    match = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{match[0]}'?)" if match else ""
