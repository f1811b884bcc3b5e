"""Gates: the recursion on arrivals against a plain one, and the recursion on work per minute against both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.gates import MINUTE, fifo_waits, work_waits
from tests.oracles.recursions import kiefer_wolfowitz

CUSTOMERS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), min_size=1, max_size=40)


@given(CUSTOMERS, st.integers(1, 4))
def test_waits_equal_the_kiefer_wolfowitz_recursion(customers: list[tuple[float, float]], lanes: int) -> None:
    arrivals, services = np.array(sorted(customers)).T
    expected = kiefer_wolfowitz(arrivals, services, lanes) - arrivals
    np.testing.assert_allclose(fifo_waits(arrivals, services, lanes), expected, atol=1e-9)


def test_two_lanes_worked_by_hand() -> None:
    waits = fifo_waits(np.array([0.0, 0.0, 1.0, 2.0, 20.0]), np.array([4.0, 6.0, 3.0, 1.0, 1.0]), 2)
    assert waits.tolist() == [0.0, 0.0, 3.0, 4.0, 0.0]


def test_nothing_arrives_nothing_waits() -> None:
    assert len(fifo_waits(np.zeros(0), np.zeros(0), 1)) == 0
    backlog, waits = work_waits(np.zeros((3, 60)), 60.0)
    assert not backlog.any() and not waits.any()


def test_bad_gates_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one lane"):
        fifo_waits(np.zeros(1), np.zeros(1), 0)
    with pytest.raises(ValueError, match="in order"):
        fifo_waits(np.array([2.0, 1.0]), np.zeros(2), 1)
    with pytest.raises(ValueError, match="above 0"):
        work_waits(np.zeros(3), 0.0)


def test_work_left_over_is_carried_to_the_next_minute() -> None:
    backlog, waits = work_waits(np.array([[90.0, 80.0, 0.0, 0.0], [60.0, 60.0, 60.0, 60.0]]), 60.0)
    assert backlog.tolist() == [[30.0, 50.0, 0.0, 0.0], [0.0] * 4]
    assert waits.tolist() == [[15.0, 40.0, 25.0, 0.0], [0.0] * 4]


def small_town(lanes: int) -> tuple[np.ndarray, np.ndarray]:
    """Six hours of traffic at one entrance, above the capacity of its lanes between the second and the fourth hour."""
    rng = np.random.default_rng(7)
    hourly = lanes * np.array([300.0, 500.0, 900.0, 900.0, 400.0, 200.0])
    counts = rng.poisson(hourly)
    arrivals = np.sort(np.concatenate([h * 3600.0 + 3600.0 * rng.random(n) for h, n in enumerate(counts)]))
    return arrivals, np.where(rng.random(len(arrivals)) < 0.05, 10.3, 4.5)


@pytest.mark.parametrize("lanes", [1, 2])
def test_arrivals_and_work_per_minute_agree_in_a_small_town(lanes: int) -> None:
    arrivals, services = small_town(lanes)
    waits = fifo_waits(arrivals, services, lanes)
    minute = (arrivals // MINUTE).astype(int)
    work = np.bincount(minute, services, minlength=360)
    backlog, minute_waits = work_waits(work, MINUTE * lanes)
    assert waits.max() > 600.0
    assert abs(waits.max() - minute_waits.max()) < MINUTE
    assert (minute_waits[minute]).sum() == pytest.approx(waits.sum(), rel=0.02)
    left = np.array([services[(arrivals <= t) & (arrivals + waits > t)].sum() for t in MINUTE * np.arange(1, 361)])
    assert np.abs(left - backlog).max() < MINUTE * lanes
