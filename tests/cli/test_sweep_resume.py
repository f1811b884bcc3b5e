"""A study goes on where it stopped: nothing is run twice, nothing is lost, what failed is told and tried again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sim.commands.sweep as module
from sim import plugins
from sim.study.store import Store
from tests.cli.conftest import Said

HAMLET = ("preset=demo-city", "territory.city.centres=8", "territory.city.offices=16", "territory.city.voters=6000")
CARS = ("sweep", *HAMLET, "staffing.patrol_cars_factor=0.5,1.0", "study.name=cars", "--workers", "1")
OWN = """
from sim.plugins import measure
@measure("picky", unit="count", definition="One on days with an even number of incidents")
def picky(measures):
    if {}:
        raise ValueError("an odd day")
    return 1.0
"""

Call = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("no_pictures")


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and report have tests of their own."""
    monkeypatch.setattr(module, "draw_all", lambda *_: [])
    monkeypatch.setattr(module, "end_report", lambda *_: (None, []))


def test_the_same_command_again_runs_nothing_and_gives_the_same_table(pollday: Call, tmp_path: Path) -> None:
    first = pollday(*CARS, "replications=2", "--json").json
    table = (tmp_path / "cars" / "table.csv").read_bytes()
    again = pollday(*CARS, "replications=2", "--json")
    assert (first["stored"], first["ran"], first["failed"]) == (0, 4, [])
    assert (again.json["stored"], again.json["ran"]) == (4, 0) and again.json["digests"] == first["digests"]
    assert (tmp_path / "cars" / "table.csv").read_bytes() == table and "4 stored, 0 to do" in again.err


def test_more_days_and_more_options_use_every_run_there_is(pollday: Call, tmp_path: Path) -> None:
    pollday(*CARS, "replications=2")
    more = pollday("sweep", *HAMLET, "staffing.patrol_cars_factor=0.5,1.0,1.5", *CARS[6:], "replications=3", "--json").json
    assert (more["stored"], more["ran"]) == (4, 5)
    fewer = pollday(*CARS, "replications=2", "--json").json
    assert (fewer["stored"], fewer["ran"]) == (4, 0) and max(row["replications"] for row in fewer["table"]) == 2
    anew = pollday(*CARS, "replications=2", "--out", str(tmp_path / "anew"), "--json").json
    assert anew["ran"] == 4 and anew["digests"] == fewer["digests"]


def test_more_runs_than_the_limit_need_a_yes_before_anything_is_written(pollday: Call, tmp_path: Path) -> None:
    said = pollday(*CARS, "replications=2", "limit.runs=3")
    assert said.code == 2 and "4 runs, more than limit.runs=3" in said.err and "--yes" in said.err
    assert list(tmp_path.iterdir()) == [] and len(said.err.splitlines()) <= 3
    assert pollday(*CARS, "replications=2", "limit.runs=3", "--yes").code == 0
    rule = ("precision.measure=potential_response", "precision.half_width=1", "precision.cap=20", "limit.runs=39")
    assert "40 runs, more than limit.runs=39" in pollday(*CARS, *rule).err, "a rule may need all the days that its cap allows"


def test_more_hours_than_the_limit_are_refused_when_the_first_runs_tell_and_those_are_kept(pollday: Call) -> None:
    said = pollday(*CARS, "replications=3", "limit.hours=1e-6")
    assert said.code == 2 and "more than limit.hours=1e-06" in said.err and "Traceback" not in said.err
    rest = pollday(*CARS, "replications=3", "--json").json
    assert rest["stored"] >= 1 and rest["stored"] + rest["ran"] == 6


def test_a_precision_rule_runs_rounds_until_it_is_reached_and_a_second_start_runs_nothing(pollday: Call) -> None:
    rule = ("precision.measure=heads_at_noon", "precision.half_width=1000000", "precision.start=5", "precision.round=2")
    wrong = pollday(*CARS, *rule)
    assert wrong.code == 2 and "precision.measure=heads_at_noon: no such measure" in wrong.err
    rule = ("precision.measure=potential_response", *rule[1:])
    said = pollday(*CARS, *rule, "--json").json
    assert {v["state"] for v in said["precision"].values()} == {"reached"}
    assert said["replications"] == 7 and said["ran"] == 14 and max(row["replications"] for row in said["table"]) == 7
    more = pollday(*CARS, "replications=9", "--json").json
    assert more["stored"] == 14 and more["replications"] == 9 and more["precision"] is None
    again = pollday(*CARS, *rule, "--json").json
    assert again["ran"] == 0 and again["digests"] == said["digests"], "runs beyond those that the rule asked for change nothing"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("engine=dsk",), "did you mean 'dask'"),
        (("engine.workers=0",), "engine.workers"),
        (("engine.adress=tcp://a:1",), "engine takes workers, address"),
        (("engine.address=tcp://a:1",), "loky works on this machine only"),
        (("limit.runs=many",), "limit.runs"),
    ],
)
def test_bad_words_about_the_engine_are_told_in_one_line(pollday: Call, words: tuple[str, ...], told: str) -> None:
    said = pollday(*CARS[:7], "replications=1", *words)
    assert said.code == 2 and told in said.err.splitlines()[-1] and "Traceback" not in said.err


def test_a_study_that_another_sweep_holds_is_refused_with_its_holder(pollday: Call, tmp_path: Path) -> None:
    with Store.open(tmp_path / "cars", write=True):
        said = pollday(*CARS, "replications=1")
    assert said.code == 2 and "in use by process" in said.err and len(said.err.splitlines()) <= 3
    assert pollday(*CARS, "replications=1").code == 0


def test_runs_that_fail_are_told_kept_as_attempts_and_tried_again(pollday: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN.replace("{}", "len(measures.incidents.group) % 2"))
    try:
        said = pollday(*CARS, "replications=4", "--plugin", str(file), "--json")
        failed = said.json["failed"]
        assert said.code == 1 and failed and said.json["ran"] == 8 - len(failed) > 0
        assert "an odd day" in failed[0]["message"] and f"{len(failed)} runs failed" in said.err
        with Store.open(tmp_path / "cars") as store:
            assert [a.attempt for a in store.attempts()] == [1] * len(failed)
            assert all(a.kind == "error" and "an odd day" in a.message for a in store.attempts())
        again = pollday(*CARS, "replications=4", "--plugin", str(file), "--json")
        assert again.json["ran"] == 0 and again.json["failed"] == failed and again.json["digests"] == said.json["digests"]
        with Store.open(tmp_path / "cars") as store:
            assert sorted(a.attempt for a in store.attempts()) == [1] * len(failed) + [2] * len(failed)
    finally:
        plugins.forget()


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "..", ".", "", " x", "a\\b", "c:x", "a\nb"])
def test_a_study_is_a_folder_below_the_current_one_and_its_name_no_path(name: str, pollday: Call, tmp_path: Path) -> None:
    said = pollday(*(word for word in CARS if not word.startswith("study.name")), f"study.name={name}")
    assert said.code == 2 and "study.name=" in said.err and len(said.err.splitlines()) <= 3
    assert list(tmp_path.iterdir()) == []


def test_the_same_value_twice_is_named(pollday: Call, tmp_path: Path) -> None:
    said = pollday("sweep", *HAMLET, "staffing.patrol_cars_factor=1,1")
    assert said.code == 2 and "option 'patrol_cars_factor=1.0' is there twice" in said.err and list(tmp_path.iterdir()) == []


def test_a_scheduler_that_does_not_answer_leaves_no_folder(
    pollday: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.study.engines.dask.CONNECT_TIME", 1)
    said = pollday(*CARS, "replications=2", "engine=dask", "engine.address=tcp://127.0.0.1:1")
    assert said.code == 2 and "no Dask scheduler answers there" in said.err and list(tmp_path.iterdir()) == []
