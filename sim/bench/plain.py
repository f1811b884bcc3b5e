"""The same work as a plain SimPy program, written as the textbooks do: the yardstick of ``pollday bench``.

One process per incident, one per drive home (interrupted when the unit is sent out again), ``simpy.Resource`` for the
call desk, a loop over the units for the nearest free one, a heap of events for those who wait. It keeps no trace, only
the response times. Nothing here is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from heapq import heappop, heappush
from math import hypot, inf
from typing import Any

import simpy

Place = tuple[float, float]


@dataclass
class Call:
    """One incident as the tables give it."""

    number: int
    at: float
    place: Place
    priority: int
    talk_time: float
    scene_time: float


class Unit:
    """A unit: at home, busy at ``place``, or on its ``trip`` home from there."""

    def __init__(self, home: Place) -> None:
        self.home = self.place = home
        self.is_free = True
        self.trip: simpy.Process | None = None
        self.left_at = self.home_at = 0.0

    def position(self, now: float) -> Place:
        """Where the unit is: where it stands, or on the straight line home."""
        if self.trip is None:
            return self.place
        left = (self.home_at - now) / (self.home_at - self.left_at)
        (x1, y1), (x0, y0) = self.home, self.place
        return x1 + (x0 - x1) * left, y1 + (y0 - y1) * left


class Area:
    """One area: its units, its call desk and those who wait for a unit."""

    def __init__(self, env: simpy.Environment, homes: list[Place], operators: int) -> None:
        self.units = [Unit(home) for home in homes]
        self.desk = simpy.Resource(env, operators)
        self.waiting: list[tuple[int, float, int, simpy.Event]] = []


class Town:
    """All areas, the speed of driving (m/s), road length over straight line, and the responses so far."""

    def __init__(self, env: simpy.Environment, areas: list[Area], speed: float, detour: float, calls: int) -> None:
        self.env = env
        self.areas = areas
        self.speed, self.detour = speed, detour
        self.responses = [inf] * calls

    def drive_time(self, a: Place, b: Place) -> float:
        """Seconds from one place to another."""
        return self.detour * hypot(a[0] - b[0], a[1] - b[1]) / self.speed

    def nearest_free(self, area: Area, place: Place) -> Unit | None:
        """The nearest free unit, the first of several; ``None`` if all are busy."""
        free = [unit for unit in area.units if unit.is_free]
        return min(free, key=lambda unit: self.drive_time(unit.position(self.env.now), place), default=None)

    def incident(self, call: Call, area: Area) -> Generator[simpy.Event, Any, None]:
        """A call is taken, the nearest free unit is sent (or awaited), drives, works and is free again."""
        env = self.env
        with area.desk.request() as operator:
            yield operator
            yield env.timeout(call.talk_time)

        unit = self.nearest_free(area, call.place)
        if unit is None:
            turn = env.event()
            heappush(area.waiting, (call.priority, env.now, call.number, turn))
            unit = yield turn
        unit.is_free = False
        drive = self.drive_time(unit.position(env.now), call.place)
        if unit.trip is not None:
            unit.trip.interrupt("sent out again")
            unit.trip = None
        yield env.timeout(drive)
        self.responses[call.number] = env.now - call.at
        unit.place = call.place
        yield env.timeout(call.scene_time)

        if area.waiting:
            heappop(area.waiting)[-1].succeed(unit)
        else:
            unit.is_free = True
            unit.trip = env.process(self.go_home(unit))

    def go_home(self, unit: Unit) -> Generator[simpy.Event, Any, None]:
        """A free unit drives home, unless it is sent out again on the way."""
        drive = self.drive_time(unit.place, unit.home)
        unit.left_at, unit.home_at = self.env.now, self.env.now + drive
        try:
            yield self.env.timeout(drive)
        except simpy.Interrupt:
            return
        unit.place, unit.trip = unit.home, None

    def source(self, calls: list[tuple[Call, Area]]) -> Generator[simpy.Event, Any, None]:
        """Let every call come at its moment."""
        for call, area in calls:
            yield self.env.timeout(call.at - self.env.now)
            self.env.process(self.incident(call, area))
