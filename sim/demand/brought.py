"""What injects bring, as rows of the tape: the copies of a surge of demand, a rumour with its calls and its crowd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.demand.catalogue import RUMOUR_CALL
from sim.demand.classes import IncidentClass
from sim.demand.crowds import rumour_crowd
from sim.demand.injects import brought_by, check_inject, first_row_id, rumour_id
from sim.demand.merge import join_incidents
from sim.demand.rumours import grown_by
from sim.demand.signals import Rumours, join_rows, make_rows
from sim.demand.tape import CHANNELS, THINNINGS, Incidents, Inject, Tape, incidents
from sim.errors import InputError
from sim.settings.demand import DemandSettings
from sim.streams import Streams
from sim.territory.sites import Territory

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def with_brought(
    tape: Tape,
    territory: Territory,
    classes: Sequence[IncidentClass],
    streams: Streams | None = None,
    settings: DemandSettings | None = None,
) -> Tape:
    """The tape with the rows of every surge and rumour among its injects that has none yet.

    ``settings`` say how rumours grow, and how long calls take. Raises ``InputError`` for an inject that cannot bring anything.
    """
    draws, known = streams or Streams(0), brought_by(tape.incidents)
    for inject in tape.injects:
        check_inject(inject)
        if inject.effect == "demand_surge" and inject.id not in known and inject.value != 1.0:
            tape = replace(tape, incidents=join_incidents(tape.incidents, surge(tape, territory, classes, inject, draws)))
        elif inject.effect == "rumour" and rumour_id(inject.id) not in tape.rumours.id:
            rumours, rows = rumour(territory, classes, inject, draws, settings or DemandSettings())
            joined = join_rows(Rumours, [tape.rumours, rumours])
            tape = replace(tape, rumours=joined, incidents=join_incidents(tape.incidents, rows))
    return tape


def surge(tape: Tape, territory: Territory, classes: Sequence[IncidentClass], inject: Inject, streams: Streams) -> Incidents:
    """Copies of the incidents and calls that come in the hours of an inject, at other moments of these hours."""
    where = _named(inject)
    rows = tape.incidents
    planned = np.array([cls.group == "planned" for cls in classes])[rows.cls]
    mine = (rows.at >= inject.at) & (rows.at < inject.at + inject.lasts) & (rows.parent < 0) & ~planned
    if inject.target >= 0:
        mine &= territory.sites.area[rows.site] == inject.target
    found = np.flatnonzero(mine)
    if not len(found):
        raise InputError(f"{where}: nothing comes there in these hours, so nothing can come more often")
    stream = streams("surges", inject.id)
    count = max(1, round((inject.value - 1.0) * len(found)))
    chosen = found[stream.integers(0, len(found), count)]
    columns = {f.name: getattr(rows, f.name)[chosen] for f in fields(Incidents)}
    columns |= {
        "id": first_row_id(inject.id) + np.arange(count),
        "at": np.sort(inject.at + stream.random(count) * inject.lasts),
        "parent": np.full(count, inject.id),
        "thinning": columns["thinning"] | THINNINGS["inject"],
    }
    return Incidents(**columns)


def rumour(
    territory: Territory, classes: Sequence[IncidentClass], inject: Inject, streams: Streams, settings: DemandSettings
) -> tuple[Rumours, Incidents]:
    """The rumour that an inject starts, its calls, and the crowd that it becomes if it grows so far and nobody corrects it."""
    rule = settings.rumours
    site = np.flatnonzero(territory.sites.id == inject.target)
    if not len(site):
        raise InputError(f"{_named(inject)}: no site has the id {inject.target}")
    growth = {"start": [min(rule.start, inject.value)], "doubling_time": [rule.doubling_time], "peak": [inject.value]}
    row = make_rows(
        Rumours, id=[rumour_id(inject.id)], at=[inject.at], site=site, **growth, life_time=[inject.lasts or rule.life_time]
    )
    last = float(rumour_crowd(row, np.full(1, np.inf), 0.0, row.end_at)[0])
    people = (np.arange(round(rule.calls_per_person * last)) + 0.5) / max(rule.calls_per_person, 1e-9)
    begun = rule.doubling_time * np.log2(np.maximum(people / row.start[0], 1.0))
    crowd = np.array([grown_by(rule)] if last >= rule.threshold else [])
    after = np.concatenate((begun, crowd))
    cls = [_class(classes, RUMOUR_CALL, inject)] * len(begun) + [_class(classes, rule.incident_class, inject)] * len(crowd)
    return row, _candidates(territory, classes, inject, np.array(cls, dtype=np.int64), after, streams, settings)


def _candidates(
    territory: Territory, classes: Sequence[IncidentClass], inject: Inject, cls: Ints, after: Floats, streams: Streams,
    settings: DemandSettings,
) -> Incidents:  # fmt: skip
    """What could come of a rumour, so many seconds after it began; a correction thins it."""
    count = len(after)
    site = np.full(count, int(np.flatnonzero(territory.sites.id == inject.target)[0]))
    is_call = np.array([classes[c].name == RUMOUR_CALL for c in cls.tolist()], dtype=np.bool_)
    spec = settings.classes[settings.rumours.incident_class]
    slots = max(1, *(len(classes[c].slots) for c in cls.tolist()), 1)
    return incidents(
        id=first_row_id(inject.id) + 1 + np.arange(count),
        at=inject.at + after,
        site=site,
        x=territory.sites.x[site],
        y=territory.sites.y[site],
        scene_time=np.where(is_call, 0.0, spec.scene_time[0])[:, None] * np.ones((1, slots)),
        cls=cls,
        priority=np.array([classes[c].priority for c in cls.tolist()], dtype=np.int64),
        channel=np.full(count, CHANNELS.index("phone")),
        talk_time=np.full(count, settings.calls.advice_time[0]),
        thinning=np.full(count, THINNINGS["rumour"]),
        parent=np.full(count, rumour_id(inject.id)),
        candidate=streams("inject_rumours", inject.id).random(count),
    )


def _class(classes: Sequence[IncidentClass], name: str, inject: Inject) -> int:
    """Position of a class that a rumour needs."""
    names = [cls.name for cls in classes]
    if name not in names:
        raise InputError(f"{_named(inject)}: this world has no class '{name}'")
    return names.index(name)


def _named(inject: Inject) -> str:
    if inject.id < 0:
        raise InputError(f"{inject.effect}: give the inject an id, so that what it brings can name it")
    return f"{inject.effect}, inject {inject.id}"
