"""From rows of text to a tape: classes, sites, work of each unit, and what must hold between rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.demand.classes import IncidentClass
from sim.demand.columns import (
    COUNTS,
    INCIDENTS,
    INJECTS,
    LEGS,
    RALLIES,
    RUMOURS,
    VEHICLES,
    WARNINGS,
    Column,
    SiteNames,
    Spec,
    parse,
)
from sim.demand.counts import Counts, check_counts
from sim.demand.injects import check_inject, in_order
from sim.demand.legs import Legs, check_legs, legs
from sim.demand.packages import MAX_UNITS, format_package, parse_package
from sim.demand.signals import Rumours, Warnings, check_signals, make_rows
from sim.demand.tape import THINNINGS, Incidents, Inject, Rally, Tape, Vehicles, incidents
from sim.errors import InputError
from sim.tables import Row, codes, floats, integers, lists, unique
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Parts = dict[str, list[Row]]
Span = tuple[float, float]
Signals = TypeVar("Signals", Warnings, Rumours)

HAND = ("x", "y", "noise", "package", "start", "release")
"""Further columns of incidents; ``package``, ``start`` and ``release`` make classes of their own."""
STARTS, RELEASES = ("as_free", "together"), ("each", "together")
_FARTHEST = {"great_circle": 10.0, "euclid": 1e6, "right_angle": 1e6, "matrix": np.inf}


def classes_from_rows(
    rows: Sequence[Row], classes: Sequence[IncidentClass] = ()
) -> tuple[tuple[IncidentClass, ...], Ints]:
    """Classes of a hand-written tape, and the class of each row, (rows,).

    A row that names a package, or no class, belongs to the class of its priority, package, start and release; such
    classes follow ``classes`` in order of their names. The default package is any one mobile unit. Raises
    ``InputError``.
    """
    start, release = codes(rows, "start", STARTS, 0), codes(rows, "release", RELEASES, 0)
    own = [bool(row["package"] or row["start"] or row["release"] or not row["class"]) for row in rows]
    codes([row for row, is_own in zip(rows, own) if not is_own], "class", [c.name for c in classes])
    priority = integers(rows, "priority", 1, 4, 1)
    names, new = [row["class"] for row in rows], dict[str, IncidentClass]()
    for i in np.flatnonzero(own).tolist():
        row, begin, end = rows[i], STARTS[start[i]], RELEASES[release[i]]
        slots = parse_package(row["package"] or "any", f"{row.where}, column 'package'")
        names[i] = "/".join((row["class"] or f"P{priority[i]}", format_package(slots), begin, end))
        new[names[i]] = IncidentClass(names[i], int(priority[i]), slots, begin, end)
    found = (*classes, *(new[name] for name in sorted(new)))
    place = {c.name: i for i, c in enumerate(found)}
    return found, np.array([place[name] for name in names], dtype=np.int64)


def tape_from_parts(
    parts: Parts, file: str, territory: Territory, classes: tuple[IncidentClass, ...], span: tuple[float, float]
) -> tuple[Tape, tuple[IncidentClass, ...]]:
    """The tape of a file's rows, and its classes. Raises ``InputError``."""
    sites = SiteNames(territory.sites.id, territory.sites.name)
    rows = parts["incidents"]
    found, cls = classes_from_rows(rows, classes)
    bare = [Row({**row, "class": ""}, row.where, row.comma) for row in rows]
    columns = parse(bare, INCIDENTS, sites, (), span)
    unique(rows, "id", columns["id"].tolist())
    own_priority = np.array([c.priority for c in found], dtype=np.float64)[cls] if len(rows) else np.zeros(0)
    priority = columns["priority"].astype(np.float64)
    whole = np.where(np.isnan(priority), own_priority, priority)
    for i in np.flatnonzero(whole != np.floor(whole)).tolist():
        raise rows[i].error("priority", "must be 1, 2, 3 or 4")
    x, y = _places(rows, territory, columns["site"].astype(np.int64))
    columns |= {"cls": cls, "priority": whole.astype(np.int64), "x": x, "y": y}
    columns |= _work(rows, found, cls)
    vehicles = _vehicles(parts["vehicles"], sites, span)
    rallies = _rallies(parts["rallies"], sites, span)
    warnings = _signals(Warnings, WARNINGS, parts["warnings"], sites, span)
    rumours = _signals(Rumours, RUMOURS, parts["rumours"], sites, span)
    injects = _injects(parts["injects"], sites, span)
    _check_parents(rows, columns, rallies, warnings, rumours, injects)
    check_signals(warnings, rumours, len(sites.ids))
    table = incidents(**columns)  # type: ignore[arg-type]
    routes = _legs(parts["legs"], sites, span, table)
    counts = _counts(parts["counts"], sites, span, territory)
    return Tape(table, vehicles, rallies, injects, routes, counts, warnings, rumours), found


def _places(rows: Sequence[Row], territory: Territory, site: Ints) -> tuple[Floats, Floats]:
    """Given places, or the site's; a place far from its site is a mistake, often swapped coordinates."""
    place = []
    for name in ("x", "y"):
        given = floats(rows, name, -1e9, 1e9, np.nan)
        place.append(np.where(np.isnan(given), getattr(territory.sites, name)[site], given))
    dx, dy = place[0] - territory.sites.x[site], place[1] - territory.sites.y[site]
    limit = _FARTHEST[territory.metric]
    for i in np.flatnonzero((np.abs(dx) > limit) | (np.abs(dy) > limit)).tolist():
        where = f"x {place[0][i]:g}, y {place[1][i]:g} is far from its site {territory.sites.name[site[i]]!r}"
        raise rows[i].error("x", f"{where} (at most {limit:g} in each direction); x is longitude, y latitude: swapped?")
    return place[0], place[1]


def _work(rows: Sequence[Row], classes: Sequence[IncidentClass], cls: Ints) -> dict[str, Column]:
    """Seconds of work and noise by place in the package; one value serves all places."""
    slots = [len(classes[c].slots) for c in cls.tolist()]
    given = {"scene_time": lists(rows, "scene_time", 0.0, 10 * 86400.0), "noise": lists(rows, "noise", 0.01, 100.0)}
    width = max([1, *(len(c.slots) for c in classes), *(len(row) for table in given.values() for row in table)])
    out: dict[str, Column] = {}
    for name, pad in (("scene_time", 0.0), ("noise", 1.0)):
        table = np.full((len(rows), width), pad)
        for i, values in enumerate(given[name]):
            if not values and name == "scene_time":
                raise rows[i].error(name, "is empty; give seconds, such as 600 or 600|700 for two units")
            if len(values) == 1:
                table[i, : max(slots[i], 1)] = values[0]
            elif len(values) > MAX_UNITS or 0 < len(values) < slots[i]:
                raise rows[i].error(name, f"{len(values)} values for {slots[i]} units; give one, or one for each unit")
            else:
                table[i, : len(values)] = values
        out[name] = table
    return out


def _vehicles(rows: Sequence[Row], sites: SiteNames, span: tuple[float, float]) -> Vehicles:
    columns = parse(rows, VEHICLES, sites, (), span)
    unique(rows, "id", columns["id"].tolist())
    order = np.lexsort((columns["id"], columns["at"]))
    return Vehicles(**{f.name: columns[f.name][order] for f in fields(Vehicles)})  # type: ignore[arg-type]


def _rallies(rows: Sequence[Row], sites: SiteNames, span: tuple[float, float]) -> tuple[Rally, ...]:
    columns = {name: column.tolist() for name, column in parse(rows, RALLIES, sites, (), span).items()}
    unique(rows, "id", columns["id"])
    rallies = tuple(Rally(**dict(zip(columns, values))) for values in zip(*columns.values()))
    for row, rally in zip(rows, rallies):
        if rally.end_at <= rally.start_at:
            raise row.error("end_at", "must be after start_at")
    return tuple(sorted(rallies, key=lambda rally: rally.id))


def _injects(rows: Sequence[Row], sites: SiteNames, span: tuple[float, float]) -> tuple[Inject, ...]:
    specs = {name: spec for name, spec in INJECTS.items() if spec.kind != "name"}
    columns = {name: column.tolist() for name, column in parse(rows, specs, sites, (), span).items()}
    injects = []
    for row, *values in zip(rows, *columns.values(), strict=True):
        if not row["effect"]:
            raise row.error("effect", "is empty")
        inject = Inject(effect=row["effect"], when=row["when"], **dict(zip(columns, values, strict=True)))
        try:
            check_inject(inject)
        except InputError as error:
            raise InputError(f"{row.where}: {error}") from None
        injects.append(inject)
    return in_order(injects)


def _legs(rows: Sequence[Row], sites: SiteNames, span: tuple[float, float], table: Incidents) -> Legs:
    columns = parse(rows, LEGS, sites, (), span)
    for i in np.flatnonzero(~np.isin(columns["task"], table.id)).tolist():
        raise rows[i].error("task", f"no incident has the id {columns['task'][i]}")
    made = legs(**columns)  # type: ignore[arg-type]
    check_legs(made, table, len(sites.ids))
    return made


def _counts(rows: Sequence[Row], sites: SiteNames, span: tuple[float, float], territory: Territory) -> Counts:
    columns = parse(rows, COUNTS, sites, (), span)
    order = np.argsort(columns["site"], kind="stable")
    made = Counts(**{name: column[order] for name, column in columns.items()})  # type: ignore[arg-type]
    check_counts(made, territory.sites.offices)
    return made


def _signals(kind: type[Signals], specs: Mapping[str, Spec], rows: Sequence[Row], sites: SiteNames, span: Span) -> Signals:
    columns = parse(rows, specs, sites, (), span)
    unique(rows, "id", columns["id"].tolist())
    return make_rows(kind, **columns)


def _check_parents(
    rows: Sequence[Row],
    columns: Mapping[str, Column],
    rallies: Sequence[Rally],
    warnings: Warnings,
    rumours: Rumours,
    injects: Sequence[Inject],
) -> None:
    """Refuse a parent that is not on the tape: an inject, warning or rumour where the marks say so, else a gathering or an
    incident."""
    known = {
        THINNINGS["inject"]: ("no inject", {inject.id for inject in injects}),
        THINNINGS["warning"]: ("no warning", set(warnings.id.tolist())),
        THINNINGS["rumour"]: ("no rumour", set(rumours.id.tolist())),
        0: ("no gathering and no incident", {*columns["id"].tolist(), *(rally.id for rally in rallies)}),
    }
    parents, marks = columns["parent"].astype(np.int64), columns["thinning"].astype(np.int64)
    for i in np.flatnonzero(parents >= 0).tolist():
        words, ids = next(entry for bit, entry in known.items() if not bit or marks[i] & bit)
        if int(parents[i]) not in ids:
            raise InputError(f"{rows[i].where}, column 'parent': {words} has the id {parents[i]}")
