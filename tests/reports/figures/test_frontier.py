"""Cost against compliance: efficient options are filled, joined and named, and nothing lies on anything."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.language import Language
from sim.reports.figures.frontier import frontier
from sim.reports.figures.marks import folded
from tests.reports.figures.overlap import overlaps

LABELS = ("officers", "within target")


def test_efficient_options_are_joined_and_named_in_bold(axis: Axes, en: Language) -> None:
    cost, gain = np.array([100.0, 200.0, 300.0, 400.0]), np.array([0.5, 0.8, 0.7, 0.9])
    assert frontier(axis, cost, gain, np.full(4, 0.02), ["a", "b", "c", "d"], LABELS, en) is axis
    line = axis.lines[-1]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([100.0, 200.0, 400.0], [0.5, 0.8, 0.9])
    bold = {t.get_text() for t in axis.texts if t.get_fontweight() == "bold"}
    assert bold == {"a", "b", "d"} and {t.get_text() for t in axis.texts} == {"a", "b", "c", "d"}


def test_options_without_data_are_left_out(axis: Axes, en: Language) -> None:
    frontier(axis, np.array([1.0, np.nan]), np.array([0.5, 0.9]), np.full(2, np.nan), ["a", "b"], LABELS, en)
    assert [t.get_text() for t in axis.texts] == ["a"]


def test_of_twenty_options_no_two_names_touch(axis: Axes, en: Language) -> None:
    rng = np.random.default_rng(2)
    cost, gain = 1000 + 20 * np.arange(20.0), 0.6 + 0.015 * np.arange(20) + rng.normal(0, 0.01, 20)
    frontier(axis, cost, gain, np.full(20, 0.01), [f"{n} % of posts to cars" for n in range(20)], LABELS, en)
    assert overlaps(axis) == [] and len(axis.texts) >= 4


def test_the_share_is_never_drawn_above_everything(axis: Axes, en: Language) -> None:
    frontier(axis, np.array([1.0, 2.0]), np.array([0.99, 1.0]), np.full(2, 0.05), ["a", "b"], LABELS, en)
    assert axis.get_ylim()[1] <= 1.02
    ends = [segment[:, 1].max() for c in axis.collections for segment in c.get_segments()]  # type: ignore[attr-defined]
    assert max(ends) <= 1.0


def test_ticks_close_to_each_other_have_different_names(axis: Axes, en: Language) -> None:
    frontier(axis, np.array([1.0, 2.0]), np.array([0.9123, 0.9127]), np.full(2, 0.0002), ["a", "b"], LABELS, en)
    axis.get_figure().draw_without_rendering()  # type: ignore[union-attr]
    told = [tick.get_text() for tick in axis.get_yticklabels()]
    assert len(told) == len(set(told)) >= 3 and all(text.endswith("\u00a0%") for text in told)


def test_a_sign_of_percent_is_not_parted_from_its_number() -> None:
    assert folded("Bars: 95 % intervals", 9) == ["Bars:", "95\u00a0%", "intervals"]
