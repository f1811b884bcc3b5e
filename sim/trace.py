"""The trace: append-only records of everything that was done, each with its cause.

A record is one change of status. Which status a unit or a task has after a record follows
from the record's kind alone, so processes, measures and replay read the same table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from sim.digest import digest_columns


@dataclass(frozen=True)
class Kind:
    """One kind of record: what it does to a unit's and a task's status, and what ``value`` holds."""

    name: str
    unit: str | None = None
    task: str | None = None
    value: str = ""


KINDS = (
    Kind("phase_started", value="position of the phase in the calendar"),
    Kind("on_duty", unit="free", value="heads on duty from now on"),
    Kind("relieved", value="heads on duty from now on; the unit goes on with what it does"),
    Kind("off_duty", unit="off_duty", value="heads that leave"),
    Kind("occurred", task="occurred"),
    Kind("prevented", task="prevented", value="factor that prevented it, as it stood"),
    Kind("reported", task="reported", value="channel"),
    Kind("call_refused", task="lapsed", value="calls already held: every line was busy"),
    Kind("call_abandoned", task="lapsed", value="seconds the caller waited"),
    Kind("processed", task="waiting", value="seconds the call waited for an operator"),
    Kind("handled", task="handled", value="heads of the fixed team that settles it on the spot, or escorts its boxes"),
    Kind("dispatched", unit="responding", task="assigned", value="mobilisation_time in seconds"),
    Kind("diverted", unit="free", task="waiting", value="task the unit is diverted to (-1: recalled)"),
    Kind("arrived", unit="on_scene", task="attended", value="position of the unit in the package"),
    Kind("package_complete", value="units on scene (packages of several units only)"),
    Kind("escalated", value="new priority"),
    Kind("conveying", unit="conveying", value="drive in seconds"),
    Kind("handed_over", unit="handing_over", value="hand-over time in seconds"),
    Kind("cleared", unit="free", value="seconds since this unit was dispatched"),
    Kind("returning", unit="returning", value="drive home in seconds"),
    Kind("at_base", unit="free"),
    Kind("loop_started", unit="on_loop", value="moment at which the loop's first stop is (or was) reached"),
    Kind("loop_suspended", unit="free"),
    Kind("closed", task="closed", value="units that attended"),
    Kind("lapsed", task="lapsed", value="reason: position in LAPSE_REASONS"),
    Kind("vehicle_passed", value="vehicle of interest, not inspected or not detected"),
    Kind("vehicle_held", value="vehicle of interest detected at the checkpoint"),
    Kind("checkpoint_opened", value="lanes"),
    Kind("checkpoint_closed", value="lanes"),
    Kind("doors_opened", value="people expected"),
    Kind("rally_started", value="people inside"),
    Kind("rally_ended", value="people inside"),
    Kind("venue_cleared", value="people who came"),
    Kind("operators_changed", value="operators from now on"),
    Kind("decision", value="position in the list of decisions"),
    Kind("leg_started", unit="conveying", value="drive to the next place of a planned task, in seconds"),
    Kind("leg_reached", unit="on_scene", value="seconds for which the package stays there"),
    Kind("alert_changed", value="level from now on: position in LEVELS (0 normal, 1 raised, 2 maximum)"),
    Kind("relief_missing", value="heads of a post that stay beyond their shift because nobody relieves them"),
    Kind("scene_held", value="heads of the fixed team that holds the scene until a mobile unit comes"),
    Kind("weighed", value="factor on the hazard of a candidate that happens, where presence deters"),
    Kind("redialled", value="seconds waited before the caller gave up; the same caller calls again"),
    Kind("handed_to_force", value="seconds that the hand-over to this room took"),
    Kind("ladder_step", value="position in LADDER"),
    Kind("escalated_to_main", value="seconds the request waits for an operator of the main room"),
    Kind("granted", value="units that the room lends"),
    Kind("refused", value="age of the picture by which the room was asked, in seconds"),
    Kind("held", value="crowd incidents for whose end the section is kept"),
    Kind("let_go", value="seconds since the section was last sent"),
    Kind("hall_swept", value="gathering whose doors open after the search of its hall"),
    Kind("hall_unswept", value="gathering whose doors open although nobody searched its hall"),
    Kind("reinforcement_sent", value="seconds until the unit is on duty here"),
    Kind("reinforcement_refused", value="units asked for that do not stand by"),
    Kind("entry_requested", value="seconds until the office head answers"),
    Kind("entry_granted", value="rule: position in sim.policies.rules.RULES"),
    Kind("entered", value="rule under which the centre was entered: position in sim.policies.rules.RULES"),
    Kind("action_blocked", value="rule that forbids it: position in sim.policies.rules.RULES"),
    Kind("post_position", value="2 x force, and 1 more where its posts stand outside the building from now on"),
    Kind("extension_requested", value="closing that the police ask the electoral authority for"),
    Kind("extension_refused", value="closing that was asked for"),
    Kind("voting_extended", value="new closing, decided by the electoral authority"),
    Kind("count_started", value="seconds after the closing: those in line have voted"),
    Kind("count_ended", value="heads of the fixed team outside"),
    Kind("rumour_started"),
    Kind("rumour_corrected", value="people whom the rumour has brought together by then"),
    Kind("effect_ended", value="position in the list of decisions of the one that is undone"),
)
"""Every kind of record. Positions are codes in stored traces: append only."""

CODE = {kind.name: code for code, kind in enumerate(KINDS)}
LADDER = ("triage", "reserve", "neighbours", "fewer units")
"""Steps that a task climbs while nobody can be sent to it."""
LAPSE_REASONS = ("patience ran out", "no unit can serve it", "nobody reported it")

UNIT_FREE = frozenset({"free", "returning", "on_loop"})
"""Statuses in which a mobile unit is idle and may be sent."""
UNIT_BUSY = frozenset({"responding", "on_scene", "conveying", "handing_over"})

FIELDS = ("time", "kind", "task", "unit", "site", "area", "cause", "value")
_RECORD = np.dtype(list(zip(FIELDS, ("<f8", "<i2", "<i8", "<i8", "<i4", "<i4", "<i8", "<f8"))))
RECORD_ROW = Struct("<dhqqiiqd")
"""A packed record: its fields."""
LEG_FIELDS = ("unit", "depart_at", "arrive_at", "x0", "y0", "x1", "y1", "purpose", "task")
_LEG = np.dtype(list(zip((*LEG_FIELDS, "record"), ("<i8", "<f8", "<f8", "<f8", "<f8", "<f8", "<f8", "<i2", "<i8", "<i8"))))
LEG_ROW = Struct("<qddddddhqq")
"""A packed leg: its fields, and the position of the record that it belongs to, which tells when it was written."""
PURPOSES = ("respond", "home", "convey", "to_loop", "leg")
"""Why a unit drives; positions are codes in the leg table."""


class Trace:
    """Records and movement legs of one run, in the order in which they were written.

    ``task`` and ``unit`` are stable ids (-1: none), ``site`` a position in ``Territory.sites`` (-1: none),
    ``area`` a dispatch area (-1: none), ``cause`` the position of the record that made this one happen
    (-1: the tape or the plan). The world, which writes half a million of them, packs rows itself
    (``packed_records``, ``packed_legs``), everybody else appends. Where parts of the world are told one after another, ``sort``
    puts the records into the order of time when they are read (``cause`` follows them), and their legs with them.
    """

    def __init__(self) -> None:
        self.sort = False
        self.packed_records = bytearray()
        self.packed_legs = bytearray()
        self._tables: dict[str, tuple[int, dict[str, NDArray[np.generic]]]] = {}
        self._ordered: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return len(self.packed_records) // RECORD_ROW.size

    def append(self, time: float, kind: int, task: int, unit: int, site: int, area: int, cause: int, value: float) -> int:
        """Append one record; return its position, which later records name as their cause."""
        row = len(self)
        self.packed_records += RECORD_ROW.pack(time, kind, task, unit, site, area, cause, value)
        return row

    def append_leg(
        self, unit: int, depart: float, arrive: float, x0: float, y0: float, x1: float, y1: float, purpose: int, task: int
    ) -> None:
        """Append one movement leg; a later leg of the same unit cuts an earlier one short."""
        self.packed_legs += LEG_ROW.pack(unit, depart, arrive, x0, y0, x1, y1, purpose, task, len(self) - 1)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Records as arrays of shape (records,), by field name."""
        return self._table("records", self.packed_records, self._read_records)

    def legs(self) -> dict[str, NDArray[np.generic]]:
        """Movement legs as arrays of shape (legs,), by field name."""
        return self._table("legs", self.packed_legs, self._read_legs)

    def _read_records(self) -> dict[str, NDArray[np.generic]]:
        columns = _columns(self.packed_records, _RECORD)
        if not self.sort:
            return columns
        order, place = self._order()
        return {name: place[column[order]] if name == "cause" else column[order] for name, column in columns.items()}

    def _read_legs(self) -> dict[str, NDArray[np.generic]]:
        columns = _columns(self.packed_legs, _LEG)
        record = columns.pop("record")
        if not self.sort:
            return columns
        _, place = self._order()
        order = np.argsort(place[record], kind="stable")
        return {name: column[order] for name, column in columns.items()}

    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Records in the order of time, those of one moment as they were written; and the place of each in that order."""
        if self._ordered is None or len(self._ordered[0]) != len(self):
            order = np.argsort(np.frombuffer(self.packed_records, dtype=_RECORD)["time"], kind="stable")
            place = np.full(len(order) + 1, -1)  # the last one is for -1: no cause
            place[order] = np.arange(len(order))
            self._ordered = order, place
        return self._ordered

    def _table(
        self, name: str, packed: bytearray, read: Callable[[], dict[str, NDArray[np.generic]]]
    ) -> dict[str, NDArray[np.generic]]:
        """Columns of packed rows, kept until there are more of them; read-only, because they are shared."""
        size, columns = self._tables.get(name, (-1, {}))
        if size != len(packed):
            columns = read()
            for column in columns.values():
                column.flags.writeable = False
            self._tables[name] = (len(packed), columns)
        return dict(columns)

    def digest(self) -> str:
        """SHA-256 over all records and legs."""
        legs = {f"leg_{name}": column for name, column in self.legs().items()}
        return digest_columns({**self.columns(), **legs})


def _columns(packed: bytearray, row: np.dtype[np.void]) -> dict[str, NDArray[np.generic]]:
    """Packed rows as columns in the machine's byte order (copies, since the trace may go on growing)."""
    table = np.frombuffer(packed, dtype=row)
    return {name: table[name].astype(row[name].newbyteorder("=")) for name in row.names or ()}
