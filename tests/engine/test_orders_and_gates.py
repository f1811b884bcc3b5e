"""The desk, orders and injects, checkpoints, rallies and fixed teams."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.demand.classes import IncidentClass
from sim.demand.tape import THINNINGS, Inject, Rally, Vehicles
from sim.errors import InputError
from sim.processes.room import Desk
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.response import RallySettings, RoomSettings
from sim.trace import Trace
from tests.worlds import calls, day, marked, needs, of_task, of_unit, play, point_town, rules, story, street, values, world

# --- the desk -----------------------------------------------------------------------------------------------------


def test_calls_are_taken_first_in_first_out_and_some_hang_up() -> None:
    desk = Desk(1)
    outcomes = [desk.take(at, 100.0, 60.0) for at in (0.0, 30.0, 50.0, 100.0)]
    assert [(a.outcome, a.at, a.waited) for a in outcomes] == [
        ("processed", 100.0, 0.0),
        ("abandoned", 90.0, 60.0),
        ("processed", 200.0, 50.0),
        ("abandoned", 160.0, 60.0),
    ]


def test_a_caller_who_hangs_up_frees_a_line_and_a_full_desk_refuses() -> None:
    desk = Desk(1, lines=2)
    outcomes = [desk.take(at, 100.0, 60.0).outcome for at in (0.0, 10.0, 69.0, 70.0)]
    assert outcomes == ["processed", "abandoned", "refused", "processed"]


def desk_day(
    at: list[float], talk: float, patience: float = inf, orders: tuple[Inject, ...] = (), operators: int = 1, **options: object
) -> Trace:
    """A day of calls alone: an operator settles each of them."""
    scenario = world(point_town(), [0], classes=[IncidentClass("question", 4, ())], operators=[operators], **options)  # type: ignore[arg-type]
    marks = calls(len(at), talk_time=np.full(len(at), talk), caller_patience=np.full(len(at), patience))
    tape = make_tape(scenario.territory, at, np.zeros(len(at), int), np.ones(len(at)), **marks)
    return play(scenario, replace(tape, injects=orders))


def test_a_call_costs_the_time_an_operator_needs_and_waits_for_one() -> None:
    trace = desk_day([0.0, 30.0, 120.0], 50.0)
    assert story(trace, "processed") == [(50.0, "processed", 0, -1), (100.0, "processed", 1, -1), (170.0, "processed", 2, -1)]
    assert values(trace, "processed") == [0.0, 20.0, 0.0]


def test_callers_who_hang_up_and_calls_refused_lapse() -> None:
    trace = desk_day([0.0, 1.0, 2.0], 50.0, patience=30.0, room=RoomSettings(lines=2.0))
    assert of_task(trace, 1)[-1] == (31.0, "call_abandoned", -1)
    assert of_task(trace, 2)[-1] == (2.0, "call_refused", -1)


def test_without_triage_all_are_alike_and_without_patience_nobody_hangs_up() -> None:
    scenario = world(point_town(), [0], room=RoomSettings(lines=0.0, triage=False))
    got = marked(day(scenario, [0.0, 1.0, 2.0], 0, 10.0, priority=[3, 4, 1]), 3)
    assert got.dispatched_at.tolist() == [0.0, 10.0, 20.0]
    trace = desk_day([0.0, 1.0], 50.0, patience=5.0, room=RoomSettings(lines=0.0, patience=False))
    assert len(story(trace, "processed")) == 2


def test_more_operators_serve_those_who_already_wait_first() -> None:
    more = (Inject(10.0, "desk_operators", 0, 2.0),)
    trace = desk_day([0.0, 1.0, 2.0, 11.0], 100.0, orders=more)
    assert [(time, task) for time, _, task, _ in story(trace, "processed")] == [(100.0, 0), (110.0, 1), (200.0, 2), (210.0, 3)]
    assert values(trace, "processed") == [0.0, 9.0, 98.0, 99.0]


def test_operators_who_leave_finish_their_call() -> None:
    fewer = (Inject(10.0, "desk_operators", 0, 1.0),)
    trace = desk_day([0.0, 5.0, 6.0, 7.0], 100.0, orders=fewer, operators=2)
    # At 100 the first leaves; the second goes on at 105.
    assert [(time, task) for time, _, task, _ in story(trace, "processed")] == [(100.0, 0), (105.0, 1), (205.0, 2), (305.0, 3)]


def test_calls_wait_while_nobody_is_at_the_desk() -> None:
    orders = (Inject(0.0, "desk_operators", 0, 0.0), Inject(500.0, "desk_operators", 0, 1.0))
    trace = desk_day([10.0, 20.0], 30.0, orders=orders)
    assert [time for time, *_ in story(trace, "processed")] == [530.0, 560.0]
    trace = desk_day([10.0, 20.0], 30.0, patience=60.0, orders=orders)
    assert [time for time, *_ in story(trace, "call_abandoned")] == [70.0, 80.0]


# --- orders -------------------------------------------------------------------------------------------------------


def with_orders(scenario: Scenario, orders: list[Inject], *columns: object, **marks: object) -> Trace:
    at, site, scene = columns
    sites = np.broadcast_to(np.asarray(site), np.shape(at))
    tape = make_tape(scenario.territory, at, sites, np.broadcast_to(scene, np.shape(at)), **marks)  # type: ignore[arg-type]
    return play(scenario, replace(tape, injects=tuple(orders)))


def test_a_unit_out_of_service_under_way_leaves_its_task_to_another() -> None:
    scenario = world(street([0.0, 1000.0]), [0, 0])
    trace = with_orders(scenario, [Inject(50.0, "unit_out_of_service", 0)], [0.0], 1, 10.0)
    assert of_unit(trace, 0)[1:] == [(0.0, "dispatched", 0), (50.0, "diverted", 0), (50.0, "off_duty", -1)]
    assert of_unit(trace, 1)[1] == (50.0, "dispatched", 0)


def test_a_unit_out_of_service_on_scene_finishes_and_its_shift_ends_once() -> None:
    scenario = world(point_town(), [0], unit={"shifts": [[(0.0, 500.0)]]})
    trace = with_orders(scenario, [Inject(50.0, "unit_out_of_service", 0)], [0.0, 1.0], 0, 100.0)
    assert story(trace, "off_duty") == [(100.0, "off_duty", -1, 0)]


def test_a_unit_back_in_service_starts_at_its_base_and_takes_what_waits() -> None:
    scenario = world(street([0.0, 1000.0]), [0])
    orders = [Inject(50.0, "unit_out_of_service", 0), Inject(300.0, "unit_back_in_service", 0)]
    trace = with_orders(scenario, orders, [0.0], 1, 10.0)
    assert marked(trace, 1).arrived_at.tolist() == [400.0]


def test_an_order_comes_before_anything_else_of_its_instant() -> None:
    scenario = world(point_town(), [0, 0], unit={"shifts": [[(0.0, 900.0)], [(0.0, 900.0)]]})
    trace = with_orders(scenario, [Inject(10.0, "unit_out_of_service", 0)], [10.0], 0, 5.0)
    assert marked(trace, 1).unit.tolist() == [1]
    scenario = world(point_town(), [0], unit={"shifts": [[(0.0, 100.0), (500.0, 900.0)]]})
    orders = [Inject(1.0, "unit_back_in_service", 0), Inject(500.0, "unit_back_in_service", 0)]
    kinds = [line[:2] for line in story(with_orders(scenario, orders, [1000.0], 0, 5.0))]
    assert kinds[kinds.index((500.0, "decision")) :][:3] == [(500.0, "decision"), (500.0, "on_duty"), (500.0, "relieved")]


def test_assign_sends_a_free_unit_to_a_waiting_task_only() -> None:
    scenario = world(point_town(), [0, 0], dispatch=rules(reserve=(0, 0, 0, 1)))
    marks = {"priority": [4, 4], "report_time": [0.0, 0.0]}
    trace = with_orders(scenario, [Inject(20.0, "assign", 1, 1.0)], [0.0, 10.0], 0, 100.0, **marks)
    assert marked(trace, 2).dispatched_at.tolist() == [0.0, 20.0]
    # A task that nobody has reported yet cannot be assigned, and its story goes on.
    marks = {"report_time": [50.0]}
    trace = with_orders(scenario, [Inject(20.0, "assign", 0, 0.0)], [0.0], 0, 100.0, **marks)
    assert of_task(trace, 0)[:4] == [
        (0.0, "occurred", -1),
        (50.0, "reported", -1),
        (50.0, "processed", -1),
        (50.0, "dispatched", 0),
    ]


def test_recall_calls_a_unit_back_and_its_task_waits_again() -> None:
    scenario = world(street([0.0, 1000.0, 980.0]), [0, 2])
    # Unit 1 is nearer but busy at 50; after the recall of unit 0 the free unit nearest to the task goes.
    trace = with_orders(scenario, [Inject(60.0, "recall", 0)], [0.0, 5.0], 1, [48.0, 10.0])
    assert [(time, unit) for time, _, task, unit in story(trace, "dispatched") if task == 1] == [(5.0, 0), (60.0, 1)]
    assert of_unit(trace, 0)[-1][1] == "returning"


def test_unknown_orders_targets_and_orders_for_the_past_are_refused() -> None:
    scenario = world(point_town(), [0])
    tape = make_tape(scenario.territory, [0.0], [0], np.array([[1.0]]))
    with pytest.raises(InputError, match="did you mean 'recall'"):
        Simulation(scenario, replace(tape, injects=(Inject(5.0, "recal"),)))
    simulation = Simulation(scenario, tape)
    simulation.advance(100.0)
    with pytest.raises(InputError, match="before the present"):
        simulation.advance(200.0, [Inject(50.0, "recall", 0)])
    for bad in (Inject(150.0, "recall", 77), Inject(150.0, "desk_operators", 9, 1.0), Inject(150.0, "checkpoint_closed", 9)):
        with pytest.raises(InputError, match=r"\b(9|77)\b"):
            Simulation(scenario, tape).advance(200.0, [bad])
    for bad in (Inject(150.0, "desk_operators", 0, -1.0), Inject(float("nan"), "recall", 0)):
        with pytest.raises(InputError):
            Simulation(scenario, tape).advance(200.0, [bad])


# --- checkpoints --------------------------------------------------------------------------------------------------


def vehicles(at: list[float], inspect: list[float], detect: list[float], incident: list[int]) -> Vehicles:
    ids = np.arange(len(at))
    return Vehicles(ids, np.array(at), np.ones(len(at), int), np.array(inspect), np.array(detect), np.array(incident))


def checkpoint_day(seen: Vehicles, orders: tuple[Inject, ...] = (), **settings: object) -> Trace:
    """A crew of two at site 1 from 0 to 1000; incidents 0 … 3 at 5000 s hang on vehicles."""
    territory = street([0.0, 100.0], kind=["base", "checkpoint"])
    unit = {
        "kind": ["patrol_car", "checkpoint_crew"],
        "mobile": [True, False],
        "heads": [2, 2],
        "shifts": [[(0.0, 9000.0)], [(0.0, 1000.0)]],
    }
    scenario = replace(world(territory, [0, 1], unit=unit), checkpoints=CheckpointSettings(**settings))  # type: ignore[arg-type]
    tape = make_tape(territory, [5000.0] * 4, [0] * 4, np.ones((4, 1)))
    return play(scenario, replace(tape, vehicles=seen, injects=orders))


def test_a_checkpoint_holds_what_it_inspects_and_detects_and_that_cancels_the_incident() -> None:
    seen = vehicles([10.0, 20.0, 30.0, 40.0], [0.004, 0.004, 0.05, 0.9], [0.89, 0.91, 0.49, 0.11], [0, 1, 2, 3])
    trace = checkpoint_day(seen)
    kinds = [kind for _, kind, *_ in story(trace, "vehicle_held", "vehicle_passed")]
    assert kinds == ["vehicle_held", "vehicle_passed", "vehicle_held", "vehicle_passed"]
    assert [task for _, _, task, _ in story(trace, "prevented")] == [0, 2]


def test_a_checkpoint_without_crew_or_closed_holds_nothing() -> None:
    seen = vehicles([10.0, 60.0, 500.0, 1500.0], [0.0] * 4, [0.0] * 4, [0, 1, 2, 3])
    orders = (Inject(50.0, "checkpoint_closed", 1), Inject(400.0, "checkpoint_opened", 1))
    kinds = [kind for _, kind, *_ in story(checkpoint_day(seen, orders), "vehicle_held", "vehicle_passed")]
    assert kinds == ["vehicle_held", "vehicle_passed", "vehicle_held", "vehicle_passed"]


def test_a_state_above_the_bound_of_a_hand_written_tape_is_an_error() -> None:
    with pytest.raises(InputError, match="its bound on the tape is 1"):
        rally_day([21_000.0], [0.5], ring=0, bound=2.0, drawn_at=1.0)


def test_technology_detects_more_at_a_document_check() -> None:
    seen = vehicles([10.0], [0.05], [0.6], [0])
    kinds = [story(checkpoint_day(seen, technology=level), "vehicle_held", "vehicle_passed")[0][1] for level in (0, 1)]
    assert kinds == ["vehicle_passed", "vehicle_held"]


# --- rallies and what the state prevents --------------------------------------------------------------------------


def rally_day(
    at: list[float], u: list[float], ring: int, effect: float = 1.0, bound: float = 2.0, drawn_at: float = 2.0
) -> Trace:
    territory = street([0.0, 100.0])
    unit = {"kind": ["patrol_car", "rally_ring"], "mobile": [True, False], "heads": [2, max(ring, 1)]}
    unit["shifts"] = [[(0.0, 9e5)], [(0.0, 9e5)] if ring else []]
    settings = RallySettings(
        people_per_officer=100.0, ring_effect=effect, hazard_bound=bound, doors_time=5400.0, exit_time=2700.0
    )
    scenario = replace(world(territory, [0, 1], unit=unit), rallies=settings)
    count = len(at)
    marks = {"candidate": u, "bound": [drawn_at] * count, "thinning": [THINNINGS["rally"]] * count, "parent": [7] * count}
    tape = make_tape(territory, at, [1] * count, np.ones((count, 1)), **marks)
    return play(scenario, replace(tape, rallies=(Rally(7, 1, 20_000.0, 27_000.0, 1000),)))


def test_disorder_happens_in_proportion_to_the_crowd() -> None:
    # Ring complete: factor = share present: 0 before the doors, 1 during the rally, one half when half have left.
    at = [10_000.0, 21_000.0, 21_000.0, 28_350.0, 28_350.0, 40_000.0]
    trace = rally_day(at, [1e-9, 0.5, 0.5001, 0.25, 0.2501, 1e-9], ring=10)
    assert [task for _, _, task, _ in story(trace, "prevented")] == [0, 2, 4, 5]
    assert values(trace, "prevented") == pytest.approx([0.0, 1.0, 0.5, 0.0])


def test_disorder_is_more_likely_where_the_ring_is_short() -> None:
    for ring, factor in ((10, 1.0), (5, 1.5), (0, 2.0)):
        trace = rally_day([21_000.0, 21_000.0], [factor / 2, factor / 2 + 1e-6], ring)
        assert [task for _, _, task, _ in story(trace, "prevented")] == [1], ring


def test_the_phases_of_a_rally_are_records() -> None:
    trace = rally_day([1.0], [1e-9], ring=10)
    kinds = ("doors_opened", "rally_started", "rally_ended", "venue_cleared")
    assert [line[:2] for line in story(trace, *kinds)] == list(zip((14_600.0, 20_000.0, 27_000.0, 29_700.0), kinds))


# --- fixed teams --------------------------------------------------------------------------------------------------


def test_a_fixed_team_settles_on_the_spot_only_while_it_is_there() -> None:
    territory = street([0.0, 100.0], kind=["base", "centre"], offices=[0, 1])
    unit = {"kind": ["patrol_car", "fixed_team"], "mobile": [True, False], "heads": [2, 9]}
    unit["shifts"] = [[(0.0, 9e5)], [(100.0, 200.0), (200.0, 300.0)]]
    scenario = world(territory, [0, 1], unit=unit, classes=[IncidentClass("dispute", 3, on_spot=0.6)])
    trace = day(scenario, [50.0, 150.0, 150.0, 250.0, 300.0], 1, 30.0, on_spot=[0.1, 0.59, 0.61, 0.1, 0.1])
    assert [task for _, _, task, _ in story(trace, "handled")] == [1, 3]
    assert of_task(trace, 1)[-2:] == [(150.0, "handled", -1), (180.0, "closed", -1)]
    assert sorted({task for _, _, task, _ in story(trace, "dispatched")}) == [0, 2, 4]


def test_a_missing_mark_means_never_settled_on_the_spot_never_prevented_never_escalated_and_endless_patience() -> None:
    territory = street([0.0, 100.0], offices=[0, 1])
    unit = {"mobile": [True, False], "heads": [2, 9], "kind": ["patrol_car", "fixed_team"]}
    scenario = world(territory, [0, 1], unit=unit, classes=[IncidentClass("dispute", 3, on_spot=1.0)])
    trace = day(scenario, [0.0, 1.0], 1, 1e6)
    assert [kind for _, kind, _ in of_task(trace, 1)][-1] == "closed"
    assert story(trace, "handled", "prevented", "escalated", "lapsed") == []


def test_what_is_open_at_the_end_is_left_open() -> None:
    territory = point_town()
    scenario = world(territory, [0], calendar=make_calendar(territory, end=100.0), classes=[needs(1)])
    trace = day(scenario, [0.0, 10.0, 100.0, 100.5], 0, 100.0)
    assert story(trace, "closed") == [(100.0, "closed", 0, -1)]  # the end is included
    assert marked(trace, 3).dispatched_at[1] == 100.0
    assert (trace.columns()["time"] <= 100.0).all()
    assert [task for _, _, task, _ in story(trace, "occurred")] == [0, 1, 2]


def test_a_task_whose_unit_is_recalled_is_offered_to_the_others_first() -> None:
    scenario = world(street([0.0, 1000.0, 200.0]), [0, 2], dispatch=rules(taskable="while_returning"))
    # Unit 1 is nearer but off on another task until 20; at 30 unit 0 (700 m away) is nearer than unit 1 and still gives way.
    trace = with_orders(scenario, [Inject(30.0, "recall", 0)], [0.0, 0.0], [2, 1], [20.0, 10.0])
    assert [(time, unit) for time, _, task, unit in story(trace, "dispatched") if task == 1] == [(0.0, 0), (30.0, 1)]


@pytest.mark.parametrize(("called_back_at", "lapsed"), [(50.0, [100.0]), (150.0, [])])
def test_a_task_whose_unit_is_called_back_lapses_when_its_patience_runs_out_if_that_is_still_to_come(
    called_back_at: float, lapsed: list[float]
) -> None:
    """The unit is under way for 1000 s; out of service, it is not sent again."""
    scenario = world(street([0.0, 10_000.0]), [0])
    order = Inject(called_back_at, "unit_out_of_service", 0)
    tape = make_tape(scenario.territory, [0.0], [1], 60.0, patience=100.0)
    trace = play(scenario, replace(tape, injects=(order,)))
    assert [time for time, *_ in story(trace, "diverted")] == [called_back_at]
    assert [time for time, *_ in story(trace, "lapsed")] == lapsed
