"""One option on one day: pure, and the same day for every option."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.cli import compose
from sim.errors import InputError
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.study.execute import execute
from sim.study.point import EXCEEDANCE_MINUTES, run_point
from sim.study.result import Outcome, StudyResult, compare, table_digest, table_rows


@pytest.fixture(scope="module")
def town() -> Settings:
    return compose(["preset=demo-city"])


@pytest.fixture(scope="module")
def outcome(town: Settings) -> Outcome:
    return run_point(town, 0)


def test_the_same_point_gives_the_same_digests(town: Settings, outcome: Outcome) -> None:
    assert run_point(town, 0).digests == outcome.digests


def test_another_replication_is_another_day(town: Settings, outcome: Outcome) -> None:
    other = run_point(town, 1).digests
    assert other["tape"] != outcome.digests["tape"]
    assert other["scenario"] != outcome.digests["scenario"]  # who is absent, where patrols begin


def test_changing_staff_leaves_the_day_alone(outcome: Outcome) -> None:
    fewer = run_point(compose(["preset=demo-city", "staffing.patrol_cars_factor=0.5"]), 0).digests
    assert fewer["tape"] == outcome.digests["tape"] and fewer["trace"] != outcome.digests["trace"]


def test_exceedance_starts_at_one_and_never_rises(outcome: Outcome) -> None:
    curve = outcome.curves["exceedance"]
    assert curve[0] == 1.0 and np.all(np.diff(curve) <= 0) and len(curve) == len(EXCEEDANCE_MINUTES)


def test_heads_are_counted_beside_the_measures(outcome: Outcome) -> None:
    heads = outcome.scalars
    on_duty, mobile, posted = heads["heads_on_duty"], heads["heads_mobile"], heads["heads_at_centres"]
    assert on_duty is not None and mobile is not None and posted is not None and 0 < mobile + posted <= on_duty


def _study(town: Settings, replications: int = 2) -> Study:
    more = compose(["preset=demo-city", "staffing.patrol_cars_factor=2"])
    return Study("s", "?", (Option("as is", (), town), Option("more", (), more)), replications, "as is")


def _run(study: Study, workers: int) -> str:
    result = StudyResult(study)
    tasks = study.tasks()

    def receive(position: int, outcome: Outcome) -> None:
        result.outcomes[tasks[position]] = outcome

    execute(run_point, [(study.options[o].settings, r) for o, r in tasks], workers, receive)
    return table_digest(table_rows(compare(result, ["response_mean", "potential_response"])))


def test_one_worker_and_two_give_the_same_table(town: Settings) -> None:
    assert _run(_study(town), 1) == _run(_study(town), 2)


def test_replications_come_before_options(town: Settings) -> None:
    assert _study(town).tasks() == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_a_study_names_what_is_wrong_with_it(town: Settings) -> None:
    study = _study(town)
    with pytest.raises(InputError, match="did you mean 'more'"):
        replace(study, baseline="mroe")
    with pytest.raises(InputError, match="twice"):
        replace(study, options=study.options[:1] * 2)
    with pytest.raises(InputError, match="1 or more"):
        replace(study, replications=0)
    with pytest.raises(InputError, match="no options"):
        replace(study, options=())


def test_the_baseline_has_no_difference_to_itself(town: Settings, outcome: Outcome) -> None:
    study = _study(town, 1)
    result = StudyResult(study, {(0, 0): outcome, (1, 0): outcome})
    base, other = compare(result, ["response_mean"])
    assert base.difference is None and other.difference is not None
    assert other.difference.mean == 0.0 and other.difference.half_width is None and other.is_real is None


def test_a_run_that_is_missing_is_no_data(town: Settings) -> None:
    empty = StudyResult(_study(town))
    assert [row["mean"] for row in table_rows(compare(empty, ["response_mean"]))] == [None, None]
