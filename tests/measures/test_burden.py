"""Checkpoints, rallies and what they cost citizens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.demand.tape import Inject, Rally, Tape, Vehicles
from sim.gates import fifo_waits
from sim.measures.checkpoints import checkpoint_table, flow, staffed_spans, traffic_per_minute
from sim.measures.day import Day
from sim.measures.occupancy import load_table
from sim.measures.rallies import burden, door_officers, entry_queue, gathering_spans, rally_table, ring_use
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.checkpoints import CheckpointSettings
from sim.settings.response import RallySettings

HOUR = 3600.0


def posts(rules: CheckpointSettings | None = None) -> Scenario:
    """A patrol car, a team of 6 at a centre, crews at a rural and an urban checkpoint, a ring of 4 at a venue."""
    kinds = ["base", "centre", "checkpoint", "checkpoint", "venue"]
    fabrics = ["urban", "urban", "rural", "urban", "urban"]
    sites = make_sites(1000.0 * np.arange(5), 0.0, kind=kinds, fabric=fabrics, offices=[0, 3, 0, 0, 0])
    territory = make_territory(sites)
    day = (8 * HOUR, 20 * HOUR)
    units = make_units(
        [0, 1, 2, 3, 4],
        territory,
        kind=["patrol_car", "fixed_team", "checkpoint_crew", "checkpoint_crew", "rally_ring"],
        heads=[2, 6, 8, 8, 4],
        mobile=[True, False, False, False, False],
        shifts=[[day], [day], [day], [(8 * HOUR, 12 * HOUR), (12 * HOUR, 18 * HOUR)], [(14 * HOUR, 20 * HOUR)]],
    )
    calendar = make_calendar(territory, begin=6 * HOUR, opening=8 * HOUR, closing=20 * HOUR, end=22 * HOUR)
    scenario = make_scenario(territory, units, calendar=calendar)
    return replace(scenario, checkpoints=rules or CheckpointSettings())


def quiet(scenario: Scenario, **parts: object) -> Day:
    tape = replace(make_tape(scenario.territory, [9 * HOUR], [1], [60.0]), **parts)  # type: ignore[arg-type]
    assert isinstance(tape, Tape)
    return Day.of(scenario, tape, run(scenario, tape))


def test_crews_and_orders_say_when_a_checkpoint_works() -> None:
    orders = (Inject(10 * HOUR, "checkpoint_closed", 2), Inject(11 * HOUR, "checkpoint_opened", 2))
    spans = staffed_spans(quiet(posts(), injects=orders))
    assert spans[2] == ((8 * HOUR, 10 * HOUR, 1.0, 0), (11 * HOUR, 20 * HOUR, 1.0, 0))
    assert spans[3] == ((8 * HOUR, 18 * HOUR, 1.0, 0),)


def test_an_order_to_open_makes_no_crew() -> None:
    assert staffed_spans(quiet(posts(), injects=(Inject(7 * HOUR, "checkpoint_opened", 2),)))[2] == (
        (8 * HOUR, 20 * HOUR, 1.0, 0),
    )


def test_service_of_the_average_vehicle_worked_by_hand() -> None:
    rules = CheckpointSettings(inspected=0.3, searched=0.1)
    assert rules.service_time(technology=1, level=0) == pytest.approx(0.6 * 4.5 + 0.8 * (0.3 * 3600 / 350 + 0.1 * 60.0))


def test_vehicles_are_conserved_and_half_of_them_go_each_way() -> None:
    table = checkpoint_table(quiet(posts()))
    assert table["directions"] == [2, 2]
    # 8-20 h: 300 vehicles an hour outside towns, half as many again at 8, 16, 17 and 18 h, 0.8 of it at 19 h.
    assert table["vehicles"][0] == pytest.approx(300.0 * (7 + 4 * 1.5 + 0.8))
    assert table["vehicles_stopped"][0] == pytest.approx(0.055 * table["vehicles"][0])
    assert table["gate_wait_max"] == [0.0, 0.0]


def test_more_searches_make_queues_and_technology_shortens_them() -> None:
    strict = CheckpointSettings(inspected=0.3, searched=0.05)
    waits = [
        checkpoint_table(quiet(posts(rules)))["gate_wait_mean"][1]
        for rules in (CheckpointSettings(), strict, replace(strict, technology=1))
    ]
    assert waits[0] == 0.0 and waits[1] > waits[2] > 0.0


def test_the_flow_agrees_with_vehicles_let_through_one_by_one() -> None:
    scenario = posts(CheckpointSettings(inspected=0.3, searched=0.05))
    span = (8 * HOUR, 12 * HOUR)
    result = flow(scenario, 1, 0, ((*span, 1.0, 0),))
    minutes = np.arange(span[0], span[1], 60.0)
    per_minute = traffic_per_minute(scenario, 1, minutes)
    cumulative = np.concatenate(([0.0], np.cumsum(per_minute)))
    arrivals = np.interp(np.arange(0.5, cumulative[-1]), cumulative, np.append(minutes, span[1]))
    waits = fifo_waits(arrivals, np.full(len(arrivals), scenario.checkpoints.service_time(0, 0)), 1)
    assert result.wait_sum == pytest.approx(waits.sum(), rel=0.01)
    assert result.max_wait == pytest.approx(waits.max(), abs=60.0)


def test_vehicles_of_interest_are_counted_where_they_were_seen() -> None:
    at, site = np.array([9.0, 10.0, 11.0]) * HOUR, np.array([2, 2, 3])
    detect = np.array([0.0, 0.99, 0.99])
    found = Vehicles(np.arange(3), at, site, np.zeros(3), detect, np.full(3, -1))
    table = checkpoint_table(quiet(posts(), vehicles=found))
    assert (table["vehicle_held"], table["vehicle_passed"]) == ([1, 0], [1, 1])


def test_an_entry_queue_worked_by_hand() -> None:
    rules = RallySettings(lanes_per_thousand=1.0, lane_rate=600.0, doors_time=3600.0)
    rally = Rally(1, 4, start_at=16 * HOUR, end_at=18 * HOUR, people=1000, early_share=1.0, early_time=3600.0)
    row = entry_queue(rally, rules)
    # 1,000 people in an hour through a lane for 600: 400 are outside at the start and need 40 minutes more.
    assert row["entry_lanes"] == 1
    assert row["outside_at_start"] == pytest.approx(400.0)
    assert row["entry_queue_max"] == pytest.approx(400.0)
    assert row["entry_wait_max"] == pytest.approx(2400.0, abs=60.0)
    assert row["minutes_lost_rallies"] == pytest.approx(1000 * (1200.0 + 6.0) / 60.0, rel=0.01)


def test_a_ring_has_its_load_while_a_gathering_is_at_its_venue() -> None:
    scenario = posts()
    rules = replace(scenario.rallies, doors_time=1.5 * HOUR, exit_time=0.5 * HOUR)
    scenario = replace(scenario, rallies=rules)
    ring = np.array([4])
    gathering = Rally(1, 4, 15 * HOUR, 17 * HOUR, 900)  # people there from 13:30 to 17:30, the ring from 14:00 to 20:00
    assert ring_use(quiet(scenario, rallies=(gathering,)), ring) == pytest.approx(3.5 / 6.0)
    assert ring_use(quiet(scenario), ring) == 0.0
    assert ring_use(quiet(scenario), ring[:0]) is None
    second = Rally(2, 4, 16 * HOUR, 18 * HOUR, 500)  # the two overlap: until 18:30 somebody is there
    day = quiet(scenario, rallies=(gathering, second))
    assert gathering_spans(day) == {4: [(13.5 * HOUR, 18.5 * HOUR)]}
    assert ring_use(day, ring) == pytest.approx(4.5 / 6.0)
    load = load_table(day, checkpoint_table(day))
    row = load["resource"].index("rally_ring")
    assert (load["count"][row], load["load"][row]) == (1, pytest.approx(4.5 / 6.0))


def test_burden_adds_up_over_the_day() -> None:
    rally = Rally(1, 4, 16 * HOUR, 18 * HOUR, 3000)
    day = quiet(posts(), rallies=(rally,))
    gates, rallies = checkpoint_table(day), rally_table(day)
    assert (rallies["ring_officers"], rallies["ring_wanted"]) == ([4], [20])
    table = burden(day, gates, rallies)
    figures = dict(zip(table["measure"], table["amount"]))
    assert figures["minutes_lost"] == sum(gates["minutes_lost_checkpoints"]) + rallies["minutes_lost_rallies"][0]
    assert figures["officers_near_doors"] == 6.0 == door_officers(day)
    assert rally_table(quiet(posts()))["rally"] == []
