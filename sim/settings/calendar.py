"""Settings of the phase clock: when each area opens, closes, counts and stands down."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.settings.base import Clock, Seconds, settings


def _as_code(value: Any) -> Any:
    """An area code written without quotation marks arrives as a number: 6 means "06"."""
    return f"{value:02d}" if isinstance(value, int) and not isinstance(value, bool) else value


AreaKey = Annotated[str, BeforeValidator(_as_code)]
"""An area by its code ("06") or by its name in any language."""
MovablePhase = Literal["posted", "count", "stand_down"]


@settings
class AreaHours:
    """What differs in one area; anything left out is as in the country. ``starts`` replaces the start of a phase."""

    opening: Clock | None = None
    closing: Clock | None = None
    starts: dict[MovablePhase, Clock] = Field(default_factory=dict)


@settings
class CalendarSettings:
    """Opening and closing of the vote and the phases tied to them.

    ``opening`` and ``closing`` rule where ``areas`` says nothing else. Fixed teams stand ``posted_time`` before the
    opening; the count takes ``count_time`` after the closing; the stand-down ``stand_down_time`` after the count.
    Mobile offices in ``mobile_areas`` open ``mobile_lead_time`` before the others there. ``starts`` gives a phase a
    start of its own, which then does not move with the opening. All moments are clock times or seconds from 00:00 of
    polling day.
    """

    opening: Clock = 8 * 3600.0
    closing: Clock = 19 * 3600.0
    posted_time: Seconds = 48 * 3600.0
    count_time: Seconds = 4 * 3600.0
    stand_down_time: Seconds = 2 * 3600.0
    mobile_lead_time: Annotated[float, Field(ge=0.0, le=72 * 3600.0)] = 0.0
    mobile_areas: tuple[AreaKey, ...] = ()
    starts: dict[MovablePhase, Clock] = Field(default_factory=dict)
    areas: dict[AreaKey, AreaHours] = Field(default_factory=dict)
