"""The plan for signature: heads by area and task, hours and reliefs, bases of the reserve, posts, and places to sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.forces.kinds import KINDS, TASKS
from sim.forces.roster import PERIODS, POLLING
from sim.language import Language
from sim.language.vocabulary import name_of
from sim.plans.deployment import POSTED, WAITING, Deployment, deployment_of
from sim.plans.hours import Span
from sim.plans.labels import LATER_NAMES, SHIFT_NAMES
from sim.reports.data import LEAST_CENTRES, Report
from sim.study.point import place_of

Ints = NDArray[np.int64]

MOST_POSTS = 600
"""Posts that are listed one by one; of more, the sums by commune."""


@dataclass(frozen=True)
class Line:
    """A row: texts that say what it is about, numbers, and whether it is a sum."""

    texts: list[str]
    numbers: list[int]
    total: bool = False


@dataclass(frozen=True)
class Hours:
    """The shifts of some areas: (shift, from, until) in order, and the names of the areas (empty: all of them)."""

    shifts: list[tuple[str, str, str]]
    areas: str


def build(report: Report) -> dict[str, Any]:
    """Tables of the plan that the report shows."""
    settings, words = report.settings(report.chosen), report.words
    made = deployment_of(settings, place_of(settings))
    tasks = np.flatnonzero(made.by_task().any(axis=(0, 1, 3))).tolist()
    internal = report.share == "internal"
    posts, by_commune = posts_of(report, made) if internal else ([], False)
    return {
        "option": words.isolate(report.names[report.chosen]),
        "tasks": [name_of(words, "task", TASKS[t]) for t in tasks],
        "shifts": [words.say(SHIFT_NAMES[shift]) for shift in PERIODS],
        "areas": list(area_lines(report, made, tasks)),
        "hours": list(hours_of(report, made)),
        "rest": words.number(made.rest_time / 3600.0),
        "waiting": [name_of(words, "unit", kind) for kind in WAITING],
        "reserve": list(bases_of(report, made) if internal else reserve_lines(report, made)),
        "internal": internal,
        "posts": posts,
        "by_commune": by_commune,
        "forces": [name_of(words, "force", force) for force in report.territory.forces],
    }


def _groups(report: Report) -> list[tuple[str, str, list[int]]]:
    """Code, name and areas of each row: one for every area that readers may see, one for all smaller ones."""
    shown = report.shown_areas
    rows = [(report.territory.area_codes[a], report.words.area(report.territory, a), [a]) for a in np.flatnonzero(shown).tolist()]
    small = np.flatnonzero(~shown).tolist()
    if small:
        text = report.words.say("areas of fewer than %(n)s centres", n=LEAST_CENTRES)
        rows.append(("", text, small))
    return rows


def area_lines(report: Report, made: Deployment, tasks: Sequence[int]) -> Iterator[Line]:
    """Heads of each area and force by task on polling day, on duty in each shift, and mobilised; then the sums."""
    heads, mobilised, words = made.by_task(), made.table.mobilised, report.words

    def numbers(areas: Sequence[int], force: int) -> list[int]:
        own = heads[areas, force].sum(axis=0)
        return [*own[tasks, POLLING].tolist(), *own.sum(axis=0).tolist(), int(mobilised[areas, force].sum())]

    for code, name, areas in _groups(report):
        for f, force in enumerate(report.territory.forces):
            if any(found := numbers(areas, f)):
                yield Line([code, name, name_of(words, "force", force)], found)
    everywhere = list(range(len(report.territory.area_codes)))
    for f, force in enumerate(report.territory.forces):
        yield Line(["", words.say("all areas"), name_of(words, "force", force)], numbers(everywhere, f), total=True)


def hours_of(report: Report, made: Deployment) -> Iterator[Hours]:
    """Shifts in the order of time, for every group of areas that have the same ones."""
    groups = made.common_hours()
    for spans, areas in groups:
        closing = max((end for _, end in spans["day"]), default=np.inf)
        shifts = sorted((span, shift) for shift, own in spans.items() for span in own)
        rows = [_shift(shift, span, span[0] >= closing, report.words) for span, shift in shifts]
        yield Hours(rows, "" if len(groups) == 1 else _names(report, areas))


def _shift(shift: str, span: Span, voted: bool, words: Language) -> tuple[str, str, str]:
    """What a shift is called, by whether the area has ``voted``, and its hours."""
    return words.say((LATER_NAMES if voted else SHIFT_NAMES)[shift]), words.clock(span[0]), words.clock(span[1])


def _names(report: Report, areas: Sequence[int]) -> str:
    """Areas by name; those that readers may not see are counted."""
    words = report.words
    named = [words.area(report.territory, a) for a in areas if report.shown_areas[a]]
    small = len(areas) - len(named)
    return words.say(", ").join([*named, *([words.many("%(n)d small area", "%(n)d small areas", small)] if small else [])])


def reserve_lines(report: Report, made: Deployment) -> Iterator[Line]:
    """Units and heads of the reserve and of rapid response, by area and force."""
    site, kind, numbers = made.standing(WAITING)
    sites, words = report.territory.sites, report.words
    for code, name, areas in _groups(report):
        for f, force in enumerate(report.territory.forces):
            mine = np.isin(sites.area[site], areas) & (sites.force[site] == f)
            found = _by_kind(kind[mine], numbers[mine])
            if any(found):
                yield Line([code, name, name_of(words, "force", force)], found)


def bases_of(report: Report, made: Deployment) -> Iterator[Line]:
    """The same base by base."""
    site, kind, numbers = made.standing(WAITING)
    where, words = report.territory, report.words
    for base in sorted(np.unique(site).tolist(), key=lambda s: (where.sites.area[s], where.sites.force[s], s)):
        area, force = int(where.sites.area[base]), where.forces[where.sites.force[base]]
        mine = site == base
        texts = [where.area_codes[area], words.area(where, area), name_of(words, "force", force), words.place(where, base)]
        yield Line(texts, _by_kind(kind[mine], numbers[mine]))


def _by_kind(kind: Ints, numbers: Ints) -> list[int]:
    """Units, and heads on polling day, of each waiting kind."""
    found: list[int] = []
    for name in WAITING:
        mine = kind == KINDS.index(name)
        found += [int(numbers[mine, 0].sum()), int(numbers[mine, 1 + POLLING].sum())]
    return found


def posts_of(report: Report, made: Deployment) -> tuple[list[Line], bool]:
    """Heads that stand at each place in each shift; sums by commune where the posts are too many for a list."""
    site, kind, numbers = made.standing(POSTED)
    where, words, sites = report.territory, report.words, report.territory.sites
    many = len(site) > MOST_POSTS
    rows: dict[tuple[int, int, int, int], list[int]] = {}
    for s, k, own in zip(site.tolist(), kind.tolist(), numbers.tolist()):
        place = int(sites.commune[s]) if many else s
        key = (int(sites.area[s]), int(sites.force[s]), place, k)
        rows[key] = [a + b for a, b in zip(rows.get(key, [0] * len(own)), own)]
    lines = []
    for (area, force, place, k), own in sorted(rows.items()):
        name = words.commune(where, place) if many else words.place(where, place)
        texts = [where.area_codes[area], words.area(where, area), name_of(words, "force", where.forces[force]), name]
        lines.append(Line([*texts, name_of(words, "unit", KINDS[k])], own if many else own[1:]))
    return lines, many
