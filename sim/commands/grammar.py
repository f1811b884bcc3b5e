"""Words of the command line before anything is composed: what one sets, and the values that a sweep gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sim.commands.changes import Change
from sim.errors import InputError, nearest
from sim.resources import conf_dir
from sim.settings import Settings

PLAN = "plan"
"""The key of workbooks with heads by area, unit and shift (``pollday plan export``)."""
EXPERIMENT = "experiment"
"""The key of ready-made experiments, which are files of conf/experiment/ or the user's own."""
_WORD = re.compile(r"^(\+\+|\+|~)?([^\s=\[\]{}()'\"]+)(?:=(.*))?$", re.DOTALL)
_REFUSED = re.compile(r"\$\{|_target_|_partial_|_recursive_|_convert_")


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """Groups of the configuration and their options."""
    known = {"preset", *(field.name for field in fields(Settings))}
    folders = [path for path in sorted(conf_dir().iterdir()) if path.is_dir() and path.name in known]
    return {path.name: options_in(path.name) for path in folders}


def options_in(folder: str) -> tuple[str, ...]:
    """Names of the files in one folder of conf/."""
    return tuple(sorted(path.stem for path in (conf_dir() / folder).glob("*.yaml")))


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``, on a logarithmic scale or not, whole ones only or not."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Axis:
    """One word with its values in order: one, or those of a sweep (``swept``); ``interval`` where it gives no single values."""

    text: str
    key: str
    sign: str
    values: Sequence[Any]
    swept: bool = False
    interval: Interval | None = None

    def changes(self) -> list[Change]:
        """One change for each value."""
        return [Change(self.key, value, self.sign) for value in self.values]

    def change(self) -> Change:
        """Its one change. Raises ``InputError`` where there are several."""
        if self.swept:
            raise InputError(f"{self.text!r} gives several values; `pollday sweep` tries them all, one run takes one")
        return self.changes()[0]


class Word:
    """One override as typed: ``sign`` (``""``, ``+``, ``++`` or ``~``), ``key`` and the text of its value, if any.

    Raises ``InputError`` for what is no override, and for what only Hydra itself could use.
    """

    def __init__(self, text: str) -> None:
        match = _WORD.match(text)
        if not match or (match[3] is None) == (match[1] != "~"):
            raise InputError(f"{text!r} is no setting; write key=value, such as staffing.patrol_cars_factor=1.2")
        self.text, self.sign, self.key, self.value = text, match[1] or "", match[2], match[3]
        if _REFUSED.search(text):
            raise InputError(f"{text!r}: ${{…}} and _target_ are not allowed; write the value itself")
        if re.match(r"hydra[./=]|hydra$", self.key) or re.search(r"[@/:]", self.key):
            raise InputError(f"{text!r}: Hydra's own settings are not for pollday; see `pollday run --help`")

    @property
    def is_file(self) -> bool:
        """Whether it names a file: paths never meet the grammar."""
        return self.key == PLAN or (self.key == EXPERIMENT and (self.value or "").endswith((".yaml", ".yml")))


def is_group(change: Change) -> bool:
    """Whether a change chooses the option of a group."""
    return change.key in groups() and change.sign != "~" and not isinstance(change.value, dict)


def option_of(change: Change) -> str:
    """The option that a change chooses. Raises ``InputError`` with the nearest one."""
    option, known = str(change.value), groups()[change.key]
    if option not in known:
        hint = nearest(option, known)
        raise InputError(f"{change.text}: no such {change.key}{hint}; there is {', '.join(known)}")
    return option
