"""Nothing but one number for each replication becomes an estimate."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import InputError
from sim.measures.calls import call_table
from sim.measures.collect import measure
from sim.processes.simulation import run
from sim.study.daily import PerReplication, Runs, by_day, ratio_by_day, runs_of
from sim.study.precision import Precision, replications_wanted
from sim.study.statistics import estimate, paired_difference, unpaired_difference
from tests.measures.worlds import town


def test_calls_and_incidents_of_a_day_are_refused_wherever_an_estimate_is_made() -> None:
    scenario, tape = town()
    measures = measure(scenario, tape, run(scenario, tape), per_place=True)
    calls = call_table(measures.day)
    honest = by_day({0: 1.0, 1: 2.0})
    pooled = (
        measures.incidents,
        measures.incidents.response_time,
        measures.tables["incidents"],
        measures.tables["incidents"]["response_time"],
        calls,
        calls.waited,
        calls.waited.tolist(),
    )
    for wrong in pooled:
        for attempt in (
            lambda w: estimate(w),
            lambda w: paired_difference(w, honest),
            lambda w: paired_difference(honest, w),
            lambda w: unpaired_difference(w, honest),
            lambda w: replications_wanted({"y": w}, Precision(measure="y", half_width=1.0), 10),
            lambda w: PerReplication(w),
        ):
            with pytest.raises(TypeError, match=r"one number for each replication.*covers 0\.23"):
                attempt(wrong)
        with pytest.raises(TypeError, match="one number for each replication"):
            by_day(wrong)  # type: ignore[arg-type]


def test_a_day_has_one_figure_and_a_number() -> None:
    for wrong in ({0: [1.0, 2.0]}, {0: np.array([1.0, 2.0])}, {-1: 1.0}, {"monday": 1.0}, {0.5: 1.0}, {True: 1.0}):
        with pytest.raises(TypeError, match="one number for each replication"):
            by_day(wrong)  # type: ignore[arg-type]


def test_runs_are_one_row_for_each_replication() -> None:
    for wrong in (np.zeros(3), np.zeros((3, 1)), np.zeros((3, 2, 2))):
        with pytest.raises(TypeError, match="replications, 2 measures"):
            Runs(("a", "b"), wrong)
    runs = runs_of({0: {"a": 1.0}, 2: {"a": None, "b": 4.0}})
    assert len(runs) == 3 and runs.names == ("a", "b")
    assert np.array_equal(runs.sample("a").above, [1.0, np.nan, np.nan], equal_nan=True)
    with pytest.raises(InputError, match="no run has 'c'"):
        runs.sample("c")


def test_a_ratio_of_sums_cannot_be_read_without_its_sums() -> None:
    runs = runs_of({0: {"compliance_p1": 1.0}})
    with pytest.raises(InputError, match=r"compliance_p1_within.*compliance_p1 cannot be estimated"):
        runs.sample("compliance_p1")
    whole = runs_of({0: {"compliance_p1_within": 3.0, "compliance_p1_judged": 4.0}}).sample("compliance_p1")
    assert whole.below is not None and whole.figures.tolist() == [0.75]


def test_missing_days_stay_in_their_place_without_data() -> None:
    sample = ratio_by_day({0: 1.0, 3: 2.0}, {0: 2.0, 1: 0.0, 3: 2.0})
    assert len(sample) == 4 and sample.known.tolist() == [True, False, False, True]
    assert len(sample.first(2)) == 2 and sample.first(2).known.tolist() == [True, False]
