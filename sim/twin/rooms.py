"""Command rooms: how long calls wait for an operator and how many are lost, hour by hour, by Erlang's formulas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf

import numpy as np

from sim.demand.tape import CHANNELS
from sim.twin.days import Days, Floats, Ints
from sim.twin.queues import Calls, erlang_c, with_redials

PHONE, ONLINE = CHANNELS.index("phone"), CHANNELS.index("online")
RADIO, PATROL = CHANNELS.index("radio"), CHANNELS.index("patrol")
_CALM = 1e-5
"""Where fewer callers than this wait, the desk is left out of the reckoning: everybody is answered at once."""


@dataclass(frozen=True, eq=False)
class Desks:
    """What becomes of calls; arrays (areas, hours). ``rate`` in calls a second, ``wait`` in seconds."""

    rate: Floats
    in_time: Floats
    lost: Floats
    wait: Floats


def operators_of(days: Days) -> Ints:
    """Operators of the phone desk of each room, (areas,): by population, at least the minimum."""
    scenario, rules = days.scenario, days.scenario.room
    chains = scenario.chains
    if scenario.operators is not None:
        return np.repeat(scenario.operators, chains)[: scenario.dispatch_areas]
    people = np.repeat(scenario.territory.populations / chains / 1e6, chains)
    return np.maximum(np.round(people * rules.operators_per_million), rules.operators).astype(np.int64)


def phone_desks(days: Days) -> Desks:
    """The desks that citizens call, by phone or online."""
    rules = days.scenario.room
    operators = operators_of(days)
    lines = [ceil(count * rules.lines) if rules.lines else inf for count in operators.tolist()]
    return _desks(days, (PHONE, ONLINE), operators, lines)


def radio_desks(days: Days, units: Floats) -> Desks:
    """The desks that patrols and posts call; ``units`` (areas,) are the mobile units of each room."""
    operators = np.maximum(np.ceil(units / days.scenario.room.units_per_radio_operator), 1).astype(np.int64)
    return _desks(days, (RADIO, PATROL), operators, [inf] * len(operators))


def _desks(days: Days, channels: tuple[int, ...], operators: Ints, lines: list[float]) -> Desks:
    """Every room in every hour, as if the hour lasted for ever (pointwise stationary, Green & Kolesar 1991)."""
    rows, shape = days.rows, (days.scenario.dispatch_areas, days.hours)
    mine = np.flatnonzero(np.isin(rows.channel, channels) & (days.weight > 0.0))
    cell = days.area[mine] * days.hours + days.hour_of(days.reported_at[mine])
    weight = days.weight[mine]
    count = np.bincount(cell, weight, shape[0] * shape[1]).reshape(shape)
    talk = np.bincount(cell, weight * rows.talk_time[mine], shape[0] * shape[1]).reshape(shape)
    talk = np.divide(talk, count, out=np.zeros(shape), where=count > 0.0)
    rate = count / np.diff(days.edges)
    patience, redial = _callers(days, mine) if channels[0] == PHONE else (inf, 0.0)
    in_time, lost, wait = np.ones(shape), np.zeros(shape), np.zeros(shape)
    busy = np.argwhere((erlang_c(operators[:, None], rate * talk) > _CALM) & (rate > 0.0))
    for area, hour in busy.tolist():
        one = (float(f"{rate[area, hour]:.3g}"), float(f"{talk[area, hour]:.3g}"), int(operators[area]), lines[area])
        found = _calls(*one, patience, redial, days.scenario.room.answer_target)
        in_time[area, hour], lost[area, hour], wait[area, hour] = found.in_time, found.lost, found.wait_mean
    return Desks(rate, in_time, lost, wait)


def _callers(days: Days, mine: Ints) -> tuple[float, float]:
    """Mean patience of callers and their chance to try again, from the marks of the tapes; those online wait for ever."""
    rows = days.rows
    patient = rows.caller_patience[mine]
    leaves = np.isfinite(patient)
    if not days.scenario.room.patience or not leaves.any():
        return inf, 0.0
    share, mean = float(leaves.mean()), float(patient[leaves].mean())
    tries = float(rows.redials[mine][leaves].mean())
    return mean / share, tries / (1.0 + tries)


@lru_cache(maxsize=20_000)
def _calls(
    rate: float, talk: float, operators: int, lines: float, patience: float, redial: float, target: float
) -> Calls:
    """One desk in one hour; nobody is answered in time where the line only grows."""
    try:
        return with_redials(rate, talk, operators, redial, lines=lines, patience=patience, target=target)
    except ValueError:
        return Calls(0.0, 0.0, 3600.0)
