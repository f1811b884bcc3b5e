"""Area by area: what the option changes in each, which changes are real, and what ten more officers would be worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.clock import MINUTE
from sim.reports.data import Report
from sim.reports.figures import study
from sim.reports.figures.dots import Dot, by_difference, dots
from sim.reports.figures.drawing import PAGE, Drawing, one_axis
from sim.reports.findings.marginal import OFFICERS, Marginal, marginal_values
from sim.reports.sections.curves import looked_at
from sim.study.families import holm
from sim.study.statistics import CONFIDENCE, Estimate, estimate, paired_difference, unpaired_difference

MEASURE = study.STEADIEST
ROW, HEAD = 0.165, 1.0
"""Inches of a row, and of everything else: 48 areas fit one A4 page."""
FEW = 12
"""Rows up to which figures are written beside marks."""


@dataclass(frozen=True)
class AreaRow:
    """One area: its name, its figure under the baseline and under the option, the difference, and the value of ten more
    officers; ``real``: whether the difference holds by Holm's p-value over all areas (None: too little data)."""

    name: str
    centres: int
    base: Estimate
    option: Estimate
    change: Estimate
    p_holm: float | None
    marginal: Marginal

    @property
    def real(self) -> bool | None:
        """Whether the difference is no chance, all areas looked at together."""
        return None if self.p_holm is None else self.p_holm < 1.0 - CONFIDENCE


def build(report: Report) -> dict[str, Any] | None:
    """Figures and table, or None where readers may see no area or none has a figure."""
    rows = area_rows(report)
    if not any(row.base.mean is not None for row in rows):
        return None
    option = looked_at(report)
    hidden = int((report.centres > 0).sum()) - len(rows)
    real = sum(bool(row.real) for row in rows)
    return {
        "drawings": drawings(report).values(),
        "rows": rows,
        "option": option,
        "hidden": hidden,
        "real": real,
        **_written(report),
    }


def drawings(report: Report) -> dict[str, Drawing]:
    """The two figures, as far as there is something in them."""
    rows = area_rows(report)
    found = {}
    if any(row.change.mean is not None for row in rows):
        found["changes"] = _changes(report, rows)
    if any(row.marginal.value.mean is not None for row in rows):
        found["next_ten"] = _next_ten(report, rows)
    return found


def area_rows(report: Report) -> list[AreaRow]:
    """One row for each area that readers may see, in the order of the territory."""
    shown = np.flatnonzero(report.shown_areas).tolist()
    option = looked_at(report)
    number = report.names.index(option) if option is not None else report.baseline
    subtract = paired_difference if report.result.same_days else unpaired_difference
    pairs = [[report.area_sample(which, MEASURE, area) for which in (number, report.baseline)] for area in shown]
    changes = [Estimate(None, None, 0) if number == report.baseline else subtract(*pair) for pair in pairs]
    adjusted = holm([change.p_value for change in changes])
    values = marginals(report)
    return [
        AreaRow(
            report.words.area(report.territory, area), int(report.centres[area]), estimate(pair[1]), estimate(pair[0]), change, p,
            values[area],
        )
        for area, pair, change, p in zip(shown, pairs, changes, adjusted, strict=True)
    ]  # fmt: skip


def marginals(report: Report) -> list[Marginal]:
    """The value of ten more mobile officers in each area, seen from the plan that the report shows.

    Only options that differ from it in staffing and nothing else are read, and only on the same days.
    """
    heads, values = report.areas("heads_mobile"), report.areas(MEASURE)
    here = report.settings(report.chosen)
    for number in range(len(report.names)):
        same = replace(report.settings(number), staffing=here.staffing) == here and report.result.same_days
        if not same and number != report.chosen:
            values[number] = np.nan
    return marginal_values(heads, values, report.chosen)


def _changes(report: Report, rows: list[AreaRow]) -> Drawing:
    words, option = report.words, looked_at(report)
    found = by_difference([Dot(words.mark(row.name), row.change, row.real) for row in rows])
    label = words.say(
        "change of potential response in minutes against “%(option)s”", option=words.isolate(report.result.study.baseline)
    )
    notes = [
        words.say(
            "Bars: 95 % intervals of each area, cut at the edge. Filled: real even with all areas looked at together (Holm)."
        ),
        words.say("Blue circles are faster, orange squares slower, hollow ones unclear."),
    ]
    return Drawing(
        words.say("What “%(option)s” changes, area by area", option=words.isolate(option or "")),
        words.say("Change of potential response in each area, sorted from the largest gain to the largest loss: first %(area)s.",
                  area=found[0].label),
        (PAGE, HEAD + (0.36 if len(found) <= FEW else ROW) * max(len(found), 4)),
        one_axis(partial(_dots, found=found, label=label, words=words)),
        notes,
    )  # fmt: skip


def _next_ten(report: Report, rows: list[AreaRow]) -> Drawing:
    words = report.words
    found = by_difference([Dot(words.mark(row.name), row.marginal.value, _clear(row.marginal.value)) for row in rows])
    notes = [
        words.say(
            "Estimated from the difference between two simulated options with other numbers of officers there, not simulated."
        ),
        words.say("Bars: 95 % intervals of each area alone. No data where officers hardly vary."),
    ]
    if any(row.marginal.other is not None and not row.marginal.upwards for row in rows):
        notes.append(words.say("Where no option has more officers, it is what the last ten were worth."))
    return Drawing(
        words.many(
            "What %(n)d more mobile officer would be worth in each area",
            "What the next %(n)d mobile officers would be worth in each area",
            int(OFFICERS),
        ),
        words.say("Estimated change of potential response for more officers, the area that gains most first: %(area)s.",
                  area=found[0].label),
        (PAGE, HEAD + (0.36 if len(found) <= FEW else ROW) * max(len(found), 4)),
        one_axis(partial(_dots, found=found, label=words.say("change of potential response in minutes"), words=words)),
        notes,
    )  # fmt: skip


def _dots(axis: Axes, found: list[Dot], label: str, words: Any) -> Axes:
    return dots(axis, found, label, words, unit=MINUTE, written=len(found) <= FEW, size=None if len(found) <= FEW else 9.0)


def _clear(value: Estimate) -> bool | None:
    """Whether the interval excludes zero."""
    return None if value.low is None or value.high is None else value.low > 0 or value.high < 0


def _written(report: Report) -> dict[str, Any]:
    """How the table writes its figures."""
    words = report.words

    def scaled(value: float | None) -> float | None:
        return None if value is None else value / MINUTE

    return {
        "minutes": lambda value: words.number(scaled(value), 2),
        "signed": lambda value: words.signed(scaled(value), 2),
        "interval": lambda change: words.isolate(words.interval(scaled(change.low), scaled(change.high), 2)),
    }
