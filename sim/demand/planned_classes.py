"""Classes of planned tasks: sweeps, patrols round gatherings, the force of a match, escorts, tours and deliveries."""

from __future__ import annotations

from sim.demand.classes import IncidentClass
from sim.demand.packages import parse_package
from sim.forces.kinds import SENT
from sim.settings.demand import DemandSettings

SWEEP, ROUND, MATCH_FORCE = "hall_sweep", "rally_patrol", "match_force"
VIP, ROUTE, COMMISSION, DELIVERY = "vip_escort", "vip_route", "commission_tour", "material_delivery"


def planned_classes(settings: DemandSettings) -> tuple[IncidentClass, ...]:
    """Classes of the planned tasks that the settings turn on. Raises ``InputError`` for a package nobody can fill."""
    rallies, escorts = settings.rallies, settings.escorts
    has_vips = escorts.vips.per_area > 0.0
    rows = (
        (SWEEP, "rallies.sweep.package", rallies.sweep.package, rallies.sweep.priority, True, False),
        (ROUND, "rallies.patrol.package", rallies.patrol.package, rallies.patrol.priority, True, True),
        (MATCH_FORCE, "rallies.matches.package", rallies.matches.package, rallies.matches.priority,
         bool(rallies.matches.areas), True),
        (VIP, "escorts.vips.package", escorts.vips.package, escorts.vips.priority, has_vips, False),
        (ROUTE, "escorts.vips.route_package", escorts.vips.route_package, escorts.vips.priority, has_vips, False),
        (COMMISSION, "escorts.commission.package", escorts.commission.package, escorts.commission.priority,
         escorts.commission.members > 0, False),
        (DELIVERY, "delivery.package", settings.delivery.package, settings.delivery.priority, True, False),
    )  # fmt: skip
    return tuple(_class(*row) for row in rows if row[4] and row[2].strip() != "none")


def _class(name: str, key: str, package: str, priority: int, _: bool, fixed_end: bool) -> IncidentClass:
    """A package of several units goes as one, so that none of them waits on scene for others that never come."""
    slots = parse_package(package, f"demand.{key}", SENT)
    start = "together" if len(slots) > 1 else "as_free"
    return IncidentClass(name, priority, slots, start, harm=0.0, group="planned", convoy=name == DELIVERY, fixed_end=fixed_end)
