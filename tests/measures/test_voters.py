"""Voters of whole centres: stops, rooms, hours and days, each against rooms solved one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.arrays import make_calendar, make_scenario, make_sites, make_tape, make_territory, make_units
from sim.build import build_scenario
from sim.cli import compose
from sim.demand.voters import no_voters, voter_flow
from sim.errors import InputError
from sim.measures.day import Day
from sim.measures.office_queue import office_queues
from sim.measures.voters import LEVELS, Stops, Voters, _undisturbed, room_of, voters
from sim.scenario import Scenario
from sim.settings import Settings, read
from sim.settings.demand import DemandSettings
from sim.settings.voting import VotingSettings
from sim.trace import Trace

HOUR, MINUTE, DAY = 3600.0, 60.0, 86_400.0
Stop = tuple[int, float, float, bool]
"""Site, begin and end in hours, whether it stops the whole centre."""


def district(centres: int = 4, closing: float = 19.0, **voting: float) -> Scenario:
    """A base, then centres of 4, 3, 2, 1, 4 … offices with 400 voters each; polls from 8:00."""
    offices = np.append(0, 4 - np.arange(centres) % 4)
    spread = np.append(0, 350 + np.arange(centres))
    sites = make_sites(
        1000.0 * np.arange(centres + 1), 0.0, kind=["base"] + ["centre"] * centres, offices=offices, voters=spread * offices
    )
    territory = make_territory(sites)
    calendar = make_calendar(territory, opening=8 * HOUR, closing=closing * HOUR, end=22 * HOUR)
    scenario = make_scenario(territory, make_units([0], territory), calendar=calendar)
    # The turnout's curves ask for the phases of a full calendar.
    full = replace(calendar, phases=("voting", "stand_down"), starts=np.array([[8 * HOUR, 22 * HOUR]]))
    rule = VotingSettings(**{"turnout": 0.5, **voting})  # type: ignore[arg-type]
    return replace(scenario, voters=voter_flow(territory, full, DemandSettings(), rule))


def stops(*rows: Stop, back: int = 0) -> Stops:
    site, begin, end, whole = (np.array(column) for column in zip(*rows)) if rows else (np.zeros(0),) * 4
    ints = site.astype(np.int64)
    return Stops(ints, np.full(len(rows), back), begin * HOUR, end * HOUR, whole.astype(np.bool_))


def found(scenario: Scenario, given: Stops, until: float | None = None) -> Voters:
    tape = make_tape(scenario.territory, [], [], [])
    day = Day.of(scenario, tape, Trace(), None if until is None else until * HOUR)
    return voters(day, scenario.territory.sites.offices.astype(np.float64), given)


def room_alone(scenario: Scenario, site: int, closed: list[tuple[float, float]]) -> dict[str, float]:
    """One room of a centre over its whole day of one-minute steps, with the vote stopped in some hours."""
    flow = scenario.voters
    curve = flow.curves[0]
    edges = np.arange(curve.t[0], curve.t[-1] + 1, MINUTE)
    sites = scenario.territory.sites
    load = 0.5 * sites.voters[site] / sites.offices[site]
    held = np.ones(len(edges) - 1)
    for begin, end in closed:
        held[(edges[:-1] >= begin * HOUR) & (edges[:-1] < end * HOUR)] = 0.0
    waits = office_queues(load * np.diff(curve.share_until(edges))[None], held[None], MINUTE, room_of(flow.settings))
    waiting = (waits.waiting.sum() + waits.rest.sum()) / HOUR
    return {"waiting": waiting, "delayed": waits.delayed.sum(), "inside": waits.inside.sum()}


def same(actual: Voters, site: int, rooms: list[tuple[float, dict[str, float]]]) -> None:
    for name in ("waiting", "delayed", "inside"):
        expected = sum(count * room[name] for count, room in rooms)
        assert getattr(actual, name)[site] == pytest.approx(expected, rel=2e-3, abs=1e-3), name


def test_without_a_turnout_voters_are_not_counted() -> None:
    bare = Settings()
    assert bare.voting.turnout == 0.0
    scenario = replace(district(), voters=no_voters())
    assert np.isnan(found(scenario, stops()).delayed).all()


def test_rooms_without_stops_all_vote_alike() -> None:
    scenario = district()
    quiet = found(scenario, stops())
    assert quiet.came.tolist() == pytest.approx(0.5 * scenario.territory.sites.voters)
    for site in (1, 2, 3, 4):
        same(quiet, site, [(5 - site, room_alone(scenario, site, []))])
    assert quiet.delayed.sum() < 0.1


def test_rooms_without_stops_are_solved_once_for_all_plans_that_share_their_voters() -> None:
    _undisturbed.cache_clear()
    first = found(district(), stops((1, 10, 12, True)))
    assert (_undisturbed.cache_info().hits, _undisturbed.cache_info().misses) == (0, 1)
    again, calm = found(district(), stops((1, 10, 12, True))), found(district(), stops())
    assert _undisturbed.cache_info().misses == 1
    assert np.array_equal(again.waiting, first.waiting) and calm.waiting[1] < first.waiting[1]
    slower = found(district(ballot_time=200.0), stops())
    assert _undisturbed.cache_info().misses == 2 and slower.waiting.sum() > calm.waiting.sum()


def test_an_urgent_stop_queues_every_room_and_any_other_one_room() -> None:
    scenario = district()
    given = stops((1, 10, 12, False), (1, 11, 13, True), (2, 14, 15, False), (3, 9, 9.5, True))
    result = found(scenario, given)
    same(result, 1, [(1, room_alone(scenario, 1, [(10, 13)])), (3, room_alone(scenario, 1, [(11, 13)]))])
    same(result, 2, [(1, room_alone(scenario, 2, [(14, 15)])), (2, room_alone(scenario, 2, []))])
    same(result, 3, [(2, room_alone(scenario, 3, [(9, 9.5)]))])
    same(result, 4, [(1, room_alone(scenario, 4, []))])
    assert result.delayed[1] > 4 * result.delayed[2] > 0


def test_stops_at_opening_and_up_to_closing_are_waited_out() -> None:
    scenario = district()
    result = found(scenario, stops((1, 8, 9, True), (2, 18, 19, True)))
    same(result, 1, [(4, room_alone(scenario, 1, [(8, 9)]))])
    same(result, 2, [(3, room_alone(scenario, 2, [(18, 19)]))])
    assert result.inside[2] > 10 * found(scenario, stops()).inside[2]


def test_busy_rooms_are_solved_over_the_whole_day() -> None:
    scenario = district(ballot_time=180.0)
    same(found(scenario, stops((1, 12, 13, True))), 1, [(4, room_alone(scenario, 1, [(12, 13)]))])


def test_many_different_loads_are_read_between_some_of_them() -> None:
    scenario = district(4 * LEVELS)
    result = found(scenario, stops((9, 12, 13, True)))
    for site in (1, 50, 160):
        rooms = int(scenario.territory.sites.offices[site])
        same(result, site, [(rooms, room_alone(scenario, site, []))])
    same(result, 9, [(4, room_alone(scenario, 9, [(12, 13)]))])


def test_a_run_that_ends_early_counts_voters_so_far() -> None:
    scenario = district()
    half, whole = found(scenario, stops((1, 9, 10, True)), until=13.0), found(scenario, stops((1, 9, 10, True)))
    assert 0 < half.came[1] < whole.came[1] and half.inside.sum() == 0.0
    assert half.delayed[1] == pytest.approx(whole.delayed[1], rel=1e-3)
    assert found(scenario, stops(), until=7.0).came.sum() == 0.0


def test_mobile_offices_share_their_voters_over_their_days() -> None:
    scenario = district()
    opening = scenario.calendar.site_opening.copy()
    opening[4] -= 2 * DAY
    mobile = replace(scenario, calendar=replace(scenario.calendar, site_opening=opening))
    quiet, early = found(mobile, stops()), found(mobile, stops((4, 10 - 24, 12 - 24, True), back=1))
    assert quiet.came[4] == pytest.approx(found(scenario, stops()).came[4])
    assert quiet.waiting[4] < found(scenario, stops()).waiting[4]
    assert early.waiting[4] > quiet.waiting[4] and early.waiting[:4].tolist() == quiet.waiting[:4].tolist()


def test_more_booths_and_shorter_visits_shorten_the_queue() -> None:
    given = stops((1, 10, 11, True))
    two, three = (found(district(booths=booths, check_time=30.0), given).waiting[1] for booths in (2, 3))
    assert three < two
    assert VotingSettings(booths=3).visit_time == 180.0 and VotingSettings(booths=2).visit_time == 150.0


def test_presets_count_voters_and_the_flow_is_part_of_the_digest() -> None:
    scenario = build_scenario(compose(["preset=demo-city"]))
    assert scenario.voters.counted
    more = build_scenario(compose(["preset=demo-city", "voting.turnout=0.6"]))
    assert scenario.digest() != more.digest()
    assert len(scenario.voters.curves) == 1


@pytest.mark.parametrize(
    ("given", "word"),
    [({"turnout": 1.2}, "turnout"), ({"booths": 0}, "booths"), ({"delay_time": 5}, "delay_time"), ({"boths": 2}, "did you mean")],
)
def test_bad_settings_are_refused_in_one_line(given: dict[str, float], word: str) -> None:
    with pytest.raises(InputError, match=word) as error:
        read({"voting": given}, Settings)
    assert "\n" not in str(error.value)
