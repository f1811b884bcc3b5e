"""The frozen scenario: everything a run needs besides the tape, printed, compared, hashed and run many times."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.demand.classes import IncidentClass
from sim.demand.voters import VoterFlow, no_voters
from sim.digest import digest_columns, digest_text
from sim.forces.alert import AlertPlan
from sim.forces.posting import Posting, no_posting
from sim.forces.standby import Standby, no_standby
from sim.forces.units import Units
from sim.movement import Loops, no_loops
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.command import CommandSettings
from sim.settings.deterrence import DeterrenceSettings
from sim.settings.posts import PostSettings
from sim.settings.response import (
    DispatchSettings,
    RallySettings,
    RoomSettings,
    TargetSettings,
    TravelSettings,
)
from sim.settings.rules import RulesSettings
from sim.settings.signals import InformationSettings, WarningSettings
from sim.settings.traffic import TrafficSettings
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Ints = NDArray[np.int64]


def _nobody() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Later:
    """The rules of another plan, which are followed from the moment ``at`` on (infinity: there is none).

    ``joined`` and ``left`` are rows of ``Scenario.units`` that only this plan has, and that only the first one has; their hours
    say so too. ``resumed``: those whose duty by the first plan was over by then.
    """

    at: float = inf
    dispatch: DispatchSettings = field(default_factory=DispatchSettings)
    command: CommandSettings = field(default_factory=CommandSettings)
    room: RoomSettings = field(default_factory=RoomSettings)
    posts: PostSettings = field(default_factory=PostSettings)
    joined: Ints = field(default_factory=_nobody)
    left: Ints = field(default_factory=_nobody)
    resumed: Ints = field(default_factory=_nobody)

    def __bool__(self) -> bool:
        return self.at < inf

    def digest(self) -> str:
        """SHA-256 over rules and rows."""
        rules = repr((self.at, self.dispatch, self.command, self.room, self.posts))
        return digest_columns({"rules": (rules,), "joined": self.joined, "left": self.left, "resumed": self.resumed})


@dataclass(frozen=True, eq=False)
class Scenario:
    """Territory, forces, plan, policies and rules of one day.

    ``loops`` are the patrol loops that ``units.loop`` names; ``preferences`` (sites, k) holds rows of ``units`` in the order in
    which they are tried at each site (-1: none), for the policy ``preference``. ``operators`` (areas,), if given, replaces the
    rooms' computed numbers of operators. ``mobilised`` (areas, forces) are the heads that the ledger must account for.
    ``posting`` is what the plan wants at the centres, whoever then comes.
    ``voters``: who comes to vote when, as expected numbers.
    ``posting`` is what the plan wants at the centres, whoever then comes; ``standby`` who comes only as reinforcement.
    ``later``: the rules of another plan that is followed from some moment on.
    """

    territory: Territory
    calendar: Calendar
    units: Units
    classes: tuple[IncidentClass, ...]
    loops: Loops = field(default_factory=no_loops)
    dispatch: DispatchSettings = field(default_factory=DispatchSettings)
    command: CommandSettings = field(default_factory=CommandSettings)
    travel: TravelSettings = field(default_factory=TravelSettings)
    room: RoomSettings = field(default_factory=RoomSettings)
    targets: TargetSettings = field(default_factory=TargetSettings)
    checkpoints: CheckpointSettings = field(default_factory=CheckpointSettings)
    rallies: RallySettings = field(default_factory=RallySettings)
    posts: PostSettings = field(default_factory=PostSettings)
    alert: AlertPlan = field(default_factory=AlertPlan)
    posting: Posting = field(default_factory=no_posting)
    deterrence: DeterrenceSettings = field(default_factory=DeterrenceSettings)
    traffic: TrafficSettings = field(default_factory=TrafficSettings)
    rules: RulesSettings = field(default_factory=RulesSettings)
    standby: Standby = field(default_factory=no_standby)
    preferences: Ints | None = None
    operators: Ints | None = None
    mobilised: Ints | None = None
    warnings: WarningSettings = field(default_factory=WarningSettings)
    information: InformationSettings = field(default_factory=InformationSettings)
    voters: VoterFlow = field(default_factory=no_voters)
    later: Later = field(default_factory=Later)

    @property
    def dispatch_areas(self) -> int:
        """Number of dispatch areas: areas under joint or single command, areas x forces under parallel command."""
        return len(self.territory.area_codes) * self.chains

    @property
    def chains(self) -> int:
        """Dispatch areas in each area: one for each force under parallel command, else one."""
        return len(self.territory.forces) if self.dispatch.command == "parallel" else 1

    def dispatch_area(self, area: Ints, force: Ints) -> Ints:
        """Dispatch area of each (area, force) pair."""
        if self.dispatch.command != "parallel":
            return area
        return area * len(self.territory.forces) + force

    def digest(self) -> str:
        """SHA-256 over all parts, arrays included."""
        loops = {f"loop_{f.name}": getattr(self.loops, f.name) for f in fields(Loops) if f.name != "first"}
        hours = {f.name: getattr(self.calendar, f.name) for f in fields(Calendar)}
        calendar = {name: value for name, value in hours.items() if isinstance(value, np.ndarray | tuple)}
        rules = tuple(value for name, value in hours.items() if name not in calendar)
        posting = {f"posting_{f.name}": getattr(self.posting, f.name) for f in fields(Posting)}
        arrays = {"preferences": self.preferences, "operators": self.operators, "mobilised": self.mobilised}
        parts = [
            self.territory.digest(),
            self.units.digest(),
            self.alert.digest(),
            repr(self.traffic),
            digest_columns(loops),
            digest_columns(calendar),
            digest_columns(posting),
            digest_columns({f.name: getattr(self.standby, f.name) for f in fields(Standby)}),
            digest_columns({name: array for name, array in arrays.items() if array is not None}),
            repr((rules, self.classes)),
            repr(self.deterrence),
            repr(self.rules),
            repr((self.dispatch, self.travel, self.room, self.targets, self.checkpoints, self.rallies, self.posts)),
            repr((self.dispatch, self.command, self.travel, self.room, self.targets, self.checkpoints, self.rallies, self.posts)),
            repr((self.warnings, self.information)),
        ]
        if self.voters.counted:
            parts.append(self.voters.digest())
        if self.later:
            parts.append(self.later.digest())
        return digest_text("|".join(parts))
