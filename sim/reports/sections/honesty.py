"""How far to trust the report: inputs and how well they are known, what would turn conclusions round, what is left out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from math import floor, log10
from typing import Any

from sim.language import Language, sayable
from sim.reports.checklist import checklist
from sim.reports.data import Report
from sim.reports.findings.assumed import Input, grades_of, inputs_of
from sim.reports.findings.flips import HOLDS, TURNS, Flip, flips_of, one_at_a_time, strongest
from sim.reports.left_out import LEFT_OUT
from sim.reports.terms import term_of
from sim.study.inputs import given_keys
from sim.study.precision import Precision
from sim.study.statistics import estimate

DECIDES = "potential_response"
JUDGED = (DECIDES, "compliance_p1_p2", "response_mean", "coverage")
"""Measures whose conclusions are looked at."""
GRADES = {
    "found": sayable("found in a public source, not audited"),
    "derived": sayable("computed from public figures"),
    "literature": sayable("from the general literature"),
    "assumed": sayable("assumed: no evidence was found"),
    "plan": sayable("assumed, and decided by the plan"),
    "given": sayable("set by this study"),
    "model": sayable("a choice, no fact of the world"),
}
CLOCK = "clock"
SHORT = {"assumed": sayable("assumed"), "plan": sayable("assumed, plan decides")}
GROUPS = {
    "territory": sayable("territory"), "calendar": sayable("calendar"), "demand": sayable("incidents and calls"),
    "staffing": sayable("staffing"), "patrol": sayable("patrols"), "deterrence": sayable("effect of presence"),
    "dispatch": sayable("dispatch"), "command": sayable("command"), "travel": sayable("drives"),
    "room": sayable("command rooms"), "posts": sayable("posts at centres"), "reinforcement": sayable("reinforcement"),
    "rules": sayable("rules of engagement"), "targets": sayable("targets"), "checkpoints": sayable("checkpoints"),
    "rallies": sayable("gatherings"), "alert": sayable("alert levels"), "traffic": sayable("traffic near centres"),
    "voting": sayable("voters"), "warnings": sayable("warnings"), "information": sayable("rumours and corrections"),
}  # fmt: skip
UNITS = {
    "s": sayable("seconds"), "m": sayable("metres"), "km": sayable("kilometres"), "km/h": sayable("km/h"),
    "share": sayable("share"), "factor": sayable("times"), "heads": sayable("officers"), "people": sayable("people"),
    "count": sayable("number"), CLOCK: sayable("time of day"), "weight": sayable("weight"),
    "s (median, 90th percentile)": sayable("seconds: median, nine of ten within"), "heads per unit": sayable("officers per unit"),
    "calls per incident": sayable("calls per incident"), "per area": sayable("per area"),
}  # fmt: skip
"""Units of the evidence that the report writes out; others are said as they are written there."""
_TIMES = re.compile(r"x([\d.]+) to x([\d.]+)")
_AROUND = re.compile(r"plus or minus ([\d.]+)( %| points)?")


def build(report: Report) -> dict[str, Any]:
    """All parts of the page."""
    words = report.words
    given = given_keys(word for option in report.result.study.options for word in option.overrides)
    inputs = inputs_of(report.settings(report.baseline), given)
    items = checklist(report, inputs)
    return {
        "counted": _counted(words, inputs),
        "groups": input_groups(words, inputs),
        "flips": flips(report),
        "days": days(report),
        "left_out": [words.say(text) for text in LEFT_OUT],
        "items": items,
        "filled": words.say("%(filled)s of %(all)s items are filled by the study itself.",
                            filled=sum(item.is_filled for item in items), all=len(items)),
    }  # fmt: skip


# Inputs -----------------------------------------------------------------------------------------------------------


def _counted(words: Language, inputs: Sequence[Input]) -> list[str]:
    """How many inputs have each grade."""
    return [
        words.say("%(count)s: %(grade)s", count=words.many("%(n)d input", "%(n)d inputs", count), grade=words.say(GRADES[grade]))
        for grade, count in grades_of(inputs).items()
    ]


def input_groups(words: Language, inputs: Sequence[Input]) -> list[dict[str, Any]]:
    """Assumed inputs by group of the configuration, each with value, range and grade."""
    shown = [row for row in inputs if row.grade in ("assumed", "plan")]
    names = dict.fromkeys(row.group for row in shown)
    rows = {name: [_input(words, row) for row in shown if row.group == name] for name in names}
    return [{"name": words.say(GROUPS[name]) if name in GROUPS else name, "rows": own} for name, own in rows.items()]


def _input(words: Language, row: Input) -> dict[str, str]:
    low, high = min(row.values), max(row.values)
    written = words.clock if row.unit == CLOCK else lambda number: exact(words, number)
    value = written(low) if low == high else words.say("%(low)s to %(high)s", low=written(low), high=written(high))
    if row.settings > 1:
        value = words.many("%(value)s (%(n)d setting)", "%(value)s (%(n)d settings)", row.settings, value=value)
    unit = UNITS.get(row.unit, row.unit)
    grade, span = words.say(SHORT[row.grade]), range_text(words, row.range)
    return {"key": row.pattern, "value": value, "range": span, "unit": words.say(unit), "grade": grade}


def exact(words: Language, value: float) -> str:
    """A setting with the decimals that it has, at most four significant ones beyond the point."""
    text = f"{value:.6g}"
    places = len(text.partition(".")[2]) if "e" not in text else max(3 - floor(log10(abs(value))), 0)
    return words.number(value, places)


def range_text(words: Language, written: Any) -> str:
    """A range of the evidence in words; texts that follow no pattern are shown as they are."""
    if written is None:
        return words.say("no range known")
    if isinstance(written, list) and len(written) == 2 and all(isinstance(end, int | float) for end in written):
        return words.say("%(low)s to %(high)s", low=exact(words, float(written[0])), high=exact(words, float(written[1])))
    if times := _TIMES.fullmatch(str(written)):
        return words.say("%(low)s to %(high)s times", low=exact(words, float(times[1])), high=exact(words, float(times[2])))
    if around := _AROUND.fullmatch(str(written)):
        size = exact(words, float(around[1]))
        if around[2] == " points":
            return words.say("± %(size)s points of a hundred", size=size)
        return words.isolate(f"± {size}\u00a0%" if around[2] else f"± {size}")
    if isinstance(written, list):
        return words.say("%(low)s to %(high)s", low=words.isolate(written[0]), high=words.isolate(written[-1]))
    told = str(written)
    return words.say(told)


# Conclusions ------------------------------------------------------------------------------------------------------


def flips(report: Report) -> dict[str, Any]:
    """Which conclusions turn inside the ranges: ``rows`` and ``lines``, or the command that would test it."""
    words = report.words
    if report.uncertain is not None:
        found = flips_of(report.uncertain, JUDGED)
        rule = words.say(
            "A conclusion holds if it is so in %(most)s of the plausible worlds or more, and turns if in less than %(half)s.",
            most=words.share(HOLDS), half=words.share(TURNS),
        )  # fmt: skip
        nothing = words.say("With inputs as assumed no option differs from the baseline beyond chance, so nothing can turn.")
        lines = [rule, *_strongest(report)] if found else [nothing, *_strongest(report)]
        return {"rows": [_flip(report, flip) for flip in found], "lines": lines, "command": ""}
    alone = one_at_a_time(report.result, DECIDES)
    lines = [_alone(report, one.option, one.key, one.value) for one in alone]
    if not lines:
        lines = [words.say("Not tested: every run had its inputs as assumed. This command would test it:")]
    else:
        lines.append(words.say("Inputs not named here were not tested. This command would test all of them together:"))
    return {"rows": [], "lines": lines, "command": test_command(report)}


def _flip(report: Report, flip: Flip) -> dict[str, str]:
    words, term = report.words, term_of(flip.measure)
    claim = sayable("better in %(measure)s") if flip.better else sayable("worse in %(measure)s")
    state = {"holds": sayable("holds"), "open": sayable("not sure"), "turns": sayable("turns")}[flip.state]
    share = words.say(
        "%(share)s (%(low)s to %(high)s) of %(worlds)s worlds",
        share=words.share(flip.share), low=words.share(flip.low), high=words.share(flip.high), worlds=flip.worlds,
    )  # fmt: skip
    return {"option": report.names[flip.option], "claim": words.say(claim, measure=term.called(words)), "share": share,
            "state": words.say(state), "turned": "" if flip.state == "holds" else "worse"}  # fmt: skip


def _strongest(report: Report) -> list[str]:
    """Which inputs matter most for the deciding measure."""
    words = report.words
    assert report.uncertain is not None
    found = strongest(report.uncertain, DECIDES)
    name = term_of(DECIDES).called(words)
    if not found:
        return [words.say("No single input stands out from chance for %(measure)s.", measure=name)]
    keys = words.say(", ").join(words.isolate(f"{key} ({correlation:+.2f})") for key, correlation in found)
    return [words.say("Inputs that move %(measure)s most, with rank correlations: %(keys)s.", measure=name, keys=keys)]


def _alone(report: Report, option: int, key: str, value: float) -> str:
    """What one assumed input does alone to the deciding measure."""
    words, term = report.words, term_of(DECIDES)
    change = report.comparison(option, DECIDES).difference
    assert change is not None
    interval = words.no_data
    if change.low is not None and change.high is not None:
        interval = words.interval(change.low / term.unit.scale, change.high / term.unit.scale, term.unit.digits)
    return words.say(
        "%(key)s = %(value)s alone changes %(measure)s by %(change)s (%(interval)s).",
        key=words.isolate(key), value=exact(words, value), measure=term.heading(words),
        change=term.number(words, change.mean, signed=True), interval=interval,
    )  # fmt: skip


def test_command(report: Report) -> str:
    """The sweep of the study with its inputs drawn, without what belongs to one machine; empty if it was not kept."""
    words = shlex.split(" ".join(report.about.get("command", ())))
    if "sweep" not in words:
        return ""
    kept, skip = [], False
    for word in words[words.index("sweep") + 1 :]:
        if skip:
            skip = False
        elif word in ("--out", "--workers"):
            skip = True
        elif not word.startswith(("--", "inputs=", "engine")):
            kept.append(word)
    return shlex.join(["pollday", "sweep", *kept, "inputs=drawn"])


# Days -------------------------------------------------------------------------------------------------------------


def days(report: Report) -> list[str]:
    """How many days each option has, what rule chose them, and how precise they made the deciding measure."""
    words, study = report.words, report.result.study
    lines = [_rule(words, study.precision, study.replications)]
    counts = {len([1 for option, _ in report.result.outcomes if option == number]) for number in range(len(report.names))}
    if len(counts) > 1:
        lines.append(words.say("Options have from %(low)s to %(high)s days.", low=min(counts), high=max(counts)))
    if report.partial:
        lines.append(words.many("%(n)d run is still missing.", "%(n)d runs are still missing.", report.missing))
    return [*lines, *(line for option in dict.fromkeys((report.baseline, report.chosen)) if (line := _precise(report, option)))]


def _rule(words: Language, precision: Precision | None, replications: int) -> str:
    if precision is None:
        days_text = words.many("%(n)d day", "%(n)d days", replications)
        return words.say("%(days)s for each option, a number fixed before the study began.", days=days_text)
    wanted = words.say(", ").join(
        words.isolate(f"{term_of(name).called(words)} ± {half:g}") for name, half in precision.targets.items()
    )
    return words.say(
        "Days were added until the 95 %% intervals were narrow enough (%(wanted)s) at %(held)s looks in a row, first after "
        "%(start)s "
        "days, then after every %(round)s more, at most %(cap)s.",
        wanted=wanted, held=precision.held, start=precision.start, round=precision.round, cap=precision.cap,
    )  # fmt: skip


def _precise(report: Report, option: int) -> str:
    """The interval of the deciding measure under one option."""
    words, term = report.words, term_of(DECIDES)
    found = estimate(report.result.sample(option, DECIDES))
    if found.mean is None or found.low is None or found.high is None:
        return ""
    return words.say(
        "“%(option)s”: %(measure)s %(mean)s, 95 %% interval %(interval)s over %(days)s.",
        option=words.isolate(report.names[option]), measure=term.heading(words), mean=term.number(words, found.mean),
        interval=words.interval(found.low / term.unit.scale, found.high / term.unit.scale, term.unit.digits),
        days=words.many("%(n)d day", "%(n)d days", found.replications),
    )  # fmt: skip
