"""S29: a match ties up a force for hours, others wait for it, and liaison with supporters lowers its disorder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.build import build_ledger, build_place, build_plan, build_tape
from sim.demand.tape import GATHERINGS
from sim.errors import InputError
from sim.measures.collect import measure
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.settings.demand import DemandSettings
from tests.systems.gatherings import HOUR, falls, paired, rallies, response, rises, total, town

MATCH = {"areas": ("Z1",), "officers": 120, "vehicles": 6, "start": 16 * HOUR}
PLAYED = rallies(0.0, matches=MATCH)
NO_MATCH = rallies(0.0)
GENERAL = "patrol_car|motorcycle_pair|normal_car|rrv"


def test_a_match_ties_up_a_force_and_the_response_elsewhere_worsens() -> None:
    quiet = MATCH | {"vehicles": 20, "package": GENERAL, "disorder": 0.0, "medical_per_thousand": 0.0}
    without, large = (replace(d, regime="high", background_factor=5.0) for d in (NO_MATCH, rallies(0.0, matches=quiet)))
    slower, tied = paired(6, town(without), town(large), response, total("rallies", "force_hours"), same_tape=False)
    assert rises(slower)
    assert rises(tied)


def test_liaison_with_supporters_lowers_the_disorder_of_matches() -> None:
    wild = rallies(0.0, matches=MATCH | {"disorder": 20.0})
    (disorder,) = paired(5, town(wild), town(wild, rallies={"liaison": True}), total("rallies", "disorder"))
    assert falls(disorder)


def test_a_smaller_ring_round_the_ground_means_more_disorder() -> None:
    wild = rallies(0.0, matches=MATCH | {"disorder": 20.0, "officers": 1800})
    short = rallies(0.0, matches=MATCH | {"disorder": 20.0, "officers": 300})
    (disorder,) = paired(5, town(wild), town(short), total("rallies", "disorder"))
    assert rises(disorder)


def test_the_force_is_there_from_four_hours_before_to_two_hours_after_the_start() -> None:
    settings = town(PLAYED)
    place = build_place(settings)
    (scenario, forces), tape = build_plan(settings, place), build_tape(settings, place)
    build_ledger(scenario, forces)  # closes
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    tables = measure(scenario, tape, trace).tables
    hours = tables["match_force_by_hour"]
    assert hours["hour"] == [12, 13, 14, 15, 16, 17]
    assert hours["heads_ground"] == pytest.approx([120.0] * 6)
    assert 0.0 < max(hours["heads_vehicles"]) <= 6 * 25  # type: ignore[type-var, operator]
    row = {name: column[0] for name, column in tables["rallies"].items()}
    assert row["released_at"] == pytest.approx(18 * HOUR)
    held = sum(hours["heads_ground"]) + sum(hours["heads_vehicles"])  # type: ignore[arg-type, operator]
    assert row["force_hours"] == pytest.approx(held)
    assert (row["gathering"], row["people"]) == ("match", 25_000)


def test_a_match_takes_the_largest_venue_and_the_other_gatherings_the_next() -> None:
    tape, without = build_tape(town(rallies(5.0, matches=MATCH))), build_tape(town(rallies(5.0)))
    match = [rally for rally in tape.rallies if rally.kind == GATHERINGS.index("match")]
    assert len(match) == 1
    assert match[0].site == without.rallies[0].site
    assert [r.site for r in tape.rallies[:4]] == [r.site for r in without.rallies[1:5]]
    assert [r.start_at for r in tape.rallies[:5]] == [r.start_at for r in without.rallies[:5]]


def test_incidents_of_a_match_hang_on_it_and_are_drawn_at_the_hazard_bound() -> None:
    settings = town(rallies(0.0, matches=MATCH | {"disorder": 30.0}))
    place = build_place(settings)
    counts = []
    for day in range(10):
        rows = build_tape(settings, place, day).incidents
        mine = (rows.parent == 9000) & ~np.isnan(rows.candidate)
        counts.append(int((mine & (rows.priority == 2)).sum()))
        assert (rows.bound[mine] == 2.0).all()
    assert np.mean(counts) == pytest.approx(60.0, rel=0.15)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"areas": ("Z9",)}, "demand.rallies.matches.areas"),
        ({"duration_time": 0.0}, "duration_time"),
        ({"vehicles": -1}, "vehicles"),
        ({"package": "tank"}, "unknown unit kind 'tank'"),
    ],
)
def test_matches_that_make_no_sense_are_refused(change: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        build_plan(town(rallies(0.0, matches=MATCH | change)))


def test_no_match_leaves_the_defaults_as_they_were() -> None:
    assert not DemandSettings().rallies.matches.areas
    settings = town(rallies(0.0, matches={"areas": ()}))
    assert build_tape(settings).digest() == build_tape(town(NO_MATCH)).digest()
    assert build_plan(settings)[0].digest() == build_plan(replace(settings, demand=DemandSettings()))[0].digest()
