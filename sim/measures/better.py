"""Which way is better, for the measures in which one is."""

from __future__ import annotations

from sim import plugins

HIGHER = (
    "compliance_p1", "compliance_p2", "compliance_p1_p2", "coverage", "coverage_worst_area", "handled_on_spot", "prevented",
    "calm_index", "planned_covered", "posted_in_time", "revisit_compliance", "disturbances_prevented", "calls_in_time",
)  # fmt: skip
"""Measures that are better when they are higher."""
LOWER = (
    "potential_response", "response_mean", "response_p50", "response_p90", "call_processing_mean", "queueing_mean",
    "mobilisation_mean", "travel_mean", "other_response_mean", "presence_gap_mean", "presence_gap_max", "presence_gap_worst_area",
    "overloaded_areas", "open", "lapsed", "minutes_lost", "office_minutes_lost", "voters_delayed", "waiting_hours", "voters_lost",
    "harm", "halls_unswept", "doors_delay_mean", "false_hours", "cover_gap_hours", "long_duty_share", "calls_lost",
    "rule_violations",
)  # fmt: skip
"""Measures that are better when they are lower."""


def lower_is_better(measure: str) -> bool | None:
    """Whether lower is better; None for a measure that knows no better, such as how many incidents came.

    >>> lower_is_better("response_mean"), lower_is_better("coverage"), lower_is_better("incidents")
    (True, False, None)
    """
    own = plugins.MEASURES.get(measure)
    if own is not None:
        return {"lower": True, "higher": False, "neither": None}[own.better]
    return True if measure in LOWER else False if measure in HIGHER else None
