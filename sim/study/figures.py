"""The outcome of one day by area and by force, as plain figures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.measures.collect import Measures
from sim.measures.coverage import Coverage
from sim.measures.day import Bools, Ints
from sim.measures.entry import Table
from sim.scenario import Scenario
from sim.study.outcome import Floats, PlaceFigures

PLACES = ("area", "force")
STEP = 1800.0
"""Length of the stretches of time, in seconds, over which the coverage of areas is taken."""


def figures_by_place(measures: Measures, scenario: Scenario, by: str, noon: float) -> PlaceFigures:
    """Outcome, burden, officer-hours, response, coverage and heads present at ``noon`` of each area or force of one day.

    Means are kept as sums with what they are divided by, so that days can be added up; coverage and gaps between patrols are
    known by area only.
    """
    tables, territory = measures.tables, scenario.territory
    names = territory.area_codes if by == "area" else territory.forces
    row = {name: number for number, name in enumerate(names)}
    columns: dict[str, Floats] = {}
    for table in (tables[f"outcome_by_{by}"], tables[f"burden_by_{by}"]):
        for measure in table:
            if measure != by:
                _put(columns, measure, table, by, row)
    for place, task, hours in zip(*(tables["officer_hours"][name] for name in (by, "task", "officer_hours")), strict=True):
        own = columns.setdefault(f"officer_hours {task}", np.full(len(row), np.nan))
        own[row[str(place)]] = np.nansum([own[row[str(place)]], _number(hours)])
    columns |= _response(measures, by, len(row)) | _heads(scenario, by, len(row), noon)
    if by == "area":
        _put(columns, "potential_response", tables["coverage_by_area"], by, row)
        _put(columns, "presence_gap_mean", tables["presence_by_area"], by, row)
        columns |= _office_steps(measures.cover, len(row))
    known = [row[str(place)] for place in tables[f"outcome_by_{by}"][by]]
    values = np.column_stack(list(columns.values()))[known]
    return PlaceFigures(tuple(names[place] for place in known), tuple(columns), values)


def coverage_by_area_time(cover: Coverage, areas: int) -> dict[str, Floats]:
    """Coverage of every area in each half hour: ``coverage_area_times`` (moments,) their beginnings, in seconds, and
    ``coverage_by_area_time`` (areas, moments), NaN where nobody votes."""
    if not cover.voting.size:
        return {"coverage_area_times": np.zeros(0), "coverage_by_area_time": np.zeros((areas, 0))}
    stretch = np.floor(cover.times / STEP)
    first = np.flatnonzero(np.diff(stretch, prepend=-1.0))
    weights = cover.offices[:, None] * cover.voting
    parts = []
    for amounts in (weights * cover.covered, weights):
        parts.append(np.zeros((areas, len(first))))
        np.add.at(parts[-1], cover.area, np.add.reduceat(amounts, first, axis=1))
    above, below = parts
    share = np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)
    return {"coverage_area_times": stretch[first] * STEP, "coverage_by_area_time": share}


def _put(columns: dict[str, Floats], measure: str, table: Table, by: str, row: Mapping[str, int]) -> None:
    """Take one column of a table that has a row for each place."""
    columns[measure] = np.full(len(row), np.nan)
    for place, value in zip(table[by], table[measure], strict=True):
        columns[measure][row[str(place)]] = _number(value)


def _response(measures: Measures, by: str, size: int) -> dict[str, Floats]:
    """Counts and sums of election incidents that need a unit."""
    table = measures.incidents
    place = table.area if by == "area" else table.force
    headline, known = table.headline, np.isfinite(table.response_time)
    judged = table.judged & table.headline & (table.priority <= 2)

    sums = {
        "needing_unit": headline,
        "answered": headline & known,
        "response_sum": np.where(headline & known, table.response_time, 0.0),
        "compliance_p1_p2_within": judged & table.within,
        "compliance_p1_p2_judged": judged,
    }
    return {name: _sums(place, weights, size) for name, weights in sums.items()}


def _heads(scenario: Scenario, by: str, size: int, t: float) -> dict[str, Floats]:
    """Officers present at a moment, absence taken off: all, and those in mobile units."""
    units = scenario.units
    unit = np.repeat(np.arange(len(units)), np.diff(units.shift_from))
    heads = np.where((units.shift_start <= t) & (t < units.shift_end), units.shift_heads, 0).astype(np.float64)
    place = (units.area if by == "area" else units.force)[unit]
    mobile = np.where(units.mobile[unit], heads, 0.0)
    return {"heads_on_duty": _sums(place, heads, size), "heads_mobile": _sums(place, mobile, size)}


def _office_steps(cover: Coverage, size: int) -> dict[str, Floats]:
    """What coverage is a share of, and of it what was covered."""
    covered = cover.offices * (cover.voting & cover.covered).sum(axis=1)
    steps = cover.offices * cover.voting.sum(axis=1)
    return {"office_steps_covered": _sums(cover.area, covered, size), "office_steps": _sums(cover.area, steps, size)}


def _sums(place: Ints, weights: Floats | Bools, size: int) -> Floats:
    """Sum of the weights of each place, (places,)."""
    return np.asarray(np.bincount(place, weights, size), dtype=np.float64)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
