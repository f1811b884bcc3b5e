"""Errors a user can mend. Everything else is a defect and keeps its traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Something given to pollday is wrong; the message says where, what and what is allowed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the nearest known name, or an empty text.

    >>> nearest("statfing", ["staffing", "travel"])
    " (did you mean 'staffing'?)"
    """
    match = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{match[0]}'?)" if match else ""
