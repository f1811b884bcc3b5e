"""Incidents and trips as GeoJSON (RFC 7946): for QGIS with its clock, for kepler.gl, and for whatever reads GDAL's formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.measures.day import Day, Floats, Ints
from sim.measures.entry import Cell, Table
from sim.measures.response import STATUSES, IncidentTable, incident_table
from sim.replay.files.export import Export, unit_facts
from sim.reports.page import MARKINGS


def write_incidents(export: Export, path: Path) -> None:
    """GeoJSON points, one for each incident and planned task that came, with ``start`` and ``end``."""
    table, tape = _shown(export), export.day.tape.incidents
    x, y = tape.x[table.row], tape.y[table.row]
    if not export.view.internal:
        x, y = export.view.pools.moved(x, y, table.id)
    lon, lat = export.lon_lat(x, y)
    rows = _rows(_incident_columns(export, table))
    places = zip(lon.tolist(), lat.tolist(), strict=True)
    _write_features(export, path, "Point", ((_point(*place), row) for place, row in zip(places, rows, strict=True)))


def _shown(export: Export) -> IncidentTable:
    table = incident_table(export.day)
    there = np.isin(table.row, export.view.tasks) & (table.occurred_at >= export.begin) & (table.occurred_at < export.end)
    return table.take(there)


def _incident_columns(export: Export, table: IncidentTable) -> Table:
    scenario, names, iso = export.day.scenario, export.view.run.names, export.day_of.iso
    territory, over = scenario.territory, _ends(export, table)
    columns: Table = {
        "id": [names.incident(i) for i in table.id.tolist()],
        "class": [scenario.classes[c].name for c in table.cls.tolist()],
        "group": [scenario.classes[c].group for c in table.cls.tolist()],
        "priority": table.priority.tolist(),
        "status": [STATUSES[s] for s in table.status.tolist()],
        "area": [territory.area_codes[a] for a in table.area.tolist()],
        "force": [territory.forces[f] for f in table.force.tolist()],
        "start": list(iso(table.occurred_at)),
        "end": list(iso(over)),
        "reported": list(iso(table.reported_at)),
        "arrived": list(iso(table.first_arrival_at)),
        "response_s": [round(v, 1) if np.isfinite(v) else None for v in table.response_time.tolist()],
        "units": _attended(export.day)[table.row].tolist(),
    }
    if export.view.internal:
        columns["site"] = [names.site(i) for i in territory.sites.id[table.site].tolist()]
    return columns


def _ends(export: Export, table: IncidentTable) -> Floats:
    """When each incident was over, however it ended (NaN: still open when the run ended)."""
    day = export.day
    ends = np.full(len(day.tape.incidents), np.nan)
    record = day.records("prevented", "lapsed", "call_refused", "call_abandoned", "closed")
    ends[day.task[record]] = day.time[record]
    return np.where(table.status == STATUSES.index("open"), np.nan, ends[table.row])


def _attended(day: Day) -> Ints:
    """Units that arrived, by row of the tape."""
    return np.bincount(day.task[day.records("arrived")], minlength=len(day.tape.incidents))


def write_trips(export: Export, path: Path) -> None:
    """GeoJSON lines, one for each unit and stretch of duty; a vertex is longitude, latitude, height 0 and seconds since 1970."""
    found = export.units
    lon, lat = export.lon_lat(found.x, found.y)
    unix = export.day_of.unix(found.time)
    new = (np.diff(found.unit, prepend=-1) != 0) | (np.diff(found.duty, prepend=-1) != 0)
    bounds = np.append(np.flatnonzero(new), len(found)).tolist()
    columns = [column.tolist() for column in (np.round(lon, 6), np.round(lat, 6), unix)]

    def features() -> Iterator[tuple[list[Any], dict[str, Cell]]]:
        for begin, end in pairwise(bounds):
            if end - begin > 1:
                vertices = [[x, y, 0, t] for x, y, t in zip(*(column[begin:end] for column in columns), strict=True)]
                yield vertices, unit_facts(export, int(found.unit[begin])) | {"duty": int(found.duty[begin])}

    _write_features(export, path, "LineString", features())


def _rows(columns: Table) -> Iterator[dict[str, Cell]]:
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _point(lon: float, lat: float) -> list[float]:
    return [round(lon, 6), round(lat, 6)]


def _write_features(export: Export, path: Path, shape: str, found: Iterator[tuple[list[Any], dict[str, Cell]]]) -> None:
    """A GeoJSON collection, one feature a line; who may read it and what it is of stand beside them."""
    run = export.view.run
    about = {"run": run.manifest["name"], "trace": run.manifest["digests"]["trace"], "share": export.view.share}
    about |= {"marking": MARKINGS[export.view.share], "polling_day": export.day_of.date}
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"type": "FeatureCollection", "pollday": {_json(about)}, "features": [')
        for number, (coordinates, facts) in enumerate(found):
            feature = {"type": "Feature", "properties": facts, "geometry": {"type": shape, "coordinates": coordinates}}
            file.write(("\n" if number == 0 else ",\n") + _json(feature))
        file.write("\n]}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
