"""Jurisdiction, mutual aid, shifts and patrol loops."""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import make_sites, make_territory
from sim.movement import Loops, build_loops
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.territory.sites import Territory
from tests.worlds import day, marked, moments, of_unit, point_town, rules, story, street, values, with_units, world

# --- jurisdiction and mutual aid ----------------------------------------------------------------------------------


def test_under_joint_command_any_force_serves_and_under_parallel_command_only_the_own() -> None:
    territory = street([0.0, 1000.0, 10.0], force=[0, 1, 1], forces=("police", "gendarmerie"))
    for command, unit in (("joint", 0), ("parallel", 1)):
        trace = day(world(territory, [0, 1], dispatch=rules(command=command)), [0.0], 2, 10.0)
        assert marked(trace, 1).unit.tolist() == [unit]


AID = {"aid": "when_none_free", "aid_time": 360.0, "aid_priority": 2}


@pytest.mark.parametrize(("keep", "priority", "unit", "arrived"), [(0, 2, 1, 375.0), (1, 2, 0, 110.0), (0, 3, 0, 110.0)])
def test_neighbours_help_with_a_hand_over_time_if_enough_of_theirs_stay(
    keep: int, priority: int, unit: int, arrived: float
) -> None:
    territory = street([0.0, 50.0], area=[0, 1], neighbours=[(1,), (0,)])
    scenario = world(territory, [0, 1], dispatch=rules(aid_keep=keep, **AID))
    got = marked(day(scenario, [0.0, 10.0], 0, 110.0, priority=[1, priority]), 2)
    assert (got.unit[1], got.arrived_at[1]) == (unit, arrived)


def test_the_other_force_of_the_area_is_asked_before_the_neighbours() -> None:
    territory = street([0.0, 900.0, 50.0], area=[0, 0, 1], force=[0, 1, 0], forces=("a", "b"), neighbours=[(1,), (0,)])
    scenario = world(territory, [1, 2], dispatch=rules(command="parallel", aid_keep=0, **AID))
    assert marked(day(scenario, [0.0], 0, 5.0, priority=[1]), 1).unit.tolist() == [0]


def test_a_unit_that_becomes_free_serves_its_own_area_first_then_those_it_helps() -> None:
    territory = street([0.0, 50.0], area=[0, 1], neighbours=[(1,), (0,)])
    scenario = world(territory, [1], dispatch=rules(aid_keep=0, **AID))
    # The unit of area 1 is busy; then a task waits in area 0 (more urgent, earlier) and one in area 1.
    trace = day(scenario, [0.0, 10.0, 20.0], [1, 0, 1], 100.0, priority=[1, 1, 2])
    assert [task for _, _, task, _ in story(trace, "dispatched")] == [0, 2, 1]


def test_a_loser_in_another_area_keeps_its_place_there() -> None:
    # Unit 0 of area 1 helps area 0; it is taken back for a more urgent task of area 1.
    territory = street([0.0, 5000.0], area=[0, 1], neighbours=[(1,), (0,)])
    scenario = world(territory, [1], dispatch=rules(aid_keep=0, redirect="when_none_free", **AID))
    trace = day(scenario, [0.0, 100.0], [0, 1], 10.0, priority=[2, 1])
    assert [(kind, task) for _, kind, task in of_unit(trace, 0)[1:6]] == [
        ("dispatched", 0),
        ("diverted", 0),
        ("dispatched", 1),
        ("arrived", 1),
        ("cleared", 1),
    ]
    assert np.isfinite(marked(trace, 2).closed_at).all()


# --- shifts -------------------------------------------------------------------------------------------------------


def test_a_task_that_waits_is_taken_at_the_start_of_a_shift() -> None:
    trace = day(world(point_town(), [0], unit={"shifts": [[(500.0, 900.0)]]}), [10.0, 20.0], 0, 100.0)
    assert marked(trace, 2).dispatched_at.tolist() == [500.0, 600.0]


def test_a_busy_unit_finishes_its_task_before_it_goes_off_duty() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 150.0)]]})
    trace = day(scenario, [0.0, 10.0], 1, 300.0)
    assert of_unit(trace, 0) == [
        (0.0, "on_duty", -1),
        (0.0, "dispatched", 0),
        (100.0, "arrived", 0),
        (400.0, "cleared", 0),
        (400.0, "off_duty", -1),
    ]
    assert np.isnan(marked(trace, 2).dispatched_at[1])


def test_a_unit_goes_off_duty_on_its_way_home_and_begins_its_next_shift_at_its_base() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 150.0), (500.0, 900.0)]]})
    trace = day(scenario, [0.0, 500.0], 1, 20.0)
    assert (150.0, "off_duty", -1) in of_unit(trace, 0)
    assert marked(trace, 2).arrived_at.tolist() == [100.0, 600.0]


def test_a_unit_that_finished_late_begins_its_next_shift_at_its_base() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 50.0), (500.0, 900.0)]]})
    scenario = with_units(scenario, base_time=[7.0], parked_time=[1.0], moving_time=[0.0])
    trace = day(scenario, [0.0, 500.0], 1, 20.0)
    assert marked(trace, 2).arrived_at.tolist() == [107.0, 607.0]


def test_a_shift_that_follows_at_once_is_a_relief_in_place() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 110.0), (110.0, 900.0)]]})
    trace = day(scenario, [0.0], 1, 20.0)
    assert (110.0, "relieved", -1) in of_unit(trace, 0)
    assert len(story(trace, "off_duty")) == 1


def test_a_unit_whose_next_shift_starts_while_it_is_still_busy_goes_on() -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 110.0), (150.0, 900.0)]]})
    trace = day(scenario, [0.0, 1.0], 1, 200.0)
    assert (150.0, "relieved", -1) in of_unit(trace, 0)
    assert marked(trace, 2).dispatched_at.tolist() == [0.0, 300.0]


@pytest.mark.parametrize("taskable", ["at_scene", "at_base"])
def test_a_unit_that_may_not_be_sent_on_its_way_home_goes_off_duty_at_its_base(taskable: str) -> None:
    scenario = world(street([0.0, 1000.0]), [0], unit={"shifts": [[(0.0, 150.0)]]}, dispatch=rules(taskable=taskable))
    assert of_unit(day(scenario, [0.0], 1, 20.0), 0)[-2:] == [(220.0, "at_base", -1), (220.0, "off_duty", -1)]


def test_a_share_kept_in_reserve_shrinks_when_somebody_goes_off_duty() -> None:
    # Half of those on duty are kept: 4 on duty and 2 free is not enough; at 60 unit 1, long due, leaves: 2 > 1.5.
    shifts = [[(0.0, 900.0)], [(0.0, 50.0)], [(0.0, 900.0)], [(0.0, 900.0)]]
    half = rules(reserve=(0, 0, 0.5, 0), reserve_as="share")
    scenario = world(point_town(), [0] * 4, unit={"shifts": shifts}, dispatch=half)
    trace = day(scenario, [0.0, 1.0, 10.0], 0, [[500.0], [59.0], [5.0]], priority=[1, 1, 3])
    assert marked(trace, 3).dispatched_at[2] == 60.0


def test_a_shift_that_began_before_the_day_begins_with_it() -> None:
    trace = day(world(point_town(), [0], unit={"shifts": [[(-500.0, 900.0)]]}), [0.0], 0, 1.0)
    assert story(trace)[0] == (0.0, "on_duty", -1, 0)


# --- patrol loops -------------------------------------------------------------------------------------------------


def square() -> tuple[Territory, Loops]:
    """Four corners of a square of 1000 m with a base in the middle; a loop of 100 s a side and 50 s a stop."""
    territory = make_territory(make_sites([0.0, 1000.0, 1000.0, 0.0, 500.0], [0.0, 0.0, 1000.0, 1000.0, 500.0]))
    legs, stops = [np.full(4, 100.0)], [np.full(4, 50.0)]
    return territory, build_loops([np.arange(4)], territory.sites.x, territory.sites.y, legs, stops)


def patrol(**options: object) -> Scenario:
    territory, loops = square()
    return world(territory, [4], loops=loops, unit={"loop": 0, "loop_phase": 25.0}, **options)  # type: ignore[arg-type]


def test_a_patrol_is_sent_from_where_its_loop_has_taken_it() -> None:
    # Phase 25 at 0, so at 75 it has left the first corner 50 s ago: it is at (500, 0), 500 m from the second corner.
    trace = day(patrol(), [75.0], 1, 30.0)
    legs = trace.legs()
    assert (legs["x0"][0], legs["y0"][0]) == pytest.approx((500.0, 0.0))
    assert marked(trace, 1).arrived_at[0] == pytest.approx(125.0)
    assert [kind for _, kind, _ in of_unit(trace, 0)] == [
        "on_duty", "loop_started", "loop_suspended", "dispatched", "arrived", "cleared", "loop_started",
    ]  # fmt: skip


def test_a_patrol_resumes_at_the_nearest_stop_and_its_start_is_set_so() -> None:
    trace = day(patrol(), [75.0], 4, 30.0)  # from (500, 0) to the middle: 50 s, cleared at 155; all corners equally near
    corner = 500.0 * 2**0.5 / 10.0
    assert values(trace, "loop_started") == pytest.approx([-25.0, 155.0 + corner])  # first stop: arrives there at ref
    trace = day(patrol(), [75.0], 2, 30.0)
    assert values(trace, "loop_started")[1] == pytest.approx(trace.legs()["arrive_at"][1] - 300.0)


def test_the_fleet_and_the_loops_agree_on_every_position() -> None:
    scenario = patrol()
    simulation = Simulation(scenario, _no_tape(scenario))
    rng = np.random.default_rng(1)
    for t in np.sort(rng.uniform(0, 5000, 300)):
        simulation.advance(float(t))
        area = simulation.world.areas[0]
        x, y = area.fleet.positions(float(t))
        expected = scenario.loops.positions(np.array([0]), np.array([-25.0]), float(t))
        assert (x[0], y[0]) == pytest.approx((expected[0][0], expected[1][0]), abs=1e-6)
        assert area.fleet.locate(simulation.world.units[0], float(t)) == pytest.approx((x[0], y[0]), abs=1e-6)


def _no_tape(scenario: Scenario):  # type: ignore[no-untyped-def]
    from sim.arrays import make_tape

    return make_tape(scenario.territory, [1e9], [0], np.array([[1.0]]))


def test_a_patrol_under_a_matrix_is_sent_from_the_node_nearest_to_its_loop() -> None:
    sites = make_sites([0.0, 1000.0, 2000.0], [0.0, 0.0, 0.0])
    table = [[0.0, 10.0, 20.0], [30.0, 0.0, 40.0], [50.0, 60.0, 0.0]]
    territory = make_territory(sites, matrix=table)
    loops = build_loops([np.array([0, 2])], sites.x, sites.y, [np.array([100.0, 100.0])], [np.array([0.0, 0.0])])
    scenario = world(territory, [0], loops=loops, unit={"loop": 0})
    for at, drive in ((0.0, 20.0), (60.0, 40.0), (90.0, 0.0), (110.0, 0.0), (140.0, 40.0), (190.0, 20.0)):
        got = marked(day(scenario, [at], 2, 1.0), 1)
        assert got.arrived_at[0] - at == pytest.approx(drive), at


def test_a_patrol_stops_at_the_end_of_its_shift_and_starts_its_loop_again_with_the_next() -> None:
    territory, loops = square()
    unit = {"loop": 0, "loop_phase": 25.0, "shifts": [[(0.0, 100.0), (1000.0, 2000.0)]]}
    trace = day(world(territory, [4], loops=loops, unit=unit), [1075.0], 1, 5.0)
    assert values(trace, "loop_started")[:2] == [-25.0, 975.0]
    assert [kind for _, kind, _ in of_unit(trace, 0)][:5] == ["on_duty", "loop_started", "loop_suspended", "off_duty", "on_duty"]
    assert marked(trace, 1).arrived_at[0] == pytest.approx(1125.0)


def test_a_patrol_on_its_way_back_to_the_loop_can_be_sent() -> None:
    trace = day(patrol(), [75.0, 160.0], [4, 4], [[30.0], [1.0]])
    assert marked(trace, 2).arrived_at[1] == pytest.approx(165.0)  # it had driven 5 s


def test_no_record_is_written_for_a_visit() -> None:
    scenario = patrol()
    assert len(story(Simulation(scenario, _no_tape(scenario)).advance(1e6))) == 2
    assert len(moments(Simulation(scenario, _no_tape(scenario)).advance(1e6), "loop_started")[0]) == 1


def test_a_post_without_an_end_is_never_left() -> None:
    territory = street([0.0, 5.0])
    scenario = world(territory, [0, 1], unit={"mobile": [True, False]})
    trace = day(scenario, [1.0], 0, 5.0)
    assert not story(trace, "off_duty")
    assert np.isfinite(trace.columns()["time"]).all()
