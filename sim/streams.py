"""Named random streams: the same question always gets the same numbers.

A stream is found by purpose, replication and entity, never by the order of
calls, so adding a process or a purpose changes no other draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PURPOSES: dict[str, int] = {
    "incident_counts": 1,
    "incident_times": 2,
    "incident_places": 3,
    "incident_marks": 4,
    "scene_times": 5,
    "travel_noise": 6,
    "calls": 7,
    "background": 8,
    "escalation": 9,
    "clusters": 10,
    "vehicles": 11,
    "rallies": 12,
    "rally_incidents": 13,
    "sites": 14,
    "absence": 15,
    "patrol_phase": 16,
    "risk_tiers": 17,
    "turnout": 18,
    "candidates": 20,
    "bench": 21,
    "study": 22,
    "relief": 41,
    "redials": 60,
    "reporting": 61,
    "duplicates": 62,
    "vips": 30,
    "commission": 31,
    "matches": 32,
    "match_incidents": 33,
    "female_officers": 34,
    "entry": 42,
    "counts": 80,
    "convoys": 81,
    "delivery": 82,
    "warnings": 70,
    "false_warnings": 71,
    "rumours": 72,
    "rumour_calls": 73,
    "surges": 74,
    "inject_rumours": 75,
}
"""Purpose -> number. Numbers are never re-used: they are part of every recorded seed."""


@dataclass(frozen=True)
class Streams:
    """The random streams of one replication of one root seed."""

    root: int
    replication: int = 0

    def __call__(self, purpose: str, entity: int = 0) -> np.random.Generator:
        """Return a fresh generator for ``purpose`` and ``entity`` (a stable non-negative id).

        Raises ``KeyError`` for a purpose that is not in :data:`PURPOSES`.
        """
        key = (self.replication, PURPOSES[purpose], entity)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.root, spawn_key=key)))
