"""Time: seconds from 00:00 of polling day (local time), and how people write it.

Clock zero is midnight at the start of polling day, so 48 hours before an
08:00 opening is ``-144000.0``. Durations are seconds too.
"""

from __future__ import annotations

import math
import re

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0

_CLOCK = re.compile(r"^\s*(?:[Dd]([+-]\d{1,2})\s+)?(-?)(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?\s*$")
_RUN_TOGETHER = re.compile(r"^\s*-?0\d{3}\s*$")
"""``0700``: surely meant as a clock time, and never to be read as 700 seconds."""
_SEXAGESIMAL_LIMIT = 100 * 60
"""YAML 1.1 reads an unquoted ``12:30`` as the integer 750 and ``12:30:15`` as 45015.

So a bare integer below this bound was written as hours and minutes.
"""


_ANOTHER_DAY = 'write "D+1 01:00" for 01:00 of the next day, "D-2 08:00" for two days before'


def parse_time(value: object) -> float:
    """Read a time of day or a number of seconds.

    Text ``"07:00"``, ``"7:00"``, ``"23:59:30"``, ``"-16:00"`` (the day before), ``"D-2 08:00"`` and
    ``"D+1 02:30"`` are clock times, up to ``"24:00"``; any other number is seconds from clock zero.

    Returns seconds. Raises ``ValueError`` naming what was read and what is allowed.

    >>> parse_time("07:00"), parse_time("D-1 18:30"), parse_time("-2:00"), parse_time(90)
    (25200.0, -19800.0, -7200.0, 90.0)
    """
    if isinstance(value, str):
        match = _CLOCK.match(value)
        if match:
            day, sign, hours, minutes, seconds = match.groups()
            clock = int(hours) * HOUR + int(minutes) * MINUTE + float(seconds or 0.0)
            if clock > DAY:
                raise ValueError(f"{value!r} is later than 24:00: {_ANOTHER_DAY}")
            return float(day or 0) * DAY + (-clock if sign else clock)
        if _RUN_TOGETHER.match(value):
            text = value.strip()
            raise ValueError(f"{value!r} is not a time: write it with a colon, {text[:-2]}:{text[-2:]}")
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = math.nan
    if isinstance(value, bool) or not math.isfinite(seconds):
        raise ValueError(f"{value!r} is not a time: write \"07:00\", \"D-1 18:30\" or seconds from 00:00 of polling day")
    return seconds


def parse_yaml_time(value: object) -> float:
    """Read a clock time from a config value, undoing YAML's base-60 integers.

    Raises ``ValueError`` like :func:`parse_time`.

    >>> parse_yaml_time(750) == parse_time("12:30")  # how YAML 1.1 delivers an unquoted 12:30
    True
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _SEXAGESIMAL_LIMIT:
        if abs(value) * MINUTE > DAY:
            hours = f"{'-' if value < 0 else ''}{abs(value) // 60}:{abs(value) % 60:02d}"
            raise ValueError(f"{value} would be read as {hours}, later than 24:00: {_ANOTHER_DAY}, {value}.0 for seconds")
        return value * MINUTE
    return parse_time(value)


def format_time(seconds: float) -> str:
    """Write seconds as ``D-1 18:30`` (no day prefix on polling day itself).

    >>> format_time(25200.0), format_time(-19800.0), format_time(90061.0)
    ('07:00', 'D-1 18:30', 'D+1 01:01:01')
    """
    whole = round(seconds)
    day, rest = divmod(whole, int(DAY))
    hours, rest = divmod(rest, int(HOUR))
    minutes, secs = divmod(rest, 60)
    clock = f"{hours:02d}:{minutes:02d}" + (f":{secs:02d}" if secs else "")
    return clock if day == 0 else f"D{day:+d} {clock}"
