"""Orders: injects of the tape and decisions of people, which come through the same door.

A closed list: each effect is one function. Whoever gives an unknown one is told the nearest known name.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from sim.errors import InputError, nearest
from sim.processes import entry
from sim.processes.alert import BY_PLAN, order_level
from sim.processes.closing import check_order, extend, request
from sim.processes.duty import enter_service, go_off
from sim.processes.kernel import ORDER, Tale
from sim.processes.meet import lend_out
from sim.processes.reinforce import request_reinforcement
from sim.processes.response import come_free, leave_duty, recall, send
from sim.processes.world import K, World
from sim.settings.alert import LEVELS

if TYPE_CHECKING:
    from sim.demand.tape import Inject


def out_of_service(world: World, order: Inject) -> None:
    """Unit ``target`` leaves service (after its present task, if it is on scene)."""
    unit = world.unit(order.target)
    if not unit.on_duty:
        return
    if unit.status == "responding":
        recall(world, unit, -1)
        leave_duty(world, unit, unit.last)
        unit.area.serve(world.now, unit.last)
    else:
        go_off(world, unit)


def back_in_service(world: World, order: Inject) -> None:
    """Unit ``target`` is on duty again, at its base."""
    unit = world.unit(order.target)
    unit.leaving = False
    if not unit.on_duty:
        row = world.record(K["on_duty"], None, unit, unit.base, unit.area.index, -1, unit.heads)
        enter_service(world, unit, row)


def close_checkpoint(world: World, order: Inject) -> None:
    """Checkpoint ``target`` (a site id) stops working."""
    site = world.site(order.target)
    world.closed_checkpoints.add(site)
    world.record(K["checkpoint_closed"], None, None, site)


def open_checkpoint(world: World, order: Inject) -> None:
    """Checkpoint ``target`` (a site id) works again."""
    site = world.site(order.target)
    world.closed_checkpoints.discard(site)
    world.record(K["checkpoint_opened"], None, None, site, value=world.scenario.checkpoints.open_lanes)


def staff_desk(world: World, order: Inject) -> None:
    """The phone desk of dispatch area ``target`` has ``value`` operators from now on."""
    world.record(K["operators_changed"], None, None, -1, order.target, -1, order.value)
    for call in world.areas[order.target].room.desks["phone"].staff(int(order.value), world.now):
        if call.story is not None:
            call.story.put_off(call.done_at)


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
            task.open_slots = [slot for slot in task.open_slots if slot[0] != place]
            send(world, task, place, unit, task.last)
            lend_out(world, task, unit)
            if task.open_slots:
                task.area.enqueue(task)
            task.area.serve(world.now, task.last)
            return


def set_alert(world: World, order: Inject) -> None:
    """Area ``target`` (its position) has alert level ``value`` from now on; -1 leaves it to the timetable and the triggers."""
    order_level(world, order.target, int(order.value), world.trace.count - 1)


EFFECTS: dict[str, Callable[[World, Inject], None]] = {
    "unit_out_of_service": out_of_service,
    "unit_back_in_service": back_in_service,
    "checkpoint_closed": close_checkpoint,
    "checkpoint_opened": open_checkpoint,
    "desk_operators": staff_desk,
    "recall": recall_unit,
    "assign": assign,
    "alert_level": set_alert,
    "request_reinforcement": request_reinforcement,
    "enter_centre": entry.enter_centre,
    "carry_box": entry.carry_box,
    "attend_count": entry.attend_count,
    "extend_voting": extend,
    "request_extension": request,
}
"""Every order that pollday carries out."""
COUNTS = {"desk_operators": "operators", "request_reinforcement": "units"}
"""Orders about a dispatch area, with a number of something."""


def check(world: World, order: Inject) -> None:
    """Raise ``InputError`` for an effect that is not in :data:`EFFECTS`, a target that does not exist or an odd value."""
    if order.effect not in EFFECTS:
        known = ", ".join(EFFECTS)
        raise InputError(f"unknown effect '{order.effect}'{nearest(order.effect, EFFECTS)}; allowed: {known}")
    if not isfinite(order.at):
        raise InputError(f"{order.effect}: {order.at} is not a moment; allowed: seconds from 00:00 of polling day")
    if order.effect in ("extend_voting", "request_extension"):
        check_order(world, order)
    elif order.effect.startswith("checkpoint"):
        world.site(order.target)
    elif order.effect == "alert_level":
        _check_alert(world, order)
    elif order.effect in ("enter_centre", "carry_box", "attend_count"):
        world.any_unit(order.target)
        world.site(int(order.value))
    elif order.effect not in COUNTS:
        world.unit(order.target)
    elif not 0 <= order.target < len(world.areas):
        raise InputError(f"{order.effect}: no dispatch area {order.target}, allowed: 0 to {len(world.areas) - 1}")
    elif not 0 <= order.value <= 10_000:
        raise InputError(f"{order.effect}: {order.value:g} {COUNTS[order.effect]}, allowed: 0 to 10000")


def _check_alert(world: World, order: Inject) -> None:
    areas = len(world.alert.level)
    if not 0 <= order.target < areas:
        raise InputError(f"alert_level: no area {order.target}, allowed: 0 to {areas - 1}")
    if order.value not in range(BY_PLAN, len(LEVELS)):
        levels = ", ".join(f"{code} {name}" for code, name in enumerate(LEVELS))
        raise InputError(f"alert_level: {order.value:g} is no level, allowed: {levels}, {BY_PLAN} as planned")


def carry_out(world: World, order: Inject, number: int) -> Tale:
    """Carry out one order at its moment, before anything else of that instant."""
    yield order.at, ORDER + number
    world.record(K["decision"], value=number)
    EFFECTS[order.effect](world, order)
