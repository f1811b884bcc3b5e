"""``pollday plan``: the plan of any settings as a workbook, and a workbook as settings."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import yaml

from sim.build import Place, build_place
from sim.commands.answer import Answer, Grid, in_words
from sim.commands.changes import Change, put
from sim.commands.completion import PLAN_ACTIONS as ACTIONS
from sim.commands.experiment import opened
from sim.commands.grammar import PLAN, is_group, option_of
from sim.commands.plan_file import open_plan, settings_of, typed_settings
from sim.errors import InputError, nearest
from sim.forces.kinds import KINDS
from sim.language import language_of
from sim.plans.hours import shift_hours, usual_hours
from sim.plans.read import Workbook
from sim.plans.table import SHIFTS, PlanTable, plan_table
from sim.plans.write import Origin, workbook
from sim.runs.passport import package_version
from sim.settings import Settings

DEFAULT_PRESET = "demo-city"
"""The preset of conf/config.yaml, which words that name none have."""
SHOWN = 20
"""Changed numbers that the screen shows; the JSON object has them all."""
MISSING = "name what to do and a file: pollday plan export FILE.xlsx preset=…, or pollday plan import FILE.xlsx"


def plan(args: Namespace) -> Answer:
    """Export or import. Raises ``InputError`` before anything is written."""
    if not args.words or args.words[0] not in ACTIONS:
        said = f"{args.words[0]}: there is no such action{nearest(args.words[0], ACTIONS)}; " if args.words else ""
        raise InputError(said + MISSING)
    if len(args.words) < 2 or "=" in args.words[1]:
        raise InputError(MISSING)
    return (export_plan if args.words[0] == "export" else import_plan)(args, Path(args.words[1]), args.words[2:])


def export_plan(args: Namespace, target: Path, words: Sequence[str]) -> Answer:
    """Write the plan of the settings as a workbook."""
    if args.out:
        raise InputError("-o is for `pollday plan import`; export names its file first: pollday plan export FILE.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{target}: must end in .xlsx")
    _check_target(target)
    language = language_of(next((w.partition("=")[2] for w in reversed(words) if w.startswith("language=")), "en"))
    changes = opened([args.axis(word).change() for word in words if not word.startswith("language=")])
    settings: Settings = args.compose_changes(changes)
    place = build_place(settings)
    table = plan_table(settings, place)
    own = typed_settings(changes)
    own = own if any(key == "preset" for key, _ in own) else (("preset", DEFAULT_PRESET), *own)
    texts = tuple(Change(key, value).text for key, value in own)
    hours = usual_hours(shift_hours(place.calendar, settings.staffing.shifts))
    _write(target, workbook(table, Origin(settings.name, own, texts, package_version(), hours), language))
    data = {
        "command": "plan", "action": "export", "name": settings.name, "file": str(target), "language": language.code,
        "plan_digest": table.digest(), "settings": dict(own), **_totals(table),
    }  # fmt: skip
    written = f"{settings.name}: plan of {len(place.territory.area_codes)} areas written to {target}"
    return Answer(data, [written, _grid(table), f"fill it in, then: pollday plan import {target}"])


def import_plan(args: Namespace, source: Path, words: Sequence[str]) -> Answer:
    """Check a workbook, say what it changes, and write it as settings if asked to."""
    target = Path(args.out) if args.out else None
    if target is not None:
        if target.suffix.lower() not in (".yaml", ".yml"):
            raise InputError(f"-o {target}: must end in .yaml")
        _check_target(target)
    book = open_plan(source)
    typed = [args.axis(word).change() for word in words if not word.startswith("language=")]
    try:
        settings: Settings = args.compose_changes([Change(PLAN, str(source)), *typed])
        place = build_place(settings)
        table = plan_table(settings, place)
    except InputError as error:
        raise InputError(book.located(str(error))) from None
    own = [*settings_of(book), *typed]
    changed = list(_changed(_table_before(args, own, place), table))
    if target is not None:
        _write(target, _as_yaml(book, own).encode())
    data = {
        "command": "plan", "action": "import", "name": settings.name, "file": str(source), "out": args.out,
        "plan_digest": table.digest(), "as_exported": book.exported == table.digest(),
        "settings": {change.key: change.value for change in own}, **_totals(table), "changed": changed, "ledger_closed": True,
    }  # fmt: skip
    return Answer(data, [*_told(settings, table, changed), *_next(source, target)])


def _table_before(args: Namespace, own: Sequence[Change], place: Place) -> PlanTable | None:
    """The plan of the settings without the workbook; None where they have none that can be."""
    try:
        return plan_table(args.compose_changes(own), place)
    except InputError:
        return None


def _changed(before: PlanTable | None, now: PlanTable) -> Iterator[dict[str, Any]]:
    """Every number that is another one than in the plan of the settings."""
    if before is None:
        return
    where, forces = now.territory, len(now.territory.forces)
    for kind, cell, shift in np.argwhere(before.heads != now.heads).tolist():
        area, force = divmod(cell, forces)
        yield {
            "area": where.area_codes[area], "force": where.forces[force], "unit": KINDS[kind], "shift": SHIFTS[shift],
            "before": int(before.heads[kind, cell, shift]), "now": int(now.heads[kind, cell, shift]),
        }  # fmt: skip
    for area, force in np.argwhere((before.mobilised != now.mobilised) & ~now.free).tolist():
        yield {
            "area": where.area_codes[area], "force": where.forces[force], "unit": "mobilised", "shift": None,
            "before": int(before.mobilised[area, force]), "now": int(now.mobilised[area, force]),
        }  # fmt: skip


def _told(settings: Settings, table: PlanTable, changed: Sequence[Mapping[str, Any]]) -> list[str | Grid]:
    shown: list[str | Grid] = [f"{settings.name}: the plan can be carried out and its ledger closes", _grid(table)]
    if not changed:
        return [*shown, "it is the plan of the settings it came from, number by number"]
    headings = ("area", "force", "unit", "shift", "settings", "workbook", "difference")
    rows = [(*(c[key] for key in ("area", "force", "unit", "shift", "before", "now")), c["now"] - c["before"]) for c in changed]
    more = f", the first {SHOWN}" if len(changed) > SHOWN else ""
    return [*shown, Grid(f"{len(changed)} numbers differ from the plan of the settings{more}", headings, rows[:SHOWN])]


def _next(source: Path, target: Path | None) -> list[str]:
    if target is None:
        return [f"run it: pollday run plan={source}    compare it: pollday sweep plan=preset,{source}"]
    return [f"settings written to {target}; run them: pollday run experiment={target}"]


def _totals(table: PlanTable) -> dict[str, Any]:
    """Heads on duty by force and shift, and heads mobilised by force."""
    forces = table.territory.forces
    heads = table.heads.sum(axis=0).reshape(-1, len(forces), len(SHIFTS)).sum(axis=0)
    return {
        "heads": {force: dict(zip(SHIFTS, heads[f].tolist())) for f, force in enumerate(forces)},
        "mobilised": dict(zip(forces, table.mobilised.sum(axis=0).tolist())),
    }


def _grid(table: PlanTable) -> Grid:
    totals = _totals(table)
    rows = [(force, *totals["heads"][force].values(), totals["mobilised"][force]) for force in table.territory.forces]
    return Grid("heads on duty by shift, and heads mobilised", in_words(["force", *SHIFTS, "mobilised"]), rows)


def _as_yaml(book: Workbook, own: Sequence[Change]) -> str:
    """The plan as an experiment: options of groups, values, and the heads. Raises ``InputError`` for what that cannot say."""
    plain: dict[str, Any] = {}
    defaults = []
    for change in own:
        if change.sign == "~":
            raise InputError(f"{change.text}: a file of settings cannot take something out; set it with key=value instead")
        if is_group(change):
            defaults.append({f"override /{change.key}": option_of(change)})
        else:
            put(plain, change)
    for key, value in book.plain.items():
        plain.setdefault("staffing", {})[key] = value
    body = yaml.safe_dump({"defaults": defaults, **plain}, sort_keys=False, allow_unicode=True, width=130)
    return f"# The plan of {book.name}: heads on duty by area, force, unit and shift, and heads mobilised.\n{body}"


def _check_target(target: Path) -> None:
    if target.exists():
        raise InputError(f"{target}: is there already; name another file, or take it away first")
    if not target.parent.is_dir():
        raise InputError(f"{target}: there is no folder {target.parent}")


def _write(target: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner only."""
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            draft.unlink()
            raise
    os.replace(draft, target)
