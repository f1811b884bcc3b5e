"""Two plans of one day as one: whose hours rule when, unit by unit, and what hangs on the rows of units."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.arrays import make_units
from sim.errors import InputError
from sim.forces.alert import Turns
from sim.forces.posting import Posting, no_posting
from sim.forces.spliced import Roster, Spliced, joined_shifts, splice
from sim.forces.units import Units
from sim.movement import Loops, build_loops, no_loops
from tests.worlds import street

NOON = 43200.0
TOWN = street([0.0, 1000.0, 2000.0])
DAY = [(0.0, 86400.0)]


def units(ids: list[int], base: list[int], **columns: object) -> Units:
    columns = {"shifts": [DAY] * len(ids), **columns}
    return make_units(base, TOWN, id=ids, **columns)  # type: ignore[arg-type]


def roster(of: Units, loops: Loops | None = None, posting: Posting | None = None, turns: Turns | None = None) -> Roster:
    return Roster(of, loops or no_loops(), posting or no_posting(), turns or Turns())


def hours(found: Spliced) -> dict[int, list[tuple[float, float, int]]]:
    whole = found.roster.units
    return dict(zip(whole.id.tolist(), whole.all_shifts(), strict=True))


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ([(0, 50, 2)], [(0, 50, 2)], [(0, 50, 2)]),
        ([(0, 50, 2)], [], [(0, 20, 2)]),
        ([], [(0, 50, 2)], [(20, 50, 2)]),
        ([(0, 50, 2)], [(10, 60, 2)], [(0, 60, 2)]),
        ([(0, 50, 2)], [(0, 50, 3)], [(0, 20, 2), (20, 50, 3)]),
        ([(0, 20, 2), (20, 50, 2)], [(0, 20, 2), (20, 60, 2)], [(0, 20, 2), (20, 60, 2)]),
        ([(0, 50, 2)], [(0, 20, 2), (20, 50, 2)], [(0, 20, 2), (20, 50, 2)]),
        ([(0, 10, 2)], [(30, 50, 2)], [(0, 10, 2), (30, 50, 2)]),
        ([(30, 50, 2)], [(0, 10, 2)], []),
        ([(0, 5, 1), (15, 30, 2)], [(0, 5, 4), (18, 25, 2), (28, 40, 1)], [(0, 5, 1), (15, 25, 2), (28, 40, 1)]),
        ([(0, float("inf"), 1)], [(0, float("inf"), 1)], [(0, float("inf"), 1)]),
    ],
)
def test_hours_are_those_of_the_first_plan_before_the_moment_and_of_the_second_from_then_on(first, second, both) -> None:  # type: ignore[no-untyped-def]
    assert joined_shifts(first, second, 20) == both


def test_a_plan_put_together_with_itself_is_itself() -> None:
    loops = build_loops([np.array([0, 1])], TOWN.sites.x, TOWN.sites.y, [np.array([60.0, 60.0])], [np.array([30.0, 30.0])])
    posting = Posting(*(np.array(column) for column in ([1], [0.0], [9e4], [1, 1], [0.0, 4e4], [4e4, 9e4], [3, 2])))
    turns = Turns(*(np.array(column) for column in ([0, 1], [0.0, 5e4], [5e4, 9e4], [2, 2], [1, 2])))
    one = roster(units([3, 7], [0, 1], loop=[0, -1], heads=[2, 3]), loops, posting, turns)
    found = splice(one, one, NOON)
    assert found.roster.units.digest() == one.units.digest() and found.roster.loops is loops
    for part, other in ((found.roster.posting, posting), (found.roster.turns, turns)):
        assert all((getattr(part, f.name) == getattr(other, f.name)).all() for f in fields(part))
    assert not len(found.left) and not len(found.joined) and not len(found.resumed)


def test_units_of_one_plan_only_go_or_come_at_the_moment_and_those_of_both_keep_what_they_are() -> None:
    one = units([2, 5], [0, 1], mobilisation_time=[10.0, 20.0])
    two = units([1, 5], [2, 1], mobilisation_time=[70.0, 80.0], shifts=[DAY, [(0.0, 50000.0)]])
    found = splice(roster(one), roster(two), NOON)
    assert hours(found) == {1: [(NOON, 86400.0, 1)], 2: [(0.0, NOON, 1)], 5: [(0.0, 50000.0, 1)]}
    assert found.joined.tolist() == [0] and found.left.tolist() == [1]
    assert found.roster.units.base_time.tolist() == [70.0, 10.0, 20.0]
    assert found.roster.units.base.tolist() == [2, 0, 1]


def test_an_id_that_means_a_unit_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match="unit 4 has another base in the plan from the moment on"):
        splice(roster(units([4], [0])), roster(units([4], [1])), NOON)


def test_new_rounds_come_after_the_old_ones_whose_places_do_not_change_in_the_last_bit() -> None:
    x, y = np.array([0.0, 1000.0, 777.7]), np.zeros(3)
    short = build_loops([np.array([0, 1]), np.array([1, 2])], x, y, [np.full(2, 61.3)] * 2, [np.full(2, 29.1)] * 2)
    far = [np.full(3, 9000.7), np.ones(2)]
    long = build_loops([np.array([0, 1, 2]), np.array([0, 2])], x, y, far, [np.full(3, 7.0), np.ones(2)])
    one, two = units([2, 3], [0, 1], loop=[0, 1]), units([1, 3, 9], [0, 1, 2], loop=[0, 1, 0])
    loops = splice(roster(one, short), roster(two, long), NOON).roster.loops
    assert splice(roster(one, short), roster(two, long), NOON).roster.units.loop.tolist() == [2, 0, 1, 2]
    assert len(loops) == 3 and loops.first == 2 and loops.period.tolist() == [*short.period.tolist(), long.period[0]]
    times = np.linspace(0.0, 90000.0, 997)
    for row in (0, 1):
        rows, ref = np.full(len(times), row), np.full(len(times), -3.3)
        assert (loops.positions(rows, ref, times)[0] == short.positions(rows, ref, times)[0]).all()
        assert [loops.position(row, -3.3, t) for t in times[:50]] == [short.position(row, -3.3, t) for t in times[:50]]
    rows, ref = np.full(len(times), 2), np.zeros(len(times))
    assert np.allclose(loops.positions(rows, ref, times)[0], long.positions(rows - 2, ref, times)[0], atol=1e-6)
    assert loops.position(2, 0.0, 5000.0) == pytest.approx(long.position(0, 0.0, 5000.0))


DAY_OF_ONE = [(0.0, 86400.0, 1)]


def test_regular_units_do_not_take_the_ids_of_reinforcement() -> None:
    tasks = {"tasks": ("patrol", "reinforcement")}
    one = replace(units([10000, 10001], [0, 0]), **tasks, task=np.array([0, 1]))
    two = replace(units([10000, 10001, 10002], [0, 0, 0]), **tasks, task=np.array([0, 0, 1]))
    found = splice(roster(one), roster(two), NOON)
    assert hours(found) == {10000: DAY_OF_ONE, 10001: DAY_OF_ONE, 10002: [(NOON, 86400.0, 1)]}
    assert found.roster.units.task.tolist() == [0, 1, 0]
    assert found.joined.tolist() == [2] and not len(found.left)


def test_turns_of_those_on_call_follow_their_units_and_are_cut_at_the_moment() -> None:
    one = Turns(*(np.array(c) for c in ([0, 1], [0.0, 0.0], [86400.0, 86400.0], [2, 2], [1, 1])))
    two = Turns(*(np.array(c) for c in ([1, 2], [0.0, 0.0], [86400.0, 86400.0], [2, 2], [1, 2])))
    found = splice(roster(units([2, 5], [0, 1]), turns=one), roster(units([1, 5, 9], [2, 1, 0]), turns=two), NOON).roster.turns
    rows = list(zip(*(getattr(found, f.name).tolist() for f in fields(Turns)), strict=True))
    assert rows == [(1, 0.0, NOON, 2, 1), (2, 0.0, 86400.0, 2, 1), (3, NOON, 86400.0, 2, 2)]


def test_posts_are_wanted_by_the_plan_in_force() -> None:
    one = Posting(*(np.array(c) for c in ([0, 1], [0.0, 0.0], [9e4, 9e4], [0, 1], [0.0, 0.0], [9e4, 9e4], [3, 4])))
    two = Posting(*(np.array(c) for c in ([1, 2], [0.0, 0.0], [9e4, 9e4], [1, 2], [0.0, 0.0], [9e4, 9e4], [2, 5])))
    found = splice(roster(units([1], [0]), posting=one), roster(units([1], [0]), posting=two), NOON).roster.posting
    assert found.site.tolist() == [0, 1, 2]
    assert found.begin.tolist() == [0.0, 0.0, NOON] and found.end.tolist() == [NOON, 9e4, 9e4]
    for moment, heads in ((NOON - 1.0, [3, 4, 0]), (NOON, [0, 2, 5])):
        assert found.heads_at(np.full(3, moment)).tolist() == heads


def test_a_post_whose_relief_comes_no_more_still_expects_it_and_one_that_was_done_is_told_apart() -> None:
    still = {"mobile": [0, 0]}
    one = units([1, 2], [0, 1], shifts=[[(0.0, 100.0), (50000.0, 60000.0)], [(0.0, 100.0)]], **still)
    two = units([1, 2], [0, 1], shifts=[[(0.0, 100.0)], [(0.0, 100.0), (50000.0, 60000.0)]], **still)
    found = splice(roster(one), roster(two), NOON)
    assert hours(found) == {1: [(0.0, 100.0, 1), (50000.0, 50000.0, 0)], 2: [(0.0, 100.0, 1), (50000.0, 60000.0, 1)]}
    assert found.resumed.tolist() == [1]
