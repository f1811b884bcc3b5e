"""The invariants hold on days of the engine under every rule, and each of them notices what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.measures.day import Recorded
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.trace import CODE
from tests.measures.worlds import line, town

RULES: list[dict[str, Any]] = [
    {},
    {"command": "parallel"},
    {"policy": "nearest", "redirect": "when_none_free"},
    {"reserve": (0, 2, 4, 4)},
    {"reserve": (0, 1, 3, 3), "blocking": True},
    {"reserve": (0.0, 0.1, 0.2, 0.2), "reserve_as": "share"},
    {"taskable": "at_base"},
    {"taskable": "at_scene"},
    {"command": "parallel", "aid": "when_none_free"},
]


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("incidents", [150, 700])
def test_they_hold_under_every_rule(rules: dict[str, Any], incidents: int) -> None:
    scenario, tape = town(incidents=incidents, **rules)
    check_invariants(scenario, tape, run(scenario, tape))


@pytest.mark.parametrize("metric", ["right_angle", "great_circle", "torus", "matrix"])
def test_they_hold_under_every_metric(metric: str) -> None:
    scenario, tape = town(metric=metric)
    check_invariants(scenario, tape, run(scenario, tape))


def test_they_hold_when_everything_comes_at_one_instant() -> None:
    scenario, tape = line(units=3, tasks=40)
    tape.incidents.at[:] = 100.0
    check_invariants(scenario, tape, run(scenario, tape))


class Forged:
    """A trace with something done to it."""

    def __init__(self, trace: Recorded, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
        self._columns = {name: np.array(column) for name, column in trace.columns().items()}
        self._legs = {name: np.array(column) for name, column in trace.legs().items()}
        change(self._columns, self._legs)

    def columns(self) -> dict[str, Any]:
        return self._columns

    def legs(self) -> dict[str, Any]:
        return self._legs


def _first(rows: dict[str, Any], kind: str, number: int = 0) -> int:
    return int(np.flatnonzero(rows["kind"] == CODE[kind])[number])


def _swap_times(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    rows["time"][50] += 500.0


def _arrive_while_free(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    rows["kind"][_first(rows, "dispatched", 3)] = CODE["arrived"]


def _close_twice(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    a, b = _first(rows, "closed"), _first(rows, "closed", 1)
    rows["task"][b] = rows["task"][a]


def _forget_an_incident(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    keep = rows["task"] != rows["task"][_first(rows, "lapsed")]
    for name in rows:
        rows[name] = rows[name][keep]
    rows["cause"][:] = -1


def _jump(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    legs["x0"][30] += 5.0


def _late_start(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    legs["depart_at"][_leg(legs)] += 7.0


def _leg(legs: dict[str, Any]) -> int:
    return int(np.flatnonzero(legs["purpose"] == 0)[5])


def _busy_too_long(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    rows["value"][_first(rows, "cleared", 4)] += 50_000.0


def _early_mobilisation(rows: dict[str, Any], legs: dict[str, Any]) -> None:
    row = _first(rows, "dispatched", 2)
    rows["value"][row] = 1e5
    legs["depart_at"][np.flatnonzero(legs["purpose"] == 0)[2]] = rows["time"][row] + 1e5


FORGERIES = {
    "the clock goes back": _swap_times,
    "'arrived' after": _arrive_while_free,
    "'closed' after 'closed'": _close_twice,
    "never occurred": _forget_an_incident,
    "jumps to": _jump,
    "does not depart": _late_start,
    "busy for less time": _busy_too_long,
    "is negative": _early_mobilisation,
}


@pytest.mark.parametrize("message", FORGERIES)
def test_a_forged_trace_is_noticed(message: str) -> None:
    scenario, tape = town()
    with pytest.raises(AssertionError, match=message):
        check_invariants(scenario, tape, Forged(run(scenario, tape), FORGERIES[message]))


def test_a_task_that_waits_beside_a_free_unit_is_noticed() -> None:
    from sim.measures.day import Day
    from sim.measures.replay_queue import check_queue
    from tests.measures.worlds import Story

    scenario, tape = line(units=1, tasks=2)
    day = Story()
    for task in (0, 1):
        for kind in ("occurred", "reported", "processed"):
            day.told(600.0 * task, kind, task)
    day.told(700.0, "on_duty", unit=0)
    day.told(700.0, "dispatched", 0, 0)
    day.told(800.0, "diverted", 0, 0, -1)
    with pytest.raises(AssertionError, match=r"I4: at 800.000 s a task of class 'dispute' and priority 1 waits"):
        check_queue(Day.of(scenario, tape, day.trace))


@pytest.mark.parametrize(("priorities", "message"), [([2, 1], "more urgent"), ([1, 1], "older")])
def test_a_unit_sent_past_a_task_that_comes_first_is_noticed(priorities: list[int], message: str) -> None:
    from sim.measures.day import Day
    from sim.measures.replay_queue import check_queue
    from tests.measures.worlds import Story

    scenario, tape = line(units=1, tasks=2, priority=np.array(priorities))
    first, second = (1, 0) if priorities == [2, 1] else (0, 1)
    day = Story()
    for task in (0, 1):
        for kind in ("occurred", "reported", "processed"):
            day.told(600.0 * task, kind, task)
    day.told(700.0, "on_duty", unit=0)
    day.told(700.0, "dispatched", second, 0)
    with pytest.raises(AssertionError, match=rf"I6: .* sent to task {second} although task {first}, .*{message}"):
        check_queue(Day.of(scenario, tape, day.trace))


def test_a_broken_reserve_is_noticed() -> None:
    from sim.measures.day import Day
    from sim.measures.replay_queue import check_queue

    free, tape = town(incidents=700)
    kept, _ = town(incidents=700, reserve=(0, 2, 4, 4))
    with pytest.raises(AssertionError, match="I10"):
        check_queue(Day.of(kept, tape, run(free, tape)))
