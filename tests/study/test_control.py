"""Control variates pay for their slope, and days in common and calm measures are worth what is printed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.study.control import control_gain, controlled_difference, variance_ratio
from sim.study.daily import PerReplication
from tests.days import daily


def pair(values: np.ndarray) -> tuple[PerReplication, PerReplication]:
    return daily(values.tolist()), daily(np.zeros(len(values)).tolist())


@pytest.mark.parametrize("days", [6, 10, 30])
def test_controlled_intervals_cover_because_the_slope_costs_a_degree_of_freedom(days: int) -> None:
    rng = np.random.default_rng(days)
    companion = rng.normal(5.0, 1.0, (20_000, days))
    values = 2.0 + 1.5 * (companion - 5.0) + rng.normal(0.0, 1.0, companion.shape)
    apart = companion - companion.mean(axis=1, keepdims=True)
    slope = (apart * values).sum(axis=1) / (apart**2).sum(axis=1)
    mean = values.mean(axis=1) - slope * (companion.mean(axis=1) - 5.0)
    rest = values - values.mean(axis=1, keepdims=True) - slope[:, None] * apart
    spread = np.sqrt((rest**2).sum(axis=1) / (days - 2))
    error = spread * np.sqrt(1 / days + (companion.mean(axis=1) - 5.0) ** 2 / (apart**2).sum(axis=1))
    half = stats.t.ppf(0.975, days - 2) * error
    for row in range(50):
        made = controlled_difference(*pair(values[row]), pair(companion[row]), 5.0)
        assert made is not None and made.freedom == days - 2
        assert (made.mean, made.half_width) == pytest.approx((mean[row], half[row]))
    assert 0.935 <= np.mean(np.abs(mean - 2.0) <= half) <= 0.965
    assert np.median(half) < 0.8 * np.median(stats.t.ppf(0.975, days - 1) * stats.sem(values, axis=1))
    if days <= 10:
        careless = 1.96 * rest.std(axis=1, ddof=1) / np.sqrt(days)
        assert np.mean(np.abs(mean - 2.0) <= careless) < 0.91


def test_the_gain_is_what_theory_says() -> None:
    rng = np.random.default_rng(3)
    companion = rng.normal(5.0, 1.0, 4000)
    gain = control_gain(*pair(companion + rng.normal(0.0, 1.0, 4000)), pair(companion))
    assert gain == pytest.approx(2.0, rel=0.1)
    losses = [control_gain(*pair(rng.normal(size=10)), pair(rng.normal(size=10))) for _ in range(300)]
    assert 0.8 < np.mean([loss for loss in losses if loss is not None]) < 1.0


def test_too_few_days_or_no_spread_say_nothing() -> None:
    four, flat = np.arange(4.0), np.ones(8)
    assert control_gain(*pair(four), pair(four)) is None
    assert control_gain(*pair(np.arange(8.0)), pair(flat)) is None
    assert control_gain(*pair(flat), pair(np.arange(8.0))) is None
    assert controlled_difference(*pair(four), pair(four), 1.0) is None


def test_the_ratio_of_variances_is_of_daily_differences() -> None:
    noisy, calm = np.array([1.0, 5.0, 3.0]), np.array([1.0, 2.0, 1.5])
    assert variance_ratio(pair(noisy), pair(calm)) == pytest.approx(noisy.var() / calm.var())
    assert variance_ratio(pair(noisy), pair(np.ones(3))) is None
