"""``pollday sweep``: options x replications on all cores, a table of differences, and pictures."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter

from sim.build import build_ledger, build_plan
from sim.commands.answer import INTERNAL, Answer, Grid
from sim.commands.carry import LOST_CODE, carry_out
from sim.commands.study_words import read_study
from sim.commands.sweep_tables import HEADS, SHOWN, counted, points_answer, reading, tables
from sim.commands.world_tables import save_worlds, world_rows, worlds_shown
from sim.errors import InputError
from sim.language import language_of
from sim.reports.data import read_report
from sim.reports.figures.overview import draw_all
from sim.reports.write import write_report
from sim.study.design import Study
from sim.study.files import check_folder, prepare, save_results
from sim.study.point import options_share_days, place_of
from sim.study.result import compare, table_rows
from sim.study.uncertainty import Uncertain


def sweep(args: Namespace) -> Answer:
    """Run a study. Raises ``InputError`` before anything runs or is written."""
    study = read_study(args)
    if args.cfg:
        return points_answer(study)
    folder = Path(args.out) if args.out else Path(study.name)
    check_folder(folder)
    check_ledgers(study)
    if not options_share_days(option.settings for option in study.options):
        sys.stderr.write("options change what happens on a day: differences are between different days, not day by day\n")
    begin = perf_counter()
    if args.workers:
        study = replace(study, engine=replace(study.engine, workers=args.workers))
    carried = carry_out(study, folder, command_again(args), args.yes)
    result = carried.result
    prepare(folder)
    rows = table_rows(compare(result, [*SHOWN, *HEADS]))
    digests = save_results(result, rows, folder)
    uncertain = Uncertain(carried.assumed, result) if carried.assumed else None
    if uncertain:
        save_worlds(uncertain, folder)
    share = "internal" if args.internal else "restricted"
    territory = place_of(study.options[result.baseline].settings).territory
    pictures = draw_all(result, territory, folder, language_of("en"), share)
    data = {
        "command": "sweep",
        "study": study.name,
        "question": study.question,
        "baseline": study.baseline,
        "replications": result.study.replications,
        "precision": {name: asdict(verdict) for name, verdict in carried.precision.items()} or None,
        "same_days": result.same_days,
        "folder": str(folder),
        "table": rows,
        "pictures": [str(p) for p in pictures],
        "worlds": world_rows(uncertain) if uncertain else None,
        "digests": digests,
        "stored": carried.stored,
        "ran": carried.ran,
        "failed": carried.failed,
        "seconds": round(perf_counter() - begin, 3),
    }
    page, trouble = (None, []) if args.no_report else end_report(folder, share)
    data["report"] = None if page is None else str(page)
    written = [f"Table, results and pictures: {folder}{os.sep}", *(f"  {p}" for p in pictures)]
    written += [f"Report: {page}"] if page else []
    rule = [f"'{name}': {counted(v.replications, 'day')}, {v.reason}" for name, v in carried.precision.items()]
    shown: list[str | Grid] = [study.question, *tables(result), *reading(result)]
    shown += [*(worlds_shown(uncertain) if uncertain else []), *rule, *written]
    notes = failure_notes(carried.failed)
    return Answer(data, [INTERNAL, *shown] if args.internal else shown, [*notes, *trouble], LOST_CODE if notes else 0)


def end_report(folder: Path, share: str) -> tuple[Path | None, list[str]]:
    """The page of a report, or why there is none in words: what was computed is stored, and no report may lose it."""
    try:
        return write_report(read_report(folder, language=language_of("en"), share=share))[0], []
    except Exception as error:  # whatever it is: hours of runs must not end in a traceback for the sake of a page
        told = " ".join(f"{error}".split()) or type(error).__name__
        return None, [f"no report was written: {told}", f"everything else is stored; `pollday report {folder}` tries again"]


def command_again(args: Namespace) -> str:
    """What was typed, ready to be typed again."""
    program = "pollday" if Path(sys.argv[0]).stem == "pollday" else "python -m sim"
    return shlex.join([*program.split(), *getattr(args, "words_typed", ())])


def failure_notes(failed: Sequence[Mapping[str, object]]) -> list[str]:
    """How many runs failed, the first of them, and what to do; nothing when none did."""
    if not failed:
        return []
    first = failed[0]
    told = f"option '{first['option']}', replication {first['replication']}: {first['message']}"
    return [f"{counted(len(failed), 'run')} failed; the same command tries again what failed, and only that", told]


def check_ledgers(study: Study) -> None:
    """Build every option once before anything runs. Raises ``InputError`` naming the option whose ledger does not close."""
    for option in study.options:
        try:
            scenario, forces = build_plan(option.settings, place_of(option.settings))
            build_ledger(scenario, forces)
        except InputError as error:
            raise InputError(f"option '{option.name}': {error}") from None
