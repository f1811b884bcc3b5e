"""Checkpoints: technology, inspection by alert level, lanes and staff, false alarms, interception."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.build import build_place, build_plan, build_tape
from sim.cli import compose
from sim.demand.tape import Inject, Tape, Vehicles
from sim.errors import InputError
from sim.gates import fifo_waits
from sim.measures.checkpoints import checkpoint_table, flow, staffed_spans, traffic_per_minute
from sim.measures.day import Day
from sim.processes.checkpoint import technology_by_site
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.checkpoints import CheckpointSettings
from sim.study.statistics import Estimate
from sim.trace import CODE, Trace
from tests.days import paired_difference
from tests.worlds import story, street, world

HOUR = 3600.0
TOWN = (
    "preset=demo-city", "territory.city.centres=30", "territory.city.offices=150", "territory.city.zones=2", "alert=normal",
    "territory.city.population=200000", "demand.vehicles.per_10000=20", "checkpoints.traffic_rural=900",
)  # fmt: skip


def paired(words: tuple[str, str], columns: tuple[str, ...], replications: int = 5, *more: str) -> list[Estimate]:
    """Differences of sums of checkpoint columns, second plan minus first, on the same tapes."""
    sums: dict[tuple[str, str], list[float]] = {}
    place = build_place(compose(TOWN))
    for replication in range(replications):
        tape = build_tape(compose(TOWN), place, replication)
        for word in words:
            scenario, _ = build_plan(compose([*TOWN, *more, word]), place, replication)
            table = checkpoint_table(Day.of(scenario, tape, run(scenario, tape)))
            for column in columns:
                sums.setdefault((word, column), []).append(sum(float(value or 0.0) for value in table[column]))  # type: ignore[arg-type]
    return [paired_difference(sums[words[1], column], sums[words[0], column]) for column in columns]


@pytest.mark.parametrize("level", [1, 2])
def test_technology_raises_detection_and_throughput(level: int) -> None:
    base = (*TOWN, "checkpoints.inspected=0.6", "checkpoints.searched=0.2")
    settings = compose(base)
    place = build_place(settings)
    held: dict[int, list[float]] = {}
    passed: dict[int, list[float]] = {}
    for replication in range(5):
        tape = build_tape(settings, place, replication)
        for technology in (0, level):
            scenario, _ = build_plan(compose([*base, f"checkpoints.technology={technology}"]), place, replication)
            table = checkpoint_table(Day.of(scenario, tape, run(scenario, tape)))
            held.setdefault(technology, []).append(float(sum(table["vehicle_held"])))  # type: ignore[arg-type]
            passed.setdefault(technology, []).append(float(np.mean(table["gate_throughput"])))  # type: ignore[arg-type]
    for outcome in (held, passed):
        low = paired_difference(outcome[level], outcome[0]).low
        assert low is not None and low > 0.0


def test_more_inspection_raises_queues_and_the_time_citizens_lose() -> None:
    words = ("checkpoints.inspected=0.05", "checkpoints.inspected=0.30")
    for difference in paired(words, ("gate_queue_max", "gate_wait_mean", "gate_wait_p90", "minutes_lost_checkpoints"), 3):
        assert difference.low is not None and difference.low > 0.0


def test_a_higher_alert_level_inspects_more() -> None:
    words = ("alert.level=normal", "alert.level=maximum")
    for difference in paired(words, ("vehicles_stopped", "false_alarms", "vehicle_held"), 4):
        assert difference.low is not None and difference.low > 0.0


def test_fewer_officers_close_lanes_and_lengthen_queues() -> None:
    words = ("staffing.absence=0.0", "staffing.absence=0.3")
    lanes, queue = paired(words, ("lanes_open", "gate_queue_max"), 4, "checkpoints.officers_per_lane=4")
    assert lanes.high is not None and lanes.high < 0.0
    assert queue.low is not None and queue.low > 0.0
    rules = CheckpointSettings(lanes=2, staff=8)
    assert [rules.lanes_for(heads) for heads in (0, 1, 2, 3, 4, 6, 7, 8, 12)] == [0, 1, 1, 1, 2, 3, 3, 4, 4]


# --- interception, from the vehicle to the incident that never happens ----------------------------------------------


def outcomes(tape: Tape, trace: Trace, kind: str) -> set[int]:
    columns = trace.columns()
    return set(columns["task"][columns["kind"] == CODE[kind]].tolist())


def test_an_interception_cancels_the_linked_incident_and_no_other() -> None:
    words = [*TOWN, "demand.vehicles.linked=1", "demand.vehicles.link_time=86400", "demand.rate_factor=8"]
    settings = compose(words)
    place = build_place(settings)
    tape = build_tape(settings, place)
    linked = {int(number): int(incident) for number, incident in zip(tape.vehicles.id, tape.vehicles.incident) if incident >= 0}
    assert len(linked) >= 3
    blind, sharp = (
        run(build_plan(compose([*words, *detect]), place)[0], tape)
        for detect in (
            [f"checkpoints.detection_{how}=0" for how in ("slow", "inspected", "searched")],
            [f"checkpoints.detection_{how}=1" for how in ("slow", "inspected", "searched")],
        )
    )
    columns = sharp.columns()
    held = set(columns["value"][columns["kind"] == CODE["vehicle_held"]].astype(int).tolist())
    stopped = {incident for number, incident in linked.items() if number in held}
    assert stopped and not outcomes(tape, blind, "vehicle_held")
    gone = outcomes(tape, sharp, "prevented") - outcomes(tape, blind, "prevented")
    assert gone == stopped - outcomes(tape, blind, "prevented")
    for kind in ("reported", "dispatched", "handled", "arrived"):
        assert not stopped & outcomes(tape, sharp, kind), kind
    assert stopped & outcomes(tape, blind, "reported")


# --- worked by hand -----------------------------------------------------------------------------------------------


def post(heads: int = 8, **rules: Any) -> Scenario:
    """A crew at an urban checkpoint (site 1) from 08:00 to 12:00, under an even flow of 600 vehicles an hour each way."""
    territory = street([0.0, 100.0], kind=["base", "checkpoint"], fabric="urban")
    unit = {
        "kind": ["patrol_car", "checkpoint_crew"],
        "mobile": [True, False],
        "heads": [2, heads],
        "shifts": [[(0.0, 20 * HOUR)], [(8 * HOUR, 12 * HOUR)]],
    }
    calendar = make_calendar(territory, end=20 * HOUR)
    even = {"traffic_city": 1200.0, "peak_factor": 1.0, "slow_pass_rate": 800.0}
    return replace(world(territory, [0, 1], unit=unit, calendar=calendar), checkpoints=CheckpointSettings(**(even | rules)))


def seen(scenario: Scenario, orders: tuple[Inject, ...] = (), vehicles: Vehicles | None = None) -> tuple[Day, Trace]:
    tape = replace(make_tape(scenario.territory, [1.0], [0], [1.0]), injects=orders)
    tape = tape if vehicles is None else replace(tape, vehicles=vehicles)
    trace = run(scenario, tape)
    return Day.of(scenario, tape, trace), trace


def test_a_gate_above_capacity_worked_by_hand() -> None:
    # Every vehicle is checked at 400 an hour and lane (9 s): 600 come, so 200 more stand there each hour; after 4 h 800.
    scenario = post(inspected=1.0, searched=0.0, inspect_rate=400.0)
    row = {name: column[0] for name, column in checkpoint_table(seen(scenario)[0]).items()}
    assert row["gate_load"] == pytest.approx(1.5)
    assert row["gate_throughput"] == pytest.approx(400.0)
    assert row["vehicles"] == pytest.approx(4800.0)
    assert row["gate_queue_max"] == pytest.approx(800.0)
    # Waits rise evenly from 0 to 800 x 9 s: half of it on average, nine tenths of it at the 90th percentile.
    assert row["gate_wait_mean"] == pytest.approx(3600.0)
    assert row["gate_wait_p90"] == pytest.approx(0.9 * 7200.0, abs=60.0)
    assert row["gate_wait_max"] == pytest.approx(7200.0, abs=20.0)


def test_false_alarms_cost_drivers_and_officers_hours() -> None:
    rules = {"inspected": 0.5, "searched": 0.0, "false_alarms": 0.02, "hold_time": [600.0, 600.0], "hold_staff": 3.0}
    row = {name: column[0] for name, column in checkpoint_table(seen(post(**rules))[0]).items()}
    assert row["false_alarms"] == pytest.approx(4800 * 0.5 * 0.02)  # 48 vehicles, ten minutes each, three officers
    assert (row["alarm_citizen_hours"], row["alarm_officer_hours"]) == (pytest.approx(8.0), pytest.approx(24.0))
    # The mean of a lognormal time with median 12 and 90th percentile 30 minutes, by its formula.
    sigma = np.log(2.5) / 1.2815515655446004
    assert CheckpointSettings().mean_hold == pytest.approx(720.0 * np.exp(sigma**2 / 2))


def test_absence_closes_lanes_one_after_another() -> None:
    lanes = [staffed_spans(seen(post(heads, lanes=2))[0])[1][0][2] for heads in (8, 7, 4, 1)]
    assert lanes == [2.0, 1.5, 1.0, 0.5]  # in each direction


def test_the_alert_level_changes_inspection_while_the_queue_lives_on() -> None:
    rules = {"inspected": {"normal": 0.0, "raised": 0.5, "maximum": 1.0}, "searched": 0.0, "inspect_rate": 400.0}
    orders = (Inject(9 * HOUR, "alert_level", 0, 2.0), Inject(10 * HOUR, "alert_level", 0, 0.0))
    day, _ = seen(post(**rules), orders)
    assert [(begin / HOUR, end / HOUR, level) for begin, end, _, level in staffed_spans(day)[1]] == [
        (8.0, 9.0, 0), (9.0, 10.0, 2), (10.0, 12.0, 0),
    ]  # fmt: skip
    row = {name: column[0] for name, column in checkpoint_table(day).items()}
    # 200 too many at 10:00 with 1800 s of work; then 600 an hour against 800 that can pass: gone after half an hour.
    assert row["gate_wait_max"] == pytest.approx(1800.0, abs=20.0)
    assert row["vehicles_stopped"] == pytest.approx(1200.0)
    # Waits: up from 0 to 1800 s over 600 vehicles, down to 0 again in 2 h (4.5 s x 600 - 3600 = -900 s of work an hour).
    assert row["gate_wait_mean"] == pytest.approx((600 * 900 + 1200 * 900) / 2400, rel=0.01)


def test_the_level_decides_which_vehicles_of_interest_are_looked_at() -> None:
    at = np.array([8.5, 9.5]) * HOUR
    vehicles = Vehicles(np.arange(2), at, np.ones(2, int), np.full(2, 0.2), np.full(2, 0.3), np.full(2, -1))
    _, trace = seen(post(), (Inject(9 * HOUR, "alert_level", 0, 2.0),), vehicles)
    assert [kind for _, kind, *_ in story(trace, "vehicle_held", "vehicle_passed")] == ["vehicle_passed", "vehicle_held"]


@pytest.mark.parametrize(("directions", "kinds"), [("both", "hh"), ("entrances", "hp"), ("exits", "ph")])
def test_only_staffed_directions_look_at_vehicles(directions: str, kinds: str) -> None:
    at = np.array([9.0, 10.0]) * HOUR
    vehicles = Vehicles(np.arange(2), at, np.ones(2, int), np.zeros(2), np.zeros(2), np.full(2, -1), np.array([0, 1]))
    day, trace = seen(post(directions=directions), (), vehicles)
    assert "".join(kind[8] for _, kind, *_ in story(trace, "vehicle_held", "vehicle_passed")) == kinds
    row = {name: column[0] for name, column in checkpoint_table(day).items()}
    assert row["directions"] == (2 if directions == "both" else 1)
    assert row["vehicles"] == pytest.approx(2400.0 * row["directions"])
    assert row["held_outbound"] == int(directions != "entrances")


def test_scanning_makes_full_searches_faster_and_sharper() -> None:
    rules = CheckpointSettings(inspected=0.0, searched=1.0)
    assert [rules.service_time(technology, 0) for technology in (0, 1, 2)] == pytest.approx([60.0, 48.0, 30.0])
    assert [rules.detection(0.5, technology, 0) for technology in (0, 1, 2)] == [0.90, 0.90, 0.95]


def test_vehicles_one_by_one_and_work_per_minute_agree_in_a_small_town() -> None:
    """The recursion over arrivals with their own services against the measure, through a change of the alert level."""
    rules = {"inspected": {"normal": 0.1, "raised": 0.3, "maximum": 0.6}, "searched": 0.0}
    scenario = post(**rules, traffic_city=1300.0)
    spans = ((8 * HOUR, 10 * HOUR, 1.0, 0), (10 * HOUR, 12 * HOUR, 1.0, 2))
    rng = np.random.default_rng(5)
    minutes = np.arange(8 * HOUR, 12 * HOUR, 60.0)
    total = np.r_[0.0, np.cumsum(traffic_per_minute(scenario, 1, minutes))]
    arrivals = np.interp(np.arange(0.5, total[-1]), total, np.r_[minutes, 12 * HOUR])
    checked = rng.random(len(arrivals)) < np.where(arrivals < 10 * HOUR, 0.1, 0.6)
    waits = fifo_waits(arrivals, np.where(checked, 3600 / 350, 4.5), 1)
    result = flow(scenario, 1, 0, spans)
    assert result.wait_sum == pytest.approx(waits.sum(), rel=0.1)
    assert result.wait_p90 == pytest.approx(np.quantile(waits, 0.9), rel=0.1)
    assert result.max_wait == pytest.approx(waits.max(), rel=0.1)


def test_technology_is_set_by_fabric_force_and_area_and_the_closest_rule_wins() -> None:
    territory = street([0.0, 100.0, 200.0, 300.0], fabric=["urban", "urban", "rural", "rural"], force=[0, 1, 0, 1],
                       area=[0, 0, 0, 1], areas=["01", "02"], forces=["police", "gendarmerie"])  # fmt: skip
    rules = CheckpointSettings(technology_by={"rural": 2, "police": 1, "02": 0})
    scenario = replace(world(territory, [0]), checkpoints=rules)
    assert technology_by_site(scenario).tolist() == [1, 0, 1, 0]
    assert technology_by_site(replace(scenario, checkpoints=CheckpointSettings(technology=2))).tolist() == [2] * 4


def test_a_tape_keeps_the_way_of_its_vehicles_and_half_of_those_drawn_leave_town() -> None:
    vehicles = build_tape(compose([*TOWN, "demand.vehicles.per_10000=100"])).vehicles
    assert set(vehicles.outbound.tolist()) == {0, 1}
    assert abs(vehicles.outbound.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(vehicles.id))
    with pytest.raises(InputError, match="column 'at' has not 2 rows"):
        Vehicles(np.arange(2), np.zeros(1), np.zeros(2, int), np.zeros(2), np.zeros(2), np.zeros(2, int))


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["checkpoints.inspected=0.9", "checkpoints.searched=0.2"], r"inspected \+ searched are 1.1 of all vehicles"),
        (["checkpoints.inspected={normal: 0.1}", "checkpoints.searched.maximum=0.8"], r"at the maximum level"),
        (["checkpoints.inspected=1.2"], "less than or equal to 1"),
        (["checkpoints.inspected={rased: 0.2}"], "did you mean 'checkpoints.inspected.raised'"),
        (["checkpoints.lanes=3"], "6 lanes of 2 officers need a staff of 12, not 8"),
        (["checkpoints.directions=in"], "'both', 'entrances' or 'exits'"),
        (["checkpoints.technology=3"], "0, 1 or 2"),
        (["checkpoints.hold_time=[900, 600]"], "90th percentile"),
        (["checkpoints.exits=false"], "unknown key"),
    ],
)
def test_settings_that_make_no_sense_are_refused(words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compose([*TOWN, *words])


def test_technology_for_something_unknown_is_refused() -> None:
    settings = compose([*TOWN, "checkpoints.technology_by={polcie: 1}"])
    scenario, _ = build_plan(settings)
    with pytest.raises(InputError, match=r"technology_by: 'polcie' is no fabric, no force and no area.*'police'"):
        run(scenario, build_tape(settings))
