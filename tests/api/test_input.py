"""A mistake in what Python gives is one clear ``sim.InputError``, raised where the mistake is made."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest

import sim
from sim.clock import parse_time, parse_yaml_time
from sim.demand.tape import check_incidents
from sim.settings import Settings, dump, read

TOWN = sim.make_territory(sim.make_sites(x=[0, 3000, 0], y=[0, 4000, 100]))
CARS = sim.make_units(base=[0, 1], territory=TOWN)


def tape(**marks: Any) -> sim.Tape:
    given: dict[str, Any] = {"at": [60.0, 70.0], "site": [1, 2], "scene_time": [600.0, 700.0]}
    return sim.make_tape(TOWN, **(given | marks))


def units(**columns: Any) -> Any:
    given: dict[str, Any] = {"base": [0, 1], "territory": TOWN}
    return sim.make_units(**(given | columns))


def scenario(**parts: Any) -> sim.Scenario:
    return sim.make_scenario(TOWN, CARS, **parts)


def bad(what: Callable[..., Any], says: str, **given: Any) -> Any:
    return pytest.param(what, given, says, id=f"{what.__name__}-{says}")


Rules = sim.DispatchSettings
BAD = [
    bad(tape, "scene_time: -5 in row 1", scene_time=[1, -5]),
    bad(tape, "scene_time: nan", scene_time=[1, nan]),
    bad(tape, "scene_time: shape", scene_time=[[1, 2]]),
    bad(tape, "scene_time: is no table", scene_time=[[1, 2], [3]]),
    bad(tape, "'at' has 1 rows|at: 1 values", at=[1.0]),
    bad(tape, "at: nan", at=[1.0, nan]),
    bad(tape, "at: inf", at=[1.0, inf]),
    bad(tape, "at: noon is no column of numbers", at="noon"),
    bad(tape, "talk_time: -1", talk_time=[0, -1]),
    bad(tape, "patience: nan", patience=[nan, 1]),
    bad(tape, "priority: 0 in row 0, allowed: 1 to 4", priority=[0, 1]),
    bad(tape, "priority: 5", priority=5),
    bad(tape, "priority: 1.5 in row 0, allowed: whole numbers", priority=[1.5, 2]),
    bad(tape, "site: 3 in row 1, allowed: 0 to 2", site=[0, 3]),
    bad(tape, "site: -1", site=[0, -1]),
    bad(tape, "convey_to: 3 in row 0, allowed: -1 to 2", convey_to=3),
    bad(tape, "cls: -1", cls=-1),
    bad(tape, "channel: 9 in row 0, allowed: 0 to 4", channel=9),
    bad(tape, "on_spot: 2", on_spot=2.0),
    bad(tape, "noise: -1", noise=[1, -1]),
    bad(tape, "incident id 7 is given more than once", id=[7, 7]),
    bad(tape, "unknown mark 'prioriti' .did you mean 'priority'", prioriti=[1, 2]),
    bad(sim.make_sites, "x: nan in row 1", x=[0, nan], y=[0, 0]),
    bad(sim.make_sites, "y: inf", x=[0, 1], y=[0, inf]),
    bad(sim.make_sites, "y: 3 values", x=[0, 1], y=[0, 1, 2]),
    bad(sim.make_sites, "area: -1", x=[0], y=[0], area=-1),
    bad(sim.make_sites, "ids must differ", x=[0, 1], y=[0, 1], id=[4, 4]),
    bad(sim.make_sites, "name: 1 values", x=[0, 1], y=[0, 1], name=["a"]),
    bad(sim.make_sites, "unknown name 'center' .did you mean 'centre'", x=[0], y=[0], kind="center"),
    bad(sim.make_sites, "fabric: 1 values", x=[0, 1], y=[0, 0], fabric=["urban"]),
    bad(units, "base: 3 in row 1, allowed: 0 to 2", base=[0, 3]),
    bad(units, "base: -1", base=[-1, 0]),
    bad(units, "home_factor: 0 in row 0, allowed: more than 0", home_factor=0),
    bad(units, "scene_factor: -1", scene_factor=[1, -1]),
    bad(units, "mobilisation_time: -5", mobilisation_time=-5),
    bad(units, "heads: 3 values", heads=[1, 2, 3]),
    bad(units, "shifts: 50 to 20 in row 0", shifts=[[(50, 20)], []]),
    bad(units, "shifts: 1 lists", shifts=[[(50, 60)]]),
    bad(units, "list of pairs", shifts=[(50, 60), (50, 60)]),
    bad(units, "unknown name 'cra'.*'car'", mode="cra"),
    bad(units, "unknown name 'serch'.*'search'", skills=[["serch"], []]),
    bad(units, "skills: a text", skills=["search", "search"]),
    bad(sim.make_territory, "travel matrix: nan", sites=TOWN.sites, matrix=[[0, 1, 1], [1, 0, 1], [1, nan, 0]]),
    bad(sim.make_territory, "travel matrix: -1 in row 0, 1", sites=TOWN.sites, matrix=[[0, -1, 1], [1, 0, 1], [1, 1, 0]]),
    bad(sim.make_territory, r"shape \(2, 2\), allowed: \(3, 3\)", sites=TOWN.sites, matrix=np.zeros((2, 2))),
    bad(sim.make_territory, "unknown name 'euclidd'.*'euclid'", sites=TOWN.sites, metric="euclidd"),
    bad(sim.make_territory, "height of 1000 m is smaller", sites=TOWN.sites, wrap=(5000, 1000)),
    bad(sim.make_territory, "wrap: .* is no size", sites=TOWN.sites, wrap=(5000, -1)),
    bad(sim.make_territory, "longitude", sites=TOWN.sites, metric="great_circle"),
    bad(sim.make_territory, "neighbours: 4", sites=TOWN.sites, neighbours=[[4]]),
    bad(scenario, "preferences: 2 in row 0, 1, allowed: -1 to 1", preferences=[[0, 2], [0, 1], [0, 1]]),
    bad(scenario, "preferences: shape", preferences=[[0, 1]]),
    bad(scenario, "needs preferences", dispatch=Rules(policy="preference")),
    bad(scenario, "operators: -1", operators=[-1]),
    bad(scenario, "priority 7", classes=[sim.IncidentClass("fight", 7)]),
    bad(scenario, "unknown start 'togethr'.*'together'", classes=[sim.IncidentClass("fight", 1, start="togethr")]),
    bad(scenario, "are lists", classes=[sim.IncidentClass("fight", 1, (sim.Slot(kinds="patrol_car"),))]),  # type: ignore[arg-type]
    bad(sim.make_calendar, "end 5, allowed: 10 or later", territory=TOWN, begin=10.0, end=5.0),
    bad(sim.make_calendar, "begin and opening: nan", territory=TOWN, begin=nan),
    bad(sim.uniform_travel, "speed_kmh: 0", speed_kmh=0),
    bad(sim.uniform_travel, "speed_kmh: nan", speed_kmh=nan),
    bad(sim.uniform_travel, "detour: 0.5", detour=0.5),
    bad(Rules, "DispatchSettings: policy='nearst'.*did you mean 'nearest'", policy="nearst"),
    bad(Rules, "DispatchSettings: polcy: unknown key .did you mean 'policy'", polcy="nearest"),
    bad(Rules, "reserve: 2 is no share", reserve=(0, 0, 2, 2), reserve_as="share"),
    bad(sim.RoomSettings, "RoomSettings: operators=-1: must be greater", operators=-1),
]


@pytest.mark.parametrize(("what", "given", "says"), BAD)
def test_a_mistake_is_one_clear_line(what: Callable[..., Any], given: dict[str, Any], says: str) -> None:
    with pytest.raises(sim.InputError, match=says) as refusal:
        what(**given)
    assert "\n" not in str(refusal.value) and "http" not in str(refusal.value)


def test_the_range_of_classes_can_be_checked_where_it_is_known() -> None:
    rows = tape(cls=[0, 3]).incidents
    with pytest.raises(sim.InputError, match="cls: 3 in row 1, allowed: 0 to 1"):
        check_incidents(rows, 3, 2)


def test_one_number_serves_all_rows() -> None:
    rows = tape(at=5.0, scene_time=60.0, talk_time=10).incidents
    assert rows.at.tolist() == [5.0, 5.0] and rows.scene_time.shape == (2, 1) and rows.talk_time.tolist() == [10.0, 10.0]


def test_work_may_be_given_for_each_unit_of_a_package() -> None:
    assert tape(scene_time=[[1, 2], [3, 4]]).incidents.scene_time.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert sim.make_tape(TOWN, [], [], np.zeros((0, 2))).incidents.scene_time.shape == (0, 2)


def test_settings_keep_their_manners() -> None:
    rules = Rules(policy="nearest", reserve=(0, 0, 0.5, 1), reserve_as="share")
    assert replace(rules, blocking=True).blocking and pickle.loads(pickle.dumps(rules)) == rules
    assert read(dump(Settings()), Settings) == Settings()
    with pytest.raises(sim.InputError, match=r"^dispatch\.policy='nearst'"):
        read({"dispatch": {"policy": "nearst"}}, Settings)


@pytest.mark.parametrize("text", ["0700", "-0700", "25:00", "24:01", "24:00:01", "-25:00", "D+1 25:00", "7h", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"24:00|not a time"):
        parse_time(text)


def test_the_last_moment_of_a_day_is_a_time() -> None:
    times = {"24:00": 86400, "23:59:59": 86399, "D+1 01:00": 90000, "700": 700, "-24:00": -86400}
    assert {text: parse_time(text) for text in times} == times
    assert parse_yaml_time(1440) == 86400.0 and parse_yaml_time(90000.0) == 90000.0
    with pytest.raises(ValueError, match="would be read as 25:00"):
        parse_yaml_time(1500)
