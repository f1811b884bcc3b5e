"""The output dictionary: every output column with its definition, unit and formula, gathered from where it is made."""

from __future__ import annotations

from collections.abc import Iterable

from sim.errors import InputError, nearest
from sim.measures import (
    access,
    alert,
    ballots,
    calls,
    checkpoints,
    collect,
    command,
    cost,
    coverage,
    doors,
    estimators,
    matches,
    occupancy,
    officers,
    outcome,
    patrols,
    phases,
    planned,
    posts,
    presence,
    prevented,
    rallies,
    reinforcement,
    response,
    rules,
    signals,
    summary,
    sweeps,
)
from sim.measures.entry import COMMON, Entry

MODULES = (
    collect,
    response,
    summary,
    coverage,
    presence,
    occupancy,
    access,
    alert,
    checkpoints,
    rallies,
    doors,
    sweeps,
    matches,
    officers,
    outcome,
    planned,
    posts,
    prevented,
    calls,
    command,
    cost,
    patrols,
    rules,
    reinforcement,
    phases,
    ballots,
    signals,
)


def _gather(entries: Iterable[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in found:
            raise ValueError(f"two entries of the output dictionary are called '{entry.name}'")
        found[entry.name] = entry
    return found


DICTIONARY = _gather([*COMMON, *(entry for module in MODULES for entry in module.ENTRIES)])
"""Every entry by name. A name means the same wherever it stands."""


def explain(name: str) -> Entry:
    """The entry of one output column or headline figure. Raises ``InputError`` with the nearest known name.

    >>> explain("response_time").unit
    's'
    """
    if name not in DICTIONARY:
        raise InputError(f"no output is called '{name}'{nearest(name, DICTIONARY)}; the list is in docs/output.md")
    return DICTIONARY[name]


def as_markdown() -> str:
    """The whole dictionary as a page, one section per table."""
    sections: dict[str, list[Entry]] = {}
    for entry in DICTIONARY.values():
        sections.setdefault(", ".join(entry.tables) or "in several tables", []).append(entry)
    lines = [
        "# Output dictionary",
        "",
        "Every column of every output table and every headline figure. Times are seconds from 00:00 of polling day.",
        "An empty cell (None, null) is no data, which is never written as 0. `pollday explain NAME` shows one entry.",
        "",
        "This page is made from the code (`sim/measures/`); renew it with `python tests/measures/test_dictionary.py`.",
    ]
    for title, entries in sections.items():
        lines += ["", f"## {title}", "", "| name | unit | definition | formula |", "|---|---|---|---|"]
        lines += [f"| `{e.name}` | {e.unit} | {e.definition} | {_code(e.formula)} |" for e in entries]
    return "\n".join([*lines, "", *estimators.as_markdown()]) + "\n"


def _code(formula: str) -> str:
    return f"`{formula}`" if formula else ""
