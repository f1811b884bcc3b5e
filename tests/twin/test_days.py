"""What the twin takes from settings and tapes: presences as the plan wants them, and hours without anybody."""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.demand.catalogue import PRESENCE
from sim.demand.classes import IncidentClass, Slot
from sim.policies.presence import plan_presences
from sim.twin.days import days_of
from sim.twin.estimate import twin
from sim.twin.state import solve

TOWN = ("preset=demo-city", "territory.city.centres=60", "territory.city.offices=240", "territory.city.voters=90000")


@pytest.mark.parametrize("acted_on", [0.0, 0.5, 1.0])
def test_presences_are_as_likely_and_as_long_as_the_plan_wants_them(acted_on: float) -> None:
    settings = compose([*TOWN, f"warnings.acted_on={acted_on}", "demand.warnings.share=0.7", "demand.rate_factor=3"])
    place = build_place(settings)
    scenario, tape = build_plan(settings, place)[0], build_tape(settings, place)
    days, plan = days_of(scenario, [tape]), plan_presences(tape.warnings, settings.warnings)
    mine = np.array([c.name == PRESENCE for c in scenario.classes])[days.rows.cls]
    assert len(tape.warnings) == mine.sum() > 0
    assert days.weight[mine].sum() == pytest.approx(plan.share.sum(), abs=1e-9)
    assert days.rows.scene_time[mine, 0].sum() == pytest.approx((plan.until - plan.begin).sum())
    assert tape.incidents.scene_time[mine, 0].sum() > 2 * days.rows.scene_time[mine, 0].sum()


def test_whoever_calls_when_nobody_is_on_duty_is_no_wait_of_those_who_are() -> None:
    territory = make_territory(make_sites([0.0, 500.0], [0.0, 0.0], kind="centre", offices=2))
    units = make_units([0], territory, shifts=[[(0.0, 7200.0)]])
    scenario = make_scenario(territory, units)
    calls = {"site": [1, 1], "scene_time": [60.0, 60.0]}
    by_day, at_night = (
        next(e.value for e in twin(scenario, [make_tape(territory, at, **calls)]) if e.measure == "queueing_mean")
        for at in ([600.0, 30_000.0], [30_000.0, 30_060.0])
    )
    assert by_day is not None and by_day < 10.0
    assert at_night is None


def test_a_single_long_task_is_not_expected_at_its_very_hour() -> None:
    territory = make_territory(make_sites([0.0, 500.0], [0.0, 0.0], kind="centre", offices=2))
    classes = [IncidentClass("usual", 1, (Slot(("car",)),)), IncidentClass("rare", 1, (Slot(("van",)),))]
    scenario = make_scenario(territory, make_units([0, 0], territory, kind=["car", "van"]), classes=classes)
    at, cls = np.append(np.linspace(0.0, 36_000.0, 40), 18_000.0), np.append(np.zeros(40, int), 1)
    scene = np.append(np.full(40, 60.0), 3000.0)
    state = solve(days_of(scenario, [make_tape(territory, at, np.ones(41, int), scene, cls=cls)]))
    load = (state.busy * state.pools.on_duty)[state.pools.kind == 1][0]
    assert load.sum() * 3600.0 == pytest.approx(3000.0, rel=0.1)
    assert load.max() < 0.5 * 3000.0 / 3600.0
