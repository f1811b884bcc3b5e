"""Every table by name, and the tables of one day: each is computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sim.demand.classes import GROUPS
from sim.measures.access import access_table
from sim.measures.alert import alert_table
from sim.measures.ballots import count_table, custody, custody_log, custody_table
from sim.measures.calls import call_table, calls_by_kind, normal_service, rooms
from sim.measures.checkpoints import checkpoint_table
from sim.measures.command import jurisdiction, ladder, rapid_response, reserve
from sim.measures.cost import burden_by_area, burden_by_force, officer_hours
from sim.measures.coverage import coverage, coverage_by_area, coverage_by_centre, coverage_by_time
from sim.measures.day import Day
from sim.measures.entry import Table
from sim.measures.matches import force_by_hour
from sim.measures.occupancy import load_table, occupancy_table, overload_table
from sim.measures.officers import female_table
from sim.measures.outcome import outcome, outcome_by_area, outcome_by_force
from sim.measures.patrols import axis_table, first_on_scene, patrols_by_phase, revisit_table, revisits
from sim.measures.phases import phase_table
from sim.measures.planned import planned_table
from sim.measures.posts import cover_gaps, post_cover, posts_by_area, roll_call
from sim.measures.presence import presence, presence_by_area, presence_by_centre, visits_of
from sim.measures.prevented import prevented_by_area, prevented_by_class
from sim.measures.rallies import burden, rally_table
from sim.measures.reinforcement import reinforcement_table
from sim.measures.response import incident_table
from sim.measures.rules import attempts, rules_table
from sim.measures.signals import rumour_table, warning_table
from sim.measures.summary import DIMENSIONS, incident_cells, summary

PLANNED = GROUPS.index("planned")


def _response_by_group(day: Day) -> Table:
    """All groups side by side, but planned tasks, which nobody waits for."""
    table = incident_table(day)
    return summary(day.scenario, table.take(table.group != PLANNED), ("group",), group=None)


def _response_by(dimension: str) -> Callable[[Day], Table]:
    return lambda day: summary(day.scenario, incident_table(day), (dimension,))


def _occupancy_by(dimension: str) -> Callable[[Day], Table]:
    return lambda day: occupancy_table(day, dimension)


TABLES: dict[str, Callable[[Day], Table]] = {
    "response_by_group": _response_by_group,
    **{f"response_by_{by}": _response_by(by) for by in DIMENSIONS if by != "group"},
    "coverage_by_time": lambda day: coverage_by_time(coverage(day)),
    "coverage_by_area": lambda day: coverage_by_area(day.scenario, coverage(day)),
    "presence_by_area": lambda day: presence_by_area(day, presence(day)),
    **{f"occupancy_by_{by}": _occupancy_by(by) for by in ("kind", "area", "force")},
    "load": lambda day: load_table(day, checkpoint_table(day)),
    "overload": overload_table,
    "access": access_table,
    "alert": alert_table,
    "checkpoints": checkpoint_table,
    "rallies": rally_table,
    "burden": lambda day: burden(day, checkpoint_table(day), rally_table(day)),
    "prevented_by_class": lambda day: prevented_by_class(day, incident_table(day)),
    "prevented_by_area": lambda day: prevented_by_area(day, incident_table(day)),
    "burden_by_area": lambda day: burden_by_area(day, checkpoint_table(day), rally_table(day)),
    "burden_by_force": lambda day: burden_by_force(day, checkpoint_table(day), rally_table(day)),
    "officer_hours": officer_hours,
    "phases": lambda day: phase_table(day, incident_table(day)),
    "count": lambda day: count_table(day, custody(day), incident_table(day)),
    "custody": lambda day: custody_table(day, custody(day), incident_table(day)),
    "warnings": lambda day: warning_table(day, incident_table(day)),
    "rumours": lambda day: rumour_table(day, incident_table(day)),
    "outcome_by_area": lambda day: outcome_by_area(day, outcome(day)),
    "outcome_by_force": lambda day: outcome_by_force(day, outcome(day)),
    "planned": lambda day: planned_table(day, incident_table(day)),
    "match_force_by_hour": force_by_hour,
    "female_officers": female_table,
    "roll_call": lambda day: roll_call(day, post_cover(day)),
    "posts_by_area": lambda day: posts_by_area(day, post_cover(day)),
    "cover_gaps": lambda day: cover_gaps(day, post_cover(day)),
    "calls_by_kind": lambda day: calls_by_kind(day, call_table(day)),
    "rooms": lambda day: rooms(day, call_table(day)),
    "normal_service": lambda day: normal_service(day, call_table(day), incident_table(day)),
    "jurisdiction": lambda day: jurisdiction(day, incident_table(day)),
    "ladder": ladder,
    "rapid_response": lambda day: rapid_response(day, incident_table(day)),
    "reserve": lambda day: reserve(day, incident_table(day)),
    "revisit": lambda day: revisit_table(day, revisits(day), presence(day)),
    "patrols_by_phase": lambda day: patrols_by_phase(day, visits_of(day)),
    "axes": lambda day: axis_table(day, visits_of(day)),
    "first_on_scene": lambda day: first_on_scene(day, incident_table(day)),
    "rules": lambda day: rules_table(day, attempts(day)),
    "reinforcement": reinforcement_table,
    "incidents": incident_cells,
    "custody_log": lambda day: custody_log(day, custody(day)),
    "coverage_by_centre": lambda day: coverage_by_centre(day.scenario, coverage(day)),
    "presence_by_centre": lambda day: presence_by_centre(day, presence(day)),
}
"""How each table is made from a day, in the order in which tables are shown."""
PER_PLACE = frozenset({"cover_gaps", "incidents", "custody_log", "coverage_by_centre", "presence_by_centre"})
"""Tables with one row per incident or per centre."""


class Tables(Mapping[str, Table]):
    """The tables of one day by name; each is computed when it is first read, and then kept."""

    def __init__(self, day: Day, per_place: bool = False) -> None:
        self._day = day
        self._made: dict[str, Table | None] = {name: None for name in TABLES if per_place or name not in PER_PLACE}

    def __getitem__(self, name: str) -> Table:
        table = self._made[name]
        if table is None:
            table = self._made[name] = TABLES[name](self._day)
        return table

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def compute(self) -> None:
        """Compute every table now, as for a run directory, which holds them all."""
        for name in self._made:
            self[name]

    @property
    def computed(self) -> tuple[str, ...]:
        """Names of the tables that have been read so far."""
        return tuple(name for name, table in self._made.items() if table is not None)
