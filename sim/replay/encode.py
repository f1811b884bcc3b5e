"""A run as a page plays it: a header of plain data, and columns of whole numbers packed beside it (read by ``page/world.js``).

Records stand by unit or by task, since those of one unit or one task are alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.demand.classes import GROUPS
from sim.errors import InputError
from sim.language import Language
from sim.measures.coverage import coverage
from sim.measures.day import TASK_STATUS, TASK_STATUSES, UNIT_STATUS, UNIT_STATUSES, Floats, Ints
from sim.measures.response import targets
from sim.replay import records
from sim.replay.ground import ground, ground_header
from sim.replay.packing import Packer
from sim.replay.tracks import Tracks, build_tracks
from sim.replay.view import STEPS, TICK, View
from sim.territory.sites import FABRICS
from sim.trace import CODE, KINDS


def encode(view: View, words: Language, alone: bool = True) -> tuple[dict[str, Any], bytes]:
    """Header and packed columns of one run; without its ground where it stands beside another one (not ``alone``).

    Raises ``InputError`` for numbers that do not fit a page.
    """
    packer = Packer()
    _units(view, packer)
    _tasks(view, packer)
    _movement(view, packer, records.pack(view, packer))
    if alone:
        ground(view, packer, words)
    _coverage(view, packer)
    return {**_header(view), "columns": packer.directory}, packer.packed()


def _header(view: View) -> dict[str, Any]:
    """Everything about the run that is no column; names are those of the program, the page's words are added by the writer."""
    scenario, manifest = view.run.scenario, view.run.manifest
    calendar = scenario.calendar
    return {
        "name": str(manifest.get("name", "")),
        "replication": manifest.get("replication"),
        "digest": manifest["digests"]["trace"],
        "share": view.share,
        "tick": TICK,
        "steps": STEPS,
        "begin": calendar.begin,
        "end": view.day.end,
        "box": view.box,
        "globe": scenario.territory.metric == "great_circle",
        "synthetic": scenario.territory.synthetic_sites,
        "records": [kind.name for kind in KINDS],
        "unitStatus": UNIT_STATUS.tolist(),
        "taskStatus": TASK_STATUS.tolist(),
        "unitStatuses": UNIT_STATUSES,
        "taskStatuses": TASK_STATUSES,
        "groups": GROUPS,
        "fabrics": FABRICS,
        "forces": scenario.territory.forces,
        "unitKinds": scenario.units.kinds,
        "classes": [{"name": cls.name, "group": GROUPS.index(cls.group)} for cls in scenario.classes],
        "targets": [{name: getattr(scenario.targets, f"p{p}", {}).get(name) for name in FABRICS} for p in (1, 2, 3)],
        "injects": [inject.effect for inject in view.run.tape.injects],
        "hidden": int((~view.shown).sum()),
        "phases": _phases(view),
        **ground_header(view),
    }


def _phases(view: View) -> list[dict[str, Any]]:
    """Phases with their first and last start in any area."""
    calendar = view.run.scenario.calendar
    starts = calendar.starts[view.shown] if view.shown.any() else calendar.starts
    rows = [(name, starts[:, i]) for i, name in enumerate(calendar.phases)] if len(starts) else []
    kept = [(name, at) for name, at in rows if np.isfinite(at).all() and float(at.min()) < view.day.end]
    return [{"name": name, "at": float(at.min()), "last": float(at.max())} for name, at in kept]


def _units(view: View, packer: Packer) -> None:
    units, rows = view.run.scenario.units, view.units
    for name, values in (("kind", units.kind), ("area", units.area), ("force", units.force), ("heads", units.heads)):
        packer.column(f"unit.{name}", values[rows], delta=name != "kind")
    packer.text("unit.id", [str(view.unit_names[row]) for row in rows.tolist()])


def _tasks(view: View, packer: Packer) -> None:
    tape, sites = view.run.tape.incidents, view.run.scenario.territory.sites
    rows, names = view.tasks, view.run.names
    site = tape.site[rows]
    x, y = view.places(tape.x[rows], tape.y[rows], tape.id[rows])
    target = targets(view.run.scenario, tape.priority[rows], sites.fabric[site])
    columns: dict[str, tuple[Any, bool]] = {
        "x": (x, False), "y": (y, False), "cls": (tape.cls[rows], False), "priority": (tape.priority[rows], False),
        "area": (sites.area[site], False), "force": (sites.force[site], False),
        "target": (np.rint(np.nan_to_num(target, nan=-1.0)), False),
    }  # fmt: skip
    if view.internal:
        columns["site"] = (site, True)
    for name, (values, delta) in columns.items():
        packer.column(f"task.{name}", values, delta)
    packer.text("task.id", [str(names.incident(i)) for i in tape.id[rows].tolist()])


def _movement(view: View, packer: Packer, listed: Ints) -> None:
    """Movements of the shown units, and the loops that they walk.

    Each movement belongs to a record, of which unit and moment are known; a drive mostly ends at the unit's next record. So only
    what differs from that is stored. Raises ``InputError`` for movements that do not follow their records.
    """
    day, units = view.day, view.run.scenario.units
    tracks, place = build_tracks(day), placed(view.units, len(units))
    rows = np.flatnonzero(place[tracks.unit] >= 0)
    at = np.flatnonzero(np.isin(day.kind[listed], [CODE[name] for name in records.MOVES]))
    if not np.array_equal(listed[at], tracks.record[rows]):
        raise InputError(f"{view.run.folder}: the movements of its units do not follow its records")
    loops = tracks.loop[rows] >= 0
    since, depart, arrive = (view.ticks(column[rows]) for column in (tracks.since, tracks.depart_at, tracks.arrive_at))
    record = tracks.record[rows]
    sent = day.kind[record] == CODE["dispatched"]
    ready = np.where(sent, np.rint(day.value[record] / TICK), 0).astype(np.int64)
    packer.column("path.wait", depart - since - ready)
    packer.column("path.drive", arrive - _expected(view, listed, at, depart))
    packer.column("path.loop", loops)
    packer.column("path.ref", view.ticks(tracks.ref[rows][loops]) - arrive[loops])
    _ends(view, packer, tracks, rows)
    _loops(view, packer)


def _ends(view: View, packer: Packer, tracks: Tracks, rows: Ints) -> None:
    """Where movements begin and end: mostly where the one before ended, and at the task to which the unit is sent."""
    day, tape, unit = view.day, view.run.tape.incidents, tracks.unit[rows]
    task = placed(view.tasks, len(tape) + 1)[day.task[tracks.record[rows]]]
    to_task = (day.kind[tracks.record[rows]] == CODE["dispatched"]) & (task >= 0)
    key = view.run.scenario.units.id[unit]
    spots = view.places(tape.x[view.tasks], tape.y[view.tasks], tape.id[view.tasks])
    begins = view.places(tracks.x0[rows], tracks.y0[rows], key)
    ends = view.places(tracks.x1[rows], tracks.y1[rows], key)
    same = (tracks.x1[rows][:-1] == tracks.x0[rows][1:]) & (tracks.y1[rows][:-1] == tracks.y0[rows][1:])
    goes_on = np.concatenate(([False], same & (unit[1:] == unit[:-1])))
    for name, spot, begin, end in zip(("x", "y"), spots, begins, ends):
        goal = np.append(spot, 0)[task]
        end = np.where(to_task & (not view.internal), goal, end)  # so that a unit comes to the very mark it was sent to
        before = np.concatenate(([0], end[:-1]))
        begin = np.where(goes_on, before, begin)
        packer.column(f"path.{name}0", begin - before)
        packer.column(f"path.{name}1", end - np.where(to_task, goal, begin))


def _expected(view: View, listed: Ints, at: Ints, depart: Ints) -> Ints:
    """When each drive would end by the records: at the unit's next one, if that says that it got there, else at once."""
    day = view.day
    following = listed[np.minimum(at + 1, len(listed) - 1)]
    there = np.isin(day.kind[following], [CODE[name] for name in records.ENDS]) & (day.unit[following] == day.unit[listed[at]])
    return np.where(there, view.ticks(day.time[following]), depart)


def _loops(view: View, packer: Packer) -> None:
    """Stops of the loop of each shown unit; a unit without one has none."""
    loops, units = view.run.scenario.loops, view.run.scenario.units
    row = units.loop[view.units]
    mine, own = np.flatnonzero(row >= 0), row[row >= 0]
    count = np.zeros(len(row), dtype=np.int64)
    count[mine] = loops.stops[own]
    packer.column("loop.stops", count)
    packer.column("loop.period", np.rint(loops.period[own] * 1000.0))
    real = np.arange(loops.x.shape[1]) < loops.stops[own][:, None]
    key = np.repeat(units.id[view.units][mine], loops.stops[own])
    x, y = view.places(loops.x[own][real], loops.y[own][real], key)
    packer.column("loop.x", x, delta=True)
    packer.column("loop.y", y, delta=True)
    packer.column("loop.arrive", np.rint(loops.arrive[own][real] / TICK), delta=True)
    packer.column("loop.stay", np.rint(loops.depart[own][real] / TICK) - np.rint(loops.arrive[own][real] / TICK))


def _coverage(view: View, packer: Packer) -> None:
    """Coverage of the whole and of each area over the voting phase, in tenths of a percent (-1: nothing votes)."""
    found = coverage(view.day)
    packer.column("cover.at", view.ticks(found.times), delta=True)
    keep = view.shown[found.area] if len(found.area) else np.zeros(0, dtype=bool)
    weights = found.offices[keep, None] * found.voting[keep]
    covered = weights * found.covered[keep]
    areas = np.arange(len(view.shown))
    starts = np.searchsorted(found.area[keep], areas)
    packer.column("cover.all", _permille(covered.sum(axis=0), weights.sum(axis=0)))
    by_area = [np.add.reduceat(np.vstack((part, np.zeros(part.shape[1]))), starts, axis=0) for part in (covered, weights)]
    empty = ~np.isin(areas, found.area[keep])
    by_area[1][empty] = 0.0
    packer.column("cover.areas", _permille(*by_area).ravel())


def _permille(above: Floats, below: Floats) -> Ints:
    return np.rint(np.divide(1000.0 * above, below, out=np.full(above.shape, -1.0), where=below > 0)).astype(np.int64)


def placed(rows: Ints, size: int) -> Ints:
    """Position of each of ``size`` things among the ``rows`` that are shown (-1: it is not)."""
    place = np.full(size, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return place
