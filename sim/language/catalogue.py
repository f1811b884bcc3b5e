"""Translations of what planners read: one gettext catalogue (``.po``) for each language, read as it is.

The English text is its own key. A country speaks Arabic as it is written everywhere, with its own terms in place of the common
ones (``terms.csv``) and with the texts of its own catalogue. What nobody has translated stays English.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from sim.errors import InputError, nearest
from sim.language.direction import NO_BREAK_SPACE, isolated

LANGUAGES = ("en", "fr", "ar", "ar_DZ", "ar_LY", "ar_MA")
COMPLETE = ("fr", "ar")
"""Catalogues that translate every text."""
_BEFORE_SIGN = re.compile(r" (?=[»:;?!]|%(?!\())")
_SHARE = re.compile(r"(\d[\d.,]*)\s?(%%?)(?!\()")
CATALOGUES: Traversable = files("sim.language") / "catalogues"


def sayable(text: str) -> str:
    """``text`` itself: marks English text for translation where it stands, to be said later.

    >>> sayable("mean response")
    'mean response'
    """
    return text


def base_of(code: str) -> str:
    """The language of a country's catalogue.

    >>> base_of("ar_DZ"), base_of("fr")
    ('ar', 'fr')
    """
    return code.partition("_")[0]


def known_code(code: str) -> str:
    """One of ``LANGUAGES``; ``ar-DZ`` and ``AR_dz`` are read as ``ar_DZ``.

    Raises ``InputError`` with the nearest known code.
    """
    same = {known.lower(): known for known in LANGUAGES}
    asked = str(code).replace("-", "_").lower()
    if asked not in same:
        raise InputError(f"language '{code}' is unknown{nearest(asked, LANGUAGES)}; known: {', '.join(LANGUAGES)}")
    return same[asked]


def read_catalogue(code: str) -> Catalog:
    """The catalogue of one language, with its own plural rule."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def shares_together(text: str) -> str:
    """Percentages of an Arabic text isolated, so that they look like those that are written into it."""
    return _SHARE.sub(lambda found: isolated(f"{found[1]}{NO_BREAK_SPACE}{found[2]}"), text)


def french_spaces(text: str) -> str:
    """No line of a French text begins with a sign: the space before it does not break.

    >>> ascii(french_spaces("« oui » : 95 %"))
    "'\\\\xab\\\\xa0oui\\\\xa0\\\\xbb\\\\xa0: 95\\\\xa0%'"
    """
    return _BEFORE_SIGN.sub(NO_BREAK_SPACE, text).replace("« ", f"«{NO_BREAK_SPACE}")


TYPOGRAPHY: dict[str, tuple[Callable[[str], str], ...]] = {"ar": (shares_together,), "fr": (french_spaces,)}
"""What is done to every translation of a language, so that translators need not type what nobody sees."""


@cache
def translations(code: str) -> NullTranslations:
    """Translations of one language."""
    catalogue = read_catalogue(base_of(code))
    if base_of(code) != code:
        _use_terms(catalogue, country_terms(code))
        for message in read_catalogue(code):
            catalogue.delete(message.id)
            catalogue[message.id] = message
    for change in TYPOGRAPHY.get(base_of(code), ()):
        _rewrite(catalogue, change)
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return GNUTranslations(packed)


def country_terms(code: str) -> dict[str, str]:
    """Arabic terms that a country replaces by its own."""
    rows = csv.DictReader((CATALOGUES / "terms.csv").read_text(encoding="utf-8").splitlines())
    return {row[base_of(code)]: row[code] for row in rows if row[code]}


def _use_terms(catalogue: Catalog, terms: dict[str, str]) -> None:
    """Write a country's terms into every translation, the longest first and each place once."""
    pattern = re.compile("|".join(sorted(map(re.escape, terms), key=len, reverse=True)))
    _rewrite(catalogue, lambda text: pattern.sub(lambda found: terms[found.group()], text))


def _rewrite(catalogue: Catalog, change: Callable[[str], str]) -> None:
    """Change every translation of a catalogue in all its forms."""
    for message in catalogue:
        if message.id:
            message.string = change(message.string) if isinstance(message.string, str) else tuple(map(change, message.string))
