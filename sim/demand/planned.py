"""Planned tasks on the tape: what the timetable brings, as rows beside the incidents, with legs where they go on.

They are as exogenous as incidents: when, where, for how long and how long they wait is on the tape; who comes is up to the run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.legs import Legs, legs, no_legs
from sim.demand.merge import join_incidents
from sim.demand.packages import MAX_UNITS
from sim.demand.tape import Incidents, incidents
from sim.demand.world import World, entity

Floats = NDArray[np.float64]

IDS_PER_GROUP = 1_000_000


@dataclass(frozen=True)
class Errand:
    """One planned task: of a class and area, at a site from ``at`` on; ``parent``: id of its gathering (-1: none)."""

    cls: str
    area: int
    at: float
    site: int
    scene_time: float
    wait_time: float
    parent: int = -1
    legs: tuple[tuple[int, float], ...] = ()


def with_errands(world: World, rows: Incidents, errands: Sequence[Errand]) -> tuple[Incidents, Legs]:
    """Incidents with planned tasks among them, and the legs of these. What is due before the span is due at its begin."""
    numbered = list(zip(errand_ids(world, errands), errands, strict=True))
    kept = [(number, e) for number, e in numbered if e.at <= world.calendar.end and e.cls in world.code]
    if not kept:
        return rows, no_legs()
    ids = np.array([number for number, _ in kept], dtype=np.int64)
    tasks = [e for _, e in kept]
    stops = [(number, order, *leg) for number, e in kept for order, leg in enumerate(e.legs, start=1)]
    task, order, site, hold = np.array(stops, dtype=object).reshape(-1, 4).T
    made = legs(task.astype(np.int64), order.astype(np.int64), site.astype(np.int64), hold.astype(np.float64))
    return join_incidents(rows, _rows(world, ids, tasks)), made


def errand_ids(world: World, errands: Iterable[Errand]) -> list[int]:
    """Stable ids like those of incidents: class, area and number within them."""
    seen: Counter[tuple[str, int]] = Counter()
    ids = []
    for e in errands:
        block = ((world.code.get(e.cls, -1) + 1) * 1000 + e.area) * IDS_PER_GROUP
        ids.append(block + seen[e.cls, e.area])
        seen[e.cls, e.area] += 1
    return ids


def _rows(world: World, ids: NDArray[np.int64], tasks: Sequence[Errand]) -> Incidents:
    """Planned tasks as rows of the tape; the drive to the first place has its noise, keyed by class and area."""
    sites = world.territory.sites
    cls = np.array([world.code[e.cls] for e in tasks], dtype=np.int64)
    site = np.array([e.site for e in tasks], dtype=np.int64)
    at = np.maximum(np.array([e.at for e in tasks]), world.calendar.begin)
    shift = at - np.array([e.at for e in tasks])
    fixed = np.array([world.classes[c].fixed_end for c in cls.tolist()])
    scene = np.array([e.scene_time for e in tasks]) - np.where(fixed, shift, 0.0)
    wait = np.array([e.wait_time for e in tasks]) - shift
    width = max(len(c.slots) for c in world.classes)
    return incidents(
        id=ids,
        at=at,
        site=site,
        x=sites.x[site],
        y=sites.y[site],
        scene_time=np.repeat(np.maximum(scene, 0.0)[:, None], width, axis=1),
        noise=_noise(world, tasks, width),
        cls=cls,
        priority=np.array([world.classes[c].priority for c in cls.tolist()], dtype=np.int64),
        patience=np.maximum(wait, 0.0),
        parent=np.array([e.parent for e in tasks], dtype=np.int64),
    )


def _noise(world: World, tasks: Sequence[Errand], width: int) -> Floats:
    """Travel noise (tasks, width), median 1."""
    codes, out = world.territory.area_codes, np.empty((len(tasks), width))
    groups = defaultdict[tuple[str, int], list[int]](list)
    for i, e in enumerate(tasks):
        groups[e.cls, e.area].append(i)
    for (cls, area), rows in groups.items():
        stream = world.streams("travel_noise", entity(codes[area], cls))
        out[rows] = stream.standard_normal((len(rows), MAX_UNITS))[:, :width]
    return np.asarray(np.exp(world.settings.noise_sigma * out))
