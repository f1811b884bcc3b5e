"""What gives way first under each option: the part of the plan that fails most often, from stored figures only."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.language import sayable
from sim.reports.data import Report
from sim.reports.figures import study
from sim.reports.figures.drawing import PAGE, Drawing, one_axis
from sim.reports.figures.limits import broken_parts
from sim.reports.findings.broke import KEPT, LIMIT, PARTS, Broken, what_broke

SHORT = {
    "targets": sayable("urgent incidents late"),
    "cover": sayable("offices without cover"),
    "visits": sayable("patrols back late"),
    "calls": sayable("calls taken late"),
    "overload": sayable("dispatch areas overloaded"),
    "posts": sayable("posts not manned in time"),
    "tasks": sayable("tasks not carried out"),
}
"""What failed, as columns are called."""


def build(report: Report) -> dict[str, Any] | None:
    """Figure, one sentence for each option, and what is not stored; None without figures."""
    found = broken(report)
    if not any(one.first for one in found):
        return None
    sentences = [_sentence(report, number, one) for number, one in enumerate(found)]
    words = report.words
    missing = [words.say(SHORT[part]) for part in PARTS if all(np.isnan(one.failing[part]) for one in found)]
    return {"drawings": drawings(report).values(), "sentences": sentences, "missing": missing, "limit": words.share(LIMIT)}


def drawings(report: Report) -> dict[str, Drawing]:
    """The table of failing shares as a figure."""
    words, found = report.words, broken(report)
    if not any(one.first for one in found):
        return {}
    parts = [words.say(SHORT[part]) for part in PARTS]
    alt = words.say("Share of each part of the plan that failed, by option; the part that failed most is framed.")
    size = (PAGE, 1.3 + 0.42 * len(found))
    draw = one_axis(lambda a: broken_parts(a, found, report.names, parts, words))
    return {"broke": Drawing(words.say("What failed, by option"), alt, size, draw)}


def broken(report: Report) -> list[Broken]:
    """What broke first under every option."""
    result = report.result
    held = {part: [one.mean for one in study.estimates(result, measure)] for part, measure in KEPT.items()}
    held["overload"] = [_areas_that_hold(report, number) for number in range(len(report.names))]
    times, curves = result.curves("coverage_times"), study.mean_curves(result.curves("coverage_by_time"))
    return [
        what_broke(
            {part: own[number] for part, own in held.items()}, times[name][0] if name in times else None, curves.get(name)
        )
        for number, name in enumerate(report.names)
    ]  # fmt: skip


def _areas_that_hold(report: Report, option: int) -> float | None:
    """Share of dispatch areas that were not overloaded, over all days; a chain of command has an area for each of its forces,
    a joint one only one."""
    territory, command = report.territory, report.settings(option).dispatch.command
    chains = len(territory.forces) if command == "parallel" else 1
    mean = study.estimates(report.result, "overloaded_areas")[option].mean
    return None if mean is None else 1.0 - mean / (chains * int((report.centres > 0).sum()))


def _sentence(report: Report, number: int, one: Broken) -> str:
    words, name = report.words, report.words.isolate(report.names[number])
    if one.first is None:
        return words.say("“%(option)s”: no data.", option=name)
    part, share = words.say(SHORT[one.first]), one.failing[one.first]
    told = {"option": name, "part": part, "share": words.share(share, 1 if share < LIMIT else 0)}
    if not one.passed:
        return words.say("“%(option)s”: nothing passes the limit; nearest to it: %(part)s, %(share)s.", **told)
    if one.at is not None:
        return words.say(
            "“%(option)s”: first by margin: %(part)s, %(share)s; cover passes its limit at %(time)s.",
            time=words.clock(one.at),
            **told,
        )
    return words.say("“%(option)s”: first by margin: %(part)s, %(share)s.", **told)
