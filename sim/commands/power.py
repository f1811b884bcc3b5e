"""``pollday power``: how many days would show a difference, from the days that a study has stored."""

from __future__ import annotations

import csv
import json
from argparse import Namespace
from pathlib import Path

from sim.commands.answer import Answer, Grid
from sim.errors import InputError, nearest
from sim.study.cells import as_written
from sim.study.daily import Runs, runs_of
from sim.study.files import MARK
from sim.study.power import Power, power_from
from sim.study.statistics import POWER

TEXTS = ("option", "replication", "scenario_digest", "tape_digest", "trace_digest")
"""Columns of ``results.csv`` that are no measures."""


def power(args: Namespace) -> Answer:
    """Days needed for a difference, and the difference that the stored days show, for each option against the baseline."""
    if len(args.words) != 1:
        raise InputError("name one study: its folder, such as cars")
    folder = Path(args.words[0])
    baseline, runs = read_study(folder)
    measure = args.measure or "potential_response"
    known = {name for own in runs.values() for name in own.names}
    if measure not in known:
        raise InputError(f"--measure {measure}: no run of {folder} has it{nearest(measure, known)}")
    wanted = POWER if args.power is None else args.power
    base = runs[baseline].sample(measure)
    found = {
        name: power_from(own.sample(measure), base, args.difference, wanted) for name, own in runs.items() if name != baseline
    }
    if not found:
        raise InputError(f"{folder}: the study has one option only, and nothing to compare it with")
    rows = {name: _row(each) for name, each in found.items()}
    data = {"command": "power", "study": folder.name, "baseline": baseline, "measure": measure, "power": wanted}
    data |= {"difference": args.difference, "options": rows}
    return Answer(data, _shown(folder, measure, args.difference, wanted, found, baseline))


def _row(found: Power | None) -> dict[str, float | int | None]:
    if found is None:
        return dict.fromkeys(("days", "daily_spread", "detectable", "days_needed"))
    return {
        "days": found.days,
        "daily_spread": found.spread,
        "detectable": found.detectable,
        "days_needed": found.needed,
    }


def _shown(
    folder: Path, measure: str, difference: float | None, wanted: float, found: dict[str, Power | None], baseline: str
) -> list[str | Grid]:
    """One line an option: the days there are, what they show, and the days that the difference needs."""
    headings = ["option", "days", "spread of a day's difference", "these days show"]
    headings += [f"days for {difference:g}"] if difference is not None else []
    rows: list[list[object]] = []
    for name, each in found.items():
        if each is None:
            rows.append([name, *[None] * (len(headings) - 1)])
            continue
        needed = "more than a million" if each.needed is None else each.needed
        rows.append([name, each.days, each.spread, each.detectable, *([needed] if difference is not None else [])])
    title = f"{folder.name}: {measure} against '{baseline}' on the same days, power {wanted:.0%}, two-sided at 5 %"
    note = "Days that all gave the same difference promise nothing; a few days give a rough spread." if len(rows) else ""
    return [Grid(title, headings, rows), note]


def read_study(folder: Path) -> tuple[str, dict[str, Runs]]:
    """Baseline of a stored study and the runs of its options, by name. Raises ``InputError`` for any other folder, and for a
    study whose options faced different days."""
    mark, results = folder / MARK, folder / "results.csv"
    if not mark.is_file() or not results.is_file():
        raise InputError(f"{folder}: no study; there is no {MARK} with results.csv in it")
    try:
        baseline = str(json.loads(mark.read_text(encoding="utf-8"))["baseline"])
        with results.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        rows = [(as_written(row["option"]), int(row["replication"]), row["tape_digest"], _figures(row)) for row in lines]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder}: not readable as a study: {error}") from None
    days: dict[int, set[str]] = {}
    scalars: dict[str, dict[int, dict[str, float | None]]] = {}
    for option, replication, tape, figures in rows:
        days.setdefault(replication, set()).add(tape)
        scalars.setdefault(option, {})[replication] = figures
    if any(len(tapes) > 1 for tapes in days.values()):
        raise InputError(f"{folder}: its options faced different days, and power is reckoned from common ones")
    if baseline not in scalars:
        raise InputError(f"{folder}: no stored run of the baseline '{baseline}'")
    return baseline, {name: runs_of(own) for name, own in scalars.items()}


def _figures(row: dict[str, str]) -> dict[str, float | None]:
    return {name: float(text) if text else None for name, text in row.items() if name not in TEXTS}
