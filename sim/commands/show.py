"""``pollday territory``, ``forces``, ``tape`` and ``explain``: look at the parts of a day without running it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any

import numpy as np

from sim.build import Place, build_ledger, build_place, build_plan, build_tape
from sim.clock import HOUR, format_time
from sim.commands.answer import Answer, Grid, in_words
from sim.commands.run import config_answer
from sim.demand.catalogue import build_classes
from sim.demand.classes import IncidentClass
from sim.demand.files import describe, save_tape
from sim.demand.tape import Tape
from sim.errors import InputError, nearest
from sim.evidence import evidence_of
from sim.forces.ledger import Ledger, summarise
from sim.measures.dictionary import DICTIONARY
from sim.measures.entry import Entry
from sim.measures.estimators import SPECIAL, estimator_of
from sim.runs import load_run
from sim.runs.stories import ENTRIES as STORIES
from sim.settings import Settings, dump
from sim.settings.gate import known_keys
from sim.study.entries import ENTRIES as STUDIES
from sim.territory.sites import Territory
from sim.territory.summary import tables, totals


def _settings(args: Namespace) -> Settings:
    path, words = args.split(args.words)
    if path is not None:
        raise InputError(f"{path}: pollday {args.command} takes settings only; a folder is for `pollday run`")
    settings: Settings = args.compose(words)
    return settings


def territory(args: Namespace) -> Answer:
    """Totals by force, area and fabric."""
    settings = _settings(args)
    if args.cfg:
        return config_answer(dump(settings))
    place = build_place(settings).territory
    data = {"command": "territory", "digest": place.digest(), **totals(place, args.language)}
    shown: list[str | Grid] = [f"{place.name}: {len(place.sites):,} sites in {len(place.area_codes)} areas"]
    shown += [Grid(title, rows[0], rows[1:]) for title, rows in tables(place, args.language).items()]  # type: ignore[arg-type]
    return Answer(data, [*shown, *place.notes])


def forces(args: Namespace) -> Answer:
    """The force ledger by force and task, and hour by hour."""
    settings = _settings(args)
    if args.cfg:
        return config_answer(dump(settings))
    scenario, made = build_plan(settings)
    ledger = build_ledger(scenario, made)
    names = scenario.territory.forces
    rows = summarise(ledger, names)
    mobilised = dict(zip(names, made.mobilised.sum(axis=0).tolist()))
    data = {
        "command": "forces",
        "name": settings.name,
        "mobilised": mobilised,
        "units": _units_by_kind(scenario.units.kind, scenario.units.kinds),
        "ledger": rows,
        "hours": _hours(ledger, names),
        "ledger_closed": True,
        "swap": _plain(made.moved),
    }
    total = ", ".join(f"{heads:,} {force}" for force, heads in mobilised.items())
    shown: list[str | Grid] = [f"{settings.name}: mobilised {total}", _ledger_grid(rows)]
    shown += [_hour_grid(ledger, f, force) for f, force in enumerate(names)]
    shown.append("rest: mobilised heads off shift at that hour, at call and used by no task")
    shown.append("the ledger closes in every area, force and hour")
    return Answer(data, shown)


def _units_by_kind(kind: np.ndarray, kinds: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(kind, minlength=len(kinds)).tolist()
    return {name: count for name, count in zip(kinds, counts) if count}


def _plain(thing: Any) -> Any:
    """The account of a swap as plain data."""
    if is_dataclass(thing):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    return thing.tolist() if hasattr(thing, "tolist") else thing


def _ledger_grid(rows: list[dict[str, str | float | int]]) -> Grid:
    headings = ("force", "task", "officer-hours", "share", "most heads", "at")
    cells = [
        (r["force"], r["task"], round(float(r["officer_hours"])), f"{float(r['share']):.1%}", r["peak_heads"],
         format_time(float(r["peak_at"])))
        for r in rows
    ]  # fmt: skip
    return Grid("officer-hours by force and task", headings, cells)


def _hours(ledger: Ledger, forces: tuple[str, ...]) -> list[dict[str, Any]]:
    """Heads of each line by force and hour."""
    heads = ledger.heads.sum(axis=0)
    return [
        {"force": force, "at": float(at), **dict(zip(ledger.lines, heads[f, i].tolist()))}
        for f, force in enumerate(forces)
        for i, at in enumerate(ledger.moments.tolist())
    ]


def _hour_grid(ledger: Ledger, force: int, name: str) -> Grid:
    """Heads of one force every three hours."""
    steps = [i for i, at in enumerate(ledger.moments.tolist()) if round(at / HOUR) % 3 == 0]
    heads = ledger.heads[:, force].sum(axis=0)
    used = np.flatnonzero(heads.any(axis=0))
    rows = [(format_time(float(ledger.moments[i])).replace(" ", "\u00a0"), *heads[i, used].tolist()) for i in steps]
    all_heads = int(ledger.mobilised[:, force].sum())
    title = f"heads of the {name} by task, every three hours; together always {all_heads:,}"
    return Grid(title, ["at", *in_words(ledger.lines[k] for k in used.tolist())], rows)


def tape(args: Namespace) -> Answer:
    """Draw a tape, or take that of a run, and save it as CSV or YAML."""
    path, _ = args.split(args.words)
    if path is not None:
        return _tape_of_run(args, path)
    settings = _settings(args)
    if args.cfg:
        return config_answer(dump(settings))
    place: Place = build_place(settings)
    drawn = build_tape(settings, place)
    classes = build_classes(settings.demand)
    origin = {"name": settings.name, "seed": settings.seed, "replication": settings.replication}
    return _tape_answer(args, origin, drawn, place.territory, classes)


def _tape_of_run(args: Namespace, path: str) -> Answer:
    """The tape of a run directory, to be edited."""
    if len(args.words) > 1 or args.cfg:
        raise InputError(f"{path}: the tape of a run is as it is; leave the settings out")
    found = load_run(path)
    origin = {key: found.manifest[key] for key in ("name", "seed", "replication")}
    return _tape_answer(args, origin, found.tape, found.scenario.territory, found.scenario.classes)


def _tape_answer(
    args: Namespace, origin: Mapping[str, Any], drawn: Tape, territory: Territory, classes: Sequence[IncidentClass]
) -> Answer:
    if args.out:
        target = Path(args.out)
        if target.suffix.lower() not in (".csv", ".yaml", ".yml"):
            raise InputError(f"--out {args.out}: must end in .csv or .yaml")
        if not target.parent.is_dir():
            raise InputError(f"--out {args.out}: there is no folder {target.parent}")
        save_tape(drawn, target, territory, classes)
    count = np.bincount(drawn.incidents.cls, minlength=len(classes)).tolist()
    data = {
        "command": "tape",
        **origin,
        "digests": {"tape": drawn.digest()},
        "incidents": len(drawn.incidents),
        "vehicles": len(drawn.vehicles.id),
        "rallies": len(drawn.rallies),
        "injects": len(drawn.injects),
        "by_class": {c.name: n for c, n in zip(classes, count)},
        "file": args.out,
    }
    rows = [(c.name, c.group, c.priority, n) for c, n in zip(classes, count) if n]
    shown: list[str | Grid] = [describe(drawn), Grid("incidents by class", ("class", "group", "priority", "incidents"), rows)]
    shown.append(f"saved in {args.out}" if args.out else "not saved; name a file with --out day.csv")
    return Answer(data, shown)


def explain(args: Namespace) -> Answer:
    """An output column, a headline figure, or a setting."""
    if len(args.words) != 1:
        raise InputError("name one output or setting, such as response_mean or staffing.absence")
    name = args.words[0]
    outputs = {e.name: e for e in (*STUDIES, *STORIES, *DICTIONARY.values())}
    if name in outputs:
        return _output(outputs[name])
    keys = known_keys(Settings)
    if name in keys:
        return _setting(name)
    hint = nearest(name, outputs) or nearest(name, keys)
    raise InputError(f"no output and no setting is called '{name}'{hint}; lists: docs/output.md, docs/config.md")


def _output(entry: Entry) -> Answer:
    data = {"command": "explain", "what": "output", **{f.name: getattr(entry, f.name) for f in fields(entry)}}
    data["estimator"] = estimator_of(entry.name) if entry.name in SPECIAL or "headline" in entry.tables else None
    shown = [f"{entry.name} [{entry.unit}]", entry.definition]
    shown += [f"formula: {entry.formula}"] if entry.formula else []
    shown += [f"over the days of a study: {data['estimator']}"] if data["estimator"] else []
    shown += [f"in: {', '.join(entry.tables)}"] if entry.tables else []
    return Answer(data, shown)


def _setting(name: str) -> Answer:
    value: Any = dump(Settings())
    owner: Any = Settings()
    for part in name.split("."):
        value = value[part]
        owner = getattr(owner, part) if is_dataclass(getattr(owner, part)) else owner
    text = getdoc(type(owner)) or ""
    evidence = evidence_of(name)
    data: Mapping[str, Any] = {
        "command": "explain", "what": "setting", "name": name, "default": value, "text": text, "evidence": evidence,
    }  # fmt: skip
    shown = [f"{name} = {value}", text]
    shown += ["; ".join(f"{k}: {v}" for k, v in evidence.items())] if evidence else []
    return Answer(data, shown)
