"""The oracles themselves against published figures, closed forms and each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from tests.oracles.arrivals import count_check, count_days, expected_counts
from tests.oracles.chains import cutoff_priority_chain, package_queue
from tests.oracles.compare import agree, batch_means, longer_p
from tests.oracles.geometry import (
    ball_share,
    gap_tail,
    mean_gap,
    mean_longest_gap,
    mean_time_to_pass,
    nearest_cdf,
    nearest_mean,
    nearest_mean_limit,
    pass_probability,
    pass_probability_random,
)
from tests.oracles.hypercube import hypercube, outside_fraction, three_unit_city
from tests.oracles.queueing import (
    cobham,
    cutoff_priority,
    erlang_a,
    erlang_b,
    erlang_c,
    mg1_priority,
    mg1_wait,
    mmc,
    mmc_wait_quantile,
    mmc_wait_tail,
)


def near(value: object, relative: float = 1e-9) -> object:
    return pytest.approx(value, rel=relative, abs=1e-12)


# --- closed forms -------------------------------------------------------------------------------------------------


def test_erlang_b_equals_the_published_value_and_the_sum() -> None:
    assert erlang_b(110, 100) == near(0.0274634484498, 1e-11)
    terms = [5**n / math.factorial(n) for n in range(8)]
    assert erlang_b(7, 5) == near(terms[-1] / sum(terms))


def test_three_servers_at_two_thirds_are_the_textbook_case() -> None:
    queue = mmc(6, 3, 3)
    assert queue.p_empty == near(1 / 9)
    assert queue.mean_queue == near(8 / 9)
    assert queue.mean_wait == near(4 / 27)
    assert erlang_c(3, 1.5) == near(0.23684, 2e-5)


def test_the_wait_tail_integrates_to_the_mean_and_inverts_to_the_quantile() -> None:
    step = 1e-3
    tail = [mmc_wait_tail(6, 3, 3, (i + 0.5) * step) for i in range(12_000)]
    assert sum(tail) * step == near(4 / 27, 1e-6)
    assert mmc_wait_tail(6, 3, 3, mmc_wait_quantile(6, 3, 3, 0.9)) == near(0.1)
    assert mmc_wait_quantile(6, 3, 3, 0.5) == 0  # p_wait is 4/9


def test_one_server_forms_agree() -> None:
    assert mg1_wait(0.7, 1, 2) == near(mmc(0.7, 1, 1).mean_wait)
    assert mg1_priority([0.2, 0.5], [1, 1], [2, 2]) == near(cobham([0.2, 0.5], 1, 1))


@given(st.lists(st.floats(0.01, 0.9), min_size=1, max_size=4), st.integers(1, 12))
def test_priorities_keep_the_weighted_mean_wait(rates: list[float], servers: int) -> None:
    rates = [rate * servers / 4 for rate in rates]
    waits = cobham(rates, 1, servers)
    assert waits @ np.asarray(rates) == near(mmc(sum(rates), 1, servers).mean_queue)
    assert all(np.diff(waits) > 0)


def test_patience_has_the_right_limits() -> None:
    patient = erlang_a(2, 1, 3, 1e-9)
    assert (patient.p_wait, patient.mean_wait) == near((4 / 9, 4 / 9), 1e-6)
    # Patience as long as service: customers in the system are Poisson.
    assert erlang_a(5, 1, 3, 1).p_wait == near(poisson.sf(2, 5))
    hasty = erlang_a(5, 1, 3, 1e9)
    assert hasty.p_abandon == near(erlang_b(3, 5), 1e-6)


def test_no_stationary_law_is_refused() -> None:
    with pytest.raises(ValueError, match="no stationary law"):
        mmc(3, 1, 3)


# --- reserve and packages -----------------------------------------------------------------------------------------


def test_no_reserve_is_plain_priority() -> None:
    queue = cutoff_priority(1, 0.8, 1, 3, 0)
    assert queue.mean_wait == near(tuple(cobham([1, 0.8], 1, 3)))
    assert queue.p_wait == near((erlang_c(3, 1.8),) * 2)


@pytest.mark.parametrize(("servers", "reserve"), [(2, 1), (5, 1), (5, 2), (8, 3)])
def test_the_reserve_formula_equals_its_chain(servers: int, reserve: int) -> None:
    formula = cutoff_priority(0.25 * servers, 0.2 * servers, 1, servers, reserve)
    chain = cutoff_priority_chain(0.25 * servers, 0.2 * servers, 1, servers, reserve, longest=120)
    assert formula.p_wait == near(chain.p_wait, 1e-8)
    assert formula.mean_wait == near(chain.mean_wait, 1e-8)


def test_a_larger_reserve_shifts_the_wait_to_the_ordinary_class() -> None:
    queues = [cutoff_priority(2, 2, 1, 8, reserve) for reserve in range(4)]
    urgent, ordinary = zip(*(queue.mean_wait for queue in queues), strict=True)
    assert all(np.diff(urgent) < 0)
    assert all(np.diff(ordinary) > 0)


@pytest.mark.parametrize("release", ["each", "together"])
def test_one_unit_packages_are_a_plain_queue(release: str) -> None:
    queue = package_queue(2, 1, 3, [1.0], release)
    assert (queue.p_wait, queue.mean_wait) == near((4 / 9, 4 / 9))


def test_two_of_two_units_are_a_single_server() -> None:
    # Freed one by one the pair is back after the later of two exponentials: mean 3/2, variance 5/4.
    assert package_queue(0.4, 1, 2, [0, 1]).mean_wait == near(mg1_wait(0.4, 1.5, 1.5**2 + 1.25))
    assert package_queue(0.4, 1, 2, [0, 1], "together").mean_wait == near(mmc(0.4, 1, 1).mean_wait)


def test_packages_carry_the_work_that_comes_in() -> None:
    for release in ("each", "together"):
        queue = package_queue(1.1, 1, 5, [0.5, 0.3, 0.2], release)
        assert queue.mean_busy == near(1.1 * 1.7)
        assert queue.truncated < 1e-12


# --- hypercube ----------------------------------------------------------------------------------------------------


def test_the_three_unit_city_has_the_printed_figures() -> None:
    rates, orders = three_unit_city()
    city = hypercube(rates, orders, [1, 1, 1])
    assert city.workloads.round(4).tolist() == [0.5574, 0.4734, 0.4693]
    assert round(city.p_all_busy, 5) == 0.23684
    assert outside_fraction(city, orders) == pytest.approx(0.43529, abs=5e-5)  # printed from rounded fractions
    assert round(float(city.dispatch[0, 0]), 3) == 0.087
    assert city.dispatch.sum() == near(1)
    assert city.mean_wait == near(mmc(1.5, 1, 3).mean_wait)


def test_lost_calls_follow_erlang_b() -> None:
    rates, orders = three_unit_city()
    city = hypercube(rates, orders, [1, 1, 1], line="zero")
    assert city.p_all_busy == near(erlang_b(3, 1.5))
    assert city.dispatch.sum() == near(1)
    assert city.workloads.sum() == near(1.5 * (1 - city.p_all_busy))


@pytest.mark.parametrize("line", ["infinite", "zero"])
def test_unequal_units_do_the_work_of_their_dispatches(line: str) -> None:
    speeds = np.asarray([0.8, 1.0, 1.7])
    rates, orders = three_unit_city()
    city = hypercube(rates, orders, speeds.tolist(), line)
    served = sum(rates) * (1 if line == "infinite" else 1 - city.p_all_busy)
    assert city.workloads == near(city.dispatch.sum(axis=1) * served / speeds)


def test_two_units_with_losses_have_their_closed_form() -> None:
    # One atom, unit 0 preferred: unit 0 alone is an Erlang loss system of one server.
    assert hypercube([0.9], [[0, 1]], [1, 1], "zero").workloads[0] == near(erlang_b(1, 0.9))


# --- geometry -----------------------------------------------------------------------------------------------------


def test_one_unit_on_a_torus_is_a_point_in_a_square() -> None:
    assert nearest_mean(1) == near((math.sqrt(2) + math.asinh(1)) / 6, 1e-8)
    assert nearest_mean(1, metric="right_angle") == near(0.5, 1e-8)


@pytest.mark.parametrize("metric", ["euclid", "right_angle"])
def test_many_units_approach_the_plane(metric: str) -> None:
    assert nearest_mean(40_000, 1000.0, metric) == near(nearest_mean_limit(0.04, metric), 1e-3)
    assert nearest_mean(50, 7.0, metric) == near(7 * nearest_mean(50, 1.0, metric))
    assert nearest_mean_limit(1, "right_angle") == near(0.6267, 1e-4)


def test_the_square_root_law_bends_at_small_numbers() -> None:
    counts = [25, 50, 100, 200]
    slope = np.polyfit(np.log(counts), np.log([nearest_mean(n) for n in counts]), 1)[0]
    assert round(float(slope), 3) == -0.494


@pytest.mark.parametrize("metric", ["euclid", "right_angle"])
def test_random_points_fall_in_the_ball(metric: str) -> None:
    away = np.random.default_rng(7).random((40_000, 10, 2)) - 0.5
    way = np.hypot(*away.T).T if metric == "euclid" else np.abs(away).sum(axis=2)
    for radius in (0.1, 0.3, 0.55, 0.65):
        assert (way < radius).mean() == pytest.approx(ball_share(radius, 1.0, metric), abs=0.004)
    second = np.sort(way, axis=1)[:, 1]
    assert agree(batch_means(second), nearest_mean(10, 1.0, metric, rank=2)).ok
    assert (second < 0.2).mean() == pytest.approx(nearest_cdf(0.2, 10, 1.0, metric, rank=2), abs=0.01)


def test_loops_pass_in_proportion_to_time() -> None:
    assert pass_probability([600], 150) == near(0.25)
    assert pass_probability([600], 150, available=0.7, stop=30) == near(0.7 * 0.3)
    assert pass_probability([600, 600], 150) == near(1 - 0.75**2)
    assert pass_probability([600], 700) == 1
    many = pass_probability([600 * 500] * 500, 150)
    assert many == near(pass_probability_random(1 / 600, 150), 1e-3)


def test_gaps_of_loops_agree_with_their_tail() -> None:
    periods = [900.0, 1200.0, 2000.0]
    grid = (np.arange(9000) + 0.5) / 10
    tail = np.asarray([gap_tail(periods, t) for t in grid])
    assert tail.sum() / 10 == near(mean_gap(periods), 1e-5)
    # Length-biased gaps: the mean time to the next pass is E[gap^2] / (2 E[gap]).
    assert (grid * tail).sum() / 10 / mean_gap(periods) == near(mean_time_to_pass(periods), 1e-5)
    assert mean_time_to_pass([600]) == near(300)
    assert mean_longest_gap(12, 3) == near(22 / 3)


# --- arrivals and verdicts ----------------------------------------------------------------------------------------

HOURS = np.arange(25) * 3600.0
RATES = np.concatenate([np.zeros(7), np.linspace(2, 30, 6), np.linspace(28, 5, 6), np.zeros(5)]) / 3600


def test_poisson_days_pass_and_bursty_or_shifted_days_fail() -> None:
    expected = expected_counts(HOURS, RATES, HOURS)
    assert expected.sum() == near((RATES * 3600).sum())
    random = np.random.default_rng(3)
    good = count_check(random.poisson(expected, (400, 24)), expected)
    assert np.nanmax(np.abs(good.z)) < 4
    assert good.dispersion_p > 0.001
    assert abs(good.lag_z) < 4
    assert good.empty_bins_hold
    assert count_check(2 * random.poisson(expected / 2, (400, 24)), expected).dispersion_p < 1e-6
    assert np.nanmax(np.abs(count_check(random.poisson(np.roll(expected, 1), (400, 24)), expected).z)) > 4
    assert not count_check(np.ones((400, 24)), expected).empty_bins_hold
    shared = random.gamma(50, 1 / 50, (400, 1)) * expected
    assert count_check(random.poisson(shared), expected).lag_z > 4


def test_days_are_counted_by_bin() -> None:
    counts = count_days([10.0, 20.0, 3700.0, 10.0], [0, 0, 0, 2], 3, [0, 3600, 7200])
    assert counts.tolist() == [[2, 1], [0, 0], [1, 0]]


def test_a_weak_experiment_is_a_failed_test() -> None:
    random = np.random.default_rng(1)
    assert agree(random.normal(10, 0.1, 40), 10).ok
    assert not agree(random.normal(10, 5, 40), 10).powered
    assert not agree(random.normal(10.2, 0.1, 40), 10).ok
    baseline = random.random(200)
    assert longer_p(baseline, baseline + random.normal(0.1, 0.1, 200)) < 0.01
    assert longer_p(baseline, baseline - 0.01 * random.random(200)) > 0.99
    assert longer_p(baseline, baseline) == 1
