"""The staffing curve is drawn in order of heads, with bands, and names the knee and as many options as fit."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.language import Language
from sim.reports.figures.marks import name_text
from sim.reports.figures.staffing import distinct, staffing_curve
from sim.reports.findings.knee import Knee
from sim.study.statistics import Estimate
from tests.reports.figures.overlap import overlaps

FALLING = [Estimate(600.0, 60.0, 5), Estimate(300.0, 30.0, 5), Estimate(240.0, 30.0, 5), Estimate(200.0, 30.0, 5)]


def test_the_staffing_curve_is_drawn_in_minutes_and_in_order_of_heads(axis: Axes, en: Language) -> None:
    estimates = [Estimate(600.0, 60.0, 5), Estimate(300.0, None, 1)]
    assert staffing_curve(axis, [200.0, 100.0], {"mean response": estimates}, ["many", "few"], "officers", en) is axis
    x, y = axis.lines[0].get_data()
    assert list(np.asarray(x)) == [100.0, 200.0] and list(np.asarray(y)) == [5.0, 10.0]
    assert "mean response" in [text.get_text() for text in axis.texts] and axis.get_ylabel() == "minutes"


def test_no_data_leaves_a_gap_not_a_zero(axis: Axes, en: Language) -> None:
    lines = {"mean response": [Estimate(None, None, 0), Estimate(60.0, None, 1)]}
    staffing_curve(axis, [1.0, 2.0], lines, ["a", "b"], "officers", en)
    assert np.isnan(np.asarray(axis.lines[0].get_ydata())[0])


def test_bands_are_the_intervals_and_never_below_zero(axis: Axes, en: Language) -> None:
    staffing_curve(axis, [1.0, 2.0], {"mean": [Estimate(60.0, 120.0, 3), Estimate(60.0, 30.0, 3)]}, ["a", "b"], "officers", en)
    ends = np.asarray(axis.collections[0].get_paths()[0].vertices)[:, 1]
    assert ends.min() == 0.0 and ends.max() == 3.0


def test_the_knee_is_marked_at_its_option(axis: Axes, en: Language) -> None:
    staffing_curve(axis, [1.0, 2.0, 3.0, 4.0], {"mean": FALLING}, list("abcd"), "officers", en, Knee(1, "found", 1.0))
    assert any(list(np.asarray(line.get_xdata())) == [2.0, 2.0] for line in axis.lines)
    assert "knee" in [text.get_text() for text in axis.texts]


def test_where_there_is_no_knee_none_is_drawn(axis: Axes, en: Language) -> None:
    staffing_curve(axis, [1.0, 2.0, 3.0, 4.0], {"mean": FALLING}, list("abcd"), "officers", en, Knee(None, "no bend"))
    assert len(axis.lines) == 1 and "knee" not in [text.get_text() for text in axis.texts]


def test_options_with_equal_heads_are_rows(axis: Axes, en: Language) -> None:
    assert not distinct([100.0, 100.0]) and distinct([100.0, 120.0]) and not distinct([100.0, np.nan])
    estimates = [Estimate(600.0, 60.0, 5), Estimate(300.0, 30.0, 5)]
    staffing_curve(axis, [100.0, 100.0], {"mean response": estimates}, ["near", "reserve"], "officers", en)
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["near", "reserve"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1] and axis.get_xlim()[0] == 0.0


def test_rows_are_mirrored_in_arabic(axis: Axes, ar: Language) -> None:
    estimates = [Estimate(600.0, 60.0, 5), Estimate(300.0, 30.0, 5)]
    staffing_curve(axis, [100.0, 100.0], {"mean response": estimates}, ["near", "reserve"], "officers", ar)
    low, high = axis.get_xlim()
    assert low > high == 0.0 and axis.yaxis.get_ticks_position() == "right"


def test_twenty_names_do_not_lie_on_each_other(axis: Axes, en: Language) -> None:
    names = [f"{n} % of posts to cars" for n in range(20)]
    lines = {f"line {n}": [Estimate(600.0 - 20 * i + n, 10.0, 5) for i in range(20)] for n in range(3)}
    staffing_curve(axis, [1000.0 + 50 * i for i in range(20)], lines, names, "officers", en)
    assert overlaps(axis) == []
    top = [text.get_text() for text in axis.child_axes[0].get_xticklabels() if text.get_text()]
    assert top[0].replace("\n", " ") == names[0] and top[-1].replace("\n", " ") == names[-1] and 3 <= len(top) < 20


def test_a_name_with_dollars_is_text_and_no_formula(axis: Axes, en: Language) -> None:
    staffing_curve(axis, [1.0, 2.0], {"mean": FALLING[:2]}, ["$\\frac{$", "<img onerror=x>"], "officers", en)
    axis.get_figure().draw_without_rendering()  # type: ignore[union-attr]
    assert [text.get_text() for text in axis.child_axes[0].get_xticklabels()] == ["$\\frac{$", "<img\nonerror=x>"]


def test_options_a_few_officers_apart_still_stand_on_an_axis_of_heads() -> None:
    assert distinct([5000.0 + 10 * n for n in range(20)]) and not distinct([5000.0, 5010.0, 5020.0])
    assert not distinct([100.0, 200.0, 200.2]), "two of them would lie on each other"


def test_names_are_broken_between_words_and_long_words_after_a_sign(en: Language) -> None:
    assert name_text(en, "60 heads to patrol_car", 20) == "60 heads to\npatrol_car"
    assert name_text(en, "patrol_cars_factor=2.7", 20) == "patrol_cars_\nfactor=2.7"
    assert name_text(en, "", 20) == "" and name_text(en, "x" * 100, 20).count("\n") == 2
    assert max(map(len, name_text(en, "a very long name that goes on and on and on for ever and ever", 20).split("\n"))) <= 20
