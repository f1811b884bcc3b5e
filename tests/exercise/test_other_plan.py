"""Another plan from a moment on: what it does to the rest of the day, and that the day before is the run's, bit by bit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_tape
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose, main
from sim.clock import HOUR
from sim.demand.tape import Inject, Tape
from sim.errors import InputError
from sim.exercise.fork import same_until
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.replan import FIXED_KEYS, check_changeable, follow, replanned
from sim.runs import load_run
from sim.runs.passport import file_digest
from sim.scenario import Scenario
from sim.settings import Settings
from sim.settings.command import CommandSettings
from sim.settings.response import RoomSettings
from sim.trace import CODE, Trace
from tests.cli.conftest import Call, pollday
from tests.worlds import calls, marked, moments, needs, point_town, rules, story, street, world

__all__ = ["pollday"]

NOON = 12 * HOUR
TOWN = ("territory.city.centres=40", "territory.city.offices=80", "territory.city.voters=30000")


def town(cars: Sequence[int]) -> Scenario:
    """Cars with these ids in a town in which nobody drives anywhere."""
    return world(point_town(), np.zeros(len(cars), dtype=int), unit={"id": list(cars)})


def busy_day(seed: int, scenario: Scenario) -> Tape:
    """Forty-odd tasks of ten minutes on average round noon: more than two cars can keep up with."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.uniform(NOON - 2 * HOUR, NOON + 2 * HOUR, 60))
    return make_tape(scenario.territory, at, np.zeros(60, dtype=int), rng.exponential(600.0, 60))


def later_tasks(tape: Tape) -> np.ndarray:
    return tape.incidents.at >= NOON


@pytest.mark.parametrize("seed", range(5))
def test_more_cars_after_noon_bring_nobody_later_and_most_sooner_and_fewer_cars_nobody_sooner(seed: int) -> None:
    few, many = town([1, 3]), town([1, 2, 3, 4])
    tape = busy_day(seed, few)
    for one, two, sign in ((few, many, -1.0), (many, few, 1.0), (few, town([1]), 1.0)):
        both = follow(one, two, NOON)
        was, now = run(one, tape), run(both, tape)
        check_invariants(both, tape, now)
        assert same_until(was, now, NOON)
        change = sign * (marked(now, 60).arrived_at - marked(was, 60).arrived_at)[later_tasks(tape)]
        assert (change >= -1e-6).all() and (change > 60.0).sum() > 5


def test_work_in_hand_is_ended_new_cars_begin_at_the_moment_and_who_waits_gets_them() -> None:
    one, two = town([1, 2]), town([2, 5])
    tape = make_tape(one.territory, [NOON - 300.0, NOON - 200.0, NOON - 100.0, NOON + 10.0], [0] * 4, [900.0] * 4)
    trace = run(follow(one, two, NOON), tape)
    seen = story(trace, "on_duty", "dispatched", "cleared", "off_duty")
    assert seen == [
        (0.0, "on_duty", -1, 1),
        (0.0, "on_duty", -1, 2),
        (NOON - 300.0, "dispatched", 0, 1),
        (NOON - 200.0, "dispatched", 1, 2),
        (NOON, "on_duty", -1, 5),
        (NOON, "dispatched", 2, 5),
        (NOON + 600.0, "cleared", 0, 1),
        (NOON + 600.0, "off_duty", -1, 1),
        (NOON + 700.0, "cleared", 1, 2),
        (NOON + 700.0, "dispatched", 3, 2),
        (NOON + 900.0, "cleared", 2, 5),
        (NOON + 1600.0, "cleared", 3, 2),
    ]


def test_a_plan_put_after_itself_changes_nothing() -> None:
    one = town([1, 2])
    tape = busy_day(9, one)
    assert run(follow(one, town([1, 2]), NOON), tape).digest() == run(one, tape).digest()


# --- rules ------------------------------------------------------------------------------------------------------------------

PLACES = street([0.0, 3000.0, 9000.0, 12000.0], area=[0, 0, 1, 1], neighbours=[[1], [0]], populations=[4e5, 4e5])
RULES: dict[str, dict[str, Any]] = {
    "policy": {"dispatch": rules(policy="least_time")},
    "reserve": {"dispatch": rules(reserve=(0.0, 1.0, 1.0, 1.0))},
    "reserve as a share": {"dispatch": rules(reserve=(0.0, 0.4, 0.6, 0.6), reserve_as="share")},
    "redirection": {"dispatch": rules(redirect="when_none_free")},
    "aid": {"dispatch": rules(aid="when_none_free", aid_priority=4, aid_keep=0, aid_time=100.0)},
    "operators": {"room": RoomSettings(operators=1, operators_per_million=0.0)},
    "radio": {"room": RoomSettings(units_per_radio_operator=1)},
    "patience": {"room": RoomSettings(operators=1, operators_per_million=0.0, patience=False)},
    "ladder": {"dispatch": rules(reserve=(2.0, 2.0, 2.0, 2.0)), "command": CommandSettings(ladder=True, escalate_priority=4)},
}


BASE = {"blocking": {"dispatch": rules(reserve=(2.0, 0.0, 0.0, 0.0))}}
"""What the first plan has, where a rule alone would do nothing."""
RULES["blocking"] = {"dispatch": rules(reserve=(2.0, 0.0, 0.0, 0.0), blocking=True)}


def two_areas(**parts: Any) -> Scenario:
    unit = {"id": [1, 2, 3, 4], "mobilisation_time": [10.0, 600.0, 20.0, 30.0]}
    given = {"classes": [needs(1), needs(2)], "room": RoomSettings(operators=2, operators_per_million=0.0), **parts}
    return world(PLACES, [0, 1, 2, 3], unit=unit, **given)


def rush(begin: float, count: int = 80) -> Tape:
    """Calls in one hour, with patience and priorities."""
    rng = np.random.default_rng(3)
    at, site = np.sort(rng.uniform(begin, begin + HOUR, count)), rng.integers(0, 4, count)
    marks = {"talk_time": rng.exponential(120.0, count), "caller_patience": rng.exponential(90.0, count)}
    more = {"priority": rng.integers(1, 5, count), "cls": (rng.random(count) < 0.2).astype(int)}
    channel = {"channel": np.where(rng.random(count) < 0.3, 2, 0)}
    return make_tape(PLACES, at, site, rng.exponential(400.0, count), **{**calls(count, **marks), **channel, **more})


def after(trace: Trace, moment: float) -> list[tuple[Any, ...]]:
    """Records from a moment on, but for the number of operators and what caused what."""
    columns = trace.columns()
    kept = (columns["time"] >= moment) & (columns["kind"] != CODE["operators_changed"])
    names = ("time", "kind", "task", "unit", "site", "area", "value")
    return list(zip(*(columns[name][kept].tolist() for name in names), strict=True))


@pytest.mark.parametrize("name", RULES)
def test_after_a_quiet_morning_the_rest_of_the_day_is_that_of_the_other_rules(name: str) -> None:
    one, two = two_areas(**BASE.get(name, {})), two_areas(**RULES[name])
    tape = rush(NOON + 60.0)
    both = follow(one, replace(two, units=one.units), NOON)
    trace = run(both, tape)
    check_invariants(both, tape, trace)
    assert after(trace, NOON) == after(run(two, tape), NOON)
    assert after(trace, NOON) != after(run(one, tape), NOON)


@pytest.mark.parametrize("name", RULES)
def test_in_the_middle_of_a_rush_the_rules_change_and_what_was_before_does_not(name: str) -> None:
    one, two = two_areas(**BASE.get(name, {})), two_areas(**RULES[name])
    tape = rush(NOON - 0.5 * HOUR, 12 if name == "policy" else 140)
    both = follow(one, replace(two, units=one.units), NOON)
    was, now = run(one, tape), run(both, tape)
    check_invariants(both, tape, now)
    assert same_until(was, now, NOON) and now.digest() != was.digest()


def test_what_waits_for_a_reserve_is_served_when_the_rule_falls() -> None:
    held = world(point_town(), [0, 0], dispatch=rules(reserve=(0.0, 0.0, 2.0, 2.0)))
    tape = make_tape(held.territory, [NOON - 100.0], [0], [60.0], priority=[3])
    trace = run(follow(held, replace(held, dispatch=rules()), NOON), tape)
    assert marked(trace, 1).dispatched_at.tolist() == [NOON]


def test_orders_beat_the_first_plan_but_not_what_the_second_changes() -> None:
    one = town([1, 2])
    tape = make_tape(one.territory, [NOON + 10.0], [0], [60.0], priority=[3])
    tape = replace(tape, injects=(Inject(NOON - 50.0, "reserve", 3, 5.0),))
    for dispatch, sent in ((rules(policy="least_time"), 0), (rules(reserve=(0.0, 0.0, 1.0, 0.0)), 1)):
        trace = run(follow(one, replace(one, dispatch=dispatch), NOON), tape)
        assert len(moments(trace, "dispatched")[0]) == sent


# --- settings ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city() -> tuple[Settings, Scenario, Tape, Trace]:
    """A smaller demonstration city, and its day."""
    settings = compose(TOWN)
    place = build_place(settings)
    scenario, tape = build_plan(settings, place)[0], build_tape(settings, place)
    return settings, scenario, tape, run(scenario, tape)


CHANGES = (
    "staffing.patrol_cars_factor=1.5",
    "staffing.patrol_cars_factor=0.5",
    "staffing.absence=0.3",
    "staffing.posts_factor=0.5",
    "staffing.reserve_factor=2",
    "patrol.by_phase={voting:0.3}",
    "dispatch=reserve",
    "room.operators_per_million=1",
    "posts.holds_scene=0.6",
)


@pytest.mark.parametrize("word", CHANGES)
def test_a_day_with_another_plan_keeps_its_past_and_every_invariant(
    city: tuple[Settings, Scenario, Tape, Trace], word: str
) -> None:
    settings, scenario, tape, was = city
    for at in (9.5 * HOUR, 16 * HOUR):
        both = replanned(scenario, settings, compose([*TOWN, word]), at)
        now = run(both, tape)
        assert same_until(was, now, at) and now.digest() != was.digest()
        check_invariants(both, tape, now)
        assert both.mobilised is not None and (both.mobilised >= scenario.mobilised).all()


def test_reliefs_that_come_late_or_never_do_not_reach_back() -> None:
    words = ("preset=staff-shortage", "posts.relief_share=0.8")
    settings = compose(words)
    place = build_place(settings)
    scenario, tape = build_plan(settings, place)[0], build_tape(settings, place)
    was = run(scenario, tape)
    for word in ("staffing.absence=0.4", "staffing.absence=0", "staffing.patrol_cars_factor=2"):
        at = 11.5 * HOUR
        both = replanned(scenario, settings, compose([*words, word]), at)
        now = run(both, tape)
        assert same_until(was, now, at)
        check_invariants(both, tape, now)


def test_more_heads_are_mobilised_only_where_the_hours_of_both_plans_need_them(
    city: tuple[Settings, Scenario, Tape, Trace],
) -> None:
    settings, scenario, _, _ = city
    before = int(scenario.mobilised.sum())  # type: ignore[union-attr]
    for word, more in (("patrol_cars_factor=0.5", False), ("reserve_factor=3", True), ("fixed.police.day=1", False)):
        both = replanned(scenario, settings, compose([*TOWN, f"staffing.{word}"]), NOON)
        assert (int(both.mobilised.sum()) > before) is more  # type: ignore[union-attr]


def test_every_group_that_may_change_is_one_and_its_fixed_keys_are_too() -> None:
    plain = compose(TOWN)
    for group, keys in FIXED_KEYS.items():
        assert all(hasattr(getattr(plain, group), key) for key in keys)
    for word, key in (("room.lines=9", "room.lines"), ("demand=none", "demand"), ("alert.level=maximum", "alert.level")):
        with pytest.raises(InputError, match=f"^{key}[a-z_.]* cannot change in mid-day"):
            check_changeable(plain, compose([*TOWN, word]))
    check_changeable(plain, compose([*TOWN, "staffing.absence=0.5", "dispatch=reserve"]))


# --- the command ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of the smaller city, with a setting of the user's own."""
    folder = tmp_path_factory.mktemp("saved") / "city"
    assert main(["run", *TOWN, "staffing.absence=0.06", "dispatch=nearest", "--out", str(folder)]) == 0
    return folder


def test_settings_that_are_those_of_the_run_give_the_run(saved: Path, pollday: Call) -> None:
    words = ("staffing.absence=0.06", "dispatch=nearest", "dispatch.policy=nearest", "room.operators=2")
    changes = [part for word in words for part in ("--change", word)]
    said = pollday("fork", str(saved), "--at", "12:00", *changes, "--no-save", "--json").json
    assert said["same_as_run"] and said["heads_more"] is None


def test_a_fork_with_another_plan_is_a_run_that_is_verified_measured_replayed_and_forked(saved: Path, pollday: Call) -> None:
    words = ("--change", "staffing.patrol_cars_factor=1.5", "--change", "dispatch=reserve", "--change", "redirect=1,at=13:00")
    said = pollday("fork", str(saved), "--at", "12:00", *words, "--continuations", "1", "--json").json
    folder = Path(said["files"][0])
    assert said["units_more"] > 0 and said["continuations"] == 1 and not said["same_as_run"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["later"]["at"] == NOON
    assert manifest["later"]["set"] == ["staffing.patrol_cars_factor=1.5", "dispatch=reserve"]
    assert manifest["later"]["config"]["staffing"]["absence"] == 0.06
    assert manifest["config"]["dispatch"]["policy"] == "nearest" != manifest["later"]["config"]["dispatch"]["policy"]
    again = pollday("verify", str(folder), "--json").json
    assert again["same"] and again["scenario"] == "settings"
    assert pollday("measures", str(folder), "--json").json["digests"] == said["digests"]
    assert pollday("replay", str(folder)).code == 0
    found, was = load_run(folder), load_run(saved)
    check_invariants(found.scenario, found.tape, found.trace)
    assert same_until(was.trace, found.trace, NOON)
    twice = pollday("fork", str(folder), "--at", "15:00", "--change", "redirect=0", "--json").json
    assert pollday("verify", twice["files"][0], "--json").json["same"]
    refused = pollday("fork", str(folder), "--at", "15:00", "--change", "staffing.absence=0.5")
    assert refused.code == 2 and "this day follows another plan from 12:00 on already" in refused.err


def test_plans_have_folders_of_their_own_and_continuations_compare_both_ways(saved: Path, pollday: Call) -> None:
    places = []
    for factor in ("2", "0.4"):
        word = f"staffing.patrol_cars_factor={factor}"
        said = pollday("fork", str(saved), "--at", "10:00", "--change", word, "--continuations", "2", "--json").json
        places.append(said["files"][0])
        plain = {row["figure"]: row for row in said["table"]}
        assert plain["incidents"]["difference"] is not None
    assert len(set(places)) == 2


def test_a_manifest_whose_other_plan_was_changed_is_found(saved: Path, pollday: Call) -> None:
    said = pollday("fork", str(saved), "--at", "12:00", "--change", "staffing.patrol_cars_factor=2", "--json").json
    path = Path(said["files"][0]) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for later, problem in (
        ({**manifest["later"], "at": NOON + 60.0}, "its settings do not give the scenario"),
        ({**manifest["later"], "config": manifest["config"]}, "its settings do not give the scenario"),
        ({"at": "noon"}, "later has no moment 'at' or no 'config'"),
        ({**manifest["later"], "config": {"staffing": {"absence": 3}}}, "staffing.absence=3"),
    ):
        path.write_text(json.dumps({**manifest, "later": later}), encoding="utf-8")
        refused = pollday("verify", str(path.parent))
        assert refused.code == 2 and problem in refused.err and refused.err.count("\n") <= 3


def test_a_run_of_an_earlier_version_knows_of_no_later_plan_and_is_read(saved: Path, pollday: Call, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["files"]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((saved / name).read_bytes())
    plain = json.loads((folder / "scenario.json").read_text(encoding="utf-8"))
    del plain["later"], plain["loops"]["first"]
    (folder / "scenario.json").write_text(json.dumps(plain), encoding="utf-8")
    with np.load(folder / "scenario.npz") as stored:
        arrays = {name: stored[name] for name in stored.files if not name.startswith("later.")}
    np.savez(folder / "scenario.npz", **arrays)
    for name in ("scenario.json", "scenario.npz"):
        manifest["files"][name] = file_digest(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert not load_run(folder).scenario.later
    assert pollday("verify", str(folder)).code == 0


def test_where_voting_is_prolonged_units_change_before_the_planned_closing_or_not_at_all(pollday: Call) -> None:
    assert pollday("run", *TOWN, "calendar.latest_extension=7200", "--out", "city").code == 0
    assert pollday("fork", "city", "--at", "16:00", "--change", "extend_voting.Z1=20:30", "--out", "long").code == 0
    more = ("--change", "staffing.patrol_cars_factor=2", "--no-save")
    said = pollday("fork", "long", "--at", "19:30", *more)
    assert said.code == 2 and "is prolonged, so that hours planned after 19:00 wait for its end" in said.err
    assert said.err.count("\n") == 1
    assert pollday("fork", "long", "--at", "17:00", *more).code == 0
    assert pollday("fork", "long", "--at", "19:30", "--change", "dispatch=reserve", "--no-save").code == 0
