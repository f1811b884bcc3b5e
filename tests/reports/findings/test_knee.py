"""The knee: found where a curve bends and the days agree, and otherwise honestly none."""

from __future__ import annotations

import numpy as np
import pytest

from sim.reports.findings.knee import Knee, bend, find_knee

HEADS = np.array([100.0, 200.0, 300.0, 400.0, 500.0])
BENT = np.array([900.0, 400.0, 360.0, 330.0, 300.0])
STRAIGHT = np.array([900.0, 750.0, 600.0, 450.0, 300.0])


def days(curve: np.ndarray, noise: float = 5.0, count: int = 12) -> np.ndarray:
    rng = np.random.default_rng(7)
    return curve[:, None] + rng.normal(0.0, 50.0, count) + rng.normal(0.0, noise, (len(curve), count))


def test_a_bent_curve_has_its_knee_at_the_bend() -> None:
    found = find_knee(HEADS, days(BENT, 0.0))
    assert (found.option, found.reason, found.agreement) == (1, "found", 1.0)
    assert found.beyond == pytest.approx((100 / 300) / (500 / 100))


def test_options_may_come_in_any_order() -> None:
    turned = np.array([3, 0, 4, 2, 1])
    found = find_knee(HEADS[turned], days(BENT)[turned])
    assert found.option == 4 and turned[4] == 1


def test_uneven_steps_between_options_do_not_move_the_knee() -> None:
    uneven, late = np.array([100.0, 110.0, 120.0, 130.0, 500.0]), np.array([900.0, 880.0, 860.0, 400.0, 300.0])
    assert bend(uneven, late) == 3 and bend(HEADS, late) is None


def test_a_straight_line_has_no_knee() -> None:
    assert find_knee(HEADS, days(STRAIGHT, 0.0)) == Knee(None, "no bend")


def test_a_bend_after_which_officers_still_gain_more_than_half_is_no_knee() -> None:
    x = np.linspace(100.0, 500.0, 21)
    gentle = 900.0 - np.where(x < 300, 2.0 * (x - 100), 400.0 + 1.2 * (x - 300))
    sharp = 900.0 - np.where(x < 300, 2.0 * (x - 100), 400.0 + 0.8 * (x - 300))
    assert bend(x, gentle) is not None and find_knee(x, days(gentle, 0.0)).reason == "no bend"
    assert find_knee(x, days(sharp, 0.0)).reason == "found"


def test_a_curve_that_bends_the_other_way_has_no_knee() -> None:
    assert find_knee(HEADS, days(900.0 + 300.0 - BENT[::-1])).reason == "no bend"


def test_a_curve_that_does_not_fall_has_no_knee() -> None:
    assert find_knee(HEADS, days(BENT[::-1])).reason == "does not fall" and bend(HEADS, BENT[::-1]) is None


def test_a_bend_that_hangs_on_few_of_the_days_is_none() -> None:
    found = find_knee(HEADS, days(np.full(5, 300.0), 60.0))
    assert found.option is None
    early, late = np.array([900.0, 400.0, 380.0, 360.0, 300.0]), np.array([900.0, 800.0, 700.0, 400.0, 300.0])
    mixed = find_knee(HEADS, np.column_stack([early] * 7 + [late] * 5))
    assert mixed.option is None and mixed.reason == "days disagree"
    assert mixed.agreement is not None and 0.5 < mixed.agreement < 0.9


@pytest.mark.parametrize("heads", [HEADS[:3], np.array([100.0, 100.0, 200.0, 300.0]), np.array([100.0, np.nan, 200.0, 300.0])])
def test_too_few_different_head_counts_have_no_shape(heads: np.ndarray) -> None:
    assert find_knee(heads, days(BENT)[: len(heads)]).reason == "few options"


def test_too_few_days_with_data_of_every_option_are_said() -> None:
    gappy = days(BENT)
    gappy[2, 3:] = np.nan
    assert find_knee(HEADS, gappy) == Knee(None, "few days")


def test_the_same_data_give_the_same_answer() -> None:
    rough = days(np.array([600.0, 420.0, 350.0, 320.0, 300.0]), 80.0)
    assert find_knee(HEADS, rough) == find_knee(HEADS, rough)
