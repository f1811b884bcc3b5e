"""The state of a run at any moment: that of the engine when it was there, of the measures, and of plain loops over records."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from sim.arrays import make_tape
from sim.demand.crowds import people_present
from sim.demand.signals import Rumours
from sim.demand.tape import Inject
from sim.errors import InputError
from sim.measures.coverage import coverage
from sim.measures.day import TASK_STATUSES, UNIT_STATUSES, Day
from sim.measures.positions import unit_states
from sim.measures.response import STATUSES, incident_table
from sim.processes.simulation import Simulation
from sim.replay import Replay
from sim.replay.crowds import SOURCES
from sim.replay.latest import EVERY, Latest
from sim.runs import StoredTrace
from sim.settings.alert import LEVELS
from sim.trace import CODE, KINDS
from tests.measures.nation import nation
from tests.replay.days import city, small
from tests.systems.test_box_guard import street
from tests.worlds import play

METRICS = ["euclid", "right_angle", "great_circle", "torus"]
TIMES = [500.05, 2_000.1, 9_999.2, 14_999.3, 16_000.4, 19_000.5, 26_000.6, 33_000.7, 36_000.8]
CITY_TIMES = [25_000.1, 30_000.2, 40_000.3, 52_000.4, 63_000.5, 70_000.6, 78_000.7]
OPEN_WORDS = ("occurred", "reported", "waiting", "assigned", "attended", "handled")
PHASES_OF_THE_DAY = np.linspace(-100_000.0, 95_000.0, 60)


@pytest.mark.parametrize("taskable", ["while_returning", "at_base", "at_scene"])
@pytest.mark.parametrize("redirect", ["never", "when_none_free"])
def test_every_unit_is_where_the_engine_had_it_and_does_what_it_did(taskable: str, redirect: str) -> None:
    scenario, tape, trace = small(taskable=taskable, redirect=redirect)
    replay, simulation = Replay.of(scenario, tape, trace), Simulation(scenario, tape)
    seen = set()
    for t in TIMES:
        simulation.advance(t)
        state = replay.at(t)
        for unit in simulation.world.units:
            assert unit.fleet.locate(unit, t) == pytest.approx((state.x[unit.index], state.y[unit.index]), abs=1e-6)
            status = UNIT_STATUSES[state.status[unit.index]]
            if unit.status in ("returning", "free", "on_loop"):  # the engine does not note the end of a drive home
                assert status in ("returning", "free", "on_loop")
            else:
                assert status == unit.status
            on = tape.incidents.id[state.task[unit.index]] if state.task[unit.index] >= 0 else None
            assert on == (unit.mission.id if unit.mission else None)
            seen.add(status)
    assert seen >= set(UNIT_STATUSES) - {"handing_over"}  # takes two minutes


def test_units_under_orders_are_where_the_engine_had_them() -> None:
    scenario, tape, _ = small()
    rng, ids = np.random.default_rng(8), scenario.units.id
    effects = ("unit_out_of_service", "recall", "unit_back_in_service")
    orders = tuple(
        Inject(float(at), effects[i % 3], int(rng.choice(ids))) for i, at in enumerate(np.sort(rng.uniform(500.0, 33_000.0, 120)))
    )
    scenario, tape, trace = small(orders=orders)
    replay, simulation = Replay.of(scenario, tape, trace), Simulation(scenario, tape)
    taken = np.count_nonzero(trace.columns()["kind"] == CODE["diverted"])
    for t in sorted([*TIMES, *(order.at + 0.5 for order in orders[::4])]):
        simulation.advance(t, [order for order in orders if simulation.now <= order.at < t])
        state = replay.at(t)
        for unit in simulation.world.units:
            assert unit.fleet.locate(unit, t) == pytest.approx((state.x[unit.index], state.y[unit.index]), abs=1e-6)
            assert (unit.status == "off_duty") == (UNIT_STATUSES[state.status[unit.index]] == "off_duty")
    assert taken > 2


@pytest.mark.parametrize("metric", METRICS)
def test_units_are_where_the_engine_had_them_under_every_metric(metric: str) -> None:
    scenario, tape, trace = small(metric=metric)
    replay, simulation = Replay.of(scenario, tape, trace), Simulation(scenario, tape)
    for t in TIMES:
        simulation.advance(t)
        state = replay.at(t)
        for unit in simulation.world.units:
            x, y = unit.fleet.locate(unit, t)
            wrap = scenario.territory.wrap
            place = (x % wrap[0], y % wrap[1]) if wrap else (x, y)
            assert place == pytest.approx((state.x[unit.index], state.y[unit.index]), abs=1e-6)
    lon_lat = replay.at(TIMES[0]).lon_lat()
    assert (lon_lat is not None) == (metric == "great_circle")


def test_a_city_is_as_the_engine_had_it_from_three_days_before_to_the_last_box() -> None:
    scenario, tape, trace = city()
    replay, simulation = Replay.of(scenario, tape, trace), Simulation(scenario, tape)
    for t in sorted([*PHASES_OF_THE_DAY[::10].tolist(), *CITY_TIMES[::2]]):
        if t < replay.begin:
            continue
        simulation.advance(t)
        world, state = simulation.world, replay.at(t)
        for unit in world.units:
            assert state.heads[unit.index] == (unit.heads if unit.status != "off_duty" and unit.status else 0)
            if scenario.units.mobile[unit.index]:
                assert unit.fleet.locate(unit, t) == pytest.approx((state.x[unit.index], state.y[unit.index]), abs=1e-9)
        levels = [world.alert.level[area] for area in range(len(state.alert))]
        assert levels == state.alert.tolist()


@pytest.mark.parametrize("metric", [*METRICS, "matrix"])
def test_coverage_is_that_of_the_measures(metric: str) -> None:
    scenario, tape, trace = small(metric=metric, command="parallel")
    _equal_coverage(scenario, tape, trace)


def test_coverage_of_a_city_with_alert_levels_is_that_of_the_measures() -> None:
    _equal_coverage(*city("alert=dz-2017"))


def _equal_coverage(scenario, tape, trace) -> None:  # type: ignore[no-untyped-def]
    measured, replay = coverage(Day.of(scenario, tape, trace)), Replay.of(scenario, tape, trace)
    shares = set()
    for step, t in list(enumerate(measured.times.tolist()))[::7]:
        state = replay.at(t)
        assert np.array_equal(state.centres, measured.centres)
        assert np.array_equal(state.covered, measured.covered[:, step])
        weight = measured.offices * measured.voting[:, step]
        assert state.coverage_all == pytest.approx((weight * state.covered).sum() / weight.sum())
        for area, share in enumerate(state.coverage.tolist()):
            here = weight * (measured.area == area)
            assert share == pytest.approx((here * state.covered).sum() / here.sum())
            shares.add(round(share, 2))
    assert len(shares) > 3


def test_idle_units_are_those_of_the_measures_bit_by_bit() -> None:
    scenario, tape, trace = city()
    times = np.array(CITY_TIMES)
    states, replay = unit_states(Day.of(scenario, tape, trace), times), Replay.of(scenario, tape, trace)
    for step, t in enumerate(CITY_TIMES):
        state = replay.at(t)
        idle = np.isfinite(states.mobilisation[step])
        assert idle.sum() > 20
        assert np.array_equal(state.x[states.rows[idle]], states.x[step, idle])
        assert np.array_equal(state.y[states.rows[idle]], states.y[step, idle])


def test_a_unit_called_back_stands_where_it_was_until_it_goes_on() -> None:
    scenario, tape, trace = small(redirect="when_none_free")
    columns, replay = trace.columns(), Replay.of(scenario, tape, trace)
    diverted = np.flatnonzero(columns["kind"] == CODE["diverted"])
    assert len(diverted) > 3
    for record in diverted.tolist():
        t, unit = float(columns["time"][record]), int(np.searchsorted(scenario.units.id, columns["unit"][record]))
        before, after = replay.at(np.nextafter(t, -np.inf)), replay.at(t)
        assert np.hypot(before.x[unit] - after.x[unit], before.y[unit] - after.y[unit]) < 1e-3


def test_nobody_jumps() -> None:
    """Units drive at most at the fastest speed, and the drive of a convoy is as continuous: nothing is ever elsewhere at once."""
    scenario, tape, trace = small(redirect="when_none_free", taskable="while_returning")
    replay, step = Replay.of(scenario, tape, trace), 1.0
    off = UNIT_STATUSES.index("off_duty")
    moved = 0.0
    for begin in TIMES[1:7:2]:
        before = replay.at(begin)
        for t in np.arange(begin + step, begin + 60.0, step).tolist():
            state = replay.at(t)
            duty = (before.status != off) & (state.status != off)
            distance = np.hypot(state.x - before.x, state.y - before.y)[duty]
            assert distance.max(initial=0.0) < 250.0  # metres a second: noise makes some drives of the tape that fast
            moved, before = max(moved, float(distance.max(initial=0.0))), state
    assert moved > 5.0


def test_the_state_of_incidents_is_that_of_their_records() -> None:
    scenario, tape, trace = city()
    replay, columns = Replay.of(scenario, tape, trace), trace.columns()
    ids = {int(id): row for row, id in enumerate(tape.incidents.id.tolist())}
    opened = 0
    for t in CITY_TIMES:
        status, priority = ["none"] * len(ids), tape.incidents.priority.copy()
        arrived = np.zeros(len(ids), dtype=bool)
        upto = int(np.searchsorted(columns["time"], t, side="right"))
        for kind, task, value in zip(*(columns[name][:upto].tolist() for name in ("kind", "task", "value"))):
            row = ids.get(task, -1)
            if row < 0:
                continue
            arrived[row] |= KINDS[kind].name == "arrived"
            if KINDS[kind].name == "escalated":
                priority[row] = value
            after = KINDS[kind].task
            if after is not None:
                status[row] = "attended" if arrived[row] and after in ("waiting", "assigned") else after
        state = replay.at(t)
        assert [TASK_STATUSES[code] for code in state.task_status.tolist()] == status
        assert np.array_equal(state.priority, priority)
        ongoing = [r for r, s in enumerate(status) if s in OPEN_WORDS]
        assert state.open.tolist() == ongoing
        assert state.backlog.tolist() == [r for r, s in enumerate(status) if s == "waiting"]
        opened += len(ongoing)
    assert opened > 10


def test_the_state_at_the_end_is_that_of_the_table_of_incidents() -> None:
    scenario, tape, trace = city()
    replay = Replay.of(scenario, tape, trace)
    table, state = incident_table(replay.day), replay.at(replay.end)
    final = [TASK_STATUSES[code] for code in state.task_status[table.row].tolist()]
    wanted = ["closed" if s == "handled" else s for s in (STATUSES[code] for code in table.status.tolist())]
    assert [s if s in ("closed", "lapsed", "prevented") else "open" for s in final] == wanted


def test_packages_on_their_legs_are_where_their_units_are() -> None:
    scenario, tape, trace = city()
    replay = Replay.of(scenario, tape, trace)
    seen = moving = 0
    for t in np.linspace(60_000.0, replay.end, 150).tolist():
        state = replay.at(t)
        convoys = state.convoys
        for row, x, y, alone, drives in zip(convoys.task, convoys.x, convoys.y, convoys.by_post, convoys.moving):
            units = np.flatnonzero(state.task == row)
            assert alone == (len(units) == 0)
            for unit in units:
                assert (state.x[unit], state.y[unit]) == pytest.approx((x, y), abs=1e-9)
                assert UNIT_STATUSES[state.status[unit]] == ("conveying" if drives else "on_scene")
                seen += 1
            moving += bool(drives)
    assert seen > 10 and moving > 5


def test_boxes_that_a_fixed_team_escorts_are_a_convoy_too() -> None:
    scenario, tape = street()
    trace = play(scenario, tape)
    replay, columns = Replay.of(scenario, tape, trace), trace.columns()
    legs = columns["kind"] == CODE["leg_started"]
    (first, second), (drive, _) = columns["time"][legs].tolist(), columns["value"][legs].tolist()
    assert not len(replay.at(first - 0.1).convoys.task)
    half = replay.at(first + drive / 2.0).convoys
    assert (half.x.tolist(), half.by_post.tolist(), half.moving.tolist(), half.to.tolist()) == ([1000.0], [True], [True], [1])
    assert replay.at(second - 0.1).convoys.moving.tolist() == [False]
    closed = float(columns["time"][columns["kind"] == CODE["closed"]][0])
    assert replay.at(closed - 0.1).convoys.x.tolist() == [5000.0]
    assert not len(replay.at(closed).convoys.task)


def test_crowds_are_those_of_gatherings_and_rumours() -> None:
    scenario, tape, _ = city()
    end = scenario.calendar.end
    talk = Rumours(*(np.array([v]) for v in (7, 40_000.0, 3, 20.0, 300.0, 80.0, 45_000.0)))
    tape = replace(tape, rumours=talk)
    replay = Replay.of(scenario, tape, play(scenario, tape))
    assert tape.rallies
    sources = set()
    for t in [*np.linspace(replay.begin, end, 60).tolist(), 41_000.0]:
        crowds = replay.at(t).crowds
        assert (crowds.people > 0.0).all()
        sources |= {SOURCES[code] for code in crowds.source.tolist()}
        for code, row, people in zip(crowds.source.tolist(), crowds.row.tolist(), crowds.people.tolist()):
            if SOURCES[code] != "rumour":
                rally, rules = tape.rallies[row], scenario.rallies
                assert people == float(people_present(rally, rules.doors(rally.is_match), rules.exit_time, t))
    assert sources >= {"hall", "rumour"}


def test_orders_show_in_the_state() -> None:
    scenario, tape, _ = city()
    gate = int(scenario.territory.sites.of_kind("checkpoint")[0])
    gate_id = int(scenario.territory.sites.id[gate])
    orders = [
        Inject(40_000.0, "checkpoint_closed", gate_id), Inject(50_000.0, "checkpoint_opened", gate_id),
        Inject(40_000.0, "alert_level", 0, 2.0),
    ]  # fmt: skip
    replay = Replay.of(scenario, tape, Simulation(scenario, tape).advance(decisions=orders))
    closed = {t: replay.at(t).closed_checkpoints.tolist() for t in (39_999.0, 40_000.0, 49_999.0, 50_000.0)}
    assert closed == {39_999.0: [], 40_000.0: [gate], 49_999.0: [gate], 50_000.0: []}
    assert replay.at(40_000.0).alert[0] == LEVELS.index("maximum")


def test_phases_are_those_of_the_calendar() -> None:
    scenario, tape, trace = city()
    replay, calendar = Replay.of(scenario, tape, trace), scenario.calendar
    for t in np.linspace(replay.begin, replay.end, 50).tolist():
        assert [calendar.phases[p] for p in replay.at(t).phase] == [calendar.phase_at(t, a) for a in range(len(calendar.opening))]


def test_before_the_begin_nothing_has_begun_and_after_the_end_it_is_the_end() -> None:
    scenario, tape, trace = city()
    replay = Replay.of(scenario, tape, trace)
    early = replay.at(replay.begin - 86_400.0)
    assert not early.status.any() and not early.heads.any() and not len(early.open)
    assert np.array_equal(early.x, scenario.territory.sites.x[scenario.units.base])
    assert np.isnan(early.coverage_all)
    late, last = replay.at(replay.end + 1e6), replay.at(replay.end)
    assert late.time == last.time == replay.end
    assert np.array_equal(late.x, last.x) and np.array_equal(late.task_status, last.task_status)


@pytest.mark.parametrize("t", [np.nan, np.inf, -np.inf])
def test_what_is_no_moment_is_refused(t: float) -> None:
    scenario, tape, trace = small()
    with pytest.raises(InputError, match="is no moment"):
        Replay.of(scenario, tape, trace).at(t)


def test_a_run_without_incidents_and_one_without_units_have_states_too() -> None:
    scenario, _, _ = small()
    none = make_tape(scenario.territory, [], [], [])
    quiet = Replay.of(scenario, none, play(scenario, none)).at(10_000.0)
    assert not len(quiet.open) and (quiet.status > 0).any() and quiet.coverage_all > 0.0
    units = replace(scenario.units, shift_start=scenario.units.shift_start + 1e6, shift_end=scenario.units.shift_end + 1e6)
    empty = replace(scenario, units=units)
    nobody = Replay.of(empty, none, play(empty, none)).at(10_000.0)
    assert nobody.coverage_all == 0.0 and not nobody.heads.any()


def test_moments_may_be_asked_for_in_any_order() -> None:
    scenario, tape, trace = city()
    replay, fresh = Replay.of(scenario, tape, trace), Replay.of(scenario, tape, trace)
    forwards = [fresh.at(t) for t in CITY_TIMES]
    for t, wanted in reversed(list(zip(CITY_TIMES, forwards))):
        state = replay.at(t)
        for name in ("x", "y", "status", "heads", "task", "task_status", "priority", "covered", "coverage"):
            assert np.array_equal(getattr(state, name), getattr(wanted, name), equal_nan=True), name


def test_a_run_under_way_can_be_asked_up_to_now() -> None:
    scenario, tape, trace = small()
    simulation = Simulation(scenario, tape)
    simulation.advance(16_000.0)
    so_far, whole = Replay.of(scenario, tape, simulation.trace, until=16_000.0), Replay.of(scenario, tape, trace)
    for t in (9_000.0, 15_999.0):
        assert np.array_equal(so_far.at(t).x, whole.at(t).x)
        assert np.array_equal(so_far.at(t).task_status, whole.at(t).task_status)


def test_legs_of_another_run_are_refused() -> None:
    scenario, tape, trace = small()
    legs = trace.legs()
    fewer = {name: np.delete(column, np.flatnonzero(legs["task"] >= 0)[0]) for name, column in legs.items()}
    with pytest.raises(InputError, match="its legs do not belong to its records"):
        Replay.of(scenario, tape, StoredTrace(trace.columns(), fewer))


def test_the_last_entry_is_found_at_and_between_equal_moments_and_key_frames() -> None:
    rng = np.random.default_rng(5)
    count = 2 * EVERY + 77
    time, owner = np.sort(rng.integers(0, 400, count)).astype(float), rng.integers(0, 50, count)
    latest = Latest(51, owner, time)
    for t in (-1.0, 0.0, 0.5, 17.0, 199.0, 399.0, 1e9):
        wanted = [int(np.flatnonzero((owner == o) & (time <= t)).max(initial=-1)) for o in range(51)]
        assert latest.at(t).tolist() == wanted
    assert Latest(2, np.zeros(0, dtype=np.int64), np.zeros(0)).at(0.0).tolist() == [-1, -1]


@pytest.mark.slow
def test_a_nation_answers_for_any_moment_in_a_small_part_of_the_time_it_takes_to_read() -> None:
    scenario, tape = nation()
    trace = play(scenario, tape)
    begin = process_time()
    replay = Replay.of(scenario, tape, trace)
    read = process_time() - begin
    costs = []
    for t in np.random.default_rng(4).uniform(replay.begin, replay.end, 20).tolist():
        begin = process_time()
        replay.at(t)
        costs.append(process_time() - begin)
    assert np.median(costs) < read / 10.0
