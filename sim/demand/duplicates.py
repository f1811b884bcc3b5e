"""Further calls about one incident: marks of their parent, which keep the desk busy and bring no unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.catalogue import DUPLICATE_CALL
from sim.demand.marks import Columns, lognormal, streams_of
from sim.demand.tape import CHANNELS
from sim.demand.world import Group, World

Ints = NDArray[np.int64]

_MOST = 99
_ID_BLOCK = 10**12
"""The id of the k-th further call about an incident is k x this + the incident's own id, and stays below 2**48."""


def duplicate_calls(world: World, groups: list[Group], columns: Columns, ids: Ints) -> tuple[Columns, Ints]:
    """Columns and ids of the further calls about every incident that a citizen reports by phone and that needs a unit.

    ``columns`` and ``ids`` are those of the incidents, in the order of the groups. Each group of parents has a stream of its
    own, so other classes and areas play no part.
    """
    parts = []
    row = 0
    for group, stream in zip(groups, streams_of(world, groups, "duplicates"), strict=True):
        rows = slice(row, row := row + len(group.at))
        if world.classes[group.cls].slots:
            parts.append(_of_group(world, stream, {name: column[rows] for name, column in columns.items()}, ids[rows]))
    if not parts:
        return {name: column[:0] for name, column in columns.items()}, ids[:0]
    calls = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return calls, calls.pop("id").astype(np.int64)


def _of_group(world: World, stream: np.random.Generator, parents: Columns, ids: Ints) -> Columns:
    """The calls about one group's incidents: neutral marks, but for when they come and what they cost the desk."""
    rule = world.settings.calls
    priority = parents["priority"].astype(np.int64) - 1
    count = np.array(rule.duplicates_least)[priority] + stream.poisson(np.array(rule.duplicates)[priority])
    count = np.minimum(np.where(parents["channel"] == CHANNELS.index("phone"), count, 0), _MOST)
    parent = np.repeat(np.arange(len(ids)), count)
    number = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count) + 1
    size = len(parent)
    u, z = stream.random((2, size)), stream.standard_normal(size)
    calls: Columns = {name: column[parent] for name, column in parents.items()}
    reported = parents["at"].astype(np.float64) + parents["report_time"].astype(np.float64)
    calls |= _neutral(size, parents["scene_time"].shape[1])
    return calls | {
        "id": ids[parent] + number * _ID_BLOCK,
        "at": reported[parent] - np.log1p(-u[0]) * rule.duplicate_delay,
        "cls": np.full(size, world.code[DUPLICATE_CALL]),
        "priority": np.full(size, 4),
        "talk_time": lognormal(z, *rule.duplicate_time),
        "caller_patience": -np.log1p(-u[1]) * rule.patience,
        "parent": ids[parent],
    }


def _neutral(size: int, width: int) -> Columns:
    """Marks of a call that is settled on the phone, and that its caller does not repeat."""
    zeros, never = np.zeros(size), np.full(size, np.nan)
    return {
        **dict.fromkeys(("report_time", "redial_time", "dispatch_time", "voting_stop_time"), zeros),
        **dict.fromkeys(("redials", "thinning"), np.zeros(size, dtype=np.int64)),
        **dict.fromkeys(("known", "on_spot", "candidate"), never),
        **dict.fromkeys(("escalate_time", "patience"), np.full(size, np.inf)),
        "bound": np.ones(size),
        "scene_time": np.zeros((size, width)),
        "noise": np.ones((size, width)),
    }
