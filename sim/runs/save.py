"""Write a run directory: complete or not at all, for its owner only, and never over something else."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import Tape
from sim.digest import digest_text
from sim.errors import InputError
from sim.measures.collect import Measures
from sim.measures.day import Recorded
from sim.measures.entry import Cell, Table
from sim.names import Names
from sim.runs.pack import read_json, save, write_arrays, write_json
from sim.runs.passport import SCHEMA, SCHEMA_VERSION, file_digest, machine, package_version, versions
from sim.runs.stories import incident_rows
from sim.scenario import Scenario
from sim.trace import Trace

Columns = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Origin:
    """Where a run comes from: its name, configuration as plain values, seed and replication (None: nothing was drawn),
    the names of its ids, the command that made it, and the settings in it that the user set (``key=value``). ``later``: of a day
    that follows another plan from a moment on, the moment ``at``, what was ``set``, and the whole ``config`` from then on."""

    name: str
    config: Mapping[str, Any]
    seed: int | None = None
    replication: int | None = None
    names: Names = field(default_factory=Names)
    command: tuple[str, ...] = ()
    set_by_user: tuple[str, ...] = ()
    later: Mapping[str, Any] | None = None


class StoredTrace(Trace):
    """A trace read from a run directory: the same columns, legs and digest as when it was made."""

    def __init__(self, records: Columns, legs: Columns) -> None:
        super().__init__()
        self._stored, self._stored_legs = dict(records), dict(legs)

    def __len__(self) -> int:
        return len(self._stored["time"])

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Records as arrays of shape (records,), by field name."""
        return self._stored

    def legs(self) -> dict[str, NDArray[np.generic]]:
        """Movement legs as arrays of shape (legs,), by field name."""
        return self._stored_legs


def save_run(
    folder: Path,
    scenario: Scenario,
    tape: Tape,
    trace: Recorded,
    measures: Measures,
    origin: Origin,
    sums: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Write a run directory and return its manifest; an earlier run in the same place is replaced. ``sums`` are the digests, from
    whoever has them already.

    Nothing is written where something goes wrong. Raises ``InputError`` for a folder that holds anything else than a run.
    """
    check_target(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(draft, scenario, tape, trace, measures, origin)
        manifest = _manifest(draft, scenario, tape, trace, origin, sums or digests(scenario, tape, trace))
        write_json(draft / "manifest.json", manifest)
        for path in draft.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        _put_in_place(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return manifest


def check_target(folder: Path) -> None:
    """Raise ``InputError`` if ``folder`` is there and holds anything that no earlier run wrote."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; choose another place with --out")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    known: set[str] = set()
    with suppress(InputError):
        manifest = read_json(folder / "manifest.json")
        if isinstance(manifest, dict) and manifest.get("schema") == SCHEMA:
            known = {"manifest.json", *manifest.get("files", {})}
    if foreign := sorted(found - known):
        raise InputError(f"{folder}: holds {foreign[0]}, which is no part of a run; choose another place with --out")


def default_target(origin: Origin) -> Path:
    """``runs/NAME-SEED-REPLICATION``; with a few digits more where that holds a run of another configuration."""
    parts = [origin.name] if origin.seed is None else [origin.name, str(origin.seed), str(origin.replication)]
    target = Path("runs") / "-".join(parts)
    with suppress(InputError):
        manifest = read_json(target / "manifest.json")
        if manifest.get("schema") == SCHEMA and manifest.get("config") != origin.config:
            digest = digest_text(json.dumps(origin.config, sort_keys=True))
            return target.with_name(f"{target.name}-{digest[:8]}")
    return target


def _put_in_place(draft: Path, folder: Path) -> None:
    """Exchange an earlier run for the new one."""
    if not folder.exists():
        os.replace(draft, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    os.replace(folder, old / "run")
    try:
        os.replace(draft, folder)
    except BaseException:
        os.replace(old / "run", folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _write_files(draft: Path, scenario: Scenario, tape: Tape, trace: Recorded, measures: Measures, origin: Origin) -> None:
    save(scenario, draft, "scenario")
    save(tape, draft, "tape")
    write_arrays(draft / "records.npz", trace.columns())
    write_arrays(draft / "legs.npz", trace.legs())
    write_json(draft / "names.json", origin.names.plain())
    write_table(draft / "incidents.csv", incident_rows(measures.day, origin.names))
    write_json(draft / "measures.json", dict(measures))
    (draft / "tables").mkdir()
    for name, table in measures.tables.items():
        if name != "incidents":
            write_table(draft / "tables" / f"{name}.csv", table)


def write_table(path: Path, table: Table) -> None:
    """Write a table as CSV; numbers read back bit by bit, a cell without data is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*(_texts(column) for column in table.values()), strict=True))


def _texts(column: list[Cell]) -> list[Cell]:
    """Cells as the CSV writer takes them: it writes floats by ``repr`` and None as nothing."""
    if bool not in set(map(type, column)):
        return column
    return [cell if not isinstance(cell, bool) else "yes" if cell else "no" for cell in column]


def _manifest(
    draft: Path, scenario: Scenario, tape: Tape, trace: Recorded, origin: Origin, sums: dict[str, str]
) -> dict[str, Any]:
    files = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "pollday": package_version(),
        "name": origin.name,
        "seed": origin.seed,
        "replication": origin.replication,
        "digests": sums,
        "counts": counts(scenario, tape, trace),
        "config": dict(origin.config),
        "command": list(origin.command),
        "set_by_user": list(origin.set_by_user),
        **({} if origin.later is None else {"later": dict(origin.later)}),
        "versions": versions(),
        "machine": machine(),
        "files": {name: file_digest(draft / name) for name in files},
    }


def digests(scenario: Scenario, tape: Tape, trace: Recorded) -> dict[str, str]:
    """Hex SHA-256 of scenario, tape and trace."""
    stored = trace if isinstance(trace, Trace) else StoredTrace(trace.columns(), trace.legs())
    return {"scenario": scenario.digest(), "tape": tape.digest(), "trace": stored.digest()}


def calls_only(scenario: Scenario, tape: Tape) -> int:
    """Rows of the tape that are calls and need nobody: advice and false calls, and whatever wants no unit."""
    bare = np.array([not c.slots for c in scenario.classes], dtype=bool)
    return int(bare[tape.incidents.cls].sum())


def counts(scenario: Scenario, tape: Tape, trace: Recorded) -> dict[str, int]:
    """How much of everything there is."""
    territory, units = scenario.territory, scenario.units
    centres = territory.sites.of_kind("centre")
    return {
        "areas": len(territory.area_codes),
        "sites": len(territory.sites),
        "centres": len(centres),
        "offices": int(territory.sites.offices[centres].sum()),
        "units": len(units),
        "mobile_units": int(units.mobile.sum()),
        "incidents": len(tape.incidents),
        "calls_only": calls_only(scenario, tape),
        "records": len(trace.columns()["time"]),
        "legs": len(trace.legs()["unit"]),
    }
