"""Traffic posts and the no-parking ring: how emergency units get to the centres while they vote."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_tape
from sim.build import build_place, build_plan, build_scenario, build_tape
from sim.cli import compose
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.forces.access import near_centres
from sim.measures.access import access_table
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.scenario import Scenario
from sim.settings.traffic import TrafficSettings
from tests.days import paired_difference
from tests.worlds import marked, street, world

HOUR = 3600.0
TOWN = (
    "preset=demo-city", "territory.city.centres=60", "territory.city.offices=300", "territory.city.zones=2",
    "territory.city.radius_km=5", "demand.rate_factor=4", "traffic=default",
)  # fmt: skip
NO_POSTS = "staffing.centres_per_traffic_post={old_city: 10000, urban: 10000}"


def figures(*words: str, replication: int) -> tuple[float, float]:
    """Mean drive near centres, and minutes lost there."""
    settings = compose([*TOWN, *words])
    place = build_place(settings)
    scenario, _ = build_plan(settings, place, replication)
    tape = build_tape(settings, place, replication)
    table = access_table(Day.of(scenario, tape, run(scenario, tape)))
    count = np.array(table["drives_near_centres"], dtype=float)
    drive = np.array(table["access_drive_mean"], dtype=float)
    return float((count * drive).sum() / count.sum()), float(sum(table["minutes_lost_access"]))  # type: ignore[arg-type]


def test_removing_traffic_posts_slows_emergency_access_near_centres() -> None:
    with_posts = [figures("staffing.centres_per_traffic_post={old_city: 1, urban: 1}", replication=r) for r in range(5)]
    without = [figures(NO_POSTS, replication=r) for r in range(5)]
    for number in range(2):
        low = paired_difference([w[number] for w in without], [w[number] for w in with_posts]).low
        assert low is not None and low > 0.0


def test_lifting_the_parking_ban_slows_access_too() -> None:
    kept = [figures(replication=r)[1] for r in range(3)]
    lifted = [figures("traffic.parking_ring=false", replication=r)[1] for r in range(3)]
    low = paired_difference(lifted, kept).low
    assert low is not None and low > 0.0


# --- worked by hand -----------------------------------------------------------------------------------------------


def road(rules: TrafficSettings, reach: tuple[float, float] = (8 * HOUR, 12 * HOUR)) -> Scenario:
    """A base at 0, centres at 1000 and 1400 m, a place at 3000 m; 10 m/s; a post at the first centre from ``reach``."""
    territory = street([0.0, 1000.0, 1400.0, 3000.0], kind=["base", "centre", "centre", "place"], offices=[0, 1, 1, 0])
    unit = {
        "kind": ["patrol_car", "traffic_post"],
        "mobile": [True, False],
        "heads": [2, 2],
        "shifts": [[(0.0, 24 * HOUR)], [reach]],
    }
    calendar = make_calendar(territory, begin=0.0, opening=8 * HOUR, closing=20 * HOUR, end=24 * HOUR)
    return replace(world(territory, [0, 1], unit=unit, calendar=calendar), traffic=rules)


def drives(scenario: Scenario, at: list[float], site: list[int], **marks: object) -> tuple[list[float], Tape, Day]:
    tape = make_tape(scenario.territory, np.array(at) * HOUR, site, np.ones(len(at)), **marks)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    times = marked(trace, len(at))
    return (times.arrived_at - times.dispatched_at).tolist(), tape, Day.of(scenario, tape, trace)


@pytest.mark.parametrize(("ring", "with_post", "without"), [(True, 1.0, 1.125), (False, 1.125, 1.25)])
def test_drives_to_a_centre_worked_by_hand(ring: bool, with_post: float, without: float) -> None:
    scenario = road(TrafficSettings(access_factor=1.25, parking_ring=ring))
    # Before the vote, with the post, after it has gone, after the vote; 100 s to the first centre each time.
    got, _, day = drives(scenario, [7.0, 9.0, 13.0, 21.0], [1, 1, 1, 1])
    assert got == pytest.approx([100.0, 100.0 * with_post, 100.0 * without, 100.0])
    row = {name: column[0] for name, column in access_table(day).items()}
    assert row["drives_near_centres"] == 2
    assert row["posts_present"] == 0.5
    assert row["access_drive_mean"] == pytest.approx(50.0 * (with_post + without))
    assert row["access_factor_mean"] == pytest.approx((with_post + without) / 2)
    assert row["minutes_lost_access"] == pytest.approx(100.0 * (with_post + without - 2.0) / 60.0)


def test_a_post_keeps_the_centres_within_its_reach_clear_and_places_far_away_are_not_slowed() -> None:
    scenario = road(TrafficSettings(access_factor=1.25))
    got, _, _ = drives(scenario, [9.0, 10.0], [2, 3])
    assert got == pytest.approx([140.0, 300.0])  # 400 m from the post; 1600 m from any centre
    short = road(TrafficSettings(access_factor=1.25, post_reach=300.0, radius=2000.0))
    got, _, _ = drives(short, [9.0, 10.0], [2, 3])
    assert got == pytest.approx([140.0 * 1.125, 300.0 * 1.125])


def test_an_incident_far_from_its_centre_is_not_slowed() -> None:
    scenario = road(TrafficSettings(access_factor=1.25, parking_ring=False), reach=(0.0, 1.0))
    got, _, day = drives(scenario, [9.0, 10.0], [1, 1], x=[1000.0, 2500.0], y=[0.0, 0.0])
    assert got == pytest.approx([125.0, 250.0])
    assert access_table(day)["drives_near_centres"] == [1]


def test_a_post_that_comes_at_the_same_moment_is_there_before_the_drive() -> None:
    scenario = road(TrafficSettings(access_factor=1.25), reach=(9 * HOUR, 12 * HOUR))
    got, _, day = drives(scenario, [9.0, 12.0], [1, 1])
    assert got == pytest.approx([100.0, 112.5])
    assert access_table(day)["posts_present"] == [0.5]


def test_without_delay_nothing_changes_and_nothing_is_lost() -> None:
    settings = compose([*TOWN, "traffic=none"])
    scenario, tape = build_scenario(settings), build_tape(settings)
    trace = run(scenario, tape)
    other = replace(scenario, traffic=TrafficSettings(radius=50.0, parking_ring=False))
    assert trace.digest() == run(other, tape).digest()
    table = access_table(Day.of(scenario, tape, trace))
    assert sum(table["drives_near_centres"]) > 0 and set(table["minutes_lost_access"]) == {0.0}  # type: ignore[arg-type]


def test_the_nearest_centre_and_its_posts_are_those_of_a_plain_search() -> None:
    scenario = build_scenario(compose(TOWN))
    sites, units, rules = scenario.territory.sites, scenario.units, scenario.traffic
    near = near_centres(scenario.territory, units, rules)
    centres = sites.of_kind("centre")

    def metres(a: int, b: int) -> float:
        lon, lat = np.radians([sites.x[a], sites.x[b]]), np.radians([sites.y[a], sites.y[b]])
        cosine = np.sin(lat[0]) * np.sin(lat[1]) + np.cos(lat[0]) * np.cos(lat[1]) * np.cos(lon[0] - lon[1])
        return float(6_371_008.8 * np.arccos(min(cosine, 1.0)))

    for site in range(0, len(sites), 7):
        away = {int(c): metres(site, int(c)) for c in centres}
        best = min(away, key=lambda c: away[c])
        assert near.centre[site] == (best if away[best] <= rules.radius else -1)
    posts = np.flatnonzero(units.kind == units.kinds.index("traffic_post"))
    for centre in centres[::5].tolist():
        close = [int(p) for p in posts if metres(int(units.base[p]), centre) <= rules.post_reach]
        assert list(near.posts.get(centre, ())) == close


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("traffic.access_factor=0.8", "greater than or equal to 1"),
        ("traffic.post_share=1.5", "less than or equal to 1"),
        ("traffic.parking_rng=true", "did you mean 'traffic.parking_ring'"),
        ("traffic.radius=-5", "greater than or equal to 0"),
        ("traffic=no-rng", "did you mean 'no-ring'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(word: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compose([*TOWN, word])
