"""Efficient options on hand-made tables, and how sure it is that they are."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reports.findings.efficient import certainty, efficient

TABLES = [
    # cost, gain, efficient
    ([100, 200, 300, 400], [0.5, 0.8, 0.7, 0.9], [True, True, False, True]),
    ([100, 100, 100], [0.5, 0.8, 0.7], [False, True, False]),
    ([100, 200, 300], [0.8, 0.8, 0.8], [True, False, False]),
    ([100, 100, 200], [0.8, 0.8, 0.9], [True, True, True]),
    ([300, 200, 100], [0.3, 0.2, 0.1], [True, True, True]),
    ([100, 200], [0.9, 0.1], [True, False]),
    ([100], [0.0], [True]),
    ([], [], []),
    ([100, np.nan, 50], [0.5, 0.9, np.nan], [True, False, False]),
]


@pytest.mark.parametrize(("cost", "gain", "expected"), TABLES)
def test_the_efficient_set_of_a_table(cost: list[float], gain: list[float], expected: list[bool]) -> None:
    assert efficient(np.array(cost, dtype=float), np.array(gain, dtype=float)).tolist() == expected


def test_nobody_beats_an_efficient_option_and_somebody_beats_each_other() -> None:
    rng = np.random.default_rng(3)
    cost, gain = rng.integers(0, 10, 60).astype(float), rng.integers(0, 10, 60).astype(float)
    chosen = efficient(cost, gain)
    for one in range(60):
        beaten = [c <= cost[one] and g >= gain[one] and (c, g) != (cost[one], gain[one]) for c, g in zip(cost, gain, strict=True)]
        assert any(beaten) != chosen[one]


def test_a_clear_case_is_certain_and_a_toss_is_not() -> None:
    cost = np.array([[100.0] * 6, [200.0] * 6, [300.0] * 6])
    judged = np.full((3, 6), 100.0)
    within = np.array([[50.0] * 6, [90.0] * 6, [70.0] * 6])
    assert certainty(cost, within, judged).tolist() == [1.0, 1.0, 0.0]
    within[2] = [95, 86, 95, 86, 95, 86]
    third = certainty(cost, within, judged)[2]
    assert 0.3 < third < 0.9


def test_days_weigh_by_what_was_judged_on_them() -> None:
    cost = np.array([[1.0, 1.0], [1.0, 1.0]])
    judged, within = np.array([[1000.0, 2.0], [1000.0, 2.0]]), np.array([[900.0, 0.0], [899.0, 2.0]])
    both = certainty(cost, within, judged)
    assert both[0] < both[1], "a mean of daily shares would be drawn by the day with two incidents only"


def test_only_days_that_all_options_have_are_drawn_and_options_without_data_are_left_out() -> None:
    cost = np.array([[1.0, 1.0, np.nan], [2.0, 2.0, 2.0], [np.nan] * 3])
    shares = certainty(cost, np.where(np.isfinite(cost), 5.0, np.nan), np.full((3, 3), 10.0))
    assert shares[:2].tolist() == [1.0, 0.0] and np.isnan(shares[2])


def test_one_day_says_nothing_about_certainty() -> None:
    assert np.isnan(certainty(np.ones((2, 1)), np.ones((2, 1)), np.ones((2, 1)))).all()
