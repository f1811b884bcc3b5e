"""Summaries of incidents by any of their dimensions; a figure without data is None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from sim.demand.classes import GROUPS
from sim.measures.day import Day, Floats, Ints, cells, per_day
from sim.measures.entry import Cell, Table, entries
from sim.measures.response import PARTS, STATUSES, IncidentTable, incident_table
from sim.scenario import Scenario
from sim.territory.sites import FABRICS

DIMENSIONS = ("priority", "class", "group", "force", "area", "fabric", "hour")


def labels(scenario: Scenario, table: IncidentTable, dimension: str) -> tuple[Ints, list[Cell]]:
    """Code of each row in one dimension, and the name of each code. Raises ``ValueError`` for an unknown dimension."""
    territory = scenario.territory
    if dimension in ("priority", "hour"):
        values, codes = np.unique(getattr(table, dimension), return_inverse=True)
        return codes, values.tolist()
    names: dict[str, tuple[Ints, Sequence[str]]] = {
        "class": (table.cls, [c.name for c in scenario.classes]),
        "group": (table.group, GROUPS),
        "force": (table.force, territory.forces),
        "area": (table.area, territory.area_codes),
        "fabric": (table.fabric, FABRICS),
    }
    if dimension not in names:
        raise ValueError(f"unknown dimension {dimension!r}: one of {', '.join(DIMENSIONS)}")
    codes, texts = names[dimension]
    return codes, list(texts)


def summary(scenario: Scenario, table: IncidentTable, by: Sequence[str] = (), group: str | None = "election") -> Table:
    """Response statistics of the incidents of one group, in one row or by dimensions; no row where there are none."""
    chosen = table if group is None else table.take(table.group == GROUPS.index(group))
    codes = np.zeros(len(chosen), dtype=np.int64)
    names: list[list[Cell]] = []
    for dimension in by:
        own, texts = labels(scenario, chosen, dimension)
        codes = codes * max(len(texts), 1) + own
        names.append(texts)
    present, inverse = np.unique(codes, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    bounds = np.searchsorted(inverse[order], np.arange(len(present) + 1))
    rows = [statistics(chosen.take(order[a:b])) for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)]
    out: Table = {}
    rest = present.copy()
    for dimension, texts in reversed(list(zip(by, names, strict=True))):
        out[dimension] = [texts[code] for code in (rest % len(texts)).tolist()]
        rest //= len(texts)
    out = dict(reversed(out.items()))
    return out | {name: [row[name] for row in rows] for name in statistics(chosen.take(chosen.id < 0))}


def statistics(table: IncidentTable) -> dict[str, Cell]:
    """Counts, response, its parts and compliance of some incidents; None where there is no data."""
    times = table.response_time[table.needs_unit & np.isfinite(table.response_time)]
    package = table.full_package_time[table.needs_unit & np.isfinite(table.full_package_time)]
    judged = int(table.judged.sum())
    counts = {name: int((table.status == code).sum()) for code, name in enumerate(STATUSES)}
    row: dict[str, Cell] = {
        "incidents": len(table),
        "needing_unit": int(table.needs_unit.sum()),
        "answered": len(times),
    }
    row |= {"response_mean": _mean(times)} | dict(zip(("response_p50", "response_p90"), quantiles(times, 0.5, 0.9), strict=True))
    for part in PARTS:
        values = getattr(table, part)
        row[f"{part.removesuffix('_time')}_mean"] = _mean(values[table.needs_unit & np.isfinite(values)])
    row |= {"full_package_mean": _mean(package), "full_package_p90": quantile(package, 0.9)}
    row |= {"judged": judged, "compliance": int((table.within & table.judged).sum()) / judged if judged else None}
    return (
        row | {"handled_on_spot": counts["handled"]} | {s: counts[s] for s in ("closed", "open", "lapsed", "prevented")}
    )


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def quantile(values: Floats, share: float) -> float | None:
    """Quantile by linear interpolation, or None without data."""
    return quantiles(values, share)[0]


def quantiles(values: Floats, *shares: float) -> Sequence[float | None]:
    """Quantiles by linear interpolation, or None without data."""
    return np.quantile(values, shares).tolist() if len(values) else [None] * len(shares)


def incident_columns(scenario: Scenario, table: IncidentTable) -> Table:
    """The incident table for people: names instead of codes, None instead of NaN."""
    out: Table = {"id": cells(table.id)}
    for dimension in DIMENSIONS:
        codes, texts = labels(scenario, table, dimension)
        out[dimension] = np.array(texts, dtype=object)[codes].tolist()
    out["site"] = cells(scenario.territory.sites.id[table.site])
    out["status"] = [STATUSES[code] for code in table.status.tolist()]
    out["unit"] = [unit if unit >= 0 else None for unit in table.unit.tolist()]
    for f in fields(table):
        if f.name.endswith(("_at", "_time")):
            out[f.name] = cells(getattr(table, f.name))
    return out


@per_day
def incident_cells(day: Day) -> Table:
    """The incidents that came, for people: one row each."""
    return incident_columns(day.scenario, incident_table(day))


ENTRIES = entries(
    "response",
    ("incidents", "count", "Incidents that came"),
    (
        "needing_unit",
        "count",
        "Incidents that a mobile unit must settle: they want one, were not prevented nor handled on the spot",
    ),
    ("answered", "count", "Incidents that need a unit and got one"),
    ("response_mean", "s", "Mean response time of answered incidents", "sum(response_time) / answered"),
    ("response_p50", "s", "Median response time of answered incidents"),
    ("response_p90", "s", "Response time within which 90 % of answered incidents had a unit"),
    ("call_processing_mean", "s", "Mean call_processing_time of answered incidents"),
    ("queueing_mean", "s", "Mean queueing_time of answered incidents"),
    ("mobilisation_mean", "s", "Mean mobilisation_time of answered incidents"),
    ("travel_mean", "s", "Mean travel_time of answered incidents"),
    ("full_package_mean", "s", "Mean full_package_time"),
    ("full_package_p90", "s", "Full package time within which 90 % were complete"),
    (
        "judged",
        "count",
        "Incidents that count for compliance: reported, with a target, and attended, lapsed or open beyond it",
    ),
    (
        "compliance",
        "share",
        "Share of judged incidents with a unit on scene within the target",
        "within target / judged",
    ),
    ("handled_on_spot", "count", "Incidents the fixed team settled without a mobile unit"),
    ("closed", "count", "Incidents closed after mobile units attended, or that want none and were closed by the room"),
    ("open", "count", "Incidents still open when the day ends"),
    ("lapsed", "count", "Incidents that ended unattended: call lost, patience ran out, or no unit can serve them"),
    ("prevented", "count", "Incidents on the tape that the state of the day kept from happening"),
)
