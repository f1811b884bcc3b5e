"""Days of a city of sixty centres on which warnings or rumours are frequent, for paired comparisons."""

from __future__ import annotations

from functools import cache

from sim.build import Place, build_place, build_scenario, build_tape
from sim.cli import compose
from sim.measures.collect import Measures, measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run

BASE = (
    "preset=demo-city", "territory.city.centres=60", "territory.city.offices=300", "territory.city.voters=117000",
    "territory.city.population=200000", "demand.rate_factor=0.2", "demand.background_factor=0.1",
)  # fmt: skip
DAYS = 6


@cache
def place() -> Place:
    """The city, which no word of these tests changes."""
    return build_place(compose(list(BASE)))


@cache
def signal_days(*words: str) -> list[Measures]:
    """Measures of the same six days under ``words`` (``BASE`` among them); the invariants are checked on the first of them."""
    settings, found = compose(list(words)), []
    for day in range(DAYS):
        scenario, tape = build_scenario(settings, place()), build_tape(settings, place(), day)
        trace = run(scenario, tape)
        if day == 0:
            check_invariants(scenario, tape, trace)
        found.append(measure(scenario, tape, trace))
    return found
