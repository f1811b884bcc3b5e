"""Translations of what planners read: one gettext catalogue (``.po``) for each language, read as it is.

The English text is its own key. A country's catalogue holds only the terms in which the country differs; everything else comes
from Arabic as it is written everywhere, and what nobody has translated stays English.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from sim.errors import InputError, nearest

LANGUAGES = ("en", "fr", "ar", "ar_DZ", "ar_LY", "ar_MA")
COMPLETE = ("fr", "ar")
"""Catalogues that translate every text."""
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


@cache
def translations(code: str) -> NullTranslations:
    """Translations of one language; a country falls back on its language, and that on English."""
    packed = BytesIO()
    write_mo(packed, read_catalogue(code))
    packed.seek(0)
    found = GNUTranslations(packed)
    if base_of(code) != code:
        found.add_fallback(translations(base_of(code)))
    return found
