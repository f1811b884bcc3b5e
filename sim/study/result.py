"""What a study gives: one outcome per option and replication, and the table that compares options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.digest import digest_text
from sim.measures.estimators import estimator_of
from sim.study.daily import PerReplication, Runs, by_day, runs_of
from sim.study.design import Study
from sim.study.families import ALONE, Family, family_of, holm
from sim.study.outcome import Floats as Floats
from sim.study.outcome import Outcome as Outcome
from sim.study.statistics import (
    NO_DATA,
    Estimate,
    estimate,
    paired_difference,
    pairing_gain,
    smallest_detectable,
    unpaired_difference,
)


@dataclass
class StudyResult:
    """A study and the outcomes so far, by (option, replication)."""

    study: Study
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    _runs: dict[int, tuple[int, Runs]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sample(self, option: int, measure: str) -> PerReplication:
        """One measure of one option by replication (all without data, where no run has it)."""
        runs = self.runs(option)
        return runs.sample(measure) if measure in runs.names else by_day({})

    def runs(self, option: int) -> Runs:
        """The scalars of one option by replication; kept until there are more outcomes."""
        if self._runs.get(option, (-1, None))[0] != len(self.outcomes):
            own = {replication: outcome.scalars for (which, replication), outcome in self.outcomes.items() if which == option}
            self._runs[option] = (len(self.outcomes), runs_of(own))
        return self._runs[option][1]

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

    ``paired``: the difference is taken day by day, because both faced the same days. ``joint``: half-width of the interval
    that holds together with those of all other options on this measure (by ``family``); ``detectable`` is meant at its level.
    ``p_value`` is the comparison's own, ``p_holm`` the family's. ``pairing_gain``: by how much common days cut the variance.
    """

    option: str
    measure: str
    estimate: Estimate
    difference: Estimate | None
    detectable: float | None
    paired: bool = True
    joint: float | None = None
    family: Family = ALONE
    p_holm: float | None = None
    pairing_gain: float | None = None

    @property
    def together(self) -> Estimate | None:
        """The difference with the interval that holds together with those of the other options."""
        if self.difference is None or self.joint is None:
            return self.difference
        return replace(self.difference, half_width=self.joint)

    @property
    def is_nil(self) -> bool:
        """Whether every single day gave exactly the same figure as under the baseline."""
        difference = self.difference
        return self.paired and difference is not None and difference.mean == 0.0 and not difference.half_width

    @property
    def is_real(self) -> bool | None:
        """Whether the family's interval of the difference excludes zero (None: the baseline, or too little data)."""
        if self.together is None or self.together.low is None or self.together.high is None:
            return None
        return self.together.low > 0 or self.together.high < 0


def compare(result: StudyResult, measures: Sequence[str]) -> list[Comparison]:
    """Every option on every measure, against the baseline: day by day on the same days, else as unrelated samples; the options
    of a measure are one family."""
    found = {measure: _compare(result, measure, result.same_days) for measure in measures}
    return [found[measure][number] for number in range(len(result.study.options)) for measure in measures]


def _compare(result: StudyResult, measure: str, paired: bool) -> list[Comparison]:
    """All options on one measure, in their order."""
    subtract = paired_difference if paired else unpaired_difference
    base, samples = result.sample(result.baseline, measure), {}
    rows = []
    for number, option in enumerate(result.study.options):
        sample = result.sample(number, measure)
        row = Comparison(option.name, measure, estimate(sample), None, None, paired)
        if number != result.baseline:
            samples[option.name] = sample
            gain = pairing_gain(sample, base) if paired else None
            row = replace(row, difference=subtract(sample, base), pairing_gain=gain)
        rows.append(row)
    family = family_of(samples, base, paired)
    adjusted = holm([None if row.difference is None else row.difference.p_value for row in rows])
    return [_joined(row, family, p) for row, p in zip(rows, adjusted, strict=True)]


def _joined(row: Comparison, family: Family, p_holm: float | None) -> Comparison:
    """A comparison with what its family says of it."""
    if row.difference is None:
        return row
    detectable = smallest_detectable(row.difference, family.level)
    return replace(row, detectable=detectable, joint=family.half_width(row.difference), family=family, p_holm=p_holm)


def table_rows(comparisons: Sequence[Comparison]) -> list[dict[str, object]]:
    """The table as plain rows, for CSV and JSON; None where there is no data."""
    rows: list[dict[str, object]] = []
    for c in comparisons:
        difference = c.difference or NO_DATA
        rows.append(
            {
                "option": c.option,
                "measure": c.measure,
                "estimator": estimator_of(c.measure),
                "mean": c.estimate.mean,
                "half_width": c.estimate.half_width,
                "replications": c.estimate.replications,
                "difference": difference.mean,
                "difference_half_width": difference.half_width,
                "joint_half_width": c.joint,
                "family_method": None if c.difference is None else c.family.method,
                "p_value": difference.p_value,
                "p_holm": c.p_holm,
                "smallest_detectable": c.detectable,
                "pairing_gain": c.pairing_gain,
            }
        )
    return rows


def table_digest(rows: Sequence[dict[str, object]]) -> str:
    """SHA-256 of a table, floats by their shortest exact text."""
    return digest_text(repr([sorted(row.items()) for row in rows]))
