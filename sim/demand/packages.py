"""The notation of packages: ``patrol_car|motorcycle_pair:2 + rrv[search]``.

A package is a sum of terms; a term is kinds that may replace each other (``any``: every mobile unit), a number of
units, and the skills each of them needs. ``none`` is the empty package: an operator deals with it and nobody is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sim.demand.classes import Slot
from sim.errors import InputError, nearest
from sim.forces.units import SKILLS

MAX_UNITS = 16
"""Most units of one package."""

_TERM = re.compile(r"^\s*([\w|-]+)\s*(?::\s*(\d{1,3}))?\s*(?:\[([\w,\s]*)\])?\s*(?::\s*(\d{1,3}))?\s*$")


def parse_package(text: str, where: str = "package", kinds: Collection[str] = ()) -> tuple[Slot, ...]:
    """Read a package. ``kinds``, if given, are the unit kinds there are.

    Raises ``InputError`` that begins with ``where``.

    >>> parse_package("patrol_car|rrv:2 + search_team[search]")[1:]
    (Slot(kinds=('patrol_car', 'rrv'), skills=()), Slot(kinds=('search_team',), skills=('search',)))
    """
    if text.strip() == "none":
        return ()
    slots: list[Slot] = []
    for term in text.split("+"):
        slots += _term(term, where, kinds)
    if len(slots) > MAX_UNITS:
        raise InputError(f"{where}: {text.strip()!r} needs {len(slots)} units; at most {MAX_UNITS} are allowed")
    return tuple(slots)


def _term(term: str, where: str, kinds: Collection[str]) -> list[Slot]:
    match = _TERM.match(term)
    if not match or (match[2] and match[4]):
        raise InputError(
            f"{where}: {term.strip()!r} is no package; write it like 'patrol_car|foot_pair:2 + rrv[search]' or 'none'"
        )
    names = () if match[1] == "any" else tuple(match[1].split("|"))
    skills = tuple(part.strip() for part in (match[3] or "").split(",") if part.strip())
    for group, known, word in ((names, kinds, "unit kind"), (skills, SKILLS, "skill")):
        for name in group:
            if not name or (known and name not in known):
                raise InputError(f"{where}: unknown {word} {name!r}{nearest(name, known)}; allowed: {', '.join(known)}")
    count = int(match[2] or match[4] or 1)
    if not 1 <= count <= MAX_UNITS:
        raise InputError(f"{where}: {count} units of {match[1]!r}; allowed are 1 to {MAX_UNITS}")
    return [Slot(names, skills)] * count


def format_package(slots: tuple[Slot, ...]) -> str:
    """Write a package so that :func:`parse_package` reads it back.

    >>> format_package(parse_package("patrol_car:2 + any[search, traffic]"))
    'patrol_car:2+any[search,traffic]'
    """
    terms: list[str] = []
    i = 0
    while i < len(slots):
        count = next((n for n in range(1, len(slots) - i) if slots[i + n] != slots[i]), len(slots) - i)
        kinds = "|".join(slots[i].kinds) or "any"
        skills = f"[{','.join(slots[i].skills)}]" if slots[i].skills else ""
        terms.append(f"{kinds}{f':{count}' if count > 1 else ''}{skills}")
        i += count
    return "+".join(terms) or "none"
