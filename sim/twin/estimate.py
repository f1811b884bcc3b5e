"""The twin of a scenario: every estimate with the formula it comes from and the reasons why a simulation may say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.demand.tape import Tape
from sim.measures.coverage import TIER_WEIGHTS
from sim.scenario import Scenario
from sim.twin.days import Bools, Days, Floats, Ints, days_of
from sim.twin.passing import gaps_between_patrols
from sim.twin.reasons import reasons_of
from sim.twin.rooms import ONLINE, PATROL, PHONE, RADIO, Desks, phone_desks, radio_desks
from sim.twin.scene import State, first_at, is_few, over_the_vote, voting_weight
from sim.twin.state import solve
from sim.twin.waiting import wait_for_a_unit


@dataclass(frozen=True)
class Estimate:
    """One analytic figure.

    ``measure`` as in the output dictionary; ``area``: code (None: all areas together); ``value`` in the measure's unit (None: the
    formulas say nothing); ``model``: the formula; ``reasons`` why the simulation may differ (codes of :mod:`sim.twin.reasons`).
    """

    measure: str
    area: str | None
    value: float | None
    model: str
    reasons: tuple[str, ...] = ()


def twin(scenario: Scenario, tapes: Sequence[Tape]) -> list[Estimate]:
    """Analytic estimates of the mean day of some tapes, for the whole and for each area; nothing is run.

    Demand is what the tapes hold, so that it is the demand the simulation faced. Raises ``ValueError`` without a tape.
    """
    days = days_of(scenario, tapes)
    state, phone = solve(days), phone_desks(days)
    found = [*_of_calls(phone), *_of_responses(state, phone), *_of_coverage(state), *_of_presence(state)]
    return [Estimate(*figure, reasons_of(scenario, figure[-1])) for figure in found]


Figure = tuple[str, str | None, float | None, str]
"""Measure, area, value and model."""


def _of_calls(phone: Desks) -> Iterator[Figure]:
    """Calls taken in time and lost, over all rooms and hours."""
    calls = phone.rate.sum()
    for name, values in (("calls_in_time", phone.in_time), ("calls_lost", phone.lost)):
        yield name, None, float((values * phone.rate).sum() / calls) if calls else None, "erlang_a"


def _of_responses(state: State, phone: Desks) -> Iterator[Figure]:
    """The response of election incidents that need a unit, its four parts, and the share of time that units are busy."""
    days, scenario = state.days, state.days.scenario
    some = np.zeros(len(days.rows), dtype=np.bool_)
    some[state.needs.row] = True  # rows for some place of whose package the area has units
    rows = np.flatnonzero(days.headline & (days.wants > 0.0) & some)
    parts = _parts(state, rows, phone)
    weight = days.wants[rows] * (1.0 - _by_phone(days, rows, phone.lost))
    spatial = spatial_model(days)
    models = {"call_processing_mean": "erlang_a", "queueing_mean": "erlang_c"}
    for name, values in parts.items():
        yield name, None, _mean(values, weight), models.get(name, spatial)
    response, area = np.sum(list(parts.values()), axis=0), scenario.territory.sites.area[days.rows.site[rows]]
    for code, here in _areas(scenario, area):
        yield "response_mean", code, _mean(response[here], weight[here]), "sum"
    duty = state.pools.on_duty
    yield "utilisation", None, float((state.busy * duty).sum() / duty.sum()) if duty.sum() else None, "busy_fraction"


def spatial_model(days: Days) -> str:
    """Which formula says who is first on scene: unit by unit, the square-root law, or each in some areas."""
    few = is_few(days)[np.unique(days.area)] if len(days.area) else is_few(days)
    return "hypercube" if few.all() else "both" if few.any() else "square_root"


def _areas(scenario: Scenario, area: Ints) -> Iterator[tuple[str | None, Bools]]:
    """The whole, then each area: its code and which of some rows lie there."""
    yield None, np.ones(len(area), dtype=np.bool_)
    yield from ((code, area == a) for a, code in enumerate(scenario.territory.area_codes))


def _mean(values: Floats, weight: Floats) -> float | None:
    """Weighted mean of what is known; None where nothing is."""
    known = np.isfinite(values) & (weight > 0.0)
    return float(values[known] @ weight[known] / weight[known].sum()) if known.any() else None


def _by_phone(days: Days, rows: Ints, table: Floats) -> Floats:
    """An entry (area, hour) of the phone desks for each row that citizens report, else 0."""
    citizens = np.isin(days.rows.channel[rows], (PHONE, ONLINE))
    return np.where(citizens, table[days.area[rows], days.hour_of(days.reported_at[rows])], 0.0)


def _parts(state: State, rows: Ints, phone: Desks) -> Mapping[str, Floats]:
    """The four parts of the response of some rows, in seconds."""
    days = state.days
    units = np.bincount(state.pools.area, state.pools.units, days.scenario.dispatch_areas).astype(np.float64)
    by_radio = np.isin(days.rows.channel[rows], (RADIO, PATROL))
    radio = radio_desks(days, units).wait[days.area[rows], days.hour_of(days.reported_at[rows])]
    desk = _by_phone(days, rows, phone.wait) + np.where(by_radio, radio, 0.0)
    start, drive = first_at(state, rows)
    return {
        "call_processing_mean": desk + days.rows.talk_time[rows] + days.rows.dispatch_time[rows],
        "queueing_mean": wait_for_a_unit(state, rows),
        "mobilisation_mean": start,
        "travel_mean": drive,
    }


def _of_coverage(state: State) -> Iterator[Figure]:
    """Potential response and coverage of centres over the vote."""
    scenario, sites = state.days.scenario, state.days.scenario.territory.sites
    centres, model = sites.of_kind("centre"), spatial_model(state.days)
    known = scenario.territory.matrix is None
    potential, within = over_the_vote(state, centres) if known else np.full((2, len(centres)), np.nan)
    offices = sites.offices[centres].astype(np.float64)
    risk = offices * np.array(TIER_WEIGHTS)[sites.tier[centres]]
    for code, here in _areas(scenario, sites.area[centres]):
        yield "potential_response", code, _mean(potential[here], risk[here]), model
        yield "coverage", code, _mean(within[here], offices[here]), model


def _of_presence(state: State) -> Iterator[Figure]:
    """Mean time between patrol visits at a centre in the vote, for the whole and by area."""
    scenario, sites = state.days.scenario, state.days.scenario.territory.sites
    centres = sites.of_kind("centre")
    gap = gaps_between_patrols(state.days, _busy_by_unit(state))[centres]
    for code, here in _areas(scenario, sites.area[centres]):
        yield "presence_gap_mean", code, _mean(gap[here], np.ones(int(here.sum()))), "patrol"


def _busy_by_unit(state: State) -> Floats:
    """Share of the vote in which each unit is called away, (units,)."""
    units, kinds = state.days.scenario.units, max(len(state.days.scenario.units.kinds), 1)
    mobile = np.flatnonzero(units.mobile)
    area = state.days.scenario.dispatch_area(units.area, units.force)[mobile]
    pool = np.searchsorted(state.pools.area * kinds + state.pools.kind, area * kinds + units.kind[mobile])
    out = np.zeros(len(units))
    out[mobile] = (state.busy @ voting_weight(state.days))[pool]
    return out
