"""One day as measures see it: the scenario, the tape, and the records as arrays, read once.

Every measure is a pure function of a :class:`Day`; what several of them want is kept with the day (:func:`per_day`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import Tape
from sim.forces.prolonged import follow_closing, tied_to_closing
from sim.scenario import Scenario
from sim.trace import CODE, KINDS, UNIT_BUSY, UNIT_FREE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = Mapping[str, NDArray[np.generic]]
Found = TypeVar("Found")

UNIT_STATUSES = ("off_duty", "free", "returning", "on_loop", "responding", "on_scene", "conveying", "handing_over")
TASK_STATUSES = (
    "none",
    "occurred",
    "reported",
    "waiting",
    "assigned",
    "attended",
    "handled",
    "closed",
    "lapsed",
    "prevented",
)
UNIT_STATUS = np.array([-1 if kind.unit is None else UNIT_STATUSES.index(kind.unit) for kind in KINDS])
"""Status of a unit after a record of each kind (-1: the record does not change it)."""
TASK_STATUS = np.array([-1 if kind.task is None else TASK_STATUSES.index(kind.task) for kind in KINDS])
"""Status of a task after a record of each kind (-1: the record does not change it)."""
IS_FREE = np.array([name in UNIT_FREE for name in UNIT_STATUSES])
IS_BUSY = np.array([name in UNIT_BUSY for name in UNIT_STATUSES])


class Recorded(Protocol):
    """A trace, live or loaded from a run directory."""

    def columns(self) -> Columns:
        """Records by field name."""

    def legs(self) -> Columns:
        """Movement legs by field name."""


@dataclass(frozen=True)
class Intervals:
    """Stretches of time in which a unit's status stays the same, by unit and in order of time; arrays (intervals,).

    ``unit``: row of ``Scenario.units``; ``status``: code into ``UNIT_STATUSES``; ``record``: the record that began it.
    """

    unit: Ints
    status: Ints
    begin: Floats
    end: Floats
    record: Ints


def as_it_was(scenario: Scenario, columns: Columns) -> Scenario:
    """The scenario with the closings that the electoral authority decided on the day and the shifts that follow them, so that
    every measure has the hours that were held."""
    extended = np.flatnonzero(columns["kind"] == CODE["voting_extended"])
    if not len(extended):
        return scenario
    closing = scenario.calendar.closing.copy()
    closing[columns["area"][extended].astype(np.int64)] = columns["value"][extended]
    tied = tied_to_closing(scenario.units, scenario.territory, scenario.standby)
    units = follow_closing(scenario.units, tied, scenario.calendar.closing, closing)
    return replace(scenario, calendar=scenario.calendar.extended(closing), units=units)


@dataclass(frozen=True, eq=False)
class Day:
    """A day's records as typed arrays; ``end`` is where open intervals are cut.

    That is the calendar's end unless said, or the last record where the calendar has none. ``grid_time``: seconds between the
    moments at which coverage is looked at; ``kept``: what :func:`per_day` has found so far.
    """

    scenario: Scenario
    tape: Tape
    columns: Columns
    leg_columns: Columns
    end: float
    grid_time: float
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, scenario: Scenario, tape: Tape, trace: Recorded, until: float | None = None, grid_time: float | None = None
    ) -> Day:
        """Read a trace once. ``until`` is the moment a run was stopped, when that was before the calendar's end;
        ``grid_time`` is that of the scenario's targets unless given."""
        columns = trace.columns()
        scenario = as_it_was(scenario, columns)
        times = columns["time"]
        last = float(times[-1]) if len(times) else scenario.calendar.begin
        end = float(scenario.calendar.end if until is None else until)
        end = max(end, last) if np.isfinite(end) else last
        return cls(scenario, tape, columns, trace.legs(), end, grid_time or scenario.targets.grid_time)

    @cached_property
    def kind(self) -> Ints:
        """Kind of each record."""
        return self.columns["kind"].astype(np.int64)

    @cached_property
    def time(self) -> Floats:
        """Moment of each record."""
        return self.columns["time"].astype(np.float64)

    @cached_property
    def value(self) -> Floats:
        """Value of each record; its meaning is that of the kind."""
        return self.columns["value"].astype(np.float64)

    @cached_property
    def unit(self) -> Ints:
        """Row of ``Scenario.units`` of each record (-1: none or unknown)."""
        return rows_of(self.scenario.units.id, self.columns["unit"])

    @cached_property
    def task(self) -> Ints:
        """Row of ``Tape.incidents`` of each record (-1: none or unknown)."""
        return rows_of(self.tape.incidents.id, self.columns["task"])

    @cached_property
    def leg_unit(self) -> Ints:
        """Row of ``Scenario.units`` of each leg."""
        return rows_of(self.scenario.units.id, self.leg_columns["unit"])

    def leg(self, name: str) -> Floats:
        """One column of the leg table as floats."""
        return np.asarray(self.leg_columns[name], dtype=np.float64)

    @cached_property
    def _by_kind(self) -> list[Ints]:
        """Positions of the records of each kind, in order."""
        kind = self.columns["kind"]
        order = np.argsort(kind, kind="stable")
        order.flags.writeable = False
        return np.split(order, np.searchsorted(kind[order], np.arange(1, len(KINDS))))

    def records(self, *kinds: str) -> Ints:
        """Positions of the records of some kinds, in order."""
        if len(kinds) == 1:
            return self._by_kind[CODE[kinds[0]]]
        return np.sort(np.concatenate([self._by_kind[code] for code in {CODE[kind] for kind in kinds}]), kind="stable")

    @cached_property
    def intervals(self) -> Intervals:
        """Status intervals of all units, from the first record of each to the end of the day."""
        record = np.flatnonzero((UNIT_STATUS[self.kind] >= 0) & (self.unit >= 0))
        record = record[np.argsort(self.unit[record], kind="stable")]
        unit, begin = self.unit[record], self.time[record]
        end = np.full(len(record), self.end)
        same = unit[1:] == unit[:-1]
        end[:-1][same] = begin[1:][same]
        return Intervals(unit, UNIT_STATUS[self.kind[record]], begin, end, record)

    @cached_property
    def unit_area(self) -> Ints:
        """Dispatch area of each unit."""
        units = self.scenario.units
        return np.asarray(self.scenario.dispatch_area(units.area, units.force))

    @cached_property
    def site_area(self) -> Ints:
        """Dispatch area of each site."""
        sites = self.scenario.territory.sites
        return np.asarray(self.scenario.dispatch_area(sites.area, sites.force))


def per_day(find: Callable[[Day], Found]) -> Callable[[Day], Found]:
    """Have a function of a day find its answer once and keep it with the day, because many measures ask for it.

    The answer is shared, so nobody may change it.
    """

    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def kept(day: Day) -> Found:
        if name not in day.kept:
            day.kept[name] = find(day)
        found: Found = day.kept[name]
        return found

    return kept


def rows_of(ids: Ints, wanted: NDArray[np.generic]) -> Ints:
    """Position in ``ids`` of each wanted id (-1 where it is none of them)."""
    if len(ids) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    place = np.minimum(np.searchsorted(ordered, wanted), len(ids) - 1)
    return np.where(ordered[place] == wanted, order[place], -1)


def rows_by(codes: Ints, size: int) -> list[Ints]:
    """Positions of each code from 0 to ``size`` - 1 among the codes, in order."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, size))) if size else []


def first_of(rows: Ints, values: Floats, size: int) -> Floats:
    """First value of each row in the order given (NaN where a row has none); shape (size,)."""
    out = np.full(size, np.nan)
    known = rows >= 0
    out[rows[known][::-1]] = values[known][::-1]
    return out


def last_of(rows: Ints, values: Floats, size: int) -> Floats:
    """Last value of each row in the order given (NaN where a row has none); shape (size,)."""
    out = np.full(size, np.nan)
    known = rows >= 0
    out[rows[known]] = values[known]
    return out


def time_before(begin: Floats, end: Floats, edges: Floats) -> Floats:
    """Total time of intervals that lies before each edge: differences give the time inside each bin; shape (edges,)."""
    return _held_before(end, edges) - _held_before(begin, edges)


def _held_before(moments: Floats, edges: Floats) -> Floats:
    """Sum over all moments of min(moment, edge), for each edge."""
    ordered = np.sort(moments)
    sums = np.concatenate(([0.0], np.cumsum(ordered)))
    count = np.searchsorted(ordered, edges, side="right")
    return sums[count] + edges * (len(ordered) - count)


def cell(value: float) -> float | None:
    """A number for a table: None for NaN or infinity."""
    number = float(value)
    return number if np.isfinite(number) else None


def cells(values: NDArray[np.generic]) -> list[float | int | str | bool | None]:
    """A column for a table: None where a float is NaN or infinite."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    out = values.astype(object)
    out[~np.isfinite(values)] = None
    return list(out.tolist())
