"""Fixes and records as CSV, in which no text is a formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sim.measures.day import UNIT_STATUSES, Bools, Ints
from sim.measures.entry import Table
from sim.replay.files.export import Export
from sim.runs.save import write_table
from sim.study.cells import inert
from sim.trace import KINDS


def write_fixes(export: Export, path: Path) -> None:
    """CSV with a row for each fix: between two fixes a unit drives straight and evenly."""
    found, units, called = export.units, export.day.scenario.units, export.view.unit_names
    columns: Table = {
        "unit": [called[row] for row in found.unit.tolist()],
        "kind": [units.kinds[code] for code in units.kind[found.unit].tolist()],
        "duty": list(found.duty.tolist()),
        "time": list(export.day_of.iso(found.time)),
    }
    x, y, axes, digits = found.x, found.y, ("x", "y"), 2
    if export.on_globe or export.origin is not None:
        (x, y), axes, digits = export.lon_lat(x, y), ("lon", "lat"), 6
    columns |= dict(zip(axes, (np.round(column, digits).tolist() for column in (x, y)), strict=True))
    columns["status"] = [UNIT_STATUSES[code] for code in found.status.tolist()]
    _write_csv(path, columns)


def write_records(export: Export, path: Path) -> None:
    """CSV with a row for each record of what is shown."""
    day, names, territory = export.day, export.view.run.names, export.day.scenario.territory
    rows = np.flatnonzero(_shown_records(export) & (day.time >= export.begin) & (day.time <= export.end))
    unit, task, area = day.unit[rows], day.task[rows], _areas(export)[rows]
    if not export.view.internal:
        unit = np.where(np.append(_chosen(export.view.units, len(day.scenario.units)), False)[unit], unit, -1)
    classes, codes = [c.name for c in day.scenario.classes], territory.area_codes
    cls, ids = day.tape.incidents.cls, day.tape.incidents.id
    columns: Table = {
        "record": list(rows.tolist()),
        "time": list(export.day_of.iso(day.time[rows])),
        "at": day.time[rows].tolist(),
        "kind": [KINDS[code].name for code in day.kind[rows].tolist()],
        "task": [names.incident(int(ids[row])) if row >= 0 else None for row in task.tolist()],
        "class": [classes[cls[row]] if row >= 0 else None for row in task.tolist()],
        "unit": [export.view.unit_names[row] if row >= 0 else None for row in unit.tolist()],
        "area": [codes[a] if a >= 0 else None for a in area.tolist()],
        "cause": [cause if cause >= 0 else None for cause in day.columns["cause"][rows].tolist()],
        "value": [v if np.isfinite(v) else None for v in day.value[rows].tolist()],
    }
    if export.view.internal:
        places = territory.sites.id.tolist()
        columns["site"] = [names.site(places[s]) if s >= 0 else None for s in day.columns["site"][rows].tolist()]
    _write_csv(path, columns)


def _shown_records(export: Export) -> Bools:
    """Records about a shown task, about a shown unit alone, or about neither in a shown area (or in none)."""
    view, day = export.view, export.day
    if view.internal:
        return np.ones(len(day.kind), dtype=np.bool_)
    task = np.append(_chosen(view.tasks, len(day.tape.incidents)), False)[day.task]
    unit = np.append(_chosen(view.units, len(day.scenario.units)), False)[day.unit]
    area = _areas(export)
    alone = (day.task < 0) & (day.unit < 0) & ((area < 0) | np.append(view.shown, False)[area])
    known = (day.columns["task"].astype(np.int64) < 0) & (day.columns["site"].astype(np.int64) < 0)
    return np.asarray(task | ((day.task < 0) & unit) | (alone & known))


def _areas(export: Export) -> Ints:
    """Area of each record: that of its room, or of its site (-1: none)."""
    day, sites = export.day, export.day.scenario.territory.sites
    area, site = (np.asarray(day.columns[name]).astype(np.int64) for name in ("area", "site"))
    return np.where(area >= 0, area // day.scenario.chains, np.where(site >= 0, sites.area[site], -1))


def _chosen(rows: Ints, size: int) -> Bools:
    found = np.zeros(size, dtype=np.bool_)
    found[rows] = True
    return found


def _write_csv(path: Path, columns: Table) -> None:
    write_table(path, {name: [inert(cell) for cell in column] for name, column in columns.items()})
