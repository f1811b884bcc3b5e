"""Differences as dots: filled where real, blue for better, sorted, mirrored, and honest about no data."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from sim.language import Language
from sim.reports.figures.dots import Dot, by_difference, dots
from sim.reports.style import BETTER, WORSE
from sim.study.statistics import NO_DATA, Estimate
from tests.reports.figures.overlap import overlaps

FOUND = [
    Dot("better", Estimate(-60.0, 12.0, 5), True),
    Dot("unclear", Estimate(3.0, 30.0, 5), False),
    Dot("worse", Estimate(90.0, 12.0, 5), True),
    Dot("nothing", NO_DATA, None),
]


def marks(axis: Axes) -> list[tuple[str, str, str]]:
    lines = [c.lines[0] for c in axis.containers]  # type: ignore[attr-defined]
    return [(to_hex(one.get_color()), one.get_markerfacecolor(), one.get_marker()) for one in lines]


def test_differences_are_filled_where_real_and_coloured_by_what_is_better(axis: Axes, en: Language) -> None:
    assert dots(axis, FOUND, "minutes", en, unit=60.0) is axis
    (better, fill, round_), (_, hollow, _), (worse, _, square) = marks(axis)
    assert (better, worse) == (BETTER.lower(), WORSE.lower()) and fill == BETTER and hollow == "white"
    assert (round_, square) == ("o", "s"), "colour is not the only sign"


def test_more_may_be_better(axis: Axes, en: Language) -> None:
    dots(axis, FOUND[:1], "share", en, lower_is_better=False)
    assert marks(axis)[0][0] == WORSE.lower()


def test_the_axis_holds_every_interval_and_zero_in_the_unit_shown(axis: Axes, en: Language) -> None:
    dots(axis, FOUND, "minutes", en, unit=60.0)
    low, high = axis.get_xlim()
    assert low < -1.2 and high > 1.7
    assert [c.lines[0].get_xdata()[0] for c in axis.containers] == [-1.0, 0.05, 1.5]  # type: ignore[attr-defined]


def test_a_row_without_data_says_so(axis: Axes, en: Language) -> None:
    dots(axis, FOUND, "minutes", en, unit=60.0)
    assert [t.get_text().strip() for t in axis.texts][-1] == "no data" and len(axis.containers) == 3


def test_figures_are_written_with_their_sign_unless_there_is_no_room(axis: Axes, en: Language) -> None:
    dots(axis, FOUND[:1], "minutes", en, unit=60.0)
    assert [t.get_text() for t in axis.texts] == ["-1.00"]
    axis.clear()
    dots(axis, FOUND[:1], "minutes", en, unit=60.0, written=False)
    assert not axis.texts


def test_rows_are_sorted_from_gain_to_loss_with_those_without_data_last() -> None:
    mixed = [FOUND[3], FOUND[2], FOUND[0], FOUND[1]]
    assert [d.label for d in by_difference(mixed)] == ["better", "unclear", "worse", "nothing"]
    assert [d.label for d in by_difference(mixed, lower_is_better=False)] == ["worse", "unclear", "better", "nothing"]


def test_rows_are_mirrored_in_arabic(axis: Axes, ar: Language) -> None:
    dots(axis, FOUND, "minutes", ar, unit=60.0)
    assert axis.get_xlim()[0] > axis.get_xlim()[1] and axis.yaxis.get_ticks_position() == "right"
    assert axis.get_ylim()[0] > axis.get_ylim()[1], "the first row stays on top"


def test_forty_eight_areas_fit_an_a4_page_without_touching(axis: Axes, en: Language) -> None:
    figure = axis.get_figure(root=True)
    figure.set_size_inches(6.9, 9.6)  # type: ignore[union-attr]
    rng = np.random.default_rng(1)
    found = [Dot(f"Wilaya with a name {n}", Estimate(rng.normal(-60, 60), 40.0, 10), n % 3 == 0) for n in range(48)]
    dots(axis, by_difference(found), "minutes against the plan", en, unit=60.0, written=False)
    assert overlaps(axis) == [] and len(axis.get_yticklabels()) == 48
