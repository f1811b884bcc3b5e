"""Run a scenario against a tape: to the end, or step by step with decisions on the way."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf

import numpy as np

from sim.demand.counts import check_counts
from sim.demand.crowds import check_rallies
from sim.demand.injects import check_injects
from sim.demand.legs import check_legs
from sim.demand.signals import check_signals
from sim.demand.tape import Inject, Tape, check_incidents
from sim.errors import InputError
from sim.forces.prolonged import tied_to_closing
from sim.processes.actors import Unit
from sim.processes.alert import start_alert
from sim.processes.boxes import look_in_boxes
from sim.processes.builder import build_world
from sim.processes.checkpoint import Vehicle, technology_by_site, watch
from sim.processes.closing import late, when
from sim.processes.count import start_counts
from sim.processes.duty import Shifts, duty, hold_posts
from sim.processes.entry import positions
from sim.processes.guard import start_guards
from sim.processes.incident import demand
from sim.processes.kernel import PLAN
from sim.processes.later import start_later
from sim.processes.nearby import look_nearby
from sim.processes.orders import carry_out, check, check_brings
from sim.processes.rally import Crowd, rally
from sim.processes.reinforce import start_reinforcement
from sim.processes.rumour import start_rumours
from sim.processes.story import Story, Tale
from sim.processes.warning import start_warnings
from sim.processes.world import K, World
from sim.scenario import Scenario
from sim.trace import Trace

Posts = tuple[float, float, int, int, bool, tuple[tuple[float, float], ...]]
"""What posts have in common that are told as one: until when they last, from when on another plan rules them, room, area, whether
they matter to other parts, and their hours."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the cyclic garbage collector out of a run, and out of what is built before and measured after it.

    A day holds hundreds of thousands of live objects and frees them by reference count; looking through them again and again
    costs a quarter of the run and finds next to nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Simulation:
    """One polling day under way.

    ``advance(until, decisions)`` carries out everything before ``until`` (seconds from 00:00 of polling day); decisions
    take effect at their own moments, before anything else of that instant. The same scenario, tape and decisions
    always give the same trace.
    """

    def __init__(self, scenario: Scenario, tape: Tape) -> None:
        check_tape(scenario, tape)
        self.scenario = scenario
        self.tape = tape
        self._orders = 0
        with uncollected():
            self.world, self._tasks = build_world(scenario, tape)
            look_nearby(self.world)
            look_in_boxes(self.world)
            check_injects(tape.injects, tape.incidents, tape.rumours)
            for order in tape.injects:
                check(self.world, order)
            self._start()

    @property
    def trace(self) -> Trace:
        """Everything that was done so far."""
        return self.world.trace

    @property
    def now(self) -> float:
        """The present moment, in seconds from 00:00 of polling day."""
        return self.world.now

    def advance(self, until: float = inf, decisions: Iterable[Inject] = ()) -> Trace:
        """Go on to ``until`` (exclusive; at most the end of the calendar, which is included) and return the trace.

        Raises ``InputError`` for an unknown decision or one that lies in the past.
        """
        if until != until:
            raise InputError("advance: until is nan, allowed: a moment in seconds")
        for decision in decisions:
            check(self.world, decision)
            check_brings(self.world, decision)
            if decision.at < self.now:
                raise InputError(f"decision '{decision.effect}' at {decision.at:g} s lies before the present, {self.now:g} s")
            self._order(decision)
        with uncollected():
            if until > self.scenario.calendar.end:
                self.world.clock.run_through(self.scenario.calendar.end)
            else:
                self.world.clock.run_before(until)
        return self.trace

    def _order(self, order: Inject) -> None:
        Story(self.world.clock, carry_out(self.world, order, self._orders))
        self._orders += 1

    def _start(self) -> None:
        """Start every process: phases, units, checkpoints, rallies, injects and the demand."""
        world, clock = self.world, self.world.clock
        Story(clock, phases(world))
        start_later(world)
        start_alert(world)
        if self.scenario.rules.forces:
            Story(clock, positions(world))
        start_reinforcement(world)
        self._start_duty()
        sites = self.scenario.territory.sites
        ruling = self.scenario.dispatch_area(sites.area, sites.force)
        technology = technology_by_site(self.scenario).tolist()
        for site, vehicles in _vehicles_by_site(self.tape).items():
            area = int(ruling[site]) if site not in world.far_checkpoints else -1
            clock.begin(area, watch(world, site, technology[site], vehicles))
        for fact in self.tape.rallies:
            clock.begin(int(ruling[fact.site]), rally(world, Crowd(fact, self.scenario.rallies)))
        for inject in self.tape.injects:
            self._order(inject)
        start_counts(world)
        start_guards(world)
        start_warnings(world)
        start_rumours(world)
        for area, tasks in self._tasks:
            clock.begin(area, demand(world, tasks))

    def _start_duty(self) -> None:
        """One tale for each mobile unit; one for all posts of an area that have the same hours."""
        world, units, posting = self.world, self.scenario.units, self.scenario.posting
        mobile, fixed = units.mobile.tolist(), [name == "fixed_team" for name in units.kinds]
        until = dict(zip(posting.site.tolist(), posting.end.tolist(), strict=True))
        posts: dict[Posts, list[tuple[Unit, Shifts]]] = defaultdict(list)
        later = self.scenario.later
        over = dict.fromkeys(later.resumed.tolist(), later.at)
        tied = np.where(tied_to_closing(units, self.scenario.territory, self.scenario.standby), units.area, -1).tolist()
        for unit, kind, area, shifts in zip(world.units, units.kind.tolist(), tied, units.all_shifts(), strict=True):
            if mobile[unit.index] and shifts:
                world.clock.begin(unit.area.index, duty(world, unit, shifts, area))
            elif shifts:
                own = until.get(unit.base, -inf) if fixed[kind] else -inf
                hours = tuple((start, end) for start, end, _ in shifts)
                key = own, over.get(unit.index, inf), unit.area.index, area, unit.index in world.far_posts, hours
                posts[key].append((unit, shifts))
        for (last, again, room, _, far, _), group in posts.items():
            world.clock.begin(-1 if far else room, hold_posts(world, group, last, again))


def check_tape(scenario: Scenario, tape: Tape) -> None:
    """Raise ``InputError`` for incidents before the day begins, ids given twice and values out of range."""
    incidents, begin = tape.incidents, scenario.calendar.begin
    early = incidents.id[~(incidents.at >= begin)]
    if len(early):
        raise InputError(f"tape: incident {early[0]} does not lie in the simulated span, which begins at {begin:g} s")
    check_incidents(incidents, len(scenario.territory.sites), len(scenario.classes))
    check_signals(tape.warnings, tape.rumours, len(scenario.territory.sites))
    check_legs(tape.legs, incidents, len(scenario.territory.sites))
    check_rallies(tape.rallies, incidents, len(scenario.territory.sites))
    check_counts(tape.counts, scenario.territory.sites.offices)


def phases(world: World) -> Tale:
    """Record the start of every phase in every area."""
    calendar = world.scenario.calendar
    starts = ((float(at), phase, area) for area, row in enumerate(calendar.starts) for phase, at in enumerate(row))
    moments = sorted(start for start in starts if start[0] >= calendar.begin)
    for at, phase, area in moments:
        yield at, PLAN
        if calendar.follows_closing(phase) and late(world, area) > 0.0:
            Story(world.clock, start_late(world, at, phase, area))
        else:
            world.record(K["phase_started"], None, None, -1, area, -1, phase)


def start_late(world: World, planned: float, phase: int, area: int) -> Tale:
    """Record the start of a phase that waits for a later closing."""
    yield from when(world, area, planned, PLAN + phase)
    world.record(K["phase_started"], None, None, -1, area, -1, phase)


def _vehicles_by_site(tape: Tape) -> dict[int, list[Vehicle]]:
    vehicles = tape.vehicles
    columns = (vehicles.at, vehicles.id, vehicles.inspect, vehicles.detect, vehicles.incident, vehicles.outbound)
    by_site: dict[int, list[Vehicle]] = defaultdict(list)
    for site, *fact in zip(vehicles.site.tolist(), *(c.tolist() for c in columns), strict=True):
        by_site[site].append(tuple(fact))
    return by_site


def run(scenario: Scenario, tape: Tape) -> Trace:
    """Run a whole day and return its trace."""
    with uncollected():  # else all that was just built is looked through before it begins to move
        simulation = Simulation(scenario, tape)
        trace = simulation.advance()
        simulation.world.dissolve()
    return trace
