"""Deterrence by hand: visits of loops by formula, what is left of them, and candidates that happen or do not."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrays import make_calendar, make_tape
from sim.demand.tape import THINNINGS
from sim.errors import InputError
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.presence import loop_segments
from sim.movement import Loops, build_loops
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.deterrence import DeterrenceSettings
from sim.trace import Trace
from tests.worlds import needs, play, story, street, values, world

MARK = THINNINGS["deterrence"]
RULES = DeterrenceSettings(effect=0.2, residual_time=2700.0)


def round_of_two(stop: float = 600.0) -> Loops:
    """A loop between the places 1 and 2: 600 s at each, 400 s to the other, so a round of 2,000 s."""
    xs = np.array([0.0, 0.0, 4000.0])
    return build_loops([np.array([1, 2])], xs, np.zeros(3), [np.array([400.0, 400.0])], [np.array([stop, stop])])


def beat(rules: DeterrenceSettings = RULES, loops: Loops | None = None, **unit: Any) -> Scenario:
    """One patrol on the loop of two places and a fast car at the base, which is sent; teams stand where ``team`` says."""
    territory = street([0.0, 0.0, 4000.0], kind=["base", "centre", "centre"], offices=[0, 2, 2])
    columns = {"loop": [0, -1], "kind": ["foot_pair", "patrol_car"], "heads": [2, 3], **unit}
    scenario = world(territory, [0] * len(columns["loop"]), unit=columns, loops=loops or round_of_two())
    return replace(scenario, deterrence=rules, calendar=make_calendar(territory, opening=0.0, closing=36_000.0, end=50_000.0))


def proposed(scenario: Scenario, at: list[float], site: int, u: list[float] | float, **marks: Any) -> Trace:
    """A day on candidates that ask for no unit."""
    scenario = replace(scenario, classes=(replace(needs(1), slots=(), deterred=marks.pop("deterred", 1.0)),))
    count = len(at)
    marks = {"candidate": np.broadcast_to(u, count), "thinning": [MARK] * count, **marks}
    tape = make_tape(scenario.territory, at, [site] * count, np.ones(count), **marks)
    trace = play(scenario, tape)
    check_invariants(scenario, tape, trace)
    return trace


def factors(scenario: Scenario, at: list[float], site: int, **marks: Any) -> list[float]:
    """The factor that candidates at the given moments face (their u is 0, so that all happen)."""
    return values(proposed(scenario, at, site, 0.0, **marks), "weighed")


def test_the_hazard_after_a_visit_comes_back_by_the_clock() -> None:
    # At place 1 from 0 to 600 and 2000 to 2600; at place 2 from 1000 to 1600.
    at = [300.0, 600.0, 1500.0, 1999.0, 2300.0, 3300.0]
    since = [0.0, 0.0, 900.0, 1399.0, 0.0, 700.0]
    assert factors(beat(), at, 1) == pytest.approx([1 - 0.2 * exp(-s / 2700) for s in since], abs=1e-12)
    at, since = [500.0, 1000.0, 1600.0, 2800.0], [np.inf, 0.0, 0.0, 1200.0]
    assert factors(beat(), at, 2) == pytest.approx([1 - 0.2 * exp(-s / 2700) for s in since], abs=1e-12)


def test_a_short_stop_does_less_and_a_drive_past_least() -> None:
    rules = replace(RULES, by_stop=((0.0, 0.25), (600.0, 1.0), (960.0, 1.0), (1860.0, 0.5)))
    for stop, share in ((0.0, 0.25), (300.0, 0.625), (600.0, 1.0), (900.0, 1.0), (1410.0, 0.75), (5000.0, 0.5)):
        got = factors(beat(rules, round_of_two(stop)), [stop + 100.0], 1)
        assert got == pytest.approx([1 - 0.2 * share * exp(-100 / 2700)], abs=1e-12), stop


def test_a_stop_cut_short_by_a_task_counts_for_as_long_as_it_lasted() -> None:
    # Both units free: the foot pair, at place 1, is nearest to a task there at 150 s and leaves its loop.
    scenario = replace(beat(), classes=(needs(1),))
    marks = {"candidate": [np.nan, 0.0, 0.0], "thinning": [0, MARK, MARK]}
    tape = make_tape(scenario.territory, [150.0, 400.0, 4000.0], [1, 1, 1], [6000.0] * 3, **marks)
    trace = play(scenario, tape)
    share = 0.25 + 0.75 * 150 / 600
    assert values(trace, "weighed") == pytest.approx([1 - 0.2 * share * exp(-s / 2700) for s in (250, 3850)], abs=1e-12)


def test_a_patrol_on_its_way_to_its_loop_deters_nobody_yet_and_then_does() -> None:
    # The pair works at place 2 until 1,000 s, returns to its stop there at once, and waits its 600 s again.
    scenario = replace(beat(shifts=[[(0.0, 5e4)], [(40_000.0, 5e4)]]), classes=(needs(1), replace(needs(1), slots=())))
    marks = {"cls": [0, 1, 1, 1], "candidate": [np.nan, 0.0, 0.0, 0.0], "thinning": [0, MARK, MARK, MARK]}
    tape = make_tape(scenario.territory, [0.0, 900.0, 1300.0, 1900.0], [2, 2, 2, 2], [600.0] * 4, **marks)
    trace = play(scenario, tape)
    assert [time for time, *_ in story(trace, "loop_started")] == pytest.approx([0.0, 1000.0])
    assert values(trace, "weighed") == pytest.approx([1.0, 0.8, 1 - 0.2 * exp(-300 / 2700)])


def test_the_strongest_of_several_visits_counts() -> None:
    # A second patrol drives past place 1 at 1,000 s: that adds less than the long stop that ended at 600 s.
    xs = np.array([0.0, 0.0, 4000.0])
    legs, stops = [np.array([400.0, 400.0]), np.array([3000.0])], [np.array([600.0, 600.0]), np.array([0.0])]
    loops = build_loops([np.array([1, 2]), np.array([1])], xs, np.zeros(3), legs, stops)
    unit = {"loop": [0, 1], "loop_phase": [0.0, 2000.0]}
    got = factors(beat(RULES, loops, **unit), [999.0, 1001.0], 1)
    assert got == pytest.approx([1 - 0.2 * exp(-399 / 2700), 1 - 0.2 * exp(-401 / 2700)], abs=1e-12)
    slow = replace(RULES, residual_time=200.0)
    assert factors(beat(slow, loops, **unit), [1001.0], 1) == pytest.approx([1 - 0.2 * 0.25 * exp(-1 / 200)], abs=1e-12)


def test_a_team_at_the_centre_deters_while_it_is_there_and_ordered_classes_half_as_much() -> None:
    rules = replace(RULES, team_effect=0.3)
    unit = {"loop": [-1, -1], "kind": ["fixed_team", "patrol_car"], "mobile": [False, True], "heads": [4, 3]}
    scenario = beat(rules, shifts=[[(1000.0, 2000.0)], [(0.0, 5e4)]], **unit)
    scenario = replace(scenario, units=replace(scenario.units, base=np.array([1, 0])))
    assert factors(scenario, [500.0, 1500.0, 2500.0], 1) == pytest.approx([1.0, 0.7, 1.0])
    assert factors(scenario, [1500.0], 1, deterred=0.5) == pytest.approx([0.85])
    assert factors(beat(), [600.0], 1, deterred=0.5) == pytest.approx([0.9])


def test_candidates_are_prevented_exactly_above_the_factor() -> None:
    at = np.repeat([600.0, 1500.0], 3).tolist()
    low, late = 0.8, 1 - 0.2 * exp(-900 / 2700)
    u = [low - 1e-9, low + 1e-9, 1.0, late - 1e-9, late + 1e-9, 0.0]
    trace = proposed(beat(), at, 1, u)
    assert [task for _, _, task, _ in story(trace, "prevented")] == [1, 2, 4]
    assert values(trace, "prevented") == pytest.approx([low, low, late])


def test_many_candidates_happen_as_often_as_the_formula_says() -> None:
    rng = np.random.default_rng(3)
    at = np.sort(rng.uniform(2000.0, 42_000.0, 20_000))  # twenty whole rounds
    trace = proposed(beat(replace(RULES, effect=0.8)), at.tolist(), 1, rng.random(len(at)))
    # Of a round of 2,000 s: 600 s in full, then 1,400 s fading.
    mean = 1 - 0.8 * (600 + 2700 * (1 - exp(-1400 / 2700))) / 2000
    spread = np.sqrt(mean * (1 - mean) / len(at))
    assert len(story(trace, "reported")) / len(at) == pytest.approx(mean, abs=4 * spread)


def test_the_rate_under_the_plan_of_the_calibration_is_the_rate_that_was_asked_for() -> None:
    rules = replace(RULES, plan_factor={"needs 1": 0.8})
    trace = proposed(beat(rules), [600.0, 600.0, 900.0], 1, [0.8, 0.81, 0.0], bound=[1.25] * 3)
    assert [task for _, _, task, _ in story(trace, "prevented")] == [1]
    assert values(trace, "weighed")[0] == pytest.approx(1.0)


def test_a_factor_above_the_bound_of_the_tape_is_an_error() -> None:
    rules = replace(RULES, plan_factor={"needs 1": 0.5})
    with pytest.raises(InputError, match=r"incident 0: the state multiplies its hazard by 1.6, its bound on the tape is 1"):
        proposed(beat(rules), [600.0], 1, 0.5)


def test_without_deterrence_every_candidate_happens_and_nothing_is_weighed() -> None:
    trace = proposed(beat(DeterrenceSettings()), [600.0, 900.0], 1, 1.0)
    assert story(trace, "prevented", "weighed") == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0, 900.0), st.floats(0.0, 900.0)), min_size=1, max_size=5),
    st.floats(0.01, 0.99), st.floats(0.0, 5000.0), st.integers(0, 99),
)  # fmt: skip
def test_the_factor_is_that_of_all_visits_so_far_and_lies_between_0_and_the_bound(
    steps: list[tuple[float, float]], effect: float, phase: float, seed: int
) -> None:
    """Against a slow reading: every visit of :meth:`Loops.visits` on every stretch walked, each one faded."""
    rng = np.random.default_rng(seed)
    xs = np.array([0.0, 0.0, 4000.0])
    stops = rng.integers(1, 3, len(steps))
    legs, waits = np.array([leg for leg, _ in steps]) + 60.0, np.array([wait for _, wait in steps])
    rules = DeterrenceSettings(effect=effect, plan_factor={"needs 1": 0.9}, by_stop=((0.0, 0.3), (600.0, 1.0)))
    scenario = beat(rules, build_loops([stops], xs, np.zeros(3), [legs], [waits]), loop_phase=[phase, 0.0])
    scenario = replace(scenario, classes=(needs(1),))
    at = np.sort(rng.uniform(0.0, 30_000.0, 40))
    marks = {"candidate": np.zeros(40), "thinning": np.full(40, MARK), "bound": np.full(40, 1 / 0.9)}
    tape = make_tape(scenario.territory, at, rng.integers(1, 3, 40), rng.uniform(60.0, 2000.0, 40), **marks)
    simulation = Simulation(scenario, tape)
    trace = simulation.advance()
    got = np.array(values(trace, "weighed"))
    assert ((got > 0.0) & (got <= 1 / 0.9)).all()
    assert got == pytest.approx(slow_factors(scenario, tape, trace, rules), abs=1e-9)


def slow_factors(scenario: Scenario, tape: Any, trace: Trace, rules: DeterrenceSettings) -> list[float]:
    """The factor of every incident of a tape from the records of the whole day."""
    day = Day.of(scenario, tape, trace)
    walked = loop_segments(day)
    out = []
    for at, site in zip(tape.incidents.at.tolist(), tape.incidents.site.tolist(), strict=True):
        end = np.where(walked.end >= at, at + 1000.0, walked.end)  # nobody knows yet that a stop will be cut short
        _, place, came, went = scenario.loops.visits(walked.loop, walked.ref, walked.begin, end)
        seen = (place == site) & (came <= at)
        share = np.interp((went - came)[seen], *zip(*rules.by_stop, strict=True))
        left = (share * np.exp(-np.maximum(at - went[seen], 0.0) / rules.residual_time)).max(initial=0.0)
        out.append((1 - rules.effect * left) / 0.9)
    return out
