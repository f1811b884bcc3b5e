"""Ballot boxes (S10) and the count secured from outside (S11): paired days, and a convoy chain worked by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.build import build_place, build_plan, build_tape
from sim.clock import DAY, HOUR
from sim.demand.ballots import closing_queue, trips
from sim.demand.classes import IncidentClass, Slot
from sim.demand.counts import Counts
from sim.demand.files import load_tape, save_tape
from sim.demand.legs import legs
from sim.demand.tape import Inject, Tape
from sim.errors import InputError
from sim.forces.ledger import check_ledger, ledger_hours, plan_ledger, trace_ledger
from sim.measures.ballots import custody, custody_log
from sim.measures.collect import Measures, measure
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.settings.response import DispatchSettings
from sim.trace import CODE
from sim.yamlfile import load_yaml
from tests.days import paired_difference

TOWN = {"centres": 40, "offices": 200, "voters": 78_000, "population": 130_000, "zones": 2, "communes": 8}
CALENDAR = {"queue_time": 900.0, "transport_after": 9000.0, "count_time": 8 * HOUR}
DAYS = 6


def town(**groups: Any) -> Settings:
    """A small city whose offices count and whose boxes are fetched, with one escort for three centres."""
    demand = dict(load_yaml("conf/demand/default.yaml"))  # type: ignore[call-overload]
    own = groups.pop("demand", {})
    demand |= {"ballots": demand["ballots"] | {"count": True, "convoys": True} | own.pop("ballots", {})} | own
    given = {"territory": {"country": "city", "city": TOWN}, "demand": demand, "calendar": CALENDAR}
    staffing = {"escorts_factor": 1.0, "centres_per_escort": {"police": 3.0, "gendarmerie": 3.0}, "absence": 0.0}
    return read(given | {"staffing": staffing | groups.pop("staffing", {})} | groups, Settings)


@cache
def place() -> Any:
    return build_place(town())


def day(settings: Settings, number: int = 0, where: Any = None) -> tuple[Scenario, Tape, Any, Measures]:
    scenario, _ = build_plan(settings, where or place(), number)
    tape = build_tape(settings, where or place(), number)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    return scenario, tape, trace, measure(scenario, tape, trace, per_place=True)


def total(measures: Measures, table: str, column: str, weight: str = "") -> float:
    """Sum of a column over areas and forces, or its mean with weights."""
    values = np.array([value or 0.0 for value in measures.tables[table][column]], dtype=float)
    if not weight:
        return float(values.sum())
    weights = np.array(measures.tables[table][weight], dtype=float)
    return float((values * weights).sum() / weights.sum())


def test_fewer_escorts_leave_convoys_waiting_and_boxes_late_but_never_in_police_hands() -> None:
    early = CALENDAR | {"closing": "17:00"}
    enough, few = (town(calendar=early, staffing={"escorts_factor": factor}) for factor in (1.0, 0.4))
    where = build_place(enough)
    waits, shares = [], []
    for number in range(DAYS):
        both = [day(settings, number, where)[3] for settings in (few, enough)]
        waits.append([total(m, "custody", "escort_wait_mean", "trips") for m in both])
        shares.append([total(m, "custody", "boxes_by_midnight", "boxes") for m in both])
        assert all(total(m, "custody", "boxes_police_custody") == 0 for m in both)
        assert total(both[1], "custody", "boxes_delivered") == 200
    wait = paired_difference(*np.array(waits).T.tolist())
    late = paired_difference(*np.array(shares).T.tolist())
    assert wait.low > 600.0  # ten minutes at least
    assert late.high < 0.0


def test_custody_is_unbroken_for_every_office_and_collected_equals_delivered() -> None:
    scenario, tape, trace, measures = day(town())
    boxes = custody(Day.of(scenario, tape, trace))
    assert boxes.offices.sum() == 200
    assert total(measures, "custody", "boxes_collected") == total(measures, "custody", "boxes_delivered") == 200
    assert (boxes.counted_at < boxes.collected_at).all()
    assert (boxes.collected_at < boxes.delivered_at).all()
    log = measures.tables["custody_log"]
    by_site: dict[Any, list[tuple[Any, ...]]] = {}
    for row in zip(*log.values(), strict=True):
        by_site.setdefault(row[0], []).append(row)
    for rows in by_site.values():
        assert [row[2] for row in rows] == ["office staff", "carriers", "collection point"]
        assert [row[4] for row in rows[:-1]] == [row[3] for row in rows[1:]]


def test_guards_that_leave_early_leave_more_of_the_count_without_an_answer() -> None:
    usual, early = (
        town(
            demand={"rate_factor": 80.0, "background_factor": 0.5},
            staffing={"patrol_cars_factor": 0.3, "foot_factor": 0.0},
            posts={"release_time": release},
        )
        for release in (0.0, -3 * HOUR)
    )
    figures = []
    for number in range(DAYS):
        both = [day(settings, number)[3] for settings in (early, usual)]
        assert total(both[1], "count", "guard_present", "centres_counting") == 1.0
        assert total(both[0], "count", "guard_present", "centres_counting") == 0.0
        figures.append([[total(m, "count", name, by) for m in both] for name, by in COUNTED])
    unanswered, alone, on_spot = (paired_difference(*np.array([f[i] for f in figures]).T.tolist()) for i in range(3))
    assert unanswered.low > 0.0
    assert alone.low > 0.0
    assert on_spot.high < 0.0


COUNTED = (("count_unanswered", ""), ("count_alone_mean", "count_incidents"), ("count_on_spot", ""))


def test_the_ledger_closes_though_teams_leave_when_their_own_count_is_over() -> None:
    for release in (0.0, -2 * HOUR, HOUR):
        settings = town(posts={"release_time": release})
        scenario, forces = build_plan(settings, place())
        trace = run(scenario, build_tape(settings, place()))
        hours = ledger_hours(scenario.calendar)
        ledgers = [forces.mobilised, hours, forces.absences, forces.rest_time]
        planned = plan_ledger(scenario.units, scenario.territory, *ledgers)
        done = trace_ledger(trace.columns(), scenario.units, *ledgers)
        check_ledger(planned, done)
        assert done.line("released").sum() > 0


def test_an_extension_moves_count_release_and_convoys_by_as_much() -> None:
    settings = town(calendar=CALENDAR | {"latest_extension": HOUR})
    scenario, _ = build_plan(settings)
    tape = build_tape(settings)
    later = replace(tape, injects=(Inject(17.5 * HOUR, "extend_voting", -1, 20 * HOUR),))
    first, second = (custody(Day.of(scenario, each, run(scenario, each))) for each in (tape, later))
    assert second.counted_at == pytest.approx(first.counted_at + HOUR)
    columns = run(scenario, later).columns()
    trips_at = columns["time"][(columns["kind"] == CODE["occurred"]) & np.isin(columns["task"], tape.legs.task)]
    due = tape.incidents.at[np.isin(tape.incidents.id, tape.legs.task)]
    assert np.sort(trips_at) == pytest.approx(np.sort(due) + HOUR)


# Worked by hand: three centres at 0, 1 and 3 km on a street, the collection point at 4 km, the escort's base at 1 km; 10 m/s.
SPEED = 10.0


def street(second_at: float = 0.0, units: int = 1) -> tuple[Scenario, Tape]:
    """One trip over the three centres, due at 100 s; a second one from the first centre at ``second_at``, if that is not 0."""
    kinds = ["centre", "centre", "centre", "collection", "base", "centre"]
    sites = make_sites([0.0, 1000.0, 3000.0, 4000.0, 1000.0, 2000.0], [0.0] * 6, kind=kinds, offices=[3, 2, 4, 0, 0, 1])
    territory = make_territory(sites)
    convoy = IncidentClass("ballot_escort", 2, (Slot(("escort",)),), "together", group="planned", convoy=True, harm=0.0)
    escorts = make_units([4] * units, territory, kind="escort", mobilisation_time=60.0)
    calendar = make_calendar(territory, opening=-1000.0, closing=0.0, begin=-2000.0)
    travel = uniform_travel(SPEED * 3.6)
    rules = DispatchSettings(policy="nearest", command="joint", taskable="at_base")
    scenario = make_scenario(territory, escorts, classes=[convoy], calendar=calendar, travel=travel, dispatch=rules)
    due = [100.0, second_at] if second_at else [100.0]
    tape = make_tape(territory, due, [0, 5][: len(due)], 30.0)
    route = [(0, 1, 1, 40.0), (0, 2, 2, 50.0), (0, 3, 3, 90.0), (1, 1, 3, 90.0)][: 4 if second_at else 3]
    task, order, site, hold = zip(*route, strict=True)
    chain = legs(np.array(task), np.array(order), np.array(site), np.array(hold))
    counted = [0, 1, 2, 5] if second_at else [0, 1, 2]
    count = Counts(np.array(counted), np.full(len(counted), 10), np.full(len(counted), 20.0), np.full(len(counted), 60.0))
    return scenario, replace(tape, legs=chain, counts=count)


def test_a_chain_of_three_centres_goes_as_worked_by_hand() -> None:
    scenario, tape = street()
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    boxes = custody(Day.of(scenario, tape, trace))
    there = 100.0 + 60.0 + 1000.0 / SPEED  # ordered, mobilised, driven to the first centre
    leaves = [there + 30.0, there + 30.0 + 100.0 + 40.0, there + 30.0 + 100.0 + 40.0 + 200.0 + 50.0]
    assert boxes.counted_at.tolist() == [80.0] * 3
    assert boxes.collected_at == pytest.approx(leaves, abs=1e-9)
    assert boxes.delivered_at == pytest.approx([leaves[2] + 100.0 + 90.0] * 3, abs=1e-9)
    log = custody_log(Day.of(scenario, tape, trace), boxes)
    assert log["boxes"] == [3] * 3 + [2] * 3 + [4] * 3


def test_with_one_escort_the_second_convoy_waits_until_the_first_is_back() -> None:
    scenario, tape = street(second_at=110.0)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    boxes = custody(Day.of(scenario, tape, trace))
    first_in = 260.0 + 30.0 + 140.0 + 250.0 + 190.0
    back = first_in + 300.0  # three kilometres home
    assert boxes.delivered_at[0] == pytest.approx(first_in, abs=1e-9)
    assert boxes.collected_at[3] == pytest.approx(back + 60.0 + 100.0 + 30.0, abs=1e-9)
    table = measure(scenario, tape, trace).tables["custody"]
    assert table["escort_wait_mean"] == pytest.approx([(160.0 + back + 160.0 - 110.0) / 2], abs=1e-9)
    both, own = street(second_at=110.0, units=2)
    assert custody(Day.of(both, own, run(both, own))).collected_at[3] == pytest.approx(110.0 + 60.0 + 100.0 + 30.0, abs=1e-9)


def test_a_trip_is_due_when_it_is_full_or_its_first_boxes_have_waited_long_enough() -> None:
    group = np.array([7, 7, 7, 7, 7, 9])
    ready = np.array([0.0, 10.0, 20.0, 500.0, 700.0, 5.0])
    trip, due = trips(group, ready, chain=3, gather_time=100.0)
    assert trip.tolist() == [0, 0, 0, 1, 2, 3]
    assert due.tolist() == [20.0, 600.0, 700.0, 5.0]
    trip, due = trips(group, ready)
    assert trip.tolist() == [0, 1, 2, 3, 4, 5]
    assert due.tolist() == ready.tolist()


def test_the_queue_at_the_closing_follows_its_formula() -> None:
    assert closing_queue(np.array([0.0, 1 / 120, 1.0]), 60.0, 150.0) == pytest.approx([150.0, 210.0, 150.0 + 19 * 60.0])


def test_votes_and_count_times_have_the_means_that_are_asked_for_and_keep_to_their_office() -> None:
    settings = town()
    counts = build_tape(settings, place()).counts
    sites = place().territory.sites
    assert counts.votes.sum() / sites.voters.sum() == pytest.approx(0.468, abs=0.03)
    assert (counts.count_time > 1800 + 2700).all()
    assert counts.count_time.max() < 6 * HOUR
    other = build_tape(town(demand={"rate_factor": 3.0}), place()).counts
    assert (other.votes == counts.votes).all()
    plain = build_tape(town(demand={"ballots": {"turnout_cv": 0.0}}), place()).counts
    assert np.unique(plain.count_time).size < 10


def test_a_saved_tape_keeps_its_counts_and_trips(tmp_path: Any) -> None:
    scenario, tape, _, _ = day(town())
    for name in ("tape.csv", "tape.yaml"):
        save_tape(tape, tmp_path / name, scenario.territory, scenario.classes)
        assert load_tape(tmp_path / name, scenario.territory, scenario.classes).digest() == tape.digest()


def test_boxes_that_nobody_can_escort_stay_with_the_staff_of_their_office() -> None:
    measures = day(town(staffing={"escorts_factor": 0.0}))[3]
    assert total(measures, "custody", "boxes_collected") == 0
    assert set(measures.tables["custody_log"]["holder"]) == {"office staff"}
    assert measures.tables["custody"]["last_delivered_at"] == [None] * 4


def test_nothing_counts_unless_it_is_switched_on() -> None:
    settings = town(demand={"ballots": {"count": False, "convoys": False}}, staffing={"escorts_factor": 0.0})
    scenario, tape, _, measures = day(settings)
    assert len(tape.counts) == len(tape.legs) == 0
    assert measures.tables["custody"]["boxes"] == []
    assert "escort" not in {scenario.units.kinds[k] for k in scenario.units.kind}


def test_convoys_and_counts_that_cannot_be_are_one_clear_line() -> None:
    bare = place().territory
    without = replace(bare.sites, kind=np.where(bare.sites.kind == 6, 5, bare.sites.kind))
    first = np.arange(len(bare.sites)) == bare.sites.of_kind("centre")[0]
    empty = replace(bare.sites, offices=np.where(first, 0, bare.sites.offices))
    for sites, words in ((without, "a convoy without a collection point: area"), (empty, "has no offices; a count needs one")):
        where = replace(place(), territory=replace(bare, sites=sites))
        with pytest.raises(InputError) as caught:
            build_tape(town(), where)
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="boxes leave when the count is over"):
        town(demand={"ballots": {"count": False}})
    with pytest.raises(InputError, match="a convoy needs an escort"):
        build_plan(town(demand={"ballots": {"package": "none"}}), place())
    scenario, tape = street()
    with pytest.raises(InputError, match="tape: offices at the count"):
        run(scenario, replace(tape, counts=Counts(np.array([3]), np.array([1]), np.zeros(1), np.zeros(1))))


def test_late_boxes_are_seen_by_the_share_at_midnight() -> None:
    longer = town(calendar=CALENDAR | {"closing": "21:00"})
    _, _, _, measures = day(longer, where=build_place(longer))
    _, _, _, usual = day(town())
    late, soon = (total(m, "custody", "boxes_by_midnight", "boxes") for m in (measures, usual))
    assert late < soon
    assert max(measures.tables["custody"]["last_delivered_at"]) > DAY  # type: ignore[type-var]
