"""A rumour's story: it brings people together, and the public-information cell publishes a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.demand.crowds import rumour_crowd
from sim.demand.tape import THINNINGS
from sim.policies.information import calmed, corrections
from sim.processes.kernel import PLAN
from sim.processes.story import Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from numpy.typing import NDArray


def start_rumours(world: World) -> None:
    """Start the story of every rumour of the tape, and tell the world how far corrections calm what would come of them."""
    rumours, scenario = world.tape.rumours, world.scenario
    if not len(rumours):
        return
    sites = scenario.territory.sites
    corrected_at = corrections(rumours, sites.area[rumours.site], scenario.information)
    world.calmed = _calmed(world, corrected_at)
    people = rumour_crowd(rumours, corrected_at, scenario.information.cut, np.minimum(corrected_at, rumours.end_at))
    part = scenario.dispatch_area(sites.area, sites.force)[rumours.site]
    columns = (rumours.at, rumours.site, corrected_at, people, rumours.end_at, part)
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        world.clock.begin(row[-1], rumour(world, number, *row[:-1]))


def _calmed(world: World, corrected_at: NDArray[np.float64]) -> dict[int, float]:
    """Size of the crowd against that without correction when each candidate of a rumour is proposed, by incident."""
    tape, rumours = world.tape.incidents, world.tape.rumours
    mine = np.flatnonzero(tape.thinning & THINNINGS["rumour"])
    order = np.argsort(rumours.id)
    row = order[np.searchsorted(rumours.id, tape.parent[mine], sorter=order)]
    share = calmed(rumours, corrected_at, world.scenario.information.cut, row, tape.at[mine])
    return dict(zip(tape.id[mine].tolist(), share.tolist(), strict=True))


def rumour(world: World, number: int, at: float, site: int, corrected_at: float, people: float, end_at: float) -> Tale:
    """It begins, is corrected if there is time, and its people have gone home; what comes of it is on the tape."""
    yield at, PLAN + number
    last = world.record(K["rumour_started"], None, None, site)
    if corrected_at < end_at:
        yield corrected_at, PLAN + number
        world.record(K["rumour_corrected"], None, None, site, -1, last, people)
