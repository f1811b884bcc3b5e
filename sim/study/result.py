"""What a study gives: one outcome per option and replication, and the table that compares options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.digest import digest_text
from sim.study.daily import PerReplication, Runs, by_day, runs_of
from sim.study.design import Study
from sim.study.outcome import Floats as Floats
from sim.study.outcome import Outcome as Outcome
from sim.study.statistics import Estimate, estimate, paired_difference, smallest_detectable, unpaired_difference


@dataclass
class StudyResult:
    """A study and the outcomes so far, by (option, replication)."""

    study: Study
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)

    def sample(self, option: int, measure: str) -> PerReplication:
        """One measure of one option by replication (all without data, where no run has it)."""
        runs = self.runs(option)
        return runs.sample(measure) if measure in runs.names else by_day({})

    def runs(self, option: int) -> Runs:
        """The scalars of one option by replication."""
        own = {replication: outcome.scalars for (which, replication), outcome in self.outcomes.items() if which == option}
        return runs_of(own)

    def curves(self, name: str) -> dict[str, Floats]:
        """One curve of every option: option name -> (replications, points)."""
        stacked = {}
        for number, option in enumerate(self.study.options):
            rows = [o.curves[name] for (which, _), o in sorted(self.outcomes.items()) if which == number and name in o.curves]
            if rows:
                stacked[option.name] = np.stack(rows)
        return stacked

    @property
    def same_days(self) -> bool:
        """Whether all options faced the very same tape in every replication; only then may they be compared pair by pair."""
        tapes: dict[int, set[str | None]] = {}
        for (_, replication), outcome in self.outcomes.items():
            tapes.setdefault(replication, set()).add(outcome.digests.get("tape"))
        return all(len(found) == 1 for found in tapes.values())

    @property
    def baseline(self) -> int:
        """Position of the baseline among the options."""
        return [option.name for option in self.study.options].index(self.study.baseline)


@dataclass(frozen=True)
class Comparison:
    """One measure of one option: its estimate and its difference to the baseline (None for the baseline itself).

    ``paired``: the difference is taken day by day, because both faced the same days.
    """

    option: str
    measure: str
    estimate: Estimate
    difference: Estimate | None
    detectable: float | None
    paired: bool = True

    @property
    def is_nil(self) -> bool:
        """Whether every single day gave exactly the same figure as under the baseline."""
        difference = self.difference
        return self.paired and difference is not None and difference.mean == 0.0 and not difference.half_width

    @property
    def is_real(self) -> bool | None:
        """Whether the interval of the difference excludes zero (None: the baseline, or too little data)."""
        if self.difference is None or self.difference.low is None or self.difference.high is None:
            return None
        return self.difference.low > 0 or self.difference.high < 0


def compare(result: StudyResult, measures: Sequence[str]) -> list[Comparison]:
    """Every option on every measure, against the baseline: day by day on the same days, else as unrelated samples."""
    paired = result.same_days
    subtract = paired_difference if paired else unpaired_difference
    rows = []
    for number, option in enumerate(result.study.options):
        for measure in measures:
            sample, difference = result.sample(number, measure), None
            if number != result.baseline:
                difference = subtract(sample, result.sample(result.baseline, measure))
            detectable = None if difference is None else smallest_detectable(difference)
            rows.append(Comparison(option.name, measure, estimate(sample), difference, detectable, paired))
    return rows


def table_rows(comparisons: Sequence[Comparison]) -> list[dict[str, object]]:
    """The table as plain rows, for CSV and JSON; None where there is no data."""
    rows: list[dict[str, object]] = []
    for c in comparisons:
        difference = c.difference or Estimate(None, None, 0)
        rows.append(
            {
                "option": c.option,
                "measure": c.measure,
                "mean": c.estimate.mean,
                "half_width": c.estimate.half_width,
                "replications": c.estimate.replications,
                "difference": difference.mean,
                "difference_half_width": difference.half_width,
                "smallest_detectable": c.detectable,
            }
        )
    return rows


def table_digest(rows: Sequence[dict[str, object]]) -> str:
    """SHA-256 of a table, floats by their shortest exact text."""
    return digest_text(repr([sorted(row.items()) for row in rows]))
