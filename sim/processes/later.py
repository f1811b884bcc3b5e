"""Another plan from a moment on: the rules of rooms and posts are exchanged in one place, before all else of that instant.

Who comes and who goes needs nothing here but who counts: the hours of the units say it (``sim.forces.spliced``).
"""

from __future__ import annotations

from dataclasses import fields, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from sim import plugins
from sim.processes.builder import give_responsibility, link_helpers, operators_of, radio_operators
from sim.processes.command import Command
from sim.processes.kernel import ORDER
from sim.processes.story import Story, Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.processes.queue import DispatchArea
    from sim.scenario import Scenario

BEFORE_ORDERS = ORDER - 1
"""Rank of the exchange: orders of the same moment are given under the new plan."""


def start_later(world: World) -> None:
    """Wait for the moment, if there is another plan."""
    if world.scenario.later:
        Story(world.clock, follow_later(world, world.scenario))


def follow_later(world: World, before: Scenario) -> Tale:
    """Follow the rules of the later plan from its moment on; what orders changed stays where the plans do not differ."""
    later = before.later
    yield later.at, BEFORE_ORDERS
    dispatch = replace(world.scenario.dispatch, **changed_fields(before.dispatch, later.dispatch))
    world.scenario = replace(world.scenario, dispatch=dispatch, command=later.command, room=later.room, posts=later.posts)
    for row in later.left.tolist():
        world.guarding.discard(world.units[row].id)
    for area in world.areas:
        _count_units(world, area, before)
        _staff(world, area, before)
        _take_rules(area, world.scenario)
    _link_again(world, before)
    _serve_all(world)


def changed_fields(one: Any, other: Any) -> dict[str, Any]:
    """Fields in which settings differ, with the values of the other."""
    return {f.name: getattr(other, f.name) for f in fields(one) if getattr(one, f.name) != getattr(other, f.name)}


def _count_units(world: World, area: DispatchArea, before: Scenario) -> None:
    """Only units of the plan in force count for what a room could ever send."""
    gone = set(before.later.left.tolist())
    area.enlist([unit for unit in area.fleet.units if unit.index not in gone])


def _staff(world: World, area: DispatchArea, before: Scenario) -> None:
    """Operators of the later plan, where it has another number; what an order changed stays else."""
    scenario, room = world.scenario, area.room
    room.patience = scenario.room.patience if before.room.patience != scenario.room.patience else room.patience
    wanted = operators_of(scenario, area.index)
    phone = room.desks["phone"]
    if wanted != operators_of(before, area.index):
        phone.lines = ceil(wanted * scenario.room.lines) if scenario.room.lines else phone.lines
        world.record(K["operators_changed"], None, None, -1, area.index, -1, wanted)
        phone.staff(wanted, world.now)
    listening = radio_operators(scenario, len(area.fleet.enlisted))
    if listening != len(room.radio.free_at):
        room.radio.staff(listening, world.now)


def _take_rules(area: DispatchArea, scenario: Scenario) -> None:
    """Have a room work by the rules of dispatch in force. Its shortcuts to the best unit are those of one policy."""
    rules = scenario.dispatch
    area.rules, area.by_share = rules, rules.reserve_as == "share"
    area.orderly = rules.blocking or any(cls.start == "together" for cls in scenario.classes)
    if rules.policy != area.policy:
        area.policy, area.own = rules.policy, plugins.POLICIES.get(rules.policy)
        area.fleet.nearby = None


def _link_again(world: World, before: Scenario) -> None:
    """Who helps whom, who goes first where, and what stands above the rooms; a main room keeps its desk."""
    for area in world.areas:
        area.helpers, area.allies, area.clients = [], [], []
    link_helpers(world.scenario, world.areas)
    give_responsibility(world, world.areas, before.later.left)
    main, lent = world.command.main, world.command.lent
    world.command = Command(world)
    world.command.main, world.command.lent = main, lent


def _serve_all(world: World) -> None:
    """What waits may be served, or climb, by the new rules."""
    cause = len(world.trace) - 1
    for area in world.areas:
        area.serve(world.now, cause)
    for area in world.areas:
        for task in [task for lane in area.lanes.values() for _, _, task in lane]:
            world.go_up(task)
