"""A plan as an order to sign: heads by area and task, hours and reliefs, bases of the reserve, posts one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.build import Place, build_ledger, build_plan
from sim.forces.kinds import KIND, KINDS, TASKS
from sim.forces.shifts import Planned
from sim.plans.hours import Span, shift_hours
from sim.plans.table import TASK_OF, PlanTable, table_of
from sim.settings import Settings

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WAITING = ("section", "rrv", "search_team")
"""Units that wait at a base until they are sent."""
POSTED = ("fixed_team", "checkpoint_crew", "traffic_post")
"""Units that stand at one place."""


@dataclass(frozen=True, eq=False)
class Deployment:
    """``table``: the plan; ``units``: its units one by one; ``hours``: spans of each shift of every area; ``rest_time`` seconds
    between two shifts of one person."""

    table: PlanTable
    units: Planned
    hours: Sequence[dict[str, tuple[Span, ...]]]
    rest_time: float

    def by_task(self) -> Ints:
        """Heads on duty, (areas, forces, tasks, shifts)."""
        heads, where = self.table.heads, self.table.territory
        out = np.zeros((len(TASKS), *heads.shape[1:]), dtype=np.int64)
        np.add.at(out, [TASKS.index(TASK_OF[kind]) for kind in KINDS], heads)
        return np.moveaxis(out.reshape(len(TASKS), len(where.area_codes), len(where.forces), -1), 0, 2)

    def standing(self, kinds: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        """Units of some kinds by site and kind: positions of sites and codes of kinds in order (rows,), and units and heads in
        each shift (rows, 1 + shifts)."""
        mine = np.isin(self.units.kind, [KIND[kind] for kind in kinds]) & (self.units.arrival < 0)
        pairs = np.column_stack((self.units.base[mine], self.units.kind[mine]))
        if not len(pairs):
            none = np.zeros(0, dtype=np.int64)
            return none, none, np.zeros((0, 1 + self.units.heads.shape[1]), dtype=np.int64)
        rows, number = np.unique(pairs, axis=0, return_inverse=True)
        sums = np.zeros((len(rows), 1 + self.units.heads.shape[1]), dtype=np.int64)
        np.add.at(sums, number.ravel(), np.column_stack((np.ones(len(pairs), dtype=np.int64), self.units.heads[mine])))
        return rows[:, 0], rows[:, 1], sums

    def common_hours(self) -> list[tuple[dict[str, tuple[Span, ...]], list[int]]]:
        """Hours of the shifts, each with the areas that have them, the most usual first."""
        groups: dict[tuple[tuple[str, tuple[Span, ...]], ...], list[int]] = {}
        for area, spans in enumerate(self.hours):
            groups.setdefault(tuple(spans.items()), []).append(area)
        return [(dict(spans), areas) for spans, areas in sorted(groups.items(), key=lambda item: (-len(item[1]), item[1]))]


def deployment_of(settings: Settings, place: Place) -> Deployment:
    """The deployment under ``settings``. Raises ``InputError`` for a plan that cannot be, or whose ledger does not close."""
    scenario, made = build_plan(settings, place)
    build_ledger(scenario, made)
    hours = shift_hours(place.calendar, settings.staffing.shifts)
    return Deployment(table_of(settings, place, made), made.planned, hours, made.rest_time)
