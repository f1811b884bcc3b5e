"""Arrivals are right in every hour, not only over the day, and as scattered as a Poisson process is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.clock import HOUR
from sim.demand.draw import draw_tape, expected_counts
from sim.settings.calendar import CalendarSettings
from sim.territory.calendar import build_calendar
from tests.demand.conftest import make_territory, once, only
from tests.oracles import arrivals

DAYS = 400


def _check(counts, expected):
    check = arrivals.count_check(counts, expected)
    live = expected > 0
    assert np.abs(check.z[live]).max() < 4.0
    assert stats.chi2.sf((check.z[live] ** 2).sum(), live.sum()) > 0.01
    assert check.dispersion_p > 0.01
    assert abs(check.lag_z) < 4.0
    assert check.empty_bins_hold


def _counts(territory, calendar, settings, bins, number=DAYS):
    times, days = [], []
    for day in range(number):
        at = draw_tape(territory, calendar, settings, 7, day).incidents.at
        times.append(at)
        days.append(np.full(len(at), day))
    return arrivals.count_days(np.concatenate(times), np.concatenate(days), number, bins)


def test_incidents_that_follow_the_voters_come_as_votes_do_in_every_hour(territory, calendar, demand):
    settings = only(demand, "intimidation", rate_factor=8.0)
    # 15 % of the votes by 11:00, 42 % by 14:00, 74 % by 17:00, all by 19:00; 600 offices at 4 per 1,000, times 8
    rates = np.array([0.15 / 3, 0.27 / 3, 0.32 / 3, 0.26 / 2]) / HOUR * 600 * 4 / 1000 * 8
    edges = np.array([8, 11, 14, 17, 19]) * HOUR
    bins = np.arange(6, 25) * HOUR
    _check(_counts(territory, calendar, settings, bins), arrivals.expected_counts(edges, rates, bins))


@pytest.mark.slow
def test_incidents_of_the_count_peak_after_the_closing(territory, calendar, demand):
    settings = only(demand, "rumour_crowd", rate_factor=100.0)
    votes = np.array([0.15 / 3, 0.27 / 3, 0.32 / 3, 0.26 / 2, 0.0, 0.0]) * 0.4
    count = np.array([0.0, 0.0, 0.0, 0.0, 0.5 / 1, 0.5 / 3]) * 0.6
    rates = (votes + count) / HOUR * 600 * 0.2 / 1000 * 100
    edges = np.array([8, 11, 14, 17, 19, 20, 23]) * HOUR
    bins = np.arange(6, 25) * HOUR
    _check(_counts(territory, calendar, settings, bins), arrivals.expected_counts(edges, rates, bins))


@pytest.mark.parametrize("number", [DAYS // 4, pytest.param(DAYS, marks=pytest.mark.slow)])
def test_the_normal_service_follows_the_daily_curve_from_posting_to_stand_down(territory, calendar, demand, number):
    settings = replace(demand, rate_factor=0.0, calls=once(demand))
    bins = np.arange(calendar.begin, calendar.end + 1.0, HOUR)
    hours = np.array(demand.background.hours)
    rule = demand.background
    calls = rule.advice_calls + rule.tip_calls + rule.complaint_calls + rule.false_calls
    per_day = 0.8 * rule.per_million * (1.0 + rule.call_factor * calls)
    rates = hours[(bins[:-1] / HOUR).astype(int) % 24] / hours.mean() * per_day / 24 / HOUR
    assert calendar.begin == 8 * HOUR - 48 * HOUR
    assert calendar.end == 25 * HOUR
    _check(_counts(territory, calendar, settings, bins, number), rates * np.diff(bins))


def test_the_peak_of_the_normal_service_is_1_6_times_its_mean(demand):
    hours = np.array(demand.background.hours)
    assert hours[17:22] / hours.mean() == pytest.approx(1.6, rel=1e-9)


def test_moving_opening_and_closing_by_an_hour_moves_every_incident_of_the_vote_by_an_hour(territory, calendar, demand):
    settings = only(demand, "dispute", "late_opening", "power_cut", "material_threatened", rate_factor=60.0)
    hours = CalendarSettings(opening=9 * HOUR, closing=20 * HOUR)
    later = build_calendar(hours, territory)
    first, second = (draw_tape(territory, c, settings, 3).incidents for c in (calendar, later))
    assert len(first) > 300
    assert second.id.tolist() == first.id.tolist()
    assert second.at - HOUR == pytest.approx(first.at, abs=1e-6)
    assert (second.site == first.site).all()


def test_moving_the_opening_alone_moves_the_voting_profile_up_to_its_last_block(territory, calendar, demand):
    settings = only(demand, "intimidation", rate_factor=50.0)
    later = build_calendar(CalendarSettings(opening=9 * HOUR), territory)
    first, second = (draw_tape(territory, c, settings, 3).incidents for c in (calendar, later))
    early = first.at < 17 * HOUR
    assert 0.6 < early.mean() < 0.85
    assert second.at[early] - HOUR == pytest.approx(first.at[early], abs=1e-6)
    assert second.at.max() <= 19 * HOUR


def test_a_short_voting_day_keeps_its_shape(territory, demand):
    short = build_calendar(CalendarSettings(opening=10 * HOUR, closing=15 * HOUR), territory)
    at = draw_tape(territory, short, only(demand, "intimidation", rate_factor=100.0), 3).incidents.at
    assert 10 * HOUR <= at.min() < at.max() <= 15 * HOUR
    # 2 h 30 min of 5 h are 4 h 45 min of the 9 h 30 min that the points need at least
    assert np.mean(at < 12.5 * HOUR) == pytest.approx(0.15 + 0.27 * 1.75 / 3, abs=0.05)


def test_tense_areas_have_a_late_spike(calendar, demand):
    territory = make_territory(offices=100)
    settings = only(demand, "intimidation", rate_factor=90.0)
    shares = [
        np.mean(draw_tape(territory, calendar, replace(settings, regime=r), 1).incidents.at > 18.25 * HOUR)
        for r in ("calm", "tense")
    ]
    assert shares[0] == pytest.approx(0.13 * 0.75, abs=0.02)
    assert shares[1] == pytest.approx(1.3 * 0.0975 / (1 + 0.3 * 0.0975), abs=0.02)


def test_totals_are_those_of_the_calibration(territory, calendar, demand):
    offices = territory.sites.offices.sum() / 1000.0
    for regime, per_thousand in (("calm", 38.0), ("tense", 73.52), ("high", 144.2)):
        counts = expected_counts(territory, calendar, replace(demand, regime=regime))
        election = sum(counts[name].sum() for name in demand.classes)
        assert election == pytest.approx(per_thousand * offices, rel=1e-9)


def test_the_number_drawn_is_the_number_expected(territory, calendar, demand):
    settings = replace(demand, background_factor=0.0, regime="high", calls=once(demand))
    expected = sum(c.sum() for n, c in expected_counts(territory, calendar, settings).items() if n in demand.classes)
    drawn = np.array([len(draw_tape(territory, calendar, settings, 5, day).incidents) for day in range(100)])
    assert stats.norm.sf(abs(drawn.sum() - 100 * expected) / np.sqrt(100 * expected) / 1.2) > 0.005


def test_riskier_tiers_have_more_incidents_and_the_mean_stays(calendar, demand):
    territory = make_territory(offices=50)
    rows = draw_tape(territory, calendar, only(demand, "dispute", rate_factor=20.0), 1).incidents
    sites = territory.sites
    centres = sites.of_kind("centre")
    per_tier = np.bincount(sites.tier[rows.site], minlength=3) / np.bincount(sites.tier[centres], minlength=3)
    assert per_tier[1] / per_tier[0] == pytest.approx(2.0 / 0.6, rel=0.2)
    assert per_tier[2] / per_tier[0] == pytest.approx(6.0 / 0.6, rel=0.2)
