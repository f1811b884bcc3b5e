"""How many days show a difference: the noncentral t, checked by drawing days."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.errors import InputError
from sim.study.power import days_to_show, difference_shown, power_from, power_of
from sim.study.statistics import smallest_detectable
from tests.days import daily, estimate


@pytest.mark.parametrize(("difference", "days"), [(1.0, 6), (1.0, 10), (0.5, 34), (0.2, 60)])
def test_power_is_how_often_drawn_days_show_the_difference(difference: float, days: int) -> None:
    draws = np.random.default_rng(days).normal(difference, 1.0, (20_000, days))
    found = np.mean(stats.ttest_1samp(draws, 0.0, axis=1).pvalue < 0.05)
    assert power_of(difference, 1.0, days) == pytest.approx(found, abs=0.012)


def test_textbook_numbers() -> None:
    """Paired t-test at 5 %, power 0.8 (G*Power's manual values): effects of 0.5 and 0.8 take 34 and 15 pairs; 0.2 takes 199."""
    assert [days_to_show(effect, 1.0) for effect in (0.8, 0.5, 0.2)] == [15, 34, 199]
    assert days_to_show(30.0, 60.0) == 34 and days_to_show(-0.5, 1.0) == 34


@pytest.mark.parametrize("days", [2, 5, 10, 40, 1000])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_days_and_differences_are_each_others_inverse(days: int, power: float) -> None:
    shown = difference_shown(3.0, days, power)
    assert shown is not None and power_of(shown, 3.0, days) == pytest.approx(power, abs=1e-6)
    assert days_to_show(shown * 1.0001, 3.0, power) == days


def test_ends_of_the_scale() -> None:
    assert days_to_show(1.0, 0.0) == 2 and difference_shown(0.0, 5) == 0.0 and difference_shown(1.0, 1) is None
    assert days_to_show(1e-4, 1.0) is None and days_to_show(1000.0, 1.0) == 2
    assert power_of(50.0, 1.0, 30) == 1.0


def test_the_tables_difference_agrees_from_ten_days_on() -> None:
    values = np.random.default_rng(5).normal(0.0, 2.0, 12)
    assert smallest_detectable(estimate(values.tolist())) == pytest.approx(difference_shown(values.std(ddof=1), 12), rel=0.01)


def test_stored_days_say_how_many_are_needed() -> None:
    day = np.random.default_rng(6).normal(100.0, 20.0, 15)
    change = np.random.default_rng(7).normal(-3.0, 2.0, 15)
    found = power_from(daily((day + change).tolist()), daily(day.tolist()), 1.0)
    assert found is not None and (found.days, found.spread) == (15, pytest.approx(change.std(ddof=1)))
    assert found.needed == days_to_show(1.0, found.spread) and found.detectable == difference_shown(found.spread, 15)
    assert power_from(daily([1.0]), daily([2.0]), 1.0) is None
    for difference, power, told in ((0.0, 0.8, "above 0"), (1.0, 1.0, "between 0.05 and 1"), (float("nan"), 0.8, "above 0")):
        with pytest.raises(InputError, match=told):
            power_from(daily([1.0, 2.0]), daily([2.0, 2.0]), difference, power)
