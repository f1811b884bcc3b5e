"""The timetable (S01): phases tied to opening and closing, and a closing that only the electoral authority moves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.build import build_place, build_plan, build_tape
from sim.clock import HOUR
from sim.demand.tape import THINNINGS, Inject, Tape
from sim.errors import InputError
from sim.measures.collect import measure
from sim.measures.day import Day
from sim.measures.invariants import check_invariants
from sim.measures.phases import record_phases
from sim.measures.response import incident_table
from sim.processes.simulation import Simulation, run
from sim.scenario import Scenario
from sim.settings import Settings
from sim.trace import CODE, Trace

TOWN = {"centres": 30, "offices": 150, "voters": 60_000, "population": 90_000, "zones": 2, "communes": 4, "police_share": 1.0}
EXTENDED = {"latest_extension": HOUR, "extensions": ({"decided_at": "17:30", "closing": "20:00", "areas": ("Z1",)},)}


def town(**calendar: Any) -> Settings:
    """A town of two zones with forty times as many election incidents as elsewhere."""
    return Settings(
        territory={"country": "city", "city": TOWN}, demand={"rate_factor": 40.0, "background_factor": 0.2}, calendar=calendar
    )


def built(settings: Settings) -> tuple[Scenario, Tape]:
    place = build_place(settings)
    return build_plan(settings, place)[0], build_tape(settings, place)


@cache
def extended() -> tuple[Scenario, Tape, Trace]:
    """A day whose first zone votes an hour longer, decided at 17:30."""
    code = build_place(town()).territory.area_codes[0]
    decision = {**EXTENDED["extensions"][0], "areas": (code,)}  # type: ignore[index]
    scenario, tape = built(town(**{**EXTENDED, "extensions": (decision,)}))
    return scenario, tape, run(scenario, tape)


def times(trace: Trace, kind: str, area: int | None = None) -> list[float]:
    columns = trace.columns()
    rows = (columns["kind"] == CODE[kind]) & (True if area is None else columns["area"] == area)
    return columns["time"][rows].tolist()


def test_moving_the_day_by_an_hour_moves_the_voting_profile_and_every_phase_by_an_hour() -> None:
    (early, first), (late, second) = built(town()), built(town(opening="09:00", closing="20:00"))
    assert late.calendar.starts == pytest.approx(early.calendar.starts + HOUR)
    election = [i for i, c in enumerate(early.classes) if c.group != "normal" and not c.name.startswith("rally")]
    moments = [np.sort(tape.incidents.at[np.isin(tape.incidents.cls, election)]) for tape in (first, second)]
    assert len(moments[0]) > 50
    assert moments[1] == pytest.approx(moments[0] + HOUR)


def test_a_later_opening_alone_moves_the_voters_until_the_last_block_and_leaves_the_count() -> None:
    (early, first), (_, second) = built(town()), built(town(opening="09:00"))
    voters = [i for i, c in enumerate(early.classes) if c.name in ("intimidation", "queue_disorder", "medical")]
    at = [tape.incidents.at[np.isin(tape.incidents.cls, voters)] for tape in (first, second)]
    whole = at[0] < 17 * HOUR
    assert np.sort(at[1])[: whole.sum()] == pytest.approx(np.sort(at[0])[: whole.sum()] + HOUR)
    assert max(at[1]) <= 19 * HOUR


def test_every_record_carries_a_phase_and_phases_have_times_staff_and_incidents() -> None:
    scenario, tape = built(town(campaign_time=86400.0, silence_time=3 * 86400.0, delivery_time=86400.0, queue_time=900.0,
                                transport_after=7200.0))  # fmt: skip
    trace = run(scenario, tape)
    day = Day.of(scenario, tape, trace)
    check_invariants(scenario, tape, trace)
    phases = [scenario.calendar.phases[code] for code in sorted(set(record_phases(day).tolist()))]
    assert phases == list(scenario.calendar.phases[1:])
    assert scenario.calendar.begin == -88 * HOUR  # the campaign of a day before a silence of three
    table = measure(scenario, tape, trace).tables["phases"]
    rows = dict(zip(zip(table["area"], table["phase"], strict=True), zip(*table.values(), strict=True), strict=True))
    voting = rows[scenario.territory.area_codes[0], "voting"]
    assert voting[2:4] == (8 * HOUR, 19 * HOUR)
    staffed = dict(zip(table["phase"], table["officers_on_duty"], strict=True))
    assert staffed["voting"] > staffed["posted"] > staffed["campaign"]  # type: ignore[operator]
    assert sum(table["election_incidents"]) == (incident_table(day).group == 0).sum()  # type: ignore[arg-type]


def test_an_extension_ordered_at_half_past_five_moves_everything_after_the_closing_there_and_nowhere_else() -> None:
    scenario, tape, trace = extended()
    check_invariants(scenario, tape, trace)
    late = scenario.calendar.phases.index("closing_queue")
    columns = trace.columns()
    for area, hour in ((0, HOUR), (1, 0.0)):
        rows = (columns["kind"] == CODE["phase_started"]) & (columns["area"] == area)
        starts = dict(zip(columns["value"][rows].astype(int).tolist(), columns["time"][rows].tolist(), strict=True))
        for phase, at in starts.items():
            assert at == scenario.calendar.starts[area, phase] + (hour if phase >= late else 0.0)
    assert times(trace, "voting_extended") == [17.5 * HOUR]


def test_voters_of_the_extra_hour_come_only_where_the_vote_goes_on() -> None:
    scenario, tape, trace = extended()
    table = incident_table(Day.of(scenario, tape, trace))
    extra = (tape.incidents.thinning[table.row] & THINNINGS["open"]) > 0
    on_tape = tape.incidents.site[(tape.incidents.thinning & THINNINGS["open"]) > 0]
    assert (np.bincount(scenario.territory.sites.area[on_tape], minlength=2) > 0).all()
    assert extra.sum() > 0
    assert (table.area[extra] == 0).all()
    plain = incident_table(Day.of(scenario, Tape(tape.incidents), run(scenario, Tape(tape.incidents))))
    assert not ((tape.incidents.thinning[plain.row] & THINNINGS["open"]) > 0).any()


def test_what_comes_with_the_count_and_the_release_of_the_teams_wait_for_the_later_closing() -> None:
    scenario, tape, trace = extended()
    table = incident_table(Day.of(scenario, tape, trace))
    counted = (tape.incidents.thinning[table.row] & THINNINGS["count"]) > 0
    moved = table.occurred_at - tape.incidents.at[table.row]
    assert np.unique(moved[counted & (table.area == 0)]).round(6).tolist() == [HOUR]
    assert not moved[~counted | (table.area == 1)].any()
    columns, sites, units = trace.columns(), scenario.territory.sites, scenario.units
    teams = units.id[units.kind == units.kinds.index("fixed_team")]
    left = (columns["kind"] == CODE["off_duty"]) & np.isin(columns["unit"], teams)
    for area, at in ((0, 24 * HOUR), (1, 23 * HOUR)):
        here = left & (sites.area[columns["site"]] == area)
        assert here.sum() == (sites.area[units.base[np.isin(units.id, teams)]] == area).sum()
        assert set(columns["time"][here].tolist()) == {at}


def test_police_ask_for_more_time_and_wait_for_the_answer_of_the_authority() -> None:
    scenario, tape = built(town(latest_extension=HOUR, authority_time=1200.0))
    asked = Inject(17 * HOUR, "request_extension", 0, 20 * HOUR)
    for grants, answer in ((True, "voting_extended"), (False, "extension_refused")):
        calendar = replace(scenario.calendar, authority_grants=grants)
        simulation = Simulation(replace(scenario, calendar=calendar), tape)
        trace = simulation.advance(decisions=[asked])
        assert times(trace, "extension_requested") == [17 * HOUR]
        assert times(trace, answer) == [17 * HOUR + 1200.0]
        assert simulation.world.closing == [(20 if grants else 19) * HOUR, 19 * HOUR]
        check_invariants(simulation.scenario, tape, trace)


def test_an_answer_after_the_closing_prolongs_nothing() -> None:
    scenario, tape = built(town(latest_extension=HOUR))
    simulation = Simulation(scenario, tape)
    trace = simulation.advance(decisions=[Inject(18.75 * HOUR, "request_extension", -1, 20 * HOUR)])
    assert times(trace, "extension_refused") == [19.25 * HOUR] * 2
    assert simulation.world.closing == [19 * HOUR] * 2


EXTENSION = {"decided_at": "17:30", "closing": "20:00"}


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        ({"extensions": ({**EXTENSION, "closing": "18:00"},)}, "18:00 is no extension, allowed: a later moment"),
        ({"extensions": ({**EXTENSION, "decided_at": "19:30"},)}, "a decision at 19:30 comes too late"),
        ({"extensions": ({**EXTENSION, "closing": "21:00"},), "latest_extension": HOUR}, "allowed: up to 20:00"),
        ({"extensions": (EXTENSION,)}, "(calendar.latest_extension)"),
        ({"extensions": ({**EXTENSION, "areas": ("Nowhere",)},)}, "calendar.extensions[0].areas: unknown area 'Nowhere'"),
        ({"delivery_time": 72 * HOUR}, "phase 'delivery' of area"),
        ({"starts": {"transport": "18:00"}}, "phase 'transport' of area"),
        ({"silence_time": 5 * 86400.0}, "silence_time"),
    ],
)
def test_decisions_and_phases_that_cannot_be_are_one_clear_line(calendar: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        built(town(**calendar))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Inject(HOUR, "extend_voting", 7, 20 * HOUR), "extend_voting: no area 7, allowed: 0 to 1, or none for all areas"),
        (Inject(HOUR, "request_extension", 0, 18 * HOUR), "18:00 is no extension"),
        (Inject(20 * HOUR, "extend_voting", 0, 20 * HOUR), "comes too late, allowed: before the closing"),
    ],
)
def test_an_inject_that_prolongs_nothing_is_refused(order: Inject, words: str) -> None:
    scenario, tape = built(town(latest_extension=HOUR))
    with pytest.raises(InputError) as caught:
        Simulation(scenario, replace(tape, injects=(order,)))
    assert words in str(caught.value)
