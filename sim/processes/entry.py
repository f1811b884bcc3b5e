"""Rules of engagement on the day: who wants to go into a polling centre asks first, waits, goes in or works from outside."""

from __future__ import annotations

from collections.abc import Generator
from math import nan
from typing import TYPE_CHECKING, Any

from sim.policies.rules import ATTEND, CARRY, answer, counting, may_enter
from sim.processes.closing import late
from sim.processes.kernel import FREE, PLAN
from sim.processes.story import Moment, Story, Tale
from sim.processes.world import K, World
from sim.settings.rules import ForceRules

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.actors import Task, Unit

_NONE = ForceRules()
Entry = Generator[Moment, Any, float]


def enter(world: World, task: Task, unit: Unit | None) -> Entry:
    """A unit (None: the fixed team) whose task lies inside a centre; returns what multiplies its time on scene.

    Nothing happens where the force has no rules. The answer to the first unit of a task holds for all of it.
    """
    site = task.site
    own = world.scenario.rules.forces.get(_force(world, unit, site))
    if own is None or not world.scenario.territory.sites.offices[site]:
        return 1.0
    inside = yield from ask(world, own, task, unit, site)
    return 1.0 if inside else world.scenario.rules.outside_factor


def ask(world: World, own: ForceRules, task: Task | None, unit: Unit | None, site: int) -> Generator[Moment, Any, bool]:
    """Go into a centre as the rules allow, with a request where one is needed; return whether it came to that."""
    clock, area = world.clock, int(world.scenario.territory.sites.area[site])
    may, rule = may_enter(own, _counting(world, area))
    if may == "on_request":
        at, granted = _request(world, task, unit, site)
        if at > clock._now:
            yield at, FREE + (unit.id if unit is not None else site)
        may, rule = may_enter(own, _counting(world, area))
        if may == "on_request":
            may = "allowed" if granted else "never"
        if may == "allowed":
            _told(world, "entry_granted", task, unit, site, rule)
    _told(world, "entered" if may == "allowed" else "action_blocked", task, unit, site, rule)
    return may == "allowed"


def _counting(world: World, area: int) -> bool:
    """Whether votes are counted in an area just now; the count waits for a closing that is moved."""
    return counting(world.scenario.calendar, area, world.now - late(world, area))


def _request(world: World, task: Task | None, unit: Unit | None, site: int) -> tuple[float, bool]:
    """Ask the office head, once for each task; returns when the answer comes and whether it is yes."""
    key = -1 if task is None else task.id
    if key in world.answers:
        return world.answers[key]
    wait, granted = answer(world.scenario.rules, world.entry_marks.get(key, nan))
    _told(world, "entry_requested", task, unit, site, wait)
    at = world.clock._now + wait
    if task is not None:
        world.answers[key] = at, granted
    return at, granted


def _told(world: World, kind: str, task: Task | None, unit: Unit | None, site: int, value: float) -> None:
    cause = task.last if task is not None else unit.last if unit is not None else -1
    sites, scenario = world.scenario.territory.sites, world.scenario
    area = int(scenario.dispatch_area(sites.area[site], sites.force[site]))
    world.record(K[kind], task, unit, site, area, cause, value)


def _force(world: World, unit: Unit | None, site: int) -> str:
    """The force of a unit, or of the fixed team of a centre."""
    scenario = world.scenario
    code = scenario.territory.sites.force[site] if unit is None else scenario.units.force[unit.index]
    return scenario.territory.forces[int(code)]


# --- orders -------------------------------------------------------------------------------------------------------


def enter_centre(world: World, order: Inject) -> None:
    """Unit ``target`` is told to go into the centre ``value`` (a site id); its rules decide."""
    unit, site = world.any_unit(order.target), world.site(int(order.value))
    own = world.scenario.rules.forces.get(_force(world, unit, site), _NONE)
    Story(world.clock, _go_in(world, own, unit, site))


def _go_in(world: World, own: ForceRules, unit: Unit, site: int) -> Tale:
    yield from ask(world, own, None, unit, site)


def carry_box(world: World, order: Inject) -> None:
    """Unit ``target`` is told to carry ballot boxes of the centre ``value``: refused, officers never carry them."""
    _told(world, "action_blocked", None, world.any_unit(order.target), world.site(int(order.value)), CARRY)


def attend_count(world: World, order: Inject) -> None:
    """Unit ``target`` is told to attend the count in the centre ``value``; its rules decide."""
    unit, site = world.any_unit(order.target), world.site(int(order.value))
    own = world.scenario.rules.forces.get(_force(world, unit, site), _NONE)
    _told(world, "entered" if own.attend_count == "allowed" else "action_blocked", None, unit, site, ATTEND)


# --- where the posts stand ----------------------------------------------------------------------------------------


def positions(world: World) -> Tale:
    """Posts guard the building before the vote and stand outside from the opening: one record by area and force."""
    scenario, calendar = world.scenario, world.scenario.calendar
    sites, forces = scenario.territory.sites, scenario.territory.forces
    posts = scenario.posting.site
    moments = []
    for cell in sorted({(int(a), int(f)) for a, f in zip(sites.area[posts], sites.force[posts], strict=True)}):
        rules = scenario.rules.forces.get(forces[cell[1]], _NONE)
        if rules.leave_building_at_opening:
            moments += [(float(calendar.start_of("posted")[cell[0]]), *cell, 0), (float(calendar.opening[cell[0]]), *cell, 1)]
    for at, area, force, outside in sorted(moments):
        yield at, PLAN
        row = int(scenario.dispatch_area(area, force))  # type: ignore[arg-type]
        world.record(K["post_position"], None, None, -1, row, -1, 2 * force + outside)
