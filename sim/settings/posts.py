"""Settings of fixed posts: what their teams settle and hold, and how they are relieved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.settings.base import Seconds, Share, settings


@settings
class PostSettings:
    """Fixed teams at the centres: what they settle alone, what they hold, and their relief.

    A team with at least ``officers_per_office`` officers for each voting room settles what its incident class allows; a smaller
    one that share of it (assumed). While a mobile unit is awaited such a team holds the scene: the hazard of becoming more
    urgent is multiplied by 1 - ``holds_scene`` (a smaller team: that share of the effect; 0: no effect).

    ``relief_share`` of the teams that should relieve another one come at all; ``relief_late_share`` of those come late, by
    an exponential time of mean ``relief_late_time``. A team that nobody relieves stays ``stay_time`` longer, then leaves.
    Where offices count, a team leaves ``release_time`` after the count of its centre has ended (below 0: so long before its end,
    but not before the closing).

    ``escort_after``: the team outside the first centre of a trip stays with its boxes until an escort is there; it escorts
    them itself as soon as none can be there, or none was, so long after the trip is due (none: it never does).
    """

    officers_per_office: Annotated[float, Field(gt=0.0, le=50.0)] = 1.5
    holds_scene: Annotated[float, Field(ge=0.0, le=0.95)] = 0.0
    relief_share: Share = 1.0
    relief_late_share: Share = 0.0
    relief_late_time: Seconds = 1800.0
    stay_time: Seconds = 0.0
    release_time: Annotated[float, Field(ge=-12 * 3600.0, le=12 * 3600.0)] = 0.0
    escort_after: Seconds | None = None
