"""Status times, load and overload."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.measures.activity import status_times
from sim.measures.day import UNIT_STATUSES, Day, time_before
from sim.measures.occupancy import load_table, occupancy_table, open_work, overload_table, patrol_shares, utilisation
from sim.measures.presence import loop_segments
from sim.processes.simulation import run
from sim.trace import CODE, PURPOSES
from tests.measures.worlds import Story, line, town

NO_GATES: dict[str, list] = {"gate_load": []}


def one_task_day() -> Day:
    """Unit 0 responds 100 s, works 300 s, drives home 100 s; unit 1 is free; both leave at 36,000 s."""
    scenario, tape = line(tasks=1)
    day = Story()
    for unit in (0, 1):
        day.told(0.0, "on_duty", unit=unit)
    for kind in ("occurred", "reported", "processed"):
        day.told(1000.0, kind, 0)
    day.told(1000.0, "dispatched", 0, 0)
    day.told(1100.0, "arrived", 0, 0)
    day.told(1400.0, "cleared", 0, 0, 400.0)
    day.told(1400.0, "closed", 0)
    day.told(1400.0, "returning", unit=0, value=100.0)
    for unit in (0, 1):
        day.told(36_000.0, "off_duty", unit=unit)
    return Day.of(scenario, tape, day.trace)


def test_status_times_worked_by_hand() -> None:
    times = status_times(one_task_day())
    names = dict(zip(UNIT_STATUSES, times[0].tolist()))
    assert (names["responding"], names["on_scene"], names["free"]) == (100.0, 300.0, 1000.0 + 34_500.0)
    assert (names["returning"], names["off_duty"]) == (100.0, 4_000.0)
    assert times.sum(axis=1).tolist() == [40_000.0] * 2
    assert utilisation(times) == 400.0 / 72_000.0


def test_a_drive_to_the_loop_is_no_patrol() -> None:
    """Unit 0 patrols from the start, is sent at 1000 s, and drives 250 s back to its loop from 1400 s on."""
    scenario, tape = line(tasks=1)
    day = Story()
    day.told(0.0, "on_duty", unit=0)
    day.told(0.0, "loop_started", unit=0)
    for kind in ("occurred", "reported", "processed"):
        day.told(1000.0, kind, 0)
    day.told(1000.0, "loop_suspended", unit=0)
    day.told(1000.0, "dispatched", 0, 0)
    day.told(1100.0, "arrived", 0, 0)
    day.told(1400.0, "cleared", 0, 0, 400.0)
    day.told(1400.0, "closed", 0)
    day.told(1400.0, "loop_started", unit=0, value=1650.0)
    day.drive(0, 1400.0, 1650.0, (1000.0, 0.0), (0.0, 0.0), "to_loop")
    day.told(36_000.0, "off_duty", unit=0)
    loop = np.where(np.arange(2) == 0, 0, -1)
    scenario = replace(scenario, units=replace(scenario.units, loop=loop))
    whole = Day.of(scenario, tape, day.trace)
    names = dict(zip(UNIT_STATUSES, status_times(whole)[0].tolist()))
    assert (names["on_loop"], names["returning"], names["free"]) == (1000.0 + 34_350.0, 250.0, 0.0)
    assert (names["responding"], names["on_scene"], names["off_duty"]) == (100.0, 300.0, 4_000.0)
    assert patrol_shares(whole) == {"patrol_car": pytest.approx(35_350.0 / 36_000.0)}
    assert load_table(whole, NO_GATES)["patrolling"] == [pytest.approx(35_350.0 / 36_000.0), None, None]


def test_a_drive_home_cut_short_by_the_end_of_duty_is_counted_until_then() -> None:
    scenario, tape = line(tasks=1)
    day = Story()
    day.told(0.0, "on_duty", unit=0)
    day.told(100.0, "returning", unit=0, value=500.0)
    day.told(250.0, "off_duty", unit=0)
    names = dict(zip(UNIT_STATUSES, status_times(Day.of(scenario, tape, day.trace))[0].tolist()))
    assert (names["free"], names["returning"], names["off_duty"]) == (100.0, 150.0, 39_750.0)


@pytest.mark.parametrize("taskable", ["while_returning", "at_base"])
def test_returning_is_the_time_of_the_drives_back_whoever_may_be_sent(taskable: str) -> None:
    scenario, tape = town(taskable=taskable)
    day = Day.of(scenario, tape, run(scenario, tape))
    times, whole = status_times(day), day.intervals
    drives = np.isin(day.leg_columns["purpose"], [PURPOSES.index("home"), PURPOSES.index("to_loop")])
    ends = np.full(len(whole.unit), np.inf)
    for unit, begin, end in zip(day.leg_unit[drives], day.leg("depart_at")[drives], day.leg("arrive_at")[drives]):
        ends[(whole.unit == unit) & (whole.begin == begin)] = end
    kind = day.kind[whole.record]
    drive = np.isin(kind, [CODE["returning"], CODE["loop_started"]]) & np.isfinite(ends)
    expected = (np.minimum(ends, whole.end) - whole.begin)[drive].sum()
    assert times[:, UNIT_STATUSES.index("returning")].sum() == pytest.approx(expected)
    assert 0 < expected <= (whole.end - whole.begin)[drive].sum()
    rounds = loop_segments(day)
    assert times[:, UNIT_STATUSES.index("on_loop")].sum() == pytest.approx((rounds.end - rounds.begin).sum())


def test_status_times_add_up_to_the_shifts_on_a_day_of_the_engine() -> None:
    scenario, tape = town()
    times = status_times(Day.of(scenario, tape, run(scenario, tape)))
    starts = scenario.units.shift_start[scenario.units.shift_from[:-1]]
    np.testing.assert_allclose(times.sum(axis=1), 40_000.0 - starts, atol=1e-6)
    planned = np.add.reduceat(scenario.units.shift_end - scenario.units.shift_start, scenario.units.shift_from[:-1])
    overtime = times[:, 1:].sum(axis=1) - planned
    assert overtime.min() > -1e-6 and 0.0 < overtime.max() < 15_000.0


@pytest.mark.parametrize("by", ["kind", "area", "force"])
def test_hours_by_group_add_up(by: str) -> None:
    scenario, tape = town()
    day = Day.of(scenario, tape, run(scenario, tape))
    table = occupancy_table(day, by)
    times = status_times(day)[:, 1:].sum(axis=0) / 3600.0
    for name, hours in zip(UNIT_STATUSES[1:], times):
        assert sum(table[f"{name}_hours"]) == pytest.approx(hours)
    assert sum(table["units"]) == len(scenario.units)


def test_time_inside_bins_is_that_of_clipped_intervals() -> None:
    rng = np.random.default_rng(3)
    begin = rng.uniform(0, 90, 50)
    end, edges = begin + rng.uniform(0, 30, 50), np.array([10.0, 20.0, 50.0, 80.0])
    bins = np.diff(time_before(begin, end, edges))
    clipped = [np.clip(np.minimum(end, b) - np.maximum(begin, a), 0, None).sum() for a, b in pairwise(edges)]
    np.testing.assert_allclose(bins, clipped)


def test_load_warns_of_idle_and_saturated_resources() -> None:
    table = load_table(one_task_day(), NO_GATES)
    assert table["resource"] == ["patrol_car", "phone operators", "radio operators"]
    assert table["load"][0] == pytest.approx(400.0 / 72_000.0)
    assert table["warning"] == ["below 10 %"] * 3
    busy = load_table(Day.of(*_with_trace(*town(incidents=900))), NO_GATES)
    assert dict(zip(busy["resource"], busy["warning"]))["rrv"] == "above 95 %"


def test_an_area_that_cannot_keep_up_is_overloaded_and_a_quiet_one_is_not() -> None:
    assert overload_table(one_task_day())["overloaded"] == [False]
    table = overload_table(Day.of(*_with_trace(*town(incidents=900))))
    assert all(table["overloaded"]) and min(table["utilisation_late"]) > 0.9


def test_open_work_is_the_scene_time_of_those_who_wait() -> None:
    scenario, tape = line(tasks=3, cls=np.array([0, 0, 2]))
    day = Story()
    for task in range(3):
        for kind in ("occurred", "reported", "processed"):
            day.told(600.0 * task, kind, task)
    assert open_work(Day.of(scenario, tape, day.trace)).tolist() == [900.0]
    table = overload_table(Day.of(scenario, tape, day.trace))
    assert table["area"] == ["0"] and table["overloaded"] == [True]


def _with_trace(scenario, tape):  # type: ignore[no-untyped-def]
    return scenario, tape, run(scenario, tape)
