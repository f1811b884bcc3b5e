"""One language as a report uses it: texts, numbers, times, names, and the direction of the page."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from gettext import NullTranslations
from typing import TypeGuard

from babel import Locale

from sim.language import direction, writing
from sim.language.catalogue import base_of, known_code, translations
from sim.language.places import area_name, commune_name, site_name
from sim.language.writing import Writing
from sim.territory.sites import Territory

ONE_MINUTE = 60.0


def language_of(code: str, writing: Writing | None = None) -> Language:
    """The language of a code such as ``fr`` or ``ar_DZ``. Raises ``InputError`` with the nearest known one."""
    return Language(known_code(code), writing or Writing())


@dataclass(frozen=True)
class Language:
    """Words of one language; made by :func:`language_of`. A number that is None or not finite is "no data"."""

    code: str
    writing: Writing = field(default_factory=Writing)

    @cached_property
    def locale(self) -> Locale:
        """Babel's rules of the language."""
        return Locale.parse(self.code)

    @property
    def tag(self) -> str:
        """The language as HTML names it: ``ar-DZ``."""
        return self.code.replace("_", "-")

    @property
    def base(self) -> str:
        """The language without its country: ``en``, ``fr`` or ``ar``."""
        return base_of(self.code)

    @property
    def rtl(self) -> bool:
        """Whether a page of this language runs from right to left."""
        return self.direction == "rtl"

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return self.locale.text_direction

    def say(self, text: str, **values: object) -> str:
        """``text`` (English, with named placeholders) in this language; whole numbers are written the language's way.

        A percent sign in a text with placeholders is written twice, in one without any once.
        """
        return self._fill(self._translations.gettext(text), values) if text else ""

    def many(self, one: str, more: str, n: int, **values: object) -> str:
        """``one`` or ``more`` as the number ``n`` wants it in this language (Arabic has six forms)."""
        text = self._translations.ngettext(one, more, abs(n))
        return self._fill(text.replace("%(n)d", "%(n)s"), {"n": n, **values})

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with so many decimals."""
        return writing.decimal(value, digits, self.locale, self.writing) if _known(value) else self.no_data

    def signed(self, value: float | None, digits: int = 0) -> str:
        """A difference, with its sign; zero has none."""
        return writing.decimal(value, digits, self.locale, self.writing, signed=True) if _known(value) else self.no_data

    def share(self, value: float | None, digits: int = 0) -> str:
        """A share between 0 and 1 as a percentage."""
        return writing.share(value, digits, self.locale, self.writing) if _known(value) else self.no_data

    def minutes(self, seconds: float | None, digits: int = 1) -> str:
        """A duration given in seconds, in minutes, with the unit."""
        if not _known(seconds):
            return self.no_data
        value = seconds / ONE_MINUTE
        if not digits:
            return self.many("%(n)d min", "%(n)d min", round(value))
        return self.say("%(number)s min", number=self.number(value, digits))

    def interval(self, low: float | None, high: float | None, digits: int = 0) -> str:
        """An interval from ``low`` to ``high``."""
        if not (_known(low) and _known(high)):
            return self.no_data
        return self.say("%(low)s to %(high)s", low=self.number(low, digits), high=self.number(high, digits))

    def clock(self, seconds: float | None) -> str:
        """A time of day, given as seconds from 00:00 of polling day, to the minute; other days are named before it."""
        if not _known(seconds):
            return self.no_data
        day, text = writing.clock(seconds, self.locale, self.writing)
        return self.say("D%(day)s %(clock)s", day=direction.unmarked(self.signed(day)), clock=text) if day else text

    def date(self, value: datetime.date | None) -> str:
        """A date with the month's name."""
        return self.no_data if value is None else writing.date(value, self.locale, self.writing)

    @property
    def no_data(self) -> str:
        """What stands where there is no number."""
        return self.say("no data")

    def area(self, territory: Territory, index: int) -> str:
        """Name of an area (wilaya, directorate, zone) of a territory by its position."""
        return area_name(territory, index, self.base)

    def commune(self, territory: Territory, code: int) -> str:
        """Name of a commune or town of a shipped territory by its own code; the code where it has no name."""
        return commune_name(territory, code, self.base)

    def place(self, territory: Territory, site: int) -> str:
        """Name of a site by its position; sites of other people's files keep theirs."""
        return site_name(territory, site, self)

    def mark(self, text: str) -> str:
        """A label for matplotlib: in a right-to-left language every line of it runs from the right."""
        return direction.right_to_left_lines(text) if self.rtl else text

    def isolate(self, text: object) -> str:
        """A number, an inequality, an id or somebody's own name, unharmed by the direction of the text around it."""
        plain = direction.unmarked(str(text))
        return direction.isolated(plain) if self.rtl or direction.has_right_to_left(plain) else plain

    @property
    def _translations(self) -> NullTranslations:
        return translations(self.code)

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        """A translated text with its placeholders filled."""
        if not values:
            return text
        return text % {name: self.number(v) if type(v) is int else v for name, v in values.items()}


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
