"""Settings of checkpoints: directions, lanes, staff, technology, inspection by alert level, and ordinary traffic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.settings.alert import LEVELS
from sim.settings.base import Factor, Seconds, Share, settings
from sim.settings.calendar import AreaKey

Technology = Literal[0, 1, 2]
Rate = Annotated[float, Field(gt=0, le=5000)]
_Z90 = 1.2815515655446004
"""90 % quantile of the standard normal distribution."""


@settings
class LevelShares:
    """A share of vehicles at each alert level. One number stands for all three."""

    normal: Share
    raised: Share
    maximum: Share

    def at(self, level: int) -> float:
        """The share at a level by its position."""
        share: float = getattr(self, LEVELS[level])
        return share


def _everywhere(value: Any) -> Any:
    """A single number is the share at every level."""
    return value if isinstance(value, Mapping | LevelShares) else dict.fromkeys(LEVELS, value)


ByLevel = Annotated[LevelShares, BeforeValidator(_everywhere)]


@settings
class CheckpointSettings:
    """Checkpoints at town entrances.

    ``directions`` are staffed with ``lanes`` each by ``staff`` heads; a lane needs ``officers_per_lane``, so absence closes
    lanes (while anybody is there, one stays open). ``inspected``: share of vehicles whose documents are checked, ``searched``:
    share fully searched, each at every alert level; the others pass slowly. Rates are vehicles per lane and hour, ``detection``
    probabilities those of a vehicle of interest.

    ``technology`` 0, 1 or 2, which ``technology_by`` replaces for a fabric, a force or an area (the area wins, then the force).
    Level 1 makes documents detect ``technology_detection`` and multiplies the time of checks by ``technology_factor``; level 2
    adds scanning to full searches: ``scan_detection``, and ``scan_factor`` on their time.

    ``false_alarms`` of those checked are held for ``hold_time`` (median and 90th percentile) by ``hold_staff`` officers.
    ``traffic_city`` and ``traffic_rural`` are vehicles per hour and entrance, both directions together, times ``peak_factor`` in
    the peak hours.
    """

    directions: Literal["both", "entrances", "exits"] = "both"
    lanes: Annotated[int, Field(ge=1, le=20)] = 1
    staff: Annotated[int, Field(ge=1, le=100)] = 8
    officers_per_lane: Annotated[int, Field(ge=1, le=50)] = 2
    inspected: ByLevel = Field(default_factory=lambda: LevelShares(normal=0.05, raised=0.15, maximum=0.30))
    searched: ByLevel = Field(default_factory=lambda: LevelShares(normal=0.005, raised=0.02, maximum=0.05))
    slow_pass_rate: Rate = 800.0
    inspect_rate: Rate = 350.0
    search_rate: Rate = 60.0
    detection_slow: Share = 0.10
    detection_inspected: Share = 0.50
    detection_searched: Share = 0.90
    technology: Technology = 0
    technology_by: dict[AreaKey, Technology] = Field(default_factory=dict)
    technology_detection: Share = 0.70
    technology_factor: Factor = 0.8
    scan_detection: Share = 0.95
    scan_factor: Factor = 0.5
    false_alarms: Share = 0.01
    hold_time: tuple[Annotated[float, Field(gt=0, le=86400)], Seconds] = (720.0, 1800.0)
    hold_staff: Annotated[float, Field(ge=0, le=100)] = 2.0
    traffic_city: Annotated[float, Field(ge=0, le=20_000)] = 900.0
    traffic_rural: Annotated[float, Field(ge=0, le=20_000)] = 300.0
    peak_factor: Factor = 1.5

    @model_validator(mode="after")
    def _holds_together(self) -> CheckpointSettings:
        for level, name in enumerate(LEVELS):
            both = self.inspected.at(level) + self.searched.at(level)
            if both > 1.0 + 1e-9:
                raise ValueError(f"inspected + searched are {both:g} of all vehicles at the {name} level, allowed: at most 1")
        if self.hold_time[1] < self.hold_time[0]:
            median, p90 = self.hold_time
            raise ValueError(f"hold_time: the 90th percentile ({p90:g}) is below the median ({median:g})")
        wanted = self.open_lanes * self.officers_per_lane
        if wanted > self.staff:
            raise ValueError(
                f"{self.open_lanes} lanes of {self.officers_per_lane} officers need a staff of {wanted}, not {self.staff}: "
                "raise staff, or lower lanes or officers_per_lane"
            )
        return self

    @property
    def ways(self) -> int:
        """Number of directions that are staffed."""
        return 2 if self.directions == "both" else 1

    @property
    def open_lanes(self) -> int:
        """Lanes of a fully staffed checkpoint, all directions."""
        return self.lanes * self.ways

    def lanes_for(self, heads: int) -> int:
        """Lanes that ``heads`` officers can keep open, all directions: none without anybody, else at least one."""
        return min(max(heads // self.officers_per_lane, 1), self.open_lanes) if heads > 0 else 0

    def watches(self, outbound: bool) -> bool:
        """Whether vehicles that leave town (``outbound``), or enter it, are looked at."""
        return self.directions in ("both", "exits" if outbound else "entrances")

    def detection(self, inspect: float, technology: int, level: int) -> float:
        """Probability of detecting a vehicle of interest whose uniform for inspection is ``inspect``.

        Full search first, then a document check, else a slow pass.
        """
        searched = self.searched.at(level)
        if inspect < searched:
            return self.scan_detection if technology == 2 else self.detection_searched
        if inspect < searched + self.inspected.at(level):
            return self.technology_detection if technology else self.detection_inspected
        return self.detection_slow

    def check_time(self, technology: int, level: int) -> float:
        """Mean seconds of checks and searches per vehicle of the flow."""
        document = 3600.0 / self.inspect_rate * (self.technology_factor if technology else 1.0)
        search = 3600.0 / self.search_rate * (1.0, self.technology_factor, self.scan_factor)[technology]
        return self.inspected.at(level) * document + self.searched.at(level) * search

    def service_time(self, technology: int, level: int) -> float:
        """Mean seconds for which a vehicle holds a lane: slow pass, document check or full search."""
        slow = 1.0 - self.inspected.at(level) - self.searched.at(level)
        return slow * 3600.0 / self.slow_pass_rate + self.check_time(technology, level)

    @property
    def mean_hold(self) -> float:
        """Mean hold after a false alarm in seconds: that of the lognormal distribution with this median and percentile."""
        median, p90 = self.hold_time
        sigma = math.log(p90 / median) / _Z90
        return median * math.exp(sigma * sigma / 2.0)
