"""Whatever is switched on above and between rooms, the invariants hold and the same day is the same day again."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measures.collect import measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import Simulation, run
from tests.systems.towns import forces, tape, town_scenario, towns

TERRITORY = towns(5, 900.0)
UNITS = {count: forces(TERRITORY, ["patrol_car", "rrv", "section"], count) for count in (1, 2)}

COMMAND = st.fixed_dictionaries(
    {
        "border_distance": st.sampled_from([0.0, 1000.0]),
        "border_share": st.sampled_from([0.0, 0.5, 1.0]),
        "main_room": st.booleans(),
        "main_operators": st.integers(1, 2),
        "escalate_priority": st.integers(1, 4),
        "escalate_time": st.sampled_from([0.0, 120.0]),
        "keep_share": st.sampled_from([0.0, 0.4]),
        "ask_time": st.sampled_from([0.0, 60.0]),
        "retry_time": st.sampled_from([60.0, 900.0]),
        "picture_age": st.sampled_from([0.0, 300.0]),
        "ladder": st.booleans(),
        "ladder_time": st.sampled_from([0.0, 90.0]),
        "hold_reserve": st.booleans(),
    }
)
DISPATCH = st.fixed_dictionaries(
    {
        "command": st.sampled_from(["single", "joint", "parallel"]),
        "picture": st.sampled_from(["live", "base", "district"]),
        "policy": st.sampled_from(["nearest", "least_time"]),
        "rapid_first": st.booleans(),
        "aid": st.sampled_from(["never", "when_none_free"]),
        "redirect": st.sampled_from(["never", "when_none_free"]),
        "taskable": st.sampled_from(["at_base", "at_scene", "while_returning"]),
        "reserve": st.sampled_from([(0.0, 0.0, 0.0, 0.0), (0.0, 1.0, 1.0, 2.0)]),
        "blocking": st.booleans(),
    }
)
ROOM = st.fixed_dictionaries(
    {
        "reported": st.sampled_from([{}, {"phone": 0.7}]),
        "report_factor": st.sampled_from([1.0, 2.0]),
        "lines": st.sampled_from([0.0, 1.0]),
    }
)


@settings(max_examples=25)
@given(command=COMMAND, dispatch=DISPATCH, room=ROOM, day=st.integers(0, 50), count=st.sampled_from([1, 2]))
def test_the_invariants_hold_on_random_days(command, dispatch, room, day, count):
    scenario = town_scenario(TERRITORY, UNITS[count], dispatch=dispatch, command=command, room=room)
    events = tape(TERRITORY, day, 60, (0.4, 0.2, 0.2, 0.2), area_bias=0.7)
    trace = run(scenario, events)
    check_invariants(scenario, events, trace)
    groups = measure(scenario, events, trace, grid_time=36_000.0).tables["response_by_group"]
    assert sum(sum(groups[end]) for end in ("open", "closed", "lapsed", "handled_on_spot")) == 60
    steps = Simulation(scenario, events)
    for until in (3_000.0, 9_000.0, 20_000.0):
        steps.advance(until)
    assert steps.advance().digest() == trace.digest()
