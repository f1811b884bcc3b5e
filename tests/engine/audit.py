"""An independent pass over the records of a run: one loop, plain rules, nothing shared with engine or measures.

It follows each unit and each open task record by record, and after each instant asks whether anybody waits who could be
served. Numbers are those of the validation plan: I1 accounting, I2 legal changes, I4 work conservation, I6 order,
I7 parts and drives, I8 clock, I10 reserve.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor, hypot, inf

from sim.demand.classes import Slot
from sim.demand.tape import Tape
from sim.forces.units import skill_bits
from sim.scenario import Scenario
from sim.trace import Trace
from tests.worlds import NAMES

MAY_FOLLOW = {
    "on_duty": {"off"},
    "off_duty": {"free", "returning", "driving_home", "cleared", "diverted", "patrol", "to_patrol"},
    "dispatched": {"free", "returning", "cleared", "diverted", "patrol"},
    "diverted": {"responding"},
    "arrived": {"responding"},
    "conveying": {"on_scene"},
    "handed_over": {"conveying"},
    "cleared": {"on_scene", "handing_over"},
    "returning": {"cleared", "diverted"},
    "at_base": {"driving_home", "to_patrol"},
    "loop_started": {"free", "cleared", "diverted"},
    "loop_suspended": {"patrol", "to_patrol", "free"},  # free: back on its loop and taskable again
}
IDLE = {"free", "returning", "patrol", "cleared", "diverted"}
ENDS = {"closed", "lapsed", "prevented", "call_refused", "call_abandoned"}
SPEED = 10.0


@dataclass
class Open:
    """An open task as the records tell it."""

    cls: int
    priority: int
    area: int
    slot: Slot
    places: int
    status: str = "occurred"
    ready_at: float = inf
    sent: dict[int, float] = field(default_factory=dict)  # unit -> moment of arrival that its leg promises
    visits: int = 0
    left: int = 0

    @property
    def missing(self) -> int:
        return self.places - self.visits - len(self.sent) if self.status == "ready" else 0


class Audit:
    """Follow a trace and raise ``AssertionError`` at the first record that breaks a rule."""

    def __init__(self, scenario: Scenario, tape: Tape, trace: Trace) -> None:
        self.scenario, self.tape = scenario, tape
        self.rules = scenario.dispatch
        rows, units, sites = tape.incidents, scenario.units, scenario.territory.sites
        self.row = {int(task): i for i, task in enumerate(rows.id)}
        self.area_of_unit = dict(zip(units.id.tolist(), scenario.dispatch_area(units.area, units.force).tolist()))
        self.area_of_task = scenario.dispatch_area(sites.area, sites.force)[rows.site].tolist()
        self.index = {unit: i for i, unit in enumerate(units.id.tolist())}
        self.state = dict.fromkeys(units.id.tolist(), "off")
        self.fresh: set[int] = set()  # units that have just come on duty: on a loop they may be sent at once
        self.open: dict[int, Open] = {}
        self.ended: dict[int, str] = {}
        columns = (trace.columns()[name].tolist() for name in ("time", "kind", "task", "unit", "value"))
        self.records = [(time, NAMES[kind], task, unit, value) for time, kind, task, unit, value in zip(*columns)]
        legs = trace.legs()
        respond = legs["purpose"] == 0
        self.legs = list(
            zip(*(legs[n][respond].tolist() for n in ("unit", "depart_at", "arrive_at", "x0", "y0", "x1", "y1", "task")))
        )

    def run(self) -> None:
        now, drives = -inf, iter(self.legs)
        for time, kind, task, unit, value in self.records:
            assert time >= now, f"I8: {kind} at {time} after {now}"
            assert time <= self.scenario.calendar.end
            if time > now and now > -inf:
                self.nobody_waits_in_vain(now)
            now = time
            if task >= 0:
                self.task_record(time, kind, task, unit, value, drives)
            if unit >= 0:
                self.unit_record(kind, unit)
        if now > -inf:
            self.nobody_waits_in_vain(now)
        due = {int(t) for t, at in zip(self.tape.incidents.id, self.tape.incidents.at) if at <= self.scenario.calendar.end}
        assert set(self.ended) | set(self.open) == due, "I1: incidents in = ended + open"
        assert not set(self.ended) & set(self.open)

    # --- units ----------------------------------------------------------------------------------------------------

    def unit_record(self, kind: str, unit: int) -> None:
        if kind == "relieved":
            assert self.state[unit] != "off"
            return
        before = self.state[unit]
        assert before in MAY_FOLLOW[kind], f"I2: unit {unit}: {kind} while {before}"
        anywhere = self.rules.taskable == "while_returning"
        after = {
            "on_duty": "free",
            "off_duty": "off",
            "dispatched": "responding",
            "diverted": "diverted",
            "arrived": "on_scene",
            "conveying": "conveying",
            "handed_over": "handing_over",
            "cleared": "cleared",
            "returning": "returning" if anywhere else "driving_home",
            "at_base": "free",
            "loop_started": "patrol" if anywhere or before == "free" else "to_patrol",
            "loop_suspended": "free",
        }
        self.state[unit] = after[kind]

    def eligible(self, unit: int, slot: Slot) -> bool:
        units, i = self.scenario.units, self.index[unit]
        bits = skill_bits(slot.skills)
        return (
            bool(units.mobile[i])
            and (not slot.kinds or units.kinds[units.kind[i]] in slot.kinds)
            and units.skills[i] & bits == bits
        )

    def free(self, area: int, slot: Slot) -> int:
        return sum(
            state in IDLE and self.area_of_unit[unit] == area and self.eligible(unit, slot) for unit, state in self.state.items()
        )

    # --- tasks ----------------------------------------------------------------------------------------------------

    def task_record(self, time: float, kind: str, task: int, unit: int, value: float, drives) -> None:  # type: ignore[no-untyped-def]
        if kind == "occurred":
            assert task not in self.open and task not in self.ended
            i = self.row[task]
            assert time == self.tape.incidents.at[i]
            cls = self.scenario.classes[self.tape.incidents.cls[i]]
            slot = cls.slots[0] if cls.slots else Slot()
            self.open[task] = Open(
                int(self.tape.incidents.cls[i]), int(self.tape.incidents.priority[i]), self.area_of_task[i], slot, len(cls.slots)
            )
            return
        state = self.open[task]
        if kind == "processed":
            assert state.status == "reported"
            state.status, state.ready_at = "ready", time
        elif kind == "reported":
            assert state.status == "occurred"
            state.status = "reported"
        elif kind == "escalated":
            assert value == state.priority - 1 >= 1 and not state.visits
            state.priority = int(value)
        elif kind == "dispatched":
            self.dispatched(time, task, unit, value, state, next(drives))
        elif kind == "diverted":
            assert state.sent.pop(unit) >= time, f"I2: unit {unit} is diverted after it has arrived"
        elif kind == "arrived":
            assert abs(state.sent.pop(unit) - time) < 1e-9, f"I7: unit {unit} does not arrive when its drive ends"
            state.visits += 1
        elif kind == "cleared":
            state.left += 1
        elif kind in ENDS:
            if kind == "closed":
                assert state.left == state.places or state.places == 0, "closed before the last unit has left"
            else:
                assert not state.sent and not state.visits
            self.ended[task] = kind
            del self.open[task]

    def dispatched(self, time: float, task: int, unit: int, mobilisation: float, state: Open, leg: tuple[float, ...]) -> None:
        assert state.status == "ready" and state.missing > 0, f"I2: task {task} has no place for unit {unit}"
        assert self.eligible(unit, state.slot)
        assert all(unit not in other.sent for other in self.open.values()), f"I2: unit {unit} is sent twice"
        of, depart, arrive, x0, y0, x1, y1, to = leg
        assert (of, to) == (unit, task)
        i = self.row[task]
        assert (x1, y1) == (self.tape.incidents.x[i], self.tape.incidents.y[i])
        assert depart == time + mobilisation >= time
        place = self.tape.incidents.noise[i]
        direct = hypot(x1 - x0, y1 - y0) / SPEED
        assert any(abs(arrive - depart - direct * noise) < 1e-6 for noise in place), "I7: drive = distance / speed x noise"
        own = self.area_of_unit[unit] == state.area
        if not own:
            assert state.area in self.clients(self.area_of_unit[unit]) and state.priority <= self.rules.aid_priority
        redirected = self.state[unit] == "diverted"
        if not redirected and own:
            free, on_duty = self.free(state.area, state.slot), self.on_duty(state.area, state.slot)
            assert free > self.reserve(state.priority, on_duty), "I10: the reserve is sent out"
        if not redirected:
            self.in_order(task, state)
        state.sent[unit] = arrive

    def in_order(self, task: int, state: Open) -> None:
        """I6: nobody of the same need waits who is more urgent, or as urgent and first (reserves rise with the class)."""
        for other, waiting in self.open.items():
            if other != task and waiting.missing and (waiting.area, waiting.slot) == (state.area, state.slot):
                first = (waiting.priority, waiting.ready_at, other) < (state.priority, state.ready_at, task)
                assert not first, f"I6: task {task} overtakes task {other}"

    def clients(self, area: int) -> list[int]:
        if self.rules.aid == "never":
            return []
        return [a for a in range(self.scenario.dispatch_areas) if area in self.helpers(a)]

    def helpers(self, area: int) -> list[int]:
        if self.rules.aid == "never":
            return []
        neighbours = self.scenario.territory.neighbours
        return list(neighbours[area]) if area < len(neighbours) else []

    def reserve(self, priority: int, on_duty: int) -> float:
        kept = self.rules.reserve[priority - 1]
        return kept * on_duty if self.rules.reserve_as == "share" else kept

    def on_duty(self, area: int, slot: Slot) -> int:
        return sum(
            state != "off" and self.area_of_unit[unit] == area and self.eligible(unit, slot) for unit, state in self.state.items()
        )

    # --- work conservation ----------------------------------------------------------------------------------------

    def nobody_waits_in_vain(self, now: float) -> None:
        """I4: after an instant, no head of the queue waits while enough units are free for it under the rules."""
        claimed: set[tuple[int, Slot]] = set()
        waiting = sorted((s.priority, s.ready_at, task) for task, s in self.open.items() if s.missing > 0)
        for _, _, task in waiting:
            state = self.open[task]
            together = self.scenario.classes[state.cls].start == "together"
            if (state.area, state.slot) in claimed:
                continue
            kept = self.reserve(state.priority, self.on_duty(state.area, state.slot))
            usable = max(0, self.free(state.area, state.slot) - floor(kept))
            if state.priority <= self.rules.aid_priority:
                usable += sum(max(0, self.free(a, state.slot) - self.rules.aid_keep) for a in self.helpers(state.area))
            needed = state.missing if together else 1
            assert usable < needed, f"I4: at {now} task {task} waits while {usable} units are free for it"
            if together or self.rules.blocking:
                claimed.add((state.area, state.slot))
