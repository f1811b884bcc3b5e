"""Moments of a day as other programs read them: a date and a time, or seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from sim.errors import InputError
from sim.measures.day import Floats, Ints

ANY_DAY = "2020-01-01"
"""A day of polling where none is given: a run knows clock times only."""


@dataclass(frozen=True)
class PollingDay:
    """The date of polling day. Times are those of the place, without a zone; seconds since 1970 count as if it were Greenwich, so
    that programs that show them in UTC show the clock of the place."""

    date: str

    @classmethod
    def read(cls, text: str) -> PollingDay:
        """A date such as ``2017-05-04``. Raises ``InputError``."""
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise InputError(f"--date {text!r}: is no date; write it like 2017-05-04") from None
        if not 2002 <= found.year <= 2200:
            raise InputError(f"--date {text}: allowed are the years 2002 to 2200")
        return cls(found.isoformat())

    def unix(self, seconds: Floats | Ints) -> Ints:
        """Whole seconds since 1970."""
        return np.asarray(np.datetime64(self.date, "s").astype(np.int64) + np.rint(seconds).astype(np.int64))

    def iso(self, seconds: Floats | Ints) -> list[str | None]:
        """Texts such as ``2017-05-04T14:30:00``; None for NaN and infinity."""
        known = np.isfinite(seconds)
        texts = self.unix(np.where(known, seconds, 0.0)).astype("datetime64[s]").astype(str).tolist()
        return [text if there else None for text, there in zip(texts, known.tolist(), strict=True)]
