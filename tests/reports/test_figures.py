"""Figures say what the data say, and a restricted map never shows fewer than five centres in one mark."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

from sim.reports.curves import coverage_over_day, differences, exceedance, staffing_curve
from sim.reports.maps import LEAST_CENTRES, centres_map, frame, limit_of, outline, scale_bar
from sim.reports.study_figures import change_panel
from sim.reports.style import DIVERGING, GAIN, LOSS, pollday_style
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
    staffing_curve(
        axis, [1.0, 2.0], {"mean response": [Estimate(None, None, 0), Estimate(60.0, None, 1)]}, ["a", "b"], "officers"
    )
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
    tops = np.concatenate([np.asarray(path.vertices)[:, 1] for c in axis.collections for path in c.get_paths()])
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


def test_a_curve_ends_where_too_few_incidents_are_left(axis: Axes) -> None:
    curves = {"base": np.array([[1.0, 0.5, 0.1, 0.05]] * 2), "more": np.array([[1.0, 0.4, 0.02, 0.01]] * 2)}
    exceedance(axis, np.array([0.0, 5.0, 10.0, 15.0]), curves, "base", None, {"base": 50.0, "more": 50.0})
    base, more = (np.asarray(line.get_ydata(), dtype=float) for line in axis.lines)
    assert np.isfinite(base).tolist() == [True, True, True, False] and np.isfinite(more).tolist() == [True, True, False, False]
    assert axis.get_ylim()[0] == 0.1 and axis.get_xlim()[1] == 10.0


def test_bands_belong_to_baseline_and_best_and_stay_on_the_axis(axis: Axes) -> None:
    curves = {name: np.array([[1.0, 0.9], [1.0, 0.1], [1.0, 0.1]]) for name in ("base", "more", "most")}
    exceedance(axis, np.array([0.0, 10.0]), curves, "base", "most")
    assert len(axis.collections) == 2
    lows = [np.asarray(path.vertices)[:, 1].min() for c in axis.collections for path in c.get_paths()]
    assert min(lows) >= axis.get_ylim()[0]


def test_a_cut_axis_says_so(axis: Axes) -> None:
    coverage_over_day(axis, np.array([28800.0, 36000.0]), {"base": np.array([[0.99, 0.97]])}, "base")
    assert axis.get_ylabel() == "offices covered (axis cut at 95 %)" and axis.get_ylim()[0] == pytest.approx(0.95)


def test_a_whole_axis_needs_no_words(axis: Axes) -> None:
    coverage_over_day(axis, np.array([28800.0, 36000.0]), {"base": np.array([[0.9, 0.3]])}, "base")
    assert axis.get_ylabel() == "offices covered" and axis.get_ylim()[0] == 0.0


def test_options_with_equal_heads_stand_side_by_side(axis: Axes) -> None:
    estimates = [Estimate(600.0, 60.0, 5), Estimate(300.0, 30.0, 5)]
    staffing_curve(axis, [100.0, 100.0], {"mean response": estimates}, ["near", "reserve"], "officers")
    assert np.asarray(axis.lines[-1].get_xdata()).tolist() == pytest.approx([-0.04, 0.96])
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["near", "reserve"]


def test_differences_are_filled_where_real(axis: Axes) -> None:
    differences(axis, {"more": Estimate(-60.0, 12.0, 5), "other": Estimate(3.0, 30.0, 5)}, "minutes")
    real, open_ = (c.lines[0] for c in axis.containers)  # type: ignore[attr-defined]
    assert real.get_markerfacecolor() != "white" and open_.get_markerfacecolor() == "white"


@pytest.mark.parametrize(
    ("change", "palette", "sign"), [([-2.0, -1.0], GAIN, -1), ([1.0, 2.0], LOSS, 1), ([-1.0, 2.0], DIVERGING, 1)]
)
def test_a_change_of_one_sign_gets_a_one_sided_scale(change: list[float], palette: str, sign: int) -> None:
    base = np.array([5.0, 5.0])
    panel = change_panel(base, base + change, "more")
    assert panel.palette == palette and panel.values.tolist() == [sign * c for c in change]
    assert panel.limits[1] == 2.0 and panel.limits[0] == (-2.0 if palette == DIVERGING else 0.0)


def test_limits_fit_the_data_and_leave_out_what_stands_far_out() -> None:
    assert limit_of(np.array([0.3, 0.61])) == pytest.approx(0.625) and limit_of(np.zeros(3)) > 0
    assert limit_of(np.array([1.0] * 99 + [50.0])) == 1.0


def test_a_scale_bar_is_as_long_as_it_says(axis: Axes) -> None:
    frame(axis, np.array([3.0, 3.15]), np.array([36.70, 36.82]))
    scale_bar(axis)
    x = np.asarray(axis.lines[0].get_xdata())
    assert axis.texts[0].get_text() == "5 km"
    assert np.ptp(x) * 111.195 * np.cos(np.radians(36.76)) == pytest.approx(5.0, rel=1e-3)
