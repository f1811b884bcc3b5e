"""Designs: which points a study tries, counted before any is made."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.designs import Design, Drawn, Factor, Factorial, OneAtATime, Simplex, Zipped

TWO = {"a": [1, 2, 3], "b": ["x", "y"]}
RANGES = {"cars": Factor(0.5, 2.0, log=True), "rooms": Factor(1, 6, whole=True), "rule": Factor(levels=("p", "q"))}


@pytest.mark.parametrize(
    ("design", "count"),
    [
        (Factorial(TWO), 6),
        (Zipped({"a": [1, 2], "b": [3, 4]}), 2),
        (OneAtATime(TWO), 6),
        (Drawn("latin", RANGES, 12), 12),
        (Drawn("sobol", RANGES, 16), 16),
        (Simplex({"a": 1, "b": 1, "c": 1}, 4, 1), 15),
        (Simplex({"a": 6, "b": 3}, 36, 6, least=6), 5),
    ],
)
def test_a_design_knows_how_many_different_points_it_makes(design: Design, count: int) -> None:
    points = [tuple(sorted(point.items())) for point in design.points()]
    assert design.count == len(points) == len(set(points)) == count


def test_a_factorial_of_a_million_points_is_counted_and_begun_at_once() -> None:
    design = Factorial({key: range(100) for key in "abc"})
    assert design.count == 1_000_000
    assert list(islice(design.points(), 2)) == [{"a": 0, "b": 0, "c": 0}, {"a": 0, "b": 0, "c": 1}]


def test_one_at_a_time_changes_one_thing_in_each_point() -> None:
    assert [len(point) for point in OneAtATime(TWO).points()] == [0, 1, 1, 1, 1, 1]


def test_lists_in_step_must_be_equally_long() -> None:
    with pytest.raises(InputError, match="a has 2, b has 1"):
        Zipped({"a": [1, 2], "b": [1]})


def test_a_latin_hypercube_has_one_point_in_each_slice_of_every_factor() -> None:
    points = list(Drawn("latin", RANGES, 24).points())
    slices = np.floor(np.log(np.array([p["cars"] for p in points]) / 0.5) / np.log(4.0) * 24)
    assert sorted(slices) == list(range(24))
    assert [sum(p["rooms"] == n for p in points) for n in range(1, 7)] == [4] * 6
    assert [sum(p["rule"] == level for p in points) for level in "pq"] == [12, 12]


def test_a_sobol_design_is_balanced_in_every_quarter() -> None:
    points = list(Drawn("sobol", {"a": Factor(), "b": Factor()}, 16).points())
    quarters = {(p["a"] > 0.5, p["b"] > 0.5) for p in points}
    assert all(sum((p["a"] > 0.5, p["b"] > 0.5) == quarter for p in points) == 4 for quarter in quarters) and len(quarters) == 4
    with pytest.raises(InputError, match="such as 16 or 32"):
        Drawn("sobol", RANGES, 20)


@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_the_seed_decides_a_drawn_design(kind: str) -> None:
    first, again, other = (list(Drawn(kind, RANGES, 8, seed).points()) for seed in (3, 3, 4))
    assert first == again != other


def test_drawn_values_stay_in_their_range_and_read_well() -> None:
    for point in Drawn("sobol", RANGES, 256).points():
        assert 0.5 <= point["cars"] <= 2.0 and len(repr(point["cars"])) <= 8
        assert point["rooms"] in range(1, 7) and isinstance(point["rooms"], int)
    ends = Factor(1, 6, whole=True)
    assert [ends.at(u) for u in (0.0, 0.99999999, 1.0)] == [1, 6, 6]


def test_a_simplex_shares_its_total_in_every_point() -> None:
    design = Simplex({"rrv": 6, "car": 3}, total=48, step=12, least=12)
    shares = [(point["rrv"] * 6, point["car"] * 3) for point in design.points()]
    assert shares == [(12, 36), (24, 24), (36, 12)]
    assert all(a[0] < b[0] for a, b in pairwise(shares))


@pytest.mark.parametrize(
    ("parts", "total", "step", "least", "told"),
    [
        ({"a": 1, "b": 1}, 10, 3, 0, "total=10 is no number of steps of 3"),
        ({"a": 1, "b": 1}, 10, 5, 6, "6 of them are in each of 2 parts"),
        ({"rrv": 6, "b": 1}, 12, 4, 0, "rrv has 6 heads a unit"),
    ],
)
def test_a_simplex_that_leaves_a_remainder_is_refused(
    parts: dict[str, int], total: int, step: int, least: int, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        Simplex(parts, total, step, least)
