"""What injects bring: incidents of the tape that wait until their inject comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.processes.incident import at_its_time
from sim.processes.kernel import TASK
from sim.processes.meet import ask_about_tasks
from sim.processes.world import World

if TYPE_CHECKING:
    from sim.demand.tape import Inject
    from sim.processes.actors import Task

Columns = dict[str, np.ndarray]
ON_SCENE = ("attended", "handled")


@dataclass(frozen=True)
class Brought:
    """Incidents that wait for an inject, which is planned for ``at``: marks by name (incidents,), a dispatch area of the part of
    the world that tells each (-1: the common clock), and what makes tasks of marks."""

    at: float
    columns: Columns
    told_in: np.ndarray
    tasks: Callable[[Columns], Iterable[Task]]


def hold_back(
    columns: Columns,
    told_in: np.ndarray,
    inject: np.ndarray,
    tasks: Callable[[Columns], Iterable[Task]],
    planned: Mapping[int, float],
) -> dict[int, Brought]:
    """What each inject brings, by its id; ``inject`` (incidents,) is the one that each incident waits for, ``planned`` the moment
    of each that is on the tape. For others, which somebody may decide on, it is that of the first incident."""
    held = {}
    for id in np.unique(inject).tolist():
        own = np.flatnonzero(inject == id)
        mine = {mark: column[own] for mark, column in columns.items()}
        held[id] = Brought(planned.get(id, float(mine["at"].min())), mine, told_in[own], tasks)
    return held


def bring(world: World, order: Inject) -> None:
    """Let the incidents of an inject occur, each as much later than planned as the inject itself comes."""
    brought = world.held.pop(order.id, None)
    if brought is None:
        return
    late = world.now - brought.at
    columns = brought.columns | {mark: brought.columns[mark] + late for mark in ("at", "patience_at")}
    world.came[order.id] = list(zip(columns["at"].tolist(), columns["id"].tolist(), strict=True))
    if world.clock.parts:
        ask_about_tasks(world, columns)
    for task, area in zip(brought.tasks(columns), brought.told_in.tolist(), strict=True):
        world.clock.begin(area, at_its_time(world, task), (task.at, TASK + task.id))


def has_reached(world: World, stage: str, inject: int) -> bool:
    """Whether an inject has reached a stage: ``carried_out``, ``attended`` or ``over``."""
    came = world.came.get(inject)
    if came is None or stage == "carried_out":
        return came is not None
    over = [at < world.now and id not in world.tasks for at, id in came]
    if stage == "over":
        return all(over)
    attended = (id in world.tasks and world.tasks[id].status in ON_SCENE for _, id in came)
    return any(over) or any(attended)
