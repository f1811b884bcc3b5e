"""The guard leaves with the box: where no escort comes in time, the fixed team outside a centre escorts its boxes itself.

The team outside the first centre of a trip stays with the boxes after the count. If an escort is there within
``posts.escort_after`` it goes home; if none can be, or none was, it sets out with the trip, in its own vehicle and over the
same legs, and goes home when the boxes are handed over. Electoral staff carry, as always. The team's heads stay heads of its
post until then, so the ledger counts nobody twice.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from sim.demand.catalogue import BALLOT_ESCORT
from sim.processes.closing import when
from sim.processes.count import let_go
from sim.processes.incident import end
from sim.processes.kernel import TASK
from sim.processes.response import CONVOY, come_free, recall
from sim.processes.story import Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit

AFTER_TASKS = TASK + (1 << 47)
"""Rank of what is decided after every task of an instant."""


def start_guards(world: World) -> None:
    """One tale for each trip whose first centre has a team that may go with it."""
    after, tape = world.scenario.posts.escort_after, world.tape.incidents
    if after is None:
        return
    is_trip = np.array([cls.name == BALLOT_ESCORT for cls in world.scenario.classes], dtype=np.bool_)[tape.cls]
    sites = world.territory.sites
    part = world.scenario.dispatch_area(sites.area, sites.force)[tape.site]
    for row in np.flatnonzero(is_trip).tolist():
        site = int(tape.site[row])
        if site in world.guards:
            world.staying.add(site)
            world.clock.begin(int(part[row]), see_off(world, int(tape.id[row]), site, float(tape.at[row]), after))


def see_off(world: World, id: int, site: int, due: float, after: float) -> Tale:
    """Stay with the boxes until an escort is there, or go with them."""
    clock = world.clock
    yield from when(world, int(world.territory.sites.area[site]), due, AFTER_TASKS + id)
    latest = clock._now + after
    while (task := world.tasks.get(id)) is not None and not task.arrived:
        there = expected(task)
        if clock._now >= latest or latest < there < inf:
            yield from escort(world, task, world.guards[site])
            break
        yield min(there, latest), AFTER_TASKS + id
    world.staying.discard(site)
    let_go(world, world.guards[site])


def expected(task: Task) -> float:
    """When the last unit on its way to a task will be there (infinity: nobody is on the way, or not enough)."""
    ways = [unit.arrives_at for unit in units_of(task)]
    return max(ways) if len(ways) == task.needed else inf


def units_of(task: Task) -> list[Unit]:
    """Units that have a task as their mission: of its own room, and, where that has fewer, of rooms that help."""
    found: list[Unit] = []
    for area in (task.area, *task.area.allies):
        if len(found) == task.sent:
            break
        found += [unit for unit in area.fleet.units if unit.mission is task]
    return found


def escort(world: World, task: Task, team: list[Unit]) -> Tale:
    """The team outside goes with the boxes, if there is one; whoever was on the way to them is free again."""
    heads, clock = sum(unit.heads for unit in team), world.clock
    if not heads:
        return
    called_back = units_of(task)
    for unit in called_back:
        recall(world, unit, -1)
    task.area.remove(task)
    world.record(K["handled"], task, None, task.site, task.area.index, task.last, heads)
    for unit in called_back:
        come_free(world, unit, unit.last)
    task.area.serve(clock._now, task.last)
    yield clock._now + task.scene_time[0], TASK + task.id
    world.heads_at[task.site] -= heads
    yield from go_along(world, task)
    world.heads_at[task.site] += heads
    end(world, task, "closed", 0)


def go_along(world: World, task: Task) -> Tale:
    """The legs of a trip at the pace of convoys, as records without a unit: a post is no unit that could be sent."""
    clock, sites, travel = world.clock, world.territory.sites, world.travel
    x0, y0, node = task.x, task.y, task.site
    for site, hold_time in task.legs:
        x1, y1, fabric = float(sites.x[site]), float(sites.y[site]), int(sites.fabric[site])
        score = travel.score_between(x0, y0, node, x1, y1, site)
        drive = travel.seconds_back(score, CONVOY, fabric, clock._now, 1.0)
        world.record(K["leg_started"], task, None, site, task.area.index, task.last, drive)
        yield clock._now + drive, TASK + task.id
        world.record(K["leg_reached"], task, None, site, task.area.index, task.last, hold_time)
        yield clock._now + hold_time, TASK + task.id
        x0, y0, node = x1, y1, site
