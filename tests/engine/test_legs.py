"""Planned tasks with legs: worked by hand to 1e-9, kept together, read from files, refused when they make no sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import make_tape, uniform_travel
from sim.demand.classes import IncidentClass, Slot
from sim.demand.files import load_tape, save_tape
from sim.demand.legs import legs
from sim.demand.merge import merge_tapes
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.folder.read import read_folder
from sim.measures.collect import measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.response import TravelSettings
from sim.trace import PURPOSES
from tests.worlds import of_task, of_unit, play, rules, story, street, values, world

ESCORT = IncidentClass("escort", 2, start="together", release="together", group="planned")
CALL = IncidentClass("call", 1)


def escort_of(units: int, **options: Any) -> IncidentClass:
    """A planned task that needs some units of any kind."""
    return replace(ESCORT, slots=(Slot(),) * units, **options)


def planned(scenario: Scenario, at: list[float], stops: list[list[tuple[int, float]]], scene: float = 60.0, **marks: Any) -> Tape:
    """A tape of tasks that begin at site 0 and go on along ``stops``."""
    tape = make_tape(scenario.territory, at, [0] * len(at), [scene] * len(at), **marks)
    rows = [(task, order, site, hold) for task, row in enumerate(stops) for order, (site, hold) in enumerate(row, start=1)]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return replace(tape, legs=legs(*columns[:3].astype(np.int64), columns[3]))


def test_a_chain_of_three_legs_worked_by_hand() -> None:
    # Unit at 0 m; the task begins at 1,000 m: 30 s mobilisation, 100 s drive, 60 s scene, then legs of 400, 300 and 2,000 m.
    scenario = world(
        street([1000.0, 1400.0, 1700.0, -300.0, 0.0]), [4], unit={"mobilisation_time": 30.0}, classes=(escort_of(1),)
    )
    tape = planned(scenario, [100.0], [[(1, 20.0), (2, 15.5), (3, 0.0)]])
    trace = play(scenario, tape)
    expected = [
        (100.0, "occurred", -1),
        (100.0, "reported", -1),
        (100.0, "processed", -1),
        (100.0, "dispatched", 0),
        (230.0, "arrived", 0),
        (290.0, "leg_started", 0),
        (330.0, "leg_reached", 0),
        (350.0, "leg_started", 0),
        (380.0, "leg_reached", 0),
        (395.5, "leg_started", 0),
        (595.5, "leg_reached", 0),
        (595.5, "cleared", 0),
        (595.5, "closed", -1),
    ]
    told = of_task(trace, 0)
    assert [line[1:] for line in told] == [line[1:] for line in expected]
    assert [line[0] for line in told] == pytest.approx([line[0] for line in expected], abs=1e-9)
    assert values(trace, "leg_started") == pytest.approx([40.0, 30.0, 200.0], abs=1e-9)
    assert values(trace, "leg_reached") == [20.0, 15.5, 0.0]
    drives = trace.legs()
    chain = drives["purpose"] == PURPOSES.index("leg")
    assert drives["x0"][chain].tolist() == [1000.0, 1400.0, 1700.0]
    assert drives["x1"][chain].tolist() == [1400.0, 1700.0, -300.0]
    assert of_unit(trace, 0)[-1] == (595.5, "returning", -1)
    assert values(trace, "returning") == pytest.approx([30.0])  # from the last place, 300 m from its base
    check_invariants(scenario, tape, trace)


def test_a_package_leaves_when_all_are_done_and_keeps_together() -> None:
    # Unit 1 comes from 500 m and works twice as long; both go on at 50 + 20 s.
    scenario = world(
        street([0.0, 500.0, 800.0]), [0, 1], unit={"scene_factor": [1.0, 2.0]}, classes=(escort_of(2, start="as_free"),)
    )
    tape = planned(scenario, [0.0], [[(2, 5.0)]], scene=10.0)
    trace = play(scenario, tape)
    assert story(trace, "leg_started", "leg_reached", "cleared") == [
        (70.0, "leg_started", 0, 0),
        (70.0, "leg_started", 0, 1),
        (150.0, "leg_reached", 0, 0),
        (150.0, "leg_reached", 0, 1),
        (155.0, "cleared", 0, 0),
        (155.0, "cleared", 0, 1),
    ]
    check_invariants(scenario, tape, trace)


FABRIC_KMH = dict.fromkeys(("old_city", "urban", "suburban", "rural"), 36.0)
SLOWER = {name: 18.0 for name in FABRIC_KMH}
SLOWEST = {name: 9.0 for name in FABRIC_KMH}


@pytest.mark.parametrize(("convoy", "modes", "drive"), [(False, [0, 0], 100.0), (False, [0, 2], 200.0), (True, [0, 2], 400.0)])
def test_a_package_goes_at_the_pace_of_its_slowest_unit_or_of_convoys(convoy: bool, modes: list[int], drive: float) -> None:
    speeds = {"car": FABRIC_KMH, "foot": SLOWER, "convoy": SLOWEST}
    travel = TravelSettings(speeds=speeds, home_speeds=speeds, detour=dict.fromkeys(FABRIC_KMH, 1.0), peak_factor=1.0)  # type: ignore[arg-type]
    scenario = world(street([0.0, 1000.0]), [0, 0], classes=(escort_of(2, convoy=convoy),), travel=travel)
    scenario = replace(scenario, units=replace(scenario.units, mode=np.array(modes)))
    trace = play(scenario, planned(scenario, [0.0], [[(1, 0.0)]]))
    assert values(trace, "leg_started") == [drive, drive]


def test_a_unit_on_its_legs_is_sent_nowhere_else_and_takes_a_waiting_call_where_the_last_leg_ends() -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1), CALL), dispatch=rules(redirect="when_none_free"))
    tape = planned(scenario, [0.0, 65.0], [[(1, 40.0)], []], cls=[0, 1], priority=[2, 1])
    trace = play(scenario, tape)
    assert story(trace, "leg_started", "leg_reached", "cleared", "dispatched") == [
        (0.0, "dispatched", 0, 0),
        (60.0, "leg_started", 0, 0),
        (160.0, "leg_reached", 0, 0),
        (200.0, "cleared", 0, 0),
        (200.0, "dispatched", 1, 0),
        (360.0, "cleared", 1, 0),
    ]
    check_invariants(scenario, tape, trace)


def test_a_planned_task_that_nobody_comes_to_in_time_is_uncovered_with_all_its_legs() -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1),))
    tape = planned(scenario, [0.0, 10.0], [[(1, 40.0)], [(1, 5.0), (0, 5.0)]], patience=[np.inf, 100.0])
    trace = play(scenario, tape)
    assert of_task(trace, 1)[-1] == (110.0, "lapsed", -1)
    row = {name: column[0] for name, column in measure(scenario, tape, trace).tables["planned"].items()}
    assert (row["tasks"], row["covered"], row["uncovered"]) == (2, 1, 1)
    assert (row["legs_covered"], row["legs_uncovered"]) == (1, 2)
    assert row["unit_hours"] == pytest.approx(200.0 / 3600.0)
    assert row["wait_mean"] == 0.0


def test_planned_tasks_are_no_incidents_of_the_headline() -> None:
    scenario = world(street([0.0, 1000.0]), [0, 0], classes=(escort_of(1), replace(CALL, group="medical"), CALL))
    tape = planned(scenario, [0.0, 5.0, 6.0], [[(1, 40.0)], [], []], cls=[0, 1, 2], priority=[2, 1, 1])
    measures = measure(scenario, tape, play(scenario, tape))
    assert measures["incidents"] == measures["closed"] == 1
    assert measures["other_response_mean"] == 0.0
    assert measures.tables["response_by_group"]["group"] == ["election", "medical"]


@given(
    stops=st.lists(st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 500.0)), max_size=4).map(list), min_size=1, max_size=5),
    units=st.integers(1, 3),
    size=st.integers(1, 2),
    start=st.sampled_from(["as_free", "together"]),
)
def test_every_package_follows_its_legs_whatever_happens(
    stops: list[list[tuple[int, float]]], units: int, size: int, start: str
) -> None:
    scenario = world(street([0.0, 700.0, 1900.0, 2500.0]), list(range(units)), classes=(escort_of(size, start=start),))
    tape = planned(scenario, [40.0 * i for i in range(len(stops))], stops, patience=[900.0] * len(stops))
    trace = Simulation(scenario, tape).advance(20_000.0)
    check_invariants(scenario, tape, trace, until=20_000.0)


@pytest.mark.parametrize("name", ["tape.csv", "tape.yaml"])
def test_legs_are_written_and_read_back(name: str, tmp_path: Path) -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1),))
    tape = planned(scenario, [0.0, 10.0], [[(1, 40.0), (0, 7.25)], [(1, 0.0)]])
    save_tape(tape, tmp_path / name, scenario.territory, scenario.classes)
    assert load_tape(tmp_path / name, scenario.territory, scenario.classes).digest() == tape.digest()
    assert tape.digest() != replace(tape, legs=Tape(tape.incidents).legs).digest()


def test_merged_tapes_keep_the_legs_of_both() -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1),))
    tape = planned(scenario, [0.0], [[(1, 40.0), (0, 7.25)]])
    other = planned(scenario, [5.0], [[(1, 3.0)]], id=[7])
    other = replace(other, legs=replace(other.legs, task=np.array([7])))
    both = merge_tapes(other, tape)
    assert both.legs.by_task() == {0: ((1, 40.0), (0, 7.25)), 7: ((1, 3.0),)}


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ({"task": [3]}, "not on the tape"),
        ({"order": [2]}, "numbered 1, 2, 3"),
        ({"site": [9]}, "leg site"),
        ({"hold_time": [-1.0]}, "hold_time"),
    ],
)
def test_legs_that_make_no_sense_are_refused(rows: dict[str, list[float]], word: str) -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1),))
    tape = planned(scenario, [0.0], [[(1, 40.0)]])
    tape = replace(tape, legs=replace(tape.legs, **{name: np.array(column) for name, column in rows.items()}))
    with pytest.raises(InputError, match=word):
        Simulation(scenario, tape)


def test_a_task_with_legs_may_not_also_convey() -> None:
    scenario = world(street([0.0, 1000.0]), [0], classes=(escort_of(1),), travel=uniform_travel(36.0))
    with pytest.raises(InputError, match="both legs and convey_to"):
        Simulation(scenario, planned(scenario, [0.0], [[(1, 40.0)]], convey_to=[1]))


FOLDER = {
    "sites.csv": "id,x,y\n1,0,0\n2,1000,0\n",
    "units.csv": "id,base\n5,1\n",
    "world.yaml": "speed_kmh: 36\nclasses:\n  tour: {priority: 3, group: planned}\n",
    "tape.csv": "id,at,site,class,scene_time\n9,0,1,tour,60\n",
    "tape.legs.csv": "task,order,site,hold_time\n9,2,1,5\n9,1,2,30\n",
}


def _folder(path: Path, **files: str) -> Path:
    for name, text in {**FOLDER, **{f"tape.{part}.csv": text for part, text in files.items()}}.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_a_folder_world_has_planned_tasks_with_legs(tmp_path: Path) -> None:
    case = read_folder(_folder(tmp_path))
    trace = play(case.scenario, case.tape)
    assert story(trace, "leg_reached", "cleared") == [
        (160.0, "leg_reached", 9, 5),
        (290.0, "leg_reached", 9, 5),
        (295.0, "cleared", 9, 5),
    ]


def test_a_leg_of_an_unknown_task_is_told_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2, column 'task': no incident has the id 8"):
        read_folder(_folder(tmp_path, legs="task,order,site,hold_time\n8,1,1,5\n"))
