"""Designs of studies from files and words: composed, named, and refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim.commands.sweep as module
from sim.cli import axis, compose_changes
from sim.commands.parser import parse
from sim.commands.study_words import read_study
from sim.study.design import Study
from sim.study.precision import Precision
from tests.cli.conftest import Said

TOWN = ("preset=demo-city", "territory.city.centres=40", "territory.city.offices=160", "territory.city.voters=60000")
Call = Callable[..., Said]
DESIGNED = ("grid", "zipped", "points", "latin", "sobol", "one-at-a-time", "swap", "simplex")
JOB = ("--cfg", "job", "--json")


def points(pollday: Call, *words: str) -> list[dict[str, Any]]:
    """The points of a sweep."""
    said = pollday("sweep", *words, *JOB)
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = said.json["points"]
    return found


def refused(pollday: Call, *words: str) -> str:
    """What is said of a sweep that cannot be: one to three lines, nothing written."""
    said = pollday("sweep", *words)
    assert said.code == 2 and said.out == "" and 1 <= len(said.err.splitlines()) <= 3, said
    assert "Traceback" not in said.err and not [p for p in Path().iterdir() if p.is_dir()]
    return said.err


@pytest.mark.parametrize("name", DESIGNED)
def test_a_designed_study_runs_on_a_small_town(pollday: Call, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(module, "draw_all", lambda *_: [])
    monkeypatch.setattr(module, "end_report", lambda *_: (None, []))
    small = ["design=latin", "design.points=2", "staffing.absence=interval(0,0.2)"] if name in ("latin", "sobol") else []
    words = [*TOWN, *small] if small else [f"study=city-{name}", *TOWN[1:]]
    if name == "sobol":
        words = [word.replace("latin", "sobol") for word in words]
    found = points(pollday, *words)
    said = pollday("sweep", *words, "replications=1", "--workers", "1", "--json")
    assert said.code == 0, said.err
    assert {row["option"] for row in said.json["table"]} == {point["name"] for point in found}
    heads = {row["mean"] for row in said.json["table"] if row["measure"] == "heads_mobilised"}
    if name in ("swap", "simplex"):
        assert len(heads) == 1  # options are compared at equal heads


def test_the_words_of_a_point_make_the_same_point_again(pollday: Call) -> None:
    for name in ("points", "latin", "simplex", "swap"):
        for point in points(pollday, f"study=city-{name}")[:3]:
            again = points(pollday, *point["overrides"])
            assert len(again) == 1 and again[0]["overrides"] == point["overrides"]


def test_points_say_what_varies(pollday: Call) -> None:
    found = points(pollday, "-m", *TOWN, "dispatch=nearest,reserve", "staffing.absence=range(0.1,0.4,0.1)")
    assert [p["axes"] for p in found] == [
        {"dispatch": rule, "staffing.absence": share} for rule in ("nearest", "reserve") for share in (0.1, 0.2, 0.3)
    ]
    assert found[2]["name"] == "dispatch=nearest absence=0.3"


def test_one_option_written_in_two_ways_reads_alike(pollday: Call) -> None:
    names = [points(pollday, *TOWN, f"staffing.patrol_cars_factor={text}")[0]["name"] for text in ("1,2", "1.0,2.0")]
    assert names == ["patrol_cars_factor=1.0"] * 2
    for twice in ("1,1", "1,1.0", "0.3,0.30000000000000004"):
        assert "twice" in refused(pollday, *TOWN, f"staffing.patrol_cars_factor={twice}")
    told = refused(pollday, *TOWN, "design=one_at_a_time", "dispatch=default,reserve")
    assert "options 'baseline' and 'dispatch=default' are the same settings" in told


def test_keys_with_the_same_end_are_told_apart(pollday: Call) -> None:
    words = ("staffing.people_per_section.police=80000,90000", "staffing.centres_per_escort.police=5,6")
    assert points(pollday, *TOWN, *words)[0]["name"] == "people_per_section.police=80000.0 centres_per_escort.police=5.0"


def test_options_of_a_file_meet_the_values_of_the_command_line(pollday: Call) -> None:
    found = points(pollday, "study=city-patrols", "dispatch=nearest,reserve")
    assert len(found) == 8 and found[0]["name"] == "half the cars dispatch=nearest"


def test_whole_presets_and_experiments_may_be_compared(pollday: Call) -> None:
    found = points(pollday, "preset=demo-city,ma-fes-command-room-stadium,dz-2017-national")
    assert [p["axes"]["preset"] for p in found] == ["demo-city", "ma-fes-command-room-stadium", "dz-2017-national"]
    found = points(pollday, "+experiment=thin-patrols", "staffing.patrol_cars_factor=0.5,0.6")
    assert found[0]["overrides"][0] == "+experiment=thin-patrols"
    words = pollday("run", "+experiment=thin-patrols", "--cfg", "job", "--json").json["config"]
    assert (words["name"], words["staffing"]["patrol_cars_factor"]) == ("thin-patrols", 0.5)


def test_an_experiment_of_ones_own_may_lie_under_any_path(pollday: Call, tmp_path: Path) -> None:
    file = tmp_path / "تجربة é.yaml"
    body = "defaults:\n  - override /preset: demo-city\n  - override /dispatch: reserve\nstaffing: {fixed: {police: {day: 7}}}\n"
    file.write_text(body, encoding="utf-8")
    config = pollday("run", f"+experiment={file}", "--cfg", "job", "--json").json["config"]
    assert config["staffing"]["fixed"]["police"] == {"day": 7, "night": 4, "before": 4}
    for wrong, told in (
        (body.replace("override /preset", "preset"), "write - override /group: option"),
        (body.replace("/preset", "/presset"), "no group 'presset' (did you mean 'preset'?)"),
        (body.replace("demo-city", "demo-cty"), "did you mean 'demo-city'"),
        ("- 1\n", "no experiment"),
        (body.replace("fixed", "fixd"), "did you mean 'staffing.fixed'"),
    ):
        file.write_text(wrong, encoding="utf-8")
        said = pollday("run", f"+experiment={file}", "--no-save")
        assert said.code == 2 and told in said.err and len(said.err.splitlines()) == 1
    assert "did you mean 'busy-room'" in pollday("run", "+experiment=busy-rom").err


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_table_of_points_is_read_as_people_send_it(pollday: Call, tmp_path: Path, bom: str, mark: str, end: str) -> None:
    number = "0,5" if mark == ";" else "0.5"
    rows = [["name", "staffing.patrol_cars_factor", "dispatch", "room.triage"], ["few", number, "nearest", "true"]]
    rows += [[], ["plenty", "2", "reserve", "False"]]
    (tmp_path / "points.csv").write_bytes((bom + "".join(mark.join(row) + end for row in rows)).encode())
    found = points(pollday, *TOWN, "design=csv", "design.file=points.csv")
    assert [(p["name"], p["axes"]) for p in found] == [
        ("few", {"staffing.patrol_cars_factor": 0.5, "dispatch": "nearest", "room.triage": True}),
        ("plenty", {"staffing.patrol_cars_factor": 2.0, "dispatch": "reserve", "room.triage": False}),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("staffing.absence\n0.1\n7\n", "points.csv, line 3: staffing.absence=7: must be less than or equal to 1"),
        ("staffing.absense\n0.1\n", "line 2: staffing.absense: unknown key (did you mean 'staffing.absence'?)"),
        ("staffing.absence,room.operators\n0.1\n", "line 2, column 'room.operators': empty"),
        ("name,staffing.absence\n,0.1\n", "line 2, column 'name': empty"),
        ("staffing.absence,\n0.1,3\n", "a column without a heading"),
        ("staffing.absence,staffing.absence\n0.1,3\n", "a heading appears twice"),
        ("staffing.absence\n", "no points"),
        ("", "no points"),
        ("dispatch\nnearst\n", "line 2: dispatch=nearst: no such dispatch (did you mean 'nearest'?)"),
        ("hydra.x\n1\n", "Hydra's own settings"),
    ],
)
def test_a_wrong_table_is_answered_with_line_and_column(pollday: Call, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    said = refused(pollday, *TOWN, "design=csv", "design.file=points.csv")
    assert told in said and len(said.splitlines()) == 1


BLOCKS = [
    ("{grd: {}}", "did you mean 'grid'"),
    ("{grid: {}, zip: {}}", "a design is one of"),
    ("{grid: {}}", "no keys"),
    ("{grid: {staffing.absence: 0.1}}", "no list of values"),
    ("{zip: {staffing.absence: [0.1, 0.2], room.operators: [1]}}", "must be equally long"),
    ("{csv: nowhere.csv}", "nowhere.csv: cannot be read"),
    ("{latin: {points: 4}}", "factors: is missing"),
    ("{latin: {points: 4, factors: {staffing.absence: [0.3, 0.1]}}}", "low 0.3 must be below high 0.1"),
    ("{latin: {points: 4, factors: {staffing.absence: {low: 0, high: 1, scale: log}}}}", "above 0"),
    ("{latin: {points: 4, factors: {staffing.absence: [1, 2, 3]}}}", "give [low, high]"),
    ("{latin: {points: 1, factors: {staffing.absence: [0, 1]}}}", "points=1"),
    ("{sobol: {points: 5, factors: {staffing.absence: [0, 1]}}}", "such as 4 or 8"),
    ("{latin: {points: 4, factors: {staffing.absence: [0, 3]}}}", "must be less than or equal to 1"),
    ("{swap: {move_from: posts, move_to: patrol_car, heads: [31]}}", "nearest are 30 and 33"),
    ("{swap: {move_from: gates, move_to: patrol_car, heads: [30]}}", "staffing.move_from='gates'"),
    ("{swap: {move_from: posts, move_to: patrol_car, heads: []}}", "heads"),
    ("{simplex: {total: 10, step: 3, parts: [a.x, b.x]}}", "no number of steps of 3"),
    ("{simplex: {total: 10, step: 5, parts: [staffing.absence]}}", "parts"),
    ("{one_at_a_time: {seed: [1, 2]}}", "seed: options of a study face the same days"),
]


@pytest.mark.parametrize(("block", "told"), BLOCKS, ids=[told for _, told in BLOCKS])
def test_a_wrong_design_is_refused_before_anything_runs(pollday: Call, tmp_path: Path, block: str, told: str) -> None:
    body = f"question: Why?\nwords: [{', '.join(TOWN)}]\nreplications: 1\ndesign: {block}\n"
    (tmp_path / "mine.yaml").write_text(body, encoding="utf-8")
    assert told in refused(pollday, "study=mine.yaml")


def test_a_point_in_the_middle_that_does_not_pass_is_named(pollday: Call) -> None:
    told = refused(pollday, *TOWN, "room.operators=1,2", "staffing.absence=0.1,1.5,0.2")
    assert "option 'operators=1 absence=1.5': staffing.absence=1.5: must be less than or equal to 1" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("staffing.absence=interval(0,1)",), "an interval is for design=latin and design=sobol"),
        (("precison.measure=coverage",), "did you mean 'precision.measure'"),
        (("precision.mesure=coverage",), "did you mean 'measure'"),
        (("inputs=random",), "inputs='random': must be 'fixed' or 'drawn'"),
        (("engine=lokky",), "lokky"),
        (("precision.measure=coverage",), "precision.half_width: is missing"),
        (("precision.measure=a,b", "precision.half_width=1"), "2 measures but 1 half-widths"),
        (("precision.measure=a", "precision.half_width=1", "precision.cap=2"), "precision.cap"),
        (("engine.workers=none",), "engine.workers"),
        (("limit.runs=0",), "limit.runs"),
        (("limit.run=5",), "did you mean 'runs'"),
        (("design=latn",), "did you mean 'latin'"),
        (("design.points=4",), "name the design too"),
        (("design=csv",), "design.file=points.csv"),
        (("staffing.absence=range(5,1)",), "gives no value at all"),
    ],
)
def test_words_of_a_study_that_make_no_sense_are_refused(pollday: Call, words: tuple[str, ...], told: str) -> None:
    said = refused(pollday, *TOWN, *words)
    assert told in said and len(said.splitlines()) == 1


def test_a_huge_product_is_counted_first_and_refused_at_once(pollday: Call) -> None:
    axes = [f"staffing.{key}=range(0,1,0.01)" for key in ("absence", "escort_day_share", "manning.patrol.night")]
    told = refused(pollday, *TOWN, *axes)
    assert "1,000,000 points x 10 days = 10,000,000 runs, more than limit.runs=10000" in told and "--yes" in told
    few = [*TOWN, "staffing.absence=0.1,0.2", "replications=3", "limit.runs=5"]
    assert "2 points x 3 days = 6 runs" in refused(pollday, *few)
    assert pollday("sweep", *few, "--yes", *JOB).code == 0


def test_how_a_study_is_carried_out_comes_from_its_file_and_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    body = f"question: Why?\nwords: [{', '.join(TOWN)}]\noptions: {{a: [], b: [staffing.absence=0.1]}}\nengine: dask\n"
    body += "inputs: drawn\nlimit: {runs: 50}\nprecision: {measure: coverage, half_width: 0.01, cap: 40}\n"
    (tmp_path / "mine.yaml").write_text(body, encoding="utf-8")

    def study(*words: str) -> Study:
        args = parse(["sweep", "study=mine.yaml", *words])
        args.compose_changes, args.axis = compose_changes, axis
        return read_study(args)

    filed = study()
    assert (filed.engine.name, filed.engine.workers, filed.inputs, filed.limit.runs) == ("dask", None, "drawn", 50)
    assert filed.precision == Precision(measure=("coverage",), half_width=(0.01,), cap=40)
    typed = study("engine=loky", "engine.workers=3", "inputs=fixed", "limit.runs=60", "precision.half_width=0.02")
    assert (typed.engine.name, typed.engine.workers, typed.inputs, typed.limit.runs) == ("loky", 3, "fixed", 60)
    assert typed.precision is not None and typed.precision.half_width == (0.02,) and typed.precision.cap == 40
    assert study("precision.of=difference", "engine.address=tcp://127.0.0.1:8786").engine.address == "tcp://127.0.0.1:8786"
