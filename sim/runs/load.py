"""Read a run directory back, and measure it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.tape import Tape
from sim.errors import InputError
from sim.measures.collect import Measures, measure
from sim.names import Names
from sim.runs.pack import load, read_arrays, read_json
from sim.runs.passport import SCHEMA, SCHEMA_VERSION, file_digest
from sim.runs.save import StoredTrace, digests
from sim.scenario import Scenario
from sim.trace import FIELDS, KINDS, LEG_FIELDS, PURPOSES


@dataclass(frozen=True, eq=False)
class Run:
    """A run read from its directory."""

    folder: Path
    manifest: dict[str, Any]
    scenario: Scenario
    tape: Tape
    trace: StoredTrace
    names: Names

    def measure(self, per_place: bool = False) -> Measures:
        """Compute the measures again from scenario, tape and trace."""
        return measure(self.scenario, self.tape, self.trace, per_place=per_place)


def load_run(folder: str | Path) -> Run:
    """Read and check a run directory.

    Raises ``InputError``, one line, for a folder that is no run of this schema, a missing or damaged file, and contents that
    do not give the digests of the manifest.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    _check_files(folder, manifest["files"])
    records, legs = read_arrays(folder / "records.npz"), read_arrays(folder / "legs.npz")
    if sorted(records) != sorted(FIELDS) or sorted(legs) != sorted(LEG_FIELDS):
        raise InputError(f"{folder}: records.npz or legs.npz has other columns than a trace of this version")
    _check_rows(folder / "records.npz", records)
    _check_rows(folder / "legs.npz", legs)
    scenario, tape = load(Scenario, folder, "scenario"), load(Tape, folder, "tape")
    trace = StoredTrace({name: records[name] for name in FIELDS}, {name: legs[name] for name in LEG_FIELDS})
    for part, digest in digests(scenario, tape, trace).items():
        if manifest["digests"].get(part) != digest:
            made = manifest.get("pollday", "unknown")
            raise InputError(f"{folder}: the {part} does not give the digest of the manifest (made by pollday {made})")
    return Run(folder, manifest, scenario, tape, trace, _names(folder / "names.json"))


def _names(path: Path) -> Names:
    try:
        return Names.from_plain(read_json(path))
    except (AttributeError, TypeError, ValueError) as error:
        raise InputError(f"{path}: holds no names of sites, units and incidents ({error})") from None


def _check_rows(path: Path, columns: Mapping[str, NDArray[np.generic]]) -> None:
    """Raise ``InputError`` for a table that no run can have written: measures and replays would stumble over it."""
    if len({column.shape for column in columns.values()}) > 1 or next(iter(columns.values())).ndim != 1:
        raise InputError(f"{path}: its columns are not equally long")
    if any(column.dtype.kind not in "if" for column in columns.values()):
        raise InputError(f"{path}: holds other things than numbers")
    code, codes, times = ("kind", KINDS, "time") if "kind" in columns else ("purpose", PURPOSES, "depart_at")
    known = np.isin(columns[code], np.arange(len(codes))) & np.isfinite(columns[times].astype(np.float64))
    if not known.all():
        raise InputError(f"{path}: row {int(np.flatnonzero(~known)[0])} has no known {code} or no time")
    if code == "kind" and np.any(np.diff(columns[times].astype(np.float64)) < 0.0):
        raise InputError(f"{path}: its records are not in the order of time")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run directory. Raises ``InputError`` if it is none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    path = folder / "manifest.json"
    if not path.exists():
        raise InputError(f"{folder}: holds no manifest.json, so it is no run directory; `pollday run` makes one")
    manifest = read_json(path)
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema != SCHEMA:
        raise InputError(f"{path}: schema {schema!r}, needed: '{SCHEMA}'")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise InputError(f"{path}: schema version {manifest.get('schema_version')!r}, this pollday reads {SCHEMA_VERSION}")
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("digests"), dict):
        raise InputError(f"{path}: has no list of files or no digests")
    if missing := [name for name in ("name", "seed", "replication", "counts", "config") if name not in manifest]:
        raise InputError(f"{path}: has no entry '{missing[0]}'")
    return manifest


NEEDED = ("scenario.npz", "scenario.json", "tape.npz", "tape.json", "records.npz", "legs.npz", "names.json")


def _check_files(folder: Path, files: dict[str, str]) -> None:
    for name in NEEDED:
        if name not in files:
            raise InputError(f"{folder}: the manifest does not list {name}")
    for name, digest in files.items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise InputError(f"{folder}: the manifest lists {name}, which is not inside the run")
        if not path.is_file():
            raise InputError(f"{folder}: {name} is missing")
        if file_digest(path) != digest:
            raise InputError(f"{folder}: {name} is damaged or was changed: its SHA-256 is not that of the manifest")
