"""What a staffing plan turns into: units, shifts, swaps, and the errors of plans that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.clock import HOUR
from sim.errors import InputError
from sim.forces.build import Forces
from sim.forces.kinds import KIND, KIND_BLOCK
from sim.forces.ledger import plan_ledger
from sim.forces.plan import manned, planned_units
from sim.forces.roster import BEFORE, BEFORE_NIGHT, NIGHT, POLLING, build_roster
from sim.forces.units import Units
from sim.settings.forces import Manning, ShiftSettings, StaffingSettings
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Maker = Callable[..., Any]
MOMENTS = np.arange(-40, 26) * HOUR


def kinds(units: Units) -> Counter[str]:
    return Counter(units.kinds[k] for k in units.kind.tolist())


def heads_at(made: Forces, where: Territory, t: float) -> dict[str, int]:
    ledger = plan_ledger(made.units, where, made.mobilised, np.array([t]), made.absences)
    return dict(zip(ledger.lines, ledger.heads.sum(axis=(0, 1))[0].tolist(), strict=True))


def test_eight_urban_centres_get_the_units_counted_by_hand(territory: Maker, forces: Maker) -> None:
    assert kinds(forces(territory((8,))).units) == {
        "patrol_car": 2,  # 8 / 4
        "motorcycle_pair": 1,  # 8 / 6
        "foot_pair": 2,  # 8 / 4
        "rrv": 1,  # 8 / 25, at least one
        "section": 1,  # 120,000 / 90,000
        "search_team": 1,  # 0.3, at least one
        "traffic_unit": 2,  # 2.4
        "normal_car": 6,
        "fixed_team": 8,
        "checkpoint_crew": 1,
        "rally_ring": 1,
        "traffic_post": 4,  # 8 / 2
        "normal_service": 1,  # one base
    }


def test_heads_on_duty_by_task_are_those_counted_by_hand(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where)
    noon = {"posts": 80, "patrol": 12, "traffic": 12, "checkpoints": 8, "rallies": 0}
    noon |= {"reinforcement": 0, "escorts": 0, "released": 0}
    noon |= {"rapid_response": 12, "reserve": 25, "normal_service": 98, "overtime": 0, "rest": 384 - 247, "absent": 0}
    assert heads_at(made, where, 12 * HOUR) == noon
    count = {"posts": 32, "patrol": 5, "traffic": 4, "checkpoints": 8, "rallies": 8}
    count |= {"reinforcement": 0, "escorts": 0, "released": 0}
    count |= {"rapid_response": 12, "reserve": 0, "normal_service": 68, "overtime": 0, "rest": 384 - 137, "absent": 0}
    assert heads_at(made, where, 20 * HOUR) == count
    assert heads_at(made, where, 24 * HOUR)["posts"] == 0  # the count has ended


def test_the_plan_needs_the_day_team_and_the_night_team_because_the_day_team_rests(
    territory: Maker, forces: Maker
) -> None:
    assert forces(territory((8,))).mobilised.tolist() == [[247 + 137]]
    assert forces(territory((8,)), mobilised={"police": 400}).mobilised.tolist() == [[400]]
    with pytest.raises(
        InputError, match=r"383 heads, but the plan needs 384 with 8 h of rest\n1 are missing, .*area 01.* at 20:00"
    ):
        forces(territory((8,)), mobilised={"police": 383})


def test_teams_change_at_closing_twelve_hours_before_and_every_eight_hours_before_that(
    territory: Maker, calendar: Maker
) -> None:
    roster = build_roster(calendar(territory((1,))), ShiftSettings())
    assert (roster.begin[0] / HOUR).tolist() == [-40, -32, -24, -16, -8, 0, 8, 20]
    assert (roster.end[0] / HOUR).tolist() == [-32, -24, -16, -8, 0, 8, 20, 26]
    pattern = [BEFORE, BEFORE, BEFORE_NIGHT, BEFORE, BEFORE, BEFORE_NIGHT, POLLING, NIGHT]
    assert roster.kind[0].tolist() == pattern


def test_nobody_stands_longer_than_a_shift_where_polls_are_open_longer(territory: Maker, calendar: Maker) -> None:
    roster = build_roster(calendar(territory((1,)), 7 * HOUR, 21 * HOUR), ShiftSettings())
    polling = roster.kind[0] == POLLING
    assert (roster.begin[0, polling] / HOUR).tolist() == [7, 14]
    assert ((roster.end - roster.begin).max() / HOUR) <= 12


def test_a_place_that_votes_early_has_its_day_strength_early(territory: Maker, calendar: Maker) -> None:
    from sim.forces.build import build_forces
    from sim.settings.checkpoints import CheckpointSettings
    from sim.settings.forces import PatrolSettings
    from sim.settings.response import RallySettings, TravelSettings

    where = territory((2,))
    usual: Calendar = calendar(where)
    early = Calendar(**(vars(usual) | {"site_opening": usual.site_opening - np.array([24 * HOUR, 0, 0, 0, 0])}))
    rest = (PatrolSettings(), TravelSettings(), CheckpointSettings(), RallySettings(), 1)
    made = build_forces(where, early, StaffingSettings(absence=0.0), *rest)
    teams = np.flatnonzero(made.units.kind == KIND["fixed_team"])
    strength = [{start / HOUR: heads for start, _, heads in made.units.shifts(row)} for row in teams.tolist()]
    assert (strength[0][-16], strength[1][-16]) == (10, 4)
    assert (strength[0][0], strength[1][0]) == (4, 4)


def test_factors_multiply_counts_and_the_staffing_factor_multiplies_all(territory: Maker, forces: Maker) -> None:
    where = territory((40,), population=900_000.0)
    base = kinds(forces(where).units)
    assert kinds(forces(where, patrol_cars_factor=1.5).units) == base | {"patrol_car": 15}
    short = forces(where, staffing_factor=0.8)
    assert kinds(short.units)["patrol_car"] == 8
    assert heads_at(short, where, 12 * HOUR)["posts"] == 320


def test_posts_factor_is_exact_in_the_sum_when_officers_do_not_divide(territory: Maker, forces: Maker) -> None:
    where = territory((40,))
    assert heads_at(forces(where, posts_factor=0.77), where, 12 * HOUR)["posts"] == 308


def test_unit_ids_do_not_change_when_other_units_are_added(territory: Maker, forces: Maker) -> None:
    where = territory((12, 9))
    base, more = forces(where).units, forces(where, patrol_cars_factor=2.0, motorcycles_factor=3.0).units
    assert set(base.id.tolist()) <= set(more.id.tolist())
    assert (np.diff(more.id) > 0).all()
    assert (more.id // KIND_BLOCK == more.kind).all()
    assert more.id.max() < 2**48


def test_shuffled_rows_of_the_territory_give_the_same_units(territory: Maker, forces: Maker) -> None:
    order = np.random.default_rng(3).permutation(2 * (8 + 3))
    plain, mixed = territory((8, 8)), territory((8, 8), order=order)
    a, b = forces(plain, absence=0.2), forces(mixed, absence=0.2)
    assert (plain.sites.id[a.units.base] == mixed.sites.id[b.units.base]).all()
    for name in ("id", "heads", "area", "loop", "loop_phase", "shift_from", "shift_start", "shift_heads"):
        assert (getattr(a.units, name) == getattr(b.units, name)).all(), name
    assert (plain.sites.id[a.loops.site] == mixed.sites.id[b.loops.site]).all()
    assert (a.mobilised == b.mobilised).all()


def test_absence_is_drawn_by_unit_id_so_that_other_units_do_not_change_it(territory: Maker, forces: Maker) -> None:
    where = territory((30,))
    few, many = (forces(where, absence=0.2, normal_factor=f).units for f in (1.0, 3.0))
    other = forces(where, absence=0.2, seed=8).units
    shifts = [{(u.id[r], s): h for r in range(len(u)) for s, _, h in u.shifts(r)} for u in (few, many, other)]
    fixed = {key for key in shifts[0] if key[0] // KIND_BLOCK == KIND["fixed_team"]}
    assert all(shifts[0][key] == shifts[1][key] for key in fixed)
    assert any(shifts[0][key] != shifts[2].get(key) for key in fixed)


def test_absent_heads_come_close_to_their_share_and_mobile_crews_are_whole(territory: Maker, forces: Maker) -> None:
    where = territory((400,), population=4e6)
    made = forces(where, absence=0.1)
    planned = forces(where).units.shift_heads.sum()
    assert made.absences.heads.sum() + made.units.shift_heads.sum() == planned
    assert made.absences.heads.sum() / planned == pytest.approx(0.1, abs=0.005)
    row = np.repeat(np.arange(len(made.units)), np.diff(made.units.shift_from))
    crews = made.units.mobile[row]
    assert (made.units.shift_heads[crews] == made.units.heads[row[crews]]).all()


@pytest.mark.parametrize("kind", ["patrol_car", "motorcycle_pair", "foot_pair", "rrv", "section"])
@pytest.mark.parametrize("source", ["posts", "normal_service"])
def test_a_swap_keeps_the_heads_of_every_area_force_and_hour(
    territory: Maker, forces: Maker, kind: str, source: str
) -> None:
    where = territory((40, 25), forces=("police", "gendarmerie"), population=400_000.0)
    before = forces(where)
    after = forces(where, move_share=0.2, move_to=kind, move_from=source)
    on_duty = [
        plan_ledger(m.units, where, np.full((2, 2), 10_000), MOMENTS).heads[..., :8].sum(axis=-1)
        for m in (before, after)
    ]
    assert (on_duty[0] == on_duty[1]).all()
    assert (before.mobilised == after.mobilised).all()
    new = kinds(after.units)[kind] - kinds(before.units)[kind]
    crew = {"patrol_car": 3, "motorcycle_pair": 2, "foot_pair": 2, "rrv": 6, "section": 25}[kind]
    assert new == after.moved.units.sum()
    assert (after.moved.heads == after.moved.units * crew).all()
    assert (after.moved.left < crew).all()


def test_a_swap_moves_the_asked_share_of_each_force(territory: Maker, forces: Maker) -> None:
    made = forces(territory((40, 25), forces=("police", "gendarmerie")), move_share=0.1)
    # 20 + 13 police teams of 10 and 20 + 12 gendarmerie teams of 5 in the day
    assert made.moved.heads.tolist() == [33, 15]
    assert made.moved.left.tolist() == [0, 1]


def test_wrong_plans_are_refused_in_one_clear_line(territory: Maker, forces: Maker) -> None:
    none = {f"{k}_factor": 0.0 for k in ("patrol_cars", "motorcycles", "foot", "rrv", "reserve", "search", "normal")}
    with pytest.raises(InputError, match="area 01 'Area 01' has polling centres but no mobile unit"):
        forces(territory((3,)), **none, traffic_factor=0.0)
    with pytest.raises(InputError, match="reserve of police has 2525 heads, more than the 2000 mobilised"):
        forces(territory((8,), population=9e6), mobilised={"police": 2000}, reserve_factor=1.01)
    with pytest.raises(InputError, match=r"no entry for the force 'polise' \(did you mean 'police'\?\)"):
        forces(territory((3,), forces=("polise",)))
    with pytest.raises(InputError, match=r"staffing.fixed.polise: no such force \(did you mean 'police'\?\)"):
        forces(territory((3,)), fixed={"polise": {"day": 1, "night": 1, "before": 1}})


@pytest.mark.parametrize("bad", [{"absence": 1.5}, {"move_share": 0.95}, {"crew": {"rrv": 0}}, {"patrol_factor": 1.0}])
def test_settings_out_of_bounds_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        StaffingSettings(**bad)


@pytest.mark.parametrize(("planned", "rings"), [(0.0, 0), (0.4, 1), (1.0, 1), (5.0, 1)])
def test_rings_are_planned_for_so_many_gatherings_in_each_area(
    territory: Maker, forces: Maker, planned: float, rings: int
) -> None:
    made = forces(territory((8, 8)), rings_per_area=planned)
    assert kinds(made.units)["rally_ring"] == 2 * rings


def test_rally_hours_must_follow_each_other() -> None:
    with pytest.raises(ValueError, match="ring_hours"):
        StaffingSettings(ring_hours=(("16:00", "20:00"), ("19:00", "23:00")))


def test_units_with_a_mobile_office_are_manned_first_before_the_vote_and_no_head_more() -> None:
    cell = np.array([0, 0, 0, 0, 1, 1])
    total = base = np.array([4, 2])
    first = np.array([False, False, True, True, False, False])
    planned = planned_units(base, total, Manning())
    plain, early = manned(cell, 3, planned), manned(cell, 3, planned, first)
    assert early.sum(axis=0).tolist() == plain.sum(axis=0).tolist()
    assert early[:4, BEFORE].tolist() == [0, 0, 3, 0] or early[:4, BEFORE].tolist() == [0, 0, 3, 3]
    assert (early[:, POLLING] == 3).all() and (early[:, NIGHT] == plain[:, NIGHT]).all()


def test_units_placed_by_area_stand_there_and_nowhere_else(territory: Maker, forces: Maker) -> None:
    where = territory((8, 8, 8))
    placed = {"police": {"section": {"01": 3, "03": 2}, "rrv": {"02": 4}}}
    units = forces(where, placed=placed).units
    assert np.bincount(units.area[units.kind == KIND["section"]], minlength=3).tolist() == [3, 0, 2]
    assert np.bincount(units.area[units.kind == KIND["rrv"]], minlength=3).tolist() == [0, 4, 0]
    assert np.array_equal(np.unique(units.area[units.kind == KIND["search_team"]]), [0, 1, 2])
    halved = forces(where, placed=placed, rrv_factor=0.5).units
    assert (halved.kind == KIND["rrv"]).sum() == 2


@pytest.mark.parametrize(
    ("placed", "message"),
    [
        ({"polise": {"rrv": {"01": 1}}}, "staffing.placed.polise: no such force.*police"),
        ({"police": {"rrv": {"09": 1}}}, "staffing.placed.police.rrv: unknown area '09'"),
        ({"police": {"rrv": {"02": 1}}}, "staffing.placed.police.rrv: the police holds no centre in area 02"),
    ],
)
def test_units_placed_where_none_can_be_are_refused(
    territory: Maker, forces: Maker, placed: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        forces(territory((8, 0)), placed=placed)
