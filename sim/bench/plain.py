"""The same work as a plain SimPy program, written as the textbooks do: the yardstick of ``pollday bench``.

One process per incident, ``simpy.Resource`` for the call desk, a loop over the units for the nearest free one, a heap of
events for those who wait. It keeps no trace, only the response times. Nothing here is shared with the engine.
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
    """A unit at home, on its way home (and free), or busy."""

    def __init__(self, home: Place) -> None:
        self.home = self.scene = home
        self.is_free = True
        self.left_at = self.home_at = 0.0

    def position(self, now: float) -> Place:
        """Where a free unit is: at home, or on the straight line from its last scene."""
        if now >= self.home_at:
            return self.home
        left = (self.home_at - now) / (self.home_at - self.left_at)
        (x1, y1), (x0, y0) = self.home, self.scene
        return x1 + (x0 - x1) * left, y1 + (y0 - y1) * left


class Area:
    """One area: its units, its call desk and those who wait for a unit."""

    def __init__(self, env: simpy.Environment, homes: list[Place], operators: int) -> None:
        self.units = [Unit(home) for home in homes]
        self.desk = simpy.Resource(env, operators)
        self.waiting: list[tuple[int, float, int, simpy.Event]] = []

    def nearest_free(self, place: Place, now: float) -> Unit | None:
        """The nearest free unit, the first of several; ``None`` if all are busy."""
        best, least = None, inf
        px, py = place
        for unit in self.units:
            if unit.is_free:
                x, y = unit.position(now)
                distance = (x - px) ** 2 + (y - py) ** 2
                if distance < least:
                    best, least = unit, distance
        return best


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

    def incident(self, call: Call, area: Area) -> Generator[simpy.Event, Any, None]:
        """A call is taken, the nearest free unit is sent (or awaited), drives, works and goes home."""
        env = self.env
        with area.desk.request() as operator:
            yield operator
            yield env.timeout(call.talk_time)

        unit = area.nearest_free(call.place, env.now)
        if unit is None:
            turn = env.event()
            heappush(area.waiting, (call.priority, env.now, call.number, turn))
            unit = yield turn
        unit.is_free = False
        yield env.timeout(self.drive_time(unit.position(env.now), call.place))
        self.responses[call.number] = env.now - call.at
        yield env.timeout(call.scene_time)

        unit.scene, unit.left_at = call.place, env.now
        unit.home_at = env.now + self.drive_time(call.place, unit.home)
        if area.waiting:
            heappop(area.waiting)[-1].succeed(unit)
        else:
            unit.is_free = True

    def source(self, calls: list[tuple[Call, Area]]) -> Generator[simpy.Event, Any, None]:
        """Let every call come at its moment."""
        for call, area in calls:
            yield self.env.timeout(call.at - self.env.now)
            self.env.process(self.incident(call, area))
