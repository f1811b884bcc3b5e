"""Folder worlds: other people's cases run exactly as given, whatever the form of their files."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from sim.folder import read_folder
from sim.processes.simulation import run
from tests.cli.conftest import Call


def digests(folder: Path) -> tuple[str, str, str]:
    world = read_folder(folder)
    return world.scenario.digest(), world.tape.digest(), run(world.scenario, world.tape).digest()


def incidents(folder: Path) -> list[dict[str, str]]:
    with (folder / "incidents.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_example_of_the_docs_gives_the_times_worked_out_by_hand(pollday: Call, market_day: Path) -> None:
    said = pollday("run", str(market_day), "--json")
    assert said.code == 0, said.err
    assert said.json["seed"] is None and said.json["digests"].keys() == {"scenario", "tape", "trace"}
    first, second, third = incidents(Path(said.json["run_directory"]))
    # 3,500 m from Nord round the corner at 10 m/s, after 45 s
    assert (first["unit"], first["departed_at"], first["arrived_at"]) == ("car 1", "28845.0", "29195.0")
    assert first["cleared_at"] == first["closed_at"] == "30095.0"
    # the call takes until 08:06; car 2, which set out on its loop of 1,740 s when the day began at 07:00, is at its base then,
    # 1,000 m away: 60 s + 100 s; car 1 comes from the school when it is done
    assert (second["units"], second["arrived_at"], second["complete_at"]) == ("car 2|car 1", "29320.0", "30490.0")
    # waits until car 2 has worked its 1,200 s at the market
    assert (third["unit"], third["dispatched_at"], third["arrived_at"]) == ("car 2", "30520.0", "30930.0")
    assert first["site"] == "school" and second["priority"] == "1"


def test_bom_crlf_and_semicolons_make_no_difference(market_day: Path) -> None:
    before = digests(market_day)
    for name in ("sites.csv", "tape.csv"):
        path = market_day / name
        text = path.read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert digests(market_day) == before


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_plays_no_part(market_day: Path, seed: int) -> None:
    before = digests(market_day)
    for path in market_day.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        random.Random(seed).shuffle(rows)
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    assert digests(market_day) == before


def test_a_folder_may_have_any_name(pollday: Call, market_day: Path) -> None:
    for name in ("يوم الاقتراع", "a=b [c] {d}", "été ~1"):
        market_day = market_day.rename(market_day.with_name(name))
        said = pollday("run", str(market_day), "--no-save", "--json")
        assert said.code == 0, said.err


def test_rules_can_be_changed_for_one_run(pollday: Call, market_day: Path) -> None:
    assert pollday("run", str(market_day), "--cfg", "job", "policy=least_time", "--json").json["config"]["policy"] == "least_time"


SITES = "id,x,y\nA,0,0\nB,1000,0\nC,0,3000\n"
UNITS = "id,base\nu1,A\nu2,B\n"
TAPE = "id,at,site,scene_time\n1,100,C,60\n2,110,C,60\n"
SQUARE = "to from,A,B,C\nA,0,50,70\nB,50,0,20\nC,30,40,0\n"
LONG = "from,to,seconds\nA,B,50\nA,C,70\nB,A,50\nB,C,20\nC,A,30\nC,B,40\n"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Two units, three sites, two incidents."""
    folder = tmp_path / "world"
    folder.mkdir()
    for name, text in (("sites.csv", SITES), ("units.csv", UNITS), ("tape.csv", TAPE)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def arrivals(world: Path) -> list[tuple[int, float]]:
    """Unit and moment of each arrival."""
    given = read_folder(world)
    columns = run(given.scenario, given.tape).columns()
    names = {v: k for k, v in given.names.units.items()}
    chosen = columns["kind"] == 13
    assert names == {"u1": 1, "u2": 2}
    return list(zip(columns["unit"][chosen].tolist(), columns["time"][chosen].tolist(), strict=True))


@pytest.mark.parametrize("table", [SQUARE, LONG])
def test_given_seconds_rule(world: Path, table: str) -> None:
    (world / "travel.csv").write_text(table, encoding="utf-8")
    assert arrivals(world) == [(2, 120.0), (1, 180.0)]


def test_given_lists_rule(world: Path) -> None:
    (world / "travel.csv").write_text(SQUARE, encoding="utf-8")
    (world / "preferences.csv").write_text("site,units\n*,u2\nC,u1|u2\n", encoding="utf-8")
    assert arrivals(world) == [(2, 130.0), (1, 170.0)]


def test_degrees_mean_the_great_circle(world: Path) -> None:
    (world / "sites.csv").write_text("id,lon,lat\nA,3.0,36.7\nB,3.1,36.7\nC,3.2,36.7\n", encoding="utf-8")
    assert read_folder(world).scenario.territory.metric == "great_circle"


def bad(file: str, text: str, *says: str) -> tuple[str, str, tuple[str, ...]]:
    return file, text, says


BAD = [
    bad("units.csv", "id,base\nu1,A\nu1,B\n", "units.csv, line 3, column 'id'", "already used in line 2"),
    bad("units.csv", "id,base\nu1,Z\n", "line 2, column 'base'", "unknown site 'Z'"),
    bad("units.csv", "id,base\n", "units.csv", "no unit"),
    bad("units.csv", "", "units.csv", "empty"),
    bad("units.csv", "id,basis\nu1,A\n", "unknown column 'basis' (did you mean 'base'?)"),
    bad("units.csv", "id,base,skills\nu1,A,serch\n", "unknown skill 'serch' (did you mean 'search'?)"),
    bad("units.csv", "id,base,shifts\nu1,A,7-15-20\n", "is no shift"),
    bad("units.csv", "id,base,shifts\nu1,A,0700-1500\n", "column 'shifts'", "'0700' is not a time", "07:00"),
    bad("units.csv", "id,base,shifts\nu1,A,20:00-26:00\n", "column 'shifts'", "later than 24:00"),
    bad("units.csv", "id,base,shifts\nu1,A,07:00-15:00|14:00-16:00\n", "overlap"),
    bad("units.csv", "id,base,mobilisation_time\nu1,A,-5\n", "'-5' is not a number from 0"),
    bad("units.csv", "id,base,mobilisation_time\nu1,A,nan\n", "'nan' is not a number"),
    bad("units.csv", "id,base,mode\nu1,A,tank\n", "unknown name 'tank'"),
    bad("sites.csv", "id,x,y\nA,0,0\nA,1,1\n", "sites.csv, line 3", "already used"),
    bad("sites.csv", "id,x\nA,0\nB,1\nC,2\n", "column 'y'", "is empty"),
    bad("sites.csv", "id,lon,lat\nA,36.7,3.0\nB,36.7,3.1\nC,36.8,3.2\n", "look swapped", "Algeria"),
    bad("sites.csv", "id,lon,lat\nA,36.7,3.0\nB,36.7,3.1\nC,36.8,3.2\n", "look swapped", "country: any"),
    bad("sites.csv", "id,lon,lat\nA,3,136.7\nB,3,36\nC,3,36\n", "column 'lat'", "swapped"),
    bad("sites.csv", "id,x,y,lon,lat\nA,0,0,3,36\n", "both x, y and lon, lat"),
    bad("sites.csv", "id,x,y,kind\nA,0,0,center\nB,0,1,\nC,0,0,\n", "unknown name 'center' (did you mean 'centre'?)"),
    bad("tape.csv", "id,at,site,scene_time\n1,100,D,60\n", "tape.csv, line 2, column 'site'", "unknown site 'D'"),
    bad("tape.csv", "id,at,site,scene_time\n1,25h,C,60\n", "'25h' is not a time"),
    bad("tape.csv", "id,at,site,scene_time\n1,100,C,60\n1,100,C,60\n", "already used"),
    bad("tape.csv", "id,at,site,scene_time\n", "tape.csv", "no incident"),
    bad("tape.csv", "id,at,site,scene_time,package\n1,100,C,60,a b\n", "is no package"),
    bad("tape.csv", "id,at,site,scene_time,package\n1,100,C,60,patrol_cra\n", "no unit kind 'patrol_cra'", "'patrol_car'"),
    bad("tape.csv", "id,at,site,scene_time\n1,25:00,C,60\n", "column 'at'", "later than 24:00", "D+1 01:00"),
    bad("travel.csv", "from,to,seconds\nA,B,50\n", "no time from"),
    bad("travel.csv", SQUARE.replace("C,30", "D,30"), "unknown site 'D'"),
    bad("travel.csv", SQUARE.replace("70", "x"), "travel.csv, line 2, column 'C'", "'x' is not a number"),
    bad("preferences.csv", "site,units\nC,u9\n", "unknown unit 'u9'"),
    bad("loops.csv", "unit,order,site,stop_time\nu1,1,Q,0\n", "unknown site 'Q'"),
    bad("world.yaml", "polcy: nearest\n", "world.yaml: polcy: unknown key (did you mean 'policy'?)"),
    bad("world.yaml", "speed_kmh: -3\n", "speed_kmh=-3", "greater than 0"),
    bad("world.yaml", "speed_kmh: .nan\n", "speed_kmh"),
    bad("world.yaml", "policy: preference\n", "needs the file preferences.csv"),
    bad("world.yaml", "end: -1\n", "tape.csv, line 2"),
    bad("world.yaml", "begin: '08:00'\nend: '07:00'\n", "world.yaml: end (07:00) must be after begin (08:00)"),
    bad("world.yaml", "reserve: [0, 0, 2, 2]\nreserve_as: share\n", "world.yaml: reserve: 2 is no share"),
    bad("world.yaml", "wrap: [1000, 2000]\n", "world.yaml: wrap", "smaller than the extent of the sites, 3000 m"),
    bad("world.yaml", "~: 3\n", "world.yaml: a key is empty"),
    bad("loops.csv", "unit,order,site\nu1,1,A\nu1,1,B\n", "loops.csv, line 3", "unit 'u1' has a stop 1 already, in line 2"),
    bad("world.yaml", "a: [1\n", "world.yaml, line 2", "not readable as YAML"),
    bad("world.yaml", "country: algeria\n", "needs the columns lon and lat"),
    bad("prefs.csv", "site,units\n", "prefs.csv is none of the files"),
]


@pytest.mark.parametrize(("file", "text", "says"), BAD, ids=[f"{file}-{says[-1]}" for file, _, says in BAD])
def test_a_mistake_in_a_folder_is_one_clear_line(pollday: Call, world: Path, file: str, text: str, says: tuple[str, ...]) -> None:
    (world / file).write_text(text, encoding="utf-8")
    said = pollday("run", str(world), "--json")
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1, said.err
    for words in says:
        assert words in said.err
    assert not Path("runs").exists()


def test_the_day_begins_with_the_first_thing_that_happens(world: Path) -> None:
    (world / "units.csv").write_text("id,base,shifts\nu1,A,07:00-15:00\nu2,B,\n", encoding="utf-8")
    (world / "tape.csv").write_text("id,at,site,scene_time\n1,08:00,C,60\n", encoding="utf-8")
    given = read_folder(world).scenario
    assert given.calendar.begin == 25_200.0
    assert given.units.shift_start.tolist() == [25_200.0, 25_200.0]
    (world / "world.yaml").write_text("begin: 3600\n", encoding="utf-8")
    assert read_folder(world).scenario.calendar.begin == 3600.0


def test_loops_are_driven_at_the_speed_home_of_their_unit(world: Path) -> None:
    (world / "units.csv").write_text("id,base,home_factor\nu1,A,1\nu2,A,0.5\n", encoding="utf-8")
    rows = "".join(f"{unit},{order},{site}\n" for unit in ("u1", "u2") for order, site in ((1, "A"), (2, "B")))
    (world / "loops.csv").write_text("unit,order,site\n" + rows, encoding="utf-8")
    (world / "world.yaml").write_text("speed_kmh: 36\n", encoding="utf-8")
    assert read_folder(world).scenario.loops.period.tolist() == [200.0, 400.0]


def test_nothing_can_be_taken_out_of_a_folder(pollday: Call, world: Path) -> None:
    said = pollday("run", str(world), "~speed_kmh")
    assert said.code == 2 and "change world.yaml" in said.err


def test_an_area_without_a_unit_is_refused(pollday: Call, world: Path) -> None:
    (world / "sites.csv").write_text("id,x,y,area\nA,0,0,1\nB,1000,0,1\nC,0,3000,2\n", encoding="utf-8")
    said = pollday("run", str(world))
    assert said.code == 2 and "lies in area '2', which has no mobile unit" in said.err
    (world / "world.yaml").write_text("aid: when_none_free\n", encoding="utf-8")
    assert pollday("run", str(world)).code == 0
