"""S09: entry lanes, searches of women by female officers, the ring outside, and patrols round gatherings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_units
from sim.build import build_place, build_scenario, build_tape
from sim.demand.catalogue import build_classes
from sim.demand.tape import Rally
from sim.errors import InputError
from sim.forces.female import with_female_officers
from sim.forces.units import skill_bits
from sim.measures.collect import Measures, measure
from sim.measures.doors import entry_queue
from sim.measures.invariants import check_invariants
from sim.measures.response import STATUSES
from sim.processes.simulation import run
from sim.settings.demand import DemandSettings
from sim.settings.response import RallySettings
from sim.streams import Streams
from tests.systems.gatherings import HOUR, falls, paired, rallies, rises, total, town
from tests.worlds import street

SIZES = {name: replace(size, disorder=16.0) for name, size in DemandSettings().rallies.sizes.items()}
RESTLESS = rallies(6.0, sizes=SIZES)
RINGS = {"rings_per_area": 6.0, "ring_people": {"old_city": 1200.0, "urban": 1200.0, "suburban": 1200.0, "rural": 1200.0}}
PATROLLED = rallies(6.0, patrol={"package": "patrol_car|motorcycle_pair", "per_thousand": 2.0})


def disorder_hours(measures: Measures) -> float:
    """Hours from the report of each disorder to its end (of the run at the latest), added up."""
    code = [c.name for c in build_classes(RESTLESS)].index("rally_disorder")
    rows = measures.incidents
    mine = (rows.cls == code) & (rows.status != STATUSES.index("prevented"))
    end = np.where(np.isnan(rows.closed_at), rows.end, rows.closed_at)
    return float(np.nansum((end - rows.reported_at)[mine])) / HOUR


def test_fewer_outer_officers_mean_more_disorder_and_for_longer() -> None:
    thin = {**RINGS, "rallies_factor": 0.2}
    disorder, hours = paired(8, town(RESTLESS, RINGS), town(RESTLESS, thin), total("rallies", "disorder"), disorder_hours)
    assert rises(disorder)
    assert rises(hours)


def test_fewer_cars_mean_fewer_rounds_about_gatherings() -> None:
    few = {"patrol_cars_factor": 0.4, "motorcycles_factor": 0.1}
    (rounds,) = paired(6, town(PATROLLED), town(PATROLLED, few), total("rallies", "patrol_visits_per_hour"))
    assert falls(rounds)


def test_a_patrol_leaves_when_the_gathering_is_over_however_late_it_came() -> None:
    settings = town(PATROLLED)
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    ends = {rally.id: rally.end_at + 2700.0 for rally in tape.rallies}
    code = [c.name for c in scenario.classes].index("rally_patrol")
    rows = tape.incidents
    due = {i: ends[p] for i, p, c in zip(rows.id.tolist(), rows.parent.tolist(), rows.cls.tolist(), strict=True) if c == code}
    table = measure(scenario, tape, trace, per_place=True).tables["incidents"]
    closed = {i: at for i, at in zip(table["id"], table["closed_at"], strict=True) if i in due and at is not None}
    assert len(closed) > 3
    assert all(at == pytest.approx(due[i], abs=1e-6) for i, at in closed.items())  # type: ignore[index]


def test_a_lawful_gathering_is_no_incident() -> None:
    quiet = rallies(6.0, sizes={name: replace(size, disorder=0.0) for name, size in SIZES.items()}, medical_per_thousand=0.0)
    tape, without = build_tape(town(quiet)), build_tape(town(rallies(0.0)))
    assert len(tape.rallies) == 6
    assert np.array_equal(tape.incidents.id, without.incidents.id)


# --- lanes, worked by hand ------------------------------------------------------------------------------------------------

RULES = RallySettings(lanes_per_thousand=4.0, lane_rate=600.0, doors_time=3600.0, women_share=0.5)
MEETING = Rally(1, 4, start_at=16 * HOUR, end_at=20 * HOUR, people=1000, early_share=1.0, early_time=3600.0)


def test_women_wait_for_as_many_lanes_as_there_are_female_officers() -> None:
    # 500 women in an hour, two lanes wanted for them. One officer: a lane for 600 an hour, nobody waits.
    row = entry_queue(MEETING, RULES, women=1)
    assert (row["entry_lanes"], row["women_lanes"], row["women_unsearched"]) == (4, 1, 0.0)
    assert row["women_wait_mean"] == 0.0
    # 2,000 women an hour need more than two lanes of 600 an hour: 800 are left after the hour and wait up to 40 minutes.
    crowded = replace(MEETING, people=4000)
    rules = replace(RULES, lanes_per_thousand=1.0)
    full, short = entry_queue(crowded, rules, women=9), entry_queue(crowded, rules, women=1)
    assert (full["women_lanes"], short["women_lanes"]) == (2, 1)
    assert full["women_wait_mean"] == pytest.approx(1200.0, rel=0.02)
    assert short["women_wait_mean"] > 3 * full["women_wait_mean"]  # type: ignore[operator]
    assert short["minutes_lost_rallies"] > full["minutes_lost_rallies"]  # type: ignore[operator]


def test_an_entry_without_a_female_officer_searches_no_woman() -> None:
    row = entry_queue(MEETING, RULES, women=0)
    assert (row["women_lanes"], row["women_unsearched"], row["women_wait_mean"]) == (0, 500.0, None)
    assert row["outside_at_start"] == 500.0


def test_mixed_lanes_are_the_same_as_before() -> None:
    row = entry_queue(MEETING, replace(RULES, women_share=0.0))
    assert (row["women_lanes"], row["women_wait_mean"], row["women_unsearched"]) == (None, None, None)


def test_fewer_female_officers_make_women_wait_longer() -> None:
    rule = {"women_share": 0.5, "lanes_per_thousand": 3.0, "female_share": 0.3, "doors_time": 2700.0}
    sizes = {name: replace(size, people=1200) for name, size in SIZES.items()}
    crowd = rallies(6.0, sizes=sizes, early_share=1.0, early_time=1800.0)
    many, few = town(crowd, RINGS, rallies=rule), town(crowd, RINGS, rallies=rule | {"female_share": 0.15})
    (waits,) = paired(4, many, few, total("rallies", "women_wait_mean"))
    assert rises(waits)


def test_some_crews_have_a_female_officer_and_hours_without_one_are_measured() -> None:
    shares = {"female_share": {"patrol_car": 0.2, "rally_ring": 0.1}}
    settings = town(RESTLESS, RINGS | shares)
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    table = measure(scenario, tape, run(scenario, tape)).tables["female_officers"]
    rows = dict(zip(table["unit_kind"], zip(table["units_with_female"], table["hours_without_female"], strict=True), strict=True))
    assert rows["fixed_team"] == (0, 1.0)
    assert rows["rally_ring"][0] > 0
    assert 0.0 < rows["rally_ring"][1] < 1.0  # type: ignore[operator]
    kinds, bit = np.array(scenario.units.kinds)[scenario.units.kind], skill_bits(("female_officer",))
    assert set(kinds[(scenario.units.skills & bit) > 0]) <= {"patrol_car", "rally_ring"}


def test_a_share_of_an_unknown_kind_of_unit_is_refused() -> None:
    with pytest.raises(InputError, match=r"there is no unit kind 'patrol_kar' \(did you mean 'patrol_car'"):
        build_scenario(town(RESTLESS, {"female_share": {"patrol_kar": 0.2}}))


def test_women_among_crews_follow_the_share() -> None:
    units = make_units(np.zeros(4000, dtype=np.int64), street([0.0]), heads=3)
    made = with_female_officers(units, {"patrol_car": 0.2}, Streams(1))
    assert (made.skills > 0).mean() == pytest.approx(1.0 - 0.8**3, abs=0.03)
    assert with_female_officers(units, {}, Streams(1)) is units
