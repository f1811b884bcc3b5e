"""``pollday results``: look at the stored runs of a study, also while it is still running, and export them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from math import floor, log10
from pathlib import Path
from typing import Any

from sim.commands.answer import Answer, Grid, in_words
from sim.commands.sweep_tables import SHOWN
from sim.errors import InputError, nearest
from sim.measures.entry import Table
from sim.study.contents import Attempt
from sim.study.export import check_target, entry_of, export
from sim.study.identity import Point
from sim.study.query import axes, by_place, by_point, by_run
from sim.study.sealed import FILE
from sim.study.store import Store

LONG = 40
"""Rows that are printed of a long table; all are exported."""
FEW = 5
"""Options that stand side by side on a screen; more stand one below the other, with as many measures."""
BY_PLACE = ("calm_index", "office_minutes_unattended", "waiting_hours")
"""Measures by area and force that are printed unless others are asked for."""


def results(args: Namespace) -> Answer:
    """Show or export what a study holds. Raises ``InputError`` for a folder that holds none and for unknown names."""
    target = None if args.export is None else Path(args.export)
    if target is not None:
        check_target(target)
    with Store.open(study_folder(args.words)) as store:
        return _answer(store, args, target)


def study_folder(words: Sequence[str]) -> Path:
    """The folder that the command line names. Raises ``InputError`` with the studies that are there instead."""
    if len(words) != 1:
        raise InputError("name one study by its folder, such as `pollday results national-staffing`")
    path = Path(words[0])
    path = path.parent if path.name == FILE else path
    if (path / FILE).exists() or list(path.glob(f"{FILE}*")):
        return path
    known = sorted(found.parent.as_posix() for found in Path().glob(f"*/{FILE}"))
    there = f"; there is {', '.join(known[:5])}" if known else ""
    raise InputError(f"{words[0]}: no study is stored there{nearest(words[0], known)}{there}")


def _answer(store: Store, args: Namespace, target: Path | None) -> Answer:
    about = store.manifests()[-1] if store.manifests() else {}
    study = about.get("study", {})
    points = _chosen(store.points(args.every), args.option)
    baseline = next((p for p in store.points() if p.name == study.get("baseline")), None)
    by = args.by or ("point" if target is None else "run")
    measures = _measures(store, points, args.measure, by, target is not None)
    table, notes = _table(store, points, by, measures, baseline)
    options = [_option(store, point, study.get("replications")) for point in points]
    files = [] if target is None else export(table, target, map(str, table.get("measure", [])), axes(store.points(every=True)))
    data: dict[str, Any] = {
        "command": "results",
        "study": study.get("name", store.folder.resolve().name),
        "question": study.get("question", ""),
        "baseline": None if baseline is None else baseline.name,
        "replications": study.get("replications"),
        "folder": str(store.folder),
        "options": options,
        "failed": [_failed(store, attempt) for attempt in store.attempts()],
        "by": by,
        "table": _rows(table),
        "files": [str(path) for path in files],
        "sessions": store.manifests(),
    }
    shown: list[str | Grid] = [_headline(data, store), _options_grid(data)]
    shown += _failures(data["failed"])
    shown += [f"Written: {', '.join(data['files'])}"] if files else _shown(table, by, measures)
    return Answer(data, shown, [*store.notes, *_warnings(store), *notes])


def _chosen(points: Sequence[Point], names: Sequence[str]) -> list[Point]:
    known = [point.name for point in points]
    for name in names:
        if name not in known:
            raise InputError(f"--option {name}: no such option{nearest(name, known)}; there is {', '.join(known[:12])}")
    return [point for point in points if not names or point.name in names]


def _measures(store: Store, points: Sequence[Point], asked: Sequence[str], by: str, everything: bool) -> list[str] | None:
    """Measures to tell; None for all there are by place."""
    words = [name.strip() for text in asked for name in text.split(",") if name.strip()]
    if by in ("area", "force"):
        return None if words == ["all"] or (everything and not words) else words or list(BY_PLACE)
    known = store.names(point.id for point in points)
    if words == ["all"]:
        return known
    for word in words:
        if known and word not in known:
            raise InputError(f"--measure {word}: no stored run has it{nearest(word, known)}; --measure all shows every one")
    if words:
        return words
    return known if everything else [name for name in SHOWN if name in known] or known[:6]


def _table(
    store: Store, points: Sequence[Point], by: str, measures: list[str] | None, baseline: Point | None
) -> tuple[Table, list[str]]:
    if by == "run":
        return by_run(store, points, measures or []), []
    if by == "point":
        return by_point(store, points, measures or [], baseline), []
    return by_place(store, points, by, measures, baseline)


def _option(store: Store, point: Point, asked: int | None) -> dict[str, Any]:
    """One option: how many of its runs are stored, and how many failed for good."""
    stored = {replication for replication, _ in store.runs(point.id)}
    failed = {a.replication for a in store.attempts() if a.point == point.id} - stored
    missing = None if asked is None else len(set(range(asked)) - stored)
    found = {"option": point.name, "point": point.id, "overrides": list(point.overrides), "stored": len(stored)}
    return found | {"missing": missing, "failed": len(failed), "model": point.model, "numpy": point.numpy}


def _failed(store: Store, attempt: Attempt) -> dict[str, Any]:
    names = {point.id: point.name for point in store.points(every=True)}
    done = (attempt.point, attempt.replication) in store.done()
    found = {"option": names.get(attempt.point, attempt.point), "replication": attempt.replication, "attempt": attempt.attempt}
    return found | {"kind": attempt.kind, "message": attempt.message, "at": attempt.at, "done_since": done}


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table, cells)) for cells in zip(*table.values())]


def _headline(data: dict[str, Any], store: Store) -> str:
    stored = sum(option["stored"] for option in data["options"])
    asked = data["replications"]
    of = f" of {asked * len(data['options']):,}" if asked else ""
    when = f", last started {data['sessions'][-1]['at']}" if data["sessions"] else ""
    question = f"\n{data['question']}" if data["question"] else ""
    return f"{data['study']}: {len(data['options'])} options, {stored:,}{of} runs stored{when}{question}"


def _options_grid(data: dict[str, Any]) -> Grid:
    rows = [[o["option"], o["stored"], o["missing"], o["failed"], o["point"][:12]] for o in data["options"][:LONG]]
    left = len(data["options"]) - len(rows)
    title = "Options" + (f" (the first {LONG}; {left:,} more with --json)" if left else "")
    return Grid(title, ["option", "replications stored", "to run", "failed", "point"], rows)


def _failures(failed: list[dict[str, Any]]) -> list[Grid]:
    last = [[f["option"], f["replication"], f["attempt"], f["kind"], f["message"].splitlines()[0][:80] if f["message"] else "",
             f["done_since"]] for f in failed[-10:]]  # fmt: skip
    title = f"Failed attempts: {len(failed)}" + (", the last 10" if len(failed) > 10 else "")
    return [Grid(title, ["option", "replication", "attempt", "kind", "message", "done since"], last)] if failed else []


def _shown(table: Table, by: str, measures: Sequence[str] | None) -> list[str | Grid]:
    """The table for people: options by measures, or the first rows of a long one."""
    if by == "point":
        return _means(table, measures or [])
    names = [name for name in table if name not in ("point", "overrides", "model", "numpy", "session", "seconds")]
    names = [name for name in names if not name.endswith("_digest")]
    rows = list(zip(*(table[name] for name in names)))
    more = [f"… and {len(rows) - LONG:,} more rows; --export FILE.csv writes them all"] if len(rows) > LONG else []
    return [Grid(f"By {by}", in_words(names), rows[:LONG]), *more]


def _means(table: Table, measures: Sequence[str]) -> list[str | Grid]:
    """Few options side by side, one measure a line; many one below the other."""
    options = list(dict.fromkeys(zip(table["option"], table["point"])))
    found = {(row["point"], row["measure"]): amount(row["mean"], row["half_width"]) for row in _rows(table)}
    title = "Means over replications ± half of the 95 % interval"
    heads = [f"{name} ({entry_of(name).unit})" for name in measures]
    if len(options) <= FEW:
        lines = [[head, *(found[id, name] for _, id in options)] for head, name in zip(heads, measures)]
        return [Grid(title, ["measure", *(str(option) for option, _ in options)], lines)] if lines else []
    rows = [[str(option), *(found[id, name] for name in measures[:FEW])] for option, id in options[:LONG]]
    left = [f"… and {len(options) - LONG:,} more options; --export FILE.csv --by point writes them all"]
    return [Grid(title, ["option", *in_words(heads[:FEW])], rows), *(left if len(options) > LONG else [])]


def amount(mean: float | None, half: float | None) -> str | None:
    """A mean with half of its interval, both to the second figure of the latter.

    >>> amount(536.8213, 342.7), amount(0.98411, 0.0032), amount(4.0, None), amount(1.0, 0.0)
    ('540 ± 340', '0.9841 ± 0.0032', '4', '1 ± 0')
    """
    if mean is None:
        return None
    if not half:
        return f"{mean:,.5g}" if half is None else f"{mean:,.5g} ± 0"
    places = 1 - floor(log10(half))
    return f"{round(mean, places):,.{max(places, 0)}f} ± {round(half, places):,.{max(places, 0)}f}"


def _warnings(store: Store) -> list[str]:
    """What a reader must know before trusting a table."""
    lines = []
    if (old := store.superseded()) is not None:
        lines.append(f"{old}; --all shows them apart")
    if len(store.machines()) > 1:
        lines.append("runs of this study come from machines of several kinds or versions: last digits may differ between them")
    return lines
