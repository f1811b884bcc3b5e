"""Revisit targets by hand, and the tables of patrols on a made-up day."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measures.collect import measure
from sim.measures.day import Day
from sim.measures.patrols import axis_table, late_times, revisits
from sim.measures.presence import Visits, visits_of
from sim.processes.simulation import run
from tests.measures.worlds import line, town


def late(visits: list[tuple[int, float, float]], places: int = 1, target: float = 100.0, start: float = 0.0) -> list[float]:
    """Late time of places from 1000 to 2000."""
    columns = np.array(visits, dtype=float).reshape(-1, 3).T
    begin, end = np.full(places, 1000.0), np.full(places, 2000.0)
    place = columns[0].astype(np.int64)
    return late_times((place, columns[1], columns[2]), np.full(places, target), begin, end, start).tolist()


def test_the_time_beyond_the_target_is_worked_out_by_hand() -> None:
    assert late([]) == [1000.0]
    assert late([], start=950.0) == [950.0]
    assert late([(0, 900.0, 980.0)]) == [920.0]  # good until 1080
    assert late([(0, 1200.0, 1300.0)]) == [200.0 + 600.0]
    assert late([(0, 900.0, 1000.0), (0, 1050.0, 1990.0)]) == [0.0]
    assert late([(0, 1000.0, 1500.0), (0, 1100.0, 1200.0)]) == [400.0]  # the longer of two visits counts
    assert late([(1, 1200.0, 1300.0), (0, 950.0, 2500.0)], places=2) == [0.0, 800.0]
    assert late([(0, 2100.0, 2200.0)], start=1500.0) == [400.0]


def test_late_times_equal_a_walk_second_by_second() -> None:
    rng = np.random.default_rng(2)
    place, arrive = rng.integers(0, 4, 60), np.floor(rng.uniform(0, 2400, 60))
    depart = arrive + np.floor(rng.uniform(0, 120, 60))
    target, begin, end = np.array([50.0, 100.0, 200.0, 400.0]), np.full(4, 1000.0), np.full(4, 2000.0)
    slow = np.zeros(4)
    for p in range(4):
        for t in np.arange(1000.5, 2000.0):
            came = (place == p) & (arrive <= t)
            since = t - max(depart[came].max(initial=0.0), 0.0)
            slow[p] += since > target[p]
    assert late_times((place, arrive, depart), target, begin, end, 0.0) == pytest.approx(slow)


def test_centres_without_patrols_are_late_once_the_target_has_passed_since_the_day_began() -> None:
    scenario, tape = line()
    day = Day.of(scenario, tape, run(scenario, tape))
    seen = visits_of(day)
    found = revisits(day)
    assert found.late == pytest.approx([36_000.0 - 3600.0] * 3)
    assert axis_table(day, seen) == {name: [] for name in axis_table(day, seen)}


def test_shares_lie_between_0_and_1_and_those_of_a_fabric_add_up() -> None:
    scenario, tape = town()
    measures = measure(scenario, tape, run(scenario, tape))
    revisit, first = measures.tables["revisit"], measures.tables["first_on_scene"]
    assert all(0.0 <= float(share or 0.0) <= 1.0 for share in revisit["revisit_within"])
    for fabric in set(first["fabric"]):
        shares = [float(s or 0.0) for s, f in zip(first["first_share"], first["fabric"], strict=True) if f == fabric]
        assert sum(shares) == pytest.approx(1.0)


def test_the_interval_of_an_axis_is_that_between_visits_at_its_entrance() -> None:
    scenario, tape = town()
    day = Day.of(scenario, tape, run(scenario, tape))
    sites = scenario.territory.sites
    entrance = sites.of_kind("checkpoint")
    if len(entrance):
        seen = Visits(entrance[:1].repeat(2), np.array([0.0, 7200.0]), np.array([600.0, 7800.0]))
        assert axis_table(day, seen)["axes"][0] == len(entrance)
