"""``pollday sweep``: options x replications on all cores, a table of differences, and pictures."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from sim.build import build_ledger, build_plan
from sim.commands.answer import INTERNAL, Answer, Grid
from sim.commands.progress import progress
from sim.commands.sweep_tables import HEADS, SHOWN, plan_line, reading, tables
from sim.errors import InputError, nearest
from sim.reports.study_figures import Grids, draw_all
from sim.resources import conf_dir
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.study.execute import execute
from sim.study.files import check_folder, prepare, save_results
from sim.study.point import EXCEEDANCE_MINUTES, options_share_days, place_of, run_point
from sim.study.result import Outcome, StudyResult, compare, table_rows
from sim.yamlfile import load_yaml

DEFAULT_STUDY = "national-staffing"
KEYS: dict[str, type] = {"question": str, "words": list, "baseline": str, "replications": int, "options": dict}
"""Keys of a study file and what each holds."""
NAMES = {str: "text", list: "list", int: "whole number", dict: "table of names and overrides"}


@dataclass(frozen=True)
class Asked:
    """What the words of the command line ask for besides settings."""

    study: str | None
    name: str | None
    baseline: str | None
    replications: int | None
    words: list[str]


def sweep(args: Namespace) -> Answer:
    """Run a study. Raises ``InputError`` before anything runs or is written."""
    study = read_study(args)
    if args.cfg:
        options = {o.name: list(o.overrides) for o in study.options}
        return Answer({"command": "sweep", "study": study.name, "options": options}, [plan_line(study, 1)])
    folder = Path(args.out) if args.out else Path("studies") / study.name
    check_folder(folder)
    workers = max(1, args.workers or os.cpu_count() or 1)
    sys.stderr.write(plan_line(study, workers) + "\n")
    check_ledgers(study)
    if not options_share_days(study):
        sys.stderr.write("options change what happens on a day: differences are between different days, not day by day\n")
    begin = perf_counter()
    result = carry_out(study, workers)
    prepare(folder)
    rows = table_rows(compare(result, [*SHOWN, *HEADS]))
    digests = save_results(result, rows, folder)
    share = "internal" if args.internal else "restricted"
    grids = Grids(EXCEEDANCE_MINUTES, next(iter(result.outcomes.values())).curves["coverage_times"])
    pictures = draw_all(result, place_of(study.options[0].settings).territory, grids, folder, share)
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


def read_study(args: Namespace) -> Study:
    """Make the study that the command line names or spells out. Raises ``InputError``."""
    asked = _asked(args.words, args.replications)
    swept = len(args.expand(asked.words)) > 1
    if asked.study is None and (swept or asked.words):
        return _grid(args, asked)
    path = _study_file(asked.study or DEFAULT_STUDY)
    plain = _study_plain(path)
    shared = [*plain.get("words", []), *asked.words]
    options = [_option(name, [*shared, *own], args.compose) for name, own in plain["options"].items()]
    return Study(
        name=asked.name or path.stem,
        question=plain["question"],
        options=tuple(options),
        replications=asked.replications or int(plain.get("replications", 10)),
        baseline=asked.baseline or plain.get("baseline", options[0].name),
    )


def _asked(words: Sequence[str], replications: int | None) -> Asked:
    """Take the study's own words out of the command line."""
    own: dict[str, str] = {}
    rest = []
    for word in words:
        key, _, value = word.partition("=")
        if key in ("study", "study.name", "baseline", "replications"):
            own[key] = value
        else:
            rest.append(word)
    number = own.get("replications")
    if number is not None and not number.isdigit():
        raise InputError(f"replications={number}: not a whole number of days, allowed: 1 or more")
    days = int(number) if number is not None else replications
    if days is not None and days < 1:
        raise InputError(f"replications={days}, allowed: 1 or more")
    return Asked(own.get("study"), own.get("study.name"), own.get("baseline"), days, rest)


def _study_plain(path: Path) -> dict[str, Any]:
    """What a study file says. Raises ``InputError`` for a key that is unknown, missing or of another type."""
    plain = load_yaml(path)
    for key in plain:
        if key not in KEYS:
            raise InputError(f"{path}: unknown key '{key}'{nearest(key, KEYS)}; allowed: {', '.join(KEYS)}")
    for key in ("question", "options"):
        if key not in plain:
            raise InputError(f"{path}: no {key}; a study has a question and options (docs/studies.md)")
    for key, kind in KEYS.items():
        if key in plain and not isinstance(plain[key], kind):
            raise InputError(f"{path}: {key} is no {NAMES[kind]}; see docs/studies.md")
    lists = {"words": plain.get("words", []), **{f"options.{name}": own for name, own in plain["options"].items()}}
    for key, words in lists.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise InputError(f"{path}: {key} is no list of overrides, such as [staffing.patrol_cars_factor=1.2]")
    return dict(plain)


def _study_file(name: str) -> Path:
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise InputError(f"study={name}: there is no such file")
        return Path(name)
    folder = conf_dir() / "study"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise InputError(f"study={name}: no such study{nearest(name, known)}; there is {', '.join(known)}")
    return folder / f"{name}.yaml"


def _grid(args: Namespace, asked: Asked) -> Study:
    """Every combination of the values given on the command line; the first one is the baseline unless another is named."""
    combinations = args.expand(asked.words)
    varied = [i for i in range(len(asked.words)) if len({c[i] for c in combinations}) > 1]
    options = [_option(" ".join(_short(c[i]) for i in varied) or "as given", c, args.compose) for c in combinations]
    names = [option.name for option in options]
    return Study(
        name=asked.name or "sweep",
        question="pollday sweep " + " ".join(asked.words),
        options=tuple(options),
        replications=asked.replications or 10,
        baseline=asked.baseline or names[0],
    )


def _short(word: str) -> str:
    """An override without the groups before its key: ``staffing.absence=0.1`` is ``absence=0.1``."""
    key, _, value = word.partition("=")
    return f"{key.rsplit('.', 1)[-1]}={value}"


def _option(name: str, words: Sequence[str], compose: Callable[[Sequence[str]], Settings]) -> Option:
    return Option(name, tuple(words), compose(words))


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
