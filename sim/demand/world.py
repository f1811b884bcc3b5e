"""What a draw works on: the world outside, its streams, and groups of incidents before they get their marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from sim.demand.classes import IncidentClass
from sim.demand.curves import DayCurves
from sim.demand.places import Pick, hot_weights, office_weights, picks, regimes, resident_weights
from sim.demand.signals import Warnings
from sim.settings.demand import DemandSettings
from sim.settings.deterrence import DeterrenceSettings
from sim.streams import Streams
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def entity(*names: str) -> int:
    """A stable number for a stream's entity, from names alone, so that order and neighbours play no part."""
    return int.from_bytes(blake2b("\x1f".join(names).encode(), digest_size=8).digest(), "little") >> 1


@dataclass(frozen=True, eq=False)
class Group:
    """Incidents of one class and area before they get their marks: moments, sites and places, each (n,).

    ``key``: entity of their streams; ``parent``, ``thinning`` and ``bound`` as on the tape; ``warnings`` of them. ``first``:
    number of the first of them among those of the class and area.
    """

    cls: int
    area: int
    key: int
    at: Floats
    site: Ints
    x: Floats
    y: Floats
    parent: Ints | None = None
    thinning: Ints | int = 0
    bound: float = 1.0
    first: int = 0
    warnings: Warnings | None = None


@dataclass(frozen=True, eq=False)
class World:
    """Everything a draw may look at: no forces, no plan."""

    territory: Territory
    calendar: Calendar
    settings: DemandSettings
    classes: tuple[IncidentClass, ...]
    streams: Streams
    deterrence: DeterrenceSettings = field(default_factory=DeterrenceSettings)
    code: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", {c.name: i for i, c in enumerate(self.classes)})

    @property
    def areas(self) -> Iterator[tuple[int, str]]:
        """Position and code of each area."""
        return enumerate(self.territory.area_codes)

    @cached_property
    def regimes(self) -> list[str]:
        """Regime of each area."""
        return regimes(self.territory, self.settings)

    @cached_property
    def curves(self) -> DayCurves:
        """The day's curves by area."""
        spiked = np.array([regime != "calm" for regime in self.regimes])
        return DayCurves(self.calendar, self.settings.turnout, spiked)

    @cached_property
    def centres(self) -> list[Pick]:
        """Centres of each area, weighted by offices and risk; a weight of 1 is an office of mean risk."""
        return picks(self.territory, office_weights(self.territory, self.settings.tiers))

    @cached_property
    def opportunities(self) -> list[Pick]:
        """Centres of each area, weighted like :attr:`centres` but with the hot-spots' share where it is set."""
        weights = office_weights(self.territory, self.settings.tiers)
        return picks(self.territory, hot_weights(self.territory, weights, self.settings.hot_share))

    @cached_property
    def residents(self) -> list[Pick]:
        """Sites of each area, weighted by the people round them."""
        return picks(self.territory, resident_weights(self.territory))

    def expected(self, name: str, area: int) -> float:
        """Mean number of one election class in one area over the whole day; of ordered ones as many more as the default plan
        prevents by acting on warnings."""
        spec, warnings = self.settings.classes[name], self.settings.warnings
        rate = getattr(spec.rate, self.regimes[area])
        usual = 1.0 - warnings.share * warnings.usual_prevention if spec.ordered else 1.0
        return float(rate / 1000.0 * self.centres[area].total * self.settings.rate_factor / usual)
