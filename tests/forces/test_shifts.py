"""Shifts and rest: nobody is planned twice at once, everybody rests after a shift, and the ledger's rest says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.stats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.arrays import make_calendar, make_tape
from sim.clock import HOUR
from sim.forces.build import Forces
from sim.forces.ledger import plan_ledger
from sim.forces.shifts import binomial
from tests.worlds import play, point_town, story, world

Maker = Callable[..., Any]
MOMENTS = np.arange(-40, 26) * HOUR


def shifts_of(made: Forces, cell: int, forces: int) -> list[tuple[float, float, int]]:
    """(start, end, heads) of all shifts of one area and force, absent heads counted in, by start."""
    units = made.units
    own = np.flatnonzero(units.area * forces + units.force == cell)
    rows = [shift for row in own.tolist() for shift in units.shifts(row)]
    away, f = made.absences, divmod(cell, forces)
    mine = (away.area == f[0]) & (away.force == f[1])
    rows += list(zip(away.begin[mine].tolist(), away.end[mine].tolist(), away.heads[mine].tolist(), strict=True))
    return sorted(rows)


def named(shifts: list[tuple[float, float, int]], rest: float) -> list[list[tuple[float, float]]]:
    """Give every head of every shift to somebody who has rested, or to somebody new; the spans of each person."""
    people: list[list[tuple[float, float]]] = []
    for start, end, heads in shifts:
        rested = [person for person in people if person[-1][1] + rest <= start][:heads]
        for person in rested:
            person.append((start, end))
        people += [[(start, end)] for _ in range(heads - len(rested))]
    return people


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rest=st.sampled_from([0.0, 8 * HOUR, 11 * HOUR]),
    polling=st.sampled_from([6 * HOUR, 8 * HOUR, 12 * HOUR, 16 * HOUR]),
    before=st.sampled_from([6 * HOUR, 8 * HOUR, 12 * HOUR]),
    absence=st.sampled_from([0.0, 0.2]),
)
def test_the_mobilised_heads_can_work_every_shift_and_nobody_works_two_at_once(
    territory: Maker, forces: Maker, rest: float, polling: float, before: float, absence: float
) -> None:
    where = territory((6, 3), forces=("police", "gendarmerie"))
    hours = {"rest_time": rest, "polling_time": polling, "before_time": before}
    made = forces(where, shifts=hours, absence=absence)
    for cell, mobilised in enumerate(made.mobilised.ravel().tolist()):
        people = named(shifts_of(made, cell, 2), rest)
        assert len(people) <= mobilised
        for spans in people:
            assert all(later >= earlier + rest for (_, earlier), (later, _) in pairwise(spans))


def test_the_shifts_of_a_unit_never_overlap(territory: Maker, forces: Maker) -> None:
    units = forces(territory((12,)), shifts={"polling_time": 8 * HOUR, "before_time": 6 * HOUR}).units
    for row in range(len(units)):
        spans = units.shifts(row)
        assert all(start >= end for (_, end, _), (start, _, _) in pairwise(spans))


def test_shifts_are_12_hours_on_polling_day_and_8_before(territory: Maker, forces: Maker) -> None:
    units = forces(territory((3,))).units
    post = next(row for row in range(len(units)) if units.kinds[units.kind[row]] == "fixed_team")
    lengths = {(start >= 8 * HOUR, (end - start) / HOUR) for start, end, _ in units.shifts(post)[1:-1]}
    assert lengths == {(False, 8.0), (True, 12.0)}


def test_the_rest_owed_is_that_of_all_shifts_that_ended_within_it(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where)
    ledger = plan_ledger(made.units, where, made.mobilised, MOMENTS, made.absences, made.rest_time)
    units = made.units
    for at, resting in zip(MOMENTS.tolist(), ledger.resting[0, 0].tolist(), strict=True):
        ended = (units.shift_end <= at) & (at < units.shift_end + 8 * HOUR)
        assert resting == units.shift_heads[ended].sum()
    on_duty = ledger.heads[0, 0, :, : len(units.tasks)].sum(axis=1)
    assert (ledger.line("rest")[0, 0] == made.mobilised[0, 0] - on_duty).all()


def test_of_two_shifts_that_overlap_the_later_one_takes_over() -> None:
    scenario = world(point_town(), [0], unit={"shifts": [[(0.0, 100.0), (50.0, 200.0)]], "heads": [3]})
    calendar = make_calendar(scenario.territory, end=300.0)
    trace = play(replace(scenario, calendar=calendar), make_tape(scenario.territory, [], [], []))
    assert [(at, kind) for at, kind, *_ in story(trace)] == [(0.0, "on_duty"), (50.0, "relieved"), (200.0, "off_duty")]


def test_absent_heads_are_the_binomial_quantiles_of_their_uniforms() -> None:
    rng, count = np.random.default_rng(4), 20_000
    u, heads, share = rng.random(count), rng.integers(0, 60, count), rng.random(count) * rng.choice([0.0, 0.1, 1.0], count)
    share[:50] = 1.0
    wanted = scipy.stats.binom.ppf(u, heads, share)
    assert (binomial(u, heads, share) == np.maximum(wanted, 0)).all()
    assert binomial(np.zeros(3), np.array([0, 1, 9]), np.full(3, 0.5)).tolist() == [0, 0, 0]
