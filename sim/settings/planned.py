"""Settings of what the timetable brings: sweeps of halls, patrols round gatherings, matches, VIPs and the commission.

The numbers stand in ``conf/demand/default.yaml``. A package ``none``, an empty list of areas or a count of 0 turns each off.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.settings.base import SHOCK, Clock, Factor, Seconds, Share, settings
from sim.settings.calendar import AreaKey
from sim.settings.incidents import Group, Lognormal, Positive

Priority = Annotated[int, Field(ge=1, le=4)]
Number = Annotated[int, Field(ge=1, le=50)]


@settings
class RallyClassSettings:
    """How disorder or a medical case at a gathering is served."""

    priority: Annotated[int, Field(ge=1, le=4)]
    package: str
    scene_time: Lognormal
    group: Group = "election"
    on_spot: Share = 0.0
    harm: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0


@settings
class SweepSettings:
    """Search of a hall before people come in: ``base_time`` plus ``per_hundred_time`` for each 100 seats.

    It should be over ``before_time`` before the gathering starts (an hour before the doors); the team is asked for
    ``notice_time`` before it must begin, and no longer expected ``wait_time`` after the gathering has started.
    """

    package: str
    priority: Priority
    base_time: Seconds
    per_hundred_time: Seconds
    before_time: Seconds
    notice_time: Seconds
    wait_time: Seconds

    def length(self, seats: float) -> float:
        """Seconds that a sweep of a hall takes."""
        return self.base_time + self.per_hundred_time * seats / 100.0


@settings
class RoundSettings:
    """Patrols round a gathering: ``per_thousand`` packages for every 1,000 people (at least one), from ``before_time`` before the
    start until ``after_time`` after the end; each is given up ``wait_time`` after its begin."""

    package: str
    priority: Priority
    per_thousand: Annotated[float, Field(ge=0.0, le=100.0)]
    before_time: Seconds
    after_time: Seconds
    wait_time: Seconds


@settings
class MatchSchedule:
    """A match in the largest venue of each of ``areas``: ``people`` come before ``start`` and stay ``duration_time``.

    ``officers`` round the ground and ``vehicles``, each a package of its own, both times ``force_factor``, are tied up from
    ``before_time`` before the start until ``after_time`` after it; a vehicle is given up ``wait_time`` after its begin.
    ``disorder`` outside per match without liaison (``rallies.liaison`` lowers it), drawn at the hazard bound.
    """

    areas: Annotated[tuple[AreaKey, ...], SHOCK]
    start: Annotated[Clock, SHOCK]
    duration_time: Positive
    people: Annotated[int, Field(ge=1, le=1_000_000)]
    size_spread: Annotated[float, Field(ge=0.0, le=2.0)]
    early_share: Share
    early_time: Seconds
    officers: Annotated[int, Field(ge=0, le=20_000)]
    vehicles: Annotated[int, Field(ge=0, le=1000)]
    force_factor: Factor
    package: str
    priority: Priority
    before_time: Seconds
    after_time: Positive
    wait_time: Seconds
    disorder: Annotated[float, Field(ge=0.0, le=100.0)]
    medical_per_thousand: Annotated[float, Field(ge=0.0, le=1000.0)]
    incident: RallyClassSettings


@settings
class Itinerary:
    """A tour over several places: it starts between ``start_from`` and ``start_to`` at a first place, where its escort is made
    ready in ``scene_time``, and goes on to ``stops`` (least, most) places out of the ``within`` nearest, with a stay of
    ``hold_time`` at each. Without an escort after ``wait_time`` it sets out uncovered.
    """

    package: str
    priority: Priority
    start_from: Clock
    start_to: Clock
    scene_time: Seconds
    stops: tuple[Number, Number]
    within: Annotated[int, Field(ge=1, le=10_000)]
    hold_time: Lognormal
    wait_time: Seconds

    @model_validator(mode="after")
    def _is_in_order(self) -> Itinerary:
        if self.start_to < self.start_from:
            raise ValueError("start_to must not be before start_from")
        if self.stops[0] > self.stops[1]:
            raise ValueError("stops: the least number must not be above the most")
        return self


@settings
class VipSettings(Itinerary):
    """Protected persons: ``per_area`` in each area's capital. ``route_package`` covers the route besides, if it is free within
    ``route_wait_time``."""

    per_area: Annotated[float, Field(ge=0.0, le=100.0)]
    route_package: str
    route_wait_time: Seconds


@settings
class CommissionSettings(Itinerary):
    """Tours of inspection of the electoral commission: ``members`` in all, shared among areas by their offices, in teams of
    ``team`` (least, most)."""

    members: Annotated[int, Field(ge=0, le=100_000)]
    team: tuple[Number, Number]

    @model_validator(mode="after")
    def _is_a_team(self) -> CommissionSettings:
        if self.team[0] > self.team[1]:
            raise ValueError("team: the least number must not be above the most")
        return self


@settings
class EscortSettings:
    """Who is escorted on the day, besides ballot boxes."""

    vips: VipSettings
    commission: CommissionSettings


@settings
class DeliverySettings:
    """Voting material on its way to the centres before the opening, carried by electoral staff, escorted by ``package``.

    Each trip supplies up to ``stops`` centres of a commune from the commune's collection point: it is due between
    ``from_time`` and ``until_time`` ahead of the opening; loading takes ``load_time``, each centre ``unload_time``. If nobody is
    sent within ``wait_time`` it sets out uncovered.
    """

    package: str
    priority: Priority
    stops: Number
    from_time: Seconds
    until_time: Seconds
    load_time: Seconds
    unload_time: Seconds
    wait_time: Seconds

    @model_validator(mode="after")
    def _is_in_order(self) -> DeliverySettings:
        if self.until_time > self.from_time:
            raise ValueError("until_time: must not be above from_time, both are ahead of the opening")
        return self
