"""Tapes as files: what is saved comes back bit by bit, what people write by hand is understood, mistakes are named."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.clock import HOUR
from sim.demand.brought import with_brought
from sim.demand.catalogue import build_classes
from sim.demand.classes import IncidentClass, Slot
from sim.demand.draw import draw_tape
from sim.demand.files import describe, load_tape, load_world_tape, save_tape
from sim.demand.injects import in_order
from sim.demand.merge import merge_tapes
from sim.demand.packages import format_package, parse_package
from sim.demand.tape import Inject, Tape, incidents
from sim.errors import InputError
from tests.demand.conftest import make_territory, only

CAR = (IncidentClass("car", 2, (Slot(("patrol_car",)),)), IncidentClass("two", 1, (Slot(), Slot())))


@pytest.fixture(scope="module")
def drawn(calendar, demand):
    """A drawn tape with everything on it, and its classes."""
    settings = replace(demand, rallies=replace(demand.rallies, per_area=1.0), background_factor=0.05)
    settings = replace(settings, vehicles=replace(demand.vehicles, per_10000=20.0), rate_factor=5.0)
    tape = draw_tape(make_territory(), calendar, settings, 5)
    injects = (Inject(8 * HOUR, "desk_operators", 0, 3.0), Inject(9 * HOUR, "unit_out_of_service", 12))
    return replace(tape, injects=injects), build_classes(settings)


@pytest.mark.parametrize("name", ["tape.csv", "tape.yaml"])
def test_injects_with_all_they_can_say_come_back_and_bring_what_they_brought(drawn, territory, tmp_path, name):
    tape, classes = drawn
    site = int(territory.sites.id[0])
    more = (
        Inject(8 * HOUR, "demand_surge", value=2.0, id=3, lasts=HOUR),
        Inject(9 * HOUR, "road_slowed", site, 2.5, lasts=1800.0, within=750.0),
        Inject(10 * HOUR, "rumour", site, 300.0, id=4),
        Inject(11 * HOUR, "redirect", value=1.0, when="free_units in 16 < 3"),
    )
    full = with_brought(replace(tape, injects=in_order((*tape.injects, *more))), territory, classes)
    assert len(full.incidents) > len(tape.incidents)
    save_tape(full, tmp_path / name, territory, classes)
    again = load_tape(tmp_path / name, territory, classes)
    assert again.injects == full.injects
    assert again.digest() == with_brought(again, territory, classes).digest() == full.digest()


INJECTS_REFUSED = {
    "09:00,road_slow,1,,,": r"tape.injects.csv, line 2: unknown effect 'road_slow' \(did you mean 'road_slowed'\?\)",
    "09:00,road_slowed,1,50,,": "line 2: road_slowed: 50 times the drive, allowed: 1 to 20",
    "99:00,redirect,,1,,": "line 2, column 'at': '99:00' is later than 24:00",
    "D+9 01:00,redirect,,1,,": "line 2, column 'at': 'D\\+9 01:00' lies outside the time allowed",
    "09:00,redirect,,1,,free units": "line 2: 'free units' is no condition",
    "09:00,redirect,,1,-3,": "line 2, column 'lasts': '-3' is not a number",
}


@pytest.mark.parametrize(("row", "problem"), INJECTS_REFUSED.items())
def test_a_bad_inject_of_a_file_is_named_with_its_line(territory, tmp_path, row, problem):
    path = tmp_path / "tape.csv"
    path.write_text(f"id,at,site,scene_time\n1,09:00,{territory.sites.id[0]},60\n", encoding="utf-8")
    path.with_suffix(".injects.csv").write_text(f"at,effect,target,value,lasts,when\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        load_world_tape(path, territory)
    assert "\n" not in str(caught.value)


def test_an_incident_that_waits_for_no_inject_of_the_file_is_refused(territory, tmp_path):
    path = tmp_path / "tape.csv"
    site = territory.sites.id[0]
    path.write_text(f"id,at,site,scene_time,thinning,parent\n1,09:00,{site},60,inject,8\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2, column 'parent': no inject has the id 8"):
        load_world_tape(path, territory)


@pytest.mark.parametrize("name", ["tape.csv", "tape.yaml"])
def test_a_saved_tape_comes_back_with_the_same_digest(drawn, territory, tmp_path, name):
    tape, classes = drawn
    save_tape(tape, tmp_path / name, territory, classes)
    again = load_tape(tmp_path / name, territory, classes)
    assert again.digest() == tape.digest()
    assert describe(again) == describe(tape)
    assert "2 injects" in describe(tape)


MARKS = {"": 0, "none": 0, "rally": 2, "deterrence+rally": 3, "rally + deterrence": 3}


@pytest.mark.parametrize(("text", "mark"), MARKS.items())
@pytest.mark.parametrize("name", ["tape.csv", "tape.yaml"])
def test_names_joined_by_a_plus_say_what_may_prevent_an_incident(territory, tmp_path, name, text, mark):
    path = tmp_path / name
    site = territory.sites.id[0]
    csv = f"id,at,site,scene_time,candidate,thinning\n1,09:00,{site},60,0.5,{text}\n"
    row = f"{{id: 1, at: 09:00, site: {site}, scene_time: 60, candidate: 0.5, thinning: '{text}'}}"
    path.write_text(csv if name.endswith("csv") else f"incidents: [{row}]\n", encoding="utf-8")
    tape, _ = load_world_tape(path, territory)
    assert tape.incidents.thinning.tolist() == [mark]


def test_the_order_of_rows_does_not_matter(drawn, territory, tmp_path):
    tape, classes = drawn
    path = tmp_path / "tape.csv"
    save_tape(tape, path, territory, classes)
    for part in tmp_path.iterdir():
        head, *body = part.read_text(encoding="utf-8").splitlines()
        part.write_text("\n".join([head, *reversed(body)]), encoding="utf-8")
    assert load_tape(path, territory, classes).digest() == tape.digest()


def test_saving_again_leaves_nothing_of_the_tape_before(drawn, territory, tmp_path):
    tape, classes = drawn
    path = tmp_path / "tape.csv"
    save_tape(tape, path, territory, classes)
    own = tape.incidents.parent < 0  # without the gatherings, and without the incidents that hang on them
    bare = Tape(replace(tape.incidents, **{f.name: getattr(tape.incidents, f.name)[own] for f in fields(tape.incidents)}))
    save_tape(bare, path, territory, classes)
    assert load_tape(path, territory, classes).digest() == bare.digest()


@pytest.mark.parametrize("name", ["tape.csv", "tape.yaml"])
def test_an_empty_tape_is_a_quiet_day(territory, tmp_path, name):
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    tape = Tape(incidents(id=whole, at=none, site=whole, x=none, y=none, scene_time=np.zeros((0, 2))))
    save_tape(tape, tmp_path / name, territory, CAR)
    assert load_tape(tmp_path / name, territory, CAR).digest() == tape.digest()


HAND = "id,at,site,priority,scene_time\n1,07:00,101,1,600\n2,D-1 18:30,École 2-3,3,90.5\n"


@pytest.mark.parametrize(
    "data",
    [
        HAND.encode(),
        b"\xef\xbb\xbf" + HAND.replace("\n", "\r\n").encode(),
        HAND.replace(",", ";").replace("90.5", "90,5").encode(),
        HAND.replace(",", "\t").encode("utf-16"),
        ("\n" + HAND.replace("\n", "\n\n,,,,\n").replace("id,at", "ID , At")).encode(),
    ],
)
def test_hand_written_rows_are_read_as_people_save_them(territory, tmp_path, data):
    path = tmp_path / "tape.csv"
    path.write_bytes(data)
    tape, classes = load_world_tape(path, territory)
    rows = tape.incidents
    assert rows.at.tolist() == [-5.5 * HOUR, 7 * HOUR]
    assert rows.site.tolist() == [67, 0]
    assert rows.scene_time.tolist() == [[90.5], [600.0]]
    assert [classes[c].priority for c in rows.cls] == rows.priority.tolist() == [3, 1]
    assert classes[rows.cls[0]].slots == (Slot(),)


def test_a_missing_mark_means_no_noise_never_prevented_never_escalates_infinite_patience(territory, tmp_path):
    path = tmp_path / "tape.csv"
    path.write_text(HAND, encoding="utf-8")
    rows = load_world_tape(path, territory)[0].incidents
    assert (rows.noise == 1).all()
    assert np.isnan(rows.candidate).all() and np.isnan(rows.on_spot).all()
    assert np.isinf(rows.escalate_time).all() and np.isinf(rows.patience).all() and np.isinf(rows.caller_patience).all()
    assert (rows.parent == -1).all() and (rows.convey_to == -1).all() and (rows.report_time == 0).all()


def test_a_row_may_bring_its_own_package(territory, tmp_path):
    path = tmp_path / "tape.csv"
    path.write_text(
        "id,at,site,priority,package,start,release,scene_time,noise\n"
        "1,60,101,1,patrol_car:2 + rrv,together,,600|700|800,1|1.5|2\n"
        "2,61,101,2,,,,5,\n"
        "3,62,102,1,patrol_car:2+rrv,together,each,9,\n"
    )
    tape, classes = load_world_tape(path, territory)
    assert len(classes) == 2
    first = classes[tape.incidents.cls[0]]
    assert [slot.kinds for slot in first.slots] == [("patrol_car",), ("patrol_car",), ("rrv",)]
    assert (first.start, first.release) == ("together", "each")
    assert tape.incidents.cls[0] == tape.incidents.cls[2]
    assert tape.incidents.scene_time.tolist() == [[600, 700, 800], [5, 0, 0], [9, 9, 9]]
    assert tape.incidents.noise.tolist() == [[1, 1.5, 2], [1, 1, 1], [1, 1, 1]]


def test_yaml_rows_take_times_quoted_or_not(territory, tmp_path):
    path = tmp_path / "tape.yaml"
    path.write_text(
        "incidents:\n- {id: 1, at: 7:00, site: 101, scene_time: [600, 700], class: two}\n"
        '- {id: 2, at: "07:30", site: "École 1-5", scene_time: 60, class: car, x: 3.01, y: 36.02}\n'
        "injects:\n- {at: 12:30, effect: desk_operators, value: 4}\n",
        encoding="utf-8",
    )
    tape = load_tape(path, territory, CAR)
    assert tape.incidents.at.tolist() == [7 * HOUR, 7.5 * HOUR]
    assert tape.incidents.scene_time.tolist() == [[600, 700], [60, 0]]
    assert tape.incidents.x.tolist() == [3.0, 3.01]
    assert tape.injects == (Inject(12.5 * HOUR, "desk_operators", -1, 4.0),)


GOOD = {"id": "1", "at": "07:00", "site": "101", "class": "car", "scene_time": "600"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"site": "École 1-99"}, "column 'site': unknown site 'École 1-99' (did you mean 'École 1-9'?)"),
        ({"site": ""}, "column 'site': unknown site ''"),
        ({"class": "cra"}, "column 'class': unknown name 'cra' (did you mean 'car'?); allowed: car, two"),
        ({"scene_time": "-1"}, "column 'scene_time': '-1' is not a number from 0 to 864000"),
        ({"scene_time": "nan"}, "column 'scene_time': 'nan' is not a number"),
        ({"scene_time": "inf"}, "column 'scene_time': 'inf' is not a number"),
        ({"scene_time": ""}, "column 'scene_time': is empty; give seconds"),
        ({"scene_time": "1|"}, "column 'scene_time': '' is not a number"),
        ({"class": "two", "scene_time": "1|2|3|x"}, "column 'scene_time': 'x' is not a number"),
        ({"noise": "0"}, "column 'noise': '0' is not a number from 0.01 to 100"),
        ({"at": "25:61"}, "column 'at': '25:61' is not a time"),
        ({"at": "D+9 07:00"}, "column 'at': 'D+9 07:00' lies outside the time allowed"),
        ({"at": ""}, "column 'at': is empty"),
        ({"id": "1.5"}, "column 'id': '1.5' is not a whole number"),
        ({"id": "-3"}, "column 'id': '-3' is not a number from 0"),
        ({"priority": "5"}, "column 'priority': '5' is not a number from 1 to 4"),
        ({"priority": "1.5"}, "column 'priority'"),
        ({"channel": "fone"}, "column 'channel': unknown name 'fone' (did you mean 'phone'?)"),
        ({"thinning": "x"}, "column 'thinning': unknown name 'x'; allowed: none, deterrence, rally"),
        ({"thinning": "rally+detterence"}, "unknown name 'detterence' (did you mean 'deterrence'?)"),
        ({"candidate": "1.2"}, "column 'candidate': '1.2' is not a number from 0 to 1"),
        ({"bound": "0.5"}, "column 'bound': '0.5' is not a number from 1"),
        ({"parent": "7"}, "column 'parent': no gathering and no incident has the id 7"),
        ({"convey_to": "nowhere"}, "column 'convey_to': unknown site 'nowhere'"),
        ({"x": "36.0", "y": "3.0"}, "x is longitude, y latitude: swapped?"),
        ({"prioritty": "1"}, "line 1: unknown column 'prioritty' (did you mean 'priority'?)"),
        ({"package": "patrol_car:99"}, "column 'package': 99 units of 'patrol_car'; allowed are 1 to 16"),
        ({"package": "patrol car"}, "is no package; write it like"),
        ({"package": "any[flying]"}, "unknown skill 'flying'"),
        ({"start": "soon"}, "column 'start': unknown name 'soon'"),
    ],
)
def test_a_mistake_in_a_row_is_one_clear_line(territory, tmp_path, change, words):
    row = GOOD | change
    path = tmp_path / "tape.csv"
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_tape(path, territory, CAR)
    message = str(caught.value)
    assert words in message
    assert message.startswith("tape.csv, line")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "tape.csv: empty"),
        (b"id,at,site\n1,2,101\n", "column 'scene_time' is missing"),
        (b"id,id,at,site,scene_time\n", "column 'id' appears twice"),
        (b"id,at,site,scene_time\n1,2,101,3,4\n", "line 2: 5 cells, but the heading has 4 columns"),
        (b"id,at,site,scene_time\n1,2,101,3\n\n1,3,101,4\n", "line 4, column 'id': 1 is already used in line 2"),
        (b"id,at,site,scene_time\n1,2,\xe9cole,3\n", "line 2: not UTF-8 text"),
        (b'id,at,site,scene_time\n1,2,"101,3\n', "check the quotation marks"),
        (b"id,at,site,scene_time\n1,2,1\x0001,3\n", "holds NUL characters"),
    ],
)
def test_a_broken_file_is_one_clear_line(territory, tmp_path, data, words):
    path = tmp_path / "tape.csv"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_world_tape(path, territory)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_clear_line(territory, tmp_path):
    for name in ("tape.csv", "tape.yaml"):
        with pytest.raises(InputError, match="cannot be read"):
            load_tape(tmp_path / name, territory, CAR)


def test_a_moment_outside_the_calendar_is_refused(territory, calendar, tmp_path):
    path = tmp_path / "tape.csv"
    path.write_text("id,at,site,class,scene_time\n1,D-3 07:00,101,car,600\n")
    with pytest.raises(InputError, match="outside the time allowed"):
        load_tape(path, territory, CAR, (calendar.begin, calendar.end))


def test_two_tapes_merge_into_one_day(territory, calendar, demand):
    settings = only(demand, "dispute", "intimidation", rate_factor=20.0)
    names = ("dispute", "intimidation")
    parts = []
    for name in names:
        quiet = {n: c if n == name else replace(c, rate=replace(c.rate, calm=0.0)) for n, c in settings.classes.items()}
        parts.append(draw_tape(territory, calendar, replace(settings, classes=quiet), 1))
    whole = draw_tape(territory, calendar, settings, 1)
    parts[1] = replace(parts[1], vehicles=replace(parts[1].vehicles, id=parts[1].vehicles.id + 10**9))
    merged = merge_tapes(*parts)
    assert Tape(merged.incidents).digest() == Tape(whole.incidents).digest()
    assert len(merged.vehicles.id) == 2 * len(whole.vehicles.id)
    assert (np.diff(merged.vehicles.at) >= 0).all()


def test_tapes_that_share_an_id_do_not_merge(drawn):
    with pytest.raises(InputError, match=r"incident id .* is in both"):
        merge_tapes(drawn[0], drawn[0])


@pytest.mark.parametrize("text", ["patrol_car", "patrol_car|rrv:2+any[search,traffic]", "none", "any:16", "a+b+a"])
def test_packages_are_written_as_they_are_read(text):
    assert format_package(parse_package(text)) == text


def test_a_package_of_unknown_kinds_names_the_nearest():
    with pytest.raises(InputError, match=r"unknown unit kind 'patrol_kar' \(did you mean 'patrol_car'\?\)"):
        parse_package("patrol_kar", kinds=("patrol_car", "rrv"))


@pytest.mark.parametrize("name", ["at", "scene_time", "noise"])
def test_columns_of_different_length_make_no_incidents(name):
    two = {"id": np.array([1, 2]), "site": np.zeros(2, dtype=np.int64)} | dict.fromkeys(
        ("at", "x", "y", "scene_time", "noise"), np.zeros(2)
    )
    with pytest.raises(ValueError, match=f"column '{name}' has 3 rows, but there are 2 ids"):
        incidents(**two | {name: np.zeros(3)})
