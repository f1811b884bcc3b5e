"""An incident's story: it occurs, is reported, is taken by the room, and then asks for units."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from sim.demand.tape import CHANNELS, THINNINGS
from sim.errors import InputError
from sim.processes import entry
from sim.processes.actors import Task
from sim.processes.alert import notice
from sim.processes.callers import UNHEARD, call_again, first_room, hush
from sim.processes.closing import late
from sim.processes.command import go_up
from sim.processes.kernel import TASK
from sim.processes.story import Story, Tale
from sim.processes.thinning import factor_of
from sim.processes.world import ELECTION, K, World
from sim.trace import LAPSE_REASONS

PATIENCE, NOBODY, UNREPORTED = range(len(LAPSE_REASONS))


def demand(world: World, tasks: Iterable[Task]) -> Tale:
    """Let the tape's incidents occur, each at its moment."""
    clock = world.clock
    for task in tasks:
        yield task.at, TASK + task.id
        Story(clock, incident(world, task) if not world.extended else at_its_time(world, task))


def at_its_time(world: World, task: Task) -> Tale:
    """An incident of a day with a prolonged vote: what comes with the count waits for the closing."""
    delay = late(world, int(world.territory.sites.area[task.site])) if task.thinning & THINNINGS["count"] else 0.0
    if delay > 0.0:
        task.patience_at += delay
        yield task.at + delay, TASK + task.id
    yield from incident(world, task)


def incident(world: World, task: Task) -> Tale:
    """One incident, from its occurrence to its request for units (or its end without any)."""
    clock, area = world.clock, task.area.index
    world.tasks[task.id] = task
    world.record(K["occurred"], task, None, task.site, area)
    if world.alert.watches and task.cls.group == ELECTION:
        notice(world, task)
    if (task.candidate == task.candidate or task.id in world.cancelled) and not happens(world, task):
        return
    if task.odd == UNHEARD:
        hush(world, task)
        end(world, task, "lapsed", UNREPORTED)
        return
    if task.report_time > 0.0:
        yield clock._now + task.report_time, TASK + task.id
    world.record(K["reported"], task, None, task.site, area, task.last, task.channel)
    task.reported_at = clock._now
    room = first_room(world, task) if task.odd else task.area.room
    then = task.dispatch_time if not task.odd else task.dispatch_time + world.handover_time[task.site]
    call = room.answer(CHANNELS[task.channel], clock._now, task.talk_time, task.caller_patience, then)
    done_at = call.done_at
    if done_at > clock._now:
        call.story = clock.teller
        yield done_at, TASK + task.id
    if call.outcome != "processed":
        again = yield from call_again(world, task, room, call)
        if again is None:
            return
        call = again
    if task.odd:
        world.record(K["handed_to_force"], task, None, task.site, area, task.last, world.handover_time[task.site])
    world.record(K["processed"], task, None, task.site, area, task.last, call.waited)
    if task.cls.on_spot and task.on_spot < task.cls.on_spot * team_strength(world, task.site):
        yield from settle_on_spot(world, task)
    elif task.slots:
        ask_for_units(world, task)
    else:
        end(world, task, "closed", 0)


def happens(world: World, task: Task) -> bool:
    """Thin a candidate incident by the state: it happens iff u <= factor / bound; one that was intercepted does not.

    Raises ``InputError`` for a factor above the bound at which the tape was drawn.
    """
    if task.id in world.cancelled:
        hush(world, task)
        end(world, task, "prevented", 0.0)
        return False
    factor, bound = factor_of(world, task), task.bound
    if factor > bound:
        raise InputError(f"incident {task.id}: the state multiplies its hazard by {factor:g}, its bound on the tape is {bound:g}")
    if task.candidate <= factor / bound:
        if world.presence is not None:
            world.record(K["weighed"], task, None, task.site, task.area.index, task.last, factor)
        return True
    hush(world, task)
    end(world, task, "prevented", factor)
    return False


def team_strength(world: World, site: int) -> float:
    """Share of its class that the fixed team present can settle: 1 from so many officers for each office on."""
    scenario = world.scenario
    wanted = scenario.posts.officers_per_office * max(int(scenario.territory.sites.offices[site]), 1)
    return min(1.0, world.heads_at[site] / wanted)


def settle_on_spot(world: World, task: Task) -> Tale:
    """The fixed team at the centre settles it without a mobile unit."""
    world.record(K["handled"], task, None, task.site, task.area.index, task.last, world.heads_at[task.site])
    outside = (yield from entry.enter(world, task, None)) if task.cls.inside else 1.0
    yield world.clock._now + task.scene_time[0] * outside, TASK + task.id
    end(world, task, "closed", 0)


def ask_for_units(world: World, task: Task) -> None:
    """Hand the task to its dispatch area; what happens if nobody comes is told by tales of its own."""
    now = world.clock._now
    task.ready_at = now
    if not task.area.can_ever(task):
        end(world, task, "lapsed", NOBODY)
        return
    task.area.request(task, now, task.last)
    if task.queued is not None:
        wait(world, task)
    if task.escalate_time < inf and not task.arrived:
        Story(world.clock, escalate(world, task, task.reported_at + task.escalate_time * held(world, task)))


def wait(world: World, task: Task) -> None:
    """A task that waits, for the first time or again, may climb and may lapse; one that is served at once needs no such tales.

    Patience that has run out while units were on the way does not count any more.
    """
    go_up(world, task)
    patient = world.clock._now <= max(task.patience_at, task.ready_at) and task.patience_at < inf
    if patient and not task.sent and task.id not in world.impatient:
        world.impatient.add(task.id)
        Story(world.clock, lose_patience(world, task))


def held(world: World, task: Task) -> float:
    """What stretches the time to escalation: a fixed team that holds the scene divides its hazard (1: nobody does).

    Judged when units are asked for; a rate r that acts for t seconds does what a rate r / s does in s x t.
    """
    effect, site = world.scenario.posts.holds_scene, task.site
    if not effect or not world.heads_at[site] or not world.scenario.territory.sites.offices[site]:
        return 1.0
    world.record(K["scene_held"], task, None, site, task.area.index, task.last, world.heads_at[site])
    return 1.0 / (1.0 - effect * team_strength(world, site))


def escalate(world: World, task: Task, at: float) -> Tale:
    """Unattended, a task becomes one priority more urgent, which may bring it a unit at once."""
    yield at, TASK + task.id
    if task.arrived or task.priority == 1 or task.status not in ("waiting", "assigned"):
        return
    queued = task.queued is not None
    task.area.remove(task)
    task.priority -= 1
    row = world.record(K["escalated"], task, None, task.site, task.area.index, task.last, task.priority)
    if queued:
        task.area.request(task, world.clock._now, row)
        go_up(world, task)


def lose_patience(world: World, task: Task) -> Tale:
    """A task to which nobody has been sent in time lapses."""
    yield task.patience_at, TASK + task.id
    give_up(world, task.id)


def give_up(world: World, id: int) -> None:
    """A task to which nobody has been sent is wanted no longer."""
    task = world.tasks.get(id)
    if task is not None and task.queued is not None and not task.sent:
        task.area.remove(task)
        end(world, task, "lapsed", PATIENCE)
        task.area.serve(world.clock._now, task.last)


def end(world: World, task: Task, kind: str, value: float) -> None:
    """The task ends without (further) units."""
    world.record(K[kind], task, None, task.site, task.area.index, task.last, value)
    world.forget(task)
