"""Incident classes: what an incident of a class is and which package of units it needs.

Hostile acts are aggregate classes (how many, where, when, how grave), never methods.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("election", "medical", "normal")
"""How a class is reported: election incidents that need police are the headline; medical cases and the normal
service are shown beside it, never pooled with it."""


@dataclass(frozen=True)
class Slot:
    """One unit of a package: any of ``kinds`` (empty: any mobile unit) that has all of ``skills``."""

    kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class IncidentClass:
    """One class of incident and how it is served.

    ``priority`` 1 (most urgent) … 4; ``slots`` the package, first arrival and completion timed apart; ``start``:
    ``as_free`` sends and starts each unit as it becomes free, ``together`` sends only a full package and starts work
    when all are on scene; ``release``: ``each`` unit leaves when its own work is done, ``together`` when all are done.
    ``on_spot`` is the probability that a fixed team present settles it alone; ``harm`` its harm weight.
    """

    name: str
    priority: int
    slots: tuple[Slot, ...] = (Slot(),)
    start: str = "as_free"
    release: str = "each"
    on_spot: float = 0.0
    harm: float = 1.0
    group: str = "election"
