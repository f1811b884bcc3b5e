"""Write a run as files for maps and tables: each whole or not at all, and for its owner only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from sim.errors import InputError, nearest
from sim.replay.files.export import Export
from sim.replay.files.geojson import write_incidents, write_trips
from sim.replay.files.tables import write_fixes, write_records
from sim.study.export import write_whole

FILES: dict[str, Callable[[Export, Path], None]] = {
    "incidents.geojson": write_incidents,
    "trips.geojson": write_trips,
    "fixes.csv": write_fixes,
    "records.csv": write_records,
}
"""What can be written, and how."""


def write_exports(export: Export, kinds: list[str], folder: Path) -> list[Path]:
    """Write some of :data:`FILES` into ``folder``, each whole or not at all and for its owner only; returns the files.

    Raises ``InputError`` before anything is written where a kind cannot be, and ``OSError``.
    """
    if not (len(export.view.units) or len(export.view.tasks)):
        raise InputError(
            f"{export.view.run.folder}: no area has five centres, so there is nothing to show at share=restricted; "
            "share=internal shows all"
        )
    if set(kinds) - {"records.csv"}:
        export.check_places()
    if any(kind.endswith(".geojson") for kind in kinds):
        export.lon_lat(np.zeros(0), np.zeros(0))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for kind in kinds:
        write_whole(folder / kind, lambda draft, write=FILES[kind]: write(export, draft))  # type: ignore[misc]
        written.append(folder / kind)
    return written


def kinds_of(text: str) -> list[str]:
    """Kinds of files from words such as ``fixes.csv,records.csv``. Raises ``InputError`` for one that there is not.

    >>> kinds_of("records.csv, fixes.csv,records.csv")
    ['records.csv', 'fixes.csv']
    """
    found = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for kind in found:
        if kind not in FILES:
            raise InputError(f"--as {kind}: no such file{nearest(kind, FILES)}; allowed: {', '.join(FILES)}")
    if not found:
        raise InputError(f"--as: name one file or more; allowed: {', '.join(FILES)}")
    return found
