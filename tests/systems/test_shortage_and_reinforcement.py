"""S30: fewer staff answer later, reinforcement restores it after its delay, and its heads come out of a pool."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.clock import HOUR
from sim.demand.tape import Inject
from sim.errors import InputError
from sim.forces.ledger import check_ledger, ledger_hours, plan_ledger, trace_ledger
from sim.settings import Settings, read
from sim.trace import CODE
from tests.systems.small_city import RunDay, city, paired, run_day

NONE = ("motorcycles_factor", "foot_factor", "normal_factor", "rrv_factor", "search_factor")
SHORT = {"patrol_cars_factor": 0.4} | dict.fromkeys(NONE, 0.0)
"""A few patrol cars and nothing else that could answer."""


def reinforced(*arrivals: dict[str, Any], **staffing: Any) -> Settings:
    return city(staffing=SHORT | staffing, reinforcement={"arrivals": list(arrivals)} if arrivals else {})


def cars(units: int = 16, **more: Any) -> dict[str, Any]:
    return {"kind": "patrol_car", "force": "police", "units": units} | more


def potential(run: RunDay) -> float | None:
    value = run.measures["potential_response"]
    return None if value is None else float(value)


def potential_in(run: RunDay, begin: float, end: float) -> list[float]:
    """The potential response at the steps of the grid inside a span."""
    table = run.measures.tables["coverage_by_time"]
    return [value for at, value in zip(table["at"], table["potential_response"], strict=True) if begin <= at < end]  # type: ignore[misc, operator]


# --- the curve and the reinforcement ------------------------------------------------------------------------------


def test_the_fewer_the_staff_the_later_help_would_come() -> None:
    plans = [city(staffing={"staffing_factor": share}) for share in (0.5, 0.75, 1.0)]
    for fewer, more in pairwise(plans):
        later = paired(potential, fewer, more, days=4)
        assert later.low is not None and later.low > 0.0


def test_reinforcement_restores_the_response_after_its_delay_and_not_before() -> None:
    helped, alone = reinforced(cars(at="10:00", source="in_city")), reinforced()
    for at in range(2):
        with_help, without = run_day(helped, at), run_day(alone, at)
        came = 10.5 * HOUR
        assert potential_in(with_help, 0.0, came) == potential_in(without, 0.0, came)

    def after(run: RunDay) -> float:
        return float(np.mean(potential_in(run, 11 * HOUR, 20 * HOUR)))

    sooner = paired(after, helped, alone, days=4)
    assert sooner.high is not None and sooner.high < 0.0


@pytest.mark.parametrize(("source", "delay"), [("in_city", 1800.0), ("neighbour", 5400.0), ("national", 14400.0)])
def test_each_source_has_its_delay(source: str, delay: float) -> None:
    table = run_day(reinforced(cars(4, at="09:00", source=source, area="Z1"))).measures.tables["reinforcement"]
    (row,) = zip(*table.values(), strict=True)
    hours = min(12.0, 26.0 - 9.0 - delay / HOUR)
    assert row[:7] == ("Z1", "police", source, 4, 4, 4, delay)
    assert row[7] == pytest.approx(4 * hours, abs=1.0)
    assert row[8] == pytest.approx(3 * row[7])


def test_units_on_request_come_only_when_they_are_asked_for() -> None:
    settings = reinforced(cars(4, area="Z1"), cars(2, area="Z1", source="national", delay_time=7200.0))
    idle = run_day(settings)
    assert sum(idle.measures.tables["reinforcement"]["called"]) == 0
    area = int(idle.scenario.dispatch_area(np.array(0), np.array(0)))
    orders = [Inject(12 * HOUR, "request_reinforcement", area, 5.0), Inject(13 * HOUR, "request_reinforcement", area, 3.0)]
    asked = run_day(settings, orders=orders)
    table = asked.measures.tables["reinforcement"]
    assert (table["source"], table["came"], table["arrival_delay"]) == (["in_city", "national"], [4, 2], [1800.0, 7200.0])
    assert table["refused"] == [2, 2]  # by dispatch area: 5 + 3 were asked for, 6 stood by
    columns = asked.trace.columns()
    sent = columns["kind"] == CODE["reinforcement_sent"]
    assert columns["time"][sent].tolist() == [12 * HOUR] * 5 + [13 * HOUR]
    assert set(columns["kind"][columns["cause"][sent]].tolist()) == {CODE["decision"]}


# --- the ledger ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["in_city", "neighbour", "national"])
@pytest.mark.parametrize("at", ["09:00", None])
def test_the_ledger_closes_with_the_heads_that_move(source: str, at: str | None) -> None:
    settings = reinforced(cars(5, at=at, source=source, area="Z1"), posts_factor=0.5)
    orders = [] if at else [Inject(9 * HOUR, "request_reinforcement", 0, 5.0)]
    run = run_day(settings, orders=orders)
    scenario, forces = run.scenario, run.forces
    rest = forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time, forces.standby
    done = trace_ledger(run.trace.columns(), scenario.units, *rest)
    plan = plan_ledger(scenario.units, scenario.territory, *rest)
    check_ledger(plan, done)
    hours = done.moments / HOUR
    moved = done.moved[:, 0, :]
    assert done.line("reinforcement")[0, 0, hours == 14].tolist() == [15]
    assert (done.line("rest") >= 0).all()
    if source == "in_city":
        assert not moved.any()
    else:
        giver = int(forces.standby.giver[0])
        assert giver != 0
        assert (moved[giver, hours < 9] == 0).all() and (moved[giver, hours >= 9] == -15).all()
        assert (moved[0, hours >= 14] == 15).all()
        assert ((moved.sum(axis=0) <= 0) & (moved.sum(axis=0) >= -15)).all()  # heads under way belong to nobody


def test_who_stands_by_works_nothing_else() -> None:
    alone, helped = (run_day(plan).forces.mobilised.sum() for plan in (reinforced(), reinforced(cars(5))))
    assert helped - alone == 15


def test_with_no_arrivals_nothing_changes() -> None:
    plain, spelt = run_day(city()), run_day(city(reinforcement={"arrivals": [], "duty_time": 3600.0}))
    assert plain.trace.digest() == spelt.trace.digest()
    assert plain.measures.tables["reinforcement"]["area"] == []


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrival", "line"),
    [
        ({"units": 4, "force": "polise"}, r"reinforcement.arrivals.0.force: no such force 'polise' \(did you mean 'police'\?\)"),
        ({"units": 4, "area": "Z9"}, r"reinforcement.arrivals.0.area: unknown area 'Z9'"),
        ({"units": 4, "kind": "patrol_kar"}, r"arrivals.0.kind"),
        ({"units": 0}, r"arrivals.0.units"),
        ({"units": 4, "source": "moon"}, r"arrivals.0.source"),
    ],
)
def test_a_reinforcement_that_cannot_be_is_refused_in_one_line(arrival: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line):
        run_day(reinforced(arrival))


def test_a_reinforcement_larger_than_the_force_is_refused() -> None:
    with pytest.raises(InputError, match=r"reinforcement: 1500 heads of police are to come, more than the 900 mobilised"):
        run_day(reinforced(cars(500), mobilised={"police": 900, "gendarmerie": None}))


def test_a_reserve_larger_than_the_force_is_refused() -> None:
    with pytest.raises(InputError, match=r"the reserve of police has \d+ heads, more than the 20 mobilised"):
        run_day(city(staffing={"mobilised": {"police": 20, "gendarmerie": None}}))


def test_a_request_to_nowhere_is_refused() -> None:
    with pytest.raises(InputError, match="request_reinforcement: no dispatch area 99, allowed: 0 to 7"):
        run_day(city(), orders=[Inject(9 * HOUR, "request_reinforcement", 99, 1.0)])


def test_delays_and_hours_have_bounds() -> None:
    with pytest.raises(InputError, match="duty_time"):
        read({"reinforcement": {"duty_time": 60}}, Settings)
