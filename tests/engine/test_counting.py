"""Fleets count units by what they can do, and calls that need nobody come in their own streams: the day is the same."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrays import make_sites, make_territory, uniform_travel
from sim.demand.classes import IncidentClass, Slot
from sim.movement import build_loops, no_loops
from sim.names import named
from sim.processes.actors import Unit
from sim.processes.fleet import Fleet
from sim.territory.travel import build_travel
from tests.worlds import calls, day, moments, world

SLOT_TYPES = 4
SKILLS = st.lists(st.integers(0, SLOT_TYPES - 1), unique=True).map(sorted)
ACTS = st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["free", "duty"])), max_size=40)


@settings(max_examples=100)
@given(skills=st.lists(SKILLS, min_size=8, max_size=8), acts=ACTS)
def test_units_are_counted_as_if_one_by_one(skills: list[list[int]], acts: list[Any]) -> None:
    territory = make_territory(make_sites([0.0], [0.0]))
    units = [Unit(i, i, 0, 0.0, 0.0, 0, 0) for i in range(len(skills))]
    for row, (unit, own) in enumerate(zip(units, skills, strict=True)):
        unit.row, unit.slot_types = row, own
    fleet = Fleet(units, SLOT_TYPES, no_loops(), build_travel(territory, uniform_travel(36.0)))
    on_duty: set[int] = set()
    for row, act in acts:
        unit = units[row]
        if act == "free":
            (fleet.set_busy if unit.is_free else fleet.set_free)(unit)
        else:
            (fleet.go_off_duty if row in on_duty else fleet.come_on_duty)(unit)
            on_duty ^= {row}
        for s in range(SLOT_TYPES):
            free = [s in other.slot_types and other.is_free for other in units]
            assert (fleet.free(s), fleet.has_free(s)) == (sum(free), any(free))
            assert fleet.open(s).tolist() == [0.0 if one else inf for one in free]
            assert fleet.on_duty(s) == sum(s in units[row].slot_types for row in on_duty)
            assert fleet.eligible[s] == sum(s in other.slot_types for other in units)


def test_calls_that_need_nobody_come_between_the_others_in_the_order_of_time_and_id() -> None:
    two = (Slot(), Slot())
    classes = (IncidentClass("theft", 2), IncidentClass("question", 4, slots=()), IncidentClass("riot", 1, slots=two))
    territory = make_territory(make_sites([0.0, 900.0], [0.0, 0.0]))
    count = 60
    rng = np.random.default_rng(5)
    at, cls = np.sort(rng.integers(0, 20, count) * 50.0), rng.integers(0, 3, count)
    scenario = world(territory, [0, 0, 1], classes=classes)
    trace = day(scenario, at, rng.integers(0, 2, count), 40.0, **calls(count, cls=cls, talk_time=np.full(count, 10.0)))
    ids, times = moments(trace, "occurred")
    assert times.tolist() == at.tolist()
    assert ids.tolist() == list(range(count))
    closed, _ = moments(trace, "closed")
    assert set(np.flatnonzero(cls == 1)) <= set(closed.tolist())


def test_a_day_without_calls_or_with_nothing_else_has_no_empty_stream() -> None:
    classes = (IncidentClass("theft", 2), IncidentClass("question", 4, slots=()))
    territory = make_territory(make_sites([0.0], [0.0]))
    for number in range(len(classes)):
        trace = day(world(territory, [0], classes=classes), [10.0, 20.0], 0, 5.0, cls=[number, number])
        assert moments(trace, "closed")[0].tolist() == [0, 1]


def test_places_of_a_loop_are_those_of_its_stops() -> None:
    x, y = np.array([0.0, 3.0, 9.0]), np.array([1.0, 4.0, 2.0])
    loops = build_loops([np.array([2, 0]), np.array([1])], x, y, [np.ones(2), np.ones(1)], [np.zeros(2), np.zeros(1)])
    assert loops.places == [[(9.0, 2.0), (0.0, 1.0)], [(3.0, 4.0)]]


def test_ids_are_called_by_their_texts_and_empty_cells_stay_empty() -> None:
    assert named([3, None, 5], {}) == [3, None, 5]
    assert named([3, None, 5], {3: "car 3"}) == ["car 3", None, 5]
