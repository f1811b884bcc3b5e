"""How numbers, times and dates are written: the one setting of digits and clock, and what follows from it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_group_symbol

from sim.language.direction import NO_BREAK_SPACE, isolated

NARROW_SPACE = "\u202f"
"""Between thousands in every language: a comma or a dot means thousands in one country and a decimal in the next."""
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Writing:
    """Digits (``latn``: 0123, ``arab``: ٠١٢٣) and clock (24 or 12 hours) of everything that a planner reads."""

    digits: Literal["latn", "arab"] = "latn"
    clock: Literal[24, 12] = 24


def decimal(value: float, digits: int, locale: Locale, writing: Writing, signed: bool = False) -> str:
    """A number with so many decimals, thousands apart; one with a sign keeps it on its left whatever stands around it."""
    value = round(value, digits) + 0.0  # no minus before a zero
    pattern = "#,##0" + ("." + digits * "0" if digits else "")
    if signed and value:
        pattern = f"+{pattern};-{pattern}"
    text = format_decimal(value, pattern, locale, numbering_system=writing.digits)
    text = text.replace(get_group_symbol(locale, numbering_system=writing.digits), NARROW_SPACE)
    text = own_digits(text, writing)
    return isolated(text) if text[0] in "+-" and locale.text_direction == "rtl" else text


def share(value: float, digits: int, locale: Locale, writing: Writing) -> str:
    """A share as so many of a hundred, with the sign on the right of the number."""
    text = decimal(100.0 * value, digits, locale, writing) + NO_BREAK_SPACE + "%"
    return isolated(text) if locale.text_direction == "rtl" else text


def clock(seconds: float, locale: Locale, writing: Writing) -> tuple[int, str]:
    """Day counted from polling day, and the time of that day to the minute."""
    day, minute = divmod(round(seconds / 60.0), 24 * 60)
    moment = datetime.time(minute // 60, minute % 60)
    text = format_time(moment, "HH:mm" if writing.clock == 24 else "h:mm a", locale=locale)
    return day, own_digits(text, writing)


def date(value: datetime.date, locale: Locale, writing: Writing) -> str:
    """Day, month by its name in the country, year."""
    return own_digits(format_date(value, "d MMMM y", locale=locale), writing)


def own_digits(text: str, writing: Writing) -> str:
    """Latin digits of a text in the digits of the setting."""
    return text.translate(ARABIC_INDIC) if writing.digits == "arab" else text
