"""``world.yaml``: the rules of a folder world. Every key may be left out."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.clock import format_time
from sim.settings.base import Clock, Count, Kmh, Seconds, Share, settings
from sim.settings.response import (
    DispatchSettings,
    Fabrics,
    QueueRules,
    RoomSettings,
    SpeedTable,
    TargetSettings,
    TravelSettings,
)

Side = Annotated[float, Field(gt=0.0, le=1e9)]


@settings
class ClassRow:
    """A class that rows of the tape name: its priority, package (``patrol_car|rrv:2 + any[search]``) and how it is served."""

    priority: Annotated[int, Field(ge=1, le=4)] = 1
    package: str = "any"
    start: Literal["as_free", "together"] = "as_free"
    release: Literal["each", "together"] = "each"
    on_spot: Share = 0.0
    group: Literal["election", "medical", "normal", "planned"] = "election"
    convoy: bool = False


@settings
class WorldSettings(QueueRules):
    """Rules of a folder world.

    ``metric``: ``auto`` is the great circle where sites.csv has ``lon`` and ``lat``, else the straight line of a plane;
    with travel.csv the given seconds rule. ``wrap``: width and height in metres that close a plane into a torus.
    ``country``: a box in which all places must lie (``any``: no box, and no guess that coordinates are swapped).
    ``speed_kmh`` under way to a task (left out: 40, assumed), ``home_speed_kmh`` otherwise (the same unless given), or
    ``speeds`` by mode and fabric; ``detour`` multiplies distances. ``policy`` is ``preference`` where there is a
    preferences.csv, else ``nearest``; the other rules are those of ``QueueRules`` and of mutual aid. ``operators`` per
    command room (left out: nobody ever waits for one), ``lines`` per operator (0: no bound). The run lasts from ``begin``
    (left out: the first thing that happens) to ``end`` (left out: until all is done).
    """

    name: Annotated[str, Field(pattern=r"^\w[\w .-]{0,79}$")] | None = None
    metric: Literal["auto", "great_circle", "euclid", "right_angle"] = "auto"
    wrap: tuple[Side, Side] | None = None
    country: Literal["algeria", "libya", "morocco", "any"] | None = None
    speed_kmh: Kmh | None = None
    home_speed_kmh: Kmh | None = None
    speeds: SpeedTable | None = None
    detour: Annotated[float, Field(ge=1.0, le=5.0)] = 1.0
    policy: Literal["nearest", "least_time", "preference"] | None = None
    command: Literal["joint", "parallel"] = "joint"
    aid_priority: Annotated[int, Field(ge=1, le=4)] = 4
    aid_keep: Count = 0
    aid_time: Seconds = 0.0
    operators: Annotated[int, Field(ge=1, le=10_000)] | None = None
    lines: Annotated[float, Field(ge=0.0, le=1000.0)] = 0.0
    units_per_radio_operator: Annotated[int, Field(ge=1, le=10_000)] = 1
    triage: bool = True
    patience: bool = True
    begin: Clock | None = None
    end: Clock | None = None
    opening: Clock | None = None
    closing: Clock | None = None
    targets: TargetSettings = Field(default_factory=TargetSettings)
    classes: dict[str, ClassRow] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for first, last in (("begin", "end"), ("opening", "closing")):
            a, b = getattr(self, first), getattr(self, last)
            if a is not None and b is not None and b <= a:
                raise ValueError(f"{last} ({format_time(b)}) must be after {first} ({format_time(a)})")
        return self

    def dispatch(self, listed: bool) -> DispatchSettings:
        """The rules of dispatch; ``listed`` says that there are preference lists."""
        same = (*(f.name for f in fields(QueueRules)), "command", "aid_priority", "aid_keep", "aid_time")
        policy = self.policy or ("preference" if listed else "nearest")
        return DispatchSettings(policy=policy, **{name: getattr(self, name) for name in same})

    def room(self) -> RoomSettings:
        """The command rooms."""
        return RoomSettings(
            operators=self.operators or MANY,
            operators_per_million=0.0,
            lines=self.lines,
            units_per_radio_operator=self.units_per_radio_operator,
            triage=self.triage,
            patience=self.patience,
        )

    def travel(self) -> TravelSettings:
        """Speeds without any slower hours."""
        out = self.speeds or {"car": _everywhere(self.speed_kmh or ASSUMED_KMH)}
        home = {mode: _everywhere(self.home_speed_kmh) for mode in out} if self.home_speed_kmh else out
        return TravelSettings(speeds=out, home_speeds=home, detour=_everywhere(self.detour), peak_factor=1.0)


def _everywhere(value: float) -> dict[Fabrics, float]:
    return {"old_city": value, "urban": value, "suburban": value, "rural": value}


ASSUMED_KMH = 40.0
MANY = 1000
"""Operators of a room where none ever lacks."""
