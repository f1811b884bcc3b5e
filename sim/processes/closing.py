"""The closing of the vote as it comes: the electoral authority may move it, and what is tied to it waits.

Police only ask (``request``); the answer is the authority's, after its own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.processes.kernel import PLAN
from sim.processes.story import Moment, Story, Tale
from sim.processes.world import K, World
from sim.territory.calendar import check_extension
from sim.territory.sites import SITE_KINDS

if TYPE_CHECKING:
    from sim.demand.tape import Inject

CENTRE = SITE_KINDS.index("centre")


def areas_of(world: World, order: Inject) -> list[int]:
    """The areas an order is about: its target, or all of them."""
    return list(range(len(world.closing))) if order.target < 0 else [order.target]


def check_order(world: World, order: Inject) -> None:
    """Raise ``InputError`` for an area that does not exist or a closing that is no extension."""
    territory = world.territory
    if not order.target < len(territory.area_codes):
        allowed = f"0 to {len(territory.area_codes) - 1}, or none for all areas"
        raise InputError(f"{order.effect}: no area {order.target}, allowed: {allowed}")
    for area in areas_of(world, order):
        check_extension(order.effect, territory, world.scenario.calendar, area, order.at, order.value)


def extend(world: World, order: Inject) -> None:
    """The electoral authority lets area ``target`` vote until ``value``."""
    for area in areas_of(world, order):
        _decide(world, area, order.value, True, -1)


def request(world: World, order: Inject) -> None:
    """The police ask for voting in area ``target`` until ``value``, and wait for the answer."""
    for area in areas_of(world, order):
        row = world.record(K["extension_requested"], None, None, -1, area, -1, order.value)
        Story(world.clock, _answer(world, area, order.value, row))


def _answer(world: World, area: int, closing: float, cause: int) -> Tale:
    calendar = world.scenario.calendar
    yield world.now + calendar.authority_time, PLAN
    _decide(world, area, closing, calendar.authority_grants, cause)


def _decide(world: World, area: int, closing: float, granted: bool, cause: int) -> None:
    """Move the closing of an area, unless that is refused, comes after the closing or prolongs nothing."""
    open_still = world.now < world.closing[area] < closing
    kind = "voting_extended" if granted and open_still else "extension_refused"
    world.record(K[kind], None, None, -1, area, cause, closing)
    if kind == "voting_extended":
        world.closing[area], world.extended = closing, True


def late(world: World, area: int) -> float:
    """Seconds by which the closing of an area was moved."""
    return world.closing[area] - world.planned_closing[area]


def area_of_centre(world: World, site: int) -> int:
    """The area of a polling centre (-1 for any other site, whose hours are its own)."""
    sites = world.territory.sites
    return int(sites.area[site]) if sites.kind[site] == CENTRE else -1


def when(world: World, area: int, planned: float, rank: int) -> Iterable[Moment]:
    """Wait for a moment of the plan; from the planned closing of ``area`` (-1: none) on it moves with the closing."""
    if area >= 0 and planned >= world.planned_closing[area]:
        return _tied_to_closing(world, area, planned, rank)
    return ((planned, rank),)


def _tied_to_closing(world: World, area: int, planned: float, rank: int) -> Iterator[Moment]:
    """A moment of the plan, and then, while that was too soon, the one to which it has moved."""
    yield planned, rank
    while world.extended and (due := planned + late(world, area)) > world.clock._now:
        yield due, rank
