"""Settings of incidents: their classes, the normal service, calls, and what becomes of what nobody attends."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from sim.settings.base import SHOCK, Factor, Metres, Seconds, Share, settings

Regime = Literal["calm", "tense", "high"]
Component = Literal["voters", "opening", "count", "uniform"]
Channel = Literal["phone", "radio", "patrol", "online", "direct"]
Group = Literal["election", "medical", "normal"]
Rate = Annotated[float, Field(ge=0.0, le=100_000.0)]
Positive = Annotated[float, Field(gt=0.0, le=10 * 86400.0)]


def _is_ordered(value: tuple[float, float]) -> tuple[float, float]:
    if not value[0] <= value[1] <= 1000.0 * value[0]:
        raise ValueError("the 90th percentile must lie between the median and 1000 times the median")
    return value


Lognormal = Annotated[tuple[Positive, Positive], AfterValidator(_is_ordered)]
"""A lognormal time by its median and its 90th percentile, in seconds."""


def sums_to_one(value: dict[Any, float]) -> dict[Any, float]:
    if abs(sum(value.values()) - 1.0) > 1e-6:
        raise ValueError(f"the shares add up to {sum(value.values()):g}; they must add up to 1")
    return value


Calls = Annotated[float, Field(ge=0.0, le=20.0)]
Least = Annotated[int, Field(ge=0, le=20)]
Times = Annotated[dict[Component, Share], AfterValidator(sums_to_one)]
Channels = Annotated[dict[Channel, Share], AfterValidator(sums_to_one)]


@settings
class PerRegime:
    """One number for each regime."""

    calm: Rate
    tense: Rate
    high: Rate


@settings
class ClassSettings:
    """One class of election incident.

    ``rate``: incidents per 1,000 offices and polling day, by regime. ``times``: shares that follow the voters, the
    opening, the count or the whole day. ``package``: the units it needs, such as ``patrol_car|foot_pair:2 + rrv``
    (``none``: no unit). ``scene_time``: seconds of work of each unit. ``on_spot``: probability that a fixed team
    settles it. ``deterred``: how strongly presence deters it (0: not at all, 1: fully). ``ordered``: part of a planned
    disturbance, so an intercepted vehicle may cancel it. ``clustered``: comes in clusters of neighbouring centres.
    ``stop_share`` of them stop the vote at the centre for ``stop_time`` seconds. ``inside``: the work lies
    inside the centre, so that rules of engagement apply.
    """

    priority: Annotated[int, Field(ge=1, le=4)]
    rate: PerRegime
    times: Annotated[Times, SHOCK]
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
    deterred: Share = 0.0
    ordered: bool = False
    clustered: Annotated[bool, SHOCK] = False
    inside: bool = False


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
    ``advice_calls``, ``tip_calls``, ``complaint_calls`` and ``false_calls``: such calls per intervention;
    ``call_factor``: more of these calls on the day of the vote; ``scatter``: standard deviation in metres of an
    incident's place round a centre (in each direction).
    """

    per_million: Rate
    hours: Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24), SHOCK]
    classes: dict[str, NormalClassSettings]
    advice_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    tip_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    complaint_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    false_calls: Annotated[float, Field(ge=0.0, le=100.0)]
    call_factor: Factor
    scatter: Annotated[Metres, SHOCK]

    @model_validator(mode="after")
    def _adds_up(self) -> BackgroundSettings:
        sums_to_one({name: kind.share for name, kind in self.classes.items()})
        if sum(self.hours) <= 0.0:
            raise ValueError("hours: at least one hour needs a weight above 0")
        return self


@settings
class CallSettings:
    """How incidents become known and what a call costs the desk; times are lognormal seconds.

    ``channels``: mix of channels; ``report_time`` until the report, by channel; ``talk_time`` of an operator, by
    channel; ``advice_time`` (tips and complaints too), ``false_time`` and ``duplicate_time``: of calls that need no unit.
    ``patience``: mean seconds a caller by phone waits (exponential); ``redial``: probability that one who gave up, or found
    every line busy, calls again after ``redial_time``. ``dispatch_time``: handling after the call, by priority.
    ``duplicates``: mean number of further calls about an incident that citizens report by phone and that needs a unit,
    by priority (Poisson, on top of ``duplicates_least``), which come ``duplicate_delay`` seconds (mean) after the first.
    """

    channels: Channels
    report_time: dict[Channel, Lognormal]
    talk_time: dict[Channel, Lognormal]
    advice_time: Lognormal
    false_time: Lognormal
    duplicate_time: Lognormal
    patience: Positive
    redial: Annotated[float, Field(ge=0.0, le=0.95)]
    redial_time: Lognormal
    duplicates: tuple[Calls, Calls, Calls, Calls]
    duplicates_least: tuple[Least, Least, Least, Least]
    duplicate_delay: Positive
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

    ``escalation``: probability that it becomes one priority more urgent within ``escalation_time``, by its priority 1 …
    4. ``patience``: lognormal seconds until it lapses, by priority (None: never).
    """

    escalation: tuple[Share, Share, Share, Share]
    escalation_time: tuple[Positive, Positive, Positive, Positive]
    patience: tuple[Lognormal | None, Lognormal | None, Lognormal | None, Lognormal | None]
