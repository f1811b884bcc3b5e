"""Every preset runs a whole day on which the invariants hold and the ledger closes, the national one included."""

from __future__ import annotations

from collections.abc import Callable
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
from tests.cli.conftest import Said, pollday
from tests.systems.boxes import unbroken

__all__ = ["pollday"]

OFFICES = {
    "coordinated-disturbance": 6812, "demo-city": 1000, "dz-2017-national": 58_668, "ly-2024-nine-directorates": 265,
    "ma-fes-command-room-stadium": 1000, "rally-eve": 2563, "staff-shortage": 1200,
}  # fmt: skip
"""Offices of each preset, each with a ballot box."""
SMALL = sorted(set(OFFICES) - {"dz-2017-national"})


@dataclass(frozen=True)
class RunDay:
    """A preset's day after the run."""

    scenario: Scenario
    tape: Tape
    trace: Trace
    planned: Ledger
    recorded: Ledger
    measures: Measures


def run_preset(preset: str) -> RunDay:
    settings = compose([f"preset={preset}"])
    place = build_place(settings)
    scenario, forces = build_plan(settings, place)
    tape = build_tape(settings, place)
    trace = run(scenario, tape)
    hours = ledger_hours(scenario.calendar)
    recorded = trace_ledger(
        trace.columns(), scenario.units, forces.mobilised, hours, forces.absences, forces.rest_time, forces.standby
    )
    return RunDay(scenario, tape, trace, build_ledger(scenario, forces), recorded, measure(scenario, tape, trace))


def the_invariants_hold(day: RunDay) -> None:
    check_invariants(day.scenario, day.tape, day.trace)


def the_ledger_closes_to_the_officer(day: RunDay) -> None:
    check_ledger(day.planned, day.recorded)


def every_incident_of_the_tape_is_told_once_and_ends_or_is_open(day: RunDay) -> None:
    columns = day.trace.columns()
    occurred = columns["task"][columns["kind"] == CODE["occurred"]]
    due = day.tape.incidents.id[day.tape.incidents.at <= day.scenario.calendar.end]
    assert np.array_equal(np.sort(occurred), np.sort(due))


def the_headline_has_data_and_its_parts_add_up(day: RunDay) -> None:
    parts = [day.measures[f"{part}_mean"] for part in ("call_processing", "queueing", "mobilisation", "travel")]
    assert sum(float(p or 0.0) for p in parts) == pytest.approx(float(day.measures["response_mean"] or 0.0))
    assert 0.0 < float(day.measures["coverage"] or 0.0) <= 1.0


def every_phase_starts_in_every_area(day: RunDay) -> None:
    columns, calendar = day.trace.columns(), day.scenario.calendar
    started = columns["kind"] == CODE["phase_started"]
    pairs = {(int(a), int(p)) for a, p in zip(columns["area"][started], columns["value"][started], strict=True)}
    due = {(a, p) for a, row in enumerate(calendar.starts) for p, at in enumerate(row) if calendar.begin <= at <= calendar.end}
    assert pairs == due


def every_kind_of_unit_has_a_load_and_a_warning_where_it_is_idle_or_saturated(day: RunDay) -> None:
    load, units = day.measures.tables["load"], day.scenario.units
    rows = {name: (value, warning) for name, value, warning in zip(load["resource"], load["load"], load["warning"], strict=True)}
    assert {units.kinds[k] for k in np.unique(units.kind)} - {"normal_service"} <= set(rows)
    for kind in ("patrol_car", "rrv", "section", "normal_car"):
        value, warning = rows[kind]
        assert isinstance(value, float) and (warning is not None) == (value < 0.10 or value > 0.95)


CHECKS = (
    the_invariants_hold,
    the_ledger_closes_to_the_officer,
    every_incident_of_the_tape_is_told_once_and_ends_or_is_open,
    the_headline_has_data_and_its_parts_add_up,
    every_phase_starts_in_every_area,
    every_kind_of_unit_has_a_load_and_a_warning_where_it_is_idle_or_saturated,
)


def test_the_presets_are_all_there() -> None:
    assert set(OFFICES) == set(groups()["preset"])


@pytest.mark.parametrize("preset", groups()["preset"])
def test_a_preset_runs_a_whole_day_on_which_every_check_holds(preset: str) -> None:
    day = run_preset(preset)  # once for all checks: the national one takes seconds
    for check in CHECKS:
        check(day)
    assert unbroken(day.scenario, day.tape, day.trace) == OFFICES[preset]


@pytest.mark.parametrize("preset", SMALL)
def test_a_preset_prints_its_ledger_as_a_new_user_would_see_it(pollday: Callable[..., Said], preset: str) -> None:
    said = pollday("forces", f"preset={preset}")
    assert said.code == 0, said.err
    assert f"{preset}: mobilised" in said.out and "the ledger closes in every area, force and hour" in said.out


def test_the_area_table_of_libya_has_nine_rows(pollday: Callable[..., Said]) -> None:
    said = pollday("run", "preset=ly-2024-nine-directorates", "--no-save", "--json")
    assert said.code == 0, said.err
    assert len({row["area"] for row in said.json["areas"]}) == 9
    assert said.json["ledger_closed"] is True and len(said.json["load"]) > 10
