"""Estimates as a planner reads them: a figure with its interval, in the unit and with the decimals that the interval allows."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, inf, log10

from sim.language import Language
from sim.reports.terms import Term
from sim.reports.units import COUNT, MINUTES, PERCENT
from sim.study.statistics import Estimate

FINE = (MINUTES, PERCENT, COUNT)
"""Units in which decimals are of use."""
MOST_DECIMALS = 2


def decimals(term: Term, halves: Iterable[float | None]) -> int:
    """Decimals that show the widest of some half-widths to two figures; the unit's own without any."""
    known = [half / term.unit.scale for half in halves if half]
    if not known or term.unit not in FINE:
        return term.unit.digits
    return min(max(1 - floor(log10(max(known))), 0), MOST_DECIMALS)


def level(words: Language, term: Term, found: Estimate, digits: int | None = None, unit: bool = True) -> str:
    """``7.3 min (7.1 to 7.6)``: a figure with its 95 % interval, cut to what is possible; without one if there is none."""
    places = decimals(term, [found.half_width]) if digits is None else digits
    main = term.figure(words, found.mean, places) if unit else term.number(words, found.mean, places)
    if found.mean is None or found.low is None or found.high is None:
        return main
    most = 1.0 if term.unit is PERCENT else inf
    low, high = (term.number(words, min(max(end, 0.0), most), places) for end in (found.low, found.high))
    return words.say("%(figure)s (%(low)s to %(high)s)", figure=main, low=low, high=high)


def change(words: Language, term: Term, found: Estimate, digits: int | None = None, unit: bool = True) -> str:
    """``−0.88 min (−1.05 to −0.71)``: a difference with its interval, every figure with its sign."""
    places = decimals(term, [found.half_width]) if digits is None else digits
    main = term.number(words, found.mean, places, signed=True)
    name = term.unit.called(words)
    if unit and name and found.mean is not None:
        main = words.say("%(number)s %(unit)s", number=main, unit=points_of(words, term) or name)
    if found.mean is None or found.low is None or found.high is None:
        return main
    low, high = (term.number(words, end, places, signed=True) for end in (found.low, found.high))
    return words.say("%(figure)s (%(low)s to %(high)s)", figure=main, low=low, high=high)


def points_of(words: Language, term: Term) -> str:
    """What differences of shares are counted in: percentage points; empty for other units."""
    return words.say("points") if term.unit is PERCENT else ""


def size(words: Language, term: Term, value: float | None, digits: int | None = None) -> str:
    """How large a difference is, whichever way: ``0.88 min``, ``3 points``."""
    places = decimals(term, [value and abs(value)]) if digits is None else digits
    number, name = term.number(words, None if value is None else abs(value), places), points_of(words, term)
    name = name or term.unit.called(words)
    return words.say("%(number)s %(unit)s", number=number, unit=name) if name and value is not None else number


def span(words: Language, term: Term, found: Estimate) -> str:
    """How large a difference is, with its interval: ``0.88 min (0.71 to 1.05)``; for one whose interval leaves zero out."""
    if found.mean is None:
        return words.no_data
    places = decimals(term, [found.half_width])
    if found.low is None or found.high is None:
        return size(words, term, found.mean, places)
    low, high = sorted(abs(end) for end in (found.low, found.high))
    ends = {"low": term.number(words, low, places), "high": term.number(words, high, places)}
    return words.say("%(figure)s (%(low)s to %(high)s)", figure=size(words, term, found.mean, places), **ends)
