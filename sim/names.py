"""Names for ids: what people called their units, sites and incidents, and the numbers the engine uses for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TEXT_IDS_FROM = 1_000_000_001
"""Text ids are numbered from here where some other ids are whole numbers, so that the two never meet."""
_LARGEST = 2**53


@dataclass(frozen=True)
class Names:
    """Text of each id that is not its own name; ids without a text are shown as they are."""

    sites: dict[int, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    incidents: dict[int, str] = field(default_factory=dict)

    def site(self, id: int) -> str | int:
        """What a site is called."""
        return self.sites.get(id, id)

    def unit(self, id: int) -> str | int:
        """What a unit is called."""
        return self.units.get(id, id)

    def incident(self, id: int) -> str | int:
        """What an incident is called."""
        return self.incidents.get(id, id)

    def list_of(self, units: Sequence[str | int]) -> str | None:
        """Several units in one cell."""
        return "|".join(str(u) for u in units) or None

    def plain(self) -> dict[str, dict[str, str]]:
        """As nested plain data for JSON."""
        return {k: {str(i): text for i, text in v.items()} for k, v in vars(self).items()}

    @classmethod
    def from_plain(cls, plain: dict[str, dict[str, str]]) -> Names:
        """What ``plain`` gave, back again."""
        return cls(**{k: {int(i): text for i, text in v.items()} for k, v in plain.items()})


def named(ids: list[Any], texts: Mapping[int, str]) -> list[Any]:
    """What each id of a column is called; cells without an id stay as they are."""
    return [texts.get(id, id) for id in ids] if texts else ids


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key in which ``unit 2`` comes before ``unit 10``.

    >>> sorted(["u10", "u2", "u1"], key=natural)
    ['u1', 'u2', 'u10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return (*((0, int(p), "") if p[0] in "0123456789" else (1, 0, p) for p in parts), (-1, 0, text))


def number_ids(texts: Sequence[str]) -> tuple[list[int], dict[int, str]]:
    """Whole numbers for ids given as text, and the text of those that are no whole number themselves.

    Whole numbers keep their value; other ids are numbered in natural order, whatever the order of rows.

    >>> number_ids(["7", "3"])
    ([7, 3], {})
    >>> number_ids(["car 10", "car 2"])
    ([2, 1], {1: 'car 2', 2: 'car 10'})
    """
    own = [text for text in texts if not is_whole(text)]
    start = TEXT_IDS_FROM if len(own) < len(texts) else 1
    numbers = {text: start + i for i, text in enumerate(sorted(set(own), key=natural))}
    ids = [numbers[text] if text in numbers else int(text) for text in texts]
    return ids, {number: text for text, number in numbers.items()}


def is_whole(text: str) -> bool:
    """Whether a text is a plain whole number that an id can be: digits without leading zeros.

    >>> is_whole("10"), is_whole("007"), is_whole("-1"), is_whole("1.0")
    (True, False, False, False)
    """
    return bool(re.fullmatch(r"0|[1-9][0-9]{0,15}", text)) and int(text) < _LARGEST
