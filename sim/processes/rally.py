"""A gathering at a venue: doors, start, end, and the crowd that raises or lowers the hazard around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpy import Event

from sim.demand.crowds import people_present
from sim.processes.incident import give_up
from sim.processes.kernel import PLAN
from sim.processes.story import Tale
from sim.processes.world import K, World

if TYPE_CHECKING:
    from sim.demand.tape import Rally
    from sim.settings.response import RallySettings


@dataclass
class Crowd:
    """The crowd of one rally and the outer ring of officers round it."""

    rally: Rally
    settings: RallySettings

    def people(self, t: float) -> float:
        """People at the venue at ``t``."""
        doors_time = self.settings.doors(self.rally.is_match)
        return float(people_present(self.rally, doors_time, self.settings.exit_time, t))

    def ring_missing(self, world: World) -> float:
        """Share of the officers the outer ring should have that are not there."""
        wanted = self.settings.ring_wanted(self.rally.people, self.rally.is_match)
        return max(0.0, 1.0 - world.heads_at[self.rally.site] / wanted) if wanted > 0 else 0.0

    def hazard(self, world: World) -> float:
        """Factor on the hazard of disorder: share of the crowd present, more where the ring is short, less with liaison."""
        present = self.people(world.now) / max(self.rally.people, 1)
        liaison = self.settings.liaison_factor if self.rally.is_match and self.settings.liaison else 1.0
        return liaison * present * (1.0 + self.settings.ring_effect * self.ring_missing(world))


def rally(world: World, crowd: Crowd) -> Tale:
    """The phases of one gathering, as records; its incidents come from the tape and ask :meth:`Crowd.hazard`."""
    fact, clock = crowd.rally, world.clock
    rules = crowd.settings
    world.crowds[fact.id] = crowd
    over = world.awaited.setdefault(fact.sweep, Event(clock)) if fact.sweep >= 0 else None
    yield max(fact.start_at - rules.doors(fact.is_match), clock._now), PLAN + fact.id
    if over is not None:
        yield from await_sweep(world, crowd, over)
    last = world.record(K["doors_opened"], None, None, fact.site, -1, -1, float(fact.people))
    moments = (
        ("rally_started", fact.start_at, None),
        ("rally_ended", fact.end_at, None),
        ("venue_cleared", fact.end_at + rules.exit_time, float(fact.people)),
    )
    for kind, at, value in moments:
        yield max(at, clock._now), PLAN + fact.id
        people = crowd.people(clock._now) if value is None else value
        last = world.record(K[kind], None, None, fact.site, -1, last, people)


def await_sweep(world: World, crowd: Crowd, over: Event) -> Tale:
    """The doors are due: wait for the end of the hall's sweep, or open without it, as the rule says."""
    fact = crowd.rally
    if not over.triggered and crowd.settings.unswept == "doors_wait":
        yield over
    swept = over.triggered and over.value is not None and over.value.status == "closed"
    if not over.triggered:
        give_up(world, fact.sweep)
    world.record(K["hall_swept" if swept else "hall_unswept"], None, None, fact.site, -1, -1, fact.id)
