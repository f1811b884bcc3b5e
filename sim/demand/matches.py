"""Matches: a gathering of its own kind, with the force that it ties up and the disorder and medical cases around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.demand.catalogue import MATCH_DISORDER, MATCH_MEDICAL
from sim.demand.planned import Errand
from sim.demand.planned_classes import MATCH_FORCE
from sim.demand.tape import GATHERINGS, THINNINGS, Rally
from sim.demand.world import Group, World, entity
from sim.errors import InputError
from sim.territory.calendar import area_label, area_positions
from sim.territory.venues import venues_in_order

FIRST_ID = 9_000
"""Number of an area's match within the ids of its gatherings."""


def draw_matches(world: World, ids_per_area: int) -> list[list[Rally]]:
    """The match of each area that has one, in its largest venue. Raises ``InputError`` for an area without a venue."""
    rule, matches = world.settings.rallies.matches, [list[Rally]() for _ in world.areas]
    for area in sorted(set(area_positions(world.territory, rule.areas, "demand.rallies.matches.areas").values())):
        venues = venues_in_order(world.territory, area)
        if not len(venues):
            raise InputError(f"demand.rallies.matches.areas: {area_label(world.territory, area)} has no venue for a match")
        z = world.streams("matches", entity(world.territory.area_codes[area])).standard_normal()
        people = max(round(rule.people * float(np.exp(rule.size_spread * z))), 1)
        number, end = area * ids_per_area + FIRST_ID, rule.start + rule.duration_time
        match = GATHERINGS.index("match")
        matches[area].append(
            Rally(number, int(venues[0]), rule.start, end, people, rule.early_share, rule.early_time, kind=match)
        )
    return matches


def match_errands(world: World, matches: Sequence[Sequence[Rally]]) -> Iterator[Errand]:
    """The vehicles that each match ties up, one task each, until a fixed moment."""
    rule = world.settings.rallies.matches
    for area, held in enumerate(matches):
        for match in held:
            at = match.start_at - rule.before_time
            for _ in range(round(rule.vehicles * rule.force_factor)):
                length = rule.before_time + rule.after_time
                yield Errand(MATCH_FORCE, area, at, match.site, length, rule.wait_time, match.id)


def match_groups(world: World, matches: Sequence[Sequence[Rally]], bound: float) -> Iterator[Group]:
    """Disorder outside and medical cases at matches, drawn at the hazard bound, from first arrivals to last leavers."""
    rule = world.settings.rallies.matches
    for area, code in world.areas:
        for match in matches[area]:
            means = {MATCH_DISORDER: rule.disorder, MATCH_MEDICAL: match.people / 1000.0 * rule.medical_per_thousand}
            for name, mean in means.items():
                yield _group(world, area, entity(code, name), name, match, mean * bound, bound)


def _group(world: World, area: int, key: int, name: str, match: Rally, mean: float, bound: float) -> Group:
    stream, sites = world.streams("match_incidents", key), world.territory.sites
    count = int(stream.poisson(mean))
    begin, end = match.start_at - match.early_time, match.end_at + match.early_time
    at = begin + stream.random(count) * (end - begin)
    site, parent = np.full(count, match.site, dtype=np.int64), np.full(count, match.id, dtype=np.int64)
    return Group(world.code[name], area, key, at, site, sites.x[site], sites.y[site], parent, THINNINGS["rally"], bound)
