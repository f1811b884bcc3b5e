"""S08: halls are searched before people come in; doors wait for the search, or halls open unswept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_tape
from sim.build import build_place, build_scenario, build_tape
from sim.demand.catalogue import build_classes
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import Rally, Tape
from sim.errors import InputError
from sim.measures.collect import Measures, measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import Simulation, run
from sim.scenario import Scenario
from sim.settings.demand import DemandSettings
from sim.settings.response import RallySettings
from tests.systems.gatherings import HOUR, escorts, falls, paired, rallies, rises, total, town
from tests.worlds import play, story, street, world

SWEPT = rallies(6.0, sweep={"package": "search_team"})
FEWER: dict[str, Any] = {"people_per_search_team": {"police": 90_000.0}}
NONE: dict[str, Any] = {"search_factor": 0.0}


def unswept(measures: Measures) -> float:
    """Halls that opened without a search."""
    return float(measures.tables["rallies"]["hall_swept"].count(False))


def on_time(measures: Measures) -> float:
    """Halls whose search was over when planned."""
    return float(measures.tables["rallies"]["swept_on_time"].count(True))


def test_removing_a_search_team_delays_doors() -> None:
    delay, punctual = paired(6, town(SWEPT), town(SWEPT, FEWER), total("rallies", "doors_delay"), on_time)
    assert rises(delay)
    assert falls(punctual)


def test_removing_a_search_team_leaves_halls_unswept_where_doors_do_not_wait() -> None:
    rule = {"rallies": {"unswept": "open_unswept"}}
    (halls,) = paired(6, town(SWEPT, **rule), town(SWEPT, FEWER, **rule), unswept)
    assert rises(halls)


def test_without_a_search_team_every_hall_opens_unswept_on_time() -> None:
    settings = town(SWEPT, NONE)
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    table = measure(scenario, tape, run(scenario, tape)).tables["rallies"]
    assert table["hall_swept"] == [False] * 6
    assert table["doors_delay"] == [0.0] * 6
    assert sum(table["finds"]) == 0.0  # type: ignore[arg-type]


# --- worked by hand -------------------------------------------------------------------------------------------------

SWEEP = IncidentClass("hall_sweep", 2, (Slot(("patrol_car",)),), group="planned")
DOORS = RallySettings(doors_time=600.0, exit_time=300.0, lanes_per_thousand=1.0, lane_rate=600.0)


def evening(wait: float = 10_000.0, rule: str = "doors_wait") -> tuple[Scenario, Tape]:
    """One team at 0 m; halls at 1,000 and 3,000 m whose gatherings start at 2,000 and 2,100 s, both asked for at 100 s."""
    scenario = world(street([0.0, 1000.0, 3000.0]), [0], unit={"mobilisation_time": 20.0}, classes=(SWEEP,))
    scenario = replace(scenario, rallies=replace(DOORS, unswept=rule))
    tape = make_tape(scenario.territory, [100.0, 100.0], [1, 2], [700.0, 900.5], patience=[wait, wait], parent=[7, 8])
    held = (
        Rally(7, 1, 2000.0, 5000.0, 600, 1.0, 600.0, sweep=0, swept_by=1000.0),
        Rally(8, 2, 2100.0, 5000.0, 600, 1.0, 600.0, sweep=1, swept_by=1000.0),
    )
    return scenario, replace(tape, rallies=held)


def test_one_team_for_two_halls_worked_by_hand() -> None:
    # 20 s + 100 s of drive + 700 s: over at 920 s; then 20 s + 200 s of drive + 900.5 s.
    scenario, tape = evening()
    trace = play(scenario, tape)
    told = story(trace, "arrived", "closed", "doors_opened", "hall_swept", "rally_started")
    expected = [
        (220.0, "arrived"),
        (920.0, "closed"),
        (1140.0, "arrived"),
        (1400.0, "hall_swept"),
        (1400.0, "doors_opened"),
        (2000.0, "rally_started"),
        (2040.5, "closed"),
        (2040.5, "hall_swept"),
        (2040.5, "doors_opened"),
        (2100.0, "rally_started"),
    ]
    assert [line[1] for line in told] == [kind for _, kind in expected]
    assert [line[0] for line in told] == pytest.approx([at for at, _ in expected], abs=1e-9)
    table = measure(scenario, tape, trace).tables["rallies"]
    assert table["doors_delay"] == pytest.approx([0.0, 2040.5 - 1500.0], abs=1e-9)
    assert (table["hall_swept"], table["swept_on_time"]) == ([True, True], [True, False])
    check_invariants(scenario, tape, trace)


def test_who_comes_before_late_doors_waits_for_them() -> None:
    # 600 people come evenly in the 600 s before the start, through a lane for 10 a minute.
    scenario, tape = evening()
    table = measure(scenario, tape, play(scenario, tape)).tables["rallies"]
    first, second = table["entry_wait_mean"]
    assert first == pytest.approx(1500.0, rel=0.05)  # half of the 3,000 s that the queue lasts longer
    assert second - first == pytest.approx(540.5, rel=0.06)  # type: ignore[operator]


def test_a_hall_that_nobody_sweeps_in_time_opens_when_the_sweep_is_given_up() -> None:
    scenario, tape = evening(wait=700.0)
    trace = play(scenario, tape)
    assert story(trace, "lapsed", "hall_unswept", "doors_opened") == [
        (800.0, "lapsed", 1, -1),
        (1400.0, "doors_opened", -1, -1),
        (1500.0, "hall_unswept", -1, -1),
        (1500.0, "doors_opened", -1, -1),
    ]


def test_a_hall_opens_on_time_and_its_search_is_called_off_where_doors_do_not_wait() -> None:
    scenario, tape = evening(rule="open_unswept")
    scenario = replace(scenario, units=replace(scenario.units, shift_end=np.array([930.0])))
    trace = play(scenario, tape)
    assert story(trace, "lapsed", "hall_swept", "hall_unswept") == [
        (1400.0, "hall_swept", -1, -1),
        (1500.0, "hall_unswept", -1, -1),
    ]  # the team is already on its way
    scenario = replace(scenario, units=replace(scenario.units, shift_end=np.array([900.0])))
    trace = play(scenario, tape)
    assert story(trace, "lapsed", "hall_unswept") == [(1500.0, "lapsed", 1, -1), (1500.0, "hall_unswept", -1, -1)]
    check_invariants(scenario, tape, trace)


def test_a_step_by_step_run_gives_the_same_trace() -> None:
    scenario, tape = evening()
    whole, steps = Simulation(scenario, tape), Simulation(scenario, tape)
    for until in (500.0, 1400.0, 2040.5, 4000.0):
        steps.advance(until)
    assert steps.advance().digest() == whole.advance().digest()


# --- the tape ---------------------------------------------------------------------------------------------------------


def test_a_sweep_is_asked_for_in_time_and_takes_longer_in_larger_halls() -> None:
    settings = town(SWEPT)
    tape = build_tape(settings)
    rows, names = tape.incidents, [c.name for c in build_classes(SWEPT)]
    for rally in tape.rallies:
        (i,) = np.flatnonzero(rows.id == rally.sweep).tolist()
        assert names[rows.cls[i]] == "hall_sweep"
        assert (rows.site[i], rows.parent[i]) == (rally.site, rally.id)
        assert rows.scene_time[i, 0] == pytest.approx(1200.0 + 2.4 * rally.people)
        assert rows.at[i] == pytest.approx(rally.start_at - 9000.0 - rows.scene_time[i, 0] - 1800.0)
        assert rally.swept_by == rally.start_at - 2.5 * HOUR


def test_sweeps_change_no_other_draw() -> None:
    with_sweeps, without = build_tape(town(SWEPT)), build_tape(town(rallies(6.0)))
    planned = np.isin(with_sweeps.incidents.id, [rally.sweep for rally in with_sweeps.rallies])
    assert np.array_equal(with_sweeps.incidents.at[~planned], without.incidents.at)
    assert [replace(r, sweep=-1, swept_by=-1.0) for r in with_sweeps.rallies] == list(without.rallies)


def test_sizes_by_quota_follow_the_shares_exactly() -> None:
    tape = build_tape(town(rallies(6.0, size_quota=True, size_spread=0.0)))
    assert sorted(rally.people for rally in tape.rallies) == [300] * 4 + [1200] * 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"end_at": 1000.0}, "gathering 7 ends at 1000 s, before it starts at 2000 s"),
        ({"sweep": 9}, "gathering 7: its sweep 9 is no task of the tape"),
        ({"site": 5}, "gathering 7: site 5, allowed: 0 to 2"),
    ],
)
def test_gatherings_that_make_no_sense_are_refused(change: dict[str, Any], word: str) -> None:
    scenario, tape = evening()
    tape = replace(tape, rallies=(replace(tape.rallies[0], **change),))
    with pytest.raises(InputError, match=word):
        Simulation(scenario, tape)


def test_a_sweep_longer_than_a_day_is_refused() -> None:
    with pytest.raises(InputError, match="6000 seats takes 60 h, longer than a day"):
        rallies(1.0, sweep={"package": "search_team", "per_hundred_time": 3600.0})


def test_sizes_whose_shares_do_not_add_to_one_are_refused() -> None:
    sizes = {name: replace(size, share=0.5) for name, size in DemandSettings().rallies.sizes.items()}
    with pytest.raises(InputError, match="1"):
        rallies(1.0, sizes=sizes)


def test_a_package_nobody_can_fill_is_refused() -> None:
    with pytest.raises(InputError, match=r"demand.rallies.sweep.package: unknown unit kind 'search_teem' \(did you mean"):
        build_classes(rallies(1.0, sweep={"package": "search_teem"}))
    with pytest.raises(InputError, match=r"escorts\.vips\.package"):
        build_classes(escorts(vips={"per_area": 1.0, "package": "limousine"}))
