"""Settings of the forces: how many heads are mobilised, what they do, and how patrols go round.

Every count here is assumed unless its text says otherwise; together they close the force ledger of Algeria 2017.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.settings.base import Clock, Count, Factor, Seconds, Share, settings
from sim.settings.calendar import AreaKey
from sim.settings.response import Fabrics, Modes

Kinds = Literal[
    "patrol_car",
    "motorcycle_pair",
    "foot_pair",
    "rrv",
    "section",
    "search_team",
    "traffic_unit",
    "normal_car",
    "traffic_post",
    "escort",
]
Movable = Literal[
    "patrol_car", "motorcycle_pair", "foot_pair", "rrv", "section", "search_team", "traffic_unit", "normal_car", "escort"
]
HeadKinds = Literal[
    "patrol_car",
    "motorcycle_pair",
    "foot_pair",
    "rrv",
    "section",
    "search_team",
    "traffic_unit",
    "normal_car",
    "fixed_team",
    "checkpoint_crew",
    "rally_ring",
    "traffic_post",
    "normal_service",
    "match_force",
    "escort",
]
Waiting = Literal["rrv", "section", "search_team", "traffic_unit", "normal_car"]
Tiers = Literal["low", "medium", "high"]
Heads = Annotated[int, Field(ge=0, le=1000)]
People = Annotated[float, Field(gt=0.0, le=1e9)]
Per = Annotated[float, Field(ge=0.1, le=10_000.0)]
Crew = Annotated[int, Field(ge=1, le=1000)]
Crowd = Annotated[float, Field(ge=0.0, le=1e6)]
Leg = Annotated[float, Field(gt=0.0, le=5e6)]


def _default(table: dict[Any, Any]) -> Any:
    """A field whose default is a copy of ``table``."""
    return Field(default_factory=lambda: dict(table))


CREW: dict[Kinds, int] = {
    "patrol_car": 3,
    "motorcycle_pair": 2,
    "foot_pair": 2,
    "rrv": 6,
    "section": 25,
    "search_team": 6,
    "traffic_unit": 2,
    "normal_car": 3,
    "traffic_post": 2,
    "escort": 4,
}
"""Heads of one full crew (a kind left out in the settings keeps its number)."""


@settings
class FixedTeam:
    """Officers outside one centre: ``day`` on polling day until closing, ``night`` at night and from closing until the
    count has ended, ``before`` by day on the days before (they guard the building and the material)."""

    day: Heads
    night: Heads
    before: Heads


@settings
class Manning:
    """Share of a task's units on duty, of those on duty by day on polling day: by day before it, at night before it,
    and in the night that follows closing."""

    before: Share = 0.4
    before_night: Share = 0.25
    night: Share = 0.4


@settings
class ShiftHeads:
    """Heads on duty of one kind of unit: on the days ``before`` the vote and in the nights before it (``before_night``), on
    polling ``day`` until closing, and in the ``night`` after it; what is left out stays as it is."""

    before: Count | None = None
    before_night: Count | None = None
    day: Count | None = None
    night: Count | None = None


@settings
class ManningSettings:
    """Manning by task of the ledger (fixed teams have their own numbers, rally rings their own hours)."""

    patrol: Manning = Field(default_factory=Manning)
    traffic: Manning = Field(default_factory=lambda: Manning(before=0.4, before_night=0.1, night=0.3))
    checkpoints: Manning = Field(default_factory=lambda: Manning(before=1.0, before_night=1.0, night=0.5))
    rapid_response: Manning = Field(default_factory=lambda: Manning(before=0.5, before_night=0.4, night=0.5))
    reserve: Manning = Field(default_factory=lambda: Manning(before=0.2, before_night=0.2, night=0.4))
    normal_service: Manning = Field(default_factory=lambda: Manning(before=1.0, before_night=0.6, night=0.7))
    escorts: Manning = Field(default_factory=lambda: Manning(before=0.0, before_night=0.0, night=1.0))


@settings
class ShiftSettings:
    """Shifts and rest. All teams of an area change at the same moments: at closing, ``polling_time`` before it, and
    every ``before_time`` backwards from there. Nobody starts again within ``rest_time`` after a shift.

    Fixed teams stand from the phase ``posted`` until the count has ended (see the calendar), checkpoints from
    ``checkpoint_lead`` before the opening until the end of the stand-down.
    """

    polling_time: Annotated[float, Field(ge=3600.0, le=16 * 3600.0)] = 12 * 3600.0
    before_time: Annotated[float, Field(ge=3600.0, le=16 * 3600.0)] = 8 * 3600.0
    rest_time: Seconds = 8 * 3600.0
    checkpoint_lead: Seconds = 2 * 3600.0


@settings
class TurnoutSettings:
    """Mobilisation times in seconds: on the move, parked, at base, and of a reserve section."""

    moving_time: Seconds = 15.0
    parked_time: Seconds = 45.0
    base_time: Seconds = 80.0
    section_time: Seconds = 600.0


@settings
class StaffingSettings:
    """Heads mobilised and what they do.

    ``mobilised``: heads by force, shared among areas by need; ``null`` mobilises what the plan needs.
    ``staffing_factor`` multiplies heads and every count below (shortage); ``absence`` is the share of planned heads
    that do not come. Counts: ``fixed`` officers per centre, times ``tier_factor`` of its risk tier (whole officers,
    rounded down); ``crew`` heads per unit; ``centres_per_…`` by fabric (a fabric left out has none), ``people_per_…``
    inhabitants by force. ``placed`` gives the units of a force and kind by area, by code or name (areas left out: none),
    in place of the count that follows from these. ``…_factor`` keys multiply these counts. ``checkpoint_share`` of the
    town entrances of a force carry a checkpoint. Escorts of ballot boxes: one for ``centres_per_escort`` of a force,
    ``escort_day_share`` of them on duty by day on polling day; there are none unless ``escorts_factor`` is above 0. Rally
    rings are planned at the ``rings_per_area`` largest venues of each area, where gatherings are held first, for
    ``ring_people`` by fabric of the venue, on duty in ``ring_hours``.
    ``move_share`` of the polling-day heads of ``move_from`` are moved to units of kind ``move_to`` on the day shift:
    the same heads in every area and hour, used differently.

    ``heads`` by area, force and kind of unit are the plan itself: heads on duty in the busiest hour of each shift, in place of
    what all the keys above lead to, which then say only where inside the area those heads go. Areas, forces, kinds and shifts
    left out stay as they are. ``mobilised_in`` by area and force replaces the area's share of ``mobilised``.

    ``female_share``: share of women among the officers of each kind of unit (a kind left out has none); crews with one have
    the skill ``female_officer``.
    """

    mobilised: dict[str, Count | None] = _default({"police": None, "gendarmerie": None})
    staffing_factor: Factor = 1.0
    absence: Share = 0.05
    fixed: dict[str, FixedTeam] = _default(
        {"police": FixedTeam(day=10, night=4, before=4), "gendarmerie": FixedTeam(day=5, night=3, before=3)}
    )
    tier_factor: dict[Tiers, Factor] = _default({"low": 1.0, "medium": 1.1, "high": 1.5})
    crew: dict[Kinds, Crew] = _default(CREW)
    centres_per_rrv: dict[Fabrics, Per] = _default({"old_city": 25.0, "urban": 25.0, "suburban": 25.0, "rural": 15.0})
    centres_per_traffic_post: dict[Fabrics, Per] = _default({"old_city": 1.0, "urban": 2.0})
    centres_per_escort: dict[str, Per] = _default({"police": 6.0, "gendarmerie": 10.0})
    escort_day_share: Share = 0.0
    people_per_section: dict[str, People] = _default({"police": 90_000.0, "gendarmerie": 600_000.0})
    people_per_search_team: dict[str, People] = _default({"police": 400_000.0, "gendarmerie": 800_000.0})
    people_per_traffic_unit: dict[str, People] = _default({"police": 50_000.0, "gendarmerie": 150_000.0})
    people_per_normal_car: dict[str, People] = _default({"police": 20_000.0, "gendarmerie": 80_000.0})
    people_per_desk_officer: dict[str, People] = _default({"police": 1_500.0, "gendarmerie": 50_000.0})
    placed: dict[str, dict[Waiting, dict[AreaKey, Count]]] = Field(default_factory=dict)
    checkpoint_share: dict[str, Share] = _default({"police": 1.0, "gendarmerie": 0.15})
    rings_per_area: Annotated[float, Field(ge=0.0, le=1000.0)] = 2.0
    ring_people: dict[Fabrics, Crowd] = _default(
        {"old_city": 1200.0, "urban": 1200.0, "suburban": 600.0, "rural": 300.0}
    )
    ring_hours: tuple[tuple[Clock, Clock], ...] = ((16 * 3600.0, 25 * 3600.0),)
    posts_factor: Factor = 1.0
    patrol_cars_factor: Factor = 1.0
    motorcycles_factor: Factor = 1.0
    foot_factor: Factor = 1.0
    rrv_factor: Factor = 1.0
    reserve_factor: Factor = 1.0
    search_factor: Factor = 1.0
    traffic_factor: Factor = 1.0
    checkpoints_factor: Factor = 1.0
    escorts_factor: Factor = 0.0
    rallies_factor: Factor = 1.0
    normal_factor: Factor = 1.0
    manning: ManningSettings = Field(default_factory=ManningSettings)
    shifts: ShiftSettings = Field(default_factory=ShiftSettings)
    turnout: TurnoutSettings = Field(default_factory=TurnoutSettings)
    move_from: Literal["posts", "traffic", "normal_service"] = "posts"
    move_to: Movable = "patrol_car"
    move_share: Annotated[float, Field(ge=0.0, le=0.9)] = 0.0
    heads: dict[AreaKey, dict[str, dict[HeadKinds, ShiftHeads]]] = Field(default_factory=dict)
    mobilised_in: dict[AreaKey, dict[str, Count]] = Field(default_factory=dict)
    female_share: dict[str, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _hours_follow_each_other(self) -> StaffingSettings:
        moments = [moment for pair in self.ring_hours for moment in pair]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError("ring_hours: each pair must end after it begins, and begin after the one before has ended")
        return self


@settings
class PatrolSettings:
    """Patrol loops round the centres of one force in one area.

    ``centres_per_…`` by fabric: how many centres one unit goes round (a fabric left out has no such patrol);
    ``stop_time`` at each centre; ``longest_leg`` in metres by mode: a beat is never chained over a longer gap.
    ``hot_weight``: how much more patrols look at hot-spots (centres of the high tier where no hot-spots are known): 1 like
    any other centre, 2 in the loop of the unit next to theirs too, each further one once more on every round of both.
    ``axes_per_car``: how many road axes (a town and one of its entrances) one car goes along, stopping ``axis_stop_time`` at
    the entrance (0: nobody does). ``by_phase``: share of the patrol units on duty, by phase of their area; a phase left out is
    like the one before it, and those before the first keep ``staffing.manning.patrol``.
    """

    centres_per_car: dict[Fabrics, Per] = _default({"old_city": 4.0, "urban": 4.0, "suburban": 4.0, "rural": 3.0})
    centres_per_motorcycle: dict[Fabrics, Per] = _default({"old_city": 5.0, "urban": 6.0})
    centres_per_foot_pair: dict[Fabrics, Per] = _default({"old_city": 2.0, "urban": 4.0})
    stop_time: Annotated[float, Field(ge=60.0, le=7200.0)] = 780.0
    longest_leg: dict[Modes, Leg] = _default({"car": 40_000.0, "motorcycle": 8_000.0, "foot": 1_000.0})
    hot_weight: Annotated[int, Field(ge=1, le=6)] = 2
    axes_per_car: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    axis_stop_time: Annotated[float, Field(ge=60.0, le=7200.0)] = 600.0
    by_phase: dict[str, Share] = _default({})
