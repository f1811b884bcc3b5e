"""Uncertain inputs: which are drawn, that every world is one in which the plan can be carried out, and what is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.build import build_ledger, build_place, build_plan, build_tape
from sim.cli import compose, groups
from sim.evidence import patterns
from sim.settings import Settings, dump, read
from sim.study.inputs import ROWS, covered, draw_inputs, inputs, is_given, parse_range, row

SMALL = [preset for preset in groups()["preset"] if preset != "dz-2017-national"]
LARGE = ("coordinated-disturbance", "rally-eve")
HALF = np.full(len(inputs()), 0.5)


def world(preset: str, replication: int, given: tuple[str, ...] = ()) -> Settings:
    return read(draw_inputs(dump(compose([f"preset={preset}"])), given, row(2017, replication)), Settings)


def moved(plain: dict[str, Any], drawn: dict[str, Any]) -> set[str]:
    """Dotted keys whose values differ."""
    found: set[str] = set()

    def walk(a: Any, b: Any, key: str) -> None:
        if isinstance(a, dict):
            for name in a:
                walk(a[name], b[name], f"{key}.{name}" if key else name)
        elif a != b:
            found.add(key)

    walk(plain, drawn, "")
    return found


def test_every_assumed_range_in_numbers_that_the_plan_does_not_decide_is_an_input() -> None:
    wanted = {
        pattern
        for pattern, entry in patterns().items()
        if entry["tag"] == "assumed" and not entry.get("plan") and parse_range(entry.get("range")) is not None
    }
    assert {source.pattern for source in inputs()} == wanted
    assert len(wanted) > 90


def test_a_range_in_words_is_a_known_exception() -> None:
    words = {p for p, e in patterns().items() if e["tag"] == "assumed" and "range" in e and parse_range(e["range"]) is None}
    assert words == {"demand.rallies.sweep.*", "information.*"}


@pytest.mark.parametrize("preset", [pytest.param(p, marks=pytest.mark.slow if p in LARGE else ()) for p in SMALL])
def test_in_every_plausible_world_the_plan_of_every_preset_can_be_carried_out(preset: str) -> None:
    for replication in range(2):
        settings = world(preset, replication)
        place = build_place(settings)
        build_ledger(*build_plan(settings, place, replication))


@pytest.mark.parametrize("preset", groups()["preset"])
def test_in_the_middle_of_all_ranges_is_the_plan_as_it_is(preset: str) -> None:
    plain = dump(compose([f"preset={preset}"]))
    middle = draw_inputs(plain, (), HALF)
    assert read(middle, Settings) == read(plain, Settings)


def test_what_the_user_or_the_plan_sets_is_never_drawn() -> None:
    plain = dump(compose(["preset=demo-city"]))
    drawn = moved(plain, draw_inputs(plain, ("demand.classes", "room.operators"), row(1, 3)))
    assert not any(key.startswith(("demand.classes", "staffing.fixed", "staffing.crew", "patrol.centres_per")) for key in drawn)
    assert "room.operators" not in drawn
    assert "travel.peak_factor" in drawn


def test_what_is_switched_off_stays_off_and_ranks_stay_ranks() -> None:
    plain = dump(compose(["preset=demo-city", "demand.warnings.share=0"]))
    drawn = draw_inputs(plain, (), row(5, 0))
    assert drawn["demand"]["warnings"]["share"] == 0
    assert not any(key.endswith("priority") for key in moved(plain, drawn))


def test_shares_that_add_to_one_still_do() -> None:
    plain = dump(compose(["preset=demo-city"]))
    for replication in range(20):
        channels = draw_inputs(plain, (), row(9, replication))["demand"]["calls"]["channels"]
        assert sum(channels.values()) == pytest.approx(1.0)
    assert channels != plain["demand"]["calls"]["channels"]


def test_settings_of_one_entry_move_together_and_two_entries_apart() -> None:
    plain = dump(compose(["preset=demo-city"]))
    speeds = plain["travel"]["speeds"]["car"]
    factors = []
    for replication in range(40):
        drawn = draw_inputs(plain, (), row(3, replication))["travel"]
        ratio = {round(drawn["speeds"]["car"][fabric] / speeds[fabric], 9) for fabric in speeds if speeds[fabric]}
        assert len(ratio) == 1
        factors.append((ratio.pop(), drawn["peak_factor"]))
    assert abs(stats.spearmanr(*zip(*factors)).statistic) < 0.4


def test_the_rows_are_one_latin_hypercube_whatever_number_of_replications_is_asked_for() -> None:
    rows = np.array([row(7, r) for r in range(ROWS)])
    assert (np.sort(np.floor(rows * ROWS), axis=0) == np.arange(ROWS)[:, None]).all()
    assert (row(7, 3) == rows[3]).all()
    assert (row(7, ROWS + 3) != rows[3]).any()
    assert (row(8, 3) != rows[3]).any()


def test_the_first_rows_are_spread_like_independent_ones() -> None:
    means = np.array([[row(seed, r) for r in range(10)] for seed in range(60)]).mean(axis=1)
    assert means.var() == pytest.approx(1 / 12 / 10, rel=0.1)


def test_the_seed_draws_the_same_world_for_every_option() -> None:
    fewer, more = (dump(compose(["preset=demo-city", f"staffing.patrol_cars_factor={f}"])) for f in (0.5, 2.0))
    keys = ("staffing.patrol_cars_factor",)
    a, b = (draw_inputs(plain, keys, row(2017, 4)) for plain in (fewer, more))
    assert moved(a, b) == {"staffing.patrol_cars_factor"}
    one, other = read(a, Settings), read(b, Settings)
    assert build_tape(one, build_place(one), 4).digest() == build_tape(other, build_place(other), 4).digest()


@given(st.floats(0, 1), st.floats(0.01, 5), st.floats(0.1, 0.9), st.floats(1.1, 5))
def test_a_relative_range_is_kept_and_middle_is_the_value_in_force(u: float, value: float, low: float, high: float) -> None:
    move = parse_range(f"x{low:.3f} to x{high:.3f}")
    assert move is not None
    assert value * float(f"{low:.3f}") - 1e-9 <= move(value, u) <= value * float(f"{high:.3f}") + 1e-9
    assert move(value, 0.5) == pytest.approx(value)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-5, 5))
def test_a_drawn_value_grows_with_u_and_a_value_outside_its_range_widens_it(a: float, b: float, value: float) -> None:
    move = parse_range([-1, 2])
    assert move is not None
    low, high = sorted((move(value, a), move(value, b)))
    assert (move(value, min(a, b)), move(value, max(a, b))) == (low, high)
    assert min(value, -1) - 1e-9 <= low <= high <= max(value, 2) + 1e-9
    assert move(value, 0.5) == pytest.approx(value)


@pytest.mark.parametrize("text", ["20 to 120 minutes in all", None, [1], [1, 2, 3], ["07:00", "08:00"], 3, "x2"])
def test_what_is_no_range_in_numbers_is_none(text: object) -> None:
    assert parse_range(text) is None


def test_given_means_the_key_itself_or_any_group_above_it() -> None:
    assert is_given("demand.classes.dispute", ("demand",))
    assert is_given("demand.classes", ("demand.classes",))
    assert not is_given("demand.classes", ("demand.classes.dispute", "demand.class"))


def test_an_input_covers_the_keys_whose_first_pattern_it_is() -> None:
    plain = dump(compose(["preset=demo-city"]))
    found = covered(plain)
    assert "border_share" in [name for _, name in found["command.border_share"]]
    assert "border_share" not in [name for _, name in found["command.*"]]
    assert all(here is plain["command"] for here, _ in found["command.*"])
