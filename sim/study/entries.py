"""Entries of the output dictionary for what a study adds: heads beside the measures, and the columns of its table."""

from __future__ import annotations

from sim.measures.entry import entries

ENTRIES = entries(
    "results table",
    ("heads_on_duty", "heads", "Officers present on duty at 12:00 of polling day, absence taken off"),
    ("heads_mobile", "heads", "Officers present at 12:00 in mobile units: those that can be sent to an incident"),
    ("heads_at_centres", "heads", "Officers present at 12:00 in the fixed teams at polling centres"),
    ("heads_mobilised", "heads", "All officers the day mobilises, on duty or not; the same for options at equal heads"),
) + entries(
    "results",
    ("compliance_p1_within", "count", "Priority 1 election incidents that count for compliance, with a unit in time"),
    ("compliance_p1_judged", "count", "Priority 1 election incidents that count for compliance"),
    ("compliance_p2_within", "count", "Priority 2 election incidents that count for compliance, with a unit in time"),
    ("compliance_p2_judged", "count", "Priority 2 election incidents that count for compliance"),
    ("compliance_p1_p2_within", "count", "The same of both priorities", "compliance_p1_within + compliance_p2_within"),
    ("compliance_p1_p2_judged", "count", "The same of both priorities", "compliance_p1_judged + compliance_p2_judged"),
    ("answered_by_patrol", "count", "Answered election incidents to which a unit on patrol came first"),
    ("calls_unanswered", "count", "Calls that no operator ever took", "calls_abandoned + calls_refused"),
    ("calls_taken_in_time", "count", "Calls that were taken within room.answer_target"),
    ("planned_tasks", "count", "Planned tasks that came due"),
    ("planned_tasks_covered", "count", "Planned tasks whose whole package came"),
    ("office_steps", "count", "Offices times steps of time in the voting phase: what coverage is a share of"),
    ("office_steps_covered", "count", "Offices times steps of time that were covered"),
) + entries(
    "table",
    ("option", "name", "Option of a study (a point): the settings that one row is about"),
    ("mean", "of the measure", "Mean of the replications' figures; a replication without data is left out"),
    ("half_width", "of the measure", "Half of the 95 % interval of the mean; none for a single replication",
     "t(0.975, replications - 1) * standard error over replications"),
    ("replications", "days", "Days on which the option has this figure; one day is one observation"),
    ("difference", "of the measure", "Mean of option less baseline: day by day on the same days, else of the means"),
    ("difference_half_width", "of the measure", "Half of the 95 % interval of the difference",
     "Student's interval of the daily differences on the same days; Welch's interval on different days"),
    ("smallest_detectable", "of the measure", "Difference that so many days would have shown with 80 % power",
     "standard error of the difference * (t(0.975) + t(0.8))"),
    ("same_days", "yes or no", "Whether all options faced the very same tape in every replication, so that days may be paired"),
) + entries(
    "export",
    ("point", "digest", "Identity of an option: SHA-256 of settings with seed, model code and NumPy"),
    ("overrides", "words", "Overrides that make the option, with blanks between; the keys among them are columns of their own"),
    ("replication", "number", "Which day of the study's seed it is, from 0"),
    ("seconds", "s", "Running time of this one run on its worker"),
    ("scenario_digest", "digest", "SHA-256 of the scenario: forces, plan and rules of that day"),
    ("tape_digest", "digest", "SHA-256 of the tape: what happens on that day, the same for options that face the same days"),
    ("trace_digest", "digest", "SHA-256 of the trace: everything that was done; equal digests mean the very same run"),
    ("model", "digest", "SHA-256 of the code and data of the model that made the run, plugins included"),
    ("numpy", "version", "Version of NumPy that made the run"),
    ("session", "number", "Start of the sweep that made the run; its manifest says command, versions and machine"),
)  # fmt: skip
