"""Campaign days with rallies (S01, S08): gatherings on several evenings of the campaign, each hall swept on its own one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.build import build_ledger, build_place, build_plan, build_scenario, build_tape
from sim.cli import compose
from sim.clock import DAY, HOUR
from sim.demand.tape import Rally
from sim.errors import InputError
from sim.forces.ledger import check_ledger, ledger_hours, trace_ledger
from sim.measures.collect import Measures
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.processes.simulation import run
from sim.settings import Settings
from tests.systems.gatherings import falls, paired, rallies, total, town

FOUR_DAYS = {"calendar": {"campaign_time": 3 * DAY + 12 * HOUR, "silence_time": 56 * HOUR}}
LAST = {"start_from": -3 * DAY + 17 * HOUR, "start_to": -3 * DAY + 18 * HOUR}
"""The vote opens at 08:00 and the silence begins 56 h before it, at 00:00 of D-2: the last evening is that of D-3."""


def campaign(evenings: int, per_area: float = 6.0, **groups: object) -> Settings:
    """The town with gatherings in all its six halls, on one evening or on several."""
    demand = rallies(per_area, evenings=evenings, sweep={"package": "search_team"}, **LAST)
    return town(demand, {"people_per_search_team": {"police": 90_000.0}}, **FOUR_DAYS, **groups)  # one team


def gatherings(settings: Settings, number: int = 0) -> list[Rally]:
    return list(build_tape(settings, build_place(settings), number).rallies)


def evening(rally: Rally) -> int:
    return int(np.floor(rally.start_at / DAY))


@pytest.mark.parametrize("evenings", [1, 2, 3])
def test_gatherings_are_spread_evenly_over_the_evenings_of_the_campaign(evenings: int) -> None:
    for number in range(3):
        held = Counter(evening(rally) for rally in gatherings(campaign(evenings), number))
        assert set(held) == set(range(-2 - evenings, -2))
        assert set(held.values()) == {6 // evenings}


def test_a_venue_holds_one_gathering_each_evening_at_most_and_as_many_as_there_are_evenings() -> None:
    held = gatherings(campaign(3, per_area=100.0))
    assert len(held) == 18  # six halls on three evenings
    assert len({(rally.site, evening(rally)) for rally in held}) == 18
    assert len(gatherings(campaign(1, per_area=100.0))) == 6


def test_which_evening_is_drawn_and_one_evening_is_as_it_was() -> None:
    first = {tuple(evening(rally) for rally in gatherings(campaign(3), number)) for number in range(6)}
    assert len(first) > 1
    one, three = gatherings(campaign(1)), gatherings(campaign(3))
    assert [rally.site for rally in one] == [rally.site for rally in three]
    assert all(LAST["start_from"] <= rally.start_at <= LAST["start_to"] for rally in one)
    hours = [rally.start_at % DAY for rally in three]
    assert all(17 * HOUR <= hour <= 18 * HOUR for hour in hours)


def test_every_gathering_lies_in_the_campaign_and_its_hall_is_swept_on_its_own_evening() -> None:
    settings = campaign(3)
    place = build_place(settings)
    scenario, tape = build_scenario(settings, place), build_tape(settings, place)
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    day = Day.of(scenario, tape, trace)
    started = day.records("rally_started")
    assert len(started) == 6
    phases = {scenario.calendar.phase_at(at, 0) for at in day.time[started].tolist()}
    assert phases == {"campaign"}
    swept = dict(zip(day.value[day.records("hall_swept")].tolist(), day.time[day.records("hall_swept")].tolist(), strict=True))
    assert {rally.id for rally in tape.rallies} == set(swept)
    assert all(np.floor(swept[rally.id] / DAY) == evening(rally) for rally in tape.rallies)


def test_the_same_gatherings_on_three_evenings_wait_less_for_the_one_search_team() -> None:
    def on_time(measures: Measures) -> float:
        return -float(measures.tables["rallies"]["swept_on_time"].count(True))

    delay, late = paired(6, campaign(1), campaign(3), total("rallies", "doors_delay"), on_time, same_tape=False)
    assert falls(delay)
    assert falls(late)


def test_an_evening_before_the_simulated_span_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"demand\.rallies\.evenings: the first of 5 begins at D-7 17:00") as caught:
        gatherings(campaign(5))
    assert "campaign_time" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"demand\.rallies\.evenings"):
        compose(["demand.rallies.evenings=0"])


@cache
def last_five_evenings() -> Settings:
    return compose(["preset=rally-eve", "calendar=campaign", "demand=campaign", "staffing=campaign"])


def test_the_last_five_evenings_run_as_a_new_user_would_and_the_ledger_closes() -> None:
    settings = last_five_evenings()
    place = build_place(settings)
    scenario, forces = build_plan(settings, place)
    tape = build_tape(settings, place)
    held = Counter(evening(rally) for rally in tape.rallies)
    assert set(held) == {-8, -7, -6, -5, -4} and max(held.values()) - min(held.values()) <= 2
    communes = len(np.unique(place.territory.sites.commune))
    assert sum(held.values()) == pytest.approx(1.5 * communes, abs=2)  # for each commune of both areas
    trace = run(scenario, tape)
    check_invariants(scenario, tape, trace)
    given = (forces.mobilised, ledger_hours(scenario.calendar), forces.absences, forces.rest_time, forces.standby)
    check_ledger(build_ledger(scenario, forces), trace_ledger(trace.columns(), scenario.units, *given))


def test_the_campaign_of_the_settings_begins_at_noon_before_its_first_evening() -> None:
    settings = last_five_evenings()
    calendar = build_place(settings).calendar
    first = settings.demand.rallies.start_from - 4 * DAY
    assert calendar.begin == first - 4 * HOUR
    assert replace(settings.demand.rallies, evenings=1).start_from < float(calendar.start_of("silence")[0])
