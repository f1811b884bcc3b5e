"""Gatherings in halls, and the disorder and medical cases that hang on their crowds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.clock import DAY, format_time
from sim.demand.catalogue import RALLY_DISORDER, RALLY_MEDICAL
from sim.demand.marks import lognormal
from sim.demand.planned import Errand, errand_ids
from sim.demand.planned_classes import ROUND, SWEEP
from sim.demand.tape import THINNINGS, Rally
from sim.demand.world import Group, World, entity
from sim.errors import InputError
from sim.settings.planned import SweepSettings
from sim.territory.apportion import apportion
from sim.territory.venues import venues_in_order

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IDS_PER_AREA = 10_000


def draw_rallies(world: World, taken: Sequence[Sequence[Rally]]) -> list[list[Rally]]:
    """The gatherings of each area, at most one an evening in each of its venues, the largest venues first that are not ``taken``.

    Which venues is no chance, so that the plan of rings can meet gatherings without seeing the tape; on which evening, when they
    begin and how many people come is drawn. Raises ``InputError`` for evenings before the simulated span.
    """
    rule = world.settings.rallies
    first = rule.start_from - (rule.evenings - 1) * DAY
    if rule.evenings > 1 and first < world.calendar.begin:
        begin = f"the first of {rule.evenings} begins at {format_time(first)}"
        raise InputError(f"demand.rallies.evenings: {begin}, before the simulated span ({format_time(world.calendar.begin)}); "
                         "take fewer evenings or a longer calendar.campaign_time")  # fmt: skip
    return [_area_rallies(world, area, code, [rally.site for rally in taken[area]]) for area, code in world.areas]


def _area_rallies(world: World, area: int, code: str, taken: Sequence[int]) -> list[Rally]:
    rule, sites = world.settings.rallies, world.territory.sites
    every = venues_in_order(world.territory, area)
    venues = np.tile(every[~np.isin(every, taken)], rule.evenings)
    communes = len(np.unique(sites.commune[(sites.area == area) & (sites.commune > 0)]))
    wanted = rule.per_area + rule.per_commune * communes
    if wanted <= 0.0 or not len(venues):
        return []
    stream = world.streams("rallies", entity(code))
    count = min(int(wanted) + int(stream.random() < wanted % 1.0), len(venues))
    most = len(every) * rule.evenings
    u, z = stream.random((2, most)), stream.standard_normal((2, most))
    shares = np.array([size.share for size in rule.sizes.values()])
    size = np.searchsorted(np.cumsum(shares), u[0]).clip(0, len(shares) - 1)
    if rule.size_quota:
        size[np.argsort(u[0, :count], kind="stable")] = np.repeat(np.arange(len(shares)), apportion(count, shares))
    people = np.array([s.people for s in rule.sizes.values()])[size] * np.exp(rule.size_spread * z[0])
    days_before = _evenings_before(stream, rule.evenings, most, len(venues) // rule.evenings)
    start = rule.start_from + u[1] * (rule.start_to - rule.start_from) - DAY * days_before
    end = start + lognormal(z[1], *rule.duration_time)
    rows = zip(venues[:count].tolist(), start.tolist(), end.tolist(), people.tolist())
    return [
        Rally(area * IDS_PER_AREA + k + 1, site, start_at, end_at, max(round(n), 1), rule.early_share, rule.early_time)
        for k, (site, start_at, end_at, n) in enumerate(rows)
    ]


def _evenings_before(stream: np.random.Generator, evenings: int, count: int, venues: int) -> Ints:
    """How many evenings before the last one each gathering is held: as many on each, never two at one venue."""
    time, venue = np.divmod(np.arange(count), venues)
    return (venue + time + int(stream.integers(evenings))) % evenings


def with_sweeps(world: World, rallies: list[list[Rally]]) -> tuple[list[list[Rally]], list[Errand]]:
    """The gatherings with the sweep of their halls, if halls are swept, and those sweeps as planned tasks."""
    rule = world.settings.rallies.sweep
    if SWEEP not in world.code:
        return rallies, []
    errands = [_sweep(rule, area, rally) for area, row in enumerate(rallies) for rally in row]
    errands = [e for e in errands if e.at <= world.calendar.end]
    sweeps = {e.parent: number for number, e in zip(errand_ids(world, errands), errands, strict=True)}
    return [[_with_sweep(rule, rally, sweeps.get(rally.id, -1)) for rally in row] for row in rallies], errands


def _with_sweep(rule: SweepSettings, rally: Rally, sweep: int) -> Rally:
    return replace(rally, sweep=sweep, swept_by=rally.start_at - rule.before_time) if sweep >= 0 else rally


def _sweep(rule: SweepSettings, area: int, rally: Rally) -> Errand:
    length = rule.length(rally.people)
    due = rally.start_at - rule.before_time - length - rule.notice_time
    return Errand(SWEEP, area, due, rally.site, length, rally.start_at + rule.wait_time - due, rally.id)


def patrol_errands(world: World, rallies: Sequence[Sequence[Rally]]) -> Iterator[Errand]:
    """Patrols round each gathering for as long as people come, stay and leave."""
    rule = world.settings.rallies.patrol
    for area, row in enumerate(rallies):
        for rally in row:
            begin, end = rally.start_at - rule.before_time, rally.end_at + rule.after_time
            for _ in range(max(1, round(rule.per_thousand * rally.people / 1000.0))):
                yield Errand(ROUND, area, begin, rally.site, end - begin, rule.wait_time, rally.id)


def rally_groups(world: World, rallies: Sequence[Sequence[Rally]], hazard_bound: float) -> Iterator[Group]:
    """Incidents at gatherings, drawn ``hazard_bound`` times as often as expected and thinned by the crowd."""
    rule = world.settings.rallies
    disorder = [(s.people, s.disorder) for s in rule.sizes.values()]
    sizes = np.array(sorted(disorder))
    for area, code in world.areas:
        people = np.array([rally.people for rally in rallies[area]], dtype=np.float64)
        if not len(people):
            continue
        nearest = np.abs(np.log(people[:, None] / sizes[:, 0])).argmin(axis=1)
        means = {RALLY_DISORDER: sizes[nearest, 1], RALLY_MEDICAL: people / 1000.0 * rule.medical_per_thousand}
        for name, mean in means.items():
            yield _group(world, area, entity(code, name), name, rallies[area], mean * hazard_bound, hazard_bound)


def _group(world: World, area: int, key: int, name: str, rallies: Sequence[Rally], mean: Floats, bound: float) -> Group:
    stream, sites = world.streams("rally_incidents", key), world.territory.sites
    counts = stream.poisson(mean)
    row = np.repeat(np.arange(len(rallies)), counts)
    begin = np.array([rally.start_at - rally.early_time for rally in rallies])[row]
    end = np.array([rally.end_at for rally in rallies])[row]
    site = np.array([rally.site for rally in rallies], dtype=np.int64)[row]
    parent = np.array([rally.id for rally in rallies], dtype=np.int64)[row]
    at = begin + stream.random(len(row)) * (end - begin)
    thinning = THINNINGS["rally"]
    return Group(world.code[name], area, key, at, site, sites.x[site], sites.y[site], parent, thinning, bound)
