"""Everybody who goes round on patrol: loops of centres and cars on road axes, as rows of the plan and their beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.forces.axes import axis_beats, axis_rows
from sim.forces.beats import Beats, make_beats
from sim.forces.heads import Given
from sim.forces.plan import Rows, beat_rows, crew_of, factor_of, planned_units
from sim.forces.spread import Centres
from sim.settings.forces import PatrolSettings, StaffingSettings
from sim.territory.sites import Territory

Ints = NDArray[np.int64]

PATROLS = ("patrol_car", "motorcycle_pair", "foot_pair")
ON_AXES = "patrol_car"


def patrol_rows(
    territory: Territory,
    centres: Centres,
    staffing: StaffingSettings,
    patrol: PatrolSettings,
    extra: dict[str, Ints],
    given: Given,
) -> tuple[list[Rows], list[Beats]]:
    """Rows and beats of the patrols of each kind, with ``extra`` units (cells,) of it; those on road axes come last."""
    manning, cells = staffing.manning.patrol, centres.cells
    axes = axis_beats(territory, patrol, factor_of(ON_AXES, staffing))
    on_axes = np.bincount(axes.cell, minlength=cells)
    planned_on_axes = planned_units(on_axes, on_axes, manning)
    parts, beats = [], []
    for kind in PATROLS:
        crew, factor = crew_of(kind, staffing), factor_of(kind, staffing)
        made, own = make_beats(kind, territory, centres, patrol, factor, extra[kind])
        total = np.bincount(made.cell, minlength=cells)
        planned = planned_units(own, total, manning)
        if given.of(kind) is not None:
            both = (planned + planned_on_axes, total + on_axes) if kind == ON_AXES else (planned, total)
            all_units, wanted = given.units(kind, crew, *both)
            given.check_held(kind, all_units, np.bincount(centres.cell, minlength=cells) > 0)
            if kind == ON_AXES:
                cars, planned_on_axes = _part(all_units, wanted, on_axes, planned_on_axes, both)
                axes = axis_beats(territory, patrol, factor, cars)
                all_units, wanted = all_units - cars, wanted - planned_on_axes
            made, _ = make_beats(kind, territory, centres, patrol, factor, extra[kind], all_units)
            planned = wanted
        beats.append(made)
        parts.append(beat_rows(made, planned, centres, territory.sites.mobile, crew))
    return [*parts, axis_rows(axes, planned_on_axes, crew_of(ON_AXES, staffing))], [*beats, axes]


def _part(total: Ints, wanted: Ints, mine: Ints, planned: Ints, both: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """The part of ``total`` units (cells,), ``wanted`` of them on duty (cells, 4), that falls to some of both: as planned where
    the numbers of both are as they were, else in proportion."""
    old_wanted, old_total = both
    share = np.divide(mine, old_total, out=np.zeros(len(mine)), where=old_total > 0)
    cars = np.where(total == old_total, mine, np.floor(total * share + 0.5).astype(np.int64))
    share = np.divide(cars, total, out=np.zeros(len(cars)), where=total > 0)
    duty = np.floor(wanted * share[:, None] + 0.5).astype(np.int64)
    same = (wanted == old_wanted).all(axis=1) & (total == old_total)
    duty = np.where(same[:, None], planned, duty)
    return cars, np.clip(duty, wanted - (total - cars)[:, None], np.minimum(cars[:, None], wanted))
