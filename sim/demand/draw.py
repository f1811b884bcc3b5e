"""Draw one replication's tape: everything that happens to us, before the day begins and blind to forces and plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.demand.ballots import draw_convoys, draw_counts
from sim.demand.catalogue import build_classes
from sim.demand.delivery import delivery_errands
from sim.demand.duplicates import duplicate_calls
from sim.demand.election import election_groups
from sim.demand.escorts import escort_errands
from sim.demand.marks import Columns, complete
from sim.demand.matches import draw_matches, match_errands, match_groups
from sim.demand.merge import join_incidents, join_legs
from sim.demand.normal import expected_normal, normal_groups
from sim.demand.planned import with_errands
from sim.demand.rallies import IDS_PER_AREA, draw_rallies, patrol_errands, rally_groups, with_sweeps
from sim.demand.rumours import draw_rumours
from sim.demand.signals import Warnings, join_rows
from sim.demand.tape import Incidents, Rally, Tape, incidents
from sim.demand.vehicles import Traffic, draw_vehicles
from sim.demand.warnings import presences
from sim.demand.world import Group, World
from sim.errors import InputError
from sim.settings.demand import DemandSettings
from sim.settings.deterrence import DeterrenceSettings
from sim.streams import Streams
from sim.territory.calendar import Calendar
from sim.territory.sites import Territory

Floats = NDArray[np.float64]

MAX_INCIDENTS = 3_000_000
_IDS_PER_GROUP = 1_000_000


def draw_tape(
    territory: Territory,
    calendar: Calendar,
    settings: DemandSettings,
    seed: int,
    replication: int = 0,
    *,
    traffic: Traffic | None = None,
    hazard_bound: float = 2.0,
    deterrence: DeterrenceSettings | None = None,
    streams: Streams | None = None,
) -> Tape:
    """Draw the tape of one replication from ``calendar.begin`` to ``calendar.end``; ``streams`` are those of the replication.

    ``traffic`` is the flow at town entrances and ``hazard_bound`` the bound at which incidents of gatherings are drawn
    (``rallies.hazard_bound``); ``deterrence`` says how many more candidates its classes need (none: bound 1). ``cls``
    refers to :func:`sim.demand.catalogue.build_classes`. The same arguments give the same tape; another class, area or
    setting of one part changes no draw of another. Raises ``InputError`` for unknown areas and rates that would fill
    more than 3,000,000 rows.
    """
    world = _world(territory, calendar, settings, streams or Streams(seed, replication), deterrence)
    _check_size(world)
    matches = draw_matches(world, IDS_PER_AREA)
    rallies, sweeps = with_sweeps(world, draw_rallies(world, matches))
    rumours, rumoured = draw_rumours(world)
    drawn_groups = [*_groups(world, rallies, matches, hazard_bound), *rumoured]
    warnings = join_rows(Warnings, [g.warnings for g in drawn_groups if g.warnings is not None])
    groups = [g for g in drawn_groups if len(g.at)]
    drawn = _incidents(world, groups) if groups else _nothing(world)
    if len(warnings):
        drawn = join_incidents(drawn, presences(world, warnings))
    vehicles = draw_vehicles(world, traffic or Traffic(), drawn)
    errands = [*sweeps, *patrol_errands(world, rallies), *match_errands(world, matches), *escort_errands(world)]
    errands += delivery_errands(world)
    rows, legs = with_errands(world, drawn, errands)
    gatherings = sorted((rally for area in (*rallies, *matches) for rally in area), key=lambda rally: rally.id)
    tape = Tape(rows, vehicles, tuple(gatherings), legs=legs, warnings=warnings, rumours=rumours)
    return with_ballots(world, tape)


def with_ballots(world: World, tape: Tape) -> Tape:
    """The tape with the count of every centre and the trips that bring the boxes in, as far as they are switched on."""
    counts = draw_counts(world)
    convoys = draw_convoys(world, counts)
    if convoys is None:
        return replace(tape, counts=counts)
    rows, routes = convoys
    return replace(tape, incidents=join_incidents(tape.incidents, rows), legs=join_legs(tape.legs, routes), counts=counts)


def expected_counts(territory: Territory, calendar: Calendar, settings: DemandSettings) -> dict[str, Floats]:
    """Mean number of incidents of each class in each area, (areas,) each; gatherings are left out.

    Election classes over the whole day, the normal service over the simulated span.
    """
    world = _world(territory, calendar, settings, Streams(0))
    election = {name: np.array([world.expected(name, area) for area, _ in world.areas]) for name in settings.classes}
    return election | expected_normal(world)


def _world(
    territory: Territory,
    calendar: Calendar,
    settings: DemandSettings,
    streams: Streams,
    deterrence: DeterrenceSettings | None = None,
) -> World:
    known = deterrence or DeterrenceSettings()
    return World(territory, calendar, settings, build_classes(settings), streams, known)


def _groups(world: World, rallies: list[list[Rally]], matches: list[list[Rally]], bound: float) -> Iterator[Group]:
    yield from election_groups(world)
    yield from rally_groups(world, rallies, bound)
    yield from match_groups(world, matches, bound)
    yield from normal_groups(world)


def _check_size(world: World) -> None:
    counts = expected_counts(world.territory, world.calendar, world.settings)
    total, largest = (
        sum(float(c.sum()) for c in counts.values()),
        max((float(c.max()) for c in counts.values()), default=0.0),
    )
    if total > MAX_INCIDENTS or largest > 0.9 * _IDS_PER_GROUP:
        limit = f"at most {MAX_INCIDENTS:,} are allowed; lower demand.rate_factor or demand.background_factor"
        raise InputError(f"demand: these rates mean {total:,.0f} incidents a day; {limit}")


def _incidents(world: World, groups: list[Group]) -> Incidents:
    """Marks, ids and order; what falls outside the simulated span is left out.

    An id holds class, area and number: the same incident keeps it whatever happens in other classes and areas.
    """
    columns = complete(world, groups)
    blocks = [((g.cls + 1) * 1000 + g.area) * _IDS_PER_GROUP + g.first for g in groups]
    ids = np.concatenate([block + np.arange(len(g.at)) for block, g in zip(blocks, groups)])
    inside = _inside(world, columns)
    calls, call_ids = duplicate_calls(world, groups, columns, ids)
    inside = np.concatenate((inside, _inside(world, calls) & np.isin(calls["parent"], ids[inside])))
    ids = np.concatenate((ids, call_ids))
    columns = {name: np.concatenate((column, calls[name])) for name, column in columns.items()}
    return incidents(id=ids[inside], **{name: column[inside] for name, column in columns.items()})  # type: ignore[arg-type]


def _inside(world: World, columns: Columns) -> NDArray[np.bool_]:
    """Rows that lie in the simulated span."""
    at = columns["at"].astype(np.float64)
    return (at >= world.calendar.begin) & (at <= world.calendar.end)


def _nothing(world: World) -> Incidents:
    none, width = np.zeros(0), max(1, max(len(c.slots) for c in world.classes))
    whole = none.astype(np.int64)
    return incidents(id=whole, at=none, site=whole, x=none, y=none, scene_time=np.zeros((0, width)))
