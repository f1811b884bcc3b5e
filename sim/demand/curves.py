"""When incidents come: cumulative curves over the day, piecewise straight, so that their inversion is exact in every
hour.

A Poisson number of incidents whose moments are drawn by inversion of a cumulative curve is the inhomogeneous Poisson
process of that curve; no rate is ever looked up at the wrong moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY, HOUR
from sim.settings.demand import TurnoutSettings
from sim.territory.calendar import Calendar

Floats = NDArray[np.float64]

_LEAST_LAST_BLOCK = 1800.0


@dataclass(frozen=True, eq=False)
class Curve:
    """A cumulative share over time: ``t`` (points,) moments, ``share`` (points,) from 0 to 1, straight in between."""

    t: Floats
    share: Floats

    def times(self, u: Floats) -> Floats:
        """Moments at which the share reaches each uniform ``u``, same shape."""
        return np.interp(u, self.share, self.t)

    def share_until(self, t: Floats | float) -> Floats:
        """Share of the incidents that come before each ``t``."""
        return np.asarray(np.interp(t, self.t, self.share))


def mix(curves: Sequence[Curve], weights: Sequence[float]) -> Curve:
    """The curve of several streams together, each with its weight (they need not add up to 1)."""
    t = np.unique(np.concatenate([curve.t for curve in curves]))
    total = np.add.reduce([w * curve.share_until(t) for curve, w in zip(curves, weights)])
    return Curve(t, total / sum(weights))


def hourly(weights: Sequence[float] | Floats, begin: float, end: float) -> tuple[Curve, float]:
    """The curve that follows 24 hourly weights of the day from ``begin`` to ``end``, and the days it amounts to.

    One full day amounts to 1, whatever its weights: they are divided by their mean.
    """
    hours = np.arange(np.floor(begin / HOUR) + 1, np.ceil(end / HOUR)) * HOUR
    t = np.unique(np.concatenate(([begin], hours, [end])))
    rate = np.asarray(weights) / np.mean(weights)
    mass = rate[(np.floor(t[:-1] / HOUR) % 24).astype(np.int64)] * np.diff(t) / DAY
    total = float(mass.sum())
    return Curve(t, np.concatenate(([0.0], np.cumsum(mass))) / (total or 1.0)), total


class DayCurves:
    """The curves of every area by what incidents follow: the voters, the opening, the count or the whole day."""

    def __init__(self, calendar: Calendar, turnout: TurnoutSettings, spiked: NDArray[np.bool_]) -> None:
        self.calendar, self.turnout, self.spiked = calendar, turnout, spiked
        self._known: dict[object, Curve] = {}

    def curve(self, area: int, times: Mapping[Any, float]) -> Curve:
        """The curve of one area for a mix such as ``{"voters": 0.7, "count": 0.3}``."""
        c = self.calendar
        ends = [c.start_of(phase)[area] for phase in ("transport" if "transport" in c.phases else "stand_down", "stand_down")]
        hours = (c.opening[area], c.closing[area], *ends, bool(self.spiked[area]))
        key = (hours, tuple(sorted(times.items())))
        if key not in self._known:
            parts = [self._component(name, *hours) for name in times]
            self._known[key] = mix(parts, list(times.values()))
        return self._known[key]

    def _component(
        self, name: str, opening: float, closing: float, counted: float, stand_down: float, spiked: bool
    ) -> Curve:
        """One stream; the count's lasts from the closing until boxes and minutes are on the road."""
        if name == "voters":
            return _voters(self.turnout, opening, closing, spiked)
        if name == "opening":
            t, share = np.array(self.turnout.opening).T
            return Curve(opening + t, share)
        if name == "count":
            t, share = np.array(self.turnout.count).T
            return Curve(closing + t * max(counted - closing, 1.0), share)
        return Curve(np.array([opening, stand_down]), np.array([0.0, 1.0]))


def _voters(turnout: TurnoutSettings, opening: float, closing: float, spiked: bool) -> Curve:
    """Votes over the day: tied to the opening, complete at the closing."""
    t, share = np.array(((0.0, 0.0), *turnout.points)).T
    span = closing - opening
    t = t * min(1.0, span / (t[-1] + _LEAST_LAST_BLOCK))
    curve = Curve(opening + np.append(t, span), np.append(share, 1.0))
    last = closing - min(turnout.spike_time, span / 2)
    if not spiked or last >= closing:
        return curve
    before = float(curve.share_until(last))
    spike = Curve(np.array([last, closing]), np.array([0.0, 1.0]))
    return mix([curve, spike], [1.0, (turnout.spike_factor - 1.0) * (1.0 - before)])
