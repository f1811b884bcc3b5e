"""Presence: visits and gaps worked by hand, and against a second-by-second count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.measures.day import Day
from sim.measures.presence import gaps, loop_segments, presence, presence_by_area, presence_by_centre
from sim.movement import build_loops
from sim.processes.simulation import run
from sim.scenario import Scenario
from tests.measures.worlds import Story, town

VISITS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 90), st.integers(1, 30)), max_size=25)


def patrol(loops: int = 1) -> Scenario:
    """Two centres; each car drives 100 s to the next centre and stays there 50 s: one round is 300 s."""
    sites = make_sites([0.0, 100.0, 200.0], 0.0, kind=["base", "centre", "centre"], offices=[0, 1, 1])
    territory = make_territory(sites)
    legs, stops = [np.array([100.0, 100.0])] * loops, [np.array([50.0, 50.0])] * loops
    table = build_loops([np.array([1, 2])] * loops, sites.x, sites.y, legs, stops)
    units = make_units([0] * loops, territory, loop=np.arange(loops))
    calendar = make_calendar(territory, opening=1000.0, closing=2000.0, end=2500.0)
    return make_scenario(territory, units, loops=table, calendar=calendar)


def test_gaps_of_one_patrol_worked_by_hand() -> None:
    scenario = patrol()
    day = Story()
    day.told(0.0, "on_duty", unit=0)
    day.told(0.0, "loop_started", unit=0, value=0.0)
    day.told(1360.0, "loop_suspended", unit=0)
    tape = make_tape(scenario.territory, [0.0], [1], [1.0])
    seen = presence(Day.of(scenario, tape, day.trace))
    # Centre 1 is visited at 1200-1250, centre 2 at 1050-1100 and 1350-1360 (cut short).
    assert seen.visits.tolist() == [1, 2]
    assert seen.mean_gap.tolist() == [(200.0 + 750.0) / 2, (50.0 + 250.0 + 640.0) / 3]
    assert seen.max_gap.tolist() == [750.0, 640.0]
    assert seen.since_last.tolist() == [750.0, 640.0]
    assert seen.visited_time.tolist() == [50.0, 60.0]


def test_the_drive_to_the_loop_is_no_patrol() -> None:
    scenario = patrol()
    day = Story()
    day.told(0.0, "on_duty", unit=0)
    day.told(1500.0, "loop_started", unit=0, value=1400.0)
    day.drive(0, 1500.0, 1550.0, (0.0, 0.0), (200.0, 0.0), "to_loop")
    tape = make_tape(scenario.territory, [0.0], [1], [1.0])
    segments = loop_segments(Day.of(scenario, tape, day.trace))
    assert (segments.begin.tolist(), segments.end.tolist(), segments.ref.tolist()) == ([1550.0], [2500.0], [1400.0])
    assert presence(Day.of(scenario, tape, day.trace)).visits.tolist() == [1, 2]


def test_never_visited_is_a_gap_of_the_whole_phase_and_no_last_visit() -> None:
    scenario = patrol()
    tape = make_tape(scenario.territory, [0.0], [1], [1.0])
    day = Day.of(scenario, tape, Story().trace)
    table = presence_by_centre(day, presence(day))
    assert (table["visits"], table["max_gap"], table["since_last_visit"]) == ([0, 0], [1000.0] * 2, [None] * 2)
    assert presence_by_area(day, presence(day))["never_visited"] == [1.0]


@given(VISITS)
def test_gaps_equal_a_count_second_by_second(visits: list[tuple[int, int, int]]) -> None:
    place, arrive, length = (np.array([v[i] for v in visits], dtype=np.int64) for i in range(3))
    begin, end = np.full(3, 10.0), np.full(3, 100.0)
    count, mean, longest, since, visited = gaps(
        place, arrive.astype(float), (arrive + length).astype(float), begin, end
    )
    for j in range(3):
        mine = [(max(a, 10), min(a + d, 100)) for p, a, d in visits if p == j and min(a + d, 100) > max(a, 10)]
        empty = [not any(a <= s < b for a, b in mine) for s in range(10, 100)]
        runs = [len(run) for run in "".join(" x"[e] for e in empty).split()]
        assert count[j] == len(mine)
        assert visited[j] == 90 - sum(empty)
        assert longest[j] == max(runs, default=0)
        assert mean[j] == pytest.approx(sum(runs) / len(runs) if runs else 0.0)
        assert np.isnan(since[j]) if not mine else since[j] == 100 - max(b for _, b in mine)


def test_presence_on_a_day_of_the_engine_equals_positions_looked_at_every_second() -> None:
    scenario, tape = town(incidents=150)
    day = Day.of(scenario, tape, run(scenario, tape))
    seen = presence(day)
    segments = loop_segments(day)
    _, site, arrive, depart = scenario.loops.visits(segments.loop, segments.ref, segments.begin, segments.end)
    moments = np.arange(2_000.5, 34_000.0)
    for j in (0, 20, 50):
        mine = site == seen.centres[j]
        present = np.zeros(len(moments), dtype=bool)
        for a, b in zip(arrive[mine], depart[mine]):
            present |= (moments >= a) & (moments < b)
        assert seen.visited_time[j] == pytest.approx(present.sum(), abs=2.0 * int(mine.sum()) + 1.0)
    assert seen.visits.sum() > 200
    assert (seen.max_gap >= seen.mean_gap).all()
