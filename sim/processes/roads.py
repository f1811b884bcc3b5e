"""Roads on which everything is slower for a time: to the places of an area, or to those round a site. No car is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.world import Undo, World


class Slowed:
    """What multiplies drives just now: ``factors`` by destination, each the product of those that are in force there."""

    def __init__(self, sites: int) -> None:
        self.factors = [1.0] * sites
        self._in_force: list[tuple[np.ndarray, float]] = []

    def put(self, where: np.ndarray, factor: float) -> tuple[np.ndarray, float]:
        """Slow the drives to some sites; what is returned is for ``lift``."""
        entry = where, factor
        self._in_force.append(entry)
        self._multiply()
        return entry

    def lift(self, entry: tuple[np.ndarray, float]) -> None:
        """Let the drives be as fast as before."""
        self._in_force = [other for other in self._in_force if other is not entry]
        self._multiply()

    def _multiply(self) -> None:
        factors = np.ones(len(self.factors))
        for where, factor in self._in_force:
            factors[where] *= factor
        self.factors = factors.tolist()


def places_of(world: World, order: Inject) -> np.ndarray:
    """Sites to which drives are slowed: those within so many metres of the target, or all of its area."""
    sites, site = world.territory.sites, world.site(order.target)
    if not order.within:
        return np.flatnonzero(sites.area == sites.area[site])
    travel = world.travel
    if travel.matrix is not None:
        dx, dy = sites.x - sites.x[site], sites.y - sites.y[site]
        return np.flatnonzero(dx * dx + dy * dy <= order.within**2)
    scores = travel.score(sites.x, sites.y, float(sites.x[site]), float(sites.y[site]))
    metres = np.array([travel.metres(score) for score in scores.tolist()])
    return np.flatnonzero(metres <= order.within)


def slow_roads(world: World, order: Inject) -> Undo:
    """Drives to the places round site ``target`` take ``value`` times as long."""
    slowed, entry = world.slowed, world.slowed.put(places_of(world, order), order.value)
    return lambda: slowed.lift(entry)
