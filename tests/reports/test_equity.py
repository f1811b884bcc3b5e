"""The Kolm-Pollak measure on tables made by hand, and the properties that make it fit for burdens."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.reports.equity import equivalent, kappa

BURDENS = st.lists(st.floats(1.0, 3600.0), min_size=2, max_size=20).map(np.array)


def test_two_places_by_hand() -> None:
    # Minutes 1 and 3: k = (1 + 3) / (1 + 9) = 0.4; log((e^0.4 + e^1.2) / 2) / 0.4.
    values, weights = np.array([1.0, 3.0]), np.ones(2)
    assert kappa(values, weights) == pytest.approx(0.4)
    assert equivalent(values, weights, 0.4) == pytest.approx(log((exp(0.4) + exp(1.2)) / 2) / 0.4)
    assert equivalent(values, weights, 0.4) == pytest.approx(2.1949, abs=1e-4)


def test_weights_are_as_many_places() -> None:
    one = equivalent(np.array([1.0, 3.0]), np.array([3.0, 1.0]), 0.4)
    assert one == pytest.approx(equivalent(np.array([1.0, 1.0, 1.0, 3.0]), np.ones(4), 0.4))


def test_without_aversion_it_is_the_mean() -> None:
    assert equivalent(np.array([1.0, 3.0]), np.ones(2), 0.0) == 2.0


@given(BURDENS)
def test_it_lies_between_the_mean_and_the_worst_and_an_even_share_is_worth_its_mean(values: np.ndarray) -> None:
    weights = np.ones(len(values))
    found = equivalent(values, weights, kappa(values, weights))
    assert values.mean() - 1e-6 <= found <= values.max() + 1e-6
    assert equivalent(np.full(3, values[0]), np.ones(3), 0.01) == pytest.approx(values[0])


@given(BURDENS, st.floats(1.0, 600.0))
def test_what_everybody_waits_more_adds_just_that_and_moving_from_worse_to_better_served_never_hurts(
    values: np.ndarray, more: float
) -> None:
    weights = np.ones(len(values))
    rate = kappa(values, weights)
    assert equivalent(values + more, weights, rate) == pytest.approx(equivalent(values, weights, rate) + more, rel=1e-6)
    worst, best = int(values.argmax()), int(values.argmin())
    moved, step = values.copy(), (values[worst] - values[best]) / 3
    moved[worst], moved[best] = values[worst] - step, values[best] + step
    assert equivalent(moved, weights, rate) <= equivalent(values, weights, rate) + 1e-6


@given(BURDENS)
def test_the_unit_does_not_matter(values: np.ndarray) -> None:
    weights = np.ones(len(values))
    seconds = equivalent(values, weights, kappa(values, weights))
    minutes = equivalent(values / 60.0, weights, kappa(values / 60.0, weights))
    assert 60.0 * minutes == pytest.approx(seconds, rel=1e-9)
