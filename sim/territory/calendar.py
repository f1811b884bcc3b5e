"""The phase clock: named phases with a start in every area, from the campaign to stand-down, and who may move them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.clock import format_time
from sim.errors import InputError, nearest
from sim.settings.calendar import AreaHours, CalendarSettings, MovablePhase
from sim.territory.sites import Territory

PHASES = (
    "before", "campaign", "silence", "posted", "delivery", "voting", "closing_queue", "count", "transport", "stand_down",
)  # fmt: skip
"""Phases in order. ``before`` lasts from the begin of the simulated span until the first other phase of an area."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Calendar:
    """When polling takes place in each area, and the phases tied to it.

    ``opening`` and ``closing``: (areas,); ``site_opening``: (sites,) opening of each centre (mobile offices open
    earlier); ``phases``: names in order; ``starts``: (areas, phases) moments, non-decreasing along a row; ``begin`` and
    ``end``: the simulated span. The electoral authority may let an area vote for at most ``latest_extension`` seconds
    longer; asked for it, it answers after ``authority_time`` and grants it or not.
    """

    opening: Floats
    closing: Floats
    site_opening: Floats
    phases: tuple[str, ...]
    starts: Floats
    begin: float
    end: float
    latest_extension: float = 0.0
    authority_time: float = 0.0
    authority_grants: bool = True

    def phase_at(self, t: float, area: int) -> str:
        """Name of the phase that rules in ``area`` at ``t`` (the first one before it starts)."""
        row = int(np.searchsorted(self.starts[area], t, side="right")) - 1
        return self.phases[max(row, 0)]

    def start_of(self, phase: str) -> Floats:
        """Start of one phase in each area, shape (areas,). Raises ``ValueError`` for an unknown phase."""
        return np.asarray(self.starts[:, self.phases.index(phase)])

    def follows_closing(self, phase: int) -> bool:
        """Whether a phase (its position) moves with the closing."""
        return "voting" in self.phases and phase > self.phases.index("voting")

    def extended(self, closing: Floats) -> Calendar:
        """The same calendar with later closings, (areas,): every phase after the vote moves with them."""
        late = np.maximum(closing - self.closing, 0.0)
        moved = np.array([self.follows_closing(phase) for phase in range(len(self.phases))])
        starts = self.starts + np.where(moved, late[:, None], 0.0)
        return replace(self, closing=self.closing + late, starts=starts)


def build_calendar(settings: CalendarSettings, territory: Territory) -> Calendar:
    """Tie the phases of every area to its opening and closing.

    The span begins with the campaign, or without one with the earliest posting or mobile opening, and ends with the last
    stand-down after the latest possible closing. Raises ``InputError`` for an unknown area and for phases out of order.
    """
    special = {
        area: settings.areas[key] for key, area in area_positions(territory, settings.areas, "calendar.areas").items()
    }
    hours = [special.get(area, AreaHours()) for area in range(len(territory.area_codes))]
    rows = [_area_starts(settings, own, area_label(territory, area)) for area, own in enumerate(hours)]
    starts = np.array([[-np.inf, *row[:-1]] for row in rows]).reshape(-1, len(PHASES))
    opening = starts[:, PHASES.index("voting")].copy()
    early = area_positions(territory, settings.mobile_areas, "calendar.mobile_areas")
    mobile = np.isin(territory.sites.area, list(early.values()))
    lead = np.where(mobile & territory.sites.mobile, settings.mobile_lead_time, 0.0)
    site_opening = opening[territory.sites.area] - lead
    first = "campaign" if settings.campaign_time else "posted"
    begin = float(min(starts[:, PHASES.index(first)].min(), site_opening.min(initial=np.inf)))
    return Calendar(
        opening=opening,
        closing=np.array([_closing(settings, own) for own in hours]),
        site_opening=site_opening,
        phases=PHASES,
        starts=np.maximum(starts, begin),
        begin=begin,
        end=max(row[-1] for row in rows) + settings.latest_extension,
        latest_extension=settings.latest_extension,
        authority_time=settings.authority_time,
        authority_grants=settings.authority_grants,
    )


def _closing(settings: CalendarSettings, own: AreaHours) -> float:
    return settings.closing if own.closing is None else own.closing


def _area_starts(settings: CalendarSettings, own: AreaHours, area: str) -> list[float]:
    """Starts of all phases but ``before``, and the end, in one area."""
    opening = settings.opening if own.opening is None else own.opening
    closing = _closing(settings, own)
    if closing <= opening:
        raise InputError(
            f"calendar: {area} closes at {format_time(closing)}, not after it opens at {format_time(opening)}"
        )
    fixed = {**settings.starts, **own.starts}
    start = _tied(settings, fixed, opening, closing)
    silent = bool(settings.silence_time or settings.campaign_time)
    used = {"campaign": settings.campaign_time, "silence": silent, "delivery": settings.delivery_time}
    used["transport"] = settings.transport_after is not None
    ahead = -np.inf
    for phase in PHASES[1:]:
        if phase in fixed or used.get(phase, True):
            if start[phase] < ahead:
                problem = f"phase '{phase}' of {area} starts at {format_time(start[phase])}"
                raise InputError(f"calendar: {problem}, before the phase ahead of it is over ({format_time(ahead)})")
            ahead = start[phase]
    return [*(start[phase] for phase in PHASES[1:]), start["stand_down"] + settings.stand_down_time]


def _tied(
    settings: CalendarSettings, fixed: Mapping[MovablePhase, float], opening: float, closing: float
) -> dict[str, float]:
    """Start of each phase but ``before``; a phase that is left out starts with the next one."""
    posted = fixed.get("posted", opening - settings.posted_time)
    silent_from = min(opening - settings.silence_time, posted) if settings.silence_time else posted
    silence = fixed.get("silence", silent_from)
    count = fixed.get("count", closing + settings.queue_time)
    stand_down = fixed.get("stand_down", count + settings.count_time)
    after = settings.transport_after
    return {
        "campaign": fixed.get("campaign", silence - settings.campaign_time),
        "silence": silence,
        "posted": posted,
        "delivery": fixed.get("delivery", opening - settings.delivery_time),
        "voting": opening,
        "closing_queue": closing,
        "count": count,
        "transport": fixed.get("transport", stand_down if after is None else count + after),
        "stand_down": stand_down,
    }


def extended_closings(settings: CalendarSettings, territory: Territory, calendar: Calendar) -> list[tuple[float, int, float]]:
    """The planned decisions of the electoral authority as (decided at, area, new closing), in order.

    Raises ``InputError`` for one that comes after the closing, does not prolong the vote or prolongs it by too much.
    """
    rows: list[tuple[float, int, float]] = []
    for number, decision in enumerate(settings.extensions):
        where = f"calendar.extensions[{number}]"
        named = area_positions(territory, decision.areas, f"{where}.areas").values()
        for area in named if decision.areas else range(len(territory.area_codes)):
            check_extension(where, territory, calendar, area, decision.decided_at, decision.closing)
            rows.append((decision.decided_at, area, decision.closing))
    return sorted(rows)


def check_extension(where: str, territory: Territory, calendar: Calendar, area: int, at: float, closing: float) -> None:
    """Raise ``InputError`` for a decision at ``at`` that an area closes at ``closing`` if that is no extension."""
    planned = float(calendar.closing[area])
    who = f"{where}: {area_label(territory, area)} closes at {format_time(planned)}"
    if not closing > planned:
        raise InputError(f"{who}; {format_time(closing)} is no extension, allowed: a later moment")
    if not at < planned:
        raise InputError(f"{who}; a decision at {format_time(at)} comes too late, allowed: before the closing")
    latest = planned + calendar.latest_extension
    if closing > latest:
        raise InputError(f"{who}; {format_time(closing)} is too late, allowed: up to {format_time(latest)} "
                         "(calendar.latest_extension)")  # fmt: skip


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
