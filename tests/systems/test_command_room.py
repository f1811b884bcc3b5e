"""S22: the command and coordination room: who is nearest, and how much is reported."""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import make_tape, uniform_travel
from sim.settings.response import RoomSettings
from tests.systems.towns import DAYS, compare, falls, forces, patrols, played, rises, tape, town_scenario, towns
from tests.worlds import of_task, play, rules, story, street, world

TERRITORY = towns()
COUNT = 120
UNITS = forces(TERRITORY, ["patrol_car"], 6, loop=np.arange(24))
LOOPS = patrols(TERRITORY, UNITS)
TAPES = [tape(TERRITORY, day, COUNT, (0.8, 0.2)) for day in DAYS]
ON = town_scenario(TERRITORY, UNITS, dispatch={"command": "joint"}, loops=LOOPS)
OFF_ROOM = {"reported": {"phone": 0.8, "online": 0.8}, "report_factor": 1.3}


@pytest.mark.parametrize("picture", ["base", "district"])
def test_without_the_picture_of_live_positions_units_drive_further(picture):
    off = town_scenario(TERRITORY, UNITS, dispatch={"command": "joint", "picture": picture}, loops=LOOPS)
    assert falls(compare(ON, off, TAPES, lambda m: m["travel_mean"]))
    assert falls(compare(ON, off, TAPES, lambda m: m["response_mean"]))


def test_a_room_brings_more_reports_and_a_shorter_response():
    off = town_scenario(TERRITORY, UNITS, dispatch={"command": "joint", "picture": "district"}, room=OFF_ROOM, loops=LOOPS)
    assert rises(compare(ON, off, TAPES, lambda m: sum(m.tables["rooms"]["calls"])))
    assert falls(compare(ON, off, TAPES, lambda m: m["response_mean"]))
    first = played(off, TAPES[0])
    reported = np.mean(TAPES[0].incidents.known <= 0.8)
    assert sum(first.tables["rooms"]["calls"]) == round(reported * COUNT)
    assert first["lapsed"] >= COUNT - round(reported * COUNT)


def test_what_is_not_reported_lapses_with_its_reason_and_later_reports_come_later():
    territory = street([0.0, 100.0])
    scenario = world(territory, [0], room=RoomSettings(lines=0.0, reported={"phone": 0.5}, report_factor=2.0))
    marks = {"channel": [0, 0], "known": [0.6, 0.4], "report_time": [30.0] * 2}
    trace = play(scenario, make_tape(territory, [0.0, 1.0], [1, 1], 10.0, **marks))
    assert of_task(trace, 0) == [(0.0, "occurred", -1), (0.0, "lapsed", -1)]
    assert of_task(trace, 1)[1] == (61.0, "reported", -1)


def test_officers_on_the_radio_are_always_heard():
    territory = street([0.0, 100.0])
    scenario = world(territory, [0], room=RoomSettings(lines=0.0, reported={"phone": 0.0}))
    trace = play(scenario, make_tape(territory, [0.0], [1], 10.0, channel=[1], known=[0.9]))
    assert of_task(trace, 0)[-1][1] == "closed"


def test_district_dispatch_by_hand():
    """Units 0 and 1 belong to the district at 0 m, unit 2 to that at 1000 m. The first incident, at 900 m, takes unit 2; the
    second must ask both districts: 60 s for the one that has none, though unit 2 is nearer by then."""
    territory = street([0.0, 1000.0, 900.0])
    scenario = world(territory, [0, 0, 1], dispatch=rules(picture="district"), travel=uniform_travel(36.0))
    trace = play(scenario, make_tape(territory, [0.0, 5.0], [2, 2], 1000.0))
    assert story(trace, "dispatched", "arrived") == [
        (0.0, "dispatched", 0, 2), (5.0, "dispatched", 1, 0), (10.0, "arrived", 0, 2), (155.0, "arrived", 1, 0),
    ]  # fmt: skip


def test_by_bases_a_unit_that_happens_to_be_near_is_not_seen():
    """Unit 0 drives home past the incident; who sees only bases sends unit 1, which belongs nearer."""
    territory = street([0.0, 2000.0, 1000.0, 1200.0])
    for picture, sent in (("live", 0), ("base", 1)):
        scenario = world(territory, [0, 1], dispatch=rules(picture=picture), travel=uniform_travel(36.0))
        tape = make_tape(territory, [0.0, 110.0], [2, 3], 10.0)
        assert story(play(scenario, tape), "dispatched")[1][3] == sent


def test_a_travel_matrix_serves_district_dispatch_too():
    territory = street([0.0, 1.0, 2.0], matrix=[[0, 50, 90], [50, 0, 40], [90, 40, 0]])
    trace = play(world(territory, [0, 1], dispatch=rules(picture="district")), make_tape(territory, [0.0, 1.0], [2, 2], 500.0))
    assert story(trace, "dispatched", "arrived") == [
        (0.0, "dispatched", 0, 1), (1.0, "dispatched", 1, 0), (40.0, "arrived", 0, 1), (151.0, "arrived", 1, 0),
    ]  # fmt: skip
