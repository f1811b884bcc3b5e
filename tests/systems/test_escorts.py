"""S12 and S13: itineraries of VIPs and tours of the commission, escorted by units of the general duty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.build import build_place, build_scenario, build_tape
from sim.demand.catalogue import build_classes
from sim.errors import InputError
from sim.measures.collect import measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.settings import Settings
from tests.systems.gatherings import escorts, paired, rallies, response, rises, total, town

NOBODY = rallies(0.0)
VIPS = escorts(NOBODY, vips={"per_area": 8.0, "stops": (4, 6)})
TOURS = escorts(NOBODY, commission={"members": 40})
SHORT: dict[str, Any] = {"patrol_cars_factor": 0.1, "motorcycles_factor": 0.0, "normal_factor": 0.2, "rrv_factor": 0.0}


def test_a_vip_itinerary_draws_units_away_and_the_response_to_incidents_worsens() -> None:
    tense = replace(NOBODY, regime="high", background_factor=5.0)
    busy = escorts(tense, vips={"per_area": 16.0, "package": "patrol_car|motorcycle_pair|normal_car", "stops": (6, 8)})
    slower, hours = paired(6, town(tense), town(busy), response, total("planned", "unit_hours"), same_tape=False)
    assert rises(slower)
    assert rises(hours)


def test_fewer_units_leave_vip_itineraries_uncovered() -> None:
    vips = {"class": "vip_escort"}
    figures = total("planned", "uncovered", **vips), total("planned", "legs_uncovered", **vips)
    tasks, legs = paired(6, town(VIPS), town(VIPS, SHORT), *figures)
    assert rises(tasks)
    assert rises(legs)


def test_uncovered_tours_appear_when_light_escorts_are_short() -> None:
    tours = {"class": "commission_tour"}
    figures = total("planned", "uncovered", **tours), total("planned", "wait_mean", **tours)
    uncovered, waiting = paired(6, town(TOURS), town(TOURS, SHORT), *figures)
    assert rises(uncovered)
    assert rises(waiting)


@pytest.fixture(scope="module")
def both() -> Settings:
    return town(escorts(VIPS, commission={"members": 41}))


def test_every_leg_of_a_covered_itinerary_is_escorted(both: Settings) -> None:
    place = build_place(both)
    scenario, tape = build_scenario(both, place), build_tape(both, place)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    table = measure(scenario, tape, trace).tables["planned"]
    rows = dict(zip(table["class"], zip(table["tasks"], table["covered"], table["legs_covered"], strict=True), strict=True))
    assert rows["vip_escort"][0] == 8
    assert rows["commission_tour"][0] == 16  # 41 members in teams of 2.5
    by_task = tape.legs.by_task()
    assert rows["vip_escort"][1] == 8
    names = np.array([c.name for c in scenario.classes])[tape.incidents.cls]
    vips = tape.incidents.id[names == "vip_escort"].tolist()
    assert rows["vip_escort"][2] == sum(len(by_task[task]) for task in vips)


def test_itineraries_lie_in_their_area_and_hours_and_change_no_other_draw(both: Settings) -> None:
    place = build_place(both)
    tape, without = build_tape(both, place), build_tape(town(NOBODY), place)
    rows, names = tape.incidents, np.array([c.name for c in build_classes(both.demand)])
    planned = np.isin(names[rows.cls], ["vip_escort", "vip_route", "commission_tour"])
    assert np.array_equal(rows.at[~planned], without.incidents.at)
    assert np.array_equal(rows.scene_time[~planned], without.incidents.scene_time)
    vips, routes = (np.flatnonzero(names[rows.cls] == name) for name in ("vip_escort", "vip_route"))
    assert np.array_equal(rows.at[vips], rows.at[routes])
    assert (rows.at[vips] >= 8 * 3600.0).all() and (rows.at[vips] <= 16 * 3600.0).all()
    by_task = tape.legs.by_task()
    for vip, route in zip(rows.id[vips].tolist(), rows.id[routes].tolist(), strict=True):
        assert by_task[vip] == by_task[route]
        assert 4 <= len(by_task[vip]) <= 6
        assert len({site for site, _ in by_task[vip]}) == len(by_task[vip])
    assert np.array_equal(build_tape(both, place).legs.site, tape.legs.site)


def test_one_more_vip_changes_no_other_itinerary() -> None:
    few, more = (build_tape(town(escorts(NOBODY, commission={"members": n}))) for n in (40, 41))
    shared = np.intersect1d(few.legs.task, more.legs.task)
    assert len(shared) >= 12


@pytest.mark.parametrize(
    ("part", "change", "word"),
    [
        ("vips", {"stops": (5, 2)}, "stops: the least number must not be above the most"),
        ("commission", {"team": (3, 2)}, "team: the least number"),
        ("vips", {"start_to": 0.0}, "start_to must not be before start_from"),
        ("vips", {"per_area": 1000.0}, "per_area"),
    ],
)
def test_itineraries_that_make_no_sense_are_refused(part: str, change: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        escorts(NOBODY, **{part: change})
