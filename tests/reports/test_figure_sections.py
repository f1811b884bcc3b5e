"""The sections of figures on a stored study: what they say is what is stored, and what may not be seen is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.language import language_of
from sim.reports.data import Report, read_report
from sim.reports.page import environment, section
from sim.reports.sections import broke, curves, efficient, maps, places
from sim.reports.style import pollday_style
from sim.study.places import place_rows
from sim.study.result import compare
from sim.study.statistics import paired_difference
from tests.reports.figures.overlap import overlaps
from tests.reports.studies import TOWN, study_of

OPTIONS = {
    "as planned": (),
    "<img src=x onerror=alert(1)> $\\frac{$": ("staffing.patrol_cars_factor=1.5",),
    "=cmd|' /C calc'!A0": ("staffing.patrol_cars_factor=2.0",),
    "fewer cars": ("staffing.patrol_cars_factor=0.6",),
}
SECTIONS = {"curves": curves, "maps": maps, "places": places, "efficient": efficient, "broke": broke}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_of(tmp_path_factory.mktemp("figures") / "town", OPTIONS, (1.0, 0.8, 0.7, 1.2))


def report_of(folder: Path, language: str = "en", share: str = "restricted") -> Report:
    return read_report(folder, language=language_of(language), share=share)


@pytest.fixture(scope="module")
def town(folder: Path) -> Report:
    return report_of(folder)


def drawn(report: Report, name: str) -> dict[str, Figure]:
    with pollday_style():
        return {key: drawing.alone(report.words) for key, drawing in SECTIONS[name].drawings(report).items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.slow), "ar"])
@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_rendered_with_hostile_names_inert(folder: Path, name: str, language: str) -> None:
    report = report_of(folder, language)
    made = section(report, name, environment(report.words))
    assert made is not None and "<img src=x" not in made.body and made.body.count("data:image/svg+xml") >= 1
    assert "%(" not in made.body and "nan" not in made.body.replace("nance", "")[:2000].lower().split()


@pytest.mark.parametrize("name", ["maps", "efficient"])
def test_the_same_study_gives_the_same_figures(town: Report, name: str) -> None:
    pages = environment(town.words)
    first, second = (section(town, name, pages) for _ in range(2))
    assert first is not None and second is not None and first.body == second.body


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", SECTIONS)
def test_no_text_of_a_figure_lies_on_another(folder: Path, name: str, language: str) -> None:
    for key, figure in drawn(report_of(folder, language), name).items():
        for axis in figure.axes:
            assert overlaps(axis) == [], key


def test_areas_have_the_figures_of_the_stored_table(town: Report) -> None:
    number = town.names.index(curves.looked_at(town) or "")
    stored = {
        row["area"]: row
        for row in place_rows(town.result, "area")
        if row["measure"] == "potential_response" and row["option"] == town.names[number]
    }
    rows = places.area_rows(town)
    assert len(rows) == len(stored) > 1
    for row, code in zip(rows, town.territory.area_codes, strict=True):
        assert row.option.mean == stored[code]["mean"] and row.change.mean == stored[code]["difference"]
        assert row.change.half_width == stored[code]["difference_half_width"] and row.p_holm == stored[code]["p_holm"]


def test_the_dots_are_the_differences_sorted_from_gain_to_loss(town: Report) -> None:
    figure = drawn(town, "places")["changes"]
    shown = [c.lines[0].get_xdata()[0] for c in figure.axes[0].containers]  # type: ignore[attr-defined]
    known = sorted(row.change.mean / 60.0 for row in places.area_rows(town) if row.change.mean is not None)
    assert shown == pytest.approx(known) and len(shown) == len(places.area_rows(town))


def with_heads(monkeypatch: pytest.MonkeyPatch, step: float) -> None:
    """Give every option ``step`` more mobile officers in each area than the one before."""
    real = Report.areas

    def areas(self: Report, measure: str) -> np.ndarray:
        found = real(self, measure)
        return 100.0 + np.zeros_like(found) + step * np.arange(len(found))[:, None, None] if measure == "heads_mobile" else found

    monkeypatch.setattr(Report, "areas", areas)


def test_the_marginal_value_is_no_data_where_officers_do_not_vary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_heads(monkeypatch, 0.0)
    same = report_of(folder)
    assert all(row.marginal.value.mean is None for row in places.area_rows(same)) and set(places.drawings(same)) == {"changes"}
    made = section(same, "places", environment(same.words))
    assert made is not None and "no data" in made.body


def test_the_marginal_value_is_the_paired_difference_to_the_next_option_per_ten_officers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_heads(monkeypatch, 20.0)
    report = report_of(folder)
    here, found = report.chosen, places.marginals(report)
    other = here + 1 if here + 1 < len(report.names) else here - 1
    for area, one in enumerate(found):
        change = paired_difference(*(report.area_sample(n, "potential_response", area) for n in (other, here)))
        assert one.other == other and one.value.mean == pytest.approx(change.mean / 2 * (1 if other > here else -1))


def test_options_that_differ_in_more_than_staffing_are_not_read_for_the_next_ten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_heads(monkeypatch, 20.0)
    options = {"as planned": (), "cars and operators": ("staffing.patrol_cars_factor=1.5", "room.operators=7")}
    report = report_of(study_of(tmp_path / "mixed", options, (1.0, 0.8)))
    assert all(one.value.mean is None for one in places.marginals(report))


def test_readers_of_a_public_report_see_no_area(folder: Path) -> None:
    public = report_of(folder, share="public")
    assert section(public, "places", environment(public.words)) is None
    assert section(public, "maps", environment(public.words)) is None
    assert set(curves.drawings(public)) == {"response", "exceedance", "coverage"}
    assert set(curves.drawings(report_of(folder))) == {"response", "exceedance", "coverage", "areas"}


def test_areas_of_fewer_than_five_centres_are_counted_and_not_named(tmp_path: Path) -> None:
    words = (*TOWN[:1], "territory.city.centres=14", "territory.city.offices=40", "territory.city.voters=20000")
    folder = study_of(tmp_path / "small", days=2, words=words)
    report, internal = report_of(folder), report_of(folder, share="internal")
    hidden = int(((report.centres > 0) & (report.centres < 5)).sum())
    assert hidden > 0 and len(places.area_rows(internal)) == len(places.area_rows(report)) + hidden
    made = section(report, "places", environment(report.words))
    assert made is None or f"{hidden} area" in made.body


def test_the_strip_shows_stored_coverage_of_the_plan_in_the_report(town: Report) -> None:
    axis = drawn(town, "curves")["areas"].axes[0]
    name = town.names[town.chosen]
    stored = town.result.curves("coverage_by_area_time")[name].mean(axis=0)
    cells = np.ma.asarray(axis.collections[0].get_array()).filled(np.nan)
    rows = sorted(map(tuple, np.asarray(cells).reshape(-1, stored.shape[-1]).tolist()))
    assert np.allclose(rows, sorted(map(tuple, stored.tolist())), equal_nan=True)


def test_efficient_options_are_those_of_the_stored_means(town: Report) -> None:
    rows = efficient.efficient_rows(town)
    table = {c.option: c.estimate.mean for c in compare(town.result, ["compliance_p1_p2"])}
    assert [row.gain.mean for row in rows] == list(table.values()) and any(row.efficient for row in rows)
    name, days = efficient.costs(town)
    assert name == "officer_hours" and [row.cost for row in rows] == pytest.approx(np.nanmean(days, axis=1).tolist())
    for row in rows:
        beats = [
            o
            for o in rows
            if o.cost <= row.cost and o.gain.mean >= row.gain.mean and (o.cost, o.gain.mean) != (row.cost, row.gain.mean)
        ]
        assert row.efficient == (not beats)


def test_officers_mobilised_are_the_cost_where_options_differ_in_them(tmp_path: Path) -> None:
    report = report_of(study_of(tmp_path / "dear", heads=[1000.0, 1100.0, 900.0]))
    assert efficient.costs(report)[0] == "heads_mobilised"
    assert [row.cost for row in efficient.efficient_rows(report)] == [1000.0, 1100.0, 900.0]
    made = section(report, "efficient", environment(report.words))
    assert made is not None and "All options mobilise the same officers" not in made.body


def test_what_broke_first_is_the_largest_failing_share_of_the_stored_means(town: Report) -> None:
    found = broke.broken(town)
    coverage = [c.estimate.mean or 0.0 for c in compare(town.result, ["coverage"])]
    assert [one.failing["cover"] for one in found] == pytest.approx([1.0 - mean for mean in coverage])
    for one in found:
        known = {part: share for part, share in one.failing.items() if np.isfinite(share)}
        assert one.first is not None and known[one.first] == max(known.values())


def test_moments_that_are_not_stored_are_said(town: Report) -> None:
    made = section(town, "broke", environment(town.words))
    assert made is not None and "Moments are stored for the cover of offices only" in made.body


@pytest.mark.parametrize("name", SECTIONS)
def test_a_study_of_one_option_and_one_day_says_no_data_and_does_not_fail(tmp_path: Path, name: str) -> None:
    report = report_of(study_of(tmp_path / "one", {"as planned": ()}, days=1))
    made = section(report, name, environment(report.words))
    assert (made is None) == (name == "efficient")


def test_of_one_day_no_knee_can_be_named(tmp_path: Path) -> None:
    report = report_of(study_of(tmp_path / "knee", OPTIONS, days=1))
    notes = curves.drawings(report)["response"].notes
    assert any(note.startswith("No knee can be named") for note in notes)


@pytest.mark.parametrize(("flat", "beside"), [(0.0, True), (99.0, False)])
def test_flat_maps_stand_one_above_the_other(town: Report, monkeypatch: pytest.MonkeyPatch, flat: float, beside: bool) -> None:
    monkeypatch.setattr(maps, "FLAT", flat)
    first, second = drawn(town, "maps")["country"].axes
    rows = [axis.get_subplotspec().rowspan.start for axis in (first, second)]  # type: ignore[union-attr]
    assert (rows == [0, 0]) == beside and (rows == [0, 1]) != beside
