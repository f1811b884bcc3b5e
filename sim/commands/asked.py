"""The words of ``pollday sweep`` that belong to the study itself: its name, its days, its design, and how it is carried out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from sim.commands.grammar import EXPERIMENT, PLAN, groups
from sim.errors import InputError, nearest
from sim.settings import Settings

DESIGNS = ("grid", "zip", "one_at_a_time", "csv", "latin", "sobol", "swap", "simplex")
"""Kinds of designs."""
SINGLE = ("study", "study.name", "baseline", "replications", "inputs", "engine", "design")
TABLES: dict[str, tuple[str, ...]] = {
    "precision": ("measure", "half_width", "cap", "of", "relative", "start", "round", "held"),
    "engine": ("workers", "address"),
    "limit": ("runs", "hours"),
    "design": ("points", "seed", "file", "move_from", "move_to", "heads", "total", "step", "least", "parts"),
}
"""Words of a study: alone, and the keys below a word."""


def study_words() -> list[str]:
    """Every word of a study as it is typed, without its value."""
    return [*SINGLE, *(f"{table}.{key}" for table, keys in TABLES.items() for key in keys)]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for besides settings: texts by word, and the other ``words``."""

    own: Mapping[str, str]
    words: Sequence[str]

    def table(self, name: str) -> dict[str, str]:
        """Texts of the keys below one word."""
        return {key: self.own[f"{name}.{key}"] for key in TABLES[name] if f"{name}.{key}" in self.own}


def read_words(args: Namespace) -> Asked:
    """Take the study's own words out of the command line. Raises ``InputError`` for one that is misspelt."""
    own: dict[str, str] = {}
    rest = []
    for word in args.words:
        key, _, value = word.partition("=")
        if key in study_words():
            own[key] = value
        else:
            _check_spelling(key)
            rest.append(word)
    return Asked(own, rest)


def _check_spelling(key: str) -> None:
    """Refuse a word that is nearer to one of a study than to a setting. Raises ``InputError``."""
    head, _, rest = key.lstrip("+~").partition(".")
    known = {EXPERIMENT, PLAN, *groups(), *(field.name for field in fields(Settings))}
    if head in known:
        return
    if head in TABLES and rest:
        raise InputError(f"{key}: unknown{nearest(rest, TABLES[head])}; {head} takes {', '.join(TABLES[head])}")
    if nearest(key, study_words()) and not nearest(head, known):
        raise InputError(f"{key}: no such word{nearest(key, study_words())}")


def days(text: str | int | None) -> int | None:
    """``replications`` as a number of days. Raises ``InputError``."""
    if text is None:
        return None
    if not (str(text).isascii() and str(text).isdigit()):
        raise InputError(f"replications={text}: not a whole number of days, allowed: 1 or more")
    if int(text) < 1:
        raise InputError(f"replications={text}, allowed: 1 or more")
    return int(text)
