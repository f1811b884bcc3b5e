"""Settings of command: what lies between rooms and above them — hand-over, main room, age of the picture, ladder, reserve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.settings.base import Metres, Seconds, Share, settings

Command = Literal["single", "joint", "parallel"]

_HANDOVER: dict[Command, float] = {"single": 0.0, "joint": 120.0, "parallel": 360.0}


@settings
class CommandSettings:
    """Command above and between the rooms. As it stands here nothing of it is in use.

    **Hand-over**: sites within ``border_distance`` of a site of another force or area lie in the border zone (0: there is
    none); ``border_share`` of their incidents reach the neighbour's room first, which hands them over within
    ``handover_time``, by ``dispatch.command`` (``joint`` also between two areas of one force).

    **Main room**: with ``main_room``, incidents of priority up to ``escalate_priority`` that no unit of their room can take
    within ``escalate_time`` go up to one room above all, where each of ``main_operators`` needs ``main_time`` for a request.
    It asks the rooms that it believes to have units to spare, nearest first, at most ``ask_most``, each of which takes
    ``ask_time``; a room lends as long as more than ``keep_share`` of its eligible units on duty stay free. A request that
    failed is made again after ``retry_time``.

    **Picture**: what rooms know of each other's free units is ``picture_age`` seconds old; where it is not 0, help
    between areas (``dispatch.aid``) is asked for in the same way, and a unit that has become busy since means a wasted request.

    **Ladder**: with ``ladder``, a task of priority up to ``escalate_priority`` that waits climbs one step every
    ``ladder_time``: triage (units on their way to less urgent tasks), the units held in reserve, neighbours (or the main
    room), and at last fewer units than the package wants.

    **Public-order reserve**: with ``hold_reserve``, sections that are done stay where they are until every crowd incident of
    their dispatch area is closed, and are then let go.
    """

    border_distance: Metres = 0.0
    border_share: Share = 0.0
    handover_time: dict[Command, Seconds] = Field(default_factory=lambda: dict(_HANDOVER))
    main_room: bool = False
    main_operators: Annotated[int, Field(ge=1, le=1000)] = 3
    main_time: Seconds = 90.0
    escalate_priority: Annotated[int, Field(ge=1, le=4)] = 1
    escalate_time: Seconds = 180.0
    keep_share: Share = 0.2
    ask_time: Seconds = 60.0
    ask_most: Annotated[int, Field(ge=1, le=1000)] = 5
    retry_time: Annotated[float, Field(ge=30.0, le=86400.0)] = 600.0
    picture_age: Seconds = 0.0
    ladder: bool = False
    ladder_time: Seconds = 120.0
    hold_reserve: bool = False

    def handover(self, command: Command) -> float:
        """Seconds of one hand-over under a topology (one left out: none)."""
        return self.handover_time.get(command, 0.0)
