"""What a study calls itself and its options, in the reader's language."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.language import language_of
from sim.language.said import said
from sim.reports.data import Report, read_report
from tests.reports.studies import study_of

ASKED = "Demo city: cars or foot pairs?"


def report_of(folder: Path, language: str = "fr") -> Report:
    return read_report(folder, language=language_of(language))


def test_a_shipped_question_and_its_options_are_translated_and_tables_keep_the_names_of_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = study_of(tmp_path / "study", days=2, question=ASKED)
    report = report_of(folder)
    assert report.names == ["comme prévu", "plus de voitures", "fewer cars"] and report.baseline == 0
    assert report.result.study.question == "Ville de démonstration\u00a0: voitures ou patrouilles pédestres\u00a0?"
    assert main(["report", str(folder), "language=fr", "baseline=more cars", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["baseline"] == "more cars"
    for file in (folder / "report-tables").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            named = {row["option"] for row in csv.DictReader(lines) if row.get("option")}
        assert named <= {"as planned", "more cars", "fewer cars"}, file.name


def test_names_of_somebody_s_own_stay_as_they_are_even_if_the_catalogue_means_the_same_by_two(tmp_path: Path) -> None:
    plan = report_of(study_of(tmp_path / "own", {"as planned": (), "comme prévu": ("staffing.absence=0.2",)}, days=2))
    assert plan.names == ["as planned", "comme prévu"]
    hostile = "100 %(x)s %d <b>"
    assert report_of(study_of(tmp_path / "hostile", {hostile: ()}, days=2)).names == [hostile]


@pytest.mark.parametrize(("language", "asked"), [("en", "Which of these"), ("fr", "Laquelle"), ("ar", "أي هذه")])
def test_a_study_typed_without_a_question_does_not_show_its_command_to_planners(
    tmp_path: Path, language: str, asked: str
) -> None:
    report = report_of(study_of(tmp_path / "typed", days=2, question="pollday sweep staffing.absence=0.1,0.2"), language)
    question = report.result.study.question
    assert asked in question and "sweep" not in question


def test_every_shipped_study_is_among_the_texts_to_translate() -> None:
    texts = {text.one for text in said()}
    assert {ASKED, "20 % of posts to cars", "full strength", "baseline"} <= texts
