"""Degenerate and extreme days: nothing, nobody, everything at once, too much (Sargent 2013)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import make_calendar, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.errors import InputError
from tests.oracles.queueing import mg1_wait
from tests.oracles.recursions import lindley
from tests.worlds import day, marked, needs, of_task, play, point_town, rules, story, street, values, world

NOTHING = np.zeros(0)


@pytest.mark.parametrize("units", [0, 3])
def test_no_incidents(units: int) -> None:
    trace = day(world(point_town(), [0] * units), NOTHING, np.zeros(0, int), NOTHING)
    assert story(trace) == [(0.0, "on_duty", -1, unit) for unit in range(units)]
    assert len(trace.legs()["unit"]) == 0


@pytest.mark.parametrize("policy", ["nearest", "least_time", "preference"])
@pytest.mark.parametrize("redirect", ["never", "when_none_free"])
def test_no_units_at_all(policy: str, redirect: str) -> None:
    scenario = world(street([0.0, 5.0]), [], dispatch=rules(policy=policy, redirect=redirect, aid="when_none_free"))
    trace = day(scenario, [0.0, 5.0], 1, 10.0)
    assert of_task(trace, 1)[-1] == (5.0, "lapsed", -1)
    assert values(trace, "lapsed") == [1.0, 1.0]


def test_units_that_never_come_on_duty_leave_tasks_open() -> None:
    trace = day(world(point_town(), [0], unit={"shifts": [[]]}), [0.0], 0, 10.0)
    assert of_task(trace, 0)[-1][1] == "processed"


def test_ten_times_the_units_needed_means_no_waiting() -> None:
    rng = np.random.default_rng(1)
    at = np.cumsum(rng.exponential(10.0, 2000))
    got = marked(day(world(point_town(), [0] * 100), at, 0, rng.exponential(100.0, 2000)), 2000)
    assert (got.dispatched_at == at).all()


def test_everything_at_one_point_needs_no_drive_and_any_speed_will_do() -> None:
    rng = np.random.default_rng(2)
    at, scene = np.cumsum(rng.exponential(60.0, 500)), rng.exponential(50.0, 500)
    runs = [marked(day(world(point_town(), [0], travel=uniform_travel(speed)), at, 0, scene), 500) for speed in (1.0, 300.0)]
    np.testing.assert_array_equal(runs[0].closed_at, runs[1].closed_at)


def test_a_steady_stream_by_hand() -> None:
    # One incident every 10 s, 25 s of work, 2 units: starts at 0, 10, 25, 35, 50, 60, …
    got = marked(day(world(point_town(), [0, 0]), np.arange(8) * 10.0, 0, 25.0), 8)
    assert got.dispatched_at.tolist() == [0.0, 10.0, 25.0, 35.0, 50.0, 60.0, 75.0, 85.0]
    assert got.unit.tolist() == [0, 1] * 4


def test_one_unit_one_office_has_the_mean_of_pollaczek_and_khinchine_in_order_of_size() -> None:
    rng = np.random.default_rng(3)
    at, scene = np.cumsum(rng.exponential(2.0, 30_000)), rng.gamma(2.0, 0.5, 30_000)
    got = marked(day(world(point_town(), [0]), at, 0, scene), 30_000)
    np.testing.assert_allclose(got.dispatched_at, lindley(at, scene), atol=1e-9)
    assert (got.dispatched_at - at).mean() == pytest.approx(mg1_wait(0.5, 1.0, 1.5), rel=0.1)


def test_an_overloaded_day_grows_as_it_must() -> None:
    rng = np.random.default_rng(4)
    territory = point_town()
    count, units, load = 26_000, 10, 1.3
    at = np.cumsum(rng.exponential(1 / (units * load), count))
    at *= count / (units * load) / at[-1]  # the rate holds exactly; only the order of the gaps is random
    scenario = world(territory, [0] * units, calendar=make_calendar(territory, end=float(at[-1])))
    waiting = count - len(values(day(scenario, at, 0, 1.0), "dispatched"))
    assert waiting == pytest.approx((load - 1) * units * at[-1], rel=0.03)


def test_ten_thousand_calls_at_one_instant_in_the_order_of_priority_and_id() -> None:
    count = 10_000
    priority = np.random.default_rng(5).integers(1, 5, count)
    trace = day(world(point_town(), [0] * 20), np.full(count, 100.0), 0, np.full(count, 7.0), priority=priority)
    task = np.array([line[2] for line in story(trace, "dispatched")])
    assert task[:20].tolist() == list(range(20))
    rest = np.arange(20, count)
    np.testing.assert_array_equal(task[20:], rest[np.lexsort((rest, priority[rest]))])
    assert len(values(trace, "closed")) == count


def test_a_day_of_no_length() -> None:
    territory = point_town()
    scenario = world(territory, [0], calendar=make_calendar(territory, end=0.0))
    trace = day(scenario, [0.0, 1.0], 0, 5.0)
    assert [kind for _, kind, *_ in story(trace)] == [
        "on_duty",
        "occurred",
        "reported",
        "processed",
        "dispatched",
        "arrived",
    ]


def test_zero_work_and_zero_drives_end_in_one_instant() -> None:
    trace = day(world(point_town(), [0], classes=[needs(3)]), [5.0], 0, np.zeros((1, 3)))
    assert of_task(trace, 0)[-1] == (5.0, "closed", -1)
    assert len(values(trace, "arrived")) == 3


def test_incidents_before_the_day_and_ids_given_twice_are_refused() -> None:
    scenario = world(point_town(), [0])
    for at, ids in (([-1.0, 2.0], [0, 1]), ([float("nan"), 2.0], [0, 1]), ([1.0, 2.0], [4, 4])):
        with pytest.raises(InputError):
            play(scenario, make_tape(scenario.territory, at, [0, 0], np.ones((2, 1)), id=ids))
    with pytest.raises(InputError, match="rising"):
        make_units([0, 0], scenario.territory, id=[1, 1])


def test_an_area_without_units_is_served_by_nobody_unless_neighbours_help() -> None:
    territory = make_territory(make_sites([0.0, 100.0], [0.0, 0.0], area=[0, 1]), neighbours=[(1,), (0,)])
    alone = day(world(territory, [1]), [0.0], 0, 5.0)
    assert of_task(alone, 0)[-1][1] == "lapsed"
    helped = day(world(territory, [1], dispatch=rules(aid="when_none_free", aid_keep=0, aid_time=60.0)), [0.0], 0, 5.0)
    assert marked(helped, 1).arrived_at.tolist() == [70.0]
