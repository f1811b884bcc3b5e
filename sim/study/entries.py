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
    ("estimator", "words", "How the figures of the days make one figure: a mean, a ratio of sums, or batched quantiles"),
    ("mean", "of the measure", "The estimate over the replications; a replication without data is left out",
     "sum of figures / replications, or sum of numerators / sum of denominators (see estimator)"),
    ("half_width", "of the measure", "Half of the 95 % interval of the mean; none for a single replication",
     "t(0.975, replications - 1) * standard error over replications; of a ratio of sums the jackknife's"),
    ("replications", "days", "Days on which the option has this figure; one day is one observation"),
    ("difference", "of the measure", "Option less baseline: day by day on the common days, else of the two estimates"),
    ("difference_half_width", "of the measure", "Half of the 95 % interval of this difference looked at alone",
     "Student's interval of the daily differences (of ratios: jackknife over pairs of days); Welch's on different days"),
    ("joint_half_width", "of the measure", "Half of the interval that holds together with those of all other options",
     "t(1 - level / 2) * standard error; level by family_method"),
    ("family_method", "words", "How the options of a measure are taken together: alone (one option), max-t, or Bonferroni",
     "max-t: 95 % quantile of the largest |t|, multivariate t with the correlation of the daily differences"),
    ("p_value", "share", "Two-sided p-value of no difference, this comparison alone"),
    ("p_holm", "share", "The same by Holm over the family: the options of a measure, or the areas or forces of an option and "
     "measure"),
    ("smallest_detectable", "of the measure", "Difference that so many days would have shown with 80 % power",
     "standard error of the difference * (t(1 - level / 2) + t(0.8)); level by family_method"),
    ("pairing_gain", "factor", "By how much common days cut the variance of the difference, against days of each option's own",
     "(variance of option + variance of baseline) / variance of daily differences"),
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
