"""The normal service: interventions by population and hour, and calls that only keep the desk busy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.demand.catalogue import ADVICE_CALL, COMPLAINT_CALL, FALSE_CALL, TIP_CALL
from sim.demand.curves import hourly
from sim.demand.places import scatter
from sim.demand.world import Group, World, entity


def normal_rates(world: World) -> dict[str, float]:
    """Incidents per day and million inhabitants, by class; calls that need no unit included."""
    rule = world.settings.background
    base = rule.per_million * world.settings.background_factor
    rates = {name: base * kind.share for name, kind in rule.classes.items()}
    calls = {ADVICE_CALL: rule.advice_calls, FALSE_CALL: rule.false_calls}
    calls |= {TIP_CALL: rule.tip_calls, COMPLAINT_CALL: rule.complaint_calls}
    return rates | {name: base * per_intervention * rule.call_factor for name, per_intervention in calls.items()}


def normal_groups(world: World) -> Iterator[Group]:
    """One group for each class and area, over the whole simulated span."""
    calendar, rule = world.calendar, world.settings.background
    curve, days = hourly(rule.hours, calendar.begin, calendar.end)
    for name, rate in normal_rates(world).items():
        for area, code in world.areas:
            pick, key = world.residents[area], entity(code, name)
            mean = rate * days * float(world.territory.populations[area]) / 1e6
            if mean <= 0.0 or not len(pick.sites):
                continue
            count = int(world.streams("incident_counts", key).poisson(mean))
            at = curve.times(world.streams("incident_times", key).random(count))
            places = world.streams("incident_places", key)
            site = pick.choose(places.random(count))
            x, y = scatter(world.territory, site, places.standard_normal((2, count)), rule.scatter)
            yield Group(world.code[name], area, key, at, site, x, y)


def expected_normal(world: World) -> dict[str, np.ndarray]:
    """Mean number of each class of the normal service in each area over the simulated span, (areas,) each."""
    _, days = hourly(world.settings.background.hours, world.calendar.begin, world.calendar.end)
    people = np.array([p if len(world.residents[a].sites) else 0.0 for a, p in enumerate(world.territory.populations)])
    return {name: rate * days * people / 1e6 for name, rate in normal_rates(world).items()}
