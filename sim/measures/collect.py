"""All measures of one replication: headline figures and tables, as plain numbers, texts and None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sim.demand.classes import GROUPS
from sim.demand.tape import Tape
from sim.measures.access import access_table
from sim.measures.activity import status_times
from sim.measures.alert import alert_table
from sim.measures.ballots import Custody, count_table, custody, custody_log, custody_table
from sim.measures.calls import call_figures, call_table, call_tables
from sim.measures.checkpoints import checkpoint_table
from sim.measures.command import command_tables
from sim.measures.cost import burden_by_area, burden_by_force, officer_hours
from sim.measures.coverage import Coverage, coverage, coverage_by_area, coverage_by_centre, coverage_by_time
from sim.measures.day import Day, Recorded, cell
from sim.measures.entry import Cell, Table, entries
from sim.measures.matches import force_by_hour
from sim.measures.occupancy import load_table, occupancy_table, overload_table, utilisation
from sim.measures.officers import female_table
from sim.measures.outcome import Outcome, outcome, outcome_by_area, outcome_by_force, outcome_figures
from sim.measures.patrols import patrol_figures, patrol_tables, revisits
from sim.measures.phases import phase_table
from sim.measures.planned import planned_figures, planned_table
from sim.measures.posts import post_cover, post_figures, post_tables
from sim.measures.presence import (
    Presence,
    presence,
    presence_by_area,
    presence_by_centre,
    presence_figures,
    visits_of,
    worst_area_gap,
)
from sim.measures.prevented import prevented_by_area, prevented_by_class
from sim.measures.rallies import burden, rally_table
from sim.measures.reinforcement import reinforcement_table
from sim.measures.response import IncidentTable, incident_table
from sim.measures.rules import attempts, rule_figures, rules_table
from sim.measures.signals import rumour_table, signal_figures, warning_table
from sim.measures.summary import DIMENSIONS, incident_columns, statistics, summary
from sim.scenario import Scenario

RESPONSE_FIGURES = (
    "response_mean", "call_processing_mean", "queueing_mean", "mobilisation_mean", "travel_mean",
    "response_p50", "response_p90",
)  # fmt: skip
"""The headline, its four parts, and its spread."""
INTERNAL_FIGURES = ("presence_gap_max",)
"""Headline figures of a single site, shown at the level ``internal`` only."""
OUTCOME_FIGURES = ("office_minutes_lost", "voters_delayed", "waiting_hours", "voters_lost", "harm", "calm_index")
"""What became of the vote."""
PLANNED = GROUPS.index("planned")
Figure = float | int | bool | None


@dataclass(frozen=True)
class Measures(Mapping[str, Figure]):
    """Measures of one replication: a mapping of headline figures (None: no data), with ``tables`` by name.

    ``incidents`` and ``cover`` are the arrays they were made from, for curves and maps.
    """

    headline: dict[str, Figure]
    tables: dict[str, Table] = field(repr=False)
    incidents: IncidentTable = field(repr=False)
    cover: Coverage = field(repr=False)

    def __getitem__(self, name: str) -> Figure:
        return self.headline[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.headline)

    def __len__(self) -> int:
        return len(self.headline)


def measure(
    scenario: Scenario,
    tape: Tape,
    trace: Recorded,
    *,
    until: float | None = None,
    grid_time: float | None = None,
    per_place: bool = False,
) -> Measures:
    """Compute all measures of one replication.

    ``until``: where the run was stopped, if before its end; ``grid_time``: step of the coverage grid in seconds;
    ``per_place``: also the tables with one row per incident and per centre (for run directories; a sweep does not need
    them).
    """
    day = Day.of(scenario, tape, trace, until)
    visits = visits_of(day)
    table, cover, seen = incident_table(day), coverage(day, grid_time), presence(day, visits)
    patrols = revisits(day, visits, seen.centres)
    result = outcome(day, table)
    posts, calls, boxes = post_cover(day), call_table(day), custody(day)
    tables = _tables(day, table, cover, seen, result, boxes) | post_tables(day, posts, per_place)
    tables |= call_tables(day, calls, table) | command_tables(day, table)
    tables |= patrol_tables(day, table, visits, seen, patrols)
    tried = attempts(day)
    tables |= {"rules": rules_table(day, tried), "reinforcement": reinforcement_table(day)}
    if per_place:
        tables["incidents"] = incident_columns(scenario, table)
        tables["custody_log"] = custody_log(day, boxes)
        tables["coverage_by_centre"] = coverage_by_centre(scenario, cover)
        tables["presence_by_centre"] = presence_by_centre(day, seen)
    headline = _headline(day, table, cover, seen, result, tables) | post_figures(day, posts) | call_figures(day, calls)
    headline |= patrol_figures(day, table, patrols)
    headline |= rule_figures(day, tried)
    return Measures(headline, tables, table, cover)  # type: ignore[arg-type]


def _tables(
    day: Day, table: IncidentTable, cover: Coverage, seen: Presence, result: Outcome, boxes: Custody
) -> dict[str, Table]:
    scenario = day.scenario
    checkpoints, rallies = checkpoint_table(day), rally_table(day)
    incidents = table.take(table.group != PLANNED)
    tables = {"response_by_group": summary(scenario, incidents, ("group",), group=None)}
    for dimension in DIMENSIONS:
        if dimension != "group":
            tables[f"response_by_{dimension}"] = summary(scenario, table, (dimension,))
    return tables | {
        "coverage_by_time": coverage_by_time(cover),
        "coverage_by_area": coverage_by_area(scenario, cover),
        "presence_by_area": presence_by_area(day, seen),
        **{f"occupancy_by_{by}": occupancy_table(day, by) for by in ("kind", "area", "force")},
        "load": load_table(day, checkpoints),
        "overload": overload_table(day),
        "access": access_table(day),
        "alert": alert_table(day),
        "checkpoints": checkpoints,
        "rallies": rallies,
        "burden": burden(day, checkpoints, rallies),
        "prevented_by_class": prevented_by_class(day, table),
        "prevented_by_area": prevented_by_area(day, table),
        "burden_by_area": burden_by_area(day, checkpoints, rallies),
        "burden_by_force": burden_by_force(day, checkpoints, rallies),
        "officer_hours": officer_hours(day),
        "phases": phase_table(day, table),
        "count": count_table(day, boxes, table),
        "custody": custody_table(day, boxes, table),
        "warnings": warning_table(day, table),
        "rumours": rumour_table(day, table),
        "outcome_by_area": outcome_by_area(day, result),
        "outcome_by_force": outcome_by_force(day, result),
        "planned": planned_table(day, table),
        "match_force_by_hour": force_by_hour(day),
        "female_officers": female_table(day),
    }


def _headline(
    day: Day, table: IncidentTable, cover: Coverage, seen: Presence, result: Outcome, tables: dict[str, Table]
) -> dict[str, Cell]:
    """The figures of DESIGN §3 for election incidents that need a unit, and what stands beside them."""
    election = table.take(table.group == 0)
    others = table.take((table.group != 0) & (table.group != PLANNED))
    figures = statistics(election)
    areas = [value for value in tables["coverage_by_area"]["coverage"] if value is not None]
    presence_all, vote = presence_figures(seen), outcome_figures(result)
    out: dict[str, Cell] = {name: figures[name] for name in RESPONSE_FIGURES}
    for priority in (1, 2):
        out[f"compliance_p{priority}"] = statistics(election.take(election.priority == priority))["compliance"]
    out["compliance_p1_p2"] = statistics(election.take(election.priority <= 2))["compliance"]
    out["potential_response"] = cell(cover.share(cover.risk, cover.potential)[0])
    out["coverage"] = cell(cover.share(cover.offices, cover.covered)[0])
    out["coverage_worst_area"] = min(areas) if areas else None
    out |= {name: presence_all[name] for name in ("presence_gap_mean", "presence_gap_max")}
    out["presence_gap_worst_area"] = worst_area_gap(tables["presence_by_area"])
    out["utilisation"] = utilisation(status_times(day)[day.scenario.units.mobile])
    out["overloaded_areas"] = sum(bool(flag) for flag in tables["overload"]["overloaded"])
    counts = ("incidents", "needing_unit", "handled_on_spot", "closed", "open", "lapsed", "prevented")
    out |= {name: figures[name] for name in counts}
    out["other_response_mean"] = statistics(others)["response_mean"]
    out["minutes_lost"] = tables["burden"]["amount"][0]
    out |= {name: vote[name] for name in OUTCOME_FIGURES}
    out |= planned_figures(tables["planned"], tables["rallies"])
    out |= signal_figures(tables["warnings"], tables["rumours"])
    return out


ENTRIES = entries(
    "headline",
    ("compliance_p1", "share", "compliance of priority 1 election incidents"),
    ("compliance_p2", "share", "compliance of priority 2 election incidents"),
    (
        "compliance_p1_p2",
        "share",
        "compliance of election incidents of priorities 1 and 2 together; the tables' compliance is that of all judged",
    ),
    (
        "presence_gap_worst_area",
        "s",
        "Largest presence_gap_mean of any area of at least five centres (presence_gap_max, the gap of a single centre, is "
        "shown at the level internal only)",
    ),
    ("coverage_worst_area", "share", "coverage of the area with the lowest coverage"),
    ("overloaded_areas", "count", "Dispatch areas that were overloaded"),
    ("other_response_mean", "s", "Mean response time of medical cases and the normal service, beside the headline"),
)
"""Other headline figures have the entry of their name."""
