"""Points and outcomes for tests of the store: made up, but of every kind that a run gives."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np

from sim.study.identity import Point, _point_id
from sim.study.outcome import Outcome
from sim.study.store import Store

MODEL, NUMPY = "m" * 64, "2.4.6"


def point(name: str, model: str = MODEL, numpy: str = NUMPY) -> Point:
    config = json.dumps({"name of the option": name, "filler": [name] * 20})
    return Point(_point_id(config, model, numpy), name, (f"staffing.x={name}",), config, model, numpy)


def outcome(name: str, replication: int, scalars: int = 12, curve: int = 30) -> Outcome:
    """The outcome of one run: a pure function of its name and replication, like a real one."""
    rng = np.random.default_rng([*name.encode(), replication])
    values = dict(zip((f"measure_{i}" for i in range(scalars)), rng.normal(size=scalars).tolist()))
    some = {**values, "nothing": None, "whole": float(replication)}
    digests = {part: sha256(f"{part}{name}{replication}".encode()).hexdigest() for part in ("scenario", "tape", "trace")}
    areas: dict[tuple[str, str], float | None]
    areas = {(area, m): float(v) for area in ("Alger", "وهران") for m, v in zip(("response", "coverage"), rng.normal(size=2))}
    areas |= {("Oran", "response"): None, ("Oran", "coverage"): None}
    places = {"area": areas, "force": {("police", "response"): float(rng.normal())}}
    return Outcome(some, {"cover": rng.normal(size=curve), "pair": rng.normal(size=(2, 3))}, digests, places)


def fill(folder: Path, names: str = "abc", replications: int = 5) -> list[Point]:
    """A study of made-up runs, stored whole."""
    points = [point(name) for name in names]
    with Store.open(folder, write=True) as store:
        store.add_points(points)
        store.manifest(["pollday", "sweep"], {"name": folder.name, "replications": replications})
        complete(store, points, replications)
    return points


def complete(store: Store, points: list[Point], replications: int) -> int:
    """Run what is not stored, as a sweep does; returns how many runs that were."""
    done = store.done()
    missing = [(p, r) for r in range(replications) for p in points if (p.id, r) not in done]
    for p, r in missing:
        store.put(p.id, r, outcome(p.name, r), 0.5)
    return len(missing)


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are equal to the last bit."""
    if (one.scalars, one.digests, one.places) != (other.scalars, other.digests, other.places):
        return False
    return one.curves.keys() == other.curves.keys() and all(
        np.array_equal(one.curves[name], other.curves[name], equal_nan=True) for name in one.curves
    )
