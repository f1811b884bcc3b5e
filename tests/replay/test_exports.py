"""Exports: they hold what happened, real readers open them, people see what they may, and bad input is one clear line."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import plugins
from sim.clock import HOUR
from sim.measures.day import UNIT_STATUSES, Day
from sim.measures.response import incident_table
from sim.replay import Replay
from sim.replay.files.moments import PollingDay
from sim.replay.view import View
from sim.runs import load_run
from sim.territory.travel import great_circle_metres
from sim.trace import KINDS
from tests.cli.conftest import Call, Said
from tests.replay.days import CITY

DATE, MIDNIGHT = "2017-05-04", 1_493_856_000
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
ALL = ["fixes.csv", "incidents.geojson", "records.csv", "trips.geojson"]
VILLAGES = {
    "units.csv": "id,base,kind\n=1+1,post,patrol_car\n@two,s1,patrol_car\n",
    "sites.csv": "id,lon,lat,kind,area,offices\npost,3.0,36.0,base,big,\n"
    + "".join(f"c{i},{3.0 + i / 100},36.0,centre,big,2\n" for i in range(1, 7)) + "s1,4.0,36.5,centre,small,1\n",
    "tape.csv": "id,at,site,scene_time\n1,08:00,c1,600\n2,08:30,s1,600\n3,09:00,c6,600\n",
    "world.yaml": 'speed_kmh: 60\nend: "12:00"\n',
}  # fmt: skip


@pytest.fixture
def exported(pollday: Call, saved: Path) -> Path:
    """Every file of the city's run, with all that is known."""
    assert pollday("export", str(saved), "share=internal", "--date", DATE, "--out", "out").code == 0
    return Path("out")


@pytest.fixture
def villages(pollday: Call) -> Path:
    """A case with one area of six centres and one of a single one, and units whose names are formulas."""
    folder = Path("villages")
    folder.mkdir()
    for name, text in VILLAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Path(pollday("run", str(folder), "--json").json["run_directory"])


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file, checked against RFC 7946."""
    found = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert found["type"] == "FeatureCollection" and "crs" not in found
    for feature in found["features"]:
        assert feature["type"] == "Feature" and set(feature) == {"type", "properties", "geometry"}
        assert all(value is None or isinstance(value, str | int | float) for value in feature["properties"].values())
        shape, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        points = [coordinates] if shape == "Point" else coordinates
        assert shape == "Point" or (shape == "LineString" and len(points) >= 2)
        assert all(-180.0 <= p[0] <= 180.0 and -90.0 <= p[1] <= 90.0 for p in points)
    return list(found["features"])


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(text: str) -> float:
    """Seconds from 00:00 of polling day of a moment that was written."""
    return (datetime.fromisoformat(text) - datetime.fromisoformat(DATE)).total_seconds()


def refused(said: Said, *words: str) -> None:
    assert said.code == 2 and said.out == "" and "Traceback" not in said.err
    assert said.err.count("\n") == 1 and all(word in said.err for word in words), said.err


def test_all_files_are_written_for_their_owner_only_and_the_same_again(pollday: Call, saved: Path) -> None:
    data = pollday("export", str(saved), "--date", DATE, "--json").json
    folder = saved.parent / "city-export"
    assert sorted(data["files"]) == [str(folder.resolve() / name) for name in ALL]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ALL
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert data["bytes"] == [Path(path).stat().st_size for path in data["files"]]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert pollday("export", str(saved), "--date", DATE).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert load_run(saved), "the run itself is as it was"


def test_incidents_are_where_and_when_they_were(exported: Path, saved: Path) -> None:
    run = load_run(saved)
    day = Day.of(run.scenario, run.tape, run.trace)
    rows = incident_table(day)
    rows = rows.take(rows.slots > 0)
    found = {f["properties"]["id"]: f for f in features(exported / "incidents.geojson")}
    assert found.keys() == set(rows.id.tolist()) and len(found) > 50
    for i, (id, row) in enumerate(zip(rows.id.tolist(), rows.row.tolist(), strict=True)):
        facts, place = found[id]["properties"], found[id]["geometry"]["coordinates"]
        assert place == pytest.approx((run.tape.incidents.x[row], run.tape.incidents.y[row]), abs=1e-6)
        assert seconds(facts["start"]) == pytest.approx(rows.occurred_at[i], abs=0.5)
        if np.isfinite(rows.closed_at[i]):
            assert seconds(facts["end"]) == pytest.approx(rows.closed_at[i], abs=0.5)
        assert facts["end"] is None or facts["end"] >= facts["start"]
        assert (facts["end"] is None) == (facts["status"] == "open")
        assert (facts["response_s"] is None) == bool(np.isnan(rows.response_time[i]))
        assert (facts["units"] > 0) == (facts["arrived"] is not None)
    assert {f["properties"]["status"] for f in found.values()} >= {"closed", "handled", "prevented"}


def test_trips_are_where_the_units_were_at_every_moment(exported: Path, saved: Path) -> None:
    replay = Replay.read(saved)
    units = replay.day.scenario.units
    lines: dict[int, list[np.ndarray]] = {}
    for feature in features(exported / "trips.geojson"):
        line = np.array(feature["geometry"]["coordinates"])
        assert line.shape[1] == 4 and (line[:, 2] == 0).all() and (np.diff(line[:, 3]) > 0).all()
        assert all(isinstance(vertex[3], int) for vertex in feature["geometry"]["coordinates"])
        lines.setdefault(feature["properties"]["unit"], []).append(line)
    compared = 0
    for t in np.random.default_rng(3).uniform(replay.begin, replay.end, 12).tolist():
        state = replay.at(t)
        on_duty = np.flatnonzero(units.mobile & (state.status != UNIT_STATUSES.index("off_duty")))
        for unit in on_duty.tolist():
            here = [line for line in lines[int(units.id[unit])] if line[0, 3] <= MIDNIGHT + t <= line[-1, 3]]
            assert here, "a unit on duty has a trip"
            x, y = (np.interp(MIDNIGHT + t, here[0][:, 3], here[0][:, axis]) for axis in (0, 1))
            assert great_circle_metres(x, y, state.x[unit], state.y[unit]) < 50.0
            compared += 1
    assert compared > 200


def test_fixes_are_the_vertices_of_the_trips(exported: Path) -> None:
    vertices = {
        (str(f["properties"]["unit"]), f["properties"]["duty"], v[3], v[0], v[1])
        for f in features(exported / "trips.geojson") for v in f["geometry"]["coordinates"]
    }  # fmt: skip
    rows = table(exported / "fixes.csv")
    assert list(rows[0]) == ["unit", "kind", "duty", "time", "lon", "lat", "status"]
    fixes = {
        (r["unit"], int(r["duty"]), round(MIDNIGHT + seconds(r["time"])), float(r["lon"]), float(r["lat"])) for r in rows
    }
    assert vertices <= fixes and len(vertices) > 0.99 * len(fixes)
    assert {r["status"] for r in rows} >= {"on_loop", "responding", "on_scene", "returning"}
    assert all(ISO.fullmatch(r["time"]) for r in rows)


def test_records_are_all_there_with_names_for_codes(exported: Path, saved: Path) -> None:
    columns = load_run(saved).trace.columns()
    rows = table(exported / "records.csv")
    assert [int(row["record"]) for row in rows] == list(range(len(columns["time"])))
    assert [float(row["at"]) for row in rows] == columns["time"].tolist()
    assert [row["kind"] for row in rows] == [KINDS[code].name for code in columns["kind"].tolist()]
    assert [int(row["unit"] or -1) for row in rows] == columns["unit"].tolist()
    assert [int(row["cause"] or -1) for row in rows] == columns["cause"].tolist()
    assert [seconds(row["time"]) for row in rows[:50]] == [round(t) for t in columns["time"][:50].tolist()]


def test_a_part_of_the_day_is_cut_out(pollday: Call, saved: Path) -> None:
    words = ("share=internal", "--date", DATE, "--from", "10:00", "--to", "12:30", "--out", "part")
    data = pollday("export", str(saved), *words, "--json").json
    assert (data["begin"], data["end"], data["polling_day"]) == (10 * HOUR, 12.5 * HOUR, DATE)
    times = [seconds(r["time"]) for name in ("fixes.csv", "records.csv") for r in table(Path("part", name))]
    times += [seconds(f["properties"]["start"]) for f in features(Path("part", "incidents.geojson"))]
    assert min(times) == 10 * HOUR and max(times) == 12.5 * HOUR
    whole = pollday("export", str(saved), "--from", "D-9 00:00", "--to", "D+9 00:00", "--json").json
    run = load_run(saved)
    assert (whole["begin"], whole["end"]) == (run.scenario.calendar.begin, run.scenario.calendar.end)


def test_restricted_files_tell_of_no_single_place_and_of_no_post(pollday: Call, saved: Path) -> None:
    assert pollday("export", str(saved), "--date", DATE, "--out", "out").code == 0
    run = load_run(saved)
    sites, units = run.scenario.territory.sites, run.scenario.units
    text = "".join(Path("out", name).read_text(encoding="utf-8") for name in ALL)
    assert '"share": "restricted"' in text and '"marking": "Restricted"' in text and '"site"' not in text
    assert "site" not in table(Path("out", "records.csv"))[0]
    called = {r["unit"] for name in ("fixes.csv", "records.csv") for r in table(Path("out", name))} - {""}
    called |= {str(f["properties"]["unit"]) for f in features(Path("out", "trips.geojson"))}
    assert called == {str(number) for number in range(1, int(units.mobile.sum()) + 1)}, "a unit's own number tells its base"
    known = {(round(x, 6), round(y, 6)) for x, y in zip(sites.x.tolist(), sites.y.tolist(), strict=True)}
    points = {tuple(f["geometry"]["coordinates"]) for f in features(Path("out", "incidents.geojson"))}
    points |= {(float(r["lon"]), float(r["lat"])) for r in table(Path("out", "fixes.csv"))}
    assert len(points) > 100 and not points & known
    pools = View(run).pools
    away = [np.hypot(pools.x - x, pools.y - y).min() for x, y in list(points)[:300]]
    assert max(away) <= pools.radius.max()


def test_areas_of_few_centres_are_for_the_inner_circle(pollday: Call, villages: Path) -> None:
    assert pollday("export", str(villages), "--out", "out").code == 0
    shown = features(Path("out", "incidents.geojson"))
    assert [f["properties"]["id"] for f in shown] == [1, 3] and {f["properties"]["area"] for f in shown} == {"big"}
    assert "small" not in Path("out", "records.csv").read_text(encoding="utf-8")
    assert not {r["task"] for r in table(Path("out", "records.csv"))} & {"2"}
    said = pollday("export", str(villages), "--out", "all", "share=internal")
    assert "INTERNAL" in said.out
    assert [f["properties"]["id"] for f in features(Path("all", "incidents.geojson"))] == [1, 2, 3]


def test_no_name_becomes_a_formula(pollday: Call, villages: Path) -> None:
    assert pollday("export", str(villages), "share=internal", "--out", "out").code == 0
    cells = {cell for name in ("fixes.csv", "records.csv") for row in table(Path("out", name)) for cell in row.values()}
    assert {"'=1+1", "'@two"} <= cells
    assert not any(cell.startswith(("=", "@", "+", "\t", "\r")) for cell in cells)
    assert {f["properties"]["unit"] for f in features(Path("out", "trips.geojson"))} == {"=1+1", "@two"}


def test_a_case_in_metres_needs_a_place_on_the_globe_for_geojson_only(pollday: Call, market_day: Path) -> None:
    run = pollday("run", str(market_day), "--json").json["run_directory"]
    refused(pollday("export", run, "share=internal", "--out", "out"), "--origin LON,LAT", "x and y in metres")
    assert not Path("out").exists(), "nothing is half-written"
    assert pollday("export", run, "share=internal", "--as", "fixes.csv,records.csv", "--out", "plane").code == 0
    rows = table(Path("plane", "fixes.csv"))
    assert {"x", "y"} < set(rows[0]) and "lon" not in rows[0] and "0.0" in {r["x"] for r in rows}
    assert pollday("export", run, "share=internal", "--origin", "3.05,36.75", "--out", "globe").code == 0
    school = next(f for f in features(Path("globe", "incidents.geojson")) if f["properties"]["id"] == 1)
    lon, lat = school["geometry"]["coordinates"]
    assert great_circle_metres(3.05, 36.75, lon, lat) == pytest.approx(2500.0, rel=1e-3)  # 1,500 m east and 2,000 m north
    names = {f["properties"]["unit"] for f in features(Path("globe", "trips.geojson"))}
    assert names == {"car 1", "car 2"}


def test_a_case_without_coordinates_has_records_only(pollday: Call) -> None:
    case = {
        "units.csv": "id,base\nu1,a\n", "sites.csv": "id\na\nb\n", "travel.csv": ",a,b\na,0,100\nb,100,0\n",
        "tape.csv": "id,at,site,scene_time\n1,08:00,b,600\n", "world.yaml": "taskable: at_base\nredirect: never\n",
    }  # fmt: skip
    Path("case").mkdir()
    for name, text in case.items():
        Path("case", name).write_text(text, encoding="utf-8")
    run = pollday("run", "case", "--json").json["run_directory"]
    for kind in ("fixes.csv", "trips.geojson", "incidents.geojson"):
        words = (kind, "--origin", "3,36") if kind.endswith("json") else (kind,)
        refused(pollday("export", run, "share=internal", "--out", "out", "--as", *words), "no coordinates", "--as records.csv")
    assert pollday("export", run, "share=internal", "--out", "out", "--as", "records.csv").code == 0
    assert [row["kind"] for row in table(Path("out", "records.csv")) if row["task"]][-1] == "closed"


@pytest.fixture
def no_plugins() -> Iterator[None]:
    """Plugins of a test are taken out after it."""
    yield
    plugins.forget()


@pytest.mark.usefixtures("no_plugins")
def test_a_run_with_a_policy_of_ones_own_needs_its_plugin(pollday: Call) -> None:
    own = "from sim.plugins import policy\n\n\n@policy('first')\ndef first(drives, mobilisation, available, priority):\n"
    Path("own.py").write_text(own + "    return int((available + drives).argmin())\n", encoding="utf-8")
    run = pollday("run", *CITY, "--plugin", "own.py", "dispatch.policy=first", "--json").json["run_directory"]
    plugins.forget()
    refused(pollday("export", run, "--out", "out"), "--plugin FILE adds your own")
    refused(pollday("verify", run), "--plugin FILE adds your own")
    assert pollday("export", run, "--out", "out", "--plugin", "own.py").code == 0
    assert pollday("verify", run, "--plugin", "own.py", "--json").json["same"] is True


def test_a_case_without_places_for_readers_is_refused(pollday: Call, market_day: Path) -> None:
    run = pollday("run", str(market_day), "--json").json["run_directory"]
    refused(pollday("export", run), "no area has five centres", "share=internal")


def test_a_run_without_incidents_gives_empty_collections(pollday: Call) -> None:
    run = pollday("run", "demand=none", "territory.city.centres=40", "territory.city.offices=200", "--json").json["run_directory"]
    assert load_run(run).manifest["counts"]["incidents"] == 0
    assert pollday("export", run, "--out", "out").code == 0
    assert features(Path("out", "incidents.geojson")) == [] and len(features(Path("out", "trips.geojson"))) > 5


def test_the_date_is_said_to_be_none(pollday: Call, saved: Path) -> None:
    said = pollday("export", str(saved), "--as", "incidents.geojson", "--out", "out")
    assert "a run knows no date" in said.err and features(Path("out", "incidents.geojson"))[0]["properties"]["start"][:2] == "20"
    assert pollday("export", str(saved), "--as", "incidents.geojson", "--date", DATE).err == ""


def test_times_run_over_midnights_and_new_years() -> None:
    day = PollingDay.read("2024-12-31")
    assert day.iso(np.array([-1.0, 0.0, 86_399.6, 90_061.0, np.nan, np.inf])) == [
        "2024-12-30T23:59:59", "2024-12-31T00:00:00", "2025-01-01T00:00:00", "2025-01-01T01:01:01", None, None,
    ]  # fmt: skip
    assert day.unix(np.array([3600.0])).tolist() == [1_735_606_800]


BAD = [
    ([], "name one run"),
    (["nowhere"], "no such folder"),
    (["."], "manifest.json"),
    (["RUN", "RUN"], "name one run"),
    (["RUN", "share=public"], "share=public"),
    (["RUN", "share=intern"], "did you mean 'internal'"),
    (["RUN", "shared=internal"], "did you mean 'share'"),
    (["RUN", "--as", "trip.geojson"], "did you mean 'trips.geojson'"),
    (["RUN", "--as", ","], "name one file or more"),
    (["RUN", "--as", "../records.csv"], "no such file"),
    (["RUN", "--date", "4 May"], "is no date"),
    (["RUN", "--date", "1969-07-20"], "allowed are the years"),
    (["RUN", "--from", "noon"], "'noon' is not a time"),
    (["RUN", "--from", "12:00", "--to", "11:00"], "is not after"),
    (["RUN", "--from", "D+5 12:00"], "is not after"),
    (["RUN", "--from", "D+5 12:00", "--to", "D+6 11:00"], "outside the run"),
    (["RUN", "--origin", "north"], "write longitude and latitude"),
    (["RUN", "--origin", "3,99"], "latitudes from -85 to 85"),
    (["RUN", "--out", "RUN/more"], "inside the run"),
    (["RUN", "--out", "file.txt"], "is no folder"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_words_are_one_line_and_nothing_is_written(pollday: Call, saved: Path, words: list[str], message: str) -> None:
    Path("file.txt").write_text("mine", encoding="utf-8")
    before = sorted(path.as_posix() for path in Path().rglob("*"))
    refused(pollday("export", *(word.replace("RUN", str(saved)) for word in words)), message)
    assert sorted(path.as_posix() for path in Path().rglob("*")) == before


@pytest.mark.parametrize("name", ["records.npz", "legs.npz", "manifest.json"])
def test_a_run_with_a_missing_or_damaged_file_is_refused(pollday: Call, saved: Path, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    (saved / name).write_bytes(content[: len(content) // 2])
    refused(pollday("export", str(saved)), name)
    (saved / name).unlink()
    refused(pollday("export", str(saved)), name)
    assert not saved.parent.joinpath("city-export").exists()


def test_a_refused_export_leaves_the_one_before_as_it_was(pollday: Call, saved: Path) -> None:
    assert pollday("export", str(saved), "--as", "incidents.geojson", "--date", DATE, "--out", "out").code == 0
    before = Path("out", "incidents.geojson").read_bytes()
    (saved / "tape.npz").unlink()
    refused(pollday("export", str(saved), "--as", "incidents.geojson", "--out", "out"), "tape.npz is missing")
    assert Path("out", "incidents.geojson").read_bytes() == before and len(list(Path("out").iterdir())) == 1


def test_gdal_reads_incidents_with_their_times_and_trips_as_lines(exported: Path, saved: Path) -> None:
    geopandas = pytest.importorskip("geopandas", reason="no geopandas here: pip install 'pollday[gis]'")
    found = geopandas.read_file(exported / "incidents.geojson")
    assert found.crs.to_epsg() == 4326 and set(found.geom_type) == {"Point"}
    assert all(found[name].dtype.kind == "M" for name in ("start", "end", "reported", "arrived"))
    at = np.datetime64(f"{DATE}T14:00:00")
    open_then = found[(found["start"] <= at) & ~(found["end"] <= at)]
    state = Replay.read(saved).at(14 * HOUR)
    tape = load_run(saved).tape.incidents
    assert set(open_then["id"]) == set(tape.id[state.open].tolist()) & set(found["id"]) and len(open_then)
    trips = geopandas.read_file(exported / "trips.geojson")
    assert set(trips.geom_type) == {"LineString"} and trips.geometry.has_z.all()
    empty = json.loads((exported / "incidents.geojson").read_text(encoding="utf-8")) | {"features": []}
    Path("empty.geojson").write_text(json.dumps(empty), encoding="utf-8")
    assert len(geopandas.read_file("empty.geojson")) == 0


def test_movingpandas_reads_fixes_as_trajectories(exported: Path, saved: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="no pandas here: pip install 'pollday[gis]'")
    movingpandas = pytest.importorskip("movingpandas", reason="no movingpandas here: pip install 'pollday[gis]'")
    rows = pandas.read_csv(exported / "fixes.csv", parse_dates=["time"])
    some = rows[rows["unit"].isin(rows["unit"].unique()[:20])]
    found = movingpandas.TrajectoryCollection(some, traj_id_col="unit", t="time", x="lon", y="lat")
    assert len(found) == 20
    replay = Replay.read(saved)
    state, units = replay.at(12 * HOUR), replay.day.scenario.units
    on_duty = 0
    for trajectory in found:
        row = int(np.searchsorted(units.id, trajectory.id))
        if state.status[row] != UNIT_STATUSES.index("off_duty"):
            place = trajectory.get_position_at(datetime.fromisoformat(f"{DATE}T12:00:00"), method="interpolated")
            assert great_circle_metres(place.x, place.y, state.x[row], state.y[row]) < 50.0
            on_duty += 1
    assert on_duty > 3


def test_the_example_in_the_manual_runs(pollday: Call, saved: Path) -> None:
    page = Path(__file__).resolve().parents[2].joinpath("docs", "replay.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    saved.rename(saved.with_name("demo-city-2017-0"))
    known: dict[str, Any] = {}
    exec(code[1], known)
    assert known["state"].time == 14.5 * HOUR and len(known["state"].open) > 0
