"""One point for programs that choose points themselves: its measure, and one set of shocks for all points they try."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from sim.errors import InputError, nearest
from sim.settings import Settings, dump
from sim.settings.shocks import shocks
from sim.study.outcome import Outcome

MARK = "shocks.json"


def measure_of(outcome: Outcome, name: str) -> float | None:
    """One measure of a point (None: no data). Raises ``InputError`` with the nearest name."""
    if name not in outcome.scalars:
        raise InputError(f"measure={name}: no such measure{nearest(name, outcome.scalars)}; docs/output.md lists them")
    return outcome.scalars[name]


def keep_shocks(folder: Path, settings: Settings) -> None:
    """Hold every point tried below a folder to the places and times of shocks of the first one, in whatever process it runs.

    Raises ``InputError`` for a point that differs: there is no search over them.
    """
    own = {key: value if isinstance(value, str | int | float) else dump(value) for key, value in shocks(settings).items()}
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=folder, suffix=".tmp", encoding="utf-8") as file:
        json.dump(own, file)
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, folder / MARK)
    first = json.loads((folder / MARK).read_text(encoding="utf-8"))
    differing = [key for key in own | first if json.loads(json.dumps(own.get(key))) != first.get(key)]
    if differing:
        told = "places and times of shocks are no axis: set them once, the same for all points (docs/use.md)"
        raise InputError(f"{differing[0]} is not as in the first point of {folder}; {told}")
