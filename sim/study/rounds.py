"""How many replications of each point are wanted in all: as many as asked for, or as the precision rule says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sim.errors import InputError, nearest
from sim.measures.dictionary import DICTIONARY
from sim.measures.estimators import RATIOS
from sim.plugins import MEASURES
from sim.study.daily import PerReplication, Runs
from sim.study.design import Study
from sim.study.identity import Point
from sim.study.precision import Precision, Verdict, wanted_by_option
from sim.study.store import Store


def check_precision(study: Study) -> None:
    """Refuse a precision of measures that no run can have, before anything runs. Raises ``InputError``."""
    known = [*DICTIONARY, *MEASURES]
    for name in study.precision.measure if study.precision else ():
        if name not in known:
            raise InputError(f"precision.measure={name}: no such measure{nearest(name, known)} (docs/output.md)")


def most_runs(study: Study) -> int:
    """Runs that the study can have at most; drawn inputs double them, since each day is also run with inputs as assumed."""
    ways = 2 if study.inputs == "drawn" else 1
    return ways * len(study.options) * (study.precision.cap if study.precision else study.replications)


def verdicts(study: Study, points: Sequence[Point], store: Store, failed: Collection[tuple[str, int]]) -> dict[str, Verdict]:
    """What is wanted of each point, by its id, judged by stored runs and by those that ``failed``, which are without data.

    With a precision rule only replications up to the first that is still missing count, so the answer is the same whatever
    else is stored and however the runs came.
    """
    if study.precision is None:
        given = Verdict(study.replications, "reached", "as asked for")
        return {point.id: given for point in points}
    names = dict(zip([point.id for point in points], [option.name for option in study.options]))
    ended = store.done() | set(failed)
    have = {name: _prefix(id, ended) for id, name in names.items()}
    found = wanted_by_option(_samples(names, study.precision, store), study.precision, have, study.baseline)
    return {id: found[name] for id, name in names.items()}


def _prefix(point: str, ended: Collection[tuple[str, int]]) -> int:
    """Replications of a point that have ended without a gap, from the first on."""
    number = 0
    while (point, number) in ended:
        number += 1
    return number


def _samples(names: Mapping[str, str], precision: Precision, store: Store) -> dict[str, dict[str, PerReplication]]:
    """The measures of the rule by option."""
    parts = {part: None for measure in precision.measure for part in RATIOS.get(measure, (measure,))}
    columns = tuple(parts)
    tables = store.scalars(names, columns)
    return {names[id]: {m: Runs(columns, table).sample(m) for m in precision.measure} for id, table in tables.items()}
