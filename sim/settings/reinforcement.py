"""Settings of reinforcement: units that are off duty somewhere and come when they are decided on or asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.settings.base import Clock, Seconds, settings
from sim.settings.calendar import AreaKey
from sim.settings.forces import Movable

SOURCES = ("in_city", "neighbour", "national")
"""Where reinforcement comes from; positions are codes in ``Standby.source``."""
Source = Literal["in_city", "neighbour", "national"]


@settings
class Arrival:
    """``units`` of one ``kind`` and ``force`` that reinforce ``area`` (null: all areas, by population).

    They are decided on ``at`` a moment, or wait for an order ``request_reinforcement`` (null). Their heads come from the area
    itself (``in_city``), from a ``neighbour`` or from the ``national`` pool, the force's largest area, unless ``giver`` names
    another area; ``delay_time`` replaces the source's delay.
    """

    kind: Movable = "patrol_car"
    force: str = "police"
    units: Annotated[int, Field(ge=1, le=10_000)]
    source: Source = "in_city"
    area: AreaKey | None = None
    giver: AreaKey | None = None
    at: Clock | None = None
    delay_time: Seconds | None = None


def _delays() -> dict[Source, float]:
    return {"in_city": 1800.0, "neighbour": 5400.0, "national": 14400.0}


@settings
class ReinforcementSettings:
    """Reinforcement of a short-staffed day: what may come, how long it takes (``delays`` by source, from the decision to being on
    duty at a base of the area), and how long it stays (``duty_time``)."""

    arrivals: tuple[Arrival, ...] = ()
    delays: dict[Source, Seconds] = Field(default_factory=_delays)
    duty_time: Annotated[float, Field(ge=3600.0, le=16 * 3600.0)] = 12 * 3600.0
