"""Settings of demand: what happens to us, how often, when, and what it needs.

The numbers stand in one place, ``conf/demand/default.yaml``; here is what each of them means and which values are
allowed.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.resources import conf_dir
from sim.settings.ballots import BallotSettings
from sim.settings.base import SHOCK, Clock, Factor, Seconds, Share, settings
from sim.settings.calendar import AreaKey
from sim.settings.incidents import (
    BackgroundSettings,
    CallSettings,
    ClassSettings,
    Lognormal,
    Positive,
    Regime,
    WaitSettings,
    sums_to_one,
)
from sim.settings.planned import DeliverySettings, EscortSettings, MatchSchedule, RallyClassSettings, RoundSettings, SweepSettings
from sim.settings.signals import RumourDraws, WarningDraws
from sim.yamlfile import load_yaml

Bound = Annotated[float, Field(ge=1.0, le=100.0)]
Offset = Annotated[float, Field(ge=-86400.0, le=86400.0)]


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml(conf_dir() / "demand" / "default.yaml"))


def _from_table(name: str) -> Any:
    """A field whose default is the entry of conf/demand/default.yaml, checked like any other value."""
    return Field(default_factory=lambda: _table()[name], validate_default=True)


@settings
class TurnoutSettings:
    """How votes spread over the day: ``points`` (seconds after the opening, cumulative share), reaching 1 at the
    closing.

    A day shorter than the points plus half an hour is the same profile pressed together. In areas of the tense and high
    regimes the last ``spike_time`` seconds are ``spike_factor`` times as busy. ``opening``: cumulative shares of what
    comes with the opening, seconds from it; ``count``: the same for the count, in shares of the time from closing to
    the transport of the boxes.
    """

    points: tuple[tuple[Seconds, Share], ...]
    opening: Annotated[tuple[tuple[Offset, Share], ...], SHOCK]
    count: Annotated[tuple[tuple[Share, Share], ...], SHOCK]
    spike_factor: Bound
    spike_time: Seconds

    @model_validator(mode="after")
    def _rises(self) -> TurnoutSettings:
        full = ((0.0, 0.0), *self.points)
        if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(full)):
            raise ValueError("points: seconds after the opening and shares must both rise")
        for name, points in (("opening", self.opening), ("count", self.count)):
            rises = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(points))
            if len(points) < 2 or points[0][1] != 0.0 or points[-1][1] != 1.0 or not rises:
                raise ValueError(f"{name}: moments and shares must rise, the shares from 0 to 1")
        return self


@settings
class ClusterSettings:
    """Clusters: ``size`` neighbouring centres (least, most) within ``window`` seconds (shortest, longest).

    ``recurring`` of the clusters start at one of the area's ``anchors`` centres of highest risk, the same in every
    replication.
    """

    size: tuple[Annotated[int, Field(ge=1, le=100)], Annotated[int, Field(ge=1, le=100)]]
    window: tuple[Seconds, Seconds]
    recurring: Share
    anchors: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _is_ordered(self) -> ClusterSettings:
        if self.size[0] > self.size[1] or self.window[0] > self.window[1]:
            raise ValueError("size and window: the first value must not be above the second")
        return self


@settings
class VehicleSettings:
    """Vehicles of interest: ``per_10000`` vehicles of the flow, whose day follows ``hours`` (weights of the 24 hours; 1
    is the ordinary hour, ``peak_hours`` are set to the peak factor of the traffic). ``linked``: share whose
    interception cancels an
    ordered incident that would follow in the same area within ``link_time`` seconds."""

    per_10000: Annotated[float, Field(ge=0.0, le=1000.0)]
    hours: Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24), SHOCK]
    peak_hours: Annotated[tuple[Annotated[int, Field(ge=0, le=23)], ...], SHOCK]
    linked: Share
    link_time: Annotated[Positive, SHOCK]


@settings
class RallySize:
    """One size of gathering: its ``share``, ``people``, and disorder per gathering."""

    share: Share
    people: Annotated[int, Field(ge=1, le=1_000_000)]
    disorder: Annotated[float, Field(ge=0.0, le=100.0)]


@settings
class RallySchedule:
    """Gatherings in halls: ``per_area`` in each area plus ``per_commune`` for each of its communes, at most one per
    venue and evening.

    They start between ``start_from`` and ``start_to`` (move the day with "D-3 16:00") and last ``duration_time``. Those of an
    area are spread evenly over ``evenings``, of which that is the last one; a venue holds one gathering each evening at most.
    ``size_quota``: the sizes of an area's gatherings follow the shares exactly, in an order that is drawn (else each is drawn).
    ``size_spread``: lognormal sigma of the people who come; ``early_share`` of them come in the last ``early_time``
    before the start. ``medical_per_thousand`` medical cases per 1,000 people. Disorder and medical cases are drawn at
    the hazard bound. ``sweep`` and ``patrol`` are planned tasks at each gathering, ``matches`` gatherings of their own kind.
    """

    per_area: Annotated[float, Field(ge=0.0, le=1000.0)]
    per_commune: Annotated[float, Field(ge=0.0, le=100.0)]
    start_from: Annotated[Clock, SHOCK]
    start_to: Annotated[Clock, SHOCK]
    evenings: Annotated[int, Field(ge=1, le=14), SHOCK]
    duration_time: Lognormal
    sizes: dict[str, RallySize]
    size_quota: bool
    size_spread: Annotated[float, Field(ge=0.0, le=2.0)]
    early_share: Share
    early_time: Seconds
    medical_per_thousand: Annotated[float, Field(ge=0.0, le=1000.0)]
    classes: dict[Literal["disorder", "medical"], RallyClassSettings]
    sweep: SweepSettings
    patrol: RoundSettings
    matches: MatchSchedule

    @model_validator(mode="after")
    def _adds_up(self) -> RallySchedule:
        sums_to_one({name: size.share for name, size in self.sizes.items()})
        if self.start_to < self.start_from:
            raise ValueError("start_to must not be before start_from")
        if len(self.classes) != 2:
            raise ValueError("classes: both disorder and medical are needed")
        if not self.sizes:
            raise ValueError("sizes: at least one is needed")
        seats = max(size.people for size in self.sizes.values())
        if (hours := self.sweep.length(seats) / 3600.0) > 24.0:
            raise ValueError(f"sweep: a hall of {seats} seats takes {hours:.0f} h, longer than a day; lower per_hundred_time")
        return self


@settings
class TierFactors:
    """How much riskier centres of each tier are, normalised over all offices: the mean stays at the regime's rate."""

    low: Annotated[float, Field(ge=0.0, le=1000.0)]
    medium: Annotated[float, Field(ge=0.0, le=1000.0)]
    high: Annotated[float, Field(ge=0.0, le=1000.0)]


def _without_none(value: Any) -> Any:
    """YAML writes an empty mapping as nothing."""
    return {} if value is None else value


@settings
class DemandSettings:
    """What happens to us.

    ``regime`` rules everywhere but in ``areas`` (regime by area). ``rate_factor`` multiplies all election incidents,
    ``background_factor`` the normal service and its calls. ``hot_share`` of the incidents of opportunistic classes (deterred,
    not ordered) come at the hot-spots of ``territory.risk.hot_places`` (0: as the tiers say), their total being the same.
    ``noise_sigma``: lognormal sigma of travel noise (median 1).
    """

    regime: Regime = _from_table("regime")
    areas: Annotated[dict[AreaKey, Regime], BeforeValidator(_without_none), SHOCK] = _from_table("areas")
    rate_factor: Annotated[float, Field(ge=0.0, le=100.0)] = _from_table("rate_factor")
    background_factor: Annotated[float, Field(ge=0.0, le=100.0)] = _from_table("background_factor")
    noise_sigma: Annotated[float, Field(ge=0.0, le=2.0)] = _from_table("noise_sigma")
    tiers: Annotated[TierFactors, SHOCK] = _from_table("tiers")
    hot_share: Annotated[Share, SHOCK] = _from_table("hot_share")
    turnout: TurnoutSettings = _from_table("turnout")
    calls: CallSettings = _from_table("calls")
    waiting: WaitSettings = _from_table("waiting")
    clusters: Annotated[ClusterSettings, SHOCK] = _from_table("clusters")
    background: BackgroundSettings = _from_table("background")
    vehicles: VehicleSettings = _from_table("vehicles")
    rallies: RallySchedule = _from_table("rallies")
    escorts: EscortSettings = _from_table("escorts")
    delivery: DeliverySettings = _from_table("delivery")
    ballots: BallotSettings = _from_table("ballots")
    classes: dict[str, ClassSettings] = _from_table("classes")
    warnings: WarningDraws = Field(default_factory=WarningDraws)
    rumours: RumourDraws = Field(default_factory=RumourDraws)
