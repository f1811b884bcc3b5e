"""The phase clock: named phases with a start in every area, from posting to stand-down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import format_time
from sim.errors import InputError, nearest
from sim.settings.calendar import AreaHours, CalendarSettings
from sim.territory.sites import Territory

PHASES = ("before", "posted", "voting", "count", "stand_down")
"""Phases in order. ``before`` lasts from the begin of the simulated span until an area's own posting."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Calendar:
    """When polling takes place in each area, and the phases tied to it.

    ``opening`` and ``closing``: (areas,); ``site_opening``: (sites,) opening of each centre (mobile offices open
    earlier); ``phases``: names in order; ``starts``: (areas, phases) moments, non-decreasing along a row; ``begin`` and
    ``end``: the simulated span.
    """

    opening: Floats
    closing: Floats
    site_opening: Floats
    phases: tuple[str, ...]
    starts: Floats
    begin: float
    end: float

    def phase_at(self, t: float, area: int) -> str:
        """Name of the phase that rules in ``area`` at ``t`` (the first one before it starts)."""
        row = int(np.searchsorted(self.starts[area], t, side="right")) - 1
        return self.phases[max(row, 0)]

    def start_of(self, phase: str) -> Floats:
        """Start of one phase in each area, shape (areas,). Raises ``ValueError`` for an unknown phase."""
        return np.asarray(self.starts[:, self.phases.index(phase)])


def build_calendar(settings: CalendarSettings, territory: Territory) -> Calendar:
    """Tie the phases of every area to its opening and closing.

    The span begins with the earliest posting or mobile opening and ends with the last stand-down. Raises ``InputError``
    for an unknown area and for phases out of order.
    """
    special = {
        area: settings.areas[key] for key, area in area_positions(territory, settings.areas, "calendar.areas").items()
    }
    codes = range(len(territory.area_codes))
    rows = [_area_starts(settings, special.get(area, AreaHours()), area_label(territory, area)) for area in codes]
    starts = np.array([[np.nan, *row[:-1]] for row in rows]).reshape(-1, len(PHASES))
    opening = starts[:, PHASES.index("voting")].copy()
    early = area_positions(territory, settings.mobile_areas, "calendar.mobile_areas")
    mobile = np.isin(territory.sites.area, list(early.values()))
    lead = np.where(mobile & territory.sites.mobile, settings.mobile_lead_time, 0.0)
    site_opening = opening[territory.sites.area] - lead
    begin = float(min(starts[:, PHASES.index("posted")].min(), site_opening.min(initial=np.inf)))
    starts[:, 0] = begin
    closing = np.array([_closing(settings, special.get(area, AreaHours())) for area in codes])
    return Calendar(opening, closing, site_opening, PHASES, starts, begin, max(row[-1] for row in rows))


def _closing(settings: CalendarSettings, own: AreaHours) -> float:
    return settings.closing if own.closing is None else own.closing


def _area_starts(settings: CalendarSettings, own: AreaHours, area: str) -> list[float]:
    """Starts of posted, voting, count and stand-down, and the end, in one area."""
    opening = settings.opening if own.opening is None else own.opening
    closing = _closing(settings, own)
    if closing <= opening:
        raise InputError(
            f"calendar: {area} closes at {format_time(closing)}, not after it opens at {format_time(opening)}"
        )
    fixed = {**settings.starts, **own.starts}
    count = fixed.get("count", closing)
    stand_down = fixed.get("stand_down", count + settings.count_time)
    row = [fixed.get("posted", opening - settings.posted_time), opening, count, stand_down]
    floor = [-np.inf, row[0], closing, count]
    for phase, start, least in zip(PHASES[1:], row, floor):
        if start < least:
            problem = f"phase '{phase}' of {area} starts at {format_time(start)}, before the phase ahead of it is over"
            raise InputError(f"calendar: {problem} ({format_time(least)})")
    return [*row, stand_down + settings.stand_down_time]


def area_label(territory: Territory, area: int) -> str:
    """Code and first name of an area, for messages: ``area 16 'Alger'``."""
    names = next(iter(territory.areas.values()), territory.area_codes)
    return f"area {territory.area_codes[area]} '{names[area]}'"


def area_positions(territory: Territory, keys: Iterable[str], where: str) -> dict[str, int]:
    """Positions of areas given by code or by name in any language (letter case does not matter).

    Keys that name an area which this territory omits are left out. Raises ``InputError`` for an unknown or twice given
    area; ``where`` is the settings key that holds it.
    """
    columns = (*reversed(tuple(territory.areas.values())), territory.area_codes)
    known = {name.casefold(): area for names in columns for area, name in enumerate(names)}
    found: dict[str, int] = {}
    for key in keys:
        area = known.get(key.casefold())
        if area is None and key in territory.omitted:
            continue
        if area is None:
            raise InputError(
                f"{where}: unknown area '{key}'{nearest(key.casefold(), known)}; give its code or its name"
            )
        if area in found.values():
            raise InputError(f"{where}: {area_label(territory, area)} is given twice")
        found[key] = area
    return found
