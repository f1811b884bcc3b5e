"""Settings of the rules of engagement: what officers of each force may do at a polling centre."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.settings.base import Share, settings
from sim.settings.incidents import Lognormal


@settings
class ForceRules:
    """The rules of one force; the keys are the closed list of kinds of rules.

    ``enter_centre`` on polling day: ``never``, ``on_request`` of the office head, or ``allowed``. ``carry_boxes`` is forbidden
    everywhere: officers escort, electoral staff carry. ``attend_count`` ``forbidden`` closes the centre during the count, also
    on request. ``leave_building_at_opening``: the post guards the building before the vote and stands outside from the opening.
    """

    enter_centre: Literal["never", "on_request", "allowed"] = "allowed"
    carry_boxes: Literal["forbidden"] = "forbidden"
    attend_count: Literal["forbidden", "allowed"] = "allowed"
    leave_building_at_opening: bool = False


@settings
class RulesSettings:
    """Rules of engagement by force (a force without an entry has none) and what following them costs.

    ``request_time``: seconds (median, 90th percentile) until the office head has answered a request to enter; ``refusal_share``
    of them are refused. Who may not enter works from outside: the time on scene is multiplied by ``outside_factor``.
    """

    forces: dict[str, ForceRules] = Field(default_factory=dict)
    request_time: Lognormal = (120.0, 300.0)
    refusal_share: Share = 0.0
    outside_factor: Annotated[float, Field(ge=1.0, le=10.0)] = 1.5
