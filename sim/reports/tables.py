"""The tables of a report as CSV and Parquet, with one dictionary of all their columns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.measures.collect import INTERNAL_FIGURES
from sim.measures.entry import Cell, Entry, Table
from sim.reports.data import LEAST_CENTRES, Report
from sim.reports.equity import equity
from sim.runs.save import write_table
from sim.study.cells import inert
from sim.study.export import entry_of, has_parquet, write_parquet, write_whole
from sim.study.places import place_rows
from sim.study.point import EXCEEDANCE_MINUTES
from sim.study.statistics import band
from sim.study.uncertainty import both_rows, compare_both

OWN = {
    "minute": Entry("minute", "min", "Minutes after the report of an incident"),
    "curve": Entry("curve", "name", "exceedance: share of incidents still without a unit; coverage: share of offices covered"),
    "low": Entry("low", "of the curve", "Lower end of the 95 % interval over the days"),
    "high": Entry("high", "of the curve", "Upper end of the 95 % interval over the days"),
    "equal_equivalent": Entry(
        "equal_equivalent", "s", "Kolm-Pollak equally distributed equivalent of the potential response of centres, weighted "
        "by offices", "log(mean(exp(kappa x))) / kappa"),
    "inequality": Entry("inequality", "s", "What inequality between centres adds", "equal_equivalent - mean"),
    "goal": Entry("goal", "word", "Whether the share of incidents within target meets the goal: met, missed, open or unknown"),
    "verdict": Entry("verdict", "word", "better, worse, open or unknown against the baseline in potential response"),
    "officers_more": Entry("officers_more", "heads", "Officers that the option mobilises more than the baseline"),
    "recommended": Entry("recommended", "yes or no", "Whether the report recommends it"),
}  # fmt: skip
"""Columns that only reports have."""


def write_tables(report: Report) -> list[Path]:
    """Write every table that the readers may have into the folder ``report-tables``; returns the files. Raises ``OSError``."""
    folder = report.folder / f"{report.stem}-tables"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chmod(folder, 0o700)
    found = {name: table for name, table in tables(report).items() if any(table.values())}
    for old in folder.iterdir():
        if old.suffix in (".csv", ".parquet") and old.stem not in found:
            old.unlink()
    written = []
    for name, table in found.items():
        csv_file, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
        write_whole(csv_file, lambda draft, table=table: write_table(draft, safe(table)))  # type: ignore[misc]
        written.append(csv_file)
        if has_parquet():
            entries = {column: entry(column) for column in table}
            write_whole(parquet, lambda draft, t=table, e=entries: write_parquet(draft, t, e))  # type: ignore[misc]
            written.append(parquet)
    words = [entry(name) for name in _columns(found.values())]
    dictionary: Table = {part: [getattr(e, part) for e in words] for part in ("name", "unit", "definition", "formula")}
    write_whole(folder / "dictionary.csv", lambda draft: write_table(draft, safe(dictionary)))
    return [*written, folder / "dictionary.csv"]


def _columns(found: Iterable[Table]) -> list[str]:
    """Names of all columns, and of the measures that columns of names hold."""
    names: dict[str, None] = {}
    for table in found:
        names |= dict.fromkeys(table)
        names |= dict.fromkeys(str(cell) for cell in table.get("measure", []))
    return list(names)


def entry(name: str) -> Entry:
    """What a column means."""
    return OWN.get(name) or entry_of(name)


def safe(table: Table) -> Table:
    """A table in which no text is a formula."""
    return {inert(name): [inert(cell) for cell in column] for name, column in table.items()}


def tables(report: Report) -> dict[str, Table]:
    """Every table by its name, as far as readers may have it; options are called what the store calls them."""
    return {name: _as_stored(table, report.stored_name) for name, table in _tables(report).items()}


def _as_stored(table: Table, names: Mapping[str, str]) -> Table:
    return {column: [names[str(c)] for c in cells] if column == "option" else cells for column, cells in table.items()}


def _tables(report: Report) -> dict[str, Table]:
    found = {
        "table": _of(report.table(shown(report))),
        "decision": decision(report),
        "equity": _equity(report),
        "curves": curves(report),
    }
    if report.uncertain is not None:
        found["worlds"] = _of(both_rows(compare_both(report.uncertain, shown(report))))
    if report.share == "public":
        return found
    return found | {"by_area": by_area(report), "by_force": _of(place_rows(report.result, "force")), "runs": runs(report)}


def shown(report: Report) -> list[str]:
    """Measures that readers may see: figures of a single site at the level ``internal`` only."""
    hidden = () if report.share == "internal" else INTERNAL_FIGURES
    return [measure for measure in report.measures if measure not in hidden]


def decision(report: Report) -> Table:
    """How every option stands."""
    rows = [
        {
            "option": report.names[s.option], "verdict": s.verdict, "goal": s.goal, "officers_more": s.officers,
            "recommended": s.option == report.recommended,
        }
        for s in report.decision.standings
    ]  # fmt: skip
    return _of(rows)


def by_area(report: Report) -> Table:
    """Figures of areas: all at ``internal``, else those of at least five centres."""
    least = 1 if report.share == "internal" else LEAST_CENTRES
    seen = {code for code, number in zip(report.territory.area_codes, report.centres) if number >= least}
    hidden = () if report.share == "internal" else INTERNAL_FIGURES
    return _of([row for row in place_rows(report.result, "area") if row["area"] in seen and row["measure"] not in hidden])


def runs(report: Report) -> Table:
    """One row for each option and day."""
    names = shown(report)
    rows = [
        {"option": report.names[option], "replication": day, **{name: outcome.scalars.get(name) for name in names}}
        for (option, day), outcome in sorted(report.result.outcomes.items())
    ]
    return _of(rows)


def curves(report: Report) -> Table:
    """Curves of every option with their bands: exceedance by minute, coverage by moment of the day."""
    rows: list[Mapping[str, Any]] = []
    for option, values in report.result.curves("exceedance").items():
        rows += _band_rows("exceedance", option, values, minute=EXCEEDANCE_MINUTES)
    times = report.result.curves("coverage_times")
    for option, values in report.result.curves("coverage_by_time").items():
        rows += _band_rows("coverage", option, values, at=times[option][0])
    return _of(rows)


def _band_rows(curve: str, option: str, values: np.ndarray, **axis: np.ndarray) -> list[dict[str, Any]]:
    (name, points), (mean, low, high) = next(iter(axis.items())), band(values)
    cells = zip(points.tolist(), mean.tolist(), low.tolist(), high.tolist(), strict=True)
    blank: dict[str, Any] = {"curve": curve, "option": option, "minute": None, "at": None}
    return [blank | {name: point, "mean": m, "low": a, "high": b} for point, m, a, b in cells]


def _equity(report: Report) -> Table:
    rows = [
        {
            "option": report.names[e.option], "mean": e.mean.mean, "equal_equivalent": e.equivalent.mean,
            "half_width": e.equivalent.half_width, "inequality": e.inequality.mean, "difference": e.change.mean,
            "difference_half_width": e.change.half_width,
        }
        for e in equity(report)
    ]  # fmt: skip
    return _of(rows)


def _of(rows: Sequence[Mapping[str, object]]) -> Table:
    """Rows as columns; what is not finite has no data."""
    names = list(rows[0]) if rows else []
    return {name: [_cell(row.get(name)) for row in rows] for name in names}


def _cell(value: object) -> Cell:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value  # type: ignore[return-value]
