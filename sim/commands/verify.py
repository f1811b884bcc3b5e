"""``pollday verify``: run a saved day again and compare it record by record."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from time import perf_counter
from typing import Any

from sim.clock import format_time
from sim.commands.answer import Answer
from sim.errors import InputError
from sim.processes.simulation import uncollected
from sim.replay.verify import Difference, Verdict
from sim.replay.verify import verify as run_again
from sim.runs import load_run

INPUTS = {
    ("settings", "drawn"): "scenario and tape made again from its settings",
    ("settings", "stored"): "scenario made again from its settings, tape as stored",
    ("stored", "stored"): "scenario and tape as stored: they came from a folder",
}


@uncollected()
def verify(args: Namespace) -> Answer:
    """Run one saved day again. Raises ``InputError`` for a folder that holds no whole run, and for inputs that do not match."""
    path, words = args.split(args.words)
    if path is None or words:
        raise InputError("name one run directory, such as runs/demo-city-2017-0")
    begin = perf_counter()
    run = load_run(path)
    found = run_again(run)
    data: dict[str, Any] = {
        "command": "verify",
        **{key: run.manifest[key] for key in ("name", "seed", "replication")},
        "run_directory": str(path),
        "same": found.same,
        "records": found.records,
        "legs": found.legs,
        "differing": found.differing,
        "first_difference": None if found.first is None else asdict(found.first),
        "scenario": found.scenario,
        "tape": found.tape,
        "digests": {"stored": run.manifest["digests"]["trace"], "again": found.digest},
        "made_by": [{"name": name, "then": then, "now": now} for name, (then, now) in found.made_by.items()],
        "seconds": perf_counter() - begin,
    }
    return Answer(data, _shown(str(path), found), _notes(found), 0 if found.same else 1)


def _shown(path: str, found: Verdict) -> list[str]:
    size = f"{found.records:,} records and {found.legs:,} legs"
    how = INPUTS[found.scenario, found.tape]
    if found.first is None:
        return [f"{path}: the same when run again, all {size} ({how})"]
    return [
        f"{path}: NOT the same when run again: {found.differing:,} of {size} differ ({how})",
        f"first in {found.first.table}, row {found.first.row:,}:",
        *(f"  {when}: {_told(found.first, row)}" for when, row in (("stored", found.first.stored), ("again", found.first.again))),
    ]


def _told(first: Difference, row: dict[str, Any] | None) -> str:
    if row is None:
        return "there is none"
    if first.table == "legs":
        ends = f"({row['x0']:.6g}, {row['y0']:.6g}) to ({row['x1']:.6g}, {row['y1']:.6g})"
        return f"{format_time(row['depart_at'])} unit {row['unit']} drives from {ends}, there {format_time(row['arrive_at'])}"
    about = [f"{name} {row[name]}" for name in ("task", "unit", "site", "area", "cause") if row[name] != -1]
    return f"{format_time(row['time'])} {' '.join([row['kind'], *about])}, value {row['value']:.17g}"


def _notes(found: Verdict) -> list[str]:
    """What is not as it was when the run was made, where that may matter."""
    if not found.made_by:
        return []
    changed = ", ".join(f"{name} {_brief(then)}, now {_brief(now)}" for name, (then, now) in found.made_by.items())
    return [f"made under another version or machine ({changed}); records are promised to be the same only under equal ones"]


def _brief(value: Any) -> str:
    return f"{len(value)} flags" if isinstance(value, list) else str(value)
