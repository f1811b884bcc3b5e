"""Read a folder world: the scenario and the tape exactly as its files give them, whatever the order of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import make_calendar, make_scenario
from sim.clock import format_time
from sim.demand.brought import with_brought
from sim.demand.classes import IncidentClass
from sim.demand.files import load_world_tape
from sim.demand.packages import parse_package
from sim.demand.tape import Tape
from sim.errors import InputError, nearest
from sim.folder.crews import Crews, read_crews, read_preferences, shifts_of, unit_rows
from sim.folder.places import Places, read_places
from sim.folder.world import ASSUMED_KMH, WorldSettings
from sim.forces.kinds import KINDS
from sim.forces.units import Units
from sim.names import Names
from sim.scenario import Scenario
from sim.settings import dump, read
from sim.tables import EARLIEST, LATEST, Row
from sim.territory.calendar import Calendar
from sim.yamlfile import load_yaml

FILES = ("units.csv", "sites.csv", "tape.csv")
MORE = ("world.yaml", "travel.csv", "preferences.csv", "loops.csv")
BESIDE = ("tape.vehicles.csv", "tape.rallies.csv", "tape.injects.csv", "tape.legs.csv", "tape.counts.csv")


@dataclass(frozen=True, eq=False)
class FolderWorld:
    """A folder world: scenario, tape, the names of its ids, its rules as plain values, and what a reader should know."""

    name: str
    scenario: Scenario
    tape: Tape
    names: Names
    config: dict[str, Any]
    notes: tuple[str, ...]


def read_folder(path: str | Path, overrides: Mapping[str, Any] | None = None) -> FolderWorld:
    """Read the files of a folder; ``overrides`` are nested values that win over world.yaml.

    Raises ``InputError`` with file, row, column, what is wrong, what is allowed and the nearest known name.
    """
    folder = Path(path)
    _check_files(folder)
    world = _world(folder / "world.yaml", overrides or {})
    rows = unit_rows(folder)
    places = read_places(folder, world, [row["force"] for row in rows])
    tape, classes = _tape(folder / "tape.csv", places, world)
    begin = _begin(world, tape, rows)
    crews = read_crews(folder, rows, places, world, begin)
    preferences = read_preferences(folder / "preferences.csv", crews, places)
    dispatch = world.dispatch(preferences is not None)
    if dispatch.policy == "preference" and preferences is None:
        raise InputError("world.yaml: policy=preference needs the file preferences.csv")
    scenario = make_scenario(
        places.territory,
        crews.units,
        classes=classes,
        dispatch=dispatch,
        travel=world.travel(),
        room=world.room(),
        targets=world.targets,
        loops=crews.loops,
        preferences=preferences,
        calendar=_calendar(world, places, begin),
    )
    _check(scenario, tape, places, world)
    _check_kinds(scenario)
    name = world.name or _safe(folder.resolve().name)
    return FolderWorld(name, scenario, tape, _names(places, crews), dump(world), tuple(_notes(scenario, crews, world)))


def _check_files(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    found = [path.name for path in folder.iterdir() if path.suffix.lower() in (".csv", ".yaml", ".yml")]
    known = (*FILES, *MORE, *BESIDE, "incidents.csv")
    for name in FILES:
        if name not in found:
            near = nearest(name, set(found) - set(known))
            raise InputError(f"{folder}: {name} is missing{near}; a folder world needs {', '.join(FILES)}")
    for name in sorted(set(found) - set(known)):
        if near := nearest(name, known):
            raise InputError(f"{folder}: {name} is none of the files of a folder world{near}; rename it or move it away")


def _world(path: Path, overrides: Mapping[str, Any]) -> WorldSettings:
    plain = load_yaml(path) if path.exists() else {}
    if plain is None:
        plain = {}
    if not isinstance(plain, dict):
        raise InputError("world.yaml: must hold keys and values, such as 'policy: nearest'")
    if odd := [key for key in plain if not isinstance(key, str)]:
        raise InputError(f"world.yaml: {'a key is empty' if odd[0] is None else f'{odd[0]!r} is no key'}; write key: value")
    checked = read(_in_seconds(plain), WorldSettings, "world.yaml")
    return read(merged(dump(checked), overrides), WorldSettings) if overrides else checked


def _in_seconds(plain: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers among the moments of world.yaml are seconds: :func:`load_yaml` leaves 12:30 a text."""
    moments = ("begin", "end", "opening", "closing")
    return {k: float(v) if k in moments and type(v) is int else v for k, v in plain.items()}


def merged(plain: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Nested values with those of ``other`` put in their places."""
    result = dict(plain)
    for key, value in other.items():
        mine = result.get(key)
        both = isinstance(mine, Mapping) and isinstance(value, Mapping)
        result[key] = merged(mine, value) if both else value  # type: ignore[arg-type]
    return result


def _safe(name: str) -> str:
    """A folder's name as the name of a run."""
    kept = "".join(c if c.isalnum() or c in "_-. " else "_" for c in name).strip(" .-")
    return kept[:80] or "folder"


def _tape(path: Path, places: Places, world: WorldSettings) -> tuple[Tape, tuple[IncidentClass, ...]]:
    """The tape and its classes, both in an order that does not depend on that of the rows."""
    given = tuple(
        IncidentClass(name, c.priority, parse_package(c.package, f"world.yaml: classes.{name}.package"), c.start, c.release,
                      c.on_spot, group=c.group, convoy=c.convoy)
        for name, c in sorted(world.classes.items())
    )  # fmt: skip
    span = (EARLIEST if world.begin is None else world.begin, LATEST if world.end is None else world.end)
    tape, found = load_world_tape(path, places.territory, given, span)
    if not len(tape.incidents):
        raise InputError("tape.csv: holds no incident; give at least one row")
    order = [*range(len(given)), *sorted(range(len(given), len(found)), key=lambda i: found[i].name)]
    place = np.argsort(order)
    incidents = replace(tape.incidents, cls=place[tape.incidents.cls])
    classes = tuple(found[i] for i in order)
    return with_brought(replace(tape, incidents=incidents), places.territory, classes), classes


def _begin(world: WorldSettings, tape: Tape, rows: Sequence[Row]) -> float:
    """When the run begins: as given, or with the first thing that happens, a shift included."""
    if world.begin is not None:
        return world.begin
    moments = [float(tape.incidents.at.min()), *(start for row in rows for start, _ in shifts_of(row))]
    moments += tape.vehicles.at.tolist() + [inject.at for inject in tape.injects]
    moments += [rally.start_at - DOORS for rally in tape.rallies]
    return min(moments)


DOORS = 6 * 3600.0
"""Seconds before a gathering at which its story may begin."""


def _calendar(world: WorldSettings, places: Places, begin: float) -> Calendar:
    end = inf if world.end is None else world.end
    if end <= begin:
        raise InputError(f"world.yaml: end ({format_time(end)}) must be after the begin ({format_time(begin)})")
    opening = begin if world.opening is None else world.opening
    closing = end if world.closing is None else world.closing
    if closing <= opening:
        raise InputError(f"world.yaml: the closing must be after the opening ({format_time(opening)})")
    return make_calendar(places.territory, begin=begin, opening=opening, closing=closing, end=end)


def _check(scenario: Scenario, tape: Tape, places: Places, world: WorldSettings) -> None:
    """What must hold between the files."""
    moving = world.taskable == "while_returning" or world.redirect != "never"
    if not places.has_coordinates and moving:
        where = "the place of a unit under way needs coordinates in sites.csv"
        raise InputError(f"world.yaml: {where}; add x and y, or set taskable: at_scene (or at_base) and redirect: never")
    sites, units = scenario.territory.sites, scenario.units
    manned = np.unique(scenario.dispatch_area(units.area, units.force)[units.mobile])
    asked = scenario.dispatch_area(sites.area, sites.force)[tape.incidents.site]
    bare = np.flatnonzero(~np.isin(asked, manned))
    if len(bare) and world.aid == "never":
        site = int(tape.incidents.site[bare[0]])
        area, force = (scenario.territory.area_codes[sites.area[site]], scenario.territory.forces[sites.force[site]])
        whose = f"area '{area}'" + (f", force '{force}'" if scenario.dispatch.command == "parallel" else "")
        hint = "add one or set aid: when_none_free"
        raise InputError(f"tape.csv: site '{sites.name[site]}' lies in {whose}, which has no mobile unit; {hint}")


def _check_kinds(scenario: Scenario) -> None:
    """A package may ask for a kind that nobody has today, but not for one that does not exist."""
    known = {*_kinds_in_use(scenario.units), *KINDS}
    for cls in scenario.classes:
        for kind in sorted({kind for slot in cls.slots for kind in slot.kinds} - known):
            raise InputError(f"class '{cls.name}': there is no unit kind '{kind}'{nearest(kind, known)}; units.csv names kinds")


def _names(places: Places, crews: Crews) -> Names:
    return Names(sites=dict(places.names), units=crews.names)


def _notes(scenario: Scenario, crews: Crews, world: WorldSettings) -> list[str]:
    """What a reader should know: assumptions that took effect, and kinds that nobody has."""
    notes = []
    if scenario.territory.matrix is None and world.speed_kmh is None and world.speeds is None:
        notes.append(f"no speed is given: {ASSUMED_KMH:g} km/h is assumed (speed_kmh in world.yaml)")
    kinds = set(_kinds_in_use(crews.units))
    for cls in scenario.classes:
        for kind in sorted({kind for slot in cls.slots for kind in slot.kinds} - kinds):
            notes.append(f"class '{cls.name}': no unit is of the kind '{kind}'{nearest(kind, kinds)}")
    return notes


def _kinds_in_use(units: Units) -> list[str]:
    return [units.kinds[k] for k in np.unique(units.kind).tolist()]
