"""Dispatch areas: the tasks that wait, who may be sent to them, and who takes the next one.

Waiting tasks stand in lanes of equal priority and equal need (and, under given lists, of one site), first in first out;
when the head of a lane cannot be served, nobody behind it can. All rules (reserve, blocking, mutual aid, redirection) are
here, in terms of the pure functions of ``sim.policies``.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sim import plugins
from sim.policies.dispatch import first_of, least_time, may_serve, nearest, own_choice
from sim.territory.travel import metres_array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sim.processes.actors import Task, Unit
    from sim.processes.fleet import Fleet
    from sim.processes.room import Room
    from sim.settings.response import DispatchSettings

Lane = list[tuple[float, int, "Task"]]


class DispatchArea:
    """Where one command room rules: its fleet, its waiting tasks and its helpers.

    ``helpers`` are areas whose units may be asked for, nearest first; ``clients`` those that may ask us; ``allies`` all that
    could ever help, also those that must be asked first (see ``sim.processes.command``). ``send`` and
    ``recall`` are how units are told (see ``sim.processes.response``); ``orderly`` makes a new task queue behind waiting ones.
    """

    send: Callable[[Task, int, Unit, int], None]
    recall: Callable[[Unit, int], Task]

    def __init__(self, index: int, fleet: Fleet, room: Room, rules: DispatchSettings) -> None:
        self.index = index
        self.fleet = fleet
        self.room = room
        self.rules = rules
        self.helpers: list[DispatchArea] = []
        self.allies: list[DispatchArea] = []
        self.under_main = False
        self.clients: list[DispatchArea] = []
        self.lanes: dict[tuple[int, ...], Lane] = {}
        self.preferences: dict[int, list[int]] | None = None
        self.policy = rules.policy
        self.own = plugins.POLICIES.get(rules.policy)
        self.by_share = rules.reserve_as == "share"
        self.orderly = rules.blocking
        self.outages: list[float] = []
        """Seconds by which each outage of the radio delays what units are told."""
        self._possible: dict[tuple[tuple[int, ...], str, str, bool], bool] = {}

    def enlist(self, units: list[Unit]) -> None:
        """Have only some of our units count for what could ever be sent: those of the plan in force."""
        self.fleet.enlist(units)
        self._possible.clear()

    def can_ever(self, task: Task) -> bool:
        """Whether units, here or in areas that help, could ever fill a task's package: all places at once where its units start
        or leave together, else one by one."""
        cls, helped = task.cls, task.priority <= self.rules.aid_priority or self.under_main
        need = task.slots, cls.start, cls.release, helped
        known = self._possible.get(need)
        if known is None:
            fleets = [area.fleet for area in (self, *(self.allies if helped else ()))]
            known = all(any(fleet.eligible[s] for fleet in fleets) for s in task.slots)
            if known and "together" in (cls.start, cls.release):
                able: Counter[tuple[int, ...]] = Counter()
                for fleet in fleets:
                    able.update(fleet.abilities)
                known = _enough(able, task.slots)
            self._possible[need] = known
        return known

    def request(self, task: Task, now: float, cause: int) -> None:
        """A task is ready: send what it needs, or let it wait in its lane."""
        if self.lanes and self.orderly:
            self.enqueue(task)
            self.serve(now, cause)
        elif not self.fill(task, now, cause):
            self.enqueue(task)
        if task.open_slots and self.rules.redirect != "never":
            self.redirect(task, now, cause)

    def fill(self, task: Task, now: float, cause: int) -> bool:
        """Send units to the open places of a task; return whether none is left open."""
        if task.cls.start == "together":
            return self._fill_together(task, now, cause)
        left = []
        for slot in task.open_slots:
            unit = self._find(task, slot[1], now)
            if unit is None:
                left.append(slot)
            else:
                self.send(task, slot[0], unit, cause)
        task.open_slots = tuple(left)
        return not left

    def _fill_together(self, task: Task, now: float, cause: int) -> bool:
        """Send the whole package or nobody."""
        chosen: list[tuple[int, Unit]] = []
        for place, s in task.open_slots:
            unit = self._find(task, s, now)
            if unit is None:
                break
            unit.fleet.set_busy(unit)
            chosen.append((place, unit))
        for _, unit in chosen:
            unit.fleet.set_free(unit)
        if len(chosen) < len(task.open_slots):
            return False
        task.open_slots = ()
        for place, unit in chosen:
            self.send(task, place, unit, cause)
        return True

    def _find(self, task: Task, s: int, now: float) -> Unit | None:
        """A unit for one place of a task: one of ours as far as the reserve allows, else one of those who help."""
        fleet, reserve = self.fleet, self.rules.reserve[task.priority - 1]
        if fleet.has_free(s) and (not reserve or may_serve(fleet.free(s), fleet.on_duty(s), reserve, self.by_share)):
            unit = self.choose(task, s, now)
            if unit is not None:
                return unit
        if self.helpers and task.priority <= self.rules.aid_priority:
            for helper in self.helpers:
                if helper.fleet.free(s) > self.rules.aid_keep:
                    return helper.choose(task, s, now)
        return None

    def choose(self, task: Task, s: int, now: float, under_way: np.ndarray | None = None) -> Unit | None:
        """Ask the policy for one of this area's free units of slot type ``s``, or of those ``under_way`` (0, else infinity); a
        helper has no lists for our sites and sends the nearest."""
        fleet = self.fleet
        if fleet.nearby is not None and under_way is None:
            unit = fleet.nearby.find(task, s, now)
            if unit is not None:
                return unit
        available = fleet.open(s) if under_way is None else under_way
        if self.policy == "preference" and self.preferences is not None and task.site in self.preferences:
            row = first_of(self.preferences[task.site], available)
            return None if row < 0 else fleet.units[row]
        x, y = fleet.positions(now, under_way is not None)
        scores = fleet.scores(now, x, y, task)
        if self.policy == "least_time":
            row = least_time(self._drives(scores, task, now), fleet.mobilisation(now), available)
        elif self.own is not None:
            row = own_choice(self.own, self._drives(scores, task, now), fleet.mobilisation(now), available, task.priority)
        else:
            row = nearest(scores, available)
        if row < 0:
            return None
        unit = fleet.units[row]
        if fleet.travel.matrix is None:
            at = x.item(row), y.item(row)
            unit.seen, unit.seen_at, unit.seen_for = (*at, fleet.travel.score_one(*at, task.x, task.y)), now, task
        return unit

    def _drives(self, scores: np.ndarray, task: Task, now: float) -> np.ndarray:
        travel = self.fleet.travel
        if travel.matrix is not None:
            return scores
        drives = metres_array(travel.metric, scores) * self.fleet.slowness(task.fabric)
        return drives * travel.hour_factor(now)

    # --- the queue -----------------------------------------------------------------------------------------------------

    def enqueue(self, task: Task) -> None:
        """Put a task into the lane of its priority and open needs, by the time it became ready, then by id."""
        site = -1 if self.preferences is None else task.site
        key = (task.priority, task.cls.start == "together", site, *(s for _, s in task.open_slots))
        insort(self.lanes.setdefault(key, []), (task.ready_at, task.id, task))
        task.queued = key

    def remove(self, task: Task) -> None:
        """Take a task out of the queue, if it waits there."""
        if task.queued is None:
            return
        lane = self.lanes[task.queued]
        lane.remove((task.ready_at, task.id, task))
        if not lane:
            del self.lanes[task.queued]
        task.queued = None

    def serve(self, now: float, cause: int) -> None:
        """Units have become free: let them take the best waiting tasks, ours first, then those of areas we help."""
        if self.lanes:
            self._serve_lanes(now, cause)
        for client in self.clients:
            if client.lanes:
                client._serve_lanes(now, cause)

    def _serve_lanes(self, now: float, cause: int) -> None:
        stuck: set[tuple[int, ...]] = set()
        claimed: set[int] = set()
        while True:
            heads = [(key[0], *lane[0][:2], key) for key, lane in self.lanes.items() if key not in stuck]
            if not heads:
                return
            key = min(heads)[3]
            task = self.lanes[key][0][2]
            if claimed.intersection(key[3:]):
                stuck.add(key)
                continue
            before = len(task.open_slots)
            self.remove(task)
            if not self.fill(task, now, cause):
                self.enqueue(task)
                if len(task.open_slots) == before:
                    stuck.add(key)
                    self._hold_back(key, claimed)

    def _hold_back(self, key: tuple[int, ...], claimed: set[int]) -> None:
        """A head that cannot be served holds back those behind it: always for a whole package, else under ``blocking``."""
        if key[1] or self.rules.blocking:
            claimed.update(key[3:])

    # --- redirection ---------------------------------------------------------------------------------------------------

    def redirect(self, task: Task, now: float, cause: int) -> None:
        """Take units under way to less urgent tasks for more urgent ones that nobody free can serve: for this task, but
        first for those that wait ahead of it; one that holds others back and finds nobody ends the search. Nobody under way can
        be told while the radio is out.
        """
        if self.outages:
            return
        for waiting in [*self._ahead_of(task), task]:
            found = self._divert(waiting, now, cause)
            holds = waiting.cls.start == "together" or self.rules.blocking
            if holds and not found and not set(waiting.slots).isdisjoint(task.slots):
                return

    def _ahead_of(self, task: Task) -> list[Task]:
        """Heads of lanes that come before a task, best first."""
        place = (task.priority, task.ready_at, task.id)
        heads = sorted((key[0], *lane[0][:2], key) for key, lane in self.lanes.items())
        return [self.lanes[head[3]][0][2] for head in heads if head[:3] < place]

    def _divert(self, task: Task, now: float, cause: int) -> bool:
        """Divert units to a task, if there are any; return whether one was.

        A task that loses its unit waits again with its old place in the queue; it may take another free unit or redirect
        in its turn.
        """
        losers = []
        for place, _, unit in self._plan_redirection(task, now):
            if not unit.is_free:
                losers.append(self.recall(unit, task.id))
            self.remove(task)
            task.open_slots = tuple(slot for slot in task.open_slots if slot[0] != place)
            self.send(task, place, unit, cause)
            if task.open_slots:
                self.enqueue(task)
        if losers:
            self.serve(now, cause)
        for loser in losers:
            loser.area.serve(now, loser.last)
            if loser.open_slots:
                loser.area.redirect(loser, now, loser.last)
        return bool(losers)

    def _plan_redirection(self, task: Task, now: float) -> list[tuple[int, int, Unit]]:
        """Open places of a task and who could be diverted to them; a package that starts together counts on free units too."""
        together = task.cls.start == "together"
        plan: list[tuple[int, int, Unit]] = []
        for place, s in task.open_slots:
            unit = self._find(task, s, now) if together else None
            if unit is not None:
                unit.fleet.set_busy(unit)
                plan.append((place, s, unit))
                continue
            unit = self._choose_under_way(task, s, now, [unit for _, _, unit in plan])
            if unit is not None:
                plan.append((place, s, unit))
        for _, _, unit in plan:
            if unit.status != "responding":
                unit.fleet.set_free(unit)
        return [] if together and len(plan) < len(task.open_slots) else plan

    def _choose_under_way(self, task: Task, s: int, now: float, taken: list[Unit]) -> Unit | None:
        """The best of our units of slot type ``s`` that drive to a task less urgent than this one."""
        available = np.full(len(self.fleet.units), np.inf)
        for unit in self.fleet.units:
            mission = unit.mission
            if unit.status == "responding" and mission is not None and mission.priority > task.priority and s in unit.slot_types:
                available[unit.row] = 0.0 if unit not in taken else np.inf
        return self.choose(task, s, now, available) if np.isfinite(available).any() else None


def _enough(abilities: Mapping[tuple[int, ...], int], slots: tuple[int, ...]) -> bool:
    """Whether different units can fill all places at once (Hall's condition), from how many units can fill which slot types."""
    kinds = sorted(set(slots))
    for size in range(1, len(kinds) + 1):
        for some in combinations(kinds, size):
            able = sum(count for unit, count in abilities.items() if not set(some).isdisjoint(unit))
            if able < sum(s in some for s in slots):
                return False
    return True
