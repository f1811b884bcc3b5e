"""S04 and S05: patrols by car, motorcycle and on foot, round the centres and on the road axes; the same days, fewer of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.measures.collect import measure
from sim.measures.day import Day
from sim.measures.patrols import axis_table, first_on_scene, revisit_share, revisits
from sim.measures.presence import presence, visits_of
from sim.measures.response import incident_table
from sim.processes.simulation import run
from sim.study.statistics import Estimate
from sim.territory.sites import FABRICS
from tests.days import estimate
from tests.systems.patrolling import cell, change, days

HALF = [f"staffing.{kind}_factor=0.5" for kind in ("patrol_cars", "motorcycles", "foot")]
ROADS = ["patrol=roads", "demand.rate_factor=6", "territory.city.entrances=24", "patrol.axes_per_car=2"]


def response(fabric: str | None = None) -> Callable[[Day], float]:
    """Mean response time of election incidents that need a unit."""

    def figure(day: Day) -> float:
        table = incident_table(day)
        rows = table.headline & np.isfinite(table.response_time)
        if fabric is not None:
            rows &= table.fabric == FABRICS.index(fabric)
        return float(table.response_time[rows].mean())

    return figure


def revisit_interval(day: Day) -> float:
    return float(presence(day).mean_gap.mean())


def within_target(day: Day) -> float | None:
    return revisit_share(revisits(day))


def axis_visits(day: Day) -> float:
    return cell(axis_table(day, visits_of(day)), "axis_visits", area="all")


def foot_share(fabric: str) -> Callable[[Day], float]:
    """Share of first arrivals of one fabric that came on foot."""

    def figure(day: Day) -> float:
        table = first_on_scene(day, incident_table(day))
        rows = zip(table["fabric"], table["mode"], table["first_share"], strict=True)
        return sum(float(share or 0.0) for place, mode, share in rows if (place, mode) == (fabric, "foot"))

    return figure


def is_above(difference: Estimate, least: float = 0.0) -> bool:
    return difference.low is not None and difference.low > least


def test_half_the_patrols_come_by_less_often_and_answer_later() -> None:
    full, half = days(ROADS, 4), days([*ROADS, *HALF], 4)
    for figure in (revisit_interval, response()):
        assert is_above(change(figure, half, full)), figure
    for share, least in ((within_target, 0.05), (axis_visits, 1.0)):
        assert is_above(change(share, full, half), least), share


def test_foot_patrols_are_first_at_incidents_in_the_old_city_and_shorten_its_response() -> None:
    dense = ["territory.city.old_city_share=0.5", "demand.rate_factor=12", "demand.background_factor=0"]
    with_foot, without = days(dense, 6), days([*dense, "staffing.foot_factor=0"], 6)
    assert is_above(change(response("old_city"), without, with_foot))
    dense_share, open_share = foot_share("old_city"), foot_share("suburban")
    assert is_above(estimate([dense_share(day) - open_share(day) for day in with_foot]), 0.1)


def test_patrols_are_most_in_number_while_the_polls_are_open() -> None:
    day = days(["patrol=roads"], 1)[0]
    measures = measure(day.scenario, day.tape, run(day.scenario, day.tape))
    table = measures.tables["patrols_by_phase"]
    on_duty = {phase: cell(table, "patrols_on_duty", phase=phase) for phase in ("posted", "voting", "count")}
    visits = {phase: cell(table, "visits_per_hour", phase=phase) for phase in ("posted", "voting", "count")}
    for phase in ("posted", "count"):
        assert on_duty[phase] == pytest.approx(on_duty["voting"] * 0.5, rel=0.1)
        assert visits[phase] < 0.65 * visits["voting"]
    assert measures["revisit_compliance"] == pytest.approx(within_target(day))
    assert 0.0 < float(measures["patrol_first"] or 0.0) <= 1.0
