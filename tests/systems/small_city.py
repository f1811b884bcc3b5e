"""A city of forty centres whose days take a tenth of a second, and paired days of two plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sim.build import Place, build_place, build_plan, build_tape
from sim.demand.tape import Inject, Tape
from sim.forces.build import Forces
from sim.measures.collect import Measures, measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.study.statistics import Estimate
from sim.trace import Trace
from sim.yamlfile import load_yaml
from tests.days import paired_difference

CITY = {
    "country": "city",
    "city": {"centres": 40, "offices": 200, "voters": 78_000, "population": 130_000, "radius_km": 4.0},
}


@dataclass(frozen=True, eq=False)
class RunDay:
    """One day of one plan: everything a test looks at."""

    scenario: Scenario
    forces: Forces
    tape: Tape
    trace: Trace
    measures: Measures


def city(**groups: Any) -> Settings:
    """Settings of the small city: the defaults of ``conf``, the tense regime, and what a test changes, by group."""
    demand = {name: value for name, value in load_yaml("conf/demand/default.yaml").items()}  # type: ignore[union-attr]
    given: dict[str, Any] = {"territory": CITY, "demand": demand | {"regime": "tense"} | groups.pop("demand", {})}
    return read(given | groups, Settings)


@cache
def _place() -> Place:
    return build_place(city())


def run_day(settings: Settings, replication: int = 0, orders: Sequence[Inject] = (), check: bool = True) -> RunDay:
    """Run one day, and check the invariants on its trace unless told not to."""
    where = _place()
    scenario, forces = build_plan(settings, where, replication)
    tape = build_tape(settings, where, replication)
    trace = Simulation(scenario, tape).advance(decisions=orders)
    if check:
        check_invariants(scenario, tape, trace)
    return RunDay(scenario, forces, tape, trace, measure(scenario, tape, trace, per_place=True))


def paired(figure: Callable[[RunDay], float | None], changed: Settings, baseline: Settings, days: int = 8) -> Estimate:
    """Mean difference ``changed`` - ``baseline`` of a figure over the same tapes, with its 95 % interval."""
    both = [[figure(run_day(plan, day, check=day == 0)) for day in range(days)] for plan in (changed, baseline)]
    return paired_difference(*both)
