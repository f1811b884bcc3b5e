"""Settings of the response: dispatch rules, travel, command rooms, targets."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sim import plugins
from sim.errors import nearest
from sim.settings.base import Clock, Count, Factor, Kmh, Seconds, Share, settings

Fabrics = Literal["old_city", "urban", "suburban", "rural"]
Modes = Literal["car", "motorcycle", "foot", "van", "convoy"]
SpeedTable = dict[Modes, dict[Fabrics, Kmh]]
Reserve = Annotated[float, Field(ge=0.0, le=10_000.0)]

_TARGET_1: dict[Fabrics, float] = {"old_city": 900.0, "urban": 900.0, "suburban": 900.0, "rural": 1200.0}
_TARGET_2: dict[Fabrics, float] = {"old_city": 900.0, "urban": 900.0, "suburban": 1200.0, "rural": 1800.0}
_TARGET_3: dict[Fabrics, float] = {"old_city": 3600.0, "urban": 3600.0, "suburban": 3600.0, "rural": 3600.0}
_DETOUR: dict[Fabrics, float] = {"old_city": 1.6, "urban": 1.3, "suburban": 1.35, "rural": 1.4}
_EMERGENCY: SpeedTable = {
    "car": {"old_city": 8.0, "urban": 32.0, "suburban": 45.0, "rural": 60.0},
    "motorcycle": {"old_city": 15.0, "urban": 40.0, "suburban": 50.0, "rural": 60.0},
    "foot": {"old_city": 7.0, "urban": 7.0, "suburban": 7.0, "rural": 7.0},
    "van": {"old_city": 6.0, "urban": 25.0, "suburban": 38.0, "rural": 50.0},
    "convoy": {"old_city": 6.0, "urban": 20.0, "suburban": 35.0, "rural": 45.0},
}
_NORMAL: SpeedTable = {
    "car": {"old_city": 8.0, "urban": 22.0, "suburban": 35.0, "rural": 50.0},
    "motorcycle": {"old_city": 12.0, "urban": 28.0, "suburban": 40.0, "rural": 50.0},
    "foot": {"old_city": 4.5, "urban": 4.5, "suburban": 4.5, "rural": 4.5},
    "van": {"old_city": 6.0, "urban": 20.0, "suburban": 32.0, "rural": 45.0},
    "convoy": {"old_city": 6.0, "urban": 20.0, "suburban": 35.0, "rural": 45.0},
}


@settings
class TravelSettings:
    """How long a drive takes: detour x distance / speed by mode, fabric of the destination and hour.

    ``speeds`` under way to a task, ``home_speeds`` otherwise, in km/h; ``detour`` road length over straight line, by fabric;
    ``peak_factor`` multiplies drives that start between ``peak_from`` and ``peak_to`` on any day.
    """

    speeds: SpeedTable = Field(default_factory=lambda: _EMERGENCY)
    home_speeds: SpeedTable = Field(default_factory=lambda: _NORMAL)
    detour: dict[Fabrics, Annotated[float, Field(ge=1.0, le=5.0)]] = Field(default_factory=lambda: dict(_DETOUR))
    peak_from: Clock = 17 * 3600.0
    peak_to: Clock = 19 * 3600.0
    peak_factor: Annotated[float, Field(ge=1.0, le=5.0)] = 1.3


@settings
class QueueRules:
    """Who waits, who is held back and who may be sent again, in dispatch settings and in folder worlds alike.

    ``reserve``: by priority 1 … 4, class k is served only while more than r_k eligible units are free; a number, or with
    ``reserve_as`` = ``share`` a share of the eligible units on duty. ``blocking``: a waiting more urgent class holds back
    less urgent ones. ``taskable``: ``at_base`` only there; ``at_scene`` also for a waiting task at the moment it is cleared;
    ``while_returning`` also on the way home and on patrol. ``redirect``: a unit under way may be sent to a more urgent task,
    ``never`` or ``when_none_free``. ``aid``: ``when_none_free`` lets neighbouring areas (and the other force) help.
    """

    reserve: tuple[Reserve, Reserve, Reserve, Reserve] = (0.0, 0.0, 0.0, 0.0)
    reserve_as: Literal["number", "share"] = "number"
    blocking: bool = False
    taskable: Literal["at_base", "at_scene", "while_returning"] = "while_returning"
    redirect: Literal["never", "when_none_free"] = "never"
    aid: Literal["never", "when_none_free"] = "never"

    @model_validator(mode="after")
    def _shares_are_shares(self) -> Self:
        """Refuse a share above 1."""
        if self.reserve_as == "share" and max(self.reserve) > 1.0:
            raise ValueError(f"reserve: {max(self.reserve):g} is no share, allowed with reserve_as=share: 0 to 1")
        return self


def _known_policy(name: str) -> str:
    known = [*POLICIES, *plugins.POLICIES]
    if name not in known:
        raise ValueError(f"must be one of {', '.join(known)}{nearest(name, known)}; --plugin FILE adds your own")
    return name


POLICIES = ("nearest", "least_time", "preference")
Policy = Annotated[str, AfterValidator(_known_policy)]
"""A dispatch policy of ours, or one that a plugin registered."""


@settings
class DispatchSettings(QueueRules):
    """Who is sent, in which order, and what is held back (see also ``QueueRules``).

    ``command``: ``parallel`` makes one dispatch area of each force of an area, ``joint`` one of all its forces in one
    room; ``single`` is the same under one chain of command, without hand-over. ``picture``: what the room sees. ``live``:
    where every unit is; ``base``: only where it belongs; ``district``: the first free unit of the district (the units of one
    base) nearest to the incident, asking one district after the other, ``district_time`` for each that has none free.
    ``rapid_first``: incidents of priority 1 go first to the rapid response unit whose area of responsibility they lie in.
    ``policy``: ``nearest`` unit, ``least_time`` (expected mobilisation and travel), ``preference`` (given lists), or one of a
    plugin.
    With ``aid``, tasks up to priority ``aid_priority`` are helped as long as more than ``aid_keep`` of the helper's units stay
    free; ``aid_time`` is the hand-over.
    """

    command: Literal["single", "joint", "parallel"] = "parallel"
    picture: Literal["live", "base", "district"] = "live"
    district_time: Seconds = 60.0
    rapid_first: bool = False
    policy: Policy = "least_time"
    aid_priority: Annotated[int, Field(ge=1, le=4)] = 2
    aid_keep: Count = 1
    aid_time: Seconds = 360.0


@settings
class RoomSettings:
    """Command rooms, one per dispatch area.

    Operators: at least ``operators``, or ``operators_per_million`` inhabitants if that is more; ``lines`` per operator bound the
    calls held at once (0: no bound). Radio: one operator for ``units_per_radio_operator`` units. ``triage`` off treats every
    incident alike (priority 3). ``patience`` off makes callers wait for ever. ``reported``: share of incidents that
    citizens report at all, by their channel (1 where left out): people call a room that comes at once more readily;
    ``report_factor`` multiplies the time until they do. ``answer_target``: seconds in which a call ought to be taken.
    """

    operators: Annotated[int, Field(ge=1, le=10_000)] = 2
    operators_per_million: Annotated[float, Field(ge=0.0, le=1000.0)] = 8.0
    lines: Annotated[float, Field(ge=0.0, le=1000.0)] = 4.0
    units_per_radio_operator: Annotated[int, Field(ge=1, le=10_000)] = 12
    triage: bool = True
    patience: bool = True
    reported: dict[Literal["phone", "online"], Share] = Field(default_factory=dict)
    report_factor: Factor = 1.0
    answer_target: Seconds = 15.0

_REVISIT: dict[Literal["urban", "rural", "hot_spot"], float] = {"urban": 3600.0, "rural": 7200.0, "hot_spot": 2700.0}


@settings
class TargetSettings:
    """Response targets in seconds by priority 1 … 4 and fabric (priority 4 has none: 0).

    ``revisit``: longest time between two patrol visits at a centre, in town (old city, urban, suburban), in the country and
    at hot-spots.
    """

    p1: dict[Fabrics, Seconds] = Field(default_factory=lambda: dict(_TARGET_1))
    p2: dict[Fabrics, Seconds] = Field(default_factory=lambda: dict(_TARGET_2))
    p3: dict[Fabrics, Seconds] = Field(default_factory=lambda: dict(_TARGET_3))
    revisit: dict[Literal["urban", "rural", "hot_spot"], Seconds] = Field(default_factory=lambda: dict(_REVISIT))
    compliance: Share = 0.9
    grid_time: Annotated[float, Field(ge=60.0, le=3600.0)] = 300.0


@settings
class RallySettings:
    """Gatherings at venues: entry, outer ring and what the crowd does to risk.

    ``lanes_per_thousand`` entry lanes; ``lane_rate`` people per lane and hour; doors open ``doors_time`` before the start;
    one officer outside per ``people_per_officer``; the crowd leaves within ``exit_time``. Disorder is drawn at the bound
    ``hazard_bound`` and happens with factor (people present / expected) x (1 + ``ring_effect`` x share of the ring missing).

    Where halls are swept, an ``unswept`` hall makes the doors wait until the sweep is over or given up (``doors_wait``) or opens
    on time (``open_unswept``); ``finds_per_sweep`` are expected. ``women_share`` of the people are searched by female officers,
    who are ``female_share`` of the ring and staff one lane each (0: lanes are mixed). A patrol round a venue takes
    ``round_time``. At a match the doors open ``match_doors_time`` before the start and the ring has one officer per
    ``match_people_per_officer``; ``liaison`` with supporters multiplies its disorder by ``liaison_factor``.
    """

    lanes_per_thousand: Annotated[float, Field(gt=0, le=100)] = 3.0
    lane_rate: Annotated[float, Field(gt=0, le=5000)] = 420.0
    doors_time: Seconds = 5400.0
    people_per_officer: Annotated[float, Field(ge=1, le=10_000)] = 150.0
    exit_time: Seconds = 2700.0
    ring_effect: Factor = 1.0
    hazard_bound: Annotated[float, Field(ge=1.0, le=11.0)] = 2.0
    unswept: Literal["doors_wait", "open_unswept"] = "doors_wait"
    finds_per_sweep: Annotated[float, Field(ge=0.0, le=10.0)] = 0.01
    women_share: Share = 0.0
    female_share: Share = 0.1
    round_time: Annotated[float, Field(ge=60.0, le=7200.0)] = 900.0
    match_doors_time: Seconds = 9000.0
    match_people_per_officer: Annotated[float, Field(ge=1, le=10_000)] = 13.9
    liaison: bool = False
    liaison_factor: Share = 0.58

    def doors(self, is_match: bool) -> float:
        """Seconds before the start at which the doors open."""
        return self.match_doors_time if is_match else self.doors_time

    def ring_wanted(self, people: int, is_match: bool) -> float:
        """Officers that the outer ring should have."""
        return people / (self.match_people_per_officer if is_match else self.people_per_officer)

    @model_validator(mode="after")
    def _bound_holds(self) -> Self:
        """The day can raise the hazard to 1 + ring_effect; the tape must be drawn for that."""
        if 1.0 + self.ring_effect > self.hazard_bound:
            raise ValueError(f"ring_effect={self.ring_effect:g} needs hazard_bound of at least {1.0 + self.ring_effect:g}")
        return self
