"""Intervals over replications mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.study.statistics import band, smallest_detectable
from tests.days import estimate, paired_difference, unpaired_difference


def test_an_interval_is_students_t() -> None:
    values = [3.0, 4.0, 7.0, 8.0, 9.5]
    low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    made = estimate(values)
    assert (made.low, made.high) == pytest.approx((low, high))


def test_one_replication_has_no_interval() -> None:
    single = estimate([5.0])
    assert (single.mean, single.half_width, single.low) == (5.0, None, None)


def test_no_data_is_no_data() -> None:
    nothing = estimate([None, float("nan")])
    assert (nothing.mean, nothing.half_width, nothing.replications) == (None, None, 0)


def test_a_replication_without_data_is_left_out_not_counted_as_zero() -> None:
    assert estimate([1.0, None, 3.0]).mean == 2.0


def test_paired_differences_use_the_common_prefix() -> None:
    difference = paired_difference([11.0, 22.0, 33.0], [10.0, 20.0])
    assert (difference.mean, difference.replications) == (1.5, 2)


def test_different_days_give_welchs_interval() -> None:
    here, there = [3.0, 4.0, 7.0, 8.0], [1.0, 1.5, 2.0]
    interval = stats.ttest_ind(here, there, equal_var=False).confidence_interval(0.95)
    made = unpaired_difference([*here, None], there)
    assert (made.low, made.high) == pytest.approx((interval.low, interval.high)) and made.replications == 3
    detectable = smallest_detectable(made)
    assert detectable is not None and made.half_width is not None and detectable > made.half_width


def test_unrelated_samples_without_spread_or_data() -> None:
    assert unpaired_difference([2.0, 2.0], [1.0, 1.0]).half_width == 0.0
    assert unpaired_difference([2.0], [1.0, 1.0]).half_width is None
    assert unpaired_difference([None], [1.0]).mean is None


def test_pairing_sees_what_independent_intervals_hide() -> None:
    days = np.random.default_rng(1).normal(0, 10, 40)
    better, base = (days - 1.0 + np.random.default_rng(2).normal(0, 0.1, 40)).tolist(), days.tolist()
    difference = paired_difference(better, base)
    assert difference.high is not None and difference.high < 0
    assert estimate(better).half_width > 10 * difference.half_width  # type: ignore[operator]


def test_intervals_cover_the_truth_as_often_as_they_claim() -> None:
    draws = np.random.default_rng(3).normal(4.0, 2.0, (2000, 10))
    made = [estimate(row) for row in draws.tolist()]
    covered = np.mean([m.low <= 4.0 <= m.high for m in made])  # type: ignore[operator]
    assert 0.935 <= covered <= 0.965


def test_the_smallest_detectable_difference_is_found_with_the_promised_power() -> None:
    draws = np.random.default_rng(4).normal(0.0, 1.0, (600, 10))
    typical = np.median([smallest_detectable(estimate(row)) for row in draws.tolist()])
    found = np.mean([stats.ttest_1samp(row + typical, 0.0).pvalue < 0.05 for row in draws])
    assert 0.72 <= found <= 0.86


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.floats(-1e3, 1e3))
def test_moving_all_values_moves_the_interval(values: list[float], shift: float) -> None:
    here, there = estimate(values), estimate([v + shift for v in values])
    assert there.mean == pytest.approx(here.mean + shift, abs=1e-6)  # type: ignore[operator]
    assert there.half_width == pytest.approx(here.half_width, rel=1e-6, abs=1e-6)


def test_a_band_of_one_curve_has_no_limits() -> None:
    mean, low, high = band(np.array([[1.0, 2.0]]))
    assert mean.tolist() == [1.0, 2.0] and np.isnan(low).all() and np.isnan(high).all()


def test_a_band_agrees_with_the_interval_at_each_point() -> None:
    curves = np.random.default_rng(5).normal(size=(6, 4))
    _, low, high = band(curves)
    point = estimate(curves[:, 2].tolist())
    assert (low[2], high[2]) == pytest.approx((point.low, point.high))
