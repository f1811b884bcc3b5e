"""A checkpoint's day: it opens with its crew, looks at vehicles of interest, and closes.

Ordinary traffic is closed-form work per minute (``sim.gates`` and the checkpoint measures); only the few vehicles of
interest of the tape are looked at one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.processes.kernel import TASK
from sim.processes.story import Tale
from sim.processes.world import K, World
from sim.territory.calendar import area_positions
from sim.territory.sites import FABRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario

KNOWN_FORCES = ("police", "gendarmerie")
Vehicle = tuple[float, int, float, float, int, int]
"""Moment, id, inspection uniform, detection uniform, linked incident or -1, and 1 if it leaves town."""


def technology_by_site(scenario: Scenario) -> NDArray[np.int64]:
    """Level of technology at every site (sites,): the one for all, that of its fabric, its force, its area, the last one given
    in this order. Raises ``InputError`` for a key that is none of them."""
    rules, territory = scenario.checkpoints, scenario.territory
    sites = territory.sites
    result = np.full(len(sites), rules.technology, dtype=np.int64)
    kinds = (*FABRICS, *territory.forces, *KNOWN_FORCES)
    by_area = {key: level for key, level in rules.technology_by.items() if key not in kinds}
    for names, codes in ((FABRICS, sites.fabric), (territory.forces, sites.force)):
        for name in set(names) & set(rules.technology_by):
            result[codes == names.index(name)] = rules.technology_by[name]
    for key, level in by_area.items():
        try:
            where = area_positions(territory, [key], "")
        except InputError:
            known = (*FABRICS, *territory.forces, *territory.area_codes, *next(iter(territory.areas.values()), ()))
            problem = f"'{key}' is no fabric, no force and no area"
            raise InputError(f"checkpoints.technology_by: {problem}{nearest(key, known)}") from None
        result[np.isin(sites.area, list(where.values()))] = level
    return result


def staffed(world: World, site: int) -> bool:
    """Whether a crew is on duty at the checkpoint and it is not closed."""
    return world.heads_at[site] > 0 and site not in world.closed_checkpoints


def watch(world: World, site: int, technology: int, vehicles: Sequence[Vehicle]) -> Tale:
    """Look at each vehicle of interest as it comes (``vehicles`` in order); holding one cancels the incident linked to it."""
    rules = world.scenario.checkpoints
    area = int(world.territory.sites.area[site])
    for at, number, inspect, detect, linked, outbound in vehicles:
        yield at, TASK + number
        seen = staffed(world, site) and rules.watches(bool(outbound))
        if seen and detect < rules.detection(inspect, technology, world.alert.level[area]):
            world.record(K["vehicle_held"], None, None, site, -1, -1, number)
            if linked >= 0:
                world.cancelled.add(linked)
        else:
            world.record(K["vehicle_passed"], None, None, site, -1, -1, number)
