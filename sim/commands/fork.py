"""``pollday fork``: the day of a run up to a moment, then another decision, and how the rest may turn out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.clock import format_time, parse_time
from sim.commands.answer import Answer, Grid
from sim.commands.sweep_tables import counted
from sim.demand.files import load_tape
from sim.demand.injects import EFFECTS
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.exercise.fork import Changes, Source, check_moment, fork
from sim.exercise.many import Work, outlook_of
from sim.exercise.outlook import Outlook, Rest, rest_of
from sim.exercise.wording import Wording
from sim.measures.collect import measure
from sim.processes.simulation import uncollected
from sim.runs import Origin, load_run, save_run
from sim.runs.load import Run
from sim.runs.save import check_target, digests, write_table
from sim.settings import Settings
from sim.settings.gate import known_keys, read
from sim.trace import Trace

OTHERS = ("remove", "tape")
"""What a change may be besides an inject: an incident that does not come, a file with what comes besides."""


@uncollected()
def fork_run(args: Namespace) -> Answer:
    """Fork a run. Raises ``InputError`` before anything is written."""
    path, words = args.split(args.words)
    if path is None or words:
        raise InputError("name one run directory, such as runs/demo-city-2017-0, and what changes with --change")
    if args.at is None:
        raise InputError("say from when on with --at, such as --at 14:30")
    at = moment(args.at)
    found = load_run(path)
    check_moment(found.scenario, at)
    changes = changes_of(found, args.change, at)
    source = Source.of(found, settings_of(found)) if args.continuations else None
    tape, trace = fork(found, at, changes)
    target = None if args.no_save else _target(args, found, at, tape.digest())
    if target:
        check_target(target)
    outlook = Outlook(at)
    if source:
        work = Work(found.scenario, found.tape, source, at, changes)
        outlook = outlook_of(work, args.continuations, 1 if args.plugin else args.workers)
    was, now = rest_of(found.scenario, found.tape, found.trace, at), rest_of(found.scenario, tape, trace, at)
    files = _save(target, found, _origin(args, found, at), tape, trace) if target else []
    files += _write(target, outlook, found, was, now) if target and source else []
    sums, rows = digests(found.scenario, tape, trace), outlook.table(was, now)
    data = {
        "command": "fork",
        "run": str(path),
        "at": at,
        "changes": len(args.change),
        "digests": sums,
        "same_as_run": sums["trace"] == found.manifest["digests"]["trace"],
        "continuations": len(outlook.changed),
        "table": rows,
        "files": files,
    }
    return Answer(data, _shown(found, at, data, rows))


def _save(target: Path, found: Run, origin: Origin, tape: Tape, trace: Trace) -> list[str]:
    measures = measure(found.scenario, tape, trace, per_place=True)
    measures.tables.compute()
    save_run(target, found.scenario, tape, trace, measures, origin)
    return [str(target)]


def moment(text: str) -> float:
    """A moment of the command line. Raises ``InputError``."""
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"--at {error}") from None


def changes_of(found: Run, texts: Sequence[str], at: float) -> Changes:
    """The changes of the command line. Raises ``InputError`` naming the one that is wrong."""
    wording, calendar = Wording(found.scenario, found.names), found.scenario.calendar
    known = {name: number for number, name in found.names.incidents.items()}
    injects, removed, merged = [], [], []
    for text in texts:
        key, _, value = text.partition("=")
        if key == "remove":
            if value not in known and not (value.isascii() and value.isdigit()):
                raise InputError(f"{text!r}: write remove=ID with the id of an incident")
            removed.append(known.get(value) or int(value))
        elif key == "tape":
            span = (calendar.begin, calendar.end)
            merged.append(load_tape(value, found.scenario.territory, found.scenario.classes, span))
        else:
            _refuse_plans(key, text)
            injects.append(wording.inject(text, at))
    return Changes(tuple(injects), tuple(removed), tuple(merged))


def _refuse_plans(key: str, text: str) -> None:
    """Settings are made before the day: what may change on it is an effect."""
    if key not in EFFECTS and key in known_keys(Settings):
        raise InputError(
            f"{text!r}: the plan is made before the day; from a moment on only effects change it, or {' and '.join(OTHERS)}\n"
            f"effects: {', '.join(EFFECTS)}\nfor another plan, run the same day with it and compare the two"
        )


def settings_of(found: Run) -> Settings:
    """The settings of a run whose day was drawn. Raises ``InputError`` for any other."""
    if found.manifest["seed"] is None:
        raise InputError(f"{found.folder}: its day was given, not drawn, so nothing can be drawn anew; leave --continuations out")
    return read(found.manifest["config"], Settings)


def _target(args: Namespace, found: Run, at: float, digest: str) -> Path:
    if args.out:
        return Path(args.out)
    clock = format_time(at).replace(":", "").replace(" ", "-")
    return Path("runs") / f"{found.manifest['name']}-fork-{clock}-{digest[:6]}"


def _origin(args: Namespace, found: Run, at: float) -> Origin:
    manifest = found.manifest
    name = f"{manifest['name']} from {format_time(at)}"
    drawn = manifest["seed"], manifest["replication"]
    return Origin(name, manifest["config"], *drawn, found.names, args.words_typed, tuple(manifest.get("set_by_user", ())))


def _write(target: Path, outlook: Outlook, found: Run, was: Rest, now: Rest) -> list[str]:
    """The continuations beside the run directory."""
    tables = {"continuations": outlook.rows(), "band": outlook.band(found.scenario, was, now)}
    files = {name: target.with_name(f"{target.name}-{name}.csv") for name in tables}
    for name, table in tables.items():
        write_table(files[name], table)
    return [str(file) for file in files.values()]


def _shown(found: Run, at: float, data: dict[str, Any], rows: list[dict[str, Any]]) -> list[str | Grid]:
    head = f"{found.manifest['name']} up to {format_time(at)}, then with {counted(data['changes'], 'change')}"
    names = ["figure", "run", "fork"]
    more = ["mean", "mean_half_width", "low", "high", "difference", "difference_half_width"]
    names += more if data["continuations"] else []
    lines: list[str | Grid] = [head + (": the day of the run, record by record" if data["same_as_run"] else "")]
    lines.append(Grid(f"election incidents from {format_time(at)} on", names, [[row[name] for name in names] for row in rows]))
    if data["continuations"]:
        drawn = f"{data['continuations']} continuations: the same day up to then, the rest drawn anew"
        lines.append(f"mean, low and high (four in five lie between them) and difference are those of {drawn}")
    return [*lines, *(f"saved in {file}" for file in data["files"])]
