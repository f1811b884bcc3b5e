"""Female officers: how much of each kind of unit is on duty without one."""

from __future__ import annotations

import numpy as np

from sim.forces.female import SKILL
from sim.forces.units import skill_bits
from sim.measures.day import Day
from sim.measures.entry import Cell, Table, entries

COLUMNS = ("unit_kind", "units_on_duty", "units_with_female", "hours_without_female")


def female_table(day: Day) -> Table:
    """One row for each kind of unit that was on duty; no row where no unit has a female officer."""
    units, spans = day.scenario.units, day.intervals
    has_one = (units.skills & skill_bits((SKILL,))) > 0
    rows: list[dict[str, Cell]] = []
    if has_one.any():
        held = np.bincount(spans.unit, (spans.end - spans.begin) * (spans.status > 0), minlength=len(units))
        for code in np.unique(units.kind[held > 0]).tolist():
            mine = (units.kind == code) & (held > 0)
            bare = float(held[mine & ~has_one].sum() / held[mine].sum())
            counts: dict[str, Cell] = {"units_on_duty": int(mine.sum()), "units_with_female": int((mine & has_one).sum())}
            rows.append({"unit_kind": units.kinds[code], **counts, "hours_without_female": bare})
    return {name: [row[name] for row in rows] for name in COLUMNS}


ENTRIES = entries(
    "female_officers",
    ("units_on_duty", "count", "Units of the kind that were on duty"),
    ("units_with_female", "count", "Of them, units with a female officer"),
    ("hours_without_female", "share", "Share of the hours on duty of units without a female officer"),
)
