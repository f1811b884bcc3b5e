"""Figures as files: PNG, SVG and PDF for the owner only, marked, the same bytes each time, and one clear line for bad kinds."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from sim.cli import main
from sim.language import language_of
from sim.reports.data import read_report
from sim.reports.export import all_drawings, drawn, kinds_of, write_figures
from sim.reports.page import stamp
from tests.reports.studies import study_of

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study_of(tmp_path_factory.mktemp("export") / "town", days=3)


@pytest.mark.parametrize("kinds", ["svg", pytest.param("png,svg,pdf", marks=pytest.mark.slow)])
def test_every_figure_is_written_for_its_owner_only(
    town: Path, kinds: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.commands.report.write_report", lambda *_: [town])  # the page has tests of its own
    assert main(["report", str(town), "language=ar", "--figures", kinds, "--json"]) == 0
    files = [Path(name) for name in json.loads(capsys.readouterr().out)["figures"]]
    report = read_report(town, language=language_of("ar"))
    names = set(all_drawings(report))
    assert {path.stem for path in files} == names and len(files) == len(kinds.split(",")) * len(names)
    for path in files:
        assert path.parent == town / "figures-ar" and path.read_bytes().startswith(HEADS[path.suffix[1:]])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((town / "figures-ar").stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", HEADS)
def test_the_same_study_gives_the_same_bytes(town: Path, kind: str) -> None:
    report = read_report(town, language=language_of("en"))
    drawing = all_drawings(report)["efficient-frontier"]
    assert drawn(report, drawing, kind) == drawn(report, drawing, kind)


def test_files_carry_title_notes_marking_and_plan(town: Path) -> None:
    report = read_report(town, language=language_of("en"), share="internal")
    for drawing in all_drawings(report).values():
        made = drawing.alone(report.words)
        assert made.get_suptitle().replace("\n", " ") == drawing.title
    svg = drawn(report, all_drawings(report)["curves-coverage"], "svg")
    assert b"http://" in svg and report.plan_digest[:12] in stamp(report)


def test_public_figures_show_no_area(town: Path) -> None:
    names = set(all_drawings(read_report(town, language=language_of("en"), share="public")))
    assert names and not any(name.startswith(("places", "maps")) or name == "curves-areas" for name in names)


@pytest.mark.parametrize(("kinds", "told"), [("pgn", "did you mean 'png'"), ("", "name one kind"), ("png,jpeg", "no such kind")])
def test_kinds_that_cannot_be_written_are_refused_before_anything_is(
    town: Path, kinds: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(town.iterdir())
    assert main(["report", str(town), "language=fr", "--figures", kinds]) == 2
    err = capsys.readouterr().err
    assert told in err and len(err.splitlines()) == 1 and sorted(town.iterdir()) == before


def test_kinds_are_read_once_each_in_their_order() -> None:
    assert kinds_of("svg,png,svg") == ["svg", "png"]


def test_a_figure_is_written_whole_or_not_at_all(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = read_report(town, language=language_of("fr"))
    monkeypatch.setattr("sim.reports.export.drawn", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_figures(report, ["png"])
    assert list((town / "figures-fr").iterdir()) == []
