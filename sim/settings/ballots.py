"""Settings of the end of the vote: the count in every office, and boxes and minutes on their way to the collection points.

The numbers stand in ``conf/demand/default.yaml``. All of it is done by electoral staff; police stay outside and escort.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.settings.base import Seconds, Share, settings
from sim.settings.incidents import Lognormal


@settings
class ObstructionShares:
    """Share of the legs of convoys that are obstructed, by regime."""

    calm: Share
    tense: Share
    high: Share


@settings
class BallotSettings:
    """Count and convoys; ``count`` and ``convoys`` switch them on.

    Votes of an office: registered voters x ``turnout`` x Gamma noise with coefficient of variation ``turnout_cv``. Its count
    takes ``setup_time`` + ``paper_time`` x votes x ``papers`` + ``minutes_time``, from the moment at which the centre has
    served those who stood in line at the closing: one who checks voters needs ``service_time`` for each, the last one is out
    after ``visit_time``.

    A trip takes boxes and minutes of up to ``chain`` centres of a commune and force to the commune's collection point: it is
    due when so many are ready, or ``gather_time`` after the first was; a mobile office, which has its own vehicle, makes its
    own trip. Its escort is ``package``. Loading takes ``load_time`` at each centre, handing over ``handover_time``;
    ``delay_share`` of the legs leave ``delay_time`` late, the share ``obstruction`` by ``obstruction_time``.
    """

    count: bool
    convoys: bool
    turnout: Share
    turnout_cv: Annotated[float, Field(ge=0.0, le=2.0)]
    papers: Annotated[int, Field(ge=1, le=20)]
    setup_time: Seconds
    paper_time: Annotated[float, Field(ge=0.0, le=600.0)]
    minutes_time: Seconds
    service_time: Annotated[float, Field(gt=0.0, le=3600.0)]
    visit_time: Annotated[float, Field(ge=0.0, le=3600.0)]
    package: str
    priority: Annotated[int, Field(ge=1, le=4)]
    chain: Annotated[int, Field(ge=1, le=20)]
    gather_time: Seconds
    load_time: Seconds
    handover_time: Seconds
    delay_share: Share
    delay_time: Lognormal
    obstruction: ObstructionShares
    obstruction_time: Lognormal

    @model_validator(mode="after")
    def _is_counted_first(self) -> Self:
        if self.convoys and not self.count:
            raise ValueError("convoys: boxes leave when the count is over; set count: true as well")
        return self
