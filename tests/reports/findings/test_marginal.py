"""The next ten officers of each area, from hand-made tables of two options and more."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.reports.findings.marginal import marginal_values


def table(*options: list[list[float]]) -> np.ndarray:
    """(options, replications, areas) from one list of days for each option."""
    return np.array(options, dtype=float)


def test_ten_officers_are_worth_the_slope_to_the_option_with_the_next_more() -> None:
    heads = table([[100, 50]] * 3, [[120, 50]] * 3, [[200, 50]] * 3)
    base, more = [[600, 300], [620, 310], [610, 305]], [[560, 300], [584, 310], [572, 305]]
    values = table(base, more, [[100, 300], [100, 310], [100, 305]])
    found = marginal_values(heads, values, 0)[0]
    daily = np.array([-40.0, -36.0, -38.0]) / 20 * 10
    assert (found.other, found.upwards, found.apart) == (1, True, 20.0)
    assert found.value.mean == pytest.approx(daily.mean()) and found.value.replications == 3
    half = stats.t.ppf(0.975, 2) * daily.std(ddof=1) / 3**0.5
    assert found.value.half_width == pytest.approx(half)


def test_an_area_whose_heads_do_not_vary_has_no_data() -> None:
    heads = table([[100, 50]] * 3, [[120, 50]] * 3)
    found = marginal_values(heads, table([[600, 300]] * 3, [[500, 200]] * 3), 0)[1]
    assert found.other is None and found.value.mean is None


def test_where_none_has_more_it_is_what_the_last_ten_were_worth() -> None:
    heads, values = table([[100.0]] * 3, [[80.0]] * 3, [[20.0]] * 3), table([[500.0]] * 3, [[540.0]] * 3, [[900.0]] * 3)
    found = marginal_values(heads, values, 0)[0]
    assert (found.other, found.upwards) == (1, False)
    assert found.value.mean == -20.0 and found.value.half_width == 0.0


def test_options_too_near_to_each_other_are_not_stretched() -> None:
    values = table([[500.0]] * 3, [[450.0]] * 3)
    assert marginal_values(table([[100.0]] * 3, [[104.0]] * 3), values, 0)[0].other is None
    assert marginal_values(table([[100.0]] * 3, [[105.0]] * 3), values, 0)[0].value.mean == -100.0


def test_days_without_data_are_left_out_of_both() -> None:
    heads, values = table([[100.0]] * 3, [[110.0]] * 3), table([[500.0], [np.nan], [520.0]], [[490.0], [100.0], [500.0]])
    found = marginal_values(heads, values, 0)[0]
    assert found.value.mean == -15.0 and found.value.replications == 2


def test_an_area_without_figures_has_no_data_and_never_zero() -> None:
    found = marginal_values(table([[100.0]] * 3, [[110.0]] * 3), table([[np.nan]] * 3, [[np.nan]] * 3), 0)[0]
    assert found.value.mean is None and found.other is None
