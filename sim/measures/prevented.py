"""What presence prevented: candidates of the deterred classes by class and area, inside and outside hot-spots.

A candidate is an incident of the tape that presence may prevent; of those that happened, how they were answered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.demand.tape import THINNINGS
from sim.measures.day import Bools, Day, Floats, Ints, last_of, rows_by
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import STATUSES, IncidentTable

SIDES = ("inside", "outside", "all")
"""Of hot-spots; where none are known every place is outside."""


def chances(day: Day) -> Floats:
    """Probability with which each candidate of the tape happens, from its records (NaN: no candidate, or not yet),
    (incidents,).

    Those that were intercepted are left out: their presence was not asked for.
    """
    tape = day.tape.incidents
    rows = day.records("weighed", "prevented")
    factor = last_of(day.task[rows], day.value[rows], len(tape))
    known = ((tape.thinning & THINNINGS["deterrence"]) > 0) & (factor > 0.0)
    return np.where(known, factor / tape.bound, np.nan)


def mean_factors(day: Day) -> dict[str, float]:
    """Mean factor of each deterred class on the candidates of a day: ``deterrence.plan_factor`` if its plan is the default."""
    tape, classes = day.tape.incidents, day.scenario.classes
    chance, only = chances(day), tape.thinning == THINNINGS["deterrence"]
    here = {code: only & (tape.cls == code) & np.isfinite(chance) for code in range(len(classes))}
    return {classes[code].name: float(chance[rows].mean()) for code, rows in here.items() if rows.any()}


def prevented_by_class(day: Day, table: IncidentTable) -> Table:
    """One row for each deterred class and side of the hot-spots, and for all of them together."""
    return _by("class", [cls.name for cls in day.scenario.classes], table.cls, day, table)


def prevented_by_area(day: Day, table: IncidentTable) -> Table:
    """One row for each area and side of the hot-spots, and for all of them together."""
    return _by("area", day.scenario.territory.area_codes, table.area, day, table)


def _by(name: str, names: Sequence[str], code: Ints, day: Day, table: IncidentTable) -> Table:
    chance = chances(day)[table.row]
    deterred = (day.tape.incidents.thinning[table.row] & THINNINGS["deterrence"]) > 0
    hot = day.scenario.territory.hot
    inside = np.zeros(len(table), dtype=np.bool_) if hot is None else hot[table.site]
    every = np.flatnonzero(deterred)
    rows: list[dict[str, Cell]] = []
    for label, mine in (*zip(names, (every[rows] for rows in rows_by(code[every], len(names))), strict=True), ("all", every)):
        for side, here in zip(SIDES, (mine[inside[mine]], mine[~inside[mine]], mine), strict=True):
            if len(here):
                rows.append({name: label, "hot_spot": side, **_figures(table.take(here), chance[here])})
    columns = (name, "hot_spot", *_figures(table.take(table.id < 0), chance[:0]))
    return {column: [row[column] for row in rows] for column in columns}


def _figures(table: IncidentTable, chance: Floats) -> dict[str, Cell]:
    prevented, known = table.status == STATUSES.index("prevented"), np.isfinite(chance)
    happened = table.take(~prevented)
    times = happened.response_time[happened.needs_unit & np.isfinite(happened.response_time)]
    late: Bools = happened.judged & ~happened.within
    return {
        "proposed": len(table),
        "deterred": int(prevented.sum()),
        "deterred_share": float(prevented.mean()) if len(table) else None,
        "deterred_expected": float((1.0 - chance[known]).mean()) if known.any() else None,
        "happened": len(happened),
        "happened_response": float(times.mean()) if len(times) else None,
        "unanswered": int(late.sum()),
    }


ENTRIES = entries(
    "prevented_by_class prevented_by_area",
    ("hot_spot", "name", "inside: at hot-spots; outside: elsewhere; all: together"),
    ("proposed", "count", "Candidates: incidents of the tape that presence may prevent"),
    ("deterred", "count", "Candidates that did not happen, presence (or an interception) having prevented them"),
    ("deterred_share", "share", "Share of the candidates that did not happen", "deterred / proposed"),
    (
        "deterred_expected",
        "share",
        "The same without the chance of the single candidate: mean over candidates of one minus the chance that it happens",
        "mean(1 - factor / bound)",
    ),
    ("happened", "count", "Candidates that happened"),
    ("happened_response", "s", "Mean response time to candidates that happened and needed a mobile unit"),
    ("unanswered", "count", "Candidates that happened, needed a mobile unit and had none within their target"),
)
