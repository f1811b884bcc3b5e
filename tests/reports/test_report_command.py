"""``pollday report``: one file from a stored study, and one clear line where there is none."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from shutil import copytree

import pytest

from sim.cli import main
from tests.reports.conftest import PageOf
from tests.reports.studies import study_of


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_of(tmp_path_factory.mktemp("reports") / "town")


def test_a_report_is_told_as_one_object_and_its_first_file_is_the_page(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(town), "language=ar_DZ", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Path(said["files"][0]) == town / "report-ar_DZ.html" and said["language"] == "ar_DZ"
    for_its_owner_only(town / "report-ar_DZ.html", "ar_DZ", "rtl")


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")])
def test_a_report_is_one_file_in_the_readers_language_for_its_owner_only(
    page_of: PageOf, language: str, direction: str
) -> None:
    for_its_owner_only(page_of(language), language, direction)


def for_its_owner_only(page: Path, language: str, direction: str) -> None:
    """The page is, and asks nobody for anything."""
    assert page.name == f"report-{language}.html" and stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    assert f'<html lang="{language.replace("_", "-")}" dir="{direction}">' in text
    assert not re.search(r'(?:src|href)="(?!data:|#)', text) and "@import" not in text and "url(http" not in text


def test_the_same_study_gives_the_same_bytes(page_of: PageOf, tmp_path: Path) -> None:
    page = page_of("ar")
    again = Path(copytree(page.parent, tmp_path / page.parent.name)) / page.name
    again.unlink()
    assert main(["report", str(again.parent), "language=ar"]) == 0
    assert again.read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name one study by its folder"),
        (["town", "other"], "name one study by its folder"),
        (["nothing-there"], "no study is stored there"),
        (["town", "langage=fr"], "did you mean 'language'"),
        (["town", "language=de"], "language 'de' is unknown"),
        (["town", "share=secret"], "no such level"),
        (["town", "baseline=as plant"], "did you mean 'as planned'"),
    ],
)
def test_what_cannot_be_reported_is_said_in_a_few_clear_lines(
    town: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.parent)
    assert main(["report", *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert 1 <= len(lines) <= 3 and said in lines[0] and all(line.startswith("pollday report: ") for line in lines)


def test_options_of_two_territories_are_no_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mixed = {"town": (), "larger town": ("territory.city.centres=80",)}
    study_of(tmp_path / "mixed", mixed, days=1)
    assert main(["report", str(tmp_path / "mixed")]) == 2
    assert "'town' and 'larger town' lie in different territories" in capsys.readouterr().err
    assert not list((tmp_path / "mixed").glob("report*"))
