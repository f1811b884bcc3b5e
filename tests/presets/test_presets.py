"""Every preset runs a whole day on which the invariants hold and the ledger closes, the national one included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.build import build_ledger, build_place, build_plan, build_tape
from sim.cli import compose, groups
from sim.demand.tape import Tape
from sim.forces.ledger import Ledger, check_ledger, ledger_hours, trace_ledger
from sim.measures.collect import Measures, measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.trace import CODE, Trace


@dataclass(frozen=True)
class RunDay:
    """A preset's day after the run."""

    scenario: Scenario
    tape: Tape
    trace: Trace
    planned: Ledger
    recorded: Ledger
    measures: Measures


@pytest.fixture(scope="module", params=groups()["preset"])
def day(request: pytest.FixtureRequest) -> RunDay:
    settings = compose([f"preset={request.param}"])
    place = build_place(settings)
    scenario, forces = build_plan(settings, place)
    tape = build_tape(settings, place)
    trace = run(scenario, tape)
    hours = ledger_hours(scenario.calendar)
    recorded = trace_ledger(
        trace.columns(), scenario.units, forces.mobilised, hours, forces.absences, forces.rest_time
    )
    return RunDay(scenario, tape, trace, build_ledger(scenario, forces), recorded, measure(scenario, tape, trace))


def test_the_invariants_hold(day: RunDay) -> None:
    check_invariants(day.scenario, day.tape, day.trace)


def test_the_ledger_closes_to_the_officer(day: RunDay) -> None:
    check_ledger(day.planned, day.recorded)


def test_every_incident_of_the_tape_is_told_once_and_ends_or_is_open(day: RunDay) -> None:
    columns = day.trace.columns()
    occurred = columns["task"][columns["kind"] == CODE["occurred"]]
    due = day.tape.incidents.id[day.tape.incidents.at <= day.scenario.calendar.end]
    assert np.array_equal(np.sort(occurred), np.sort(due))


def test_the_headline_has_data_and_its_parts_add_up(day: RunDay) -> None:
    parts = [day.measures[f"{part}_mean"] for part in ("call_processing", "queueing", "mobilisation", "travel")]
    assert sum(float(p or 0.0) for p in parts) == pytest.approx(float(day.measures["response_mean"] or 0.0))
    assert 0.0 < float(day.measures["coverage"] or 0.0) <= 1.0


def test_every_phase_starts_in_every_area(day: RunDay) -> None:
    columns, calendar = day.trace.columns(), day.scenario.calendar
    started = columns["kind"] == CODE["phase_started"]
    pairs = {(int(a), int(p)) for a, p in zip(columns["area"][started], columns["value"][started], strict=True)}
    due = {(a, p) for a, row in enumerate(calendar.starts) for p, at in enumerate(row) if calendar.begin <= at <= calendar.end}
    assert pairs == due
