"""From settings to a day: the scenario (territory, forces, rules) and the tape that is drawn without seeing it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.demand.catalogue import build_classes, with_presence
from sim.demand.draw import draw_tape
from sim.demand.tape import Inject, Tape
from sim.demand.vehicles import Traffic
from sim.demand.voters import voter_flow
from sim.forces.alert import plan_alert
from sim.forces.build import Forces, build_forces
from sim.forces.female import with_female_officers
from sim.forces.ledger import Ledger, ledger_hours, plan_ledger
from sim.policies.rules import check_rules
from sim.scenario import Scenario
from sim.settings import Settings
from sim.streams import Streams
from sim.territory.build import build_territory
from sim.territory.calendar import Calendar, build_calendar, extended_closings
from sim.territory.sites import Territory


@dataclass(frozen=True, eq=False)
class Place:
    """Where and when a day takes place; plans that share it need it built only once."""

    territory: Territory
    calendar: Calendar


def build_place(settings: Settings) -> Place:
    """Territory and calendar of ``settings``. Raises ``InputError`` for what cannot be built."""
    territory = build_territory(settings.territory)
    return Place(territory, build_calendar(settings.calendar, territory))


def build_plan(settings: Settings, place: Place | None = None, replication: int | None = None) -> tuple[Scenario, Forces]:
    """The scenario, and the forces with what the ledger needs besides. ``place``, if given, must be that of ``settings``.

    Of the plan only who is absent and where on its loop each patrol begins depend on the replication (that of ``settings``
    unless given). Raises ``InputError`` for a plan that cannot be carried out.
    """
    where = place or build_place(settings)
    forces = build_forces(
        where.territory,
        where.calendar,
        settings.staffing,
        settings.patrol,
        settings.travel,
        settings.checkpoints,
        settings.rallies,
        settings.seed,
        settings.replication if replication is None else replication,
        settings.alert,
        settings.posts,
        matches=settings.demand.rallies.matches,
        reinforcement=settings.reinforcement,
    )
    units, alert = plan_alert(settings.alert, where.territory, where.calendar, forces.units)
    units = with_female_officers(units, settings.staffing.female_share, Streams(settings.seed))
    forces = replace(forces, units=units)
    check_rules(settings.rules, where.territory.forces)
    scenario = Scenario(
        territory=where.territory,
        calendar=where.calendar,
        units=units,
        classes=with_presence(build_classes(settings.demand), settings.warnings.package),
        loops=forces.loops,
        dispatch=settings.dispatch,
        command=settings.command,
        travel=settings.travel,
        room=settings.room,
        targets=settings.targets,
        checkpoints=settings.checkpoints,
        rallies=settings.rallies,
        posts=settings.posts,
        alert=alert,
        posting=forces.posting,
        deterrence=settings.deterrence,
        traffic=settings.traffic,
        rules=settings.rules,
        standby=forces.standby,
        mobilised=forces.mobilised,
        warnings=settings.warnings,
        information=settings.information,
        voters=voter_flow(where.territory, where.calendar, settings.demand, settings.voting),
    )
    return scenario, forces


def build_scenario(settings: Settings, place: Place | None = None) -> Scenario:
    """The scenario of ``settings`` alone."""
    return build_plan(settings, place)[0]


def build_tape(
    settings: Settings, place: Place | None = None, replication: int | None = None, streams: Streams | None = None
) -> Tape:
    """Draw the tape of one replication (that of ``settings`` unless given); it never sees forces or plan.

    ``streams``, if given, draw it instead of those of the replication.
    """
    where = place or build_place(settings)
    checkpoints = settings.checkpoints
    traffic = Traffic(checkpoints.traffic_city, checkpoints.traffic_rural, checkpoints.peak_factor)
    number = settings.replication if replication is None else replication
    tape = draw_tape(
        where.territory,
        where.calendar,
        settings.demand,
        settings.seed,
        number,
        traffic=traffic,
        hazard_bound=settings.rallies.hazard_bound,
        deterrence=settings.deterrence,
        streams=streams,
    )
    decided = extended_closings(settings.calendar, where.territory, where.calendar)
    injects = tuple(Inject(at, "extend_voting", area, closing) for at, area, closing in decided)
    return replace(tape, injects=(*tape.injects, *injects)) if injects else tape


def build_ledger(scenario: Scenario, forces: Forces) -> Ledger:
    """The planned force ledger of every whole hour. Raises ``InputError`` where heads are missing."""
    units, territory, calendar = scenario.units, scenario.territory, scenario.calendar
    rest = forces.absences, forces.rest_time, forces.standby
    return plan_ledger(units, territory, forces.mobilised, ledger_hours(calendar), *rest)
