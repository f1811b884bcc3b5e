"""Units and tasks while the day runs: small mutable objects that only the processes hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simpy import Event

    from sim.demand.classes import IncidentClass
    from sim.processes.fleet import Fleet
    from sim.processes.queue import DispatchArea
    from sim.processes.story import Story


LONG_AGO = -1e300
"""When a unit that has not moved yet arrived where it stands (finite, so that no product becomes NaN)."""
Leg = tuple[float, float, float, float, float, float]
"""Where it ends (x, y), from there to where it began (dx, dy), the moment of arrival and the share driven in a second."""


class Unit:
    """One unit on the day: its fixed description and its present state.

    ``slot_types`` are those it can fill, ``ability`` the number of that set in its fleet. ``leg`` is the one it drives, or drove
    last, ``node`` the site where that ends and ``home_at`` the moment from which the unit stands at its base by it (infinity: it
    ends elsewhere); ``rest_time`` is how long it takes to get going where it stands. One that ``walks`` is on its loop, which it
    began at ``loop_ref``, once its leg has ended.
    """

    __slots__ = (
        "ability", "area", "arrives_at", "base", "base_time", "fleet", "heads", "home_at", "home_fabric", "home_factor", "home_x",
        "home_y", "id", "index", "is_free", "kept", "last", "leaving", "leg", "loop", "loop_phase", "loop_ref", "loop_since",
        "mission", "mode", "moving_time", "node", "on_duty", "parked_time", "place", "rest_time", "row", "scene_factor", "seen",
        "seen_at", "seen_for", "sent_at", "slot_types", "status", "story", "walks",
    )  # fmt: skip

    def __init__(self, index: int, id: int, base: int, home_x: float, home_y: float, home_fabric: int, mode: int) -> None:
        self.index, self.id, self.base, self.mode = index, id, base, mode
        self.home_x, self.home_y, self.home_fabric = home_x, home_y, home_fabric
        self.row = self.place = -1
        self.leg: Leg = (home_x, home_y, 0.0, 0.0, LONG_AGO, 0.0)
        self.node, self.home_at = base, LONG_AGO
        self.heads = 0
        self.fleet: Fleet
        self.area: DispatchArea
        self.slot_types: list[int] = []
        self.ability = -1
        self.moving_time = self.parked_time = self.base_time = self.rest_time = 0.0
        self.home_factor = self.scene_factor = 1.0
        self.loop, self.loop_phase, self.loop_since, self.loop_ref = -1, 0.0, 0.0, 0.0
        self.status = "off_duty"
        self.on_duty = self.is_free = self.leaving = self.kept = self.walks = False
        self.mission: Task | None = None
        self.seen, self.seen_at = (0.0, 0.0, 0.0), 0.0
        self.seen_for: Task | None = None
        self.story: Story
        self.sent_at = self.arrives_at = 0.0
        self.last = -1


MARKS = (
    "at", "id", "cls", "area", "slots", "open_slots", "priority", "site", "x", "y", "fabric", "channel", "report_time",
    "talk_time", "caller_patience", "dispatch_time", "escalate_time", "patience_at", "on_spot", "candidate", "bound", "thinning",
    "parent", "convey_to", "handover_time", "scene_time", "noise", "odd",
)  # fmt: skip
"""What an incident brings along, in the order in which a task is given it."""


class Task:
    """One incident being dealt with: its marks, its place in the queue and the units it has.

    Its marks are those of ``sim.demand.tape.Incidents``; ``cls`` is the class itself, ``area`` the dispatch area, ``slots`` the
    slot types of its package, ``open_slots`` its places, with their slot types, for which nobody is sent yet, ``patience_at`` the
    moment at which it lapses; ``legs`` are (site, hold_time) of the places to which the package goes on after the scene. ``odd``
    says what is unusual about its report (see ``sim.processes.callers``), ``needed`` how many units the package counts, which may
    become fewer; ``ends_at`` is when work ends however late a unit came (None: a scene time after its arrival).
    """

    __slots__ = (
        *MARKS, "arrived", "cleared", "complete", "ends_at", "finished", "last", "leaving", "legs", "needed", "queued",
        "ready_at", "reported_at", "sent", "status",
    )  # fmt: skip

    cls: IncidentClass
    area: DispatchArea
    slots: tuple[int, ...]
    open_slots: tuple[tuple[int, int], ...]
    scene_time: list[float]
    noise: list[float]

    def __init__(self, marks: tuple[Any, ...]) -> None:
        (
            self.at, self.id, self.cls, self.area, self.slots, self.open_slots, self.priority, self.site, self.x, self.y,
            self.fabric, self.channel, self.report_time, self.talk_time, self.caller_patience, self.dispatch_time,
            self.escalate_time, self.patience_at, self.on_spot, self.candidate, self.bound, self.thinning,
            self.parent, self.convey_to, self.handover_time, self.scene_time, self.noise, self.odd,
        ) = marks  # fmt: skip
        self.status = "occurred"
        self.last = -1
        self.reported_at = self.ready_at = 0.0
        self.needed = len(self.slots)
        self.queued: tuple[int, ...] | None = None
        self.sent = self.arrived = self.finished = self.cleared = 0
        self.complete: tuple[tuple[Unit, Event], ...] = ()
        self.leaving: tuple[tuple[Unit, Event], ...] = ()
        self.legs: tuple[tuple[int, float], ...] = ()
        self.ends_at: float | None = None
