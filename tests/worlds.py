"""Tiny worlds for the tests, and the few arrays that a test reads from a trace.

Everything goes through the public doors ``sim.arrays`` and ``Simulation``; what is read from a trace is read by code of
its own, so that a mistake in the measures cannot hide one of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.demand.classes import IncidentClass, Slot
from sim.demand.tape import CHANNELS, Tape
from sim.processes.simulation import Simulation
from sim.scenario import Scenario
from sim.settings.response import DispatchSettings
from sim.territory.sites import Territory
from sim.trace import CODE, KINDS, Trace

NAMES = tuple(kind.name for kind in KINDS)
KMH = 36.0
"""The worlds' speed: 36 km/h is 10 metres per second, so that drives are easy to work by hand."""
Marks = dict[str, Any]


class Marked(NamedTuple):
    """Moments by task (NaN: never); arrays of shape (tasks,), for tasks with ids 0, 1, 2 …"""

    unit: NDArray[np.int64]  # first unit sent
    dispatched_at: NDArray[np.float64]
    arrived_at: NDArray[np.float64]
    full_at: NDArray[np.float64]
    cleared_at: NDArray[np.float64]
    closed_at: NDArray[np.float64]


def point_town() -> Territory:
    """One site: nobody drives anywhere."""
    return make_territory(make_sites([0.0], [0.0]))


def street(xs: Sequence[float], **options: Any) -> Territory:
    """Sites on a straight street, at ``xs`` metres."""
    names = ("metric", "wrap", "matrix", "areas", "forces", "neighbours", "populations")
    of_territory = {key: options.pop(key) for key in names if key in options}
    return make_territory(make_sites(xs, np.zeros(len(xs)), **options), **of_territory)


def needs(count: int, start: str = "as_free", release: str = "each", **options: Any) -> IncidentClass:
    """A class that needs ``count`` units of any kind."""
    return IncidentClass(f"needs {count}", 1, (Slot(),) * count, start, release, **options)


def rules(**options: Any) -> DispatchSettings:
    """Dispatch rules: nearest unit under joint command unless said otherwise."""
    return DispatchSettings(**{"policy": "nearest", "command": "joint", **options})


def world(
    territory: Territory,
    base: ArrayLike,
    *,
    unit: Marks | None = None,
    dispatch: DispatchSettings | None = None,
    **parts: Any,
) -> Scenario:
    """A scenario with units at the sites ``base`` at 10 m/s; ``unit`` are columns of ``make_units``."""
    units = make_units(base, territory, **(unit or {}))
    parts.setdefault("travel", uniform_travel(KMH))
    return make_scenario(territory, units, dispatch=dispatch or rules(), **parts)


def with_units(scenario: Scenario, **columns: ArrayLike) -> Scenario:
    """The scenario with some columns of its units replaced."""
    arrays = {name: np.asarray(column, dtype=getattr(scenario.units, name).dtype) for name, column in columns.items()}
    return replace(scenario, units=replace(scenario.units, **arrays))


def play(scenario: Scenario, tape: Tape) -> Trace:
    """Run a day to its end."""
    return Simulation(scenario, tape).advance()


def day(scenario: Scenario, at: ArrayLike, site: ArrayLike, scene_time: ArrayLike, **marks: Any) -> Trace:
    """Run a day on a tape given as columns."""
    sites = np.broadcast_to(np.asarray(site, dtype=np.int64), np.shape(at))
    scene = np.broadcast_to(scene_time, np.shape(at)) if np.ndim(scene_time) == 0 else scene_time
    return play(scenario, make_tape(scenario.territory, at, sites, scene, **marks))


def calls(count: int, **marks: Any) -> Marks:
    """Marks that make every incident a phone call, with ``talk_time`` or other marks."""
    return {"channel": np.full(count, CHANNELS.index("phone")), **marks}


def moments(trace: Trace, kind: str, by: str = "task") -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ids (``by`` task or unit) and times of the records of one kind, in the order in which they were written."""
    columns = trace.columns()
    rows = columns["kind"] == CODE[kind]
    return columns[by][rows], columns["time"][rows]


def _by_task(trace: Trace, kind: str, count: int, last: bool = False) -> NDArray[np.float64]:
    task, time = moments(trace, kind)
    known = task >= 0
    out = np.full(count, np.nan)
    order = slice(None) if last else slice(None, None, -1)
    out[task[known][order]] = time[known][order]
    return out


def marked(trace: Trace, count: int) -> Marked:
    """The marks of tasks 0 … count - 1: first dispatch and arrival, full package, last clearing, closing."""
    columns = trace.columns()
    sent = columns["kind"] == CODE["dispatched"]
    complete = _by_task(trace, "package_complete", count)  # of a single unit the arrival says it all
    unit = np.full(count, -1)
    unit[columns["task"][sent][::-1]] = columns["unit"][sent][::-1]
    return Marked(
        unit,
        _by_task(trace, "dispatched", count),
        _by_task(trace, "arrived", count),
        np.where(np.isnan(complete), _by_task(trace, "arrived", count), complete),
        _by_task(trace, "cleared", count, last=True),
        _by_task(trace, "closed", count),
    )


Line = tuple[float, str, int, int]


def story(trace: Trace, *kinds: str, leave_out: Sequence[str] = ("phase_started",)) -> list[Line]:
    """The records as (time, kind, task, unit), all but ``leave_out``, or only those of ``kinds``."""
    columns = trace.columns()
    lines = zip(*(columns[name].tolist() for name in ("time", "kind", "task", "unit")))
    return [
        (time, NAMES[kind], task, unit)
        for time, kind, task, unit in lines
        if (NAMES[kind] in kinds if kinds else NAMES[kind] not in leave_out)
    ]


def of_task(trace: Trace, task: int) -> list[tuple[float, str, int]]:
    """The records of one task as (time, kind, unit)."""
    return [(time, kind, unit) for time, kind, of, unit in story(trace) if of == task]


def of_unit(trace: Trace, unit: int) -> list[tuple[float, str, int]]:
    """The records of one unit as (time, kind, task)."""
    return [(time, kind, task) for time, kind, task, of in story(trace) if of == unit]


def values(trace: Trace, kind: str) -> list[float]:
    """The values of the records of one kind."""
    columns = trace.columns()
    return columns["value"][columns["kind"] == CODE[kind]].tolist()
