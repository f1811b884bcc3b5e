"""S19 and S20: rapid response with areas of responsibility, and the public-order reserve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_scenario, make_tape, make_units, uniform_travel
from sim.build import build_plan
from sim.cli import compose
from sim.demand.classes import IncidentClass, Slot
from sim.errors import InputError
from sim.forces.sectors import areas_of_responsibility
from sim.settings.command import CommandSettings
from tests.systems.towns import (
    DAYS,
    compare,
    falls,
    forces,
    mean_of,
    played,
    rises,
    tape,
    total,
    town_scenario,
    towns,
)  # fmt: skip
from tests.worlds import play, rules, story, street, world

TERRITORY = towns()
JOINT = {"command": "joint"}
CARS, BOTH = forces(TERRITORY, ["patrol_car"], 2), forces(TERRITORY, ["patrol_car", "rrv"], 2)
TAPES = [tape(TERRITORY, day, 110, (0.6, 0.4)) for day in DAYS]


def test_without_rapid_response_the_most_urgent_wait_longer_and_more_of_them_stay_unresolved():
    with_it, without = (town_scenario(TERRITORY, units, dispatch=JOINT | {"rapid_first": True}) for units in (BOTH, CARS))
    late = [replace(t, incidents=replace(t.incidents, patience=np.full(110, 900.0))) for t in TAPES]
    assert falls(compare(with_it, without, TAPES, lambda m: mean_of(m, "response_time", "threat")))
    assert falls(compare(with_it, without, late, lambda m: float(m["lapsed"] or 0)))
    table = played(with_it, TAPES[0]).tables["rapid_response"]
    assert table["units"] == [4, 4] and all(0.0 < u < 1.0 for u in table["utilisation"])
    assert all(t > 0 for t in table["time_to_scene"])


def test_rapid_first_sends_rapid_response_to_more_of_the_most_urgent():
    first, nearest = (town_scenario(TERRITORY, BOTH, dispatch=JOINT | {"rapid_first": on}) for on in (True, False))
    assert rises(compare(first, nearest, TAPES, lambda m: m.tables["rapid_response"]["urgent_by_rapid"][0]))


def test_areas_of_responsibility_are_sectors_with_equal_numbers_of_sites():
    mine = areas_of_responsibility(TERRITORY, BOTH, 1)
    assert set(BOTH.area[mine][TERRITORY.sites.area == 0].tolist()) == {0}
    assert (BOTH.kind[mine] == BOTH.kinds.index("rrv")).all()
    two = make_units([24, 24], TERRITORY, kind="rrv")
    count = np.bincount(areas_of_responsibility(TERRITORY, two, 1)[TERRITORY.sites.area == TERRITORY.sites.area[24]])
    assert abs(int(count[0]) - int(count[1])) <= 1
    assert (areas_of_responsibility(TERRITORY, CARS, 1) == -1).all()
    parallel = areas_of_responsibility(TERRITORY, BOTH, 2)
    assert (BOTH.force[parallel] == TERRITORY.sites.force).all()


def test_a_unit_goes_first_in_its_own_area_by_hand():
    """The car is nearer, but the place is the rapid response unit's, if the incident is of priority 1 and it is free."""
    classes = [IncidentClass("threat", 1), IncidentClass("dispute", 2)]
    territory = street([0.0, 900.0, 1000.0])
    scenario = world(
        territory, [0, 1], unit={"kind": ["rrv", "patrol_car"]}, classes=classes, dispatch=rules(rapid_first=True)
    )
    trace = play(scenario, make_tape(territory, [0.0, 1.0], [2, 2], 5.0, priority=[1, 1]))
    assert [unit for *_, unit in story(trace, "dispatched")] == [0, 1]
    trace = play(scenario, make_tape(territory, [0.0], [2], 5.0, cls=[1], priority=[2]))
    assert [unit for *_, unit in story(trace, "dispatched")] == [1]


# --- the public-order reserve --------------------------------------------------------------------------------------------

CROWDS = [tape(TERRITORY, day, 60, (0.5, 0.2, 0.3), scene_time=np.full((60, 2), 3000.0)) for day in DAYS]


def test_half_the_reserve_contains_crowds_later():
    full, half = (
        town_scenario(TERRITORY, make_sections(count), dispatch=JOINT) for count in (2, 1)
    )
    assert rises(compare(half, full, CROWDS, lambda m: containment(m)))
    table = played(full, CROWDS[0]).tables["reserve"]
    assert table["sections"] == [4, 4] and sum(table["crowd_incidents"]) > 0


def containment(measures):
    """Mean time from the report of a crowd incident to its whole package on scene."""
    return mean_of(measures, "full_package_time", "crowd")


def make_sections(count):
    """Ten minutes until a section moves; cars as everywhere."""
    units = forces(TERRITORY, ["patrol_car", "section"], 2)
    is_section = units.kind == units.kinds.index("section")
    kept = np.flatnonzero(~is_section | (np.cumsum(is_section) % 2 < count))
    time = np.where(is_section, 600.0, 60.0)[kept]
    kinds = [units.kinds[k] for k in units.kind[kept]]
    made = make_units(units.base[kept], TERRITORY, kind=kinds, mobilisation_time=time)
    return replace(made, parked_time=np.full(len(kept), 45.0))


def test_a_reserve_kept_near_crowds_contains_the_next_one_sooner():
    units = make_sections(2)
    kept, home = (town_scenario(TERRITORY, units, dispatch=JOINT, command={"hold_reserve": on}) for on in (True, False))
    dense = [tape(TERRITORY, day, 90, (0.5, 0.1, 0.4), scene_time=np.full((90, 2), 3000.0)) for day in DAYS]
    assert falls(compare(kept, home, dense, containment))
    assert total(played(kept, dense[0]), "reserve", "times_held") > 0
    assert total(played(home, dense[0]), "reserve", "times_held") == 0


def test_a_section_stays_until_the_last_crowd_has_gone_by_hand():
    """Both crowds come at once. Section 0 is done at 100 s, stays, and is let go when the other crowd goes at 300 s."""
    crowd = IncidentClass("crowd", 1, (Slot(("section",)),))
    scenario = make_scenario(
        street([0.0, 1000.0]), make_units([0, 0], street([0.0, 1000.0]), kind="section"), classes=[crowd],
        command=CommandSettings(hold_reserve=True), travel=uniform_travel(36.0), dispatch=rules(),
    )  # fmt: skip
    trace = play(scenario, make_tape(scenario.territory, [0.0, 0.0], [1, 1], [0.0, 200.0]))
    assert story(trace, "cleared", "held", "let_go", "closed", "returning", leave_out=()) == [
        (100.0, "cleared", 0, 0), (100.0, "closed", 0, -1), (100.0, "held", -1, 0), (300.0, "cleared", 1, 1),
        (300.0, "closed", 1, -1), (300.0, "returning", -1, 1), (300.0, "let_go", -1, 0), (300.0, "returning", -1, 0),
    ]  # fmt: skip


def test_a_held_section_takes_the_next_crowd_from_where_it_is():
    crowd = IncidentClass("crowd", 1, (Slot(("section",)),))
    scenario = make_scenario(
        street([0.0, 1000.0, 1100.0]), make_units([0, 0], street([0.0, 1000.0]), kind="section"), classes=[crowd],
        command=CommandSettings(hold_reserve=True), travel=uniform_travel(36.0), dispatch=rules(),
    )  # fmt: skip
    trace = play(scenario, make_tape(scenario.territory, [0.0, 0.0, 150.0], [1, 1, 2], [0.0, 5000.0, 10.0]))
    assert (160.0, "arrived", 2, 0) in story(trace, "arrived")


def test_a_reserve_larger_than_the_force_is_refused_in_one_line():
    with pytest.raises(InputError, match="reserve"):
        build_plan(compose(["preset=demo-city", "staffing.people_per_section={police: 300, gendarmerie: 300}",
                            "staffing.mobilised={police: 5000, gendarmerie: 3000}"]))  # fmt: skip
