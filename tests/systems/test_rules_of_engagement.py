"""S14: what the rules forbid is tried and blocked and logged, a request costs visible time, and no rule is ever broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.clock import HOUR
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import Inject
from sim.errors import InputError
from sim.forces.kinds import KIND
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.rules import attempts, rules_table
from sim.policies.rules import RULES, answer
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.settings.rules import ForceRules, RulesSettings
from sim.trace import CODE, Trace
from sim.yamlfile import load_yaml
from tests.systems.small_city import RunDay, city, paired, run_day
from tests.worlds import Line, day, play, story, street, values, world

CLASSES: dict[str, Any] = load_yaml("conf/demand/default.yaml")["classes"]  # type: ignore[index,call-overload,assignment]
MANY = {name: 0.0 for name in ("calm", "tense", "high")} | {"tense": 300.0}
INSIDE = {"classes": CLASSES | {"unauthorised_person": CLASSES["unauthorised_person"] | {"rate": MANY}}}


def ruled(enter: str = "on_request", **more: Any) -> Settings:
    """The small city with the same rules for both forces, and many unauthorised persons."""
    own = {"enter_centre": enter, "attend_count": "forbidden", "leave_building_at_opening": True}
    return city(demand=INSIDE, rules={"forces": {"police": own, "gendarmerie": own}, **more})


def time_inside(run: RunDay) -> float:
    """Mean seconds from arrival (or the team's start) to the end, of unauthorised persons during the vote."""
    columns, classes = run.trace.columns(), [c.name for c in run.scenario.classes]
    rows = run.tape.incidents
    voting = rows.at < run.scenario.calendar.closing.min() - 2 * HOUR
    mine = set(rows.id[(rows.cls == classes.index("unauthorised_person")) & voting].tolist())
    begun, ended = ({} for _ in range(2))  # type: ignore[var-annotated]
    facts = zip(*(columns[name].tolist() for name in ("task", "kind", "time")), strict=True)
    for task, kind, at in facts:
        if task in mine and kind in (CODE["arrived"], CODE["handled"]):
            begun.setdefault(task, at)
        elif task in mine and kind == CODE["closed"]:
            ended[task] = at
    return float(np.mean([ended[task] - begun[task] for task in ended if task in begun]))


def test_asking_the_office_head_costs_visible_time_and_never_entering_costs_more() -> None:
    asked = paired(time_inside, ruled("on_request"), ruled("allowed"), days=4)
    never = paired(time_inside, ruled("never", outside_factor=2.0), ruled("allowed"), days=4)
    assert asked.low is not None and asked.low > 60.0
    assert never.low is not None and asked.high is not None and asked.high < never.low


def test_every_attempt_is_counted_and_none_breaks_a_rule() -> None:
    for enter in ("never", "on_request", "allowed"):
        run = run_day(ruled(enter, refusal_share=0.2))
        table = run.measures.tables["rules"]
        assert sum(table["attempts"]) > 20
        assert set(table["violations"]) == {0}
        assert run.measures["rule_violations"] == 0
        assert run.measures["actions_blocked"] == sum(table["blocked"])
        blocked, granted = sum(table["blocked"]), sum(table["granted"])
        assert (blocked > 0, granted > 0) == (True, enter == "on_request")
        if enter == "never":
            assert blocked == sum(table["attempts"])


def test_orders_that_would_break_a_rule_are_blocked_and_logged_at_every_hour_and_for_every_kind_of_unit() -> None:
    settings = ruled("never")
    scenario = run_day(settings).scenario
    units, sites = scenario.units, scenario.territory.sites
    chosen = [int(np.flatnonzero((units.kind == KIND[kind]) & (units.force == force))[0])
              for kind in ("patrol_car", "fixed_team") for force in (0, 1)]  # fmt: skip
    centre = float(sites.id[sites.of_kind("centre")[0]])
    hours = [h * HOUR for h in (-20, 3, 9, 12, 18, 20, 22)]
    orders = [Inject(at, effect, int(units.id[row]), centre)
              for at in hours for row in chosen for effect in ("enter_centre", "carry_box", "attend_count")]  # fmt: skip
    run = run_day(settings, orders=orders)
    tried = attempts(Day.of(run.scenario, run.tape, run.trace))
    columns = run.trace.columns()
    by_order = (columns["task"] < 0) & (columns["kind"] == CODE["action_blocked"])
    assert int(by_order.sum()) == len(orders)
    assert not tried.broken.any()
    assert set(np.array(RULES)[tried.rule[tried.blocked]]) == {"enter_centre", "carry_boxes", "attend_count"}
    assert not (columns["kind"] == CODE["entered"]).any()


def test_an_order_to_enter_on_request_waits_for_the_answer_and_is_closed_during_the_count() -> None:
    settings = ruled("on_request")
    scenario = run_day(settings).scenario
    sites = scenario.territory.sites
    post = int(scenario.units.id[np.flatnonzero(scenario.units.kind == KIND["fixed_team"])[0]])
    centre = float(sites.id[sites.of_kind("centre")[0]])
    run = run_day(settings, orders=[Inject(at * HOUR, "enter_centre", post, centre) for at in (10, 21)])
    told = [(at, kind) for at, kind, task, unit in story(run.trace) if unit == post and task < 0 and kind in ASKED]
    assert [kind for _, kind in told] == list(ASKED)
    assert [at for at, _ in told] == [36_000.0, 36_120.0, 36_120.0, 75_600.0]


ASKED = ("entry_requested", "entry_granted", "entered", "action_blocked")


# --- by hand ------------------------------------------------------------------------------------------------------


def centre(rules: RulesSettings, slots: int = 1, xs: tuple[float, ...] = (0.0, 1000.0, 3000.0), inside: bool = True) -> Scenario:
    """A centre at 0 and cars 100 s and 300 s away; the count lasts from 5000 to 8000."""
    territory = street(list(xs), offices=[2, 0, 0], kind=["centre", "base", "base"], forces=("police",))
    cls = IncidentClass("unauthorised", 3, (Slot(),) * slots, inside=inside)
    scenario = world(territory, [1, 2], unit={"kind": "patrol_car"}, classes=(cls,))
    calendar = make_calendar(territory, closing=5000.0, end=9000.0)
    starts = np.array([[0.0, 5000.0, 8000.0]])
    return replace(scenario, calendar=replace(calendar, phases=("voting", "count", "stand_down"), starts=starts), rules=rules)


def police(enter: str, attend: str = "forbidden", **more: Any) -> RulesSettings:
    own = ForceRules(enter_centre=enter, attend_count=attend)  # type: ignore[arg-type]
    return RulesSettings(forces={"police": own}, request_time=(200.0, 400.0), outside_factor=2.0, **more)


def told(trace: Trace) -> list[Line]:
    return story(trace, "arrived", "entry_requested", "entry_granted", "entered", "action_blocked", "cleared")


IN, OUT, GONE = (100.0, "arrived", 0, 0), "action_blocked", (350.0, "cleared", 0, 0)


@pytest.mark.parametrize(
    ("rules", "mark", "lines"),
    [
        (RulesSettings(), np.nan, [IN, (150.0, "cleared", 0, 0)]),
        (police("allowed"), np.nan, [IN, (100.0, "entered", 0, 0), (150.0, "cleared", 0, 0)]),
        (police("never"), np.nan, [IN, (100.0, OUT, 0, 0), (200.0, "cleared", 0, 0)]),
        (
            police("on_request"),
            0.5,
            [IN, (100.0, "entry_requested", 0, 0), (300.0, "entry_granted", 0, 0), (300.0, "entered", 0, 0), GONE],
        ),
        (
            police("on_request", refusal_share=1.0),
            0.5,
            [IN, (100.0, "entry_requested", 0, 0), (300.0, OUT, 0, 0), (400.0, "cleared", 0, 0)],
        ),
    ],
    ids=["no rules", "allowed", "never", "granted", "refused"],
)
def test_a_unit_asks_goes_in_or_works_from_outside(rules: RulesSettings, mark: float, lines: list[Line]) -> None:
    assert told(day(centre(rules), [0.0], 0, 50.0, entry=[mark])) == lines


def test_one_answer_holds_for_the_whole_package() -> None:
    early = told(day(centre(police("on_request"), 2), [0.0], 0, 50.0))
    assert early == [
        (100.0, "arrived", 0, 0), (100.0, "entry_requested", 0, 0), (300.0, "arrived", 0, 1),
        (300.0, "entry_granted", 0, 0), (300.0, "entered", 0, 0), (300.0, "entry_granted", 0, 1), (300.0, "entered", 0, 1),
        (350.0, "cleared", 0, 0), (350.0, "cleared", 0, 1),
    ] or sorted(early) == sorted([
        (100.0, "arrived", 0, 0), (100.0, "entry_requested", 0, 0), (300.0, "entry_granted", 0, 0), (300.0, "entered", 0, 0),
        (300.0, "arrived", 0, 1), (300.0, "entry_granted", 0, 1), (300.0, "entered", 0, 1),
        (350.0, "cleared", 0, 0), (350.0, "cleared", 0, 1),
    ])  # fmt: skip
    late = told(day(centre(police("on_request"), 2, (0.0, 1000.0, 9000.0)), [0.0], 0, 50.0))
    assert [line for line in late if line[3] == 1] == [
        (900.0, "arrived", 0, 1), (900.0, "entry_granted", 0, 1), (900.0, "entered", 0, 1), (950.0, "cleared", 0, 1),
    ]  # fmt: skip


def test_the_count_is_closed_to_officers_also_on_request_and_to_a_request_that_it_overtakes() -> None:
    rules = police("on_request")
    trace = day(centre(rules), [4750.0, 6000.0, 8500.0], 0, 50.0)
    assert [line for line in told(trace) if line[1] not in ("arrived", "cleared")] == [
        (4850.0, "entry_requested", 0, 0),
        (5050.0, OUT, 0, 0),
        (6100.0, OUT, 1, 0),
        (8600.0, "entry_requested", 2, 0),
        (8800.0, "entry_granted", 2, 0),
        (8800.0, "entered", 2, 0),
    ]
    assert values(trace, "action_blocked") == [RULES.index("attend_count")] * 2
    assert [kind for _, kind, *_ in told(day(centre(police("on_request", "allowed")), [6000.0], 0, 50.0))][1] == "entry_requested"


def test_the_fixed_team_asks_as_well() -> None:
    scenario = centre(police("on_request"))
    territory = scenario.territory
    unit = {"kind": ["patrol_car", "fixed_team"], "mobile": [True, False], "heads": [2, 9]}
    made = world(territory, [1, 0], unit=unit, classes=(replace(scenario.classes[0], on_spot=1.0),), calendar=scenario.calendar)
    trace = day(replace(made, rules=police("on_request")), [10.0], 0, 50.0, on_spot=[0.0])
    lines = [(at, kind) for at, kind, task, _ in story(trace) if task == 0 and at > 10.0]
    assert lines == [(210.0, "entry_granted"), (210.0, "entered"), (260.0, "closed")]


def test_without_rules_it_does_not_matter_where_the_work_lies() -> None:
    traces = [day(centre(RulesSettings(), inside=inside), [0.0, 10.0, 4000.0], 0, 50.0) for inside in (False, True)]
    assert traces[0].digest() == traces[1].digest()


def test_the_table_counts_attempts_grants_blocks_and_delays() -> None:
    scenario = centre(police("on_request", refusal_share=0.5))
    tape = make_tape(scenario.territory, [0.0, 1000.0, 6000.0], [0, 0, 0], 50.0, entry=[0.75, 0.25, 0.5])
    table = rules_table(*_tried(scenario, tape))
    assert table == {
        "force": ["police", "police"], "rule": ["enter_centre", "attend_count"], "area": ["0", "0"], "attempts": [2, 1],
        "blocked": [1, 1], "granted": [1, 0], "request_delay": [pytest.approx(200.0), None], "violations": [0, 0],
    }  # fmt: skip


def _tried(scenario: Scenario, tape: Any) -> Any:
    seen = Day.of(scenario, tape, play(scenario, tape))
    return seen, attempts(seen)


def test_entries_against_the_rules_are_noticed() -> None:
    tape = make_tape(centre(police("allowed")).territory, [0.0, 6000.0], [0, 0], 50.0)
    trace = play(centre(police("allowed", "allowed")), tape)
    for rules, broken in ((police("never"), 2), (police("on_request", "allowed"), 2), (police("allowed"), 1)):
        scenario = centre(rules)
        assert int(attempts(Day.of(scenario, tape, trace)).broken.sum()) == broken
        with pytest.raises(AssertionError, match=f"I13: a rule of engagement is broken {broken} times"):
            check_invariants(scenario, tape, trace)


def test_posts_move_outside_at_the_opening() -> None:
    run = run_day(ruled())
    columns = run.trace.columns()
    rows = columns["kind"] == CODE["post_position"]
    told = list(zip(*(columns[name][rows].tolist() for name in ("time", "area", "value")), strict=True))
    opening = float(run.scenario.calendar.opening[0])
    assert {at for at, _, value in told if value % 2 == 1} == {opening}
    assert {at for at, _, value in told if value % 2 == 0} == {opening - 48 * HOUR}
    assert len(told) == 2 * len(set(run.measures.tables["posts_by_area"]["area"])) * 2


def test_answers_have_the_median_and_the_share_they_should() -> None:
    rules = police("on_request", refusal_share=0.25)
    marks = (np.arange(10_000) + 0.5) / 10_000
    waits, granted = zip(*(answer(rules, mark) for mark in marks.tolist()), strict=True)
    assert np.mean(granted) == pytest.approx(0.75)
    for part in (True, False):
        own = np.array(waits)[np.array(granted) == part]
        assert np.quantile(own, [0.5, 0.9]) == pytest.approx([200.0, 400.0], rel=1e-2)


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ({"forces": {"police": {"enter_center": "never"}}}, r"enter_center: unknown key \(did you mean 'rules.forces"),
        ({"forces": {"police": {"enter_centre": "sometimes"}}}, r"rules.forces.police.enter_centre.*never.*on_request.*allowed"),
        ({"forces": {"police": {"carry_boxes": "allowed"}}}, r"rules.forces.police.carry_boxes.*forbidden"),
        ({"outside_factor": 0.5}, "outside_factor"),
        ({"request_time": [300, 100]}, "request_time"),
    ],
)
def test_a_rule_of_unknown_kind_or_value_is_refused_in_one_line(rules: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line) as caught:
        read({"rules": rules}, Settings)
    assert "\n" not in str(caught.value).strip()


def test_rules_of_an_unknown_force_are_refused() -> None:
    with pytest.raises(InputError, match=r"rules.forces.polise: no such force \(did you mean 'police'\?\)"):
        run_day(city(rules={"forces": {"polise": {}}}))


def test_orders_about_units_and_centres_that_do_not_exist_are_refused() -> None:
    scenario = centre(police("never"))
    tape = make_tape(scenario.territory, [0.0], [0], 50.0)
    for order, line in ((Inject(5.0, "enter_centre", 77, 0.0), "no unit has the id 77"),
                        (Inject(5.0, "carry_box", 0, 99.0), "no site has the id 99")):  # fmt: skip
        with pytest.raises(InputError, match=line):
            Simulation(scenario, replace(tape, injects=(order,)))
