"""The force ledger closes to the officer, as planned and as done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.clock import HOUR
from sim.errors import InputError
from sim.forces.build import Forces
from sim.forces.kinds import KIND
from sim.forces.ledger import Ledger, check_ledger, ledger_hours, plan_ledger, summarise, trace_ledger
from sim.forces.units import Units
from sim.settings import Settings, read
from sim.territory.sites import Territory
from sim.trace import CODE

Maker = Callable[..., Any]
MOMENTS = np.arange(-40, 26) * HOUR


def records_of(units: Units, late: dict[int, float] | None = None) -> dict[str, Any]:
    """The duty records that a run of these shifts would write; ``late`` units (rows) leave so many seconds later."""
    rows = []
    for row in range(len(units)):
        shifts = units.shifts(row)
        for i, (start, end, heads) in enumerate(shifts):
            relief = i > 0 and shifts[i - 1][1] == start
            rows.append((start, CODE["relieved" if relief else "on_duty"], units.id[row], heads))
            if i + 1 == len(shifts) or shifts[i + 1][0] > end:
                rows.append((end + (late or {}).get(row, 0.0), CODE["off_duty"], units.id[row], heads))
    rows.sort(key=lambda r: r[0])
    return {name: np.array(column) for name, column in zip(("time", "kind", "unit", "value"), zip(*rows))}


def ledgers(made: Forces, where: Territory, late: dict[int, float] | None = None) -> tuple[Ledger, Ledger]:
    rest = (made.mobilised, MOMENTS, made.absences, made.rest_time)
    plan = plan_ledger(made.units, where, *rest)
    return plan, trace_ledger(records_of(made.units, late), made.units, *rest)


share = st.floats(0.0, 1.0)
factor = st.floats(0.0, 2.0)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.fixed_dictionaries(
        {
            "absence": st.floats(0.0, 0.5),
            "posts_factor": factor,
            "motorcycles_factor": factor,
            "foot_factor": factor,
            "reserve_factor": factor,
            "traffic_factor": factor,
            "checkpoints_factor": factor,
            "normal_factor": factor,
            "staffing_factor": st.floats(0.5, 1.5),
            "move_share": st.floats(0.0, 0.9),
            "move_to": st.sampled_from(["patrol_car", "motorcycle_pair", "foot_pair", "rrv", "traffic_unit"]),
            "manning": st.fixed_dictionaries(
                {"patrol": st.fixed_dictionaries({"before": share, "before_night": share, "night": share})}
            ),
            "shifts": st.fixed_dictionaries(
                {
                    "rest_time": st.floats(0.0, 12 * HOUR),
                    "before_time": st.sampled_from([6 * HOUR, 8 * HOUR, 12 * HOUR]),
                }
            ),
        }
    ),
    centres=st.lists(st.integers(0, 20), min_size=1, max_size=3).filter(lambda c: sum(c) > 0),
)
def test_the_ledger_closes_whatever_the_plan(
    territory: Maker, forces: Maker, plan: dict[str, Any], centres: list[int]
) -> None:
    where = territory(tuple(centres), forces=("police", "gendarmerie"))
    made = forces(where, **plan)
    planned, done = ledgers(made, where)
    check_ledger(planned, done)
    assert (planned.line("rest") >= planned.resting).all()
    assert (planned.heads.sum(axis=-1) == made.mobilised[..., None]).all()


def test_with_the_fewest_heads_nobody_is_spare_at_the_deciding_hour(territory: Maker, forces: Maker) -> None:
    where = territory((20,))
    made = forces(where)
    ledger = ledgers(made, where)[0]
    assert (ledger.line("rest") - ledger.resting).min() == 0


def test_missing_heads_are_named_with_area_force_and_hour(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where)
    with pytest.raises(InputError, match=r"1 heads are missing in area 01 'Area 01', police, at 20:00"):
        plan_ledger(made.units, where, made.mobilised - 1, MOMENTS, made.absences, made.rest_time)


def test_overtime_has_its_own_line(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where, mobilised={"police": 500})
    units = made.units
    row = next(r for r in np.flatnonzero(units.kind == KIND["patrol_car"]) if units.shifts(r)[-1][1] == 20 * HOUR)
    planned, done = ledgers(made, where, late={int(row): 1.5 * HOUR})
    check_ledger(planned, done)
    late = done.line("overtime")[0, 0]
    assert MOMENTS[late > 0].tolist() == [20 * HOUR, 21 * HOUR]
    assert set(late[late > 0].tolist()) == {3}


def test_a_trace_that_differs_from_the_plan_is_refused(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where)
    records = records_of(made.units)
    first = records["unit"] != made.units.id[0]
    without = {name: column[first] for name, column in records.items()}
    planned = ledgers(made, where)[0]
    done = trace_ledger(without, made.units, made.mobilised, MOMENTS, made.absences, made.rest_time)
    with pytest.raises(AssertionError, match="differ from the plan: area 0, force 0"):
        check_ledger(planned, done)


def test_heads_of_a_unit_that_an_order_took_out_of_service_were_let_go_from_then_on(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    made = forces(where, mobilised={"police": 500})
    units = made.units
    row = next(int(r) for r in np.flatnonzero(units.kind == KIND["patrol_car"]) if units.shifts(r)[-1][1] == 20 * HOUR)
    records, id = records_of(units, {row: -2.0 * HOUR}), int(units.id[row])
    planned, rest = ledgers(made, where)[0], (made.mobilised, MOMENTS, made.absences, made.rest_time, None)
    done = trace_ledger(records, units, *rest, {id: 17.5 * HOUR})
    check_ledger(planned, done)
    released = done.line("released")[0, 0]
    assert MOMENTS[released > 0].tolist() == [18 * HOUR, 19 * HOUR] and set(released[released > 0].tolist()) == {3}
    for unexplained in (None, {id: 19 * HOUR}):
        with pytest.raises(AssertionError, match="differ from the plan"):
            check_ledger(planned, trace_ledger(records, units, *rest, unexplained))


def test_the_summary_counts_officer_hours_and_peaks(territory: Maker, forces: Maker) -> None:
    where = territory((8,))
    ledger = ledgers(forces(where), where)[0]
    rows = {row["task"]: row for row in summarise(ledger, where.forces)}
    # 32 officers on 48 + 4 hours before and after, 80 on 12 hours
    assert rows["posts"]["officer_hours"] == 32 * 52 + 80 * 12
    assert (rows["posts"]["peak_heads"], rows["posts"]["peak_at"]) == (80, 8 * HOUR)
    assert rows["checkpoints"]["officer_hours"] == 8 * 20
    assert rows["rallies"]["officer_hours"] == 8 * 9
    assert sum(float(row["share"]) for row in rows.values()) == pytest.approx(1.0)


def test_the_plan_of_algeria_2017_closes_in_every_area_and_force(root: Any) -> None:
    from sim.build import build_ledger, build_plan
    from sim.yamlfile import load_yaml

    def option(group: str) -> dict[str, Any]:
        both = dict(load_yaml(root / "conf" / group / "default.yaml")) | dict(
            load_yaml(root / "conf" / group / "dz-2017.yaml")
        )
        both.pop("defaults")
        return both

    scenario, forces = build_plan(read({"staffing": option("staffing"), "calendar": option("calendar")}, Settings))
    assert forces.mobilised.sum(axis=0).tolist() == [180_000, 90_000]
    ledger = build_ledger(scenario, forces)
    check_ledger(ledger)
    assert ledger.heads.shape[:2] == (48, 2)
    assert (ledger.line("rest") > ledger.resting).all()
    noon = ledger.heads[:, :, ledger.moments == 12 * HOUR].sum(axis=(0, 2))
    assert 47_000 < noon[0, 0] / 0.95 < 53_000  # "more than 50,000" police at centres
    assert 6_000 < scenario.units.mobile.sum() < 10_000  # some 1,600 escorts of the night among them
    assert len(ledger_hours(scenario.calendar)) == 67


@pytest.mark.parametrize("group", ["staffing", "patrol"])
def test_the_default_options_say_what_the_settings_say(root: Any, group: str) -> None:
    from sim.settings.forces import PatrolSettings, StaffingSettings
    from sim.yamlfile import load_yaml

    cls = {"staffing": StaffingSettings, "patrol": PatrolSettings}[group]
    assert read(dict(load_yaml(root / "conf" / group / "default.yaml")), cls) == cls()
