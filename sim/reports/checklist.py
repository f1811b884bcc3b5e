"""The texts of the STRESS-DES checklist for one report, each made from settings, evidence, design or versions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from sim.build import build_plan
from sim.demand.classes import GROUPS
from sim.language import Language, sayable
from sim.reports.data import Report
from sim.reports.findings.assumed import Input, grades_of
from sim.reports.findings.factors import studied_factors
from sim.reports.findings.stress import ITEMS, Item
from sim.reports.terms import TERMS, term_of
from sim.runs.passport import package_version
from sim.scenario import Scenario
from sim.study.identity import model_hash
from sim.study.point import place_of, tape_of

SHOWN = 8
"""Names that one item lists; the rest is counted."""
LICENCE = "MIT"


def checklist(report: Report, inputs: Collection[Input]) -> list[Item]:
    """All twenty items in their order; those that the study cannot fill have an empty text."""
    settings = report.settings(report.baseline)
    scenario = build_plan(settings, place_of(settings))[0]
    made: dict[str, Callable[[], str]] = {
        "1.1": lambda: _purpose(report),
        "1.2": lambda: _outputs(report),
        "1.3": lambda: _aims(report),
        "2.2": lambda: _logic(report.words),
        "2.3": lambda: _options(report),
        "2.4": lambda: _algorithms(report, scenario),
        "2.5": lambda: _components(report, scenario),
        "3.1": lambda: _sources(report.words, inputs),
        "3.2": lambda: _made_sites(report, scenario),
        "3.3": lambda: _parameters(report, inputs),
        "3.4": lambda: _assumptions(report.words, inputs),
        "4.1": lambda: _start(report, scenario),
        "4.2": lambda: _length(report, scenario),
        "4.3": lambda: _estimation(report),
        "5.1": lambda: _software(report),
        "5.2": lambda: _sampling(report),
        "5.3": lambda: _execution(report.words),
        "5.4": lambda: _machine(report),
        "6.1": lambda: _sharing(report),
    }
    return [Item(number, report.words.say(heading), made[number]() if number in made else "") for number, heading in ITEMS]


def listed(words: Language, names: Collection[str], most: int = SHOWN, between: str = sayable(", ")) -> str:
    """Some names, each safe from the direction of the text, and how many more there are."""
    shown = [words.isolate(name) for name in list(names)[:most]]
    left = len(names) - len(shown)
    text = words.say(between).join(shown)
    return words.many("%(names)s and %(n)d more", "%(names)s and %(n)d more", left, names=text) if left else text


def _purpose(report: Report) -> str:
    return report.words.say(
        "To compare ways to staff polling day before it comes. Question of this study: %(question)s",
        question=report.words.isolate(report.result.study.question),
    )


def _outputs(report: Report) -> str:
    words = report.words
    known = [name for name in TERMS if name in report.measures]
    names = words.say(", ").join(term_of(name).called(words) for name in known[:SHOWN])
    return words.many("%(names)s and %(n)d more", "%(names)s and %(n)d more", max(len(known) - SHOWN, 0), names=names)


def _aims(report: Report) -> str:
    words, study = report.words, report.result.study
    days = words.many("%(n)d day", "%(n)d days", report.days)
    return words.say(
        "%(options)s options on the same %(days)s, each against “%(baseline)s”: %(names)s.",
        options=len(study.options), days=days, baseline=words.isolate(study.baseline), names=listed(words, report.names),
    )  # fmt: skip


def _logic(words: Language) -> str:
    return words.say(
        "Incidents come by the hour at polling centres, are reported by phone, radio or a patrol, wait for an operator, are "
        "given a "
        "priority, wait for units that fit, and are attended; patrols walk their rounds meanwhile, teams hold their posts, "
        "boxes are "
        "escorted."
    )


def _options(report: Report) -> str:
    words = report.words
    studied = studied_factors([option.settings for option in report.result.study.options], report.baseline)
    others = len(report.names) - len(studied.options)
    parts = [
        words.say("%(key)s from %(range)s", key=words.isolate(f.key), range=words.interval(f.low, f.high, 0 if f.whole else 3))
        for f in studied.factors
    ]
    if others:
        parts.append(words.many("%(n)d option with other rules", "%(n)d options with other rules", others))
    return words.say("; ").join(parts)


def _algorithms(report: Report, scenario: Scenario) -> str:
    words, rules = report.words, scenario.dispatch
    names = ("policy", "command", "picture", "taskable", "redirect", "aid")
    texts = words.say(", ").join(words.isolate(f"dispatch.{name}={getattr(rules, name)}") for name in names)
    return words.say("Dispatch by rule: %(rules)s. Ties go to the lower number of a unit.", rules=texts)


def _components(report: Report, scenario: Scenario) -> str:
    words, units = report.words, scenario.units
    days = sorted(day for option, day in report.result.outcomes if option == report.baseline)
    rows = tape_of(report.settings(report.baseline), days[0]).incidents if days else None
    groups = np.array([c.group for c in scenario.classes])
    election = 0 if rows is None else int((groups[rows.cls] == GROUPS[0]).sum())
    return words.say(
        "Entities: %(incidents)s reports and tasks on the first day, %(election)s of them election incidents. Resources: "
        "%(mobile)s "
        "mobile units, %(fixed)s fixed posts, %(rooms)s command rooms. Queues: calls before operators, tasks before units, "
        "vehicles "
        "at checkpoints, people at entries, voters at offices. Entry: the report; exit: closed, lapsed or prevented.",
        incidents=0 if rows is None else len(rows), election=election, mobile=int(units.mobile.sum()),
        fixed=int((~units.mobile).sum()), rooms=scenario.dispatch_areas,
    )  # fmt: skip


def _sources(words: Language, inputs: Collection[Input]) -> str:
    sources = dict.fromkeys(row.source for row in inputs if row.grade in ("found", "derived", "literature") and row.source)
    text = listed(words, sources, 5, sayable("; "))
    return words.say("Public sources, as noted in the evidence file: %(sources)s.", sources=text)


def _made_sites(report: Report, scenario: Scenario) -> str:
    words, territory = report.words, scenario.territory
    if not territory.synthetic_sites:
        return words.say("Sites are taken as they stand in the files given.")
    return words.say(
        "%(centres)s polling centres were spread over %(areas)s areas in proportion to voters; their places are synthetic.",
        centres=len(territory.sites.of_kind("centre")), areas=len(territory.area_codes),
    )  # fmt: skip


def _parameters(report: Report, inputs: Collection[Input]) -> str:
    return report.words.say(
        "%(settings)s numbers in %(entries)s entries; all of them are stored with the study, digest of the plan %(digest)s.",
        settings=sum(row.settings for row in inputs), entries=len(inputs), digest=report.words.isolate(report.plan_digest[:12]),
    )  # fmt: skip


def _assumptions(words: Language, inputs: Collection[Input]) -> str:
    grades = grades_of(inputs)
    return words.say(
        "%(assumed)s inputs are assumed without evidence; each stands with its range in the tables below.",
        assumed=grades.get("assumed", 0) + grades.get("plan", 0),
    )  # fmt: skip


def _start(report: Report, scenario: Scenario) -> str:
    return report.words.say(
        "A terminating simulation: every day begins with nothing open at %(begin)s, so there is no warm-up.",
        begin=report.words.clock(scenario.calendar.begin),
    )  # fmt: skip


def _length(report: Report, scenario: Scenario) -> str:
    words, calendar = report.words, scenario.calendar
    return words.say(
        "From %(begin)s to %(end)s; the vote is open from %(opening)s to %(closing)s.",
        begin=words.clock(calendar.begin), end=words.clock(calendar.end), opening=words.clock(float(np.median(calendar.opening))),
        closing=words.clock(float(np.median(calendar.closing))),
    )  # fmt: skip


def _estimation(report: Report) -> str:
    words = report.words
    return words.say(
        "%(days)s, each one observation; differences day by day on the same days, 95 %% intervals, which hold together for "
        "the options of one measure.",
        days=words.many("%(n)d day", "%(n)d days", report.days),
    )


def _software(report: Report) -> str:
    versions = {"pollday": report.about.get("pollday", package_version()), **dict(report.about.get("versions", {}))}
    return listed(report.words, [f"{name} {value}" for name, value in versions.items()])


def _sampling(report: Report) -> str:
    return report.words.say(
        "Named streams of the generator PCG64 from the root seed %(seed)s; what happens is drawn before the day and blind to "
        "the plan.",
        seed=report.words.isolate(report.settings(report.baseline).seed),
    )


def _execution(words: Language) -> str:
    return words.say(
        "Event by event at exact times; at one moment first changes of phase and shift, then units, then tasks, each in the "
        "order of "
        "their numbers. The same seed gives the same bytes on any number of processors."
    )


def _machine(report: Report) -> str:
    about: dict[str, Any] = dict(report.about.get("machine", {}))
    names = [str(about[name]) for name in ("system", "machine") if about.get(name)]
    return listed(report.words, names) if names else ""


def _sharing(report: Report) -> str:
    return report.words.say(
        "pollday %(version)s, licence %(licence)s; digest of the model's code %(digest)s.",
        version=report.words.isolate(package_version()), licence=report.words.isolate(LICENCE),
        digest=report.words.isolate(model_hash()[:12]),
    )  # fmt: skip
