"""Invariants of what measures make of a trace: rules of engagement are kept, heads add up, coverage is a share."""

from __future__ import annotations

from sim.build import build_ledger
from sim.demand.injects import ordered_off
from sim.demand.tape import Tape
from sim.forces.build import Forces
from sim.forces.ledger import Ledger, check_ledger, ledger_hours, trace_ledger
from sim.measures.coverage import coverage, coverage_by_area
from sim.measures.day import Day, as_it_was
from sim.measures.rules import attempts
from sim.scenario import Scenario
from sim.trace import Trace


def check_rules(day: Day) -> None:
    """I13: nobody goes into a centre against the rules of engagement."""
    broken = attempts(day).broken
    assert not broken.any(), f"I13: a rule of engagement is broken {int(broken.sum())} times"


def check_heads(day: Day) -> None:
    """I14: no area and force ever has more heads on duty than are mobilised there, those who moved counted in."""
    scenario = day.scenario
    if scenario.mobilised is None:
        return
    hours = ledger_hours(scenario.calendar)
    check_ledger(trace_ledger(day.columns, scenario.units, scenario.mobilised, hours[hours <= day.end], standby=scenario.standby))


def check_coverage(day: Day) -> None:
    """I11: coverage lies in [0, 1], offices count once, and areas add up to the whole (on the day's time grid)."""
    cover = coverage(day)
    if len(cover.centres) == 0 or cover.potential.size == 0:
        return
    areas, whole = coverage_by_area(day.scenario, cover), float(cover.share(cover.offices, cover.covered)[0])
    assert 0.0 <= whole <= 1.0, f"I11: coverage is {whole}"
    total = int(day.scenario.territory.sites.offices[cover.centres].sum())
    by_area = sum(int(count or 0) for count in areas["offices"])
    assert by_area == total, f"I11: areas have {by_area} offices, the whole {total}"
    assert all(share is None or 0.0 <= float(share) <= 1.0 for share in areas["coverage"]), (
        "I11: an area's coverage leaves [0, 1]"
    )


def ledger_closes(scenario: Scenario, forces: Forces, planned: Ledger, tape: Tape, trace: Trace) -> bool:
    """Whether heads add up on a trace too, in every area, force and hour, and differ from the plan only as orders explain."""
    held = as_it_was(scenario, trace.columns())
    rest = forces.absences, forces.rest_time, forces.standby, ordered_off(tape.injects)
    done = trace_ledger(trace.columns(), held.units, forces.mobilised, ledger_hours(held.calendar), *rest)
    try:
        check_ledger(planned if held is scenario else build_ledger(held, forces), done)
    except AssertionError:
        return False
    return True
