"""What becomes of the rest of a day: figures of what comes after a moment, and how much is open from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import Tape
from sim.measures.day import Day, Recorded
from sim.measures.entry import Cell, Table
from sim.measures.response import IncidentTable, incident_table
from sim.measures.summary import statistics
from sim.scenario import Scenario
from sim.study.daily import by_day
from sim.study.statistics import Estimate, estimate, paired_difference

FIGURES = ("incidents", "answered", "response_mean", "response_p90", "compliance", "full_package_mean", "lapsed", "open")
"""Figures of the election incidents that come after the moment."""
STEP = 300.0
LOW, HIGH = 0.1, 0.9
"""Quantiles between which the band of the continuations lies: four in five of them."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rest:
    """The rest of one day: its figures, and the open incidents at each moment of ``moments``."""

    figures: Mapping[str, Cell]
    open: Floats


def moments_from(scenario: Scenario, at: float) -> Floats:
    """Every five minutes from a moment to the end of the day. Days without an end have only the moment itself."""
    end = scenario.calendar.end
    return np.arange(at, end + 1.0, STEP) if np.isfinite(end) else np.array([at])


def rest_of(scenario: Scenario, tape: Tape, trace: Recorded, at: float) -> Rest:
    """Measure what comes after a moment."""
    table = incident_table(Day.of(scenario, tape, trace))
    later = table.take(table.headline & (table.occurred_at >= at))
    told = statistics(later)
    return Rest({name: told[name] for name in FIGURES}, _open(table, moments_from(scenario, at)))


def _open(table: IncidentTable, moments: Floats) -> Floats:
    """Election incidents that need a unit, are reported and not over, at some moments, (moments,)."""
    mine = table.take(table.headline & np.isfinite(table.reported_at))
    begin, end = np.sort(mine.reported_at), np.sort(mine.closed_at[np.isfinite(mine.closed_at)])
    return (np.searchsorted(begin, moments, "right") - np.searchsorted(end, moments, "right")).astype(np.float64)


@dataclass
class Outlook:
    """Continuations of a day as it was (``plain``) and with changes (``changed``), by number."""

    at: float
    plain: dict[int, Rest] = field(default_factory=dict)
    changed: dict[int, Rest] = field(default_factory=dict)

    def table(self, run: Rest, fork: Rest) -> list[dict[str, Cell]]:
        """One row for each figure: of the run, of the fork, and over the continuations: mean with its 95 % interval, the band of
        four in five, and what the changes make of the same continuations, with the interval of that difference."""
        return [self._row(name, run.figures[name], fork.figures[name]) for name in FIGURES]

    def _row(self, name: str, run: Cell, fork: Cell) -> dict[str, Cell]:
        plain, changed = ([_number(rest.figures[name]) for rest in days.values()] for days in (self.plain, self.changed))
        own, other = by_day(dict(enumerate(changed))), by_day(dict(enumerate(plain)))
        mean, difference = estimate(own), paired_difference(own, other)
        low, high = _quantiles([value for value in changed if value is not None])
        return {"figure": name, "run": run, "fork": fork, **_estimate("mean", mean), "low": low, "high": high,
                **_estimate("difference", difference)}  # fmt: skip

    def band(self, scenario: Scenario, run: Rest, fork: Rest) -> Table:
        """Open incidents by moment: of run and fork, and over the continuations with changes median and band."""
        curves = np.array([rest.open for rest in self.changed.values()])
        low, middle, high = np.quantile(curves, (LOW, 0.5, HIGH), axis=0).tolist()
        moments = moments_from(scenario, self.at).tolist()
        return {"at": moments, "run": run.open.tolist(), "fork": fork.open.tolist(), "low": low, "median": middle, "high": high}

    def rows(self) -> Table:
        """Every figure of every continuation, as it was and with changes."""
        numbers = [number for number in self.changed for _ in FIGURES]
        names = [name for _ in self.changed for name in FIGURES]
        return {
            "continuation": list(numbers),
            "figure": list(names),
            "as_it_was": [self.plain[n].figures[name] for n, name in zip(numbers, names, strict=True)],
            "changed": [self.changed[n].figures[name] for n, name in zip(numbers, names, strict=True)],
        }


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def _estimate(name: str, found: Estimate) -> dict[str, Cell]:
    return {name: found.mean, f"{name}_half_width": found.half_width}


def _quantiles(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    low, high = np.quantile(values, (LOW, HIGH)).tolist()
    return low, high
