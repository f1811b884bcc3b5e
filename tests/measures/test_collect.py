"""All measures of a day: plain values, the same from a reloaded trace, fast enough for the nation."""

from __future__ import annotations

import json
import time

import pytest

from sim.measures.collect import measure
from sim.measures.coverage import coverage
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.presence import presence, worst_area_gap
from sim.processes.simulation import Simulation, run
from tests.measures.nation import nation
from tests.measures.worlds import town

HEADLINE = (
    "response_mean", "response_p90", "compliance_p1", "compliance_p2", "compliance_p1_p2", "potential_response", "coverage",
    "coverage_worst_area", "presence_gap_mean", "presence_gap_max", "presence_gap_worst_area", "utilisation",
    "handled_on_spot", "open", "lapsed", "prevented", "minutes_lost",
    "call_processing_mean", "queueing_mean", "mobilisation_mean", "travel_mean",
)  # fmt: skip


def test_measures_are_plain_values_that_json_can_hold() -> None:
    scenario, tape = town()
    measures = measure(scenario, tape, run(scenario, tape), per_place=True)
    assert set(HEADLINE) <= set(measures)
    text = json.dumps({"headline": dict(measures), "tables": dict(measures.tables)}, allow_nan=False)
    assert json.loads(text)["headline"] == dict(measures)
    for name, table in measures.tables.items():
        assert len({len(column) for column in table.values()}) <= 1, name


def test_an_empty_day_has_no_data_where_there_is_none() -> None:
    scenario, tape = town(incidents=1)
    tape.incidents.at[:] = 39_999.0
    measures = measure(scenario, tape, Simulation(scenario, tape).advance(100.0), until=100.0)
    assert (measures["response_mean"], measures["compliance_p1_p2"], measures["coverage"]) == (None, None, None)
    assert measures["incidents"] == 0 and measures["open"] == 0


def test_accounts_close() -> None:
    scenario, tape = town()
    figures = measure(scenario, tape, run(scenario, tape))
    ends = ("closed", "handled_on_spot", "open", "lapsed", "prevented")
    assert sum(figures[name] for name in ends) == figures["incidents"] == len(tape.incidents)


def test_the_four_parts_beside_the_headline_add_up_to_it() -> None:
    scenario, tape = town()
    figures = measure(scenario, tape, run(scenario, tape))
    parts = ("call_processing_mean", "queueing_mean", "mobilisation_mean", "travel_mean")
    assert sum(figures[name] for name in parts) == pytest.approx(figures["response_mean"])


def test_a_name_means_one_thing_in_headline_and_tables() -> None:
    scenario, tape = town()
    measures = measure(scenario, tape, run(scenario, tape))
    rows = measures.tables["response_by_group"]
    election = rows["group"].index("election")
    assert all(measures[name] == rows[name][election] for name in set(measures) & set(rows))
    assert "compliance" not in measures


def test_the_worst_area_is_one_of_five_centres_or_more() -> None:
    areas = {"centres": [4, 5, 80], "presence_gap_mean": [9_000.0, 700.0, 600.0]}
    assert worst_area_gap(areas) == 700.0
    assert worst_area_gap({"centres": [4], "presence_gap_mean": [9_000.0]}) is None


def test_more_cars_cover_more() -> None:
    scenario, tape = town(incidents=600)
    calm, calm_tape = town(incidents=100)
    busy, quiet = measure(scenario, tape, run(scenario, tape)), measure(calm, calm_tape, run(calm, calm_tape))
    assert busy["coverage"] < quiet["coverage"] and busy["potential_response"] > quiet["potential_response"]


@pytest.mark.slow
def test_measuring_the_nation_costs_less_than_running_it() -> None:
    scenario, tape = nation()
    running = _seconds(lambda: run(scenario, tape))
    trace = run(scenario, tape)
    day = Day.of(scenario, tape, trace)
    assert _seconds(lambda: coverage(day)) < running
    assert _seconds(lambda: presence(day)) < running / 3
    assert _seconds(lambda: measure(scenario, tape, trace)) < 2 * running
    assert _seconds(lambda: check_invariants(scenario, tape, trace)) < 2 * running


def _seconds(job) -> float:  # type: ignore[no-untyped-def]
    begin = time.process_time()
    job()
    return time.process_time() - begin
