"""What comes together: clusters of centres, gatherings and their incidents, vehicles of interest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.clock import HOUR
from sim.demand.catalogue import build_classes
from sim.demand.draw import draw_tape
from sim.demand.tape import THINNINGS
from sim.demand.vehicles import Traffic, hour_weights
from sim.settings.calendar import CalendarSettings
from sim.territory.calendar import build_calendar
from sim.territory.venues import venues_in_order
from tests.demand.conftest import make_territory, only


def test_blockades_come_in_clusters_of_three_to_six_neighbours_within_three_hours(calendar, demand):
    territory = make_territory(offices=100)
    seen = 0
    for day in range(30):
        rows = draw_tape(territory, calendar, only(demand, "blockade", rate_factor=1.0), 3, day).incidents
        for area in (0, 1):
            mine = territory.sites.area[rows.site] == area
            if not 0 < mine.sum() <= 6:
                continue
            seen += 1
            assert mine.sum() >= 3
            assert len(set(rows.site[mine])) == mine.sum()
            assert np.ptp(rows.at[mine]) <= 3 * HOUR
            assert np.ptp(rows.x[mine]) <= 0.11
            assert np.ptp(rows.y[mine]) <= 0.11
    assert seen >= 5


def test_clusters_keep_the_mean_number_of_incidents_and_recur_at_the_same_centres(calendar, demand):
    territory = make_territory(offices=100)
    settings = only(demand, "blockade", rate_factor=1.0)
    rows = [draw_tape(territory, calendar, settings, 3, day).incidents for day in range(300)]
    expected = 300 * 0.1 * 12.0
    assert sum(len(r) for r in rows) == pytest.approx(expected, rel=0.2)
    north = [r.site[territory.sites.area[r.site] == 0] for r in rows]
    often = np.sort(np.bincount([sites[0] for sites in north if len(sites)]))[::-1]
    assert often[:2].sum() / often.sum() > 0.45  # half recur at the two anchors


@pytest.fixture(scope="module")
def rallies(calendar, demand):
    """A day of many gatherings: tape, settings, territory."""
    territory = make_territory()
    schedule = replace(demand.rallies, per_area=2.0, medical_per_thousand=20.0)
    settings = replace(only(demand), rallies=schedule)
    return draw_tape(territory, calendar, settings, 9, hazard_bound=2.0), settings, territory


def test_gatherings_are_in_halls_of_their_area_at_most_one_in_each(rallies):
    tape, settings, territory = rallies
    assert len(tape.rallies) == 4
    assert len({rally.id for rally in tape.rallies}) == len({rally.site for rally in tape.rallies}) == 4
    venues = set(territory.sites.of_kind("venue").tolist())
    for rally in tape.rallies:
        assert rally.site in venues
        assert settings.rallies.start_from <= rally.start_at <= settings.rallies.start_to
        assert rally.end_at > rally.start_at


def test_gatherings_fill_the_halls_of_the_largest_communes_first(calendar, demand):
    territory = make_territory()
    sites = territory.sites
    sites.commune[sites.of_kind("venue")] = [3, 1, 13, 11]  # in area 0 the second hall is that of the larger commune
    order = [venues_in_order(territory, area).tolist() for area in (0, 1)]
    first, second = (sites.of_kind("venue")[area * 2 : area * 2 + 2].tolist() for area in (0, 1))
    assert order == [first[::-1], second[::-1]]
    schedule = replace(demand.rallies, per_area=1.0)
    tape = draw_tape(territory, calendar, replace(only(demand), rallies=schedule), 9)
    assert [rally.site for rally in tape.rallies] == [order[0][0], order[1][0]]


def test_later_halls_of_a_commune_stand_for_fewer_voters():
    territory = make_territory()
    sites = territory.sites
    halls = sites.of_kind("venue")[:2]
    sites.commune[halls] = 1
    assert venues_in_order(territory, 0).tolist() == halls.tolist()  # the whole commune, then half of it


def test_incidents_of_gatherings_hang_on_them_and_are_drawn_at_the_hazard_bound(rallies):
    tape, settings, _ = rallies
    rows = tape.incidents
    by_id = {rally.id: rally for rally in tape.rallies}
    names = np.array([c.name for c in build_classes(settings)])[rows.cls]
    assert set(names) <= {"rally_disorder", "rally_medical"}
    for at, parent, site in zip(rows.at, rows.parent, rows.site):
        rally = by_id[parent]
        assert rally.start_at - rally.early_time <= at <= rally.end_at
        assert site == rally.site
    assert (rows.thinning == THINNINGS["rally"]).all()
    assert (rows.bound == 2.0).all()
    people = sum(rally.people for rally in tape.rallies)
    assert stats.poisson.cdf(len(rows), 2.0 * people * 20 / 1000) > 0.01


def test_a_gathering_may_be_days_before(territory, demand):
    calendar = build_calendar(CalendarSettings(posted_time=96 * HOUR), territory)
    schedule = replace(demand.rallies, per_commune=1.0, start_from=-56 * HOUR, start_to=-50 * HOUR)
    tape = draw_tape(territory, calendar, replace(only(demand), rallies=schedule), 9)
    assert len(tape.rallies) == 4
    assert all(-56 * HOUR <= rally.start_at <= -50 * HOUR for rally in tape.rallies)


def test_vehicles_of_interest_follow_the_flow_at_the_entrances(territory, calendar, demand):
    settings = replace(only(demand), vehicles=replace(demand.vehicles, per_10000=50.0))
    cars = draw_tape(territory, calendar, settings, 1, traffic=Traffic(900.0, 300.0, 1.5)).vehicles
    sites = territory.sites
    entrances = sites.of_kind("checkpoint")
    flow = np.where(sites.fabric[entrances] == 3, 300.0, 900.0).sum()
    weights = hour_weights(demand.vehicles, Traffic())
    hours = np.arange(-40, 25)
    expected = flow * weights[hours % 24] * 50 / 1e4
    counts = np.histogram(cars.at / HOUR, np.arange(-40, 26))[0]
    assert set(cars.site.tolist()) <= set(entrances.tolist())
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > 0.01
    assert abs(counts.sum() - expected.sum()) < 4 * np.sqrt(expected.sum())
    assert (np.lexsort((cars.id, cars.at)) == np.arange(len(cars.id))).all()
    assert (cars.incident == -1).all()


def test_some_vehicles_belong_to_an_ordered_incident_that_follows_in_their_area(territory, calendar, demand):
    settings = replace(demand, regime="high", background_factor=0.0, rate_factor=5.0)
    settings = replace(settings, vehicles=replace(demand.vehicles, per_10000=50.0))
    tape = draw_tape(territory, calendar, settings, 1)
    rows, cars = tape.incidents, tape.vehicles
    row_of = {i: row for row, i in enumerate(rows.id.tolist())}
    classes = build_classes(settings)
    linked = np.flatnonzero(cars.incident >= 0)
    assert len(linked) > 10
    for i in linked:
        row = row_of[cars.incident[i]]
        assert demand.classes[classes[rows.cls[row]].name].ordered
        assert 600 <= rows.at[row] - cars.at[i] <= 6 * HOUR
        assert territory.sites.area[rows.site[row]] == territory.sites.area[cars.site[i]]
