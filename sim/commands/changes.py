"""One change of the configuration: a key and its plain value, as text of the override grammar and in its place in nested data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import InputError, nearest
from sim.settings import Settings
from sim.settings.gate import in_table

DIGITS = 12
"""Significant digits of a number that count: 0.1 + 0.2 is 0.3, and both are one option."""
_PLAIN = re.compile(r"[A-Za-z_][\w.:|+-]*|\d{1,2}:\d\d(:\d\d)?", re.ASCII)
_OTHER = re.compile(r"true|false|null|inf|nan", re.IGNORECASE)
"""Texts that would be read as something else without quotation marks."""


@dataclass(frozen=True)
class Change:
    """``key`` (a dotted setting, a group, or ``experiment``) is set to the plain ``value``; ``sign`` ``~`` takes it away."""

    key: str
    value: Any
    sign: str = ""

    @property
    def text(self) -> str:
        """As a word of the command line that reads back as this change."""
        return f"~{self.key}" if self.sign == "~" else f"{self.sign}{self.key}={written(self.value)}"


def tidy(value: Any) -> Any:
    """A plain value with its numbers cut to the digits that count."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {key: tidy(part) for key, part in value.items()}
    return [tidy(part) for part in value] if isinstance(value, list | tuple) else value


def written(value: Any) -> str:
    """A plain value in the override grammar: ``0.3``, ``true``, ``[1,2]``, ``{a:1}``, texts in quotation marks where needed."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(written, value))}]"
    return repr(value) if isinstance(value, int | float) else _quoted(str(value))


def _key(key: object) -> str:
    """A key of a table: the grammar allows no quotation marks there."""
    return str(key) if isinstance(key, str) else written(key)


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _OTHER.fullmatch(text):
        return text
    return "'" + re.sub(r"(\\*)'", r"\1\1\\'", re.sub(r"(\\+)$", r"\1\1", text)) + "'"


def put(plain: dict[str, Any], change: Change) -> None:
    """Put one change in its place in nested data. Raises ``InputError`` for a key below a value, or one that is not there."""
    *path, last = change.key.split(".")
    here: Any = plain
    for i, part in enumerate(path):
        if not isinstance(here, dict) or not isinstance(here.get(part, {}), dict | None):
            raise InputError(f"{change.text!r}: {'.'.join(path[: i + 1])} is no group of keys")
        if here.get(part) is None:
            here[part] = {}
        here = here[part]
    if change.sign == "~":
        _take_out(here, last, change)
        return
    both = isinstance(change.value, Mapping) and isinstance(here.get(last), Mapping)
    here[last] = {**here[last], **change.value} if both else change.value


def _take_out(here: dict[str, Any], last: str, change: Change) -> None:
    if last not in here:
        raise InputError(f"{change.text!r}: there is no such key{nearest(last, here)}")
    if not in_table(Settings, change.key):
        what = "a group" if isinstance(here[last], Mapping) else "a setting"
        raise InputError(f"{change.text!r}: {what} cannot be taken out, only an entry of a table; change it with key=value")
    del here[last]


def leaves(plain: Mapping[Any, Any], prefix: str = "") -> list[Change]:
    """One change for each value in nested data, such as a configuration file holds; a whole number as key is an area's code."""
    found: list[Change] = []
    for key, value in plain.items():
        path = f"{prefix}{key:02d}" if isinstance(key, int) else f"{prefix}{key}"
        inner = isinstance(value, Mapping) and value
        found += leaves(value, f"{path}.") if inner else [Change(path, value)]
    return found
