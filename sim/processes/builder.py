"""Build the world of one run: units into fleets, classes into slot types, areas with their rooms and helpers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from math import ceil, inf
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import Tape
from sim.forces.sectors import areas_of_responsibility
from sim.forces.units import Units, skill_bits
from sim.policies.presence import plan_presences
from sim.processes.access import Access
from sim.processes.actors import MARKS, Task, Unit
from sim.processes.alert import Alert
from sim.processes.callers import ASTRAY, echoes, first_rooms, odd_marks, report_factors
from sim.processes.command import Command, RememberedFleet
from sim.processes.deterrence import Presence
from sim.processes.fleet import Fleet
from sim.processes.incident import wait
from sim.processes.meet import ask_about_tasks, may_part
from sim.processes.parts import far_checkpoints, far_posts, part_size, streets
from sim.processes.picture import GuidedArea, send_from_district
from sim.processes.queue import DispatchArea
from sim.processes.reserve import SECTION, keep
from sim.processes.response import recall, send
from sim.processes.room import Desk, Room
from sim.processes.world import World
from sim.scenario import Scenario
from sim.territory.travel import Travel, build_travel

if TYPE_CHECKING:
    from sim.forces.access import NearCentres


def slot_types(classes: tuple[IncidentClass, ...]) -> dict[Slot, int]:
    """Number the different needs of all classes, in order of first use."""
    numbers: dict[Slot, int] = {}
    for cls in classes:
        for slot in cls.slots:
            numbers.setdefault(slot, len(numbers))
    return numbers


def fills(slot: Slot, units: Units) -> np.ndarray:
    """Which units can fill a slot, shape (units,)."""
    kinds = [units.kinds.index(kind) for kind in slot.kinds if kind in units.kinds]
    bits = skill_bits(slot.skills)
    eligible = units.mobile & ((units.skills & bits) == bits)
    return eligible & np.isin(units.kind, kinds) if slot.kinds else eligible


BLOCK = 64
"""Incidents of the tape that are turned into tasks at a time: few, so that they are still in the cache when they occur."""


def tasks_of_tape(world: World, numbers: dict[Slot, int]) -> list[tuple[int, Iterator[Task]]]:
    """The tape's incidents as tasks, in order: one stream for all of them, or one for each part of the world, with one of its
    dispatch areas (-1: told on the common clock, since the call reaches a room of another part).

    Scene times and noise are widened to the longest package. Without triage every task has priority 3.
    """
    incidents, scenario = world.tape.incidents, world.scenario
    sites = scenario.territory.sites
    width = max((len(cls.slots) for cls in scenario.classes), default=1)
    area = scenario.dispatch_area(sites.area, sites.force)[incidents.site]
    report_time = incidents.report_time * report_factors(scenario, incidents)
    made = {
        "area": area,
        "slots": incidents.cls,
        "report_time": report_time,
        "odd": odd_marks(scenario, incidents, np.array(world.room_across)),
        "priority": incidents.priority if scenario.room.triage else np.full_like(incidents.priority, 3),
        "fabric": sites.fabric[incidents.site],
        "patience_at": incidents.at + report_time + incidents.patience,
        "scene_time": _widen(incidents.scene_time, width),
        "noise": _widen(incidents.noise, width),
    }
    time_presences(world, made)
    columns = {mark: made[mark] if mark in made else getattr(incidents, mark) for mark in MARKS}
    slots = [tuple(numbers[slot] for slot in cls.slots) for cls in scenario.classes]
    objects = {"cls": scenario.classes, "area": world.areas, "slots": slots}
    legs = world.tape.legs.by_task()
    if not world.clock.parts:
        return [(-1, _tasks(columns, objects, legs))]
    ask_about_tasks(world, columns)
    size = scenario.dispatch_areas // world.clock.parts
    first = np.array(world.room_across)[incidents.site] // size
    part = np.where((columns["odd"] == ASTRAY) & (first != area // size), -1, area // size)
    rows = ((number, np.flatnonzero(part == number)) for number in range(-1, world.clock.parts))
    streams = ((number * size, {mark: column[own] for mark, column in columns.items()}) for number, own in rows if len(own))
    return [(number, _tasks(own, objects, legs)) for number, own in streams]


def _tasks(
    columns: dict[str, np.ndarray], objects: Mapping[str, Sequence[Any]], legs: Mapping[int, tuple[tuple[int, float], ...]]
) -> Iterator[Task]:
    """Tasks from columns, a block of rows at a time; ``objects`` are what the codes of some columns stand for."""
    fixed = {mark: column[0].tolist() for mark, column in columns.items() if _is_constant(column)}
    count = len(columns["at"])
    planned = bool(legs) or any(cls.fixed_end for cls in objects["cls"])
    for begin in range(0, count, BLOCK):
        marks: list[Iterable[Any]] = []
        for mark, column in columns.items():
            values = repeat(fixed[mark], min(BLOCK, count - begin)) if mark in fixed else column[begin : begin + BLOCK].tolist()
            marks.append(map(objects[mark].__getitem__, values) if mark in objects else values)
        for task in map(Task, zip(*marks)):
            if planned:
                task.legs = legs.get(task.id, ())
                task.ends_at = task.at + task.scene_time[0] if task.cls.fixed_end else None
            yield task


def _is_constant(column: np.ndarray) -> bool:
    """Whether all rows are the same, as where a hand-written tape leaves a mark out (all NaN is the same too)."""
    return len(column) > 0 and bool(((column == column[0]) | ((column != column) & (column[0] != column[0]))).all())


def time_presences(world: World, made: dict[str, np.ndarray]) -> None:
    """Give the presences at places of warnings the hours that the plan wants; they lapse if nobody is sent until the end."""
    warnings, incidents = world.tape.warnings, world.tape.incidents
    if not len(warnings):
        return
    plan = plan_presences(warnings, world.scenario.warnings)
    order = np.argsort(incidents.id)
    rows = order[np.searchsorted(incidents.id, warnings.presence, sorter=order).clip(0, len(order) - 1)]
    known = incidents.id[rows] == warnings.presence
    rows, begin, until = rows[known], plan.begin[known], plan.until[known]
    for mark in ("report_time", "patience_at", "scene_time"):
        made[mark] = made[mark].copy()
    made["report_time"][rows] = np.maximum(begin - incidents.at[rows], 0.0)
    made["patience_at"][rows] = until
    made["scene_time"][rows] = (until - begin)[:, None]


def _widen(columns: np.ndarray, width: int) -> np.ndarray:
    """Repeat the last column until there are ``width`` of them."""
    missing = width - columns.shape[1]
    return np.pad(columns, ((0, 0), (0, missing)), mode="edge") if missing > 0 else columns


def build_units(scenario: Scenario, numbers: dict[Slot, int]) -> list[Unit]:
    """Make the units of the day from their columns, in id order."""
    units, sites = scenario.units, scenario.territory.sites
    eligible = [np.flatnonzero(fills(slot, units)) for slot in numbers]
    home = (sites.x[units.base].tolist(), sites.y[units.base].tolist(), sites.fabric[units.base].tolist())
    fixed = zip(units.id.tolist(), units.base.tolist(), *home, units.mode.tolist(), strict=True)
    result = [Unit(index, *facts) for index, facts in enumerate(fixed)]
    for name in ("moving_time", "parked_time", "base_time", "home_factor", "scene_factor", "loop", "loop_phase"):
        for unit, value in zip(result, getattr(units, name).tolist(), strict=True):
            setattr(unit, name, value)
    for s, rows in enumerate(eligible):
        for row in rows:
            result[row].slot_types.append(s)
    return result


def build_areas(world: World, travel: Travel, numbers: dict[Slot, int]) -> list[DispatchArea]:
    """Make the dispatch areas with their fleets, rooms and helpers."""
    scenario = world.scenario
    units = scenario.units
    of_unit = scenario.dispatch_area(units.area, units.force).tolist()
    members: dict[int, list[Unit]] = defaultdict(list)
    for unit in world.units:
        if units.mobile[unit.index]:
            members[of_unit[unit.index]].append(unit)
    areas = []
    rules = scenario.dispatch
    fleet_type = RememberedFleet if scenario.command.picture_age > 0.0 else Fleet
    area_type = GuidedArea if rules.picture != "live" or rules.rapid_first else DispatchArea
    sender = send_from_district if rules.picture == "district" else send
    for index in range(scenario.dispatch_areas):
        fleet = fleet_type(members[index], len(numbers), scenario.loops, travel)
        if isinstance(fleet, RememberedFleet):
            fleet.start_log(world.clock)
        area = area_type(index, fleet, build_room(scenario, index, len(members[index])), rules)
        area.send, area.recall = partial(sender, world), partial(recall, world)
        area.orderly |= any(cls.start == "together" for cls in scenario.classes)
        areas.append(area)
    for unit in world.units:
        unit.area = areas[of_unit[unit.index]]
    for area in areas:
        for row, unit in enumerate(area.fleet.units):
            unit.row, unit.fleet = row, area.fleet
    _link_helpers(scenario, areas)
    _give_preferences(scenario, areas, world.units)
    _give_responsibility(world, areas)
    return areas


def _give_responsibility(world: World, areas: list[DispatchArea]) -> None:
    """Tell each room which rapid response unit goes first where, and sections whether they are kept near crowds."""
    scenario, units = world.scenario, world.scenario.units
    rapid = [-1] * len(scenario.territory.sites)
    if scenario.dispatch.rapid_first:
        rapid = areas_of_responsibility(scenario.territory, units, scenario.chains).tolist()
    for area in areas:
        if isinstance(area, GuidedArea):
            area.responsible = {}
    for site, row in enumerate(rapid):
        if row >= 0:
            unit = world.units[row]
            assert isinstance(unit.area, GuidedArea)
            unit.area.responsible[site] = unit
    if scenario.command.hold_reserve and SECTION in units.kinds:
        for index in np.flatnonzero(units.mobile & (units.kind == units.kinds.index(SECTION))).tolist():
            world.units[index].kept = True


def build_room(scenario: Scenario, index: int, units: int) -> Room:
    """Staff one command room: operators by population, radio operators by the number of units."""
    rules, territory = scenario.room, scenario.territory
    forces = scenario.chains
    area = index // forces
    if scenario.operators is not None:
        operators = int(scenario.operators[area])
    else:
        people = float(territory.populations[area]) / forces
        operators = max(rules.operators, round(people / 1e6 * rules.operators_per_million))
    lines = ceil(operators * rules.lines) if rules.lines else inf
    radio = max(1, ceil(units / rules.units_per_radio_operator))
    return Room(Desk(operators, lines), Desk(radio), rules.patience)


def _link_helpers(scenario: Scenario, areas: list[DispatchArea]) -> None:
    """Mutual aid: first the other force of the same area, then the same force of neighbouring areas.

    Where the picture of other rooms has an age nobody helps unasked: they are allies then, to be asked. A main room asks all.
    """
    command = scenario.command
    at_once = scenario.dispatch.aid != "never" and command.picture_age == 0.0
    if scenario.dispatch.aid == "never" and not (command.main_room or command.ladder):
        return
    forces = scenario.chains
    for area in areas:
        place, force = divmod(area.index, forces)
        helpers = [place * forces + other for other in range(forces) if other != force]
        if place < len(scenario.territory.neighbours):
            helpers += [other * forces + force for other in scenario.territory.neighbours[place]]
        area.allies = [areas[i] for i in helpers]
        if at_once:
            area.helpers = area.allies
            for helper in area.helpers:
                helper.clients.append(area)
        area.under_main = command.main_room
        if command.main_room:
            area.allies = [*area.allies, *(other for other in areas if other is not area and other not in area.allies)]


def _give_preferences(scenario: Scenario, areas: list[DispatchArea], units: list[Unit]) -> None:
    """Turn given lists (rows of ``Scenario.units`` by site) into rows of the fleet that rules each site."""
    if scenario.preferences is None:
        return
    sites = scenario.territory.sites
    ruling = scenario.dispatch_area(sites.area, sites.force).tolist()
    for area in areas:
        area.preferences = {}
    for site, wanted in enumerate(scenario.preferences.tolist()):
        area = areas[ruling[site]]
        rows = [units[i].row for i in wanted if i >= 0 and units[i].area is area]
        area.preferences[site] = rows


def build_world(scenario: Scenario, tape: Tape) -> tuple[World, list[tuple[int, Iterator[Task]]]]:
    """Make the world of one run and the tasks of its tape, by part of the world."""
    travel = build_travel(scenario.territory, scenario.travel)
    world = World(scenario, tape, travel)
    numbers = slot_types(scenario.classes)
    room, delay = first_rooms(scenario)
    world.room_across, world.handover_time = room.tolist(), delay.tolist()
    near = streets(scenario)
    _divide(world, part_size(scenario, tape, room, near), near)
    world.echoes = echoes(scenario, tape.incidents)
    world.command, world.keep, world.go_up = Command(world), partial(keep, world), partial(wait, world)
    world.units = build_units(scenario, numbers)
    world.areas = build_areas(world, travel, numbers)
    world.alert = Alert(scenario)
    if scenario.deterrence.is_on:
        world.presence = Presence(scenario.loops, world.units, scenario.deterrence)
    if near is not None:
        world.access = Access(scenario, world.units, travel, world.closing, near)
    inside = np.array([cls.inside for cls in scenario.classes], dtype=np.bool_)[tape.incidents.cls]
    world.entry_marks = dict(zip(tape.incidents.id[inside].tolist(), tape.incidents.entry[inside].tolist(), strict=True))
    world.unit_by_id = {unit.id: unit for unit in world.units if scenario.units.mobile[unit.index]}
    return world, tasks_of_tape(world, numbers)


def _divide(world: World, size: int, near: NearCentres | None) -> None:
    """Give every part of so many dispatch areas a queue of its own (0: they share one)."""
    if size:
        world.clock.divide(world.scenario.dispatch_areas, size)
        world.clock.may_part = partial(may_part, world)
        world.trace.sort = True
        world.far_posts = far_posts(world.scenario, near, size)
        world.far_checkpoints = far_checkpoints(world.scenario, world.tape, size)
