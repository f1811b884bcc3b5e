"""S21 and S27: sub-rooms under a main room, help that is asked for, the ladder, and the age of the picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.demand.classes import IncidentClass
from sim.errors import InputError
from sim.settings.command import CommandSettings
from sim.settings.response import DispatchSettings
from sim.trace import LADDER
from tests.systems.towns import DAYS, compare, falls, forces, played, rises, tape, total, town_scenario, towns
from tests.worlds import needs, of_task, play, rules, story, street, values, world

TERRITORY = towns()
UNITS = forces(TERRITORY, ["patrol_car"], 2)
TAPES = [tape(TERRITORY, number, 90, (0.6, 0.4), area_bias=0.8) for number in DAYS]
BUSY = [tape(TERRITORY, number, 130, (0.8, 0.2), area_bias=0.8) for number in DAYS]
JOINT = {"command": "joint"}
MAIN = {"main_room": True, "keep_share": 0.0, "escalate_time": 120.0}


def test_escalations_appear_in_the_main_room_and_help_shortens_the_most_urgent_response():
    alone = town_scenario(TERRITORY, UNITS, dispatch=JOINT)
    main = town_scenario(TERRITORY, UNITS, dispatch=JOINT, command=MAIN)
    assert falls(compare(main, alone, TAPES, lambda m: m.tables["response_by_priority"]["response_mean"][0]))
    rooms = played(main, TAPES[0]).tables["rooms"]
    assert rooms["room"][-1] == "main" and rooms["help_asked"][-1] > 0 and rooms["help_granted"][-1] > 0
    assert rooms["help_asked"][0] > rooms["help_asked"][1]
    assert played(alone, TAPES[0]).tables["rooms"]["room"] == ["a", "b"]


def test_fewer_operators_in_the_main_room_keep_requests_waiting():
    slow = MAIN | {"escalate_priority": 2, "main_time": 400.0}
    few, many = (town_scenario(TERRITORY, UNITS, dispatch=JOINT, command=slow | {"main_operators": n}) for n in (1, 4))
    assert rises(compare(few, many, TAPES, lambda m: m.tables["rooms"]["call_wait_mean"][-1] or 0.0))


def test_a_neighbour_that_keeps_more_for_itself_refuses_more():
    keen, mean = (town_scenario(TERRITORY, UNITS, dispatch=JOINT, command=MAIN | {"keep_share": s}) for s in (0.0, 0.7))
    assert falls(compare(mean, keen, TAPES, lambda m: float(m.tables["rooms"]["help_granted"][-1])))


def two_streets(lenders: int, **command):
    """Area a with one unit at 0 m and area b with some at 1000 m; 36 km/h."""
    territory = make_territory(make_sites([0.0, 1000.0], [0.0, 0.0], area=[0, 1]), areas=("a", "b"), neighbours=((1,), (0,)))
    dispatch = DispatchSettings(policy="nearest", command="joint", aid="when_none_free", aid_keep=0, aid_time=0.0)
    units = make_units([0] + [1] * lenders, territory)
    return make_scenario(territory, units, dispatch=dispatch, command=CommandSettings(**command), travel=uniform_travel(36.0))


def test_a_request_to_the_main_room_by_hand():
    """The second task waits 100 s, is handled by the main room in 50 s, b is asked in 20 s, and its unit drives 100 s."""
    command = {"main_room": True, "main_time": 50.0, "escalate_time": 100.0, "ask_time": 20.0, "keep_share": 0.5}
    scenario = two_streets(2, **command, picture_age=1.0)
    trace = play(scenario, make_tape(scenario.territory, [0.0, 10.0], [0, 0], 5000.0))
    assert of_task(trace, 1)[3:] == [
        (110.0, "escalated_to_main", -1), (180.0, "dispatched", 1), (180.0, "granted", -1), (280.0, "arrived", 1),
        (5280.0, "cleared", 1), (5280.0, "closed", -1),
    ]  # fmt: skip


def test_a_task_that_loses_its_unit_to_a_more_urgent_one_goes_up_too():
    """The lesser task's unit is called off at 10 s; 100 s later it goes up, 20 s after the main room b's unit is on its way."""
    command = {"main_room": True, "main_time": 50.0, "escalate_time": 100.0, "ask_time": 20.0, "keep_share": 0.0}
    scenario = two_streets(1, **command, escalate_priority=2, picture_age=1.0)
    scenario = replace(
        scenario,
        dispatch=replace(scenario.dispatch, redirect="when_none_free", aid="never"),
        classes=(IncidentClass("urgent", 1), IncidentClass("lesser", 2)),
    )
    far = {"x": [-5000.0, 0.0], "cls": [1, 0], "priority": [2, 1]}
    trace = play(scenario, make_tape(scenario.territory, [0.0, 10.0], [0, 0], 9000.0, **far))
    assert [(time, kind) for time, kind, _ in of_task(trace, 0)][3:8] == [
        (0.0, "dispatched"), (10.0, "diverted"), (110.0, "escalated_to_main"), (180.0, "dispatched"), (180.0, "granted"),
    ]  # fmt: skip


def test_a_room_that_must_keep_its_last_unit_is_not_asked_and_the_request_is_refused():
    scenario = two_streets(1, main_room=True, main_time=50.0, escalate_time=100.0, keep_share=0.5, retry_time=1000.0)
    scenario = replace(scenario, dispatch=replace(scenario.dispatch, aid="never"))
    trace = play(scenario, make_tape(scenario.territory, [0.0, 10.0], [0, 0], 2000.0))
    assert story(trace, "escalated_to_main", "refused", "granted") == [
        (110.0, "escalated_to_main", 1, -1), (160.0, "refused", 1, -1),
        (1160.0, "escalated_to_main", 1, -1), (1210.0, "refused", 1, -1),
    ]  # fmt: skip


def test_with_an_old_picture_a_busy_room_is_asked_in_vain():
    """b's unit has been busy for 90 s when a asks, by a picture of 300 s ago: 60 s are wasted; 600 s later it is free."""
    scenario = two_streets(1, picture_age=300.0, keep_share=0.0, retry_time=600.0)
    trace = play(scenario, make_tape(scenario.territory, [1000.0, 1005.0, 1095.0], [0, 1, 0], [3000.0, 400.0, 10.0]))
    assert [(time, kind) for time, kind, _ in of_task(trace, 2)][3:6] == [
        (1155.0, "refused"), (1815.0, "dispatched"), (1815.0, "granted"),
    ]  # fmt: skip
    fresh = two_streets(1, picture_age=30.0, keep_share=0.0, retry_time=600.0)
    trace = play(fresh, make_tape(fresh.territory, [1000.0, 1005.0, 1095.0], [0, 1, 0], [3000.0, 400.0, 10.0]))
    assert [(time, kind) for time, kind, _ in of_task(trace, 2)][3] == (1755.0, "dispatched")


def test_an_older_picture_makes_help_across_areas_worse():
    aid = {"command": "joint", "aid": "when_none_free", "aid_keep": 0, "aid_time": 0.0}
    young, old = (
        town_scenario(TERRITORY, UNITS, dispatch=aid, command={"picture_age": age, "keep_share": 0.0}) for age in (60.0, 3600.0)
    )
    live = town_scenario(TERRITORY, UNITS, dispatch=aid)
    assert rises(compare(old, young, TAPES, lambda m: total(m, "rooms", "help_refused")))
    assert rises(compare(old, young, TAPES, lambda m: m["queueing_mean"]))
    assert rises(compare(young, live, TAPES, lambda m: m["queueing_mean"]))


# --- the ladder -----------------------------------------------------------------------------------------------------------


def test_the_ladder_by_hand():
    """Two units, one at work and one on its way to a lesser task; the urgent task that comes climbs to triage."""
    classes = [IncidentClass("urgent", 1), IncidentClass("lesser", 3)]
    command = CommandSettings(ladder=True, ladder_time=30.0)
    scenario = world(street([0.0, 10_000.0, 100.0]), [0, 0], classes=classes, command=command, travel=uniform_travel(36.0))
    marks = {"cls": [0, 1, 0], "priority": [1, 3, 1]}
    trace = play(scenario, make_tape(scenario.territory, [0.0, 1.0, 2.0], [0, 1, 2], 3000.0, **marks))
    steps = [step for step in of_task(trace, 2) if step[1] in ("ladder_step", "dispatched")]
    assert steps == [(32.0, "ladder_step", -1), (32.0, "dispatched", 1)]
    assert values(trace, "ladder_step") == [LADDER.index("triage")]


def test_the_reserve_goes_when_nothing_else_is_left():
    command = CommandSettings(ladder=True, ladder_time=30.0)
    scenario = world(street([0.0]), [0, 0], command=command, dispatch=rules(reserve=(1, 0, 0, 0)))
    trace = play(scenario, make_tape(scenario.territory, [0.0, 10.0], [0, 0], 500.0))
    assert story(trace, "dispatched") == [(0.0, "dispatched", 0, 0), (70.0, "dispatched", 1, 1)]


def test_at_last_fewer_units_than_wanted_will_do():
    command = CommandSettings(ladder=True, ladder_time=30.0)
    for release in ("each", "together"):
        busy = world(street([0.0]), [0, 0], classes=[needs(2, release=release), needs(1)], command=command)
        trace = play(busy, make_tape(busy.territory, [0.0, 1.0], [0, 0], [[9000.0, 0.0], [500.0, 500.0]], cls=[1, 0]))
        assert (501.0, "closed", -1) in of_task(trace, 1)
        assert values(trace, "ladder_step")[-1] == LADDER.index("fewer units")


def test_the_ladder_serves_the_most_urgent_sooner_and_each_step_is_counted():
    dispatch = {"command": "joint", "reserve": (1.0, 1.0, 1.0, 1.0)}
    off = town_scenario(TERRITORY, UNITS, dispatch=dispatch)
    on = town_scenario(TERRITORY, UNITS, dispatch=dispatch, command={"ladder": True, "keep_share": 0.0, "ladder_time": 60.0})
    assert falls(compare(on, off, BUSY, lambda m: m.tables["response_by_priority"]["response_mean"][0]))
    steps = played(on, BUSY[0]).tables["ladder"]
    assert steps["ladder_step"] == list(LADDER) and steps["step_tasks"][0] > 0


def test_odd_settings_are_refused_in_one_line():
    for wrong in ({"main_operators": 0}, {"keep_share": 2.0}, {"escalate_priority": 5}, {"main_rom": True}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            CommandSettings(**wrong)
