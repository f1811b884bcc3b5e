"""``pollday compare``: two options of one study, or two studies on the same days; anything else is refused in clear words."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sim.cli import main
from tests.reports.studies import study_of

_folders = TemporaryDirectory()


@cache
def folder(name: str) -> Path:
    path = Path(_folders.name) / name
    if name == "three":
        return study_of(path, days=4)
    if name == "cars":
        return study_of(path, {"cars=1": (), "cars=2": ("staffing.patrol_cars_factor=2",)}, (1.0, 0.8), days=4)
    words = () if name == "plain" else ("staffing.patrol_cars_factor=1.5",)
    return study_of(path, {"only": words}, (0.8 if name == "more" else 1.0,), days=4, tape="other " if name == "else" else "")


def test_two_options_of_a_study_are_compared_with_the_first_as_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(folder("three")), "more cars", "as planned", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["options"] == ["more cars", "as planned"] and Path(said["files"][0]).name == "compare-en.html"
    rows = {(row["option"], row["measure"]): row for row in said["table"]}
    assert rows["as planned", "potential_response"]["difference"] > 0
    assert rows["as planned", "potential_response"]["family_method"] == "alone"
    assert (folder("three") / "compare-tables" / "table.csv").exists() and not (folder("three") / "report-tables").exists()


def test_options_named_by_what_they_set_are_compared_as_a_sweep_names_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.commands.compare.write_report", lambda found: [found.folder])  # the page has tests of its own
    assert main(["compare", "language=fr", str(folder("cars")), "cars=2", "cars=1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["options"] == ["cars=2", "cars=1"] and said["language"] == "fr"


@pytest.mark.slow
def test_two_studies_of_one_option_on_the_same_days_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(folder("plain")), str(folder("more")), "language=fr", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["options"] == ["plain", "more"] and said["same_days"]
    assert Path(said["files"][0]) == folder("plain") / "compare-fr.html"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "pollday compare STUDY OPTION OPTION"),
        (["three"], "pollday compare STUDY OPTION OPTION"),
        (["nowhere", "a", "b"], "nowhere: no study is stored there"),
        (["three", "as planned", "mroe cars"], "did you mean 'more cars'"),
        (["three", "as planned", "as planned"], "compared with itself"),
        (["three", "plain"], "has 3 options"),
        (["plain", "else"], "faced different days"),
        (["plain", "more", "baseline=x"], "baseline=x: unknown here"),
        (["cars", "cars=1", "cars=3"], "cars=3: unknown here"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_few_clear_lines(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("three", "plain", "more", "else", "cars"):
        folder(name)
    monkeypatch.chdir(_folders.name)
    assert main(["compare", *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 3 and said in lines[0]
