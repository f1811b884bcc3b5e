"""Presence and what is left of it: the last visits of patrols at a site, from loops by formula, and the fixed team there.

No event and no record for a visit: whoever asks about a site at a moment gets its visits by arithmetic from the loops that
pass it and from when their units walked them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from math import exp, floor, inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.movement import Loops
    from sim.processes.actors import Task, Unit
    from sim.processes.world import World
    from sim.settings.deterrence import DeterrenceSettings

Stop = tuple["Unit", float, float, float]
"""A unit whose loop stops at a site: seconds from the loop's start to arrival and departure, and the loop's period."""


class Presence:
    """The patrols that pass each site, and the stretches of time in which they walked their loops."""

    def __init__(self, loops: Loops, units: list[Unit], rules: DeterrenceSettings) -> None:
        self.rules = rules
        self._by_stop = ([at for at, _ in rules.by_stop], [share for _, share in rules.by_stop])
        self._loops = loops
        self._units: dict[int, list[Unit]] = defaultdict(list)
        for unit in units:
            if unit.loop >= 0:
                self._units[unit.loop].append(unit)
        real = np.flatnonzero(np.isfinite(loops.arrive.ravel()))
        site = loops.site.ravel()[real]
        order = np.argsort(site, kind="stable")
        self._sites, self._knots = site[order], real[order]
        self._stops: dict[int, list[Stop]] = {}
        self._walks: dict[int, list[tuple[float, float, float]]] = defaultdict(list)

    def leave(self, unit: Unit, at: float) -> None:
        """Remember the stretch of its loop that a unit ends at ``at``."""
        if at > unit.loop_since:
            self._walks[unit.id].append((unit.loop_ref, unit.loop_since, at))

    def factor(self, world: World, task: Task) -> float:
        """Factor on the hazard of a candidate by presence at its site; 1 on average under the plan of the calibration."""
        rules, cls, site = self.rules, task.cls, task.site
        factor = 1.0
        if rules.effect > 0.0:
            factor -= cls.deterred * rules.effect * self.left(site, world.clock._now)
        if rules.team_effect > 0.0 and world.heads_at[site] > 0:
            factor *= 1.0 - cls.deterred * rules.team_effect
        return factor * rules.bound_of(cls.name)

    def left(self, site: int, t: float) -> float:
        """What is left at ``t`` of the effect of visits at a site, as a share of the full effect: the strongest of them."""
        strongest, fading = 0.0, self.rules.residual_time
        for unit, arrive, depart, period in self._passing(site):
            for ref, begin, end in self._stretches(unit, t):
                if end < t and exp((end - t) / fading) <= strongest:
                    break  # what lies farther back has faded more
                last = floor((min(t, end) - ref - arrive) / period)
                for turn in (last, last - 1):  # the last visit may have been cut short; the one before it was not
                    came = max(ref + arrive + turn * period, begin)
                    went = min(ref + depart + turn * period, end)
                    if went > came or (went == came and arrive == depart):
                        strongest = max(strongest, self._share(went - came) * exp(min(went - t, 0.0) / fading))
        return strongest

    def _share(self, stop_time: float) -> float:
        """Share of the full effect of a visit of so many seconds."""
        seconds, shares = self._by_stop
        k = bisect_right(seconds, stop_time)
        if k == 0 or k == len(seconds):
            return shares[max(k - 1, 0)]
        part = (stop_time - seconds[k - 1]) / (seconds[k] - seconds[k - 1])
        return shares[k - 1] + part * (shares[k] - shares[k - 1])

    def _stretches(self, unit: Unit, t: float) -> Iterator[tuple[float, float, float]]:
        """Stretches of a unit on its loop until ``t``, the latest first: start of the loop, begin and end (infinity: goes on)."""
        if unit.walks and unit.loop_since <= t:
            yield unit.loop_ref, unit.loop_since, inf
        yield from reversed(self._walks[unit.id])

    def _passing(self, site: int) -> list[Stop]:
        """Every stop at a site of every loop that a unit walks."""
        found = self._stops.get(site)
        if found is None:
            loops, width = self._loops, self._loops.arrive.shape[1]
            first, last = np.searchsorted(self._sites, [site, site + 1])
            found = []
            for knot in self._knots[first:last].tolist():
                loop, stop = divmod(knot, width)
                times = (float(loops.arrive[loop, stop]), float(loops.depart[loop, stop]), float(loops.period[loop]))
                found += [(unit, *times) for unit in self._units[loop]]
            self._stops[site] = found
        return found
