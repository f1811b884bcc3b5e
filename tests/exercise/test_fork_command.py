"""``pollday fork`` and tapes made by hand, on the command line: what they do, and what they refuse."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import pytest

from sim.cli import main
from tests.cli.conftest import Call, market_day, pollday

__all__ = ["market_day", "pollday"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SHOWN = [line for block in BLOCKS for line in block.splitlines()]

TOWN = ("territory.city.centres=40", "territory.city.offices=80", "territory.city.voters=30000")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of a smaller demonstration city."""
    folder = tmp_path_factory.mktemp("saved") / "demo-city-2017-0"
    assert main(["run", *TOWN, "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def runs(city: Path, pollday: Call) -> str:
    """The run under the name that the pages use, in an empty folder."""
    Path("runs").mkdir()
    Path("runs/demo-city-2017-0").symlink_to(city)
    return "runs/demo-city-2017-0"


def test_every_line_of_the_page_works(runs: str, pollday: Call) -> None:
    assert len(SHOWN) == 7
    for line in SHOWN:
        said = pollday(*shlex.split(line)[1:])
        assert said.code == 0, said.err


def test_a_fork_without_a_change_says_that_it_is_the_run(runs: str, pollday: Call) -> None:
    said = pollday("fork", runs, "--at", "14:30", "--no-save", "--json").json
    assert said["same_as_run"] and said["continuations"] == 0 and said["files"] == []
    assert all(row["run"] == row["fork"] for row in said["table"])


def test_a_fork_is_saved_as_a_run_that_can_be_measured_and_forked_again(runs: str, pollday: Call) -> None:
    said = pollday("fork", runs, "--at", "14:30", "--change", "communications_outage.Z1/police=900", "--json").json
    assert not said["same_as_run"]
    (folder,) = said["files"]
    again = pollday("measures", folder, "--json").json
    assert again["digests"] == said["digests"] and again["name"] == "demo-city from 14:30"
    twice = pollday("fork", folder, "--at", "15:00", "--no-save", "--json").json
    assert twice["same_as_run"] and twice["digests"]["trace"] == said["digests"]["trace"]


def test_continuations_come_with_their_band_beside_the_run(runs: str, pollday: Call) -> None:
    words = ("fork", runs, "--at", "17:00", "--change", "redirect=1", "--continuations", "3", "--out", "mine")
    said = pollday(*words, "--json").json
    assert said["continuations"] == 3
    assert said["files"] == ["mine", "mine-continuations.csv", "mine-band.csv"]
    with Path("mine-band.csv").open(encoding="utf-8") as file:
        band = list(csv.DictReader(file))
    assert float(band[0]["at"]) == 17 * 3600.0
    assert all(float(row["low"]) <= float(row["median"]) <= float(row["high"]) for row in band)
    with Path("mine-continuations.csv").open(encoding="utf-8") as file:
        assert {row["continuation"] for row in csv.DictReader(file)} == {"1", "2", "3"}
    assert pollday(*words, "--json").json["table"] == said["table"]


def test_an_edited_tape_is_run_and_what_was_moved_added_and_taken_out_is(runs: str, pollday: Call) -> None:
    assert pollday("tape", runs, "--out", "day.csv").code == 0
    with Path("day.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    moved, gone = rows[-1], rows[-2]
    moved |= {"at": "10:30", "x": "", "y": "", "site": rows[0]["site"]}
    added = dict.fromkeys(rows[0], "") | {"id": "77", "at": "11:00", "scene_time": "600"}
    added |= {name: rows[0][name] for name in ("site", "class")}
    with Path("day.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([*(row for row in rows if row is not gone), added])
    Path("day.injects.csv").write_text("at,effect,value,id,lasts\n12:00,demand_surge,3,1,3600\n", encoding="utf-8")
    said = pollday("run", "--tape", "day.csv", "--out", "edited", "--json").json
    assert said["counts"]["incidents"] > len(rows)
    with Path("edited/incidents.csv").open(encoding="utf-8") as file:
        came = {row["id"]: row for row in csv.DictReader(file)}
    assert float(came[moved["id"]]["occurred_at"]) == 10.5 * 3600
    assert float(came["77"]["occurred_at"]) == 11 * 3600
    assert gone["id"] not in came


BAD = {
    "": ["name one run directory"],
    "runs/demo-city-2017-0": ["say from when on with --at"],
    "runs/demo-city-2017-0 --at 25:00": ["'25:00' is later than 24:00"],
    "runs/demo-city-2017-0 --at noon": ["--at 'noon' is not a time"],
    "'runs/demo-city-2017-0' --at 'D+3 12:00'": ["a fork at D+3 12:00 lies outside the day, which lasts from"],
    "runs/demo-city-2017-0 --at 'D-9 12:00'": ["lies outside the day"],
    "runs --at 12:00": ["holds no manifest.json, so it is no run directory"],
    "runs/demo --at 12:00": ["runs/demo: no such folder"],
    "runs/demo-city-2017-0 seed=3 --at 12:00": ["name one run directory"],
    "runs/demo-city-2017-0 --at 12:00 --change redirct=1": ["unknown effect 'redirct' (did you mean 'redirect'?)"],
    "runs/demo-city-2017-0 --at 12:00 --change redirect": ["'redirect': write EFFECT.TARGET=VALUE"],
    "runs/demo-city-2017-0 --at 12:00 --change redirect=2": ["redirect: 2 0 or 1, allowed: 0 to 1"],
    "runs/demo-city-2017-0 --at 12:00 --change redirect=1,until=3": ["'until=3' is not allowed; allowed: at=, lasts="],
    "runs/demo-city-2017-0 --at 12:00 --change redirect=1,at=11:00": ["a change at 11:00 lies before the fork at 12:00"],
    "runs/demo-city-2017-0 --at 12:00 --change road_slowed.nowhere=2": ["unknown site 'nowhere'"],
    "runs/demo-city-2017-0 --at 12:00 --change road_slowed=2": ["road_slowed: name its target: the id or name of a site"],
    "runs/demo-city-2017-0 --at 12:00 --change unit_out_of_service=99999999": ["unknown unit '99999999'"],
    "runs/demo-city-2017-0 --at 12:00 --change desk_operators.Z1=4": ["each force has a room of its own there; write Z1/police"],
    "runs/demo-city-2017-0 --at 12:00 --change alert_level.Z9=raised": ["unknown area 'Z9'"],
    "runs/demo-city-2017-0 --at 12:00 --change alert_level.Z1=highest": ["'highest' is not a number"],
    "runs/demo-city-2017-0 --at 12:00 --change road_slowed.90010001=2,lasts=long": ["'long' is no length"],
    "runs/demo-city-2017-0 --at 12:00 --change remove=first": ["write remove=ID"],
    "runs/demo-city-2017-0 --at 12:00 --change remove=5": ["no incident of the tape has the id 5"],
    "runs/demo-city-2017-0 --at 12:00 --change tape=none.csv": ["none.csv: cannot be read"],
    "runs/demo-city-2017-0 --at 12:00 --change patrol.stop_time=700": ["patrol: nothing changes from 12:00 on"],
    "runs/demo-city-2017-0 --at 12:00 --change staffing.patrol_car_factor=2": ["(did you mean 'staffing.patrol_cars_factor'?)"],
    "runs/demo-city-2017-0 --at 12:00 --change staffin.absence=0.1": ["staffin", "did you mean 'staffing"],
    "runs/demo-city-2017-0 --at 12:00 --change staffing.absence=2": ["staffing.absence=2: must be less than or equal to 1"],
    "runs/demo-city-2017-0 --at 12:00 --change staffing.absence=0.1,0.2": ["gives several values"],
    "runs/demo-city-2017-0 --at 12:00 --change staffing": ["'staffing' is no setting; write key=value"],
    "runs/demo-city-2017-0 --at 12:00 --change dispatch=neares": ["no such dispatch (did you mean 'nearest'?)"],
    "runs/demo-city-2017-0 --at 12:00 --change seed=3": ["seed cannot change in mid-day; from a moment on settings of staffing,"],
    "runs/demo-city-2017-0 --at 12:00 --change calendar.closing=20:00": ["calendar.closing cannot change in mid-day"],
    "runs/demo-city-2017-0 --at 12:00 --change preset=rally-eve": ["cannot change in mid-day"],
    "runs/demo-city-2017-0 --at 12:00 --change dispatch.command=joint": ["dispatch.command cannot change in mid-day; of"],
    "runs/demo-city-2017-0 --at 12:00 --change staffing.turnout.base_time=9": ["staffing.turnout.base_time cannot change in"],
    "runs/demo-city-2017-0 --at 12:00 --change room.operators=3 --change nothing=1": ["unknown effect 'nothing'"],
    "runs/demo-city-2017-0 --at 12:00 --continuations 0": ["give a whole number, 1 or more"],
}


@pytest.mark.parametrize("line", BAD)
def test_a_mistake_is_told_in_at_most_three_lines_and_nothing_is_written(runs: str, pollday: Call, line: str) -> None:
    said = pollday("fork", *shlex.split(line))
    assert said.code == 2 and said.out == ""
    lines = said.err.strip().splitlines()
    assert len(lines) <= 3 and all(words in said.err for words in BAD[line]), said.err
    assert sorted(path.name for path in Path().rglob("*")) == ["demo-city-2017-0", "runs"]


def test_a_damaged_run_or_one_of_another_schema_is_no_ground_for_a_fork(city: Path, pollday: Call, tmp_path: Path) -> None:
    for name, text, problem in (
        ("records.npz", b"x", "records.npz is damaged or was changed"),
        ("legs.npz", None, "legs.npz is missing"),
        ("manifest.json", b'{"schema": "other-run"}', "schema 'other-run', needed: 'pollday-run'"),
    ):
        broken = tmp_path / f"broken-{name}"
        broken.mkdir()
        for path in city.iterdir():
            if path.is_file() and path.name != name:
                (broken / path.name).write_bytes(path.read_bytes())
        (broken / "tables").symlink_to(city / "tables")
        if text is not None:
            (broken / name).write_bytes(text)
        said = pollday("fork", str(broken), "--at", "12:00")
        assert said.code == 2 and problem in said.err and said.err.count("\n") == 1


def test_a_day_that_was_given_can_be_forked_but_not_continued(market_day: Path, pollday: Call) -> None:
    assert pollday("run", str(market_day), "--out", "given").code == 0
    assert pollday("fork", "given", "--at", "10:00", "--json").json["same_as_run"]
    said = pollday("fork", "given", "--at", "10:00", "--continuations", "2")
    assert said.code == 2 and "its day was given, not drawn" in said.err
