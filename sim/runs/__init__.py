"""Run directories: everything about one run in open formats, saved at once and read back to the same measures."""

from __future__ import annotations

from sim.runs.load import Run, load_run
from sim.runs.save import Origin, StoredTrace, save_run

__all__ = ["Origin", "Run", "StoredTrace", "load_run", "save_run"]
