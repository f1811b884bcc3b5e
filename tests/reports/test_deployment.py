"""The plan for signature: the numbers of the plan, for the eyes they are for, on landscape pages."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from sim.build import build_plan
from sim.cli import compose
from sim.forces.kinds import KIND, TASKS
from sim.forces.roster import BEFORE, BEFORE_NIGHT, POLLING
from sim.language import language_of
from sim.plans.deployment import deployment_of
from sim.reports.data import Report, read_report
from sim.reports.sections import deployment
from sim.reports.sections.deployment import Line, build, hours_of
from sim.study.point import place_of
from tests.reports.studies import TOWN, part, study_of


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_of(tmp_path_factory.mktemp("signed") / "town")


def report_of(folder: Path, share: str = "restricted", language: str = "en") -> Report:
    return read_report(folder, language=language_of(language), share=share)


class Cells(HTMLParser):
    """Texts of the cells of one table, row by row."""

    def __init__(self, table: str, page: str) -> None:
        super().__init__()
        self.table, self.inside, self.rows = table, False, list[list[str]]()
        self.cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.inside = dict(attrs).get("id") == self.table
        if self.inside and tag == "tr":
            self.rows.append([])
        if self.inside and tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside and self.cell:
            self.rows[-1][-1] += data.strip()


def number(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


def sums(lines: list[Line]) -> np.ndarray:
    return np.array([line.numbers for line in lines if not line.total]).sum(axis=0)


def test_the_numbers_on_the_page_are_those_of_the_plan(town: Path) -> None:
    report = report_of(town)
    settings = report.settings(report.chosen)
    made = deployment_of(settings, place_of(settings))
    rows = Cells("deployment-areas", part(report, "deployment")).rows[2:]
    shown = {(row[0], row[2]): [number(text) for text in row[3:-1]] for row in rows}
    heads, tasks = made.by_task(), [t for t in range(len(TASKS)) if made.by_task()[:, :, t].any()]
    where = report.territory
    for area, code in enumerate(where.area_codes):
        for f, force in enumerate(where.forces):
            own = heads[area, f]
            expected = [*own[tasks, POLLING].tolist(), *own.sum(axis=0).tolist(), int(made.table.mobilised[area, f])]
            assert shown[code, force] == expected
    for f, force in enumerate(where.forces):
        assert shown["", force][-1] == int(made.table.mobilised[:, f].sum())


def test_lines_add_up_to_the_totals_and_units_to_the_ledger(town: Path) -> None:
    report = report_of(town, "internal")
    found = build(report)
    totals = np.array([line.numbers for line in found["areas"] if line.total]).sum(axis=0)
    assert np.array_equal(sums(found["areas"]), totals)
    by_task = dict(zip(found["tasks"], totals.tolist()))
    reserve = sums(found["reserve"])
    assert reserve[1] == by_task["reserve"] and reserve[3] + reserve[5] == by_task["rapid response"]
    day = Counter({line.texts[4]: 0 for line in found["posts"]})
    for line in found["posts"]:
        day[line.texts[4]] += line.numbers[POLLING]
    assert day["fixed team at a centre"] == by_task["posts at centres"] and day["checkpoint crew"] == by_task["checkpoints"]


def test_every_centre_is_a_post_of_the_internal_edition_and_no_site_is_named_in_another(town: Path) -> None:
    internal, restricted = report_of(town, "internal"), report_of(town)
    words, where = internal.words, internal.territory
    centres = [words.place(where, int(s)) for s in where.sites.of_kind("centre")]
    teams = [line.texts[3] for line in build(internal)["posts"] if line.texts[4] == "fixed team at a centre"]
    assert sorted(teams) == sorted(centres)
    section = part(restricted, "deployment")
    bases = [words.place(where, int(s)) for s in where.sites.of_kind("base")]
    assert not [name for name in (*centres, *bases) if f">{name}<" in section]
    assert "deployment-posts" not in section and "deployment-areas" in section


def test_small_areas_are_one_line_and_nobody_is_lost(tmp_path: Path) -> None:
    words = (*TOWN[:1], "territory.city.centres=24", "territory.city.offices=48", "territory.city.voters=20000")
    folder = study_of(tmp_path / "village", words=words, days=2)
    report, internal = report_of(folder), report_of(folder, "internal")
    hidden = [code for code, shown in zip(report.territory.area_codes, report.shown_areas) if not shown]
    if not hidden:
        pytest.skip("every area of this town has five centres")
    lines = [line for line in build(report)["areas"] if not line.total]
    assert not {line.texts[0] for line in lines} & set(hidden)
    assert any(line.texts[1] == "areas of fewer than 5 centres" for line in lines)
    assert np.array_equal(sums(lines), sums(build(internal)["areas"]))
    assert np.array_equal(sums(build(report)["reserve"]), sums(build(internal)["reserve"]))


def test_posts_that_are_too_many_for_a_list_are_added_up(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_of(town, "internal")
    one_by_one = build(report)["posts"]
    monkeypatch.setattr(deployment, "MOST_POSTS", 10)
    found = build(report)
    assert found["by_commune"] and len(found["posts"]) < len(one_by_one)
    together = sums(found["posts"])
    assert together[0] == len(one_by_one) and np.array_equal(together[1:], sums(one_by_one))


def test_shifts_follow_each_other_and_say_when_teams_are_relieved(town: Path) -> None:
    hours = build(report_of(town))["hours"]
    assert len(hours) == 1 and hours[0].areas == ""
    shifts = hours[0].shifts
    assert [begin for _, begin, _ in shifts[1:]] == [end for _, _, end in shifts[:-1]]
    assert ("polling day", "07:00", "19:00") in shifts


@pytest.mark.parametrize(
    ("count", "polling", "called", "column"),
    [
        (12, 12, "after the vote, by day, as on the days before", BEFORE),
        (8, 8, "after the vote, at night, as in the nights before", BEFORE_NIGHT),
    ],
)
def test_what_follows_the_night_after_the_vote_is_not_called_days_before(
    town: Path, count: int, polling: int, called: str, column: int
) -> None:
    words = (*TOWN, f"calendar.count_time={count * 3600}", f"staffing.shifts.polling_time={polling * 3600}")
    settings = compose(words)
    place = place_of(settings)
    made = deployment_of(settings, place)
    names = [name for name, _, _ in next(hours_of(report_of(town), made)).shifts]
    assert names[-2:] == ["night after the vote", called]
    assert not any(name.startswith("after the vote") for name in names[:-1])
    scenario, forces = build_plan(settings, place)
    shifts = forces.shifts
    last = (shifts.start == max(end for _, end in made.hours[0]["night"])) & (forces.planned.kind[shifts.unit] == KIND["section"])
    assert shifts.heads[last].sum() == made.table.heads[KIND["section"], :, column].sum() > 0
    assert scenario.calendar.closing.max() <= shifts.start[last].min()


def test_the_plan_of_the_page_is_that_of_the_option_taken(town: Path) -> None:
    report = report_of(town)
    assert report.names[report.chosen] == "more cars"
    settings = report.settings(report.chosen)
    cars = deployment_of(settings, place_of(settings)).table.heads[KIND["patrol_car"], :, POLLING].sum()
    base = report.settings(report.baseline)
    assert cars > deployment_of(base, place_of(base)).table.heads[KIND["patrol_car"], :, POLLING].sum()


@pytest.mark.parametrize("language", ["ar_LY", "fr"])
def test_it_speaks_the_readers_language(town: Path, language: str) -> None:
    section = part(report_of(town, language=language), "deployment")
    for text in ("Officers by area", "Shifts and reliefs", "signature</th>", "prepared by"):
        assert (language == "fr" and text.startswith("signature")) or text not in section
