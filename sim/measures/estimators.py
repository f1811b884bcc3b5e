"""How each figure of a day becomes a figure of many days: the estimator that a study uses, by name of the measure."""

from __future__ import annotations

RATIOS = {
    "compliance_p1": ("compliance_p1_within", "compliance_p1_judged"),
    "compliance_p2": ("compliance_p2_within", "compliance_p2_judged"),
    "compliance_p1_p2": ("compliance_p1_p2_within", "compliance_p1_p2_judged"),
    "patrol_first": ("answered_by_patrol", "answered"),
    "call_conversion": ("calls_dispatched", "calls"),
    "calls_lost": ("calls_unanswered", "calls"),
    "calls_in_time": ("calls_taken_in_time", "calls"),
    "planned_covered": ("planned_tasks_covered", "planned_tasks"),
    "coverage": ("office_steps_covered", "office_steps"),
}
"""Ratios of sums over all days: measure -> (numerator, denominator), as they are called among the scalars of a run."""
PLACE_RATIOS = {
    "response_mean": ("response_sum", "answered"),
    **{name: RATIOS[name] for name in ("compliance_p1_p2", "coverage")},
}
"""The same for the figures of one area or force, where a day may have no incident at all."""
QUANTILES = ("response_p50", "response_p90")
"""Quantiles of a day's incidents: each day is a batch."""
EXTREMES = ("coverage_worst_area", "presence_gap_max", "presence_gap_worst_area")
"""The worst place of each day."""
SPECIAL = (*RATIOS, *QUANTILES, *EXTREMES)
"""Measures that are more than the mean of a plain figure."""
MEAN = "mean of the days, Student's t"


def estimator_of(measure: str) -> str:
    """The estimator of one measure over the days of a study.

    >>> estimator_of("calls_lost")
    'ratio of sums over the days (calls_unanswered / calls), jackknife'
    """
    if measure in RATIOS:
        return f"ratio of sums over the days ({' / '.join(RATIOS[measure])}), jackknife"
    if measure in QUANTILES:
        return "mean of the days' quantiles (each day a batch), Student's t"
    if measure in EXTREMES:
        return "mean of each day's worst place, Student's t"
    return MEAN


def as_markdown() -> list[str]:
    """Lines of the page of the output dictionary that say how a study estimates."""
    return [
        "## Over the days of a study",
        "",
        f"Every figure not named here is the {MEAN}. One day is one observation; calls are never pooled. The difference of two",
        "ratios of sums on the same days is a jackknife over the pairs of days.",
        "",
        "| measure | estimator |",
        "|---|---|",
        *(f"| `{name}` | {estimator_of(name)} |" for name in SPECIAL),
    ]
