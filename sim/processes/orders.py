"""Orders: injects of the tape and decisions of people, which come through the same door.

A closed list: each effect is one function. Whoever gives an unknown one is told the nearest known name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.demand.injects import BRINGS, EFFECTS, check_inject
from sim.errors import InputError
from sim.processes import entry
from sim.processes.alert import BY_PLAN, order_level
from sim.processes.brought import bring
from sim.processes.closing import check_order, extend, request
from sim.processes.conditions import read_condition, wait_for
from sim.processes.duty import enter_service, go_off, man_post
from sim.processes.kernel import ORDER
from sim.processes.meet import lend_out
from sim.processes.outage import cut_off
from sim.processes.reinforce import request_reinforcement
from sim.processes.response import come_free, leave_duty, recall, send
from sim.processes.roads import slow_roads
from sim.processes.story import Tale
from sim.processes.world import K, Undo, World
from sim.settings.alert import LEVELS

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.actors import Unit


def out_of_service(world: World, order: Inject) -> Undo | None:
    """Unit ``target`` leaves service (after its present task, if it is on scene); a post is left."""
    if order.target not in world.unit_by_id:
        return leave_post(world, world.any_unit(order.target))
    unit = world.unit(order.target)
    if not unit.on_duty:
        return None
    if unit.status == "responding":
        recall(world, unit, -1)
        leave_duty(world, unit, unit.last)
        unit.area.serve(world.now, unit.last)
    else:
        go_off(world, unit)
    return lambda: back_in_service(world, order)


def leave_post(world: World, post: Unit) -> Undo | None:
    """A post is left; those who come back find it manned by its next shift, or man it again."""
    heads = post.heads
    if not heads:
        return None
    man_post(world, post, 0)
    return lambda: man_post(world, post, heads) if not post.heads else None


def back_in_service(world: World, order: Inject) -> None:
    """Unit ``target`` is on duty again, at its base; a post that was left is manned again."""
    if order.target not in world.unit_by_id:
        post = world.any_unit(order.target)
        if not post.heads:
            man_post(world, post, int(world.scenario.units.heads[post.index]))
        return
    unit = world.unit(order.target)
    unit.leaving = False
    if not unit.on_duty:
        row = world.record(K["on_duty"], None, unit, unit.base, unit.area.index, -1, unit.heads)
        enter_service(world, unit, row)


def close_checkpoint(world: World, order: Inject) -> Undo:
    """Checkpoint ``target`` (a site id) stops working."""
    site = world.site(order.target)
    world.closed_checkpoints.add(site)
    world.record(K["checkpoint_closed"], None, None, site)
    return lambda: open_checkpoint(world, order)


def open_checkpoint(world: World, order: Inject) -> None:
    """Checkpoint ``target`` (a site id) works again."""
    site = world.site(order.target)
    world.closed_checkpoints.discard(site)
    world.record(K["checkpoint_opened"], None, None, site, value=world.scenario.checkpoints.open_lanes)


def staff_desk(world: World, order: Inject) -> Undo:
    """The phone desk of dispatch area ``target`` has ``value`` operators from now on."""
    before = len(world.areas[order.target].room.desks["phone"].free_at)
    _staff(world, order.target, int(order.value))
    return lambda: _staff(world, order.target, before)


def _staff(world: World, area: int, operators: int) -> None:
    world.record(K["operators_changed"], None, None, -1, area, -1, operators)
    world.areas[area].room.desks["phone"].staff(operators, world.now)


def recall_unit(world: World, order: Inject) -> None:
    """Unit ``target`` is called back from its way to a task; the task is offered to the others first."""
    unit = world.unit(order.target)
    if unit.status == "responding":
        task = recall(world, unit, -1)
        task.area.serve(world.now, task.last)
        come_free(world, unit, unit.last)


def assign(world: World, order: Inject) -> None:
    """Send free unit ``target`` to the open task with id ``value``, if it has a place the unit can fill."""
    unit, task = world.unit(order.target), world.tasks.get(int(order.value))
    if task is None or task.queued is None or not unit.is_free:
        return
    for place, s in task.open_slots:
        if s in unit.slot_types:
            task.area.remove(task)
            task.open_slots = tuple(slot for slot in task.open_slots if slot[0] != place)
            send(world, task, place, unit, task.last)
            lend_out(world, task, unit)
            if task.open_slots:
                task.area.enqueue(task)
            task.area.serve(world.now, task.last)
            return


def set_alert(world: World, order: Inject) -> Undo:
    """Area ``target`` (its position) has alert level ``value`` from now on; -1 leaves it to the timetable and the triggers."""
    before = world.alert.ordered[order.target]
    order_level(world, order.target, int(order.value), len(world.trace) - 1)
    level = BY_PLAN if before is None else before
    return lambda: order_level(world, order.target, level, len(world.trace) - 1)


def allow_redirection(world: World, order: Inject) -> None:
    """Units under way may (1) or may not (0) be sent to a more urgent task from now on."""
    _change_rules(world, redirect="when_none_free" if order.value else "never")


def hold_reserve(world: World, order: Inject) -> None:
    """Tasks of priority ``target`` are served only while more than ``value`` units are free from now on."""
    reserve = list(world.scenario.dispatch.reserve)
    reserve[order.target - 1] = order.value
    _change_rules(world, reserve=tuple(reserve))
    for area in world.areas:
        area.serve(world.now, len(world.trace) - 1)


def _change_rules(world: World, **changed: Any) -> None:
    """Have every room work by other rules of dispatch from now on."""
    rules = replace(world.scenario.dispatch, **changed)
    world.scenario = replace(world.scenario, dispatch=rules)
    for area in world.areas:
        area.rules = rules


def nothing_changes(world: World, order: Inject) -> None:
    """The record of the decision is all."""


def starts_by_itself(world: World, order: Inject) -> None:
    """What the inject brings stands on the tape and begins at its own moments."""




ORDERS: dict[str, Callable[[World, Inject], Undo | None]] = {
    "spawn_incident": bring,
    "demand_surge": bring,
    "unit_out_of_service": out_of_service,
    "unit_back_in_service": back_in_service,
    "checkpoint_closed": close_checkpoint,
    "checkpoint_opened": open_checkpoint,
    "road_slowed": slow_roads,
    "desk_operators": staff_desk,
    "communications_outage": cut_off,
    "rumour": starts_by_itself,
    "request_reinforcement": request_reinforcement,
    "alert_level": set_alert,
    "extend_voting": extend,
    "request_extension": request,
    "recall": recall_unit,
    "assign": assign,
    "enter_centre": entry.enter_centre,
    "carry_box": entry.carry_box,
    "attend_count": entry.attend_count,
    "note": nothing_changes,
    "redirect": allow_redirection,
    "reserve": hold_reserve,
}
"""What carries out each effect of ``sim.demand.injects.EFFECTS``; what takes it back, if it can be, is returned."""


def check(world: World, order: Inject) -> None:
    """Raise ``InputError`` for an effect that is not in the list, a target that does not exist or an odd value."""
    check_inject(order)
    target = EFFECTS[order.effect].target
    if order.effect in ("extend_voting", "request_extension"):
        check_order(world, order)
    elif target == "site":
        world.site(order.target)
    elif order.effect == "alert_level":
        _check_alert(world, order)
    elif target == "area":
        _check_area(world, order)
    elif target == "any unit":
        world.any_unit(order.target)
        if EFFECTS[order.effect].value:
            world.site(int(order.value))
    elif target == "unit":
        world.unit(order.target)
    elif target == "room" and not 0 <= order.target < len(world.areas):
        raise InputError(f"{order.effect}: no dispatch area {order.target}, allowed: 0 to {len(world.areas) - 1}")
    elif target == "areas" and order.target >= 0:
        _check_area(world, order)
    if order.when:
        read_condition(world, order)


def check_brings(world: World, order: Inject) -> None:
    """Raise ``InputError`` for a decision that brings what is not on the tape: what it brings is prepared beforehand."""
    if order.effect in BRINGS and order.id not in world.held:
        raise InputError(f"{order.effect}: no incident of the tape waits for inject {order.id}")
    if order.effect == "rumour":
        raise InputError("rumour: a rumour stands on the tape before the day begins")


def _check_area(world: World, order: Inject) -> None:
    areas = len(world.alert.level)
    if not 0 <= order.target < areas:
        raise InputError(f"{order.effect}: no area {order.target}, allowed: 0 to {areas - 1}")


def _check_alert(world: World, order: Inject) -> None:
    _check_area(world, order)
    if order.value not in range(BY_PLAN, len(LEVELS)):
        levels = ", ".join(f"{code} {name}" for code, name in enumerate(LEVELS))
        raise InputError(f"alert_level: {order.value:g} is no level, allowed: {levels}, {BY_PLAN} as planned")


def carry_out(world: World, order: Inject, number: int) -> Tale:
    """Carry out one order at its moment, before anything else of that instant, or as soon as its condition holds; and take it
    back when its time is over."""
    yield order.at, ORDER + number
    if order.when:
        yield from wait_for(world, order, ORDER + number)
    world.record(K["decision"], value=number)
    if order.id >= 0:
        world.came[order.id] = []
    undo = ORDERS[order.effect](world, order)
    if undo is not None and order.lasts:
        yield world.now + order.lasts, ORDER + number
        world.record(K["effect_ended"], value=number)
        undo()
