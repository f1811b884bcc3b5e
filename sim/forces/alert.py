"""The planned alert: the level of every area over time, and which reserve units are on duty or on call at each level."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.digest import digest_columns
from sim.forces.spread import number_within, whole
from sim.forces.units import Units
from sim.settings.alert import LEVELS, AlertSettings
from sim.territory.calendar import Calendar, area_positions
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESERVE = "reserve"
_GOLDEN = 0.6180339887498949
"""Fraction whose multiples spread evenly whatever their number, so that the units on duty at a lower level lie apart."""


def _no_numbers() -> Floats:
    return np.zeros(0)


def _no_codes() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Turns:
    """Rostered shifts of reserve units that are on duty from some level above the lowest on; arrays (turns,).

    ``unit``: row of ``Units``; ``level``: lowest level at which it is on duty (3: at none). While the level is lower its heads
    are on call, at rest.
    """

    unit: Ints = field(default_factory=_no_codes)
    begin: Floats = field(default_factory=_no_numbers)
    end: Floats = field(default_factory=_no_numbers)
    heads: Ints = field(default_factory=_no_codes)
    level: Ints = field(default_factory=_no_codes)


@dataclass(frozen=True, eq=False)
class AlertPlan:
    """What is planned of the alert. ``at``, ``area`` and ``level`` (changes,) in order of (moment, area); areas begin at the
    lowest level."""

    rules: AlertSettings = field(default_factory=AlertSettings)
    at: Floats = field(default_factory=_no_numbers)
    area: Ints = field(default_factory=_no_codes)
    level: Ints = field(default_factory=_no_codes)
    turns: Turns = field(default_factory=Turns)

    def digest(self) -> str:
        """SHA-256 over rules and arrays."""
        arrays = {"at": self.at, "area": self.area, "level": self.level}
        arrays |= {f"turn_{f.name}": getattr(self.turns, f.name) for f in fields(Turns)}
        return digest_columns(arrays | {"rules": (repr(self.rules),)})


def planned_changes(settings: AlertSettings, territory: Territory, calendar: Calendar) -> tuple[Floats, Ints, Ints]:
    """Changes of the planned level: moments, areas and levels. Raises ``InputError`` for an unknown area."""
    count = len(territory.area_codes)
    spells = []
    for number, spell in enumerate(settings.timetable):
        where = area_positions(territory, spell.areas, f"alert.timetable.{number}.areas").values()
        # Areas that this territory omits leave an empty list, which does not mean everywhere.
        spells.append((set(where) if spell.areas else set(range(count)), spell.begin, spell.end, LEVELS.index(spell.level)))
    rows: list[tuple[float, int, int]] = []
    for area in range(count):
        mine = [spell[1:] for spell in spells if area in spell[0]]
        edges = {calendar.begin} | {edge for begin, end, _ in mine for edge in (begin, end)}
        before = 0
        for at in sorted(edge for edge in edges if calendar.begin <= edge <= calendar.end):
            level = max([LEVELS.index(settings.level), *(rank for begin, end, rank in mine if begin <= at < end)])
            if level != before:
                rows.append((at, area, level))
            before = level
    rows.sort()
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return np.array(columns[0], dtype=np.float64), np.array(columns[1], dtype=np.int64), np.array(columns[2], dtype=np.int64)


def leave_shares(settings: AlertSettings, territory: Territory, calendar: Calendar, area: Ints, start: Floats) -> Floats:
    """Share of the planned heads on leave in shifts of areas ``area`` that begin at ``start``, (shifts,)."""
    leave = np.array([settings.effects(level).leave for level in range(len(LEVELS))])
    if not leave.any():
        return np.zeros(len(start))
    at, where, level = planned_changes(settings, territory, calendar)
    ruling = np.zeros(len(start), dtype=np.int64)
    for a in range(len(territory.area_codes)):
        here, mine = area == a, where == a
        ruling[here] = np.r_[0, level[mine]][np.searchsorted(at[mine], start[here], side="right")]
    return np.asarray(leave[ruling])


def plan_alert(settings: AlertSettings, territory: Territory, calendar: Calendar, units: Units) -> tuple[Units, AlertPlan]:
    """The units with the shifts that the planned levels ask for, and the plan; reserve units beyond are on call.

    Raises ``InputError`` for an unknown area.
    """
    plan = AlertPlan(settings, *planned_changes(settings, territory, calendar))
    shares = [settings.effects(level).on_duty_share for level in range(len(LEVELS))]
    row, from_level = _from_levels(units, shares, len(territory.forces))
    if not from_level.any():
        return units, plan
    some = from_level > 0
    row, from_level = row[some], from_level[some]
    owner = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    turns = Turns(owner[row], units.shift_start[row], units.shift_end[row], units.shift_heads[row], from_level)
    plan = replace(plan, turns=turns)
    return _without(units, owner, row, planned_parts(plan, units, calendar.end, on_duty=True)), plan


def _from_levels(units: Units, shares: list[float], forces: int) -> tuple[Ints, Ints]:
    """Shift rows of reserve units and the lowest level from which each is on duty: an even choice of each cell's units
    that begin together, and always the same ones before others."""
    reserve = units.mobile & (units.task == units.tasks.index(RESERVE)) if RESERVE in units.tasks else np.zeros(len(units), bool)
    owner = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    row = np.flatnonzero(reserve[owner])
    cell = (units.area * forces + units.force)[owner[row]]
    _, group, size = np.unique(np.column_stack((cell, units.shift_start[row])), axis=0, return_inverse=True, return_counts=True)
    group = group.ravel()
    order = np.lexsort((_GOLDEN * number_within(group) % 1.0, group))
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = number_within(group[order])
    wanted = np.stack([whole(size.astype(np.float64) * share) for share in shares], axis=1)[group]
    return row, (rank[:, None] >= wanted).sum(axis=1)


Part = tuple[int, float, float, int]
"""Row of the turn, begin, end, level of the turn."""


def planned_parts(plan: AlertPlan, units: Units, end: float, on_duty: bool) -> list[Part]:
    """Parts of the turns in which the planned level asks for the unit (``on_duty``), or does not."""
    steps: dict[int, list[tuple[float, int]]] = {}
    for at, area, level in zip(plan.at.tolist(), plan.area.tolist(), plan.level.tolist(), strict=True):
        steps.setdefault(area, []).append((at, level))
    turns = plan.turns
    parts: list[Part] = []
    rows = zip(units.area[turns.unit].tolist(), turns.begin.tolist(), turns.end.tolist(), turns.level.tolist(), strict=True)
    for turn, (area, begin, until, least) in enumerate(rows):
        mine = steps.get(area, [])
        level = next((value for at, value in reversed(mine) if at <= begin), 0)
        edges = [(begin, level), *((at, value) for at, value in mine if begin < at < until), (until, level)]
        for (at, value), (after, _) in pairwise(edges):
            if (value >= least) == on_duty and after > at and at < end:
                if parts and parts[-1][0] == turn and parts[-1][2] == at:
                    at = parts.pop()[1]
                parts.append((turn, at, after, least))
    return parts


def _without(units: Units, owner: Ints, row: Ints, parts: list[Part]) -> Units:
    """The units with the shifts ``row`` replaced by their parts on duty."""
    kept = np.ones(len(owner), dtype=np.bool_)
    kept[row] = False
    turn = np.array([part[0] for part in parts], dtype=np.int64)
    columns = {
        "unit": (owner, owner[row][turn]),
        "start": (units.shift_start, np.array([part[1] for part in parts], dtype=np.float64)),
        "end": (units.shift_end, np.array([part[2] for part in parts], dtype=np.float64)),
        "heads": (units.shift_heads, units.shift_heads[row][turn]),
    }
    joined = {name: np.concatenate((old[kept], new)) for name, (old, new) in columns.items()}
    order = np.lexsort((joined["start"], joined["unit"]))
    return replace(
        units,
        shift_from=np.r_[0, np.cumsum(np.bincount(joined["unit"], minlength=len(units)))],
        shift_start=joined["start"][order],
        shift_end=joined["end"][order],
        shift_heads=joined["heads"][order],
    )
