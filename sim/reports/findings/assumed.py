"""The inputs of a scenario and how well each is known: one row for every entry of the evidence that its settings use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from sim.evidence import numeric_leaves, patterns
from sim.settings import Settings, dump
from sim.study.inputs import is_given

GRADES = ("found", "derived", "literature", "assumed", "plan", "given", "model")
"""Tags of the evidence, and two more: ``plan`` (assumed, but what the plan decides) and ``given`` (set by the study itself)."""


@dataclass(frozen=True)
class Input:
    """One entry of the evidence as a scenario uses it: ``values`` of all settings it covers (``settings`` of them), its ``range``
    as written (None: none is known), its unit and source, and the grade."""

    pattern: str
    grade: str
    values: tuple[float, ...]
    settings: int
    range: Any
    unit: str
    source: str

    @property
    def group(self) -> str:
        """Group of the configuration."""
        return self.pattern.partition(".")[0]


def inputs_of(settings: Settings, given: Collection[str] = ()) -> list[Input]:
    """Every numeric input that is not switched off (0), in the order of the evidence; ``given``: dotted keys that the study "
    "sets."""
    plain, found = dump(settings), {}  # type: ignore[var-annotated]
    for key in numeric_leaves(plain):
        pattern = pattern_of(key)
        if pattern is not None:
            found.setdefault((pattern, is_given(key, given)), []).append(_numbers(_value(plain, key)))
    order = list(patterns())
    rows = [_input(pattern, own, parts) for (pattern, own), parts in found.items()]
    return sorted((row for row in rows if any(row.values)), key=lambda row: (order.index(row.pattern), row.grade))


def _input(pattern: str, own: bool, parts: list[list[float]]) -> Input:
    entry = patterns()[pattern]
    grade = "given" if own else "plan" if entry.get("plan") else str(entry["tag"])
    values = tuple(value for part in parts for value in part)
    return Input(pattern, grade, values, len(parts), entry.get("range"), str(entry.get("unit", "")), str(entry.get("source", "")))


def grades_of(rows: Collection[Input]) -> dict[str, int]:
    """How many inputs have each grade, by grade; grades that none has are left out."""
    counted = Counter(row.grade for row in rows)
    return {grade: counted[grade] for grade in GRADES if counted[grade]}


@cache
def pattern_of(key: str) -> str | None:
    """The first entry of the evidence that covers a setting."""
    return next((pattern for pattern in patterns() if fnmatchcase(key, pattern)), None)


def _value(plain: Mapping[str, Any], key: str) -> Any:
    """The value of a dotted key; where a list stands on the way, those of all its members."""
    here: Any = plain
    names = key.split(".")
    for position, name in enumerate(names):
        if isinstance(here, list | tuple):
            rest = ".".join(names[position:])
            return [_value(member, rest) for member in here if isinstance(member, Mapping) and name in member]
        here = here[name]
    return here


def _numbers(value: Any) -> list[float]:
    if isinstance(value, list | tuple):
        return [number for part in value for number in _numbers(part)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []
