"""Maps: real outlines, round classes, and never fewer than five centres in one mark unless the report is internal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from sim.cli import compose
from sim.language import Language
from sim.reports.figures import views
from sim.reports.figures.classes import rounded
from sim.reports.figures.maps import LEAST_CENTRES, centres_map, frame, limit_of, outline, scale_bar
from sim.reports.figures.views import change_panel, worst_areas
from sim.study.point import place_of
from sim.territory.outlines import load_outline
from sim.territory.sites import Territory


@pytest.fixture(scope="module")
def city() -> Territory:
    return place_of(compose(["preset=demo-city", "territory.city.centres=120", "territory.city.offices=480"])).territory


def test_a_restricted_map_marks_five_centres_together_but_not_four(axis: Axes) -> None:
    x = np.concatenate([np.full(5, 0.0), np.full(4, 1.0)])
    y = np.concatenate([np.full(5, 36.0), np.full(4, 37.0)])
    marks = centres_map(axis, x, y, np.arange(9.0), cells=5)
    assert np.asarray(marks.get_array()).tolist() == [2.0] and LEAST_CENTRES == 5


@pytest.mark.parametrize("share", ["restricted", "public", "anything"])
def test_four_centres_alone_are_not_shown(axis: Axes, share: str) -> None:
    x, y = np.array([0.0, 0.001, 0.002, 0.003]), np.array([36.0, 36.001, 36.0, 36.001])
    assert len(np.asarray(centres_map(axis, x, y, np.ones(4), cells=5, share=share).get_array())) == 0


def test_internal_shows_every_centre(axis: Axes) -> None:
    marks = centres_map(axis, np.arange(4.0), np.arange(4.0), np.ones(4), cells=5, share="internal")
    assert len(np.asarray(marks.get_array())) == 4


def test_outlines_are_drawn_as_they_are(axis: Axes) -> None:
    rings = [ring for parts in load_outline("dz_wilayas48").values() for ring in parts]
    outline(axis, rings)
    assert sum(len(path.vertices) for path in axis.collections[0].get_paths()) == sum(map(len, rings))


@pytest.mark.parametrize(
    ("change", "kind", "sign"), [([-2.0, -1.0], "saved", -1), ([1.0, 2.0], "lost", 1), ([-1.0, 2.0], "change", 1)]
)
def test_a_change_of_one_sign_gets_a_one_sided_scale(change: list[float], kind: str, sign: int) -> None:
    base = np.array([5.0, 5.0])
    panel = change_panel(base, base + change)
    assert panel.kind == kind and panel.values.tolist() == [sign * c for c in change]
    assert panel.limits == ((-2.0 if kind == "change" else 0.0), 2.0)


def test_limits_fit_the_data_and_leave_out_what_stands_far_out() -> None:
    assert limit_of(np.array([0.3, 0.61])) == pytest.approx(0.625) and limit_of(np.zeros(3)) > 0
    assert limit_of(np.array([1.0] * 99 + [50.0])) == 1.0


def test_a_change_in_a_few_places_only_has_a_scale_that_shows_it() -> None:
    few = np.zeros(100)
    few[:3] = 4.0
    assert limit_of(few) == 4.0
    panel = change_panel(np.full(100, 9.0), np.full(100, 9.0) - few)
    assert panel.kind == "saved" and panel.limits == (0.0, 4.0)


def test_classes_have_round_ends_and_open_where_values_lie_beyond(en: Language) -> None:
    classes = rounded(0.0, 4.75, en, "viridis_r", np.array([1.0, 4.0, 30.0]))
    assert list(classes.ends) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] and classes.above and not classes.below
    assert classes.labels(en)[0] == "0 to 1" and classes.labels(en)[-1] == "above 5"
    tint = classes.colours
    drawn = [tint(classes.norm(value)) for value in (0.5, 4.9, 30.0, 1e9)]
    assert len({*drawn}) == 3 and drawn[2] == drawn[3]
    assert classes.norm(1.0) == 1, "an end belongs to the class above it"


def test_classes_of_a_change_are_symmetric_and_signed(en: Language) -> None:
    classes = rounded(-2.0, 2.0, en, "PuOr_r", np.array([-9.0, 1.0]))
    assert classes.ends[0] == -classes.ends[-1] and classes.below and not classes.above
    assert classes.labels(en)[0].startswith("below -") and any("+" in text for text in classes.labels(en))


def test_a_scale_bar_is_as_long_as_it_says(axis: Axes, en: Language) -> None:
    frame(axis, np.array([3.0, 3.15]), np.array([36.70, 36.82]))
    scale_bar(axis, en)
    x = np.asarray(axis.lines[0].get_xdata())
    km = float(axis.texts[0].get_text().split()[0])
    assert km in (1, 2, 5) and np.ptp(x) * 111.195 * np.cos(np.radians(36.76)) == pytest.approx(km, rel=1e-3)


def test_the_worst_area_is_the_slowest_of_those_that_may_be_shown(city: Territory) -> None:
    area = city.sites.area[city.sites.of_kind("centre")]
    values = area.astype(float)
    few = np.flatnonzero(area == area.max())[4:]
    values[few] = np.nan  # only four centres are left in the last area
    assert worst_areas(city, values)[0] == area.max() - 1 and worst_areas(city, values, "internal")[0] == area.max()
    assert worst_areas(city, np.full(len(area), np.nan)) == []


def test_a_map_says_what_is_synthetic_and_what_a_mark_is(axis: Axes, city: Territory, en: Language) -> None:
    values = np.linspace(0.0, 5.0, len(city.sites.of_kind("centre")))
    panel = views.Panel("figure", values, (0.0, 5.0))
    view = views.country_views(city)[0]
    classes = views.classes_of(panel, views.pooled(city, values, view, "restricted"), en)
    views.legend(views.draw(axis, city, panel, view, classes, en, "restricted"), city, panel, classes, en, "restricted")
    said = [text.get_text() for text in axis.texts]
    assert any("synthetic sites" in text and "hexagons of five centres or more" in text for text in said)
    legend = axis.get_legend()
    assert legend is not None and legend.get_title().get_text() == "minutes"
    views.legend(axis, replace(city, synthetic_sites=False), panel, classes, en, "internal")
    assert axis.texts[-1].get_text() == "synthetic city without an outline\neach dot a centre"
