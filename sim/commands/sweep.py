"""``pollday sweep``: options x replications on all cores, a table of differences, and pictures."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tqdm import tqdm

from sim.build import build_ledger, build_plan
from sim.commands.answer import INTERNAL, Answer, Grid
from sim.errors import InputError, nearest
from sim.reports.study_figures import Grids, draw_all
from sim.resources import conf_dir
from sim.settings import Settings
from sim.study.design import Option, Study
from sim.study.execute import execute
from sim.study.files import check_folder, prepare, save_results
from sim.study.point import EXCEEDANCE_MINUTES, NOON, heads_on_duty, place_of, run_point
from sim.study.result import Comparison, Outcome, StudyResult, compare, table_rows
from sim.study.statistics import Estimate
from sim.yamlfile import load_yaml

DEFAULT_STUDY = "national-staffing"
SHOWN = {
    "potential_response": ("potential response", 60.0, "min"),
    "response_mean": ("mean response", 60.0, "min"),
    "response_p90": ("90 % within", 60.0, "min"),
    "compliance": ("within target, P1 and P2", 0.01, "%"),
    "coverage": ("offices covered", 0.01, "%"),
    "coverage_worst_area": ("covered in the worst area", 0.01, "%"),
    "presence_gap_mean": ("mean gap between patrols", 60.0, "min"),
    "handled_on_spot": ("settled by fixed teams", 1.0, ""),
    "minutes_lost": ("citizens' minutes at checkpoints", 1000.0, "thousand"),
}
"""Measures of the printed table: heading, divisor, unit."""


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
        return Answer({"study": study.name, "options": {o.name: list(o.overrides) for o in study.options}}, [_plan(study, 1)])
    folder = Path(args.out) if args.out else Path("studies") / study.name
    check_folder(folder)
    workers = max(1, args.workers or os.cpu_count() or 1)
    sys.stderr.write(_plan(study, workers) + "\n")
    heads = check_ledgers(study)
    begin = perf_counter()
    result = carry_out(study, workers)
    prepare(folder)
    rows = table_rows(compare(result, [*SHOWN, "heads_mobile", "heads_at_centres", "heads_mobilised"]))
    digests = save_results(result, rows, folder)
    share = "internal" if args.internal else "restricted"
    grids = Grids(EXCEEDANCE_MINUTES, next(iter(result.outcomes.values())).curves["coverage_times"])
    pictures = draw_all(result, place_of(study.options[0].settings).territory, grids, folder, share)
    data = {
        "study": study.name,
        "question": study.question,
        "baseline": study.baseline,
        "replications": study.replications,
        "folder": str(folder),
        "table": rows,
        "pictures": [str(p) for p in pictures],
        "digests": digests,
        "seconds": round(perf_counter() - begin, 3),
    }
    written = [f"Table, results and pictures: {folder}{os.sep}", *(f"  {p}" for p in pictures)]
    shown: list[str | Grid] = [study.question, heads, *_tables(result), *_reading(result), *written]
    return Answer(data, [INTERNAL, *shown] if args.internal else shown)


def read_study(args: Namespace) -> Study:
    """Make the study that the command line names or spells out. Raises ``InputError``."""
    asked = _asked(args.words, args.replications)
    swept = len(args.expand(asked.words)) > 1
    if asked.study is None and (swept or asked.words):
        return _grid(args, asked)
    path = _study_file(asked.study or DEFAULT_STUDY)
    known = ("question", "words", "baseline", "replications", "options")
    plain = load_yaml(path)
    for key in plain:
        if key not in known:
            raise InputError(f"{path}: unknown key '{key}'{nearest(key, known)}; allowed: {', '.join(known)}")
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


def _study_file(name: str) -> Path:
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


def check_ledgers(study: Study) -> Grid:
    """Build every option once before anything runs, and show its heads. Raises ``InputError`` naming the option."""
    rows = []
    for option in study.options:
        try:
            scenario, forces = build_plan(option.settings, place_of(option.settings))
            build_ledger(scenario, forces)
        except InputError as error:
            raise InputError(f"option '{option.name}': {error}") from None
        heads = heads_on_duty(scenario, NOON)
        rows.append([option.name, *(None if n is None else round(n) for n in heads.values())])
    headings = ["option", "on duty at noon", "of them in mobile units", "of them at centres", "mobilised"]
    return Grid("Heads by option (the ledger of each closes)", headings, rows)


def carry_out(study: Study, workers: int) -> StudyResult:
    """Run all tasks, with a bar; when standard error is no terminal the bar keeps quiet."""
    result = StudyResult(study)
    tasks = study.tasks()
    with tqdm(total=len(tasks), unit="day", disable=None, file=sys.stderr) as bar:

        def receive(position: int, outcome: Outcome) -> None:
            result.outcomes[tasks[position]] = outcome
            bar.update()

        execute(run_point, [(study.options[o].settings, r) for o, r in tasks], min(workers, len(tasks)), receive)
    return result


def _plan(study: Study, workers: int) -> str:
    days = len(study.tasks())
    return f"{study.name}: {len(study.options)} options x {study.replications} days = {days} days on {workers} cores"


def _tables(result: StudyResult) -> list[Grid]:
    """Means with 95 % intervals, and paired differences to the baseline."""
    comparisons = {(c.option, c.measure): c for c in compare(result, list(SHOWN))}
    names = [option.name for option in result.study.options]
    means = [[_heading(m), *(_amount(comparisons[n, m].estimate, m) for n in names)] for m in SHOWN]
    others = [n for n in names if n != result.study.baseline]
    grids = [Grid(f"Means over {result.study.replications} days, with 95 % intervals", ["measure", *names], means)]
    if others:
        rows = [[_heading(m), *(_change(comparisons[n, m]) for n in others)] for m in SHOWN]
        title = f"Difference to '{result.study.baseline}' on the same days (* interval excludes zero)"
        grids.append(Grid(title, ["measure", *others], rows))
    return grids


def _heading(measure: str) -> str:
    label, _, unit = SHOWN[measure]
    return f"{label} ({unit})" if unit else label


def _amount(estimate: Estimate, measure: str) -> str | None:
    if estimate.mean is None:
        return None
    scale = SHOWN[measure][1]
    text = f"{estimate.mean / scale:.2f}"
    return text if estimate.half_width is None else f"{text} ± {estimate.half_width / scale:.2f}"


def _change(comparison: Comparison) -> str | None:
    difference = comparison.difference
    if difference is None or difference.mean is None:
        return None
    scale = SHOWN[comparison.measure][1]
    text = f"{difference.mean / scale:+.2f}"
    if difference.half_width is None:
        return text
    return f"{text} ± {difference.half_width / scale:.2f}{' *' if comparison.is_real else ''}"


def _reading(result: StudyResult) -> list[str]:
    """One sentence an option, made from the numbers by rule."""
    lines = []
    for c in compare(result, ["potential_response"]):
        if c.difference is None:
            continue
        if c.difference.mean is None or c.is_real is None:
            lines.append(f"{c.option}: too few days to say.")
        elif not c.is_real:
            floor = f"; a difference of {c.detectable / 60:.2f} min would have shown" if c.detectable is not None else ""
            lines.append(f"{c.option}: no difference in potential response that these days can show{floor}.")
        else:
            word = "shorter" if c.difference.mean < 0 else "longer"
            minutes = abs(c.difference.mean) / 60
            lines.append(f"{c.option}: potential response {minutes:.2f} min {word} than '{result.study.baseline}'.")
    return lines
