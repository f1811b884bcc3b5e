"""Response surfaces: exact where the truth is of their kind, honest about their error, and never beyond what was studied."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from sim.cli import compose
from sim.reports.findings.factors import studied_factors
from sim.reports.findings.surface import Surface, _fit, _Method, fit_surface, hull_of, is_inside, least_points

Floats = NDArray[np.float64]


def drawn(points: int, factors: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).uniform(0.0, 1.0, (points, factors))


def fitted(x: Floats, y: Floats) -> Surface:
    found = fit_surface(x, y)
    assert found is not None
    return found


def test_a_plane_is_found_as_a_plane_without_error() -> None:
    x = drawn(8, 2)
    found = fitted(x, 3.0 + 2.0 * x[:, 0] - x[:, 1])
    assert found.method == "plane" and found.error == pytest.approx(0.0, abs=1e-12)
    assert found(np.array([[0.5, 0.5]])) == pytest.approx([3.5])


def test_a_parabola_is_found_as_curved_and_told_between_its_points() -> None:
    x = np.linspace(0.0, 1.0, 6)[:, None]
    found = fitted(x, (x[:, 0] - 0.3) ** 2)
    assert found.method == "curved" and found(np.array([[0.55]])) == pytest.approx([0.0625])


def test_what_bends_is_followed_by_cubes_better_than_by_a_parabola() -> None:
    x = np.linspace(0.0, 1.0, 12)[:, None]
    found = fitted(x, np.tanh(8.0 * (x[:, 0] - 0.5)))
    assert found.method == "bent" and found.error < 0.2
    assert found(np.array([[0.5]])) == pytest.approx([0.0], abs=0.05)


@pytest.mark.parametrize(("factors", "smoothing"), [(1, 0.0), (2, 0.1), (3, 1.0)])
def test_sums_of_cubes_are_those_of_scipy(factors: int, smoothing: float) -> None:
    x, new = drawn(14, factors), drawn(50, factors, 2)
    y = np.sin(3.0 * x).sum(axis=1)
    own = _fit(x, y, _Method("bent", 1, smoothing), 0.0)
    theirs = RBFInterpolator(x, y, kernel="cubic", degree=1, smoothing=smoothing)
    assert own is not None and own(new) == pytest.approx(theirs(new), abs=1e-9)


def test_the_error_is_that_of_points_left_out_and_grows_with_noise() -> None:
    x, noise = drawn(20, 2), np.random.default_rng(3).normal(size=20)
    errors = [fitted(x, x.sum(axis=1) + size * noise).error for size in (0.01, 0.1)]
    assert 0.005 < errors[0] < 0.03 and 0.05 < errors[1] < 0.3


def test_too_few_points_or_a_missing_value_make_no_surface() -> None:
    x = np.linspace(0.0, 1.0, 3)[:, None]
    assert least_points(1) == 4 and fit_surface(x, x[:, 0]) is None
    assert fit_surface(drawn(8, 2), np.array([1.0, np.nan, *np.ones(6)])) is None


def test_factors_that_only_move_together_make_no_surface_and_no_hull() -> None:
    line = np.linspace(0.0, 1.0, 8)
    x = np.stack((line, line), axis=1)
    assert fit_surface(x, line) is None and hull_of(x) is None


def test_inside_is_what_lies_between_the_points() -> None:
    hull = hull_of(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.2, 0.2]]))
    assert hull is not None
    assert is_inside(hull, np.array([[0.3, 0.3], [0.5, 0.5], [0.6, 0.6], [0.0, 0.0], [-0.1, 0.5]])).tolist() == [
        True, True, False, True, False,
    ]  # fmt: skip
    ends = hull_of(np.array([[0.0], [0.4], [1.0]]))
    assert ends is not None and is_inside(ends, np.array([[0.0], [0.7], [1.01]])).tolist() == [True, True, False]


# --- factors of a study -------------------------------------------------------------------------------------------


def study(*options: tuple[str, ...]) -> list:  # type: ignore[type-arg]
    return [compose(["preset=demo-city", *own]) for own in options]


def test_factors_are_the_numbers_in_which_options_differ() -> None:
    found = studied_factors(study(("staffing.absence=0.1", "room.operators=3"), ("staffing.absence=0.2", "room.operators=5")), 0)
    assert [(f.key, f.low, f.high, f.whole) for f in found.factors] == [
        ("staffing.absence", 0.1, 0.2, False), ("room.operators", 3.0, 5.0, True),
    ]  # fmt: skip
    assert found.options == (0, 1) and found.points.tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_an_option_with_another_plan_is_no_point_of_the_surface_and_widens_no_range() -> None:
    options = study((), ("staffing.absence=0.2",), ("dispatch=reserve", "staffing.absence=0.28"))
    found = studied_factors(options, 0)
    assert found.options == (0, 1)
    assert [(f.key, f.high) for f in found.factors] == [("staffing.absence", 0.2)]


def test_options_that_differ_in_no_number_have_no_factors() -> None:
    assert studied_factors(study((), ("dispatch=reserve",)), 0).factors == ()
