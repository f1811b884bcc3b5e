"""A unit's day: on duty, relieved, off duty; patrols take up their loops, fixed teams hold their centres."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from sim.processes.closing import area_of_centre, when
from sim.processes.kernel import PLAN
from sim.processes.response import leave_duty
from sim.processes.story import Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.processes.actors import Unit

Shifts = list[tuple[float, float, int]]


def duty(world: World, unit: Unit, shifts: Shifts, area: int = -1) -> Tale:
    """Take up and leave duty by the plan; a shift that follows at once is a relief in place.

    Changes at the closing of ``area`` (-1: of none) or later move with it.
    """
    for number, (start, end, heads) in enumerate(shifts):
        yield from when(world, area, start, PLAN + unit.id)
        take_up(world, unit, heads)
        follows = number + 1 < len(shifts) and shifts[number + 1][0] <= end
        if not follows and end <= world.scenario.calendar.end and end < inf:
            yield from when(world, area, end, PLAN + unit.id)
            go_off(world, unit)


def take_up(world: World, unit: Unit, heads: int) -> None:
    """Come on duty, or be relieved in place by ``heads`` fresh officers."""
    unit.heads, unit.leaving = heads, False
    if unit.on_duty:
        world.record(K["relieved"], None, unit, unit.base, unit.area.index, unit.last, heads)
        return
    row = world.record(K["on_duty"], None, unit, unit.base, unit.area.index, -1, heads)
    enter_service(world, unit, row)


def enter_service(world: World, unit: Unit, cause: int) -> None:
    """A mobile unit becomes available at its base or on its loop, and takes what already waits."""
    now = world.clock._now
    unit.on_duty = True
    unit.fleet.stand_at_base(unit)
    unit.fleet.come_on_duty(unit)
    if unit.loop >= 0:
        ref = now - unit.loop_phase
        world.record(K["loop_started"], None, unit, unit.base, unit.area.index, cause, ref)
        unit.loop_since = now
        unit.fleet.join_loop(unit, ref)
    unit.fleet.set_free(unit)
    unit.area.serve(now, cause)


def go_off(world: World, unit: Unit) -> None:
    """Leave duty now, or as soon as the present task allows."""
    if unit.on_duty and not unit.is_free:
        unit.leaving = True
    elif unit.on_duty:
        leave_duty(world, unit, -1)


def hold_posts(world: World, posts: Sequence[tuple[Unit, Shifts]], until: float, again: float = inf) -> Tale:
    """Fixed teams, crews and rings of one area with the same hours: present with so many heads, never sent elsewhere.

    One tale for all of them: 12,400 teams that change at the same moments need not wake one by one. A team that nobody
    relieves in time, before the next team comes or its post ends (``until``), stays for a while. Changes at the closing or
    later move with it; a team outside a count stays until it is let go (see ``sim.processes.count``). Shifts from ``again``
    on are those of another plan: until then nobody knows of them.
    """
    first, shifts = posts[0]
    area, stay = area_of_centre(world, first.base), world.scenario.posts.stay_time
    hours = [(start, end) for start, end, _ in shifts]
    for number, (start, end) in enumerate(hours):
        yield from when(world, area, start, PLAN + first.id)
        for unit, own in posts:
            if unit.id not in world.gone_home and (own[number][2] or unit.heads):
                man_post(world, unit, own[number][2])
        last = number + 1 == len(hours) or start < again <= hours[number + 1][0]
        relief = until if last else hours[number + 1][0]
        if stay and relief > end:
            yield from when(world, area, end, PLAN + first.id)
            for unit, _ in posts:
                if unit.heads:
                    world.record(K["relief_missing"], None, unit, unit.base, unit.area.index, unit.last, unit.heads)
            end = min(end + stay, relief)
        if end < inf and (last or relief > end):
            yield from when(world, area, end, PLAN + first.id)
            for unit, _ in posts:
                if unit.heads and not (last and unit.id in world.guarding):
                    man_post(world, unit, 0)


def man_post(world: World, unit: Unit, heads: int) -> None:
    """Have ``heads`` officers at a post from now on (0: the post is left)."""
    kind, value = (K["on_duty"], heads) if heads else (K["off_duty"], unit.heads)
    world.record(kind, None, unit, unit.base, unit.area.index, unit.last, value)
    world.heads_at[unit.base] += heads - unit.heads
    unit.heads = heads
