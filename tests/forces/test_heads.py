"""Plans given as heads by area, force, kind of unit and shift: they are the plan of the spread, or differ exactly where asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings as effort
from hypothesis import strategies as st

from sim.build import build_ledger, build_place, build_plan, build_scenario
from sim.cli import compose, groups
from sim.errors import InputError
from sim.forces.build import Forces
from sim.forces.heads import KEEP, to_totals
from sim.forces.kinds import KIND, KINDS
from sim.forces.roster import BEFORE, NIGHT, PERIODS, POLLING
from sim.forces.strength import check_patrols, heads_by_shift
from sim.settings import Settings, dump, read
from sim.settings.forces import CREW, PatrolSettings, StaffingSettings

Maker = Callable[..., Any]
PLACE = build_place(compose(["preset=demo-city"]))
CITY = compose(["preset=demo-city"])
WHOLE = {"checkpoint_crew": CITY.checkpoints.staff, **{str(kind): crew for kind, crew in CREW.items() if kind != "traffic_post"}}
"""Kinds whose heads are whole crews."""


def table_of(made: Forces, settings: Settings, place: Any) -> np.ndarray:
    cells = len(place.territory.area_codes) * len(place.territory.forces)
    return heads_by_shift(made.planned, made.shifts, place.calendar, settings.staffing, settings.patrol, cells)


def with_heads(settings: Settings, place: Any, table: np.ndarray, mobilised: np.ndarray | None = None) -> Settings:
    plain, where = dump(settings), place.territory
    heads: dict[str, dict[str, Any]] = {code: {} for code in where.area_codes}
    for cell in range(table.shape[1]):
        area, force = divmod(cell, len(where.forces))
        own = {kind: dict(zip(PERIODS, table[k, cell].tolist())) for k, kind in enumerate(KINDS)}
        heads[where.area_codes[area]][where.forces[force]] = own
    plain["staffing"]["heads"] = heads
    if mobilised is not None:
        by_area = {code: dict(zip(where.forces, row)) for code, row in zip(where.area_codes, mobilised.tolist())}
        plain["staffing"]["mobilised_in"] = by_area
    return read(plain, Settings)


@pytest.mark.parametrize(
    "preset", [pytest.param(p, marks=pytest.mark.slow if p == "coordinated-disturbance" else ()) for p in groups()["preset"]]
)
def test_a_preset_given_as_heads_is_the_same_scenario(preset: str) -> None:
    settings = compose([f"preset={preset}"])
    place = build_place(settings)
    scenario, made = build_plan(settings, place)
    again = with_heads(settings, place, table_of(made, settings, place), made.mobilised)
    assert build_scenario(again, place).digest() == scenario.digest()


@pytest.mark.parametrize(
    "words",
    [
        ["staffing.move_share=0.2"],
        ["staffing.move_from=normal_service", "staffing.move_to=section", "staffing.move_share=0.3"],
        ["staffing.patrol_cars_factor=0.7", "staffing.reserve_factor=2", "staffing.staffing_factor=0.83"],
        ["patrol=default", "staffing.escort_day_share=0.5", "staffing.checkpoint_share.police=0.5"],
        ["staffing.crew.patrol_car=2", "staffing.posts_factor=1.37"],
    ],
)
def test_so_is_any_plan_of_a_city(words: list[str]) -> None:
    settings = compose(["preset=demo-city", *words])
    scenario, made = build_plan(settings, PLACE)
    again = with_heads(settings, PLACE, table_of(made, settings, PLACE), made.mobilised)
    assert build_scenario(again, PLACE).digest() == scenario.digest()


@pytest.fixture(scope="module")
def city() -> np.ndarray:
    return table_of(build_plan(CITY, PLACE)[1], CITY, PLACE)


@effort(max_examples=30, deadline=None, derandomize=True)
@drawn(data=st.data())
def test_one_number_changed_changes_exactly_that_number(city: np.ndarray, data: st.DataObject) -> None:
    kind, cell = data.draw(st.sampled_from(KINDS)), data.draw(st.integers(0, city.shape[1] - 1))
    period, steps = data.draw(st.integers(0, len(PERIODS) - 1)), data.draw(st.integers(-4, 6))
    asked = city.copy()
    place = (KIND[kind], cell, period)
    asked[place] = max(asked[place] + steps * WHOLE.get(kind, 1), 0)
    try:
        settings = with_heads(CITY, PLACE, asked)
        scenario, made = build_plan(settings, PLACE)
    except InputError as error:
        assert str(error).startswith(f"staffing.heads.{PLACE.territory.area_codes[cell // 2]}.") and "allowed: " in str(error)
        return
    assert np.array_equal(table_of(made, settings, PLACE), asked)
    build_ledger(scenario, made)


def test_several_numbers_may_change_at_once(city: np.ndarray) -> None:
    asked = city.copy()
    asked[KIND["patrol_car"], :, POLLING] += 6
    asked[KIND["patrol_car"], :, NIGHT] = 3
    asked[KIND["section"], 0] = 50
    asked[KIND["fixed_team"], :, BEFORE] -= 7 * (asked[KIND["fixed_team"], :, BEFORE] > 7)
    settings = with_heads(CITY, PLACE, asked)
    assert np.array_equal(table_of(build_plan(settings, PLACE)[1], settings, PLACE), asked)


def test_what_is_left_out_stays_as_it_is(city: np.ndarray) -> None:
    settings = compose(["preset=demo-city", "staffing.heads.Z1.police.rrv.day=18"])
    table = table_of(build_plan(settings, PLACE)[1], settings, PLACE)
    differs = np.argwhere(table != city)
    where = (KIND["rrv"], PLACE.territory.forces.index("police"), POLLING)
    assert differs.tolist() == [list(where)] and table[where] == 18


def test_an_area_may_be_given_by_its_name(forces: Maker, territory: Maker) -> None:
    heads = {"Area 01": {"police": {"section": {"day": 75}}}}
    assert np.count_nonzero(forces(territory((8,)), heads=heads).units.kind == KIND["section"]) == 3


def test_more_crews_make_more_and_shorter_rounds(forces: Maker, territory: Maker) -> None:
    heads = {"01": {"police": {"patrol_car": {"day": 12}, "foot_pair": {"day": 0, "before": 0, "before_night": 0, "night": 0}}}}
    made = forces(territory((8,)), heads=heads)
    kinds = np.bincount(made.units.kind, minlength=len(KINDS))
    assert kinds[KIND["patrol_car"]] == 4 and kinds[KIND["foot_pair"]] == 0
    cars = made.units.loop[made.units.kind == KIND["patrol_car"]]
    assert made.loops.stops[cars].tolist() == [2, 2, 2, 2]


def test_a_kind_that_the_spread_has_nowhere_can_be_given(forces: Maker, territory: Maker) -> None:
    heads = {"02": {"police": {"motorcycle_pair": {"day": 4}}}}
    rural = territory((8, 8), fabric="rural")
    plain, made = forces(rural).units, forces(rural, heads=heads).units
    assert not (plain.kind == KIND["motorcycle_pair"]).any()
    assert made.area[made.kind == KIND["motorcycle_pair"]].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("kind", "shifts", "problem"),
    [
        ("patrol_car", {"day": 7}, r"car.day: 7 heads are no whole crews of 3, allowed: 6, 9 \(area 01 'Area 01'\)"),
        ("checkpoint_crew", {"day": 16}, "checkpoint_crew.day: 16 heads for 1 places of 8, allowed: 8 at most"),
        ("fixed_team", {"night": 0}, "fixed_team.night: 0 heads, a relief that leaves a hole; allowed: 1 or more"),
        ("match_force", {"day": 10}, "match_force.day: 10 heads where these settings have no match_force to stand, allowed: 0"),
        ("rally_ring", {"night": 3}, "rally_ring.night: 3 heads, allowed: 0; a rally_ring has hours of its own"),
    ],
)
def test_heads_that_cannot_be_are_refused(
    forces: Maker, territory: Maker, kind: str, shifts: dict[str, int], problem: str
) -> None:
    with pytest.raises(InputError, match=rf"^staffing\.heads\.01\..*{problem}"):
        forces(territory((8,)), heads={"01": {"police": {kind: shifts}}})


def test_a_force_without_a_centre_in_the_area_gets_nobody(forces: Maker, territory: Maker) -> None:
    where = territory((1, 8), forces=("police", "gendarmerie"))
    for kind in ("patrol_car", "rrv"):
        with pytest.raises(InputError, match=rf"heads.01.gendarmerie.{kind}.day: 6 heads where this force has no place"):
            forces(where, heads={"01": {"gendarmerie": {kind: {"day": 6}}}})


@pytest.mark.parametrize(
    ("staffing", "problem"),
    [
        ({"heads": {"09": {}}}, "staffing.heads: unknown area '09'"),
        ({"heads": {"01": {}, "Area 01": {}}}, "given twice"),
        ({"heads": {"01": {"polise": {}}}}, r"heads.01.polise: no such force \(did you mean 'police'\?\); forces are police"),
        ({"mobilised_in": {"01": {"army": 5}}}, "staffing.mobilised_in.01.army: no such force"),
    ],
)
def test_unknown_areas_and_forces_are_named(forces: Maker, territory: Maker, staffing: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        forces(territory((8,)), **staffing)


@pytest.mark.parametrize("heads", [-1, 2.5, "many", 10**12])
def test_a_number_of_heads_is_a_whole_number(heads: Any) -> None:
    with pytest.raises(InputError, match=r"heads.01.police.rrv.day"):
        StaffingSettings(heads={"01": {"police": {"rrv": {"day": heads}}}})


def test_an_unknown_kind_or_shift_is_named() -> None:
    with pytest.raises(InputError, match=r"heads.01.police.car"):
        StaffingSettings(heads={"01": {"police": {"car": {"day": 3}}}})
    with pytest.raises(InputError, match=r"heads.01.police.rrv.noon: unknown key"):
        StaffingSettings(heads={"01": {"police": {"rrv": {"noon": 3}}}})


def test_an_area_with_heads_of_its_own_must_have_those_it_needs(forces: Maker, territory: Maker) -> None:
    where = territory((8, 8))
    assert forces(where).mobilised.tolist() == [[384], [384]]
    assert forces(where, mobilised_in={"01": {"police": 400}}).mobilised.tolist() == [[400], [384]]
    both = forces(where, mobilised={"police": 1000}, mobilised_in={"01": {"police": 400}})
    assert both.mobilised.tolist() == [[400], [600]]
    with pytest.raises(
        InputError,
        match=r"^ledger: 4 heads are missing in area 02 'Area 02', police, at 20:00: 380 are mobilised there, the plan needs 384"
        r" with 8 h of rest$",
    ):
        forces(where, mobilised_in={"02": {"police": 380}})


def test_patrols_on_duty_in_no_phase_cannot_be_told_as_heads(forces: Maker, territory: Maker, calendar: Maker) -> None:
    patrol = PatrolSettings(by_phase={"campaign": 0.5})
    where = territory((8,))
    made = forces(where, patrol)
    with pytest.raises(InputError, match=r"patrol.by_phase: some patrols are on duty in no phase"):
        check_patrols(made.planned, heads_by_shift(made.planned, made.shifts, calendar(where), StaffingSettings(), patrol, 1))


numbers = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=25)


@drawn(numbers, st.lists(st.integers(KEEP, 200), min_size=4, max_size=4))
def test_shares_of_new_totals_add_up_and_keep_their_order(rows: list[tuple[int, int]], totals: list[int]) -> None:
    values, group = (np.array(column, dtype=np.int64) for column in zip(*rows))
    there = np.bincount(group, minlength=4) > 0
    wanted = np.where(there, totals, KEEP)
    out = to_totals(values, group, wanted, np.ones(len(values), dtype=np.int64))
    for g in range(4):
        own, now = values[group == g], out[group == g]
        if wanted[g] < 0 or own.sum() == wanted[g]:
            assert np.array_equal(own, now)
        else:
            assert now.sum() == wanted[g] and (now >= 0).all()
            # A row with more stays one with more, but for the one head that rounding may put here or there.
            assert all(a <= b + 1 for x, a in zip(own, now) for y, b in zip(own, now) if x < y)
