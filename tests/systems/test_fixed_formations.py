"""S03: fixed teams stand at every centre from 48 hours before the opening, are relieved, settle and hold, and never leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.clock import HOUR
from sim.demand.classes import IncidentClass, Slot
from sim.errors import InputError
from sim.forces.kinds import KIND
from sim.forces.ledger import check_ledger, ledger_hours, plan_ledger, trace_ledger
from sim.forces.posting import Posting
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.posts import cover_gaps, post_cover, posts_by_area, roll_call
from sim.scenario import Scenario
from sim.settings.posts import PostSettings
from sim.trace import CODE
from tests.systems.small_city import RunDay, city, paired, run_day
from tests.worlds import day, play, story, street, values, world

NO_RELIEF = {"relief_share": 0.0, "stay_time": 8 * HOUR}


def figure(name: str):  # type: ignore[no-untyped-def]
    return lambda run: run.measures[name]


def test_with_enough_staff_every_centre_has_its_team_48_hours_before_and_at_every_roll_call() -> None:
    run = run_day(city())
    calls = run.measures.tables["roll_call"]
    assert run.measures["posted_in_time"] == 1.0
    assert run.measures["cover_gap_hours"] == 0.0
    assert set(calls["share_in_place"]) == {1.0}
    assert sum(n for n, name in zip(calls["posts"], calls["roll_call"], strict=True) if name == "opening") == 40
    assert all(there <= planned for there, planned in zip(calls["heads_present"], calls["heads_planned"], strict=True))


def test_without_relief_continuous_cover_breaks_and_fatigue_rises() -> None:
    off, on = city(posts=NO_RELIEF), city(posts={"stay_time": 8 * HOUR})
    gaps, tired = (paired(figure(name), off, on, days=3) for name in ("cover_gap_hours", "long_duty_share"))
    assert gaps.low is not None and gaps.low > 0.0
    assert tired.low is not None and tired.low > 0.0
    run = run_day(off)
    assert max(run.measures.tables["posts_by_area"]["longest_duty_hours"]) == 15.0  # 7 h of the first shift and 8 h more
    assert len(run.measures.tables["cover_gaps"]["site"]) == sum(run.measures.tables["posts_by_area"]["cover_gaps"])


def test_more_reliefs_that_fail_leave_more_hours_without_a_team() -> None:
    hours = [run_day(city(posts={"relief_share": share})).measures["cover_gap_hours"] for share in (1.0, 0.9, 0.5, 0.0)]
    assert hours == sorted(hours)
    assert hours[0] == 0.0 and hours[1] > 0.0  # type: ignore[operator]


def test_late_reliefs_leave_no_gap_where_the_team_stays_and_gaps_where_it_does_not() -> None:
    late = {"relief_late_share": 1.0, "relief_late_time": 600.0}
    stays, leaves = (run_day(city(posts=late | {"stay_time": stay})) for stay in (4 * HOUR, 0.0))
    assert stays.measures["cover_gap_hours"] == 0.0
    assert leaves.measures["cover_gap_hours"] > 0.0  # type: ignore[operator]
    assert stays.measures["long_duty_share"] > 0.0  # type: ignore[operator]


@pytest.mark.parametrize("posts", [{}, NO_RELIEF, {"relief_late_share": 0.5, "stay_time": HOUR, "relief_share": 0.8}], ids=str)
def test_the_ledger_closes_however_reliefs_fail(posts: dict[str, float]) -> None:
    run = run_day(city(posts=posts))
    scenario, forces = run.scenario, run.forces
    rest = (forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time)
    done = trace_ledger(run.trace.columns(), scenario.units, *rest)
    check_ledger(plan_ledger(scenario.units, scenario.territory, *rest), done)
    if posts.get("stay_time"):
        assert done.line("overtime").sum() > 0


# --- scenes held --------------------------------------------------------------------------------------------------


def test_teams_that_hold_the_scene_keep_incidents_from_becoming_more_urgent() -> None:
    def escalated(run: RunDay) -> float:
        return float((run.trace.columns()["kind"] == CODE["escalated"]).sum())

    demand = {"rate_factor": 8.0, "waiting": {"escalation": [0.0, 0.8, 0.8, 0.0], "escalation_time": [900, 900, 900, 900],
                                            "patience": [None, None, None, None]}}  # fmt: skip
    fewer = paired(escalated, city(posts={"holds_scene": 0.8}, demand=demand), city(demand=demand), days=4)
    assert fewer.high is not None and fewer.high < 0.0


def one_centre(holds: float, team: int, officers_per_office: float = 1.0) -> Scenario:
    """A centre of two offices with a team, and a car 9 km away."""
    territory = street([0.0, 9000.0], offices=[2, 0], kind=["centre", "base"])
    unit = {"kind": ["patrol_car", "fixed_team"], "mobile": [True, False], "heads": [2, team]}
    scenario = world(territory, [1, 0], unit=unit, classes=(IncidentClass("dispute", 2, (Slot(("patrol_car",)),)),))
    return replace(scenario, posts=PostSettings(holds_scene=holds, officers_per_office=officers_per_office))


@pytest.mark.parametrize(
    ("holds", "team", "at"),
    [(0.0, 2, 400.0), (0.5, 2, 800.0), (0.5, 1, 400.0 / 0.75), (0.5, 0, 400.0), (0.9, 2, None)],
)
def test_a_scene_that_is_held_becomes_more_urgent_later_or_not_before_help_comes(
    holds: float, team: int, at: float | None
) -> None:
    trace = day(one_centre(holds, team), [100.0], 0, 10.0, priority=[2], escalate_time=[400.0])
    moments = [time - 100.0 for time, *_ in story(trace, "escalated")]
    assert moments == ([pytest.approx(at)] if at is not None else [])
    assert values(trace, "scene_held") == ([team] if holds and team else [])


def test_a_fixed_team_is_never_sent_and_never_drives() -> None:
    run = run_day(city())
    fixed = run.scenario.units.id[run.scenario.units.kind == KIND["fixed_team"]]
    columns = run.trace.columns()
    assert not np.isin(columns["unit"][columns["kind"] == CODE["dispatched"]], fixed).any()
    assert not np.isin(run.trace.legs()["unit"], fixed).any()


def test_a_post_that_drives_is_noticed() -> None:
    scenario = one_centre(0.0, 2)
    tape = make_tape(scenario.territory, [100.0], [0], [10.0])
    trace = play(scenario, tape)
    trace.append_leg(1, 10.0, 20.0, 0.0, 0.0, 5.0, 0.0, 1, -1)
    with pytest.raises(AssertionError, match="I2: unit 1 is a post, but drives"):
        check_invariants(scenario, tape, trace)


# --- reliefs by hand ----------------------------------------------------------------------------------------------


def post(shifts: list[tuple[float, float]], stay: float = 0.0, until: float = 900.0) -> Scenario:
    """One post with given shifts, that should be manned from 0 to ``until``."""
    territory = street([0.0, 50.0], offices=[1, 0], kind=["centre", "base"])
    unit = {"kind": ["patrol_car", "fixed_team"], "mobile": [True, False], "heads": [2, 4], "shifts": [[(0.0, 900.0)], shifts]}
    calendar = make_calendar(territory, closing=900.0, end=1000.0)
    scenario = world(territory, [1, 0], unit=unit, calendar=calendar)
    planned = (np.array([0, 300, 600]), np.array([300, 600, 900]), np.array([4, 4, 4]))
    posting = Posting(np.array([0]), np.array([0.0]), np.array([until]), np.zeros(3, dtype=np.int64), *planned)
    return replace(scenario, posting=posting, posts=PostSettings(stay_time=stay))


def told(scenario: Scenario) -> list[tuple[float, str]]:
    trace = play(scenario, make_tape(scenario.territory, [], [], []))
    return [(at, kind) for at, kind, _, unit in story(trace) if unit == 1]


ON, OFF, ALONE = "on_duty", "off_duty", "relief_missing"


@pytest.mark.parametrize(
    ("shifts", "stay", "records"),
    [
        ([(0, 300), (300, 600), (600, 900)], 100, [(0, ON), (300, ON), (600, ON), (900, OFF)]),
        ([(0, 300), (350, 600), (600, 900)], 0, [(0, ON), (300, OFF), (350, ON), (600, ON), (900, OFF)]),
        ([(0, 300), (350, 600), (600, 900)], 100, [(0, ON), (300, ALONE), (350, ON), (600, ON), (900, OFF)]),
        ([(0, 300), (600, 900)], 100, [(0, ON), (300, ALONE), (400, OFF), (600, ON), (900, OFF)]),
        ([(0, 300), (300, 600)], 100, [(0, ON), (300, ON), (600, ALONE), (700, OFF)]),
        ([(0, 300), (300, 600)], 500, [(0, ON), (300, ON), (600, ALONE), (900, OFF)]),
        ([(0, 300)], 0, [(0, ON), (300, OFF)]),
    ],
)
def test_a_team_that_nobody_relieves_stays_for_a_while(
    shifts: list[tuple[float, float]], stay: float, records: list[tuple[float, str]]
) -> None:
    assert told(post(shifts, stay)) == records


def test_gaps_and_roll_calls_of_a_hand_worked_post() -> None:
    scenario = post([(0, 300), (600, 900)], stay=100.0)
    tape = make_tape(scenario.territory, [], [], [])
    seen_day = Day.of(scenario, tape, play(scenario, tape))
    seen = post_cover(seen_day)
    assert (cover_gaps(seen_day, seen)["gap_from"], cover_gaps(seen_day, seen)["gap_to"]) == ([400.0], [600.0])
    (row,) = zip(*posts_by_area(seen_day, seen).values(), strict=True)
    assert row == ("0", "force 0", 1, 1, 1, 200 / 3600, 200 / 3600, 1, 400 / 3600, 0.0)
    calls = roll_call(seen_day, seen)
    assert calls["roll_call"] == ["48 h before", "3 h before", "opening", "closing", "end of count"]
    assert calls["in_place"] == [0, 0, 1, 0, 1]
    assert (calls["heads_planned"], calls["heads_present"]) == ([0, 0, 4, 0, 4], [0, 0, 4, 0, 4])


def test_a_world_without_posting_has_no_rows() -> None:
    scenario = one_centre(0.5, 2)
    tape = make_tape(scenario.territory, [100.0], [0], [10.0])
    seen_day = Day.of(scenario, tape, play(scenario, tape))
    seen = post_cover(seen_day)
    assert not any(roll_call(seen_day, seen).values())
    assert not any(posts_by_area(seen_day, seen).values())


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "hours"), [("night", "D-2 23:00 to D-1 07:00"), ("before", "D-2")])
def test_a_relief_that_leaves_a_hole_is_refused_in_one_line(name: str, hours: str) -> None:
    team = {"day": 10, "night": 4, "before": 4} | {name: 0}
    fixed = {"police": team, "gendarmerie": {"day": 5, "night": 3, "before": 3}}
    line = rf"staffing.fixed.police.{name}: 0 officers, a relief that leaves a hole from {hours}"
    with pytest.raises(InputError, match=line):
        run_day(city(staffing={"fixed": fixed}))


def test_a_force_without_posts_is_allowed() -> None:
    fixed = {"police": {"day": 0, "night": 0, "before": 0}, "gendarmerie": {"day": 5, "night": 3, "before": 3}}
    run = run_day(city(staffing={"fixed": fixed}))
    assert set(run.measures.tables["roll_call"]["force"]) == {"gendarmerie"}


def test_shares_above_one_are_refused() -> None:
    with pytest.raises(InputError, match="relief_share"):
        PostSettings(relief_share=1.5)
