"""``pollday fork``: the day of a run up to a moment, then another decision, and how the rest may turn out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.clock import format_time, parse_time
from sim.commands.answer import Answer, Grid
from sim.commands.fork_plan import is_setting, settings_of, told, with_plan
from sim.commands.sweep_tables import counted
from sim.demand.files import load_tape
from sim.demand.tape import Tape
from sim.digest import digest_text
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
from sim.trace import Trace


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
    ahead, later = with_plan(args, found, at)
    changes = changes_of(ahead, [text for text in args.change if not is_setting(text)], at)
    source = Source.of(found, settings_of(found)) if args.continuations else None
    tape, trace = fork(ahead, at, changes)
    target = None if args.no_save else _target(args, ahead, at, tape.digest())
    if target:
        check_target(target)
    outlook = Outlook(at)
    if source:
        work = Work(found.scenario, found.tape, source, at, changes, ahead.scenario)
        outlook = outlook_of(work, args.continuations, 1 if args.plugin else args.workers)
    was, now = rest_of(found.scenario, found.tape, found.trace, at), rest_of(ahead.scenario, tape, trace, at)
    files = _save(target, ahead, _origin(args, found, at, later), tape, trace) if target else []
    files += _write(target, outlook, found, was, now) if target and source else []
    sums, rows = digests(ahead.scenario, tape, trace), outlook.table(was, now)
    data = {
        "command": "fork",
        "run": str(path),
        "at": at,
        "changes": len(args.change),
        "digests": sums,
        "same_as_run": sums["trace"] == found.manifest["digests"]["trace"],
        "continuations": len(outlook.changed),
        **told(found, ahead),
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
            injects.append(wording.inject(text, at))
    return Changes(tuple(injects), tuple(removed), tuple(merged))


def _target(args: Namespace, found: Run, at: float, digest: str) -> Path:
    if args.out:
        return Path(args.out)
    later = found.scenario.later
    digest = digest_text(digest + later.digest() + found.scenario.units.digest()) if later.at == at else digest
    clock = format_time(at).replace(":", "").replace(" ", "-")
    return Path("runs") / f"{found.manifest['name']}-fork-{clock}-{digest[:6]}"


def _origin(args: Namespace, found: Run, at: float, later: Mapping[str, Any] | None) -> Origin:
    manifest = found.manifest
    name = f"{manifest['name']} from {format_time(at)}"
    drawn = manifest["seed"], manifest["replication"]
    typed = args.words_typed, tuple(manifest.get("set_by_user", ()))
    return Origin(name, manifest["config"], *drawn, found.names, *typed, later or manifest.get("later"))


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
    if data["heads_more"] is not None:
        counts = data["units_more"], data["units_less"], data["heads_more"]
        lines.append("the other plan brings {} units and lets {} go; {} heads more are mobilised".format(*counts))
    lines.append(Grid(f"election incidents from {format_time(at)} on", names, [[row[name] for name in names] for row in rows]))
    if data["continuations"]:
        drawn = f"{data['continuations']} continuations: the same day up to then, the rest drawn anew"
        lines.append(f"mean, low and high (four in five lie between them) and difference are those of {drawn}")
    return [*lines, *(f"saved in {file}" for file in data["files"])]
