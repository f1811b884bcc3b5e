"""The twin against days run by the engine: it agrees where a world is as the formulas want it, and parts where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.demand.classes import IncidentClass
from sim.demand.tape import CHANNELS, Tape
from sim.measures.collect import measure
from sim.movement import build_loops
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.response import RoomSettings
from sim.territory.sites import Territory
from sim.twin.estimate import Estimate, twin
from sim.twin.judge import part, ratio
from tests.worlds import marked, rules

Floats = NDArray[np.float64]
HOUR = 3600.0


def told(estimates: list[Estimate], measure: str, area: str | None = None) -> Estimate:
    """The estimate of one measure."""
    return next(e for e in estimates if (e.measure, e.area) == (measure, area))


def value(scenario: Scenario, tape: Tape, measure: str) -> float:
    found = told(twin(scenario, [tape]), measure).value
    assert found is not None
    return found


# --- command room -------------------------------------------------------------------------------------------------


def desk_day(at: Floats, rng: np.random.Generator, operators: int = 3) -> tuple[Scenario, Tape]:
    """Calls of a minute's exponential talk to one room; callers wait a minute on average, lines are four for each operator."""
    territory = make_territory(make_sites([0.0], [0.0]))
    rules_of_room = RoomSettings(lines=4.0, answer_target=15.0)
    question = IncidentClass("question", 4, ())
    parts: dict[str, Any] = {"classes": [question], "operators": [operators], "room": rules_of_room}
    scenario = make_scenario(territory, make_units([], territory), **parts)
    phone = np.full(len(at), CHANNELS.index("phone"))
    marks = {"talk_time": rng.exponential(60.0, len(at)), "caller_patience": rng.exponential(60.0, len(at))}
    return scenario, make_tape(territory, at, np.zeros(len(at), int), np.ones(len(at)), channel=phone, **marks)


def test_calls_taken_in_time_and_lost_agree_where_calls_come_at_random() -> None:
    rng = np.random.default_rng(1)
    scenario, tape = desk_day(np.cumsum(rng.exponential(20.0, 50_000)), rng)
    simulated = measure(scenario, tape, run(scenario, tape))
    assert value(scenario, tape, "calls_in_time") == pytest.approx(simulated["calls_in_time"], rel=0.02)
    assert value(scenario, tape, "calls_lost") == pytest.approx(simulated["calls_lost"], rel=0.04)


def test_arrivals_that_change_by_the_hour_are_followed() -> None:
    rng = np.random.default_rng(2)
    busy = [np.sort(rng.uniform(h * HOUR, (h + 1) * HOUR, rng.poisson(220 if h % 2 else 40))) for h in range(250)]
    scenario, tape = desk_day(np.concatenate(busy), rng)
    simulated = measure(scenario, tape, run(scenario, tape))
    assert value(scenario, tape, "calls_lost") == pytest.approx(simulated["calls_lost"], rel=0.06)
    flat, _ = desk_day(np.linspace(0.0, 250 * HOUR, len(tape.incidents)), rng)
    evenly = desk_day(np.sort(rng.uniform(0.0, 250 * HOUR, len(tape.incidents))), rng)[1]
    assert value(flat, evenly, "calls_lost") < 0.6 * float(simulated["calls_lost"] or 0.0)


def test_calls_that_come_in_bursts_part_from_erlang() -> None:
    rng = np.random.default_rng(3)
    bursts = np.sort(np.repeat(np.cumsum(rng.exponential(300.0, 1500)), 10) + rng.uniform(0.0, 5.0, 15_000))
    scenario, tape = desk_day(bursts, rng)
    simulated = measure(scenario, tape, run(scenario, tape))["calls_in_time"]
    estimate = value(scenario, tape, "calls_in_time")
    assert part(estimate, simulated, 0.01, "share") is True
    assert "steady" in told(twin(scenario, [tape]), "calls_in_time").reasons


# --- who is first on scene ----------------------------------------------------------------------------------------


def torus(seed: int, units: int, side: float = 10_000.0, corner: float = 1.0) -> Territory:
    """Centres strewn over a square without edges; bases strewn over the same square, or over a corner of it."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side, (2, 500))
    bx, by = rng.uniform(0.0, side * corner, (2, units))
    kind = ["centre"] * 500 + ["base"] * units
    sites = make_sites(np.r_[x, bx], np.r_[y, by], kind=kind, offices=[2] * 500 + [0] * units)
    return make_territory(sites, wrap=(side, side))


MANY = 150


def light_day(seed: int, units: int, corner: float = 1.0, count: int = 250) -> tuple[float, float]:
    """Mean drive of a day on which everybody is at base when a call comes: simulated, and by the twin."""
    territory, rng = torus(seed, units, corner=corner), np.random.default_rng(1000 + seed)
    scenario = make_scenario(
        territory, make_units(500 + np.arange(units), territory), dispatch=rules(), travel=uniform_travel(36.0)
    )
    at, place = np.arange(count) * 4000.0, rng.integers(0, 500, count)
    tape = make_tape(territory, at, place, np.ones(count))
    got = marked(run(scenario, tape), count)
    return float((got.arrived_at - got.dispatched_at).mean()), value(scenario, tape, "travel_mean")


@pytest.fixture
def strewn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units of more than a hundred are many, so that small worlds have many."""
    monkeypatch.setattr("sim.twin.scene.FEW", 100)


@pytest.mark.usefixtures("strewn")
def test_drives_of_many_units_strewn_at_random_agree_with_the_square_root_law() -> None:
    days = np.array([light_day(seed, MANY) for seed in range(16)])
    simulated, estimated = days.mean(axis=0)
    error = 1.96 * (days[:, 0] - days[:, 1]).std(ddof=1) / np.sqrt(len(days))
    assert error < 0.03 * simulated  # powered
    assert estimated == pytest.approx(simulated, rel=0.05)
    assert estimated == pytest.approx(0.5 * np.sqrt(1e8 / MANY) / 10.0, rel=0.03)


@pytest.mark.usefixtures("strewn")
def test_units_crowded_into_a_corner_part_from_the_square_root_law() -> None:
    simulated, estimated = light_day(0, MANY, corner=0.2)
    assert estimated < 0.5 * simulated
    assert part(estimated, simulated, 0.1 * simulated, "s") is True


def test_drives_of_few_units_are_found_unit_by_unit_wherever_they_stand() -> None:
    for seed, corner in ((1, 1.0), (2, 0.2)):
        simulated, estimated = light_day(seed, 12, corner, count=3000)
        assert estimated == pytest.approx(simulated, rel=0.01)


def busy_day(load: float, units: int = 5, count: int = 12_000, seed: int = 7) -> tuple[Scenario, Tape]:
    """Calls at random to a few units of a small town that work ten minutes each; drives are short beside that."""
    x, y = np.random.default_rng(7).uniform(0.0, 1500.0, (2, 40))
    rng = np.random.default_rng(seed)
    territory = make_territory(make_sites(x, y, kind=["centre"] * 40, offices=2))
    scenario = make_scenario(territory, make_units(np.arange(units), territory), dispatch=rules(taskable="at_scene"),
                             travel=uniform_travel(36.0))  # fmt: skip
    at = np.cumsum(rng.exponential(600.0 / load, count))
    return scenario, make_tape(territory, at, rng.integers(0, 40, count), rng.exponential(600.0, count))


def test_busy_units_drive_further_wait_and_work_as_the_hypercube_says() -> None:
    scenario, tape = busy_day(load=2.0)
    days = [tape, *(busy_day(load=2.0, seed=seed)[1] for seed in range(8, 14))]  # so that no hour of one day counts for much
    simulated, found = measure(scenario, tape, run(scenario, tape)), twin(scenario, days)
    assert told(found, "utilisation").value == pytest.approx(simulated["utilisation"], rel=0.05)
    assert told(found, "travel_mean").value == pytest.approx(simulated["travel_mean"], rel=0.06)
    assert told(found, "queueing_mean").value == pytest.approx(simulated["queueing_mean"], rel=0.25)
    assert told(found, "travel_mean").model == "hypercube"


def test_more_work_leads_to_longer_drives_and_waits_in_the_twin_too() -> None:
    days = [busy_day(load, count=3000) for load in (0.5, 3.5)]
    calm, busy = (twin(scenario, [tape]) for scenario, tape in days)
    for name in ("travel_mean", "queueing_mean", "response_mean", "utilisation"):
        assert (told(busy, name).value or 0.0) > (told(calm, name).value or 0.0)


# --- patrols and coverage -----------------------------------------------------------------------------------------


def beat_town(patrols: int = 12) -> tuple[Scenario, Tape]:
    """Patrols on loops of three centres each, random phases, a vote of eleven hours and hardly any call."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0.0, 4000.0, (2, 30))
    territory = make_territory(make_sites(x, y, kind=["centre"] * 30, offices=2))
    stops = [rng.choice(24, 3, replace=False) for _ in range(patrols)]
    legs = [rng.uniform(200.0, 400.0, 3) for _ in stops]
    loops = build_loops(stops, x, y, legs, [np.full(3, 600.0)] * patrols)
    units = make_units([0] * patrols, territory, loop=np.arange(patrols), loop_phase=rng.uniform(0.0, loops.period),
                       mobilisation_time=20.0)  # fmt: skip
    calendar = make_calendar(territory, begin=0.0, opening=4 * HOUR, closing=15 * HOUR, end=16 * HOUR)
    scenario = make_scenario(territory, units, loops=loops, dispatch=rules(policy="least_time"), travel=uniform_travel(36.0),
                             calendar=calendar)  # fmt: skip
    return scenario, make_tape(territory, [5 * HOUR], [0], [60.0])


def test_gaps_between_patrols_and_potential_response_agree_with_a_day_of_patrols() -> None:
    scenario, tape = beat_town()
    simulated, found = measure(scenario, tape, run(scenario, tape)), twin(scenario, [tape])
    assert told(found, "presence_gap_mean").value == pytest.approx(simulated["presence_gap_mean"], rel=0.05)
    assert told(found, "potential_response").value == pytest.approx(simulated["potential_response"], rel=0.05)
    assert told(found, "coverage").value == pytest.approx(simulated["coverage"], abs=0.01)


def test_a_town_without_units_has_no_response_and_full_potential() -> None:
    territory = make_territory(make_sites([0.0, 500.0], [0.0, 0.0], kind="centre", offices=2))
    scenario = make_scenario(territory, make_units([], territory))
    found = twin(scenario, [make_tape(territory, [100.0], [1], [60.0])])
    assert told(found, "response_mean").value is None and told(found, "utilisation").value is None
    assert told(found, "potential_response").value == 4 * HOUR and told(found, "coverage").value == 0.0


def test_a_table_of_travel_times_has_no_square_root_law() -> None:
    territory = make_territory(make_sites([0.0, 1.0], [0.0, 0.0], kind="centre"), matrix=[[0.0, 60.0], [60.0, 0.0]])
    scenario = make_scenario(territory, make_units([0], territory))
    found = twin(scenario, [make_tape(territory, [100.0], [1], [60.0])])
    travel = told(found, "travel_mean")
    assert travel.value is None and "matrix" in travel.reasons


def test_several_tapes_are_the_mean_of_their_days() -> None:
    scenario, tape = busy_day(1.0, count=500)
    once, twice = twin(scenario, [tape]), twin(scenario, [tape, tape])
    known = [(one.value, two.value) for one, two in zip(once, twice, strict=True) if one.value is not None]
    assert len(known) > 8 and all(one == pytest.approx(two, rel=1e-6) for one, two in known)
    with pytest.raises(ValueError, match="at least one day"):
        twin(scenario, [])


def test_the_same_twin_twice_is_the_same_to_the_last_bit() -> None:
    scenario, tape = beat_town()
    assert twin(scenario, [tape]) == twin(scenario, [tape])


# --- the rule -----------------------------------------------------------------------------------------------------


def test_figures_part_only_beyond_a_quarter_the_interval_and_what_anybody_would_act_on() -> None:
    assert part(124.0, 100.0, 1.0, "s") is False
    assert part(130.0, 100.0, 1.0, "s") is True
    assert part(130.0, 100.0, 40.0, "s") is False  # inside the interval
    assert part(14.0, 4.0, 0.1, "s") is False  # ten seconds
    assert part(0.03, 0.01, 0.001, "share") is False
    assert part(130.0, 100.0, None, "s") is True  # a single day
    assert part(None, 100.0, 1.0, "s") is None and part(1.0, None, None, "s") is None


def test_the_ratio_to_nothing_is_no_data() -> None:
    assert ratio(110.0, 100.0) == pytest.approx(1.1)
    assert ratio(1.0, 0.0) is None and ratio(None, 5.0) is None and ratio(5.0, None) is None
