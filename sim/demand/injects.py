"""Injects: what each effect of the closed list does, and the conditions under which an inject comes.

An effect reaches only what the engine already has: units, posts, desks, levels, rooms, drives, and incidents that stand on the
tape. Its incidents (those of ``spawn_incident`` and ``demand_surge``) are rows of the tape that name the inject as their parent
and carry the mark ``inject``: they come with it, each as much later as its own moment lies after that of the inject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

import numpy as np

from sim.demand.signals import Rumours
from sim.demand.tape import THINNINGS, Incidents, Inject
from sim.errors import InputError, nearest

CHECK_TIME = 60.0
"""Seconds after which an inject looks at its condition again."""
LONGEST = 10 * 86400.0
MOST_IDS = 1_000_000
Target = Literal["none", "unit", "any unit", "site", "room", "area", "areas", "priority"]
TARGETS: dict[Target, str] = {
    "none": "nothing",
    "unit": "the id of a mobile unit",
    "any unit": "the id of a unit or post",
    "site": "the id of a site",
    "room": "the position of a dispatch area",
    "area": "the position of an area",
    "areas": "the position of an area, none for all of them",
    "priority": "a priority, 1 to 4",
}
"""What a target may be, and how it is written."""


@dataclass(frozen=True)
class Effect:
    """One effect: what it does (``text``), its target, its value (``""``: it has none) with its bounds, whether it may last for
    a time, whether it must (``brief``), and whether it may wait for a condition."""

    text: str
    target: Target = "none"
    value: str = ""
    low: float = -inf
    high: float = inf
    may_last: bool = False
    brief: bool = False
    may_wait: bool = True


EFFECTS: dict[str, Effect] = {
    "spawn_incident": Effect("the incidents that name the inject as their parent occur"),
    "demand_surge": Effect(
        "incidents and calls of the hours of the inject come `value` times as often: copies of rows of the tape, as many as "
        "the rest is, drawn with a stream of their own",
        "areas", "times the demand", 1.0, 20.0, may_last=True, brief=True,
    ),
    "unit_out_of_service": Effect(
        "the unit leaves service, after its work if it is on scene; a post is left until its next shift",
        "any unit", may_last=True,
    ),
    "unit_back_in_service": Effect("the unit is on duty again at its base, the post is manned again", "any unit"),
    "checkpoint_closed": Effect("the checkpoint stops working", "site", may_last=True),
    "checkpoint_opened": Effect("the checkpoint works again", "site"),
    "road_slowed": Effect(
        "drives to the places of the site's area, or `within` so many metres of the site, take `value` times as long; the rooms "
        "do not know",
        "site", "times the drive", 1.0, 20.0, may_last=True,
    ),
    "desk_operators": Effect("the phone desk has `value` operators", "room", "operators", 0.0, 10_000.0, may_last=True),
    "communications_outage": Effect(
        "the room reaches its units by messengers: each is told `value` seconds later, none under way can be called to a more "
        "urgent task, and what officers report comes by phone",
        "room", "seconds", 0.0, 7200.0, may_last=True,
    ),
    "rumour": Effect(
        "a rumour draws people to the site, `value` of them at its height: they call, and from a threshold on they are a crowd",
        "site", "people", 1.0, 1e6, may_last=True, may_wait=False,
    ),
    "request_reinforcement": Effect("the room asks for `value` units of those that stand by", "room", "units", 0.0, 10_000.0),
    "alert_level": Effect(
        "the area has level `value`: 0 normal, 1 raised, 2 maximum, -1 as planned", "area", "level", may_last=True
    ),
    "extend_voting": Effect("the electoral authority lets the area vote until `value`", "areas", "moment"),
    "request_extension": Effect("the police ask for voting until `value`", "areas", "moment"),
    "recall": Effect("the unit is called back from its way to a task", "unit"),
    "assign": Effect("the free unit is sent to the open task `value`", "unit", "id of a task"),
    "enter_centre": Effect("the unit is told to enter the centre `value`, as far as its rules allow", "any unit", "id of a site"),
    "carry_box": Effect("the unit is told to carry a box of the centre `value`: never allowed", "any unit", "id of a site"),
    "attend_count": Effect("the unit is told to attend the count at the centre `value`", "any unit", "id of a site"),
    "note": Effect("nothing on the tape changes: something is said or decided in the room"),
    "redirect": Effect("units under way may (1) or may not (0) be sent to a more urgent task", "none", "0 or 1", 0.0, 1.0),
    "reserve": Effect(
        "tasks of the priority are served only while more than `value` units are free", "priority", "units", 0.0, 10_000.0
    ),
}  # fmt: skip
"""Every effect that pollday carries out."""
BRINGS = ("spawn_incident", "demand_surge")
"""Effects whose incidents stand on the tape."""

STATES = {
    "open_incidents": "incidents that are reported and not over",
    "waiting_tasks": "tasks that wait for a unit",
    "free_units": "mobile units on duty that could be sent",
    "alert_level": "the alert level (of all areas the highest)",
}
STAGES = {
    "carried_out": "the inject has been carried out",
    "attended": "one of its incidents has a unit on scene, or is over",
    "over": "all of its incidents are over",
}
_COMPARED = re.compile(r"(\w+)(?:\s+in\s+(.+?))?\s*(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)", re.ASCII)
_STAGE = re.compile(r"(\w+)\s+(\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Condition:
    """When an inject comes: a ``state`` (of ``STATES``) of an area (empty: of all) compared with a number, or a ``state`` (of
    ``STAGES``) that the inject with the id ``number`` has reached."""

    state: str
    area: str = ""
    sign: str = ""
    number: float = 0.0


def condition_of(text: str) -> Condition:
    """Read a condition: ``free_units in Alger < 3`` or ``attended 4``. Raises ``InputError``.

    >>> condition_of("open_incidents > 5").number, condition_of("over 12").state
    (5.0, 'over')
    """
    compared, stage = _COMPARED.fullmatch(text.strip()), _STAGE.fullmatch(text.strip())
    known = STAGES if stage else STATES
    found = compared or stage
    if found is None:
        allowed = "a state compared with a number, such as 'free_units in Alger < 3', or 'attended 4' with the id of an inject"
        raise InputError(f"{text!r} is no condition, allowed: {allowed}")
    if found[1] not in known:
        raise InputError(f"{text!r}: unknown state '{found[1]}'{nearest(found[1], known)}; allowed: {', '.join(known)}")
    if stage:
        return Condition(stage[1], number=float(stage[2]))
    assert compared is not None
    return Condition(compared[1], compared[2] or "", compared[3], float(compared[4]))


def check_inject(inject: Inject) -> None:
    """Raise ``InputError`` for an unknown effect, and for values, times and conditions that it cannot have.

    Whether its target exists is known only where the scenario is.
    """
    effect = EFFECTS.get(inject.effect)
    name = inject.effect
    if effect is None:
        raise InputError(f"unknown effect '{name}'{nearest(name, EFFECTS)}; allowed: {', '.join(EFFECTS)}")
    if not isfinite(inject.at):
        raise InputError(f"{name}: {inject.at} is not a moment; allowed: seconds from 00:00 of polling day")
    if not effect.low <= inject.value <= effect.high:
        raise InputError(f"{name}: {inject.value:g} {effect.value}, allowed: {effect.low:g} to {effect.high:g}")
    if not 0.0 <= inject.lasts <= LONGEST or (inject.lasts and not effect.may_last):
        allowed = f"up to {LONGEST:g} s" if effect.may_last else "this effect is done at once"
        raise InputError(f"{name}: lasts {inject.lasts:g} s; {allowed}")
    if effect.brief and not inject.lasts:
        raise InputError(f"{name}: say how long it lasts, in seconds")
    if inject.within and name != "road_slowed":
        raise InputError(f"{name}: within goes with road_slowed only")
    if effect.target == "priority" and inject.target not in (1, 2, 3, 4):
        raise InputError(f"{name}: priority {inject.target}, allowed: 1 to 4")
    if not -1 <= inject.id < MOST_IDS:
        raise InputError(f"{name}: id {inject.id}, allowed: 0 to {MOST_IDS - 1}")
    if inject.when:
        condition_of(inject.when)
        if not effect.may_wait:
            raise InputError(f"{name}: comes at its moment; a condition goes with any other effect")


def in_order(injects: Iterable[Inject]) -> tuple[Inject, ...]:
    """Injects in the order in which they are given to a day."""
    return tuple(sorted(injects, key=lambda i: (i.at, i.effect, i.target, i.value, i.id)))


def ordered_off(injects: Iterable[Inject]) -> dict[int, float]:
    """Ids of the units that injects take out of service, and the moment from which the first of them may."""
    found: dict[int, float] = {}
    for inject in injects:
        if inject.effect == "unit_out_of_service":
            found[inject.target] = min(inject.at, found.get(inject.target, inf))
    return found


def check_injects(injects: Sequence[Inject], incidents: Incidents, rumours: Rumours) -> None:
    """Raise ``InputError`` for injects that do not fit together or to the tape: ids given twice, unknown ones in conditions, and
    effects whose incidents or rumours are not there.

    Incidents may wait for an inject that is not on the tape: they are prepared, and come when somebody decides it."""
    for inject in injects:
        check_inject(inject)
    ids = [inject.id for inject in injects if inject.id >= 0]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise InputError(f"tape: the inject id {twice[0]} is given more than once")
    by_id = {inject.id: inject for inject in injects if inject.id >= 0}
    brought = brought_by(incidents)
    for inject in injects:
        stage = condition_of(inject.when) if inject.when else None
        if stage is not None and stage.state in STAGES and int(stage.number) not in by_id:
            raise InputError(f"{inject.effect}: {inject.when!r}: there is no inject {stage.number:g}")
        if inject.effect in BRINGS and inject.id not in brought and inject.value != 1.0:
            raise InputError(f"{inject.effect}: no incident of the tape has inject {inject.id} as its parent")
        if inject.effect == "rumour" and rumour_id(inject.id) not in rumours.id:
            raise InputError(f"rumour: the tape has no rumour {rumour_id(inject.id)} of inject {inject.id}")
    for id, row in brought.items():
        if id not in by_id:  # prepared for a decision
            continue
        if by_id[id].effect not in BRINGS:
            raise InputError(f"tape: incident {incidents.id[row[0]]} waits for inject {id}, which brings no incidents")
        if incidents.at[row].min() < by_id[id].at:
            raise InputError(f"tape: incident {incidents.id[row[0]]} lies before inject {id}, which brings it")


def brought_by(incidents: Incidents) -> dict[int, np.ndarray]:
    """Rows of the incidents that each inject brings, by its id."""
    rows = np.flatnonzero(incidents.thinning & THINNINGS["inject"])
    return {int(id): rows[incidents.parent[rows] == id] for id in np.unique(incidents.parent[rows])}


FIRST_ID = 10**15
"""Ids of rows that injects add to a tape: above all ids that are drawn."""
_IDS_EACH = 1_000_000


def first_row_id(inject: int) -> int:
    """The first id of the rows that an inject adds to a tape."""
    return FIRST_ID + inject * _IDS_EACH


def rumour_id(inject: int) -> int:
    """The id of the rumour that an inject starts."""
    return first_row_id(inject)
