"""A warning's story: it is shared, and if the plan acts on it one unit stands at the place when a disturbance is due.

Presence is all that a warning leads to. The presence is a planned task of the tape, which the plan thins (the share of warnings
it acts on) and times; its unit comes out of the ordinary queue. If the disturbance begins nevertheless the unit is free for it
at once; if nothing happens it leaves after a while.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sim.demand.tape import THINNINGS
from sim.policies.presence import plan_presences
from sim.processes.alert import warned
from sim.processes.incident import PATIENCE, end
from sim.processes.kernel import TASK
from sim.processes.story import Tale
from sim.processes.world import World

AFTER_TASKS = TASK + (1 << 47)
"""Rank of what is decided after every task of an instant."""


def start_warnings(world: World) -> None:
    """Let the plan say on which warnings a unit may stand by, and start the story of each of those."""
    warnings, scenario, tape = world.tape.warnings, world.scenario, world.tape.incidents
    if not len(warnings):
        return
    plan = plan_presences(warnings, scenario.warnings)
    world.presences = dict(zip(warnings.presence.tolist(), plan.share.tolist(), strict=True))
    world.presence_of = dict(zip(warnings.id.tolist(), warnings.presence.tolist(), strict=True))
    disturbed: dict[int, list[tuple[float, int]]] = defaultdict(list)
    rows = np.flatnonzero(tape.thinning & THINNINGS["warning"])
    for at, number, parent in zip(tape.at[rows].tolist(), tape.id[rows].tolist(), tape.parent[rows].tolist(), strict=True):
        if number not in world.presences:
            disturbed[parent].append((at, number))
    sites = scenario.territory.sites
    part = scenario.dispatch_area(sites.area, sites.force)[warnings.site]
    for row in np.flatnonzero(plan.share > 0.0).tolist():
        number, presence = int(warnings.id[row]), int(warnings.presence[row])
        moments = [(float(warnings.due_at[row]), -1), *sorted(disturbed[number])]
        world.clock.begin(int(part[row]), stand_by(world, number, presence, moments, float(plan.until[row])))
    if any(trigger.when == "warning" for trigger in world.alert.rules.triggers):
        acted = np.flatnonzero(plan.share > 0.0)
        areas = sites.area[warnings.site[acted]]
        for area in np.unique(areas).tolist():
            own = acted[areas == area]
            begun = zip(plan.begin[own].tolist(), warnings.presence[own].tolist(), strict=True)
            world.clock.begin(area * scenario.chains, raise_alert(world, area, sorted(begun)))


def raise_alert(world: World, area: int, begun: list[tuple[float, int]]) -> Tale:
    """Where the plan acts on a warning, the alert of the area may rise (an area's level reaches all its forces)."""
    for at, presence in begun:
        yield at, AFTER_TASKS
        task = world.tasks.get(presence)
        if task is not None:
            warned(world, area, task.last)


def stand_by(world: World, warning: int, presence: int, moments: list[tuple[float, int]], until: float) -> Tale:
    """Watch over one presence: whether it stood there in time, and when it ends."""
    for at, incident in moments:
        if at > until:
            break
        yield at, AFTER_TASKS
        task = world.tasks.get(presence)
        if task is not None and task.arrived:
            world.stood_by.add(warning)
        if incident in world.tasks:
            stand_down(world, presence)
            return
    yield until, AFTER_TASKS
    stand_down(world, presence)


def stand_down(world: World, presence: int) -> None:
    """End a presence: whoever stands there is free now, whoever is under way on arrival; nobody is sent any more."""
    task = world.tasks.get(presence)
    if task is None:
        return
    if task.queued is not None and not task.sent:
        task.area.remove(task)
        end(world, task, "lapsed", PATIENCE)
        return
    task.scene_time = [0.0] * len(task.scene_time)
    for unit in world.units:
        if unit.mission is task and unit.status == "on_scene":
            unit.story.put_off(world.clock._now)
