"""Days of the demonstration city for the tests of patrols: the same tapes under two plans, and the paired difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sim.build import build_place, build_scenario, build_tape
from sim.cli import compose
from sim.measures.day import Day
from sim.measures.entry import Cell, Table
from sim.processes.simulation import run
from sim.study.statistics import Estimate
from tests.days import paired_difference


def days(options: Sequence[str], count: int) -> list[Day]:
    """``count`` replications of the demonstration city with some options."""
    settings = compose(["preset=demo-city", *options])
    place = build_place(settings)
    out = []
    for replication in range(count):
        own = replace(settings, replication=replication)
        scenario, tape = build_scenario(own, place), build_tape(own, place)
        out.append(Day.of(scenario, tape, run(scenario, tape)))
    return out


def change(figure: Callable[[Day], float | None], plan: Sequence[Day], baseline: Sequence[Day]) -> Estimate:
    """Paired 95 % interval of what a figure changes between two plans on the same tapes."""
    return paired_difference([figure(day) for day in plan], [figure(day) for day in baseline])


def cell(table: Table, column: str, **where: Cell) -> float:
    """The one cell of a table in the row in which some columns have given values."""
    rows = [i for i in range(len(table[column])) if all(table[name][i] == value for name, value in where.items())]
    assert len(rows) == 1, (where, rows)
    value = table[column][rows[0]]
    assert isinstance(value, int | float)
    return float(value)
