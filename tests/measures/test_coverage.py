"""Coverage and potential response: against the engine's own picture of its units, and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measures.coverage import (
    LIMIT,
    TIER_WEIGHTS,
    coverage,
    coverage_by_area,
    coverage_by_centre,
    coverage_by_time,
    eligible_units,
)
from sim.measures.day import Day
from sim.measures.positions import unit_states
from sim.measures.reach import soonest
from sim.measures.response import targets
from sim.processes.simulation import Simulation, run
from sim.territory.travel import build_travel
from tests.measures.worlds import Story, line, town

METRICS = ["euclid", "right_angle", "great_circle", "torus"]
TIMES = np.array([1_000.1, 5_000.2, 14_999.3, 16_000.4, 19_000.5, 26_000.6, 33_000.7])


@pytest.mark.parametrize("taskable", ["while_returning", "at_base", "at_scene"])
def test_positions_and_idle_states_are_those_the_engine_acts_on(taskable: str) -> None:
    scenario, tape = town(taskable=taskable, incidents=200)
    states = unit_states(Day.of(scenario, tape, run(scenario, tape)), TIMES)
    simulation = Simulation(scenario, tape)
    seen = 0
    for step, t in enumerate(TIMES.tolist()):
        simulation.advance(t)
        for unit in simulation.world.units:
            assert unit.is_free == np.isfinite(states.mobilisation[step, unit.index])
            if unit.is_free:
                assert unit.fleet.locate(unit, t) == pytest.approx(
                    (states.x[step, unit.index], states.y[step, unit.index])
                )
                assert unit.fleet.mobilisation_of(unit, t) == states.mobilisation[step, unit.index]
                seen += 1
    assert seen > 100


@pytest.mark.parametrize("metric", [*METRICS, "matrix"])
def test_the_soonest_unit_is_the_one_a_plain_loop_finds(metric: str) -> None:
    scenario, tape = town(metric=metric, command="parallel", incidents=150)
    day = Day.of(scenario, tape, run(scenario, tape))
    states, places = unit_states(day, TIMES), scenario.territory.sites.of_kind("centre")
    eligible = eligible_units(scenario)
    expected = np.full((len(places), len(TIMES)), np.inf)
    travel, sites = build_travel(scenario.territory, scenario.travel), scenario.territory.sites
    for i, site in enumerate(places.tolist()):
        for k, t in enumerate(TIMES.tolist()):
            for unit in np.flatnonzero(
                eligible & (day.unit_area == day.site_area[site]) & np.isfinite(states.mobilisation[k])
            ):
                x, y = float(states.x[k, unit]), float(states.y[k, unit])
                node = travel.nearest_node(x, y)
                score = travel.score_between(x, y, node, float(sites.x[site]), float(sites.y[site]), site)
                drive = travel.seconds(score, int(scenario.units.mode[unit]), int(sites.fabric[site]), t)
                expected[i, k] = min(expected[i, k], states.mobilisation[k, unit] + drive)
    assert np.isfinite(expected).mean() > 0.5
    np.testing.assert_allclose(soonest(day, places, unit_states(day, TIMES, eligible)), expected, rtol=1e-9, atol=1e-4)


def test_two_cars_on_a_line_worked_by_hand() -> None:
    scenario, tape = line(places=3, units=2, tasks=1)
    day = Story()
    for unit in (0, 1):
        day.told(0.0, "on_duty", unit=unit)
    day.told(0.0, "dispatched", 0, 0, 0.0)
    day.drive(0, 0.0, 100.0, (0.0, 0.0), (1000.0, 0.0), "respond")
    day.told(100.0, "arrived", 0, 0)
    day.told(600.0, "cleared", 0, 0)
    day.told(600.0, "returning", unit=0, value=100.0)
    day.drive(0, 600.0, 700.0, (1000.0, 0.0), (0.0, 0.0), "home")
    day.told(650.0, "off_duty", unit=1)
    cover = coverage(Day.of(scenario, tape, day.trace, grid_time=325.0))
    speed = 40.0 / 3.6
    metres = np.array([[1000.0, 1000.0, 500.0], [2000.0, 2000.0, 1500.0], [3000.0, 3000.0, 2500.0]])
    np.testing.assert_allclose(cover.potential[:, :3], metres / speed, rtol=1e-9)


def test_where_no_unit_is_idle_the_limit_counts() -> None:
    scenario, tape = line()
    cover = coverage(Day.of(scenario, tape, Story().trace))
    assert (cover.potential == LIMIT).all() and not cover.covered.any()
    table = coverage_by_area(scenario, cover)
    assert (table["coverage"], table["no_unit_idle"]) == ([0.0], [1.0])


def test_areas_and_times_add_up_and_stay_in_bounds() -> None:
    scenario, tape = town()
    cover = coverage(Day.of(scenario, tape, run(scenario, tape)))
    whole = float(cover.share(cover.offices, cover.covered)[0])
    areas, times = coverage_by_area(scenario, cover), coverage_by_time(cover)
    assert 0.0 < whole < 1.0
    assert sum(areas["offices"]) == scenario.territory.sites.offices.sum()
    weighted = sum(n * share for n, share in zip(areas["offices"], areas["coverage"]))
    assert weighted / sum(areas["offices"]) == pytest.approx(whole)
    assert np.mean(times["coverage"]) == pytest.approx(whole)
    assert areas["coverage"] == sorted(areas["coverage"])
    assert all(0.0 <= share <= 1.0 for share in times["coverage"] + times["coverage_voters"])
    risk = cover.offices * np.array(TIER_WEIGHTS)[scenario.territory.sites.tier[cover.centres]]
    mean = cover.potential[:, cover.voting[0]].mean(axis=1)
    assert cover.share(cover.risk, cover.potential)[0] == pytest.approx((risk * mean).sum() / risk.sum())
    assert len(coverage_by_centre(scenario, cover)["site"]) == len(cover.centres)


def test_only_the_voting_phase_counts() -> None:
    scenario, tape = town()
    cover = coverage(Day.of(scenario, tape, run(scenario, tape)))
    assert (cover.times[0], cover.times[1]) == (2_000.0, 2_300.0)
    assert cover.times[-1] < 34_000.0 <= cover.times[-1] + 300.0


def test_covered_means_within_the_target_of_the_fabric() -> None:
    scenario, tape = town()
    cover = coverage(Day.of(scenario, tape, run(scenario, tape)))
    fabric = scenario.territory.sites.fabric[cover.centres]
    limit = targets(scenario, np.ones(len(fabric), dtype=np.int64), fabric)
    assert set(limit.tolist()) == {900.0, 1200.0}
    assert np.array_equal(cover.covered, cover.potential <= limit[:, None])


def test_foot_pairs_that_no_urgent_class_needs_do_not_cover() -> None:
    scenario, _ = town()
    kinds = np.array(scenario.units.kinds)[scenario.units.kind]
    assert set(kinds[eligible_units(scenario)]) == {"patrol_car", "rrv"}


def test_a_world_without_centres_has_no_data() -> None:
    from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units

    territory = make_territory(make_sites([0.0, 9.0], 0.0))
    scenario = make_scenario(territory, make_units([0], territory))
    tape = make_tape(territory, [5.0], [1], [10.0])
    cover = coverage(Day.of(scenario, tape, run(scenario, tape)))
    assert np.isnan(cover.share(cover.offices, cover.covered)).all()
    assert coverage_by_area(scenario, cover)["area"] == []
