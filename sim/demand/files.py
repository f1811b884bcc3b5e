"""Tapes as files: CSV (one row per incident) and YAML, written by pollday or by hand, and tapes put together.

``tape.csv`` holds the incidents; what else a tape has stands beside it in ``tape.vehicles.csv``, ``tape.rallies.csv``,
``tape.injects.csv``, ``tape.legs.csv`` and ``tape.counts.csv``. A YAML file holds the same rows under
``incidents``, ``vehicles``, ``rallies``, ``injects``, ``legs`` and ``counts``. A row written by hand needs ``id``, ``at``,
``site`` and ``scene_time`` only (DESIGN 6.1: a missing mark means no noise, never prevented, never escalates, infinite patience).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.clock import format_time
from sim.demand.classes import IncidentClass
from sim.demand.columns import (
    COUNTS,
    INCIDENTS,
    INJECTS,
    LEGS,
    RALLIES,
    RUMOURS,
    VEHICLES,
    WARNINGS,
    Spec,
    needed,
    texts,
)
from sim.demand.reading import HAND, Parts, tape_from_parts
from sim.demand.tape import Incidents, Tape
from sim.errors import InputError, nearest
from sim.tables import EARLIEST, LATEST, Row, read_rows
from sim.territory.sites import Territory
from sim.yamlfile import MAX_BYTES, load_yaml

PARTS: dict[str, dict[str, Spec]] = {
    "incidents": INCIDENTS,
    "vehicles": VEHICLES,
    "rallies": RALLIES,
    "injects": INJECTS,
    "legs": LEGS,
    "counts": COUNTS,
    "warnings": WARNINGS,
    "rumours": RUMOURS,
}
_SPAN = (EARLIEST, LATEST)


def load_tape(
    path: str | Path, territory: Territory, classes: Sequence[IncidentClass], span: tuple[float, float] = _SPAN
) -> Tape:
    """Read a tape whose incidents belong to ``classes``. ``span``: moments allowed, such as (calendar.begin,
    calendar.end).

    Raises ``InputError`` with file, row, column, what is wrong and what is allowed.
    """
    tape, found = load_world_tape(path, territory, classes, span)
    if len(found) > len(classes):
        raise InputError(
            f"{Path(path).name}: column 'package': packages need a folder of its own world; name a class instead"
        )
    return tape


def load_world_tape(
    path: str | Path, territory: Territory, classes: Sequence[IncidentClass] = (), span: tuple[float, float] = _SPAN
) -> tuple[Tape, tuple[IncidentClass, ...]]:
    """Read a tape that may bring classes of its own: one for each distinct priority, package, start and release.

    Returns the tape and ``classes`` followed by those. Raises ``InputError`` like :func:`load_tape`.
    """
    path = Path(path)
    parts = _read_yaml(path) if path.suffix.lower() in (".yaml", ".yml") else _read_csv(path)
    return tape_from_parts(parts, path.name, territory, tuple(classes), span)


def save_tape(tape: Tape, path: str | Path, territory: Territory, classes: Sequence[IncidentClass]) -> None:
    """Write a tape; :func:`load_tape` gives the same digest. Raises ``InputError`` if YAML would be too long."""
    path = Path(path)
    tables = _tables(tape, territory, [c.name for c in classes])
    if path.suffix.lower() in (".yaml", ".yml"):
        rows = {
            name: [{k: v for k, v in zip(head, row) if v} for row in body]
            for name, (head, body) in tables.items()
            if body
        }
        text = yaml.safe_dump(rows or {"incidents": []}, allow_unicode=True, sort_keys=False, width=1000)
        if len(text.encode()) > MAX_BYTES:
            raise InputError(
                f"{path.name}: {len(tape.incidents)} incidents are too many for YAML; save the tape as .csv"
            )
        path.write_text(text, encoding="utf-8")
        return
    for name, (head, body) in tables.items():
        target = _beside(path, name)
        if body or name == "incidents" or target.exists():
            with target.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([head, *body])


def _beside(path: Path, part: str) -> Path:
    return path if part == "incidents" else path.with_suffix(f".{part}.csv")


def _tables(tape: Tape, territory: Territory, classes: Sequence[str]) -> dict[str, tuple[list[str], list[list[str]]]]:
    sites = territory.sites.id.tolist()
    packed: dict[str, Any] = {
        "incidents": tape.incidents,
        "vehicles": tape.vehicles,
        "rallies": tape.rallies,
        "injects": tape.injects,
        "legs": tape.legs,
        "counts": tape.counts,
        "warnings": tape.warnings,
        "rumours": tape.rumours,
    }
    tables = {}
    for part, specs in PARTS.items():
        columns = {name: texts(_values(packed[part], spec), spec, sites, classes) for name, spec in specs.items()}
        if part == "incidents":
            columns |= _places_and_work(tape.incidents)
        shown = [name for name, cells in columns.items() if any(cells) or name in (*needed(specs), "scene_time")]
        tables[part] = (shown, [list(row) for row in zip(*(columns[name] for name in shown))])
    return tables


def _values(packed: Any, spec: Spec) -> NDArray[np.generic]:
    if isinstance(packed, tuple):
        values = [getattr(item, spec.field) for item in packed]
        return np.array(values, dtype=object)
    return np.asarray(getattr(packed, spec.field))


def _places_and_work(rows: Incidents) -> dict[str, list[str]]:
    columns = {"x": [repr(v) for v in rows.x.tolist()], "y": [repr(v) for v in rows.y.tolist()]}
    for name, table in (("scene_time", rows.scene_time), ("noise", rows.noise)):
        columns[name] = ["|".join(map(repr, row)) for row in table.tolist()]
    return columns


def _read_csv(path: Path) -> Parts:
    parts: Parts = {"incidents": read_rows(path, needed(INCIDENTS) + ["scene_time"], _optional(INCIDENTS) + list(HAND))}
    for name, specs in PARTS.items():
        beside = _beside(path, name)
        if name != "incidents":
            parts[name] = read_rows(beside, needed(specs), _optional(specs)) if beside.exists() else []
    return parts


def _optional(specs: Mapping[str, Spec]) -> list[str]:
    return [name for name, spec in specs.items() if spec.empty is not None]


def _read_yaml(path: Path) -> Parts:
    data = load_yaml(path)
    if not isinstance(data, dict):
        raise InputError(f"{path.name}: must be a mapping with the keys {', '.join(PARTS)}")
    for key in data:
        if key not in PARTS:
            raise InputError(f"{path.name}: unknown key '{key}'{nearest(str(key), PARTS)}; allowed: {', '.join(PARTS)}")
    parts: Parts = {}
    for part, specs in PARTS.items():
        more = ("scene_time", *HAND) if part == "incidents" else ()
        items = data.get(part) or []
        if not isinstance(items, list):
            raise InputError(f"{path.name}: '{part}' must be a list of rows")
        parts[part] = [_yaml_row(item, f"{path.name}, {part} {i}", (*specs, *more)) for i, item in enumerate(items, 1)]
    return parts


def _yaml_row(item: Any, where: str, columns: Sequence[str]) -> Row:
    if not isinstance(item, dict):
        raise InputError(f"{where}: must be a mapping such as {{id: 1, at: 07:30, site: 4, scene_time: 600}}")
    cells = dict.fromkeys(columns, "")
    for key, value in item.items():
        if key not in cells:
            raise InputError(f"{where}: unknown key '{key}'{nearest(str(key), columns)}; allowed: {', '.join(columns)}")
        cells[key] = _text(value, where, key)
    return Row(cells, where)


def _text(value: Any, where: str, key: str) -> str:
    if isinstance(value, list):
        return "|".join(_text(part, where, key) for part in value)
    if isinstance(value, dict | bool):
        raise InputError(f"{where}, column '{key}': {value!r} is neither text nor a number")
    return "" if value is None else value.strip() if isinstance(value, str) else repr(value)


def describe(tape: Tape) -> str:
    """One line about a tape: how many of what, from when to when."""
    rows = tape.incidents
    when = f" from {format_time(rows.at[0])} to {format_time(rows.at[-1])}" if len(rows) else ""
    more = f"{len(tape.vehicles.id)} vehicles of interest, {len(tape.rallies)} gatherings, {len(tape.injects)} injects"
    return f"{len(rows)} incidents{when}, {more}"
