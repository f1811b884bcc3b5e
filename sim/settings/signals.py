"""Settings of signals: warnings and rumours as they come, and what the plan does about them.

Acting on a warning means presence, never arrests; a rumour is met by a published correction only.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.settings.base import Seconds, Share, settings
from sim.settings.incidents import Lognormal, Positive

Part = Annotated[float, Field(ge=0.0, le=0.95)]
People = Annotated[float, Field(ge=1.0, le=100_000.0)]
Span = Annotated[float, Field(ge=0.0, le=86_400.0)]


@settings
class WarningDraws:
    """Warnings of ordered disturbances (classes that are ``ordered``; one warning for a whole cluster).

    ``share`` of them are warned (0: no warnings at all), ``lead_time`` before (lognormal: median, 90th percentile); of all
    warnings ``false_share`` are false. ``usual_prevention``: share of the warned ones that the default plan prevents; so many
    more are drawn that the calibrated rates hold under it.
    """

    share: Share = 0.0
    false_share: Part = 0.5
    lead_time: Lognormal = (21_600.0, 86_400.0)
    usual_prevention: Part = 0.3


@settings
class RumourDraws:
    """Rumours, out of which the incidents of one class come, if ``drawn``.

    A rumour brings ``start`` people to a centre, twice as many every ``doubling_time``, up to ``peak`` people (lognormal: median,
    90th percentile), who go home ``life_time`` after it began. At ``threshold`` people the crowd would become an incident of
    ``incident_class``; each person who would come makes ``calls_per_person`` calls. So many are drawn that the rate of the class
    holds if every rumour is corrected ``usual_correction`` after it began, which cuts growth by ``usual_cut``.
    """

    drawn: bool = False
    incident_class: str = "rumour_crowd"
    start: People = 8.0
    doubling_time: Positive = 2400.0
    peak: Annotated[tuple[People, People], Field()] = (120.0, 400.0)
    threshold: People = 60.0
    life_time: Positive = 14_400.0
    calls_per_person: Annotated[float, Field(ge=0.0, le=10.0)] = 0.1
    usual_correction: Seconds = 3600.0
    usual_cut: Part = 0.7

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not self.start < self.threshold:
            raise ValueError(f"threshold={self.threshold:g}: must be above start={self.start:g}")
        if not self.peak[0] <= self.peak[1]:
            raise ValueError("peak: the 90th percentile must not be below the median")
        return self


@settings
class WarningSettings:
    """What the plan does about warnings: a presence at the place, never arrests.

    ``acted_on``: share of warnings that are acted on (0: none), ``sharing_time`` after one agency knows. One unit of ``package``
    stands at the place from ``before`` the expected moment until ``after`` it; if the disturbance begins, the unit is
    free for it at once. Presence that is there in time prevents ``prevention`` of the disturbances.
    """

    acted_on: Share = 0.0
    sharing_time: Span = 1800.0
    package: str = "rrv|section|patrol_car"
    before: Span = 3600.0
    after: Span = 3600.0
    prevention: Part = 0.4


@settings
class InformationSettings:
    """The public-information cell that answers rumours with a published correction.

    ``tier``: ``none``; ``local``, one cell in each area; ``national``, one cell for all, whose statement reaches the place
    ``relay_time`` later. A rumour is noticed ``detection_time`` after it begins; each of ``staff`` takes ``handling_time`` for
    one correction, first come first served. From then on growth of the crowd is cut by ``cut``.
    """

    tier: Literal["none", "local", "national"] = "none"
    staff: Annotated[int, Field(ge=1, le=100)] = 2
    detection_time: Span = 1200.0
    handling_time: Span = 2400.0
    relay_time: Span = 900.0
    cut: Share = 0.7
