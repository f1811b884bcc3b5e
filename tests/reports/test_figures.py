"""Figures say what the data say, and a restricted map never shows fewer than five centres in one mark."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from sim.reports.curves import coverage_over_day, exceedance, staffing_curve
from sim.reports.maps import LEAST_CENTRES, centres_map, outline
from sim.reports.style import pollday_style
from sim.study.statistics import Estimate
from sim.territory.outlines import load_outline


@pytest.fixture
def axis() -> Iterator[Axes]:
    with pollday_style():
        figure, made = plt.subplots()
        yield made
        plt.close(figure)


def test_the_staffing_curve_is_drawn_in_minutes_and_in_order_of_heads(axis: Axes) -> None:
    estimates = [Estimate(600.0, 60.0, 5), Estimate(300.0, None, 1)]
    assert staffing_curve(axis, [200.0, 100.0], {"mean response": estimates}, ["many", "few"], "officers") is axis
    x, y = axis.lines[0].get_data()
    assert list(np.asarray(x)) == [100.0, 200.0] and list(np.asarray(y)) == [5.0, 10.0]


def test_no_data_leaves_a_gap_not_a_zero(axis: Axes) -> None:
    staffing_curve(axis, [1.0, 2.0], {"mean response": [Estimate(None, None, 0), Estimate(60.0, None, 1)]}, ["a", "b"], "officers")
    assert np.isnan(np.asarray(axis.lines[0].get_ydata())[0])


def test_exceedance_shows_each_option_once_and_names_it(axis: Axes) -> None:
    curves = {"base": np.array([[1.0, 0.5], [1.0, 0.4]]), "more": np.array([[1.0, 0.2], [1.0, 0.1]])}
    exceedance(axis, np.array([0.0, 10.0]), curves, "base")
    legend = axis.get_legend()
    assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["base", "more"]


def test_coverage_never_looks_like_more_than_everything(axis: Axes) -> None:
    curves = {"base": np.array([[1.0, 0.9], [0.98, 1.0], [1.0, 1.0]])}
    coverage_over_day(axis, np.array([28800.0, 36000.0]), curves, "base")
    assert axis.get_ylim()[1] <= 1.01
    tops = np.concatenate([path.vertices[:, 1] for c in axis.collections for path in c.get_paths()])
    assert tops.max() <= 1.0


def test_a_restricted_map_marks_five_centres_together_but_not_four(axis: Axes) -> None:
    x = np.concatenate([np.full(5, 0.0), np.full(4, 1.0)])
    y = np.concatenate([np.full(5, 36.0), np.full(4, 37.0)])
    marks = centres_map(axis, x, y, np.arange(9.0), cells=5, limits=(0.0, 9.0))
    assert np.asarray(marks.get_array()).tolist() == [2.0] and LEAST_CENTRES == 5


def test_four_centres_alone_are_not_shown(axis: Axes) -> None:
    x, y = np.array([0.0, 0.001, 0.002, 0.003]), np.array([36.0, 36.001, 36.0, 36.001])
    marks = centres_map(axis, x, y, np.ones(4), cells=5, limits=(0.0, 2.0))
    assert len(np.asarray(marks.get_array())) == 0


def test_internal_shows_every_centre(axis: Axes) -> None:
    marks = centres_map(axis, np.arange(4.0), np.arange(4.0), np.ones(4), cells=5, limits=(0.0, 2.0), share="internal")
    assert len(np.asarray(marks.get_array())) == 4


def test_outlines_frame_the_country(axis: Axes) -> None:
    outline(axis, [ring for rings in load_outline("dz_wilayas48").values() for ring in rings])
    low, high = axis.get_xlim()
    assert low < -8 and high > 11
