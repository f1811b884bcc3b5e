"""Patrol beats and loops, the curve they follow, and numbers spread along it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.forces.draws import uniforms
from sim.forces.kinds import KIND
from sim.forces.spread import _hilbert, number_within, pick, quantile_rows, rounded
from sim.movement import build_loops
from sim.settings.forces import PatrolSettings
from sim.streams import Streams

Maker = Callable[..., Any]


def test_cars_of_each_force_visit_every_centre_of_their_area(territory: Maker, forces: Maker) -> None:
    where = territory((23, 9, 1), fabric="rural", forces=("police", "gendarmerie"))
    made = forces(where)
    units, loops, sites = made.units, made.loops, where.sites
    seen: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(units.kind == KIND["patrol_car"]).tolist():
        stops = loops.site[units.loop[row], : loops.stops[units.loop[row]]]
        seen.setdefault((units.area[row], units.force[row]), []).extend(stops.tolist())
    for (area, force), stops in seen.items():
        mine = np.flatnonzero((sites.kind == 0) & (sites.area == area) & (sites.force == force))
        assert sorted(stops) == mine.tolist()
    assert len(seen) == 5  # one centre in the third area


def test_a_loop_has_the_times_worked_out_by_hand(territory: Maker, forces: Maker) -> None:
    where = territory((4,))
    made = forces(where)
    row = int(made.units.loop[made.units.kind == KIND["patrol_car"]][0])
    leg = 1.3 * 500.0 / (22.0 / 3.6)
    arrive = made.loops.arrive[row]
    assert np.diff(arrive) == pytest.approx([780.0 + leg] * 3)
    assert made.loops.depart[row] == pytest.approx(arrive + 780.0)
    assert made.loops.period[row] == pytest.approx(4 * 780.0 + 3 * leg + 1.3 * 1500.0 / (22.0 / 3.6))


def test_packed_loops_equal_those_of_the_movement_module(territory: Maker, forces: Maker) -> None:
    where = territory((23, 7), fabric="old_city", hot=(1004, 1011))
    loops = forces(where).loops
    stops = [loops.site[i, : loops.stops[i]] for i in range(len(loops))]
    legs = [
        np.append(np.diff(loops.arrive[i, :n]), loops.period[i] - loops.arrive[i, n - 1])
        for i, n in enumerate(loops.stops)
    ]
    waits = [np.full(n, 780.0) for n in loops.stops]
    again = build_loops(stops, where.sites.x, where.sites.y, [leg - 780.0 for leg in legs], waits)
    for name in ("site", "x", "y", "stops"):
        assert (getattr(loops, name) == getattr(again, name)).all(), name
    for name in ("arrive", "depart", "period"):
        np.testing.assert_allclose(getattr(loops, name), getattr(again, name))


def test_a_centre_of_the_high_tier_is_also_in_the_neighbouring_loop(territory: Maker, forces: Maker) -> None:
    def visits(**options: Any) -> Counter[int]:
        where = territory((12,), hot=(1005,))
        made = forces(where, patrol=PatrolSettings(**options))
        rows = made.units.loop[made.units.kind == KIND["patrol_car"]]
        return Counter(i for r in rows for i in where.sites.id[made.loops.site[r, : made.loops.stops[r]]].tolist())

    assert visits() == Counter({1000 + i: 1 for i in range(12)}) + Counter([1005])
    assert visits(hot_weight=1)[1005] == 1
    assert [visits(hot_weight=w)[1005] for w in (3, 4)] == [4, 6]


def test_a_hot_spot_that_is_visited_again_on_a_round_is_never_visited_twice_in_a_row(
    territory: Maker, forces: Maker
) -> None:
    where = territory((12,), hot=(1000, 1005))
    made = forces(where, patrol=PatrolSettings(hot_weight=3))
    for row in made.units.loop[made.units.kind == KIND["patrol_car"]].tolist():
        stops = where.sites.id[made.loops.site[row, : made.loops.stops[row]]]
        assert (stops != np.roll(stops, 1)).all(), stops
        assert np.isfinite(made.loops.period[row])


def test_known_hot_spots_take_the_place_of_the_high_tier(territory: Maker, forces: Maker) -> None:
    where = territory((12,), hot=(1005,))
    mark = np.isin(where.sites.id, [1002])
    made = forces(replace(where, hot=mark))
    rows = made.units.loop[made.units.kind == KIND["patrol_car"]]
    count = Counter(i for r in rows for i in where.sites.id[made.loops.site[r, : made.loops.stops[r]]].tolist())
    assert (count[1002], count[1005]) == (2, 1)


def test_a_gap_longer_than_the_longest_leg_is_never_chained(territory: Maker, forces: Maker) -> None:
    patrol = PatrolSettings(longest_leg={"car": 400.0})
    made = forces(territory((6,)), patrol=patrol)
    rows = made.units.loop[made.units.kind == KIND["patrol_car"]]
    assert len(rows) == 6
    assert (made.loops.stops[rows] == 1).all()
    assert made.loops.period[rows] == pytest.approx(780.0)


def test_more_cars_than_centres_share_them(territory: Maker, forces: Maker) -> None:
    made = forces(territory((2,)), patrol_cars_factor=10.0)
    rows = made.units.loop[made.units.kind == KIND["patrol_car"]]
    assert sorted(made.loops.site[rows, 0].tolist()) == [0, 0, 0, 1, 1]


def test_patrols_start_anywhere_on_their_loop_by_their_id(territory: Maker, forces: Maker) -> None:
    where = territory((400,), population=0.0)
    few, many = forces(where), forces(where, motorcycles_factor=2.0)
    cars = few.units.kind == KIND["patrol_car"]
    share = few.units.loop_phase[cars] / few.loops.period[few.units.loop[cars]]
    assert share.min() >= 0 and share.max() < 1
    assert share.mean() == pytest.approx(0.5, abs=0.1)
    again = many.units.kind == KIND["patrol_car"]
    assert (many.units.loop_phase[again] == few.units.loop_phase[cars]).all()


def test_motorcycles_and_foot_pairs_stay_where_their_fabric_is(territory: Maker, forces: Maker) -> None:
    units = forces(territory((30,), fabric="rural")).units
    assert not np.isin(units.kind, [KIND["motorcycle_pair"], KIND["foot_pair"], KIND["traffic_post"]]).any()


def test_uniforms_are_even_and_belong_to_the_id() -> None:
    ids = np.arange(200_000) * 7 + 10**12
    u = uniforms(Streams(5), "absence", ids)
    assert u.mean() == pytest.approx(0.5, abs=0.005)
    assert np.histogram(u, bins=20, range=(0, 1))[0] / 10_000 == pytest.approx(np.ones(20), abs=0.05)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.01
    assert (uniforms(Streams(5), "absence", ids[::-1])[::-1] == u).all()
    assert (uniforms(Streams(5), "absence", ids, entity=1) != u).mean() > 0.99


def test_the_curve_goes_from_square_to_neighbouring_square() -> None:
    x, y = (part.ravel() << 12 for part in np.meshgrid(np.arange(16), np.arange(16)))
    order = np.argsort(_hilbert(x, y))
    steps = (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))) >> 12
    assert (steps == 1).all()


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 50)), max_size=40))
def test_rounding_with_carry_keeps_every_sum_within_a_half(pairs: list[tuple[int, float]]) -> None:
    pairs.sort(key=lambda pair: pair[0])
    group = np.array([g for g, _ in pairs], dtype=np.int64)
    values = np.array([v for _, v in pairs])
    result = rounded(values, group)
    assert (result >= 0).all()
    for g in set(group.tolist()):
        assert abs(result[group == g].sum() - values[group == g].sum()) <= 0.5 + 1e-5


@given(st.integers(1, 30), st.integers(0, 30))
def test_picking_takes_exactly_as_many_as_asked(size: int, chosen: int) -> None:
    group = np.zeros(size, dtype=np.int64)
    taken = pick(group, np.arange(size), np.array([size]), np.array([min(chosen, size)]))
    assert taken.sum() == min(chosen, size)


def test_units_are_spread_at_the_middles_of_equal_shares() -> None:
    weights, group = np.ones(12), np.repeat([0, 2], 6)
    rows, owner = quantile_rows(weights, group, np.array([2, 5, 1]))
    assert (rows.tolist(), owner.tolist()) == ([1, 4, 8], [0, 0, 2])


def test_numbers_within_a_key_follow_the_rows() -> None:
    assert number_within(np.array([5, 3, 5, 5, 3])).tolist() == [0, 0, 1, 2, 1]
