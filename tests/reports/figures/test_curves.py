"""Exceedance and coverage curves say what the data say, each option is named once, and labels keep apart."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from sim.language import Language
from sim.reports.figures.day import area_strip, coverage_over_day, worst_first
from sim.reports.figures.exceedance import exceedance
from sim.reports.figures.marks import spread, uncrowded
from tests.reports.figures.overlap import overlaps

TIMES = np.array([28800.0, 36000.0])


def texts(axis: Axes) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_exceedance_shows_each_option_once_and_names_it(axis: Axes, en: Language) -> None:
    curves = {"base": np.array([[1.0, 0.5], [1.0, 0.4]]), "more": np.array([[1.0, 0.2], [1.0, 0.1]])}
    exceedance(axis, np.array([0.0, 10.0]), curves, "base", en)
    assert [line.get_label() for line in axis.lines] == ["base", "more"]
    assert texts(axis) == ["base", "more"] and axis.get_legend() is None


def test_a_curve_ends_where_too_few_incidents_are_left(axis: Axes, en: Language) -> None:
    curves = {"base": np.array([[1.0, 0.5, 0.1, 0.05]] * 2), "more": np.array([[1.0, 0.4, 0.02, 0.01]] * 2)}
    exceedance(axis, np.array([0.0, 5.0, 10.0, 15.0]), curves, "base", en, None, {"base": 50.0, "more": 50.0})
    base, more = (np.asarray(line.get_ydata(), dtype=float) for line in axis.lines)
    assert np.isfinite(base).tolist() == [True, True, True, False] and np.isfinite(more).tolist() == [True, True, False, False]
    assert axis.get_ylim()[0] == 0.1 and axis.get_xlim()[1] == 10.0


def test_bands_belong_to_baseline_and_best_and_stay_on_the_axis(axis: Axes, en: Language) -> None:
    curves = {name: np.array([[1.0, 0.9], [1.0, 0.1], [1.0, 0.1]]) for name in ("base", "more", "most")}
    exceedance(axis, np.array([0.0, 10.0]), curves, "base", en, "most")
    assert len(axis.collections) == 2
    lows = [np.asarray(path.vertices)[:, 1].min() for c in axis.collections for path in c.get_paths()]
    assert min(lows) >= axis.get_ylim()[0]


def test_of_many_options_only_baseline_and_best_are_named_and_the_rest_counted(axis: Axes, en: Language) -> None:
    curves = {f"option {n}": np.array([[1.0, 0.5 - n / 100], [1.0, 0.4 - n / 100]]) for n in range(20)}
    exceedance(axis, np.array([0.0, 10.0]), curves, "option 0", en, "option 19")
    assert texts(axis) == ["option 0", "option 19", "grey: 18 other options"] and len(axis.lines) == 20


def test_curves_that_end_together_have_labels_apart(axis: Axes, en: Language) -> None:
    curves = {f"a rather long option name {n}": np.array([[1.0, 0.9]] * 2) for n in range(5)}
    coverage_over_day(axis, TIMES, curves, "a rather long option name 0", en)
    assert overlaps(axis) == []


def test_coverage_never_looks_like_more_than_everything(axis: Axes, en: Language) -> None:
    coverage_over_day(axis, TIMES, {"base": np.array([[1.0, 0.9], [0.98, 1.0], [1.0, 1.0]])}, "base", en)
    assert axis.get_ylim()[1] <= 1.01
    tops = np.concatenate([np.asarray(path.vertices)[:, 1] for c in axis.collections for path in c.get_paths()])
    assert tops.max() <= 1.0


def test_a_cut_axis_says_so(axis: Axes, en: Language) -> None:
    coverage_over_day(axis, TIMES, {"base": np.array([[0.99, 0.97]])}, "base", en)
    assert axis.get_ylabel() == "offices covered (axis cut at 95\u00a0%)" and axis.get_ylim()[0] == pytest.approx(0.95)


def test_a_whole_axis_needs_no_words(axis: Axes, en: Language) -> None:
    coverage_over_day(axis, TIMES, {"base": np.array([[0.9, 0.3]])}, "base", en)
    assert axis.get_ylabel() == "offices covered" and axis.get_ylim()[0] == 0.0


def test_time_runs_from_left_to_right_in_arabic_too(axis: Axes, ar: Language) -> None:
    coverage_over_day(axis, TIMES, {"base": np.array([[0.9, 0.3]])}, "base", ar)
    assert axis.get_xlim()[0] < axis.get_xlim()[1]


def test_the_strip_of_areas_has_names_on_the_right_in_arabic_and_time_from_the_left(axis: Axes, ar: Language) -> None:
    area_strip(axis, TIMES, np.array([[0.2, 0.3], [0.9, 1.0]]), ["الجزائر", "وهران"], ar)
    assert axis.yaxis.get_ticks_position() == "right" and axis.get_xlim()[0] < axis.get_xlim()[1]


def test_the_strip_of_areas_shows_each_area_in_its_row_and_no_data_blank(axis: Axes, en: Language) -> None:
    area_strip(axis, TIMES, np.array([[0.2, np.nan], [0.9, 1.0]]), ["worse", "better"], en)
    cells = np.ma.asarray(axis.collections[0].get_array()).reshape(2, 2)
    assert cells.filled(-1.0).tolist() == [[0.2, -1.0], [0.9, 1.0]]
    assert [t.get_text() for t in axis.get_yticklabels()] == ["worse", "better"] and axis.get_ylim() == (1.5, -0.5)


def test_areas_come_worst_first_and_those_without_data_not_at_all() -> None:
    coverage = np.array([[0.9, 0.9], [np.nan, np.nan], [0.1, np.nan], [0.5, 0.7]])
    assert worst_first(coverage, 10).tolist() == [2, 3, 0] and worst_first(coverage, 1).tolist() == [2]


def test_spread_keeps_order_and_moves_no_more_than_needed() -> None:
    placed = spread([0.5, 0.5, 0.5, 0.9], [0.1] * 4)
    assert placed.tolist() == pytest.approx([0.4, 0.5, 0.6, 0.9])
    assert spread([3.0, 1.0], [1.0, 1.0]).tolist() == [3.0, 1.0] and spread([], []).tolist() == []


def test_crowded_labels_give_way_to_those_that_matter() -> None:
    assert uncrowded([0.0, 1.0, 2.0], [1.5, 1.5, 1.5]) == [0, 2]
    assert uncrowded([0.0, 1.0, 2.0], [1.5, 1.5, 1.5], [1]) == [1]
