"""Where every unit is at any moment: each of its movements as one row, from records, legs and loops."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.measures.day import Bools, Day, Floats, Ints
from sim.movement import Loops, along
from sim.replay.latest import Latest
from sim.trace import CODE, PURPOSES

LEG_MAKERS = ("dispatched", "returning", "conveying", "leg_started", "loop_started")
"""Records that give a unit a leg; a loop that begins with a shift has none."""
STANDS = -1
"""Purpose of a row in which the unit does not drive."""


@dataclass(frozen=True, eq=False)
class Tracks:
    """Movements of mobile units in order of unit and time; arrays (rows,).

    ``unit``: row of ``Scenario.units``; ``since`` and ``until``: what the row rules; ``record``: the one that began it; ``x0`` to
    ``y1``, ``depart_at``, ``arrive_at``: a straight leg, held at its ends before and after (where a unit stands both ends are one
    place); ``loop``: row of ``Scenario.loops`` that goes on after the leg with the start ``ref`` (-1: none); ``purpose``: code
    into ``PURPOSES`` (-1: it does not drive); ``task``: id of the task (-1: none).
    """

    unit: Ints
    since: Floats
    until: Floats
    record: Ints
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    depart_at: Floats
    arrive_at: Floats
    loop: Ints
    ref: Floats
    purpose: Ints
    task: Ints

    def __len__(self) -> int:
        return len(self.unit)

    def latest(self, units: int) -> Latest:
        """For any moment the row that rules each of ``units`` units (-1: it has not moved yet and stands at its base)."""
        return Latest(units, self.unit, self.since)

    def places(self, rows: Ints, t: float | Floats, loops: Loops) -> tuple[Floats, Floats]:
        """Coordinates at ``t`` (one moment, or one for each row) of the units that ``rows`` rule."""
        depart, arrive = self.depart_at[rows], self.arrive_at[rows]
        x = along(self.x0[rows], self.x1[rows], depart, arrive, t)
        y = along(self.y0[rows], self.y1[rows], depart, arrive, t)
        on_loop = np.flatnonzero((self.loop[rows] >= 0) & (arrive <= t))
        if len(on_loop):
            there = rows[on_loop]
            x[on_loop], y[on_loop] = loops.positions(self.loop[there], self.ref[there], np.broadcast_to(t, rows.shape)[on_loop])
        return x, y


def build_tracks(day: Day) -> Tracks:
    """Read the movements of a day's units. Raises ``InputError`` for legs that no record accounts for."""
    record_of_leg = _records_of_legs(day)
    parts = [_drives(day, record_of_leg), _loops_from_base(day, record_of_leg), _at_base(day), _stops(day)]
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((columns["record"], columns["unit"]))
    columns = {name: column[order] for name, column in columns.items()}
    columns["until"] = np.full(len(order), day.end)
    follows = columns["unit"][1:] == columns["unit"][:-1]
    columns["until"][:-1][follows] = columns["since"][1:][follows]
    _hold_where_stopped(columns)
    return Tracks(**{f.name: columns[f.name] for f in fields(Tracks)})


def _of_units(day: Day, *kinds: str) -> Ints:
    record = day.records(*kinds)
    return record[(day.unit[record] >= 0) & day.scenario.units.mobile[day.unit[record]]]


def _records_of_legs(day: Day) -> Ints:
    """The record that each leg belongs to, (legs,): a unit's legs stand in the order of the records that give it legs."""
    record = _of_units(day, *LEG_MAKERS)
    to_loop = day.leg_columns["purpose"] == PURPOSES.index("to_loop")
    drives = day.leg_unit[to_loop] + 1j * day.leg("depart_at")[to_loop]  # complex numbers sort by unit, then by moment
    without = (day.kind[record] == CODE["loop_started"]) & ~np.isin(day.unit[record] + 1j * day.time[record], drives)
    record = record[~without]
    record = record[np.argsort(day.unit[record], kind="stable")]
    leg = np.argsort(day.leg_unit, kind="stable")
    if not np.array_equal(day.unit[record], day.leg_unit[leg]):
        raise InputError("trace: its legs do not belong to its records")
    found = np.empty(len(leg), dtype=np.int64)
    found[leg] = record
    return found


def _drives(day: Day, record: Ints) -> dict[str, Any]:
    """Legs, each from the moment of its record: a unit that gets ready is where its leg begins."""
    purpose = day.leg_columns["purpose"].astype(np.int64)
    joins = purpose == PURPOSES.index("to_loop")
    return {
        "unit": day.leg_unit, "since": day.time[record], "record": record,
        **{name: day.leg(name) for name in ("x0", "y0", "x1", "y1", "depart_at", "arrive_at")},
        "loop": np.where(joins, day.scenario.units.loop[day.leg_unit], -1),
        "ref": np.where(joins, day.value[record], 0.0),
        "purpose": purpose, "task": day.leg_columns["task"].astype(np.int64),
    }  # fmt: skip


def _standing(day: Day, record: Ints, x: Floats, y: Floats) -> dict[str, Any]:
    since, nobody = day.time[record], np.full(len(record), -1, dtype=np.int64)
    return {
        "unit": day.unit[record], "since": since, "record": record, "x0": x, "y0": y, "x1": x, "y1": y,
        "depart_at": since, "arrive_at": since, "loop": nobody, "ref": np.zeros(len(record)),
        "purpose": np.full(len(record), STANDS), "task": nobody,
    }  # fmt: skip


def _based(day: Day, record: Ints) -> dict[str, Any]:
    sites, base = day.scenario.territory.sites, day.scenario.units.base[day.unit[record]]
    return _standing(day, record, sites.x[base], sites.y[base])


def _at_base(day: Day) -> dict[str, Any]:
    """A shift begins and ends at the base."""
    return _based(day, _of_units(day, "on_duty", "off_duty"))


def _loops_from_base(day: Day, with_leg: Ints) -> dict[str, Any]:
    """Loops that begin with a shift, without a drive."""
    record = np.setdiff1d(_of_units(day, "loop_started"), with_leg)
    rows = _based(day, record)
    return rows | {"loop": day.scenario.units.loop[day.unit[record]], "ref": day.value[record]}


def _stops(day: Day) -> dict[str, Any]:
    """Units called back stop where they are: the place follows from the row before (``_hold_where_stopped``)."""
    record = _of_units(day, "diverted")
    return _standing(day, record, np.full(len(record), np.nan), np.full(len(record), np.nan))


def _hold_where_stopped(columns: dict[str, Any]) -> None:
    """Give rows without a place the one that the row before has reached by then: that of the leg which was broken off."""
    stopped: Ints = np.flatnonzero(np.isnan(columns["x0"]))
    before = stopped - 1
    at, depart, arrive = columns["since"][stopped], columns["depart_at"][before], columns["arrive_at"][before]
    for axis in ("x", "y"):
        place = along(columns[f"{axis}0"][before], columns[f"{axis}1"][before], depart, arrive, at)
        columns[f"{axis}0"][stopped] = columns[f"{axis}1"][stopped] = place


def driving(tracks: Tracks, rows: Ints, t: float) -> Bools:
    """Whether each row's unit is on the way at ``t``."""
    return (rows >= 0) & (tracks.depart_at[rows] <= t) & (tracks.arrive_at[rows] > t)
