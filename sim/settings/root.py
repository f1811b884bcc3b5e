"""The whole configuration of one run: every group of settings under one frozen root."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.settings.alert import AlertSettings
from sim.settings.base import settings
from sim.settings.calendar import CalendarSettings
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.command import CommandSettings
from sim.settings.demand import DemandSettings
from sim.settings.deterrence import DeterrenceSettings
from sim.settings.forces import PatrolSettings, StaffingSettings
from sim.settings.posts import PostSettings
from sim.settings.reinforcement import ReinforcementSettings
from sim.settings.response import (
    DispatchSettings,
    RallySettings,
    RoomSettings,
    TargetSettings,
    TravelSettings,
)
from sim.settings.rules import RulesSettings
from sim.settings.signals import InformationSettings, WarningSettings
from sim.settings.territory import TerritorySettings
from sim.settings.traffic import TrafficSettings
from sim.settings.voting import VotingSettings


@settings
class Settings:
    """Everything that makes a day: the groups of ``conf/``, the seed and which replication of it.

    ``name`` names the run and its folder; ``seed`` is the root of every random stream; ``replication`` 0, 1, 2 … are
    independent days of the same seed.
    """

    name: Annotated[str, Field(pattern=r"^\w[\w .-]{0,79}$")] = "run"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 2017
    replication: Annotated[int, Field(ge=0, lt=1_000_000)] = 0
    territory: TerritorySettings = Field(default_factory=TerritorySettings)
    calendar: CalendarSettings = Field(default_factory=CalendarSettings)
    demand: DemandSettings = Field(default_factory=DemandSettings)
    staffing: StaffingSettings = Field(default_factory=StaffingSettings)
    patrol: PatrolSettings = Field(default_factory=PatrolSettings)
    deterrence: DeterrenceSettings = Field(default_factory=DeterrenceSettings)
    dispatch: DispatchSettings = Field(default_factory=DispatchSettings)
    command: CommandSettings = Field(default_factory=CommandSettings)
    travel: TravelSettings = Field(default_factory=TravelSettings)
    room: RoomSettings = Field(default_factory=RoomSettings)
    targets: TargetSettings = Field(default_factory=TargetSettings)
    checkpoints: CheckpointSettings = Field(default_factory=CheckpointSettings)
    rallies: RallySettings = Field(default_factory=RallySettings)
    posts: PostSettings = Field(default_factory=PostSettings)
    alert: AlertSettings = Field(default_factory=AlertSettings)
    traffic: TrafficSettings = Field(default_factory=TrafficSettings)
    warnings: WarningSettings = Field(default_factory=WarningSettings)
    information: InformationSettings = Field(default_factory=InformationSettings)
    voting: VotingSettings = Field(default_factory=VotingSettings)
    rules: RulesSettings = Field(default_factory=RulesSettings)
    reinforcement: ReinforcementSettings = Field(default_factory=ReinforcementSettings)
