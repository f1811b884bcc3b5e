"""Exercises of one's own: what is read, what it puts on the tape, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.exercise.script import Exercise, exercise_of
from sim.exercise.staging import exercise_tape
from sim.exercise.wording import Wording, length
from sim.names import Names
from sim.scenario import Scenario
from sim.settings import Settings
from tests.cli.conftest import Call, pollday

__all__ = ["pollday"]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
(MINE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TOWN = ("territory.city.centres=40", "territory.city.offices=80", "territory.city.voters=30000")
Day = tuple[Settings, Scenario, Tape]


@pytest.fixture(scope="module")
def town() -> Day:
    settings = compose(list(TOWN))
    place = build_place(settings)
    return settings, build_plan(settings, place)[0], build_tape(settings, place)


def staged(town: Day, exercise: Exercise) -> Tape:
    settings, scenario, tape = town
    return exercise_tape(exercise, tape, scenario, settings)


def write(folder: Path, text: str) -> Exercise:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return exercise_of(str(path))


def test_the_example_of_the_page_is_played(tmp_path: Path, pollday: Call) -> None:
    Path("mine.yaml").write_text(MINE, encoding="utf-8")
    said = pollday("run", "--exercise", "mine.yaml", *TOWN, "--json")
    assert said.code == 0, said.err
    data = said.json
    assert data["name"] == "exercise-mine" and data["run_directory"] == "runs/exercise-mine-2017-0"
    assert pollday("verify", data["run_directory"]).code == 0
    assert pollday("fork", data["run_directory"], "--at", "14:00", "--no-save", "--json").json["same_as_run"]


def test_effects_and_incidents_of_one_inject_come_together_on_one_condition(town: Day, tmp_path: Path) -> None:
    tape = staged(town, write(tmp_path, MINE))
    assert [(i.id, i.effect, i.when) for i in tape.injects] == [
        (2, "communications_outage", "attended 1"), (1, "spawn_incident", ""),
    ]  # fmt: skip
    both = MINE.replace("    incidents: [{", "    effects: [{effect: redirect, value: 1}]\n    incidents: [{")
    tape = staged(town, write(tmp_path, both))
    assert [i.effect for i in tape.injects] == ["communications_outage", "redirect", "spawn_incident"]
    assert len({i.id for i in tape.injects}) == 3


def test_an_incident_of_an_inject_is_as_such_incidents_usually_are(town: Day, tmp_path: Path) -> None:
    settings, scenario, _ = town
    rows = staged(town, write(tmp_path, MINE)).incidents
    (row,) = [i for i, parent in enumerate(rows.parent.tolist()) if parent == 1 and rows.thinning[i] == 64]
    assert scenario.classes[rows.cls[row]].name == "dispute" and rows.priority[row] == 2
    assert rows.scene_time[row, 0] == settings.demand.classes["dispute"].scene_time[0]
    assert rows.talk_time[row] == settings.demand.calls.talk_time["phone"][0]
    assert rows.at[row] == 10.5 * 3600.0


def test_a_script_moves_and_takes_out_what_was_drawn_and_brings_a_tape_from_beside_it(town: Day, tmp_path: Path) -> None:
    _, scenario, drawn = town
    rows = drawn.incidents
    gone, moves = int(rows.id[10]), int(rows.id[20])
    site = int(scenario.territory.sites.id[3])
    (tmp_path / "more.csv").write_text(f"id,at,site,class,scene_time\n77,12:00,{site},dispute,600\n", encoding="utf-8")
    more = f"remove: [{gone}]\nmove: [{{id: {moves}, at: '13:00', site: {site}}}]\ntape: more.csv\n"
    made = staged(town, write(tmp_path, MINE + more)).incidents
    assert gone not in made.id and 77 in made.id
    (row,) = [i for i, id in enumerate(made.id.tolist()) if id == moves]
    assert made.at[row] == 13 * 3600.0 and made.site[row] == 3 and made.x[row] == scenario.territory.sites.x[3]


REFUSED = {
    ("name: mine", "name: ../mine"): "name='../mine'",
    ("preset: demo-city", "preset: demo-city\nplan: x"): "unknown key",
    ('at: "10:30"\n    title: {en: "A dispute"}', 'at: "25:30"\n    title: {en: "A dispute"}'): "'25:30' is later than 24:00",
    ("id: 2", "id: 1"): "the inject id 1 is given more than once",
    ("sender: command room", "sender: the boss"): "sender",
    ("reply_time: 10min", "reply_time: soon"): "'soon' is no length",
    ('en: "A dispute"', "en: !!python/name:os.system x"): "the tag",
    ('en: "A dispute"', 'en: "${oc.env:HOME}"'): "is not allowed",
    ('"calendar.closing=20:00"', '"plan=/etc/passwd"'): "'plan=/etc/passwd' names a file",
    ('"calendar.closing=20:00"', '"experiment=../x.yaml"'): "names a file",
}


@pytest.mark.parametrize(("change", "problem"), REFUSED.items())
def test_a_bad_script_is_refused_before_anything_is_built(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    assert change[0] in MINE
    with pytest.raises(InputError) as caught:
        write(tmp_path, MINE.replace(*change, 1))
    assert problem in str(caught.value) and str(caught.value).count("\n") < 3
    assert str(caught.value).startswith("mine.yaml")


UNFIT = {
    ("what: dispute", "what: disput"): "mine, inject 1: no class 'disput' (did you mean 'dispute'?)",
    ("centre in Z1 3", "centre in Z1 300"): "inject 1: 'centre in Z1 300': there are",
    ("centre in Z1 3", "centre in Z8"): "inject 1: target: unknown area 'Z8'",
    ("centre in Z1 3", "nowhere"): "inject 1: unknown site 'nowhere'",
    ("effect: communications_outage", "effect: comunications_outage"): "(did you mean 'communications_outage'?)",
    ("target: Z1/police", "target: Z1"): "write Z1/police or Z1/gendarmerie",
    ("value: 300", "value: 99999"): "communications_outage: 99999 seconds, allowed: 0 to 7200",
    ('when: "attended 1"', 'when: "attended by 1"'): "'attended by 1' is no condition",
    ('at: "10:30"\n    title', 'at: "D-9 10:30"\n    title'): "inject 1: D-9 10:30 lies outside the day",
}


@pytest.mark.parametrize(("change", "problem"), UNFIT.items())
def test_a_script_that_does_not_fit_its_day_names_the_inject(
    town: Day, tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    assert change[0] in MINE
    exercise = write(tmp_path, MINE.replace(*change, 1))
    with pytest.raises(InputError) as caught:
        staged(town, exercise)
    assert problem in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("tape", ["/etc/passwd", "../other.csv", "sub/more.csv", ".."])
def test_no_path_leads_out_of_the_folder_of_a_script(town: Day, tmp_path: Path, tape: str) -> None:
    with pytest.raises(InputError, match="name a file that stands in the folder of the exercise"):
        staged(town, write(tmp_path, f"{MINE}tape: {tape}\n"))


def test_a_link_out_of_the_folder_is_no_way_out_either(town: Day, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir(), inside.mkdir()
    (outside / "more.csv").write_text("id,at,site,scene_time\n", encoding="utf-8")
    (inside / "more.csv").symlink_to(outside / "more.csv")
    with pytest.raises(InputError, match="leads out of the folder"):
        staged(town, write(inside, f"{MINE}tape: more.csv\n"))


def test_deep_files_and_many_aliases_are_refused_before_they_are_read(tmp_path: Path) -> None:
    for text in ("title: " + "[" * 40 + "]" * 40, "a: &a [x]\nb: [" + ", ".join(["*a"] * 40) + "]"):
        with pytest.raises(InputError, match="20 levels, 20 aliases"):
            write(tmp_path, text)
    with pytest.raises(InputError, match="must be a mapping"):
        write(tmp_path, "- 1\n")


def test_unknown_exercises_and_options_that_exclude_each_other_are_told(pollday: Call) -> None:
    for words, problem in (
        (("run", "--exercise", "staff-shortag"), "no exercise 'staff-shortag' (did you mean 'staff-shortage'?)"),
        (("run", "--exercise", "none.yaml"), "none.yaml: cannot be read"),
        (("run", "--exercise", "staff-shortage", "--tape", "day.csv"), "an exercise brings its own tape"),
    ):
        said = pollday(*words)
        assert said.code == 2 and problem in said.err and said.err.count("\n") == 1


READ: dict[str, Any] = {"45min": 2700.0, "1.5h": 5400.0, "90": 90.0, "30 s": 30.0, "": 0.0}


@pytest.mark.parametrize(("text", "seconds"), READ.items())
def test_lengths_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert length(text) == seconds


def test_targets_are_named_by_name_number_or_place(town: Day) -> None:
    _, scenario, _ = town
    names = Names(sites={int(scenario.territory.sites.id[5]): "the school"}, units={int(scenario.units.id[7]): "Delta 7"})
    wording = Wording(scenario, names)
    sites, units = scenario.territory.sites, scenario.units
    assert wording.site("the school") == 5 and wording.site(str(sites.id[4])) == 4 and wording.site(sites.name[6]) == 6
    assert wording.unit("Delta 7") == units.id[7] and wording.unit(str(units.id[9])) == units.id[9]
    second = wording.unit("patrol_car in Z2 2")
    row = units.id.tolist().index(second)
    assert units.kinds[units.kind[row]] == "patrol_car" and units.area[row] == 1
    post = wording.unit(f"fixed_team at {sites.name[0]}")
    assert units.base[units.id.tolist().index(post)] == 0
    assert wording.room("Zone 2/gendarmerie") == 3 and wording.area("Z2") == 1
    joint = replace(scenario, dispatch=replace(scenario.dispatch, command="joint"))
    assert Wording(joint, names).room("Z2") == 1
