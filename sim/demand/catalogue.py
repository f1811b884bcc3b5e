"""The classes of incidents that drawn tapes refer to, in one fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sim.demand.classes import IncidentClass, Slot
from sim.demand.packages import parse_package
from sim.demand.planned_classes import planned_classes
from sim.errors import InputError
from sim.forces.kinds import SENT
from sim.settings.demand import DemandSettings
from sim.settings.planned import RallyClassSettings

RALLY_DISORDER, RALLY_MEDICAL = "rally_disorder", "rally_medical"
MATCH_DISORDER, MATCH_MEDICAL = "match_disorder", "match_medical"
ADVICE_CALL, FALSE_CALL, TIP_CALL, COMPLAINT_CALL, DUPLICATE_CALL, RUMOUR_CALL = CALLS = (
    "advice_call", "false_call", "tip_call", "complaint_call", "duplicate_call", "rumour_call",
)  # fmt: skip
"""Calls that need no unit but keep the desk busy; a duplicate call is one more about an incident, its parent."""
BALLOT_ESCORT = "ballot_escort"
PRESENCE = "warning_presence"


def build_classes(settings: DemandSettings) -> tuple[IncidentClass, ...]:
    """Election classes as they stand in the settings, then gatherings, the normal service and calls that need no unit; matches
    and planned tasks if there are any.

    Raises ``InputError`` for a package that cannot be read or a name that is used twice.
    """
    election = [
        IncidentClass(
            name,
            c.priority,
            _slots("classes", name, c.package),
            c.start,
            c.release,
            c.on_spot,
            c.harm,
            c.group,
            deterred=c.deterred,
            inside=c.inside,
        )
        for name, c in settings.classes.items()
    ]
    rally = [
        IncidentClass(
            f"rally_{name}",
            c.priority,
            _slots("rallies.classes", name, c.package),
            on_spot=c.on_spot,
            harm=c.harm,
            group=c.group,
        )
        for name, c in sorted(settings.rallies.classes.items())
    ]
    normal = [
        IncidentClass(name, c.priority, _slots("background.classes", name, c.package), harm=c.harm, group="normal")
        for name, c in settings.background.classes.items()
    ]
    calls = [IncidentClass(name, 4, (), harm=0.0, group="normal") for name in CALLS]
    matches = _matches(settings) if settings.rallies.matches.areas else ()
    presence = IncidentClass(PRESENCE, 3, harm=0.0, group="planned")
    classes = (*election, *rally, *normal, *calls, *matches, *planned_classes(settings), *_ballots(settings), presence)
    names = [c.name for c in classes]
    if double := [name for name in names if names.count(name) > 1]:
        raise InputError(f"demand: the class name '{double[0]}' is used twice")
    return classes


def match_settings(settings: DemandSettings) -> dict[str, RallyClassSettings]:
    """How disorder and medical cases at matches are served, by class; medical cases as at any gathering."""
    return {MATCH_DISORDER: settings.rallies.matches.incident, MATCH_MEDICAL: settings.rallies.classes["medical"]}


def _matches(settings: DemandSettings) -> Iterator[IncidentClass]:
    for name, c in match_settings(settings).items():
        slots = _slots("rallies.matches", name, c.package)
        yield IncidentClass(name, c.priority, slots, on_spot=c.on_spot, harm=c.harm, group=c.group)
def with_presence(classes: tuple[IncidentClass, ...], package: str) -> tuple[IncidentClass, ...]:
    """The classes with the plan's own package for presences. Raises ``InputError`` unless it is one unit."""
    slots = parse_package(package, "warnings.package", SENT)
    if len(slots) != 1:
        raise InputError(f"warnings.package={package}: {len(slots)} units, allowed: one, such as rrv|section")
    return tuple(replace(c, slots=slots) if c.name == PRESENCE else c for c in classes)


def _ballots(settings: DemandSettings) -> list[IncidentClass]:
    """The class of the trips that bring boxes in: electoral staff carry, the package escorts."""
    rule = settings.ballots
    if not rule.convoys:
        return []
    slots = parse_package(rule.package, "demand.ballots.package", SENT)
    if not slots:
        raise InputError("demand.ballots.package: none; a convoy needs an escort, or set demand.ballots.convoys: false")
    return [IncidentClass(BALLOT_ESCORT, rule.priority, slots, "together", harm=0.0, group="planned", convoy=True)]


def _slots(group: str, name: str, package: str) -> tuple[Slot, ...]:
    return parse_package(package, f"demand.{group}.{name}.package", SENT)
