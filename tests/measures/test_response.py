"""Response times from traces written by hand, to 1e-9."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.demand.classes import IncidentClass
from sim.demand.tape import Tape
from sim.measures.day import Day
from sim.measures.response import PARTS, STATUSES, IncidentTable, incident_table
from sim.measures.summary import incident_columns, statistics, summary
from sim.processes.simulation import run
from sim.scenario import Scenario
from tests.measures.worlds import Story, line, town


def diverted_day() -> tuple[Scenario, Tape, IncidentTable]:
    """Task 0: unit 0 is sent and diverted, unit 1 comes. 1: medical. 2: a package of two. 3: still open."""
    scenario, tape = line(cls=np.array([0, 1, 2, 0]), priority=np.array([1, 1, 2, 1]))
    day = Story()
    day.told(0.0, "occurred", 0)
    day.told(10.25, "reported", 0)
    day.told(70.5, "processed", 0, value=5.0)
    day.told(70.5, "dispatched", 0, 0, 30.0)
    day.told(120.0, "diverted", 0, 0, 1)
    day.told(200.75, "dispatched", 0, 1, 45.0)
    day.told(400.0, "arrived", 0, 1)
    day.told(600.0, "occurred", 1)
    day.told(600.0, "reported", 1)
    day.told(600.0, "processed", 1)
    day.told(600.0, "dispatched", 1, 0, 30.0)
    day.told(700.0, "cleared", 0, 1, 499.25)
    day.told(700.0, "closed", 0)
    day.told(930.0, "arrived", 1, 0)
    day.told(1000.0, "cleared", 1, 0)
    day.told(1000.0, "closed", 1)
    for kind in ("occurred", "reported", "processed"):
        day.told(1200.0, kind, 2)
    day.told(1200.0, "dispatched", 2, 1, 0.0)
    day.told(1250.0, "dispatched", 2, 0, 0.0)
    day.told(1300.0, "arrived", 2, 0, 1)
    day.told(1500.0, "arrived", 2, 1, 0)
    day.told(1500.0, "package_complete", 2)
    day.told(1800.0, "occurred", 3)
    day.told(1800.0, "reported", 3)
    return scenario, tape, incident_table(Day.of(scenario, tape, day.trace))


def test_the_parts_are_those_of_the_unit_that_arrives_first() -> None:
    _, _, table = diverted_day()
    first = {name: getattr(table, name)[0] for name in (*PARTS, "response_time")}
    assert first == {
        "call_processing_time": 60.25,
        "queueing_time": 130.25,
        "mobilisation_time": 45.0,
        "travel_time": 154.25,
        "response_time": 389.75,
    }
    assert table.unit[0] == 1
    assert (table.unit[2], table.queueing_time[2], table.response_time[2], table.full_package_time[2]) == (
        0,
        50.0,
        100.0,
        300.0,
    )


def test_what_has_not_come_is_open_or_absent() -> None:
    _, _, table = diverted_day()
    assert [STATUSES[s] for s in table.status] == ["closed", "closed", "open", "open"]
    assert np.isnan(table.response_time[3])
    scenario, tape = line()
    assert len(incident_table(Day.of(scenario, tape, Story().trace))) == 0


def test_the_headline_never_pools_medical_cases() -> None:
    scenario, _, table = diverted_day()
    groups = summary(scenario, table, ("group",), group=None)
    assert groups["group"] == ["election", "medical"]
    assert groups["response_mean"] == [pytest.approx((389.75 + 100.0) / 2), 330.0]
    assert table.headline.tolist() == [True, False, True, True]
    assert summary(scenario, table, ("class", "priority"))["class"] == ["dispute", "blockade"]


def test_compliance_counts_whoever_waited_beyond_the_target() -> None:
    _, _, table = diverted_day()
    assert table.target_time.tolist() == [900.0, 900.0, 900.0, 900.0]
    figures = statistics(table)
    assert (figures["judged"], figures["compliance"]) == (4, 0.75)
    soon = replace(table, end=2000.0)
    assert (statistics(soon)["judged"], statistics(soon)["compliance"]) == (3, 1.0)


def test_settled_on_the_spot_lapsed_and_prevented_stand_beside_the_response() -> None:
    scenario, tape = line()
    day = Story()
    for task, kinds in enumerate((("handled", "closed"), ("call_abandoned",), ("lapsed",))):
        day.told(100.0 * task, "occurred", task)
        day.told(100.0 * task, "reported", task)
        for kind in kinds:
            day.told(100.0 * task + 50.0, kind, task)
    day.told(1800.0, "prevented", 3)
    figures = statistics(incident_table(Day.of(scenario, tape, day.trace)))
    counts = {
        name: figures[name] for name in ("needing_unit", "answered", "handled_on_spot", "lapsed", "prevented", "open")
    }
    assert counts == {"needing_unit": 2, "answered": 0, "handled_on_spot": 1, "lapsed": 2, "prevented": 1, "open": 0}
    assert (figures["response_mean"], figures["compliance"]) == (None, 0.0)


def test_no_data_is_none_never_zero_or_nan() -> None:
    scenario, _, table = diverted_day()
    columns = incident_columns(scenario, table)
    assert columns["response_time"][3] is None and columns["unit"][3] is None
    assert all(value == value for column in columns.values() for value in column)
    assert summary(scenario, table, ("priority",), group="normal")["response_mean"] == []


@pytest.mark.parametrize("dimension", ["priority", "class", "force", "area", "fabric", "hour"])
def test_groups_add_up_to_the_whole(dimension: str) -> None:
    scenario, tape = town()
    table = incident_table(Day.of(scenario, tape, run(scenario, tape)))
    whole, parts = summary(scenario, table), summary(scenario, table, (dimension,))
    for name in ("incidents", "needing_unit", "answered", "judged", "closed", "lapsed"):
        assert sum(parts[name]) == whole[name][0]
    weighted = sum(n * mean for n, mean in zip(parts["answered"], parts["response_mean"]) if n)
    assert weighted / whole["answered"][0] == pytest.approx(whole["response_mean"][0], rel=1e-12)


def test_parts_add_up_on_a_day_of_the_engine() -> None:
    scenario, tape = town(redirect="when_none_free")
    table = incident_table(Day.of(scenario, tape, run(scenario, tape)))
    known = np.isfinite(table.response_time)
    total = sum(getattr(table, part) for part in PARTS)
    assert known.sum() > 200
    np.testing.assert_allclose(total[known], table.response_time[known], rtol=0, atol=1e-9)
    assert np.isnan(total[~known]).all()


def test_an_unknown_dimension_is_named() -> None:
    scenario, _, table = diverted_day()
    with pytest.raises(ValueError, match="unknown dimension 'colour'"):
        summary(scenario, table, ("colour",))


def test_an_incident_that_wants_no_unit_needs_none() -> None:
    scenario, tape = line(tasks=2, cls=np.array([0, 3]))
    scenario = replace(scenario, classes=(*scenario.classes, IncidentClass("advice", 3, ())))
    table = incident_table(Day.of(scenario, tape, run(scenario, tape)))
    figures = statistics(table)
    assert (figures["closed"], figures["needing_unit"], figures["answered"], figures["judged"]) == (2, 1, 1, 1)
