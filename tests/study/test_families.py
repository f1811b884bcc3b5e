"""Several options, or many areas, looked at together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.cli import compose
from sim.study.daily import Runs
from sim.study.design import Option, Study
from sim.study.families import ALONE, family_of, holm
from sim.study.outcome import Outcome
from sim.study.places import place_rows
from sim.study.result import StudyResult
from sim.study.statistics import estimate, paired_difference
from tests.days import daily

RNG = np.random.default_rng(31)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, None, 0.9]) == [1.0, None, 1.0] and holm([None]) == [None] and holm([]) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_lies_between_alone_and_bonferroni(p_values: list[float]) -> None:
    made = holm(p_values)
    for p, adjusted in zip(p_values, made, strict=True):
        assert adjusted is not None and p <= adjusted <= min(1.0, p * len(p_values)) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(made, dtype=float)[order]) >= 0.0).all()


def test_holm_keeps_the_chance_of_any_false_alarm_and_looking_at_each_alone_does_not() -> None:
    """Ten areas, none of which changes, over 12 days that they share."""
    days = RNG.normal(0.0, 1.0, (3000, 12, 1)) * 0.7 + RNG.normal(0.0, 1.0, (3000, 12, 10))
    p = stats.ttest_1samp(days, 0.0, axis=1).pvalue
    alarms = np.mean([any(each is not None and each < 0.05 for each in holm(row.tolist())) for row in p])
    assert alarms <= 0.058
    assert np.mean(p.min(axis=1) < 0.05) > 0.2


def _options(days: np.ndarray) -> dict[str, object]:
    return {f"option {i}": daily(column.tolist()) for i, column in enumerate(days.T)}


def experiment(days: int, options: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Figures of some options that all equal the baseline in truth, and of the baseline, which each day moves alike."""
    common = RNG.normal(0.0, 3.0, (days, 1))
    every = common + RNG.normal(0.0, noise, (days, options + 1))
    return every[:, 1:], every[:, 0]


@pytest.mark.parametrize(("days", "options", "experiments"), [(20, 5, 300), pytest.param(15, 7, 3000, marks=pytest.mark.slow)])
def test_max_t_intervals_hold_together_and_intervals_of_each_alone_do_not(days: int, options: int, experiments: int) -> None:
    together, alone, narrower = 0, 0, 0
    for _ in range(experiments):
        figures, base = experiment(days, options, 1.0)
        sample = Runs(("y",), base[:, None]).sample("y")
        samples = {str(i): Runs(("y",), column[:, None]).sample("y") for i, column in enumerate(figures.T)}
        family = family_of(samples, sample, draws=1500)
        differences = [paired_difference(s, sample) for s in samples.values()]
        together += all(abs(d.mean) <= family.half_width(d) for d in differences)  # type: ignore[arg-type, operator]
        alone += all(abs(d.mean) <= d.half_width for d in differences)  # type: ignore[arg-type, operator]
        narrower += family.level > 0.05 / options * 1.02
    assert 0.92 <= together / experiments <= 0.98
    assert alone / experiments < 0.91 and narrower > 0.7 * experiments


def test_one_option_is_a_family_of_its_own() -> None:
    figures, base = experiment(16, 1, 1.0)
    family = family_of(_options(figures), daily(base.tolist()))  # type: ignore[arg-type]
    difference = paired_difference(daily(figures[:, 0].tolist()), daily(base.tolist()))
    assert family == ALONE and family.half_width(difference) == pytest.approx(difference.half_width)


def test_the_same_days_give_the_same_level_bit_by_bit() -> None:
    figures, base = experiment(16, 4, 1.0)
    levels = {family_of(_options(figures), daily(base.tolist())).level for _ in range(3)}  # type: ignore[arg-type]
    assert len(levels) == 1


def test_max_t_is_students_for_options_that_move_as_one_and_sidaks_for_strangers() -> None:
    day = RNG.normal(0.0, 1.0, 400)
    base = daily(np.zeros(400).tolist())
    as_one = family_of({"a": daily(day.tolist()), "b": daily((2 * day).tolist())}, base)
    assert as_one.method == "max-t" and as_one.level == pytest.approx(0.05, abs=0.006)
    strangers = family_of(_options(RNG.normal(0.0, 1.0, (400, 4))), base)  # type: ignore[arg-type]
    assert strangers.level == pytest.approx(1 - 0.95**0.25, rel=0.12)


def test_different_days_and_too_few_days_take_bonferroni() -> None:
    figures, base = experiment(16, 4, 1.0)
    unpaired = family_of(_options(figures), daily(base.tolist()), paired=False)  # type: ignore[arg-type]
    few = family_of(_options(figures[:14]), daily(base[:14].tolist()))  # type: ignore[arg-type]
    assert unpaired == few and few.method == "Bonferroni" and few.level == pytest.approx(0.05 / 4)


def test_an_option_that_never_differs_is_no_part_of_the_family() -> None:
    figures, base = experiment(16, 2, 1.0)
    figures[:, 1] = base
    assert family_of(_options(figures), daily(base.tolist())) == ALONE  # type: ignore[arg-type]


def test_options_of_unequal_length_share_their_common_days() -> None:
    figures, base = experiment(30, 2, 1.0)
    short = {"a": daily(figures[:20, 0].tolist()), "b": daily(figures[:, 1].tolist())}
    same = {"a": daily(figures[:20, 0].tolist()), "b": daily(figures[:20, 1].tolist())}
    assert family_of(short, daily(base.tolist())) == family_of(same, daily(base[:20].tolist()))


def test_a_p_value_is_students() -> None:
    values = [1.0, 2.0, 4.0, -0.5]
    assert estimate(daily(values)).p_value == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue)
    assert estimate(daily([1.0])).p_value is None and estimate(daily([0.0, 0.0])).p_value == 1.0


def test_the_areas_of_one_option_and_measure_are_a_family() -> None:
    settings = [compose(("preset=demo-city", f"staffing.patrol_cars_factor={factor}")) for factor in (1, 2)]
    study = Study("s", "?", (Option("base", (), settings[0]), Option("more", (), settings[1])), 8, "base")
    figures = RNG.normal(0.0, 1.0, (2, 8, 3))
    figures[1, :, 0] += 5.0
    outcomes = {
        (option, day): Outcome(
            {}, {}, {"tape": str(day)}, {"area": {(f"Z{i}", "harm"): float(v) for i, v in enumerate(figures[option, day])}}
        )
        for option in range(2)
        for day in range(8)
    }
    rows = place_rows(StudyResult(study, outcomes), "area")
    assert [row["p_value"] for row in rows[:3]] == [row["p_holm"] for row in rows[:3]] == [None] * 3
    alone = stats.ttest_rel(figures[1], figures[0], axis=0).pvalue
    assert [row["p_value"] for row in rows[3:]] == pytest.approx(alone)
    assert [row["p_holm"] for row in rows[3:]] == pytest.approx(holm(alone.tolist()))
