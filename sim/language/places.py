"""Names of areas, communes and sites in the reader's language, from the shipped tables."""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from sim.language.catalogue import sayable
from sim.territory.sites import SITE_KINDS, Territory
from sim.territory.tables import DATA, read_rows

TABLES = {"algeria": ("dz_communes.csv", "ons_code"), "libya": ("ly_towns.csv", "code"), "fes": ("ma_fes.csv", "code")}
"""Shipped territory -> its table of communes or towns, and the column of their codes."""
KINDS = {
    "centre": sayable("%(place)s %(number)s"),
    "mobile": sayable("%(place)s %(number)s (mobile)"),
    "police": sayable("%(place)s, police %(number)s"),
    "gendarmerie": sayable("%(place)s, gendarmerie %(number)s"),
    "checkpoint": sayable("%(place)s, entrance %(number)s"),
    "venue": sayable("%(place)s, hall %(number)s"),
    "market": sayable("%(place)s, market %(number)s"),
    "collection": sayable("%(place)s, collection point %(number)s"),
}
CITY_KINDS = {
    "centre": sayable("centre %(number)s"),
    "police": sayable("police base %(number)s"),
    "gendarmerie": sayable("gendarmerie base %(number)s"),
    "checkpoint": sayable("entrance %(number)s"),
    "venue": sayable("hall %(number)s"),
    "market": sayable("market %(number)s"),
    "collection": sayable("collection point %(number)s"),
}
_NUMBER = re.compile(r"([0-9-]+)(?: \(mobile\))?$")


class Speaker(Protocol):
    """What a language does for the names of sites."""

    @property
    def base(self) -> str: ...

    def say(self, text: str, **values: object) -> str: ...

    def isolate(self, text: object) -> str: ...


def area_name(territory: Territory, index: int, language: str) -> str:
    """Name of an area in ``language``, else in another the territory has, else its code."""
    for code in (language, "en", "fr", *territory.areas):
        names = territory.areas.get(code, ())
        if index < len(names) and names[index]:
            return names[index]
    return territory.area_codes[index]


def commune_name(territory: Territory, code: int, language: str) -> str:
    """Name of a commune or town by its own code."""
    return _communes(territory.name).get(int(code), {}).get(language) or str(code)


def site_name(territory: Territory, site: int, words: Speaker) -> str:
    """Name of a site, put together from the commune's name, what stands there and its number."""
    sites = territory.sites
    number = _NUMBER.search(sites.name[site])
    kind = _kind(territory, site)
    if number and territory.name == "city" and kind in CITY_KINDS:
        return words.say(CITY_KINDS[kind], number=words.isolate(number.group(1)))
    if not number or kind not in KINDS or int(sites.commune[site]) not in _communes(territory.name):
        return sites.name[site]
    place = commune_name(territory, int(sites.commune[site]), words.base)
    return words.say(KINDS[kind], place=place, number=number.group(1))


def _kind(territory: Territory, site: int) -> str:
    """What stands at a site: its kind, the force of a base, or ``mobile`` for a mobile office."""
    sites = territory.sites
    kind = SITE_KINDS[sites.kind[site]]
    if kind == "base":
        return territory.forces[sites.force[site]]
    return "mobile" if sites.mobile[site] else kind


@cache
def _communes(territory: str) -> dict[int, dict[str, str]]:
    """Names by language of every commune of a shipped territory, by code; nothing for other territories."""
    if territory not in TABLES:
        return {}
    table, key = TABLES[territory]
    rows = read_rows(DATA / table, (key, "name_fr", "name_ar", "name_en"))
    return {int(r[key]): {language: r[f"name_{language}"] for language in ("fr", "ar", "en")} for r in rows}
