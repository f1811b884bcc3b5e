"""Female officers: which units have one, by the share of women among the officers of each kind of unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.errors import InputError, nearest
from sim.forces.draws import uniforms
from sim.forces.units import Units, skill_bits
from sim.streams import Streams

SKILL = "female_officer"


def with_female_officers(units: Units, shares: Mapping[str, float], streams: Streams) -> Units:
    """The units, some of them with the skill ``female_officer``: a crew of n has one with probability 1 - (1 - share)^n.

    Drawn once for each unit, keyed by its id. Raises ``InputError`` for an unknown kind of unit.
    """
    for kind in sorted(set(shares) - set(units.kinds)):
        raise InputError(f"staffing.female_share: there is no unit kind '{kind}'{nearest(kind, units.kinds)}")
    if not any(shares.values()):
        return units
    share = np.array([shares.get(kind, 0.0) for kind in units.kinds])[units.kind]
    has_one = uniforms(streams, "female_officers", units.id) < 1.0 - (1.0 - share) ** units.heads
    return replace(units, skills=units.skills | np.where(has_one, skill_bits((SKILL,)), 0))
