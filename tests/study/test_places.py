"""Figures by area and force: they add up to the headline, survive the store, and become ratios of sums over the days."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.cli import compose
from sim.study.design import Option, Study
from sim.study.outcome import Outcome, PlaceFigures
from sim.study.packing import pack, unpack
from sim.study.places import place_rows, place_samples, stacked
from sim.study.point import run_point
from sim.study.result import StudyResult
from sim.study.statistics import estimate

TOWN = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")


@cache
def day(replication: int = 0) -> Outcome:
    return run_point(compose([*TOWN, "demand.rate_factor=5"]), replication)


def column(measure: str, by: str = "area") -> np.ndarray:
    figures = day().places[by]
    assert isinstance(figures, PlaceFigures)
    return figures.column(measure)


@pytest.mark.parametrize("by", ["area", "force"])
def test_counts_and_heads_by_place_add_up_to_the_headline(by: str) -> None:
    scalars = day().scalars
    for name in ("needing_unit", "compliance_p1_p2_within", "compliance_p1_p2_judged", "heads_on_duty", "heads_mobile"):
        assert column(name, by).sum() == scalars[name], name
    assert column("response_sum", by).sum() / column("answered", by).sum() == pytest.approx(scalars["response_mean"])


def test_coverage_by_area_adds_up_to_that_of_the_whole_territory() -> None:
    scalars = day().scalars
    for name in ("office_steps_covered", "office_steps"):
        assert column(name).sum() == pytest.approx(scalars[name])


def test_coverage_by_area_and_time_has_the_mean_of_the_day() -> None:
    curves = day().curves
    share, begin = curves["coverage_by_area_time"], curves["coverage_area_times"]
    assert share.shape == (len(column("coverage")), len(begin)) and np.all(np.diff(begin) == 1800.0)
    whole = column("office_steps_covered") / column("office_steps")
    # Every half hour of a city that votes from the full hour to the full hour holds as many steps of time as any other.
    np.testing.assert_allclose(np.nanmean(share, axis=1), whole)


def test_figures_by_place_come_back_from_the_store_bit_by_bit() -> None:
    back = unpack(pack(day()))
    assert back.places == day().places and len(back.places["area"]) == len(day().places["area"])
    np.testing.assert_array_equal(back.curves["coverage_by_area_time"], day().curves["coverage_by_area_time"])


def test_a_pair_that_is_missing_has_no_data() -> None:
    figures = PlaceFigures.of({("a", "x"): 1.0, ("b", "y"): 2.0})
    assert dict(figures) == {("a", "x"): 1.0, ("a", "y"): None, ("b", "x"): None, ("b", "y"): 2.0}
    assert figures.get(("c", "x")) is None and np.isnan(figures.column("unknown")).all()


def test_the_response_of_an_area_is_a_ratio_of_sums_and_never_a_mean_of_means() -> None:
    days = [{("a", "response_sum"): 100.0, ("a", "answered"): 1.0}, {("a", "response_sum"): 800.0, ("a", "answered"): 99.0}]
    days.append({("a", "response_sum"): 0.0, ("a", "answered"): 0.0})
    found = estimate(place_samples(dict(enumerate(days)))["a", "response_mean"])
    assert found.mean == 9.0 and found.replications == 2


def test_days_are_stacked_by_their_number_and_a_missing_day_is_no_data() -> None:
    places, measures, values = stacked({0: {("a", "x"): 1.0}, 2: {("b", "x"): 3.0}})
    assert (places, measures) == (("a", "b"), ("x",))
    np.testing.assert_array_equal(values[:, :, 0], [[1.0, np.nan], [np.nan, np.nan], [np.nan, 3.0]])


def test_an_option_without_any_run_has_no_data_by_area() -> None:
    settings = compose(TOWN)
    fewer = compose([*TOWN, "staffing.patrol_cars_factor=0.5"])
    study = Study("s", "?", (Option("a", (), settings), Option("b", (), fewer)), 2, "a")
    rows = place_rows(StudyResult(study, {(0, 0): day(0), (0, 1): day(1)}), "area")
    assert {row["mean"] for row in rows if row["option"] == "b"} == {None}
    assert {"response_mean", "coverage", "compliance_p1_p2"} <= {row["measure"] for row in rows}
