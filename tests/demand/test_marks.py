"""Marks follow their settings: channels, calls, escalation, candidates, lost voting time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.clock import HOUR
from sim.demand.catalogue import build_classes
from sim.demand.draw import draw_tape
from sim.demand.tape import CHANNELS, THINNINGS
from sim.settings.calendar import CalendarSettings
from sim.territory.calendar import build_calendar
from tests.demand.conftest import make_territory, only


@pytest.fixture(scope="module")
def day(calendar, demand):
    """One busy day: rows and their class names."""
    settings = replace(demand, rate_factor=50.0, background_factor=3.0)
    rows = draw_tape(make_territory(), calendar, settings, 11).incidents
    return rows, np.array([c.name for c in build_classes(settings)])[rows.cls]


def test_channels_follow_the_mix_and_the_normal_service_calls_by_phone(day, demand):
    rows, names = day
    election = np.isin(names, list(demand.classes))
    for name, share in demand.calls.channels.items():
        assert np.mean(rows.channel[election] == CHANNELS.index(name)) == pytest.approx(share, abs=0.04)
    assert (rows.channel[~election] == CHANNELS.index("phone")).all()


def test_call_times_have_their_median_and_90th_percentile(day):
    rows, names = day
    for chosen, median, p90 in (
        ((rows.channel == CHANNELS.index("radio")), 45, 120),
        ((names == "advice_call"), 60, 90),
        ((names == "false_call"), 25, 60),
    ):
        assert np.quantile(rows.talk_time[chosen], [0.5, 0.9]) == pytest.approx([median, p90], rel=0.15)


def test_callers_by_phone_wait_a_minute_on_average_and_radios_for_ever(day):
    rows, _ = day
    phone = rows.channel == CHANNELS.index("phone")
    assert stats.kstest(rows.caller_patience[phone], "expon", args=(0, 60.0)).pvalue > 0.01
    assert np.isinf(rows.caller_patience[~phone]).all()


def test_escalation_is_ten_percent_in_15_minutes_for_priority_2_and_never_for_1_and_4(day, demand):
    rows, names = day
    kinds = demand.classes
    escalating = np.array([name in kinds and kinds[name].escalates for name in names])
    for priority, share, within in ((2, 0.10, 900.0), (3, 0.05, 1200.0)):
        chosen = escalating & (rows.priority == priority)
        assert np.mean(rows.escalate_time[chosen] <= within) == pytest.approx(share, abs=0.025)
    assert np.isinf(rows.escalate_time[np.isin(rows.priority, (1, 4)) | ~escalating]).all()
    assert np.isinf(rows.patience[rows.priority == 1]).all()


def test_only_opportunistic_classes_may_be_deterred(day, demand):
    rows, names = day
    deterred = {"dispute", "intimidation", "queue_disorder", "campaign_violation", "unauthorised_person"}
    assert {name for name, c in demand.classes.items() if c.deterred == 1.0} == deterred
    ordered = {name for name, c in demand.classes.items() if c.ordered}
    assert {name for name, c in demand.classes.items() if c.deterred == 0.5} == ordered
    chosen = np.isin(names, list(deterred))
    assert (rows.thinning[chosen] == THINNINGS["deterrence"]).all()
    assert (rows.bound[chosen] == 1.0).all()
    assert stats.kstest(rows.candidate[chosen], "uniform").pvalue > 0.01
    assert np.isnan(rows.candidate[~chosen & ~np.isin(names, list(ordered))]).all()


def test_voting_is_lost_only_between_opening_and_closing(day, calendar, demand):
    rows, names = day
    lost = rows.voting_stop_time
    late = names == "late_opening"
    assert lost[late].max() <= 3600.0
    assert (rows.at[lost > 0] < 19 * HOUR).all()
    assert (rows.at + lost <= 19 * HOUR + 1e-6)[lost > 0].all()
    disputes = (names == "dispute") & (rows.at < 18 * HOUR)
    assert np.mean(lost[disputes] == 1200.0) == pytest.approx(0.05, abs=0.025)
    assert (lost[np.isin(names, ["medical", "campaign_violation", "collision"])] == 0).all()


def test_calls_that_need_no_unit_have_an_empty_package_and_no_work(day, demand):
    rows, names = day
    classes = {c.name: c for c in build_classes(demand)}
    for name in ("advice_call", "false_call"):
        assert classes[name].slots == ()
        assert (rows.scene_time[names == name] == 0).all()
        assert (rows.dispatch_time[names == name] == 0).all()


def test_the_normal_service_is_scattered_round_its_centre_and_the_vote_is_at_the_door(day, demand):
    rows, names = day
    sites = make_territory().sites
    election, normal = np.isin(names, list(demand.classes)), ~np.isin(names, [*demand.classes, "duplicate_call"])
    assert (rows.x[election] == sites.x[rows.site[election]]).all()
    north = (rows.y - sites.y[rows.site])[normal] * 111_194.93
    east = ((rows.x - sites.x[rows.site]) * np.cos(np.radians(sites.y[rows.site])))[normal] * 111_194.93
    assert [north.std(), east.std()] == pytest.approx([800.0, 800.0], rel=0.05)


def test_mobile_offices_spread_their_incidents_over_their_days(demand):
    territory = make_territory(offices=200)
    hours = CalendarSettings(mobile_lead_time=48 * HOUR, mobile_areas=("02",))
    calendar = build_calendar(hours, territory)
    rows = draw_tape(territory, calendar, only(demand, "intimidation", rate_factor=30.0), 2).incidents
    mobile = territory.sites.mobile[rows.site]
    days = np.floor(rows.at[mobile] / (24 * HOUR))
    assert stats.chisquare(np.bincount((days + 2).astype(int), minlength=3)).pvalue > 0.01
    assert (rows.at[~mobile] > 0).all()
    open_hours = rows.at[mobile] % (24 * HOUR)
    assert 8 * HOUR <= open_hours.min() < open_hours.max() <= 19 * HOUR


def test_half_of_those_who_give_up_call_again_and_of_these_half_once_more(day):
    rows, names = day
    calls = (rows.channel == CHANNELS.index("phone")) & (names != "duplicate_call")
    assert (rows.redials[~calls] == 0).all()
    for tries in (1, 2, 3):
        assert np.mean(rows.redials[calls] >= tries) == pytest.approx(0.5**tries, abs=0.025)


def test_further_calls_follow_their_incident_and_cost_no_unit(day):
    rows, names = day
    twice = np.flatnonzero(names == "duplicate_call")
    place = {number: row for row, number in enumerate(rows.id.tolist())}
    parents = np.array([place[number] for number in rows.parent[twice].tolist()])
    assert (rows.channel[parents] == CHANNELS.index("phone")).all()
    assert (rows.at[twice] >= rows.at[parents] + rows.report_time[parents]).all()
    assert (rows.site[twice] == rows.site[parents]).all()
    assert (rows.scene_time[twice] == 0).all() and (rows.redials[twice] == 0).all()
    seen = (rows.channel == CHANNELS.index("phone")) & (rows.scene_time.sum(axis=1) > 0) & (rows.at < 22 * HOUR)
    count = np.bincount(parents, minlength=len(rows))
    for priority, mean in ((1, 3.0), (2, 0.7), (3, 0.7)):
        some = count[seen & (rows.priority == priority)]
        assert some.mean() == pytest.approx(mean, abs=5 * some.std() / len(some) ** 0.5)


def test_three_calls_in_ten_lead_to_an_intervention_and_without_the_uplift_of_the_day_as_many_as_were_reported(demand):
    territory, calm = make_territory(), replace(demand, rate_factor=0.0, background_factor=20.0)
    for factor, share in ((1.0, 0.355), (1.3, 0.318)):
        settings = replace(calm, background=replace(calm.background, call_factor=factor))
        rows = draw_tape(territory, build_calendar(CalendarSettings(), territory), settings, 3).incidents
        assert np.mean(rows.scene_time.sum(axis=1) > 0) == pytest.approx(share, abs=0.01)
