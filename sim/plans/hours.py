"""When each shift of an area begins and ends."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.forces.roster import PERIODS, build_roster
from sim.settings.forces import ShiftSettings
from sim.territory.calendar import Calendar

Span = tuple[float, float]


def shift_hours(calendar: Calendar, shifts: ShiftSettings) -> list[dict[str, tuple[Span, ...]]]:
    """For each area the spans of each kind of shift, in seconds from 00:00 of polling day, in order."""
    roster = build_roster(calendar, shifts)
    areas = []
    for begin, end, kind in zip(roster.begin, roster.end, roster.kind):
        spans: dict[str, tuple[Span, ...]] = {}
        for number, name in enumerate(PERIODS):
            rows = np.flatnonzero((kind == number) & (end > begin))
            spans[name] = tuple((float(begin[r]), float(end[r])) for r in rows)
        areas.append(spans)
    return areas


def usual_hours(areas: list[dict[str, tuple[Span, ...]]]) -> dict[str, tuple[Span, ...]]:
    """The spans of each kind of shift that most areas have."""
    return {name: Counter(area[name] for area in areas).most_common(1)[0][0] for name in PERIODS}
