"""Voters over the day: expected numbers by area, from the same turnout that incidents follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.demand.curves import Curve, DayCurves
from sim.demand.places import regimes
from sim.digest import digest_columns, digest_text
from sim.settings.demand import DemandSettings
from sim.settings.voting import VotingSettings
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class VoterFlow:
    """Who comes when: ``curve`` (areas,) is the number of each area's curve of cumulative shares of the votes; the points of
    all curves, one after another, are ``t`` and ``share`` (points,), curve i beginning at ``first[i]`` (curves + 1,)."""

    settings: VotingSettings
    curve: Ints
    first: Ints
    t: Floats
    share: Floats

    @property
    def counted(self) -> bool:
        """Whether voters are counted at all."""
        return len(self.t) > 0

    @cached_property
    def curves(self) -> list[Curve]:
        """The different curves of the country."""
        ends = pairwise(self.first.tolist())
        return [Curve(self.t[begin:end], self.share[begin:end]) for begin, end in ends]

    def expected(self, registered: Ints) -> Floats:
        """Voters who come, of those registered; same shape."""
        return np.asarray(registered * self.settings.turnout)

    def digest(self) -> str:
        """SHA-256 over settings and curves."""
        columns = {"curve": self.curve, "first": self.first, "t": self.t, "share": self.share}
        return digest_text(repr(self.settings) + digest_columns(columns))


def no_voters() -> VoterFlow:
    """A flow in which voters are not counted."""
    none = np.zeros(0)
    return VoterFlow(VotingSettings(), none.astype(np.int64), np.zeros(1, dtype=np.int64), none, none)


def voter_flow(territory: Territory, calendar: Calendar, demand: DemandSettings, voting: VotingSettings) -> VoterFlow:
    """The flow of voters; they are not counted where no turnout is given. Raises ``InputError`` for unknown areas."""
    if voting.turnout == 0.0:
        return no_voters()
    spiked = np.array([regime != "calm" for regime in regimes(territory, demand)])
    days = DayCurves(calendar, demand.turnout, spiked)
    of_area = [days.curve(area, {"voters": 1.0}) for area in range(len(territory.area_codes))]
    distinct = {id(curve): curve for curve in of_area}
    number = {key: i for i, key in enumerate(distinct)}
    first = np.cumsum([0, *(len(curve.t) for curve in distinct.values())])
    t, share = (np.concatenate([getattr(curve, name) for curve in distinct.values()]) for name in ("t", "share"))
    return VoterFlow(voting, np.array([number[id(curve)] for curve in of_area], dtype=np.int64), first, t, share)
