"""Patrols on road axes: cars that go to and fro between a town and its entrances.

An axis is the road from a town entrance (a checkpoint site) to the town: the nearest base of its force. Assumed: no road
network is known, so the axis runs straight, with the detour of its fabric.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.forces.beats import LONGEST_LEG, Beats
from sim.forces.heads import to_totals
from sim.forces.plan import Rows, manned
from sim.forces.spread import homes, metres_between, ragged, rounded, site_kind
from sim.settings.forces import PatrolSettings
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def axis_beats(territory: Territory, patrol: PatrolSettings, factor: float, asked: Ints | None = None) -> Beats:
    """Beats of cars on the axes: town, entrance, town, next entrance …; no beat where ``axes_per_car`` is 0.

    ``asked`` (cells,) are the cars of each cell in place of those that follow from this.

    Axes are taken town by town inside a cell (area, force); a beat never chains towns farther apart than the cars'
    ``longest_leg``, and every such group of towns has a car.
    """
    entrance = site_kind(territory.sites, "checkpoint") if patrol.axes_per_car > 0 else np.zeros(0, dtype=np.int64)
    town = homes(territory, entrance)
    cell = territory.sites.area[entrance] * len(territory.forces) + territory.sites.force[entrance]
    order = np.lexsort((territory.sites.id[entrance], territory.sites.id[town], cell))
    entrance, town, cell = entrance[order], town[order], cell[order]
    group = _groups(territory, cell, town, dict(patrol.longest_leg).get("car", LONGEST_LEG))
    sizes = np.bincount(group) if len(group) else np.zeros(0, dtype=np.int64)
    first = np.cumsum(sizes) - sizes
    cars = np.zeros(len(sizes), dtype=np.int64)
    if factor > 0 and len(sizes):
        wanted = sizes.astype(np.float64) * factor / patrol.axes_per_car
        cars = np.clip(rounded(wanted, cell[first]), 1, sizes)
    if asked is not None:
        cars = to_totals(cars, cell[first], asked, sizes)
    owner, number = ragged(cars)
    begin, end = (k * sizes[owner] // np.maximum(cars[owner], 1) for k in (number, number + 1))
    end = np.maximum(end, begin + 1)
    unit, step = ragged(end - begin)
    row = (first[owner] + begin)[unit] + step
    stops = np.column_stack((town[row], entrance[row])).ravel()
    waits = np.tile([0.0, patrol.axis_stop_time], len(row))
    return Beats("patrol_car", cell[first][owner], np.repeat(unit, 2), stops, waits)


def _groups(territory: Territory, cell: Ints, town: Ints, longest: float) -> Ints:
    """Number of the group of towns of each axis: a new one begins with each cell and after each gap too long to chain."""
    new = np.ones(len(town), dtype=bool)
    new[1:] = (cell[1:] != cell[:-1]) | (metres_between(territory, town[:-1], town[1:]) > longest)
    return np.cumsum(new) - 1


def axis_rows(beats: Beats, planned: Ints, crew: int) -> Rows:
    """The cars of the axes, ``planned`` (cells, 4) of them, at the base of the town where their beat begins."""
    heads = manned(beats.cell, crew, planned)
    base = beats.first if len(beats.cell) else np.zeros(0, dtype=np.int64)
    return Rows(beats.kind, base, beats.cell, heads, np.arange(len(beats.cell)))
