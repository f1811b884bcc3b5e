"""The work of the bench: one day of calls, drawn before anybody is timed, given to both programs alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clock import HOUR
from sim.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPEED = 40.0 / 3.6
"""Speed of every drive, in m/s."""
DETOUR = 1.3
"""Road length over straight line."""
OPENING = 6 * HOUR
PROFILE = (6, 9, 11, 10, 8, 6, 5, 5, 6, 7, 8, 9, 7, 3)
"""Calls by hour over the 14 hours of the day (any unit)."""
PRIORITY_SHARES = (0.2, 0.3, 0.5)
TALK_TIME, SCENE_TIME, SCENE_CV = 120.0, 1200.0, 0.6
DESK_LOAD = 0.65
"""Mean load of an area's call desk, from which its number of operators follows."""


@dataclass(frozen=True)
class Size:
    """How much work: ``side`` is the length of each (square) area in metres; ``repeat`` is how often each program does it where
    nobody says so, more often where it takes a moment only."""

    areas: int
    centres: int
    units: int
    incidents: int
    side: float
    repeat: int = 3


SIZES = {
    "small": Size(areas=2, centres=80, units=24, incidents=600, side=15_000.0, repeat=31),
    "city": Size(areas=1, centres=1_000, units=300, incidents=5_000, side=30_000.0, repeat=15),
    "nation": Size(areas=48, centres=12_400, units=8_000, incidents=60_000, side=60_000.0),
}
"""Sizes by name. In ``small`` the units are short, so that the queue is used."""


@dataclass(frozen=True, eq=False)
class Work:
    """One day of calls. Coordinates in metres, moments in seconds from 00:00.

    ``x``, ``y``, ``area``: (centres,); ``home_x``, ``home_y``, ``home_area``: (units,); ``at`` (rising), ``centre``,
    ``priority`` 1 … 3, ``talk_time``, ``scene_time``: (incidents,); ``operators``: (areas,).
    """

    x: Floats
    y: Floats
    area: Ints
    home_x: Floats
    home_y: Floats
    home_area: Ints
    at: Floats
    centre: Ints
    priority: Ints
    talk_time: Floats
    scene_time: Floats
    operators: Ints

    def __len__(self) -> int:
        return len(self.at)


def draw_work(size: Size, seed: int = 1) -> Work:
    """Draw one day: centres and homes uniform in the areas, calls at uniform centres by the hourly profile."""
    rng = Streams(seed)("bench")
    x, y, area = _scatter(rng, size, size.centres)
    home_x, home_y, home_area = _scatter(rng, size, size.units)
    hours = rng.choice(len(PROFILE), size.incidents, p=np.array(PROFILE) / sum(PROFILE))
    at = np.sort(OPENING + (hours + rng.random(size.incidents)) * HOUR)
    sigma = np.sqrt(np.log1p(SCENE_CV**2))
    calls_at_once = size.incidents / size.areas * TALK_TIME / (len(PROFILE) * HOUR)
    return Work(
        x=x,
        y=y,
        area=area,
        home_x=home_x,
        home_y=home_y,
        home_area=home_area,
        at=at,
        centre=rng.integers(size.centres, size=size.incidents),
        priority=1 + rng.choice(len(PRIORITY_SHARES), size.incidents, p=PRIORITY_SHARES),
        talk_time=rng.exponential(TALK_TIME, size.incidents),
        scene_time=rng.lognormal(np.log(SCENE_TIME) - sigma**2 / 2, sigma, size.incidents),
        operators=np.full(size.areas, int(np.ceil(calls_at_once / DESK_LOAD)), dtype=np.int64),
    )


def _scatter(rng: np.random.Generator, size: Size, count: int) -> tuple[Floats, Floats, Ints]:
    """Places spread evenly over the areas, which lie in a row: x, y and area."""
    area = np.arange(count) * size.areas // count
    return (area + rng.random(count)) * size.side, rng.random(count) * size.side, area
