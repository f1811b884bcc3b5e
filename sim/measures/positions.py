"""Where every mobile unit is on a grid of times, and whether it is idle, from records, legs and loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.measures.alert import turnout_factors
from sim.measures.day import IS_FREE, UNIT_STATUS, Bools, Day, Floats, Ints
from sim.movement import along
from sim.trace import CODE, PURPOSES

LOOP_ENDS = ("loop_suspended", "dispatched", "off_duty")
"""Records after which a unit is no longer on its loop."""
AT_REST = np.isin(np.arange(len(UNIT_STATUS)), [CODE["on_duty"], CODE["at_base"], CODE["returning"]])
"""Kinds of record after which an idle unit that does not drive stands at its base."""
ON_THE_MOVE = np.isin(np.arange(len(UNIT_STATUS)), [CODE["returning"], CODE["loop_started"]])
"""Kinds of record after which an idle unit drives."""
IDLE = (UNIT_STATUS >= 0) & IS_FREE[UNIT_STATUS]
"""Kinds of record after which a unit may be sent."""


@dataclass(frozen=True, eq=False)
class UnitStates:
    """State of some mobile units on a time grid.

    ``rows`` (units,) are rows of ``Scenario.units``; ``times`` (steps,); ``mobilisation`` (steps, units) seconds the unit
    would need before it drives, NaN where it may not be sent; ``x``, ``y`` (steps, units) its coordinates, where it may.
    """

    rows: Ints
    times: Floats
    x: Floats
    y: Floats
    mobilisation: Floats


def unit_states(day: Day, times: Floats, among: Bools | None = None) -> UnitStates:
    """Idle states and positions of the mobile units (those ``among`` them, (all units,)) at ``times`` (in order)."""
    mobile = day.scenario.units.mobile
    rows = np.flatnonzero(mobile if among is None else mobile & among)
    states = UnitStates(rows, times, *np.full((3, len(times), len(rows)), np.nan))
    status = _Latest(len(day.scenario.units), *_status_records(day))
    loop = _Latest(len(day.scenario.units), *_records(day, "loop_started", *LOOP_ENDS))
    reset = _Latest(len(day.scenario.units), *_duty_starts(day))
    by_departure = np.argsort(day.leg("depart_at"), kind="stable")
    legs = _Latest(
        len(day.scenario.units), by_departure, day.leg_unit[by_departure], day.leg("depart_at")[by_departure]
    )
    for step, t in enumerate(times.tolist()):
        x, y, mobilisation = _at(day, t, rows, status(t)[rows], loop(t)[rows], legs(t)[rows], reset(t)[rows])
        states.x[step], states.y[step], states.mobilisation[step] = x, y, mobilisation
    factor = turnout_factors(day, rows, times)
    if factor is not None:
        np.multiply(states.mobilisation, factor, out=states.mobilisation)
    return states


class _Latest:
    """The latest written record of each unit up to a time, for times asked in order."""

    def __init__(self, units: int, record: Ints, unit: Ints, time: Floats) -> None:
        self.record, self.unit, self.time = record, unit, time
        self.latest = np.full(units, -1, dtype=np.int64)
        self.done = 0

    def __call__(self, t: float) -> Ints:
        """Record of each unit (-1: none yet)."""
        upto = int(np.searchsorted(self.time, t, side="right"))
        new = slice(self.done, upto)
        np.maximum.at(self.latest, self.unit[new], self.record[new])
        self.done = max(upto, self.done)
        return self.latest


def _records(day: Day, *kinds: str) -> tuple[Ints, Ints, Floats]:
    record = day.records(*kinds)
    record = record[day.unit[record] >= 0]
    return record, day.unit[record], day.time[record]


def _status_records(day: Day) -> tuple[Ints, Ints, Floats]:
    record = np.flatnonzero((UNIT_STATUS[day.kind] >= 0) & (day.unit >= 0))
    return record, day.unit[record], day.time[record]


def _duty_starts(day: Day) -> tuple[Ints, Ints, Floats]:
    """Records at which a unit comes on duty after a time off: it starts from its base, whatever it did before."""
    intervals = day.intervals
    off = np.flatnonzero((intervals.status[:-1] == 0) & (intervals.unit[:-1] == intervals.unit[1:]))
    rested = off[intervals.end[off] > intervals.begin[off]]
    record = np.sort(intervals.record[rested + 1])
    return record, day.unit[record], day.time[record]


def _at(
    day: Day, t: float, rows: Ints, status: Ints, loop: Ints, leg: Ints, reset: Ints
) -> tuple[Floats, Floats, Floats]:
    """Coordinates (NaN: not idle) and mobilisation time (NaN: not idle) of the units ``rows`` at one time."""
    units, sites = day.scenario.units, day.scenario.territory.sites
    depart, arrive, purpose = day.leg("depart_at"), day.leg("arrive_at"), day.leg_columns["purpose"]
    has_leg = leg >= 0
    under_way = joining = has_leg
    if len(depart):
        has_leg &= (reset < 0) | (depart[leg] >= day.time[reset])
        under_way = has_leg & (arrive[leg] > t)
        joining = under_way & (purpose[leg] == PURPOSES.index("to_loop"))
    patrolling = (loop >= 0) & (units.loop[rows] >= 0)
    patrolling[patrolling] = day.kind[loop[patrolling]] == CODE["loop_started"]
    mobilisation = mobilisation_times(day, rows, status, under_way, patrolling)
    idle = np.isfinite(mobilisation)
    x, y = np.where(idle, (sites.x[units.base[rows]], sites.y[units.base[rows]]), np.nan)
    driving = np.flatnonzero(idle & has_leg)
    driven = leg[driving]
    x[driving] = along(day.leg("x0")[driven], day.leg("x1")[driven], depart[driven], arrive[driven], t)
    y[driving] = along(day.leg("y0")[driven], day.leg("y1")[driven], depart[driven], arrive[driven], t)
    on_loop = np.flatnonzero(idle & patrolling & ~joining)
    if len(on_loop):
        ref = np.minimum(day.value[loop[on_loop]], t)
        x[on_loop], y[on_loop] = day.scenario.loops.positions(units.loop[rows[on_loop]], ref, t)
    return x, y, mobilisation


def mobilisation_times(day: Day, rows: Ints, status: Ints, under_way: Bools, patrolling: Bools) -> Floats:
    """Seconds before each unit would drive: on the move, at base, or where it stands after a task; NaN if not idle."""
    units = day.scenario.units
    known = status >= 0
    kind = np.where(known, day.kind[status], 0) if len(day.kind) else np.zeros(len(rows), dtype=np.int64)
    under_way = under_way & ON_THE_MOVE[kind]
    idle = known & IDLE[kind]
    if day.scenario.dispatch.taskable != "while_returning":
        idle &= ~under_way
    at_rest = np.where(AT_REST[kind], units.base_time[rows], units.parked_time[rows])
    times = np.where(under_way | patrolling, units.moving_time[rows], at_rest)
    return np.where(idle, times, np.nan)
