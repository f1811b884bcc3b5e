"""Settings of the phase clock: when each area opens, closes, counts and stands down, and who may prolong the vote."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.settings.base import Clock, Seconds, settings


def _as_code(value: Any) -> Any:
    """An area code written without quotation marks arrives as a number: 6 means "06"."""
    return f"{value:02d}" if isinstance(value, int) and not isinstance(value, bool) else value


AreaKey = Annotated[str, BeforeValidator(_as_code)]
"""An area by its code ("06") or by its name in any language."""
MovablePhase = Literal["campaign", "silence", "posted", "delivery", "count", "transport", "stand_down"]


@settings
class AreaHours:
    """What differs in one area; anything left out is as in the country. ``starts`` replaces the start of a phase."""

    opening: Clock | None = None
    closing: Clock | None = None
    starts: dict[MovablePhase, Clock] = Field(default_factory=dict)


@settings
class Extension:
    """A decision of the electoral authority: from ``decided_at`` on it is known that the vote in ``areas`` (none named:
    everywhere) lasts until ``closing``."""

    decided_at: Clock
    closing: Clock
    areas: tuple[AreaKey, ...] = ()


@settings
class CalendarSettings:
    """Opening and closing of the vote and the phases tied to them.

    ``opening`` and ``closing`` rule where ``areas`` says nothing else. Before the opening: the silence begins
    ``silence_time`` ahead (no later than the posting), the campaign ``campaign_time`` before the silence; fixed teams
    stand ``posted_time`` ahead; the material is delivered from ``delivery_time`` ahead. After the closing: the queue of
    those who stand in line takes ``queue_time``, then the count begins; boxes and minutes are on the road from
    ``transport_after`` seconds into the count (left out: from the stand-down); ``count_time`` after its begin the
    stand-down, which takes ``stand_down_time``. A time of 0 leaves a phase out; a ``campaign_time`` above 0 begins the
    simulated span with the campaign.

    Mobile offices in ``mobile_areas`` open ``mobile_lead_time`` before the others there. ``starts`` gives a phase a
    start of its own, which then does not move with the opening. All moments are clock times or seconds from 00:00 of
    polling day.

    Only the electoral authority prolongs the vote: at most by ``latest_extension``, on its own (``extensions``) or,
    ``authority_time`` after the police have asked, if it ``authority_grants`` that.
    """

    opening: Clock = 8 * 3600.0
    closing: Clock = 19 * 3600.0
    campaign_time: Annotated[float, Field(ge=0.0, le=6 * 86400.0)] = 0.0
    silence_time: Annotated[float, Field(ge=0.0, le=4 * 86400.0)] = 0.0
    posted_time: Seconds = 48 * 3600.0
    delivery_time: Seconds = 0.0
    queue_time: Annotated[float, Field(ge=0.0, le=6 * 3600.0)] = 0.0
    transport_after: Seconds | None = None
    count_time: Seconds = 4 * 3600.0
    stand_down_time: Seconds = 2 * 3600.0
    mobile_lead_time: Annotated[float, Field(ge=0.0, le=72 * 3600.0)] = 0.0
    mobile_areas: tuple[AreaKey, ...] = ()
    starts: dict[MovablePhase, Clock] = Field(default_factory=dict)
    areas: dict[AreaKey, AreaHours] = Field(default_factory=dict)
    latest_extension: Annotated[float, Field(ge=0.0, le=12 * 3600.0)] = 0.0
    extensions: tuple[Extension, ...] = ()
    authority_time: Seconds = 1800.0
    authority_grants: bool = True
