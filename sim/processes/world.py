"""The world: all that exists while the day runs, and the one function that records a change of status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.processes.kernel import TASK, Clock
from sim.processes.roads import Slowed
from sim.trace import CODE, KINDS, RECORD_ROW, Trace

if TYPE_CHECKING:
    from simpy import Event

    from sim.demand.tape import Tape
    from sim.processes.access import Access
    from sim.processes.actors import Task, Unit
    from sim.processes.alert import Alert
    from sim.processes.brought import Brought
    from sim.processes.command import Command
    from sim.processes.deterrence import Presence
    from sim.processes.queue import DispatchArea
    from sim.processes.rally import Crowd
    from sim.scenario import Scenario
    from sim.territory.travel import Travel

ELECTION = "election"
Undo = Callable[[], None]
"""Takes back what an order did."""
UNIT_AFTER = tuple(kind.unit for kind in KINDS)
TASK_AFTER = tuple(kind.task for kind in KINDS)
pack, ROW_SIZE = RECORD_ROW.pack, RECORD_ROW.size


class World:
    """State of one run: clock, trace, units, open tasks, dispatch areas and the alert.

    It has slots because of its many attributes: the interpreter reads the first thirty of an object fast.
    """

    __slots__ = (
        "access", "alert", "answers", "areas", "awaited", "calmed", "came", "cancelled", "climbing", "clock",
        "closed_checkpoints", "closing", "command", "crowds", "cut_off", "echoes", "entry_marks", "extended",
        "far_checkpoints", "far_posts", "go_up", "gone_home", "guarding", "guards", "handover_time", "heads_at", "held",
        "impatient", "keep", "planned_closing", "presence", "presence_of", "presences", "room_across", "scenario", "slowed",
        "standby", "staying", "stood_by", "tape", "tasks", "territory", "trace", "travel", "unit_by_id", "units",
    )  # fmt: skip

    alert: Alert

    def __init__(self, scenario: Scenario, tape: Tape, travel: Travel) -> None:
        self.scenario = scenario
        self.territory = scenario.territory
        self.tape = tape
        self.travel = travel
        self.clock = Clock(scenario.calendar.begin)
        self.trace = Trace()
        self.units: list[Unit] = []
        self.unit_by_id: dict[int, Unit] = {}
        self.tasks: dict[int, Task] = {}
        self.areas: list[DispatchArea] = []
        self.cancelled: set[int] = set()
        self.closed_checkpoints: set[int] = set()
        self.access: Access | None = None
        self.crowds: dict[int, Crowd] = {}
        self.presence: Presence | None = None
        self.command: Command
        self.climbing: set[int] = set()
        self.impatient: set[int] = set()
        """Tasks that wait, or have waited, for a unit and lapse if none is sent in time."""
        self.echoes: dict[int, list[int]] = {}
        self.room_across: list[int] = []
        self.handover_time: list[float] = []
        self.keep: Callable[[Unit], bool]
        self.awaited: dict[int, Event] = {}
        self.go_up: Callable[[Task], None]
        """What a task does that waits again: it may climb, and it may lapse."""
        self.extended = False
        self.closing: list[float] = scenario.calendar.closing.tolist()
        self.planned_closing: list[float] = scenario.calendar.closing.tolist()
        self.guards: dict[int, list[Unit]] = {}
        self.guarding: set[int] = set()
        self.gone_home: set[int] = set()
        self.staying: set[int] = set()
        """Centres whose team stays with the boxes until they are escorted."""
        self.far_posts: frozenset[int] = frozenset()
        self.far_checkpoints: frozenset[int] = frozenset()
        """Posts (rows of units) and checkpoints (sites) that matter to another part (see ``sim.processes.parts``)."""
        self.presences: dict[int, float] = {}
        """Chance that the plan acts on a warning, by the id of the presence that it would send."""
        self.presence_of: dict[int, int] = {}
        self.stood_by: set[int] = set()
        """Warnings at whose place a unit stood in time."""
        self.calmed: dict[int, float] = {}
        """What is left of the hazard of each candidate of a rumour, by incident."""
        self.heads_at = [0] * len(scenario.territory.sites)
        self.answers: dict[int, tuple[float, bool]] = {}
        self.entry_marks: dict[int, float] = {}
        self.held: dict[int, Brought] = {}
        """What each inject brings, by its id, until it comes."""
        self.came: dict[int, list[tuple[float, int]]] = {}
        """Moments and ids of the incidents that each inject that has come brings, by its id."""
        self.slowed = Slowed(len(scenario.territory.sites))
        self.cut_off: dict[int, float] = {}
        """Seconds by which units are told later, by dispatch area whose room cannot reach them."""
        self.standby: defaultdict[int, list[tuple[float, int, float]]] = defaultdict(list)

    @property
    def now(self) -> float:
        """Seconds from 00:00 of polling day."""
        return self.clock._now

    def unit(self, id: int) -> Unit:
        """The mobile unit with a stable id. Raises ``InputError`` if there is none."""
        if id not in self.unit_by_id:
            raise InputError(f"no mobile unit has the id {id}")
        return self.unit_by_id[id]

    def any_unit(self, id: int) -> Unit:
        """The unit with a stable id, posts included. Raises ``InputError`` if there is none."""
        row = int(np.searchsorted(self.scenario.units.id, id))
        if row == len(self.units) or self.units[row].id != id:
            raise InputError(f"no unit has the id {id}")
        return self.units[row]

    def site(self, id: int) -> int:
        """Position of the site with a stable id. Raises ``InputError`` if there is none."""
        found = np.flatnonzero(self.scenario.territory.sites.id == id)
        if not len(found):
            raise InputError(f"no site has the id {id}")
        return int(found[0])

    def forget(self, task: Task) -> None:
        """A task is over; wake the tales that wait for its end (``awaited``, by its id), which are given the task."""
        del self.tasks[task.id]
        if self.alert.watches and task.cls.group == ELECTION:
            self.alert.forget(task)
        if task.id in self.awaited:
            event = self.awaited.pop(task.id)
            self.clock.fire(event, TASK + task.id)
            event._value = task

    def dissolve(self) -> None:
        """Cut the rings of references when the day is over, so that counting them is enough to free a million objects, through
        which the collector would look otherwise."""
        self.clock.clear()
        for area in self.areas:
            area.fleet.nearby = None
            vars(area).clear()
        for unit in self.unit_by_id.values():  # nothing that lives on knows the others
            for name in ("area", "fleet", "mission", "seen_for", "story"):
                if hasattr(unit, name):
                    delattr(unit, name)
        for name in World.__slots__:
            delattr(self, name)

    def record(
        self,
        kind: int,
        task: Task | None = None,
        unit: Unit | None = None,
        site: int = -1,
        area: int = -1,
        cause: int = -1,
        value: float = 0.0,
    ) -> int:
        """Append one record and give unit and task the status that its kind brings.

        Every change of status goes through here. Returns the record's position, the cause of what follows.
        """
        records = self.trace.packed_records
        row = len(records) // ROW_SIZE
        task_id = unit_id = -1
        if task is not None:
            task_id, task.last = task.id, row
            after = TASK_AFTER[kind]
            if after is not None:
                task.status = after
        if unit is not None:
            unit_id, unit.last = unit.id, row
            after = UNIT_AFTER[kind]
            if after is not None:
                unit.status = after
        records += pack(self.clock._now, kind, task_id, unit_id, site, area, cause, value)
        return row


K = CODE
