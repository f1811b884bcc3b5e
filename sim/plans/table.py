"""The plan as one table: heads on duty by area, force, kind of unit and shift, and the heads that are mobilised in each area."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.build import Place, build_ledger, build_plan
from sim.digest import digest_text
from sim.forces.build import Forces
from sim.forces.heads import given_heads
from sim.forces.kinds import KIND, KINDS, MOBILE, UNIT_KINDS
from sim.forces.plan import crew_of
from sim.forces.roster import PERIODS
from sim.forces.spread import site_kind
from sim.forces.strength import check_patrols, heads_by_shift
from sim.settings import Settings
from sim.territory.sites import Territory

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TASK_OF = {kind.name: kind.task for kind in UNIT_KINDS}
SHIFTS = PERIODS
"""Shifts of the table, in the order of its columns: days before the vote, nights before it, polling day, the night after.
What follows that night has the heads of the days and nights before."""
ONE_BY_ONE = 1
"""Crew of the kinds whose heads are counted one by one."""


@dataclass(frozen=True, eq=False)
class PlanTable:
    """Heads (kinds, areas x forces, 4); ``possible`` (kinds, areas x forces): where the settings have a place for some;
    ``crew`` (kinds,) heads of one unit; ``mobilised`` and
    ``needed`` (areas, forces); ``free`` where as many are mobilised as are needed."""

    territory: Territory
    heads: Ints
    possible: Bools
    crew: Ints
    mobilised: Ints
    needed: Ints
    free: Bools

    def has_rows(self, area: int, force: int) -> bool:
        """Whether a force has somebody in an area, or could have."""
        return bool(self.possible[:, area * len(self.territory.forces) + force].any())

    def plain(self) -> dict[str, Any]:
        """``staffing.heads`` and ``staffing.mobilised_in`` that give this plan."""
        heads: dict[str, Any] = {}
        mobilised: dict[str, Any] = {}
        for area, code in enumerate(self.territory.area_codes):
            for f, force in enumerate(self.territory.forces):
                cell = area * len(self.territory.forces) + f
                kinds = np.flatnonzero(self.possible[:, cell]).tolist()
                own = {KINDS[k]: dict(zip(SHIFTS, self.heads[k, cell].tolist())) for k in kinds}
                if own:
                    heads.setdefault(code, {})[force] = own
                if not self.free[area, f]:
                    mobilised.setdefault(code, {})[force] = int(self.mobilised[area, f])
        return {"heads": heads, "mobilised_in": mobilised}

    def digest(self) -> str:
        """SHA-256 of the plan as such, whatever settings or file it came from."""
        return plan_digest(self.plain())


def plan_digest(plain: dict[str, Any]) -> str:
    """SHA-256 of ``staffing.heads`` and ``staffing.mobilised_in``: equal for equal numbers, in whatever order they stand.

    Numbers of nobody are left out, so that a row of zeros and no row are one plan.
    """
    heads = [
        (area, force, kind, [shifts.get(name) or 0 for name in SHIFTS])
        for area, forces in plain.get("heads", {}).items()
        for force, kinds in forces.items()
        for kind, shifts in kinds.items()
        if any(shifts.values())
    ]
    mobilised = [(area, force, n) for area, forces in plain.get("mobilised_in", {}).items() for force, n in forces.items()]
    return digest_text(json.dumps([sorted(heads), sorted(mobilised)]))


def plan_table(settings: Settings, place: Place) -> PlanTable:
    """The plan of ``settings``, whose place is given. Raises ``InputError`` for a plan that cannot be, or whose ledger does not
    close."""
    scenario, made = build_plan(settings, place)
    build_ledger(scenario, made)
    table = table_of(settings, place, made)
    check_patrols(made.planned, table.heads)
    return table


def table_of(settings: Settings, place: Place, made: Forces) -> PlanTable:
    """The plan of forces that ``settings`` have made."""
    territory, staffing = place.territory, settings.staffing
    cells = len(territory.area_codes) * len(territory.forces)
    heads = heads_by_shift(made.planned, made.shifts, place.calendar, staffing, settings.patrol, cells)
    crew = np.array([_crew(kind, settings) for kind in KINDS])
    given = [staffing.mobilised[force] is not None for force in territory.forces]
    free = np.tile(~np.array(given), (len(territory.area_codes), 1)) & ~_given_by_area(settings, territory)
    return PlanTable(territory, heads, _possible(territory, heads), crew, made.mobilised, made.needed, free)


def _given_by_area(settings: Settings, territory: Territory) -> Bools:
    return np.asarray(given_heads(territory, settings.staffing).mobilised >= 0)


def _crew(kind: str, settings: Settings) -> int:
    if kind == "checkpoint_crew":
        return settings.checkpoints.staff
    return crew_of(kind, settings.staffing) if MOBILE[KIND[kind]] else ONE_BY_ONE


def _possible(territory: Territory, heads: Ints) -> Bools:
    """Where a kind has somebody, or could have: mobile units where their force holds centres, crews at town entrances."""
    sites, forces = territory.sites, len(territory.forces)
    possible = heads.max(axis=2) > 0
    for rows, kinds in ((sites.of_kind("centre"), MOBILE), (site_kind(sites, "checkpoint"), _only("checkpoint_crew"))):
        held = np.bincount(sites.area[rows] * forces + sites.force[rows], minlength=heads.shape[1]) > 0
        possible |= kinds[:, None] & held
    return possible


def _only(kind: str) -> Bools:
    return np.arange(len(KINDS)) == KIND[kind]
