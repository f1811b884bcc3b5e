"""All measures of one replication: headline figures and tables, as plain numbers, texts and None."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim import plugins
from sim.demand.tape import Tape
from sim.errors import InputError
from sim.measures.activity import status_times
from sim.measures.calls import call_figures, call_table
from sim.measures.coverage import Coverage, coverage
from sim.measures.day import Day, Recorded, cell
from sim.measures.entry import Cell, entries
from sim.measures.occupancy import utilisation
from sim.measures.outcome import outcome, outcome_figures
from sim.measures.patrols import patrol_figures, revisits
from sim.measures.planned import planned_figures
from sim.measures.posts import post_cover, post_figures
from sim.measures.presence import presence, presence_figures, worst_area_gap
from sim.measures.registry import PLANNED, Tables
from sim.measures.response import IncidentTable, incident_table
from sim.measures.rules import attempts, rule_figures
from sim.measures.signals import signal_figures
from sim.measures.summary import statistics
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
Figure = float | int | bool | None


@dataclass(frozen=True)
class Measures(Mapping[str, Figure]):
    """Measures of one replication: a mapping of headline figures (None: no data), with ``tables`` by name, each computed when
    it is first read.

    ``day`` is what they are made from; ``incidents`` and ``cover`` are its arrays for curves and maps.
    """

    headline: dict[str, Figure]
    tables: Tables = field(repr=False)
    day: Day = field(repr=False)

    @property
    def incidents(self) -> IncidentTable:
        """One row per incident that came."""
        return incident_table(self.day)

    @property
    def cover(self) -> Coverage:
        """Potential response of every centre on the day's grid of times."""
        return coverage(self.day)

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
    """The headline figures of one replication, and all its tables for those who read them.

    ``until``: where the run was stopped, if before its end; ``grid_time``: step of the coverage grid in seconds;
    ``per_place``: also the tables with one row per incident and per centre (for run directories).
    """
    day = Day.of(scenario, tape, trace, until, grid_time)
    tables = Tables(day, per_place)
    headline = _headline(day, tables) | post_figures(day, post_cover(day), tables["roll_call"])
    headline |= call_figures(day, call_table(day)) | patrol_figures(day, incident_table(day), revisits(day))
    headline |= rule_figures(day, attempts(day))
    ours = Measures(headline, tables, day)  # type: ignore[arg-type]
    return replace(ours, headline=ours.headline | own_figures(ours)) if plugins.MEASURES else ours


def own_figures(measures: Measures) -> dict[str, Figure]:
    """Figures of the user's own measures. Raises ``InputError`` for one that is no number, or whose name is taken."""
    figures: dict[str, Figure] = {}
    for own in plugins.MEASURES.values():
        if own.name in measures.headline:
            raise InputError(f"measure '{own.name}': a measure of pollday has this name; choose another")
        value = own.function(measures)
        if value is not None and (not isinstance(value, int | float | np.number) or not np.isfinite(value)):
            raise InputError(f"measure '{own.name}' gave {value!r}: allowed is a number, or None for no data")
        figures[own.name] = None if value is None else float(value)
    return figures


def _headline(day: Day, tables: Tables) -> dict[str, Cell]:
    """The figures of DESIGN §3 for election incidents that need a unit, and what stands beside them."""
    table, cover = incident_table(day), coverage(day)
    election = table.take(table.group == 0)
    others = table.take((table.group != 0) & (table.group != PLANNED))
    figures = statistics(election)
    areas = [value for value in tables["coverage_by_area"]["coverage"] if value is not None]
    presence_all, vote = presence_figures(presence(day)), outcome_figures(outcome(day))
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
