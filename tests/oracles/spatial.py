"""Path by path: the nearest free unit in a plane, on a torus or over a matrix, driving home and taskable on the way."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.oracles.recursions import FREE, READY

Point = tuple[float, float]
Taskable = Literal["while_returning", "at_base", "never_leaves"]


class Dispatches(NamedTuple):
    """Per task: the unit, and when it was sent, arrived and cleared; shapes (tasks,)."""

    unit: NDArray[np.int64]
    dispatched_at: NDArray[np.float64]
    arrived_at: NDArray[np.float64]
    cleared_at: NDArray[np.float64]


class Ground(Protocol):
    """Where units drive."""

    def seconds(self, origin: Point, target: Point) -> float:
        """Travel time at the speed of an emergency drive."""

    def rank(self, origin: Point, target: Point) -> float:
        """What the nearest unit has least of."""

    def along(self, origin: Point, target: Point, share: float) -> Point:
        """Where a unit stands after ``share`` of the time of the drive."""


@dataclass(frozen=True)
class Plane:
    """A plane with one speed (m/s), or a square torus when ``side`` (m) is given; units move on straight lines."""

    speed: float
    metric: Literal["euclid", "right_angle"] = "euclid"
    side: float | None = None

    def step(self, origin: Point, target: Point) -> Point:
        """Way from ``origin`` to ``target``, on a torus the shorter way round."""
        dx, dy = target[0] - origin[0], target[1] - origin[1]
        if self.side is None:
            return dx, dy
        return dx - self.side * round(dx / self.side), dy - self.side * round(dy / self.side)

    def rank(self, origin: Point, target: Point) -> float:
        dx, dy = self.step(origin, target)
        return dx * dx + dy * dy if self.metric == "euclid" else abs(dx) + abs(dy)

    def seconds(self, origin: Point, target: Point) -> float:
        rank = self.rank(origin, target)
        return (math.sqrt(rank) if self.metric == "euclid" else rank) / self.speed

    def along(self, origin: Point, target: Point, share: float) -> Point:
        dx, dy = self.step(origin, target)
        return origin[0] + share * dx, origin[1] + share * dy


@dataclass(frozen=True)
class Matrix:
    """Nodes with coordinates and a table of seconds (from, to); homes and places are given as coordinates of nodes."""

    nodes: tuple[Point, ...]
    table: tuple[tuple[float, ...], ...]

    def node(self, point: Point) -> int:
        """The node nearest to ``point``; ties to the first."""
        return min(range(len(self.nodes)), key=lambda k: (math.dist(self.nodes[k], point), k))

    def seconds(self, origin: Point, target: Point) -> float:
        return self.table[self.node(origin)][self.node(target)]

    rank = seconds

    def along(self, origin: Point, target: Point, share: float) -> Point:
        return origin[0] + share * (target[0] - origin[0]), origin[1] + share * (target[1] - origin[1])


@dataclass
class Unit:
    """A unit stands at ``origin`` until ``start``, then drives to ``target`` for ``duration`` seconds."""

    base: Point
    origin: Point = (0.0, 0.0)
    target: Point = (0.0, 0.0)
    start: float = -math.inf
    duration: float = 0.0

    def leave(self, origin: Point, target: Point, now: float, duration: float) -> None:
        self.origin, self.target, self.start, self.duration = origin, target, now, duration

    def position(self, now: float, ground: Ground) -> Point:
        if now >= self.start + self.duration:
            return self.target
        return ground.along(self.origin, self.target, (now - self.start) / self.duration)


def nearest_unit(
    homes: ArrayLike,
    ready: ArrayLike,
    places: ArrayLike,
    scene: ArrayLike,
    ground: Ground,
    *,
    home_speed_factor: float = 1.0,
    priority: ArrayLike | None = None,
    taskable: Taskable = "while_returning",
) -> Dispatches:
    """Send the nearest free unit (ties: lower id) to each task; if none is free the task waits.

    ``homes`` (units, 2), ``places`` (tasks, 2) metres; ``ready``, ``scene`` (tasks,) seconds; drives home take the time
    over ``home_speed_factor``. A unit that becomes free takes the best waiting task (priority, ready time, id), else it
    drives home. It is free from the clearing on and stands where it has come to (``while_returning``), only from its
    arrival at home (``at_base``), or stays at the scene (``never_leaves``). Units becoming free come before tasks
    becoming ready; each kind in the order of ids.
    Source: the textbook loop on one heap (Law & Kelton, chapter 1); nothing is shared with the program under test.
    """
    spots = [(float(x), float(y)) for x, y in np.asarray(places, float)]
    level = np.zeros(len(spots), int) if priority is None else np.asarray(priority, int)
    town = _Town(ground, home_speed_factor, taskable, spots, np.asarray(ready, float), np.asarray(scene, float), level)
    for x, y in np.asarray(homes, float):
        town.units.append(Unit((float(x), float(y)), target=(float(x), float(y))))
    return town.run()


@dataclass
class _Town:
    ground: Ground
    home_speed_factor: float
    taskable: Taskable
    places: list[Point]
    ready: NDArray[np.float64]
    scene: NDArray[np.float64]
    priority: NDArray[np.int64]
    units: list[Unit] = field(default_factory=list)
    free: set[int] = field(default_factory=set)
    waiting: list[tuple[int, float, int]] = field(default_factory=list)
    agenda: list[tuple[float, int, int, bool]] = field(default_factory=list)

    def run(self) -> Dispatches:
        count = len(self.ready)
        self.log = Dispatches(np.full(count, -1), *(np.full(count, np.nan) for _ in range(3)))
        self.free = set(range(len(self.units)))
        self.agenda = [(float(moment), READY, task, False) for task, moment in enumerate(self.ready)]
        heapq.heapify(self.agenda)
        while self.agenda:
            now, kind, who, at_home = heapq.heappop(self.agenda)
            if kind == READY:
                self.task_ready(who, now)
            else:
                self.unit_free(who, now, at_home)
        return self.log

    def task_ready(self, task: int, now: float) -> None:
        if not self.free:
            heapq.heappush(self.waiting, (int(self.priority[task]), now, task))
            return
        place, ground = self.places[task], self.ground
        nearest = min(self.free, key=lambda unit: (ground.rank(self.units[unit].position(now, ground), place), unit))
        self.send(nearest, task, now)

    def unit_free(self, unit: int, now: float, at_home: bool) -> None:
        if self.waiting and (at_home or self.taskable != "at_base"):
            self.send(unit, heapq.heappop(self.waiting)[2], now)
        elif at_home:
            self.free.add(unit)
        else:
            self.go_home(unit, now)

    def send(self, unit: int, task: int, now: float) -> None:
        place, me = self.places[task], self.units[unit]
        arrived = now + self.ground.seconds(me.position(now, self.ground), place)
        cleared = float(arrived + self.scene[task])
        self.free.discard(unit)
        for column, value in zip(self.log, (unit, now, arrived, cleared), strict=True):
            column[task] = value
        me.leave(place, place, now, 0.0)
        heapq.heappush(self.agenda, (cleared, FREE, unit, False))

    def go_home(self, unit: int, now: float) -> None:
        me = self.units[unit]
        here = me.target
        goal = here if self.taskable == "never_leaves" else me.base
        me.leave(here, goal, now, 0.0 if goal == here else self.ground.seconds(here, goal) / self.home_speed_factor)
        if self.taskable == "at_base":
            heapq.heappush(self.agenda, (now + me.duration, FREE, unit, True))
        else:
            self.free.add(unit)
