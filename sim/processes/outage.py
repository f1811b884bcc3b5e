"""A room that cannot reach its units by radio: messengers take their time, and officers report by phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.processes.world import Undo, World

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.queue import DispatchArea


def cut_off(world: World, order: Inject) -> Undo:
    """The room of dispatch area ``target`` tells its units ``value`` seconds later, and tells those under way nothing."""
    area = world.areas[order.target]
    area.outages.append(order.value)
    _reach(world, area)

    def mend() -> None:
        area.outages.remove(order.value)
        _reach(world, area)

    return mend


def _reach(world: World, area: DispatchArea) -> None:
    """Have a room work as its outages, if there are any, let it."""
    world.cut_off[area.index] = sum(area.outages)
    area.room.report_by_phone(bool(area.outages))
