"""Injects: each effect moves what it says it moves, on tiny worlds and against the same day without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.demand import injects
from sim.demand.brought import with_brought
from sim.demand.classes import IncidentClass
from sim.demand.merge import merge_tapes
from sim.demand.signals import Rumours, no_rows
from sim.demand.tape import CHANNELS, THINNINGS, Inject, Tape
from sim.errors import InputError
from sim.measures.invariants import check_invariants
from sim.processes import orders
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.streams import Streams
from sim.trace import Trace
from tests.worlds import calls, marked, moments, of_unit, play, rules, story, street, values, world

HOUR = 3600.0
WAITS = THINNINGS["inject"]


def long_street(**parts: Any) -> Scenario:
    """Two units at the end of a street of 2 km, at 10 m/s."""
    territory = street([0.0, 1000.0, 2000.0])
    return world(territory, [0, 0], calendar=make_calendar(territory, end=4 * HOUR), **parts)


def tape_of(scenario: Scenario, at: list[float], site: Any, scene: float = 10.0, **marks: Any) -> Tape:
    sites = np.broadcast_to(np.asarray(site, dtype=np.int64), np.shape(at))
    return make_tape(scenario.territory, at, sites, np.full(len(at), scene), **marks)


def with_injects(scenario: Scenario, tape: Tape, *given: Inject) -> Trace:
    """The day with some injects; every identity must hold on it."""
    full = replace(tape, injects=injects.in_order(given))
    trace = play(scenario, full)
    check_invariants(scenario, full, trace)
    return trace


def test_every_effect_of_the_list_is_carried_out_by_something() -> None:
    assert list(orders.ORDERS) == list(injects.EFFECTS)
    assert set(injects.BRINGS) <= set(injects.EFFECTS)


def test_what_an_inject_leaves_out_is_not_part_of_the_digest_of_a_tape() -> None:
    assert repr(Inject(1.0, "recall", 3)) == "Inject(at=1.0, effect='recall', target=3, value=0.0)"
    assert repr(Inject(1.0, "recall", 3, lasts=5.0)).endswith("value=0.0, lasts=5.0)")


# --- incidents that an inject brings --------------------------------------------------------------------------------------


def waiting(scenario: Scenario, at: list[float], injects_of: list[int], **marks: Any) -> Tape:
    """Incidents at the middle of the street that wait for injects."""
    return tape_of(scenario, at, 1, thinning=np.full(len(at), WAITS), parent=np.array(injects_of), **marks)


def test_an_incident_occurs_with_the_inject_that_brings_it_and_never_without() -> None:
    scenario = long_street()
    tape = waiting(scenario, [500.0, 500.0], [1, 2])
    trace = with_injects(
        scenario, tape, Inject(400.0, "spawn_incident", id=1), Inject(300.0, "spawn_incident", id=2, when="free_units > 5")
    )
    assert [(time, task) for time, _, task, _ in story(trace, "occurred")] == [(500.0, 0)]


def test_an_incident_comes_as_much_later_as_its_inject_had_to_wait() -> None:
    scenario = long_street()
    first = tape_of(scenario, [1000.0, 1000.0], 2, scene=600.0)
    later = waiting(scenario, [130.0], [7], id=[50])
    tape = merge_tapes(first, later)
    trace = with_injects(scenario, tape, Inject(100.0, "spawn_incident", id=7, when="free_units < 1"))
    # Both units are sent at 1000 s; the condition is looked at every minute from 100 s on, so at 1000 s too, but before tasks.
    assert moments(trace, "decision")[1].tolist() == [1060.0]
    assert [time for time, _, task, _ in story(trace, "occurred") if task == 50] == [1090.0]


def test_patience_and_fixed_ends_move_with_an_incident_that_waits() -> None:
    scenario = long_street()
    busy = tape_of(scenario, [0.0, 0.0], 2, scene=2 * HOUR)
    tape = merge_tapes(busy, waiting(scenario, [60.0], [7], id=[50], patience=np.array([300.0])))
    given = Inject(60.0, "spawn_incident", id=7, when="carried_out 8"), Inject(600.0, "redirect", id=8)
    trace = with_injects(scenario, tape, *given)
    assert [time for time, _, task, _ in story(trace, "lapsed") if task == 50] == [660.0 + 300.0]


def test_injects_follow_one_another() -> None:
    scenario = long_street()
    tape = waiting(scenario, [100.0, 200.0, 300.0], [1, 2, 3], scene=50.0)
    trace = with_injects(
        scenario,
        tape,
        Inject(100.0, "spawn_incident", id=1),
        Inject(160.0, "spawn_incident", id=2, when="attended 1"),
        Inject(160.0, "spawn_incident", id=3, when="over 2"),
    )
    # 1 occurs at 100, is attended from 200 on: 220 is the first look after that, and 2 was planned 40 s after its inject.
    occurred = dict(zip(*(column.tolist() for column in moments(trace, "occurred")), strict=True))
    assert occurred[0] == 100.0
    assert occurred[1] == 260.0
    closed = dict(zip(*(column.tolist() for column in moments(trace, "closed")), strict=True))
    look = 160.0 + 60.0 * np.ceil((closed[1] - 160.0) / 60.0)
    assert occurred[2] == look + 140.0


def test_a_day_that_is_told_in_parts_brings_what_one_on_one_clock_brings() -> None:
    territory = street([0.0, 1000.0, 50_000.0, 51_000.0], area=[0, 0, 1, 1], areas=("West", "East"))
    calendar = make_calendar(territory, end=4 * HOUR)
    apart = world(territory, [0, 2], calendar=calendar)
    together = world(territory, [0, 2], calendar=calendar, dispatch=rules(aid="when_none_free", aid_priority=1))
    tape = tape_of(
        apart, [100.0, 100.0, 400.0, 500.0], [1, 3, 1, 3], id=[1, 2, 3, 4], priority=[2, 2, 2, 2],
        thinning=[0, 0, WAITS, WAITS], parent=[-1, -1, 9, 9],
    )  # fmt: skip
    order = Inject(60.0, "spawn_incident", id=9, when="free_units in East < 1")
    parted, whole = (with_injects(scenario, tape, order) for scenario in (apart, together))
    assert Simulation(apart, tape_of(apart, [], [])).world.clock.parts == 2
    assert sorted(story(parted)) == sorted(story(whole))
    assert len(story(parted, "arrived")) == 4


# --- surges and rumours ---------------------------------------------------------------------------------------------------


def calls_and_incidents(scenario: Scenario, count: int = 60) -> Tape:
    at = np.linspace(60.0, 3 * HOUR, count).tolist()
    return tape_of(scenario, at, 1, scene=30.0, **calls(count, talk_time=np.full(count, 20.0)))


def test_a_surge_brings_so_many_times_the_demand_of_its_hours_and_leaves_all_else_as_it_is() -> None:
    scenario = long_street(operators=[2])
    plain = calls_and_incidents(scenario)
    order = Inject(HOUR, "demand_surge", value=3.0, id=4, lasts=HOUR)
    full = with_brought(replace(plain, injects=(order,)), scenario.territory, scenario.classes)
    inside = (full.incidents.at >= HOUR) & (full.incidents.at < 2 * HOUR)
    before = (plain.incidents.at >= HOUR) & (plain.incidents.at < 2 * HOUR)
    assert inside.sum() == 3 * before.sum()
    assert (~inside).sum() == (~before).sum()
    assert with_brought(full, scenario.territory, scenario.classes).digest() == full.digest()
    quiet, busy = play(scenario, plain), with_injects(scenario, full, order)
    assert len(story(busy, "reported")) == len(story(quiet, "reported")) + 2 * before.sum()
    waits = [np.mean(values(trace, "processed")) for trace in (quiet, busy)]
    assert waits[1] > waits[0]


def test_another_stream_gives_another_surge_and_the_same_one_the_same() -> None:
    scenario = long_street()
    tape = replace(calls_and_incidents(scenario), injects=(Inject(0.0, "demand_surge", value=2.0, id=4, lasts=HOUR),))
    made = [with_brought(tape, scenario.territory, scenario.classes, Streams(1, day)).digest() for day in (0, 0, 1)]
    assert made[0] == made[1] != made[2]


def test_a_surge_where_nothing_comes_is_refused() -> None:
    scenario = long_street()
    tape = replace(calls_and_incidents(scenario), injects=(Inject(3.5 * HOUR, "demand_surge", value=2.0, id=4, lasts=600.0),))
    with pytest.raises(InputError, match="demand_surge, inject 4: nothing comes there in these hours"):
        with_brought(tape, scenario.territory, scenario.classes)


def town_with_rumours(**parts: Any) -> Scenario:
    classes = [IncidentClass("incident", 1), IncidentClass("rumour_call", 4, ()), IncidentClass("rumour_crowd", 2)]
    return long_street(classes=classes, **parts)


def test_a_rumour_brings_calls_and_a_crowd_and_a_larger_one_more_of_them() -> None:
    scenario = town_with_rumours()
    plain = tape_of(scenario, [60.0], 1)
    days = []
    for people in (40.0, 400.0):
        order = Inject(600.0, "rumour", 1, people, id=3, lasts=3 * HOUR)
        full = with_brought(replace(plain, injects=(order,)), scenario.territory, scenario.classes)
        days.append(with_injects(scenario, full, order))
    reported = [len(story(trace, "reported")) for trace in (play(scenario, plain), *days)]
    assert reported[0] < reported[1] < reported[2]
    crowds = [sum(task > injects.FIRST_ID for _, _, task, _ in story(trace, "dispatched")) for trace in days]
    assert crowds == [0, 1]
    assert all(story(trace, "rumour_started")[0][0] == 600.0 for trace in days)


# --- the state of the day -------------------------------------------------------------------------------------------------


def test_slowed_roads_make_every_drive_there_longer_until_they_are_free_again() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [0.0, 2000.0], 2)
    trace = with_injects(scenario, tape, Inject(0.0, "road_slowed", 2, 3.0, lasts=1000.0))
    got = marked(trace, 2)
    assert (got.arrived_at - got.dispatched_at).tolist() == [600.0, 200.0]
    assert values(trace, "effect_ended") == [0.0]


def test_slowed_roads_reach_so_many_metres_and_no_other_area() -> None:
    territory = street([0.0, 1000.0, 2000.0, 50_000.0], area=[0, 0, 0, 1])
    scenario = world(territory, [0, 0, 3], calendar=make_calendar(territory, end=4 * HOUR))
    tape = tape_of(scenario, [0.0, 0.0, 0.0], [1, 2, 3])
    near = marked(with_injects(scenario, tape, Inject(0.0, "road_slowed", 2, 2.0, within=500.0)), 3)
    area = marked(with_injects(scenario, tape, Inject(0.0, "road_slowed", 2, 2.0)), 3)
    assert (near.arrived_at - near.dispatched_at).tolist() == [100.0, 400.0, 0.0]
    assert (area.arrived_at - area.dispatched_at).tolist() == [200.0, 400.0, 0.0]


def test_several_slow_roads_multiply_and_end_one_by_one() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [10.0, 1500.0, 3000.0], 1)
    slow = (Inject(0.0, "road_slowed", 1, 2.0, lasts=2000.0), Inject(0.0, "road_slowed", 1, 3.0, lasts=1000.0))
    got = marked(with_injects(scenario, tape, *slow), 3)
    assert (got.arrived_at - got.dispatched_at).tolist() == [600.0, 200.0, 100.0]


def test_without_radio_units_are_told_later_and_never_diverted() -> None:
    scenario = world(
        street([0.0, 1000.0, 2000.0]), [0], dispatch=rules(redirect="when_none_free"),
        calendar=make_calendar(street([0.0, 1000.0, 2000.0]), end=4 * HOUR),
    )  # fmt: skip
    tape = tape_of(scenario, [0.0, 50.0], [2, 1], priority=[3, 1])
    plain = play(scenario, tape)
    silent = with_injects(scenario, tape, Inject(0.0, "communications_outage", 0, 120.0, lasts=HOUR))
    assert len(story(plain, "diverted")) == 1
    assert not story(silent, "diverted")
    assert values(silent, "dispatched") == [120.0, 120.0]
    assert values(plain, "dispatched") == [0.0] * 3


def test_without_radio_officers_report_by_phone_and_the_radio_comes_back() -> None:
    scenario = long_street(operators=[1])
    talk = {"channel": np.full(4, CHANNELS.index("radio")), "talk_time": np.full(4, 100.0)}
    tape = merge_tapes(
        tape_of(scenario, [0.0, 0.0, 2000.0, 2000.0], 1, **talk),
        tape_of(scenario, [0.0, 2000.0], 1, id=[10, 11], **calls(2, talk_time=np.full(2, 100.0))),
    )
    trace = with_injects(scenario, tape, Inject(0.0, "communications_outage", 0, 0.0, lasts=1000.0))
    assert sorted(values(trace, "processed")) == [0.0, 0.0, 0.0, 100.0, 100.0, 200.0]


def test_two_outages_at_once_add_up_and_end_one_by_one() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [10.0, 1500.0, 3000.0], 1)
    silent = [Inject(0.0, "communications_outage", 0, delay, lasts=lasts) for delay, lasts in ((60.0, 2000.0), (30.0, 1000.0))]
    assert values(with_injects(scenario, tape, *silent), "dispatched") == [90.0, 60.0, 0.0]


def test_what_lasts_is_taken_back() -> None:
    scenario = long_street(operators=[2])
    tape = calls_and_incidents(scenario, 20)
    trace = with_injects(
        scenario,
        tape,
        Inject(100.0, "unit_out_of_service", 0, lasts=1000.0),
        Inject(200.0, "desk_operators", 0, 0.0, lasts=500.0),
        Inject(300.0, "checkpoint_closed", 1, lasts=400.0),
        Inject(400.0, "alert_level", 0, 2.0, lasts=600.0),
    )
    duty = [(time, kind) for time, kind, _ in of_unit(trace, 0) if kind in ("on_duty", "off_duty")]
    assert duty == [(0.0, "on_duty"), (100.0, "off_duty"), (1100.0, "on_duty")]
    assert list(zip(moments(trace, "operators_changed")[1].tolist(), values(trace, "operators_changed"), strict=True)) == [
        (200.0, 0.0), (700.0, 2.0),
    ]  # fmt: skip
    assert [time for time, *_ in story(trace, "checkpoint_closed", "checkpoint_opened")] == [300.0, 700.0]
    assert list(zip(moments(trace, "alert_changed")[1].tolist(), values(trace, "alert_changed"), strict=True)) == [
        (400.0, 2.0), (1000.0, 0.0),
    ]  # fmt: skip


def test_a_post_that_is_left_is_manned_again_and_settles_nothing_meanwhile() -> None:
    territory = street([0.0, 1000.0], kind=["base", "centre"], offices=[0, 2])
    classes = [IncidentClass("dispute", 2, on_spot=1.0)]
    unit = {"kind": ["patrol_car", "fixed_team"], "mobile": [True, False], "heads": [2, 8]}
    scenario = world(territory, [0, 1], unit=unit, classes=classes, calendar=make_calendar(territory, end=4 * HOUR))
    tape = tape_of(scenario, [100.0, 2000.0], 1, on_spot=[0.2, 0.2])
    trace = with_injects(scenario, tape, Inject(50.0, "unit_out_of_service", 1, lasts=1000.0))
    assert [time for time, kind, _ in of_unit(trace, 1) if kind in ("off_duty", "on_duty")] == [0.0, 50.0, 1050.0]
    assert [task for _, _, task, _ in story(trace, "dispatched")] == [0]
    assert [task for _, _, task, _ in story(trace, "handled")] == [1]
    for_good = with_injects(scenario, tape, Inject(50.0, "unit_out_of_service", 1), Inject(1500.0, "unit_back_in_service", 1))
    assert [time for time, *_ in story(for_good, "on_duty") if time > 0.0] == [1500.0]


def test_a_note_is_a_record_and_nothing_else() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [0.0, 2000.0], 2)
    noted = with_injects(scenario, tape, Inject(500.0, "note", id=1))
    assert [line for line in story(noted) if line[1] != "decision"] == story(play(scenario, tape))


def test_from_an_order_on_units_may_be_diverted_or_may_not() -> None:
    territory = street([0.0, 1000.0, 2000.0])
    calendar = make_calendar(territory, end=4 * HOUR)
    tape = tape_of(long_street(), [0.0, 50.0, 4000.0, 4050.0], [2, 1, 2, 1], priority=[3, 1, 3, 1])
    for before, after in (("never", 1.0), ("when_none_free", 0.0)):
        scenario = world(territory, [0], calendar=calendar, dispatch=rules(redirect=before))
        diverted = [time for time, *_ in story(with_injects(scenario, tape, Inject(2000.0, "redirect", value=after)), "diverted")]
        assert diverted == ([4050.0] if after else [50.0])


def test_a_reserve_that_is_ordered_holds_units_back_and_one_that_is_let_go_serves_who_waits() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [100.0, 100.0], 1, priority=[3, 3])
    orders_of = (Inject(50.0, "reserve", 3, 1.0), Inject(900.0, "reserve", 3, 0.0))
    got = marked(with_injects(scenario, tape, *orders_of), 2)
    assert got.dispatched_at.tolist() == [100.0, 210.0]
    two = Inject(50.0, "reserve", 3, 2.0)
    assert marked(with_injects(scenario, tape, two, orders_of[1]), 2).dispatched_at.tolist() == [900.0, 900.0]


def test_decisions_and_injects_come_through_the_same_door() -> None:
    scenario = long_street()
    tape = tape_of(scenario, [0.0, 2000.0], 2)
    slow = Inject(500.0, "road_slowed", 2, 3.0, lasts=3000.0)
    live = Simulation(scenario, tape)
    live.advance(400.0)
    assert live.advance(decisions=[slow]).digest() == play(scenario, replace(tape, injects=(slow,))).digest()


def test_what_is_prepared_comes_when_somebody_decides_it() -> None:
    scenario = long_street()
    tape = waiting(scenario, [500.0, 560.0], [3, 3])
    assert not story(play(scenario, tape), "occurred")
    live = Simulation(scenario, tape)
    live.advance(1000.0)
    trace = live.advance(decisions=[Inject(1200.0, "spawn_incident", id=3)])
    assert [(time, task) for time, _, task, _ in story(trace, "occurred")] == [(1200.0, 0), (1260.0, 1)]
    check_invariants(scenario, tape, trace)


def test_a_decision_cannot_bring_what_nobody_prepared() -> None:
    scenario = long_street()
    live = Simulation(scenario, waiting(scenario, [500.0], [3]))
    for decision, problem in (
        (Inject(600.0, "spawn_incident", id=4), "no incident of the tape waits for inject 4"),
        (Inject(600.0, "demand_surge", value=2.0, id=4, lasts=60.0), "no incident of the tape waits for inject 4"),
        (Inject(600.0, "rumour", 1, 50.0, id=4), "a rumour stands on the tape before the day begins"),
    ):
        with pytest.raises(InputError, match=problem):
            live.advance(700.0, [decision])


# --- what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (Inject(0.0, "road_slow", 1), r"unknown effect 'road_slow' \(did you mean 'road_slowed'\?\)"),
        (Inject(0.0, "road_slowed", 1, 0.5), "road_slowed: 0.5 times the drive, allowed: 1 to 20"),
        (Inject(0.0, "road_slowed", 99, 2.0), "no site has the id 99"),
        (Inject(0.0, "recall", 0, lasts=60.0), "recall: lasts 60 s; this effect is done at once"),
        (Inject(0.0, "recall", 0, within=60.0), "recall: within goes with road_slowed only"),
        (Inject(0.0, "demand_surge", value=2.0, id=1), "demand_surge: say how long it lasts"),
        (Inject(0.0, "demand_surge", value=2.0, id=1, lasts=60.0), "no incident of the tape has inject 1 as its parent"),
        (Inject(0.0, "spawn_incident", id=1), "no incident of the tape has inject 1 as its parent"),
        (Inject(0.0, "rumour", 1, 50.0, id=1), "the tape has no rumour 1000000001000000 of inject 1"),
        (Inject(0.0, "rumour", 1, 50.0, id=1, when="free_units < 1"), "rumour: comes at its moment"),
        (Inject(0.0, "communications_outage", 3), "communications_outage: no dispatch area 3, allowed: 0 to 0"),
        (Inject(0.0, "reserve", 5, 1.0), "reserve: priority 5, allowed: 1 to 4"),
        (Inject(0.0, "redirect", id=-5), "redirect: id -5, allowed: 0 to 999999"),
        (Inject(0.0, "redirect", when="free < 1"), "unknown state 'free'"),
        (Inject(0.0, "redirect", when="free_unit < 1"), r"unknown state 'free_unit' \(did you mean 'free_units'\?\)"),
        (Inject(0.0, "redirect", when="free_units below 1"), "'free_units below 1' is no condition"),
        (Inject(0.0, "redirect", when="free_units in Nowhere < 1"), "unknown area 'Nowhere'"),
        (Inject(0.0, "redirect", when="attended 5"), "redirect: 'attended 5': there is no inject 5"),
        (Inject(float("inf"), "redirect"), "redirect: inf is not a moment"),
    ],
)
def test_a_bad_inject_is_refused_in_one_line_before_the_day_begins(order: Inject, problem: str) -> None:
    scenario = long_street()
    with pytest.raises(InputError, match=problem) as caught:
        Simulation(scenario, replace(tape_of(scenario, [0.0], 1), injects=(order,)))
    assert "\n" not in str(caught.value)


def test_a_condition_needs_a_day_with_an_end() -> None:
    endless = world(street([0.0, 1000.0]), [0])
    with pytest.raises(InputError, match="the day has no end"):
        Simulation(endless, replace(tape_of(endless, [0.0], 1), injects=(Inject(0.0, "redirect", when="free_units < 1"),)))


def test_incidents_that_wait_for_an_inject_that_is_not_there_are_refused() -> None:
    scenario = long_street()
    tape = waiting(scenario, [500.0], [3])
    for given, problem in (
        ((Inject(0.0, "redirect", id=3),), "incident 0 waits for inject 3, which brings no incidents"),
        ((Inject(600.0, "spawn_incident", id=3),), "incident 0 lies before inject 3, which brings it"),
        ((Inject(0.0, "spawn_incident", id=3), Inject(1.0, "redirect", id=3)), "the inject id 3 is given more than once"),
    ):
        with pytest.raises(InputError, match=problem):
            Simulation(scenario, replace(tape, injects=given))


def test_a_rumour_needs_classes_that_this_world_has_not() -> None:
    scenario = long_street()
    tape = replace(tape_of(scenario, [60.0], 1), injects=(Inject(0.0, "rumour", 1, 50.0, id=1),))
    assert not len(no_rows(Rumours)) and not len(tape.rumours)
    with pytest.raises(InputError, match="rumour, inject 1: this world has no class 'rumour_call'"):
        with_brought(tape, scenario.territory, scenario.classes)
