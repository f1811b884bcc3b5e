"""Build the world of one run: units into fleets, classes into slot types, areas with their rooms and helpers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import Tape
from sim.forces.sectors import areas_of_responsibility
from sim.forces.units import Units, skill_bits
from sim.processes.access import Access
from sim.processes.actors import Task, Unit
from sim.processes.alert import Alert
from sim.processes.callers import echoes, first_rooms
from sim.processes.command import Command, RememberedFleet
from sim.processes.deterrence import Presence
from sim.processes.fleet import Fleet
from sim.processes.incident import wait
from sim.processes.meet import may_part
from sim.processes.parts import far_checkpoints, far_posts, part_size, streets
from sim.processes.picture import GuidedArea, send_from_district
from sim.processes.proposed import tasks_of_tape
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


def build_units(scenario: Scenario, numbers: dict[Slot, int]) -> list[Unit]:
    """Make the units of the day from their columns, in id order."""
    units, sites = scenario.units, scenario.territory.sites
    home = (sites.x[units.base].tolist(), sites.y[units.base].tolist(), sites.fabric[units.base].tolist())
    fixed = zip(units.id.tolist(), units.base.tolist(), *home, units.mode.tolist(), strict=True)
    result = [Unit(index, *facts) for index, facts in enumerate(fixed)]
    mobile = np.flatnonzero(units.mobile)
    moving = [result[row] for row in mobile.tolist()]
    for name in ("moving_time", "parked_time", "base_time", "home_factor", "scene_factor", "loop", "loop_phase"):
        for unit, value in zip(moving, getattr(units, name)[mobile].tolist(), strict=True):
            setattr(unit, name, value)
    for s, slot in enumerate(numbers):
        for row in np.flatnonzero(fills(slot, units)).tolist():
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
    later = set(scenario.later.joined.tolist())
    for index in range(scenario.dispatch_areas):
        fleet = fleet_type(members[index], len(numbers), scenario.loops, travel)
        if later:
            fleet.enlist([unit for unit in members[index] if unit.index not in later])
        if isinstance(fleet, RememberedFleet):
            fleet.start_log(world.clock)
        area = area_type(index, fleet, build_room(scenario, index, len(fleet.enlisted)), rules)
        area.send, area.recall = partial(sender, world), partial(recall, world)
        area.orderly |= any(cls.start == "together" for cls in scenario.classes)
        areas.append(area)
    for unit in world.units:
        unit.area = areas[of_unit[unit.index]]
    for area in areas:
        for row, unit in enumerate(area.fleet.units):
            unit.row, unit.fleet = row, area.fleet
    link_helpers(scenario, areas)
    _give_preferences(scenario, areas, world.units)
    give_responsibility(world, areas, scenario.later.joined)
    return areas


def give_responsibility(world: World, areas: list[DispatchArea], without: NDArray[np.int64]) -> None:
    """Tell each room which rapid response unit goes first where, and sections whether they are kept near crowds. ``without`` are
    rows of units that another plan has."""
    scenario, units = world.scenario, world.scenario.units
    rapid = [-1] * len(scenario.territory.sites)
    if scenario.dispatch.rapid_first:
        rapid = areas_of_responsibility(scenario.territory, units, scenario.chains, without).tolist()
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
    rules, operators = scenario.room, operators_of(scenario, index)
    lines = ceil(operators * rules.lines) if rules.lines else inf
    return Room(Desk(operators, lines), Desk(radio_operators(scenario, units)), rules.patience)


def operators_of(scenario: Scenario, index: int) -> int:
    """Operators on the phones of one dispatch area."""
    area = index // scenario.chains
    if scenario.operators is not None:
        return int(scenario.operators[area])
    people = float(scenario.territory.populations[area]) / scenario.chains
    return max(scenario.room.operators, round(people / 1e6 * scenario.room.operators_per_million))


def radio_operators(scenario: Scenario, units: int) -> int:
    """Operators on the radio of a room with so many units."""
    return max(1, ceil(units / scenario.room.units_per_radio_operator))


def link_helpers(scenario: Scenario, areas: list[DispatchArea]) -> None:
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
