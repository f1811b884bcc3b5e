"""Settings of the vote itself: who comes to the voting rooms and how long each takes there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.settings.base import Share, settings

Visit = Annotated[float, Field(gt=0.0, le=3600.0)]


@settings
class VotingSettings:
    """Voters at the voting rooms, as expected numbers: nobody is followed.

    ``turnout`` of the registered voters come (0: voters are not counted), over the day as ``demand.turnout`` says. A voter is
    checked for ``check_time`` at the one table of the room and then in one of ``booths`` for ``ballot_time`` (means, seconds).
    Who waits longer than ``delay_time`` is delayed; ``balking`` of those leave without a vote.
    """

    turnout: Share = 0.0
    check_time: Visit = 60.0
    ballot_time: Visit = 90.0
    booths: Annotated[int, Field(ge=1, le=20)] = 2
    delay_time: Annotated[float, Field(ge=60.0, le=6 * 3600.0)] = 1800.0
    balking: Share = 0.1

    @property
    def visit_time(self) -> float:
        """Seconds for which a voter holds a booth: the whole visit, or what the table lets through if that is less."""
        return max(self.check_time + self.ballot_time, self.booths * self.check_time)
