"""``pollday run`` and ``pollday measures``: a day from settings or from a folder, saved and measured."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import yaml

from sim import plugins
from sim.build import Place, build_ledger, build_place, build_plan, build_tape
from sim.commands.answer import INTERNAL, Answer, Grid, columns_of, in_words
from sim.demand.brought import with_brought
from sim.demand.files import load_tape
from sim.demand.merge import merge_tapes
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.exercise.script import exercise_of
from sim.exercise.staging import exercise_tape
from sim.folder import read_folder
from sim.forces.build import Forces
from sim.forces.ledger import Ledger
from sim.measures.checks import ledger_closes
from sim.measures.collect import INTERNAL_FIGURES, Figure, Measures, measure
from sim.measures.dictionary import DICTIONARY
from sim.measures.entry import Table
from sim.measures.presence import SMALL_AREA
from sim.processes.simulation import run as run_day
from sim.processes.simulation import uncollected
from sim.runs import Origin, load_run, save_run
from sim.runs.save import check_target, counts, default_target, digests
from sim.scenario import Scenario
from sim.settings import Settings, dump
from sim.streams import Streams
from sim.trace import Trace

LOAD_NOTE = (
    "load counts work on tasks only: units that patrol when idle are on their rounds (column patrolling), and rapid response "
    "and reserve wait to be sent"
)
OPERATORS = ("phone operators", "radio operators")
FEW_AREAS = 12
"""So many areas are all shown; of more, the worst eight."""


@dataclass
class Clocked:
    """Seconds of each phase of a run."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase."""
        begin = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begin


@dataclass(frozen=True, eq=False)
class Task:
    """A day to run: scenario, tape, where they come from, and what the reader should know."""

    scenario: Scenario
    tape: Tape
    origin: Origin
    forces: Forces | None = None
    ledger: Ledger | None = None
    notes: tuple[str, ...] = ()
    unlimited_room: bool = False


@uncollected()
def run(args: Namespace) -> Answer:
    """Run one day. Raises ``InputError`` before anything is written."""
    path, words = args.split(args.words)
    clock = Clocked()
    if args.cfg:
        return config_answer(dump(args.compose(words)) if path is None else read_folder(path, args.nested(words)).config)
    if args.out:
        check_target(Path(args.out))
        check_writable(args.out)
    task = _from_settings(args, words, clock) if path is None else _from_folder(args, path, words, clock)
    target = _target(args, task.origin)
    if target:
        check_target(target)
    with clock.phase("run"):
        trace = run_day(task.scenario, task.tape)
    with clock.phase("measures"):
        measures = measure(task.scenario, task.tape, trace, per_place=target is not None)
        if target:
            measures.tables.compute()
        closed = None  # nobody was mobilised by a ledger
        if task.forces and task.ledger:
            closed = ledger_closes(task.scenario, task.forces, task.ledger, task.tape, trace)
    with clock.phase("digests"):
        sums = digests(task.scenario, task.tape, trace)
    if target:
        with clock.phase("save"):
            save_run(target, task.scenario, task.tape, trace, measures, task.origin, sums)
    return _answer(args, task, trace, measures, sums, closed, clock.seconds, target)


def _from_settings(args: Namespace, words: Sequence[str], clock: Clocked) -> Task:
    exercise = exercise_of(args.exercise) if args.exercise else None
    if exercise and args.tape:
        raise InputError("--exercise and --tape: an exercise brings its own tape; put yours into it with --merge")
    words = [*exercise.script.words, *words] if exercise else words
    settings: Settings = args.compose(words)
    with clock.phase("build"):
        place = build_place(settings)
        scenario, forces = build_plan(settings, place)
        ledger = build_ledger(scenario, forces)
    with clock.phase("tape"):
        tape = _tape(args, settings, scenario)
        tape = exercise_tape(exercise, tape, scenario, settings) if exercise else tape
    seeds = settings.seed, settings.replication
    origin = Origin(settings.name, dump(settings), *seeds, command=args.words_typed, set_by_user=tuple(words))
    return Task(scenario, tape, origin, forces, ledger)


def _tape(args: Namespace, settings: Settings, scenario: Scenario) -> Tape:
    """The tape that is drawn, or the one of ``--tape``; ``--merge`` puts another into it."""
    territory, calendar = scenario.territory, scenario.calendar
    span = (calendar.begin, calendar.end)
    for option, file in (("--tape", args.tape), ("--merge", args.merge)):
        if file is not None and (not file or Path(file).is_dir()):
            raise InputError(f"{option} {file!r}: name a file, .csv or .yaml")
    if args.tape:
        tape = load_tape(args.tape, territory, scenario.classes, span)
    else:
        tape = build_tape(settings, Place(territory, calendar))
    if args.merge:
        tape = merge_tapes(tape, load_tape(args.merge, territory, scenario.classes, span))
    streams = Streams(settings.seed, settings.replication)
    return with_brought(tape, territory, scenario.classes, streams, settings.demand)


def _from_folder(args: Namespace, path: str, words: Sequence[str], clock: Clocked) -> Task:
    if args.tape or args.merge or args.exercise:
        raise InputError("--tape, --merge and --exercise do not go with a folder, which brings its own tape.csv")
    with clock.phase("build"):
        world = read_folder(path, args.nested(words))
    given = dict(names=world.names, command=args.words_typed, set_by_user=tuple(words))
    origin = Origin(world.name, world.config, **given)
    return Task(world.scenario, world.tape, origin, None, None, world.notes, world.config["operators"] is None)


def check_writable(out: str) -> None:
    """Find out before a run whether its folder can be made; nothing stays. Raises ``InputError``."""
    place = next(path for path in Path(out).absolute().parents if path.exists())
    try:
        with TemporaryDirectory(prefix=".pollday-", dir=place):
            pass
    except OSError as error:
        raise InputError(f"--out {out}: nothing can be written in {place} ({error.strerror or error})") from None


def _target(args: Namespace, origin: Origin) -> Path | None:
    if args.no_save:
        return None
    return Path(args.out) if args.out else default_target(origin)


def load_warnings(measures: Measures, unlimited_room: bool = False) -> list[str]:
    """One line for each resource that is idle, saturated or not fully manned."""
    load = measures.tables["load"]
    lines = []
    for name, value, warning in zip(load["resource"], load["load"], load["warning"], strict=True):
        if warning and not (unlimited_room and name in OPERATORS):
            lines.append(f"{name}: load {value:.1%}, {warning}" if isinstance(value, float) else f"{name}: {warning}")
    return lines


def warning_lines(measures: Measures, unlimited_room: bool = False) -> list[str]:
    """The same in few lines, for people."""
    by_kind: dict[str, list[str]] = {}
    load = measures.tables["load"]
    for name, warning in zip(load["resource"], load["warning"], strict=True):
        if warning and not (unlimited_room and name in OPERATORS):
            by_kind.setdefault(str(warning), []).append(str(name).replace("_", " "))
    return [f"warning: load {warning}: {', '.join(names)}" for warning, names in by_kind.items()]


def _answer(
    args: Namespace, task: Task, trace: Trace, measures: Measures, sums: dict[str, str], closed: bool | None,
    seconds: dict[str, float], target: Path | None,
) -> Answer:  # fmt: skip
    warnings = load_warnings(measures, task.unlimited_room)
    size = counts(task.scenario, task.tape, trace)
    data: dict[str, Any] = {
        "command": "run",
        "name": task.origin.name,
        "seed": task.origin.seed,
        "replication": task.origin.replication,
        "level": "internal" if args.internal else "restricted",
        "digests": sums,
        "counts": size,
        "measures": shown_figures(measures, args.internal),
        "areas": area_rows(measures, args.internal),
        "ledger_closed": closed,
        "load": list_of(measures.tables["load"]),
        "load_warnings": warnings,
        "notes": list(task.notes),
        "seconds": {**seconds, "total": sum(seconds.values())},
        "run_directory": None if target is None else str(target),
    }
    drawn = "" if task.origin.seed is None else f", seed {task.origin.seed}, replication {task.origin.replication}"
    head = f"{task.origin.name}{drawn}: {size['sites']:,} sites, {size['centres']:,} centres, {size['offices']:,} offices, "
    head += f"{size['units']:,} units, {tape_text(size)}"
    shown: list[str | Grid] = [head, *measure_blocks(measures, args.internal)]
    shown += [columns_of(measures.tables["load"], "load of every resource")] if not task.unlimited_room else []
    shown += [LOAD_NOTE] if not task.unlimited_room else []
    shown += warning_lines(measures, task.unlimited_room)
    if closed is not None:
        shown.append("the force ledger closes" if closed else "warning: the force ledger does NOT close on the trace")
    shown.append(", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()))
    if target:
        shown.append(f"saved in {target}")
    return Answer(data, shown, task.notes)


def measures(args: Namespace) -> Answer:
    """Measure a saved run again."""
    path, words = args.split(args.words)
    if path is None or words:
        raise InputError("name one run directory, such as runs/demo-city-2017-0")
    loaded = load_run(path)
    result = loaded.measure()
    manifest = loaded.manifest
    data = {
        "command": "measures",
        **{key: manifest[key] for key in ("name", "seed", "replication", "digests", "counts")},
        "level": "internal" if args.internal else "restricted",
        "measures": shown_figures(result, args.internal),
        "areas": area_rows(result, args.internal),
        "load": list_of(result.tables["load"]),
        "load_warnings": load_warnings(result),
        "run_directory": str(path),
    }
    return Answer(data, [f"{path}: {manifest['name']}, checked and measured again", *measure_blocks(result, args.internal)])


def config_answer(config: dict[str, Any]) -> Answer:
    """The whole configuration, as YAML or JSON."""
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    return Answer({"command": "config", "config": config}, [text.rstrip("\n")])


def tape_text(size: dict[str, int]) -> str:
    """How many rows the tape has, and how many of them are incidents."""
    rows, calls = size["incidents"], size["calls_only"]
    return f"{rows:,} rows on the tape, of them {rows - calls:,} incidents and {calls:,} calls that need nobody"


def list_of(table: Table) -> list[dict[str, Any]]:
    """A table of columns as a list of rows."""
    return [dict(zip(table, row)) for row in zip(*table.values())]


def shown_figures(measures: Measures, internal: bool) -> dict[str, Figure]:
    """Headline figures; those of a single site only at the level ``internal``."""
    return {name: value for name, value in measures.items() if internal or name not in INTERNAL_FIGURES}


def area_rows(measures: Measures, internal: bool) -> list[dict[str, Any]]:
    """Coverage by area, worst first; areas of fewer than five centres only at the level ``internal``."""
    rows = list_of(measures.tables["coverage_by_area"])
    return [row for row in rows if internal or row["centres"] >= SMALL_AREA]


def measure_blocks(measures: Measures, internal: bool) -> list[str | Grid]:
    """The headline, responses by priority and group, and the worst areas."""
    headline = [(name, value, _unit_of(name)) for name, value in shown_figures(measures, internal).items()]
    columns = ("incidents", "needing_unit", "response_mean", "response_p90", "compliance", "handled_on_spot", "open", "lapsed")
    blocks: list[str | Grid] = [INTERNAL] if internal else []
    blocks.append(Grid("election incidents that need a mobile unit", ("measure", "value", "unit"), headline))
    for by in ("group", "priority", "force"):
        blocks.append(columns_of(measures.tables[f"response_by_{by}"], f"response by {by}", (by, *columns)))
    rows = area_rows(measures, internal)
    rows = rows if len(rows) <= FEW_AREAS else rows[:8]
    if rows:
        blocks.append(Grid("areas with the lowest coverage", in_words(rows[0]), [list(row.values()) for row in rows]))
    return blocks


def _unit_of(name: str) -> str:
    own = plugins.MEASURES.get(name)
    return own.unit if own else DICTIONARY[name].unit if name in DICTIONARY else ""
