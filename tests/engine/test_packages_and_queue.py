"""Packages, priorities, reserve, redirection, escalation and patience, worked by hand on a street at 10 m/s."""

from __future__ import annotations

import pytest

from sim.demand.classes import IncidentClass, Slot
from tests.worlds import day, marked, needs, of_task, of_unit, point_town, rules, story, street, values, with_units, world

# --- packages -----------------------------------------------------------------------------------------------------


def test_first_arrival_and_full_package_are_timed_apart() -> None:
    scenario = world(street([0.0, 1000.0, 300.0]), [0, 1], classes=[needs(2)])
    trace = day(scenario, [0.0], 2, [[60.0, 100.0]])
    assert of_task(trace, 0)[3:] == [
        (0.0, "dispatched", 0),
        (0.0, "dispatched", 1),
        (30.0, "arrived", 0),
        (70.0, "arrived", 1),
        (70.0, "package_complete", -1),
        (90.0, "cleared", 0),
        (170.0, "cleared", 1),
        (170.0, "closed", -1),
    ]
    assert values(trace, "arrived") == [0.0, 1.0]
    assert values(trace, "closed") == [2.0]


def test_a_package_that_starts_together_waits_on_scene_for_the_last() -> None:
    scenario = world(street([0.0, 1000.0, 300.0]), [0, 1], classes=[needs(2, "together")])
    trace = day(scenario, [0.0], 2, [[60.0, 100.0]])
    assert story(trace, "cleared") == [(130.0, "cleared", 0, 0), (170.0, "cleared", 0, 1)]


@pytest.mark.parametrize(("start", "leaves"), [("as_free", 170.0), ("together", 170.0)])
def test_a_package_that_is_released_together_leaves_with_the_last_in_the_order_of_ids(start: str, leaves: float) -> None:
    scenario = world(street([0.0, 1000.0, 300.0]), [0, 1], classes=[needs(2, start, "together")])
    trace = day(scenario, [0.0], 2, [[60.0, 100.0]])
    assert story(trace, "cleared", "closed") == [
        (leaves, "cleared", 0, 0),
        (leaves, "cleared", 0, 1),
        (leaves, "closed", 0, -1),
    ]


def test_a_task_is_open_until_its_last_unit_has_left() -> None:
    scenario = world(point_town(), [0, 0, 0], classes=[needs(3, "as_free", "together")])
    trace = day(scenario, [0.0], 0, [[30.0, 10.0, 20.0]])
    assert [line[1:] for line in story(trace) if line[0] == 30.0][:6] == [
        ("cleared", 0, 0),
        ("returning", -1, 0),
        ("cleared", 0, 1),
        ("returning", -1, 1),
        ("cleared", 0, 2),
        ("closed", 0, -1),
    ]


def test_as_free_sends_who_is_there_and_together_waits_for_all() -> None:
    for start, sent in (("as_free", [(10.0, 1), (100.0, 0)]), ("together", [(100.0, 0), (100.0, 1)])):
        scenario = world(point_town(), [0, 0], classes=[needs(1), needs(2, start)])
        trace = day(scenario, [0.0, 10.0], 0, [[100.0, 0.0], [500.0, 50.0]], cls=[0, 1])
        assert [(time, unit) for time, _, task, unit in story(trace, "dispatched") if task == 1] == sent, start


def test_a_package_that_waits_for_units_holds_back_smaller_tasks_behind_it() -> None:
    scenario = world(point_town(), [0, 0], classes=[needs(1), needs(2, "together")])
    trace = day(scenario, [0.0, 10.0, 20.0], 0, [[100.0, 0.0], [50.0, 50.0], [5.0, 0.0]], cls=[0, 1, 0])
    assert marked(trace, 3).dispatched_at.tolist() == [0.0, 100.0, 150.0]


def test_each_place_is_filled_by_a_unit_of_its_kind_and_skill() -> None:
    slots = (Slot(("van",), ("search",)), Slot(("patrol_car",)))
    units = {"kind": ["patrol_car", "van", "van"], "skills": [(), (), ("search",)]}
    scenario = world(street([0.0, 10.0]), [1, 1, 0], unit=units, classes=[IncidentClass("search", 1, slots)])
    trace = day(scenario, [0.0], 1, [[5.0, 5.0]])
    assert [unit for *_, unit in story(trace, "dispatched")] == [2, 0]


def test_only_the_first_unit_of_a_package_conveys() -> None:
    scenario = world(street([0.0, 1000.0]), [0, 0], classes=[needs(2)])
    trace = day(scenario, [0.0], 0, [[10.0, 20.0]], convey_to=[1], handover_time=[5.0])
    assert story(trace, "conveying", "cleared") == [
        (10.0, "conveying", 0, 0),
        (20.0, "cleared", 0, 1),
        (115.0, "cleared", 0, 0),
    ]


@pytest.mark.parametrize(("start", "release"), [("together", "each"), ("as_free", "together")])
def test_a_package_larger_than_the_force_lapses_and_does_not_block_the_area(start: str, release: str) -> None:
    scenario = world(point_town(), [0], classes=[needs(2, start, release), needs(1)])
    trace = day(scenario, [0.0, 1.0], 0, [[5.0, 5.0], [5.0, 5.0]], cls=[0, 1])
    assert of_task(trace, 0)[-1] == (0.0, "lapsed", -1)
    assert marked(trace, 2).arrived_at[1] == 1.0


def test_one_unit_may_fill_two_places_one_after_the_other_where_units_start_and_leave_alone() -> None:
    trace = day(world(point_town(), [0], classes=[needs(2)]), [0.0], 0, [[5.0, 7.0]])
    assert story(trace, "arrived", "closed") == [
        (0.0, "arrived", 0, 0),
        (5.0, "arrived", 0, 0),
        (12.0, "closed", 0, -1),
    ]


def test_nobody_who_can_serve_is_said_at_once() -> None:
    classes = [IncidentClass("search", 1, (Slot((), ("search",)),))]
    trace = day(world(point_town(), [0], classes=classes), [3.0], 0, 5.0)
    assert of_task(trace, 0)[-1] == (3.0, "lapsed", -1)
    assert values(trace, "lapsed") == [1.0]


# --- reserve and blocking -----------------------------------------------------------------------------------------


def test_the_last_unit_is_kept_for_the_urgent() -> None:
    scenario = world(point_town(), [0, 0], dispatch=rules(reserve=(0, 0, 1, 1)))
    trace = day(scenario, [0.0, 10.0, 20.0], 0, [[100.0], [100.0], [100.0]], priority=[3, 3, 1])
    assert marked(trace, 3).dispatched_at.tolist() == [0.0, 120.0, 20.0]
    # At 100 unit 0 is free, but it is the only one: the ordinary task waits until 120.


@pytest.mark.parametrize(("blocking", "third"), [(False, 20.0), (True, 100.0)])
def test_a_blocked_class_may_hold_back_lower_ones(blocking: bool, third: float) -> None:
    scenario = world(point_town(), [0, 0], dispatch=rules(reserve=(0, 1, 0, 0), blocking=blocking))
    trace = day(scenario, [0.0, 10.0, 20.0], 0, [[100.0], [5.0], [30.0]], priority=[3, 2, 3])
    assert marked(trace, 3).dispatched_at.tolist() == [0.0, 100.0, third]


def test_when_the_head_that_held_others_back_lapses_they_are_served() -> None:
    scenario = world(point_town(), [0, 0], classes=[needs(1), needs(2, "together")])
    marks = {"cls": [0, 1, 0], "patience": [float("inf"), 30.0, float("inf")]}
    trace = day(scenario, [0.0, 10.0, 20.0], 0, [[100.0, 0.0], [50.0, 50.0], [5.0, 0.0]], **marks)
    assert of_task(trace, 1)[-1] == (40.0, "lapsed", -1)
    assert marked(trace, 3).dispatched_at[2] == 40.0


# --- redirection --------------------------------------------------------------------------------------------------

REDIRECT = rules(redirect="when_none_free")


def test_a_unit_under_way_is_taken_for_a_more_urgent_task_and_the_other_keeps_its_place() -> None:
    scenario = world(street([0.0, 1000.0, 500.0]), [0], dispatch=REDIRECT)
    trace = day(scenario, [0.0, 5.0, 30.0], [1, 1, 2], 10.0, priority=[3, 3, 1])
    lines = of_unit(trace, 0)[1:8]
    assert [line[1:] for line in lines] == [
        ("dispatched", 0),
        ("diverted", 0),
        ("dispatched", 2),
        ("arrived", 2),
        ("cleared", 2),
        ("dispatched", 0),
        ("arrived", 0),
    ]
    assert [line[0] for line in lines] == pytest.approx([0.0, 30.0, 30.0, 50.0, 60.0, 60.0, 110.0], abs=1e-9)
    got = marked(trace, 3)
    assert got.arrived_at.tolist() == pytest.approx(
        [110.0, 120.0, 50.0], abs=1e-9
    )  # task 0 before task 1: first ready, first served
    assert values(trace, "diverted") == [2.0]


def test_a_unit_is_not_taken_from_a_task_of_equal_priority_nor_from_the_scene() -> None:
    for at, priority in ((30.0, [1, 1]), (105.0, [3, 1])):
        trace = day(world(street([0.0, 1000.0]), [0], dispatch=REDIRECT), [0.0, at], 1, 10.0, priority=priority)
        assert marked(trace, 2).dispatched_at[1] == 110.0
        assert story(trace, "diverted") == []


def test_a_unit_still_mobilising_stands_where_it_is_when_it_is_diverted() -> None:
    # Unit 0 (at 0) mobilises for 100 s, unit 1 (at 400) drives away; the urgent task is at 100 m: unit 0 is nearer.
    scenario = world(street([0.0, 400.0, 1000.0, 100.0]), [0, 1], dispatch=REDIRECT, unit={"mobilisation_time": [100.0, 0.0]})
    trace = day(scenario, [0.0, 0.0, 20.0], [2, 2, 3], 10.0, priority=[3, 3, 1])
    assert [(task, unit) for _, _, task, unit in story(trace, "diverted")] == [(1, 0)]


def test_a_diverted_unit_needs_only_the_time_of_one_on_the_move() -> None:
    scenario = world(street([0.0, 1000.0]), [0], dispatch=REDIRECT)
    scenario = with_units(scenario, base_time=[100.0], parked_time=[50.0], moving_time=[2.0])
    trace = day(scenario, [0.0, 150.0], 1, 10.0, priority=[3, 1])
    assert values(trace, "dispatched")[:2] == [100.0, 2.0]
    assert marked(trace, 2).arrived_at[1] == pytest.approx(202.0)


def test_a_task_that_loses_its_unit_may_take_another_that_is_free() -> None:
    classes = [IncidentClass("any", 3), IncidentClass("car", 1, (Slot(("patrol_car",)),))]
    units = {"kind": ["patrol_car", "foot_pair"]}
    scenario = world(street([0.0, 5000.0, 1000.0]), [0, 1], unit=units, classes=classes, dispatch=REDIRECT)
    trace = day(scenario, [0.0, 10.0], 2, 10.0, cls=[0, 1], priority=[3, 1])
    assert of_unit(trace, 0)[1:4] == [(0.0, "dispatched", 0), (10.0, "diverted", 0), (10.0, "dispatched", 1)]
    assert of_unit(trace, 1)[1] == (10.0, "dispatched", 0)


def test_a_package_is_diverted_whole_or_not_at_all() -> None:
    classes = [needs(1), needs(2, "together")]
    marks = {"cls": [0, 0, 1], "priority": [3, 3, 1]}
    territory = street([0.0, 1000.0])
    # Unit 0 is on scene, unit 1 under way: one is not enough.
    trace = day(world(territory, [1, 0], dispatch=REDIRECT, classes=classes), [0.0, 0.0, 50.0], 1, [[200.0, 0]] * 3, **marks)
    assert story(trace, "diverted") == []
    # A free unit and one under way are enough.
    trace = day(world(territory, [0, 0], dispatch=REDIRECT, classes=classes), [0.0, 9000.0, 50.0], 1, [[200.0, 0]] * 3, **marks)
    assert [(time, unit) for time, _, task, unit in story(trace, "dispatched") if task == 2] == [(50.0, 1), (50.0, 0)]


def test_redirection_in_an_area_without_units_is_no_crash() -> None:
    territory = street([0.0, 10.0], area=[0, 1], neighbours=[(1,), (0,)])
    dispatch = rules(redirect="when_none_free", aid="when_none_free", aid_keep=0)
    trace = day(world(territory, [1], dispatch=dispatch), [0.0, 1.0], 0, 10.0)
    assert marked(trace, 2).unit.tolist() == [0, 0]


# --- escalation and patience --------------------------------------------------------------------------------------


def test_an_unattended_task_becomes_more_urgent_and_overtakes() -> None:
    scenario = world(point_town(), [0])
    marks = {"priority": [1, 3, 4], "escalate_time": [float("inf"), float("inf"), 30.0]}
    trace = day(scenario, [0.0, 10.0, 20.0], 0, 100.0, **{**marks, "priority": [1, 3, 3]})
    assert story(trace, "escalated") == [(50.0, "escalated", 2, -1)]
    assert values(trace, "escalated") == [2.0]
    assert marked(trace, 3).dispatched_at.tolist() == [0.0, 200.0, 100.0]


def test_escalation_may_bring_a_unit_at_once() -> None:
    scenario = world(point_town(), [0], dispatch=rules(reserve=(0, 0, 1, 1)))
    trace = day(scenario, [0.0], 0, 10.0, priority=[3], escalate_time=[60.0])
    assert marked(trace, 1).dispatched_at.tolist() == [60.0]


def test_an_attended_task_does_not_escalate() -> None:
    trace = day(world(street([0.0, 100.0]), [0]), [0.0, 500.0], 1, 100.0, priority=[3, 3], escalate_time=[10.0, 9.9])
    assert story(trace, "escalated") == [(509.9, "escalated", 1, -1)]  # at 10.0 the unit has just arrived


def test_patience_runs_from_the_report_and_ends_when_somebody_is_sent() -> None:
    scenario = world(point_town(), [0])
    marks = {"patience": [0.0, 90.0, 60.0], "report_time": [0.0, 5.0, 0.0], "dispatch_time": [0.0, 3.0, 0.0]}
    trace = day(scenario, [0.0, 10.0, 50.0], 0, 100.0, **marks)
    assert of_task(trace, 1)[-4][:2] == (100.0, "dispatched")  # patience would have ended at 105
    assert of_task(trace, 2)[-1] == (110.0, "lapsed", -1)
    assert values(trace, "lapsed") == [0.0]


def test_a_unit_that_is_free_at_the_moment_patience_ends_comes_first() -> None:
    trace = day(world(point_town(), [0]), [0.0, 40.0], 0, 100.0, patience=[60.0, 60.0])
    assert marked(trace, 2).dispatched_at.tolist() == [0.0, 100.0]


def test_a_task_whose_unit_was_taken_away_lapses_when_its_patience_ends() -> None:
    scenario = world(street([0.0, 1000.0]), [0], dispatch=REDIRECT)
    trace = day(scenario, [0.0, 30.0], 1, 500.0, priority=[3, 1], patience=[200.0, float("inf")])
    assert of_task(trace, 0)[-1] == (200.0, "lapsed", -1)
