"""Injects as people write them: ``alert_level.Alger=raised,lasts=45:00`` with names of places, units and levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.clock import HOUR, MINUTE, parse_time
from sim.demand.columns import SiteNames
from sim.demand.injects import EFFECTS, check_inject
from sim.demand.tape import Inject
from sim.errors import InputError, nearest
from sim.names import Names
from sim.scenario import Scenario
from sim.settings.alert import LEVELS
from sim.territory.calendar import area_positions
from sim.territory.sites import SITE_KINDS

MORE = ("at", "lasts", "within", "when", "id")
"""What may be added to an inject."""
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h)?", re.ASCII)
_NTH = re.compile(r"([a-z_]+) in (.+?)(?: (\d{1,5}))?")
_AT = re.compile(r"([a-z_]+) at (.+)")
_UNITS = {"": 1.0, "s": 1.0, "min": MINUTE, "h": HOUR}
GRAMMAR = "EFFECT.TARGET=VALUE, such as alert_level.Alger=raised, or EFFECT=TARGET where there is no value"


@dataclass(frozen=True)
class Wording:
    """How injects of one scenario are written."""

    scenario: Scenario
    names: Names

    def inject(self, text: str, at: float) -> Inject:
        """One inject of a command line: ``road_slowed.1203=2,lasts=45min,within=500``. Raises ``InputError``."""
        key, sign, value = text.partition("=")
        first, *more = value.split(",")
        effect, _, target = key.strip().partition(".")
        if not sign or not first.strip():
            raise InputError(f"{text!r}: write {GRAMMAR}")
        if effect in EFFECTS and not EFFECTS[effect].value:
            target, first = target or first, ""
        options = dict(self._option(part, text) for part in more)
        return self.read({"effect": effect, "target": target, "value": first, **options}, at, text)

    @staticmethod
    def _option(part: str, text: str) -> tuple[str, str]:
        name, sign, value = part.strip().partition("=")
        if not sign or name not in MORE:
            raise InputError(f"{text!r}: {part.strip()!r} is not allowed{nearest(name, MORE)}; allowed: {'=, '.join(MORE)}=")
        return name, value

    def read(self, given: Mapping[str, object], at: float, where: str) -> Inject:
        """An inject from its parts by name, texts or numbers; ``at`` is its moment unless one is given. Raises ``InputError``."""
        effect = str(given.get("effect", ""))
        if effect not in EFFECTS:
            raise InputError(f"{where}: unknown effect '{effect}'{nearest(effect, EFFECTS)}; allowed: {', '.join(EFFECTS)}")
        try:
            inject = Inject(
                at=self._moment(given["at"]) if given.get("at") is not None else at,
                effect=effect,
                target=self.target(effect, _text(given.get("target"))),
                value=self.value(effect, _text(given.get("value"))),
                id=int(_number(given.get("id"), -1)),
                lasts=length(given.get("lasts")),
                within=_number(given.get("within"), 0.0),
                when=_text(given.get("when")),
            )
            check_inject(inject)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        return inject

    def target(self, effect: str, text: str) -> int:
        """The target of an effect as the engine knows it. Raises ``InputError``."""
        kind = EFFECTS[effect].target
        if kind == "none" or (kind == "areas" and not text):
            if text:
                raise InputError(f"{effect} has no target, but {text!r} is given")
            return -1
        if not text:
            raise InputError(f"{effect}: name its target: {_WANTED[kind]}")
        if kind in ("unit", "any unit"):
            return self.unit(text)
        if kind == "site":
            return int(self.scenario.territory.sites.id[self.site(text)])
        if kind == "room":
            return self.room(text)
        if kind == "priority":
            return int(_number(text, -1))
        return self.area(text)

    def value(self, effect: str, text: str) -> float:
        """The value of an effect as the engine knows it. Raises ``InputError``."""
        wanted = EFFECTS[effect].value
        if not wanted:
            if text:
                raise InputError(f"{effect} has no value, but {text!r} is given")
            return 0.0
        if wanted == "moment":
            return self._moment(text)
        if wanted == "level" and text in (*LEVELS, "planned"):
            return float(LEVELS.index(text)) if text in LEVELS else -1.0
        if wanted == "id of a site":
            return float(self.scenario.territory.sites.id[self.site(text)])
        if not text:
            raise InputError(f"{effect}: give its value, {wanted}")
        return _number(text, 0.0)

    def site(self, text: str) -> int:
        """Position of a site by id, by name, by what a folder calls it, or as ``checkpoint in Alger 2``: the second of its kind
        there. Raises ``InputError``."""
        known = {name: number for number, name in self.names.sites.items()}
        some, sites = _NTH.fullmatch(text), self.scenario.territory.sites
        if some and some[1] in SITE_KINDS:
            rows = np.flatnonzero((sites.kind == SITE_KINDS.index(some[1])) & (sites.area == self.area(some[2])))
            return _nth(rows, some, text)
        return self._sites.find(str(known.get(text, text)))

    def unit(self, text: str) -> int:
        """Id of a unit by id, by what a folder calls it, or as ``patrol_car in Alger 2`` or ``fixed_team at SITE``.

        Raises ``InputError``.
        """
        known = {name: number for number, name in self.names.units.items()}
        if text in known:
            return known[text]
        units = self.scenario.units
        some, post = _NTH.fullmatch(text), _AT.fullmatch(text)
        if some or post:
            kind = (some or post)[1]  # type: ignore[index]
            if kind not in units.kinds:
                raise InputError(f"{text!r}: no units of kind '{kind}'{nearest(kind, units.kinds)}")
            place = units.area == self.area(some[2]) if some else units.base == self.site(post[2])  # type: ignore[index]
            return int(units.id[_nth(np.flatnonzero((units.kind == units.kinds.index(kind)) & place), some, text)])
        if not text.isascii() or not text.isdigit() or int(text) not in units.id:
            raise InputError(f"unknown unit {text!r}{nearest(text, known)}; give its id, or such as 'patrol_car in AREA 2'")
        return int(text)

    def area(self, text: str) -> int:
        """Position of an area by code or name. Raises ``InputError``."""
        found = area_positions(self.scenario.territory, [text], "target")
        if text not in found:
            raise InputError(f"area '{text}' is no part of this territory")
        return found[text]

    def room(self, text: str) -> int:
        """Position of a dispatch area: an area, and its force after a slash where each has a room of its own."""
        name, _, force = text.partition("/")
        area, chains, forces = self.area(name), self.scenario.chains, self.scenario.territory.forces
        if chains == 1:
            return area
        if force not in forces:
            allowed = " or ".join(f"{name}/{one}" for one in forces)
            raise InputError(f"{text!r}: each force has a room of its own there; write {allowed}")
        return area * chains + forces.index(force)

    @cached_property
    def _sites(self) -> SiteNames:
        sites = self.scenario.territory.sites
        return SiteNames(np.asarray(sites.id), sites.name)

    @staticmethod
    def _moment(value: object) -> float:
        try:
            return parse_time(value)
        except ValueError as error:
            raise InputError(str(error)) from None


_WANTED = {
    "unit": "the id of a unit", "any unit": "the id of a unit", "site": "the id or name of a site", "priority": "1 to 4",
    "room": "an area, with its force after a slash where each has a room", "area": "the code or name of an area",
    "areas": "the code or name of an area",
}  # fmt: skip


def _nth(rows: NDArray[np.int64], some: re.Match[str] | None, text: str) -> int:
    """The row that a text such as ``checkpoint in Alger 2`` means. Raises ``InputError``."""
    number = int(some[3] or 1) if some else 1
    if not 1 <= number <= len(rows):
        raise InputError(f"{text!r}: there are {len(rows)} of them")
    return int(rows[number - 1])


def length(value: object) -> float:
    """Seconds of a length such as ``45min``, ``1.5h`` or ``2700``. Raises ``InputError``.

    >>> length("45min"), length(90), length(None)
    (2700.0, 90.0, 0.0)
    """
    if value is None or value == "":
        return 0.0
    found = _LENGTH.fullmatch(_text(value))
    if found is None:
        raise InputError(f"{value!r} is no length, allowed: seconds, or a number with min or h, such as 45min")
    return float(found[1]) * _UNITS[found[2] or ""]


def _text(value: object) -> str:
    """What was given as text, an absent one as none."""
    if isinstance(value, list | dict | bool):
        raise InputError(f"{value!r} is neither text nor a number")
    return "" if value is None else str(value).strip()


def _number(value: object, absent: float) -> float:
    text = _text(value)
    if not text:
        return absent
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text!r} is not a number") from None
