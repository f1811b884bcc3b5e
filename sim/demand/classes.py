"""Incident classes: what an incident of a class is and which package of units it needs.

Hostile acts are aggregate classes (how many, where, when, how grave), never methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import InputError, nearest

GROUPS = ("election", "medical", "normal", "planned")
"""How a class is reported: election incidents that need police are the headline; medical cases and the normal
service are shown beside it, never pooled with it. Planned tasks (escorts, sweeps) are work that the timetable brings:
they draw on the same units but are no incidents, and have a table of their own."""


STARTS, RELEASES = ("as_free", "together"), ("each", "together")


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
    when all are on scene; ``release``: ``each`` unit leaves when its own work is done, ``together`` when all are done
    (with ``as_free``, scarce units that wait on scene can hold each other up: prefer a ``together`` start).
    ``on_spot`` is the probability that a fixed team present settles it alone; ``harm`` its harm weight; ``deterred`` how
    strongly presence deters it, where the tape marks it so. ``convoy``: legs are
    driven at the normal speed of convoys, whatever the units (else at that of the slowest of them). ``fixed_end``: work ends
    one scene time after the task came up, however late a unit came. ``inside``: the work lies inside a polling centre, which
    rules of engagement may close.
    """

    name: str
    priority: int
    slots: tuple[Slot, ...] = (Slot(),)
    start: str = "as_free"
    release: str = "each"
    on_spot: float = 0.0
    harm: float = 1.0
    group: str = "election"
    convoy: bool = False
    deterred: float = 1.0
    fixed_end: bool = False
    inside: bool = False


def check_classes(classes: Sequence[IncidentClass]) -> None:
    """Raise ``InputError`` for no class at all, and for values that a class cannot have."""
    if not classes:
        raise InputError("classes: there is none, allowed: one or more")
    for cls in classes:
        where = f"class '{cls.name}'"
        if cls.priority not in (1, 2, 3, 4):
            raise InputError(f"{where}: priority {cls.priority}, allowed: 1 to 4")
        if not 0.0 <= cls.on_spot <= 1.0:
            raise InputError(f"{where}: on_spot {cls.on_spot:g}, allowed: 0 to 1")
        for key, known in (("start", STARTS), ("release", RELEASES), ("group", GROUPS)):
            if (given := getattr(cls, key)) not in known:
                raise InputError(f"{where}: unknown {key} {given!r}{nearest(str(given), known)}; allowed: {', '.join(known)}")
        for slot in cls.slots:
            if isinstance(slot.kinds, str) or isinstance(slot.skills, str):
                raise InputError(f"{where}: kinds and skills of a slot are lists, such as Slot(kinds=('patrol_car',))")
