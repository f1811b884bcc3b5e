"""Any figures of any plans on the same days: for questions that the headline of a sweep does not answer."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sim.build import build_place, build_plan, build_tape
from sim.measures.collect import Measures, measure
from sim.processes.simulation import run
from sim.settings import Settings
from sim.study.daily import by_day
from sim.study.design import Option, check_shocks
from sim.study.statistics import Estimate, estimate, paired_difference

Figures = Mapping[str, float | None]
Row = dict[str, str | int | float | None]


def over_days(options: Mapping[str, Settings], figures: Callable[[Measures], Figures], days: int) -> list[Row]:
    """One row for each option and figure: its mean over ``days`` days with the half-width of the 95 % interval, and its
    difference to the first option, day by day on the same days.

    Options must share territory and calendar: the place is built once. ``figures`` picks plain numbers from the measures of
    one day. Raises ``InputError`` where options differ in places or times of shocks.
    """
    return rows_of(each_day(options, figures, days))


def each_day(options: Mapping[str, Settings], figures: Callable[[Measures], Figures], days: int) -> dict[str, list[Figures]]:
    """The figures of every option on each of ``days`` days, as ``over_days`` takes them together."""
    check_shocks([Option(name, (), settings) for name, settings in options.items()])
    first = next(iter(options.values()))
    place = build_place(first)
    seen: dict[str, list[Figures]] = {name: [] for name in options}
    for day in range(days):
        for name, settings in options.items():
            scenario, _ = build_plan(settings, place, day)
            tape = build_tape(settings, place, day)
            seen[name].append(figures(measure(scenario, tape, run(scenario, tape))))
    return seen


def rows_of(seen: Mapping[str, list[Figures]]) -> list[Row]:
    """The rows of ``over_days`` from the figures of each day; the first option is the baseline."""
    baseline = next(iter(seen))
    return [_row(name, figure, seen[name], seen[baseline]) for name in seen for figure in seen[name][0]]


def interaction(seen: Mapping[str, list[Figures]], corners: tuple[str, str, str, str], figure: str) -> Estimate:
    """How much more the second change brings where the first has been made: (both - first) - (second - neither), day by day.

    ``corners`` names the options with neither change, the first, the second, and both. A day on which one of the four has no
    data is left out.
    """
    found: dict[int, float | None] = {}
    for number, four in enumerate(zip(*(seen[name] for name in corners), strict=True)):
        values = [day[figure] for day in four]
        known = [value for value in values if value is not None]
        found[number] = (known[3] - known[1]) - (known[2] - known[0]) if len(known) == len(values) else None
    return estimate(by_day(found))


def _row(option: str, figure: str, days: list[Figures], baseline: list[Figures]) -> Row:
    """Estimates of one figure of one option."""
    values, base = (by_day({number: day[figure] for number, day in enumerate(some)}) for some in (days, baseline))
    mean, difference = estimate(values), paired_difference(values, base)
    row: Row = {"option": option, "measure": figure, "mean": mean.mean, "half_width": mean.half_width}
    row |= {"replications": mean.replications, "difference": difference.mean}
    return row | {"difference_half_width": difference.half_width}


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Store the rows as CSV with exact numbers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
