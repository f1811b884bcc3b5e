"""Days worked by hand, to 1e-9: a straight street at 10 m/s, few units, and two things at one instant on purpose."""

from __future__ import annotations

import pytest

from sim.arrays import uniform_travel
from tests.worlds import KMH, day, marked, of_task, of_unit, point_town, rules, story, street, values, with_units, world


def test_one_incident_from_occurrence_to_the_return_home() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"mobilisation_time": 30.0, "home_factor": 0.5})
    marks = {"report_time": [20.0], "talk_time": [40.0], "channel": [0], "dispatch_time": [10.0], "noise": [[1.2]]}
    trace = day(scenario, [100.0], 1, [[300.0]], **marks)
    assert story(trace) == [
        (0.0, "on_duty", -1, 0),
        (100.0, "occurred", 0, -1),
        (120.0, "reported", 0, -1),
        (170.0, "processed", 0, -1),
        (170.0, "dispatched", 0, 0),
        (320.0, "arrived", 0, 0),
        (620.0, "cleared", 0, 0),
        (620.0, "closed", 0, -1),
        (620.0, "returning", -1, 0),
    ]
    assert values(trace, "returning") == [200.0]
    legs = trace.legs()
    assert legs["depart_at"].tolist() == [200.0, 620.0]
    assert legs["arrive_at"].tolist() == [320.0, 820.0]
    assert legs["x1"].tolist() == [1000.0, 0.0]


def test_every_record_names_an_earlier_cause_or_none() -> None:
    trace = day(world(street([0.0, 500.0]), [0, 0]), [0.0, 1.0, 2.0], 1, 60.0)
    causes = trace.columns()["cause"]
    assert (causes < range(len(causes))).all()
    assert (causes >= -1).all()
    for kind in ("processed", "dispatched", "arrived", "cleared", "closed", "returning"):
        rows = [i for i, line in enumerate(story(trace, leave_out=())) if line[1] == kind]
        assert (causes[rows] >= 0).all(), kind


# --- two things at one instant ------------------------------------------------------------------------------------


def test_a_unit_that_becomes_free_comes_before_a_task_of_the_same_instant() -> None:
    trace = day(world(point_town(), [0]), [0.0, 100.0], 0, 100.0)
    assert story(trace, "cleared", "dispatched") == [
        (0.0, "dispatched", 0, 0),
        (100.0, "cleared", 0, 0),
        (100.0, "dispatched", 1, 0),
        (200.0, "cleared", 1, 0),
    ]
    assert of_unit(trace, 0)[4][1] == "returning"  # it had set off when the task became ready


def test_a_shift_that_ends_comes_before_a_task_of_the_same_instant() -> None:
    scenario = world(point_town(), [0, 0], unit={"shifts": [[(0.0, 100.0)], [(0.0, 1000.0)]]})
    trace = day(scenario, [100.0], 0, 10.0)
    assert marked(trace, 1).unit.tolist() == [1]


def test_a_shift_that_starts_comes_before_a_task_of_the_same_instant() -> None:
    trace = day(world(point_town(), [0], unit={"shifts": [[(100.0, 1000.0)]]}), [100.0], 0, 10.0)
    assert marked(trace, 1).dispatched_at.tolist() == [100.0]
    assert story(trace)[0] == (100.0, "on_duty", -1, 0)


def test_tasks_of_one_instant_are_taken_in_the_order_of_their_ids_whatever_the_rows() -> None:
    trace = day(world(point_town(), [0]), [5.0] * 4, 0, 10.0, id=[2, 0, 3, 1])
    assert [task for _, _, task, _ in story(trace, "dispatched")] == [0, 1, 2, 3]


def test_units_that_become_free_at_one_instant_do_so_in_the_order_of_their_ids() -> None:
    # Unit 1 is sent first and both clear at 100; the waiting task goes to the lower id.
    territory = street([0.0, 1.0])
    trace = day(world(territory, [1, 0]), [0.0, 0.0, 50.0], [0, 0, 0], [[100.0], [99.9], [10.0]])
    assert [unit for time, _, _, unit in story(trace, "cleared") if time == 100.0] == [0, 1]
    assert of_task(trace, 2)[3] == (100.0, "dispatched", 0)


def test_of_two_units_equally_near_the_lower_id_is_sent() -> None:
    trace = day(world(street([0.0, 200.0, 100.0]), [1, 0]), [0.0], 2, 10.0)
    assert marked(trace, 1).unit.tolist() == [0]
    trace = day(world(street([0.0, 200.0, 100.0]), [0, 1, 0]), [0.0, 0.0], 2, 10.0)
    assert marked(trace, 2).unit.tolist() == [0, 1]


def test_a_task_of_higher_priority_at_the_same_instant_is_served_in_the_order_of_becoming_ready() -> None:
    # Nobody waits when task 0 becomes ready, so it is sent before task 1 exists.
    trace = day(world(point_town(), [0]), [0.0, 0.0], 0, 10.0, priority=[4, 1])
    assert marked(trace, 2).dispatched_at.tolist() == [0.0, 10.0]


# --- when a unit can be tasked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taskable", "dispatched", "arrived"),
    [("while_returning", 150.0, 150.0), ("at_scene", 200.0, 250.0), ("at_base", 200.0, 250.0)],
)
def test_a_unit_on_its_way_home(taskable: str, dispatched: float, arrived: float) -> None:
    # Base at 0, first incident at 1000 m: there at 100, clears at 100, home at 200. Second incident at 500 m at 150.
    scenario = world(street([0.0, 1000.0, 500.0]), [0], dispatch=rules(taskable=taskable))
    got = marked(day(scenario, [0.0, 150.0], [1, 2], [[0.0], [5.0]]), 2)
    assert (got.dispatched_at[1], got.arrived_at[1]) == (dispatched, arrived)


@pytest.mark.parametrize(
    ("taskable", "dispatched", "arrived"),
    [("while_returning", 130.0, 180.0), ("at_scene", 130.0, 180.0), ("at_base", 230.0, 280.0)],
)
def test_a_task_that_waits_at_the_moment_of_clearing(taskable: str, dispatched: float, arrived: float) -> None:
    scenario = world(street([0.0, 1000.0, 500.0]), [0], dispatch=rules(taskable=taskable))
    got = marked(day(scenario, [0.0, 10.0], [1, 2], [[30.0], [5.0]]), 2)
    assert (got.dispatched_at[1], got.arrived_at[1]) == (dispatched, arrived)


def test_mobilisation_is_that_of_where_the_unit_is() -> None:
    scenario = world(street([0.0, 1000.0]), [0])
    scenario = with_units(scenario, base_time=[300.0], parked_time=[20.0], moving_time=[1.0])
    # Task 0 from base; task 1 waits and is taken on scene at 500, cleared at 530; task 2 on the way home; task 3 at base.
    trace = day(scenario, [0.0, 10.0, 550.0, 2000.0], 1, [[100.0], [10.0], [10.0], [10.0]])
    assert values(trace, "dispatched") == [300.0, 20.0, 1.0, 300.0]
    assert marked(trace, 4).arrived_at.tolist() == [400.0, 520.0, 571.0, 2400.0]


def test_a_matrix_snaps_a_unit_under_way_to_the_first_of_two_nearest_nodes() -> None:
    # Nodes at 0, 100 and 200 m; home at 0, incident at 200. Halfway home in time it stands at 100, at 3/4 of the
    # way (between 0 and 100) it is as near to node 0 as to node 1: the first counts.
    table = [[0.0, 10.0, 40.0], [11.0, 0.0, 13.0], [40.0, 15.0, 0.0]]
    territory = street([0.0, 100.0, 200.0], matrix=table)
    for ready, arrives in ((60.0, 73.0), (70.0, 110.0), (80.0, 120.0)):
        got = marked(day(world(territory, [0]), [0.0, ready], [2, 2], 0.0), 2)
        assert got.arrived_at.tolist() == [40.0, arrives]


def test_a_torus_is_crossed_the_shorter_way_also_half_way_home() -> None:
    territory = street([50.0, 950.0, 10.0], wrap=(1000.0, 1000.0))
    # Home at 50, incident at 950: 100 m over the edge. There at 10, clears at 10, home at 20. At 16 it stands at 10.
    got = marked(day(world(territory, [0]), [0.0, 16.0], [1, 2], 0.0), 2)
    assert got.arrived_at.tolist() == pytest.approx([10.0, 16.0], abs=1e-9)


def test_conveyance_and_hand_over_come_after_the_scene_and_before_the_unit_is_free() -> None:
    territory = street([0.0, 1000.0, 3000.0])
    trace = day(world(territory, [0]), [0.0], 1, 60.0, convey_to=[2], handover_time=[90.0])
    assert of_unit(trace, 0) == [
        (0.0, "on_duty", -1),
        (0.0, "dispatched", 0),
        (100.0, "arrived", 0),
        (160.0, "conveying", 0),
        (360.0, "handed_over", 0),
        (450.0, "cleared", 0),
        (450.0, "returning", -1),
    ]
    assert values(trace, "returning") == [300.0]


def test_the_hour_lengthens_drives_that_start_in_the_peak() -> None:
    travel = uniform_travel(KMH)
    slow = type(travel)(
        speeds=travel.speeds,
        home_speeds=travel.home_speeds,
        detour=travel.detour,
        peak_from=100.0,
        peak_to=200.0,
        peak_factor=1.5,
    )
    scenario = world(street([0.0, 100.0]), [0], travel=slow)
    got = marked(day(scenario, [99.0, 150.0, 300.0], [1, 1, 1], 0.0), 3)
    assert (got.arrived_at - got.dispatched_at)[0] == pytest.approx(10.0)
    assert got.arrived_at[2] == pytest.approx(310.0)
