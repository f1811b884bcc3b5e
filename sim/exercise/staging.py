"""The day of an exercise: its preset's tape, with what the script changes and brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.clock import format_time
from sim.demand.brought import with_brought
from sim.demand.edits import moved, without
from sim.demand.files import load_tape
from sim.demand.injects import MOST_IDS, first_row_id, in_order
from sim.demand.marks import scene_time_of
from sim.demand.merge import join_incidents, merge_tapes
from sim.demand.tape import CHANNELS, THINNINGS, Incidents, Inject, Tape, incidents
from sim.errors import InputError, nearest
from sim.exercise.script import Exercise, ScriptInject
from sim.exercise.wording import Wording
from sim.names import Names
from sim.scenario import Scenario
from sim.settings import Settings
from sim.streams import Streams


def exercise_tape(exercise: Exercise, tape: Tape, scenario: Scenario, settings: Settings) -> Tape:
    """The drawn tape as the exercise wants it. Raises ``InputError`` naming the inject that does not fit to its day."""
    script, wording = exercise.script, Wording(scenario, Names())
    calendar = scenario.calendar
    tape = without(tape, script.remove) if script.remove else tape
    for move in script.move:
        site = None if move.site is None else wording.site(str(move.site))
        tape = moved(tape, scenario.territory, move.id, move.at, site)
    if script.tape:
        span = (calendar.begin, calendar.end)
        tape = merge_tapes(tape, load_tape(_beside(exercise), scenario.territory, scenario.classes, span))
    injects: list[Inject] = []
    for inject in script.injects:
        try:
            if not calendar.begin <= inject.at <= calendar.end:
                raise InputError(f"{format_time(inject.at)} lies outside the day")
            injects += _injects(inject, wording)
            rows = _incidents(inject, wording, settings)
        except InputError as error:
            raise InputError(f"{script.name}, inject {inject.id}: {error}") from None
        if rows is not None:
            tape = replace(tape, incidents=join_incidents(tape.incidents, rows))
    tape = replace(tape, injects=in_order((*tape.injects, *injects)))
    streams = Streams(settings.seed, settings.replication)
    return with_brought(tape, scenario.territory, scenario.classes, streams, settings.demand)


def _beside(exercise: Exercise) -> Path:
    """The tape that stands beside an exercise's file. Raises ``InputError`` for any other place."""
    name, folder = exercise.script.tape, exercise.folder
    if folder is None or Path(name).name != name or name in (".", ".."):
        raise InputError(f"{exercise.script.name}: tape: {name!r}: name a file that stands in the folder of the exercise")
    path = folder / name
    if not path.resolve().is_relative_to(folder):
        raise InputError(f"{exercise.script.name}: tape: {name!r} leads out of the folder of the exercise")
    return path


def _injects(inject: ScriptInject, wording: Wording) -> Iterator[Inject]:
    """The injects of the tape that one inject of an exercise is: conditions name the first by its id."""
    effects: list[dict[str, Any]] = [{"effect": "spawn_incident"}] if inject.incidents else []
    effects += [
        {"effect": e.effect, "target": e.target, "value": e.value, "lasts": e.lasts or None, "within": e.within or None}
        for e in inject.effects
    ]
    for number, effect in enumerate(effects or [{"effect": "note"}]):
        id = inject.id if not number else MOST_IDS - inject.id * 50 - number
        yield wording.read({**effect, "id": id, "when": inject.when}, inject.at, "its effects")


def _incidents(inject: ScriptInject, wording: Wording, settings: Settings) -> Incidents | None:
    """The incidents that an inject brings: as such incidents usually are, without noise."""
    if not inject.incidents:
        return None
    scenario, calls = wording.scenario, settings.demand.calls
    cls = np.array([_class(one.what, scenario) for one in inject.incidents])
    sites = np.array([wording.site(str(one.site)) for one in inject.incidents])
    own = [scenario.classes[code] for code in cls.tolist()]
    priority = [one.priority or kind.priority for one, kind in zip(inject.incidents, own, strict=True)]
    work = [one.scene_time or scene_time_of(settings.demand, one.what)[0] for one in inject.incidents]
    direct = [one.channel == "direct" for one in inject.incidents]
    times = [
        [0.0 if quiet else table[one.channel][0] for one, quiet in zip(inject.incidents, direct, strict=True)]
        for table in (calls.report_time, calls.talk_time)
    ]
    handled = [calls.dispatch_time[p - 1][0] if kind.slots else 0.0 for p, kind in zip(priority, own, strict=True)]
    slots = max(1, *(len(kind.slots) for kind in own))
    return incidents(
        id=first_row_id(inject.id) + np.arange(len(own)),
        at=inject.at + np.array([one.after for one in inject.incidents]),
        site=sites,
        x=scenario.territory.sites.x[sites],
        y=scenario.territory.sites.y[sites],
        scene_time=np.array(work)[:, None] * np.ones((1, slots)),
        cls=cls,
        priority=np.array(priority),
        channel=np.array([CHANNELS.index(one.channel) for one in inject.incidents]),
        report_time=np.array(times[0]),
        talk_time=np.array(times[1]),
        dispatch_time=np.array(handled),
        voting_stop_time=np.array([one.voting_stop_time for one in inject.incidents]),
        thinning=np.full(len(own), THINNINGS["inject"]),
        parent=np.full(len(own), inject.id),
    )


def _class(name: str, scenario: Scenario) -> int:
    """Position of a class. Raises ``InputError``."""
    names = [cls.name for cls in scenario.classes]
    if name not in names:
        raise InputError(f"no class '{name}'{nearest(name, names)}; allowed: {', '.join(names)}")
    return names.index(name)
