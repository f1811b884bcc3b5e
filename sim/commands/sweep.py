"""``pollday sweep``: options x replications on all cores, a table of differences, and pictures."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from time import perf_counter

from sim.build import build_ledger, build_plan
from sim.commands.answer import INTERNAL, Answer, Grid
from sim.commands.progress import progress
from sim.commands.study_words import read_study
from sim.commands.sweep_tables import HEADS, SHOWN, plan_line, points_answer, reading, tables
from sim.errors import InputError
from sim.reports.study_figures import Grids, draw_all
from sim.study.design import Study
from sim.study.execute import execute
from sim.study.files import check_folder, prepare, save_results
from sim.study.point import EXCEEDANCE_MINUTES, options_share_days, place_of, run_point
from sim.study.result import Outcome, StudyResult, compare, table_rows


def sweep(args: Namespace) -> Answer:
    """Run a study. Raises ``InputError`` before anything runs or is written."""
    study = read_study(args)
    if args.cfg:
        return points_answer(study)
    folder = Path(args.out) if args.out else Path("studies") / study.name
    check_folder(folder)
    workers = max(1, args.workers or os.cpu_count() or 1)
    sys.stderr.write(plan_line(study, workers) + "\n")
    check_ledgers(study)
    if not options_share_days(option.settings for option in study.options):
        sys.stderr.write("options change what happens on a day: differences are between different days, not day by day\n")
    begin = perf_counter()
    result = carry_out(study, workers)
    prepare(folder)
    rows = table_rows(compare(result, [*SHOWN, *HEADS]))
    digests = save_results(result, rows, folder)
    share = "internal" if args.internal else "restricted"
    grids = Grids(EXCEEDANCE_MINUTES)
    pictures = draw_all(result, place_of(study.options[result.baseline].settings).territory, grids, folder, share)
    data = {
        "command": "sweep",
        "study": study.name,
        "question": study.question,
        "baseline": study.baseline,
        "replications": study.replications,
        "same_days": result.same_days,
        "folder": str(folder),
        "table": rows,
        "pictures": [str(p) for p in pictures],
        "digests": digests,
        "seconds": round(perf_counter() - begin, 3),
    }
    written = [f"Table, results and pictures: {folder}{os.sep}", *(f"  {p}" for p in pictures)]
    shown: list[str | Grid] = [study.question, *tables(result), *reading(result), *written]
    return Answer(data, [INTERNAL, *shown] if args.internal else shown)


def check_ledgers(study: Study) -> None:
    """Build every option once before anything runs. Raises ``InputError`` naming the option whose ledger does not close."""
    for option in study.options:
        try:
            scenario, forces = build_plan(option.settings, place_of(option.settings))
            build_ledger(scenario, forces)
        except InputError as error:
            raise InputError(f"option '{option.name}': {error}") from None


def carry_out(study: Study, workers: int) -> StudyResult:
    """Run all tasks and show how far they are."""
    result = StudyResult(study)
    tasks = study.tasks()
    with progress(len(tasks), sys.stderr) as update:

        def receive(position: int, outcome: Outcome) -> None:
            result.outcomes[tasks[position]] = outcome
            update()

        execute(run_point, [(study.options[o].settings, r) for o, r in tasks], min(workers, len(tasks)), receive)
    return result
