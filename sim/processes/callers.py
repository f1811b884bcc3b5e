"""What is unusual about a report: nobody makes it, it reaches the wrong room, or the caller has to try again."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.demand.catalogue import DUPLICATE_CALL
from sim.demand.tape import CHANNELS
from sim.processes.kernel import TASK
from sim.processes.story import Moment
from sim.processes.world import K, World
from sim.territory.borders import nearest_across

if TYPE_CHECKING:
    from sim.demand.tape import Incidents
    from sim.processes.actors import Task
    from sim.processes.room import Call, Room
    from sim.scenario import Scenario

UNHEARD, ASTRAY = 1, 2
"""Bits of a task's mark ``odd``: nobody reports it; its report reaches the neighbouring room first."""


def odd_marks(scenario: Scenario, incidents: Incidents, first_room: NDArray[np.int64]) -> NDArray[np.int64]:
    """What is unusual about the report of each incident, shape (incidents,); ``first_room`` is that of :func:`first_rooms`."""
    reported = np.ones(len(CHANNELS))
    for channel, share in scenario.room.reported.items():
        reported[CHANNELS.index(channel)] = share
    unheard = incidents.known > reported[incidents.channel]
    astray = (first_room[incidents.site] >= 0) & (incidents.route < scenario.command.border_share)
    return np.where(unheard, UNHEARD, np.where(astray, ASTRAY, 0))


def report_factors(scenario: Scenario, incidents: Incidents) -> NDArray[np.float64]:
    """Multiplier of the time until each incident is reported, shape (incidents,)."""
    citizens = [CHANNELS.index("phone"), CHANNELS.index("online")]
    return np.where(np.isin(incidents.channel, citizens), scenario.room.report_factor, 1.0)


def first_rooms(scenario: Scenario) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of each site the room across the border (-1: it lies in no border zone) and the seconds of a hand-over from there."""
    territory, command = scenario.territory, scenario.command
    across = nearest_across(territory, command.border_distance)
    there = np.maximum(across, 0)
    sites = territory.sites
    room = np.where(across >= 0, scenario.dispatch_area(sites.area[there], sites.force[there]), -1)
    topology = scenario.dispatch.command
    between_areas = command.handover("joint") if topology != "single" else command.handover("single")
    delay = np.where(sites.force[there] != sites.force, command.handover(topology), between_areas)
    return room, np.where(across >= 0, delay, 0.0)


def echoes(scenario: Scenario, incidents: Incidents) -> dict[int, list[int]]:
    """Ids of the further calls about each incident, by its id."""
    names = [cls.name for cls in scenario.classes]
    if DUPLICATE_CALL not in names:
        return {}
    found: dict[int, list[int]] = {}
    rows = np.flatnonzero((incidents.cls == names.index(DUPLICATE_CALL)) & (incidents.parent >= 0))
    for call, parent in zip(incidents.id[rows].tolist(), incidents.parent[rows].tolist(), strict=True):
        found.setdefault(parent, []).append(call)
    return found


def hush(world: World, task: Task) -> None:
    """What did not happen, or what nobody reports, is not called about a second time either."""
    world.cancelled.update(world.echoes.get(task.id, ()))


def first_room(world: World, task: Task) -> Room:
    """The room that a report from a border zone reaches."""
    return world.areas[world.room_across[task.site]].room


def call_again(world: World, task: Task, room: Room, call: Call) -> Generator[Moment, None, Call | None]:
    """A caller who gave up, or found every line busy, tries again as often as the tape says; None if nobody ever answers."""
    clock, incidents = world.clock, world.tape.incidents
    row = int(np.flatnonzero(incidents.id == task.id)[0])
    wait = float(incidents.redial_time[row])
    for _ in range(int(incidents.redials[row])):
        world.record(K["redialled"], task, None, task.site, task.area.index, task.last, call.waited)
        yield clock._now + wait, TASK + task.id
        call = room.answer(CHANNELS[task.channel], clock._now, task.talk_time, task.caller_patience, call.then)
        if call.done_at > clock._now:
            call.story = clock.teller
            yield call.done_at, TASK + task.id
        if call.outcome == "processed":
            return call
    kind = "call_refused" if call.outcome == "refused" else "call_abandoned"
    world.record(K[kind], task, None, task.site, task.area.index, task.last, call.waited)
    world.forget(task)
    return None
