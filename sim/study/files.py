"""A study's folder: what was asked, every result, the table, and the pictures beside them."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.errors import InputError
from sim.settings import dump
from sim.study.cells import inert
from sim.study.design import Study
from sim.study.figures import PLACES
from sim.study.lock import LOCK
from sim.study.places import place_rows
from sim.study.result import StudyResult, table_digest
from sim.study.sealed import FILE

MARK = "study.json"
SCHEMA = 1


def check_folder(folder: Path) -> None:
    """Refuse to write into a folder that is there and is no study of ours, even one that has hardly begun. Raises
    ``InputError``."""
    if folder.is_dir() and any(folder.iterdir()) and not any((folder / name).exists() for name in (MARK, FILE, LOCK)):
        raise InputError(f"{folder}: there already and no study; choose another name with study.name=… or --out")


def prepare(folder: Path) -> None:
    """Make the folder, readable by its owner only, and out of sight of Git: results are no source."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def save_results(result: StudyResult, rows: Sequence[Mapping[str, object]], folder: Path) -> dict[str, str]:
    """Write ``results.csv`` (one row per option and replication), ``table.csv``, ``by_area.csv``, ``by_force.csv`` and
    ``study.json``; return its digests."""
    study = result.study
    outcomes = sorted(result.outcomes.items())
    names = sorted({name for _, outcome in outcomes for name in outcome.scalars})
    runs = [
        {"option": study.options[o].name, "replication": r, **outcome.scalars, **_named(outcome.digests)}
        for (o, r), outcome in outcomes
    ]
    digests = [f"{part}_digest" for part in ("scenario", "tape", "trace")]
    write_csv(folder / "results.csv", ["option", "replication", *names, *digests], runs)
    write_csv(folder / "table.csv", list(rows[0]) if rows else [], rows)
    for by in PLACES:
        placed = place_rows(result, by)
        write_csv(folder / f"by_{by}.csv", list(placed[0]) if placed else [], placed)
    made = {"table": table_digest(list(map(dict, rows)))}
    text = json.dumps({**passport(study), "digests": made}, ensure_ascii=False, indent=1)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")
    for path in folder.iterdir():
        os.chmod(path, 0o600)
    return made


def _named(digests: Mapping[str, str]) -> dict[str, str]:
    return {f"{part}_digest": digest for part, digest in digests.items()}


def passport(study: Study) -> dict[str, object]:
    """What was asked, for people and programs."""
    options = {option.name: list(option.overrides) for option in study.options}
    return {
        "schema": SCHEMA,
        "name": study.name,
        "question": study.question,
        "baseline": study.baseline,
        "replications": study.replications,
        "inputs": study.inputs,
        "equal_heads": study.equal_heads,
        "precision": dump(study.precision) if study.precision else None,
        "options": options,
    }


def write_csv(path: Path, names: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as UTF-8 CSV; None is an empty cell, floats are exact, and no text is a formula to a spreadsheet."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(
            {k: "" if v is None else repr(v) if isinstance(v, float) else inert(v) for k, v in row.items()} for row in rows
        )
