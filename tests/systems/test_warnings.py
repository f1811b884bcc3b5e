"""S26: warnings lead to presence; true ones prevent or find a unit in place, false ones cost hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.build import build_scenario
from sim.cli import compose
from sim.demand.classes import IncidentClass
from sim.demand.signals import Warnings, make_rows
from sim.demand.tape import THINNINGS, Tape
from sim.errors import InputError
from sim.forces.alert import AlertPlan
from sim.measures.alert import alert_table
from sim.measures.collect import Measures, measure
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.settings.alert import AlertSettings, AlertTrigger
from sim.settings.signals import WarningSettings
from sim.study.statistics import Estimate
from sim.trace import CODE
from tests.days import paired_difference
from tests.systems.signal_days import BASE, place, signal_days
from tests.worlds import of_task, of_unit, play, street, world

PRESENCE = IncidentClass("warning_presence", 3, group="planned", harm=0.0)
BLOCKADE = IncidentClass("blockade", 2)
BIT = THINNINGS["warning"]
RULES = WarningSettings(acted_on=1.0, sharing_time=600.0, before=1800.0, after=3600.0, prevention=0.4)


def warned_day(u: float, rules: WarningSettings = RULES, true: bool = True, at: float = 0.0) -> tuple[Scenario, Tape]:
    """A unit at 0 m, a place at 1,000 m (100 s away); a warning known at ``at`` of a disturbance at 7,200 s, drawn with ``u``."""
    scenario = replace(world(street([0.0, 1000.0]), [0], classes=(BLOCKADE, PRESENCE)), warnings=rules)
    rows = [(0, 7200.0, u), (1, at, 0.5)][0 if true else 1 :]
    ids, moments, uniforms = (list(column) for column in zip(*rows))
    tape = make_tape(
        scenario.territory, moments, [1] * len(rows), 60.0, id=ids, cls=ids, candidate=uniforms, thinning=BIT, parent=9,
        priority=[(2, 3)[i] for i in ids],
    )  # fmt: skip
    warnings = make_rows(Warnings, id=[9], at=[at], due_at=[7200.0], site=[1], presence=[1])
    return scenario, replace(tape, warnings=warnings)


def test_a_unit_in_place_prevents_the_disturbance_and_leaves_after_a_while() -> None:
    trace = play(*warned_day(0.7))
    assert of_task(trace, 1) == [
        (0.0, "occurred", -1), (5400.0, "reported", -1), (5400.0, "processed", -1), (5400.0, "dispatched", 0),
        (5500.0, "arrived", 0), (10800.0, "cleared", 0), (10800.0, "closed", -1),
    ]  # fmt: skip
    assert of_task(trace, 0) == [(7200.0, "occurred", -1), (7200.0, "prevented", -1)]


def test_a_disturbance_that_begins_nevertheless_finds_the_unit_there() -> None:
    scenario, tape = warned_day(0.5)
    trace = play(scenario, tape)
    assert (7200.0, "cleared", 1) in of_unit(trace, 0)
    assert [line for line in of_task(trace, 0) if line[1] in ("dispatched", "arrived")] == [
        (7200.0, "dispatched", 0), (7200.0, "arrived", 0),
    ]  # fmt: skip
    late = play(replace(scenario, warnings=replace(RULES, acted_on=0.0)), tape)
    assert (7300.0, "arrived", 0) in of_task(late, 0)
    assert of_task(late, 1) == [(0.0, "occurred", -1), (0.0, "prevented", -1)]


def test_a_warning_shared_too_late_leads_to_nothing() -> None:
    trace = play(*warned_day(0.7, at=6700.0))
    assert of_task(trace, 1)[-1][1] == "prevented" and (7300.0, "arrived", 0) in of_task(trace, 0)


def test_a_unit_on_its_way_when_it_begins_prevents_nothing_and_is_free_on_arrival() -> None:
    trace = play(*warned_day(0.7, at=6550.0))
    assert (7150.0, "dispatched", 0) in of_task(trace, 1) and (7250.0, "arrived", 0) in of_task(trace, 1)
    assert (7250.0, "cleared", 0) in of_task(trace, 1) and (7250.0, "arrived", 0) in of_task(trace, 0)


def test_a_presence_nobody_can_send_lapses_when_its_time_is_over() -> None:
    scenario, tape = warned_day(0.7, true=False)
    busy = make_tape(scenario.territory, [5000.0], [0], 9000.0, id=[5], cls=[0])
    columns = {"tape": tape.incidents, "busy": busy.incidents}
    both = {
        name: np.concatenate([getattr(rows, name) for rows in columns.values()])
        for name in ("id", "at", "site", "cls", "candidate", "thinning", "parent", "priority")
    }
    scene = np.concatenate([rows.scene_time for rows in columns.values()])
    merged = replace(make_tape(scenario.territory, scene_time=scene, **both), warnings=tape.warnings)
    trace = play(scenario, merged)
    assert of_task(trace, 1)[-1] == (10800.0, "lapsed", -1)


def test_a_warning_that_is_acted_on_raises_the_alert_of_its_area_for_a_while() -> None:
    trigger = AlertTrigger(when="warning", level="maximum", hold_time=4000.0)
    scenario, tape = warned_day(0.7)
    scenario = replace(
        scenario,
        alert=AlertPlan(AlertSettings(triggers=(trigger,))),
        calendar=make_calendar(scenario.territory, end=20_000.0, closing=20_000.0),
    )
    trace = play(scenario, tape)
    columns = trace.columns()
    changed = columns["kind"] == CODE["alert_changed"]
    # The plan acts at 5400; the room looks every 300 s and stands down at the first look after 9400.
    assert list(zip(columns["time"][changed].tolist(), columns["value"][changed].tolist())) == [(5400.0, 2.0), (9600.0, 0.0)]
    table = alert_table(Day.of(scenario, tape, trace))
    assert table["by_warning"][table["level"].index("maximum")] == 1
    ignored = play(replace(scenario, warnings=replace(RULES, acted_on=0.0)), tape).columns()
    assert CODE["alert_changed"] not in ignored["kind"]


def test_a_false_warning_costs_officer_hours_and_shows_as_false() -> None:
    scenario, tape = warned_day(0.7, true=False)
    trace = play(scenario, tape)
    check_invariants(scenario, tape, trace)
    row = {name: values[0] for name, values in measure(scenario, tape, trace).tables["warnings"].items()}
    assert row["is_true"] is False and row["unit_in_place"] is True and row["disturbances"] == 0
    assert row["presence_hours"] == row["false_hours"] == pytest.approx((10800 - 5400) / 3600)
    assert row["lead_time"] == 7200.0 and row["usable_lead_time"] == 6600.0
    found = measure(*warned_day(0.7), play(*warned_day(0.7))).tables["warnings"]
    assert found["is_true"] == [True] and found["disturbances_prevented"] == [1] and found["false_hours"] == [0.0]


CITY = (
    *BASE,
    "demand.rumours.drawn=false", "demand.classes.blockade.rate.tense=300", "demand.classes.blockade.times.opening=0",
    "demand.classes.blockade.times.uniform=1", "demand.classes.material_threatened.rate.tense=60",
    "demand.warnings.usual_prevention=0", "demand.vehicles.per_10000=0", "warnings.acted_on=1.0",
    "warnings.sharing_time=600", "warnings.prevention=0.8", "demand.warnings.share=0.5",
)  # fmt: skip


def change(figure: str, words: tuple[str, ...], baseline: tuple[str, ...] = ()) -> Estimate:
    first, second = ([_total(measures, figure) for measures in signal_days(*CITY, *each)] for each in (words, baseline))
    return paired_difference(first, second)


def _total(measures: Measures, figure: str) -> float:
    table = measures.tables["warnings"]
    return float(sum(value for value in table[figure] if value is not None))  # type: ignore[misc]


def above_zero(estimate: Estimate) -> bool:
    return estimate.low is not None and estimate.low > 0


def test_acting_on_warnings_prevents_disturbances_and_ties_up_officers() -> None:
    assert above_zero(change("disturbances_prevented", (), ("warnings.acted_on=0",)))
    assert above_zero(change("unit_in_place", (), ("warnings.acted_on=0",)))
    assert above_zero(change("false_hours", (), ("warnings.acted_on=0",)))


def test_more_true_warnings_mean_more_units_in_place_and_more_prevention() -> None:
    few = ("demand.warnings.share=0.1",)
    for figure in ("unit_in_place", "disturbances_prevented"):
        assert above_zero(change(figure, ("demand.warnings.share=0.7",), few)), figure


def test_warnings_shared_earlier_put_more_units_inplace() -> None:
    assert above_zero(change("unit_in_place", (), ("warnings.sharing_time=21600",)))
    assert above_zero(change("usable_lead_time", (), ("warnings.sharing_time=21600",)))


def test_more_false_warnings_cost_more_officer_hours() -> None:
    assert above_zero(change("false_hours", ("demand.warnings.false_share=0.8",), ("demand.warnings.false_share=0.2",)))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"warnings": {"acted_on": 1.5}}, "acted_on"),
        ({"warnings": {"prevention": 1.0}}, "prevention"),
        ({"warnings": {"arrests": True}}, "unknown key"),
        ({"demand": {"warnings": {"false_share": 1.0}}}, "false_share"),
        ({"demand": {"warnings": {"lead_time": [3600, 60]}}}, "percentile"),
    ],
)
def test_bad_settings_are_refused_in_one_line(given: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word) as error:
        read(given, Settings)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("key", "package", "hint"),
    [
        ("warnings.package", "rrvv|section", "'rrvv' (did you mean 'rrv'?); allowed: patrol_car, "),
        ("warnings.package", "fixed_team", "'fixed_team'; allowed: patrol_car, "),  # a post is never sent
        ("demand.classes.dispute.package", "patrolcar", "'patrolcar' (did you mean 'patrol_car'?); allowed: patrol_car, "),
        ("demand.rallies.classes.disorder.package", "rally_ring", "'rally_ring'; allowed: patrol_car, "),
    ],
)
def test_a_package_of_a_kind_that_cannot_be_sent_is_refused_in_place_of_lapsing(key: str, package: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        build_scenario(compose([*CITY, f"{key}={package}"]), place())
    assert str(caught.value).startswith(f"{key}: unknown unit kind {hint}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("package", ["rrv:2", "none"])
def test_a_presence_is_one_unit(package: str) -> None:
    with pytest.raises(InputError, match=r"warnings\.package"):
        build_scenario(compose([*CITY, f"warnings.package={package}"]), place())


def test_a_tape_with_an_odd_warning_is_refused() -> None:
    scenario, tape = warned_day(0.5)
    early = replace(tape, warnings=replace(tape.warnings, due_at=np.array([-1.0])))
    with pytest.raises(InputError, match="warning due_at"):
        run(scenario, early)
    with pytest.raises(InputError, match="warning site"):
        run(scenario, replace(tape, warnings=replace(tape.warnings, site=np.array([7]))))
