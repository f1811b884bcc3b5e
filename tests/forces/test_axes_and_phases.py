"""Cars on the road axes, and patrols on duty by phase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.clock import HOUR
from sim.errors import InputError
from sim.forces.kinds import KIND
from sim.forces.ledger import plan_ledger
from sim.settings.forces import PatrolSettings

Maker = Callable[..., Any]
PHASES = {"posted": 0.5, "voting": 1.0, "count": 0.7, "stand_down": 0.25}


def on_duty(made: Any, t: float, rows: Any) -> int:
    """Patrols of some rows on duty at ``t``."""
    units = made.units
    count = 0
    for row in rows.tolist():
        shifts = slice(units.shift_from[row], units.shift_from[row + 1])
        count += bool(((units.shift_start[shifts] <= t) & (t < units.shift_end[shifts])).any())
    return count


def test_a_car_goes_from_the_town_to_each_entrance_and_back(territory: Maker, forces: Maker) -> None:
    where = territory((8, 8))
    plain, made = forces(where), forces(where, patrol=PatrolSettings(axes_per_car=4.0, axis_stop_time=300.0))
    cars = np.flatnonzero(made.units.kind == KIND["patrol_car"])
    loops = made.loops.site[made.units.loop[cars]]
    on_axis = cars[np.isin(where.sites.kind[loops[:, 1]], 2) & (made.loops.stops[made.units.loop[cars]] == 2)]
    assert len(on_axis) == len(cars) - (plain.units.kind == KIND["patrol_car"]).sum() == 2
    for row in on_axis.tolist():
        loop = made.units.loop[row]
        town, entrance = made.loops.site[loop, :2]
        assert (where.sites.kind[town], where.sites.kind[entrance]) == (1, 2)
        assert made.units.base[row] == town
        assert made.loops.depart[loop, :2] - made.loops.arrive[loop, :2] == pytest.approx([0.0, 300.0])
    kept = np.isin(made.units.id, plain.units.id)
    assert (made.units.id[kept] == plain.units.id).all()


def test_no_axis_is_patrolled_unless_the_plan_says_so(territory: Maker, forces: Maker) -> None:
    made = forces(territory((8,)))
    assert not np.isin(made.loops.site, np.flatnonzero(territory((8,)).sites.kind == 2)).any()


def test_so_many_patrols_are_on_duty_in_each_phase(territory: Maker, forces: Maker, calendar: Maker) -> None:
    where = territory((80,))
    made = forces(where, patrol=PatrolSettings(by_phase=PHASES))
    cars = np.flatnonzero(made.units.kind == KIND["patrol_car"])
    assert len(cars) == 20
    hours = {-30.0: 10, -4.0: 10, 7.9: 10, 8.0: 20, 12.0: 20, 19.9: 20, 20.0: 14, 23.9: 14, 24.0: 5, 25.9: 5}
    assert {h: on_duty(made, h * HOUR, cars) for h in hours} == hours


def test_a_crew_of_a_quiet_phase_stays_on_in_the_busier_one(territory: Maker, forces: Maker) -> None:
    made = forces(territory((80,)), patrol=PatrolSettings(by_phase=PHASES))
    cars = np.flatnonzero(made.units.kind == KIND["patrol_car"])

    def there(t: float) -> set[int]:
        return {row for row in cars.tolist() if on_duty(made, t * HOUR, np.array([row]))}

    assert there(25.0) < there(22.0) < there(12.0)
    assert there(-4.0) < there(12.0)
    units = made.units
    for row in cars.tolist():  # nobody is relieved by himself where the phase changes inside a shift
        shifts = slice(units.shift_from[row], units.shift_from[row + 1])
        assert (units.shift_start[shifts][1:] >= units.shift_end[shifts][:-1]).all()
    night = [row for row in cars.tolist() if row in there(25.0)]
    spans = [(units.shift_start[k], units.shift_end[k]) for row in night
             for k in range(units.shift_from[row], units.shift_from[row + 1])]  # fmt: skip
    assert (20 * HOUR, 26 * HOUR) in spans


def test_the_ledger_closes_and_polling_day_has_the_heads_of_the_plan(territory: Maker, forces: Maker) -> None:
    where = territory((80, 30))
    plain, made = forces(where), forces(where, patrol=PatrolSettings(by_phase=PHASES))
    ledger = plan_ledger(made.units, where, made.mobilised, np.arange(-40, 26) * HOUR, made.absences, made.rest_time)
    assert ledger is not None
    noon = [sum(on_duty(force, 12 * HOUR, np.flatnonzero(force.units.kind == KIND[kind])) for kind in
                ("patrol_car", "motorcycle_pair", "foot_pair")) for force in (plain, made)]  # fmt: skip
    assert noon[0] == noon[1]


def test_a_phase_left_out_is_like_the_one_before_it(territory: Maker, forces: Maker) -> None:
    made = forces(territory((80,)), patrol=PatrolSettings(by_phase={"voting": 0.8}))
    cars = np.flatnonzero(made.units.kind == KIND["patrol_car"])
    assert [on_duty(made, h * HOUR, cars) for h in (12.0, 22.0, 25.0)] == [16, 16, 16]
    assert on_duty(made, -4 * HOUR, cars) == on_duty(forces(territory((80,))), -4 * HOUR, cars)


def test_a_phase_that_the_calendar_does_not_have_is_refused(territory: Maker, forces: Maker) -> None:
    with pytest.raises(InputError, match=r"patrol.by_phase: no such phase 'votting' \(did you mean 'voting'\?\)"):
        forces(territory((8,)), patrol=PatrolSettings(by_phase={"votting": 0.8}))
