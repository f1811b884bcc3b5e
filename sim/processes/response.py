"""What a unit does for a task: drive, arrive, work, convey, be free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy import Event

from sim.processes.entry import enter
from sim.processes.kernel import FREE
from sim.processes.story import Story, Tale
from sim.processes.world import K, World
from sim.territory.travel import MODES
from sim.trace import LEG_ROW, PURPOSES

if TYPE_CHECKING:
    from sim.processes.actors import Task, Unit

CONVOY = MODES.index("convoy")
pack = LEG_ROW.pack
RESPOND, HOME, CONVEY, TO_LOOP, LEG = range(len(PURPOSES))


def respond(world: World, task: Task, unit: Unit) -> Tale:
    """One unit's part in a task, from its arrival to the moment it is free."""
    clock = world.clock
    arrive(world, task, unit)
    if task.cls.start == "together":
        yield from _wait_for_all(world, task, unit)
    work = task.scene_time[unit.place] * unit.scene_factor
    if task.cls.inside:
        work *= yield from enter(world, task, unit)
    yield (clock._now + work if task.ends_at is None else task.ends_at), FREE + unit.id
    if task.convey_to >= 0 and unit.place == 0:
        yield from convey(world, task, unit)
    task.finished += 1
    if task.legs:
        yield from follow_legs(world, task, unit)
    elif task.cls.release == "together":
        yield from _leave_with_all(world, task, unit)
    clear(world, task, unit)


def send(world: World, task: Task, place: int, unit: Unit, cause: int, delay: float = 0.0) -> None:
    """Dispatch a unit to one place of a task's package: it mobilises (``delay`` seconds longer than it needs), then drives."""
    now = world.clock._now
    fleet, travel = unit.fleet, world.travel
    mobilisation = fleet.mobilisation_of(unit, now) + delay
    if world.cut_off:
        mobilisation += world.cut_off.get(unit.area.index, 0.0)
    if fleet is not task.area.fleet:
        mobilisation += world.scenario.dispatch.aid_time
    x0, y0, score = unit.seen if unit.seen_for is task and unit.seen_at == now else look(world, unit, task)
    depart = now + mobilisation
    drive = travel.seconds(score, unit.mode, task.fabric, depart) * task.noise[place] * world.slowed.factors[task.site]
    if world.access is not None:
        drive *= world.access.factor(task, depart)
    if unit.loop >= 0:
        leave_loop(world, unit, cause)
    if unit.is_free:
        fleet.set_busy(unit)
    unit.mission, unit.place, unit.sent_at, unit.arrives_at = task, place, now, depart + drive
    task.sent += 1
    row = world.record(K["dispatched"], task, unit, task.site, task.area.index, cause, mobilisation)
    _drive(world, unit, x0, y0, task.x, task.y, task.site, depart, depart + drive, RESPOND, task.id, row)
    unit.story = Story(world.clock, respond(world, task, unit), (unit.arrives_at, FREE + unit.id))


def look(world: World, unit: Unit, task: Task) -> tuple[float, float, float]:
    """Where a unit is and its score to a task, for a unit that no search has just seen."""
    x, y, node = whereabouts(world, unit)
    return x, y, world.travel.score_between(x, y, node, task.x, task.y, task.site)


def recall(world: World, unit: Unit, diverted_to: int) -> Task:
    """Take a unit that is under way off its task; the task waits again. Returns that task."""
    now, fleet, task = world.clock._now, unit.fleet, unit.mission
    assert task is not None, "only a unit under way is called back"
    unit.story.interrupt()
    world.record(K["diverted"], task, unit, task.site, task.area.index, task.last, diverted_to)
    if task.arrived:
        task.status = "attended"
    task.sent -= 1
    task.area.remove(task)
    task.open_slots = tuple(sorted([*task.open_slots, (unit.place, task.slots[unit.place])]))
    task.area.enqueue(task)
    x, y, node = whereabouts(world, unit)
    fleet.drive(unit, x, y, x, y, now, now, node)
    unit.rest_time = unit.moving_time
    unit.mission = None
    world.go_up(task)
    return task


def whereabouts(world: World, unit: Unit) -> tuple[float, float, int]:
    """Where a unit is now: coordinates, and under a matrix the node it stands at or is nearest to (else -1)."""
    if world.travel.matrix is None:
        x, y = unit.fleet.locate(unit, world.clock._now)
        return x, y, -1
    node = unit.fleet.node_at(unit, world.clock._now)
    return float(world.travel.node_x[node]), float(world.travel.node_y[node]), node


def arrive(world: World, task: Task, unit: Unit) -> None:
    """A unit reaches the scene; the last of several completes the package (of a single one the arrival says it all)."""
    unit.rest_time = unit.parked_time
    row = world.record(K["arrived"], task, unit, task.site, task.area.index, unit.last, unit.place)
    task.arrived += 1
    if task.arrived == task.needed > 1:
        world.record(K["package_complete"], task, None, task.site, task.area.index, row, task.arrived)


def convey(world: World, task: Task, unit: Unit) -> Tale:
    """Take somebody or something to another place and hand over there."""
    clock, travel, site = world.clock, world.travel, task.convey_to
    sites = world.scenario.territory.sites
    x1, y1, fabric = float(sites.x[site]), float(sites.y[site]), int(sites.fabric[site])
    score = travel.score_between(task.x, task.y, task.site, x1, y1, site)
    drive = travel.seconds_back(score, unit.mode, fabric, clock._now, 1.0) * world.slowed.factors[site]
    row = world.record(K["conveying"], task, unit, site, task.area.index, unit.last, drive)
    _drive(world, unit, task.x, task.y, x1, y1, site, clock._now, clock._now + drive, CONVEY, task.id, row)
    yield clock._now + drive, FREE + unit.id
    world.record(K["handed_over"], task, unit, site, task.area.index, unit.last, task.handover_time)
    yield clock._now + task.handover_time, FREE + unit.id


def follow_legs(world: World, task: Task, unit: Unit) -> Tale:
    """Go on with the whole package from place to place, all at one pace, and stay at each as long as planned."""
    yield from _leave_with_all(world, task, unit)
    clock, sites = world.clock, world.territory.sites
    modes = [CONVOY] if task.cls.convoy else sorted({other.mode for other, _ in task.leaving})
    x0, y0, node = task.x, task.y, task.site
    for site, hold_time in task.legs:
        x1, y1, fabric = float(sites.x[site]), float(sites.y[site]), int(sites.fabric[site])
        score = world.travel.score_between(x0, y0, node, x1, y1, site)
        drive = max(world.travel.seconds_back(score, mode, fabric, clock._now, 1.0) for mode in modes)
        drive *= world.slowed.factors[site]
        row = world.record(K["leg_started"], task, unit, site, task.area.index, unit.last, drive)
        _drive(world, unit, x0, y0, x1, y1, site, clock._now, clock._now + drive, LEG, task.id, row)
        yield clock._now + drive, FREE + unit.id
        world.record(K["leg_reached"], task, unit, site, task.area.index, unit.last, hold_time)
        yield clock._now + hold_time, FREE + unit.id
        x0, y0, node = x1, y1, site


def clear(world: World, task: Task, unit: Unit) -> None:
    """A unit has done its part; the last one closes the task. Then it takes the best waiting task or goes back."""
    now = world.clock._now
    row = world.record(K["cleared"], task, unit, task.site, unit.area.index, unit.last, now - unit.sent_at)
    unit.mission = None
    task.cleared += 1
    if task.cleared == task.needed:
        world.record(K["closed"], task, None, task.site, task.area.index, row, task.arrived)
        world.forget(task)
    come_free(world, unit, row)


def end_if_done(world: World, task: Task) -> None:
    """A task that needs fewer units than before may be over, or its units may leave."""
    if task.cleared == task.needed:
        world.record(K["closed"], task, None, task.site, task.area.index, task.last, task.arrived)
        world.forget(task)
    elif task.finished == task.needed:
        for other, event in task.leaving:
            world.clock.fire(event, FREE + other.id)


def come_free(world: World, unit: Unit, cause: int) -> None:
    """Decide what a unit does next: off duty, the best waiting task, its loop or its base."""
    if unit.leaving:
        leave_duty(world, unit, cause)
        return
    taskable, fleet, area = world.scenario.dispatch.taskable, unit.fleet, unit.area
    if taskable != "at_base" and (area.lanes or area.clients or unit.kept):  # else nobody can want it yet
        fleet.set_free(unit)
        area.serve(world.clock._now, cause)
        if not unit.is_free or (unit.kept and world.keep(unit)):
            return
    back_at = resume_loop(world, unit, cause) if unit.loop >= 0 else go_home(world, unit, cause)
    if taskable == "while_returning":
        if not unit.is_free:
            fleet.set_free(unit)
    else:
        if unit.is_free:
            fleet.set_busy(unit)
        unit.story = Story(world.clock, back_at_base(world, unit, back_at))


def go_home(world: World, unit: Unit, cause: int) -> float:
    """Drive back to base at the unit's own speed home; return the moment of arrival."""
    now, travel = world.clock._now, world.travel
    x0, y0, node = whereabouts(world, unit)
    score = travel.score_between(x0, y0, node, unit.home_x, unit.home_y, unit.base)
    drive = travel.seconds_back(score, unit.mode, unit.home_fabric, now, unit.home_factor) * world.slowed.factors[unit.base]
    unit.rest_time = unit.base_time
    row = world.record(K["returning"], None, unit, unit.base, unit.area.index, cause, drive)
    _drive(world, unit, x0, y0, unit.home_x, unit.home_y, unit.base, now, now + drive, HOME, -1, row)
    return now + drive


def resume_loop(world: World, unit: Unit, cause: int) -> float:
    """Drive to the nearest stop of the unit's loop and go on from there; return the moment of joining it."""
    now, travel, loops, loop = world.clock._now, world.travel, world.scenario.loops, unit.loop
    x0, y0, node = whereabouts(world, unit)
    stops = loops.places[loop]
    scores = [travel.score_one(x, y, x0, y0) for x, y in stops]
    stop = scores.index(min(scores))
    (x1, y1), site = stops[stop], int(loops.site[loop, stop])
    score = travel.score_between(x0, y0, node, x1, y1, site)
    fabric = int(world.scenario.territory.sites.fabric[site])
    join_at = now + travel.seconds_back(score, unit.mode, fabric, now, unit.home_factor) * world.slowed.factors[site]
    ref = join_at - float(loops.arrive[loop, stop])
    row = world.record(K["loop_started"], None, unit, site, unit.area.index, cause, ref)
    _drive(world, unit, x0, y0, x1, y1, site, now, join_at, TO_LOOP, -1, row)
    unit.loop_since = join_at
    unit.fleet.join_loop(unit, ref)
    return join_at


def back_at_base(world: World, unit: Unit, at: float) -> Tale:
    """Be taskable again only at base (or back on the loop)."""
    yield at, FREE + unit.id
    row = world.record(K["at_base"], None, unit, unit.base, unit.area.index, unit.last)
    if unit.leaving:
        leave_duty(world, unit, row)
    elif unit.on_duty:
        unit.fleet.set_free(unit)
        unit.area.serve(world.clock._now, row)


def leave_loop(world: World, unit: Unit, cause: int) -> None:
    """Suspend a unit's loop, if it is on one."""
    if unit.walks:
        world.record(K["loop_suspended"], None, unit, -1, unit.area.index, cause)
        if world.presence is not None:
            world.presence.leave(unit, world.clock._now)
        unit.fleet.leave_loop(unit)


def leave_duty(world: World, unit: Unit, cause: int) -> None:
    """End a unit's duty: it is no longer counted nor sent; the next shift finds it at its base."""
    leave_loop(world, unit, cause)
    unit.fleet.stand_at_base(unit)
    if unit.is_free:
        unit.fleet.set_busy(unit)
    unit.fleet.go_off_duty(unit)
    unit.on_duty = unit.leaving = False
    row = world.record(K["off_duty"], None, unit, unit.base, unit.area.index, cause, unit.heads)
    if unit.area.by_share:
        unit.area.serve(world.clock._now, row)


def _wait_for_all(world: World, task: Task, unit: Unit) -> Tale:
    """Begin work only when the whole package is on scene."""
    if task.arrived < task.needed:
        event = Event(world.clock)
        task.complete += ((unit, event),)
        yield event
        return
    waiting, task.complete = task.complete, ()
    for other, event in waiting:
        world.clock.fire(event, FREE + other.id)


def _leave_with_all(world: World, task: Task, unit: Unit) -> Tale:
    """Leave only when every unit of the package has finished; then all leave, in the order of their ids."""
    own = Event(world.clock)
    task.leaving += ((unit, own),)
    if task.finished == task.needed:
        for other, event in task.leaving:
            world.clock.fire(event, FREE + other.id)
    yield own


def _drive(
    world: World,
    unit: Unit,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    node: int,
    depart: float,
    arrive: float,
    purpose: int,
    task: int,
    row: int,
) -> None:
    """Give a unit its leg, in its fleet and in the trace, where it belongs to the record ``row``."""
    wrap = world.territory.wrap
    if wrap is not None:
        x0, y0 = _shorter_way(x0, x1, wrap[0]), _shorter_way(y0, y1, wrap[1])
    unit.fleet.drive(unit, x0, y0, x1, y1, depart, arrive, node)
    legs = world.trace.packed_legs
    legs += pack(unit.id, depart, arrive, x0, y0, x1, y1, purpose, task, row)


def _shorter_way(begin: float, end: float, size: float) -> float:
    """One coordinate of a start on a torus, moved by whole turns so that the straight line to ``end`` is the shorter one."""
    step = begin - end
    return end + step - size * round(step / size)
