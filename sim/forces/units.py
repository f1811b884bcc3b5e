"""Units: what is dispatched or posted as one, as columns.

Every officer on duty belongs to a unit: patrol cars, motorcycle pairs, foot pairs, rapid response, reserve sections,
and also fixed teams, checkpoint crews and rally rings, which are never sent elsewhere. So one table carries the whole
force and one ledger closes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.digest import digest_columns

SKILLS = ("female_officer", "search", "technical", "public_order", "traffic", "medical", "escort")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Units:
    """Units in order of their stable id; arrays have shape (units,) unless said.

    ``kind`` and ``task`` are codes into ``kinds`` (what it is: "patrol_car") and ``tasks`` (the ledger's line:
    "patrol"); ``mode`` into ``sim.territory.travel.MODES``; ``skills`` is a bit set over ``SKILLS``; ``heads`` officers
    when fully on duty. ``base`` is a position in ``Territory.sites``; ``area`` the territory's area; ``force`` its
    force. ``mobile`` says whether it may be dispatched. ``loop`` is a row of ``Scenario.loops`` (-1: none) and
    ``loop_phase`` the seconds already gone on that loop when a shift starts. ``moving_time``, ``parked_time`` and
    ``base_time`` are mobilisation times; ``home_factor`` multiplies the speed home, ``scene_factor`` the time on scene.
    Shifts are ragged: unit i is on duty in rows ``shift_from[i]`` to ``shift_from[i + 1]`` of ``shift_start``,
    ``shift_end`` and ``shift_heads``.
    """

    kinds: tuple[str, ...]
    tasks: tuple[str, ...]
    id: Ints
    kind: Ints
    task: Ints
    mode: Ints
    skills: Ints
    heads: Ints
    base: Ints
    area: Ints
    force: Ints
    mobile: NDArray[np.bool_]
    loop: Ints
    loop_phase: Floats
    moving_time: Floats
    parked_time: Floats
    base_time: Floats
    home_factor: Floats
    scene_factor: Floats
    shift_from: Ints
    shift_start: Floats
    shift_end: Floats
    shift_heads: Ints

    def __len__(self) -> int:
        return len(self.id)

    def shifts(self, row: int) -> list[tuple[float, float, int]]:
        """Start, end and heads of each shift of one unit, in order."""
        part = slice(self.shift_from[row], self.shift_from[row + 1])
        return list(
            zip(
                self.shift_start[part].tolist(),
                self.shift_end[part].tolist(),
                self.shift_heads[part].tolist(),
                strict=True,
            )
        )

    def all_shifts(self) -> Iterator[list[tuple[float, float, int]]]:
        """Start, end and heads of each shift of every unit, in the order of units."""
        columns = self.shift_start.tolist(), self.shift_end.tolist(), self.shift_heads.tolist()
        facts, bounds = list(zip(*columns, strict=True)), self.shift_from.tolist()
        return (facts[first:last] for first, last in pairwise(bounds))

    def digest(self) -> str:
        """SHA-256 over all columns."""
        return digest_columns({f.name: getattr(self, f.name) for f in fields(self)})


def skill_bits(names: tuple[str, ...]) -> int:
    """Bit set of skill names. Raises ``ValueError`` for an unknown one."""
    return sum(1 << SKILLS.index(name) for name in names)
