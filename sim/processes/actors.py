"""Units and tasks while the day runs: small mutable objects that only the processes hold."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simpy import Event

    from sim.demand.classes import IncidentClass
    from sim.processes.fleet import Fleet
    from sim.processes.kernel import Story
    from sim.processes.queue import DispatchArea


class Unit:
    """One unit on the day: its fixed description and its present state."""

    __slots__ = (
        "area", "arrives_at", "base", "base_time", "fleet", "heads", "home_factor", "home_fabric", "home_x", "home_y", "id", "index",
        "is_free", "last", "leaving", "loop", "loop_phase", "mission", "mode", "moving_time", "on_duty", "parked_time", "place", "row",
        "scene_factor", "seen", "seen_at", "seen_for", "sent_at", "slot_types", "status", "story",
    )  # fmt: skip

    def __init__(self, index: int, id: int, base: int, home_x: float, home_y: float, home_fabric: int, mode: int) -> None:
        self.index, self.id, self.base, self.mode = index, id, base, mode
        self.home_x, self.home_y, self.home_fabric = home_x, home_y, home_fabric
        self.row = self.place = -1
        self.heads = 0
        self.fleet: Fleet
        self.area: DispatchArea
        self.slot_types: list[int] = []
        self.moving_time = self.parked_time = self.base_time = 0.0
        self.home_factor = self.scene_factor = 1.0
        self.loop, self.loop_phase = -1, 0.0
        self.status = "off_duty"
        self.on_duty = self.is_free = self.leaving = False
        self.mission: Task | None = None
        self.seen, self.seen_at = (0.0, 0.0, 0.0), 0.0
        self.seen_for: Task | None = None
        self.story: Story
        self.sent_at = self.arrives_at = 0.0
        self.last = -1


class Task:
    """One incident being dealt with: its marks, its place in the queue and the units it has."""

    __slots__ = (
        "area", "arrived", "cleared", "cls", "complete", "convey_to", "fabric", "finished", "handover_time", "id", "index",
        "last", "leaving", "noise", "open_slots", "patience_at", "priority", "queued", "ready_at", "reported_at", "scene_time", "sent", "site", "slots",
        "status", "x", "y",
    )  # fmt: skip

    def __init__(self, index: int, id: int, cls: IncidentClass, priority: int, area: DispatchArea) -> None:
        self.index, self.id, self.cls, self.priority, self.area = index, id, cls, priority, area
        self.site, self.x, self.y, self.fabric = -1, 0.0, 0.0, 0
        self.status = "occurred"
        self.last = -1
        self.reported_at = self.ready_at = 0.0
        self.patience_at = inf
        self.slots: tuple[int, ...] = ()
        self.open_slots: list[tuple[int, int]] = []
        self.queued: tuple[int, ...] | None = None
        self.sent = self.arrived = self.finished = self.cleared = 0
        self.complete: list[tuple[Unit, Event]] = []
        self.leaving: list[tuple[Unit, Event]] = []
        self.scene_time: list[float] = []
        self.noise: list[float] = []
        self.convey_to, self.handover_time = -1, 0.0
