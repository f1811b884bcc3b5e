"""What ``inputs=drawn`` adds to a study: every comparison with inputs as assumed and over plausible worlds, and which inputs
matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.measures.better import lower_is_better
from sim.settings import dump
from sim.study.daily import PerReplication
from sim.study.inputs import drawn_here, given_keys, inputs, row
from sim.study.result import StudyResult
from sim.study.sensitivity import Sensitivity, sensitivity
from sim.study.statistics import Estimate, estimate, paired_difference, unpaired_difference
from sim.study.worlds import BetterShare, better_share

Row = dict[str, object]


@dataclass(frozen=True)
class Uncertain:
    """One study twice on the same days: with inputs as ``assumed``, and with inputs ``drawn`` anew in each replication."""

    assumed: StudyResult
    drawn: StudyResult


@dataclass(frozen=True)
class Both:
    """One measure of one option: mean and difference to the baseline as assumed and over plausible worlds.

    ``assumed`` intervals tell how far the days alone leave the figure open; ``drawn`` ones combine days and inputs. ``better``:
    share of worlds in which the option does better (None: baseline, or a measure that knows no better).
    """

    option: str
    measure: str
    assumed: Estimate
    drawn: Estimate
    assumed_difference: Estimate | None
    drawn_difference: Estimate | None
    better: BetterShare | None


def compare_both(both: Uncertain, measures: Sequence[str]) -> list[Both]:
    """Every option on every measure, both ways."""
    return [
        _both(both, number, option.name, measure)
        for number, option in enumerate(both.drawn.study.options)
        for measure in measures
    ]


def _both(both: Uncertain, number: int, name: str, measure: str) -> Both:
    fixed, drawn = both.assumed.sample(number, measure), both.drawn.sample(number, measure)
    if number == both.drawn.baseline:
        return Both(name, measure, estimate(fixed), estimate(drawn), None, None, None)
    base = both.drawn.sample(both.drawn.baseline, measure)
    lower = lower_is_better(measure)
    return Both(
        name, measure, estimate(fixed), estimate(drawn),
        _difference(both.assumed, fixed, measure), _difference(both.drawn, drawn, measure),
        None if lower is None else better_share(drawn, base, lower),
    )  # fmt: skip


def _difference(result: StudyResult, sample: PerReplication, measure: str) -> Estimate:
    subtract = paired_difference if result.same_days else unpaired_difference
    return subtract(sample, result.sample(result.baseline, measure))


def both_rows(found: Sequence[Both]) -> list[Row]:
    """The comparisons as plain rows, for CSV and JSON; None where there is no data."""
    nothing, unknown = Estimate(None, None, 0), BetterShare(None, None, None, 0)
    rows: list[Row] = []
    for f in found:
        fixed, drawn, better = f.assumed_difference or nothing, f.drawn_difference or nothing, f.better or unknown
        out: Row = {"option": f.option, "measure": f.measure}
        out |= {"mean_as_assumed": f.assumed.mean, "half_width_as_assumed": f.assumed.half_width}
        out |= {"mean_over_worlds": f.drawn.mean, "half_width_over_worlds": f.drawn.half_width}
        out |= {"difference_as_assumed": fixed.mean, "difference_half_width_as_assumed": fixed.half_width}
        out |= {"difference_over_worlds": drawn.mean, "difference_half_width_over_worlds": drawn.half_width}
        rows.append(out | {"better_share": better.share, "better_low": better.low, "better_high": better.high})
    return rows


def influences(drawn: StudyResult, option: int, measure: str, against_baseline: bool) -> Sensitivity:
    """Which inputs move a measure of one option, or its difference to the baseline, over the drawn worlds."""
    study = drawn.study
    given = given_keys(word for o in study.options for word in o.overrides)
    active = drawn_here(dump(study.options[option].settings), given)
    names = [inputs()[i].pattern for i in active]
    own = drawn.sample(option, measure).figures
    values = own - drawn.sample(drawn.baseline, measure).figures[: len(own)] if against_baseline else own
    seed = study.options[option].settings.seed
    worlds = np.array([row(seed, replication)[active] for replication in range(len(values))]).reshape(len(values), len(active))
    return sensitivity(names, worlds, [float(v) if np.isfinite(v) else None for v in values])


def influence_rows(drawn: StudyResult, measures: Sequence[str]) -> list[Row]:
    """Influence of every input on every measure of the baseline, and on what every other option changes."""
    rows: list[Row] = []
    for number, option in enumerate(drawn.study.options):
        for measure in measures:
            against = number != drawn.baseline
            found = influences(drawn, number, measure, against)
            what = "difference" if against else "level"
            for i in found.influences:
                out: Row = {"option": option.name, "measure": measure, "of": what, "input": i.name}
                out |= {"rank_correlation": i.correlation, "p_value_all": i.p_value}
                out |= {"sobol_first": i.first, "sobol_total": i.total}
                rows.append(out | {"fit_skill": found.skill, "worlds": found.worlds})
    return rows
