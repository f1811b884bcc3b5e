"""Settings of demand: what happens to us, how often, when, and what it needs.

The numbers stand in one place, ``conf/demand/default.yaml``; here is what each of them means and which values are allowed.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.resources import conf_dir
from sim.settings.base import Clock, Factor, Metres, Seconds, Share, settings
from sim.settings.calendar import AreaKey
from sim.yamlfile import load_yaml

Regime = Literal["calm", "tense", "high"]
Component = Literal["voters", "opening", "count", "uniform"]
Channel = Literal["phone", "radio", "patrol", "online", "direct"]
Group = Literal["election", "medical", "normal"]
Rate = Annotated[float, Field(ge=0.0, le=100_000.0)]
Bound = Annotated[float, Field(ge=1.0, le=100.0)]
Offset = Annotated[float, Field(ge=-86400.0, le=86400.0)]
Positive = Annotated[float, Field(gt=0.0, le=10 * 86400.0)]


def _is_ordered(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] <= value[1] <= 1000.0 * value[0]:
        raise ValueError("the 90th percentile must lie between the median and 1000 times the median")
    return value


Lognormal = Annotated[tuple[Positive, Positive], AfterValidator(_is_ordered)]
"""A lognormal time by its median and its 90th percentile, in seconds."""


def _sums_to_one(value: dict[Any, float]) -> dict[Any, float]:
    if abs(sum(value.values()) - 1.0) > 1e-6:
        raise ValueError(f"the shares add up to {sum(value.values()):g}; they must add up to 1")
    return value


Times = Annotated[dict[Component, Share], AfterValidator(_sums_to_one)]
Channels = Annotated[dict[Channel, Share], AfterValidator(_sums_to_one)]


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml(conf_dir() / "demand" / "default.yaml"))


def _from_table(name: str) -> Any:
    """A field whose default is the entry of conf/demand/default.yaml, checked like any other value."""
    return Field(default_factory=lambda: _table()[name], validate_default=True)


@settings
class PerRegime:
    """One number for each regime."""

    calm: Rate
    tense: Rate
    high: Rate


@settings
class ClassSettings:
    """One class of election incident.

    ``rate``: incidents per 1,000 offices and polling day, by regime. ``times``: shares that follow the voters, the opening, the
    count or the whole day. ``package``: the units it needs, such as ``patrol_car|foot_pair:2 + rrv`` (``none``: no unit).
    ``scene_time``: seconds of work of each unit. ``on_spot``: probability that a fixed team settles it. ``deterred``: presence
    may prevent it. ``ordered``: part of a planned disturbance, so an intercepted vehicle may cancel it. ``clustered``: comes in
    clusters of neighbouring centres. ``stop_share`` of them stop the vote at the centre for ``stop_time`` seconds.
    """

    priority: Annotated[int, Field(ge=1, le=4)]
    rate: PerRegime
    times: Times
    package: str
    scene_time: Lognormal
    start: Literal["as_free", "together"] = "as_free"
    release: Literal["each", "together"] = "each"
    on_spot: Share = 0.0
    harm: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0
    group: Group = "election"
    stop_share: Share = 0.0
    stop_time: Seconds = 0.0
    escalates: bool = True
    deterred: bool = False
    ordered: bool = False
    clustered: bool = False


@settings
class NormalClassSettings:
    """One class of the normal service: ``share`` of all interventions, and how it is served."""

    share: Share
    priority: Annotated[int, Field(ge=1, le=4)]
    package: str
    scene_time: Lognormal
    harm: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0


@settings
class BackgroundSettings:
    """The normal service: interventions, and calls that need no unit but keep the desk busy.

    ``per_million``: interventions per day and million inhabitants; ``hours``: weights of the 24 hours of the day;
    ``advice_calls`` and ``false_calls``: such calls per intervention; ``call_factor``: more calls on the day of the vote;
    ``scatter``: standard deviation in metres of an incident's place round a centre (in each direction).
    """

    per_million: Rate
    hours: Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24)]
    classes: dict[str, NormalClassSettings]
    advice_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    false_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    call_factor: Factor
    scatter: Metres

    @model_validator(mode="after")
    def _adds_up(self) -> BackgroundSettings:
        _sums_to_one({name: kind.share for name, kind in self.classes.items()})
        if sum(self.hours) <= 0.0:
            raise ValueError("hours: at least one hour needs a weight above 0")
        return self


@settings
class CallSettings:
    """How incidents become known and what a call costs the desk; times are lognormal seconds.

    ``channels``: mix of channels; ``report_time`` until the report, by channel; ``talk_time`` of an operator, by channel;
    ``advice_time`` and ``false_time``: of calls that need no unit. ``patience``: mean seconds a caller by phone waits (exponential)
    and ``redial`` the share that calls again at once; together patience / (1 - redial). ``dispatch_time``: handling after the
    call, by priority.
    """

    channels: Channels
    report_time: dict[Channel, Lognormal]
    talk_time: dict[Channel, Lognormal]
    advice_time: Lognormal
    false_time: Lognormal
    patience: Positive
    redial: Annotated[float, Field(ge=0.0, le=0.95)]
    dispatch_time: tuple[Lognormal, Lognormal, Lognormal, Lognormal]

    @model_validator(mode="after")
    def _is_complete(self) -> CallSettings:
        for name, table in (("report_time", self.report_time), ("talk_time", self.talk_time)):
            if absent := [c for c, share in self.channels.items() if share > 0 and c not in table]:
                raise ValueError(f"{name}: no times for the channel '{absent[0]}'")
        return self


@settings
class WaitSettings:
    """What becomes of an incident that nobody attends.

    ``escalation``: probability that it becomes one priority more urgent within ``escalation_time``, by its priority 1 … 4.
    ``patience``: lognormal seconds until it lapses, by priority (None: never).
    """

    escalation: tuple[Share, Share, Share, Share]
    escalation_time: tuple[Positive, Positive, Positive, Positive]
    patience: tuple[Lognormal | None, Lognormal | None, Lognormal | None, Lognormal | None]


@settings
class TurnoutSettings:
    """How votes spread over the day: ``points`` (seconds after the opening, cumulative share), reaching 1 at the closing.

    A day shorter than the points plus half an hour is the same profile pressed together. In areas of the tense and high regimes
    the last ``spike_time`` seconds are ``spike_factor`` times as busy. ``opening``: cumulative shares of what comes with the
    opening, seconds from it; ``count``: the same for the count, in shares of the time from closing to stand-down.
    """

    points: tuple[tuple[Seconds, Share], ...]
    opening: tuple[tuple[Offset, Share], ...]
    count: tuple[tuple[Share, Share], ...]
    spike_factor: Bound
    spike_time: Seconds

    @model_validator(mode="after")
    def _rises(self) -> TurnoutSettings:
        full = ((0.0, 0.0), *self.points)
        if any(a[0] >= b[0] or a[1] > b[1] for a, b in zip(full, full[1:])):
            raise ValueError("points: seconds after the opening and shares must both rise")
        for name, points in (("opening", self.opening), ("count", self.count)):
            rises = all(a[0] < b[0] and a[1] <= b[1] for a, b in zip(points, points[1:]))
            if len(points) < 2 or points[0][1] != 0.0 or points[-1][1] != 1.0 or not rises:
                raise ValueError(f"{name}: moments and shares must rise, the shares from 0 to 1")
        return self


@settings
class ClusterSettings:
    """Clusters: ``size`` neighbouring centres (least, most) within ``window`` seconds (shortest, longest).

    ``recurring`` of the clusters start at one of the area's ``anchors`` centres of highest risk, the same in every replication.
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
    """Vehicles of interest: ``per_10000`` vehicles of the flow, whose day follows ``hours`` (weights of the 24 hours; 1 is the
    ordinary hour, ``peak_hours`` are set to the peak factor of the traffic). ``linked``: share whose interception cancels an
    ordered incident that would follow in the same area within ``link_time`` seconds."""

    per_10000: Annotated[float, Field(ge=0.0, le=1000.0)]
    hours: Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24)]
    peak_hours: tuple[Annotated[int, Field(ge=0, le=23)], ...]
    linked: Share
    link_time: Positive


@settings
class RallySize:
    """One size of gathering: its ``share``, ``people``, and disorder per gathering."""

    share: Share
    people: Annotated[int, Field(ge=1, le=1_000_000)]
    disorder: Annotated[float, Field(ge=0.0, le=100.0)]


@settings
class RallyClassSettings:
    """How disorder or a medical case at a gathering is served."""

    priority: Annotated[int, Field(ge=1, le=4)]
    package: str
    scene_time: Lognormal
    group: Group = "election"
    on_spot: Share = 0.0
    harm: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.0


@settings
class RallySchedule:
    """Gatherings in halls: ``per_area`` in each area plus ``per_commune`` for each of its communes, at most one per venue.

    They start between ``start_from`` and ``start_to`` (move the day with "D-3 16:00") and last ``duration_time``.
    ``size_spread``: lognormal sigma of the people who come; ``early_share`` of them come in the last ``early_time`` before the
    start. ``medical_per_thousand`` medical cases per 1,000 people. Disorder and medical cases are drawn at the hazard bound.
    """

    per_area: Annotated[float, Field(ge=0.0, le=1000.0)]
    per_commune: Annotated[float, Field(ge=0.0, le=100.0)]
    start_from: Clock
    start_to: Clock
    duration_time: Lognormal
    sizes: dict[str, RallySize]
    size_spread: Annotated[float, Field(ge=0.0, le=2.0)]
    early_share: Share
    early_time: Seconds
    medical_per_thousand: Annotated[float, Field(ge=0.0, le=1000.0)]
    classes: dict[Literal["disorder", "medical"], RallyClassSettings]

    @model_validator(mode="after")
    def _adds_up(self) -> RallySchedule:
        _sums_to_one({name: size.share for name, size in self.sizes.items()})
        if self.start_to < self.start_from:
            raise ValueError("start_to must not be before start_from")
        if len(self.classes) != 2:
            raise ValueError("classes: both disorder and medical are needed")
        return self


@settings
class TierFactors:
    """How much riskier centres of each tier are; normalised over all offices, so that the mean stays at the regime's rate."""

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
    ``background_factor`` the normal service and its calls. ``noise_sigma``: lognormal sigma of travel noise (median 1).
    """

    regime: Regime = _from_table("regime")
    areas: Annotated[dict[AreaKey, Regime], BeforeValidator(_without_none)] = _from_table("areas")
    rate_factor: Annotated[float, Field(ge=0.0, le=100.0)] = _from_table("rate_factor")
    background_factor: Annotated[float, Field(ge=0.0, le=100.0)] = _from_table("background_factor")
    noise_sigma: Annotated[float, Field(ge=0.0, le=2.0)] = _from_table("noise_sigma")
    tiers: TierFactors = _from_table("tiers")
    turnout: TurnoutSettings = _from_table("turnout")
    calls: CallSettings = _from_table("calls")
    waiting: WaitSettings = _from_table("waiting")
    clusters: ClusterSettings = _from_table("clusters")
    background: BackgroundSettings = _from_table("background")
    vehicles: VehicleSettings = _from_table("vehicles")
    rallies: RallySchedule = _from_table("rallies")
    classes: dict[str, ClassSettings] = _from_table("classes")
