"""Read a study's folder as it is: what was asked, every run there is, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError, nearest
from sim.settings import read
from sim.study.design import Option, Study
from sim.study.identity import Point, settings_of
from sim.study.inputs import MARK
from sim.study.outcome import Outcome, PlaceFigures
from sim.study.precision import Precision
from sim.study.result import StudyResult
from sim.study.rounds import verdicts
from sim.study.sealed import FILE
from sim.study.store import Store
from sim.study.uncertainty import Uncertain

SHARES = ("internal", "restricted", "public")
"""Levels of sharing, from the narrowest circle of readers to the widest."""


@dataclass(frozen=True)
class Stored:
    """A study as its folder holds it; the words of ``sim.reports.data.Report``."""

    result: StudyResult
    uncertain: Uncertain | None
    missing: int
    failed: int
    about: Mapping[str, Any]
    digests: Sequence[str]
    notes: Sequence[str]


def read_stored(folder: Path, baseline: str | None = None) -> Stored:
    """Every stored run of the study in a folder. Raises ``InputError`` for a folder that holds none, for one of another schema,
    and for a baseline that it does not have."""
    folder = folder.parent if folder.name == FILE else folder
    if not list(folder.glob(f"{FILE}*")):
        raise InputError(f"{folder}: no study is stored there; `pollday sweep` makes one")
    with Store.open(folder) as store:
        about = store.manifests()[-1] if store.manifests() else {}
        points = store.points()
        if not points or not about:
            raise InputError(f"{folder}: the study has not begun; give the command of its sweep again")
        drawn = [point for point in points if is_drawn(point)]
        plain = [point for point in points if not is_drawn(point)]
        study = _study(about, plain, baseline)
        notes = list(store.notes)
        wanted = _wanted(study, drawn or plain, plain, store)
        result = _result(store, study, drawn or plain, wanted, notes)
        uncertain = Uncertain(_result(store, study, plain, wanted, notes), result) if drawn else None
        missing = {(id, day) for id, days in wanted.items() for day in range(days)} - store.done()
        failed = {(attempt.point, attempt.replication) for attempt in store.attempts()} & missing
        return Stored(result, uncertain, len(missing), len(failed), about, [p.settings for p in plain], notes)


def names_in(folder: Path) -> list[str]:
    """Names of the options of the study in a folder. Raises ``InputError`` for one that cannot be read."""
    with Store.open(folder) as store:
        return list(dict.fromkeys(point.name for point in store.points()))


def is_drawn(point: Point) -> bool:
    """Whether a point's inputs are drawn anew in every replication."""
    return MARK in json.loads(point.config)


def _study(about: Mapping[str, Any], points: Sequence[Point], baseline: str | None) -> Study:
    """The study that the last sweep was asked for. Raises ``InputError`` for a baseline that it does not have."""
    asked = about["study"]
    names = [point.name for point in points]
    chosen = asked["baseline"] if baseline is None else baseline
    if chosen not in names:
        raise InputError(f"baseline={chosen}: no such option{nearest(chosen, names)}; there is {', '.join(names[:12])}")
    options = tuple(Option(p.name, p.overrides, settings_of(p.config)) for p in points)
    rule = asked.get("precision")
    precision = read(rule, Precision) if rule else None
    days = int(asked["replications"])
    inputs = asked.get("inputs", "fixed")
    equal = bool(asked.get("equal_heads", False))
    return Study(asked["name"], asked["question"], options, days, chosen, precision, inputs, equal_heads=equal)


def _wanted(study: Study, points: Sequence[Point], companions: Sequence[Point], store: Store) -> dict[str, int]:
    """Days that the study wants of each point; where a rule says how many, those that it has decided on."""
    wanted = {id: verdict.replications for id, verdict in verdicts(study, points, store, ()).items()}
    return wanted | {beside.id: wanted[point.id] for point, beside in zip(points, companions)}


def _result(
    store: Store, study: Study, points: Sequence[Point], wanted: Mapping[str, int], notes: list[str]
) -> StudyResult:
    """The whole runs of some points, day by day; a damaged one is left out and named in ``notes``."""
    result = StudyResult(replace(study, replications=max(wanted.values())))
    for option, point in enumerate(points):
        for replication, _ in store.runs(point.id):
            if replication < wanted[point.id]:
                try:
                    result.outcomes[option, replication] = with_hours(store.outcome(point.id, replication))
                except InputError as error:
                    notes.append(str(error).splitlines()[0])
    return result


def with_hours(outcome: Outcome) -> Outcome:
    """An outcome with its officer-hours, all tasks and forces together, among the scalars (None where none are known)."""
    figures = PlaceFigures.of(outcome.places.get("force", {}))
    own = [figures.column(name) for name in figures.measures if name.partition(" ")[0] == "officer_hours"]
    hours = np.concatenate(own) if own else np.zeros(0)
    total = float(np.nansum(hours)) if np.isfinite(hours).any() else None
    return replace(outcome, scalars=outcome.scalars | {"officer_hours": total})
