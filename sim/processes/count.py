"""The count in every centre: it begins when those in line have voted and ends with the last office.

Officers stay outside; the fixed team leaves when the count is over (sooner or later by setting), not when the plan says so.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from sim.processes.closing import when
from sim.processes.duty import man_post
from sim.processes.kernel import PLAN
from sim.processes.story import Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.processes.actors import Unit

START, END, RELEASE = range(3)
Step = tuple[float, int, int]
"""Seconds after the closing, what happens, and at which site."""


def start_counts(world: World) -> None:
    """One tale for each dispatch area that counts; from now on its fixed teams stay until they are let go."""
    counts = world.tape.counts
    if not len(counts):
        return
    counted = set(counts.site.tolist())
    kinds, kind = world.scenario.units.kinds, world.scenario.units.kind.tolist()
    for unit in world.units:
        if unit.base in counted and kinds[kind[unit.index]] == "fixed_team":
            world.guards.setdefault(unit.base, []).append(unit)
            world.guarding.add(unit.id)
    for part, steps in _steps(world):
        world.clock.begin(part, count(world, steps))


def _steps(world: World) -> Iterator[tuple[int, list[Step]]]:
    """What happens in each dispatch area, in order; nobody is let go before the closing."""
    counts, sites = world.tape.counts, world.territory.sites
    area = world.scenario.dispatch_area(sites.area, sites.force)[counts.site]
    begin, end = counts.queue_time, counts.queue_time + counts.count_time
    leave = np.maximum(end + world.scenario.posts.release_time, 0.0)
    columns = zip(area.tolist(), counts.site.tolist(), begin.tolist(), end.tolist(), leave.tolist(), strict=True)
    by_area: dict[int, list[Step]] = defaultdict(list)
    for own, site, *moments in columns:
        by_area[own] += [(at, step, site) for step, at in enumerate(moments)]
    for own in sorted(by_area):
        yield own, sorted(by_area[own])


def count(world: World, steps: list[Step]) -> Tale:
    """The counts of one dispatch area, each step at its time after the closing, whenever that is."""
    area = int(world.territory.sites.area[steps[0][2]])
    closing = float(world.scenario.calendar.closing[area])
    for after, step, site in steps:
        yield from when(world, area, closing + after, PLAN)
        team = world.guards.get(site, [])
        if step == START:
            world.record(K["count_started"], None, None, site, value=after)
        elif step == END:
            world.record(K["count_ended"], None, None, site, value=sum(unit.heads for unit in team))
        elif site not in world.staying:
            let_go(world, team)


def let_go(world: World, team: list[Unit]) -> None:
    """The team outside a centre is done; its next shift, if the plan has one, is cancelled."""
    for unit in team:
        world.guarding.discard(unit.id)
        world.gone_home.add(unit.id)
        if unit.heads:
            man_post(world, unit, 0)
