"""Settings of the alert: its levels, when they rule, and what raises them."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.clock import format_time
from sim.settings.base import Clock, Seconds, Share, settings
from sim.settings.calendar import AreaKey

LEVELS = ("normal", "raised", "maximum")
"""Levels from the lowest up; positions are the values of records and orders."""
Level = Literal["normal", "raised", "maximum"]


@settings
class LevelEffects:
    """What one level does.

    ``turnout_factor`` multiplies every mobilisation time; ``on_duty_share`` of the rostered reserve units are on duty, the
    others on call at home; ``leave`` is the share of planned heads on leave, on top of ``staffing.absence``.
    """

    turnout_factor: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    on_duty_share: Share = 1.0
    leave: Annotated[float, Field(ge=0.0, le=0.9)] = 0.0


@settings
class LevelTable:
    """Effects by level. The share on duty never falls and leave never rises from one level to the next."""

    normal: LevelEffects = Field(default_factory=LevelEffects)
    raised: LevelEffects = Field(default_factory=lambda: LevelEffects(turnout_factor=0.8))
    maximum: LevelEffects = Field(default_factory=lambda: LevelEffects(turnout_factor=0.6))

    @model_validator(mode="after")
    def _rise(self) -> LevelTable:
        for (low, a), (high, b) in pairwise((name, getattr(self, name)) for name in LEVELS):
            if b.on_duty_share < a.on_duty_share:
                raise ValueError(f"on_duty_share falls from {a.on_duty_share:g} at {low} to {b.on_duty_share:g} at {high}")
            if b.leave > a.leave:
                raise ValueError(f"leave rises from {a.leave:g} at {low} to {b.leave:g} at {high}")
        return self


@settings
class AlertSpell:
    """One line of the timetable: ``level`` from ``begin`` to ``end`` in ``areas`` (codes or names; empty: everywhere)."""

    level: Level
    begin: Clock
    end: Clock
    areas: tuple[AreaKey, ...] = ()

    @model_validator(mode="after")
    def _lasts(self) -> AlertSpell:
        if self.end <= self.begin:
            raise ValueError(f"alert ends at {format_time(self.end)}, not after it begins at {format_time(self.begin)}")
        return self


@settings
class AlertTrigger:
    """What raises an area to ``level`` outside the timetable (``when``).

    ``open_incidents``: more than ``threshold`` open election incidents of priority 1 or 2 in the area; ``warning``: a warning
    acted on there. The level holds until ``hold_time`` has gone by since the reason was last seen.
    """

    when: Literal["open_incidents", "warning"]
    level: Literal["raised", "maximum"] = "raised"
    threshold: Annotated[int, Field(ge=0, le=100_000)] = 10
    hold_time: Seconds = 7200.0


@settings
class AlertSettings:
    """Alert levels by area.

    ``level`` rules where the ``timetable`` says nothing; of several lines the highest. ``triggers`` are looked at every
    ``check_time``. ``call_in_time`` passes before a unit on call is on duty. Levels take effect on mobilisation, on the reserve,
    on leave and on the inspection at checkpoints (``checkpoints.inspected``).
    """

    level: Level = "normal"
    timetable: tuple[AlertSpell, ...] = ()
    triggers: tuple[AlertTrigger, ...] = ()
    levels: LevelTable = Field(default_factory=LevelTable)
    call_in_time: Seconds = 1800.0
    check_time: Annotated[float, Field(ge=60.0, le=3600.0)] = 300.0

    def effects(self, level: int) -> LevelEffects:
        """Effects of a level by its position."""
        effects: LevelEffects = getattr(self.levels, LEVELS[level])
        return effects

    @property
    def turnout_factors(self) -> tuple[float, ...]:
        """What multiplies mobilisation times, by level."""
        return tuple(self.effects(level).turnout_factor for level in range(len(LEVELS)))
