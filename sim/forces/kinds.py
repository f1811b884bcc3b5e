"""Kinds of units and the lines of the force ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.forces.units import skill_bits
from sim.territory.travel import MODES

TASKS = (
    "posts", "patrol", "traffic", "checkpoints", "rallies", "rapid_response", "reserve", "normal_service", "reinforcement",
    "escorts",
)  # fmt: skip
"""What heads on duty do; rest and absence are computed. Positions are codes in ``Units.task``."""


@dataclass(frozen=True)
class UnitKind:
    """One kind of unit: its line in the ledger, how it moves, what it can do, and whether it may be dispatched."""

    name: str
    task: str
    mode: str = "none"
    skills: tuple[str, ...] = ()

    @property
    def mobile(self) -> bool:
        """Whether units of this kind may be dispatched."""
        return self.mode != "none"


UNIT_KINDS = (
    UnitKind("patrol_car", "patrol", "car"),
    UnitKind("motorcycle_pair", "patrol", "motorcycle"),
    UnitKind("foot_pair", "patrol", "foot"),
    UnitKind("rrv", "rapid_response", "car", ("public_order",)),
    UnitKind("section", "reserve", "van", ("public_order",)),
    UnitKind("search_team", "rapid_response", "van", ("search", "technical")),
    UnitKind("traffic_unit", "traffic", "motorcycle", ("traffic",)),
    UnitKind("normal_car", "normal_service", "car"),
    UnitKind("fixed_team", "posts"),
    UnitKind("checkpoint_crew", "checkpoints"),
    UnitKind("rally_ring", "rallies"),
    UnitKind("traffic_post", "traffic", "none", ("traffic",)),
    UnitKind("normal_service", "normal_service"),
    UnitKind("match_force", "rallies"),
    UnitKind("escort", "escorts", "convoy", ("escort",)),
)
"""Positions are codes in ``Units.kind`` and part of every unit's id: append only."""

KINDS = tuple(kind.name for kind in UNIT_KINDS)
SENT = tuple(kind.name for kind in UNIT_KINDS if kind.mobile)
"""Kinds that may be dispatched, so that a package can name them."""
KIND = {kind.name: code for code, kind in enumerate(UNIT_KINDS)}
TASK = {name: code for code, name in enumerate(TASKS)}
MODE_OF = np.array([MODES.index(kind.mode) for kind in UNIT_KINDS])
MOBILE = np.array([kind.mobile for kind in UNIT_KINDS])
_TASK_OF = np.array([TASK[kind.task] for kind in UNIT_KINDS])
_SKILLS_OF = np.array([skill_bits(kind.skills) for kind in UNIT_KINDS])

KIND_BLOCK = 10**12
SITE_BLOCK = 10**4
LARGEST_SITE_ID = KIND_BLOCK // SITE_BLOCK - 1
"""A unit's id is kind x KIND_BLOCK + site id x SITE_BLOCK + its number at that site, and stays below 2**48."""


def kind_columns(kind: NDArray[np.int64]) -> dict[str, Any]:
    """The columns of ``Units`` that follow from the kind: names and codes of kind and task, mode, skills, mobile."""
    codes = {"kind": kind, "task": _TASK_OF[kind], "mode": MODE_OF[kind], "skills": _SKILLS_OF[kind]}
    return {"kinds": KINDS, "tasks": TASKS, **codes, "mobile": MOBILE[kind]}
