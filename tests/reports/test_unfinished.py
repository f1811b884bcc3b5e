"""Studies that are empty, half finished, of one day or of one option: "no data", never 0, and no recommendation from nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.commands import report, sweep
from sim.language import language_of
from sim.reports.data import read_report
from sim.reports.page import SECTIONS, environment, section
from tests.reports.studies import OPTIONS, part, study_of


def brief(folder: Path, language: str = "en") -> str:
    """Page one without its tags."""
    page_one = part(read_report(folder, language=language_of(language)), "brief")
    return " ".join(re.sub(r"<[^>]*>", " ", page_one).split())


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_study_without_any_run_says_no_data_and_shows_no_zero(tmp_path: Path, language: str) -> None:
    text = brief(study_of(tmp_path / "empty", days=0, asked=10), language)
    assert language_of(language).no_data in text and not re.search(r"(?<![\d.,])0(?![\d.,]|\s?%)", text)


def test_a_half_finished_study_says_how_many_runs_are_missing(tmp_path: Path) -> None:
    folder = study_of(tmp_path / "half", days=4, asked=10)
    text = brief(folder)
    assert f"{6 * len(OPTIONS)} runs are missing" in text and "on 4 of 4 simulated days" in text


@pytest.mark.parametrize(
    ("study", "left_out"),
    [
        ({"days": 0, "asked": 10}, {"options", "curves", "maps", "places", "efficient", "broke", "twin"}),
        ({"days": 1}, set()),
        ({"options": {"as planned": ()}, "days": 3}, {"efficient", "whatif"}),
    ],
    ids=["no run", "one day", "one option"],
)
def test_sections_of_such_a_study_are_shown_or_left_out(tmp_path: Path, study: dict[str, Any], left_out: set[str]) -> None:
    found = read_report(study_of(tmp_path / "study", **study), language=language_of("ar"))
    pages = environment(found.words)
    assert {name for name in SECTIONS if section(found, name, pages) is None} == left_out


def test_one_day_recommends_nothing_and_one_option_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    day = brief(study_of(tmp_path / "day", days=1))
    assert "Too few days for a recommendation." in day and "better" not in day.replace("to be better", "")
    assert "nothing to compare it with" in brief(study_of(tmp_path / "alone", {"as planned": ()}, days=3))


def test_a_chosen_baseline_turns_differences_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = study_of(tmp_path / "town", days=10)
    monkeypatch.setattr(report, "write_report", lambda *_: [folder])  # the page has tests of its own
    assert main(["report", str(folder), "baseline=more cars", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["baseline"], said["recommended"], said["decision"]) == ("more cars", "more cars", "keep")


SWEEP = [
    "sweep", "preset=demo-city", "territory.city.centres=20", "territory.city.offices=80", "territory.city.voters=30000",
    "staffing.patrol_cars_factor=1.0,1.5", "replications=2", "--workers", "1", "--json",
]  # fmt: skip


def test_a_sweep_ends_with_its_report_and_a_report_that_fails_costs_it_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "draw_all", lambda *_: [])  # pictures have tests of their own
    words = [*SWEEP, "--out", str(tmp_path / "study")]
    assert main(words) == 0
    whole = json.loads(capsys.readouterr().out)
    assert Path(whole["report"]) == tmp_path / "study" / "report-en.html" and Path(whole["report"]).exists()

    def fails(*_: object) -> list[Path]:
        raise RuntimeError("the page\ncannot be made")

    monkeypatch.setattr(sweep, "write_report", fails)
    assert main(words) == 0
    said = capsys.readouterr()
    again = json.loads(said.out)
    assert again["report"] is None and again["digests"] == whole["digests"]
    assert "no report was written: the page cannot be made" in said.err
    assert main([*words, "--no-report"]) == 0
    assert "no report was written" not in capsys.readouterr().err
