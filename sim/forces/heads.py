"""Heads that the settings give by area, force, kind of unit and shift, in place of what the spread has there.

The spread still says where inside an area they go, in the proportions of its own numbers: heads that are what the spread has
leave every unit as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest
from sim.forces.roster import PERIODS, POLLING
from sim.settings.forces import StaffingSettings
from sim.territory.apportion import apportion_groups
from sim.territory.calendar import area_label, area_positions
from sim.territory.sites import Territory

Ints = NDArray[np.int64]

OWN_HOURS = ("rally_ring", "match_force")
"""Kinds that stand in hours of their own: their heads are those of the day."""
POSTS = "fixed_team"
KEEP = -1
"""Where nothing is given."""


@dataclass(frozen=True, eq=False)
class Given:
    """What the settings give: ``tables`` (cells, 4) heads by kind, cell (area x forces + force) and kind of period, ``KEEP``
    where the spread has its way; ``mobilised`` (areas, forces), likewise."""

    territory: Territory
    tables: Mapping[str, Ints]
    mobilised: Ints

    def of(self, kind: str) -> Ints | None:
        """Heads of one kind, (cells, 4); None where none are given."""
        return self.tables.get(kind)

    def crews(self, kind: str, crew: int) -> Ints | None:
        """Whole crews of one kind, (cells, 4), likewise."""
        asked = self.of(kind)
        return None if asked is None else np.where(asked >= 0, asked // crew, asked)

    def units(self, kind: str, crew: int, planned: Ints, total: Ints) -> tuple[Ints, Ints]:
        """Units there are (cells,) and units on duty (cells, 4), from those of the spread and whole crews of the heads given.

        Raises ``InputError`` for heads that fill no whole crews.
        """
        asked = self.of(kind)
        if asked is None:
            return total, planned
        broken = np.argwhere((asked >= 0) & (asked % crew > 0))
        if len(broken):
            cell, period = (int(i) for i in broken[0])
            heads = int(asked[cell, period])
            below = heads // crew * crew
            raise self.error(kind, cell, period, f"{heads} heads are no whole crews of {crew}, allowed: {below}, {below + crew}")
        wanted = np.where(asked >= 0, asked // crew, planned)
        return np.where((wanted != planned).any(axis=1), wanted.max(axis=1), total), wanted

    def heads(self, kind: str, heads: Ints, cell: Ints) -> Ints:
        """Heads (rows, 4) of units that stay where the spread has them, changed to those given in their cells.

        Raises ``InputError`` for heads where the spread has nobody of the kind, and for a shift that loses all of them while
        others stay.
        """
        asked = self.of(kind)
        if asked is None:
            return heads
        have = np.stack([np.bincount(cell, weights=column, minlength=len(asked)) for column in heads.T], axis=1).astype(np.int64)
        there = np.bincount(cell, minlength=len(asked)) > 0
        self._check_places(kind, asked, there)
        wanted = np.where(asked >= 0, asked, have)
        hole = np.argwhere((wanted == 0) & (have > 0) & (wanted.max(axis=1, initial=0) > 0)[:, None])
        if len(hole) and kind == POSTS:
            text = "0 heads, a relief that leaves a hole; allowed: 1 or more, or 0 in every shift"
            raise self.error(kind, int(hole[0, 0]), int(hole[0, 1]), text)
        some = heads.max(axis=1)
        return np.stack([to_totals(heads[:, p], cell, asked[:, p], some) for p in range(len(PERIODS))], axis=1)

    def _check_places(self, kind: str, asked: Ints, there: NDArray[np.bool_]) -> None:
        lost = np.argwhere((asked > 0) & ~there[:, None])
        if len(lost):
            cell, period = (int(i) for i in lost[0])
            text = f"{int(asked[cell, period])} heads where these settings have no {kind} to stand, allowed: 0"
            raise self.error(kind, cell, period, text)
        other = np.delete(asked, POLLING, axis=1)
        if kind in OWN_HOURS and (other > 0).any():
            cell, column = (int(i) for i in np.argwhere(other > 0)[0])
            period = column + (column >= POLLING)
            raise self.error(kind, cell, period, f"{int(other[cell, column])} heads, allowed: 0; a {kind} has hours of its own")

    def check_held(self, kind: str, total: Ints, held: NDArray[np.bool_]) -> None:
        """Raise ``InputError`` for units in a cell without a place to start from (``held``, (cells,))."""
        bare = np.flatnonzero((total > 0) & ~held)
        if len(bare) and kind in self.tables:
            cell = int(bare[0])
            period = int(self.tables[kind][cell].argmax())
            text = f"{int(self.tables[kind][cell, period])} heads where this force has no place to start from, allowed: 0"
            raise self.error(kind, cell, period, text)

    def check_most(self, kind: str, crew: int, planned: Ints, most: Ints) -> None:
        """Raise ``InputError`` for more units than there are places, ``most`` (cells,)."""
        over = np.argwhere(planned > most[:, None])
        if len(over) and kind in self.tables:
            cell, period = (int(i) for i in over[0])
            text = f"{int(planned[cell, period]) * crew} heads for {int(most[cell])} places of {crew}"
            raise self.error(kind, cell, period, f"{text}, allowed: {int(most[cell]) * crew} at most")

    def error(self, kind: str, cell: int, period: int, text: str) -> InputError:
        """An error that begins with the key of one number."""
        area, force = divmod(cell, len(self.territory.forces))
        key = f"{self.territory.area_codes[area]}.{self.territory.forces[force]}.{kind}.{PERIODS[period]}"
        return InputError(f"staffing.heads.{key}: {text} ({area_label(self.territory, area)})")


def given_heads(territory: Territory, staffing: StaffingSettings) -> Given:
    """The heads that ``staffing`` gives. Raises ``InputError`` for an area or force that is not there."""
    forces = len(territory.forces)
    tables: dict[str, Ints] = {}
    for key, area in area_positions(territory, staffing.heads, "staffing.heads").items():
        for force, kinds in staffing.heads[key].items():
            cell = area * forces + _force(territory, f"staffing.heads.{key}", force)
            for kind, shifts in kinds.items():
                table = tables.setdefault(kind, np.full((len(territory.area_codes) * forces, len(PERIODS)), KEEP, dtype=np.int64))
                table[cell] = [KEEP if heads is None else heads for heads in (getattr(shifts, name) for name in PERIODS)]
    mobilised = np.full((len(territory.area_codes), forces), KEEP, dtype=np.int64)
    for key, area in area_positions(territory, staffing.mobilised_in, "staffing.mobilised_in").items():
        for force, heads in staffing.mobilised_in[key].items():
            mobilised[area, _force(territory, f"staffing.mobilised_in.{key}", force)] = heads
    return Given(territory, tables, mobilised)


def _force(territory: Territory, where: str, name: str) -> int:
    if name not in territory.forces:
        known = ", ".join(territory.forces)
        raise InputError(f"{where}.{name}: no such force{nearest(name, territory.forces)}; forces are {known}")
    return territory.forces.index(name)


def to_totals(values: Ints, group: Ints, totals: Ints, otherwise: Ints) -> Ints:
    """Whole numbers that add up to the total of their group, in the proportions they have.

    A group that has its total already, or none (``KEEP``), stays as it is; one of zeros is shared by ``otherwise``, evenly
    if that is zero too. A group with a total above 0 needs a row.

    >>> rows = np.array([3, 1, 0, 5]), np.array([0, 0, 0, 1])
    >>> to_totals(*rows, np.array([8, KEEP]), np.ones(4, dtype=np.int64)).tolist()
    [6, 2, 0, 5]
    """
    have = np.bincount(group, weights=values, minlength=len(totals)).astype(np.int64)
    changed = (totals >= 0) & (totals != have)
    rows = np.flatnonzero(changed[group])
    rows = rows[np.argsort(group[rows], kind="stable")]
    weight = values[rows].astype(np.float64)
    for other in (otherwise[rows], np.ones(len(rows), dtype=np.int64)):
        nobody = np.bincount(group[rows], weights=weight, minlength=len(totals)) == 0
        weight = np.where(nobody[group[rows]], other, weight)
    out = values.copy()
    out[rows] = 0
    rows, weight = rows[weight > 0], weight[weight > 0]
    if len(rows):
        out[rows] = apportion_groups(np.where(changed, totals, 0), group[rows], weight)
    return out
