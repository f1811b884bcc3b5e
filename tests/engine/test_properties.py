"""Random small worlds under random rules: what must hold on every trace, checked by an independent pass."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.arrays import make_calendar, make_sites, make_tape, make_territory
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import CHANNELS, Inject, Tape
from sim.measures.invariants import check_invariants
from sim.movement import build_loops
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from tests.engine.audit import Audit
from tests.engine.test_repeatability import busy_town
from tests.worlds import play, rules, world

CAR = Slot(("patrol_car",))
CLASSES = (
    IncidentClass("any", 3),
    IncidentClass("car", 3, (CAR,)),
    IncidentClass("two", 3, (Slot(), Slot())),
    IncidentClass("two cars leave together", 3, (CAR, CAR), "together", "together"),
    IncidentClass("two start together", 3, (Slot(), Slot()), "together"),
    IncidentClass("no unit", 4, ()),
)
DISPATCH = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["nearest", "least_time"]),
        "reserve": st.sampled_from([(0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 1, 2), (0, 0, 0.3, 0.5)]),
        "blocking": st.booleans(),
        "taskable": st.sampled_from(["at_base", "at_scene", "while_returning"]),
        "redirect": st.sampled_from(["never", "when_none_free"]),
        "aid": st.sampled_from(["never", "when_none_free"]),
        "aid_keep": st.integers(0, 1),
        "aid_priority": st.integers(1, 4),
        "aid_time": st.sampled_from([0.0, 5.0]),
    }
)
SHIFTS = st.sampled_from(
    [
        [(0.0, inf)],
        [(0.0, 60.0)],
        [(20.0, 80.0)],
        [(0.0, 30.0), (30.0, 90.0)],
        [(0.0, 25.0), (50.0, inf)],
        [(10.0, 40.0), (41.0, 300.0)],
        [],
    ]
)
UNIT = st.tuples(
    st.integers(0, 3), st.sampled_from(["patrol_car", "van"]), SHIFTS, st.sampled_from([-1, -1, 0]), st.sampled_from([0.0, 3.0])
)
# Few distinct values, so that things often happen at one instant.
INCIDENT = st.fixed_dictionaries(
    {
        "at": st.integers(0, 60),
        "site": st.integers(0, 3),
        "scene": st.tuples(st.integers(0, 20), st.integers(0, 20)),
        "cls": st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5]),
        "priority": st.integers(1, 4),
        "report_time": st.sampled_from([0, 0, 5]),
        "patience": st.sampled_from([inf, inf, inf, 0, 15]),
        "escalate_time": st.sampled_from([inf, inf, 10]),
        "noise": st.sampled_from([(1.0, 1.0), (1.5, 0.5)]),
        "channel": st.sampled_from([CHANNELS.index("direct"), CHANNELS.index("phone")]),
        "talk_time": st.sampled_from([0, 4]),
        "convey_to": st.sampled_from([-1, -1, -1, 2]),
    }
)
ORDER = st.builds(
    Inject,
    st.integers(0, 90).map(float),
    st.sampled_from(["unit_out_of_service", "unit_back_in_service", "recall"]),
    st.integers(0, 5),
)


def build(
    units: list[Any], incidents: list[dict[str, Any]], dispatch: dict[str, Any], areas: int, end: float
) -> tuple[Scenario, Tape]:
    sites = make_sites([0.0, 60.0, 100.0, 100.0], [0.0, 0.0, 0.0, 80.0], area=np.arange(4) % areas)
    territory = make_territory(sites, neighbours=[(1,), (0,)][:areas] if areas == 2 else [])
    share = any(0 < r < 1 for r in dispatch["reserve"])
    loops = build_loops([np.array([0, 3])], sites.x, sites.y, [np.array([12.8, 12.8])], [np.array([5.0, 0.0])])
    columns = list(zip(*units)) if units else [[], [], [], [], []]
    own = {"kind": list(columns[1]), "shifts": list(columns[2]), "loop": list(columns[3]), "mobilisation_time": list(columns[4])}
    scenario = world(
        territory, list(columns[0]), unit=own, classes=CLASSES, loops=loops, operators=[1] * areas,
        dispatch=rules(**dispatch, reserve_as="share" if share else "number"), calendar=make_calendar(territory, end=end),
    )  # fmt: skip
    marks = {name: [row[name] for row in incidents] for name in INCIDENT_MARKS}
    scene = np.array([row["scene"] for row in incidents], dtype=float).reshape(-1, 2)
    marks["noise"] = np.array([row["noise"] for row in incidents], dtype=float).reshape(-1, 2)
    tape = make_tape(territory, [row["at"] for row in incidents], [row["site"] for row in incidents], scene, **marks)
    return scenario, tape


INCIDENT_MARKS = ("cls", "priority", "report_time", "patience", "escalate_time", "channel", "talk_time", "convey_to")


@settings(max_examples=400)
@given(
    st.lists(UNIT, max_size=6), st.lists(INCIDENT, max_size=14), DISPATCH, st.integers(1, 2), st.sampled_from([inf, 70.0]),
    st.lists(ORDER, max_size=3),
)  # fmt: skip
def test_every_rule_holds_on_any_day(
    units: list[Any], incidents: list[dict[str, Any]], dispatch: dict[str, Any], areas: int, end: float, orders: list[Inject]
) -> None:
    scenario, tape = build(units, incidents, dispatch, areas, end)
    tape = replace(tape, injects=tuple(order for order in orders if order.target < len(units)))
    trace = play(scenario, tape)
    Audit(scenario, tape, trace).run()
    if end < inf and not any(order.effect == "recall" for order in orders):
        check_invariants(scenario, tape, trace)


@settings(max_examples=60)
@given(st.lists(UNIT, max_size=4), st.lists(INCIDENT, max_size=10), DISPATCH, st.lists(st.integers(0, 120), max_size=6))
def test_stopping_on_the_way_changes_nothing(
    units: list[Any], incidents: list[dict[str, Any]], dispatch: dict[str, Any], stops: list[int]
) -> None:
    scenario, tape = build(units, incidents, dispatch, 2, 200.0)
    simulation = Simulation(scenario, tape)
    for stop in sorted(stops):
        simulation.advance(float(stop))
    assert simulation.advance().digest() == play(scenario, tape).digest()


def test_every_rule_holds_in_a_busy_town() -> None:
    for seed in range(3):
        scenario, tape = busy_town(seed, end=40_000.0)
        trace = play(scenario, tape)
        Audit(scenario, tape, trace).run()
        check_invariants(scenario, tape, trace)
