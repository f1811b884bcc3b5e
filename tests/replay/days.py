"""Days that replays are tried on: a small city with everything in it, and a town under any metric, each run once."""

from __future__ import annotations

from functools import cache

from sim.build import build_place, build_scenario, build_tape
from sim.cli import compose
from sim.demand.tape import Inject, Tape
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.trace import Trace
from tests.measures.worlds import town

CITY = (
    "preset=demo-city", "territory.city.centres=60", "territory.city.offices=300", "territory.city.voters=117000",
    "territory.city.population=200000", "demand.rate_factor=0.5", "demand.background_factor=0.2",
    "dispatch.redirect=when_none_free",
)  # fmt: skip
RunDay = tuple[Scenario, Tape, Trace]


@cache
def city(*words: str) -> RunDay:
    """A day of a city of sixty centres under ``words`` besides its own."""
    settings = compose([*CITY, *words])
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    return scenario, tape, Simulation(scenario, tape).advance()


@cache
def small(metric: str = "euclid", orders: tuple[Inject, ...] = (), **rules: object) -> RunDay:
    """A busy day of the town of the measures' tests, with orders given at their moments."""
    scenario, tape = town(metric=metric, incidents=250, **rules)
    simulation = Simulation(scenario, tape)
    return scenario, tape, simulation.advance(decisions=orders)
